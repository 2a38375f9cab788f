"""The one door to the store: every read and write of the service, in records, on SQLite and PostgreSQL alike.

Each method of `Store` is one transaction. Where several belong together, ``with store.batch() as b`` opens
one: `Batch` adds what ingest needs, its reads see its writes, and it is committed at the end or, after any
exception, rolled back as a whole. Methods of the store, called inside the block by the same thread, join it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.db.records import (
    Counts,
    DigestRow,
    EntryRevision,
    ExportRow,
    KnownText,
    LookRow,
    Mark,
    PageRecord,
    PendingEntry,
    PollOutcome,
    PollRecord,
    RobotsRecord,
    StoredArticle,
    StoredEntry,
    StoredVerdict,
    StoryMember,
    ToldRow,
    WindowRecord,
)
from monitor.model import Article, Delivery, Fingerprint, SourceState, Traits, Verdict


class Batch:
    """One open transaction: ingest's reads and writes. Reads see its writes."""

    def article_for_url(self, url_keys: Sequence[str]) -> int | None:
        """Return the article stored under the first of these canonical URL keys that is known, else None."""
        raise NotImplementedError

    def candidates(
        self, sampled: Collection[int], *, cap_per_hash: int = 50, limit: int = 10
    ) -> list[tuple[int, int]]:
        """Return (article id, hashes shared), most shared first, then by id; skips hashes above the cap."""
        raise NotImplementedError

    def common(self, sampled: Collection[int], *, at_least: int) -> frozenset[int]:
        """Return those of the sampled hashes that at least that many articles hold."""
        raise NotImplementedError

    def repeated_lines(
        self, source_id: str, hashes: Collection[int], *, last: int = 20, at_least: int = 2
    ) -> frozenset[int]:
        """Return those sentence hashes that at least that many of the last articles of the source hold."""
        raise NotImplementedError

    def known(self, article_ids: Sequence[int]) -> list[KnownText]:
        """Return the articles in the order asked for; unknown ids are left out."""
        raise NotImplementedError

    def sharing_terms(
        self, terms: Collection[str], *, since: datetime, until: datetime, limit: int = 50
    ) -> list[tuple[int, int]]:
        """Return (article id, strong terms shared), most first, of articles with since <= time <= until."""
        raise NotImplementedError

    def told(self, article_ids: Collection[int], *, recipient_id: str | None = None) -> list[ToldRow]:
        """Return the sentences of these articles that a digest told (to that recipient), in reading order."""
        raise NotImplementedError

    def save_article(
        self,
        article: Article,
        *,
        url_keys: Sequence[str],
        fingerprint: Fingerprint | None = None,
        traits: Traits | None = None,
        words: int = 0,
    ) -> int:
        """Store a new article (``id`` None) or replace text and indexes of a stored one; return its id."""
        raise NotImplementedError

    def attach(self, entry_id: int, article_id: int) -> None:
        """Say that this entry is that article."""
        raise NotImplementedError

    def save_verdict(self, entry_id: int, article_id: int | None, verdict: Verdict, at: datetime) -> int:
        """Make this the current verdict of entry and article; the last one becomes history. Return its id."""
        raise NotImplementedError

    def story_open(self, article_id: int, at: datetime, reason: str) -> str:
        """Open a story with this article as its first member; return its ref ``story:ID``."""
        raise NotImplementedError

    def story_join(
        self, story_ref: str, article_id: int, at: datetime, reason: str, *, by_hand: bool = False
    ) -> None:
        """Put the article into ``story:ID`` or ``seed:N``; an earlier membership ends, kept as history."""
        raise NotImplementedError

    def finish(
        self,
        entry_id: int,
        state: str,
        next_attempt: datetime | None = None,
        attempts: int | None = None,
        detail: str = "",
    ) -> None:
        """Set the entry's state (``pending``, ``done``, ``failed``), next attempt and count of attempts."""
        raise NotImplementedError

    def verdict_of(self, article_id: int) -> StoredVerdict | None:
        """Return the current verdict of an article, with sentences and quotes."""
        raise NotImplementedError


class Store:
    """A store that is open. Use it as a context manager, or call `close`."""

    dialect: str
    """``sqlite`` or ``postgresql``."""

    @classmethod
    def open(cls, where: str | Path, *, create: bool = True) -> Self:
        """Open (and create, and migrate) the store in a directory, or at ``postgresql://…``.

        Raises StoreError, with advice, for a missing store (``create=False``), a full or read-only disk,
        an unreachable server, or a schema newer than this program.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close all connections."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---------------------------------------------------------------------------------- the store itself

    def check(self) -> list[str]:
        """Return integrity problems in words; an empty list is a sound store."""
        raise NotImplementedError

    def backup(self, path: Path) -> None:
        """Write a consistent copy of a SQLite store to ``path`` while it is in use."""
        raise NotImplementedError

    def schema_revision(self) -> str:
        """Return the alembic revision of the stored schema."""
        raise NotImplementedError

    def hold(self, owner: str) -> AbstractContextManager[None]:
        """Hold the store for one daemon, else StoreBusyError; freed at the end and when the process dies."""
        raise NotImplementedError

    def meta_get(self, key: str) -> str | None:
        """Return a remembered value, else None."""
        raise NotImplementedError

    def meta_set(self, key: str, value: str) -> None:
        """Remember a value under a key."""
        raise NotImplementedError

    def counts(self) -> Counts:
        """Return how much is stored."""
        raise NotImplementedError

    def batch(self) -> AbstractContextManager[Batch]:
        """Open one transaction for several reads and writes."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------- sources

    def source_states(self) -> dict[str, SourceState]:
        """Return the state of every source ever polled, by source id."""
        raise NotImplementedError

    def host_waits(self, now: datetime) -> dict[str, datetime]:
        """Return hosts that are to be left alone, with the time until which; past ones are left out."""
        raise NotImplementedError

    def set_host_wait(self, host: str, until: datetime) -> None:
        """Leave a host alone until then; never shortens a longer wait."""
        raise NotImplementedError

    def known_keys(self, source_id: str, keys: Collection[str]) -> set[str]:
        """Return those of the entry keys that the source has stored."""
        raise NotImplementedError

    def record_polls(self, polls: Sequence[PollRecord]) -> dict[str, PollOutcome]:
        """Store entries, states with validators, looks and host waits of these polls in one transaction."""
        raise NotImplementedError

    def looks(
        self, since: datetime, until: datetime, source_ids: Collection[str] | None = None
    ) -> list[LookRow]:
        """Return the looks with since <= at < until, by time, then source."""
        raise NotImplementedError

    def robots_get(self, origin: str) -> RobotsRecord | None:
        """Return the robots.txt last fetched for ``scheme://host[:port]``."""
        raise NotImplementedError

    def robots_put(self, record: RobotsRecord) -> None:
        """Keep a robots.txt."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------- entries and pages

    def pending(self, now: datetime, limit: int) -> list[PendingEntry]:
        """Return pending entries due at ``now``, by claimed time (else first_seen), source and key."""
        raise NotImplementedError

    def pending_count(self, now: datetime | None = None) -> int:
        """Return how many entries wait; with ``now``, only those due by then."""
        raise NotImplementedError

    def pages(self, url_keys: Collection[str]) -> dict[str, PageRecord]:
        """Return what is stored of these pages, by key."""
        raise NotImplementedError

    def save_pages(self, pages: Sequence[PageRecord]) -> None:
        """Store or replace these pages."""
        raise NotImplementedError

    def entry(self, entry_id: int) -> StoredEntry | None:
        """Return one entry."""
        raise NotImplementedError

    def find_entries(self, url: str, *, url_keys: Sequence[str] = ()) -> list[StoredEntry]:
        """Return entries with that URL, or whose article is stored under it or one of the keys; by id."""
        raise NotImplementedError

    def each_entry(self, *, since: datetime | None = None) -> Iterator[StoredEntry]:
        """Stream all entries (first seen since), by id; the store may be written to between two of them."""
        raise NotImplementedError

    def revisions(self, entry_id: int) -> list[EntryRevision]:
        """Return the later texts of an entry, oldest first."""
        raise NotImplementedError

    def reopen(self, entry_ids: Iterable[int]) -> int:
        """Make entries pending again, to be judged anew; return how many."""
        raise NotImplementedError

    def entries_for_export(self, since: datetime | None = None) -> Iterator[ExportRow]:
        """Stream every stored entry (first seen since), by id."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------- articles

    def article(self, article_id: int) -> StoredArticle | None:
        """Return one article that has a verdict."""
        raise NotImplementedError

    def articles(self, article_ids: Collection[int]) -> dict[int, StoredArticle]:
        """Return articles that have a verdict, by id."""
        raise NotImplementedError

    def articles_between(self, since: datetime, until: datetime) -> list[StoredArticle]:
        """Return relevant and near articles with since <= first_seen < until, by first_seen, then id."""
        raise NotImplementedError

    def verdict_history(self, entry_id: int) -> list[StoredVerdict]:
        """Return all verdicts on an entry and its article, newest first."""
        raise NotImplementedError

    def untold(
        self, recipient_id: str, *, until: datetime, since: datetime | None = None, backfilled: bool = False
    ) -> list[StoredArticle]:
        """Return relevant and near articles first seen in (since, until] that no digest of theirs holds.

        By first_seen, then id. Articles only backfill found are left out unless ``backfilled``.
        """
        raise NotImplementedError

    def story_articles(self, story_refs: Collection[str]) -> dict[str, list[StoredArticle]]:
        """Return the members of each known story, by claimed time (else first_seen), then id."""
        raise NotImplementedError

    def first_article_of(self, story_ref: str) -> StoredArticle | None:
        """Return the member of the story with the earliest claimed time (else first_seen)."""
        raise NotImplementedError

    def story_history(self, story_ref: str) -> list[StoryMember]:
        """Return all memberships of a story, past ones included, in the order they began."""
        raise NotImplementedError

    def mark(self, article_id: int, mark: str, at: datetime) -> None:
        """Keep what the operator says of an article: ``known``, ``off-topic``, ``on-topic``."""
        raise NotImplementedError

    def marks(self, article_id: int) -> list[Mark]:
        """Return the marks of an article, oldest first."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------- digests

    def queue_digest(self, digest: DigestRow) -> int | None:
        """Put a digest into the outbox and return its id; None when this recipient has one for the slot."""
        raise NotImplementedError

    def outbox(self, now: datetime) -> list[DigestRow]:
        """Return queued digests due at ``now``, oldest first."""
        raise NotImplementedError

    def mark_delivery(
        self, digest_id: int, delivery: Delivery, at: datetime, next_attempt: datetime | None = None
    ) -> None:
        """Record one attempt to deliver: sent and refused end it, deferred waits until ``next_attempt``."""
        raise NotImplementedError

    def digest(self, recipient_id: str, slot: str) -> DigestRow | None:
        """Return the stored digest of that slot, as it was built."""
        raise NotImplementedError

    def last_digest(self, recipient_id: str) -> DigestRow | None:
        """Return the recipient's newest digest by ``period_to``."""
        raise NotImplementedError

    def last_slot(self, recipient_id: str) -> str | None:
        """Return the slot of the recipient's newest digest."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------- backfill

    def windows(self, source_id: str | None = None, provider: str | None = None) -> list[WindowRecord]:
        """Return windows of the past, by source, provider and start."""
        raise NotImplementedError

    def put_windows(self, windows: Sequence[WindowRecord]) -> int:
        """Add windows not yet there (by source, provider, start, end); return how many were new."""
        raise NotImplementedError

    def update_window(
        self,
        window_id: int,
        *,
        state: str,
        requests: int,
        items: int,
        cursor: str = "",
        detail: str = "",
        at: datetime,
    ) -> None:
        """Record how far a window is; figures are totals, not additions."""
        raise NotImplementedError
