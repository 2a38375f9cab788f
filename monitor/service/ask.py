"""One polite request: the host's slot, its wish to be left alone, and the request itself."""

from __future__ import annotations

from monitor.fetch.client import Request, fetch
from monitor.judge import due
from monitor.model import Fetched, FetchKind
from monitor.service.context import Context


async def ask(context: Context, request: Request, *, article: bool = False) -> Fetched:
    """Return what came of a request; RATE_LIMITED without a status when the host is to be left alone."""
    async with context.pace.slot(request.url, article=article) as left_s:
        if left_s > 0:
            return Fetched(
                url=request.url,
                kind=FetchKind.RATE_LIMITED,
                at=context.clock(),
                retry_after_s=left_s,
                detail=f"The host asked to be left alone for another {left_s / 60:.0f} minutes.",
            )
        fetched = await fetch(request, policy=context.policy, clock=context.clock)
        until = due.host_wait(fetched, context.clock())
        if until is not None:
            # Before the slot is given back: the next in the queue for this host must not slip in.
            seconds = (until - context.clock()).total_seconds()
            context.pace.hold(fetched.final_url or request.url, seconds)
    return fetched


def not_asked(fetched: Fetched) -> bool:
    """Return True for an answer that `ask` gave without asking."""
    return fetched.kind is FetchKind.RATE_LIMITED and fetched.status is None
