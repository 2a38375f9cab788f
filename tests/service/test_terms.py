"""Terms of judgement as a desk officer reads them."""

from __future__ import annotations

import tomllib

import pytest

from monitor import shipped
from monitor.service import terms


@pytest.mark.parametrize(
    ("term", "told"),
    [
        ("say:kremlin_spokesman:no-contact", "Kremlin spokesman says there are no contacts"),
        ("say:gull_warden:speaks", "gull warden speaks"),
        ("act:protest", "somebody protests"),
        ("island:etorofu", "Etorofu / Iturup"),
        ("body:harbour_office", "Harbour Office"),
        ("date:2025-04-08", "8 April 2025"),
        ("date:--04-08", "8 April"),
        ("date:soon", "soon"),
        ("number:20000", "20,000"),
        ("number:2.5", "2.5"),
        ("code:f15", "F15"),
        ("seed:2", "seed 2"),
        ("story:14", "story 14"),
        ("article:3", "article 3"),
    ],
)
def test_a_term_is_told_in_words(term, told):
    assert terms.words(term) == told


def test_new_matter_is_told_in_words():
    reason = "new matter: allow-visits, end_of_war; new words: ask"
    assert terms.reworded(reason) == "new matter: allows or restores visits, end of war; new words: ask"


def test_a_reason_keeps_its_sentence_and_says_each_thing_once():
    reason = "The event of seed:2 (0.84); shared number:74, number:74, say:x:no-contact; 81% of its names."
    assert terms.reworded(reason) == (
        "The event of seed 2 (0.84); shared 74, x says there are no contacts; 81% of its names."
    )


def test_addresses_and_times_are_no_terms():
    plain = "Seen at 12:38 in https://example.org/news/body:1?x=2 by rule R7"
    assert terms.reworded(plain).startswith("Seen at 12:38 in https://example.org/news/")


def test_every_speech_act_has_words():
    acts = tomllib.loads(shipped.read_text("acts.toml"))["act"]
    assert {name for name, row in acts.items() if not row.get("note")} == set()
