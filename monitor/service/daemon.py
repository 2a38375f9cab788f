"""The daemon: due sources, judging and digests around the clock, and a clean end.

The scheduler only wakes us up; what is due is decided by the due times and slots in the store, so that a
restart polls nothing twice, a clock change sends nothing twice, and eight hours of sleep are one request.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.service import report, send
from monitor.service.backfill import backfill
from monitor.service.context import Context
from monitor.service.ingest import ingest
from monitor.service.keys import ALIVE_KEY, FILLED_KEY, STARTED_KEY
from monitor.service.poll import poll
from monitor.service.start import tell_backfilled

log = structlog.get_logger(__name__)

WAKE_S = 20
"""How often due times are looked at: the shortest interval is 15 minutes, so 20 s are 2 % of it."""
GRACE_S = 8.0
"""Time running work has to end after SIGTERM; the promise is 10 s (DESIGN §6)."""


@dataclass(slots=True)
class Daemon:
    """One daemon on one store."""

    context: Context
    since: timedelta | None = None
    """Fill in this much of the past, once in the life of the store."""
    say: Callable[[str], None] = lambda _: None
    """Lines for the person at the terminal."""
    out: Callable[[str], None] = lambda _: None
    """The first digest."""
    scheduler: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _busy: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; raises StoreBusyError when another daemon holds the store."""
        owner = f"{socket.gethostname()} pid {os.getpid()}"
        with self.context.store.hold(owner):
            self._listen()
            log.info("daemon_started", sources=len(self.context.settings.active), owner=owner)
            try:
                await self._until_stopped(self._first_start())
                if not self._stop.is_set():
                    self._plan()
                    self.scheduler.start()
                    await self._stop.wait()
            finally:
                await self._end()
            log.info("daemon_ended")

    def stop(self) -> None:
        """Ask the daemon to end."""
        self._stop.set()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError, ValueError):  # another thread or platform: the caller stops us
                loop.add_signal_handler(number, self.stop)

    def _plan(self) -> None:
        """Hand the scheduler the few jobs there are; each looks up in the store what is due."""
        jobs: dict[str, Callable[[], Awaitable[None]]] = {
            "alive": self.alive,
            "poll": self.poll_due,
            "ingest": self.ingest_pending,
            "digest": self.send_due,
        }
        for name, work in jobs.items():
            self.scheduler.add_job(
                self._start,
                "interval",
                args=[name, work],
                id=name,
                seconds=WAKE_S,
                next_run_time=self.context.clock(),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )

    async def _until_stopped(self, work: Coroutine[None, None, None]) -> None:
        """Run one piece of work in front of the schedule; a signal ends it early."""
        task = asyncio.create_task(self._guarded("first_start", lambda: work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()

    async def _first_start(self) -> None:
        """Show a newcomer what he has got: a table, the past, a first digest; later starts are silent."""
        await self.alive()
        store = self.context.store
        first = store.meta_get(STARTED_KEY) is None
        if first:
            store.meta_set(STARTED_KEY, self.context.clock().isoformat())
            self.say(report.expectation(self.context))
        if first or self.since is not None:
            polled = await poll(self.context)
            if polled.results:
                self.say(report.poll_table(polled))
        if self.since is not None:
            await self.fill_once()
        if first:
            judged = await ingest(self.context)
            self.say(report.judged_line(judged))
            recipient = send.recipient_of(self.context, "")
            self.out(send.printed(self.context, recipient, "text", backfilled=True))
            self.say("Staying as the daemon now; Ctrl-C or SIGTERM ends it cleanly.")

    def _start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run one job as our own task, so that ending it is ours; one still at work is not started again."""
        if name in self._busy or self._stop.is_set():
            return
        self._busy.add(name)
        task = asyncio.get_running_loop().create_task(self._guarded(name, work), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _guarded(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        # The border of a job: one broken run is logged with its trace, the daemon goes on.
        except Exception:
            log.exception("job_failed", job=name)
        finally:
            self._busy.discard(name)

    async def _end(self) -> None:
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_S)

    async def alive(self) -> None:
        """Leave a sign of life for `monitor health`."""
        self.context.store.meta_set(ALIVE_KEY, self.context.clock().isoformat())

    async def poll_due(self) -> None:
        """Poll the sources whose own due time has come."""
        polled = await poll(self.context)
        if polled.results:
            failing = [result.source.id for result in polled.results if result.state.failures]
            log.info("polled", sources=len(polled.results), new=polled.new, failing=failing)

    async def ingest_pending(self) -> None:
        """Judge what polls and backfill left."""
        judged = await ingest(self.context)
        if judged.judged:
            log.info("judged", **{k.value: v for k, v in sorted(judged.by_relation.items())})

    async def send_due(self) -> None:
        """Build digests whose slot has come, and deliver what is in the outbox."""
        for outcome in await send.send_due(self.context):
            log.info("digest", recipient=outcome.recipient_id, slot=outcome.slot, state=outcome.state)

    async def fill_once(self) -> None:
        """Fill in the given past, once; a run that was cut short goes on after the restart."""
        assert self.since is not None
        end = self.context.clock().replace(minute=0, second=0, microsecond=0)
        wanted = self.context.store.meta_get(FILLED_KEY)
        if wanted is not None and wanted.startswith("done "):
            return
        start = datetime.fromisoformat(wanted.split()[0]) if wanted else end - self.since
        until = datetime.fromisoformat(wanted.split()[1]) if wanted else end
        self.context.store.meta_set(FILLED_KEY, f"{start.isoformat()} {until.isoformat()}")
        filled = await backfill(self.context, start, until)
        tell_backfilled(self.context)
        self.context.store.meta_set(FILLED_KEY, f"done {start.isoformat()} {until.isoformat()}")
        self.say(report.backfill_table(filled))
        log.info("filled_in", since=start.isoformat(), new=filled.new, gaps=len(filled.gaps))
