"""What the change guard finds of planted changes, and how seldom it cries over a harmless edit: pinned."""

from __future__ import annotations

import pytest

from benchmarks import changes as bench

FOUND = {"en": 0.97, "ru": 0.96, "ja": 0.94}
FOUND_BY_HASHES = {"en": 0.97, "ru": 0.96, "ja": 0.92}
"""Against a seed, of which no text is kept."""
FALSE_ALARMS, FALSE_ALARMS_BY_HASHES = 0.01, 0.03
EVERY = 7
"""One case in seven: some 5 s. Lower a floor on purpose only."""


@pytest.mark.parametrize("hashes", [False, True], ids=["text", "hashes"])
def test_planted_changes_are_found_and_harmless_edits_left_alone(hashes):
    table, wrong = bench.measured([1], hashes=hashes, every=EVERY)
    for lang, floor in (FOUND_BY_HASHES if hashes else FOUND).items():
        found, planted = bench.shares(table, "planted", lang)
        quiet, harmless = bench.shares(table, "harmless", lang)
        assert planted > 30
        assert harmless > 30
        assert found >= floor, [case for case, _ in wrong]
        assert 1 - quiet <= (FALSE_ALARMS_BY_HASHES if hashes else FALSE_ALARMS), [case for case, _ in wrong]


def test_every_edit_stands_in_a_text_of_its_language_and_changes_it():
    seen = {(case.lang, case.kind) for case in bench.cases(1) if case.holds is not None}
    assert {kind for lang, kind in seen if lang == "ja"} == {kind for lang, kind in seen if lang == "en"}
    assert all(case.text != bench.TEXT[case.lang] for case in bench.cases(1))
    planted = [case for case in bench.cases(1) if case.holds is not None and case.form == "whole"]
    assert len(planted) >= 140
