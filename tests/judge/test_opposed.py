"""What a told announcement is taken back by is news, in every language; its retelling and history are not."""

from __future__ import annotations

import itertools

import pytest

from monitor.judge import anchors, opposed
from monitor.judge.novelty import ToldSentence
from monitor.model import NoveltyLabel, Relation
from tests.judge.event_samples import day, readings
from tests.judge.test_decide import new_facts, verdict

SET = {
    "en": ("Russia and Japan to hold talks in Wakkanai", "Russia and Japan will hold talks on grave visits in Wakkanai on 21 May, a deputy foreign minister said."),
    "ru": ("Россия и Япония проведут переговоры в Вакканае", "Переговоры о посещении могил пройдут в Вакканае 21 мая, сообщил замглавы МИД."),
    "ja": ("日ロ、稚内で協議へ", "日ロは5月21日に稚内で墓参をめぐる協議を行うことで合意したと外務次官が述べた。"),
}  # fmt: skip
OFF = {
    "en": ("Wakkanai talks called off", "The talks that were to be held in Wakkanai on 21 May have been called off, a deputy foreign minister said."),
    "ru": ("Переговоры в Вакканае сорваны", "Назначенные на 21 мая переговоры в Вакканае не состоятся, сообщил замглавы МИД."),
    "ja": ("稚内の協議、中止に", "5月21日に稚内で予定されていた協議は見送りとなったと外務次官が述べた。"),
}  # fmt: skip
BOTH = list(itertools.product(("en", "ru", "ja"), repeat=2))


def told(*reports: tuple[tuple[str, str], str, str]) -> tuple[ToldSentence, ...]:
    return tuple(
        ToldSentence(f"article:{number}", text, lang, day(at))
        for number, (report, lang, at) in enumerate(reports, 5)
        for text in report
    )


@pytest.mark.parametrize(("first", "then"), BOTH)
def test_a_told_announcement_called_off_is_news(first, then):
    found = verdict(OFF[then], then, at="2031-05-12", told=told((SET[first], first, "2031-05-10")))
    assert found.relation is Relation.NEW
    assert "article:5" in found.reason
    assert set(OFF[then]) <= set(new_facts(found))
    assert all("negation" in one.anchors and one.closest_ref == "article:5" for one in found.sentences)


@pytest.mark.parametrize(("first", "then"), BOTH)
def test_told_talks_that_were_off_and_are_agreed_are_news(first, then):
    found = verdict(SET[then], then, at="2031-05-12", told=told((OFF[first], first, "2031-05-10")))
    assert found.relation is Relation.NEW
    assert new_facts(found)


@pytest.mark.parametrize(("first", "then"), BOTH)
@pytest.mark.parametrize("report", [SET, OFF])
def test_the_same_told_again_takes_nothing_back(report, first, then):
    found = verdict(report[then], then, at="2031-05-12", told=told((report[first], first, "2031-05-10")))
    assert not any("negation" in one.anchors for one in found.sentences)


@pytest.mark.parametrize(("first", "then"), BOTH)
def test_a_cancellation_told_once_is_not_told_again_by_the_next_outlet(first, then):
    known = told((SET[then], then, "2031-05-10"), (OFF[first], first, "2031-05-11"))
    found = verdict(OFF[then], then, at="2031-05-12", told=known)
    assert not any("negation" in one.anchors for one in found.sentences)


def test_an_announcement_found_late_does_not_take_its_cancellation_back():
    found = verdict(SET["en"], at="2031-05-10", told=told((OFF["en"], "en", "2031-05-12")))
    assert not any("negation" in one.anchors for one in found.sentences)


def test_other_talks_and_the_history_of_talks_are_not_what_was_announced():
    known = told((SET["en"], "en", "2031-05-10"))
    for text in (
        "Russia broke off the talks on a peace treaty in 2022.",
        "The talks in Wakkanai were suspended in 2022.",
        "The concert in Wakkanai on 21 May was cancelled.",
        "The talks in Korsakov were called off.",
    ):
        found = verdict(("Wakkanai waits", text), at="2031-05-12", told=known)
        assert not any("negation" in one.anchors for one in found.sentences)


@pytest.mark.parametrize(
    ("lang", "before", "after"),
    [
        ("en", "A grave visit to Kunashir is set for 21 May.", "Grave visit to Kunashir on 21 May banned"),
        ("en", "Japan imposed sanctions on the port of Korsakov.", "Japan lifts sanctions on Korsakov port"),
        ("ru", "Япония ввела санкции против порта Корсаков.", "Япония сняла санкции против порта Корсаков"),
        ("ja", "日本はコルサコフ港への制裁を発動した。", "日本、コルサコフ港への制裁を解除"),
        ("en", "The ferry sails from Korsakov on 21 May.", "Ferry from Korsakov cancelled"),
        ("ru", "Учения пройдут в Корсакове 21 мая.", "Учения в Корсакове отменены"),
    ],
)
def test_visits_sanctions_ferries_and_drills_turn_as_talks_do(lang, before, after):
    known = (ToldSentence("article:5", before, lang, day("2031-05-10")),)
    found = verdict((after, ""), lang, at="2031-05-12", told=known)
    assert found.relation is Relation.NEW
    assert found.sentences[0].label is NoveltyLabel.NEW_FACT
    assert "negation" in found.sentences[0].anchors


@pytest.mark.parametrize(
    ("lang", "text", "side"),
    [
        ("en", "The talks that were called off will resume.", {}),
        ("en", "The ban on visits was lifted.", {"measures": -1}),
        ("en", "Visits are banned.", {"visits": -1, "measures": 1}),
        ("ru", "Переговоры не состоятся.", {"talks": -1}),
        ("ru", "Переговоры состоятся.", {"talks": 1}),
        ("ja", "協議は再開する。", {"talks": 1}),
    ],
)
def test_a_sentence_takes_a_side_for_each_matter(lang, text, side):
    assert opposed.sides(readings(text, lang)[0]) == side


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "The visits, suspended by Moscow, are on the agenda of the talks in Wakkanai on 21 May."),
        ("en", "Delegates refused to comment before the meeting in Wakkanai."),
        ("ru", "Переговоры о приостановленных поездках на могилы пройдут 21 мая в Вакканае."),
        ("ja", "中断している墓参をめぐり、日ロは5月21日に稚内で協議する。"),
    ],
)
def test_what_was_called_off_before_is_not_the_talks_about_it(lang, text):
    found = verdict(("", text), lang, at="2031-05-12", told=told((SET[lang], lang, "2031-05-10")))
    assert not any("negation" in one.anchors for one in found.sentences)


def test_signs_are_looked_for_at_every_concept_of_a_matter():
    assert frozenset().union(*opposed.MATTERS.values()) == anchors.MATTERS
