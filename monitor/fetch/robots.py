"""Whether robots.txt admits us to a page, by RFC 9309, read with Protego.

    url -> origin -> kept record still valid? -> else fetch once -> rules -> answer with its reason

One record per scheme, host and port goes through two given functions, so that a store can keep it over
restarts. 2xx is parsed, 4xx admits, 429, 5xx and network errors admit nobody.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from protego import Protego

from monitor.fetch.client import Clock, Policy, Request, fetch
from monitor.fetch.pace import MAX_CRAWL_DELAY_S, HostPace
from monitor.model import Fetched, FetchKind

MAX_BYTES = 512 * 1024
"""RFC 9309 §2.5 asks for at least 500 KiB; what lies behind is not read."""
TIMEOUT_S = 20.0
KEPT_FOR = timedelta(hours=24)
"""RFC 9309 §2.4: at most a day."""
AFTER_REFUSAL = timedelta(hours=4)
"""Next look after 429 or 5xx without Retry-After: the wait of polling-etiquette D7."""
AFTER_SILENCE = timedelta(minutes=15)
"""Next look after a network error: mostly our own fault, and it must not cost a day of articles."""
PARSED_KEPT = 64
"""Parsed rules held in memory; a desk reads pages of some 25 hosts."""
LOCKS_KEPT = 1_000
"""Origins with a lock of their own before the unused ones are dropped."""

_AGENT_LINE = re.compile(r"\s*user[-\s]*agent\b\s*:?\s*(?P<name>[^#]*)", re.IGNORECASE)
_NOBODY = "user-agent: -"


class Record(Protocol):
    """What is kept of one robots.txt; the store's ``RobotsRecord`` is one."""

    @property
    def origin(self) -> str:
        """Return ``scheme://host[:port]``."""

    @property
    def fetched_at(self) -> datetime:
        """Return when its content was fetched."""

    @property
    def status(self) -> int | None:
        """Return the HTTP status; None where no whole answer came."""

    @property
    def body(self) -> bytes:
        """Return the content, at most 512 KiB."""

    @property
    def until(self) -> datetime:
        """Return when it must be looked at again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as this module makes it."""

    origin: str
    fetched_at: datetime
    status: int | None
    body: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer for one address."""

    allowed: bool
    reason: str
    """One sentence for the operator."""
    crawl_delay_s: float | None = None
    """Seconds between requests to this host, at most 60; None where nothing is asked."""
    until: datetime | None = None
    """Set when the refusal is only for want of a readable robots.txt: asking again is useful from then on."""


class Robots:
    """Answers for all origins; fetches each robots.txt once a day at most, however many ask at once."""

    def __init__(
        self,
        *,
        policy: Policy,
        get: Callable[[str], Record | None],
        put: Callable[[Any], object],
        clock: Clock,
    ) -> None:
        """Keep the given mapping: ``put`` is called with a `Kept` and must make ``get`` return its like."""
        self._policy = replace(policy, allow_downgrade=True)  # rules on http are better than none
        self._get = get
        self._put = put
        self._clock = clock
        self._parsed: OrderedDict[tuple[str, datetime], Protego] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def allows(self, url: str, *, pace: HostPace | None = None) -> Permission:
        """Return whether this address may be asked; fetches robots.txt through ``pace`` when it must."""
        origin = origin_of(url)
        if origin is None:
            return Permission(allowed=False, reason="The address cannot be read.")
        async with self._lock(origin):
            record: Record | None = self._get(origin)
            if record is None or not self._valid(record):
                record = await self._renew(origin, record, pace)
        if record is None:
            return Permission(allowed=False, reason=f"{origin} asked to be left alone for now.")
        return self._answer(url, record)

    def _valid(self, record: Record) -> bool:
        """Return True within its time; a record from the future (the clock went back) is not."""
        return record.fetched_at <= self._clock() < record.until

    async def _renew(self, origin: str, old: Record | None, pace: HostPace | None) -> Record | None:
        """Fetch, keep and return the record; None when the host must not be asked now."""
        request = Request(
            url=f"{origin}/robots.txt",
            accept="text/plain, */*;q=0.1",
            max_bytes=MAX_BYTES,
            total_timeout_s=TIMEOUT_S,
        )
        if pace is None:
            fetched = await fetch(request, policy=self._policy, clock=self._clock)
        else:
            async with pace.slot(request.url) as wait_s:
                if wait_s:
                    return None
                fetched = await fetch(request, policy=self._policy, clock=self._clock)
        record = kept(origin, fetched, old)
        self._put(record)
        return record

    def _answer(self, url: str, record: Record) -> Permission:
        status = record.status
        if status is None or status == FAR_TOO_MANY or status >= LOWEST_SERVER_ERROR:
            said = "could not be read" if status is None else f"answered {status}"
            return Permission(
                allowed=False,
                reason=f"{record.origin}/robots.txt {said}: until it does, nothing of this host is asked.",
                until=record.until,
            )
        if not 200 <= status < 300:
            return Permission(allowed=True, reason=f"{record.origin} has no robots.txt ({status}).")
        rules = self._rules(record)
        allowed = rules.can_fetch(url, self._policy.product)
        delay = rules.crawl_delay(self._policy.product)
        return Permission(
            allowed=allowed,
            reason=f"{record.origin}/robots.txt {'admits us' if allowed else 'does not admit us'}.",
            crawl_delay_s=None if delay is None else min(delay, MAX_CRAWL_DELAY_S),
        )

    def _rules(self, record: Record) -> Protego:
        """Return the parsed rules of a record, from memory where it was parsed lately."""
        key = (record.origin, record.fetched_at)
        if key not in self._parsed:
            self._parsed[key] = Protego.parse(for_agent(record.body, self._policy.product))
            if len(self._parsed) > PARSED_KEPT:
                self._parsed.popitem(last=False)
        self._parsed.move_to_end(key)
        return self._parsed[key]

    def _lock(self, origin: str) -> asyncio.Lock:
        """Return the origin's lock on the running loop."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._locks = loop, {}
        if len(self._locks) > LOCKS_KEPT:
            self._locks = {key: lock for key, lock in self._locks.items() if lock.locked()}
        return self._locks.setdefault(origin, asyncio.Lock())


FAR_TOO_MANY = 429
LOWEST_SERVER_ERROR = 500


def origin_of(url: str) -> str | None:
    """Return ``scheme://host[:port]`` in lower case, without a default port; None for no http(s) address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    default = 443 if parts.scheme == "https" else 80
    bracketed = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{bracketed}" + ("" if port in {None, default} else f":{port}")


def kept(origin: str, fetched: Fetched, old: Record | None) -> Kept:
    """Return what to remember of an answer.

    While no answer comes at all, rules read before stay in force (RFC 9309 §2.4); 429 and 5xx shut the host.
    More than five redirects count as "no robots.txt" (RFC 9309 §2.3.1.2).
    """
    at, status = fetched.at, fetched.status
    if fetched.kind in {FetchKind.OK, FetchKind.TOO_LARGE, FetchKind.EMPTY}:
        return Kept(origin, at, 200, _whole_lines(fetched), at + KEPT_FOR)
    if fetched.kind is FetchKind.BAD_REDIRECT:
        return Kept(origin, at, 404, b"", at + KEPT_FOR)
    if status is not None and (status == FAR_TOO_MANY or status >= LOWEST_SERVER_ERROR):
        wait = timedelta(seconds=fetched.retry_after_s or 0) or AFTER_REFUSAL
        return Kept(origin, at, status, b"", at + min(wait, KEPT_FOR))
    if status is not None and 400 <= status < LOWEST_SERVER_ERROR:
        return Kept(origin, at, status, b"", at + KEPT_FOR)
    if old is not None and old.status is not None and old.status < 300:
        return Kept(origin, old.fetched_at, old.status, old.body, at + AFTER_SILENCE)
    return Kept(origin, at, None, b"", at + AFTER_SILENCE)


def _whole_lines(fetched: Fetched) -> bytes:
    """Return the body; of one that was cut at the limit, no half line: ``Disallow: /a`` is not ``/about``."""
    if fetched.kind is not FetchKind.TOO_LARGE:
        return fetched.body
    return fetched.body[: max(fetched.body.rfind(b"\n"), fetched.body.rfind(b"\r")) + 1]


def for_agent(body: bytes, product: str) -> str:
    """Return the robots.txt text with all groups that do not concern us under one name.

    Protego builds a rule set for every agent and puts each rule into all sets of its group: 500 KiB of names
    and rules written for that purpose would be hundreds of millions of rules.
    """
    token = product.lower()
    lines = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines()
    return "\n".join(_for_us(line, token) for line in lines)


def _for_us(line: str, token: str) -> str:
    found = _AGENT_LINE.match(line)
    if found is None:
        return line
    name = found["name"].strip().lower()
    if name == "*":
        return "user-agent: *"
    # A version behind the name ("treaty-monitor/1") is outside RFC 9309, but what is meant is plain.
    return f"user-agent: {token}" if name.split("/")[0].strip("* ") == token else _NOBODY
