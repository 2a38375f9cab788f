"""What counts as a difference between two verdicts, and how differences are counted."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from monitor.judge.compare import PARTS, Held, differences, transitions
from monitor.model import (
    Direction,
    JudgedSentence,
    Level,
    Match,
    NoveltyLabel,
    Origin,
    Quote,
    Relation,
    Relevance,
    Verdict,
)

ONE = Verdict(
    Relation.NEW, Level.RELEVANT, "It names a new day.", "1.a+b", Relevance(Level.RELEVANT, 0.8, "R1", "why")
)
OTHERS = {
    "relation": Relation.COPY,
    "level": Level.NEAR,
    "duplicate_of": "seed:1",
    "match": Match("seed:1", 0.9, 0.9, 0.9, Direction.EQUAL, 400),
    "sentences": (JudgedSentence(0, "A day.", NoveltyLabel.NEW_FACT),),
    "quotes": (Quote("", "not yet"),),
    "relevance": Relevance(Level.RELEVANT, 0.9, "R1", "why"),
    "reason": "It names a new place.",
    "positions": ("person:envoy refuse-talks",),
    "origin": Origin("Harbour Agency"),
    "figures": (("share", 0.9),),
    "island_names": ("etorofu",),
    "story_reason": "alike",
}


def test_the_same_verdict_in_the_same_story_differs_nowhere():
    assert differences(Held(ONE, "story:1"), Held(replace(ONE), "story:1")) == ()


def test_another_version_of_the_rules_that_says_the_same_is_no_difference():
    assert differences(Held(ONE), Held(replace(ONE, rules_version="2.c+d"))) == ()


@pytest.mark.parametrize(("field", "name"), PARTS)
def test_every_part_is_compared(field, name):
    assert differences(Held(ONE), Held(replace(ONE, **{field: OTHERS[field]}))) == (name,)


def test_the_story_an_article_is_in_is_compared_not_the_one_that_was_decided():
    assert differences(Held(ONE, "story:1"), Held(ONE, "story:2")) == ("story",)
    assert differences(Held(ONE, "story:1"), Held(replace(ONE, story="story:9"), "story:1")) == ()


def test_no_field_of_a_verdict_is_forgotten():
    said_elsewhere = {"rules_version", "story"}
    assert {field.name for field in fields(Verdict)} - said_elsewhere == {field for field, _ in PARTS}


def test_transitions_are_counted_the_commonest_first():
    off, copy = replace(ONE, relation=Relation.OFF_TOPIC), replace(ONE, relation=Relation.COPY)
    found = transitions([(ONE, off), (ONE, copy), (ONE, off), (copy, copy)])
    assert list(found.items()) == [
        ((Relation.NEW, Relation.OFF_TOPIC), 2),
        ((Relation.COPY, Relation.COPY), 1),
        ((Relation.NEW, Relation.COPY), 1),
    ]
