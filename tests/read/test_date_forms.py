"""Dates as feeds and pages write them, and what weakens each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import NO_CLAIM
from monitor.read import dates

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("raw", "wanted", "zone"),
    [
        ("Wed, 25 Nov 2026 16:20:00 +0300", "2026-11-25T16:20:00+03:00", "+03:00"),
        ("Wed, 25 Nov 2026 16:20:00 MSK", "2026-11-25T16:20:00+03:00", "+03:00"),
        ("Wed, 25 Nov 2026 16:20:00 JST", "2026-11-25T16:20:00+09:00", "+09:00"),
        ("Wed, 25 Nov 2026 16:20 GMT", "2026-11-25T16:20:00+00:00", "+00:00"),
        ("25 Nov 26 16:20 UT", "2026-11-25T16:20:00+00:00", "+00:00"),
        ("Wed,25 Nov 2026 4:2:5 GMT+9", "2026-11-25T04:02:05+09:00", "+09:00"),
        ("Wed, 25 November 2026 16:20:00 EST", "2026-11-25T16:20:00-05:00", "-05:00"),
        ("Wed, 25-Nov-2026 16:20:00 GMT", "2026-11-25T16:20:00+00:00", "+00:00"),
        ("Wed Nov 25 16:20:00 UTC 2026", "2026-11-25T16:20:00+00:00", "+00:00"),
        ("Wed, 25 Nov 2026 16:20:00 -0000", "2026-11-25T16:20:00+00:00", "+00:00"),
        ("Wed, 25 Nov 2026 24:00:00 GMT", "2026-11-26T00:00:00+00:00", "+00:00"),
        ("Wed, 25 Nov 2026 23:59:60 GMT", "2026-11-26T00:00:00+00:00", "+00:00"),
        ("2026-11-25T16:20:00+09:00", "2026-11-25T16:20:00+09:00", "+09:00"),
        ("2026-11-25T16:20:00.123Z", "2026-11-25T16:20:00+00:00", "+00:00"),
        ("2026-11-25T16:20+0900", "2026-11-25T16:20:00+09:00", "+09:00"),
        ("2026-11-25 16:20:00 +03:00", "2026-11-25T16:20:00+03:00", "+03:00"),
        ("2026/11/25 16:20 JST", "2026-11-25T16:20:00+09:00", "+09:00"),
        ("20261125T162000Z", "2026-11-25T16:20:00+00:00", "+00:00"),
        ("Ср, 25 ноя 2026 16:20:00 +0300", "2026-11-25T16:20:00+03:00", "+03:00"),
        ("25 ноября 2026, 16:20 МСК", "2026-11-25T16:20:00+03:00", "+03:00"),
        ("25 ноября 2026 г., 16:20 (по московскому времени)", "2026-11-25T16:20:00+03:00", "+03:00"),
        ("2026年11月25日 16時20分 JST", "2026-11-25T16:20:00+09:00", "+09:00"),
        ("Seg, 25 Nov 2026 16:20:00 -0300", "2026-11-25T16:20:00-03:00", "-03:00"),
        ("Nov 25, 2026 4:20 PM EST", "2026-11-25T16:20:00-05:00", "-05:00"),
        ("Published: 25 Nov 2026 16:20 GMT", "2026-11-25T16:20:00+00:00", "+00:00"),
        ("1795624800", "2026-11-25T16:40:00+00:00", "+00:00"),
        ("1795624800000", "2026-11-25T16:40:00+00:00", "+00:00"),
    ],
)
def test_times_with_a_zone_are_exact_and_strong(raw, wanted, zone):
    found = dates.parse(raw, now=NOW)
    assert (found.at, found.zone, found.weak, found.raw) == (instant(wanted), zone, "", raw)


@pytest.mark.parametrize(
    "raw",
    [
        "2026年11月25日 16時20分",
        "2026年11月25日（水）午後4時20分",
        "2026年11月25日(水) 16:20",
        "令和8年11月25日 16時20分",
        "２０２６年１１月２５日　１６時２０分",
        "公開日時：2026年11月25日 16時20分",
        "25 ноября 2026 в 16:20",
        "25 ноября 2026, 16:20",
        "16:20, 25 ноября 2026",
        "16:20 25.11.2026",
        "25.11.2026 16:20",
        "25.11.2026, 16:20",
        "2026-11-25 16:20",
        "Wed, 25 Nov 2026 16:20:00",
        "Nov. 25, 2026 at 4:20 p.m.",
        "25/11/2026 16:20",
    ],
)
def test_times_without_zone_are_weak_and_take_the_assumed_one(raw):
    found = dates.parse(raw, now=NOW, assume="+09:00")
    assert (found.at, found.zone, found.weak) == (instant("2026-11-25T16:20:00+09:00"), "+09:00", "no_zone")
    assert dates.parse(raw, now=NOW).at == instant("2026-11-25T16:20:00+00:00")


@pytest.mark.parametrize(
    "raw", ["2026-11-25", "25.11.2026", "25 Nov 2026", "令和8年11月25日", "25 ноября 2026 года"]
)
def test_days_without_time_are_weak_and_stand_at_midnight(raw):
    found = dates.parse(raw, now=NOW, assume="+03:00")
    assert (found.at, found.weak) == (instant("2026-11-25T00:00:00+03:00"), "no_time")


@pytest.mark.parametrize(
    "raw",
    [
        "yesterday", "вчера", "31 Feb 2026 10:00 GMT", "Mon, 25 Nov 2026 25:61:61 +0000", "0000-00-00T00:00:00Z",
        "Wed, 25 Nov 99999 00:00:00 GMT", "06/01/2026 12:00 PM", "2026-11", "2026", "令和8年13月40日", "—", "12:30",
    ],
)  # fmt: skip
def test_what_is_no_certain_day_is_unreadable(raw):
    found = dates.parse(raw, now=NOW)
    assert (found.at, found.weak, found.raw) == (None, "unreadable", raw)


@pytest.mark.parametrize(
    "raw", ["Thu, 01 Jan 1970 00:00:00 GMT", "0001-01-01T00:00:00Z", "1989-12-31T00:00:00Z"]
)
def test_dates_before_the_web_are_no_dates(raw):
    found = dates.parse(raw, now=NOW)
    assert (found.at, found.weak) == (None, "ancient")


def test_a_day_ahead_is_a_zone_mistake_and_more_is_weak():
    assert dates.parse("2026-11-26T23:00:00Z", now=NOW).weak == ""
    assert dates.parse("2026-11-27T00:00:01Z", now=NOW).weak == "future"
    assert dates.parse("2100-01-01", now=NOW).weak == "future"


@pytest.mark.parametrize("fix", ["+03:00", "Europe/Moscow"])
def test_a_zone_fix_replaces_the_claimed_zone(fix):
    found = dates.parse("2026-11-25T16:20:00+04:00", now=NOW, tz_fix=fix)
    assert (found.at, found.zone, found.weak) == (
        instant("2026-11-25T16:20:00+03:00"),
        "+03:00",
        "zone_replaced",
    )


def test_a_zone_fix_by_name_knows_summer_time():
    winter = dates.parse("2026-01-25T12:00:00Z", now=NOW, tz_fix="Europe/Berlin")
    summer = dates.parse("2026-07-25T12:00:00Z", now=NOW, tz_fix="Europe/Berlin")
    assert (winter.zone, summer.zone) == ("+01:00", "+02:00")


def test_nothing_gives_no_claim():
    assert dates.parse("", now=NOW) == NO_CLAIM
    assert dates.parse(" \n ", now=NOW) == NO_CLAIM


@pytest.mark.parametrize(
    ("name", "known"),
    [("+09:00", True), ("Asia/Tokyo", True), ("Asia/Nowhere", False), ("../etc", False), ("", False)],
)
def test_zone_names_can_be_checked(name, known):
    assert dates.is_zone(name) is known


@given(st.text(max_size=150), st.text(max_size=12), st.text(max_size=12))
def test_no_text_raises(raw, fix, assume):
    found = dates.parse(raw, now=NOW, tz_fix=fix, assume=assume)
    assert found.at is None or found.at.tzinfo is UTC


@given(st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2026, 11, 25)))  # noqa: DTZ001  made aware below
def test_iso_times_come_back_exactly(moment):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert dates.parse(moment.isoformat(), now=NOW).at == moment
