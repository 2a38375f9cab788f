"""The past through paged feeds: numbered pages, WordPress ``?paged=N``, and the links of RFC 5005.

A walk stops (``domain/backfill.md`` §3) when a page repeats, brings no new entry, is older than the window,
is not there (404), closes a circle, or the page budget is used; only the last leaves a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.backfill.plan import Answer, Ask, Progress, Step, Window
from monitor.model import BackfillRoute, Entry, FeedDocument, FetchKind, Source

MAX_PAGES = 80
"""The deepest walk known to be used for Kremlin (Woland, ``domain/backfill.md`` §3)."""
_OLDER_LINKS = ("prev-archive", "next")
"""RFC 5005: archives lead back by ``prev-archive``; paged feeds by ``next``."""


@dataclass(frozen=True, slots=True)
class PagedProvider:
    """Older pages of one feed."""

    url: str
    """With ``{n}`` for numbered pages; without it the walk follows the feed's own links."""
    first: int = 2
    max_pages: int = MAX_PAGES
    name: str = "paged"

    @classmethod
    def of(cls, route: BackfillRoute, source: Source) -> PagedProvider:
        """Return the provider that a source's ``backfill`` table describes."""
        options = dict(route.options)
        url = options.get("url", source.url)
        if options.get("style") == "paged" and "{n}" not in url:
            url += ("&" if "?" in url else "?") + "paged={n}"
        return cls(
            url=url,
            first=int(options.get("first", "2")),
            max_pages=int(options.get("max_pages", str(MAX_PAGES))),
        )

    def windows(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        """Return the whole span: pages run from newest to oldest and know no dates beforehand."""
        return (Window(start, end),) if start < end else ()

    def requests(self, window: Window, cursor: str) -> tuple[Ask, ...]:  # noqa: ARG002  pages know no dates
        """Return the first page, or the page a killed run had reached."""
        if cursor.startswith("http"):
            return (Ask(cursor, "feed"),)
        number = int(cursor) if cursor else self.first
        return (self._page(number),)

    def _page(self, number: int) -> Ask:
        return Ask(self.url.replace("{n}", str(number)), "feed", page=number)

    def links(self, window: Window, answer: Answer, progress: Progress) -> Step:
        """Return the entries of the page that lie in the window, and the next page if one may help."""
        ask = answer.ask
        seen = replace(progress, urls=progress.urls | {ask.url})
        if answer.kind in {FetchKind.NOT_FOUND, FetchKind.GONE} and ask.page > self.first:
            return Step(progress=seen)  # past the end
        if answer.feed is None or not answer.feed.entries:
            ended = answer.feed is not None and not answer.feed.note
            return Step(gap="" if ended else answer.detail or f"no feed at {ask.url}", progress=seen)
        if answer.body_sha256 and answer.body_sha256 in progress.bodies:
            return Step(progress=seen)
        fresh = tuple(entry for entry in answer.feed.entries if entry.key not in progress.keys)
        seen = replace(
            seen,
            bodies=seen.bodies | {answer.body_sha256},
            keys=seen.keys | {entry.key for entry in fresh},
        )
        inside = tuple(entry for entry in fresh if _inside(window, entry))
        if not fresh or _all_older(window, answer.feed):
            return Step(entries=inside, progress=seen)
        return self._go_on(answer, inside, seen)

    def _go_on(self, answer: Answer, inside: tuple[Entry, ...], seen: Progress) -> Step:
        following = self._following(answer)
        if following is None or following.url in seen.urls:
            return Step(entries=inside, progress=seen)
        if len(seen.urls) >= self.max_pages:
            gap = f"stopped after {self.max_pages} pages; older ones were not read"
            return Step(entries=inside, progress=seen, gap=gap)
        cursor = str(following.page) if following.page else following.url
        return Step(entries=inside, asks=(following,), progress=seen, cursor=cursor)

    def _following(self, answer: Answer) -> Ask | None:
        if "{n}" in self.url:
            return self._page(answer.ask.page + 1)
        assert answer.feed is not None
        links = dict(reversed(answer.feed.links))
        target = next((links[rel] for rel in _OLDER_LINKS if links.get(rel)), None)
        return Ask(target, "feed") if target else None


def _inside(window: Window, entry: Entry) -> bool:
    """Return True unless the entry's claimed time lies outside the window; unknown times are kept."""
    at = entry.published.at or entry.updated.at
    return at is None or window.start <= at < window.end


def _all_older(window: Window, feed: FeedDocument) -> bool:
    times = [entry.published.at or entry.updated.at for entry in feed.entries]
    known = [at for at in times if at is not None]
    return bool(known) and max(known) < window.start
