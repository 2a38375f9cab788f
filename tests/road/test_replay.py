"""Judging anew: the same rules differ nowhere, other rules show what they change, and nothing is lost or told twice."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.db import tables as t
from monitor.errors import StoreError, UsageError
from monitor.judge.topic import load as load_topic
from monitor.model import Level
from monitor.service import replay as replaying
from monitor.service.replay import replay
from tests.db.conftest import migrated, server  # noqa: F401  fixtures
from tests.road import pasts
from tests.road.worlds import Desk

pytestmark = pytest.mark.road

STRICT = ("line = 0.5", "line = 0.93")
INDEXES = (t.sampled, t.trait, t.line, t.article_url)


@pytest.fixture(scope="module")
def rows():
    return pasts.articles()[:56]


@pytest.fixture(scope="module")
def lived(rows, tmp_path_factory):
    """Return a folder with a SQLite store that has a past, and when it ended."""
    folder = tmp_path_factory.mktemp("past") / "desk"
    path = pasts.make_place(folder, rows)
    clock = pasts.Clock(datetime(2026, 1, 1, tzinfo=UTC))
    with pasts.place(path, clock) as context:
        pasts.live(context, clock, rows)
    return folder, clock.now


@pytest.fixture
def context(lived, tmp_path):
    folder, now = lived
    shutil.copytree(folder, tmp_path / "desk")
    with pasts.place(tmp_path / "desk" / "sources.toml", pasts.Clock(now + timedelta(hours=1))) as context:
        yield context


def other_topic():
    """Return a topic with a far higher line of relevance."""
    text = pasts.topic_text()
    assert text.count(STRICT[0]) == 1
    return load_topic(text.replace(*STRICT))


def exported(context):
    return list(context.store.entries_for_export())


def index_rows(context):
    """Return everything the indexes hold."""
    with context.store._session.reading() as connection:
        return [sorted(map(tuple, connection.execute(select(table)))) for table in INDEXES]


def digests(context):
    with context.store._session.reading() as connection:
        return [list(map(tuple, connection.execute(select(table)))) for table in (t.digest, t.digest_item)]


# ------------------------------------------------------------------------------------------- the same rules


def test_the_past_has_everything_that_could_make_a_difference(context):
    relations = {row.relation for row in exported(context)}
    assert relations >= {"new", "copy", "update", "rewrite", "background", "off_topic"}
    moved = context.store.hand_moves()
    assert {"split", "merged"} == {move.reason.split()[0] for move in moved}
    assert {move.merged is None for move in moved} == {True, False}
    assert context.store.every_mark()
    told = context.store.told_digests()
    assert {digest.sent_at is None for digest in told} == {True, False}
    assert sum(len(digest.items) for digest in told) > 20


def test_unchanged_rules_differ_nowhere(context):
    before = exported(context)
    found = replay(context)
    assert found.judged == len(before)
    assert [(c.entry.pending.entry.title, c.differs) for c in found.changes] == []
    assert (found.failed, found.unread, found.transitions, found.applied) == (0, 0, {}, False)
    assert exported(context) == before


@pytest.mark.postgres
def test_unchanged_rules_differ_nowhere_on_postgresql(rows, tmp_path, request):
    database = request.getfixturevalue("server").database(request.getfixturevalue("migrated"))
    clock = pasts.Clock(datetime(2026, 1, 1, tzinfo=UTC))
    with pasts.place(pasts.make_place(tmp_path / "desk", rows, database=database), clock) as context:
        pasts.live(context, clock, rows)
        assert replay(context).changes == []
        changed = replay(context, topic=other_topic(), apply=True)
        assert changed.changes
        assert replay(context, topic=other_topic()).changes == []
        more = [{**row, "url": row["url"] + "/later", "id": f"{row['id']}x"} for row in rows[:9]]
        pasts.live(context, clock, more, sittings=1)
        assert context.store.check() == []


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_what_lies_before_stands_and_the_rest_differs_nowhere(context, share):
    seen = sorted(row.first_seen for row in exported(context))
    since = seen[int(len(seen) * share)]
    found = replay(context, since=since)
    assert found.judged == sum(at >= since for at in seen)
    assert [(c.entry.pending.entry.title, c.differs) for c in found.changes] == []


def test_indexes_are_made_anew(context):
    before = index_rows(context)
    assert all(before)
    context.store.clear_indexes()
    assert replay(context, apply=True).applied
    assert index_rows(context) == before
    with context.store._session.reading() as connection:
        assert connection.execute(select(t.article.c.algorithm).where(t.article.c.algorithm == 1)).first()


# ------------------------------------------------------------------------------------------- other rules


def test_other_rules_show_what_they_change_and_change_nothing(context):
    before, held = exported(context), index_rows(context)
    found = replay(context, topic=other_topic())
    dropped = [c for c in found.changes if c.after.verdict.level is not Level.RELEVANT]
    assert dropped
    assert all("relation" in c.differs and "relevance" in c.differs for c in dropped)
    assert sum(found.transitions.values()) == len(found.changes)
    assert all(c.before.verdict.reason and c.after.verdict.reason for c in found.changes)
    assert (exported(context), index_rows(context)) == (before, held)
    text, data = replaying.text(found), replaying.as_json(found)
    assert "Nothing was changed" in text
    for change, shown in zip(found.changes, data["changes"], strict=True):
        assert change.before.verdict.reason in text
        assert change.after.verdict.reason in text
        assert shown["before"]["relation"] == change.before.verdict.relation.value
    assert sum(row["entries"] for row in data["transitions"]) == data["changed"] == len(found.changes)
    json.dumps(data, default=str)


def test_applied_rules_hold_and_give_no_difference_any_more(context):
    before, delivered = {row.entry_id: row for row in exported(context)}, digests(context)
    found = replay(context, topic=other_topic(), apply=True)
    assert found.applied
    after = {row.entry_id: row for row in exported(context)}
    changed = {c.entry.pending.id: c for c in found.changes}
    for entry_id, row in after.items():
        if entry_id in changed:
            assert row.relation == changed[entry_id].after.verdict.relation.value
            assert row.reason == changed[entry_id].after.verdict.reason
            history = context.store.verdict_history(entry_id)
            assert history[0].verdict.reason == row.reason
            assert before[entry_id].reason in [past.verdict.reason for past in history[1:]]
        else:
            assert row == before[entry_id]
    assert digests(context) == delivered
    assert context.store.check() == []
    assert replay(context, topic=other_topic()).changes == []


def test_going_back_gives_what_was_before(context):
    before, held = exported(context), index_rows(context)
    replay(context, topic=other_topic(), apply=True)
    assert exported(context) != before
    replay(context, apply=True)
    assert exported(context) == before
    assert index_rows(context) == held
    assert context.store.check() == []
    assert replay(context).changes == []


def test_what_a_hand_has_placed_stays_under_other_rules(context):
    placed = {
        move.article_id: context.store.story_places(move.article_id)[-1]
        for move in context.store.hand_moves()
    }
    replay(context, topic=other_topic(), apply=True)
    for article_id, place in placed.items():
        assert context.store.story_places(article_id)[-1] == place


def test_only_what_is_younger_is_brought_in(context):
    before = {row.entry_id: row for row in exported(context)}
    seen = sorted(row.first_seen for row in before.values())
    since = seen[len(seen) // 2]
    found = replay(context, topic=other_topic(), since=since, apply=True)
    assert found.changes
    for row in exported(context):
        if row.first_seen < since:
            assert row == before[row.entry_id]
    assert context.store.check() == []


def test_life_goes_on_after_new_rules_were_applied(context, rows):
    replay(context, topic=other_topic(), apply=True)
    context.topic = other_topic()
    more = [{**row, "url": row["url"] + "/2", "id": f"{row['id']}x"} for row in rows[:12]]
    pasts.live(context, context.clock, more, sittings=2)
    assert len(exported(context)) > len(rows) + 12
    assert context.store.check() == []


def test_entries_of_articles_that_come_and_go_find_each_other_again(context):
    """An article is dropped by one topic and made again by another, under its number."""
    before = {row.entry_id: row.article_id for row in exported(context)}
    shared = [i for i in set(before.values()) if i and list(before.values()).count(i) > 1]
    assert shared
    replay(context, topic=other_topic(), apply=True)
    replay(context, apply=True)
    assert {row.entry_id: row.article_id for row in exported(context)} == before


# ------------------------------------------------------------------------------------------- beside others


def test_nothing_is_brought_in_when_somebody_has_judged_meanwhile(context, monkeypatch):
    before = exported(context)
    number = context.store.last_verdict()
    monkeypatch.setattr(type(context.store), "last_verdict", lambda _: number - 1)
    with pytest.raises(StoreError, match="once more"):
        replay(context, apply=True)
    assert exported(context) == before


class Interrupting:
    """A progress line during which somebody presses Ctrl-C."""

    def start(self, *_):
        self.left = 30

    def step(self, *_):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt

    def end(self):
        pass


def test_ctrl_c_leaves_the_store_as_it_was_and_says_so(context):
    before = exported(context), index_rows(context), digests(context)
    with pytest.raises(KeyboardInterrupt, match="Nothing was changed"):
        replay(replace(context, progress=Interrupting()), topic=other_topic(), apply=True)
    assert (exported(context), index_rows(context), digests(context)) == before
    assert replay(context).changes == []


def test_a_file_that_is_no_topic_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        replaying.topic_from(tmp_path / "none.toml")
    (tmp_path / "broken.toml").write_text("line = [", encoding="utf-8")
    with pytest.raises(UsageError, match="no topic file"):
        replaying.topic_from(tmp_path / "broken.toml")


def test_the_command_line_shows_differences_and_refuses_beside_a_daemon(lived, tmp_path):
    folder = tmp_path / "desk"
    shutil.copytree(lived[0], folder)
    desk = Desk(folder)
    assert "No difference." in desk.monitor("replay").stdout
    strict = tmp_path / "strict.toml"
    strict.write_text(pasts.topic_text().replace(*STRICT), encoding="utf-8")
    data = json.loads(desk.monitor("replay", "--rules", str(strict), "--json").stdout)
    assert data["changed"] > 0
    assert not data["applied"]
    with pasts.place(desk.config, pasts.Clock(lived[1])) as context, context.store.hold("a daemon"):
        assert "Another daemon" in desk.monitor("replay", "--apply", check=4).stderr
    applied = desk.monitor("replay", "--rules", str(strict), "--apply")
    assert "Brought into the store" in applied.stdout
    assert "topic in use" in applied.stderr
    assert "cannot be read" in desk.monitor("replay", "--rules", "none.toml", check=2).stderr
