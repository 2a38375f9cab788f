"""Exactly once: wherever a sending process is killed, each recipient has each digest, and repeats are counted.

A few cells of the matrix run always; ``MONITOR_FAULT_MATRIX=all`` runs all 88 (two minutes) and prints the table.
"""

from __future__ import annotations

import os

import pytest

from tests.road import fault_points
from tests.road.fault_matrix import BEHAVIOURS, DESK, OTHER, POINTS, prepared, table

pytestmark = pytest.mark.road

ACCEPTS, REFUSES, HAS_IT, HAS_NOT = BEHAVIOURS
QUICK = {
    ("queued, uncommitted", ACCEPTS): (1, 1, 0),
    ("in DATA", REFUSES): (1, 1, 0),
    ("after the dot", ACCEPTS): (1, 2, 1),
    ("after the 250", HAS_IT): (2, 3, 3),
    ("marked, uncommitted", ACCEPTS): (2, 1, 1),
    ("before the heartbeat", ACCEPTS): (1, 1, 0),
    ("file written, unmarked", HAS_NOT): (1, 1, 2),
}
"""Cells with the mails accepted for both recipients and the repeats counted."""


def test_wherever_a_sending_process_is_killed_every_recipient_has_the_digest_once(capsys):
    whole = os.environ.get("MONITOR_FAULT_MATRIX") == "all"
    wanted = [(point, behaviour) for point in POINTS for behaviour in BEHAVIOURS] if whole else list(QUICK)
    with prepared() as matrix:
        cells = [matrix.cell(*one) for one in wanted]
    if whole:
        with capsys.disabled():
            print(f"\n{table(cells)}")
    assert not [fault for cell in cells for fault in cell.faults], table(cells)
    found = {
        (cell.point, cell.behaviour): (cell.copies[DESK], cell.copies[OTHER], sum(cell.repeats.values()))
        for cell in cells
    }
    # Two mails may change places; which of them met the kill does not matter.
    assert {key: (*sorted(found[key][:2]), found[key][2]) for key in QUICK} == {
        key: (*sorted(value[:2]), value[2]) for key, value in QUICK.items()
    }


def test_every_point_of_the_matrix_is_one_that_can_be_armed():
    assert list(fault_points.names()) == list(POINTS)
