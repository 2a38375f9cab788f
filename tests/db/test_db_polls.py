"""What the store makes of polls: new, known, revised and renamed entries, states, looks, waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.db.entries import MAX_REVISIONS
from monitor.db.records import EntryState, PollOutcome, RobotsRecord
from monitor.model import NO_CLAIM, Claim, FetchKind, SourceState, Validators
from tests.db.making import NOW, URL, entry, filled, later, poll, state


def everything(store):
    return list(store.each_entry())


def test_new_entries_wait_to_be_judged(store):
    assert store.record_polls([poll(entry(1), entry(2))]) == {"harbour": PollOutcome(new_entries=2)}
    stored = everything(store)
    assert [s.entry for s in stored] == [entry(1), entry(2)]
    assert all(s.state is EntryState.PENDING and s.first_seen == NOW for s in stored)
    assert store.pending_count() == 2


def test_a_second_poll_of_the_same_document_adds_nothing(store):
    store.record_polls([poll(entry(1), entry(2))])
    assert store.record_polls([poll(entry(1), entry(2), at=later(30))]) == {"harbour": PollOutcome()}
    assert len(everything(store)) == 2


def test_the_same_key_in_two_sources_is_two_entries(store):
    outcome = store.record_polls([poll(entry(1)), poll(entry(1), source="other")])
    assert outcome == {"harbour": PollOutcome(1), "other": PollOutcome(1)}


def test_two_polls_of_one_source_in_one_call_see_each_other(store):
    outcome = store.record_polls([poll(entry(1), entry(2)), poll(entry(2), entry(3), at=later(1))])
    assert outcome == {"harbour": PollOutcome(3)}
    assert [s.entry.key for s in everything(store)] == ["g:1", "g:2", "g:3"]


def test_an_edited_entry_keeps_its_first_text_and_the_later_one_is_a_revision(store):
    store.record_polls([poll(entry(1))])
    edited = entry(1, title="Corrected title", content_hash="other")
    assert store.record_polls([poll(edited, at=later(30))]) == {"harbour": PollOutcome(revised=1)}
    assert store.record_polls([poll(edited, at=later(60))]) == {"harbour": PollOutcome()}
    (stored,) = everything(store)
    assert stored.entry == entry(1)
    (revision,) = store.revisions(stored.id)
    assert (revision.title, revision.seen_at, revision.content_hash) == (
        "Corrected title",
        later(30),
        "other",
    )


def test_revisions_of_an_entry_that_changes_at_every_poll_end_at_a_limit(store):
    for number in range(MAX_REVISIONS + 5):
        store.record_polls([poll(entry(1, content_hash=f"counter {number}"), at=later(number))])
    (stored,) = everything(store)
    assert len(store.revisions(stored.id)) == MAX_REVISIONS


def test_a_changed_guid_is_no_new_entry(store):
    store.record_polls([poll(entry(1))])
    renamed = entry(1, key="g:other", guid="other")
    assert store.record_polls([poll(renamed, at=later(30))]) == {"harbour": PollOutcome(aliases=1)}
    assert len(everything(store)) == 1


def test_guids_that_change_at_every_fetch_add_nothing_even_with_twins_in_the_document(store):
    twins = [entry(1), entry(1, key="g:twin", guid="twin")]
    assert store.record_polls([poll(*twins)])["harbour"].new_entries == 2
    again = [entry(1, key="g:x"), entry(1, key="g:y")]
    assert store.record_polls([poll(*again, at=later(30))]) == {"harbour": PollOutcome(aliases=2)}
    third = [*again, entry(1, key="g:z")]
    assert store.record_polls([poll(*third, at=later(60))]) == {
        "harbour": PollOutcome(new_entries=1, aliases=2)
    }


def test_two_guids_in_one_document_stay_two_entries(store):
    store.record_polls([poll(entry(1))])
    outcome = store.record_polls([poll(entry(1), entry(1, key="g:other", guid="other"), at=later(30))])
    assert outcome == {"harbour": PollOutcome(new_entries=1)}


def test_another_source_or_text_or_url_is_no_changed_guid(store):
    store.record_polls([poll(entry(1))])
    other_text = entry(1, key="g:b", content_hash="other")
    other_url = entry(1, key="g:c", url=f"{URL}/else")
    no_url = entry(1, key="g:d", url=None)
    outcome = store.record_polls(
        [poll(other_text, other_url, no_url), poll(entry(1, key="g:e"), source="other")]
    )
    assert outcome == {"harbour": PollOutcome(new_entries=3), "other": PollOutcome(new_entries=1)}


def test_every_field_of_an_entry_comes_back(store):
    one = filled(type(entry()), key="g:1")
    store.record_polls([poll(one, published_at_source="sitemap_lastmod", discovered_via="sitemap")])
    (stored,) = everything(store)
    assert stored.entry == one
    assert (stored.published_at_source, stored.discovered_via) == ("sitemap_lastmod", "sitemap")
    (pending,) = store.pending(later(1), 10)
    assert (pending.entry, pending.discovered_via, pending.id) == (one, "sitemap", stored.id)


def test_an_entry_without_anything_but_a_key_comes_back(store):
    bare = entry(1, url=None, guid="", title="", summary="", published=NO_CLAIM, lang="", content_hash="")
    unread = entry(2, published=Claim(None, "soon", "", "unreadable"))
    store.record_polls([poll(bare, unread)])
    assert [s.entry for s in everything(store)] == [bare, unread]


def test_every_field_of_a_state_comes_back_and_new_entries_are_dated(store):
    whole = filled(SourceState, source_id="harbour")
    store.record_polls([poll(state=whole)])
    assert store.source_states() == {"harbour": whole}
    store.record_polls([poll(entry(1), state=whole, at=later(5))])
    assert store.source_states() == {"harbour": replace(whole, last_new_entry=later(5))}


def test_a_state_is_replaced_as_a_whole(store):
    store.record_polls([poll(state=filled(SourceState, source_id="harbour"))])
    bare = SourceState("harbour", "https://harbour.example/other")
    store.record_polls([poll(state=bare)])
    assert store.source_states() == {"harbour": bare}


def test_validators_keep_their_exact_bytes(store):
    odd = Validators("https://harbour.example/feed", 'W/"a%20\'b"', "not a date, 42 o'clock")
    store.record_polls([poll(state=state(validators=odd))])
    assert store.source_states()["harbour"].validators == odd


def test_backfill_leaves_state_and_looks_alone(store):
    store.record_polls([poll()])
    before = store.source_states()
    given = {"state": None, "source": "harbour", "discovered_via": "sitemap", "keep_look": False}
    assert store.record_polls([poll(entry(1), at=later(9), **given)]) == {"harbour": PollOutcome(1)}
    assert store.source_states() == before
    assert len(store.looks(NOW, later(60))) == 1


def test_looks_tell_what_was_seen_and_how_far_back(store):
    old = entry(1, published=Claim(later(-600)))
    store.record_polls([poll(old, entry(2), entry(3, published=NO_CLAIM), elapsed_ms=120, detail="fine")])
    store.record_polls([poll(source="other", at=later(10), kind=FetchKind.DNS, status=None, bytes=0)])
    first, second = store.looks(NOW, later(11))
    assert (first.entries, first.new_entries, first.oldest_entry, first.newest_entry) == (
        3,
        3,
        later(-600),
        later(-60),
    )
    assert (first.kind, first.status, first.bytes, first.elapsed_ms, first.detail) == (
        FetchKind.OK,
        200,
        1000,
        120,
        "fine",
    )
    assert (second.kind, second.status, second.oldest_entry) == (FetchKind.DNS, None, None)
    assert store.looks(NOW, later(10)) == [first]
    assert store.looks(NOW, later(11), ["other"]) == [second]


def test_a_wait_of_a_host_is_kept_until_it_is_over_and_never_shortened(store):
    store.record_polls([poll(host_wait=("harbour.example", later(60)))])
    store.set_host_wait("harbour.example", later(30))
    store.set_host_wait("other.example", later(5))
    assert store.host_waits(NOW) == {"harbour.example": later(60), "other.example": later(5)}
    assert store.host_waits(later(5)) == {"harbour.example": later(60)}


def test_robots_come_back(store):
    record = filled(RobotsRecord, status=200)
    assert store.robots_get(record.origin) is None
    store.robots_put(record)
    store.robots_put(replace(record, body=b"\x00\xff"))
    assert store.robots_get(record.origin) == replace(record, body=b"\x00\xff")


def test_pending_entries_come_by_claimed_time_then_source_then_key(store):
    early, late = Claim(later(-100)), Claim(later(-10))
    store.record_polls(
        [
            poll(
                entry("я", published=late),
                entry("a", published=late),
                entry("B", published=late),
                entry(4, published=NO_CLAIM),
            ),
            poll(entry(9, published=early), entry("a", published=late), source="Another"),
        ]
    )
    keys = [(p.source_id, p.entry.key) for p in store.pending(NOW, 10)]
    assert keys == [
        ("Another", "g:9"),
        ("Another", "g:a"),
        ("harbour", "g:B"),
        ("harbour", "g:a"),
        ("harbour", "g:я"),
        ("harbour", "g:4"),
    ]
    assert [(p.source_id, p.entry.key) for p in store.pending(NOW, 2)] == keys[:2]


def test_what_was_found_now_waits_for_no_backlog_of_the_past(store):
    past = [entry(n, published=Claim(later(-9000 - n))) for n in range(5)]
    store.record_polls([poll(*past, source="archive", discovered_via="backfill"), poll(entry(9))])
    assert [p.source_id for p in store.pending(NOW, 3)] == ["harbour", "archive", "archive"]
    assert [p.entry.key for p in store.pending(NOW, 10)][1:] == [f"g:{n}" for n in (4, 3, 2, 1, 0)]


def test_known_keys_are_told_for_one_source(store):
    store.record_polls([poll(*map(entry, range(1200)))])
    asked = [f"g:{n}" for n in range(1100, 1300)]
    assert store.known_keys("harbour", asked) == {f"g:{n}" for n in range(1100, 1200)}
    assert store.known_keys("other", asked) == set()


def test_a_large_poll_in_one_call_loses_nothing(store):
    many = [poll(*map(entry, range(40)), source=f"s{n}") for n in range(60)]
    assert sum(o.new_entries for o in store.record_polls(many).values()) == 2400
    assert sum(o.new_entries for o in store.record_polls(many).values()) == 0
    assert store.counts().entries == 2400
    assert len(everything(store)) == 2400


def test_entries_are_found_by_url_and_by_key(store):
    store.record_polls([poll(entry(1), entry(2)), poll(entry(1, key="g:x"), source="other")])
    assert [(s.source_id, s.entry.key) for s in store.find_entries(f"{URL}/1")] == [
        ("harbour", "g:1"),
        ("other", "g:x"),
    ]
    assert store.find_entries(f"{URL}/none") == []
    found = store.entry_id("harbour", "g:2")
    assert store.entry(found).entry == entry(2)
    assert store.entry_id("harbour", "g:none") is None
    assert store.entry(99) is None


def test_a_time_without_a_zone_is_refused(store):
    with pytest.raises(ValueError, match="without a zone"):
        store.record_polls([poll(entry(1), at=NOW.replace(tzinfo=None))])
    assert everything(store) == []


def test_entries_can_be_opened_again(store):
    store.record_polls([poll(entry(1), entry(2))])
    ids = [s.id for s in everything(store)]
    with store.batch() as batch:
        for id_ in ids:
            batch.finish(id_, "failed", attempts=3, detail="lost")
    assert store.pending_count() == 0
    assert store.counts().failed == 2
    assert store.reopen(ids[:1]) == 1
    assert [(p.id, p.attempts) for p in store.pending(NOW, 9)] == [(ids[0], 0)]


def test_an_entry_waits_for_its_next_attempt(store):
    store.record_polls([poll(entry(1))])
    (one,) = everything(store)
    with store.batch() as batch:
        batch.finish(one.id, "pending", later(60), 1, "the page did not come")
    assert store.pending(later(59), 9) == []
    assert (store.pending_count(), store.pending_count(later(59))) == (1, 0)
    (waiting,) = store.pending(later(60), 9)
    assert waiting.attempts == 1
    assert store.entry(one.id).detail == "the page did not come"
