"""What ingest writes and reads in a batch: articles, indexes, verdicts, stories, ends."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from monitor.db.articles import LINES_OF
from monitor.db.records import EntryRef, EntryState, Mark, PageRecord, PageState
from monitor.errors import StoreError
from monitor.model import (
    NO_CLAIM,
    Article,
    Claim,
    JudgedSentence,
    Level,
    NoveltyLabel,
    Page,
    Quote,
    Relation,
    Relevance,
    Verdict,
)
from tests.db.making import (
    NOW,
    OFF,
    URL,
    article,
    entry,
    filled,
    fingerprint,
    judged,
    later,
    poll,
    quote,
    relevance,
    traits,
    verdict,
)


def polled(store, number=3, **given):
    """Store that many pending entries and return their ids."""
    store.record_polls([poll(*[entry(n) for n in range(1, number + 1)], **given)])
    return [p.id for p in store.each_entry()]


def kept(store, number=1, *, about=None, **given):
    """Store an article for a new entry and return its id; ``given`` goes to save_article."""
    store.record_polls([poll(entry(f"k{number}"))])
    with store.batch() as batch:
        entry_id = store.entry_id("harbour", f"g:k{number}")
        article_id = batch.save_article(
            about or article(number), **({"url_keys": [f"{URL}/{number}"]} | given)
        )
        batch.attach(entry_id, article_id)
        batch.save_verdict(entry_id, article_id, verdict(), NOW)
        batch.finish(entry_id, "done")
    return article_id


def h(*numbers):
    """Return sampled hashes as `fingerprint` makes them of these numbers: what differs is in the upper bits."""
    return list(fingerprint(*numbers).sampled)


# ------------------------------------------------------------------------------------------- articles


def test_every_field_of_an_article_comes_back(store):
    whole = filled(Article, id=None)
    article_id = kept(store, about=whole, words=123)
    stored = store.article(article_id)
    assert stored.article == replace(whole, id=article_id)
    assert (stored.words, stored.ref, stored.id) == (123, f"article:{article_id}", article_id)


def test_an_article_is_found_under_each_of_its_addresses_from_the_same_batch_on(store):
    (entry_id,) = polled(store, 1)
    with store.batch() as batch:
        article_id = batch.save_article(article(1), url_keys=["given", "final", "final"])
        batch.save_verdict(entry_id, article_id, verdict(), NOW)
        batch.attach(entry_id, article_id, url_keys=["canonical"])
        assert batch.article_for_url(["unknown", "final"]) == article_id
        assert batch.article_for_url(["unknown"]) is None
        assert batch.article_for_url([]) is None
        assert batch.article_for_url(["canonical"]) == article_id
    assert [e.id for e in store.find_entries("canonical")] == [entry_id]
    assert [e.id for e in store.find_entries("x", url_keys=["given"])] == [entry_id]


def test_an_address_stays_with_the_article_that_had_it_first(store):
    first, second = kept(store, 1, url_keys=["a"]), kept(store, 2, url_keys=["a", "b"])
    with store.batch() as batch:
        assert batch.article_for_url(["a"]) == first
        assert batch.article_for_url(["b", "a"]) == second


def test_an_exception_in_a_batch_leaves_nothing_behind(store):
    ids = polled(store, 2)
    with pytest.raises(KeyError), store.batch() as batch:  # noqa: PT012  the block is what is tested
        batch.save_article(article(1), url_keys=["a"])
        batch.save_verdict(ids[0], None, OFF, NOW)
        batch.finish(ids[0], "done")
        raise KeyError
    assert (store.counts().articles, store.pending_count()) == (0, 2)
    assert store.verdict_history(ids[0]) == []


def test_an_exception_in_a_savepoint_undoes_that_part_alone(store):
    ids = polled(store, 4)
    with store.batch() as batch:
        batch.save_verdict(ids[0], None, OFF, NOW)
        batch.finish(ids[0], "done")
        with pytest.raises(KeyError), batch.savepoint():  # noqa: PT012  had only gathered
            batch.save_verdict(ids[1], None, OFF, NOW)
            raise KeyError
        with pytest.raises(KeyError), batch.savepoint():  # noqa: PT012  had written
            batch.save_verdict(ids[2], None, OFF, NOW)
            batch.save_article(article(1), url_keys=["a"])
            batch.finish(ids[2], "done")
            raise KeyError
        batch.finish(ids[2], "failed")
        with batch.savepoint():
            article_id = batch.save_article(article(2), url_keys=["b"])
            batch.attach(ids[3], article_id)
            batch.save_verdict(ids[3], article_id, verdict(), NOW)
            batch.finish(ids[3], "done")
    assert [store.entry(i).state.value for i in ids] == ["done", "pending", "failed", "done"]
    assert [len(store.verdict_history(i)) for i in ids] == [1, 0, 0, 1]
    with store.batch() as batch:
        assert batch.article_for_url(["a"]) is None
        assert batch.article_for_url(["b"]) == article_id


def test_a_batch_knows_which_entries_nobody_has_judged_meanwhile(store):
    first, second, third = polled(store)
    with store.batch() as batch:
        batch.finish(second, "done")
    with store.batch() as batch:
        assert batch.still_pending([first, second, third, 999]) == {first, third}
        assert batch.still_pending([]) == set()


def test_a_store_that_fails_inside_a_savepoint_ends_the_batch(store):
    """Not so what it was told wrongly: that is undone, and the batch goes on (the test after this)."""
    (first,) = polled(store, 1)
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def judge():
        with store.batch() as batch:
            batch.finish(first, "done")
            with batch.savepoint():
                raise full

    with pytest.raises(StoreError, match="disk is full"):
        judge()
    assert store.entry(first).state is EntryState.PENDING


def test_a_refused_step_in_a_savepoint_does_not_spoil_the_batch(store):
    ids = polled(store, 2)
    with store.batch() as batch:
        batch.finish(ids[0], "done")
        with pytest.raises(Exception, match=r"(?i)foreign key"), batch.savepoint():  # noqa: PT012  goes on after it
            batch.attach(ids[1], 4711)
            batch.article_for_url(["a"])
        batch.finish(ids[1], "failed")
    assert [store.entry(i).state.value for i in ids] == ["done", "failed"]


def test_methods_of_the_store_join_the_open_batch_and_see_what_was_gathered(store):
    ids = polled(store, 2)
    with store.batch() as batch:
        batch.save_verdict(ids[0], None, OFF, NOW)
        batch.finish(ids[0], "done")
        assert store.pending_count() == 1
        assert store.verdict_history(ids[0])[0].verdict == OFF
        store.meta_set("a", "1")
        assert store.meta_get("a") == "1"
    assert store.meta_get("a") == "1"


# ------------------------------------------------------------------------------------------- indexes


def test_candidates_come_most_shared_first_then_by_id(store):
    a = kept(store, 1, fingerprint=fingerprint(1, 2, 3))
    b = kept(store, 2, fingerprint=fingerprint(2, 3, 4))
    c = kept(store, 3, fingerprint=fingerprint(3, -(2**47), 2**47 - 1))
    with store.batch() as batch:
        assert batch.candidates(h(1, 2, 3)) == [(a, 3), (b, 2), (c, 1)]
        assert batch.candidates(h(2, 3, 4), limit=2) == [(b, 3), (a, 2)]
        assert batch.candidates(h(-(2**47), 2**47 - 1)) == [(c, 2)]
        assert batch.candidates(h(99)) == batch.candidates(h()) == []


def test_common_hashes_are_named_and_skipped(store):
    ids = [kept(store, n, fingerprint=fingerprint(7, 100 + n // 3)) for n in range(6)]
    with store.batch() as batch:
        assert batch.common(h(7, 100, 101, 5), at_least=6) == {*h(7)}
        assert batch.common(h(7, 100, 101, 5), at_least=7) == frozenset()
        assert batch.common(h(7, 100, 101, 5), at_least=3) == {*h(7, 100, 101)}
        assert batch.candidates(h(7, 100), cap_per_hash=5) == [(i, 1) for i in ids[:3]]
        assert len(batch.candidates(h(7, 100), cap_per_hash=6)) == 6


def test_a_text_that_changed_is_found_by_its_new_hashes_only(store):
    article_id = kept(store, 1, fingerprint=fingerprint(1, 2), traits=traits("island:x", lines=(5,)))
    with store.batch() as batch:
        changed = article(1, id=article_id, body="Another body.")
        given = {"fingerprint": fingerprint(2, 3), "traits": traits("island:y", lines=(6,)), "words": 9}
        assert batch.save_article(changed, url_keys=["more"], **given) == article_id
        assert batch.candidates(h(1)) == []
        assert batch.candidates(h(2, 3)) == [(article_id, 2)]
        window = {"since": later(-100), "until": NOW}
        assert batch.sharing_terms(["island:x"], **window) == []
        assert batch.sharing_terms(["island:y"], **window) == [(article_id, 1)]
        assert batch.article_for_url(["more"]) == article_id
    assert store.article(article_id).article.body == "Another body."


def test_indexes_can_be_emptied_and_filled_again(store):
    article_id = kept(store, 1, fingerprint=fingerprint(1), traits=traits("island:x"))
    store.clear_indexes()
    with store.batch() as batch:
        assert batch.candidates(h(1)) == []
        assert batch.known([article_id])[0].algorithm is None
        batch.save_article(article(1, id=article_id), url_keys=[], fingerprint=fingerprint(1))
        assert batch.candidates(h(1)) == [(article_id, 1)]
        assert batch.known([article_id])[0].algorithm == 1


def test_strong_terms_find_articles_of_the_time_and_single_words_do_not(store):
    near = kept(store, 1, traits=traits("island:x", "person:y", "w:talk"))
    kept(store, 2, about=article(2, published=Claim(later(-9999))), traits=traits("island:x"))
    undated = kept(store, 3, about=article(3, published=NO_CLAIM), traits=traits("island:x", "w:talk"))
    with store.batch() as batch:
        window = {"since": later(-60), "until": NOW}
        assert batch.sharing_terms(["island:x", "person:y", "w:talk"], **window) == [(near, 2), (undated, 1)]
        assert batch.sharing_terms(["w:talk"], **window) == []
        assert batch.sharing_terms(["island:x"], since=later(-60), until=later(-60)) == [(near, 1)]
        assert batch.sharing_terms([], **window) == []
        assert len(batch.sharing_terms(["island:x"], limit=1, **window)) == 1


def test_lines_that_an_outlet_repeats_are_found_among_its_last_articles(store):
    kept(store, 0, traits=traits(lines=(1, 2)))
    kept(store, 1, traits=traits(lines=(1, 3)))
    kept(store, 2, about=article(2, source_id="other"), traits=traits(lines=(2, 3)))
    with store.batch() as batch:
        assert batch.repeated_lines("harbour", [1, 2, 3]) == {1}
        assert batch.repeated_lines("harbour", [1, 2, 3], at_least=1) == {1, 2, 3}
        assert batch.repeated_lines("harbour", [1], last=1) == frozenset()
        assert batch.repeated_lines("nobody", [1]) == frozenset()


def test_lines_of_old_articles_are_dropped(store):
    for number in range(LINES_OF + 3):
        kept(store, number, traits=traits(lines=(number,)))
    with store.batch() as batch:
        everything = {"last": 1000, "at_least": 1}
        assert batch.repeated_lines("harbour", range(100), **everything) == set(range(3, LINES_OF + 3))


def test_known_articles_come_in_the_order_asked_with_their_story_and_text(store):
    a, b = kept(store, 1), kept(store, 2, about=article(2, family="wire"), fingerprint=fingerprint(5))
    (entry_id,) = [e.id for e in store.each_entry()][:1]
    with store.batch() as batch:
        story = batch.story_open(a, NOW, "opened")
        copy = verdict(Relation.COPY, duplicate_of=f"article:{b}")
        batch.save_verdict(entry_id, a, copy, later(1))
        second, first = batch.known([b, 99, a])
    assert (first.known.ref, first.known.story, first.known.relation) == (
        f"article:{a}",
        story,
        Relation.COPY,
    )
    assert first.known.duplicate_of == f"article:{b}"
    assert (first.known.at, first.known.outlet, first.known.prepared) == (later(-60), "Harbour Wire", None)
    assert first.article == article(1, id=a)
    assert (second.known.family, second.known.story, second.algorithm) == ("wire", None, 1)


# ------------------------------------------------------------------------------------------- verdicts


def test_every_field_of_a_verdict_comes_back(store):
    whole = filled(Verdict)
    (entry_id,) = polled(store, 1)
    with store.batch() as batch:
        article_id = batch.save_article(article(1), url_keys=[])
        batch.attach(entry_id, article_id)
        batch.save_verdict(entry_id, article_id, whole, NOW)
        assert batch.verdict_of(article_id) == whole
    stored = store.article(article_id)
    assert (stored.verdict, stored.verdict_at) == (whole, NOW)


def test_a_verdict_on_a_dropped_entry_keeps_everything_but_sentences(store):
    whole = filled(Verdict, sentences=(), quotes=())
    plain = verdict(
        Relation.OFF_TOPIC, Level.OFF_TOPIC, relevance=filled(Relevance, level=Level.NEAR, reason="r")
    )
    same_words = verdict(relevance=relevance(reason="it tells a new fact"))
    ids = polled(store, 3)
    with store.batch() as batch:
        for entry_id, given in zip(ids, (whole, plain, same_words), strict=True):
            batch.save_verdict(entry_id, None, given, NOW)
    assert [store.verdict_history(i)[0].verdict for i in ids] == [whole, plain, same_words]


def test_the_last_verdict_is_current_and_those_before_are_history(store):
    article_id = kept(store, 1)
    (entry_id,) = [e.id for e in store.each_entry()]
    again = verdict(Relation.UPDATE, sentences=(judged(0),), quotes=(quote(),))
    third = verdict(Relation.COPY, sentences=(judged(4), judged(2, NoveltyLabel.KNOWN)), quotes=())
    with store.batch() as batch:
        batch.save_verdict(entry_id, article_id, again, later(1))
        batch.save_verdict(entry_id, article_id, third, later(2))
    newest, middle, oldest = store.verdict_history(entry_id)
    assert [v.current for v in (newest, middle, oldest)] == [True, False, False]
    assert newest.verdict == replace(third, sentences=(judged(2, NoveltyLabel.KNOWN), judged(4)))
    assert (middle.verdict, middle.at) == (replace(again, sentences=(), quotes=()), later(1))
    assert oldest.verdict == verdict()
    assert store.article(article_id).verdict == newest.verdict


def test_an_entry_judged_twice_in_one_batch_has_one_verdict_of_it(store):
    (entry_id,) = polled(store, 1)
    with store.batch() as batch:
        batch.save_verdict(entry_id, None, verdict(Relation.BACKGROUND), NOW)
        batch.finish(entry_id, "failed")
        batch.save_verdict(entry_id, None, OFF, later(1))
        batch.finish(entry_id, "done")
    assert store.verdict_history(entry_id)[0].verdict == OFF
    assert store.entry(entry_id).state is EntryState.DONE


def test_an_entry_first_dropped_and_then_kept_has_both_verdicts(store):
    (entry_id,) = polled(store, 1)
    with store.batch() as batch:
        batch.save_verdict(entry_id, None, OFF, NOW)
        article_id = batch.save_article(article(1), url_keys=[])
        batch.attach(entry_id, article_id)
        batch.save_verdict(entry_id, article_id, verdict(), later(1))
    assert [(v.verdict.relation, v.current) for v in store.verdict_history(entry_id)] == [
        (Relation.NEW, True),
        (Relation.OFF_TOPIC, False),
    ]


def test_two_entries_of_one_article_share_its_current_verdict(store):
    store.record_polls([poll(entry(1)), poll(entry(1), source="other", at=later(5), discovered_via="paged")])
    one, two = [e.id for e in store.each_entry()]
    with store.batch() as batch:
        article_id = batch.save_article(article(1), url_keys=["a"])
        for entry_id in (one, two):
            batch.attach(entry_id, article_id)
            batch.save_verdict(entry_id, article_id, verdict(), NOW)
    assert len(store.verdict_history(one)) == len(store.verdict_history(two)) == 2
    assert [v.current for v in store.verdict_history(one)] == [True, False]
    assert store.article(article_id).entries == (
        EntryRef(one, "harbour", f"{URL}/1", NOW, "feed"),
        EntryRef(two, "other", f"{URL}/1", later(5), "paged"),
    )
    assert store.check() == []


def test_an_article_without_a_verdict_is_not_shown_and_is_a_problem(store):
    (entry_id,) = polled(store, 1)
    with store.batch() as batch:
        article_id = batch.save_article(article(1), url_keys=[])
        with pytest.raises(LookupError):
            batch.verdict_of(article_id)
        batch.finish(entry_id, "done")
    assert store.article(article_id) is None
    assert len(store.check()) == 3


def test_quotes_and_sentences_keep_every_field(store):
    sentences, quotes = (filled(JudgedSentence, position=3),), (filled(Quote), filled(Quote))
    article_id = kept(store, 1)
    with store.batch() as batch:
        batch.save_verdict(1, article_id, verdict(sentences=sentences, quotes=quotes), NOW)
    assert store.article(article_id).verdict.sentences == sentences
    assert store.article(article_id).verdict.quotes == quotes


def test_marks_are_kept_in_order(store):
    article_id = kept(store, 1)
    store.mark(article_id, "known", NOW)
    store.mark(article_id, "on-topic", later(1))
    expected = [Mark(article_id, "known", NOW), Mark(article_id, "on-topic", later(1))]
    assert store.marks(article_id) == list(store.article(article_id).marks) == expected


# ------------------------------------------------------------------------------------------- stories


def test_a_story_is_opened_joined_and_left_with_its_history(store):
    a, b = kept(store, 1), kept(store, 2, about=article(2, published=Claim(later(-90))))
    with store.batch() as batch:
        story = batch.story_open(a, NOW, "the first report")
        batch.story_join(story, b, later(1), "same people and day")
        batch.story_join(story, b, later(2), "said twice")
    assert [m.id for m in store.story_articles([story])[story]] == [b, a]
    with store.batch() as batch:
        batch.story_join("seed:2", b, later(3), "by the operator", by_hand=True)
        batch.story_join("seed:2", a, later(4), "again")
    assert store.story_articles([story, "seed:2", "story:99", "nonsense"]) == {
        "seed:2": [store.article(b), store.article(a)]
    }
    assert store.article(a).story == "seed:2"
    past = store.story_history(story)
    assert [(m.article_id, m.reason, m.left_at) for m in past] == [
        (a, "the first report", later(4)),
        (b, "same people and day", later(3)),
    ]
    assert [(m.article_id, m.by_hand) for m in store.story_history("seed:2")] == [(b, True), (a, False)]


def test_a_story_that_does_not_exist_cannot_be_joined(store):
    a = kept(store, 1)
    with pytest.raises(LookupError), store.batch() as batch:
        batch.story_join("story:99", a, NOW, "why")
    assert store.story_articles(["story:99"]) == {}


# ------------------------------------------------------------------------------------------- pages, export


def test_every_field_of_a_page_comes_back_and_is_replaced_as_a_whole(store):
    whole = filled(PageRecord, url_key="k", state=PageState.OK)
    retry = PageRecord("k", "u", None, PageState.RETRY, attempts=1, next_attempt=later(5))
    store.save_pages([whole, replace(whole, url_key="k2", page=None)])
    assert store.pages(["k", "k2", "none"]) == {"k": whole, "k2": replace(whole, url_key="k2", page=None)}
    assert store.pages(["k"])["k"].page == whole.page
    store.save_pages([retry])
    assert store.pages(["k"]) == {"k": retry}
    assert isinstance(whole.page, Page)


def test_export_tells_every_entry_with_what_became_of_it(store):
    ids = polled(store, 4)
    new, known = judged(0), judged(1, NoveltyLabel.KNOWN)
    with store.batch() as batch:
        batch.save_verdict(ids[0], None, OFF, NOW)
        batch.finish(ids[0], "done")
        original = batch.save_article(article(2, url=f"{URL}/2?utm=1"), url_keys=[])
        copy = batch.save_article(article(3, final_url=f"{URL}/3/final", title=""), url_keys=[])
        story = batch.story_open(original, NOW, "first")
        batch.story_join(story, copy, NOW, "copy")
        for entry_id, article_id, given in (
            (ids[1], original, verdict(sentences=(new, known), story=story)),
            (ids[2], copy, verdict(Relation.COPY, duplicate_of=f"article:{original}", story=story)),
        ):
            batch.attach(entry_id, article_id)
            batch.save_verdict(entry_id, article_id, given, NOW)
            batch.finish(entry_id, "done")
    dropped, first, second, waiting = store.entries_for_export()
    assert (dropped.level, dropped.relation, dropped.reason) == ("off_topic", "off_topic", OFF.reason)
    assert (dropped.article_id, dropped.story, dropped.novel_sentences) == (None, None, ())
    assert (first.url, first.final_url, first.source_id, first.lang) == (f"{URL}/2", None, "harbour", "en")
    assert (first.story, first.novel_sentences, first.duplicate_of) == (story, (new.text,), None)
    assert (second.duplicate_of, second.final_url, second.story) == (
        f"{URL}/2?utm=1",
        f"{URL}/3/final",
        story,
    )
    assert (second.published, second.first_seen, second.title) == (later(-60), NOW, "")
    assert (waiting.state, waiting.level, waiting.relation) == (EntryState.PENDING, "", "")
    assert list(store.entries_for_export(later(1))) == []


def test_an_original_is_named_for_copies_updates_and_rewrites_only(store):
    ids = polled(store, 2)
    with store.batch() as batch:
        for entry_id, relation in zip(ids, (Relation.REWRITE, Relation.BACKGROUND), strict=True):
            article_id = batch.save_article(article(entry_id), url_keys=[])
            batch.attach(entry_id, article_id)
            batch.save_verdict(entry_id, article_id, verdict(relation, duplicate_of="seed:3"), NOW)
    assert [row.duplicate_of for row in store.entries_for_export()] == ["seed:3", None]


def test_streams_go_on_past_what_is_read_at_once_and_while_the_store_is_written(store):
    store.record_polls([poll(*map(entry, range(1101)))])
    seen = 0
    for one in store.each_entry():
        seen += 1
        if seen % 400 == 0:
            with store.batch() as batch:
                batch.finish(one.id, "done")
    assert seen == sum(1 for _ in store.entries_for_export()) == 1101


def test_counts_say_how_much_is_stored(store):
    kept(store, 1)
    polled(store, 2)
    counts = store.counts()
    assert (counts.entries, counts.pending, counts.articles, counts.relevant, counts.stories) == (
        3,
        2,
        1,
        1,
        0,
    )
