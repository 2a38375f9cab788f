"""A weekly digest: thirty days of articles by side, and the ledger of who said what."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from monitor.digest import week
from monitor.digest.build import build
from monitor.digest.material import Report, Said, Speaker, Voice
from monitor.digest.render import render
from tests.digest import invented
from tests.digest.invented import tokyo

BASE = replace(invented.week(), month=(), said=(), watched_since=None)
PEOPLE = {
    "person:orlov": Speaker("Orlov", voice=Voice.GOVERNMENT, country="RU"),
    "person:minase": Speaker("Minase", voice=Voice.GOVERNMENT, country="JP"),
    "body:guard": Speaker("Coast guard", voice=Voice.OFFICIAL, country="JP"),
}


def said(speaker, words, outlet="Harbour Wire", at="2026-11-24 10:00", lang="en", **more):
    return Said(speaker, words, lang, outlet, tokyo(at), **more)


def ledger(*sayings):
    return week.ledger(replace(BASE, said=sayings, speakers=PEOPLE))


def picture(*reports, **more):
    return week.picture(replace(BASE, month=reports, **more), "Asia/Tokyo")


def test_a_daily_digest_has_neither():
    digest = build(replace(invented.week(), weekly=False))
    assert digest.picture is None
    assert digest.ledger == ()
    assert "30 DAYS" not in render(digest).text


def test_each_report_counts_on_its_local_day_for_its_side():
    late, early = tokyo("2026-11-24 23:59"), tokyo("2026-11-25 00:01")
    drawn = picture(Report(late, "RU"), Report(early, "RU"), Report(early, "SG"), Report(early, ""))
    assert drawn.first == date(2026, 10, 27)
    assert [side.country for side in drawn.sides] == ["RU", "JP", ""]
    assert [side.total for side in drawn.sides] == [2, 0, 2]
    assert drawn.sides[0].counts[-2:] == (1, 1)
    assert drawn.sides[2].counts[-2:] == (0, 2)


def test_the_picture_shows_thirty_whole_days_and_neither_today_nor_what_lies_before():
    today, before = tokyo("2026-11-26 01:00"), tokyo("2026-10-26 23:59")
    drawn = picture(Report(today, "RU"), Report(before, "RU"), Report(tokyo("2026-10-27 00:00"), "RU"))
    assert [len(side.counts) for side in drawn.sides] == [30, 30, 30]
    assert drawn.sides[0].counts == (1, *[0] * 29)


def test_days_before_the_first_look_are_not_shown_as_silent():
    begun = tokyo("2026-11-20 09:00")
    material = replace(BASE, month=(Report(tokyo("2026-11-24 09:00"), "RU"),), watched_since=begun)
    text = render(build(material)).text
    row = re.search(r"^ {2}RU .*$", text, re.MULTILINE)[0].split()
    assert row[1] == "1"
    assert row[2:] == ["-"] * 24 + ["."] * 4 + ["1", "."]
    assert "Not watched before 20 Nov." in " ".join(text.split())
    long_ago = replace(material, watched_since=begun - timedelta(days=90))
    assert "Not watched" not in render(build(long_ago)).text


def test_ten_or_more_are_a_plus_with_the_figure_beside_it():
    loud = [Report(tokyo("2026-11-24 09:00"), "JP") for _ in range(17)]
    text = render(build(replace(BASE, month=tuple(loud)))).text
    assert re.search(r"^ {2}JP +17 .* \+ \.$", text, re.MULTILINE)
    assert "A plus: ten or more." in " ".join(text.split())
    assert "JP: 17 articles, most 17: 24 Nov" in text


def test_a_silent_month_says_so_in_every_form():
    rendered = render(build(BASE))
    for form in (rendered.text, rendered.html, rendered.markdown):
        assert "No article in 30 days." in form
    assert 'class="column"' not in rendered.html


def test_every_day_of_the_text_is_a_bar_of_the_html():
    digest = build(invented.week())
    rendered = render(digest)
    bars = sum(n > 0 for side in digest.picture.sides for n in side.counts)
    assert rendered.html.count('<div class="column"') == bars
    heights = [int(px) for px in re.findall(r'class="column" style="[^"]*height:(\d+)px', rendered.html)]
    assert max(heights) == 44
    assert min(heights) >= 2
    assert rendered.data["picture"]["first"] == "2026-10-27"
    assert [side["country"] for side in rendered.data["picture"]["sides"]] == ["RU", "JP", ""]


def test_words_are_told_once_in_their_longest_form_by_who_printed_them_first():
    (one,) = ledger(
        said("person:orlov", "No talks will be held", "Harbour Wire", "2026-11-24 12:00"),
        said("person:orlov", "“No talks will be held”, not this year", "Pacific Ledger", "2026-11-24 13:00"),
        said("person:orlov", "no talks will be held", "harbour wire", "2026-11-24 14:00"),
    )
    assert one.said.text == "“No talks will be held”, not this year"
    assert one.said.outlet == "Harbour Wire"
    assert one.at == tokyo("2026-11-24 12:00")
    assert one.outlets == 2


def test_the_same_words_of_another_or_in_another_language_are_others():
    assert (
        len(ledger(said("person:orlov", "we will talk then"), said("person:minase", "we will talk then")))
        == 2
    )
    assert (
        len(
            ledger(
                said("person:orlov", "we will talk then"),
                said("person:orlov", "we will talk then", lang="de"),
            )
        )
        == 2
    )


def test_officials_come_first_then_their_side_then_time():
    told = ledger(
        said("Ito Kenji", "an old fisherman said this", at="2026-11-20 10:00"),
        said("body:guard", "the boat was outside the line", at="2026-11-20 10:00"),
        said("person:minase", "we ask for a talk", at="2026-11-20 10:00"),
        said("person:orlov", "second words of the same man", at="2026-11-24 10:00"),
        said("person:orlov", "first words of the same man", at="2026-11-23 10:00"),
    )
    assert [one.said.text.split()[0] for one in told] == ["first", "second", "we", "the", "an"]


def test_nameless_speakers_and_single_words_are_no_statements():
    assert (
        ledger(
            said("person:unknown_key", "words of somebody without a name"), said("person:orlov", "revanchism")
        )
        == ()
    )
    assert ledger(said("person:minase", "島々", lang="ja")) == ()
    assert len(ledger(said("person:minase", "島を返せ、今すぐに", lang="ja"))) == 1


def test_a_long_ledger_ends_with_the_command_that_prints_the_rest():
    many = tuple(said("person:orlov", f"statement number {n} of {n * 7} to come") for n in range(20))
    digest = build(replace(BASE, said=many, speakers=PEOPLE))
    rendered = render(digest)
    assert "WHO SAID WHAT (20)" in rendered.text
    assert "- 8 more: monitor digest --slot" in rendered.text
    assert len(rendered.data["ledger"]) == 20


def test_an_operator_gets_no_news_of_the_week():
    digest = build(
        replace(invented.week(), recipient=replace(invented.RECIPIENT, role="operator", days="mon"))
    )
    assert digest.picture is None
    assert digest.ledger == ()


def test_words_of_long_ago_that_were_only_found_now_are_none_of_this_week():
    assert ledger(said("person:orlov", "words of long ago, found in a backlog", at="2026-11-17 18:00")) == ()
    assert len(ledger(said("person:orlov", "words of the day before the week", at="2026-11-18 10:00"))) == 1


def test_to_whom_is_told_where_it_says_something():
    assert week.addressee("Harbour Wire", "ru") == "Harbour Wire"
    assert week.addressee("reporters", "en") == "reporters"
    assert week.addressee("reporters", "ja") == ""
