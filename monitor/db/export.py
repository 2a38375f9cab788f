"""Every stored entry with what became of it, as ``monitor export`` shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from monitor.db import tables as t
from monitor.db.bulk import chunks
from monitor.db.records import RELATIONS_WITH_ORIGINAL, EntryState, ExportRow
from monitor.db.stories import current_refs
from monitor.model import NoveltyLabel, Relation

_ENTRY = tuple(
    t.entry.c[name]
    for name in (
        "id",
        "article_id",
        "url",
        "source_id",
        "lang",
        "title",
        "published_at",
        "first_seen",
        "state",
    )
)
_ARTICLE = tuple(t.article.c[name] for name in ("id", "final_url", "lang", "title", "published_at"))
_VERDICT = tuple(
    t.verdict.c[name]
    for name in ("entry_id", "article_id", "level", "relation", "duplicate_of", "story", "reason")
)
_UNDECIDED = {"level": "", "relation": "", "duplicate_of": None, "story": None, "reason": ""}


def after(connection: Connection, entry_id: int, since: datetime | None, limit: int) -> list[ExportRow]:
    """Return the next entries above that id."""
    query = select(*_ENTRY).where(t.entry.c.id > entry_id).order_by(t.entry.c.id).limit(limit)
    if since is not None:
        query = query.where(t.entry.c.first_seen >= since)
    entries = connection.execute(query).mappings().all()
    ids = sorted({row["article_id"] for row in entries if row["article_id"] is not None})
    articles = _by(connection, _ARTICLE, t.article.c.id, ids)
    of_article = _by(connection, _VERDICT, t.verdict.c.article_id, ids, t.verdict.c.current)
    dropped = [row["id"] for row in entries if row["article_id"] is None]
    of_entry = _by(connection, _VERDICT, t.verdict.c.entry_id, dropped, t.verdict.c.current)
    novel = _novel(connection, ids)
    stories = current_refs(connection, ids)
    originals = _addresses(connection, (*of_article.values(), *of_entry.values()))
    return [
        _row(
            entry,
            articles.get(entry["article_id"]),
            of_article.get(entry["article_id"]) or of_entry.get(entry["id"]) or _UNDECIDED,
            originals,
            stories,
            novel,
        )
        for entry in entries
    ]


def _by(
    connection: Connection,
    columns: Collection[Any],
    key: ColumnElement[int],
    values: Collection[int],
    *conditions: ColumnElement[bool],
) -> dict[int, RowMapping]:
    """Return rows by that column, which must be unique among them."""
    found = {}
    for some in chunks(sorted(values)):
        query = select(*columns, key.label("_by")).where(key.in_(some), *conditions)
        for row in connection.execute(query).mappings():
            found[row["_by"]] = row
    return found


def _novel(connection: Connection, article_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the sentences with new facts, in reading order."""
    found: dict[int, list[str]] = {}
    columns = t.sentence.c
    for some in chunks(sorted(article_ids)):
        query = (
            select(columns.article_id, columns.text)
            .where(columns.article_id.in_(some), columns.label == NoveltyLabel.NEW_FACT.value)
            .order_by(columns.article_id, columns.position)
        )
        for article_id, text in connection.execute(query):
            found.setdefault(article_id, []).append(text)
    return found


def _addresses(connection: Connection, verdicts: Iterable[RowMapping]) -> dict[str, str]:
    """Return the address of each article that is somebody's original, by its ref."""
    ids = {
        int(row["duplicate_of"].removeprefix("article:"))
        for row in verdicts
        if (row["duplicate_of"] or "").startswith("article:")
    }
    found = {}
    for some in chunks(sorted(ids)):
        query = select(t.article.c.id, t.article.c.url, t.article.c.final_url).where(t.article.c.id.in_(some))
        for article_id, url, final_url in connection.execute(query):
            found[f"article:{article_id}"] = url or final_url or f"article:{article_id}"
    return found


def _row(
    entry: RowMapping,
    article: RowMapping | None,
    verdict: Any,
    originals: dict[str, str],
    stories: dict[int, str],
    novel: dict[int, list[str]],
) -> ExportRow:
    shown = article or entry
    original = verdict["duplicate_of"]
    if not verdict["relation"] or Relation(verdict["relation"]) not in RELATIONS_WITH_ORIGINAL:
        original = None
    return ExportRow(
        entry_id=entry["id"],
        article_id=entry["article_id"],
        url=entry["url"],
        final_url=article["final_url"] if article else None,
        source_id=entry["source_id"],
        lang=shown["lang"],
        title=shown["title"],
        published=shown["published_at"],
        first_seen=entry["first_seen"],
        level=verdict["level"],
        relation=verdict["relation"],
        duplicate_of=originals.get(original, original) if original else None,
        story=stories.get(entry["article_id"]) or verdict["story"],
        novel_sentences=tuple(novel.get(entry["article_id"], ())),
        reason=verdict["reason"],
        state=EntryState(entry["state"]),
    )
