"""Articles, their addresses, and the three indexes that find them again: shingles, terms, lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, text, update

from monitor.db import tables as t
from monitor.db.bulk import any_of, asked, chunks, insert_new
from monitor.db.codec import rest, unpack_fields
from monitor.db.entries import claim
from monitor.db.records import EntryRef, KnownText, Mark, StoredArticle
from monitor.db.stories import current_refs
from monitor.db.tables import utc
from monitor.db.verdicts import of_articles
from monitor.model import Article, Fingerprint, KnownArticle, Level, Relation, Traits

LINES_OF = 40
"""Articles of each outlet whose sentences stay in ``line``: twice the twenty the judges look back on."""

WEAK_TERMS = ("w:",)
"""Kinds of terms that are not indexed: single words find every article of the topic."""

SHOWN = (Level.RELEVANT.value, Level.NEAR.value)
"""Levels a digest may show."""

_COLUMNS = tuple(column.name for column in t.article.columns if column.name != "id")
_OWN = frozenset({*_COLUMNS, "id", "published"})
"""Fields of an `Article` that have columns; any other field goes into ``more``."""
_PLAIN = tuple(
    name
    for name in _COLUMNS
    if name
    not in {
        "published_at",
        "published_raw",
        "published_zone",
        "published_weak",
        "news_at",
        "words",
        "algorithm",
        "more",
    }
)


# ------------------------------------------------------------------------------------------- storing


def save(
    connection: Connection,
    article: Article,
    url_keys: Sequence[str],
    fingerprint: Fingerprint | None,
    traits: Traits | None,
    words: int,
    as_id: int | None = None,
) -> int:
    """Store a new article (under that id), or replace text and indexes of a stored one; return its id."""
    values = _values(article, words, fingerprint)
    if article.id is None:
        values |= {} if as_id is None else {"id": as_id}
        created = connection.execute(insert(t.article).returning(t.article.c.id), values)
        article_id = int(created.scalar_one())
    else:
        article_id = article.id
        _forget(connection, article_id)
        connection.execute(update(t.article).where(t.article.c.id == article_id).values(**values))
    add_urls(connection, article_id, url_keys)
    _index(connection, article_id, values["news_at"], fingerprint, traits)
    _drop_old_lines(connection, article.source_id)
    return article_id


def _values(article: Article, words: int, fingerprint: Fingerprint | None) -> dict[str, Any]:
    if article.first_seen is None:
        raise ValueError("an article cannot be stored without first_seen")
    published = article.published
    return {
        **{name: getattr(article, name) for name in _PLAIN},
        "published_at": published.at,
        "published_raw": published.raw,
        "published_zone": published.zone,
        "published_weak": published.weak,
        "news_at": published.at or article.first_seen,
        "words": words,
        "algorithm": fingerprint.algorithm if fingerprint is not None else None,
        "more": rest(article, _OWN),
    }


def add_urls(connection: Connection, article_id: int, url_keys: Sequence[str]) -> None:
    """Add addresses; one that leads to another article already stays with that one."""
    rows = [(key, article_id) for key in dict.fromkeys(url_keys)]
    insert_new(connection, t.article_url, ("key", "article_id"), rows)


def attach(connection: Connection, entry_id: int, article_id: int) -> None:
    """Say that this entry is that article."""
    connection.execute(update(t.entry).where(t.entry.c.id == entry_id).values(article_id=article_id))


def _index(
    connection: Connection,
    article_id: int,
    at: datetime,
    fingerprint: Fingerprint | None,
    traits: Traits | None,
) -> None:
    if fingerprint is not None:
        rows = [(hash_, article_id) for hash_ in sorted(map(kept_bits, set(fingerprint.sampled)))]
        insert_new(connection, t.sampled, ("hash", "article_id"), rows)
    if traits is not None:
        terms = sorted({term for term, _ in traits.terms if not term.startswith(WEAK_TERMS)})
        rows_ = [(term, _day(at), article_id) for term in terms]
        insert_new(connection, t.trait, ("term", "day", "article_id"), rows_)
        lines = sorted(set(traits.sentence_hashes))
        insert_new(connection, t.line, ("article_id", "hash"), [(article_id, line) for line in lines])


def _forget(connection: Connection, article_id: int) -> None:
    """Take an article out of the indexes; reads the whole of two of them, so only for a text that changed."""
    for index in (t.sampled, t.trait, t.line):
        connection.execute(delete(index).where(index.c.article_id == article_id))


def _drop_old_lines(connection: Connection, source_id: str) -> None:
    """Drop the lines of the one article of the outlet that has just become too old."""
    outdated = (
        select(t.article.c.id)
        .where(t.article.c.source_id == source_id)
        .order_by(t.article.c.id.desc())
        .offset(LINES_OF)
        .limit(1)
    )
    connection.execute(delete(t.line).where(t.line.c.article_id.in_(outdated)))


def clear_indexes(connection: Connection) -> None:
    """Empty the indexes of shingles, terms and lines, to be filled again by replay."""
    for index in (t.sampled, t.trait, t.line):
        connection.execute(delete(index))
    connection.execute(update(t.article).values(algorithm=None))


# ------------------------------------------------------------------------------------------- finding


def for_url(connection: Connection, url_keys: Sequence[str]) -> int | None:
    """Return the article under the first of these keys that is known."""
    query = select(t.article_url.c.key, t.article_url.c.article_id).where(t.article_url.c.key.in_(url_keys))
    found = {row.key: int(row.article_id) for row in connection.execute(query)}
    return next((found[key] for key in url_keys if key in found), None)


def kept_bits(hash_: int) -> int:
    """Return the upper 48 bits of a sampled hash, all that is stored of it.

    SQLite keeps them in 6 bytes: 200 bytes less an article. Among 9 million stored ones, a look-up of 90
    meets a stranger once in 300,000 times, and every candidate is checked exactly.
    """
    return hash_ >> 16


_HOLDERS = any_of(
    "article_id, count(*) AS shared",
    "sampled",
    "hash",
    "bigint",
    "GROUP BY article_id ORDER BY shared DESC, article_id LIMIT :most",
)


def candidates(
    connection: Connection, sampled: Collection[int], cap_per_hash: int, limit: int
) -> list[tuple[int, int]]:
    """Return (article id, hashes shared), most shared first, then by id; skips hashes above the cap."""
    rare = set(sampled) - common(connection, sampled, cap_per_hash + 1)
    query = _HOLDERS[connection.dialect.name]
    values = {"asked": asked(connection, map(kept_bits, rare)), "most": limit}
    rows = connection.execute(query, values)
    return [(int(article_id), int(shared)) for article_id, shared in rows]


_HELD_BY_MANY = {
    "sqlite": text("""
        SELECT one.value FROM json_each(:asked) AS one
        WHERE EXISTS (SELECT 1 FROM sampled WHERE hash = one.value LIMIT 1 OFFSET :others)"""),
    "postgresql": text("""
        SELECT one.value FROM unnest(CAST(:asked AS bigint[])) AS one(value)
        WHERE EXISTS (SELECT 1 FROM sampled WHERE hash = one.value LIMIT 1 OFFSET :others)"""),
}
"""For each hash no more rows are read than the question needs, however many articles hold it."""


def common(connection: Connection, sampled: Collection[int], at_least: int) -> frozenset[int]:
    """Return those hashes that at least that many articles hold."""
    values = {"asked": asked(connection, map(kept_bits, sampled)), "others": at_least - 1}
    found = set(connection.execute(_HELD_BY_MANY[connection.dialect.name], values).scalars())
    return frozenset(hash_ for hash_ in sampled if kept_bits(hash_) in found)


def repeated_lines(
    connection: Connection, source_id: str, hashes: Collection[int], last: int, at_least: int
) -> frozenset[int]:
    """Return those hashes that at least that many of the outlet's last articles hold."""
    recent = (
        select(t.article.c.id)
        .where(t.article.c.source_id == source_id)
        .order_by(t.article.c.id.desc())
        .limit(min(last, LINES_OF))
    )
    ids = list(connection.execute(recent).scalars())
    found: set[int] = set()
    for some in chunks(sorted(set(hashes))):
        query = (
            select(t.line.c.hash)
            .where(t.line.c.article_id.in_(ids), t.line.c.hash.in_(some))
            .group_by(t.line.c.hash)
            .having(func.count() >= at_least)
        )
        found.update(connection.execute(query).scalars())
    return frozenset(found)


def sharing_terms(
    connection: Connection, terms: Collection[str], since: datetime, until: datetime, limit: int
) -> list[tuple[int, int]]:
    """Return (article id, strong terms shared) of articles of that time, most shared first, then by id."""
    strong = sorted({term for term in terms if not term.startswith(WEAK_TERMS)})
    shared = func.count()
    query = (
        select(t.trait.c.article_id, shared)
        .join(t.article, t.article.c.id == t.trait.c.article_id)
        .where(t.trait.c.term.in_(strong))
        .where(t.trait.c.day >= _day(since), t.trait.c.day <= _day(until))
        .where(t.article.c.news_at >= since, t.article.c.news_at <= until)
        .group_by(t.trait.c.article_id)
        .order_by(shared.desc(), t.trait.c.article_id)
        .limit(limit)
    )
    return [(int(article_id), int(count)) for article_id, count in connection.execute(query)]


def _day(at: datetime) -> int:
    """Return days since 0001-01-01 in UTC: a look-up stays in its time, however many share a term."""
    return utc(at).toordinal()


# ------------------------------------------------------------------------------------------- reading


def known(connection: Connection, article_ids: Sequence[int]) -> list[KnownText]:
    """Return articles for the judges, in the order asked for."""
    rows = _rows(connection, article_ids)
    refs = current_refs(connection, rows)
    decided = _decided(connection, rows)
    return [
        _known(rows[article_id], refs.get(article_id), decided.get(article_id))
        for article_id in article_ids
        if article_id in rows
    ]


def _known(row: RowMapping, story: str | None, decided: tuple[Relation, str | None] | None) -> KnownText:
    relation, duplicate_of = decided or (None, None)
    frame = KnownArticle(
        ref=f"article:{row['id']}",
        title=row["title"],
        lang=row["lang"],
        outlet=row["outlet"],
        at=row["news_at"],
        fingerprint=None,
        traits=None,
        story=story,
        duplicate_of=duplicate_of,
        family=row["family"],
        relation=relation,
    )
    return KnownText(frame, article_of(row), row["algorithm"])


def _decided(connection: Connection, ids: Collection[int]) -> dict[int, tuple[Relation, str | None]]:
    """Return relation and original of the current verdicts."""
    found = {}
    for some in chunks(sorted(ids)):
        query = select(t.verdict.c.article_id, t.verdict.c.relation, t.verdict.c.duplicate_of).where(
            t.verdict.c.article_id.in_(some), t.verdict.c.current
        )
        for row in connection.execute(query):
            found[row.article_id] = (Relation(row.relation), row.duplicate_of)
    return found


def _rows(connection: Connection, ids: Collection[int]) -> dict[int, RowMapping]:
    found: dict[int, RowMapping] = {}
    for some in chunks(sorted(set(ids))):
        for row in connection.execute(select(t.article).where(t.article.c.id.in_(some))).mappings():
            found[row["id"]] = row
    return found


def article_of(row: RowMapping) -> Article:
    """Return the record of an article row."""
    return Article(
        id=row["id"],
        published=claim(row, "published"),
        **{name: row[name] for name in _PLAIN},
        **unpack_fields(Article, row["more"]),
    )


def stored(connection: Connection, ids: Collection[int]) -> dict[int, StoredArticle]:
    """Return articles that have a verdict, with all that belongs to them, by id."""
    rows = _rows(connection, ids)
    verdicts = of_articles(connection, rows)
    refs = current_refs(connection, rows)
    places = _entries(connection, rows)
    marks = marks_of(connection, rows)
    return {
        article_id: StoredArticle(
            article=article_of(row),
            verdict=verdicts[article_id].verdict,
            verdict_at=verdicts[article_id].at,
            entries=tuple(places.get(article_id, ())),
            story=refs.get(article_id),
            marks=tuple(marks.get(article_id, ())),
            words=row["words"],
        )
        for article_id, row in rows.items()
        if article_id in verdicts
    }


def in_order(connection: Connection, ids: Sequence[int]) -> list[StoredArticle]:
    """Return articles that have a verdict, in the order of the ids."""
    found = stored(connection, ids)
    return [found[article_id] for article_id in ids if article_id in found]


def _entries(connection: Connection, ids: Collection[int]) -> dict[int, list[EntryRef]]:
    found: dict[int, list[EntryRef]] = {}
    columns = (
        t.entry.c.id,
        t.entry.c.source_id,
        t.entry.c.url,
        t.entry.c.first_seen,
        t.entry.c.discovered_via,
    )
    for some in chunks(sorted(ids)):
        query = (
            select(t.entry.c.article_id, *columns)
            .where(t.entry.c.article_id.in_(some))
            .order_by(t.entry.c.first_seen, t.entry.c.id)
        )
        for article_id, *rest_ in connection.execute(query):
            found.setdefault(article_id, []).append(EntryRef(*rest_))
    return found


def between(connection: Connection, since: datetime, until: datetime) -> list[int]:
    """Return ids of relevant and near articles with since <= first_seen < until, by first_seen, then id."""
    query = (
        select(t.article.c.id)
        .join(t.verdict, (t.verdict.c.article_id == t.article.c.id) & t.verdict.c.current)
        .where(t.article.c.first_seen >= since, t.article.c.first_seen < until)
        .where(t.verdict.c.level.in_(SHOWN))
        .order_by(t.article.c.first_seen, t.article.c.id)
    )
    return list(connection.execute(query).scalars())


def marks_of(connection: Connection, ids: Collection[int]) -> dict[int, list[Mark]]:
    """Return the marks of articles, oldest first."""
    found: dict[int, list[Mark]] = {}
    for some in chunks(sorted(ids)):
        query = (
            select(t.mark.c.article_id, t.mark.c.mark, t.mark.c.at)
            .where(t.mark.c.article_id.in_(some))
            .order_by(t.mark.c.id)
        )
        for row in connection.execute(query):
            found.setdefault(row.article_id, []).append(Mark(*row))
    return found


def add_mark(connection: Connection, article_id: int, mark: str, at: datetime) -> None:
    """Keep what the operator says of an article."""
    insert_new(connection, t.mark, ("article_id", "mark", "at"), [(article_id, mark, at)])
