"""The pieces of the road in the order a command needs them: poll, fill in, judge, start."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from monitor.service import report
from monitor.service.backfill import BackfillReport, backfill, full_hour
from monitor.service.context import Context
from monitor.service.ingest import IngestReport, ingest
from monitor.service.keys import TELL_KEY
from monitor.service.poll import PollReport, poll

Say = Callable[[str], None]


async def poll_and_judge(
    context: Context, *, only: Collection[str] = (), every: bool = False, force: bool = False
) -> tuple[PollReport, IngestReport]:
    """Poll what is due and judge to the end."""
    polled = await poll(context, only=only, every=every, force=force)
    return polled, await ingest(context)


async def fill_and_judge(
    context: Context,
    start: datetime,
    end: datetime,
    *,
    providers: Collection[str] = (),
    only: Collection[str] = (),
    max_requests: int,
    dry_run: bool = False,
    tell: bool = False,
) -> tuple[BackfillReport, IngestReport]:
    """Fill in the past and judge what it brought; ``tell`` lets the next digests tell it."""
    filled = await backfill(
        context, start, end, providers=providers, only=only, max_requests=max_requests, dry_run=dry_run
    )
    if dry_run:
        return filled, IngestReport()
    if tell:
        tell_backfilled(context)
    return filled, await ingest(context)


def tell_backfilled(context: Context) -> None:
    """Let every recipient's next digest also tell what backfill found."""
    for recipient in context.settings.digest.recipients:
        context.store.meta_set(TELL_KEY + recipient.id, "1")


async def first_fill(context: Context, since: timedelta, *, say: Say) -> int:
    """Fill in the given past now, with a summary; return the exit code (DESIGN §6)."""
    end = full_hour(context.clock())
    say(report.expectation(context))
    filled, judged = await fill_and_judge(context, end - since, end, max_requests=500, tell=True)
    say(report.backfill_text(filled, judged))
    return 3 if filled.blind else 1 if filled.gaps else 0


def run_daemon(context: Context, *, since: timedelta | None, say: Say, out: Say) -> None:
    """Run the daemon until it is asked to end; the first start shows the reader what he has got."""
    from monitor.service.daemon import Daemon

    daemon = Daemon(context, since=since, say=say, out=out)
    context.run(daemon.run())
