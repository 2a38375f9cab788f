"""A report's "on Tuesday" is a day where its outlet writes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor import shipped
from monitor.judge import local, traits
from monitor.judge.topic import load as load_topic
from monitor.model import Article, Claim
from monitor.text.prepare import prepare

EARLY = datetime(2026, 6, 22, 20, 0, tzinfo=UTC)
"""Monday in Greenwich, Tuesday 05:00 in Tokyo."""


def report(zone="", country="", at=EARLY):
    claim = Claim(at, "raw", zone) if at is not None else Claim(None)
    return Article(
        None, "s", "Wire", None, "A title", "", "", "en", country=country, published=claim, first_seen=EARLY
    )


@pytest.mark.parametrize(
    ("zone", "country", "hour"),
    [
        ("+09:00", "", "2026-06-23 05:00"),
        ("+0900", "GB", "2026-06-23 05:00"),
        ("-05:00", "", "2026-06-22 15:00"),
        ("+00:00", "JP", "2026-06-23 05:00"),
        ("", "RU", "2026-06-22 23:00"),
        ("+00:00", "GB", "2026-06-22 20:00"),
        ("JST?", "", "2026-06-22 20:00"),
        ("+99:00", "", "2026-06-22 20:00"),
    ],
)
def test_the_hour_is_the_outlets(zone, country, hour):
    found = local.when(report(zone, country))
    assert found == EARLY
    assert found.strftime("%Y-%m-%d %H:%M") == hour


def test_without_a_claim_it_is_when_we_saw_it_and_without_both_nothing():
    assert local.when(report("-05:00", "JP", at=None)).hour == 5
    assert local.when(Article(None, "s", "Wire", None, "A title", "", "", "en")) is None


def test_a_weekday_of_the_early_morning_is_todays():
    text = prepare("Drills", "", "The ministry protested on Tuesday over drills on Iturup.", "en")
    terms = dict(
        traits.of(text, load_topic(shipped.read_text("topic.toml")), at=local.when(report("+09:00"))).terms
    )
    assert "date:2026-06-23" in terms
