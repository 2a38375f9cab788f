"""Entries and pages: what feeds said, what became of it, and the pages behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, func, or_, select, update

from monitor.db import tables as t
from monitor.db.bulk import any_of, asked, chunks, insert_new, update_by_id, upsert
from monitor.db.codec import rest, squeeze, unpack_fields, unsqueeze, url_hash
from monitor.db.records import (
    FOUND_NOW,
    EntryRevision,
    EntryState,
    PageRecord,
    PageState,
    PendingEntry,
    PollOutcome,
    PollRecord,
    StoredEntry,
)
from monitor.model import NO_CLAIM, Claim, Entry, FetchKind, Page

MAX_REVISIONS = 20
"""Later texts kept of one entry: a counter in the summaries would add one at every poll."""

COLUMNS = tuple(column.name for column in t.entry.columns if column.name != "id")

_OWN = frozenset({*COLUMNS, "published", "updated"})
"""Fields of an `Entry` that have columns; any other field goes into ``more``."""

_SHORT = "id, source_id, key, latest_hash, revisions"
_KNOWN = any_of(_SHORT, "entry", "key", "text", "AND source_id = :source")
_SAME_URL = any_of(f"{_SHORT}, url_hash", "entry", "url_hash", "bigint", "ORDER BY id")


class _Known(NamedTuple):
    """What is stored of one entry, as far as a poll needs it."""

    id: int
    source_id: str
    key: str
    latest_hash: str
    revisions: int


# ------------------------------------------------------------------------------------------- storing


def record(connection: Connection, polls: Sequence[PollRecord]) -> list[PollOutcome]:
    """Store the entries of these polls, each source at most once among them; return what became of each."""
    known = _known(connection, polls)
    outcomes, new, revised, seen = [], [], [], []
    twins = _twins(connection, polls, known)
    for poll in polls:
        fresh, aliases = _fresh(poll, known, twins)
        new += [_row(poll, entry) for entry in fresh]
        changed = [
            (stored, entry)
            for entry in poll.entries
            if (stored := known.get((poll.source_id, entry.key))) and stored.latest_hash != entry.content_hash
        ]
        kept = [(stored, entry) for stored, entry in changed if stored.revisions < MAX_REVISIONS]
        revised += [_revision_row(stored, entry, poll.at) for stored, entry in kept]
        seen += [(entry.content_hash, stored.revisions + 1, stored.id) for stored, entry in kept]
        seen += [
            (entry.content_hash, stored.revisions, stored.id)
            for stored, entry in changed
            if stored.revisions >= MAX_REVISIONS
        ]
        outcomes.append(PollOutcome(len(fresh), len(kept), aliases))
    insert_new(connection, t.entry, COLUMNS, new)
    insert_new(connection, t.entry_revision, _REVISION_COLUMNS, revised)
    update_by_id(connection, t.entry, ("latest_hash", "revisions"), seen)
    return outcomes


def _known(connection: Connection, polls: Sequence[PollRecord]) -> dict[tuple[str, str], _Known]:
    query = _KNOWN[connection.dialect.name]
    found: dict[tuple[str, str], _Known] = {}
    for poll in polls:
        keys = asked(connection, [entry.key for entry in poll.entries])
        if poll.entries:
            for row in connection.execute(query, {"source": poll.source_id, "asked": keys}):
                found[row.source_id, row.key] = _Known(*row)
    return found


def _twins(
    connection: Connection, polls: Sequence[PollRecord], known: dict[tuple[str, str], _Known]
) -> dict[tuple[str, int, str], list[_Known]]:
    """Return stored entries with the URL of an unknown one, by source, URL hash and content hash."""
    hashes = [
        url_hash(entry.url)
        for poll in polls
        for entry in poll.entries
        if entry.url and (poll.source_id, entry.key) not in known
    ]
    found = defaultdict(list)
    if hashes:
        query = _SAME_URL[connection.dialect.name]
        for row in connection.execute(query, {"asked": asked(connection, hashes)}):
            found[row.source_id, row.url_hash, row.latest_hash].append(_Known(*row[:5]))
    return found


def _fresh(
    poll: PollRecord,
    known: dict[tuple[str, str], _Known],
    twins: dict[tuple[str, int, str], list[_Known]],
) -> tuple[list[Entry], int]:
    """Return the entries that are new, and how many were only given another guid.

    A stored entry with the same URL and text whose own key is not in this document is the same entry under a
    changed guid; each stands for one entry of the document, so two different guids stay two entries.
    """
    here = {entry.key for entry in poll.entries}
    fresh, aliases, taken = [], 0, set()
    for entry in poll.entries:
        if (poll.source_id, entry.key) in known:
            continue
        place = (poll.source_id, url_hash(entry.url) if entry.url else 0, entry.content_hash)
        twin = next(
            (s for s in twins.get(place, ()) if entry.url and s.key not in here and s.id not in taken), None
        )
        if twin is None:
            fresh.append(entry)
        else:
            taken.add(twin.id)
            aliases += 1
    return fresh, aliases


def _row(poll: PollRecord, entry: Entry) -> tuple[Any, ...]:
    """Return a new row in the order of ``COLUMNS``."""
    published, updated = entry.published, entry.updated
    return (
        poll.source_id,
        entry.key,
        entry.guid,
        entry.url,
        url_hash(entry.url) if entry.url else None,
        entry.title,
        entry.summary,
        entry.content,
        entry.lang,
        entry.author,
        entry.origin_name,
        entry.origin_url,
        entry.content_hash,
        entry.content_hash,
        0,
        published.at,
        published.raw,
        published.zone,
        published.weak,
        updated.at,
        updated.raw,
        updated.zone,
        updated.weak,
        poll.published_at_source,
        poll.at,
        published.at or poll.at,
        poll.discovered_via,
        EntryState.PENDING.value,
        0,
        None,
        "",
        None,
        rest(entry, _OWN),
    )


_REVISION_COLUMNS = ("entry_id", "seen_at", "content_hash", "title", "summary", "content")


def _revision_row(stored: _Known, entry: Entry, at: datetime) -> tuple[Any, ...]:
    return (stored.id, at, entry.content_hash, entry.title, entry.summary, entry.content)


def finish(connection: Connection, rows: Sequence[tuple[str, datetime | None, int | None, str, int]]) -> None:
    """Set (state, next attempt, attempts or None to keep, detail) of entries by id; the last row holds."""
    latest = {row[-1]: row for row in rows}.values()
    kept = [(state, due, detail, id_) for state, due, tries, detail, id_ in latest if tries is None]
    counted = [row for row in latest if row[2] is not None]
    update_by_id(connection, t.entry, ("state", "next_attempt", "detail"), kept)
    update_by_id(connection, t.entry, ("state", "next_attempt", "attempts", "detail"), counted)


def reopen(connection: Connection, entry_ids: Iterable[int]) -> int:
    """Make entries pending again; return how many there were."""
    count = 0
    for some in chunks(sorted(set(entry_ids))):
        query = (
            update(t.entry)
            .where(t.entry.c.id.in_(some))
            .values(state=EntryState.PENDING.value, attempts=0, next_attempt=None, detail="")
        )
        count += connection.execute(query).rowcount
    return count


# ------------------------------------------------------------------------------------------- reading


def known_keys(connection: Connection, source_id: str, keys: Collection[str]) -> set[str]:
    """Return those of the keys that the source has stored."""
    found: set[str] = set()
    for some in chunks(sorted(set(keys))):
        query = select(t.entry.c.key).where(t.entry.c.source_id == source_id, t.entry.c.key.in_(some))
        found.update(connection.execute(query).scalars())
    return found


def pending(connection: Connection, now: datetime, limit: int) -> list[PendingEntry]:
    """Return pending entries due at ``now`` by claimed time (else first seen), source and key.

    What was found just now comes before what a backfill found: today's news waits for no backlog of the past.
    """
    by_time = (
        select(t.entry)
        .where(t.IS_PENDING, _due(now))
        .order_by(t.entry.c.news_at, t.entry.c.source_id, t.entry.c.key)
    )
    is_found_now = t.entry.c.discovered_via.in_(FOUND_NOW)
    found = list(connection.execute(by_time.where(is_found_now).limit(limit)).mappings())
    if len(found) < limit:
        found += connection.execute(by_time.where(~is_found_now).limit(limit - len(found))).mappings()
    return [as_pending(row) for row in found]


def as_pending(row: RowMapping) -> PendingEntry:
    """Return an entry as ingest takes it."""
    return PendingEntry(
        id=row["id"],
        source_id=row["source_id"],
        entry=_entry(row),
        first_seen=row["first_seen"],
        discovered_via=row["discovered_via"],
        attempts=row["attempts"],
    )


def still_pending(connection: Connection, entry_ids: Collection[int]) -> set[int]:
    """Return those of the entries that are pending."""
    found: set[int] = set()
    for some in chunks(sorted(set(entry_ids))):
        query = select(t.entry.c.id).where(t.entry.c.id.in_(some), t.IS_PENDING)
        found.update(connection.execute(query).scalars())
    return found


def pending_count(connection: Connection, now: datetime | None) -> int:
    """Return how many entries wait, or are due by then."""
    query = select(func.count()).select_from(t.entry).where(t.IS_PENDING)
    return int(connection.execute(query if now is None else query.where(_due(now))).scalar_one())


def _due(now: datetime) -> Any:
    return or_(t.entry.c.next_attempt.is_(None), t.entry.c.next_attempt <= now)


def one(connection: Connection, entry_id: int) -> StoredEntry | None:
    """Return one entry by its id."""
    row = connection.execute(select(t.entry).where(t.entry.c.id == entry_id)).mappings().first()
    return None if row is None else _stored(row)


def id_of(connection: Connection, source_id: str, key: str) -> int | None:
    """Return the id of a source's entry with that key."""
    query = select(t.entry.c.id).where(t.entry.c.source_id == source_id, t.entry.c.key == key)
    found: int | None = connection.execute(query).scalar()
    return found


def find(connection: Connection, url: str, url_keys: Sequence[str]) -> list[StoredEntry]:
    """Return entries with exactly that URL, or whose article is stored under it or one of the keys; by id."""
    article_ids = select(t.article_url.c.article_id).where(t.article_url.c.key.in_([url, *url_keys]))
    by_url = (t.entry.c.url_hash == url_hash(url)) & (t.entry.c.url == url)
    by_article = t.entry.c.article_id.in_(article_ids)
    query = select(t.entry).where(or_(by_url, by_article)).order_by(t.entry.c.id)
    return [_stored(row) for row in connection.execute(query).mappings()]


def after(connection: Connection, entry_id: int, since: datetime | None, limit: int) -> list[StoredEntry]:
    """Return the next entries above that id."""
    query = select(t.entry).where(t.entry.c.id > entry_id).order_by(t.entry.c.id).limit(limit)
    if since is not None:
        query = query.where(t.entry.c.first_seen >= since)
    return [_stored(row) for row in connection.execute(query).mappings()]


def revisions(connection: Connection, entry_id: int) -> list[EntryRevision]:
    """Return the later texts of an entry, oldest first."""
    columns = [t.entry_revision.c[name] for name in _REVISION_COLUMNS]
    query = select(*columns).where(t.entry_revision.c.entry_id == entry_id).order_by(t.entry_revision.c.id)
    return [EntryRevision(**row) for row in connection.execute(query).mappings()]


def claim(row: RowMapping, name: str) -> Claim:
    """Return the claim kept in the four columns that begin with that name."""
    at, raw = row[f"{name}_at"], row[f"{name}_raw"]
    if at is None and not raw:
        weak = row[f"{name}_weak"]
        return Claim(None, weak=weak) if weak else NO_CLAIM
    return Claim(at, raw, row[f"{name}_zone"], row[f"{name}_weak"])


_TEXTS = (
    "key",
    "guid",
    "url",
    "title",
    "summary",
    "content",
    "lang",
    "author",
    "origin_name",
    "origin_url",
    "content_hash",
)


def _entry(row: RowMapping) -> Entry:
    return Entry(
        published=claim(row, "published"),
        updated=claim(row, "updated"),
        **{name: row[name] for name in _TEXTS},
        **unpack_fields(Entry, row["more"]),
    )


def _stored(row: RowMapping) -> StoredEntry:
    return StoredEntry(
        id=row["id"],
        source_id=row["source_id"],
        entry=_entry(row),
        first_seen=row["first_seen"],
        discovered_via=row["discovered_via"],
        published_at_source=row["published_at_source"],
        state=EntryState(row["state"]),
        attempts=row["attempts"],
        next_attempt=row["next_attempt"],
        detail=row["detail"],
        article_id=row["article_id"],
    )


# ------------------------------------------------------------------------------------------- pages


_PAGE_COLUMNS = tuple(column.name for column in t.page.columns)


def pages(connection: Connection, url_keys: Collection[str]) -> dict[str, PageRecord]:
    """Return what is stored of these pages, by key."""
    found: dict[str, PageRecord] = {}
    for some in chunks(sorted(set(url_keys))):
        for row in connection.execute(select(t.page).where(t.page.c.url_key.in_(some))).mappings():
            values = dict(row)
            values["state"] = PageState(row["state"])
            values["kind"] = FetchKind(row["kind"]) if row["kind"] else None
            values["page"] = unsqueeze(Page, row["page"]) if row["page"] is not None else None
            found[row["url_key"]] = PageRecord(**values)
    return found


def save_pages(connection: Connection, records: Sequence[PageRecord]) -> None:
    """Store or replace pages."""
    upsert(connection, t.page, _PAGE_COLUMNS, [_page_row(record) for record in records])


def _page_row(record: PageRecord) -> list[Any]:
    values = {name: getattr(record, name) for name in _PAGE_COLUMNS}
    values["state"] = PageState(record.state).value
    values["kind"] = FetchKind(record.kind).value if record.kind else None
    values["page"] = squeeze(record.page) if record.page is not None else None
    return list(values.values())
