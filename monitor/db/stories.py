"""Stories: which articles tell one event, with the history of every membership."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from monitor.db import tables as t
from monitor.db.bulk import chunks, dialect_insert
from monitor.db.records import StoryMember

_M = t.story_member.c


def ref_of(story_id: int, seed: int | None) -> str:
    """Return ``seed:N`` for a seed's event, else ``story:ID``."""
    return f"story:{story_id}" if seed is None else f"seed:{seed}"


def open_story(connection: Connection, article_id: int, at: datetime, reason: str) -> str:
    """Open a story with this article as its first member; return its ref."""
    values = {"seed": None, "opened_at": at, "reason": reason, "merged_into": None}
    created = connection.execute(insert(t.story).returning(t.story.c.id), values)
    story_id = int(created.scalar_one())
    _add_member(connection, story_id, article_id, at, reason, by_hand=False)
    return ref_of(story_id, None)


def join(
    connection: Connection, story_ref: str, article_id: int, at: datetime, reason: str, *, by_hand: bool
) -> None:
    """Put the article into a story; the membership it had ends."""
    story_id = _id_of(connection, story_ref)
    if story_id is None:
        story_id = _open_seed(connection, story_ref, at)
    _add_member(connection, story_id, article_id, at, reason, by_hand=by_hand)


def _add_member(
    connection: Connection, story_id: int, article_id: int, at: datetime, reason: str, *, by_hand: bool
) -> None:
    present = connection.execute(
        select(_M.story_id).where(_M.article_id == article_id, _M.left_at.is_(None))
    ).scalar()
    if present == story_id:
        return
    connection.execute(
        update(t.story_member).where(_M.article_id == article_id, _M.left_at.is_(None)).values(left_at=at)
    )
    connection.execute(
        insert(t.story_member).values(
            story_id=story_id, article_id=article_id, at=at, reason=reason, by_hand=by_hand, left_at=None
        )
    )


def _open_seed(connection: Connection, story_ref: str, at: datetime) -> int:
    """Return the story of a seed's event, opened when its first article comes."""
    kind, _, number = story_ref.partition(":")
    if kind != "seed":
        raise LookupError(f"there is no story {story_ref}")
    values = {"seed": int(number), "opened_at": at, "reason": "the event of a seed", "merged_into": None}
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


def members(connection: Connection, story_ref: str, *, first: int | None = None) -> list[int]:
    """Return the ids of the articles in a story, by claimed time (else first seen), then id."""
    story_id = _id_of(connection, story_ref)
    query = (
        select(_M.article_id)
        .join(t.article, t.article.c.id == _M.article_id)
        .where(_M.story_id == story_id, _M.left_at.is_(None))
        .order_by(t.article.c.news_at, t.article.c.id)
        .limit(first)
    )
    return list(connection.execute(query).scalars())


def exists(connection: Connection, story_ref: str) -> bool:
    """Return True when that story is stored."""
    return _id_of(connection, story_ref) is not None


def history(connection: Connection, story_ref: str) -> list[StoryMember]:
    """Return all memberships of a story in the order they began."""
    query = select(t.story_member).where(_M.story_id == _id_of(connection, story_ref)).order_by(_M.at, _M.id)
    return [_member(story_ref, row) for row in connection.execute(query)]


def _member(story_ref: str, row: Row[tuple[object, ...]]) -> StoryMember:
    return StoryMember(story_ref, row.article_id, row.at, row.reason, row.by_hand, row.left_at)
