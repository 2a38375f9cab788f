"""The same input gives the same verdicts: in any process, on both databases, whatever Python's hash seed is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from monitor.service import press as loopback
from monitor.service.demo import _press as demo_press
from tests.db.conftest import migrated, server  # noqa: F401  fixtures
from tests.road.presses import sources_of
from tests.road.worlds import ROOT, make_desk

pytestmark = pytest.mark.road


def lived(folder, seed, database=""):
    """Return what a past in a process of its own exports."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.road.pasts", str(folder), *([database] if database else [])],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def without_ids(rows):
    """Return rows by source and address, ids replaced by the order they come up in, without first_seen."""
    names = {}

    def named(match):
        return names.setdefault(match[0], f"{match[1]} {len(names)}")

    rows = sorted(rows, key=lambda row: (row["source"], row["url"] or row["title"]))
    texts = [json.dumps({**row, "first_seen": ""}, ensure_ascii=False, sort_keys=True) for row in rows]
    return [re.sub(r"\b(article|story):\d+\b", named, text) for text in texts]


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    return without_ids(lived(tmp_path_factory.mktemp("lived") / "desk", "1"))


def test_another_process_with_another_hash_seed_gives_the_same_export(once, tmp_path):
    assert len(once) > 60
    assert without_ids(lived(tmp_path / "desk", "4242")) == once


@pytest.mark.postgres
def test_the_other_database_gives_the_same_export(once, tmp_path, request):
    database = request.getfixturevalue("server").database()
    assert without_ids(lived(tmp_path / "desk", "7", database)) == once


@pytest.mark.postgres
def test_the_whole_road_gives_the_same_export_on_both_databases(tmp_path, request):
    """Real requests to a real press on loopback, two stores, two processes."""
    with loopback.serving(demo_press()) as press:
        sources = sources_of(press)
        one = make_desk(tmp_path / "one", press.base, sources)
        other = make_desk(tmp_path / "other", press.base, sources)
        there = {"MONITOR_DATABASE": request.getfixturevalue("server").database(), "PYTHONHASHSEED": "99"}
        one.monitor("poll", "--all", env={"PYTHONHASHSEED": "3"}, check=None)
        other.monitor("poll", "--all", env=there, check=None)
        here = one.export()
        away = [json.loads(line) for line in other.monitor("export", env=there).stdout.splitlines()]
    assert len(here) > 12
    assert without_ids(away) == without_ids(here)
