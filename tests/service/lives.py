"""A daemon on a simulated clock: its own jobs, woken whenever something is due, days in a second.

What is due is decided by times in the store, never by the scheduler, which only wakes. So this clock jumps from
one due time to the next, and at each every job of the daemon is run as the scheduler would run it.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from monitor.service import send
from monitor.service.daemon import Daemon
from monitor.service.keys import SHOWN_KEY
from monitor.service.poll import note_first_look

IDLE = timedelta(hours=6)
"""The longest jump: an alarm clock for what has no due time."""


class Life:
    """One daemon at work on a context whose clock is a `Clock`."""

    def __init__(self, context, *, before=lambda _now: None):
        self.context, self.clock = context, context.clock
        self.daemon = Daemon(context)
        self.before = before
        """Called with the time of each wake before the jobs run: the world moves on."""
        self.wakes = []
        note_first_look(context)
        context.store.meta_set(SHOWN_KEY, self.clock().isoformat())

    async def until(self, moment):
        """Let time pass until that moment, waking the daemon whenever something is due."""
        while self.clock() < moment:
            self.clock.now = min(self._next(), moment)
            await self.wake()

    async def wake(self):
        """Run every job once, in order, as the scheduler wakes them."""
        self.before(self.clock())
        self.wakes.append(self.clock())
        for name, work in self.daemon.work.items():
            await self.daemon._wake(name, work)
            while name in self.daemon._busy:
                await asyncio.sleep(0)
                await asyncio.wait(self.daemon._running, timeout=30)

    def _next(self):
        """Return the next time at which something is due, at least a wake's length from now."""
        now, store = self.clock(), self.context.store
        dues = [send.next_slot(self.context, now), now + IDLE]
        dues += [s.next_due for s in store.source_states().values() if s.next_due is not None]
        dues += [row.next_attempt for row in store.outbox(send.FOREVER) if row.next_attempt is not None]
        return min(due for due in dues if due > now)


def live(context, *moments, **more):
    """Let a daemon live through these moments; what stands between them in pairs is called there."""

    async def whole():
        life = Life(context, **more)
        for one in moments:
            if callable(one):
                one()
            else:
                await life.until(one)
        return life

    return context.run(whole())
