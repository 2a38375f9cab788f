"""Exactly once: wherever a process that sends an alert is killed, the reader has it, and repeats are the same mail."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.road.worlds import ROOT
from tests.service.test_alerts import resume_by, workers, world  # noqa: F401  a fixture

pytestmark = pytest.mark.road

POINTS = {
    "queued, uncommitted": (1, 0),
    "after its commit": (1, 0),
    "after the dot": (2, 1),
    "marked, uncommitted": (2, 1),
}
"""Where the process is killed: mails that the server accepted, and repeats that the outbox counted."""


@pytest.fixture
def forker():
    """Return the parent of killed processes; it has loaded everything before."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "road" / "fault_points.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.stdin.close()
    process.wait()
    process.stdout.close()


def sending(forker, folder, point=None):
    """Run `monitor digest --send` there; return its exit code, minus the signal that ended it."""
    job = {
        "args": ["--config", str(folder / "sources.toml"), "digest", "--send"],
        "cwd": str(folder),
        "out": str(folder / "out"),
        "point": point,
        "number": 1,
    }
    forker.stdin.write(json.dumps(job) + "\n")
    forker.stdin.flush()
    return int(forker.stdout.readline())


def rows(folder):
    with contextlib.closing(sqlite3.connect(folder / "storage" / "monitor.db")) as store:
        return store.execute("SELECT slot, state, repeats, message_id FROM digest").fetchall()


def ago(minutes):
    return f"{datetime.now(UTC) - timedelta(minutes=minutes):%Y-%m-%d %H:%M}"


def test_wherever_the_sending_of_an_alert_is_killed_the_reader_has_it(tmp_path, workers, forker):  # noqa: F811
    news = (resume_by("Harbour Wire", ago(30)), resume_by("Полит-Лента", ago(20)))
    later = f"{datetime.now(UTC) + timedelta(hours=6):%H:%M}"
    found = {}
    with world(tmp_path / "desk", workers, news, start=ago(60), slot=later) as desk:
        desk.judged(ago(5))
        for number, point in enumerate(POINTS):
            folder = tmp_path / str(number)
            shutil.copytree(tmp_path / "desk", folder)
            desk.box.got.clear()
            assert sending(forker, folder, point) == -signal.SIGKILL, point
            assert sending(forker, folder) == 0, (folder / "out").read_text(encoding="utf-8")
            ((slot, state, repeats, message_id),) = rows(folder)
            assert (slot, state) == ("alert:story:1:1", "sent")
            assert {mail["Message-ID"] for mail in desk.mails()} == {message_id}
            assert len({one.content for one in desk.box.got}) == 1, "a repeat is the same mail"
            found[point] = (len(desk.box.got), repeats)
    assert found == POINTS
