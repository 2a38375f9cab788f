"""What a digest is made from, read from a store: what was told before, how commands are called, who comments."""

from __future__ import annotations

import re
import shlex
import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import shipped
from monitor.db.records import PollRecord
from monitor.digest import slots
from monitor.digest.material import Span
from monitor.model import FetchKind
from monitor.service import byhand, names, send
from monitor.service.telling import material_of
from tests.service.desks import Clock, add, at, desk, write
from tests.service.test_teaching import FIRST, put

FILE = 'kind = "file"'
SAID = (
    "Japan and Russia, which never signed a peace treaty, will hold talks on visits to graves on Kunashiri, the foreign "
    "minister said.\n\n“We are ready to talk on graves without conditions,” the Japanese foreign minister told "
    "reporters in Tokyo on Wednesday. The visits to the Northern Territories stopped in 2022."
)
KINDS = ("person", "office", "body", "island", "place", "doc")


def sent(context):
    return context.run(send.send_due(context))


@pytest.fixture
def clock():
    return Clock(at("2026-11-20 06:00"))


def text_of(context, slot):
    recipient = send.recipient_of(context, "")
    return send.stored(context, recipient, slot, "text")


def test_the_day_after_names_the_last_new_fact_and_counts_what_was_seen_before(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        add(context, "graves", tmp_path)
        clock.now = at("2026-11-20 07:00")
        sent(context)
        data = context.store.last_news("file")
        clock.now = at("2026-11-21 07:00")
        sent(context)
        material = context.store.digest("file", "2026-11-21T07:00").data
        newest = max(fact["at"] for story in data["stories"] for fact in story["facts"])
        assert material["last_new_fact"]["at"] == newest
        assert material["last_new_fact"]["thread"] in data["stories"][0]["threads"]


def test_commands_of_a_digest_can_be_pasted_from_anywhere(tmp_path, clock):
    folder = tmp_path / "a desk"
    with desk(write(folder, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        clock.now = at("2026-11-20 07:00")
        sent(context)
        text = text_of(context, "2026-11-20")
    flat = re.sub(r" \\\n\s+", " ", text)
    command = re.search(r"^\s*(monitor --config .* backfill --from \S+ --to \S+)$", flat, re.MULTILINE)[1]
    assert shlex.split(command) == [
        "monitor", "--config", str(folder / "sources.toml"), "backfill",
        "--from", "2026-11-19", "--to", "2026-11-21",
    ]  # fmt: skip


def test_a_desk_in_its_own_directory_needs_no_config(tmp_path, clock, monkeypatch):
    path = write(tmp_path, [FILE])
    monkeypatch.chdir(tmp_path)
    with desk(path, clock, begun=at("2026-11-19 12:00")) as context:
        clock.now = at("2026-11-20 07:00")
        sent(context)
        assert "Fill: monitor backfill --from 2026-11-19 --to 2026-11-21" in text_of(context, "2026-11-20")


def test_a_marked_column_is_told_as_comment(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        plain = add(context, "graves", tmp_path)
        assert context.store.article(plain).article.title
        (tmp_path / "column.txt").write_text(
            "Opinion: " + (tmp_path / "graves.txt").read_text(encoding="utf-8").replace("38", "57"),
            encoding="utf-8",
        )
        context.run(byhand.add(context, str(tmp_path / "column.txt")))
        clock.on(hours=1, minutes=1)
        articles = context.store.untold("file", until=clock.now, backfilled=True)
        recipient = send.recipient_of(context, "")
        material = material_of(
            context,
            recipient,
            Span(clock.now - timedelta(days=1), clock.now),
            articles,
            slot=slots.last_due(recipient, clock.now),
        )
        assert [one.comment for one in material.articles] == [False, True]


def test_every_name_the_rules_know_has_a_label_in_three_languages():
    acts = tomllib.loads(shipped.read_text("acts.toml"))
    keys = {f"{kind}:{name}" for kind in KINDS for name in acts.get(kind, {})}
    assert keys
    for lang in ("en", "ru", "ja"):
        labels = names.labels(lang)
        assert sorted(keys - labels.keys()) == []
        assert all(labels[key].strip() for key in keys)


def test_a_preview_is_headed_by_its_own_time_and_a_punctual_digest_by_its_slot(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-18 12:00")) as context:
        clock.now = at("2026-11-20 13:13")
        assert "Fri 20 Nov 2026, 13:13 UTC" in send.printed(context, send.recipient_of(context, ""), "text")
        clock.now = at("2026-11-20 07:02")
        assert "Fri 20 Nov 2026, 07:00 UTC" in send.printed(context, send.recipient_of(context, ""), "text")


def revise(context, name, title, body, **more):
    """Let the feed show the entry again with other words, an hour later."""
    first = next(entry for entry in context.store.each_entry() if entry.entry.key == f"g:{name}")
    again = replace(first.entry, title=title, content=body, content_hash=f"{name} {title} {body}", **more)
    poll = PollRecord(None, context.clock(), FetchKind.OK, entries=(again,), source=first.source_id)
    context.store.record_polls([poll])


def test_what_an_outlet_changes_later_is_told_once_with_part_and_words(tmp_path, clock):
    title, body = FIRST
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        article = put(context, "ferry", "en", FIRST)
        assert article.verdict.level.value == "relevant"
        clock.on(minutes=20)
        revise(context, "ferry", title, body.replace("carry 76", "carry 67"))
        clock.on(minutes=20)
        revise(context, "ferry", title.replace("agree on", "discuss"), body.replace("carry 76", "carry 67"))
        clock.on(minutes=1)
        text = send.printed(context, send.recipient_of(context, ""), "text")
        flat = " ".join(text.split())
        assert "2 texts changed later" in flat
        assert 'headline: "agree on" became "discuss"' in flat
        assert 'text: "76" became "67"' in flat
        clock.on(days=1)
        later = send.printed(
            context, send.recipient_of(context, ""), "text", since=clock.now - timedelta(hours=20)
        )
        assert "CHANGED AFTER PUBLICATION" not in later


def test_a_weekly_digest_in_another_language_is_made_from_the_store(tmp_path, clock):
    weekly = 'kind = "file"\ndays = "fri"\nlanguage = "ja"'
    with desk(write(tmp_path, [weekly]), clock, begun=at("2026-11-16 12:00")) as context:
        clock.now = at("2026-11-18 12:00")
        put(context, "said", "en", ("Japan and Russia to talk on graves", SAID))
        clock.now = at("2026-11-20 07:00")
        sent(context)
        data = context.store.digest("file", "2026-11-20T07:00").data
        text = text_of(context, "2026-11-20")
    assert sum(sum(side["counts"]) for side in data["picture"]["sides"]) == 1
    assert data["picture"]["watched_from"] == "2026-11-16"
    assert [one["said"]["text"] for one in data["ledger"]] == [
        "We are ready to talk on graves without conditions"
    ]
    assert "日ロ平和条約" in text
    assert "30日間、側ごとの一日の記事数" in text
    assert "誰が何を言ったか（1件）" in text
