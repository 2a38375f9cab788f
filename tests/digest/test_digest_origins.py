"""Outlets are many, origins few; who was first is said only where it is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.digest.build import build
from monitor.digest.material import Material
from monitor.digest.render import render
from monitor.model import Relation
from tests.digest.invented import DAY, RECIPIENT, article, fact, judged, tokyo

SAID = {
    "en": "The ferry sails on 3 December with 40 families.",
    "ru": "Паром отходит 3 декабря, на борту 40 семей.",
    "ja": "フェリーは12月3日に40世帯を乗せて出る。",
}


def told(number, outlet, at="2026-11-25 16:20", *, weak="", **more):
    one = article(number, outlet, f"Ferry {number}", at, weak=weak)
    sentence = fact(1, SAID[one.lang], "number:40", "date:2026-12-03")
    return judged(one, story="story:5", sentences=(sentence,), **more)


def only_fact(*articles):
    made = Material(period=DAY, now=DAY.end, slot="2026-11-26T07:00", recipient=RECIPIENT, articles=articles)
    digest = build(made)
    assert len(digest.stories) == 1
    assert len(digest.stories[0].facts) == 1
    return digest.stories[0].facts[0], " ".join(render(digest).text.split())


def test_seven_outlets_that_print_an_agency_and_one_that_asked_itself_are_two_origins():
    printed = [
        told(1, "Полит-Лента", origin="tass"),
        told(2, "Harbour Wire", "2026-11-25 17:00", origin="tass"),
        told(3, "北辰通信", "2026-11-25 18:00", origin="TASS"),
        told(4, "Pacific Ledger", "2026-11-25 19:00"),
    ]
    copies = [
        judged(
            article(10 + n, f"Post {n}", "Ferry", "2026-11-25 20:00"),
            Relation.COPY,
            story="story:5",
            duplicate_of="article:2",
        )
        for n in range(3)
    ]
    fact_, text = only_fact(*printed, *copies)
    assert (fact_.outlets, fact_.origins) == (7, 2)
    assert "7 outlets, 2 origins." in text


def test_the_agency_itself_is_named_first_whatever_the_clocks_of_its_readers_say():
    early = told(1, "Harbour Wire", "2026-11-25 09:00", origin="kyodo")
    agency = told(2, "北辰通信", "2026-11-25 12:00", origin="kyodo", produced=True)
    fact_, _ = only_fact(early, agency)
    assert (fact_.first.outlet, fact_.first.clock) == ("北辰通信", "")


@pytest.mark.parametrize(
    ("second", "clock", "said"),
    [
        ({"at": "2026-11-25 16:25"}, "minutes", "reports minutes apart, order not certain"),
        ({"at": "2026-11-25 18:00", "weak": "no_time"}, "no_time", "date without time, order not certain"),
        ({"at": "2026-11-25 18:00"}, "", "Полит-Лента (RU, state), 25 Nov 16:20, good clock. 2"),
    ],
)
def test_the_order_is_not_guessed(second, clock, said):
    fact_, text = only_fact(told(1, "Полит-Лента"), told(2, "Harbour Wire", **second))
    assert fact_.first.outlet == "Полит-Лента"
    assert fact_.first.clock == clock
    assert said in text


def test_good_clocks_of_reports_found_at_one_look_are_named_as_what_tells():
    one, other = told(1, "Полит-Лента"), told(2, "Harbour Wire", "2026-11-25 19:00")
    seen = tokyo("2026-11-25 20:00")
    found = [replace(each, article=replace(each.article, first_seen=seen)) for each in (one, other)]
    fact_, text = only_fact(*found)
    assert fact_.first.clock == "claims"
    assert "First by the clocks: Полит-Лента (RU, state), 25 Nov 16:20." in text


def test_what_was_found_later_and_claims_to_be_earlier_has_only_its_own_clock():
    filled = told(1, "Полит-Лента")
    filled = replace(filled, article=replace(filled.article, first_seen=tokyo("2026-11-26 06:00")))
    fact_, text = only_fact(filled, told(2, "Harbour Wire", "2026-11-25 19:00"))
    assert fact_.first.clock == "alone"
    assert "by its own clock alone" in text
