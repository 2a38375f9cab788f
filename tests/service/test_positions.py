"""A known position said anew: who, when, as on which day, how often this year."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from monitor.model import Relation
from monitor.service import explain, explained, positions, send
from tests.service.desks import Clock, at, desk, write
from tests.service.test_teaching import put

FILE = 'kind = "file"'
REFUSALS = {
    "en": (
        "Kremlin spokesman: no talks with Japan on a peace treaty",
        (
            "The Kremlin spokesman said on Monday that there are no talks with Japan on a peace treaty and that "
            "there will be none.\n\nRussia and Japan never signed a peace treaty. The islands Iturup, Kunashir, "
            "Shikotan and Habomai are claimed by Tokyo."
        ),
    ),
    "ru": (
        "Пресс-секретарь президента: переговоров с Японией о мирном договоре нет",
        (
            "Переговоров с японской стороной о мирном договоре нет и впредь не будет, заявил в понедельник пресс-секретарь "
            "президента РФ.\n\nРоссия и Япония так и не подписали мирный договор. Токио претендует на Итуруп, "
            "Кунашир, Шикотан и Хабомаи."
        ),
    ),
    "ja": (
        "ロシア大統領報道官「日本との平和条約交渉はない」",
        (
            "ロシアの大統領報道官は月曜日、日本との平和条約交渉は行われておらず、今後も行わないと述べた。\n\n"
            "ロシアと日本は平和条約を結んでいない。日本は択捉、国後、色丹、歯舞の四島の返還を求めている。"
        ),
    ),
}
MONDAY = "2026-03-02 12:00"


@pytest.fixture
def clock():
    return Clock(at(MONDAY))


@pytest.fixture
def context(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as opened:
        yield opened


def say(context, name, lang="en"):
    return put(context, name, lang, REFUSALS[lang])


def test_each_time_of_the_year_is_counted_across_languages(context, clock):
    times = []
    for number, lang in enumerate(("en", "ru", "ja", "en")):
        stored = say(context, f"n{number}", lang)
        if number < 3:
            assert stored.verdict.relation is Relation.RESTATEMENT, lang
            times.append(positions.restated(context, stored, "UTC"))
        clock.on(days=7)
    assert [one.times_this_year for one in times] == [1, 2, 3]
    assert [one.speaker for one in times] == ["office:kremlin_spokesman"] * 3
    assert [one.last_on for one in times] == [None, at(MONDAY), at(MONDAY) + timedelta(days=7)]
    assert {one.ref for one in times} == {"seed:2"}, "the seed that has him say it"
    assert {str(one.as_on.date()) for one in times} == {"2025-04-08"}


def test_reports_of_one_occasion_count_once(context, clock):
    say(context, "a", "en")
    clock.on(hours=2)
    say(context, "b", "ru")
    clock.on(days=6, hours=22)
    assert positions.restated(context, say(context, "c", "ja"), "UTC").times_this_year == 2


def test_a_new_year_begins_anew_where_the_reader_lives(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as context:
        say(context, "old", "en")
        clock.now = at("2026-12-28 22:00")
        assert positions.restated(context, say(context, "late", "ru"), "UTC").times_this_year == 2
        clock.now = at("2027-01-04 12:00")
        found = positions.restated(context, say(context, "fresh", "ja"), "UTC")
    assert (found.times_this_year, found.last_on) == (1, None)


def test_a_report_printed_after_midnight_counts_for_the_day_of_its_occasion(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as context:
        say(context, "old", "en")
        clock.now = at("2026-12-31 14:00")
        eve = say(context, "eve", "ru")
        clock.now = at("2026-12-31 16:00")
        late = say(context, "late", "ja")
        assert late.story == eve.story
        found = positions.restated(context, late, "Asia/Tokyo")
    assert (found.times_this_year, found.last_on) == (2, at(MONDAY))


def test_said_again_the_next_day_it_counts_again_though_one_story_holds_both(context, clock):
    first = say(context, "monday", "en")
    clock.on(days=1)
    late = say(context, "late", "ja")
    title, body = REFUSALS["ru"]
    again = put(context, "tuesday", "ru", (title, body.replace("понедельник", "вторник")))
    assert {first.story, late.story, again.story} == {first.story}
    assert positions.restated(context, late, "UTC").times_this_year == 1, "a late report of Monday"
    found = positions.restated(context, again, "UTC")
    assert (found.times_this_year, found.last_on) == (2, at(MONDAY))
    clock.on(days=13)
    third = (
        "No talks, says the Kremlin spokesman",
        "The Kremlin spokesman again ruled out talks with Japan on a treaty.",
    )
    third = put(context, "third", "en", third)
    assert positions.restated(context, third, "UTC").times_this_year == 3


def test_other_reports_restate_nothing(context):
    ferry = (
        "Russia and Japan agree on a ferry to Kunashir",
        "Russia and Japan have no peace treaty. Ferry: 3 May.",
    )
    assert positions.restated(context, put(context, "ferry", "en", ferry), "UTC") is None


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_digest_and_explain_tell_it(context, clock, lang):
    say(context, "first", "en" if lang != "en" else "ru")
    clock.on(days=7)
    stored = say(context, "again", lang)
    clock.on(hours=1)
    recipient = send.recipient_of(context, "")
    text = " ".join(send.printed(context, recipient, "text", since=clock.now - timedelta(hours=2)).split())
    assert "RESTATED" in text
    assert "Kremlin spokesman, 9 Mar" in text
    assert "As on 8 Apr 2025 (seed 2); 2nd time this year, last on 2 Mar" in text
    data = json.loads(send.printed(context, recipient, "json", since=clock.now - timedelta(hours=2)))
    assert [one["times_this_year"] for one in data["restated"]] == [2]
    told = explained.text(explain.lives(context, stored.article.url), "UTC")
    assert "Restated: " in told
    assert "as on 2025-04-08 in seed 2; time 2 this year, last on 2026-03-02." in told
