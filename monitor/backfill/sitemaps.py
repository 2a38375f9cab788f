"""The past through sitemaps: dated parameters (RIA, the Sputnik family), indexes, news sitemaps, gzip.

``lastmod`` is an edit date: it only decides which children may be skipped, with the slack that
``domain/backfill.md`` §2 measured (3 h before, a day after); the article page decides the article's time.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from monitor.backfill.plan import Answer, Ask, Progress, Step, Window
from monitor.model import BackfillRoute, Claim, Entry, FetchKind, SitemapLink

SLACK_BEFORE = timedelta(hours=3)
SLACK_AFTER = timedelta(days=1)
MAX_DEPTH = 3
"""Indexes of indexes; published sitemaps use one level (ultimate-sitemap-parser allows 11)."""

_DATED = re.compile(r"\{(date|year|month|day)\}")
_PATH_DATE = re.compile(r"(?<!\d)(20\d{2})[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class SitemapProvider:
    """Sitemaps of one source: either one document a day, month or year, or an index that is walked."""

    url: str
    """Template with ``{date}`` (YYYYMMDD), ``{year}``, ``{month}``, ``{day}``, or a plain address."""
    name: str = "sitemap"

    @classmethod
    def of(cls, route: BackfillRoute) -> SitemapProvider:
        """Return the provider that a source's ``backfill`` table describes."""
        return cls(url=dict(route.options)["url"])

    def windows(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        """Return one window a day, month or year for a dated template; else one for the whole span."""
        if not _DATED.search(self.url):
            return (Window(start, end),) if start < end else ()
        found: list[Window] = []
        at = start
        while at < end:
            following = min(self._next(at), end)
            found.append(Window(at, following))
            at = following
        return tuple(reversed(found))

    def _next(self, at: datetime) -> datetime:
        if "{date}" in self.url or "{day}" in self.url:
            return datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=1)
        if "{month}" in self.url:
            return datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
        return datetime(at.year + 1, 1, 1, tzinfo=UTC)

    def requests(self, window: Window, cursor: str) -> tuple[Ask, ...]:  # noqa: ARG002  each window is one walk
        """Return the one document the window starts from."""
        at = window.start
        names = {"date": f"{at:%Y%m%d}", "year": f"{at:%Y}", "month": f"{at:%m}", "day": f"{at:%d}"}
        return (Ask(_DATED.sub(lambda found: names[found[1]], self.url), "sitemap"),)

    def links(self, window: Window, answer: Answer, progress: Progress) -> Step:
        """Return the links that can lie in the window, and the children worth asking."""
        progress = replace(progress, urls=progress.urls | {answer.ask.url})
        if answer.kind is FetchKind.NOT_FOUND and answer.ask.depth == 0 and _DATED.search(self.url):
            return Step(progress=progress)  # a day without articles has no document at some sites
        if answer.sitemap is None or not answer.sitemap.valid:
            return Step(gap=answer.detail or f"no sitemap at {answer.ask.url}", progress=progress)
        if answer.sitemap.is_index:
            return self._children(window, answer, progress)
        # A dated document holds its own day only: its links need no second look at their dates.
        dated = bool(_DATED.search(self.url)) and answer.ask.depth == 0
        entries = tuple(entry_of(link) for link in answer.sitemap.links if dated or _may_hold(window, link))
        fresh = tuple(entry for entry in entries if entry.key not in progress.keys)
        seen = replace(progress, keys=progress.keys | {entry.key for entry in fresh})
        return Step(entries=fresh, progress=seen)

    def _children(self, window: Window, answer: Answer, progress: Progress) -> Step:
        if answer.ask.depth >= MAX_DEPTH:
            return Step(gap=f"{answer.ask.url}: indexes nested too deeply", progress=progress)
        assert answer.sitemap is not None
        asks = []
        for link in answer.sitemap.links:
            at = link.lastmod.at
            # A child last edited before the window began cannot hold anything published in it.
            if link.url in progress.urls or (at is not None and at < window.start - SLACK_BEFORE):
                continue
            asks.append(Ask(link.url, "sitemap", depth=answer.ask.depth + 1))
        unique = tuple({ask.url: ask for ask in asks}.values())
        return Step(asks=unique, progress=replace(progress, urls=progress.urls | {a.url for a in unique}))


def _may_hold(window: Window, link: SitemapLink) -> bool:
    """Return True when nothing says that the link lies outside the window."""
    if link.published.at is not None:
        return window.start <= link.published.at < window.end
    dated = _date_in_path(link.url)
    if dated is not None:
        return window.start - SLACK_AFTER <= dated < window.end + SLACK_BEFORE
    if link.lastmod.at is not None:
        return window.start - SLACK_BEFORE <= link.lastmod.at < window.end + SLACK_AFTER
    return True


def _date_in_path(url: str) -> datetime | None:
    found = _PATH_DATE.search(url)
    if found is None:
        return None
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
    except ValueError:
        return None


def entry_of(link: SitemapLink) -> Entry:
    """Return a link as an entry; without a news title it has none, and the page must be read."""
    published = link.published
    if published.at is None:
        in_path = _date_in_path(link.url)
        if in_path is not None:
            published = Claim(at=in_path, raw=f"{in_path:%Y-%m-%d}", weak="no_time")
        elif link.lastmod.at is not None:
            published = replace(link.lastmod, weak="lastmod")
    content_hash = hashlib.sha256(f"{link.url}\n{link.title}".encode()).hexdigest()[:32]
    return Entry(
        key=f"u:{link.url}",
        url=link.url,
        title=link.title,
        published=published,
        lang=link.lang,
        content_hash=content_hash,
    )
