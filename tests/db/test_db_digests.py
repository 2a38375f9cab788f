"""What is still to be told, the outbox, what was told; and the windows of the past."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.db.records import DigestState, WindowRecord, WindowState
from monitor.model import Delivery, DeliveryKind, Level, NoveltyLabel, Relation
from tests.db.making import NOW, article, digest, entry, judged, later, poll, verdict

SENT, REFUSED = Delivery(DeliveryKind.SENT, "250 ok"), Delivery(DeliveryKind.REFUSED, "550 no such user")
LATER = Delivery(DeliveryKind.DEFERRED, "450 greylisted")


def judged_entry(store, number, given=None, *, at=NOW, source="harbour", via="feed"):
    """Store an article with a verdict, seen at that time; return its id."""
    store.record_polls([poll(entry(number), at=at, source=source, discovered_via=via)])
    entry_id = store.entry_id(source, f"g:{number}")
    with store.batch() as batch:
        article_id = batch.save_article(article(number, first_seen=at), url_keys=[f"{number}"])
        batch.attach(entry_id, article_id)
        batch.save_verdict(entry_id, article_id, given or verdict(), at)
        batch.finish(entry_id, "done")
    return article_id


def untold(store, recipient="file", until=NOW, **given):
    return [a.id for a in store.untold(recipient, until=until, **given)]


def test_untold_are_relevant_and_near_articles_in_the_order_seen(store):
    b = judged_entry(store, 1, at=later(-1))
    a = judged_entry(store, 2, verdict(Relation.NEAR, Level.NEAR), at=later(-2))
    judged_entry(store, 3, verdict(Relation.OFF_TOPIC, Level.OFF_TOPIC), at=later(-2))
    future = judged_entry(store, 4, at=later(1))
    assert untold(store) == [a, b]
    assert untold(store, until=later(1)) == [a, b, future]
    assert untold(store, since=later(-2)) == [b]


def test_what_one_recipient_was_told_is_untold_for_another(store):
    a, b = judged_entry(store, 1), judged_entry(store, 2)
    store.queue_digest(digest(items=(a,)))
    assert untold(store) == [b]
    assert untold(store, "email:desk@example.org") == [a, b]


def test_what_only_backfill_found_is_told_when_asked(store):
    old = judged_entry(store, 1, via="sitemap")
    both = judged_entry(store, 2, via="sitemap")
    store.record_polls([poll(entry(2), source="other", at=later(3))])
    with store.batch() as batch:
        batch.attach(store.entry_id("other", "g:2"), both)
    assert untold(store, until=later(9)) == [both]
    assert untold(store, until=later(2)) == []
    assert untold(store, until=later(9), backfilled=True) == [old, both]


def test_what_was_added_by_hand_is_told_like_what_was_found(store):
    assert [judged_entry(store, 1, via="hand")] == untold(store)


def test_what_a_refused_digest_held_is_untold_for_its_recipient(store):
    a = judged_entry(store, 1)
    refused = store.queue_digest(digest(items=(a,)))
    assert untold(store) == []
    store.mark_delivery(refused, REFUSED, NOW)
    assert untold(store) == [a]
    store.queue_digest(digest("2026-11-23T07:00", items=(a,)))
    assert untold(store) == []


def test_an_article_judged_again_is_untold_by_its_current_verdict(store):
    a = judged_entry(store, 1)
    with store.batch() as batch:
        batch.save_verdict(1, a, verdict(Relation.OFF_TOPIC, Level.OFF_TOPIC), later(1))
    assert untold(store) == []


def test_articles_between_two_times_are_relevant_or_near(store):
    a = judged_entry(store, 1)
    judged_entry(store, 2, verdict(Relation.OFF_TOPIC, Level.OFF_TOPIC))
    assert [x.id for x in store.articles_between(NOW, later(1))] == [a]
    assert store.articles_between(later(1), later(2)) == []


def test_a_digest_comes_back_as_it_was_built(store):
    a, b = judged_entry(store, 1), judged_entry(store, 2)
    given = digest(items=(b, a), period_from=later(-1440))
    digest_id = store.queue_digest(given)
    assert store.digest("file", given.slot) == replace(given, id=digest_id, items=(a, b))
    assert list(store.digest("file", given.slot).data) == ["b", "a"]
    assert store.digest("file", "other") is None


def test_a_slot_is_queued_once_for_each_recipient(store):
    a, b = judged_entry(store, 1), judged_entry(store, 2)
    assert store.queue_digest(digest(items=(a,))) is not None
    assert store.queue_digest(digest(items=(b,), subject="again")) is None
    assert store.digest("file", digest().slot).subject == digest().subject
    assert untold(store) == [b]
    assert store.queue_digest(digest(recipient_id="stdout", items=(a,))) is not None


def test_a_digest_built_and_queued_in_one_batch_holds_what_is_untold_then(store):
    a = judged_entry(store, 1)
    with store.batch():
        items = tuple(x.id for x in store.untold("file", until=NOW))
        store.queue_digest(digest(items=items))
        assert store.untold("file", until=NOW) == []
    assert store.last_digest("file").items == (a,)


def test_the_outbox_holds_what_is_due_oldest_first(store):
    second = store.queue_digest(digest("b", built_at=later(2)))
    first = store.queue_digest(digest("a", built_at=later(1)))
    assert [d.id for d in store.outbox(NOW)] == [first, second]
    store.mark_delivery(first, LATER, later(3), later(10))
    assert [d.id for d in store.outbox(later(9))] == [second]
    assert [d.id for d in store.outbox(later(10))] == [first, second]
    assert store.counts().digests_queued == 2


@pytest.mark.parametrize(("delivery", "state"), [(SENT, DigestState.SENT), (REFUSED, DigestState.REFUSED)])
def test_sent_and_refused_digests_leave_the_outbox(store, delivery, state):
    digest_id = store.queue_digest(digest())
    store.mark_delivery(digest_id, LATER, later(1), later(2))
    store.mark_delivery(digest_id, delivery, later(3))
    assert store.outbox(later(99)) == []
    found = store.digest("file", digest().slot)
    assert (found.state, found.attempts, found.detail, found.next_attempt) == (
        state,
        2,
        delivery.detail,
        None,
    )
    assert found.sent_at == (later(3) if state is DigestState.SENT else None)


def test_a_hand_over_whose_end_is_not_known_is_counted_when_it_is_repeated(store):
    digest_id = store.queue_digest(digest())

    def found():
        row = store.digest("file", digest().slot)
        return row.handed_at, row.repeats

    store.note_handing(digest_id, later(1))
    assert found() == (later(1), 0), "killed here, the store knows that it may be out"
    store.note_handing(digest_id, later(2))
    assert found() == (later(2), 1)
    store.mark_delivery(
        digest_id, Delivery(DeliveryKind.DEFERRED, "hung up", unsure=True), later(3), later(4)
    )
    assert found() == (later(2), 1), "no answer: it may be out"
    store.note_handing(digest_id, later(4))
    store.mark_delivery(digest_id, LATER, later(5), later(6))
    assert found() == (None, 2), "a refusal is an answer"
    store.note_handing(digest_id, later(6))
    store.mark_delivery(digest_id, SENT, later(7))
    assert found() == (None, 2)


def test_the_digests_since_a_time_are_given_oldest_first_of_one_recipient_or_all(store):
    for name, minutes, recipient in (("3", 3, "file"), ("1", 1, "file"), ("2", 2, "stdout")):
        store.queue_digest(digest(name, built_at=later(minutes), recipient_id=recipient))
    assert [d.slot for d in store.digests_since(later(2))] == ["2", "3"]
    assert [d.slot for d in store.digests_since(later(0), "file")] == ["1", "3"]


def test_the_newest_digest_is_the_last_one(store):
    assert store.last_digest("file") is None
    assert store.last_slot("file") is None
    store.queue_digest(digest("2", period_to=later(2)))
    store.queue_digest(digest("1", period_to=later(1)))
    assert store.last_digest("file").slot == "2"
    assert store.last_slot("file") == ("2", later(2))


def test_told_sentences_are_the_new_ones_of_told_articles(store):
    sentences = (
        judged(0, NoveltyLabel.NEW_WORDING),
        judged(1, anchors=("number:74",)),
        judged(2, NoveltyLabel.KNOWN),
    )
    a = judged_entry(store, 1, verdict(sentences=sentences))
    b = judged_entry(store, 2, verdict(sentences=sentences[:1]))
    judged_entry(store, 3, verdict(sentences=sentences))
    with store.batch() as batch:
        assert batch.told() == []
    one = store.queue_digest(digest("1", items=(b,)))
    store.mark_delivery(one, SENT, later(30))
    store.queue_digest(digest("2", items=(a,), built_at=later(60)))
    with store.batch() as batch:
        told = batch.told()
        assert [(t.article_id, t.position, t.told_at) for t in told] == [
            (b, 0, later(30)),
            (a, 0, later(60)),
            (a, 1, later(60)),
        ]
        assert told[2].anchors == ("number:74",)
        assert {t.article_id for t in batch.told([b])} == {b}
        assert batch.told(recipient_id="stdout") == batch.told([]) == []


def test_what_was_refused_was_not_told(store):
    a = judged_entry(store, 1, verdict(sentences=(judged(0),)))
    store.mark_delivery(store.queue_digest(digest(items=(a,))), REFUSED, NOW)
    with store.batch() as batch:
        assert batch.told() == []


# ------------------------------------------------------------------------------------------- windows


def window(day, **given):
    return WindowRecord(
        **(
            {
                "source_id": "harbour",
                "provider": "sitemap",
                "start": later(1440 * day),
                "end": later(1440 * (day + 1)),
            }
            | given
        )
    )


def test_windows_are_added_once_and_keep_how_far_they_came(store):
    assert store.put_windows([window(2), window(1)]) == 2
    first, second = store.windows("harbour", "sitemap")
    assert (first.start, second.start) == (later(1440), later(2880))
    store.update_window(first.id, state="partial", requests=3, items=7, cursor="page=2", detail="cap", at=NOW)
    assert store.put_windows([window(1), window(2), window(3)]) == 1
    found = store.windows("harbour", "sitemap")[0]
    assert found == window(
        1,
        id=first.id,
        state=WindowState.PARTIAL,
        requests=3,
        items=7,
        cursor="page=2",
        detail="cap",
        updated_at=NOW,
    )


def test_windows_are_told_apart_by_source_and_provider(store):
    store.put_windows([window(1), window(1, provider="paged"), window(1, source_id="b")])
    assert [(w.source_id, w.provider) for w in store.windows()] == [
        ("b", "sitemap"),
        ("harbour", "paged"),
        ("harbour", "sitemap"),
    ]
    assert len(store.windows("harbour")) == 2
    assert len(store.windows(provider="sitemap")) == 2
