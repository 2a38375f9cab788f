"""What judging anew needs of a store: what happened in which order, what holds now, how changes come in.

Everything is read in the order of ingest: an entry's place is the id of its first verdict, for verdicts are
numbered as they are decided, by one writer at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, func, insert, select, text, update

from monitor.db import entries, stories, verdicts
from monitor.db import tables as t
from monitor.db.bulk import chunks, insert_new
from monitor.db.records import (
    DigestState,
    HandMove,
    JudgedEntry,
    Mark,
    Numbering,
    PendingEntry,
    Ruling,
    StoryMember,
    ToldDigest,
)
from monitor.model import Level

_V, _M = t.verdict.c, t.story_member.c

INDEXES = (t.sampled, t.trait, t.line, t.article_url)
"""Tables that only find articles again: all that stands in them is made from the articles."""
ROWS = 20_000
"""Index rows copied at a time: a few MB."""


# ------------------------------------------------------------------------------------------- what happened


def judged(connection: Connection, after: int, limit: int) -> tuple[list[JudgedEntry], int | None]:
    """Return the next judged entries in the order they were judged, and where to go on (None: the end)."""
    first = select(_V.id, _V.entry_id, _V.at).where(_V.id > after).order_by(_V.id).limit(limit)
    rows = connection.execute(first).all()
    again = _judged_before(connection, rows)
    fresh = [row for row in rows if row.id not in again]
    found = _entries(connection, [row.entry_id for row in fresh])
    entries_ = [JudgedEntry(row.id, row.at, *found[row.entry_id]) for row in fresh]
    return entries_, rows[-1].id if rows else None


def _judged_before(connection: Connection, rows: Sequence[Any]) -> set[int]:
    """Return the verdicts among these whose entry has an earlier one."""
    ids = sorted({row.entry_id for row in rows})
    earliest: dict[int, int] = {}
    for some in chunks(ids):
        query = (
            select(_V.entry_id, func.min(_V.id))
            .where(_V.entry_id.in_(some), ~_V.current)
            .group_by(_V.entry_id)
        )
        earliest |= {row[0]: row[1] for row in connection.execute(query)}
    return {row.id for row in rows if earliest.get(row.entry_id, row.id) < row.id}


def _entries(connection: Connection, ids: Collection[int]) -> dict[int, tuple[PendingEntry, int | None]]:
    found = {}
    for some in chunks(sorted(set(ids))):
        for row in connection.execute(select(t.entry).where(t.entry.c.id.in_(some))).mappings():
            found[row["id"]] = (entries.as_pending(row), row["article_id"])
    return found


def told(connection: Connection) -> list[ToldDigest]:
    """Return every digest that was not refused, with what it told, by the time it was built."""
    item = t.digest_item.c
    items: dict[int, list[int]] = {}
    for digest_id, article_id in connection.execute(
        select(item.digest_id, item.article_id).order_by(item.digest_id, item.article_id)
    ):
        items.setdefault(digest_id, []).append(article_id)
    digest = t.digest.c
    query = (
        select(digest.id, digest.recipient_id, digest.slot, digest.built_at, digest.sent_at)
        .where(digest.state != DigestState.REFUSED.value)
        .order_by(digest.built_at, digest.id)
    )
    return [ToldDigest(*row, items=tuple(items.get(row.id, ()))) for row in connection.execute(query)]


def marks(connection: Connection) -> list[Mark]:
    """Return every mark, oldest first."""
    query = select(t.mark.c.article_id, t.mark.c.mark, t.mark.c.at).order_by(t.mark.c.id)
    return [Mark(*row) for row in connection.execute(query)]


def hand_moves(connection: Connection) -> list[HandMove]:
    """Return what the operator moved from story to story, in order."""
    touched = select(_M.article_id).where(_M.by_hand)
    query = (
        select(t.story_member, t.story.c.seed, t.story.c.merged_into)
        .join(t.story, t.story.c.id == _M.story_id)
        .where(_M.article_id.in_(touched))
        .order_by(_M.id)
    )
    before: dict[int, Any] = {}
    found = []
    for row in connection.execute(query):
        if row.by_hand:
            left = before.get(row.article_id)
            whole = left is not None and left.merged_into == row.story_id
            found.append(
                HandMove(
                    at=row.at,
                    place=row.id,
                    story=stories.ref_of(row.story_id, row.seed),
                    article_id=row.article_id,
                    reason=row.reason,
                    merged=stories.ref_of(left.story_id, left.seed) if left is not None and whole else None,
                )
            )
        before[row.article_id] = row
    return found


def placed_by_rules(connection: Connection, article_id: int) -> StoryMember | None:
    """Return the last place that rules gave an article."""
    given = [place for place in stories.places(connection, article_id) if not place.by_hand]
    return given[-1] if given else None


def numbering(connection: Connection) -> Numbering:
    """Return which numbers the store has given to stories, and which it has not given yet."""
    first = select(func.min(_M.id)).group_by(_M.story_id)
    query = (
        select(_M.article_id, _M.story_id)
        .join(t.story, t.story.c.id == _M.story_id)
        .where(_M.id.in_(first), ~_M.by_hand, t.story.c.seed.is_(None))
    )
    seeds = select(t.story.c.seed, t.story.c.id).where(t.story.c.seed.is_not(None))
    return Numbering(
        openers={row.article_id: row.story_id for row in connection.execute(query)},
        seeds={row.seed: row.id for row in connection.execute(seeds)},
        next_article=_next(connection, t.article),
        next_story=_next(connection, t.story),
    )


def _next(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1


# ------------------------------------------------------------------------------------------- what holds


def rulings(connection: Connection, entry_ids: Collection[int]) -> dict[int, Ruling]:
    """Return what holds for each of these entries that has a verdict."""
    articles: dict[int, int | None] = {}
    for some in chunks(sorted(set(entry_ids))):
        query = select(t.entry.c.id, t.entry.c.article_id).where(t.entry.c.id.in_(some))
        articles |= {row.id: row.article_id for row in connection.execute(query)}
    ids = {article_id for article_id in articles.values() if article_id is not None}
    shared = verdicts.of_articles(connection, ids)
    own = verdicts.of_entries(connection, [e for e, article_id in articles.items() if article_id is None])
    places = _places(connection, ids)
    found = {}
    for entry_id, article_id in articles.items():
        stored = own.get(entry_id) if article_id is None else shared.get(article_id)
        if stored is not None:
            story, by_hand = (
                places.get(article_id, (None, False)) if article_id is not None else (None, False)
            )
            found[entry_id] = Ruling(entry_id, article_id, stored.verdict, story, by_hand)
    return found


def _places(connection: Connection, article_ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    found = {}
    for some in chunks(sorted(article_ids)):
        query = (
            select(_M.article_id, _M.by_hand, t.story.c.id, t.story.c.seed)
            .join(t.story, t.story.c.id == _M.story_id)
            .where(_M.article_id.in_(some), _M.left_at.is_(None))
        )
        for article_id, by_hand, story_id, seed in connection.execute(query):
            found[article_id] = stories.ref_of(story_id, seed), by_hand
    return found


# ------------------------------------------------------------------------------------------- bringing in


def bring_in(connection: Connection, scratch: Connection, changed: Sequence[Ruling], at: datetime) -> None:
    """Make the store say what the scratch store says of these entries; what held before becomes history.

    Articles, verdicts and stories of the changed entries alone; the indexes as a whole. Digests and what
    they told are not touched, and no article is deleted: one that is dropped stays, with its reason.
    """
    made = _copy_articles(connection, scratch, changed)
    for ruling in changed:
        _change(connection, ruling, at, made)
    _move(connection, scratch, {r.article_id for r in changed if r.article_id is not None}, at)
    for ruling in changed:
        if ruling.verdict.level is not Level.RELEVANT:
            _leave_story(connection, ruling.entry_id, at)
    _copy_indexes(connection, scratch)
    if connection.dialect.name == "postgresql":
        for table in (t.article, t.story):
            _count_on(connection, table)


def _copy_articles(connection: Connection, scratch: Connection, changed: Sequence[Ruling]) -> set[int]:
    """Copy the articles of these entries; return the ids of those that the scratch store has."""
    before = _article_of(connection, [ruling.entry_id for ruling in changed])
    ids = {r.article_id for r in changed if r.article_id is not None} | set(before.values())
    rows = _rows(scratch, t.article, ids)
    present = _rows(connection, t.article, ids)
    for article_id, row in rows.items():
        values = dict(row)
        if article_id not in present:
            connection.execute(insert(t.article), values)
        elif values != dict(present[article_id]):
            connection.execute(update(t.article).where(t.article.c.id == article_id).values(**values))
    return set(rows)


def _article_of(connection: Connection, entry_ids: Iterable[int]) -> dict[int, int]:
    found = {}
    for some in chunks(sorted(set(entry_ids))):
        query = select(t.entry.c.id, t.entry.c.article_id).where(
            t.entry.c.id.in_(some), t.entry.c.article_id.is_not(None)
        )
        found.update({row.id: row.article_id for row in connection.execute(query)})
    return found


def _rows(connection: Connection, table: Table, ids: Collection[int]) -> dict[int, RowMapping]:
    found = {}
    for some in chunks(sorted(ids)):
        for row in connection.execute(select(table).where(table.c.id.in_(some))).mappings():
            found[row["id"]] = row
    return found


def _change(connection: Connection, ruling: Ruling, at: datetime, made: Collection[int]) -> None:
    """Give one entry its new verdict; an entry that was dropped keeps an article that nothing else holds."""
    entry = t.entry.c
    held: int | None = connection.execute(
        select(entry.article_id).where(entry.id == ruling.entry_id)
    ).scalar()
    article_id = ruling.article_id
    if article_id is None and held not in made:
        article_id = held
    if article_id != held:
        connection.execute(update(t.entry).where(entry.id == ruling.entry_id).values(article_id=article_id))
    verdicts.save(connection, ruling.entry_id, article_id, ruling.verdict, at)


def _move(connection: Connection, scratch: Connection, article_ids: Collection[int], at: datetime) -> None:
    """Put articles into the stories they have in the scratch store, those that opened one first."""
    there: list[Any] = []
    for some in chunks(sorted(article_ids)):
        query = select(t.story_member).where(_M.article_id.in_(some), _M.left_at.is_(None))
        there += scratch.execute(query).all()
    here: dict[int, Any] = {}
    for some in chunks(sorted(article_ids)):
        query = select(t.story_member).where(_M.article_id.in_(some), _M.left_at.is_(None))
        here |= {row.article_id: row for row in connection.execute(query)}
    for row in sorted(there, key=lambda row: row.id):
        present = here.get(row.article_id)
        if present is not None and (present.by_hand or present.story_id == row.story_id):
            continue
        ref = _story_like(connection, scratch, row.story_id)
        moved_at = row.at if present is None else at
        stories.join(connection, ref, row.article_id, moved_at, row.reason, by_hand=row.by_hand)


def _story_like(connection: Connection, scratch: Connection, story_id: int) -> str:
    """Return the ref of a story, copied from the scratch store where it is not there."""
    query = select(t.story).where(t.story.c.id == story_id)
    row = scratch.execute(query).one()
    if connection.execute(query).first() is None:
        stories.plant(connection, story_id, row.seed, row.opened_at, row.reason)
    return stories.ref_of(story_id, row.seed)


def _leave_story(connection: Connection, entry_id: int, at: datetime) -> None:
    """Let the article of a dropped entry leave its story, unless the operator has put it there."""
    article_id = _article_of(connection, [entry_id]).get(entry_id)
    by_hand = select(_M.by_hand).where(_M.article_id == article_id, _M.left_at.is_(None))
    if article_id is not None and connection.execute(by_hand).scalar() is False:
        stories.leave(connection, article_id, at)


def _copy_indexes(connection: Connection, scratch: Connection) -> None:
    for table in INDEXES:
        connection.execute(delete(table))
        columns = tuple(column.name for column in table.columns)
        for rows in _streamed(scratch, table):
            insert_new(connection, table, columns, rows)
    connection.execute(update(t.article).values(algorithm=None))
    query = select(t.article.c.algorithm, t.article.c.id).where(t.article.c.algorithm.is_not(None))
    by_algorithm: dict[int, list[int]] = {}
    for algorithm, article_id in scratch.execute(query):
        by_algorithm.setdefault(algorithm, []).append(article_id)
    for algorithm, ids in by_algorithm.items():
        for some in chunks(ids):
            connection.execute(update(t.article).where(t.article.c.id.in_(some)).values(algorithm=algorithm))


def _streamed(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """Yield all rows in the order of the primary key: sorted rows fill their pages."""
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=ROWS)
    for rows in connection.execute(query).partitions():
        yield [tuple(row) for row in rows]


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number on behind numbers that were given by hand."""
    query = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), GREATEST((SELECT max(id) FROM {table.name}), 1))"  # noqa: S608, E501  our own two names
    connection.execute(text(query))


def last_verdict(connection: Connection) -> int:
    """Return the id of the newest verdict: another one means that somebody judged meanwhile."""
    return int(connection.execute(select(func.coalesce(func.max(_V.id), 0))).scalar_one())
