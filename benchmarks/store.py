"""What the store costs: `python benchmarks/store.py [--postgresql URL] [--articles 100000]`.

Prints CPU seconds of this process (the server's own are not in it), milliseconds and bytes. Everything is
invented and seeded; nothing is fetched. The SQLite store is made in a temporary directory and removed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from monitor.db import tables as t
from monitor.db.bulk import insert_new
from monitor.db.records import PollRecord
from monitor.db.store import Store
from monitor.model import (
    Article,
    Claim,
    Entry,
    FetchKind,
    Fingerprint,
    Health,
    Level,
    Relation,
    Relevance,
    SourceState,
    Traits,
    Validators,
    Verdict,
)

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
SEED = 20261122
FEEDS, ITEMS = 1_000, 30
POLL_BATCH = 25
"""Sources a transaction, as `monitor.service.poll` does it."""
INGEST_BATCH = 200
SAMPLED = 90
"""Sampled hashes an article: the middle of the 43 to 132 measured on real articles."""
BODY = 2_500
"""Characters of an article's body."""

WORDS = (
    *("island", "talks", "ministry", "letter", "visa", "grave", "visit", "autumn", "harbour", "session"),
    *("reporter", "question", "answer", "border", "delegation", "morning", "spokesman", "document"),
    *("archive", "council", "fishery", "quota", "meeting", "northern", "resident"),
)


def words(rng: random.Random, length: int) -> str:
    """Return invented text of about that many characters."""
    return " ".join(rng.choices(WORDS, k=length // 7))


def polls(rng: random.Random) -> list[PollRecord]:
    """Return one cold sweep over all feeds."""
    return [poll(source, tuple(entry(rng, source, item) for item in range(ITEMS))) for source in range(FEEDS)]


def poll(source: int, entries: tuple[Entry, ...], minutes: int = 0) -> PollRecord:
    """Return one poll with the state it leaves."""
    name, at = f"outlet-{source}", NOW + timedelta(minutes=minutes)
    url = f"https://{name}.example/rss/news.xml"
    state = SourceState(
        source_id=name,
        url=url,
        validators=Validators(url, f'"{source:016x}"', "Sun, 22 Nov 2026 07:00:00 GMT"),
        body_sha256=f"{source:064x}",
        next_due=at + timedelta(hours=1),
        last_attempt=at,
        last_success=at,
        newest_entry=at,
        entries_last=ITEMS,
        health=Health.OK,
        kind=FetchKind.OK if entries else FetchKind.NOT_MODIFIED,
    )
    return PollRecord(
        state, at, state.kind or FetchKind.OK, 200 if entries else 304, 20_000, 150, entries=entries
    )


def entry(rng: random.Random, source: int, item: int) -> Entry:
    """Return an entry of usual size: a title, two sentences, a long address that is also the guid."""
    url = f"https://outlet-{source}.example/news/2026/11/22/{item}-{words(rng, 40).replace(' ', '-')}"
    return Entry(
        key=f"g:{url}",
        guid=url,
        url=url,
        title=words(rng, 80),
        summary=words(rng, 300),
        published=Claim(NOW - timedelta(minutes=item), "Sun, 22 Nov 2026 06:00:00 GMT", "+00:00"),
        lang="en",
        content_hash=f"{rng.getrandbits(128):032x}",
    )


def off_topic() -> Verdict:
    """Return the verdict nearly every entry gets."""
    why = "It names neither the two sides together nor the dispute."
    seen = Relevance(Level.OFF_TOPIC, 0.02, "none", why)
    return Verdict(Relation.OFF_TOPIC, Level.OFF_TOPIC, why, "1-0a1b2c3d4e5f", seen)


@contextmanager
def measured(what: str, per: int = 0, unit: str = "") -> Iterator[None]:
    """Print CPU and wall time of the block."""
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    each = f"   {1e6 * cpu / per:8.1f} µs CPU a {unit}" if per else ""
    print(f"{what:58} {cpu:7.2f} s CPU {wall:7.2f} s wall{each}", flush=True)


def sweep(store: Store, all_polls: list[PollRecord]) -> int:
    """Record the polls in batches; return the number of new entries."""
    new = 0
    for start in range(0, len(all_polls), POLL_BATCH):
        outcomes = store.record_polls(all_polls[start : start + POLL_BATCH])
        new += sum(outcome.new_entries for outcome in outcomes.values())
    return new


def drop_all(store: Store) -> int:
    """Give every pending entry an off-topic verdict, as ingest does; return how many."""
    verdict, done = off_topic(), 0
    while waiting := store.pending(NOW, INGEST_BATCH):
        with store.batch() as batch:
            for one in waiting:
                with batch.savepoint():
                    batch.save_verdict(one.id, None, verdict, NOW)
                    batch.finish(one.id, "done")
        done += len(waiting)
    return done


def traffic(store: Store) -> None:
    """Measure what polling and ingest cost."""
    entries = FEEDS * ITEMS
    cold = polls(random.Random(SEED))
    unchanged = [poll(source, (), 60) for source in range(FEEDS)]
    with measured(f"cold sweep: {entries} entries from {FEEDS} feeds", entries, "entry"):
        assert sweep(store, cold) == entries
    with measured("the same documents again: nothing new", entries, "entry"):
        assert sweep(store, cold) == 0
    with measured(f"304 sweep: {FEEDS} sources", FEEDS, "source"):
        sweep(store, unchanged)
    with measured(f"off-topic verdicts on {entries} entries", entries, "entry"):
        assert drop_all(store) == entries


def keep(store: Store, rng: random.Random, count: int) -> None:
    """Store that many articles with their indexes, the way ingest does."""
    seen = Relevance(Level.RELEVANT, 0.9, "R1", "It names both sides and the treaty.")
    verdict = Verdict(Relation.NEW, Level.RELEVANT, "A new fact on a known event.", "1-0a1b2c3d4e5f", seen)
    for start in range(0, count, 10):
        store.record_polls([poll(5000, tuple(entry(rng, 5000, start + item) for item in range(10)))])
        with store.batch() as batch:
            for one in store.pending(NOW, 10):
                sampled = tuple(sorted(rng.getrandbits(64) - 2**63 for _ in range(SAMPLED)))
                terms = sorted({f"person:name-{rng.randrange(300)}" for _ in range(12)} | {"thread:graves"})
                article_id = batch.save_article(
                    Article(
                        id=None,
                        source_id=one.source_id,
                        outlet="Outlet",
                        url=one.entry.url,
                        title=one.entry.title,
                        summary=one.entry.summary,
                        body=words(rng, BODY),
                        lang="en",
                        published=one.entry.published,
                        first_seen=NOW,
                    ),
                    url_keys=(one.entry.url or "",),
                    fingerprint=Fingerprint(1, "en", frozenset(), sampled),
                    traits=Traits(
                        "en",
                        tuple((term, 1.0) for term in terms),
                        sentence_hashes=tuple(rng.getrandbits(64) - 2**63 for _ in range(20)),
                    ),
                    words=400,
                )
                batch.attach(one.id, article_id)
                batch.story_open(article_id, NOW, "a new event")
                batch.save_verdict(one.id, article_id, verdict, NOW)
                batch.finish(one.id, "done")


def fill(store: Store, rng: random.Random, have: int, until: int) -> None:
    """Bring the index to that many articles, a million rows at a time; every 20th hash is a common one."""
    columns = tuple(column.name for column in t.article.columns if column.name != "id")
    values = {
        "source_id": "filler",
        "news_at": NOW,
        "first_seen": NOW,
        "words": 400,
        "algorithm": 1,
    }
    nullable = {column.name for column in t.article.columns if column.nullable}
    row = [values.get(name, None if name in nullable else "") for name in columns]
    with store.batch() as batch:
        connection = batch._connection  # noqa: SLF001  faster than any way ingest has
        insert_new(connection, t.article, columns, [row] * (until - have))
        first = connection.execute(text("SELECT max(id) FROM article")).scalar_one() - (until - have) + 1
        rows = []
        for article_id in range(first, first + until - have):
            for place in range(SAMPLED):
                common = place % 20 == 0
                rows.append((rng.randrange(2_000) if common else rng.getrandbits(47), article_id))
        for start in range(0, len(rows), 1_000_000):
            some = sorted(set(rows[start : start + 1_000_000]))
            insert_new(connection, t.sampled, ("hash", "article_id"), some)


def lookups(store: Store, rng: random.Random, times: int = 200) -> tuple[float, float]:
    """Return p50 of candidates() and of common() in ms, for texts that are two thirds a stored one."""
    with store.batch() as batch:
        connection = batch._connection  # noqa: SLF001  to know what is stored
        last = connection.execute(text("SELECT max(article_id) FROM sampled")).scalar_one()
        found, frequent = [], []
        for _ in range(times):
            article_id = rng.randrange(max(1, last - 900), last + 1)
            query = text("SELECT hash FROM sampled WHERE article_id = :id")
            stored = list(connection.execute(query, {"id": article_id}).scalars())[:60]
            asked = [hash_ << 16 for hash_ in stored]
            asked += [rng.getrandbits(63) for _ in range(SAMPLED - len(stored))]
            start = time.perf_counter()
            batch.candidates(asked)
            middle = time.perf_counter()
            batch.common(asked, at_least=50)
            found.append((middle - start) * 1000)
            frequent.append((time.perf_counter() - middle) * 1000)
    return statistics.median(found), statistics.median(frequent)


def size(store: Store, directory: Path | None) -> int:
    """Return the bytes on disk, write-ahead log emptied first."""
    if directory is None:
        with store.batch() as batch:
            query = text("SELECT pg_database_size(current_database())")
            return int(batch._connection.execute(query).scalar_one())  # noqa: SLF001
    store.backup(directory / "copy.db")
    return (directory / "copy.db").stat().st_size


def tables(store: Store) -> dict[str, int]:
    """Return bytes by table (its indexes included), where the database tells them."""
    query = {
        "sqlite": "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name"
        " GROUP BY 1",
        "postgresql": "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace",
    }[store.dialect]
    with store.batch() as batch:
        try:
            rows = batch._connection.execute(text(query)).all()  # noqa: SLF001
        except Exception:  # noqa: BLE001  this SQLite was built without dbstat: the figure is left out
            return {}
    return {str(name): int(bytes_) for name, bytes_ in rows}


def run(store: Store, directory: Path | None, articles: int) -> None:
    """Print all figures."""
    print(f"--- {store.dialect}")
    empty = size(store, directory)
    traffic(store)
    after_traffic = size(store, directory)
    print(f"bytes an entry, dropped, with its verdict: {(after_traffic - empty) / (FEEDS * ITEMS):.0f}")
    rng = random.Random(SEED)
    count = 1_000
    before = tables(store)
    with measured(f"{count} articles with indexes, story, verdict", count, "article"):
        keep(store, rng, count)
    each = (size(store, directory) - after_traffic) / count
    print(f"bytes an article (body {BODY} characters), all told: {each:.0f}")
    after = tables(store)
    for name in ("article", "sampled", "trait", "line", "entry", "verdict"):
        if name in after:
            print(f"    of it {name}: {(after[name] - before.get(name, 0)) / count:.0f}")
    print(f"look-up among {count} articles: p50 {lookups(store, rng)[0]:.2f} ms")
    have = count
    for until in (10_000, articles):
        with measured(f"(filling the index up to {until} articles)"):
            fill(store, rng, have, until)
        have = until
        found, frequent = lookups(store, rng)
        what = f"look-up among {until} articles x {SAMPLED}"
        print(f"{what}: candidates p50 {found:.2f} ms, common p50 {frequent:.2f} ms")
    with measured(f"100 articles more, among {articles}", 100, "article"):
        keep(store, rng, 100)


def main() -> None:
    """Measure SQLite, and PostgreSQL where an address of an empty database is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="address of an empty database")
    parser.add_argument("--articles", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, Store.open(directory) as store:
        run(store, Path(directory), given.articles)
    if given.postgresql:
        with Store.open(given.postgresql) as store:
            run(store, None, given.articles)


if __name__ == "__main__":
    main()
