"""The whole road as a user walks it: real processes, a real server on loopback, a real store."""

from __future__ import annotations

import json

import pytest

from monitor.service.press import serving
from monitor.service.terms import reworded
from tests.road.presses import small_press, sources_of
from tests.road.worlds import make_desk

pytestmark = pytest.mark.road


@pytest.fixture
def press():
    with serving(small_press()) as running:
        yield running


@pytest.fixture
def desk(tmp_path, press):
    return make_desk(tmp_path / "desk", press.base, sources_of(press))


def story_free(rows):
    """Return export rows without what may differ between two runs: ids and first_seen."""
    kept = []
    names = {}
    for row in sorted(rows, key=lambda row: (row["source"], row["url"] or row["title"])):
        story = row["story"]
        if story and story.startswith("story:"):
            story = names.setdefault(story, f"story {len(names)}")
        kept.append({**row, "story": story, "first_seen": ""})
    return kept


def test_one_poll_stores_every_entry_with_a_verdict_and_a_second_adds_nothing(desk, press):
    first = desk.monitor("poll", "--all")
    rows = desk.export()
    assert len(rows) == 5, first.stdout
    assert all(row["relation"] and row["reason"] for row in rows)
    by_url = {row["url"].rsplit("/", 1)[1]: row for row in rows}
    assert by_url["quake"]["relation"] in {"near", "off_topic"}
    assert not by_url["quake"]["relevant"]
    assert by_url["graves-copy"]["relation"] == "copy"
    assert by_url["graves-copy"]["duplicate_of"] == by_url["graves"]["url"]
    assert by_url["graves"]["story"] == by_url["graves-copy"]["story"]
    for name in ("graves", "talks", "petition"):
        assert by_url[name]["relevant"], (name, by_url[name]["reason"])
    asked = len(press.requests)
    second = json.loads(desk.monitor("poll", "--all", "--json").stdout)
    assert second["new"] == 0
    assert story_free(desk.export()) == story_free(rows)
    assert len(press.requests) - asked == 4, "one conditional request a feed, no page again"


def test_a_poll_before_the_due_time_asks_nothing(desk, press):
    desk.monitor("poll")
    asked = len(press.requests)
    answer = desk.monitor("poll")
    assert len(press.requests) == asked
    assert "No source is due" in answer.stdout


def test_data_goes_to_stdout_and_nothing_else(desk):
    desk.monitor("poll", "--all")
    for line in desk.monitor("export").stdout.splitlines():
        json.loads(line)
    assert desk.monitor("export", "--format", "csv").stdout.splitlines()[0].startswith("url,final_url,source")
    assert "<feed" in desk.monitor("export", "--format", "atom").stdout


def test_explain_and_show_tell_the_life_of_an_entry(desk):
    desk.monitor("poll", "--all")
    rows = desk.export()
    for row in {row["relation"]: row for row in rows}.values():
        life = json.loads(desk.monitor("explain", row["url"], "--json").stdout)[0]
        assert life["verdicts"][0]["relation"] == row["relation"]
        assert reworded(row["reason"]) in desk.monitor("explain", row["url"]).stdout
    shown = next(row for row in rows if row["relation"] == "copy")
    life = json.loads(desk.monitor("explain", shown["url"], "--json").stdout)[0]
    assert "Pacific Ledger" in desk.monitor("show", str(life["article"])).stdout
    assert life["verdicts"][0]["match"]["share"] > 0.8


def test_an_unknown_entry_is_a_usage_error_that_says_what_to_do(desk):
    desk.monitor("poll")
    answer = desk.monitor("explain", "https://nowhere.example/x", check=2)
    assert "monitor add" in answer.stderr


def test_mark_known_takes_an_article_out_of_the_news(desk):
    desk.monitor("poll")
    before = json.loads(desk.monitor("digest", "--format", "json").stdout)
    row = next(row for row in desk.export() if "graves" in row["url"] and row["relation"] != "copy")
    life = json.loads(desk.monitor("explain", row["url"], "--json").stdout)[0]
    desk.monitor("mark", str(life["article"]), "off-topic")
    after = desk.monitor("digest", "--format", "text").stdout
    assert row["title"] in json.dumps(before, ensure_ascii=False)
    assert row["title"] not in after


def test_add_stores_and_judges_a_page_and_a_file(desk, press, tmp_path):
    page = desk.monitor("add", press.base + press.articles[0].path, "--json")
    assert json.loads(page.stdout)[0]["verdicts"][0]["level"] == "relevant"
    file = tmp_path / "note.txt"
    file.write_text(press.articles[2].title + "\n\n" + press.articles[2].body, encoding="utf-8")
    added = json.loads(desk.monitor("add", str(file), "--json").stdout)[0]
    assert added["verdicts"][0]["level"] == "relevant"
    assert len(desk.export()) == 2


def test_the_digest_can_be_sent_once_and_reprinted_byte_for_byte(desk):
    desk.monitor("poll")
    for form in ("text", "html", "json", "markdown"):
        assert desk.monitor("digest", "--format", form).stdout.strip()
    store_day = desk.monitor("digest", "--send", check=None)
    assert store_day.returncode in {0, 1}


@pytest.mark.parametrize("point", ["fetch", "before-commit", "after-commit", "ingest"])
def test_a_killed_run_goes_on_and_gives_the_same_export(point, tmp_path, press):
    """Ten kills at each point, one after the other on the same store, then a run to the end."""
    from pathlib import Path

    whole = make_desk(tmp_path / "whole", press.base, sources_of(press))
    whole.monitor("poll", "--all")
    expected = story_free(whole.export())
    desk = make_desk(tmp_path / "killed", press.base, sources_of(press))
    script = Path(__file__).with_name("killed.py")
    killed = 0
    for number in range(1, 11):
        process = desk.start(point, str(1 + number % 5), "poll", "--all", script=script)
        process.communicate(timeout=120)
        killed += process.returncode == -9
    desk.monitor("poll", "--all")
    assert story_free(desk.export()) == expected
    assert killed >= 3, "the point was reached"
