"""A store with a past: the invented set judged in several sittings, with digests, marks and moves by hand between.

No network: texts come with the entries, or from pages that were stored beforehand.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import config, shipped
from monitor.db.records import DigestRow, PageRecord, PageState, PollRecord
from monitor.judge import seedfile
from monitor.judge.topic import load as load_topic
from monitor.model import Claim, Delivery, DeliveryKind, Entry, FetchKind, Page
from monitor.service import stories
from monitor.service.context import Context, opened
from monitor.service.ingest import ingest
from monitor.service.pages import key_of

EVAL = Path(__file__).resolve().parents[1] / "eval"
COUNTRY = {"en": "GB", "ru": "RU", "ja": "JP"}


class Clock:
    """A clock that moves by one second whenever it is read."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def articles() -> list[dict]:
    """Return the invented set, copies and updates included, in published order."""
    spec = importlib.util.spec_from_file_location("invented_derive", EVAL / "derive.py")
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["invented_derive"] = module
    spec.loader.exec_module(module)
    return module.load(EVAL)


def topic_text() -> str:
    return shipped.read_text("topic.toml") + "\n" + (EVAL / "names.toml").read_text(encoding="utf-8")


def make_place(folder: Path, rows: Sequence[dict], *, database: str = "") -> Path:
    """Write configuration, topic and seeds for these articles; return the configuration."""
    (folder / "storage").mkdir(parents=True)
    (folder / "topic.toml").write_text(topic_text(), encoding="utf-8")
    texts = [
        seedfile.SeedText(file.name, file.read_text(encoding="utf-8"))
        for file in sorted((EVAL / "seeds").glob("[0-9]*_*.txt"))
    ]
    keys = {one.name: seedfile.text_key(one.text) for one in texts}
    notes = seedfile.read_notes((EVAL / "seeds/notes.toml").read_text(encoding="utf-8"), "notes.toml", keys)
    seeds = seedfile.build(texts, notes, load_topic(topic_text()))
    (folder / "storage" / "seeds.json").write_text(seedfile.dump_seeds(seeds), encoding="utf-8")
    lines = ["[monitor]", 'contact = "test@example.org"', 'zone = "UTC"']
    lines += [f"database = {json.dumps(database)}"] if database else []
    lines += ["[topic]", 'file = "topic.toml"']
    for number, (name, lang) in enumerate(sources_of(rows)):
        lines += [
            "[[source]]",
            f'id = "s{number}"',
            f"name = {json.dumps(name, ensure_ascii=False)}",
            f'url = "https://s{number}.example/rss"',
            f'lang = "{lang}"',
            f'country = "{COUNTRY[lang]}"',
        ]
    path = folder / "sources.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def sources_of(rows: Sequence[dict]) -> list[tuple[str, str]]:
    return sorted({(row["source"], row["lang"]) for row in rows})


@contextmanager
def place(path: Path, clock: Clock) -> Iterator[Context]:
    with opened(config.load(path, os.environ), clock=clock) as context:
        yield context


def live(context: Context, clock: Clock, rows: Sequence[dict], *, sittings: int = 6) -> None:
    """Let the articles come in, be judged and told, with the operator's hand in between."""
    ids = {pair: f"s{number}" for number, pair in enumerate(sources_of(rows))}
    size = -(-len(rows) // sittings)
    for sitting in range(sittings):
        some = rows[sitting * size : (sitting + 1) * size]
        clock.now = max(datetime.fromisoformat(row["published"]) for row in some).astimezone(UTC)
        clock.now += timedelta(hours=2)
        for number, row in enumerate(some):
            source = ids[row["source"], row["lang"]]
            entry, page = coming(row, teaser=number % 3 == 1, at=clock())
            if page is not None:
                context.store.save_pages([page])
            context.store.record_polls([poll(source, clock(), entry)])
            if number % 5 == 2:  # another feed prints the same address
                context.store.record_polls([poll("s0", clock(), replace(entry, key=f"again:{entry.key}"))])
        context.run(ingest(context))
        hand(context, clock, sitting)
        tell(context, clock, sitting)


def poll(source: str, at: datetime, entry: Entry) -> PollRecord:
    return PollRecord(state=None, source=source, at=at, kind=FetchKind.OK, entries=(entry,), keep_look=False)


def coming(row: dict, *, teaser: bool, at: datetime) -> tuple[Entry, PageRecord | None]:
    """Return the entry of an article: with its text, or as a teaser whose page was read."""
    published = Claim(datetime.fromisoformat(row["published"]).astimezone(UTC), row["published"], "+09:00")
    entry = Entry(
        key=f"u:{row['url']}",
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        content="" if teaser else row["body"],
        published=published,
        lang=row["lang"],
        content_hash=hashlib.sha256(row["id"].encode()).hexdigest()[:32],
    )
    page = Page(title=row["title"], text=row["body"], published=published, canonical_url=row["url"])
    record = PageRecord(
        key_of(row["url"]), row["url"], row["url"], PageState.OK, 1, fetched_at=at, status=200, page=page
    )
    return entry, record


def hand(context: Context, clock: Clock, sitting: int) -> None:
    """Let the operator mark, split and merge what there is."""
    found = [story for story in context.store.stories() if story.ref.startswith("story:")]
    large = [story for story in found if story.articles > 1]
    if sitting in {1, 2, 4} and large:
        member = context.store.story_articles([large[0].ref])[large[0].ref][-1]
        stories.split(context, [member.id])
        context.store.mark(member.id, "known", clock())
    if sitting in {3, 4} and len(found) > 3:
        stories.merge(context, found[0].ref, found[2].ref)


def tell(context: Context, clock: Clock, sitting: int) -> None:
    """Build a digest of everything untold; one is sent, one refused, one still on its way."""
    now = clock()
    told = tuple(article.id for article in context.store.untold("file", until=now))
    digest = DigestRow("file", f"slot {sitting}", None, now, now, "s", "t", "h", "m", items=told)
    number = context.store.queue_digest(digest)
    kind = {0: DeliveryKind.SENT, 1: DeliveryKind.SENT, 3: DeliveryKind.SENT}.get(sitting % 5)
    if kind is not None:
        context.store.mark_delivery(number, Delivery(kind), clock())


def main() -> None:
    """Let a past happen in a new folder (and database) and print the export and every verdict: FOLDER [DATABASE]."""
    import sys

    from monitor.db.codec import pack
    from monitor.service import export

    folder, *database = sys.argv[1:]
    rows = articles()[:60]
    path = make_place(Path(folder), rows, database="".join(database))
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    with place(path, clock) as context:
        live(context, clock, rows)
        lines = [export.record(row) for row in context.store.entries_for_export()]
        for line, entry in zip(lines, context.store.each_entry(), strict=True):
            line["verdict"] = pack(context.store.verdict_history(entry.id)[0].verdict)
        print(json.dumps(lines, ensure_ascii=False))


if __name__ == "__main__":
    main()
