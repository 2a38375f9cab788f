"""Sources between polls: states, looks, host waits, robots, and what stores a batch of polls."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from monitor.db import entries
from monitor.db import tables as t
from monitor.db.bulk import dialect_insert, insert_new, upsert
from monitor.db.codec import rest, unpack_fields
from monitor.db.records import LookRow, PollOutcome, PollRecord, RobotsRecord
from monitor.model import FetchKind, Health, SourceState, Validators

_STATE_COLUMNS = tuple(column.name for column in t.source_state.columns)
_OWN = frozenset({*_STATE_COLUMNS, "validators"})
"""Fields of a `SourceState` that have columns; any other field goes into ``more``."""
_PLAIN = frozenset(_STATE_COLUMNS) - {"validators_url", "etag", "last_modified", "health", "kind", "more"}

_LOOK_COLUMNS = tuple(column.name for column in t.look.columns if column.name != "id")


def record_polls(connection: Connection, polls: Sequence[PollRecord]) -> dict[str, PollOutcome]:
    """Store entries, states, looks and host waits; return what became of the entries, by source."""
    if not all(poll.source_id for poll in polls):
        raise ValueError("a poll without a state must name its source")
    total: dict[str, PollOutcome] = {}
    for group in _rounds(polls):
        outcomes = entries.record(connection, group)
        for poll, outcome in zip(group, outcomes, strict=True):
            total[poll.source_id] = _sum(total.get(poll.source_id, PollOutcome()), outcome)
        _save_states(connection, group, outcomes)
        looks = [
            _look_row(poll, outcome) for poll, outcome in zip(group, outcomes, strict=True) if poll.keep_look
        ]
        insert_new(connection, t.look, _LOOK_COLUMNS, looks)
    for poll in polls:
        if poll.host_wait is not None:
            set_host_wait(connection, *poll.host_wait)
    return total


def _rounds(polls: Sequence[PollRecord]) -> Iterator[list[PollRecord]]:
    """Cut polls into groups that hold each source once: a later group sees what the one before stored."""
    group: list[PollRecord] = []
    seen: set[str] = set()
    for poll in polls:
        if poll.source_id in seen:
            yield group
            group, seen = [], set()
        group.append(poll)
        seen.add(poll.source_id)
    if group:
        yield group


def _sum(one: PollOutcome, other: PollOutcome) -> PollOutcome:
    return PollOutcome(
        one.new_entries + other.new_entries, one.revised + other.revised, one.aliases + other.aliases
    )


def _save_states(
    connection: Connection, polls: Sequence[PollRecord], outcomes: Sequence[PollOutcome]
) -> None:
    rows = []
    for poll, outcome in zip(polls, outcomes, strict=True):
        if poll.state is not None:
            state = replace(poll.state, last_new_entry=poll.at) if outcome.new_entries else poll.state
            rows.append(_state_row(state))
    upsert(connection, t.source_state, _STATE_COLUMNS, rows)


def _state_row(state: SourceState) -> list[Any]:
    validators = state.validators
    values = {name: getattr(state, name) if name in _PLAIN else None for name in _STATE_COLUMNS}
    values["health"] = state.health.value
    values["kind"] = state.kind.value if state.kind else None
    values["more"] = rest(state, _OWN)
    if validators is not None:
        values["validators_url"] = validators.url
        values["etag"] = validators.etag
        values["last_modified"] = validators.last_modified
    return list(values.values())


def _look_row(poll: PollRecord, outcome: PollOutcome) -> tuple[Any, ...]:
    claimed = [entry.published.at for entry in poll.entries if entry.published.at is not None]
    return (
        poll.source_id,
        poll.at,
        poll.kind.value,
        poll.status,
        poll.bytes,
        len(poll.entries),
        outcome.new_entries,
        min(claimed, default=None),
        max(claimed, default=None),
        poll.elapsed_ms,
        poll.detail,
        poll.discovered_via,
    )


def states(connection: Connection) -> dict[str, SourceState]:
    """Return every stored state, by source id."""
    query = select(t.source_state).order_by(t.source_state.c.source_id)
    return {row["source_id"]: _state(row) for row in connection.execute(query).mappings()}


def _state(row: RowMapping) -> SourceState:
    return SourceState(
        **{name: row[name] for name in _PLAIN},
        validators=Validators(row["validators_url"], row["etag"], row["last_modified"])
        if row["validators_url"] is not None
        else None,
        health=Health(row["health"]),
        kind=FetchKind(row["kind"]) if row["kind"] else None,
        **unpack_fields(SourceState, row["more"]),
    )


def host_waits(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Return hosts to be left alone, with the time until which."""
    query = select(t.host_wait).where(t.host_wait.c.until > now).order_by(t.host_wait.c.host)
    return {row.host: row.until for row in connection.execute(query)}


def set_host_wait(connection: Connection, host: str, until: datetime) -> None:
    """Leave a host alone until then, or for as long as was said before."""
    insert = dialect_insert(connection, t.host_wait)
    statement = insert.on_conflict_do_update(
        index_elements=["host"],
        set_={"until": insert.excluded.until},
        where=insert.excluded.until > t.host_wait.c.until,
    )
    connection.execute(statement, {"host": host, "until": until})


def looks(
    connection: Connection, since: datetime, until: datetime, source_ids: Collection[str] | None
) -> list[LookRow]:
    """Return the looks with since <= at < until, by time, then source."""
    query = (
        select(*[t.look.c[name] for name in _LOOK_COLUMNS])
        .where(t.look.c.at >= since, t.look.c.at < until)
        .order_by(t.look.c.at, t.look.c.source_id, t.look.c.id)
    )
    if source_ids is not None:
        query = query.where(t.look.c.source_id.in_(sorted(source_ids)))
    return [
        LookRow(**{**row, "kind": FetchKind(row["kind"])}) for row in connection.execute(query).mappings()
    ]


def robots_get(connection: Connection, origin: str) -> RobotsRecord | None:
    """Return the robots.txt last fetched from there."""
    row = connection.execute(select(t.robots).where(t.robots.c.origin == origin)).mappings().first()
    return None if row is None else RobotsRecord(**row)


def robots_put(connection: Connection, record: RobotsRecord) -> None:
    """Keep a robots.txt."""
    columns = tuple(column.name for column in t.robots.columns)
    upsert(connection, t.robots, columns, [[getattr(record, name) for name in columns]])
