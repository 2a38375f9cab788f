"""One polite request: the host's slot, its wish to be left alone, and the request itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from monitor.fetch.client import Request, fetch
from monitor.judge import due
from monitor.model import Fetched, FetchKind
from monitor.service.context import Context


async def ask(context: Context, request: Request, *, article: bool = False) -> Fetched:
    """Return what came of a request; RATE_LIMITED without a status when the host is to be left alone."""
    async with context.pace.slot(request.url, article=article) as left_s:
        if left_s > 0:
            return left_alone(context, request.url, left_s)
        fetched = await fetch(request, policy=context.policy, clock=context.clock)
        _heed(context, fetched)
    return fetched


def left_alone(context: Context, url: str, left_s: float) -> Fetched:
    """Return the answer for a host that is not asked at all for so many seconds."""
    return Fetched(
        url=url,
        kind=FetchKind.RATE_LIMITED,
        at=context.clock(),
        retry_after_s=left_s,
        detail=f"The host asked to be left alone for another {max(left_s / 60, 1):.0f} minutes.",
    )


def _heed(context: Context, fetched: Fetched) -> None:
    """Leave a host alone that asks for it, also after a restart.

    Called before the slot is given back: the next in the queue for this host must not slip in.
    """
    now = context.clock()
    until = due.host_wait(fetched, now)
    if until is not None:
        url = fetched.final_url or fetched.url
        context.pace.hold(url, (until - now).total_seconds())
        context.store.set_host_wait(host_of(url), until)


def heed_stored(context: Context) -> None:
    """Leave alone what asked for it before this process began."""
    now = context.clock()
    for host, until in context.store.host_waits(now).items():
        context.pace.hold(f"https://{host}/", (until - now).total_seconds())


def host_of(url: str) -> str:
    """Return host and port as the store keys them."""
    return urlsplit(url).netloc.lower()


def not_asked(fetched: Fetched) -> bool:
    """Return True for an answer that `ask` gave without asking."""
    return fetched.kind is FetchKind.RATE_LIMITED and fetched.status is None
