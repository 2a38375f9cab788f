"""The same work gives the same rows in the same order on both databases, and never reads a whole table for one row."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from sqlalchemy import event

from monitor.db.records import WindowRecord
from monitor.model import Level, NoveltyLabel, Relation
from tests.db.making import (
    NOW,
    OFF,
    article,
    digest,
    entry,
    fingerprint,
    judged,
    later,
    poll,
    quote,
    relevance,
    traits,
    verdict,
)

SOURCES = ("harbour", "Полит", "北辰", "Zeta", "alpha")
WHOLE_TABLE = {
    "source_state",  # one row a source, all of them asked for
    "host_wait",
    "story",
    "digest",
    "digest_item",  # everything that was told is asked for, and that is little
    "backfill_window",
}
"""Small tables that may be read as a whole."""


def work(store, seed=7):
    """A few days of everything, from a seed; return all that can be read."""
    rng = random.Random(seed)
    for day in range(6):
        at = later(1440 * day)
        polls = [
            poll(
                *[entry(rng.randrange(40), content_hash=f"{rng.randrange(2)}") for _ in range(3)],
                source=source,
                at=at,
            )
            for source in SOURCES
        ]
        store.record_polls([replace(p, entries=tuple({e.key: e for e in p.entries}.values())) for p in polls])
        judge(store, rng, at)
        items = tuple(a.id for a in store.untold("file", until=at, since=at))
        store.queue_digest(digest(f"{day}", built_at=at, period_to=at, items=items))
    store.put_windows(
        [WindowRecord(s, p, NOW, later(n)) for s in SOURCES for p in ("б", "a") for n in (2, 1)]
    )
    return read(store)


def judge(store, rng, at):
    while waiting := store.pending(at, 4):
        with store.batch() as batch:
            for one in waiting:
                with batch.savepoint():
                    decide(batch, rng, one, at)
                batch.finish(one.id, "done")


def decide(batch, rng, one, at):
    hashes = [rng.randrange(30) for _ in range(6)]
    if rng.random() < 0.4:
        batch.save_verdict(one.id, None, OFF, at)
        return
    known = batch.article_for_url([one.entry.url])
    if known is not None:
        batch.attach(one.id, known)
        return
    print_ = fingerprint(*set(hashes))
    near = batch.candidates(print_.sampled, cap_per_hash=8, limit=4)
    common = batch.common(print_.sampled, at_least=5)
    lines = batch.repeated_lines(one.source_id, hashes)
    window = {"since": later(-9999), "until": at}
    thematic = batch.sharing_terms([f"person:{n}" for n in hashes], limit=5, **window)
    frames = batch.known([i for i, _ in (*near, *thematic)])
    reason = repr(
        (near, sorted(common), sorted(lines), thematic, [f.known.ref for f in frames], batch.told())
    )
    about = article(
        one.id, source_id=one.source_id, url=one.entry.url, first_seen=at, published=one.entry.published
    )
    term_list = [f"person:{n}" for n in hashes]
    article_id = batch.save_article(
        about, url_keys=[one.entry.url], fingerprint=print_, traits=traits(*term_list, lines=tuple(hashes))
    )
    batch.attach(one.id, article_id)
    story = f"seed:{hashes[0] % 3}" if hashes[0] % 2 else batch.story_open(article_id, at, "first")
    batch.story_join(story, article_id, at, "same")
    given = verdict(
        rng.choice([Relation.NEW, Relation.NEAR]),
        rng.choice([Level.RELEVANT, Level.NEAR]),
        reason=reason,
        sentences=(judged(0), judged(1, NoveltyLabel.KNOWN)),
        quotes=(quote(),),
        relevance=relevance(Level.NEAR),
        story=story,
    )
    batch.save_verdict(one.id, article_id, given, at)


def read(store):
    """Everything that can be asked."""
    ids = [e.id for e in store.each_entry()]
    found = store.articles_between(NOW, later(99999))
    refs = sorted({a.story for a in found if a.story})
    return [
        list(store.each_entry()),
        list(store.entries_for_export()),
        [store.verdict_history(i) for i in ids],
        [store.revisions(i) for i in ids],
        found,
        store.story_articles(refs),
        [store.story_history(ref) for ref in refs],
        store.source_states(),
        store.looks(NOW, later(99999)),
        store.outbox(later(99999)),
        store.last_digest("file"),
        store.windows(),
        store.untold("other", until=later(99999)),
        store.counts(),
        store.check(),
    ]


@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(3))
def test_both_databases_give_the_same_rows_in_the_same_order(pair, seed):
    one, other = pair
    for here, there in zip(work(one, seed), work(other, seed), strict=True):
        assert here == there


def test_no_question_of_ingest_polling_or_digest_reads_a_whole_table(tmp_path):
    """Ask SQLite for the plan of every statement; a question that reads one table from end to end is named."""
    from monitor.db.store import Store

    with Store.open(tmp_path) as store:
        work(store)
        asked = {}

        def note(_connection, _cursor, statement, parameters, _context, many):
            asked.setdefault(statement, parameters[0] if many else parameters)

        event.listen(store._session.engine, "before_cursor_execute", note)
        store.record_polls([poll(entry(1), entry(99), at=later(99999))])
        judge(store, random.Random(1), later(99999))
        first = next(iter(store.articles_between(NOW, later(99999))))
        store.articles([first.id])
        store.story_articles([first.story or "story:1"])
        store.verdict_history(1)
        store.find_entries(first.article.url, url_keys=["x"])
        store.entry_id("harbour", "g:1")
        store.known_keys("harbour", ["g:1"])
        store.pages(["a"])
        store.looks(NOW, later(5))
        store.digest("file", "1")
        store.pending_count()
        event.remove(store._session.engine, "before_cursor_execute", note)
        scans = {}
        with store._session.reading() as connection:
            for statement, parameters in asked.items():
                if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                    continue
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                for row in plan:
                    table = re.match(r"SCAN (\w+)(?! USING( COVERING)? INDEX ix_entry_pending)", row[3])
                    if table and table[1] in TABLES - WHOLE_TABLE:
                        scans.setdefault(row[3], statement)
    assert scans == {}


TABLES = {
    "article",
    "article_url",
    "entry",
    "entry_revision",
    "line",
    "look",
    "mark",
    "page",
    "quote",
    "sampled",
    "sentence",
    "story_member",
    "trait",
    "verdict",
}
