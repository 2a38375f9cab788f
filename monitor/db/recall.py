"""What of the store counts as known, and when a position was taken before.

Known to readers is what a digest has told, what the operator marked as known, and what was stored before the
baseline. Positions are looked up in the index of terms, where each has a term of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from monitor.db import tables as t
from monitor.db.bulk import chunks
from monitor.db.records import DigestState, SaidRow, ToldRow
from monitor.db.stories import current_refs
from monitor.db.tables import utc
from monitor.db.verdicts import TOOK
from monitor.model import Level, NoveltyLabel, Relation

KNOWN = "known"
"""The mark that teaches."""
_TELLING = (NoveltyLabel.NEW_FACT.value, NoveltyLabel.NEW_WORDING.value)
"""Sentences that added something when they were judged; the others repeat what is known anyway."""
_ANEW = (Relation.NEW.value, Relation.RESTATEMENT.value, Relation.REWRITE.value, Relation.UPDATE.value)
"""Reports in which a position in the lead is taken on that day; copies belong to those of their original."""


def _is_known(article_id: ColumnElement[int], baseline: datetime | None) -> ColumnElement[bool]:
    """Return the condition that an article counts as known.

    Asked of each article by itself: a list of all that was ever told would grow with the store.
    """
    told = (
        select(t.digest_item.c.article_id)
        .join(t.digest, t.digest.c.id == t.digest_item.c.digest_id)
        .where(t.digest_item.c.article_id == article_id, t.digest.c.state != DigestState.REFUSED.value)
    )
    either = [told.exists(), article_id.in_(_marked())]
    if baseline is not None:
        own = t.article.alias("own")
        before = select(own.c.id).where(own.c.id == article_id, own.c.first_seen < baseline)
        either.append(before.exists())
    return or_(*either)


def _marked() -> Select[Any]:
    """Return the query for the articles whose last mark is ``known``."""
    last = select(func.max(t.mark.c.id)).group_by(t.mark.c.article_id)
    return select(t.mark.c.article_id).where(t.mark.c.id.in_(last), t.mark.c.mark == KNOWN)


def marked(connection: Connection) -> list[int]:
    """Return the ids of the articles that are marked as known."""
    return sorted(connection.execute(_marked()).scalars())


def known_sharing(
    connection: Connection,
    terms: Collection[str],
    since: datetime,
    until: datetime,
    baseline: datetime | None,
    limit: int,
) -> list[int]:
    """Return ids of known articles of that time with any of these terms, most shared first, then by id."""
    shared = func.count()
    query = (
        select(t.trait.c.article_id)
        .where(t.trait.c.term.in_(sorted(set(terms))))
        .where(t.trait.c.day >= utc(since).toordinal(), t.trait.c.day <= utc(until).toordinal())
        .where(_is_known(t.trait.c.article_id, baseline))
        .group_by(t.trait.c.article_id)
        .order_by(shared.desc(), t.trait.c.article_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def known_sentences(
    connection: Connection, article_ids: Collection[int], baseline: datetime | None
) -> list[ToldRow]:
    """Return the telling sentences of those articles that are known, by article, in reading order.

    ``told_at`` is when the article was first seen.
    """
    found: list[ToldRow] = []
    for some in chunks(sorted(set(article_ids))):
        query = (
            select(
                t.sentence.c.article_id,
                t.sentence.c.position,
                t.sentence.c.text,
                t.sentence.c.anchors,
                t.article.c.first_seen,
            )
            .join(t.article, t.article.c.id == t.sentence.c.article_id)
            .where(t.sentence.c.article_id.in_(some), t.sentence.c.label.in_(_TELLING))
            .where(_is_known(t.sentence.c.article_id, baseline))
            .order_by(t.sentence.c.article_id, t.sentence.c.position)
        )
        found += [
            ToldRow(row.article_id, row.position, row.text, tuple(row.anchors), row.first_seen)
            for row in connection.execute(query)
        ]
    return found


def taken(connection: Connection, position: str, since: datetime, until: datetime) -> list[SaidRow]:
    """Return the relevant reports with since <= time <= until that have somebody take a position, by time."""
    query = (
        select(t.article.c.id, t.article.c.news_at, t.article.c.outlet, t.verdict.c.more)
        .join(t.trait, t.trait.c.article_id == t.article.c.id)
        .join(t.verdict, (t.verdict.c.article_id == t.article.c.id) & t.verdict.c.current)
        .where(t.trait.c.term == TOOK + position)
        .where(t.trait.c.day >= utc(since).toordinal(), t.trait.c.day <= utc(until).toordinal())
        .where(t.article.c.news_at >= since, t.article.c.news_at <= until)
        .where(t.verdict.c.level == Level.RELEVANT.value, t.verdict.c.relation.in_(_ANEW))
        .order_by(t.article.c.news_at, t.article.c.id)
    )
    rows = [row for row in connection.execute(query) if position in (row.more or {}).get("positions", ())]
    stories = current_refs(connection, [row.id for row in rows])
    return [SaidRow(row.id, row.news_at, row.outlet, stories.get(row.id)) for row in rows]
