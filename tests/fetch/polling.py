"""The smallest poller: due times and fetching joined, with a stand-in for the reader. Its server's log is graded."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.fetch.client import Policy, Request, fetch
from monitor.judge import due
from monitor.model import Entry, FeedDocument, FeedFormat, Fetched, Source, SourceState
from tests.fetch.clocks import FakeClock

FEED = b"<rss><channel><item><guid>1</guid></item></channel></rss>"


def read(body: bytes) -> FeedDocument:
    """Stand in for the reader: one entry for each item, no feed without ``<rss``."""
    if b"<rss" not in body:
        return FeedDocument(format=FeedFormat.NOT_A_FEED)
    entries = tuple(Entry(key=f"g:{number}") for number in range(body.count(b"<item>")))
    return FeedDocument(format=FeedFormat.RSS, entries=entries)


@dataclass
class Poller:
    """One source; ``look`` asks when it is due and keeps the new state."""

    url: str
    policy: Policy
    clock: FakeClock
    poll_minutes: int = 60
    state: SourceState = field(init=False)
    last: Fetched | None = None

    def __post_init__(self) -> None:
        self.state = SourceState("one", self.url)

    @property
    def source(self) -> Source:
        return Source(id="one", name="One", url=self.url, lang="en", poll_minutes=self.poll_minutes)

    async def look(self, *, force: bool = False) -> Fetched | None:
        """Ask once if it is due (``force``: whatever the time, without validators)."""
        self.state = due.settled(self.state, self.clock())
        if not force and not due.is_due(self.state, self.source, self.clock()):
            return None
        request = Request(
            url=due.address(self.state, self.source),
            accept="application/rss+xml, */*;q=0.1",
            validators=None if force else due.conditional(self.state, self.source),
            total_timeout_s=5,
        )
        fetched = self.last = await fetch(request, policy=self.policy, clock=self.clock)
        document = read(fetched.body) if fetched.usable and not due.unchanged(self.state, fetched) else None
        self.state = due.after(self.state, self.source, fetched, document, now=self.clock(), jitter=0.5)
        return fetched

    async def run(self, *, hours: float, every_minutes: float = 5) -> None:
        """Let the clock run and look at every tick."""
        for _ in range(int(hours * 60 / every_minutes)):
            await self.look()
            self.clock.tick(minutes=every_minutes)
