"""A week of the daemon over the evaluation set: seven digests, in which no new fact is missing and none comes twice."""

from __future__ import annotations

import pytest
import structlog

from tests.eval import week


@pytest.mark.shared
def test_seven_digests_of_a_week_miss_no_new_fact_and_tell_none_twice(shared, tmp_path):
    with structlog.testing.capture_logs():
        found = week.week(shared, tmp_path)
    assert [row.slot for row in found.digests] == [f"2026-11-0{day}T07:00" for day in range(3, 10)]
    assert {row.state for row in found.digests} == {"sent"}
    assert all("13 of 13 sources" in row.text for row in found.digests)
    told = [item for row in found.digests for item in row.items]
    assert len(told) == len(set(told)), "each report is told in one digest"
    points, in_their_words = (sum(row[n] for row in found.rows) for n in (2, 3))
    assert points == 80
    assert in_their_words >= 0.7 * points, "the rest is told by another report of the event"
    assert not found.missing, week.table(found)
    assert not found.twice, week.table(found)
