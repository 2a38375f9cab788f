"""Digests: what is still to be told, the outbox, and what was told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, case, func, insert, or_, select, update

from monitor.db import tables as t
from monitor.db.articles import SHOWN
from monitor.db.bulk import chunks, dialect_insert
from monitor.db.records import ALERT_SLOT, FOUND_NOW, DigestRow, DigestState, ToldRow
from monitor.model import Delivery, DeliveryKind, NoveltyLabel

_D = t.digest.c
_NOT_COLUMNS = frozenset({"id", "items"})


def untold(
    connection: Connection, recipient_id: str, until: datetime, since: datetime | None, *, backfilled: bool
) -> list[int]:
    """Return ids of relevant and near articles that no digest of the recipient holds.

    A digest that was refused for good has told nothing: the next one tells it.
    """
    first_seen = func.min(t.entry.c.first_seen)
    told = (
        select(t.digest_item.c.article_id)
        .join(t.digest, _D.id == t.digest_item.c.digest_id)
        .where(_D.recipient_id == recipient_id, _D.state != DigestState.REFUSED.value)
    )
    query = (
        select(t.article.c.id)
        .join(t.verdict, (t.verdict.c.article_id == t.article.c.id) & t.verdict.c.current)
        .join(t.entry, t.entry.c.article_id == t.article.c.id)
        .where(t.verdict.c.level.in_(SHOWN), t.article.c.id.not_in(told))
        .group_by(t.article.c.id)
        .having(first_seen <= until)
        .order_by(first_seen, t.article.c.id)
    )
    if since is not None:
        query = query.having(first_seen > since)
    if not backfilled:
        query = query.where(t.entry.c.discovered_via.in_(FOUND_NOW))
    return list(connection.execute(query).scalars())


def queue(connection: Connection, digest: DigestRow) -> int | None:
    """Put a digest into the outbox; None when the recipient has one for that slot."""
    values = {
        column.name: getattr(digest, column.name)
        for column in t.digest.columns
        if column.name not in _NOT_COLUMNS
    }
    values["state"] = DigestState(digest.state).value
    statement = dialect_insert(connection, t.digest).on_conflict_do_nothing().returning(_D.id)
    digest_id: int | None = connection.execute(statement, values).scalar()
    if digest_id is not None and digest.items:
        items = [{"digest_id": digest_id, "article_id": item} for item in dict.fromkeys(digest.items)]
        connection.execute(insert(t.digest_item), items)
    return digest_id


def outbox(connection: Connection, now: datetime) -> list[DigestRow]:
    """Return queued digests due, oldest first."""
    due = or_(_D.next_attempt.is_(None), _D.next_attempt <= now)
    query = select(t.digest).where(_D.state == DigestState.QUEUED.value, due)
    return _read(connection, query.order_by(_D.built_at, _D.id))


_AFTER = {
    DeliveryKind.SENT: DigestState.SENT,
    DeliveryKind.DEFERRED: DigestState.QUEUED,
    DeliveryKind.REFUSED: DigestState.REFUSED,
}


def mark_delivery(
    connection: Connection, digest_id: int, delivery: Delivery, at: datetime, next_attempt: datetime | None
) -> None:
    """Record one attempt to deliver; an end that is not known stays noted for the next attempt to see."""
    state = _AFTER[delivery.kind]
    values: dict[str, Any] = {
        "state": state.value,
        "attempts": _D.attempts + 1,
        "detail": delivery.detail,
        "next_attempt": next_attempt if state is DigestState.QUEUED else None,
    }
    if state is DigestState.SENT:
        values["sent_at"] = at
    if not delivery.unsure:
        values["handed_at"] = None
    connection.execute(update(t.digest).where(_D.id == digest_id).values(**values))


def note_handing(connection: Connection, digest_id: int, at: datetime) -> None:
    """Record that all of a digest leaves our hands now; a repeat where an earlier end is not known."""
    again = case((_D.handed_at.is_not(None), 1), else_=0)
    values = {"handed_at": at, "repeats": _D.repeats + again}
    connection.execute(update(t.digest).where(_D.id == digest_id).values(**values))


def history(connection: Connection, since: datetime, recipient_id: str | None) -> list[DigestRow]:
    """Return digests built since then (all recipients': None), oldest first."""
    query = select(t.digest).where(_D.built_at >= since)
    if recipient_id is not None:
        query = query.where(_D.recipient_id == recipient_id)
    return _read(connection, query.order_by(_D.built_at, _D.id))


def of_slot(connection: Connection, recipient_id: str, slot: str) -> DigestRow | None:
    """Return the digest of that slot."""
    query = select(t.digest).where(_D.recipient_id == recipient_id, _D.slot == slot)
    return next(iter(_read(connection, query)), None)


def last(connection: Connection, recipient_id: str) -> DigestRow | None:
    """Return the recipient's newest digest; an alert is none."""
    query = select(t.digest).where(_D.recipient_id == recipient_id, _D.slot.not_like(f"{ALERT_SLOT}%"))
    return next(iter(_read(connection, query.order_by(_D.period_to.desc(), _D.id.desc()).limit(1))), None)


def last_slot(connection: Connection, recipient_id: str) -> tuple[str, datetime] | None:
    """Return slot and end of the period of the recipient's newest digest, without its texts."""
    query = select(_D.slot, _D.period_to).where(
        _D.recipient_id == recipient_id, _D.slot.not_like(f"{ALERT_SLOT}%")
    )
    row = connection.execute(query.order_by(_D.period_to.desc(), _D.id.desc()).limit(1)).first()
    return None if row is None else (row.slot, row.period_to)


def _read(connection: Connection, query: Select[Any]) -> list[DigestRow]:
    rows = connection.execute(query).mappings().all()
    items = _items(connection, [row["id"] for row in rows])
    return [_digest(row, tuple(items.get(row["id"], ()))) for row in rows]


def _items(connection: Connection, digest_ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    item = t.digest_item.c
    for some in chunks(digest_ids):
        query = select(item.digest_id, item.article_id).where(item.digest_id.in_(some))
        for digest_id, article_id in connection.execute(query.order_by(item.digest_id, item.article_id)):
            found.setdefault(digest_id, []).append(article_id)
    return found


def _digest(row: RowMapping, items: tuple[int, ...]) -> DigestRow:
    return DigestRow(**{**row, "state": DigestState(row["state"])}, items=items)


def told(
    connection: Connection, article_ids: Collection[int] | None, recipient_id: str | None
) -> list[ToldRow]:
    """Return what digests have told, first told first, then in reading order."""
    when = func.min(func.coalesce(_D.sent_at, _D.built_at)).label("told_at")
    item = t.digest_item.c
    heard = (
        select(item.article_id, when)
        .join(t.digest, _D.id == item.digest_id)
        .where(_D.state != DigestState.REFUSED.value)
        .group_by(item.article_id)
    )
    if recipient_id is not None:
        heard = heard.where(_D.recipient_id == recipient_id)
    if article_ids is not None:
        heard = heard.where(item.article_id.in_(sorted(article_ids)))
    first = heard.subquery("heard")
    query = (
        select(
            t.sentence.c.article_id,
            t.sentence.c.position,
            t.sentence.c.text,
            t.sentence.c.anchors,
            first.c.told_at,
        )
        .join(first, first.c.article_id == t.sentence.c.article_id)
        .where(t.sentence.c.label.in_((NoveltyLabel.NEW_FACT.value, NoveltyLabel.NEW_WORDING.value)))
        .order_by(first.c.told_at, t.sentence.c.article_id, t.sentence.c.position)
    )
    return [
        ToldRow(row.article_id, row.position, row.text, tuple(row.anchors), row.told_at)
        for row in connection.execute(query)
    ]
