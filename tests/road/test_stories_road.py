"""Stories on the road: reports of one event meet across outlets and languages, and the operator has the last word."""

from __future__ import annotations

import os
from collections import defaultdict

import pytest

from monitor import config
from monitor.service.context import opened
from monitor.service.demo import demo
from monitor.service.progress import Silent
from tests.road.worlds import Desk

pytestmark = pytest.mark.road


@pytest.fixture
def desk(tmp_path):
    folder = tmp_path / "desk"
    demo(folder, out=lambda _: None, progress=Silent())
    return Desk(folder)


def stories(desk):
    """Return the set of page names in each story."""
    found = defaultdict(set)
    with opened(config.load(desk.config, os.environ)) as context:
        for row in context.store.entries_for_export():
            if row.story:
                found[row.story].add(row.url.rsplit("/", 1)[1])
    return dict(found)


def test_reports_of_one_event_in_three_languages_are_one_story(desk):
    of_graves = {"graves-shikotan-first-voyage", "shikotan-bosan-38nin", "mogily-shikotan-soglasie"}
    assert any(of_graves <= members for members in stories(desk).values())
