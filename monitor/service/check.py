"""Ask sources once and say what they give, storing nothing: for `monitor sources check`."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import UsageError
from monitor.fetch.client import Request
from monitor.model import FetchKind, Source, Terms
from monitor.service.ask import ask
from monitor.service.context import Context
from monitor.service.poll import FEED_ACCEPT, FEED_TIMEOUT_S, read_source

FROZEN_AFTER = timedelta(days=30)
"""polling-etiquette D14."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one source gave."""

    source: Source
    kind: FetchKind
    status: int | None
    format: str
    entries: int
    newest: datetime | None
    elapsed_s: float
    detail: str

    @property
    def usable(self) -> bool:
        """Return True when entries can be read from it."""
        return self.kind is FetchKind.OK


async def check(context: Context, *, only: Collection[str], everything: bool) -> list[CheckResult]:
    """Ask each chosen source once (default: the active ones) and return what it gives."""
    known = context.sources
    for one in only:
        if one not in known:
            near = difflib.get_close_matches(one, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "see: monitor sources list"
            raise UsageError(f"there is no source {one!r}; {hint}")
    pool = context.settings.sources if everything else context.settings.active
    chosen = [known[one] for one in only] or [s for s in pool if s.terms is not Terms.BLOCKED]
    context.progress.start("Checking", len(chosen))
    try:
        return list(await asyncio.gather(*(_one(context, source) for source in chosen)))
    finally:
        context.progress.end()


async def _one(context: Context, source: Source) -> CheckResult:
    request = Request(
        url=source.url,
        accept=FEED_ACCEPT,
        max_bytes=context.settings.fetch.max_bytes,
        total_timeout_s=FEED_TIMEOUT_S,
    )
    fetched = await ask(context, request)
    document = None
    if fetched.usable:
        fetched, document = await read_source(context, source, fetched)
    context.progress.step(source.name)
    entries = document.entries if document is not None else ()
    times = [at for e in entries if (at := e.published.at or e.updated.at) is not None]
    newest = max(times, default=None)
    detail = fetched.detail
    if fetched.kind is FetchKind.OK:
        detail = document.note if document is not None else ""
        if newest is not None and context.clock() - newest > FROZEN_AFTER:
            detail = "its newest entry is older than 30 days: frozen?"
        elif not entries:
            detail = "answers, but holds no entries"
        if fetched.redirects:
            detail = (detail + "; " if detail else "") + f"moved to {fetched.final_url}"
    if document is not None and document.discovered:
        detail += f"; the page names a feed: {document.discovered[0]}"
    return CheckResult(
        source=source,
        kind=fetched.kind,
        status=fetched.status,
        format=document.format.value if document is not None else "",
        entries=len(entries),
        newest=newest,
        elapsed_s=fetched.elapsed_s,
        detail=detail,
    )
