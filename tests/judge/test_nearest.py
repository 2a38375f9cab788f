"""The known fact beside a new sentence speaks of the same matter, or it is not called close."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from monitor.judge.nearest import RELATED, Neighbours


@dataclass(frozen=True)
class Stated:
    terms: frozenset[str] = frozenset()
    anchors: frozenset[str] = field(default=frozenset())


FACTS = [
    Stated(frozenset({"gloss:neg", "gloss:treaty", "gloss:war"})),
    Stated(frozenset({"gloss:neg", "gloss:talks", "gloss:treaty"}), frozenset({"person:warden"})),
    Stated(frozenset({"gloss:graves", "gloss:visit", "gloss:neg"})),
    Stated(frozenset({"gloss:fishing", "gloss:treaty"})),
]


def test_what_few_facts_speak_of_decides():
    found = Neighbours(FACTS).nearest({"gloss:neg", "gloss:graves", "gloss:visit", "gloss:ferry"}, ())
    assert found is not None
    assert found.place == 2
    assert found.likeness >= RELATED


def test_one_shared_word_is_hardly_close():
    found = Neighbours(FACTS).nearest({"gloss:neg", "gloss:ferry"}, {"number:12"})
    assert found is None or found.likeness < RELATED


def test_nothing_shared_is_nothing_near():
    assert Neighbours(FACTS).nearest({"gloss:ferry"}, ()) is None
    assert Neighbours([]).nearest({"gloss:ferry"}, ()) is None


def test_a_speech_act_does_not_count_beside_its_concepts():
    near = Neighbours(FACTS)
    assert near.nearest({"gloss:fishing", "act:x"}, ()) == near.nearest({"gloss:fishing"}, ())


TERMS = st.sets(
    st.sampled_from(["gloss:a", "gloss:b", "person:c", "number:4", "date:2026-01-02"]), max_size=5
)


@given(st.lists(TERMS, max_size=6), TERMS)
def test_a_likeness_lies_between_nothing_and_one(sides, mine):
    facts = [Stated(frozenset(side)) for side in sides]
    found = Neighbours(facts).nearest(mine, ())
    assert found is None or 0 < found.likeness <= 1
