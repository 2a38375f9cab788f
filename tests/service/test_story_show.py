"""A story's history is told in words: who is in it and why, who left it when, and where that article is now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.service import explain, explained, stories
from tests.service.desks import Clock, at, desk, write
from tests.service.test_teaching import AGAIN, FIRST, put


@pytest.fixture
def context(tmp_path):
    clock = Clock(at("2027-02-01 12:00"))
    with desk(write(tmp_path, ['kind = "file"']), clock, begun=clock.now) as opened:
        yield opened


def test_moves_by_hand_are_told_with_reasons_and_where_the_article_is_now(context):
    first = put(context, "first", "en", FIRST)
    context.clock.on(hours=1)
    second = put(context, "second", "ru", AGAIN["ru"])
    assert second.story == first.story
    context.clock.on(hours=1)
    stories.split(context, [second.id])
    whole = stories.shown_text(context, stories.shown(context, str(first.story)))
    assert "number:" not in whole
    assert "person:" not in whole
    left = whole.split("Left it:\n")[1]
    assert "came 2027-02-01 13:00: likeness" in left
    assert left.rstrip().endswith("; is in story 2 now")
    told = explained.text(explain.lives(context, second.article.url), "UTC")
    assert "By the rules it belonged to story 1: likeness" in told
    assert "In story 2 now: split from story 1 by the operator (by hand" in told
    context.clock.now += timedelta(hours=1)
    stories.merge(context, str(first.story), "story:2")
    again = stories.shown_text(context, stories.shown(context, str(first.story)))
    assert "; came back" in again.split("Left it:\n")[1]
    assert "Belongs to story 1" in explained.text(explain.lives(context, second.article.url), "UTC")


GRAVES = (
    "Minister: the graves are not forgotten",
    (
        "Japan “will not forget the graves on Kunashir, and we will {verb} again and again”, the Japanese foreign "
        "minister said on Monday.{more} The islands keep Russia and Japan from a peace treaty."
    ),
)


def graves(context, name, verb, more=""):
    title, body = GRAVES
    return put(context, name, "en", (f"{title} ({name})", body.format(verb=verb, more=more)))


def test_a_quotation_in_altered_wording_is_flagged_in_explain_and_in_the_story(context):
    asks = graves(context, "asks", "ask", " He spoke of 412 families and their petition.")
    demands = graves(context, "demands", "demand", " Some 412 families have signed a petition to him.")
    same = graves(context, "same", "ask", " The petition of 412 families was handed to him.")
    assert {asks.story, demands.story, same.story} == {asks.story}
    told = explained.text(explain.lives(context, demands.article.url), "UTC")
    assert (
        "we will demand again and again” here, “will not forget the graves on Kunashir, and we will ask"
        in told
    )
    (pair,) = stories.shown(context, str(asks.story))["altered_quotes"]
    assert {pair["words"], pair["other_words"]} == {
        f"will not forget the graves on Kunashir, and we will {verb} again and again"
        for verb in ("ask", "demand")
    }
    whole = stories.shown_text(context, stories.shown(context, str(asks.story)))
    assert "Names used for the islands:\n  s-asks: Kunashir\n" in whole
    assert "Wording differs: “" in stories.shown_text(context, stories.shown(context, str(asks.story)))
