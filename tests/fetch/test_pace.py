"""One request a host, gaps, holds and the bound over all hosts, on a clock that only sleeping moves."""

from __future__ import annotations

import asyncio

import pytest

from monitor.fetch.pace import HostPace

pytestmark = pytest.mark.anyio

A, B = "https://a.example/x", "https://b.example/x"


@pytest.fixture
def make(clock):
    def build(**options) -> HostPace:
        return HostPace(clock=clock.monotonic, sleep=clock.sleep, **options)

    return build


async def test_two_requests_to_one_host_never_overlap(make):
    """A6."""
    pace, inside, most = make(), 0, 0

    async def one() -> None:
        nonlocal inside, most
        async with pace.slot(A):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one() for _ in range(5)))
    assert most == 1


@pytest.mark.parametrize(("article", "gap"), [(True, 5.0), (False, 1.0)])
async def test_the_gap_runs_from_the_end_of_one_request_to_the_next(make, clock, article, gap):
    """A6."""
    pace = make()
    async with pace.slot(A, article=article):
        clock.tick(seconds=30)
    async with pace.slot(A, article=article):
        assert clock.slept == [gap]
    clock.tick(seconds=60)
    async with pace.slot(A, article=article):
        assert clock.slept == [gap]


async def test_another_host_need_not_wait_but_another_port_of_it_must(make, clock):
    pace = make()
    async with pace.slot(A):
        pass
    async with pace.slot(B):
        assert clock.slept == []
    async with pace.slot("http://A.example:8080/y"):
        assert clock.slept == [1.0]


async def test_a_short_article_gap_counts_for_exempt_hosts_only(make):
    """DESIGN §7."""
    pace = make(article_gap_s=0.01, allow_private={"127.0.0.1:8765"})
    assert pace.gap_s("http://127.0.0.1:8765/a", article=True) == 0.01
    assert pace.gap_s("http://127.0.0.1:8765/a", article=False) == 0.01
    assert pace.gap_s(A, article=True) == 1.0
    assert pace.gap_s(A, article=False) == 1.0
    assert make(article_gap_s=9).gap_s(A, article=True) == 9


@pytest.mark.parametrize(
    ("asked", "gap"), [(20.0, 20.0), (2.0, 5.0), (3600.0, 60.0), (None, 5.0), (-4.0, 5.0)]
)
async def test_crawl_delay_is_a_lower_bound_up_to_a_minute(make, clock, asked, gap):
    """E5."""
    pace = make()
    pace.crawl_delay(A, asked)
    for _ in range(2):
        async with pace.slot(A, article=True):
            pass
    assert clock.slept == [gap]


async def test_a_host_that_said_429_is_not_asked_by_those_already_waiting(make, clock):
    """D7: the wait applies to the whole host, at once."""
    pace, waits = make(), []

    async def one(number: int) -> None:
        async with pace.slot(f"https://a.example/{number}") as wait_s:
            waits.append(wait_s)
            if not wait_s:
                pace.hold("https://a.example/", 3600)

    await asyncio.gather(*(one(number) for number in range(4)))
    assert waits == [0.0, 3600.0, 3600.0, 3600.0]
    assert pace.held_s(A) == 3600
    assert pace.held_s(B) == 0
    clock.tick(hours=1)
    async with pace.slot(A) as wait_s:
        assert wait_s == 0


async def test_a_shorter_hold_does_not_lift_a_longer_one(make):
    pace = make()
    pace.hold(A, 100)
    pace.hold(A, 10)
    assert pace.held_s(A) == 100


async def test_no_more_than_the_bound_run_at_once(make):
    pace, inside, most = make(max_in_flight=3), 0, 0

    async def one(number: int) -> None:
        nonlocal inside, most
        async with pace.slot(f"https://host{number}.example/"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one(number) for number in range(10)))
    assert most == 3


async def test_a_cancelled_waiter_leaves_the_host_free(make):
    pace = make()
    started = asyncio.Event()

    async def holder() -> None:
        async with pace.slot(A):
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(holder())
    await started.wait()
    waiter = asyncio.create_task(pace.slot(A).__aenter__())
    await asyncio.sleep(0)
    waiter.cancel()
    task.cancel()
    await asyncio.gather(task, waiter, return_exceptions=True)
    async with pace.slot(A) as wait_s:
        assert wait_s == 0


async def test_addresses_that_cannot_be_read_are_their_own_hosts(make):
    async with make().slot("http://[broken/") as wait_s:
        assert wait_s == 0


def test_one_pace_serves_several_loops(clock):
    pace = HostPace(clock=clock.monotonic, sleep=clock.sleep)

    async def crowd() -> None:
        async def one() -> None:
            async with pace.slot(A):
                await asyncio.sleep(0)

        await asyncio.gather(*(one() for _ in range(3)))

    asyncio.run(crowd())
    asyncio.run(crowd())


async def test_forgotten_hosts_are_idle_ones(make, monkeypatch):
    monkeypatch.setattr("monitor.fetch.pace.KEPT_HOSTS", 10)
    pace = make()
    pace.hold(A, 1000)
    for number in range(40):
        async with pace.slot(f"https://host{number}.example/"):
            pass
    assert len(pace._hosts) <= 10
    assert pace.held_s(A) == 1000
