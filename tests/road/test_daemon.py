"""The daemon from outside: it polls what is due, ends cleanly, refuses a second one, and repeats nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from monitor import config
from monitor.service.context import opened
from monitor.service.daemon import WAKE_S, Daemon
from monitor.service.press import serving
from tests.road.presses import small_press, sources_of
from tests.road.worlds import make_desk

pytestmark = pytest.mark.road


@pytest.fixture
def press():
    with serving(small_press()) as running:
        yield running


@pytest.fixture
def desk(tmp_path, press):
    return make_desk(tmp_path / "desk", press.base, sources_of(press))


def feeds_asked(press):
    return [path for path in press.requests if path in press.feeds]


def wait_until(condition, seconds=60.0):
    """Wait for another process: it lives in real time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the other process did not get there"
        time.sleep(0.05)


def test_the_daemon_polls_once_prints_a_digest_and_ends_within_ten_seconds_of_sigterm(desk, press):
    process = desk.start("run")
    try:
        wait_until(lambda: len(feeds_asked(press)) == 4)
        wait_until(lambda: desk.monitor("health", check=None).returncode == 0)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=15)
        assert time.monotonic() - asked < 10
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert "What to expect" in err
    assert len(feeds_asked(press)) == 4
    again = desk.start("run")
    try:
        wait_until(lambda: "daemon_alive_at" and desk.monitor("health", check=None).returncode == 0)
        again.send_signal(signal.SIGTERM)
        again.communicate(timeout=15)
    finally:
        again.kill()
    assert len(feeds_asked(press)) == 4, "a restart polls nothing that is not due"
    assert out is not None


def test_a_second_daemon_on_the_same_store_is_refused_with_exit_4(desk, press):
    process = desk.start("run")
    try:
        wait_until(lambda: len(feeds_asked(press)) == 4)
        answer = desk.monitor("run", check=4, timeout=60)
        assert "another" in answer.stderr.lower()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
        process.kill()


def test_health_without_a_daemon_says_how_to_start_one(desk):
    answer = desk.monitor("health", check=1)
    assert "monitor run" in answer.stdout or "store" in answer.stdout


def test_the_scheduler_holds_the_few_jobs_there_are_and_each_is_due_soon(desk, press):
    async def look(context):
        daemon = Daemon(context)
        task = asyncio.create_task(daemon.run())
        while len(daemon.scheduler.get_jobs()) < 4:
            await asyncio.sleep(0.02)
        jobs = {job.id: job for job in daemon.scheduler.get_jobs()}
        daemon.stop()
        await asyncio.wait_for(task, 10)
        return jobs

    with opened(config.load(desk.config, os.environ)) as context:
        jobs = context.run(look(context))
    assert set(jobs) == {"alive", "poll", "ingest", "digest"}
    for job in jobs.values():
        assert job.trigger.interval.total_seconds() == WAKE_S
        assert job.max_instances == 1
        assert job.coalesce
