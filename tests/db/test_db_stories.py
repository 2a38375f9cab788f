"""Stories by hand: what the operator placed stays, merged stories lead on, the history is whole."""

from __future__ import annotations

import pytest

from tests.db.making import NOW, article, later


@pytest.fixture
def members(store):
    """Return four articles: two in one story, two in another, as rules opened and joined them."""
    with store.batch() as batch:
        made = [batch.save_article(article(n), url_keys=[]) for n in range(4)]
        for first, second in (made[:2], made[2:]):
            ref = batch.story_open(first, NOW, "first")
            batch.story_join(ref, second, NOW, "alike")
    return made


def refs(store, ids):
    """Return the story each article is in now."""
    return [store.story_places(i)[-1].story for i in ids]


def test_rules_never_move_what_a_hand_has_placed(store, members):
    a, b, c, _ = members
    one, _, other, _ = refs(store, members)
    split = store.split_story([b], later(1), "split")
    with store.batch() as batch:
        batch.story_join(other, b, later(2), "rules think so")
        batch.story_join(other, a, later(2), "rules think so")
    assert refs(store, [a, b, c]) == [other, split, other]
    with store.batch() as batch:
        batch.story_join(one, b, later(3), "the operator again", by_hand=True)
    assert refs(store, [b]) == [one]
    places = [(p.story, p.by_hand, p.left_at) for p in store.story_places(b)]
    assert places == [(one, False, later(1)), (split, True, later(3)), (one, True, None)]


def test_a_merged_story_leads_to_the_one_it_went_into(store, members):
    a, b, c, d = members
    one, other = refs(store, [a, c])
    assert store.merge_stories(one, other, later(1), "one event") == 2
    assert refs(store, members) == [one] * 4
    assert store.story(other).merged_into == one
    assert (store.story(other).articles, store.story(one).articles) == (0, 4)
    assert [story.ref for story in store.stories()] == [one]
    split = store.split_story([d, b], later(2), "another event")
    assert refs(store, [d, b]) == [split, split]
    with store.batch() as batch:
        batch.story_open(a, later(3), "own")
        batch.story_join(other, a, later(4), "the rules know the old name")
    assert refs(store, [a]) == [one]


def test_stories_cannot_be_merged_in_a_circle(store, members):
    one, other = refs(store, [members[0], members[2]])
    store.merge_stories(one, other, later(1), "one event")
    with pytest.raises(LookupError):
        store.merge_stories(other, one, later(2), "back again")
    assert store.merge_stories(one, other, later(3), "said twice") == 0
    assert refs(store, members) == [one] * 4


def test_a_story_of_a_seed_takes_others_in(store, members):
    a, b, *_ = members
    one = refs(store, [a])[0]
    store.merge_stories("seed:3", one, later(1), "the event of the seed")
    assert refs(store, [a, b]) == ["seed:3", "seed:3"]
    assert store.story(one).merged_into == "seed:3"
    assert store.story("seed:3").merged_into is None


def test_an_unknown_story_cannot_be_merged_and_nothing_moves(store, members):
    before = refs(store, members)
    for kept, gone in (("story:99", before[0]), (before[0], "story:99"), (before[0], before[0])):
        with pytest.raises(LookupError):
            store.merge_stories(kept, gone, later(1), "no")
    assert refs(store, members) == before
    assert store.story("story:99") is None


def test_stories_are_listed_newest_report_first_and_by_time(store, members):
    found = store.stories()
    assert [story.articles for story in found] == [2, 2]
    assert found == sorted(found, key=lambda s: (-s.last.timestamp(), int(s.ref.split(":")[1])))
    assert store.stories(limit=1) == found[:1]
    assert store.stories(since=later(9999)) == []
