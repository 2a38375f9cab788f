"""The tables, as SQLModel classes: the shape of the store and nothing else (meaning: ``docs/schema.md``).

Queries use Core on the ``Table`` objects at the end of this file; a row class is never built. A change needs
a migration (``migrations/versions``) and a line in ``docs/schema.md``; tests hold all three in step.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""One name for a constraint on both databases, so that a migration can speak of it."""


def utc(at: datetime) -> datetime:
    """Return the time in UTC; ValueError for a time without a zone, which could be any."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {at.isoformat()}")
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def utc_text(at: datetime) -> str:
    """Return the time as SQLite keeps it."""
    return utc(at).replace(tzinfo=None).isoformat(" ")


class UtcTime(TypeDecorator[datetime]):
    """A point in time: aware in UTC outside, ``timestamptz`` in PostgreSQL, ISO text in UTC in SQLite.

    The text (``2026-11-22 07:00:00``, microseconds only where there are any) sorts as times do, and costs a
    third of what SQLAlchemy's own DATETIME for SQLite costs.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the database."""
        kind: TypeEngine[Any] = Text() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a naive time: it would be stored as whatever zone the machine has."""
        if value is None:
            return None
        return utc_text(value) if dialect.name == "sqlite" else utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the time back aware."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        return cast("datetime", value.astimezone(UTC))


KeyText = Text().with_variant(Text(collation="C"), "postgresql")
"""Identifiers: ordered by code point on both databases, so that both give rows in the same order."""

Id = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only where the type is exactly INTEGER."""


def _key(*, references: str = "", **options: Any) -> Any:
    """Return a column for an identifier."""
    return Field(sa_type=cast("Any", KeyText), sa_column_args=_foreign(references), **options)


def _words(**options: Any) -> Any:
    """Return a column for text nobody sorts by."""
    return Field(sa_type=Text, **options)


def _time(**options: Any) -> Any:
    return Field(sa_type=cast("Any", UtcTime), **options)


def _id(*, references: str = "", **options: Any) -> Any:
    return Field(sa_type=cast("Any", Id), sa_column_args=_foreign(references), **options)


def _hash(**options: Any) -> Any:
    """Return a column for a signed 64-bit hash."""
    return Field(sa_type=BigInteger, **options)


def _json(**options: Any) -> Any:
    return Field(sa_type=cast("Any", JSON(none_as_null=True)), **options)


def _bytes(**options: Any) -> Any:
    return Field(sa_type=LargeBinary, **options)


def _foreign(target: str) -> tuple[ForeignKey, ...]:
    return (ForeignKey(target),) if target else ()


IS_PENDING = text("state = 'pending'")
"""Said the same way by index and query: with a bound value neither database would use the index."""
HAS_ARTICLE = text("article_id IS NOT NULL")


def _partial(name: str, column: str, *, current: bool) -> Index:
    """Return an index over current verdicts (unique) or past ones; most have no article, and take no room.

    Only a column that may be NULL is asked whether it is: else SQLite does not use the index.
    """
    present = f" AND {column} IS NOT NULL" if column == "article_id" else ""
    in_sqlite = text(f"current = {int(current)}{present}")
    in_postgresql = text(("current" if current else "NOT current") + present)
    return Index(name, column, unique=current, sqlite_where=in_sqlite, postgresql_where=in_postgresql)


class Row(SQLModel):
    """Base of all rows: one metadata of our own, with names for constraints."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


# ------------------------------------------------------------------------------------------- sources


class MetaRow(Row, table=True):
    """Remembered single values."""

    __tablename__ = "meta"
    key: str = _key(primary_key=True)
    value: str = _words()


class SourceStateRow(Row, table=True):
    """What is remembered of a source between polls."""

    __tablename__ = "source_state"
    source_id: str = _key(primary_key=True)
    url: str = _words()
    validators_url: str | None = _words()
    etag: str | None = _words()
    last_modified: str | None = _words()
    body_sha256: str = _words()
    next_due: datetime | None = _time()
    last_attempt: datetime | None = _time()
    last_success: datetime | None = _time()
    last_new_entry: datetime | None = _time()
    newest_entry: datetime | None = _time()
    entries_last: int
    failures: int
    failing_since: datetime | None = _time()
    health: str = _words()
    kind: str | None = _words()
    detail: str = _words()
    unconditional: int
    moved_to: str = _words()
    moved_count: int
    moved_since: datetime | None = _time()
    stopped: bool
    full_at: datetime | None = _time()
    more: dict[str, Any] | None = _json()


class HostWaitRow(Row, table=True):
    """A host that asked us to wait."""

    __tablename__ = "host_wait"
    host: str = _key(primary_key=True)
    until: datetime = _time()


class RobotsRow(Row, table=True):
    """A robots.txt as last fetched."""

    __tablename__ = "robots"
    origin: str = _key(primary_key=True)
    fetched_at: datetime = _time()
    status: int | None
    body: bytes = _bytes()
    until: datetime = _time()


class LookRow(Row, table=True):
    """One request for a source: the log that coverage is told from."""

    __tablename__ = "look"
    __table_args__ = (Index(None, "at"),)
    id: int | None = _id(primary_key=True)
    source_id: str = _key()
    at: datetime = _time()
    kind: str = _words()
    status: int | None
    bytes: int
    entries: int
    new_entries: int
    oldest_entry: datetime | None = _time()
    newest_entry: datetime | None = _time()
    elapsed_ms: int
    detail: str = _words()
    discovered_via: str = _words()


# ------------------------------------------------------------------------------------------- entries


class EntryRow(Row, table=True):
    """What a feed said about one item, with its first text."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index(None, "url_hash"),
        Index(
            "ix_entry_article_id",
            "article_id",
            sqlite_where=HAS_ARTICLE,
            postgresql_where=HAS_ARTICLE,
        ),
        Index("ix_entry_pending", "news_at", sqlite_where=IS_PENDING, postgresql_where=IS_PENDING),
    )
    id: int | None = _id(primary_key=True)
    source_id: str = _key()
    key: str = _key()
    guid: str = _words()
    url: str | None = _words()
    url_hash: int | None = _hash()
    title: str = _words()
    summary: str = _words()
    content: str = _words()
    lang: str = _words()
    author: str = _words()
    origin_name: str = _words()
    origin_url: str = _words()
    content_hash: str = _words()
    latest_hash: str = _words()
    revisions: int
    published_at: datetime | None = _time()
    published_raw: str = _words()
    published_zone: str = _words()
    published_weak: str = _words()
    updated_at: datetime | None = _time()
    updated_raw: str = _words()
    updated_zone: str = _words()
    updated_weak: str = _words()
    published_at_source: str = _words()
    first_seen: datetime = _time()
    news_at: datetime = _time()
    discovered_via: str = _words()
    state: str = _words()
    attempts: int
    next_attempt: datetime | None = _time()
    detail: str = _words()
    article_id: int | None = _id(references="article.id")
    more: dict[str, Any] | None = _json()


class EntryRevisionRow(Row, table=True):
    """A later text of an entry."""

    __tablename__ = "entry_revision"
    __table_args__ = (Index(None, "entry_id"),)
    id: int | None = _id(primary_key=True)
    entry_id: int = _id(references="entry.id")
    seen_at: datetime = _time()
    content_hash: str = _words()
    title: str = _words()
    summary: str = _words()
    content: str = _words()


class PageRow(Row, table=True):
    """A fetched article page, or the attempts at it."""

    __tablename__ = "page"
    url_key: str = _key(primary_key=True)
    url: str = _words()
    final_url: str | None = _words()
    state: str = _words()
    attempts: int
    next_attempt: datetime | None = _time()
    fetched_at: datetime | None = _time()
    status: int | None
    kind: str | None = _words()
    server_time: datetime | None = _time()
    page: bytes | None = _bytes()
    etag: str | None = _words()
    last_modified: str | None = _words()
    detail: str = _words()


# ------------------------------------------------------------------------------------------- articles


class ArticleRow(Row, table=True):
    """Title, text, times and language: what is judged and kept."""

    __tablename__ = "article"
    __table_args__ = (Index(None, "first_seen"), Index(None, "source_id", "id"))
    id: int | None = _id(primary_key=True)
    source_id: str = _key()
    outlet: str = _words()
    url: str | None = _words()
    final_url: str | None = _words()
    canonical_url: str | None = _words()
    title: str = _words()
    summary: str = _words()
    body: str = _words()
    lang: str = _words()
    country: str = _words()
    published_at: datetime | None = _time()
    published_raw: str = _words()
    published_zone: str = _words()
    published_weak: str = _words()
    first_seen: datetime = _time()
    news_at: datetime = _time()
    server_time: datetime | None = _time()
    text_from: str = _words()
    affiliation: str = _words()
    family: str = _words()
    origin_name: str = _words()
    words: int
    algorithm: int | None
    more: dict[str, Any] | None = _json()


class ArticleUrlRow(Row, table=True):
    """Canonical keys of all addresses of an article: as given, final, canonical."""

    __tablename__ = "article_url"
    __table_args__ = (Index(None, "article_id"),)
    key: str = _key(primary_key=True)
    article_id: int = _id(references="article.id")


class SampledRow(Row, table=True):
    """Where each sampled shingle hash occurs: the index that finds copies."""

    __tablename__ = "sampled"
    __table_args__ = ({"sqlite_with_rowid": False},)
    hash: int = _hash(primary_key=True)
    article_id: int = _id(references="article.id", primary_key=True)


class TraitRow(Row, table=True):
    """Where and when each strong term occurs: the index that finds the same event in other words."""

    __tablename__ = "trait"
    __table_args__ = ({"sqlite_with_rowid": False},)
    term: str = _key(primary_key=True)
    day: int = Field(primary_key=True)
    article_id: int = _id(references="article.id", primary_key=True)


class LineRow(Row, table=True):
    """Which sentences stand in the last articles of each outlet: finds footers and boilerplate."""

    __tablename__ = "line"
    __table_args__ = ({"sqlite_with_rowid": False},)
    article_id: int = _id(references="article.id", primary_key=True)
    hash: int = _hash(primary_key=True)


class MarkRow(Row, table=True):
    """What the operator said of an article."""

    __tablename__ = "mark"
    __table_args__ = (Index(None, "article_id"),)
    id: int | None = _id(primary_key=True)
    article_id: int = _id(references="article.id")
    mark: str = _words()
    at: datetime = _time()


# ------------------------------------------------------------------------------------------- verdicts


class VerdictRow(Row, table=True):
    """What was decided on an entry and its article: the current verdict and all before it."""

    __tablename__ = "verdict"
    __table_args__ = (
        _partial("uq_verdict_current_entry", "entry_id", current=True),
        _partial("uq_verdict_current_article", "article_id", current=True),
        _partial("ix_verdict_past_entry", "entry_id", current=False),
        _partial("ix_verdict_past_article", "article_id", current=False),
    )
    id: int | None = _id(primary_key=True)
    entry_id: int = _id(references="entry.id")
    article_id: int | None = _id(references="article.id")
    at: datetime = _time()
    current: bool
    relation: str = _words()
    level: str = _words()
    score: float
    rule: str = _words()
    reason: str = _words()
    rules_version: str = _words()
    duplicate_of: str | None = _words()
    story: str | None = _words()
    more: dict[str, Any] | None = _json()


class SentenceRow(Row, table=True):
    """A judged sentence of an article's current verdict."""

    __tablename__ = "sentence"
    article_id: int = _id(references="article.id", primary_key=True)
    position: int = Field(primary_key=True)
    text: str = _words()
    label: str = _words()
    reason: str = _words()
    closest: str = _words()
    closest_ref: str = _words()
    anchors: list[str] = _json(nullable=False)
    more: dict[str, Any] | None = _json()


class QuoteRow(Row, table=True):
    """A quote of an article's current verdict."""

    __tablename__ = "quote"
    article_id: int = _id(references="article.id", primary_key=True)
    position: int = Field(primary_key=True)
    speaker: str = _words()
    words: str = _words()
    verb: str = _words()
    addressee: str = _words()
    lang: str = _words()
    sentence: int
    more: dict[str, Any] | None = _json()


class StoryRow(Row, table=True):
    """All articles on one event."""

    __tablename__ = "story"
    __table_args__ = (UniqueConstraint("seed"),)
    id: int | None = _id(primary_key=True)
    seed: int | None
    opened_at: datetime = _time()
    reason: str = _words()
    merged_into: int | None = _id(references="story.id")


class StoryMemberRow(Row, table=True):
    """An article's place in a story, past places included."""

    __tablename__ = "story_member"
    __table_args__ = (
        Index(None, "story_id"),
        Index(
            "uq_story_member_current",
            "article_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )
    id: int | None = _id(primary_key=True)
    story_id: int = _id(references="story.id")
    article_id: int = _id(references="article.id")
    at: datetime = _time()
    reason: str = _words()
    by_hand: bool
    left_at: datetime | None = _time()


# ------------------------------------------------------------------------------------------- digests


class DigestRow(Row, table=True):
    """A digest of one slot for one recipient, and its way through the outbox."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("recipient_id", "slot"), Index(None, "state"))
    id: int | None = _id(primary_key=True)
    recipient_id: str = _key()
    slot: str = _key()
    period_from: datetime | None = _time()
    period_to: datetime = _time()
    built_at: datetime = _time()
    subject: str = _words()
    text: str = _words()
    html: str = _words()
    markdown: str = _words()
    data: dict[str, Any] = _json(nullable=False)
    message_id: str = _words()
    state: str = _words()
    attempts: int
    next_attempt: datetime | None = _time()
    sent_at: datetime | None = _time()
    detail: str = _words()
    handed_at: datetime | None = _time()
    repeats: int = Field(sa_type=Integer, sa_column_kwargs={"server_default": "0"})


class DigestItemRow(Row, table=True):
    """An article that a digest tells."""

    __tablename__ = "digest_item"
    __table_args__ = (Index(None, "article_id"),)
    digest_id: int = _id(references="digest.id", primary_key=True)
    article_id: int = _id(references="article.id", primary_key=True)


# ------------------------------------------------------------------------------------------- backfill


class BackfillWindowRow(Row, table=True):
    """One window of the past of one provider for one source."""

    __tablename__ = "backfill_window"
    __table_args__ = (
        UniqueConstraint("source_id", "provider", "start_at", "end_at", name="uq_backfill_window_span"),
    )
    id: int | None = _id(primary_key=True)
    source_id: str = _key()
    provider: str = _key()
    start_at: datetime = _time()
    end_at: datetime = _time()
    state: str = _words()
    requests: int
    items: int
    cursor: str = _words()
    detail: str = _words()
    updated_at: datetime | None = _time()


METADATA = Row.metadata


def _table(row: type[Row]) -> Table:
    """Return the Core table of a row class."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]  # SQLModel does not declare it


meta = _table(MetaRow)
source_state = _table(SourceStateRow)
host_wait = _table(HostWaitRow)
robots = _table(RobotsRow)
look = _table(LookRow)
entry = _table(EntryRow)
entry_revision = _table(EntryRevisionRow)
page = _table(PageRow)
article = _table(ArticleRow)
article_url = _table(ArticleUrlRow)
sampled = _table(SampledRow)
trait = _table(TraitRow)
line = _table(LineRow)
mark = _table(MarkRow)
verdict = _table(VerdictRow)
sentence = _table(SentenceRow)
quote = _table(QuoteRow)
story = _table(StoryRow)
story_member = _table(StoryMemberRow)
digest = _table(DigestRow)
digest_item = _table(DigestItemRow)
backfill_window = _table(BackfillWindowRow)
