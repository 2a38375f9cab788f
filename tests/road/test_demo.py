"""The demo shows a newcomer everything once, by the real rules, and nobody takes it for news."""

from __future__ import annotations

import json

import pytest

from monitor import shipped
from monitor.config import load
from monitor.errors import UsageError
from monitor.judge import lexicon
from monitor.judge.topic import load as load_topic
from monitor.model import Relation
from monitor.service.context import opened
from monitor.service.demo import demo
from monitor.service.press import MARK
from monitor.service.press import load as load_press
from monitor.service.progress import Silent
from monitor.text.normal import fold

WANTED = {
    "no-talks-until-measures-dropped": "copy",
    "mid-peregovory-yaponiya": "rewrite",
    "gaimu-jikan-kosho-kyohi": "rewrite",
    "spravka-ostrova": "background",
    "graves-shikotan-first-voyage": "new",
    "shikotan-bosan-38nin": "new",
    "mogily-shikotan-soglasie": "new",
    "shikotan-graves-agreed": "copy",
    "shikotan-graves-smaller-group": "update",
    "ucheniya-kunashir-nota": "new",
    "kunashiri-shageki-kogi-sairi": "new",
    "kazehaya-policy-unchanged": "restatement",
    "henkan-shomei-47man": "new",
    "bombers-sea-of-japan": "near",
    "kunashiri-oki-jishin": "off_topic",
    "sea-urchin-prices-nemuro": "off_topic",
    "hokkej-sakhalin-sapporo": "off_topic",
}
INVENTED = ("invented", "вымышлено", "架空")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Run the demo once; return its folder and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "desk"
    said: list[str] = []
    demo(folder, out=said.append, progress=Silent())
    return folder, "\n".join(said)


@pytest.fixture(scope="module")
def rows(kept):
    with opened(load(kept[0] / "sources.toml", {})) as context:
        return {str(row.url).rsplit("/", 1)[1]: row for row in context.store.entries_for_export()}


def test_every_relation_is_shown_and_reached_by_the_real_rules(rows):
    assert {name: row.relation for name, row in rows.items()} == WANTED
    assert set(WANTED.values()) == {relation.value for relation in Relation}


def test_copies_and_rewrites_name_the_known_text(rows):
    first = rows["graves-shikotan-first-voyage"].url
    assert rows["mid-peregovory-yaponiya"].duplicate_of == "seed:0"
    assert rows["gaimu-jikan-kosho-kyohi"].duplicate_of == "seed:0"
    assert rows["shikotan-graves-agreed"].duplicate_of == first
    assert "38 became 26" in rows["shikotan-graves-smaller-group"].reason


def test_one_event_told_in_three_languages_is_one_story(rows):
    graves = ("graves-shikotan-first-voyage", "shikotan-bosan-38nin", "mogily-shikotan-soglasie")
    drill = ("ucheniya-kunashir-nota", "kunashiri-shageki-kogi-sairi")
    assert len({rows[name].story for name in graves}) == 1
    assert len({rows[name].story for name in drill}) == 1
    assert rows[graves[0]].story != rows[drill[0]].story


def test_a_newcomer_sees_what_is_invented_what_failed_and_what_to_try_next(kept):
    printed = kept[1]
    assert printed.startswith("DEMO. Everything below is invented")
    assert "demo-eurasia-desk" in printed
    assert "403" in printed
    for heading in ("1. POLL", "2. JUDGE", "3. DIGEST", "4. YOUR TURN", "NOT SEEN", "NEAR THE TOPIC"):
        assert heading in printed
    for relation in Relation:
        assert f"{relation.value.replace('_', ' ').upper()}: " in printed
    assert "monitor init mydesk" in printed
    assert "Traceback" not in printed


def test_all_three_languages_are_in_the_digest(kept):
    digest = kept[1].partition("3. DIGEST")[2]
    assert all(f"[{lang}]" in digest for lang in ("en", "ru", "ja"))


def test_a_kept_demo_leaves_a_digest_and_a_desk_and_refuses_the_same_place_again(kept):
    folder = kept[0]
    page = (folder / "digest.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert MARK in page
    assert (folder / "sources.toml").read_text(encoding="utf-8").startswith("# DEMO")
    with pytest.raises(UsageError, match="not empty"):
        demo(folder, out=lambda _: None, progress=Silent())


def test_every_text_says_that_it_is_invented():
    press = load_press(shipped.read_text("demo/articles.jsonl"), shipped.read_text("demo/feeds.json"))
    assert len(press.articles) >= 16
    for article in press.articles:
        assert any(word in article.body.casefold() for word in INVENTED)
        assert article.source.casefold().startswith(("demo", "демо", "デモ"))
    for name in shipped.names("demo/seeds/"):
        assert any(word in shipped.read_text(name).casefold() for word in INVENTED), name
    assert "invented" in MARK


def test_the_demo_has_one_source_that_refuses_and_three_languages():
    feeds = json.loads(shipped.read_text("demo/feeds.json"))["feeds"]
    assert [feed["fails"] for feed in feeds if "fails" in feed] == [403]
    assert {feed["lang"] for feed in feeds} == {"en", "ru", "ja"}
    assert {feed["format"] for feed in feeds} == {"rss", "atom", "json"}


def test_no_real_official_stands_in_the_demo():
    topic = load_topic(shipped.read_text("topic.toml"))
    words = lexicon.shipped()
    for line in shipped.read_text("demo/articles.jsonl").splitlines():
        row = json.loads(line)
        for text in (row["title"], row["summary"], row["body"]):
            people = [s.term for s in words.find(fold(text), row["lang"]) if s.term.startswith("person:")]
            people += [
                hit.start
                for concept, _, hit in topic.find(fold(text), text, row["lang"])
                if concept.id.startswith("officials")
            ]
            assert people == [], (row["id"], people)
