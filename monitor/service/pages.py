"""Article pages: asked politely, once with success and at most three times (polling-etiquette E8)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from monitor.db.records import PageRecord, PageState
from monitor.errors import SandboxError
from monitor.fetch.client import Request
from monitor.model import Fetched, FetchKind, Page, Source
from monitor.read import urls
from monitor.service.ask import ask, heed_stored, host_of, left_alone
from monitor.service.context import Context

log = structlog.get_logger(__name__)

PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
PAGE_TIMEOUT_S = 30.0
PAGE_DEADLINE_S = 15.0
RETRY_AFTER = (timedelta(minutes=20), timedelta(hours=6))
"""Waits before the second and third attempt: three within 48 h, and a daily digest misses nothing for it."""
LONGEST_WAIT = timedelta(hours=24)
"""A host that wants to be left alone for longer is not waited for: the feed's text is judged at once."""
SAVE_EVERY = 20
SILENT_PAGES = 2
"""Pages in a row a host may leave unanswered before the others of this run are put off: 50 waits of 30 s
would hold up the judging of all other outlets for 25 minutes."""

PASSING = frozenset(
    {
        FetchKind.DNS,
        FetchKind.CONNECT,
        FetchKind.TIMEOUT,
        FetchKind.TLS,
        FetchKind.PROTOCOL,
        FetchKind.TOO_SLOW,
        FetchKind.SERVER_ERROR,
        FetchKind.UNAVAILABLE,
        FetchKind.RATE_LIMITED,
        FetchKind.TRUNCATED,
    }
)
"""Kinds that another attempt may mend; everything else is final and the feed's text serves."""
UNREACHED = frozenset(
    {FetchKind.DNS, FetchKind.CONNECT, FetchKind.TIMEOUT, FetchKind.TOO_SLOW, FetchKind.TLS}
)
"""Kinds after which asking the same host for another page at once is of no use."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One page to read, and the source whose rules apply."""

    url: str
    source: Source


def key_of(url: str) -> str:
    """Return the identity of a page: its address without tracking parameters; empty for no web address."""
    return urls.clean(url)


async def read_pages(context: Context, wanted: Iterable[Wanted]) -> dict[str, PageRecord]:
    """Return the page record of each wanted address by `key_of`, asking for those not read yet."""
    unique: dict[str, Wanted] = {}
    for want in wanted:
        if key := key_of(want.url):
            unique.setdefault(key, want)
    stored = context.store.pages(list(unique))
    now = context.clock()
    missing = {key: want for key, want in unique.items() if key not in stored or _due(stored[key], now)}
    if missing:
        context.progress.start("Reading articles", len(missing))
        try:
            stored |= await _ask_all(context, missing, stored)
        finally:
            context.progress.end()
    return stored


def _due(record: PageRecord, now: datetime) -> bool:
    return record.state is PageState.RETRY and (record.next_attempt is None or record.next_attempt <= now)


async def _ask_all(
    context: Context, missing: dict[str, Wanted], stored: dict[str, PageRecord]
) -> dict[str, PageRecord]:
    """Ask for the pages, host by host side by side; what was read is kept whatever ends the rest."""
    heed_stored(context)
    hosts: dict[str, list[tuple[str, Wanted]]] = {}
    for key, want in missing.items():
        hosts.setdefault(host_of(want.url), []).append((key, want))
    reading = _Reading(context, stored)
    tasks = [asyncio.create_task(reading.host(pages)) for pages in hosts.values()]
    try:
        await asyncio.gather(*tasks)
    finally:
        for pending in tasks:
            pending.cancel()
        reading.save()
        await asyncio.gather(*tasks, return_exceptions=True)
    return reading.found


@dataclass(slots=True)
class _Reading:
    """One run over pages: what was stored before it, and what it found."""

    context: Context
    stored: dict[str, PageRecord]
    found: dict[str, PageRecord] = field(default_factory=dict)
    unsaved: list[PageRecord] = field(default_factory=list)

    async def host(self, pages: list[tuple[str, Wanted]]) -> None:
        """Read the pages of one host one after the other; a silent host is not asked for all of them."""
        silent = 0
        for key, want in pages:
            fetched, page = await self._one(want, silent=silent >= SILENT_PAGES)
            silent = silent + 1 if fetched.kind in UNREACHED else 0
            self.found[key] = _record(key, want, self.stored.get(key), fetched, page)
            self.unsaved.append(self.found[key])
            self.context.progress.step(host_of(want.url))
            if len(self.unsaved) >= SAVE_EVERY:
                self.save()

    async def _one(self, want: Wanted, *, silent: bool) -> tuple[Fetched, Page | None]:
        if silent:
            return _silent(self.context, want), None
        try:
            return await ask_page(self.context, want)
        # The border of one page: a fault of ours over it must not stop the judging of everything else.
        except Exception:
            log.exception("page_failed", url=want.url)
            fault = "Reading it met a fault of this program (see the log); please report it."
            return Fetched(want.url, FetchKind.PARSE_LOST, self.context.clock(), detail=fault), None

    def save(self) -> None:
        """Store what is not stored yet."""
        unsaved, self.unsaved = self.unsaved, []
        if unsaved:
            self.context.store.save_pages(unsaved)


def _silent(context: Context, want: Wanted) -> Fetched:
    """Return the answer for a page whose host did not answer for others; it counts as an attempt."""
    detail = "Not asked for: its host did not answer for other pages just before."
    return Fetched(want.url, FetchKind.TIMEOUT, context.clock(), detail=detail)


def _record(
    key: str, want: Wanted, before: PageRecord | None, fetched: Fetched, page: Page | None
) -> PageRecord:
    attempts = (before.attempts if before else 0) + 1
    state, next_attempt = PageState.OK, None
    if page is None:
        next_attempt = _next_attempt(fetched, attempts)
        state = PageState.FAILED if next_attempt is None else PageState.RETRY
    return PageRecord(
        url_key=key,
        url=want.url,
        final_url=fetched.final_url,
        state=state,
        attempts=attempts,
        next_attempt=next_attempt,
        fetched_at=fetched.at,
        status=fetched.status,
        kind=fetched.kind,
        server_time=fetched.server_time,
        page=page,
        etag=fetched.header("etag"),
        last_modified=fetched.header("last-modified"),
        detail=fetched.detail,
    )


def _next_attempt(fetched: Fetched, attempts: int) -> datetime | None:
    """Return when a page that was not read is asked for again; None when it is given up."""
    unreadable_rules = fetched.kind is FetchKind.ROBOTS and fetched.retry_after_s is not None
    asked_to_wait = timedelta(seconds=fetched.retry_after_s or 0)
    if attempts > len(RETRY_AFTER) or asked_to_wait > LONGEST_WAIT:
        return None
    if fetched.kind not in PASSING and not unreadable_rules:
        return None
    return fetched.at + max(RETRY_AFTER[attempts - 1], asked_to_wait)


async def ask_page(context: Context, want: Wanted) -> tuple[Fetched, Page | None]:
    """Return what one request gave and the page read from it; None where there is nothing to read."""
    now = context.clock()
    if want.source.robots != "ignore":
        allowed = await context.robots.allows(want.url, pace=context.pace)
        left_s = context.pace.held_s(want.url)
        if left_s > 0:
            return left_alone(context, want.url, left_s), None
        if not allowed.allowed:
            # Only an unreadable robots.txt (5xx, no answer) is worth asking again.
            wait_s = (allowed.until - now).total_seconds() if allowed.until else None
            return Fetched(want.url, FetchKind.ROBOTS, now, retry_after_s=wait_s, detail=allowed.reason), None
        context.pace.crawl_delay(want.url, allowed.crawl_delay_s)
    request = Request(
        url=want.url,
        accept=PAGE_ACCEPT,
        max_bytes=context.settings.fetch.max_bytes,
        total_timeout_s=PAGE_TIMEOUT_S,
    )
    fetched = await ask(context, request, article=True)
    if fetched.kind is not FetchKind.OK:
        return fetched, None
    try:
        page = await context.sandbox.run(
            "page",
            fetched.body,
            url=fetched.final_url,
            content_type=fetched.header("content-type") or "",
            now=context.clock(),
            tz_fix=want.source.tz_fix,
            selectors=want.source.selectors,
            deadline_s=PAGE_DEADLINE_S,
        )
    except SandboxError as lost:
        return replace(fetched, kind=FetchKind.PARSE_LOST, detail=str(lost)), None
    if "noindex" in (fetched.header("x-robots-tag") or "").lower():
        page = replace(page, noindex=True)
    return fetched, page
