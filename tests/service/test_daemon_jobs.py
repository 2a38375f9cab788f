"""The daemon's inside: its jobs run, run once at a time, outlive faults, and end when asked."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from monitor.errors import StoreError
from monitor.service import daemon as module
from monitor.service import setup
from monitor.service.daemon import Daemon
from monitor.service.keys import ALIVE_KEY, FILLED_KEY, SHOWN_KEY
from tests.service.desks import Clock, at, desk, write

FILE = 'kind = "file"'


async def until(condition):
    """Let the loop run until the condition holds; the test's own time limit ends a wait in vain."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def live(context, story, **more):
    """Run a daemon beside a story, then ask it to end."""

    async def told():
        daemon = Daemon(context, **more)
        task = asyncio.create_task(daemon.run())
        try:
            return await story(daemon)
        finally:
            daemon.stop()
            await asyncio.wait_for(task, 10)

    return context.run(told())


@pytest.fixture
def clock():
    return Clock(at("2026-11-20 07:00"))


@pytest.fixture
def context(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        context.store.meta_set(SHOWN_KEY, "2026-11-19T12:00:00+00:00")
        yield context


def test_a_later_start_polls_what_is_due_and_sends_the_slot_that_came(context):
    def done():
        return context.store.source_states() and context.store.last_digest("file")

    async def story(_daemon):
        await until(done)

    live(context, story)
    assert context.store.source_states()["wire"].failures == 1
    assert context.store.last_digest("file").state == "sent"


def test_a_job_that_still_works_is_not_started_beside_itself(context):
    async def story(daemon):
        at_work, begun = asyncio.Event(), []

        async def slow():
            begun.append(1)
            await at_work.wait()

        for _ in range(3):
            await daemon._wake("slow", slow)
            await asyncio.sleep(0)
        at_work.set()
        await until(lambda: "slow" not in daemon._busy)
        await daemon._wake("slow", slow)
        await until(lambda: "slow" not in daemon._busy)
        return len(begun)

    assert live(context, story) == 2


def test_a_lasting_fault_is_logged_once_an_hour_and_the_daemon_goes_on(context, clock):
    async def story(daemon):
        async def full():
            raise StoreError("the disk is full")

        async def bug():
            raise KeyError("ours")

        for hours in (0, 0, 2):
            clock.on(hours=hours)
            for name, work in (("full", full), ("bug", bug)):
                await daemon._wake(name, work)
                await until(lambda name=name: name not in daemon._busy)

    with structlog.testing.capture_logs() as logs:
        live(context, story)
    told = [(line["job"], line.get("problem")) for line in logs if line["event"] == "job_failed"]
    assert told == [("full", "the disk is full"), ("bug", None)] * 2


def test_the_sign_of_life_says_alive_while_it_lives_and_stopped_after(context, clock):
    async def story(_daemon):
        await until(lambda: context.store.meta_get(ALIVE_KEY))
        return setup.health(context.settings, clock())

    assert live(context, story).well
    after = setup.health(context.settings, clock())
    assert not after.well
    assert "was stopped" in after.text


def test_a_later_start_is_silent(context):
    context.store.meta_set(SHOWN_KEY, "x")
    said, shown = [], []

    async def story(_daemon):
        await until(lambda: context.store.meta_get(ALIVE_KEY))

    live(context, story, say=said.append, out=shown.append)
    assert not said
    assert not shown


def test_the_first_start_shows_a_table_and_a_digest_though_nothing_can_be_reached(tmp_path, clock):
    said, shown = [], []
    with desk(write(tmp_path, [FILE]), clock) as context:

        async def story(_daemon):
            await until(lambda: context.store.meta_get(SHOWN_KEY))

        live(context, story, say=said.append, out=shown.append)
        (digest,) = shown
        text = "\n".join(said)
        assert "What to expect" in text
        assert "COULD NOT LOOK" in text
        assert "COULD NOT LOOK" in digest.splitlines()[0]
        assert context.store.last_digest("file") is None, "the slot of seven passed before the first look"


def test_a_fill_that_reached_nothing_is_tried_again_at_the_next_start_and_then_done(tmp_path, clock):
    from datetime import timedelta

    from monitor.service.press import Press, serving

    route = 'backfill = [{ provider = "sitemap", url = "http://127.0.0.1:9/sitemap.xml" }]'
    path = write(tmp_path, [FILE], more="")
    text = path.read_text(encoding="utf-8") + route + "\n"
    path.write_text(text, encoding="utf-8")
    with desk(path, clock) as context:
        filled_once(context, timedelta(days=2))
        kept = context.store.meta_get(FILLED_KEY)
        assert not kept.startswith("done")
    with serving(Press([], {})) as press:
        port = press.base.rpartition(":")[2]
        private = f'[fetch]\nallow_private = ["127.0.0.1:{port}"]\narticle_gap_s = 0\n'
        path.write_text(private + text.replace("127.0.0.1:9/sitemap", f"127.0.0.1:{port}/sitemap"))
        clock.on(days=5)
        with desk(path, clock) as context:
            filled_once(context, timedelta(days=2))
            assert context.store.meta_get(FILLED_KEY) == f"done {kept}", "the past asked for, not a later one"
            assert "/sitemap.xml" in press.requests


def filled_once(context, since):
    async def fill():
        await Daemon(context, since=since).fill_once()

    context.run(fill())


def test_jobs_wake_often_enough_for_the_shortest_interval():
    assert module.WAKE_S * 10 <= 15 * 60


@pytest.mark.parametrize("how", ["fails", "hangs"])
def test_judging_that_fails_or_hangs_holds_up_no_digest(context, monkeypatch, how):
    async def ingest(_context):
        if how == "fails":
            raise KeyError("ours")
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "ingest", ingest)
    monkeypatch.setattr(module, "JUDGE_FIRST_S", 0.05)
    with structlog.testing.capture_logs() as logs:
        context.run(Daemon(context).send_due())
    assert context.store.last_digest("file").state == "sent"
    assert [line["work"] for line in logs if line["event"] == "digest_does_not_wait"] == ["ingest_pending"]


def test_in_the_last_moments_before_a_slot_nothing_is_polled(context, clock):
    clock.now = at("2026-11-21 06:58:31")
    context.run(Daemon(context).poll_due())
    assert context.store.source_states() == {}
    clock.now = at("2026-11-21 07:00")
    context.run(Daemon(context).poll_due())
    assert context.store.source_states()["wire"].failures == 1
