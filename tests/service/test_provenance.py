"""A story's outlets and origins are counted, and its first publisher is named with the evidence."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from monitor.db.store import Store
from monitor.model import Claim, Origin, Relation
from monitor.service import explain, explained, provenance
from tests.db import making

TASS = Origin("TASS", agency="tass", family="tass", how="dateline", evidence="MOSCOW, April 12 (TASS) --")


@pytest.fixture
def store():
    with Store.open(":memory:") as opened:
        yield opened


def keep(store, number, outlet, minutes, *, origin=None, weak="", seen=None, **judged):
    """Store one report of ``story:1``; it claims NOW + minutes and was seen 20 minutes later."""
    entry = making.entry(number)
    store.record_polls([making.poll(entry, source=f"s{number}", at=making.NOW)])
    at = making.later(minutes)
    article = making.article(
        number,
        source_id=f"s{number}",
        outlet=outlet,
        published=Claim(at, "raw", "+00:00", weak),
        first_seen=making.later(minutes + 20 if seen is None else seen),
    )
    with store.batch() as batch:
        entry_id = next(one.id for one in batch_pending(store) if one.entry.key == entry.key)
        article_id = batch.save_article(article, url_keys=[f"k{number}"])
        batch.attach(entry_id, article_id)
        if number == 1:
            batch.story_open(article_id, at, "opened")
        else:
            batch.story_join("story:1", article_id, at, "alike")
        verdict = making.verdict(**({"relation": Relation.NEW, "origin": origin} | judged))
        batch.save_verdict(entry_id, article_id, verdict, at)
        batch.finish(entry_id, "done")
    return article_id


def batch_pending(store):
    return store.pending(making.later(10_000), 100)


def test_copies_and_credits_make_one_origin_and_a_family_another(store):
    first = keep(store, 1, "Harbour Wire", 0, origin=TASS)
    keep(store, 2, "Полит-Лента", 60, relation=Relation.COPY, duplicate_of=f"article:{first}")
    keep(store, 3, "北辰通信", 90, origin=TASS)
    keep(store, 4, "Pacific Ledger", 120, origin=Origin("Pacific Ledger"))
    found = provenance.of_story(store, "story:1")
    assert (found.outlets, found.origins) == (4, 2)
    assert found.first.article.outlet == "Harbour Wire"
    assert found.earliest.by == "seen"


def test_a_story_nobody_knows_has_no_origin(store):
    assert provenance.of_story(store, "story:9") is None
    assert provenance.among([]) is None


def life(store, article_id):
    article = store.article(article_id)
    decided = explain._decision(article.verdict, {})
    return {"story": explain._provenance(type("C", (), {"store": store})(), article), "verdict": decided}


def test_explain_tells_whose_text_it_is_and_who_was_first(store):
    number = keep(store, 1, "Harbour Wire", 0, origin=TASS)
    keep(store, 2, "Pacific Ledger", 120)
    found = life(store, number)
    assert found["verdict"]["origin"]["agency"] == "tass"
    assert explained._origin_line(found["verdict"]["origin"]) == (
        "Text of TASS, by its dateline: “MOSCOW, April 12 (TASS) --”."
    )
    (line,) = explained._provenance_lines(found["story"], ZoneInfo("UTC"))
    assert "2 outlets, 2 origins. First: Harbour Wire, 2026-11-22 07:00 UTC; we saw it before" in line


@pytest.mark.parametrize(
    ("weak", "minutes", "why"),
    [
        ("", 5, "the reports are minutes apart"),
        ("no_zone", 15, "the outlet gave no time zone"),
    ],
)
def test_explain_says_that_the_order_is_not_known(store, weak, minutes, why):
    number = keep(store, 1, "Harbour Wire", 0, weak=weak)
    keep(store, 2, "Pacific Ledger", minutes)
    (line,) = explained._provenance_lines(life(store, number)["story"], ZoneInfo("UTC"))
    assert f"Who was first is not known: {why} (seen earliest: " in line


def test_every_doubt_and_every_reason_has_words():
    assert {"minutes", "alone", "contradicted", "unknown"} <= set(explained.DOUBTS)
    assert {"credit", "seen", "clocks", "claims", "only"} == set(explained.BY)
