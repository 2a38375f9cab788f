"""The one door to the store: every read and write of the service, in records, on SQLite and PostgreSQL alike.

Each method of `Store` is one transaction. Where several belong together, ``with store.batch() as b`` opens
one: `Batch` adds what ingest needs, its reads see its writes, and it is committed at the end or, after any
exception, rolled back as a whole. Methods of the store, called inside the block by the same thread, join it.

This file says what there is; how it is asked for stands in the modules beside it, by subject.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitor.db import (
    articles,
    digests,
    entries,
    export,
    keeping,
    migrations,
    recall,
    replaying,
    sources,
    stories,
    telling,
    verdicts,
    windows,
)
from monitor.db.batch import Batch
from monitor.db.records import (
    Counts,
    DigestRow,
    Dropped,
    EntryRevision,
    ExportRow,
    HandMove,
    JudgedEntry,
    LookRow,
    Mark,
    Numbering,
    PageRecord,
    PendingEntry,
    PollOutcome,
    PollRecord,
    QuotedRow,
    ReportedRow,
    RobotsRecord,
    Ruling,
    SaidRow,
    StoredArticle,
    StoredEntry,
    StoredStory,
    StoredVerdict,
    StoryMember,
    ToldDigest,
    ToldRow,
    WindowRecord,
)
from monitor.db.session import Session, connect
from monitor.model import Delivery, SourceState

__all__ = ["Batch", "Store"]

STREAM = 500
"""Rows read at a time by what streams the whole store: a few MB at most."""


class Store:
    """A store that is open. Use it as a context manager, or call `close`."""

    def __init__(self, session: Session) -> None:
        """Take an open, migrated database; `Store.open` makes one."""
        self._session = session

    @classmethod
    def open(cls, where: str | Path, *, create: bool = True) -> Self:
        """Open (and create, and migrate) the store in a directory, at ``postgresql://…``, or ``:memory:``.

        Raises StoreError, with advice, for a missing store (``create=False``), a full or read-only disk,
        an unreachable server, or a schema newer than this program.
        """
        session = connect(where, create=create)
        try:
            with session.reading() as connection:
                present = migrations.revision(connection)
            if present != migrations.HEAD:
                with session.writing() as connection:
                    migrations.upgrade(connection)
        except BaseException:
            session.close()
            raise
        return cls(session)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def dialect(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self._session.dialect

    # ---------------------------------------------------------------------------------- the store itself

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Open one transaction for several reads and writes."""
        with self._session.writing() as connection:
            batch = Batch(connection)
            with self._session.flushing(batch.flush):
                yield batch
                batch.flush()

    def check(self) -> list[str]:
        """Return integrity problems in words; an empty list is a sound store."""
        with self._session.reading() as connection:
            return keeping.problems(connection)

    def backup(self, path: Path) -> None:
        """Write a consistent copy of a SQLite store to ``path`` while it is in use."""
        keeping.backup(self._session, path)

    def schema_revision(self) -> str:
        """Return the alembic revision of the stored schema."""
        with self._session.reading() as connection:
            return migrations.revision(connection) or ""

    def hold(self, owner: str) -> AbstractContextManager[None]:
        """Hold the store for one daemon, else StoreBusyError; freed at the end and when the process dies."""
        return keeping.hold(self._session, owner)

    def meta_get(self, key: str) -> str | None:
        """Return a remembered value, else None."""
        with self._session.reading() as connection:
            return keeping.meta_get(connection, key)

    def meta_set(self, key: str, value: str) -> None:
        """Remember a value under a key."""
        with self._session.writing() as connection:
            keeping.meta_set(connection, key, value)

    def counts(self) -> Counts:
        """Return how much is stored."""
        with self._session.reading() as connection:
            return keeping.counts(connection)

    def clear_indexes(self) -> None:
        """Empty the indexes of shingles, terms and lines; saving each article again fills them."""
        with self._session.writing() as connection:
            articles.clear_indexes(connection)

    # ---------------------------------------------------------------------------------- sources

    def source_states(self) -> dict[str, SourceState]:
        """Return the state of every source ever polled, by source id."""
        with self._session.reading() as connection:
            return sources.states(connection)

    def host_waits(self, now: datetime) -> dict[str, datetime]:
        """Return hosts that are to be left alone, with the time until which; past ones are left out."""
        with self._session.reading() as connection:
            return sources.host_waits(connection, now)

    def set_host_wait(self, host: str, until: datetime) -> None:
        """Leave a host alone until then; never shortens a longer wait."""
        with self._session.writing() as connection:
            sources.set_host_wait(connection, host, until)

    def known_keys(self, source_id: str, keys: Collection[str]) -> set[str]:
        """Return those of the entry keys that the source has stored."""
        with self._session.reading() as connection:
            return entries.known_keys(connection, source_id, keys)

    def record_polls(self, polls: Sequence[PollRecord]) -> dict[str, PollOutcome]:
        """Store entries, states with validators, looks and host waits of these polls in one transaction."""
        with self._session.writing() as connection:
            return sources.record_polls(connection, polls)

    def looks(
        self, since: datetime, until: datetime, source_ids: Collection[str] | None = None
    ) -> list[LookRow]:
        """Return the looks with since <= at < until, by time, then source."""
        with self._session.reading() as connection:
            return sources.looks(connection, since, until, source_ids)

    def robots_get(self, origin: str) -> RobotsRecord | None:
        """Return the robots.txt last fetched for ``scheme://host[:port]``."""
        with self._session.reading() as connection:
            return sources.robots_get(connection, origin)

    def robots_put(self, record: RobotsRecord) -> None:
        """Keep a robots.txt."""
        with self._session.writing() as connection:
            sources.robots_put(connection, record)

    # ---------------------------------------------------------------------------------- entries and pages

    def pending(self, now: datetime, limit: int) -> list[PendingEntry]:
        """Return pending entries due at ``now``, by claimed time (else first_seen), source and key."""
        with self._session.reading() as connection:
            return entries.pending(connection, now, limit)

    def pending_count(self, now: datetime | None = None) -> int:
        """Return how many entries wait; with ``now``, only those due by then."""
        with self._session.reading() as connection:
            return entries.pending_count(connection, now)

    def pages(self, url_keys: Collection[str]) -> dict[str, PageRecord]:
        """Return what is stored of these pages, by key."""
        with self._session.reading() as connection:
            return entries.pages(connection, url_keys)

    def save_pages(self, pages: Sequence[PageRecord]) -> None:
        """Store or replace these pages."""
        with self._session.writing() as connection:
            entries.save_pages(connection, pages)

    def entry(self, entry_id: int) -> StoredEntry | None:
        """Return one entry."""
        with self._session.reading() as connection:
            return entries.one(connection, entry_id)

    def entry_id(self, source_id: str, key: str) -> int | None:
        """Return the id of a source's entry with that key."""
        with self._session.reading() as connection:
            return entries.id_of(connection, source_id, key)

    def find_entries(self, url: str, *, url_keys: Sequence[str] = ()) -> list[StoredEntry]:
        """Return entries with that URL, or whose article is stored under it or one of the keys; by id."""
        with self._session.reading() as connection:
            return entries.find(connection, url, url_keys)

    def each_entry(self, *, since: datetime | None = None) -> Iterator[StoredEntry]:
        """Stream all entries (first seen since), by id; the store may be written to between two of them."""
        with self._session.reading() as connection:
            some = entries.after(connection, 0, since, STREAM)
        while some:
            yield from some
            with self._session.reading() as connection:
                some = entries.after(connection, some[-1].id, since, STREAM)

    def revisions(self, entry_id: int) -> list[EntryRevision]:
        """Return the later texts of an entry, oldest first."""
        with self._session.reading() as connection:
            return entries.revisions(connection, entry_id)

    def reopen(self, entry_ids: Iterable[int]) -> int:
        """Make entries pending again, to be judged anew; return how many."""
        with self._session.writing() as connection:
            return entries.reopen(connection, entry_ids)

    def entries_for_export(self, since: datetime | None = None) -> Iterator[ExportRow]:
        """Stream every stored entry (first seen since), by id."""
        with self._session.reading() as connection:
            some = export.after(connection, 0, since, STREAM)
        while some:
            yield from some
            with self._session.reading() as connection:
                some = export.after(connection, some[-1].entry_id, since, STREAM)

    # ---------------------------------------------------------------------------------- articles

    def article(self, article_id: int) -> StoredArticle | None:
        """Return one article that has a verdict."""
        return self.articles([article_id]).get(article_id)

    def articles(self, article_ids: Collection[int]) -> dict[int, StoredArticle]:
        """Return articles that have a verdict, by id."""
        with self._session.reading() as connection:
            return articles.stored(connection, article_ids)

    def articles_between(self, since: datetime, until: datetime) -> list[StoredArticle]:
        """Return relevant and near articles with since <= first_seen < until, by first_seen, then id."""
        with self._session.reading() as connection:
            return articles.in_order(connection, articles.between(connection, since, until))

    def verdict_history(self, entry_id: int) -> list[StoredVerdict]:
        """Return all verdicts on an entry and its article, newest first."""
        with self._session.reading() as connection:
            return verdicts.history(connection, entry_id)

    def closest(self, count: int, *, since: datetime | None = None) -> list[Dropped]:
        """Return the entries below the line of relevance that come closest to it, the closest first."""
        with self._session.reading() as connection:
            return verdicts.closest(connection, count, since)

    def untold(
        self, recipient_id: str, *, until: datetime, since: datetime | None = None, backfilled: bool = False
    ) -> list[StoredArticle]:
        """Return relevant and near articles first seen in (since, until] that no digest of theirs holds.

        By first_seen, then id. Articles only backfill found are left out unless ``backfilled``.
        """
        with self._session.reading() as connection:
            ids = digests.untold(connection, recipient_id, until, since, backfilled=backfilled)
            return articles.in_order(connection, ids)

    def story_articles(self, story_refs: Collection[str]) -> dict[str, list[StoredArticle]]:
        """Return the members of each known story, by claimed time (else first_seen), then id."""
        with self._session.reading() as connection:
            members = {ref: stories.members(connection, ref) for ref in story_refs}
            found = articles.stored(connection, {one for ids in members.values() for one in ids})
            return {ref: [found[one] for one in ids if one in found] for ref, ids in members.items() if ids}

    def story_history(self, story_ref: str) -> list[StoryMember]:
        """Return all memberships of a story, past ones included, in the order they began."""
        with self._session.reading() as connection:
            return stories.history(connection, story_ref)

    def story(self, story_ref: str) -> StoredStory | None:
        """Return one story, merged ones too."""
        with self._session.reading() as connection:
            return stories.found(connection, story_ref)

    def stories(self, *, since: datetime | None = None, limit: int | None = None) -> list[StoredStory]:
        """Return stories with members (with a report since), the one with the newest report first."""
        with self._session.reading() as connection:
            return stories.latest(connection, since, limit)

    def story_places(self, article_id: int) -> list[StoryMember]:
        """Return all memberships of an article, past ones included, in the order they were given."""
        with self._session.reading() as connection:
            return stories.places(connection, article_id)

    def merge_stories(self, kept: str, gone: str, at: datetime, reason: str) -> int:
        """Move all members of ``gone`` into ``kept`` by hand; return how many. LookupError: no such story."""
        with self._session.writing() as connection:
            return stories.merge(connection, kept, gone, at, reason)

    def split_story(self, article_ids: Sequence[int], at: datetime, reason: str) -> str:
        """Take articles out of their stories into a new one, by hand; return its ref."""
        with self._session.writing() as connection:
            return stories.split(connection, article_ids, at, reason)

    def taken(self, position: str, since: datetime, until: datetime) -> list[SaidRow]:
        """Return the relevant reports with since <= time <= until that have somebody take it, by time."""
        with self._session.reading() as connection:
            return recall.taken(connection, position, since, until)

    def marked_known(self) -> list[int]:
        """Return the ids of the articles whose last mark is ``known``."""
        with self._session.reading() as connection:
            return recall.marked(connection)

    def known_sentences(
        self, article_ids: Collection[int], *, baseline: datetime | None = None
    ) -> list[ToldRow]:
        """Return what the known ones of these articles added when they came: told, marked, or from before."""
        with self._session.reading() as connection:
            return recall.known_sentences(connection, article_ids, baseline)

    def mark(self, article_id: int, mark: str, at: datetime) -> None:
        """Keep what the operator says of an article: ``known``, ``off-topic``, ``on-topic``."""
        with self._session.writing() as connection:
            articles.add_mark(connection, article_id, mark, at)

    def marks(self, article_id: int) -> list[Mark]:
        """Return the marks of an article, oldest first."""
        with self._session.reading() as connection:
            return articles.marks_of(connection, [article_id]).get(article_id, [])

    # ---------------------------------------------------------------------------------- judging anew

    def judged(self, size: int) -> Iterator[list[JudgedEntry]]:
        """Stream judged entries in the order they were judged, at most so many at a time."""
        place: int | None = 0
        while place is not None:
            with self._session.reading() as connection:
                some, place = replaying.judged(connection, place, size)
            yield some

    def rulings(self, entry_ids: Collection[int]) -> dict[int, Ruling]:
        """Return what holds now for those of the entries that have a verdict."""
        with self._session.reading() as connection:
            return replaying.rulings(connection, entry_ids)

    def told_digests(self) -> list[ToldDigest]:
        """Return every digest that was not refused, by the time it was built."""
        with self._session.reading() as connection:
            return replaying.told(connection)

    def every_mark(self) -> list[Mark]:
        """Return all marks of the operator, oldest first."""
        with self._session.reading() as connection:
            return replaying.marks(connection)

    def hand_moves(self) -> list[HandMove]:
        """Return what the operator moved from story to story, in order."""
        with self._session.reading() as connection:
            return replaying.hand_moves(connection)

    def placed_by_rules(self, article_id: int) -> StoryMember | None:
        """Return the last place in a story that rules gave an article."""
        with self._session.reading() as connection:
            return replaying.placed_by_rules(connection, article_id)

    def numbering(self) -> Numbering:
        """Return which numbers were given to articles and stories."""
        with self._session.reading() as connection:
            return replaying.numbering(connection)

    def last_verdict(self) -> int:
        """Return the number of the newest verdict; 0 where there is none."""
        with self._session.reading() as connection:
            return replaying.last_verdict(connection)

    def bring_in(self, scratch: Store, changed: Sequence[Ruling], at: datetime, *, last_verdict: int) -> bool:
        """Make this store say what a scratch store says of these entries, and take over its indexes.

        One transaction. Returns False, and does nothing, when somebody has judged since ``last_verdict``.
        """
        with self._session.writing() as connection:
            if replaying.last_verdict(connection) != last_verdict:
                return False
            with scratch._session.reading() as other:
                replaying.bring_in(connection, other, changed, at)
            return True

    # ---------------------------------------------------------------------------------- digests

    def queue_digest(self, digest: DigestRow) -> int | None:
        """Put a digest into the outbox and return its id; None when this recipient has one for the slot."""
        with self._session.writing() as connection:
            return digests.queue(connection, digest)

    def outbox(self, now: datetime) -> list[DigestRow]:
        """Return queued digests due at ``now``, oldest first."""
        with self._session.reading() as connection:
            return digests.outbox(connection, now)

    def mark_delivery(
        self, digest_id: int, delivery: Delivery, at: datetime, next_attempt: datetime | None = None
    ) -> None:
        """Record one attempt to deliver: sent and refused end it, deferred waits until ``next_attempt``."""
        with self._session.writing() as connection:
            digests.mark_delivery(connection, digest_id, delivery, at, next_attempt)

    def note_handing(self, digest_id: int, at: datetime) -> None:
        """Record that all of a digest leaves our hands now; a repeat where an earlier end is not known."""
        with self._session.writing() as connection:
            digests.note_handing(connection, digest_id, at)

    def digests_since(self, since: datetime, recipient_id: str | None = None) -> list[DigestRow]:
        """Return the digests built since then, of one recipient or all, oldest first."""
        with self._session.reading() as connection:
            return digests.history(connection, since, recipient_id)

    def digest(self, recipient_id: str, slot: str) -> DigestRow | None:
        """Return the stored digest of that slot, as it was built."""
        with self._session.reading() as connection:
            return digests.of_slot(connection, recipient_id, slot)

    def newest_verdict(self) -> int:
        """Return the number of the newest verdict; 0 where there is none. It rises with each one."""
        with self._session.reading() as connection:
            return verdicts.newest(connection)

    def last_digest(self, recipient_id: str) -> DigestRow | None:
        """Return the recipient's newest digest by ``period_to``."""
        with self._session.reading() as connection:
            return digests.last(connection, recipient_id)

    def last_news(self, recipient_id: str) -> dict[str, Any] | None:
        """Return the data of the recipient's newest digest that told a new fact."""
        with self._session.reading() as connection:
            return telling.last_news(connection, recipient_id)

    def told_before(self, recipient_id: str) -> dict[str, int]:
        """Return how many reports the recipient's digests have counted, by story and by what they repeat."""
        with self._session.reading() as connection:
            return telling.told_before(connection, recipient_id)

    def reported(self, since: datetime, until: datetime) -> list[ReportedRow]:
        """Return when and by whose outlets the topic was reported, for reports first seen in that time."""
        with self._session.reading() as connection:
            return telling.reported(connection, since, until)

    def quoted(self, since: datetime, until: datetime) -> list[QuotedRow]:
        """Return the quotes with a speaker in relevant reports first seen in that time, earliest first."""
        with self._session.reading() as connection:
            return telling.quoted(connection, since, until)

    def last_slot(self, recipient_id: str) -> tuple[str, datetime] | None:
        """Return slot and end of the period of the recipient's newest digest: a daemon asks every 20 s."""
        with self._session.reading() as connection:
            return digests.last_slot(connection, recipient_id)

    # ---------------------------------------------------------------------------------- backfill

    def windows(self, source_id: str | None = None, provider: str | None = None) -> list[WindowRecord]:
        """Return windows of the past, by source, provider and start."""
        with self._session.reading() as connection:
            return windows.windows(connection, source_id, provider)

    def put_windows(self, records: Sequence[WindowRecord]) -> int:
        """Add windows not yet there (by source, provider, start, end); return how many were new."""
        with self._session.writing() as connection:
            return windows.put(connection, records)

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
        with self._session.writing() as connection:
            windows.set_state(connection, window_id, state, requests, items, cursor, detail, at)
