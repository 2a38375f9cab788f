"""Records of the store's border: what goes in and what comes out, frozen, without a trace of SQL.

Everything here is plain: the conductor builds and reads these without importing the database. Times are aware
datetimes in UTC. ``ref`` strings are those of the judges: ``seed:N``, ``article:ID``, ``story:ID``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.model import Article, Entry, FetchKind, KnownArticle, Page, Relation, SourceState, Verdict

LIVE = "feed"
"""``discovered_via`` of what live polling found; other values: a backfill provider, or ``hand``."""
FOUND_NOW = (LIVE, "hand")
"""What digests tell without being asked to: not what only backfill found."""


# ------------------------------------------------------------------------------------------- polling


@dataclass(frozen=True, slots=True)
class PollRecord:
    """What one request for a source brought: its new state, the look, and the entries of the document."""

    state: SourceState | None
    """Replaces the stored state as a whole; None (backfill, by hand) leaves the state alone."""
    at: datetime
    """When the request was started; ``first_seen`` of every entry it brings."""
    kind: FetchKind
    status: int | None = None
    bytes: int = 0
    """Size of the decoded body."""
    elapsed_ms: int = 0
    detail: str = ""
    entries: tuple[Entry, ...] = ()
    """In document order, keys unique."""
    discovered_via: str = LIVE
    host_wait: tuple[str, datetime] | None = None
    """(host, until): the whole host asked us to wait."""
    source: str = ""
    """Source id; only needed where ``state`` is None."""
    published_at_source: str = "feed"
    """Whose clock: ``feed``, ``article``, ``sitemap_lastmod``, ``capture_time`` or ``seendate``."""
    keep_look: bool = True
    """False: no row in the log of looks (an entry added by hand is no look at a source)."""

    @property
    def source_id(self) -> str:
        """Return the id of the source that was asked."""
        return self.state.source_id if self.state is not None else self.source


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What the store made of the entries of one source in one call."""

    new_entries: int = 0
    revised: int = 0
    """Known entries whose text changed at the outlet; the earlier wording is kept as a revision."""
    aliases: int = 0
    """Entries that only changed their guid; nothing was stored for them."""


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look at a source, as the log keeps it: the base of every statement on coverage."""

    source_id: str
    at: datetime
    kind: FetchKind
    status: int | None
    bytes: int
    entries: int
    """Entries in the document."""
    new_entries: int
    oldest_entry: datetime | None
    """Oldest and newest claimed time in the document: how far back this look reached."""
    newest_entry: datetime | None
    elapsed_ms: int
    detail: str
    discovered_via: str


@dataclass(frozen=True, slots=True)
class RobotsRecord:
    """A robots.txt as last fetched."""

    origin: str
    """``scheme://host[:port]``."""
    fetched_at: datetime
    status: int | None
    """HTTP status; None where no answer came."""
    body: bytes
    until: datetime
    """Valid until then."""


# ------------------------------------------------------------------------------------------- entries


class EntryState(StrEnum):
    """How far an entry is on its road."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PendingEntry:
    """An entry that waits to be judged."""

    id: int
    source_id: str
    entry: Entry
    first_seen: datetime
    discovered_via: str
    attempts: int


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry with all the store knows of it."""

    id: int
    source_id: str
    entry: Entry
    first_seen: datetime
    discovered_via: str
    published_at_source: str
    state: EntryState
    attempts: int
    next_attempt: datetime | None
    detail: str
    """Why it failed or is tried again; empty otherwise."""
    article_id: int | None


@dataclass(frozen=True, slots=True)
class EntryRevision:
    """The text an outlet gave an entry later on; the entry itself keeps its first text."""

    entry_id: int
    seen_at: datetime
    content_hash: str
    title: str
    summary: str
    content: str


@dataclass(frozen=True, slots=True)
class EntryRef:
    """Where one article was seen: a short form of an entry."""

    entry_id: int
    source_id: str
    url: str | None
    first_seen: datetime
    discovered_via: str


# ------------------------------------------------------------------------------------------- pages


class PageState(StrEnum):
    """What is to be done with a page."""

    OK = "ok"
    RETRY = "retry"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A fetched article page, or the attempts at it."""

    url_key: str
    """Canonical key of the URL as given (``read.urls.clean``)."""
    url: str
    final_url: str | None
    state: PageState
    attempts: int = 0
    next_attempt: datetime | None = None
    fetched_at: datetime | None = None
    status: int | None = None
    kind: FetchKind | None = None
    server_time: datetime | None = None
    page: Page | None = None
    etag: str | None = None
    last_modified: str | None = None
    detail: str = ""


# ------------------------------------------------------------------------------------------- articles


@dataclass(frozen=True, slots=True)
class KnownText:
    """A stored article for the judges: what they compare with, and the text to prepare and fingerprint."""

    known: KnownArticle
    """``prepared`` and ``fingerprint`` are None; the conductor fills them from ``article``."""
    article: Article
    algorithm: int | None
    """Algorithm of the sampled hashes in the store; None where none were stored."""


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict with its place in the store."""

    id: int
    entry_id: int
    article_id: int | None
    at: datetime
    current: bool
    verdict: Verdict
    """Of superseded verdicts the judged sentences and quotes are not kept."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """An entry below the line of relevance, with what kept it there."""

    entry_id: int
    source_id: str
    url: str | None
    title: str
    first_seen: datetime
    level: str
    """``near`` or ``off_topic``."""
    score: float
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What the operator said of an article."""

    article_id: int
    mark: str
    """``known``, ``off-topic`` or ``on-topic``."""
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with its current verdict, where it was seen, its story and marks."""

    article: Article
    verdict: Verdict
    verdict_at: datetime
    entries: tuple[EntryRef, ...]
    """By first_seen, then id; the first is where we saw it first."""
    story: str | None
    """``story:ID`` or ``seed:N``."""
    marks: tuple[Mark, ...] = ()
    words: int = 0

    @property
    def id(self) -> int:
        """Return the article's id."""
        assert self.article.id is not None
        return self.article.id

    @property
    def ref(self) -> str:
        """Return ``article:ID``."""
        return f"article:{self.article.id}"


@dataclass(frozen=True, slots=True)
class StoryMember:
    """One article's place in a story, past places included."""

    story: str
    article_id: int
    at: datetime
    reason: str
    by_hand: bool
    left_at: datetime | None
    """None: still a member."""


@dataclass(frozen=True, slots=True)
class StoredStory:
    """A story with the span of its present members."""

    ref: str
    """``story:ID`` or ``seed:N``."""
    opened_at: datetime
    reason: str
    merged_into: str | None
    """The story it was merged into by hand."""
    articles: int
    """Present members."""
    first: datetime | None
    """Claimed time (else first seen) of the earliest and the latest member; None without members."""
    last: datetime | None


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A sentence that a digest has already told somebody."""

    article_id: int
    position: int
    text: str
    anchors: tuple[str, ...]
    told_at: datetime
    """When the digest that told it first was delivered (built, while it is still on its way)."""


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A relevant report, for counting."""

    at: datetime
    """Claimed time, else first seen."""
    country: str
    """Of the outlet."""


@dataclass(frozen=True, slots=True)
class QuotedRow:
    """Words somebody is reported to have said, with the report."""

    speaker: str
    words: str
    addressee: str
    lang: str
    outlet: str
    url: str
    at: datetime
    """Of the report: claimed time, else first seen."""


@dataclass(frozen=True, slots=True)
class SaidRow:
    """A report in which somebody takes a position."""

    article_id: int
    at: datetime
    """Its claimed time, else when we saw it."""
    outlet: str
    story: str | None


# ------------------------------------------------------------------------------------------- judging anew


@dataclass(frozen=True, slots=True)
class JudgedEntry:
    """An entry with its place in the order in which entries were judged."""

    place: int
    """Rises in that order; the id of its first verdict."""
    at: datetime
    """When it was first judged."""
    pending: PendingEntry
    """As ingest saw it."""
    article_id: int | None


@dataclass(frozen=True, slots=True)
class ToldDigest:
    """When a digest began to count as told, and what it told; refused ones told nobody."""

    id: int
    recipient_id: str
    slot: str
    built_at: datetime
    sent_at: datetime | None
    """None while it is on its way."""
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HandMove:
    """An article that the operator put into a story."""

    at: datetime
    place: int
    """Rises in the order of the moves."""
    story: str
    article_id: int
    reason: str
    merged: str | None
    """The story it was in, where that was merged as a whole into ``story``."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """Which numbers a store has given, so that judging anew gives the same ones to the same things."""

    openers: dict[int, int]
    """Article that opened a story (not by hand) -> number of the story."""
    seeds: dict[int, int]
    """Seed -> number of its story."""
    next_article: int
    """Lowest numbers never given."""
    next_story: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """What holds for one entry now."""

    entry_id: int
    article_id: int | None
    verdict: Verdict
    story: str | None
    """Where its article is now."""
    by_hand: bool
    """True where the operator has placed it there."""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One stored entry as ``monitor export`` shows it."""

    entry_id: int
    article_id: int | None
    url: str | None
    """As the feed gave it."""
    final_url: str | None
    source_id: str
    lang: str
    title: str
    published: datetime | None
    first_seen: datetime
    level: str
    """``relevant``, ``near``, ``off_topic``; empty while pending or failed."""
    relation: str
    """Empty while pending or failed."""
    duplicate_of: str | None
    """URL of the original, or ``seed:N``."""
    story: str | None
    novel_sentences: tuple[str, ...]
    """Verbatim, in reading order."""
    reason: str
    state: EntryState


# ------------------------------------------------------------------------------------------- digests


ALERT_SLOT = "alert:"
"""What the slots of alerts begin with: rows of the outbox that are no digests and hold no items."""


class DigestState(StrEnum):
    """Where a digest is in the outbox."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    """Refused for good by the other side."""


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One digest for one recipient and slot, with its way through the outbox."""

    recipient_id: str
    slot: str
    """Unique with ``recipient_id``: local time of the slot, ``2026-11-26T07:00+09:00``, or any given name."""
    period_from: datetime | None
    period_to: datetime
    built_at: datetime
    subject: str
    text: str
    html: str
    markdown: str
    data: dict[str, Any] = field(default_factory=dict)
    """The JSON form."""
    message_id: str = ""
    items: tuple[int, ...] = ()
    """Articles this digest tells."""
    id: int | None = None
    state: DigestState = DigestState.QUEUED
    attempts: int = 0
    next_attempt: datetime | None = None
    """None: due at once."""
    sent_at: datetime | None = None
    detail: str = ""
    """Of the last attempt."""
    handed_at: datetime | None = None
    """When all of it was about to be out of our hands in an attempt whose end is not known; None: no such."""
    repeats: int = 0
    """Hand-overs after one whose end is not known: so often the other side may have it once more."""


# ------------------------------------------------------------------------------------------- backfill


class WindowState(StrEnum):
    """What became of one window of the past."""

    TODO = "todo"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WindowRecord:
    """One closed window of one provider for one source; half-open, UTC."""

    source_id: str
    provider: str
    start: datetime
    end: datetime
    state: WindowState = WindowState.TODO
    requests: int = 0
    items: int = 0
    cursor: str = ""
    """Where to go on inside the window; the provider's own words."""
    detail: str = ""
    updated_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is stored: for health, doctor and progress."""

    entries: int
    pending: int
    failed: int
    articles: int
    relevant: int
    """Articles whose current verdict is ``relevant``."""
    stories: int
    digests_queued: int


RELATIONS_WITH_ORIGINAL = frozenset({Relation.COPY, Relation.UPDATE, Relation.REWRITE})
"""Relations for which ``ExportRow.duplicate_of`` may be set."""
