"""What readers know, and when a position was taken before, is found alike on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.db.records import DigestState
from monitor.model import Delivery, DeliveryKind, Level, NoveltyLabel, Relation
from tests.db.making import NOW, article, digest, entry, judged, later, poll, traits, verdict

REFUSAL = "person:orlov refuse-talks"
LONG_AGO, AHEAD = NOW - timedelta(days=400), NOW + timedelta(days=400)


@pytest.fixture
def keep(store):
    """Return a function that stores one judged article with terms, and returns its id."""

    def one(number, *terms, day=0, positions=(), relation=Relation.NEW, level=Level.RELEVANT):
        store.record_polls([poll(entry(number), at=later(1440 * day))])
        pending = next(p for p in store.pending(AHEAD, 100) if p.entry.guid == str(number))
        at = later(1440 * day)
        with store.batch() as batch:
            kept = batch.save_article(
                article(number, published=article().published.__class__(at, "raw"), first_seen=at),
                url_keys=[f"k{number}"],
                traits=traits(*terms),
            )
            batch.attach(pending.id, kept)
            sentences = (
                judged(0, NoveltyLabel.NEW_FACT, anchors=("number:74",)),
                judged(1, NoveltyLabel.NEW_WORDING),
                judged(2, NoveltyLabel.KNOWN),
                judged(3, NoveltyLabel.FURNITURE),
            )
            decided = verdict(relation, level, positions=positions, sentences=sentences)
            batch.save_verdict(pending.id, kept, decided, at)
            batch.finish(pending.id, "done")
        return kept

    return one


def sharing(store, *terms, **more):
    with store.batch() as batch:
        return batch.known_sharing(terms, since=LONG_AGO, until=AHEAD, **more)


def tell(store, slot, *items):
    number = store.queue_digest(digest(slot, items=items))
    store.mark_delivery(number, Delivery(DeliveryKind.SENT), NOW)
    return number


def test_a_position_is_found_with_the_times_it_was_taken(store, keep):
    first = keep(1, positions=(REFUSAL,), day=1)
    second = keep(2, positions=("person:orlov no-contact", REFUSAL), day=9, relation=Relation.RESTATEMENT)
    keep(3, positions=("office:governor refuse-talks",), day=3)
    found = store.taken(REFUSAL, LONG_AGO, AHEAD)
    assert [(row.article_id, row.at, row.outlet) for row in found] == [
        (first, later(1440), "Harbour Wire"),
        (second, later(1440 * 9), "Harbour Wire"),
    ]
    assert store.taken(REFUSAL, later(1440 * 2), AHEAD) == found[1:]
    assert store.taken("person:orlov want-treaty", LONG_AGO, AHEAD) == []


def test_copies_background_and_what_is_off_the_topic_take_no_position(store, keep):
    for number, relation in enumerate((Relation.COPY, Relation.BACKGROUND, Relation.NEAR), 1):
        level = Level.NEAR if relation is Relation.NEAR else Level.RELEVANT
        keep(number, positions=(REFUSAL,), relation=relation, level=level)
    assert store.taken(REFUSAL, LONG_AGO, AHEAD) == []


def test_a_later_verdict_without_the_position_takes_it_back(store, keep):
    number = keep(1, positions=(REFUSAL,))
    with store.batch() as batch:
        batch.save_verdict(store.article(number).entries[0].entry_id, number, verdict(), later(5))
    assert store.taken(REFUSAL, LONG_AGO, AHEAD) == []


def test_what_was_told_marked_or_stored_before_the_baseline_is_known(store, keep):
    told, marked, old, other = (keep(n, "number:74", day=n) for n in range(4))
    tell(store, "1", told)
    store.mark(marked, "known", NOW)
    assert sharing(store, "number:74") == [told, marked]
    assert sharing(store, "number:74", baseline=later(1440 * 2 + 1)) == [told, marked, old]
    assert sharing(store, "number:75") == []
    assert sharing(store, "number:74", limit=1) == [told]
    assert other not in sharing(store, "number:74", baseline=later(1440 * 3))


def test_the_last_mark_counts(store, keep):
    number = keep(1, "number:74")
    store.mark(number, "known", NOW)
    assert store.marked_known() == [number]
    store.mark(number, "on-topic", NOW)
    assert store.marked_known() == []
    assert sharing(store, "number:74") == []


def test_a_refused_digest_has_told_nothing(store, keep):
    number = keep(1, "number:74")
    queued = store.queue_digest(digest("1", items=(number,)))
    assert sharing(store, "number:74") == [number]
    store.mark_delivery(queued, Delivery(DeliveryKind.REFUSED), NOW)
    assert store.digest("file", "1").state is DigestState.REFUSED
    assert sharing(store, "number:74") == []


def test_more_shared_terms_come_first_and_the_window_holds(store, keep):
    one = keep(1, "number:74", day=1)
    both = keep(2, "number:74", "name:vrbv", day=2)
    tell(store, "1", one, both)
    assert sharing(store, "number:74", "name:vrbv") == [both, one]
    with store.batch() as batch:
        late = batch.known_sharing(["number:74"], since=later(1440 * 2), until=AHEAD)
    assert late == [both]


def test_only_the_known_ones_give_the_sentences_that_added_something(store, keep):
    told, untold = keep(1), keep(2)
    tell(store, "1", told)
    rows = store.known_sentences([told, untold])
    assert [(row.article_id, row.position, row.anchors) for row in rows] == [
        (told, 0, ("number:74",)),
        (told, 1, ()),
    ]
    assert [row.article_id for row in store.known_sentences([told, untold], baseline=later(1))] == [
        told, told, untold, untold,
    ]  # fmt: skip
    assert store.known_sentences([]) == []
