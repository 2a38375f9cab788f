"""Stories on the road: reports of one event meet across outlets and languages, and the operator has the last word."""

from __future__ import annotations

import json
import shutil

import pytest

from monitor.service.demo import demo
from monitor.service.progress import Silent
from tests.road.worlds import Desk

pytestmark = pytest.mark.road

GRAVES = {"graves-shikotan-first-voyage", "shikotan-bosan-38nin", "mogily-shikotan-soglasie"}
EXERCISE = {"ucheniya-kunashir-nota", "kunashiri-shageki-kogi-sairi"}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Return the folder of a desk that has judged the demo's press."""
    folder = tmp_path_factory.mktemp("stories") / "desk"
    demo(folder, out=lambda _: None, progress=Silent())
    return folder


@pytest.fixture
def desk(judged, tmp_path):
    return Desk(shutil.copytree(judged, tmp_path / "desk"))


def named(desk):
    """Return the story and the address of every exported entry by the name of its page."""
    return {row["url"].rsplit("/", 1)[1]: (row["story"], row["url"]) for row in desk.export() if row["story"]}


def article_id(desk, url):
    return json.loads(desk.monitor("explain", url, "--json").stdout)[0]["article"]


def test_reports_of_one_event_in_three_languages_are_one_story(desk):
    found = named(desk)
    assert len({found[name][0] for name in GRAVES}) == len({found[name][0] for name in EXERCISE}) == 1
    assert found[min(GRAVES)][0] != found[min(EXERCISE)][0]
    listed = {row["story"]: row for row in json.loads(desk.monitor("story", "list", "--json").stdout)}
    story = listed[found[min(GRAVES)][0]]
    assert story["languages"] == ["en", "ja", "ru"]
    assert story["articles"] == sum(ref == story["story"] for ref, _ in found.values())
    assert story["story"] in desk.monitor("story", "list").stdout


def test_a_split_article_has_a_story_of_its_own_and_both_tell_its_history(desk):
    ref, url = named(desk)["mogily-shikotan-soglasie"]
    number = article_id(desk, url)
    said = desk.monitor("story", "split", str(number)).stderr
    own = named(desk)["mogily-shikotan-soglasie"][0]
    assert own != ref
    assert own in said
    left = json.loads(desk.monitor("story", "show", ref, "--json").stdout)["articles"]
    assert [one["left_at"] is not None for one in left if one["article"] == number] == [True]
    joined = json.loads(desk.monitor("story", "show", own.removeprefix("story:"), "--json").stdout)[
        "articles"
    ]
    assert [(one["article"], one["by_hand"], one["left_at"]) for one in joined] == [(number, True, None)]
    life = desk.monitor("explain", url).stdout
    told, told_of = own.replace(":", " "), ref.replace(":", " ")
    assert f"In {told_of} until" in life
    assert f"In {told} now: split from {told_of} by the operator" in life


def test_what_is_split_together_stays_together_and_copies_left_behind_are_named(desk):
    found = named(desk)
    original = article_id(desk, found["graves-shikotan-first-voyage"][1])
    copy = article_id(desk, found["shikotan-graves-agreed"][1])
    answer = desk.monitor("story", "split", str(original)).stderr
    assert str(copy) in answer.split("Copies")[1]
    both = desk.monitor("story", "split", str(original), check=2).stderr
    assert "nothing would stay" in both
    other = [
        str(article_id(desk, found[name][1])) for name in ("shikotan-bosan-38nin", "mogily-shikotan-soglasie")
    ]
    desk.monitor("story", "split", *other)
    after = named(desk)
    assert after["shikotan-bosan-38nin"][0] == after["mogily-shikotan-soglasie"][0]
    assert after["shikotan-graves-agreed"][0] == found["shikotan-graves-agreed"][0]


def test_merged_stories_are_one_and_the_emptied_one_says_where_it_went(desk):
    found = named(desk)
    kept, gone = found[min(GRAVES)][0], found[min(EXERCISE)][0]
    desk.monitor("story", "merge", kept, gone)
    after = named(desk)
    assert {after[name][0] for name in GRAVES | EXERCISE} == {kept}
    shown = desk.monitor("story", "show", gone).stdout
    assert f"merged into {kept}" in shown
    assert gone not in {row["story"] for row in json.loads(desk.monitor("story", "list", "--json").stdout)}
    assert "was merged into" in desk.monitor("story", "merge", gone, kept, check=2).stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("merge", "2", "seed:0"), "story merge seed:0 story:2"),
        (("merge", "1", "1"), "one story already"),
        (("merge", "1", "9999"), "there is no story:9999"),
        (("show", "of/graves"), "is no story"),
        (("split", "9999"), "there is no article 9999"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(desk, arguments, says):
    assert says in desk.monitor("story", *arguments, check=2).stderr


def test_what_was_dropped_closest_to_the_line_is_listed_first(desk):
    found = json.loads(desk.monitor("explain", "--closest", "3", "--json").stdout)
    scores = [one["score"] for one in found["dropped"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 3
    assert all(
        score < found["line"] and one["reason"] for score, one in zip(scores, found["dropped"], strict=True)
    )
    dropped = {row["url"] for row in desk.export() if not row["relevant"]}
    assert {one["url"] for one in found["dropped"]} <= dropped
    text = desk.monitor("explain", "--closest", "99").stdout
    assert all(url in text for url in dropped)
    assert "Nothing was dropped" in desk.monitor("explain", "--closest", "3", "--since", "2100-01-01").stdout
    assert "--closest" in desk.monitor("explain", check=2).stderr
