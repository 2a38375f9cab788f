"""Judging pending entries: every one once, none stuck, none lost over another's fault."""

from __future__ import annotations

import pytest
import structlog

from monitor.db.records import EntryState, PollRecord
from monitor.db.store import Batch
from monitor.errors import StoreError
from monitor.model import Entry, FetchKind
from monitor.service import ingest as module
from monitor.service import poll as polling
from monitor.service.ingest import ingest
from tests.service.desks import TEXTS, Clock, at, desk, write

FILE = 'kind = "file"'
DEAD = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def logs():
    """Keep the log in memory: an unconfigured one draws pictures of every trace."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def clock():
    return Clock(at("2026-11-20 12:00"))


@pytest.fixture
def context(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock) as context:
        yield context


def entry(name, *, url=None, full=True):
    title, _, body = TEXTS[name].partition("\n\n")
    content = body if full else ""
    return Entry(key=f"g:{name}", guid=name, url=url, title=title, content=content, content_hash=name)


def put(context, *entries, source="wire"):
    record = PollRecord(state=None, source=source, at=context.clock(), kind=FetchKind.OK, entries=entries)
    context.store.record_polls([record])


def states(context):
    return {one.entry.guid: one.state for one in context.store.each_entry()}


def spoil(monkeypatch, error):
    """Let the store raise when the Russian article has been saved."""
    real = Batch.save_article

    def broken(batch, article, **more):
        article_id = real(batch, article, **more)
        if article.lang == "ru":
            raise error
        return article_id

    monkeypatch.setattr(Batch, "save_article", broken)


def test_an_entry_that_always_fails_is_kept_as_failed_and_holds_up_nobody(context, monkeypatch):
    """It fails when its article is saved already: that part is undone, the rest of the batch stands."""
    spoil(monkeypatch, RuntimeError("half of it is written"))
    put(context, *map(entry, TEXTS))
    report = context.run(ingest(context))
    assert (report.judged, report.failed) == (2, 1)
    assert states(context) == {
        "graves": EntryState.DONE,
        "talks": EntryState.FAILED,
        "petition": EntryState.DONE,
    }
    assert context.store.check() == []
    assert context.run(ingest(context)).failed == 0, "it is not tried again and again"


def test_an_entry_that_fails_at_the_first_look_holds_up_nobody_either(context, monkeypatch):
    real = module.prepare

    def broken(title, *rest):
        if "переговоров" in title:
            raise RecursionError("some text that no rule expected")
        return real(title, *rest)

    monkeypatch.setattr(module, "prepare", broken)
    put(context, *map(entry, TEXTS))
    report = context.run(ingest(context))
    assert (report.judged, report.failed) == (2, 1)
    assert states(context)["talks"] is EntryState.FAILED


def test_a_batch_that_takes_long_is_committed_as_far_as_it_is(context, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_BATCH_S", 0.0)
    put(context, *map(entry, TEXTS))
    assert context.run(ingest(context)).judged == 3


def test_a_full_disk_in_the_middle_of_a_batch_fails_no_entry(context, monkeypatch):
    put(context, *map(entry, TEXTS))
    with monkeypatch.context() as patched:
        spoil(patched, StoreError("the disk is full"))
        with pytest.raises(StoreError):
            context.run(ingest(context))
    assert set(states(context).values()) == {EntryState.PENDING}
    assert context.run(ingest(context)).judged == 3


def test_an_entry_that_waits_for_its_page_is_left_alone_until_then_and_at_last_judged_without(context, clock):
    put(context, entry("graves", url=f"{DEAD}/graves", full=False))
    first = context.run(ingest(context))
    assert (first.judged, first.waiting) == (0, 1)
    assert context.run(ingest(context)).judged == 0
    (waiting,) = context.store.each_entry()
    assert waiting.next_attempt > clock.now
    for _ in range(4):
        clock.on(hours=7)
        context.run(ingest(context))
    assert states(context) == {"graves": EntryState.DONE}
    assert context.store.pages(["https://127.0.0.1:9/graves"])["https://127.0.0.1:9/graves"].attempts == 3


def test_two_processes_that_judge_at_once_judge_each_entry_once(context, monkeypatch):
    """What another process judged between our reading and our writing is left to it."""
    put(context, *map(entry, TEXTS))
    real, others = module._judge_batch, []

    def meanwhile(context, looks, records, report):
        if not others:
            others.append(module.IngestReport())
            real(context, looks, records, others[0])
        real(context, looks, records, report)

    monkeypatch.setattr(module, "_judge_batch", meanwhile)
    mine = context.run(ingest(context))
    assert (others[0].judged, mine.judged) == (3, 0)
    assert context.store.counts().articles == 3
    assert all(len(context.store.verdict_history(one.id)) == 1 for one in context.store.each_entry())


def test_broken_addresses_make_no_two_articles_one(context):
    put(context, entry("graves", url="http://[broken/"), entry("talks", url="mailto:desk@example.org"))
    context.run(ingest(context))
    assert context.store.counts().articles == 2


def test_a_long_backlog_lets_others_in_between(context, monkeypatch):
    import asyncio

    monkeypatch.setattr(module, "BATCH", 1)
    put(context, *map(entry, TEXTS))

    async def beside():
        turns = []

        async def other():
            while True:
                turns.append(1)
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        await ingest(context)
        task.cancel()
        return len(turns)

    assert context.run(beside()) >= len(TEXTS)


def test_a_fault_over_one_source_costs_that_source(tmp_path, clock, monkeypatch):
    path = write(tmp_path, [FILE])
    text = path.read_text(encoding="utf-8")
    path.write_text(text + '[[source]]\nid = "other"\nurl = "http://127.0.0.1:9/other"\nlang = "en"\n')
    real = polling._ask_and_read

    async def broken(context, source, state, **more):
        if source.id == "wire":
            raise RuntimeError("boom")
        return await real(context, source, state, **more)

    monkeypatch.setattr(polling, "_ask_and_read", broken)
    with desk(path, clock) as context:
        report = context.run(polling.poll(context))
        assert {one.source.id for one in report.results} == {"wire", "other"}
        assert context.store.source_states()["wire"].kind is FetchKind.PARSE_LOST
        clock.on(minutes=2)
        assert context.run(polling.poll(context)).results == [], "it waits for its time like any other"


def test_the_next_due_time_is_one_of_a_source_that_is_still_watched(tmp_path, clock):
    path = write(tmp_path, [FILE])
    with desk(path, clock) as context:
        context.run(polling.poll(context))
    path.write_text(path.read_text(encoding="utf-8").replace('id = "wire"', 'id = "other"'))
    clock.on(days=2)
    with desk(path, clock) as context:
        context.run(polling.poll(context))
        report = context.run(polling.poll(context))
        assert report.next_due > clock.now
