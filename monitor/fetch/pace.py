"""When the next request to a host may start: one at a time, with a gap, and few in all.

    async with pace.slot(url, article=True) as wait_s:
        if not wait_s: ...  # ask now

Waiting happens inside ``slot``; a longer wait that a server asked for (429) is not sat out but handed to the
caller. Time and sleep are given, so a test can run hours in no time. Knows nothing of requests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitor.fetch.guard import exempt

MAX_IN_FLIGHT = 16
"""Requests at once over all hosts."""
ARTICLE_GAP_S = 5.0
"""Between two article requests to one host (polling-etiquette A6)."""
FEED_GAP_S = 1.0
"""Between two feed requests to one host: outlets with five feeds on one host are not asked in one burst."""
SHORTEST_GAP_S = 1.0
"""A configured article gap below this counts only for hosts in ``allow_private`` (DESIGN §7)."""
MAX_CRAWL_DELAY_S = 60.0
"""Longest Crawl-delay that is honoured (polling-etiquette E5)."""
KEPT_HOSTS = 2_000
"""Hosts remembered at once; beyond it those that nobody waits for are forgotten, oldest first."""


@dataclass(slots=True)
class _Host:
    """What is remembered of one host; times on the monotonic clock."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    last_end: float | None = None
    held_until: float = 0.0
    crawl_delay_s: float = 0.0


class HostPace:
    """Keeps order between requests; one for each running loop's worth of work."""

    def __init__(
        self,
        *,
        max_in_flight: int = MAX_IN_FLIGHT,
        article_gap_s: float = ARTICLE_GAP_S,
        feed_gap_s: float = FEED_GAP_S,
        allow_private: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Prepare; ``clock`` counts seconds and never goes back."""
        self._max_in_flight = max_in_flight
        self._article_gap_s = article_gap_s
        self._feed_gap_s = feed_gap_s
        self._allow_private = allow_private
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._in_all = asyncio.Semaphore(max_in_flight)
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def slot(self, url: str, *, article: bool = False) -> AsyncIterator[float]:
        """Wait until this host may be asked, then hold it for the duration of the block.

        Gives 0.0, or the seconds the host wants to be left alone (see `hold`): then the caller must not ask.
        """
        self._fit_to_loop()
        host = self._host(url)
        host.users += 1
        try:
            async with host.lock:
                left = self._held_s(host)
                if left <= 0:
                    await self._sit_out_gap(host, self.gap_s(url, article=article))
                    async with self._in_all:
                        left = self._held_s(host)
                        try:
                            yield left
                        finally:
                            if left <= 0:
                                host.last_end = self._clock()
                else:
                    yield left
        finally:
            host.users -= 1

    def gap_s(self, url: str, *, article: bool) -> float:
        """Return the seconds between the end of one request to this host and the start of the next."""
        exempted = exempt(*_host_and_port(url), self._allow_private)
        asked = self._article_gap_s if article else min(self._feed_gap_s, self._article_gap_s)
        if article and not exempted:
            asked = max(asked, SHORTEST_GAP_S)
        elif not article and not exempted:
            asked = self._feed_gap_s
        return max(asked, self._host(url).crawl_delay_s)

    def crawl_delay(self, url: str, delay_s: float | None) -> None:
        """Take a host's Crawl-delay as a lower bound of its gap, at most 60 s; None: it has none."""
        self._host(url).crawl_delay_s = min(max(delay_s or 0.0, 0.0), MAX_CRAWL_DELAY_S)

    def hold(self, url: str, wait_s: float) -> None:
        """Leave the whole host alone for so many seconds (429); call it before the slot is given back."""
        host = self._host(url)
        host.held_until = max(host.held_until, self._clock() + wait_s)

    def held_s(self, url: str) -> float:
        """Return the seconds the host still wants to be left alone, 0.0 for none."""
        return self._held_s(self._host(url))

    def _held_s(self, host: _Host) -> float:
        return max(host.held_until - self._clock(), 0.0)

    async def _sit_out_gap(self, host: _Host, gap_s: float) -> None:
        if host.last_end is not None:
            wait_s = host.last_end + gap_s - self._clock()
            if wait_s > 0:
                await self._sleep(wait_s)

    def _host(self, url: str) -> _Host:
        key = self._key(url)
        if key not in self._hosts:
            self._forget()
            self._hosts[key] = _Host()
        return self._hosts[key]

    def _key(self, url: str) -> str:
        """Return the host; for exempt ones with the port, as there one machine plays many hosts."""
        name, port = _host_and_port(url)
        return f"{name}:{port}" if exempt(name, port, self._allow_private) else name

    def _forget(self) -> None:
        if len(self._hosts) >= KEPT_HOSTS:
            idle = [key for key, host in self._hosts.items() if not host.users and not self._held_s(host)]
            for key in idle[: KEPT_HOSTS // 2]:
                del self._hosts[key]

    def _fit_to_loop(self) -> None:
        """Renew locks when another event loop runs than last time: commands may start several in a row."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._in_all = asyncio.Semaphore(self._max_in_flight)
            for host in self._hosts.values():
                host.lock, host.users = asyncio.Lock(), 0


def _host_and_port(url: str) -> tuple[str, int]:
    """Return host (lower case) and port; an address that cannot be read is its own host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url, 80
    return (parts.hostname or url), port or (443 if parts.scheme == "https" else 80)
