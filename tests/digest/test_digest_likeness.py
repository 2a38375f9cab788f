"""Sentences of one story that say the same in two languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.digest.build import build
from monitor.digest.likeness import Likeness, terms
from monitor.model import JudgedSentence, NoveltyLabel, Relation
from tests.digest import invented
from tests.digest.invented import article, judged

BASE = replace(invented.copies_day(), articles=())
RU = (
    "Делегация из 38 бывших жителей посетит могилы на Шикотане 14 мая.",
    "Губернатор Хоккайдо поблагодарил рыбаков Немуро за помощь.",
    "Полиция не вмешивалась.",
)
EN = (
    "A group of 38 former islanders will visit graves on Shikotan on 14 May.",
    "The governor of Hokkaido thanked fishermen in Nemuro for their help.",
    "There is no peace treaty.",
)


def told(number, outlet, sentences, label=NoveltyLabel.NEW_FACT, **more):
    return judged(
        article(number, outlet, "Title", f"2026-11-25 1{number}:00"),
        sentences=tuple(JudgedSentence(n, text, label) for n, text in enumerate(sentences)),
        story="story:1",
        **more,
    )


def pair(**more):
    return told(1, "Полит-Лента", RU), told(2, "Harbour Wire", EN, **more)


def test_a_sentence_finds_the_one_that_names_the_same_things():
    russian, english = pair()
    like = Likeness((russian, english))
    found = [like.nearest(russian, one, "en") for one in russian.sentences]
    assert [one.sentence.text if one else None for one in found] == [EN[0], EN[1], None]
    assert like.nearest(russian, russian.sentences[0], "ja") is None


def test_what_says_the_same_is_one_fact_and_the_rest_are_others():
    digest = build(replace(BASE, articles=pair()))
    facts = {fact.said.text: fact for fact in digest.stories[0].facts}
    assert set(facts) == {*RU, EN[2]}
    assert facts[RU[0]].translated.text == EN[0]
    assert facts[RU[0]].outlets == 2
    assert facts[RU[2]].translated is None


def test_another_number_or_date_is_another_fact():
    russian = told(1, "Полит-Лента", RU)
    for old, new in (("38", "57"), ("14 May", "21 May")):
        english = told(2, "Harbour Wire", (EN[0].replace(old, new), *EN[1:]))
        like = Likeness((russian, english))
        assert not like.same(russian, russian.sentences[0], english, english.sentences[0])
        digest = build(replace(BASE, articles=(russian, english)))
        assert english.sentences[0].text in {fact.said.text for fact in digest.stories[0].facts}


def test_a_sentence_that_is_known_in_the_readers_language_stands_below_too():
    russian, english = pair(relation=Relation.REWRITE, label=NoveltyLabel.KNOWN)
    fact = next(
        f for f in build(replace(BASE, articles=(russian, english))).stories[0].facts if "38" in f.said.text
    )
    assert fact.translated.text == EN[0]
    assert fact.outlets == 1


@pytest.mark.parametrize("relation", [Relation.COPY, Relation.BACKGROUND])
def test_copies_and_background_are_not_searched(relation):
    russian, english = pair(relation=relation)
    assert Likeness((russian, english)).nearest(russian, russian.sentences[0], "en") is None


def test_one_name_alone_makes_no_two_sentences_one_fact():
    russian = told(1, "Полит-Лента", ("Орлов открыл выставку рыбаков.",))
    english = told(2, "Harbour Wire", ("Orlov left for Osaka to meet lawmakers.",))
    both = [
        replace(one, sentences=tuple(replace(s, anchors=("person:orlov",)) for s in one.sentences))
        for one in (russian, english)
    ]
    assert len(build(replace(BASE, articles=tuple(both))).stories[0].facts) == 2


def test_a_story_of_hundreds_is_compared_by_its_first_sentences_only():
    russian, english = pair()
    many = [told(3, "Pacific Ledger", [f"Sentence {n} names nothing at all." for n in range(400)])]
    like = Likeness((russian, english, *many))
    assert sum(map(len, like._read().values())) == 150
    assert like.nearest(russian, russian.sentences[0], "en").sentence.text == EN[0]


def test_what_a_sentence_names_is_the_same_in_every_language():
    at = invented.tokyo("2026-05-01 10:00")
    russian, english = terms(RU[0], "ru", at), terms(EN[0], "en", at)
    assert {"number:38", "island:shikotan", "gloss:graves"} <= russian & english
    assert not any(term.startswith(("w:", "name:")) for term in russian | english)


def test_a_title_finds_a_title_and_never_stands_for_a_whole_sentence():
    russian, english = pair()
    english = replace(english, article=replace(english.article, title=EN[0]))
    assert Likeness((russian, english)).nearest(russian, russian.sentences[0], "en") is None
    russian = replace(russian, article=replace(russian.article, title=RU[0]))
    assert Likeness((russian, english)).nearest(russian, russian.sentences[0], "en").sentence.text == EN[0]
