"""One pass over due sources: conditional request, reading in the sandbox, one transaction for what it gave.

    for each due source:  validators -> fetch -> 304 or same body? -> sandbox reads -> entries + next due time
    every few sources:    one transaction for all of it: entries, validators, due times, log

Nothing is judged here; ``ingest`` reads the pending entries that polls leave behind.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from monitor.db.records import PollRecord
from monitor.digest import slots
from monitor.errors import SandboxError
from monitor.fetch.client import Request
from monitor.judge import due
from monitor.model import (
    Entry,
    FeedDocument,
    FeedFormat,
    Fetched,
    FetchKind,
    Health,
    Sitemap,
    Source,
    SourceKind,
    SourceState,
)
from monitor.service.ask import ask, host_of, not_asked
from monitor.service.context import Context
from monitor.service.keys import STARTED_KEY

log = structlog.get_logger(__name__)

FLUSH_EVERY = 25
"""Sources a transaction: 25 sources x 30 entries are about 10 ms of SQLite (benchmarks/store.py)."""
FEED_TIMEOUT_S = 30.0
READ_DEADLINE_S = 25.0
"""The 10,000-entry feed of the hostile set reads in under 20 s on a slow machine."""
FEED_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)


@dataclass(frozen=True, slots=True)
class SourceResult:
    """One line of the table after a pass."""

    source: Source
    state: SourceState
    kind: FetchKind
    entries: int
    new: int
    revised: int
    elapsed_s: float
    newly_failing: bool
    before: Health = Health.NEVER

    @property
    def seen(self) -> bool:
        """Return True when it answered with what can be read, or with "nothing new"."""
        return _seen(self.kind)

    @property
    def hidden(self) -> bool:
        """Return True when no server of the outlet was reached at all."""
        return self.kind in UNREACHED


@dataclass(slots=True)
class PollReport:
    """What one pass did."""

    results: list[SourceResult] = field(default_factory=list)
    not_due: int = 0
    next_due: datetime | None = None

    @property
    def new(self) -> int:
        """Return the number of entries stored for the first time."""
        return sum(result.new for result in self.results)

    @property
    def blind(self) -> bool:
        """Return True when sources were asked and none of them gave anything."""
        return bool(self.results) and not any(result.seen or result.entries for result in self.results)

    @property
    def gaps(self) -> list[SourceResult]:
        """Return essential failing sources and those that fail since this pass."""
        return [
            result
            for result in self.results
            if not result.seen and (result.source.essential or result.newly_failing)
        ]

    @property
    def turned(self) -> list[SourceResult]:
        """Return sources that this pass found in another bad state than before."""
        return [
            result
            for result in self.results
            if result.state.health not in {Health.OK, Health.FROZEN, result.before}
        ]


HIDDEN = frozenset({FetchKind.DNS, FetchKind.CONNECT, FetchKind.TIMEOUT})
"""Failures that our own network causes."""
UNREACHED = HIDDEN | {FetchKind.TLS, FetchKind.TOO_SLOW, FetchKind.PRIVATE_ADDRESS}
"""Ends at which no server of the outlet has answered."""


def _seen(kind: FetchKind) -> bool:
    return kind in {FetchKind.OK, FetchKind.NOT_MODIFIED}


@dataclass(frozen=True, slots=True)
class _Read:
    """What one source gave, before it is recorded."""

    source: Source
    before: SourceState
    after: SourceState
    record: PollRecord


async def poll(
    context: Context,
    *,
    only: Collection[str] = (),
    every: bool = False,
    force: bool = False,
) -> PollReport:
    """Poll the sources that are due (all of ``only`` or of the configuration) and return what came of it.

    ``every`` also asks those that are not due; ``force`` asks without validators and past a server's wait.
    """
    now = context.clock()
    note_first_look(context)
    states = _settled(context, now)
    waits = context.store.host_waits(now)
    report = PollReport()
    chosen: list[tuple[Source, SourceState]] = []
    for source in context.settings.active:
        if only and source.id not in only:
            continue
        state = _state_of(source, states.get(source.id))
        waiting = host_of(source.url) in waits and not force
        if not waiting and (force or due.is_due(state, source, now) or (every and not state.stopped)):
            chosen.append((source, state))
        else:
            report.not_due += 1
    context.progress.start("Polling", len(chosen))
    try:
        await _all(context, chosen, report, force=force)
    finally:
        context.progress.end()
    _take_back_waits(context, chosen, report)
    report.next_due = _next_due(context)
    return report


def note_first_look(context: Context) -> None:
    """Remember when this installation looked for the first time: digests begin with the slot after it."""
    if context.store.meta_get(STARTED_KEY) is None:
        context.store.meta_set(STARTED_KEY, context.clock().isoformat())


def _next_due(context: Context) -> datetime | None:
    """Return when the next of the active sources is due; None where none was ever asked."""
    states = context.store.source_states()
    dues = [states[source.id].next_due for source in context.settings.active if source.id in states]
    return min((due for due in dues if due is not None), default=None)


def _settled(context: Context, now: datetime) -> dict[str, SourceState]:
    """Return the stored states; those made by a clock that has since been set back start their wait anew."""
    states = context.store.source_states()
    moved = {id_: due.settled(state, now) for id_, state in states.items() if due.clock_went_back(state, now)}
    _keep(context, moved.values(), now)
    return states | moved


def _take_back_waits(context: Context, chosen: list[tuple[Source, SourceState]], report: PollReport) -> None:
    """When a source that the network had hidden answers again, let the other hidden ones be asked soon."""
    before = {source.id: state for source, state in chosen}
    back = [r for r in report.results if _seen(r.kind) and before[r.source.id].kind in HIDDEN]
    if not back:
        return
    states = context.store.source_states()
    hidden = [(s, states[s.id]) for s in context.settings.active if s.id in states]
    freed = [due.reachable_again(state, s) for s, state in hidden if state.kind in HIDDEN]
    _keep(context, freed, context.clock())


def _keep(context: Context, states: Iterable[SourceState], now: datetime) -> None:
    records = [PollRecord(state=s, at=now, kind=s.kind or FetchKind.OK, keep_look=False) for s in states]
    if records:
        context.store.record_polls(records)


def _state_of(source: Source, stored: SourceState | None) -> SourceState:
    """Return the stored state, or a fresh one when the source is new or its address changed."""
    if stored is not None and stored.url == source.url:
        return stored
    return SourceState(source_id=source.id, url=source.url)


async def _all(
    context: Context, chosen: list[tuple[Source, SourceState]], report: PollReport, *, force: bool
) -> None:
    tasks = [asyncio.create_task(_one(context, source, state, force=force)) for source, state in chosen]
    batch: list[_Read] = []
    try:
        for task in asyncio.as_completed(tasks):
            read = await task
            if read is None:
                report.not_due += 1
                continue
            batch.append(read)
            context.progress.step(read.source.name)
            if len(batch) >= FLUSH_EVERY:
                full, batch = batch, []
                _record(context, full, report)
    finally:
        for pending in tasks:
            pending.cancel()
        # Also after Ctrl-C and SIGTERM, while one source hangs: what the others gave is kept.
        _record(context, batch, report)
        await asyncio.gather(*tasks, return_exceptions=True)


def _record(context: Context, batch: list[_Read], report: PollReport) -> None:
    """Write a batch in one transaction and add its lines to the report."""
    if not batch:
        return
    outcomes = context.store.record_polls([read.record for read in batch])
    for read in batch:
        outcome = outcomes[read.source.id]
        kind = read.record.kind
        report.results.append(
            SourceResult(
                source=read.source,
                state=read.after,
                kind=kind,
                entries=len(read.record.entries),
                new=outcome.new_entries,
                revised=outcome.revised,
                elapsed_s=read.record.elapsed_ms / 1000,
                newly_failing=not _seen(kind) and read.before.failures == 0,
                before=read.before.health,
            )
        )


async def _one(context: Context, source: Source, state: SourceState, *, force: bool) -> _Read | None:
    """Fetch and read one source; whatever happens to it is a value. None: its host wants to be left alone."""
    try:
        fetched, document = await _ask_and_read(context, source, state, force=force)
    # The border of one source: a fault of ours over its answer must not stop the pass for all others.
    except Exception:
        log.exception("polling_failed", source=source.id)
        fault = "Reading it met a fault of this program (see the log); please report it."
        at = context.clock()
        fetched, document = Fetched(source.url, FetchKind.PARSE_LOST, at, detail=fault), None
    return None if not_asked(fetched) else _read_of(context, source, state, fetched, document)


async def _ask_and_read(
    context: Context, source: Source, state: SourceState, *, force: bool
) -> tuple[Fetched, FeedDocument | None]:
    """Return the answer, and what was read from it; an unchanged body is not read again."""
    request = Request(
        url=due.address(state, source),
        accept=FEED_ACCEPT,
        validators=None if force else due.conditional(state, source),
        max_bytes=context.settings.fetch.max_bytes,
        total_timeout_s=FEED_TIMEOUT_S,
        retries=1,
    )
    fetched = await ask(context, request)
    if not fetched.usable or (due.unchanged(state, fetched) and not force):
        return fetched, None
    return await read_source(context, source, fetched)


def _read_of(
    context: Context, source: Source, state: SourceState, fetched: Fetched, document: FeedDocument | None
) -> _Read:
    """Return what one request gave, with the state and the record that follow from it."""
    now = context.clock()
    jitter = _jitter(source.id, now)
    after = due.after(state, source, fetched, document, now=now, jitter=jitter)
    if after.next_due is not None:
        after = due.before_slot(after, _slot_after(context, after.next_due), jitter=jitter)
    record = PollRecord(
        state=after,
        at=fetched.at,
        kind=fetched.kind,
        status=fetched.status,
        bytes=len(fetched.body),
        elapsed_ms=int(fetched.elapsed_s * 1000),
        detail=after.detail,
        entries=document.entries if document is not None else (),
    )
    return _Read(source, state, after, record)


def _slot_after(context: Context, at: datetime) -> datetime:
    """Return the first slot of any recipient after that time."""
    return min(slots.following(recipient, at).at for recipient in context.settings.digest.recipients)


def _jitter(source_id: str, now: datetime) -> float:
    """Return 0 … 1, different for each source and hour: spread, yet the same in a repeated run."""
    return random.Random(f"{source_id} {now:%Y%m%d%H}").random()  # noqa: S311  spread, not secrecy


async def read_source(
    context: Context, source: Source, fetched: Fetched
) -> tuple[Fetched, FeedDocument | None]:
    """Read a body in the sandbox as the source's kind; failures come back as kinds of the fetch."""
    now = context.clock()
    try:
        if source.kind is SourceKind.SITEMAP:
            sitemap = await context.sandbox.run(
                "sitemap", fetched.body, url=fetched.final_url, now=now, deadline_s=READ_DEADLINE_S
            )
            document = sitemap_document(sitemap, now=now, window_hours=source.window_hours)
        else:
            document = await context.sandbox.run(
                "feed",
                fetched.body,
                url=fetched.final_url,
                content_type=fetched.header("content-type") or "",
                headers=dict(fetched.headers),
                tz_fix=source.tz_fix,
                now=now,
                deadline_s=READ_DEADLINE_S,
            )
    except SandboxError as lost:
        return replace(fetched, kind=FetchKind.PARSE_LOST, detail=str(lost)), None
    if document.format is FeedFormat.NOT_A_FEED:
        # A cut-off body in which nothing could be read stays "cut off": that is what the operator can mend.
        kind = FetchKind.NOT_A_FEED if fetched.kind is FetchKind.OK else fetched.kind
        return replace(fetched, kind=kind, detail=document.note), document
    if document.cut_off and fetched.kind is FetchKind.OK:
        # Whole entries are kept, but the body is no base for validators (polling-etiquette D11).
        return replace(fetched, kind=FetchKind.TRUNCATED, detail=document.note), document
    return fetched, document


def sitemap_document(sitemap: Sitemap, *, now: datetime, window_hours: float | None) -> FeedDocument:
    """Return a polled sitemap as a feed of its recent links; an index or no sitemap is no feed."""
    from monitor.backfill.sitemaps import entry_of

    if not sitemap.valid or sitemap.is_index:
        note = sitemap.note or "this sitemap is an index; name one of its children"
        return FeedDocument(format=FeedFormat.NOT_A_FEED, note=note)
    since = now - timedelta(hours=window_hours or 48)
    entries: list[Entry] = []
    for link in sitemap.links:
        entry = entry_of(link)
        if entry.published.at is None or entry.published.at >= since:
            entries.append(entry)
    return FeedDocument(format=FeedFormat.SITEMAP, entries=tuple(entries), note=sitemap.note)
