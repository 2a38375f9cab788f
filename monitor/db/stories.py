"""Stories: which articles tell one event, with the history of every membership.

Where the operator put an article it stays: rules move only what rules have placed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, RowMapping, func, insert, select, update

from monitor.db import tables as t
from monitor.db.bulk import chunks, dialect_insert
from monitor.db.records import StoredStory, StoryMember

_M = t.story_member.c

OF_A_SEED = "the event of a seed"
"""Why a seed's story is opened."""


def ref_of(story_id: int, seed: int | None) -> str:
    """Return ``seed:N`` for a seed's event, else ``story:ID``."""
    return f"story:{story_id}" if seed is None else f"seed:{seed}"


def open_story(
    connection: Connection, article_id: int, at: datetime, reason: str, *, by_hand: bool = False
) -> str:
    """Open a story with this article as its first member; return its ref."""
    values = {"seed": None, "opened_at": at, "reason": reason, "merged_into": None}
    created = connection.execute(insert(t.story).returning(t.story.c.id), values)
    story_id = int(created.scalar_one())
    _add_member(connection, story_id, article_id, at, reason, by_hand=by_hand)
    return ref_of(story_id, None)


def plant(connection: Connection, story_id: int, seed: int | None, at: datetime, reason: str) -> str:
    """Store a story under a given number, still without members; return its ref."""
    values = {"id": story_id, "seed": seed, "opened_at": at, "reason": reason, "merged_into": None}
    connection.execute(insert(t.story), values)
    return ref_of(story_id, seed)


def join(
    connection: Connection, story_ref: str, article_id: int, at: datetime, reason: str, *, by_hand: bool
) -> None:
    """Put the article into a story, or into what that was merged into; the membership it had ends.

    What the operator has placed stays there unless ``by_hand`` moves it again.
    """
    story_id = _standing(connection, story_ref)
    if story_id is None:
        story_id = _open_seed(connection, story_ref, at)
    _add_member(connection, story_id, article_id, at, reason, by_hand=by_hand)


def _add_member(
    connection: Connection, story_id: int, article_id: int, at: datetime, reason: str, *, by_hand: bool
) -> None:
    present = connection.execute(
        select(_M.story_id, _M.by_hand).where(_M.article_id == article_id, _M.left_at.is_(None))
    ).first()
    if present is not None and (present.story_id == story_id or (present.by_hand and not by_hand)):
        return
    leave(connection, article_id, at)
    connection.execute(
        insert(t.story_member).values(
            story_id=story_id, article_id=article_id, at=at, reason=reason, by_hand=by_hand, left_at=None
        )
    )


def leave(connection: Connection, article_id: int, at: datetime) -> None:
    """End the article's present membership."""
    connection.execute(
        update(t.story_member).where(_M.article_id == article_id, _M.left_at.is_(None)).values(left_at=at)
    )


def merge(connection: Connection, kept_ref: str, gone_ref: str, at: datetime, reason: str) -> int:
    """Move all members of one story into another, by hand; return how many. The empty story stays known."""
    gone = _id_of(connection, gone_ref)
    if gone is None:
        raise LookupError(f"there is no story {gone_ref}")
    kept = _standing(connection, kept_ref) or _open_seed(connection, kept_ref, at)
    if gone == kept:
        raise LookupError(f"{gone_ref} and {kept_ref} are one story")
    moved = members(connection, gone_ref)
    for article_id in moved:
        join(connection, kept_ref, article_id, at, reason, by_hand=True)
    connection.execute(update(t.story).where(t.story.c.id == gone).values(merged_into=kept))
    return len(moved)


def split(connection: Connection, article_ids: Sequence[int], at: datetime, reason: str) -> str:
    """Open a story with these articles, by hand; return its ref."""
    first, *others = article_ids
    ref = open_story(connection, first, at, reason, by_hand=True)
    for article_id in others:
        join(connection, ref, article_id, at, reason, by_hand=True)
    return ref


def _open_seed(connection: Connection, story_ref: str, at: datetime) -> int:
    """Return the story of a seed's event, opened when its first article comes."""
    kind, _, number = story_ref.partition(":")
    if kind != "seed":
        raise LookupError(f"there is no story {story_ref}")
    values = {"seed": int(number), "opened_at": at, "reason": OF_A_SEED, "merged_into": None}
    connection.execute(dialect_insert(connection, t.story).on_conflict_do_nothing(), values)
    query = select(t.story.c.id).where(t.story.c.seed == int(number))
    return int(connection.execute(query).scalar_one())


def _id_of(connection: Connection, story_ref: str) -> int | None:
    kind, _, number = story_ref.partition(":")
    if kind not in {"story", "seed"} or not number.isdigit():
        return None
    column = t.story.c.id if kind == "story" else t.story.c.seed
    found: int | None = connection.execute(select(t.story.c.id).where(column == int(number))).scalar()
    return found


def _standing(connection: Connection, story_ref: str) -> int | None:
    """Return the story's id, or that of the story it was merged into."""
    story_id = _id_of(connection, story_ref)
    while story_id is not None:
        query = select(t.story.c.merged_into).where(t.story.c.id == story_id)
        merged_into: int | None = connection.execute(query).scalar()
        if merged_into is None:
            break
        story_id = merged_into
    return story_id


def current_refs(connection: Connection, article_ids: Collection[int]) -> dict[int, str]:
    """Return the story each article is in now."""
    found = {}
    for some in chunks(sorted(article_ids)):
        query = (
            select(_M.article_id, t.story.c.id, t.story.c.seed)
            .join(t.story, t.story.c.id == _M.story_id)
            .where(_M.article_id.in_(some), _M.left_at.is_(None))
        )
        for article_id, story_id, seed in connection.execute(query):
            found[int(article_id)] = ref_of(story_id, seed)
    return found


def members(connection: Connection, story_ref: str) -> list[int]:
    """Return the ids of the articles in a story, by claimed time (else first seen), then id."""
    story_id = _id_of(connection, story_ref)
    query = (
        select(_M.article_id)
        .join(t.article, t.article.c.id == _M.article_id)
        .where(_M.story_id == story_id, _M.left_at.is_(None))
        .order_by(t.article.c.news_at, t.article.c.id)
    )
    return list(connection.execute(query).scalars())


def found(connection: Connection, story_ref: str) -> StoredStory | None:
    """Return one story."""
    query = select(t.story.c.id).where(t.story.c.id == _id_of(connection, story_ref))
    story_id = connection.execute(query).scalar()
    return None if story_id is None else _stored(connection, [story_id])[0]


def latest(connection: Connection, since: datetime | None, limit: int | None) -> list[StoredStory]:
    """Return stories with members, the one with the newest report first (of reports since), then by id."""
    newest = func.max(t.article.c.news_at)
    query = (
        select(_M.story_id)
        .join(t.article, t.article.c.id == _M.article_id)
        .where(_M.left_at.is_(None))
        .group_by(_M.story_id)
        .order_by(newest.desc(), _M.story_id)
        .limit(limit)
    )
    if since is not None:
        query = query.having(newest >= since)
    return _stored(connection, list(connection.execute(query).scalars()))


def _stored(connection: Connection, story_ids: Sequence[int]) -> list[StoredStory]:
    """Return stories in the order asked for."""
    rows: dict[int, RowMapping] = {}
    sizes: dict[int, tuple[int, datetime, datetime]] = {}
    for some in chunks(sorted(set(story_ids))):
        for row in connection.execute(select(t.story).where(t.story.c.id.in_(some))).mappings():
            rows[row["id"]] = row
        query = (
            select(_M.story_id, func.count(), func.min(t.article.c.news_at), func.max(t.article.c.news_at))
            .join(t.article, t.article.c.id == _M.article_id)
            .where(_M.story_id.in_(some), _M.left_at.is_(None))
            .group_by(_M.story_id)
        )
        sizes |= {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}
    targets = {row["merged_into"] for row in rows.values()} - {None}
    query_seeds = select(t.story.c.id, t.story.c.seed).where(t.story.c.id.in_(sorted(targets)))
    seeds = {row.id: row.seed for row in connection.execute(query_seeds)}
    stored = []
    for story_id in story_ids:
        row = rows[story_id]
        count, first, last = sizes.get(story_id, (0, None, None))
        target = row["merged_into"]
        stored.append(
            StoredStory(
                ref=ref_of(story_id, row["seed"]),
                opened_at=row["opened_at"],
                reason=row["reason"],
                merged_into=None if target is None else ref_of(target, seeds[target]),
                articles=count,
                first=first,
                last=last,
            )
        )
    return stored


def history(connection: Connection, story_ref: str) -> list[StoryMember]:
    """Return all memberships of a story in the order they began."""
    query = select(t.story_member).where(_M.story_id == _id_of(connection, story_ref)).order_by(_M.at, _M.id)
    return [_member(story_ref, row) for row in connection.execute(query)]


def places(connection: Connection, article_id: int) -> list[StoryMember]:
    """Return all memberships of an article, in the order they were given."""
    query = (
        select(t.story_member, t.story.c.seed)
        .join(t.story, t.story.c.id == _M.story_id)
        .where(_M.article_id == article_id)
        .order_by(_M.id)
    )
    return [_member(ref_of(row.story_id, row.seed), row) for row in connection.execute(query)]


def _member(story_ref: str, row: Row[tuple[object, ...]]) -> StoryMember:
    return StoryMember(story_ref, row.article_id, row.at, row.reason, row.by_hand, row.left_at)
