"""Section H of the polling-etiquette table: three simulated days against eight feeds, graded in the log."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from monitor.model import Health
from tests.fetch.clocks import START
from tests.fetch.loopback import Asked, answer, redirect, serve
from tests.fetch.polling import FEED, Poller

pytestmark = pytest.mark.anyio

HOURS = 72
ITEM = b"<item><guid>%d</guid></item>"


class World:
    """Eight feeds on one server; every request is noted with the simulated time."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.asked: dict[str, list[tuple[datetime, Asked]]] = defaultdict(list)

    def __call__(self, asked: Asked) -> bytes:
        self.asked[asked.path].append((self.clock(), asked))
        return getattr(self, asked.path.strip("/"))(asked)

    def normal(self, asked: Asked) -> bytes:
        """Change every 7 hours."""
        edition = int((self.clock() - START) / timedelta(hours=7))
        etag = f'"{edition}"'
        if asked.get("If-None-Match") == etag:
            return answer(304)
        return answer(200, FEED + ITEM % edition, f"ETag: {etag}")

    def limited(self, asked: Asked) -> bytes:
        return answer(429, b"", "Retry-After: 3600")

    def moved(self, asked: Asked) -> bytes:
        return redirect(301, "/target")

    def target(self, asked: Asked) -> bytes:
        return answer(304) if asked.get("If-None-Match") else answer(200, FEED, 'ETag: "t"')

    def gone(self, asked: Asked) -> bytes:
        return answer(410)

    def away(self, asked: Asked) -> bytes:
        return answer(503, b"", "Retry-After: Tue, 02 Jun 2026 09:00:00 GMT")

    def drops(self, asked: Asked) -> bytes:
        return b""

    def calm(self, asked: Asked) -> bytes:
        age = "Cache-Control: max-age=43200"
        return answer(304, b"", age) if asked.get("If-None-Match") else answer(200, FEED, 'ETag: "c"', age)

    def gaps(self, path: str) -> list[timedelta]:
        times = [at for at, _ in self.asked[path]]
        return [later - earlier for earlier, later in itertools.pairwise(times)]


@pytest.fixture
async def played(policy, clock):
    """Play the three days and give the world and the pollers as they stand after them."""
    world = World(clock)
    names = ("normal", "limited", "moved", "gone", "away", "drops", "calm")
    async with serve(world) as site:
        pollers = {name: Poller(site.url(f"/{name}"), policy, clock) for name in names}
        for _ in range(HOURS * 12):
            for poller in pollers.values():
                await poller.look()
            clock.tick(minutes=5)
    return world, pollers


async def test_three_days_pass_the_scoring_sheet(played):
    world, pollers = played
    count = {path: len(asked) for path, asked in world.asked.items()}

    assert 60 <= count["/normal"] <= 72
    assert min(world.gaps("/normal")) >= timedelta(minutes=59.4)
    unconditional = [a for _, a in world.asked["/normal"] if a.get("If-None-Match") is None]
    assert len(unconditional) == 1
    editions = [a.get("If-None-Match") for _, a in world.asked["/normal"][1:]]
    assert editions == sorted(editions, key=lambda tag: int(tag.strip('"')))

    assert count["/limited"] <= 72
    assert min(world.gaps("/limited")) >= timedelta(hours=1)

    assert count["/gone"] == 1
    assert pollers["gone"].state.health is Health.GONE

    assert world.gaps("/away")[0] >= timedelta(hours=24)
    assert min(world.gaps("/drops")) >= timedelta(minutes=59.4)
    assert count["/drops"] <= 8
    assert pollers["drops"].state.health is Health.FAILING

    assert min(world.gaps("/calm")) >= timedelta(hours=12)
    assert count["/calm"] >= 5


async def test_the_moved_feed_is_asked_at_its_new_address_after_a_day(played):
    """D2: the old address is left alone then, and the validators stay good."""
    world, pollers = played
    last_old = world.asked["/moved"][-1][0] - START
    assert timedelta(hours=24) <= last_old <= timedelta(hours=27)
    assert len(world.asked["/target"]) > len(world.asked["/moved"])
    conditional = [a.get("If-None-Match") for _, a in world.asked["/target"]]
    assert conditional[0] is None
    assert set(conditional[1:]) == {'"t"'}
    assert pollers["moved"].state.url.endswith("/moved")


async def test_nobody_is_asked_with_cookies_referers_or_changed_addresses(played):
    world, _ = played
    for path, log in world.asked.items():
        for _, asked in log:
            assert asked.target == path
            assert {name.lower() for name, _ in asked.headers} <= {
                "host",
                "user-agent",
                "accept",
                "accept-encoding",
                "if-none-match",
            }


async def test_a_clock_set_back_two_hours_costs_no_extra_request(policy, clock):
    """C9: counted in real time, which goes on while the clock jumps."""
    async with serve(lambda _: answer(200, FEED)) as site:
        poller = Poller(site.url(), policy, clock)
        await poller.run(hours=2.5)
        before = len(site.log)
        clock.tick(hours=-2)
        await poller.run(hours=0.5)
        assert len(site.log) == before
        await poller.run(hours=1)
        assert len(site.log) == before + 1
