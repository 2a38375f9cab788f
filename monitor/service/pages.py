"""Article pages: asked politely, once with success and at most three times (polling-etiquette E8)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.db.records import PageRecord, PageState
from monitor.errors import SandboxError
from monitor.fetch.client import Request
from monitor.model import Fetched, FetchKind, Page, Source
from monitor.read import urls
from monitor.service.ask import ask
from monitor.service.context import Context

PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
PAGE_TIMEOUT_S = 30.0
PAGE_DEADLINE_S = 15.0
RETRY_AFTER = (timedelta(minutes=20), timedelta(hours=6))
"""Waits before the second and third attempt: three within 48 h, and a daily digest misses nothing for it."""
SAVE_EVERY = 20

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


@dataclass(frozen=True, slots=True)
class Wanted:
    """One page to read, and the source whose rules apply."""

    url: str
    source: Source


def key_of(url: str) -> str:
    """Return the identity of a page: its address without tracking parameters."""
    return urls.clean(url)


async def read_pages(context: Context, wanted: Iterable[Wanted]) -> dict[str, PageRecord]:
    """Return the page record of each wanted address by `key_of`, asking for those not read yet."""
    unique = {key_of(want.url): want for want in wanted if _askable(want.url)}
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


def _askable(url: str) -> bool:
    return urlsplit(url).scheme in {"http", "https"}


def _due(record: PageRecord, now: datetime) -> bool:
    return record.state is PageState.RETRY and (record.next_attempt is None or record.next_attempt <= now)


async def _ask_all(
    context: Context, missing: dict[str, Wanted], stored: dict[str, PageRecord]
) -> dict[str, PageRecord]:
    tasks = [asyncio.create_task(_ask(context, key, want, stored.get(key))) for key, want in missing.items()]
    found: dict[str, PageRecord] = {}
    unsaved: list[PageRecord] = []
    try:
        for task in asyncio.as_completed(tasks):
            record = await task
            found[record.url_key] = record
            unsaved.append(record)
            context.progress.step(urlsplit(record.url).netloc)
            if len(unsaved) >= SAVE_EVERY:
                context.store.save_pages(unsaved)
                unsaved = []
    finally:
        if unsaved:
            context.store.save_pages(unsaved)
        for pending in tasks:
            pending.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return found


async def _ask(context: Context, key: str, want: Wanted, before: PageRecord | None) -> PageRecord:
    fetched, page = await ask_page(context, want)
    attempts = (before.attempts if before else 0) + 1
    state, next_attempt = PageState.OK, None
    if page is None:
        unreadable_rules = fetched.kind is FetchKind.ROBOTS and fetched.retry_after_s is not None
        passing = fetched.kind in PASSING or unreadable_rules
        retry = passing and attempts <= len(RETRY_AFTER)
        state = PageState.RETRY if retry else PageState.FAILED
        if retry:
            wait = max(RETRY_AFTER[attempts - 1], timedelta(seconds=fetched.retry_after_s or 0))
            next_attempt = fetched.at + wait
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


async def ask_page(context: Context, want: Wanted) -> tuple[Fetched, Page | None]:
    """Return what one request gave and the page read from it; None where there is nothing to read."""
    now = context.clock()
    if want.source.robots != "ignore":
        allowed = await context.robots.allows(want.url, pace=context.pace)
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
