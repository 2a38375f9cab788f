"""What a recipient's digests have told, and what a weekly one looks back on, on both databases."""

from __future__ import annotations

from monitor.db.records import DigestState
from monitor.model import Delivery, DeliveryKind, Level, Quote, Relation
from tests.db.making import NOW, digest, later, verdict
from tests.db.test_db_digests import judged_entry

REFUSED = Delivery(DeliveryKind.REFUSED, "no such mailbox")
NEWS = {"counts": {"facts": 2}, "slot": "news"}


def test_the_last_news_is_of_the_newest_digest_that_told_any(store):
    assert store.last_news("file") is None
    store.queue_digest(digest("a", period_to=later(1), data=NEWS))
    store.queue_digest(digest("b", period_to=later(2), data={"counts": {"facts": 0}}))
    store.queue_digest(digest("c", period_to=later(3), data=NEWS | {"slot": "other"}, recipient_id="stdout"))
    gone = store.queue_digest(digest("d", period_to=later(4), data=NEWS | {"slot": "refused"}))
    store.mark_delivery(gone, REFUSED, later(5))
    assert store.last_news("file")["slot"] == "news"


def test_reports_are_counted_by_what_they_repeat_and_by_story(store):
    copy = verdict(Relation.COPY, duplicate_of="seed:2")
    a, b, c = judged_entry(store, 1, copy), judged_entry(store, 2, copy), judged_entry(store, 3)
    untold = judged_entry(store, 4, copy)
    with store.batch() as batch:
        story = batch.story_open(c, NOW, "first")
        batch.story_join(story, b, NOW, "same event")
        batch.story_join(story, untold, NOW, "same event")
    store.queue_digest(digest("a", items=(a, b)))
    store.queue_digest(digest("b", items=(c,)))
    other = store.queue_digest(digest("c", items=(untold,)))
    store.mark_delivery(other, REFUSED, later(1))
    assert store.told_before("file") == {"seed:2": 2, story: 2}
    assert store.told_before("stdout") == {}
    assert store.digest("file", "c").state is DigestState.REFUSED


def test_relevant_reports_of_a_time_are_given_with_their_quotes(store):
    said = (
        Quote("person:orlov", "No letter is needed", addressee="Harbour Wire", lang="ru"),
        Quote("", "nobody said it"),
    )
    judged_entry(store, 1, verdict(quotes=said), at=NOW)
    judged_entry(store, 2, verdict(Relation.NEAR, Level.NEAR, quotes=said), at=NOW)
    judged_entry(store, 3, verdict(quotes=said), at=later(-10))
    reported = store.reported(later(-5), NOW)
    assert len(reported) == 1
    assert reported[0].country == store.articles_between(NOW, later(1))[0].article.country
    (row,) = store.quoted(later(-5), NOW)
    assert (row.speaker, row.words, row.addressee, row.lang) == (
        "person:orlov",
        "No letter is needed",
        "Harbour Wire",
        "ru",
    )
    assert row.at == reported[0].at
    assert len(store.quoted(later(-20), NOW)) == 2
