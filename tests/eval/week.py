"""A week of the evaluation set through the daemon: the half's articles in their order, squeezed into seven days.

    python -m tests.eval.week [--text] [DATE]       the table; with --text also the seven digests

With a DATE the seven days from then on are played as they are, what came before is known (``baseline``).

The half spreads 109 articles over two years. Here each keeps its place in the order and gets a time of one week,
one every hour and a half; the set's own server shows them as the simulated clock passes (``/_control?until=``),
the daemon polls, judges and tells once a day.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import structlog

from monitor import config
from monitor.service.context import opened
from tests.conftest import ROOT
from tests.road.worlds import eval_server, eval_sources, make_desk
from tests.service.desks import Clock
from tests.service.lives import live

START = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
DAYS = 7
LAST = timedelta(days=DAYS, hours=-6)
"""The last article comes so long after the start that the last digest can have it."""
POLL_MINUTES = 480


@dataclass(frozen=True)
class Told:
    """One fact in one digest."""

    day: int
    story: str
    lang: str
    text: str
    outlet: str


@dataclass(frozen=True)
class Week:
    """What seven digests have told, and what the labels say they should."""

    digests: list
    told: list
    articles: list
    rows: list
    """Per article with new facts: (id, story, points, told, in other words, missing)."""
    twice: list

    @property
    def missing(self):
        return [row for row in self.rows if row[5]]


def squeezed(shared, folder):
    """Write a half whose articles have their old order and times of one week."""
    half = folder / "half"
    shutil.copytree(shared / "eval", half)
    lines = (half / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    articles = [json.loads(line) for line in lines]
    rules = (half / "rules.py").read_text(encoding="utf-8")
    copies = {rule["id"]: rule["published"] for rule in runpy.run_path(str(half / "rules.py"))["RULES"]}
    every = sorted(
        [(one["published"], one["id"]) for one in articles] + [(at, id_) for id_, at in copies.items()],
        key=lambda one: (datetime.fromisoformat(one[0]), one[1]),
    )
    times = {id_: START + LAST * (place + 1) / len(every) for place, (_, id_) in enumerate(every)}
    with (half / "articles.jsonl").open("w", encoding="utf-8") as file:
        for one in articles:
            one["published"] = times[one["id"]].replace(microsecond=0).isoformat()
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
    for id_ in copies:
        at = times[id_].replace(microsecond=0).isoformat()
        rules, done = re.subn(
            rf'(id="{id_}".*?published=")[^"]*"', rf'\g<1>{at}"', rules, count=1, flags=re.DOTALL
        )
        assert done == 1
    (half / "rules.py").write_text(rules, encoding="utf-8")
    return half


@contextmanager
def played(shared, folder, start=None):
    """Let the daemon live through the week (of its own dates: ``start``); yields its context."""
    half = shared / "eval" if start else squeezed(shared, folder)
    begin, more = start or START, f'[digest]\nbaseline = "{start:%Y-%m-%d}"\n' if start else ""
    with eval_server(shared, "--half", str(half), "--until", begin.isoformat()) as base:
        sources = [one | {"poll_minutes": POLL_MINUTES} for one in eval_sources(shared, base)]
        desk = make_desk(folder / "desk", base, sources, more=more + '[[digest.to]]\nkind = "file"')
        text = desk.config.read_text(encoding="utf-8").replace("Asia/Tokyo", "UTC")
        desk.config.write_text(text, encoding="utf-8")
        clock = Clock(begin + timedelta(minutes=1))

        def move_on(now):
            urlopen(f"{base}/_control?until={quote(now.isoformat())}", timeout=10).close()

        with opened(config.load(desk.config, {}), clock=clock) as context:
            live(context, begin + timedelta(days=DAYS, seconds=30), before=move_on)
            yield context


def week(shared, folder, start=None):
    """Play the week and compare what was told with the labels."""
    score = measures(shared)
    with played(shared, folder, start) as context:
        digests = context.store.digests_since(start or START)
    told = [
        Told(day, story["ref"], fact["said"]["lang"], fact["said"]["text"], fact["outlet"])
        for day, row in enumerate(digests, 1)
        for story in row.data["stories"]
        for fact in story["facts"]
    ]
    articles = [
        json.loads(line)
        for line in (shared / "eval" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    rows = [
        compared(one, told, articles, score)
        for one in articles
        if one["labels"]["novel_points"] and not one["labels"]["dup_of"] and within(one, start)
    ]
    return Week(digests, told, articles, rows, list(repeated(told, articles, score)))


def within(article, start):
    """Return True for a report of the week; of the squeezed one, all are."""
    at = datetime.fromisoformat(article["published"])
    return start is None or start <= at < start + timedelta(days=DAYS, hours=-8)


def measures(shared):
    """Return the functions of the set's own score.py."""
    folder = str(shared / "eval")
    sys.path.insert(0, folder)
    try:
        return runpy.run_path(f"{folder}/score.py")
    finally:
        sys.path.remove(folder)


def compared(article, told, articles, score):
    """Return how many of an article's points were told in its words, in those of another report, or not at all."""
    labels = article["labels"]
    points = labels["novel_points"]
    found = [
        one for one in points if any(score["covers"](fact.text, score["key_terms"](one)) for fact in told)
    ]
    others = any(is_of(fact, labels["story"], articles) for fact in told)
    rest = len(points) - len(found)
    return (
        article["id"],
        labels["story"],
        len(points),
        len(found),
        rest if others else 0,
        0 if others else rest,
    )


def repeated(told, articles, score):
    """Return what two digests tell: the same sentence, or the same labelled fact of one event."""
    first = {}
    for fact in told:
        earlier = first.setdefault(score["norm"](fact.text), fact)
        if earlier.day != fact.day:
            yield earlier, fact
    for article in articles:
        about = [fact for fact in told if is_of(fact, article["labels"]["story"], articles)]
        for point in article["labels"]["novel_points"]:
            terms = score["key_terms"](point)
            telling = [fact for fact in about if score["covers"](fact.text, terms)]
            yield from ((telling[0], other) for other in telling if other.day != telling[0].day)


def is_of(fact, story, articles):
    """Return True where the fact's sentence stands in a report of that event."""
    words = fact.text.strip(" «»“”\"'")
    return any(words in text_of(one) for one in articles if one["labels"]["story"] == story)


def text_of(article):
    return " ".join(" ".join((article["title"], article["summary"], article["body"])).split())


def table(found):
    """Return the week day by day, and what is missing or told twice."""
    lines = ["day      articles  stories  facts  restated  seen again  subject"]
    for row in found.digests:
        counts = row.data["counts"]
        lines.append(
            f"{row.slot[5:10]}    {len(row.items):>6}  {counts['stories']:>7}  {counts['facts']:>5}  {counts['restated']:>8}"
            f"  {counts['repeats']:>10}  {row.subject}"
        )
    points = [sum(row[n] for row in found.rows) for n in (2, 3, 4, 5)]
    lines += [
        "",
        f"{len(found.rows)} reports with {points[0]} labelled new facts: {points[1]} told in their words,",
        f"{points[2]} by another report of the event, {points[3]} not told; {len(found.twice)} told twice.",
    ]
    lines += [f"  not told: {row[0]} ({row[1]}): {row[5]} of {row[2]}" for row in found.missing]
    lines += [f"  in other words: {row[0]} ({row[1]}): {row[4]} of {row[2]}" for row in found.rows if row[4]]
    lines += [f"  twice: days {a.day} and {b.day}: {a.text[:70]} | {b.text[:70]}" for a, b in found.twice]
    return "\n".join(lines)


def main():
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory(prefix="monitor-week-") as folder:
        dates = [
            datetime.fromisoformat(one).replace(hour=7, tzinfo=UTC) for one in sys.argv[1:] if one[:1] != "-"
        ]
        shared = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
        found = week(shared, Path(folder), *dates)
    print(table(found))
    if "--text" in sys.argv:
        for row in found.digests:
            print(f"\n\nSubject: {row.subject}\n{row.text}")
    return bool(found.missing or found.twice)


if __name__ == "__main__":
    sys.exit(main())
