"""What a recipient's digests have told, and what a weekly one looks back on: reports and quotes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from monitor.db import tables as t
from monitor.db.records import DigestState, QuotedRow, ReportedRow
from monitor.db.stories import ref_of
from monitor.model import Level

_D = t.digest.c
_RELEVANT = t.verdict.c.current & (t.verdict.c.level == Level.RELEVANT.value)


def last_news(connection: Connection, recipient_id: str) -> dict[str, Any] | None:
    """Return the data of the recipient's newest digest that told a new fact; None where none did.

    Asked one at a time, newest first: the data of a digest is large, and the answer seldom lies far back.
    """
    query = (
        select(_D.id)
        .where(_D.recipient_id == recipient_id, _D.state != DigestState.REFUSED.value)
        .order_by(_D.period_to.desc(), _D.id.desc())
    )
    for digest_id in connection.execute(query).scalars().all():
        data: dict[str, Any] = connection.execute(select(_D.data).where(_D.id == digest_id)).scalar_one()
        if data.get("counts", {}).get("facts"):
            return data
    return None


def told_before(connection: Connection, recipient_id: str) -> dict[str, int]:
    """Return how many reports the recipient's digests have counted, by story and by what they repeat."""
    told = (
        select(t.digest_item.c.article_id)
        .join(t.digest, _D.id == t.digest_item.c.digest_id)
        .where(_D.recipient_id == recipient_id, _D.state != DigestState.REFUSED.value)
    )
    verdict, member = t.verdict.c, t.story_member.c
    copied = (
        select(verdict.duplicate_of, func.count())
        .where(verdict.current, verdict.article_id.in_(told), verdict.duplicate_of.is_not(None))
        .group_by(verdict.duplicate_of)
    )
    placed = (
        select(t.story.c.id, t.story.c.seed, func.count())
        .join(t.story_member, member.story_id == t.story.c.id)
        .where(member.left_at.is_(None), member.article_id.in_(told))
        .group_by(t.story.c.id, t.story.c.seed)
    )
    counts = {ref_of(story_id, seed): int(n) for story_id, seed, n in connection.execute(placed)}
    for ref, n in connection.execute(copied):
        counts[ref] = max(int(n), counts.get(ref, 0))
    return counts


def reported(connection: Connection, since: datetime, until: datetime) -> list[ReportedRow]:
    """Return when and by whose outlets the topic was reported, for reports first seen in that time."""
    query = _seen(select(t.article.c.news_at, t.article.c.country), since, until)
    return [ReportedRow(at, country) for at, country in connection.execute(query)]


def quoted(connection: Connection, since: datetime, until: datetime) -> list[QuotedRow]:
    """Return the quotes with a named speaker in relevant reports first seen in that time, earliest first."""
    article, quote = t.article.c, t.quote.c
    columns: Sequence[Any] = (
        quote.speaker, quote.words, quote.addressee, quote.lang, article.lang, article.outlet, article.url,
        article.news_at,
    )  # fmt: skip
    query = _seen(select(*columns).join(t.quote, quote.article_id == article.id), since, until)
    query = query.where(quote.speaker != "", quote.words != "").order_by(quote.article_id, quote.position)
    rows = [
        QuotedRow(speaker, words, addressee, lang or own, outlet, url or "", at)
        for speaker, words, addressee, lang, own, outlet, url, at in connection.execute(query)
    ]
    return sorted(rows, key=lambda row: row.at)


def _seen(query: Select[Any], since: datetime, until: datetime) -> Select[Any]:
    """Return the query for relevant articles first seen after ``since`` up to ``until``."""
    article = t.article.c
    return query.join(t.verdict, (t.verdict.c.article_id == article.id) & _RELEVANT).where(
        article.first_seen > since, article.first_seen <= until
    )
