"""Verdicts: what was decided on entries and articles, now and before, with sentences and quotes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from monitor.db import tables as t
from monitor.db.bulk import chunks, insert_new
from monitor.db.codec import rest, unpack_fields
from monitor.db.records import Dropped, StoredVerdict
from monitor.model import JudgedSentence, Level, NoveltyLabel, Quote, Relation, Relevance, Verdict

_V = t.verdict.c
_COLUMNS = tuple(column.name for column in t.verdict.columns if column.name != "id")
_OWN = frozenset({*_COLUMNS, "relevance", "sentences", "quotes"})
"""Fields of a `Verdict` that have columns, or tables of their own; any other field goes into ``more``."""
_IN_COLUMNS = frozenset({"level", "score", "rule", "reason"})
"""Fields of a `Relevance` that the columns say, or say again."""


# ------------------------------------------------------------------------------------------- storing


def save_dropped(connection: Connection, rows: Sequence[tuple[int, Verdict, datetime]]) -> None:
    """Store verdicts on entries without an article, the last one of each; those before become history."""
    latest = {entry_id: (verdict, at) for entry_id, verdict, at in rows}
    for some in chunks(list(latest)):
        _supersede(connection, _V.entry_id.in_(some))
    values = [_row(entry_id, None, verdict, at) for entry_id, (verdict, at) in latest.items()]
    insert_new(connection, t.verdict, _COLUMNS, values)


def save(
    connection: Connection, entry_id: int, article_id: int | None, verdict: Verdict, at: datetime
) -> None:
    """Store the verdict on an entry and its article, with its sentences and quotes."""
    if article_id is None:
        save_dropped(connection, [(entry_id, verdict, at)])
        return
    _supersede(connection, _V.entry_id == entry_id)
    _supersede(connection, _V.article_id == article_id)
    connection.execute(
        insert(t.verdict), dict(zip(_COLUMNS, _row(entry_id, article_id, verdict, at), strict=True))
    )
    _save_sentences(connection, article_id, verdict.sentences)
    _save_quotes(connection, article_id, verdict.quotes)
    _save_positions(connection, article_id, verdict.positions)


def _supersede(connection: Connection, where: Any) -> None:
    connection.execute(update(t.verdict).where(where, _V.current).values(current=False))


def _row(entry_id: int, article_id: int | None, verdict: Verdict, at: datetime) -> tuple[Any, ...]:
    """Return a new row in the order of ``_COLUMNS``."""
    return (
        entry_id,
        article_id,
        at,
        True,
        verdict.relation.value,
        verdict.level.value,
        verdict.relevance.score,
        verdict.relevance.rule,
        verdict.reason,
        verdict.rules_version,
        verdict.duplicate_of,
        verdict.story,
        _more(verdict),
    )


def _more(verdict: Verdict) -> dict[str, Any] | None:
    """Return what has no column; of the relevance only what the columns do not say already."""
    kept = rest(verdict, _OWN) or {}
    relevance = rest(verdict.relevance, _IN_COLUMNS) or {}
    if verdict.relevance.level is not verdict.level:
        relevance["level"] = verdict.relevance.level.value
    if verdict.relevance.reason != verdict.reason:
        relevance["reason"] = verdict.relevance.reason
    if relevance:
        kept["relevance"] = relevance
    return kept or None


TOOK = "took:"
"""What stands before a position in the index of terms: ``took:person:peskov refuse-talks``."""


def _save_positions(connection: Connection, article_id: int, positions: Sequence[str]) -> None:
    """Let the article be found by the positions it reports; those of a verdict before do no harm."""
    if not positions:
        return
    at = connection.execute(select(t.article.c.news_at).where(t.article.c.id == article_id)).scalar_one()
    day = t.utc(at).toordinal()
    rows = [(TOOK + position, day, article_id) for position in positions]
    insert_new(connection, t.trait, ("term", "day", "article_id"), rows)


_SENTENCE_COLUMNS = tuple(column.name for column in t.sentence.columns)
_QUOTE_COLUMNS = tuple(column.name for column in t.quote.columns)


def _save_sentences(connection: Connection, article_id: int, sentences: Sequence[JudgedSentence]) -> None:
    connection.execute(delete(t.sentence).where(t.sentence.c.article_id == article_id))
    rows = []
    for judged in sentences:
        values = {name: getattr(judged, name, None) for name in _SENTENCE_COLUMNS}
        values |= {"article_id": article_id, "label": judged.label.value, "anchors": list(judged.anchors)}
        values["more"] = rest(judged, _SENTENCE_COLUMNS)
        rows.append(list(values.values()))
    insert_new(connection, t.sentence, _SENTENCE_COLUMNS, rows)


def _save_quotes(connection: Connection, article_id: int, quotes: Sequence[Quote]) -> None:
    connection.execute(delete(t.quote).where(t.quote.c.article_id == article_id))
    rows = []
    for position, quote in enumerate(quotes):
        values = {name: getattr(quote, name, None) for name in _QUOTE_COLUMNS}
        values |= {"article_id": article_id, "position": position, "more": rest(quote, _QUOTE_COLUMNS)}
        rows.append(list(values.values()))
    insert_new(connection, t.quote, _QUOTE_COLUMNS, rows)


# ------------------------------------------------------------------------------------------- reading


def of_articles(connection: Connection, article_ids: Collection[int]) -> dict[int, StoredVerdict]:
    """Return the current verdict of each article, with sentences and quotes."""
    found: dict[int, StoredVerdict] = {}
    for some in chunks(sorted(article_ids)):
        sentences = _sentences(connection, some)
        quotes = _quotes(connection, some)
        query = select(t.verdict).where(_V.article_id.in_(some), _V.current)
        for row in connection.execute(query).mappings():
            article_id = row["article_id"]
            found[article_id] = _stored(row, sentences.get(article_id, ()), quotes.get(article_id, ()))
    return found


def of_entries(connection: Connection, entry_ids: Collection[int]) -> dict[int, StoredVerdict]:
    """Return the current verdict of each entry that has no article, by entry."""
    found = {}
    for some in chunks(sorted(entry_ids)):
        query = select(t.verdict).where(_V.entry_id.in_(some), _V.current)
        for row in connection.execute(query).mappings():
            found[row["entry_id"]] = _stored(row, (), ())
    return found


def newest(connection: Connection) -> int:
    """Return the number of the newest verdict, 0 where there is none."""
    return int(connection.execute(select(func.max(t.verdict.c.id))).scalar() or 0)


def history(connection: Connection, entry_id: int) -> list[StoredVerdict]:
    """Return all verdicts on an entry and its article, newest first."""
    article_id = connection.execute(select(t.entry.c.article_id).where(t.entry.c.id == entry_id)).scalar()
    about = [_V.entry_id == entry_id]
    if article_id is not None:
        about.append(_V.article_id == article_id)
    ids = {
        id_
        for one in about
        for time_ in (_V.current, ~_V.current)  # each has an index of its own
        for id_ in connection.execute(select(_V.id).where(one, time_)).scalars()
    }
    query = select(t.verdict).where(_V.id.in_(sorted(ids))).order_by(_V.id.desc())
    current = of_articles(connection, [article_id] if article_id is not None else [])
    return [
        current[article_id] if row["current"] and article_id in current else _stored(row, (), ())
        for row in connection.execute(query).mappings()
    ]


def closest(connection: Connection, count: int, since: datetime | None) -> list[Dropped]:
    """Return the entries below the line with the highest scores (first seen since), then the newest."""
    entry = t.entry.c
    query = (
        select(
            entry.id, entry.source_id, entry.url, entry.title, entry.first_seen,
            _V.level, _V.score, _V.rule, _V.reason,
        )
        .join(t.entry, entry.id == _V.entry_id)
        .where(_V.current, _V.level != Level.RELEVANT.value)
        .order_by(_V.score.desc(), entry.first_seen.desc(), entry.id)
        .limit(count)
    )  # fmt: skip
    if since is not None:
        query = query.where(entry.first_seen >= since)
    return [Dropped(*row) for row in connection.execute(query)]


def _stored(row: RowMapping, sentences: Sequence[JudgedSentence], quotes: Sequence[Quote]) -> StoredVerdict:
    more = dict(row["more"] or {})
    relevance = unpack_fields(Relevance, more.pop("relevance", None))
    verdict = Verdict(
        relation=Relation(row["relation"]),
        level=Level(row["level"]),
        reason=row["reason"],
        rules_version=row["rules_version"],
        relevance=Relevance(
            **{
                "level": Level(row["level"]),
                "score": row["score"],
                "rule": row["rule"],
                "reason": row["reason"],
                **relevance,
            }
        ),
        duplicate_of=row["duplicate_of"],
        story=row["story"],
        sentences=tuple(sentences),
        quotes=tuple(quotes),
        **unpack_fields(Verdict, more),
    )
    return StoredVerdict(
        id=row["id"],
        entry_id=row["entry_id"],
        article_id=row["article_id"],
        at=row["at"],
        current=row["current"],
        verdict=verdict,
    )


def _sentences(connection: Connection, article_ids: Sequence[int]) -> dict[int, list[JudgedSentence]]:
    found: dict[int, list[JudgedSentence]] = {}
    query = (
        select(t.sentence)
        .where(t.sentence.c.article_id.in_(article_ids))
        .order_by(t.sentence.c.article_id, t.sentence.c.position)
    )
    for row in connection.execute(query).mappings():
        values = dict(row)
        article_id = values.pop("article_id")
        values["label"], values["anchors"] = NoveltyLabel(row["label"]), tuple(row["anchors"])
        values |= unpack_fields(JudgedSentence, values.pop("more"))
        found.setdefault(article_id, []).append(JudgedSentence(**values))
    return found


def _quotes(connection: Connection, article_ids: Sequence[int]) -> dict[int, list[Quote]]:
    found: dict[int, list[Quote]] = {}
    query = (
        select(t.quote)
        .where(t.quote.c.article_id.in_(article_ids))
        .order_by(t.quote.c.article_id, t.quote.c.position)
    )
    for row in connection.execute(query).mappings():
        values = dict(row)
        article_id, _ = values.pop("article_id"), values.pop("position")
        values |= unpack_fields(Quote, values.pop("more"))
        found.setdefault(article_id, []).append(Quote(**values))
    return found
