"""What judging costs: ms an article by stage, look-ups as the store grows, bytes of index, signatures.

    python benchmarks/judge.py [--articles 100000] [--texts 300]

Everything is invented, seeded and judged by the road's own code; nothing is fetched. The store lies in a
temporary directory. Stages are measured among 1,000 articles that were judged for it; the store then grows by
further years (40 articles a day, told day by day), with rows made after those of the judged articles.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, text

from monitor import config
from monitor.db import tables as t
from monitor.db.bulk import insert_new
from monitor.db.records import PendingEntry, PollRecord
from monitor.db.store import Batch, Store
from monitor.judge import decide, fingerprint, novelty, relevance, traits
from monitor.judge.decide import Subject
from monitor.model import Claim, Entry, FetchKind, Level, Prepared, Seed
from monitor.service import ingest
from monitor.service.context import Context, opened
from monitor.text.prepare import prepare

SEED = 20261122
NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
A_DAY = 40
"""Articles a day on the topic: many times what a desk sees, so that the time windows are full."""
SOURCES = 25
SOURCE = """
[[source]]
id = "outlet-{n}"
name = "Outlet {n}"
url = "https://outlet-{n}.example/rss"
lang = ""
"""
FIRST = 1_000
LANGS = ("en", "ru", "ja")
COMMON = 2_000
"""Different hashes of boilerplate in the store; one row in twenty is one of them."""

T = TypeVar("T")

# ------------------------------------------------------------------------------------------ invented texts

SYLLABLES = (
    "ba",
    "ren",
    "tor",
    "mi",
    "lo",
    "ska",
    "du",
    "vel",
    "ka",
    "no",
    "ri",
    "sha",
    "pe",
    "gon",
    "ul",
    "te",
)
CYRILLIC = (
    "ба",
    "рен",
    "тор",
    "ми",
    "ло",
    "ска",
    "ду",
    "вел",
    "ка",
    "но",
    "ри",
    "ша",
    "пе",
    "гон",
    "ул",
    "те",
)
MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "ru": (
        *("января", "февраля", "марта", "апреля", "мая", "июня"),
        *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
    ),
}
KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのまみむめもやゆよらりるれろ"
OPENINGS = {
    "en": (
        "Talks on a peace treaty of Russia and Japan will not resume before {day}, {who} said in {place}.",
        "Japan and Russia allowed {n} former residents to visit family graves on Kunashiri, {who} announced.",
        "{who} handed a protest over the Northern Territories to the Russian embassy in Tokyo on {day}.",
    ),
    "ru": (
        "Переговоры России и Японии о мирном договоре не начнутся до {day}, заявил {who} в городе {place}.",
        "Россия и Япония разрешили {n} бывшим жителям посетить могилы на Кунашире, сообщил {who}.",
        "{who} передал посольству Японии протест из-за Южных Курил, мирный договор не обсуждали {day}.",
    ),
    "ja": (
        "日本とロシアの平和条約交渉は{day}より前には再開しないと{who}が{place}で述べた。",
        "日ロ両政府は元島民{n}人の国後島への墓参を認めたと{who}が発表した。",
        "{who}は{day}、北方領土をめぐり在日ロシア大使館に抗議した。平和条約には触れなかった。",
    ),
}
ELSEWHERE = {
    "en": ("{who} won the regatta of {place} on {day} with a lead of {n} seconds.",),
    "ru": ("{who} выиграл регату в городе {place} {day} с отрывом в {n} секунд.",),
    "ja": ("{who}は{day}、{place}のボートレースで{n}秒差の優勝を飾った。",),
}
FURTHER = {
    "en": (
        "The office of {who} counted {n} letters since {day}.",
        "{who} then left for {place}, the ministry in {town} told {m} reporters in {year}.",
    ),
    "ru": (
        "Ведомство, где служит {who}, с {day} получило {n} писем.",
        "Затем {who} уехал в город {place}, рассказали {m} журналистам в городе {town} в {year} году.",
    ),
    "ja": (
        "{who}の事務所には{day}以来{n}通の手紙が届いた。",
        "その後{who}は{place}へ向かったと{town}で{year}年に記者{m}人が聞いた。",
    ),
}
TOWNS = {
    "en": ("Nemuro", "Sapporo", "Vladivostok", "Khabarovsk", "Hakodate", "Moscow", "Rausu"),
    "ru": ("Немуро", "Саппоро", "Владивосток", "Хабаровск", "Хакодате", "Москва", "Раусу"),
    "ja": ("根室", "札幌", "ウラジオストク", "ハバロフスク", "函館", "モスクワ", "羅臼"),
}
BLANK = {"en": " ", "ru": " ", "ja": ""}
STOP = {"en": ".", "ru": ".", "ja": "。"}


class Press:
    """Writes invented articles: a lead of one pattern, sentences with its few names, and made-up words."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def article(self, lang: str, *, on_topic: bool) -> tuple[str, str]:
        """Return (title, body): some 1,500 letters (600 in Japanese) in six paragraphs.

        Three names, two figures and a day: about what the shared evaluation set has of each.
        """
        cast = self._cast(lang)
        first = OPENINGS[lang] if on_topic else ELSEWHERE[lang]
        lead = self.rng.choice(first).format(**cast)
        further = [pattern.format(**cast) for pattern in FURTHER[lang]]
        plain = [self._plain(lang) for _ in range(16)]
        rest = [further[0], *plain[:8], further[1], *plain[8:]]
        paragraphs = [" ".join((lead, *rest[:2])), *(" ".join(rest[at : at + 4]) for at in range(2, 18, 4))]
        title = self.rng.choice(first).format(**cast).rstrip(STOP[lang])
        return title, "\n\n".join(paragraphs)

    def _cast(self, lang: str) -> dict[str, str]:
        rng = self.rng
        day, month = rng.randrange(1, 29), rng.randrange(12)
        named = f"{day} {MONTHS[lang][month]}" if lang in MONTHS else f"{month + 1}月{day}日"
        return {
            "who": f"{self._word(lang, 2).capitalize()} {self._word(lang, 3).capitalize()}",
            "place": self._word(lang, 3).capitalize(),
            "town": rng.choice(TOWNS[lang]),
            "m": str(rng.randrange(2, 90)),
            "year": str(rng.randrange(1990, 2030)),
            "n": str(rng.randrange(2, 900)),
            "day": named,
        }

    def _plain(self, lang: str) -> str:
        """Return a sentence of made-up words: it has letters of its own and no name."""
        words = [self._word(lang, self.rng.randrange(2, 5)) for _ in range(14)]
        return BLANK[lang].join(words) + STOP[lang]

    def _word(self, lang: str, length: int) -> str:
        letters = {"en": SYLLABLES, "ru": CYRILLIC, "ja": KANA}[lang]
        return "".join(self.rng.choices(letters, k=length))


# ------------------------------------------------------------------------------------------ measuring


@dataclass
class Laps:
    """Times by stage, in ms."""

    times: dict[str, list[float]] = field(default_factory=dict)

    def of(self, stage: str, work: Callable[..., T], *given: Any, **named: Any) -> T:
        """Do the work, keep its time, and return what it gave."""
        began = time.perf_counter()
        result = work(*given, **named)
        self.add(stage, (time.perf_counter() - began) * 1000)
        return result

    def add(self, stage: str, ms: float) -> None:
        """Keep one time."""
        self.times.setdefault(stage, []).append(ms)

    def mean(self, stage: str) -> float:
        """Return the mean of a stage."""
        return statistics.mean(self.times[stage])

    def p50(self, stage: str) -> float:
        """Return the median of a stage."""
        return statistics.median(self.times[stage])


def measure(context: Context, press: Press, laps: Laps, count: int, at: datetime) -> list[Prepared]:
    """Judge and keep so many articles stage by stage; return their texts."""
    kept = []
    pending = come(context, press, count, at)
    for one in pending:
        entry = one.entry
        look = ingest.first_look(context, one)
        source = look.source
        prepared = laps.of("prepare", prepare, entry.title, entry.summary, entry.content, entry.lang)
        kept.append(prepared)
        seen = laps.of(
            "relevance, on the topic",
            relevance.judge,
            prepared,
            context.topic,
            lang=prepared.lang,
            country=source.country,
        )
        if seen.level is not Level.RELEVANT:
            raise SystemExit(f"an invented article is not on the topic: {entry.title}")
        own = laps.of("fingerprint", fingerprint.of, prepared)
        about = laps.of("traits", traits.of, prepared, context.topic, at=at)
        article = ingest.article_of(source, one, None, None)
        subject = Subject(article, prepared, seen, own, about)
        with context.store.batch() as batch:
            known = laps.of("gather", ingest.gather, context, batch, subject, source, at)
            laps.of("decide", decide.decide, subject, known, context.topic)
            began = time.perf_counter()
            ingest.judge(context, batch, article, source, at)
            middle = time.perf_counter()
            ingest.judge_one(context, batch, look, None, at)
            batch.flush()
            laps.add("save", max(0.0, (time.perf_counter() - middle) - (middle - began)) * 1000)
    return kept


def come(context: Context, press: Press, count: int, at: datetime) -> list[PendingEntry]:
    """Let so many articles come in, a third in each language; return them as ingest finds them."""
    number = press.rng.getrandbits(40)
    for at_once in range(count):
        lang = LANGS[at_once % 3]
        title, body = press.article(lang, on_topic=True)
        entry = Entry(
            key=f"g:{number}-{at_once}",
            url=f"https://outlet-{at_once % SOURCES}.example/news/{number}-{at_once}",
            title=title,
            content=body,
            published=Claim(at - timedelta(days=(count - at_once) / A_DAY)),
            lang=lang,
            content_hash=f"{number}-{at_once}",
        )
        record = PollRecord(
            None, at, FetchKind.OK, entries=(entry,), source=f"outlet-{at_once % SOURCES}", keep_look=False
        )
        context.store.record_polls([record])
    return context.store.pending(at + timedelta(days=1), count)


def off_topic(context: Context, press: Press, laps: Laps, count: int) -> None:
    """Measure the two stages that nearly every entry ends with."""
    for number in range(count):
        lang = LANGS[number % 3]
        title, body = press.article(lang, on_topic=False)
        teaser = body.split("\n\n", maxsplit=1)[0]
        prepared = laps.of("prepare, a teaser", prepare, title, teaser, "", lang)
        laps.of("relevance, off the topic", relevance.judge, prepared, context.topic, lang=prepared.lang)


def signatures(texts: Sequence[Prepared]) -> tuple[float, float]:
    """Return ms a text for our signature and for datasketch's MinHash of the same shingles (128 hashes)."""
    try:
        from datasketch import MinHash
    except ModuleNotFoundError:
        return 0.0, 0.0
    ours = theirs = 0.0
    for prepared in texts:
        began = time.perf_counter()
        fingerprint.of(prepared)
        ours += time.perf_counter() - began
        letters = fingerprint.letters(prepared.normal)
        width = fingerprint.width(prepared.lang)
        began = time.perf_counter()
        made = MinHash(num_perm=128)
        made.update_batch([letters[i : i + width].encode() for i in range(len(letters) - width + 1)])
        theirs += time.perf_counter() - began
    return ours * 1000 / len(texts), theirs * 1000 / len(texts)


# ------------------------------------------------------------------------------------------ a larger store


class Years:
    """Makes a store older: rows like those of the judged articles, under new names, figures and hashes."""

    def __init__(self, context: Context, first_day: datetime) -> None:
        self.store, self.first_day = context.store, first_day
        self.rng = random.Random(SEED)
        with connection_of(self.store) as connection:
            self.terms: dict[int, list[str]] = {}
            for term, article_id in connection.execute(text("SELECT term, article_id FROM trait")):
                self.terms.setdefault(article_id, []).append(term)
            query = text("SELECT article_id, count(*) FROM sampled GROUP BY 1")
            self.hashes = {row[0]: row[1] for row in connection.execute(query)}
            self.rows = {
                row["id"]: dict(row) for row in connection.execute(text("SELECT * FROM article")).mappings()
            }
        self.common = [self.rng.getrandbits(47) for _ in range(COMMON)]
        self.numbers = itertools.count(10_000_000)

    def grow(self, have: int, until: int) -> None:
        """Bring the store from so many articles to so many."""
        for start in range(have, until, 5_000):
            self._add(range(start, min(until, start + 5_000)))

    def _add(self, places: range) -> None:
        made: dict[Table, list[dict[str, Any]]] = {table: [] for table in _TABLES}
        for place in places:
            self._article(next(self.numbers), self.first_day + timedelta(days=place / A_DAY), made)
        days = sorted({int(place / A_DAY) for place in places})
        for day in days:
            at = self.first_day + timedelta(days=day, hours=23)
            made[t.digest].append(_digest(self.numbers, day, at))
        of_day = {row["slot"]: row["id"] for row in made[t.digest]}
        for row in made[t.article]:
            day = int((row["news_at"] - self.first_day).total_seconds() // 86_400)
            made[t.digest_item].append({"digest_id": of_day[f"day {day}"], "article_id": row["id"]})
        with connection_of(self.store) as connection:
            for table, rows in made.items():
                if rows:
                    columns = tuple(column.name for column in table.columns if column.name in rows[0])
                    keys = [column.name for column in table.primary_key]
                    values = sorted(rows, key=itemgetter(*keys))
                    insert_new(connection, table, columns, [[row[c] for c in columns] for row in values])

    def _article(self, number: int, at: datetime, made: dict[Table, list[dict[str, Any]]]) -> None:
        rng = self.rng
        like = rng.choice(list(self.rows))
        source = f"outlet-{rng.randrange(SOURCES)}"
        row = {**self.rows[like], "id": number, "source_id": source, "url": None, "more": None}
        times = {"published_at": at, "first_seen": at, "news_at": at, "server_time": None}
        made[t.article].append({**row, **times})
        made[t.entry].append(_entry(number, source, at))
        made[t.verdict].append(_verdict(number, at))
        made[t.story].append({"id": number, "seed": None, "opened_at": at, "reason": "", "merged_into": None})
        made[t.story_member].append(_member(number, at))
        made[t.sentence] += [_sentence(number, place, self._word()) for place in range(3)]
        day = at.toordinal()
        terms = {self._other(term) for term in self.terms[like]}
        made[t.trait] += [{"term": term, "day": day, "article_id": number} for term in terms]
        hashes = {
            rng.choice(self.common) if rng.random() < 0.05 else rng.getrandbits(48) - 2**47
            for _ in range(self.hashes.get(like, 60))
        }
        made[t.sampled] += [{"hash": value, "article_id": number} for value in hashes]

    def _other(self, term: str) -> str:
        kind = term.partition(":")[0]
        if kind == "name":
            return f"name:{self._word()}"
        if kind == "number":
            return f"number:{self.rng.randrange(2, 900)}"
        return term

    def _word(self) -> str:
        return "".join(self.rng.choices(SYLLABLES, k=3))


_TABLES = (
    *(t.article, t.entry, t.verdict, t.story, t.story_member),
    *(t.sentence, t.trait, t.sampled, t.digest, t.digest_item),
)


def _entry(number: int, source: str, at: datetime) -> dict[str, Any]:
    nullable = {column.name for column in t.entry.columns if column.nullable}
    row: dict[str, Any] = {c.name: None if c.name in nullable else "" for c in t.entry.columns}
    return row | {
        "id": number, "source_id": source, "key": f"filler:{number}", "first_seen": at, "news_at": at,
        "discovered_via": "feed", "state": "done", "attempts": 0, "revisions": 0, "article_id": number,
    }  # fmt: skip


def _verdict(number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": number, "entry_id": number, "article_id": number, "at": at, "current": True, "relation": "new",
        "level": "relevant", "score": 0.9, "rule": "R1", "reason": "It names both sides and the treaty.",
        "rules_version": "1-0a1b2c3d4e5f", "duplicate_of": None, "story": f"story:{number}", "more": None,
    }  # fmt: skip


def _member(number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": number, "story_id": number, "article_id": number, "at": at, "reason": "", "by_hand": False,
        "left_at": None,
    }  # fmt: skip


def _sentence(number: int, place: int, word: str) -> dict[str, Any]:
    return {
        "article_id": number, "position": place, "text": f"The {word} of the island was counted again.",
        "label": "new_fact", "reason": "", "closest": "", "closest_ref": "", "anchors": [f"name:{word}"],
        "more": None,
    }  # fmt: skip


def _digest(numbers: Iterator[int], day: int, at: datetime) -> dict[str, Any]:
    return {
        "id": next(numbers), "recipient_id": "file", "slot": f"day {day}", "period_from": None,
        "period_to": at, "built_at": at, "subject": "", "text": "", "html": "", "markdown": "", "data": {},
        "message_id": "", "state": "sent", "attempts": 1, "next_attempt": None, "sent_at": at, "detail": "",
    }  # fmt: skip


@contextmanager
def connection_of(store: Store) -> Iterator[Any]:
    """Yield the connection of a transaction, for rows that no way of the service would write so fast."""
    with store.batch() as batch:
        yield batch._connection  # noqa: SLF001


def sizes(store: Store, tables: Sequence[str]) -> dict[str, int]:
    """Return bytes by table; empty where this SQLite was built without dbstat."""
    query = text("SELECT name, sum(pgsize) FROM dbstat GROUP BY 1")
    with connection_of(store) as connection:
        try:
            found = {str(name): int(size) for name, size in connection.execute(query)}
        except Exception:  # noqa: BLE001  left out of the table then
            return {}
    return {name: found.get(name, 0) for name in tables}


def look_ups(context: Context, press: Press, laps: Laps, at: datetime, count: int) -> None:
    """Measure what one article asks of the store, whole and in parts, without keeping it."""
    for one in range(count):
        lang = LANGS[one % 3]
        title, body = press.article(lang, on_topic=True)
        entry = Entry(key=f"q:{one}", title=title, content=body, published=Claim(at), lang=lang)
        pending = PendingEntry(0, f"outlet-{one % SOURCES}", entry, at, "feed", 0)
        source = ingest.first_look(context, pending).source
        article = ingest.article_of(source, pending, None, None)
        prepared = prepare(title, "", body, lang)
        seen = relevance.judge(prepared, context.topic, lang=lang, country=source.country)
        about = traits.of(prepared, context.topic, at=at)
        subject = Subject(article, prepared, seen, fingerprint.of(prepared), about)
        with context.store.batch() as batch:
            laps.of("gather", ingest.gather, context, batch, subject, source, at)
            parts(batch, subject, context.seeds, laps, at)


def parts(batch: Batch, subject: Subject, seeds: Sequence[Seed], laps: Laps, at: datetime) -> None:
    """Measure the look-ups one by one."""
    assert subject.fingerprint is not None
    assert subject.traits is not None
    sampled = subject.fingerprint.sampled
    laps.of("  candidates of copies", batch.candidates, sampled)
    laps.of("  frequent shingles", batch.common, sampled, at_least=ingest.COMMON_AT_LEAST)
    strong = decide.strong_terms(subject.traits)
    since, until = at - ingest.STORY_WINDOW, at + ingest.STORY_WINDOW
    near = laps.of("  reports of these days", batch.sharing_terms, strong, since=since, until=until)
    laps.of("  their texts", batch.known, [one for one, _ in near])
    strangers = novelty.strangers(subject.traits, seeds)
    since = at - ingest.MEMORY
    told = laps.of("  what was told", batch.known_sharing, strangers, since=since, until=until, baseline=None)
    laps.of("  its sentences", batch.known_sentences, {*told, *(one for one, _ in near)}, baseline=None)


# ------------------------------------------------------------------------------------------ the table


def line(what: str, value: str, goal: str = "", *, met: bool | None = None) -> None:
    mark = "" if met is None else "  goal" if met else "  MISSED"
    print(f"{what:<52}{value:>12}{goal:>14}{mark}", flush=True)


STAGES = (
    "prepare, a teaser",
    "relevance, off the topic",
    "prepare",
    "relevance, on the topic",
    "fingerprint",
    "traits",
    "gather",
    "decide",
    "save",
)
GROWN = (
    "gather",
    "  candidates of copies",
    "  frequent shingles",
    "  reports of these days",
    "  their texts",
    "  what was told",
    "  its sentences",
)
INDEX = ("sampled", "trait", "line")


def stages(laps: Laps, made: int) -> None:
    print(f"\nms an article among {made} (mean, then p50)")
    for stage in STAGES:
        goal, met = ("< 1", laps.mean(stage) < 1) if stage.startswith("relevance") else ("", None)
        line(f"  {stage}", f"{laps.mean(stage):.3f}", goal or f"{laps.p50(stage):.3f}", met=met)
    whole = sum(laps.mean(stage) for stage in STAGES[2:])
    line("  an article on the topic, all told", f"{whole:.2f}")
    line("  an entry off the topic, all but its row", f"{sum(laps.mean(s) for s in STAGES[:2]):.3f}")


def growth(context: Context, press: Press, articles: int, times: int) -> None:
    """Grow the store and print what look-ups cost at each size, and the bytes of the index."""
    steps = [FIRST, *(step for step in (10_000, 100_000) if step <= articles)]
    if articles not in steps:
        steps.append(articles)
    first_day = NOW - timedelta(days=FIRST / A_DAY)
    years = Years(context, first_day)
    found: dict[int, Laps] = {}
    have = FIRST
    print()
    for size in steps:
        began = time.perf_counter()
        years.grow(have, size)
        have = size
        gc.collect()
        found[size] = Laps()
        at = first_day + timedelta(days=size / A_DAY)
        look_ups(context, press, Laps(), at, 6)
        look_ups(context, press, found[size], at, times)
        print(f"({size} articles, {time.perf_counter() - began:.0f} s)", flush=True)
    print("\nlook-ups of one article, p50 in ms, among " + ", ".join(map(str, steps)))
    for part in GROWN:
        values = [found[size].p50(part) for size in steps]
        ratio = values[-1] / values[-2] if len(values) > 1 else 1.0
        goal, met = ("<= 2 x", ratio <= 2) if part == "gather" and len(values) > 1 else ("", None)
        line(f"  {part}  " + "  ".join(f"{value:.2f}" for value in values), f"{ratio:.2f} x", goal, met=met)
    print("\nbytes of index an article")
    for name, size in sizes(context.store, INDEX).items():
        line(f"  {name}, of {have}", f"{size / have:.0f}")
    whole = sum(sizes(context.store, INDEX).values()) / have
    if whole:
        line(f"  the index, of {have}", f"{whole:.0f}", "<= 1500", met=whole <= 1500)


def main() -> None:
    """Print all figures with their goals."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--texts", type=int, default=300, help="texts a stage is measured on")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sources.toml"
        sources = "".join(SOURCE.format(n=n) for n in range(SOURCES))
        path.write_text('[monitor]\ncontact = "bench@example.org"\n' + sources, encoding="utf-8")
        with opened(config.load(path, {})) as context:
            press, laps = Press(SEED), Laps()
            off_topic(context, press, laps, given.texts)
            earlier = NOW - timedelta(days=given.texts / A_DAY)
            measure(context, press, Laps(), FIRST - given.texts, earlier)
            texts = measure(context, press, laps, given.texts, NOW)
            stages(laps, FIRST)
            used = sizes(context.store, INDEX)
            letters = statistics.mean(len(one.normal) for one in texts)
            if used:
                each = sum(used.values()) / FIRST
                line(
                    f"bytes of index an article of {letters:.0f} letters",
                    f"{each:.0f}",
                    "<= 1500",
                    met=each <= 1500,
                )
            ours, theirs = signatures(texts)
            if theirs:
                ratio = theirs / ours
                line(
                    f"signature {ours:.3f} ms, datasketch {theirs:.3f} ms",
                    f"{ratio:.1f} x",
                    ">= 5 x",
                    met=ratio >= 5,
                )
            growth(context, press, given.articles, max(40, given.texts // 5))


if __name__ == "__main__":
    main()
