"""The past, on demand: walks every source's backfill routes in closed windows and leaves pending entries.

A second producer of pending entries, not a second pipeline. State per (source, provider, window) is stored
after every answer, so that a killed run goes on where it stopped and a second run asks for nothing done.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

import structlog

from monitor.backfill.plan import Answer, Ask, Progress, Provider, Window
from monitor.backfill.providers import provider as provider_of
from monitor.db.records import PollRecord, WindowRecord, WindowState
from monitor.errors import SandboxError
from monitor.fetch.client import Request
from monitor.model import BackfillRoute, Entry, FeedDocument, FetchKind, Sitemap, Source, SourceKind
from monitor.service import ask as polite
from monitor.service.ask import heed_stored
from monitor.service.context import Context
from monitor.service.poll import FEED_ACCEPT, FEED_TIMEOUT_S, READ_DEADLINE_S, UNREACHED

log = structlog.get_logger(__name__)

SITEMAP_MAX_BYTES = 50_000_000
"""The protocol's limit for one sitemap, unpacked (``domain/backfill.md`` §2)."""
SITEMAP_ACCEPT = "application/xml, text/xml, */*;q=0.1"
UNANSWERED = UNREACHED | {FetchKind.ROBOTS}
"""Ends at which nobody could be asked: not even for robots.txt, as a rule."""
SILENT_ANSWERS = 2
"""Requests a host may leave unanswered: a month of windows on a dead host would wait for half an hour."""
DEFAULT_MAX_REQUESTS = 500
"""A month of six dated sitemaps is about 180 requests; 500 leaves room and is over in under an hour."""


@dataclass(frozen=True, slots=True)
class WindowResult:
    """What became of one window."""

    source: Source
    provider: str
    window: Window
    state: WindowState
    requests: int
    items: int
    new: int
    detail: str = ""
    resumed: bool = False
    answered: int = 0
    """Requests of this run that a server answered, be it with a refusal."""


@dataclass(slots=True)
class BackfillReport:
    """What a backfill run did."""

    start: datetime
    end: datetime
    windows: list[WindowResult] = field(default_factory=list)
    already_done: int = 0
    requests: int = 0
    planned: list[tuple[Source, str, Window, str]] = field(default_factory=list)
    """For a dry run: (source, provider, window, first address)."""
    without_route: list[Source] = field(default_factory=list)
    """Active sources that offer no way back that we know."""
    out_of_budget: bool = False

    @property
    def blind(self) -> bool:
        """Return True when something was asked and nothing answered."""
        return self.requests > 0 and not any(window.answered for window in self.windows)

    @property
    def gaps(self) -> list[WindowResult]:
        """Return windows that are not complete."""
        return [w for w in self.windows if w.state is not WindowState.DONE]

    @property
    def new(self) -> int:
        """Return the number of entries stored for the first time."""
        return sum(window.new for window in self.windows)


@dataclass(slots=True)
class _Run:
    """What holds for all windows of one run: its requests, and the hosts that are left alone."""

    left: int
    """Requests this run may still make; below 0 when it wanted more."""
    stopped: dict[str, str] = field(default_factory=dict)
    """Why a host (for one provider) is asked no more, by ``PROVIDER HOST``."""
    silent: Counter[str] = field(default_factory=Counter)

    def take(self) -> bool:
        """Return True when one more request may be made."""
        self.left -= 1
        return self.left >= 0

    def note(self, place: str, host: str, kind: FetchKind) -> None:
        """Leave a host alone that refuses, or that did not answer twice."""
        self.silent[place] += kind in UNREACHED
        if kind in {FetchKind.RATE_LIMITED, FetchKind.REFUSED, FetchKind.ROBOTS}:
            self.stopped[place] = f"{host} asked us to stop for this run"
        elif self.silent[place] >= SILENT_ANSWERS:
            self.stopped[place] = f"{host} does not answer; it was not asked again in this run"


async def backfill(
    context: Context,
    start: datetime,
    end: datetime,
    *,
    providers: Collection[str] = (),
    only: Collection[str] = (),
    max_requests: int = DEFAULT_MAX_REQUESTS,
    dry_run: bool = False,
) -> BackfillReport:
    """Walk the routes of the active sources through [start, end) and return what came of every window.

    The end is at most the last full hour: a window counts as done for good, so it must lie in the past.
    """
    end = min(end, full_hour(context.clock()))
    report = BackfillReport(start, end)
    heed_stored(context)
    work: list[tuple[Source, Provider, WindowRecord]] = []
    for source in context.settings.active:
        if only and source.id not in only:
            continue
        routes = [route for route in routes_of(source) if not providers or route.provider in providers]
        if not routes:
            report.without_route.append(source)
        for route in routes:
            walk = provider_of(route, source)
            spans = walk.windows(start, end)
            if dry_run:
                report.planned += [(source, walk.name, w, walk.requests(w, "")[0].url) for w in spans]
            else:
                work += _windows(context, source, walk, spans, report)
    if dry_run or not work:
        return report
    run = _Run(max_requests)
    context.progress.start("Filling in the past", len(work))
    try:
        for source, walk, record in work:
            result = await _walk(context, source, walk, record, run)
            report.windows.append(result)
            context.progress.step(f"{source.name} {result.window.name}")
    finally:
        context.progress.end()
    report.requests = max_requests - max(run.left, 0)
    report.out_of_budget = run.left < 0
    return report


def full_hour(at: datetime) -> datetime:
    """Return the beginning of the hour: the same command within it goes on with the same windows."""
    return at.replace(minute=0, second=0, microsecond=0)


def routes_of(source: Source) -> tuple[BackfillRoute, ...]:
    """Return the configured routes; a sitemap source without one is its own route."""
    if source.backfill or source.kind is not SourceKind.SITEMAP:
        return source.backfill
    return (BackfillRoute("sitemap", (("url", source.url),)),)


def _windows(
    context: Context, source: Source, walk: Provider, spans: tuple[Window, ...], report: BackfillReport
) -> list[tuple[Source, Provider, WindowRecord]]:
    """Return the stored windows that are not done, adding those not yet there."""
    context.store.put_windows([WindowRecord(source.id, walk.name, w.start, w.end) for w in spans])
    asked = {(w.start, w.end) for w in spans}
    stored = [w for w in context.store.windows(source.id, walk.name) if (w.start, w.end) in asked]
    report.already_done += sum(w.state is WindowState.DONE for w in stored)
    open_ = [w for w in stored if w.state is not WindowState.DONE]
    return [(source, walk, w) for w in sorted(open_, key=lambda w: w.start, reverse=True)]


async def _walk(
    context: Context, source: Source, walk: Provider, record: WindowRecord, run: _Run
) -> WindowResult:
    """Walk one window to its end, its budget or its first refusal; state is stored after each answer."""
    window = Window(record.start, record.end)
    asks = deque(walk.requests(window, record.cursor))
    progress, gaps = Progress(), list[str]()
    # Without a cursor the walk begins anew, and what it found before is found again.
    requests, items, new = record.requests, record.items if record.cursor else 0, 0
    cursor, answered = record.cursor, 0
    while asks:
        ask = asks.popleft()
        host = urlsplit(ask.url).netloc
        place = f"{walk.name} {host}"
        if place in run.stopped:
            gaps.append(run.stopped[place])
            break
        if not run.take():
            gaps.append("the request budget of this run was used up (--max-requests)")
            break
        answer = await _answer(context, source, ask)
        requests += 1
        answered += answer.kind not in UNANSWERED
        run.note(place, host, answer.kind)
        step = walk.links(window, answer, progress)
        progress, cursor = step.progress, step.cursor or cursor
        if step.gap:
            gaps.append(step.gap)
        new += _store(context, source, walk, answer, step.entries)
        items += len(step.entries)
        asks.extend(step.asks)
        _save(context, record, WindowState.TODO, requests, items, cursor, "; ".join(gaps))
    state = WindowState.DONE if not gaps else (WindowState.PARTIAL if items else WindowState.FAILED)
    detail = "; ".join(dict.fromkeys(gaps))
    _save(context, record, state, requests, items, "" if state is WindowState.DONE else cursor, detail)
    return WindowResult(
        source,
        walk.name,
        window,
        state,
        requests,
        items,
        new,
        detail,
        resumed=bool(record.cursor),
        answered=answered,
    )


def _save(
    context: Context,
    record: WindowRecord,
    state: WindowState,
    requests: int,
    items: int,
    cursor: str,
    detail: str,
) -> None:
    assert record.id is not None
    context.store.update_window(
        record.id,
        state=state,
        requests=requests,
        items=items,
        cursor=cursor,
        detail=detail,
        at=context.clock(),
    )


def _store(
    context: Context, source: Source, walk: Provider, answer: Answer, entries: tuple[Entry, ...]
) -> int:
    """Leave the entries of one answer as pending; return how many were new."""
    record = PollRecord(
        state=None,
        source=source.id,
        at=context.clock(),
        kind=answer.kind,
        entries=entries,
        discovered_via=walk.name,
        published_at_source="sitemap_lastmod" if walk.name == "sitemap" else "feed",
        detail=answer.ask.url,
        keep_look=False,
    )
    return context.store.record_polls([record])[source.id].new_entries


async def _answer(context: Context, source: Source, ask: Ask) -> Answer:
    """Make one request as politely as for a page, and read the answer in the sandbox."""
    now = context.clock()
    if source.robots != "ignore":
        allowed = await context.robots.allows(ask.url, pace=context.pace)
        if not allowed.allowed:
            return Answer(ask, FetchKind.ROBOTS, detail=f"{ask.url}: {allowed.reason}")
        context.pace.crawl_delay(ask.url, allowed.crawl_delay_s)
    listing = ask.reader == "sitemap"
    request = Request(
        url=ask.url,
        accept=SITEMAP_ACCEPT if listing else FEED_ACCEPT,
        max_bytes=SITEMAP_MAX_BYTES if listing else context.settings.fetch.max_bytes,
        total_timeout_s=FEED_TIMEOUT_S * (2 if listing else 1),
        retries=1,
    )
    fetched = await polite.ask(context, request, article=True)
    answer = Answer(
        ask, fetched.kind, fetched.body_sha256, detail=f"{ask.url}: {fetched.detail or fetched.kind.value}"
    )
    if fetched.kind is not FetchKind.OK:
        return answer
    try:
        if listing:
            sitemap: Sitemap = await context.sandbox.run(
                "sitemap", fetched.body, url=fetched.final_url, now=now, deadline_s=READ_DEADLINE_S
            )
            return replace(answer, sitemap=sitemap, detail=sitemap.note and f"{ask.url}: {sitemap.note}")
        feed: FeedDocument = await context.sandbox.run(
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
        return replace(answer, kind=FetchKind.PARSE_LOST, detail=f"{ask.url}: {lost}")
    return replace(answer, feed=feed, detail=feed.note and f"{ask.url}: {feed.note}")
