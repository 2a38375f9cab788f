"""Traits of stored articles: the same from memory as read anew, and never more of them than allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor import shipped
from monitor.judge import traits
from monitor.judge.topic import load
from monitor.model import Article, Claim
from monitor.service.remembered import Remembered
from monitor.text.prepare import prepare

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def topic():
    return load(shipped.read_text("topic.toml"))


def article(number):
    return Article(
        id=number,
        source_id="wire",
        outlet="Wire",
        url=None,
        title=f"Ferry {number} sails to Kunashiri on Friday",
        summary="",
        body=f"The ferry carries {number} people from Nemuro to Kunashiri, the harbour office said.",
        lang="en",
        published=Claim(AT),
        first_seen=AT,
    )


def test_what_is_remembered_is_what_would_be_read(topic):
    remembered = Remembered(most=2)
    for number in (41, 42, 43, 41, 43):
        one = article(number)
        expected = traits.of(prepare(one.title, "", one.body, "en"), topic, at=AT)
        found = remembered.traits(one, topic)
        assert (found.lang, found.terms) == (expected.lang, expected.terms)


def test_no_more_is_kept_than_allowed_and_the_last_ones_stay(topic):
    remembered = Remembered(most=2)
    first = remembered.traits(article(1), topic)
    remembered.traits(article(2), topic)
    assert remembered.traits(article(1), topic) is first
    remembered.traits(article(3), topic)
    assert remembered.traits(article(1), topic) is first
    assert len(remembered._kept) == 2


def test_another_topic_is_another_reading(topic):
    remembered = Remembered()
    one = article(1)
    first = remembered.traits(one, topic)
    assert remembered.traits(one, replace(topic, version="other")) is not first
