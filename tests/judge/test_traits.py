"""Reports are read into the same concepts, names, numbers and dates in three languages."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.judge import anchors, lexicon, traits
from tests.judge.event_samples import GRAVES_EN, GRAVES_JA, GRAVES_RU, day, readings, traits_of


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "The text of 1956 was signed on 8 April 2025.", {"year:1956", "date:2025-04-08"}),
        ("en", "It was ratified in December 1956 and April 8th brought talks.", {"month:1956-12", "date:2031-04-08"}),
        ("en", "About 20,000 people and 2.5 million yen, 74 percent.", {"number:20000", "number:2500000", "number:74"}),
        ("en", "Fifteen islanders and twenty-five others watched.", {"number:15", "number:25"}),
        ("en", "An F-15 and a Mi-8 took off.", {"code:f15", "code:mi8"}),
        ("ru", "Встреча прошла 8 апреля, тираж 50 тысяч.", {"date:2031-04-08", "number:50000"}),
        ("ru", "В декабре 1956 года и 7 февраля 2026 года.", {"month:1956-12", "date:2026-02-07"}),
        ("ru", "Пятнадцать человек.", set()),
        ("ja", "2026年2月7日に約900人、2万人、61万筆。", {"date:2026-02-07", "number:900", "number:20000", "number:610000"}),
        ("ja", "5日に発表し、11月18日から協議する。", {"date:2031-05-05", "date:2030-11-18"}),
        ("ja", "2016〜18年の協議。", {"year:2016", "year:2018"}),
    ],
)  # fmt: skip
def test_numbers_and_dates_have_one_form(lang, text, expected):
    found = {anchor for one in readings(text, lang) for anchor in one.anchors}
    assert expected <= found


def test_a_weekday_is_resolved_with_the_day_of_the_report():
    (one,) = readings("The ministry said so on Thursday.", at="2026-07-10")
    assert "date:2026-07-09" in one.anchors


def test_without_a_day_no_year_is_guessed():
    (one,) = readings("It was said on 8 April.", at=None)
    assert one.anchors == ("date:--04-08",)


def test_impossible_dates_are_no_dates():
    assert not [
        a for one in readings("On 31 February and 45 May.") for a in one.anchors if a.startswith("date")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Vorobyova", "Воробьёвой"), ("Kaneko", "Канэко"), ("Morita", "Морита"), ("Galkin", "Галкина"), ("Borisov", "ボリソフ")],
)  # fmt: skip
def test_spellings_of_one_name_meet(one, other):
    assert anchors.skeleton(one) == anchors.skeleton(other)


def test_a_name_unknown_to_the_lists_is_an_anchor_in_english_and_russian():
    english = {a for one in readings("The envoy Kentaro Morita arrived.") for a in one.anchors}
    russian = {a for one in readings("Прибыл посланник Кэнтаро Морита.", "ru") for a in one.anchors}
    assert english & russian >= {f"name:{anchors.skeleton('Morita')}"}


def test_the_word_at_the_beginning_of_a_sentence_is_no_name():
    assert not [a for one in readings("Yesterday nothing. Meanwhile fishermen waited.") for a in one.anchors if a.startswith("name")]  # fmt: skip


def test_the_longer_finding_wins():
    (one,) = readings("The Japanese Foreign Ministry replied.")
    assert "body:mfa_jp" in one.terms
    assert "body:foreign_ministry" not in one.terms


def test_a_speech_act_is_taken_back_by_a_negation():
    (held,) = readings("The two sides will begin negotiations.")
    (refused,) = readings("The two sides will not begin negotiations.")
    assert "act:hold-talks" in held.terms
    assert "act:hold-talks" not in refused.terms
    assert "act:refuse-talks" in refused.terms


def test_one_report_in_three_languages_shares_what_matters():
    english, japanese, russian = (
        dict(traits_of(*text, lang).terms) for text, lang in ((GRAVES_EN, "en"), (GRAVES_JA, "ja"), (GRAVES_RU, "ru"))
    )  # fmt: skip
    assert {"number:34", "date:2031-09-14", "island:kunashiri", "gloss:graves", "place:nemuro"} <= (
        english.keys() & japanese.keys() & russian.keys()
    )


def test_title_and_lead_weigh_more_than_the_rest():
    body = "Talks stopped.\n\nNothing.\n\nNothing more.\n\nA ferry sailed."
    weights = dict(traits_of("A map for schools", body).terms)
    assert weights["gloss:map"] > weights["gloss:talks"] > weights["gloss:ferry"]


def test_who_speaks_is_carried_over_to_he_said():
    text = "Deputy Foreign Minister Orlov spoke. He said that no talks would be held."
    placed = traits.place(readings(text))
    assert placed[1].speakers == ("office:deputy_foreign_minister",)


def test_strong_terms_leave_out_what_every_report_has():
    strong = traits.strong_terms(traits_of(*GRAVES_EN))
    assert "number:34" in strong
    assert not {"place:kurils", "place:hokkaido"} & set(strong)


def test_traits_are_the_same_in_another_process():
    code = "from tests.judge.event_samples import *; print(traits_of(*GRAVES_JA, 'ja'), traits_of(*GRAVES_RU, 'ru'))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_every_term_an_act_names_exists_in_the_lexicon():
    words = lexicon.shipped()
    known = {term for terms in words._terms.values() for term in terms}
    named = {term for act in words.acts for group in (*act.groups, act.without) for term in group}
    assert named <= known


def test_every_concept_has_words_in_three_languages():
    words = lexicon.shipped()
    english, russian, japanese = (
        {term for term in words._terms[lang] if not term.startswith("void:")} for lang in ("en", "ru", "ja")
    )
    assert english == russian == japanese


def test_a_pattern_that_cannot_be_used_is_named():
    with pytest.raises(ValueError, match="gloss:x"):
        lexicon.load('[gloss.x]\nen = "a*"\n')


def test_a_long_listing_is_bounded():
    many = " ".join(
        f"Name{chr(97 + i % 26)}{chr(97 + i // 26)}x arrived, {i + 11} people." for i in range(600)
    )
    assert len(traits_of("List", many).terms) <= traits.MAX_TERMS


def test_reading_is_fast_enough():
    import time

    body = "\n\n".join([GRAVES_EN[1]] * 10)
    traits_of("warm", body)
    start = time.perf_counter()
    traits_of("again", body)
    assert time.perf_counter() - start < 0.5


def test_times_are_aware():
    assert day("2031-05-06").tzinfo is not None


@pytest.mark.parametrize(
    ("lang", "title", "summary"),
    [
        ("en", "Kremlin sees no sense in treaty talks", "Spokesman says there are no contacts."),
        ("ru", "В Кремле не видят смысла в переговорах", "Контактов нет."),
        ("ja", "クレムリン、交渉に応じず", "接触はない。"),
    ],
)
def test_a_headline_that_lets_the_kremlin_speak_has_its_spokesman_and_no_stranger(lang, title, summary):
    found = dict(traits_of(title, "", lang, summary=summary).terms)
    assert "office:kremlin_spokesman" in found
    assert not [term for term in found if term.startswith("name:")]
