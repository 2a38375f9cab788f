"""The daemon: due sources, judging and digests around the clock, and a clean end.

The scheduler only wakes us up; what is due is decided by the due times and slots in the store, so that a
restart polls nothing twice, a clock change sends nothing twice, and eight hours of sleep are one request.

    first start:  alive -> poll, table -> the other jobs begin -> fill in the past -> judge -> first digest
    from then on: alive, poll, ingest, digest: each woken every 20 s, never beside itself

    a slot:       looks begin 10 minutes before it (judge.due) -> none begins in the last 90 s -> what they
                  brought is judged -> the digest says until when it looked. A slot that passed while
                  nothing ran: look first, judge, then build
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.errors import MonitorError
from monitor.service import report, send
from monitor.service.backfill import BackfillReport, backfill, full_hour
from monitor.service.context import Context, utc_now
from monitor.service.ingest import ingest
from monitor.service.keys import ALIVE_KEY, FILLED_KEY, SHOWN_KEY
from monitor.service.poll import PollReport, poll
from monitor.service.progress import Silent
from monitor.service.start import tell_backfilled

log = structlog.get_logger(__name__)

WAKE_S = 20
"""How often due times are looked at: the shortest interval is 15 minutes, so 20 s are 2 % of it."""
GRACE_S = 8.0
"""Time running work has to end after SIGTERM; the promise is 10 s (DESIGN §6)."""
SAY_AGAIN = timedelta(hours=1)
"""A fault that lasts (full disk, absent database) is logged once, then once an hour, not every 20 s."""
HUSH = timedelta(seconds=90)
"""Before a slot no poll begins that might end after it: two attempts of 30 s, and reading."""
LATE = timedelta(minutes=5)
"""A slot missed by more than this was slept through: its digest is worth a look at what there is by now."""
LOOK_FIRST_S = 180.0
JUDGE_FIRST_S = 120.0
"""Before a digest is built it is looked and judged for so long; what is left is in the next one."""
FILL_REQUESTS = 20_000
"""Listing requests of the first fill at most: a year of ten dated sitemaps is 3,650."""

Job = Callable[[], Awaitable[None]]


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
    _judging: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Judging is done once at a time: by the start or by the job."""
    _polling: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Polling too: by the job, or for a digest."""
    _said: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """The last fault of each job, and when it was logged."""

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; raises StoreBusyError when another daemon holds the store."""
        owner = f"{socket.gethostname()} pid {os.getpid()}"
        with self.context.store.hold(owner):
            self._listen()
            log.info("daemon_started", sources=len(self.context.settings.active), owner=owner)
            try:
                self.scheduler.start()
                self._plan({"alive": self.alive})
                self._launch("start", self._start)
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

    # ------------------------------------------------------------------------------------------- jobs

    def _plan(self, jobs: dict[str, Job]) -> None:
        """Hand the scheduler jobs that look up in the store what is due; the first wake is at once."""
        for name, work in jobs.items():
            self.scheduler.add_job(
                self._wake,
                "interval",
                args=[name, work],
                id=name,
                seconds=WAKE_S,
                next_run_time=utc_now(),  # the scheduler sleeps in real time, whatever clock decides
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )

    async def _wake(self, name: str, work: Job) -> None:
        """Begin a job unless it is still at work; a coroutine, as the scheduler runs others in a thread."""
        if name not in self._busy and not self._stop.is_set():
            self._launch(name, work)

    def _launch(self, name: str, work: Job) -> None:
        """Run one job as our own task, so that ending it is ours."""
        self._busy.add(name)
        task = asyncio.get_running_loop().create_task(self._guarded(name, work), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _guarded(self, name: str, work: Job) -> None:
        try:
            await work()
            self._said.pop(name, None)
        except MonitorError as problem:
            self._tell(name, str(problem))
        # The border of a job: one broken run is logged with its trace, the daemon goes on.
        except Exception as fault:
            if self._is_news(name, repr(fault)):
                log.exception("job_failed", job=name)
        finally:
            self._busy.discard(name)

    def _tell(self, name: str, problem: str) -> None:
        if self._is_news(name, problem):
            log.error("job_failed", job=name, problem=problem)

    def _is_news(self, name: str, problem: str) -> bool:
        """Return True for a fault that was not logged within the last hour."""
        now = self.context.clock()
        before = self._said.get(name)
        if before is not None and before[0] == problem and now - before[1] < SAY_AGAIN:
            return False
        self._said[name] = (problem, now)
        return True

    async def _end(self) -> None:
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_S)
        with suppress(MonitorError):
            self.context.store.meta_set(ALIVE_KEY, "")

    # ------------------------------------------------------------------------------------------- the start

    async def _start(self) -> None:
        """Show a newcomer what he has got: a table, the past, a first digest; later starts are silent."""
        first = self.context.store.meta_get(SHOWN_KEY) is None
        try:
            if first:
                self.say(report.expectation(self.context))
                self._show(await poll(self.context))
        finally:
            self._plan(self.work)
        if self.since is not None:
            await self.fill_once()
        if first:
            await self._first_digest()

    async def _first_digest(self) -> None:
        """Print what is known by now; nothing of it counts as told, the digest of the first slot tells it."""
        async with self._judging:
            judged = await ingest(self.context)
        self.say(report.judged_line(judged))
        recipient = send.recipient_of(self.context, "")
        self.out(send.printed(self.context, recipient, "text", backfilled=True))
        self.context.store.meta_set(SHOWN_KEY, self.context.clock().isoformat())
        self.say("Staying as the daemon now; Ctrl-C or SIGTERM ends it cleanly.")

    def _show(self, polled: PollReport) -> None:
        summary = report.poll_summary if polled.results else report.not_due
        self.say(summary(self.context, polled))

    async def fill_once(self) -> None:
        """Fill in the given past, once; a run that was cut short or saw nothing goes on at the next start."""
        assert self.since is not None
        store = self.context.store
        span = _span(store.meta_get(FILLED_KEY), self.context.clock(), self.since)
        if span is None:
            return
        start, end = span
        store.meta_set(FILLED_KEY, f"{start.isoformat()} {end.isoformat()}")
        filled = await backfill(self.context, start, end, max_requests=FILL_REQUESTS)
        tell_backfilled(self.context)
        if not filled.blind:
            store.meta_set(FILLED_KEY, f"done {start.isoformat()} {end.isoformat()}")
        self._show_filled(filled)

    def _show_filled(self, filled: BackfillReport) -> None:
        self.say(report.filled_summary(filled))
        if filled.blind:
            self.say("None of it could be reached; the next start of the daemon tries again.")
        span = f"{filled.start.isoformat()} {filled.end.isoformat()}"
        log.info("filled_in", span=span, new=filled.new, gaps=len(filled.gaps))

    # ------------------------------------------------------------------------------------------- the work

    @property
    def work(self) -> dict[str, Job]:
        """Return the jobs that do the daily work, in the order in which they hand it on."""
        return {"poll": self.poll_due, "ingest": self.ingest_pending, "digest": self.send_due}

    async def alive(self) -> None:
        """Leave a sign of life for `monitor health`."""
        self.context.store.meta_set(ALIVE_KEY, self.context.clock().isoformat())

    async def poll_due(self) -> None:
        """Poll the sources whose own due time has come; in the last moments before a slot, none."""
        now = self.context.clock()
        if send.next_slot(self.context, now) - now < HUSH:
            return
        async with self._polling:
            polled = await poll(self._quiet)
        for result in polled.turned:
            log.warning(
                "source_state",
                source=result.source.id,
                health=result.state.health.value,
                detail=result.state.detail,
            )
        if polled.results:
            failing = [result.source.id for result in polled.results if result.state.failures]
            log.info("polled", sources=len(polled.results), new=polled.new, failing=failing)

    async def ingest_pending(self) -> None:
        """Judge what polls and backfill left."""
        async with self._judging:
            judged = await ingest(self._quiet)
        if judged.judged:
            log.info("judged", **{k.value: v for k, v in sorted(judged.by_relation.items())})

    async def send_due(self) -> None:
        """Build digests whose slot has come, and deliver what is in the outbox."""
        slot_at = send.slot_that_came(self.context)
        if slot_at is not None:
            if self.context.clock() - slot_at > LATE:
                await self._before_building(self.poll_due, LOOK_FIRST_S)
            await self._before_building(self.ingest_pending, JUDGE_FIRST_S)
        for outcome in await send.send_due(self._quiet):
            level = log.info if outcome.state == "sent" else log.warning
            level(
                "digest",
                recipient=outcome.recipient_id,
                slot=outcome.slot,
                state=outcome.state,
                detail=outcome.detail,
            )

    @staticmethod
    async def _before_building(work: Job, limit_s: float) -> None:
        """Do that before a digest is built; what takes too long, or fails, holds up no digest."""
        try:
            async with asyncio.timeout(limit_s):
                await work()
        except TimeoutError:
            log.warning("digest_does_not_wait", work=work.__name__)
        # The digest says what is known by now, whatever keeps the rest from being looked at.
        except Exception:
            log.exception("digest_does_not_wait", work=work.__name__)

    @property
    def _quiet(self) -> Context:
        """Return the context without progress bars: beside the start's own, and in a daemon's log."""
        return replace(self.context, progress=Silent())


def _span(kept: str | None, now: datetime, since: timedelta) -> tuple[datetime, datetime] | None:
    """Return the past to fill in: the one begun before, else the wanted one; None when it was done."""
    if kept is None:
        end = full_hour(now)
        return end - since, end
    if kept.startswith("done "):
        return None
    start, end_ = kept.split()
    return datetime.fromisoformat(start), datetime.fromisoformat(end_)
