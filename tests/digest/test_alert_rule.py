"""Which new facts are worth a mail at once: kinds, origins, a government's own word, rest, nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import shipped
from monitor.config.reader import ALERT_KINDS
from monitor.digest import alert
from monitor.digest.alert import Past, Rule
from monitor.digest.material import Speaker, Voice
from monitor.judge import lexicon
from monitor.judge.topic import load as load_topic
from monitor.model import LANGUAGES, JudgedSentence, Level, NoveltyLabel, Quote, Relation
from tests.digest.invented import article, fact, judged, tokyo

NOW = tokyo("2026-11-26 14:20")
KINDS = alert.shipped()
READ = alert.reading_of(load_topic(shipped.read_text("topic.toml")))
SPEAKERS = {
    "person:takaichi": Speaker("Takaichi", voice=Voice.GOVERNMENT, country="JP"),
    "person:professor": Speaker("A professor", voice=Voice.COMMENT),
    "office:governor": Speaker("the governor", voice=Voice.OFFICIAL, country="JP"),
}
RESUME = "The two foreign ministries will resume talks in Geneva."
RESUME_RU = "Министерства иностранных дел возобновят переговоры в Женеве."
MISSILES = "A battery of coastal missiles was brought to Iturup."
WEATHER = "The ferry to Kunashiri was late because of the weather."


def report(number, text, outlet="Harbour Wire", *, story="story:1", **more):
    one = article(number, outlet, "A title", "2026-11-26 14:00")
    if "affiliation" in more:
        one = replace(one, affiliation=more.pop("affiliation"))
    return judged(one, story=story, sentences=(fact(0, text, f"name:{number}"),), **more)


def found(*articles, past=(), kinds=("talks", "quotes", "missiles"), origins=2, hours=12, now=NOW):
    rule = Rule(tuple(KINDS[name] for name in kinds), origins, timedelta(hours=hours))
    return alert.due(articles, rule, past=past, now=now, speakers=SPEAKERS, read=READ)


def names(alerts):
    return [(one.story, [kind.name for kind in one.kinds]) for one in alerts]


def said(number, speaker, outlet="Harbour Wire", **more):
    text = f'"We have decided {number} things anew today," the official said.'
    one = report(number, text, outlet, **more)
    return replace(one, quotes=(Quote(speaker, f"We have decided {number} things anew today", sentence=0),))


# ------------------------------------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (RESUME, ["talks"]),
        ("Moscow has ruled out talks with Tokyo this year.", ["talks"]),
        ("Контактов между столицами больше нет.", ["talks"]),
        ("両国は平和条約の交渉を再開することで合意した。", ["talks"]),
        (MISSILES, ["missiles"]),
        ("На остров доставлен ракетный комплекс.", ["missiles"]),
        ("択捉島にミサイルが配備された。", ["missiles"]),
        (WEATHER, None),
        ("The prime minister visited the cape and looked at the islands.", None),
    ],
)
def test_a_sentence_is_of_a_kind_by_what_it_shows_in_any_language(text, kinds):
    lang = "ja" if "。" in text else "ru" if "о" in text else "en"
    one = report(1, text, affiliation="government")
    one = replace(one, article=replace(one.article, lang=lang))
    assert names(found(one)) == ([("story:1", kinds)] if kinds else [])


@pytest.mark.parametrize(
    ("speaker", "alerted"),
    [("person:takaichi", True), ("person:professor", False), ("office:governor", False), ("Someone", False)],
)
def test_words_are_alerted_where_an_official_says_them_by_name(speaker, alerted):
    assert bool(found(said(1, speaker, affiliation="government"))) is alerted


def test_words_that_stand_elsewhere_in_the_report_make_no_other_sentence_a_quote():
    one = replace(report(1, WEATHER, affiliation="government"), quotes=(Quote("person:takaichi", "No"),))
    assert found(one) == []


def test_only_the_kinds_asked_for_count():
    assert found(report(1, MISSILES, affiliation="government"), kinds=("talks",)) == []


def test_a_known_sentence_is_no_reason_whatever_it_shows():
    known = JudgedSentence(0, RESUME, NoveltyLabel.KNOWN)
    assert found(replace(report(1, RESUME, affiliation="government"), sentences=(known,))) == []


@pytest.mark.parametrize(
    ("text", "relation", "alerted"),
    [
        (RESUME, Relation.RESTATEMENT, False),
        (MISSILES, Relation.RESTATEMENT, True),
        (RESUME, Relation.BACKGROUND, False),
        (RESUME, Relation.UPDATE, True),
    ],
)
def test_a_position_taken_again_is_no_change(text, relation, alerted):
    assert bool(found(report(1, text, affiliation="government", relation=relation))) is alerted


def test_what_stands_beside_the_topic_is_never_alerted():
    assert found(report(1, MISSILES, affiliation="government", level=Level.NEAR)) == []


# ------------------------------------------------------------------------------------------- enough behind it


@pytest.mark.parametrize(
    ("outlets", "alerted"),
    [
        (["Harbour Wire"], False),
        (["Harbour Wire", "北辰通信"], True),
        (["Полит-Лента", "Кунашир Сегодня"], False),  # one family
        (["Полит-Лента", "Кунашир Сегодня", "Pacific Ledger"], True),
    ],
)
def test_two_origins_have_to_stand_behind_it_and_a_family_is_one(outlets, alerted):
    reports = [report(number, RESUME, outlet) for number, outlet in enumerate(outlets, 1)]
    assert bool(found(*reports)) is alerted


def test_reports_in_other_words_or_languages_stand_behind_the_same_kind():
    russian = report(2, RESUME_RU, "Полит-Лента")
    (one,) = found(report(1, RESUME), russian)
    assert (one.origins, one.government, one.articles) == (2, False, frozenset({1, 2}))
    assert one.texts == {RESUME, RESUME_RU}


def test_two_origins_of_two_kinds_are_one_origin_each():
    assert found(report(1, RESUME), report(2, MISSILES, "北辰通信")) == []


def test_who_says_the_contrary_is_no_second_origin():
    off = report(2, "Россия отменила переговоры с Японией в Женеве.", "Полит-Лента")
    assert found(report(1, RESUME), off) == []
    (one,) = found(report(1, RESUME), off, report(3, RESUME, "北辰通信"))
    assert one.articles == {1, 3}


def test_two_origins_of_two_stories_are_one_origin_each():
    assert found(report(1, RESUME), report(2, RESUME, "北辰通信", story="story:2")) == []


def test_a_copy_is_no_second_origin():
    copy = report(2, RESUME, "北辰通信", relation=Relation.COPY, duplicate_of="article:1")
    assert found(report(1, RESUME), copy) == []


def test_a_governments_own_source_is_enough_and_is_said():
    (one,) = found(report(1, RESUME, affiliation="government"))
    assert (one.origins, one.government) == (1, True)
    assert found(report(1, RESUME, affiliation="state")) == []


def test_the_operator_may_ask_for_more_or_fewer_origins():
    assert found(report(1, RESUME), origins=1)
    assert not found(report(1, RESUME), report(2, RESUME, "北辰通信"), origins=3)


# ------------------------------------------------------------------------------------------- rest, nothing twice


def past(story="story:1", *, hours=1.0, articles=(), texts=()):
    return Past(story, NOW - timedelta(hours=hours), "<1@e>", frozenset(articles), frozenset(texts))


@pytest.mark.parametrize(("hours", "alerted"), [(11.99, False), (12, True), (30, True)])
def test_after_an_alert_its_story_rests(hours, alerted):
    assert bool(found(report(1, MISSILES, affiliation="government"), past=[past(hours=hours)])) is alerted


def test_another_story_does_not_rest_with_it():
    other = report(1, MISSILES, affiliation="government", story="story:2")
    assert names(found(other, past=[past(hours=0)])) == [("story:2", ["missiles"])]


def test_what_was_alerted_is_not_alerted_again_by_its_words_or_by_one_who_retells_its_report():
    before = [past(hours=20, articles=[1], texts=[MISSILES])]
    same = report(1, MISSILES, affiliation="government")
    worded = report(2, MISSILES, "北辰通信", affiliation="government")
    retold = report(
        3, "Rockets stand on Iturup now.", affiliation="government", relation=Relation.REWRITE,
        duplicate_of="article:1",
    )  # fmt: skip
    assert found(same, worded, retold, past=before) == []
    changed = replace(retold, relation=Relation.UPDATE)
    assert names(found(same, worded, changed, past=before)) == [("story:1", ["missiles"])]


def test_what_else_a_report_held_is_alerted_once_another_origin_has_it():
    before = [past(hours=20, articles=[1], texts=[MISSILES])]
    one = report(1, MISSILES)
    one = replace(one, sentences=(*one.sentences, fact(1, RESUME, "name:x")))
    assert found(one, past=before) == []
    (alerted,) = found(one, report(2, RESUME_RU, "Полит-Лента"), past=before)
    assert [kind.name for kind in alerted.kinds] == ["talks"]
    assert alerted.texts == {RESUME, RESUME_RU}


def test_what_takes_back_what_was_alerted_is_another_fact_though_place_and_day_are_the_same():
    held = ("place:geneva", "date:2026-12-14")
    said_, off = report(1, RESUME), report(2, "Россия отменила переговоры с Японией в Женеве.", "Полит-Лента")
    again = report(3, RESUME_RU, "Полит-Лента")
    said_, off, again = (
        replace(one, sentences=(fact(0, one.sentences[0].text, *held),)) for one in (said_, off, again)
    )
    before = [past(hours=20, articles=[1], texts=[RESUME])]
    assert found(said_, again, past=before, origins=1) == []
    (one,) = found(said_, again, off, past=before, origins=1)
    assert one.articles == {2}


def test_an_alert_in_a_story_of_its_own_before_a_merge_still_counts():
    before = [past("story:7", hours=1, articles=[1], texts=[MISSILES])]
    assert found(report(1, MISSILES, affiliation="government"), past=before) == []


def test_the_order_of_the_reports_changes_nothing():
    reports = [report(1, RESUME), report(2, RESUME_RU, "Полит-Лента"), report(3, MISSILES, story="story:0")]
    assert found(*reports, origins=1) == found(*reversed(reports), origins=1)
    assert [one.story for one in found(*reports, origins=1)] == ["story:0", "story:1"]


# ------------------------------------------------------------------------------------------- the data


def test_the_settings_know_the_kinds_of_the_data():
    assert set(ALERT_KINDS) == set(KINDS)


def test_every_kind_has_a_name_in_each_language_and_signs_that_exist():
    words = lexicon.shipped()
    acts = {one.term for one in words.acts}
    for kind in KINDS.values():
        assert set(LANGUAGES) <= set(kind.labels)
        assert kind.signs or kind.voices
        assert all(sign in acts for sign in kind.signs if sign.startswith("act:")), kind.name
        for sign in (sign for sign in kind.signs if sign.startswith("gloss:")):
            assert sign in READ("A missile was seen.", "en", None)
