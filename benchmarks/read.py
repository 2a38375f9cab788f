"""Measure how well article pages are read: text, title and date against pages with known answers.

python benchmarks/read.py [--articles FOLDER] [--worst N]

FOLDER holds ``gold.jsonl`` and the pages beside it (default: ``../shared/corpus/articles``). The text is
scored by token F1 (letters and digits in lower case; Japanese and Chinese by single characters), the date
by the instant, zone-less gold dates by the day.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.model import Page
from monitor.read import page

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "articles"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
TOKENS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")


@dataclass(frozen=True)
class Result:
    """One page measured."""

    name: str
    lang: str
    f1: float
    title: bool | None
    date: bool | None
    cpu_s: float
    page: Page
    gold: dict[str, Any]


def token_f1(found: str, wanted: str) -> float:
    """Return the harmonic mean of token precision and recall, 0 to 1."""
    one, other = (Counter(TOKENS.findall(text.lower())) for text in (found, wanted))
    common = sum((one & other).values())
    total = sum(one.values()) + sum(other.values())
    return 2 * common / total if total else 1.0


def language(text: str) -> str:
    """Return the language a text is measured under: by script for ru and ja, else en or other."""
    letters = [letter for letter in text if letter.isalpha()]
    if sum("\u3040" <= letter <= "\u30ff" for letter in letters) > len(letters) / 10:
        return "ja"
    if sum("а" <= letter.lower() <= "я" for letter in letters) > len(letters) / 2:
        return "ru"
    words = set(text.lower().split())
    return "en" if len(words & {"the", "and", "of", "to", "in", "that", "with"}) >= 5 else "other"


def same_title(found: str, wanted: str) -> bool:
    """Return True when two titles agree in letters and digits."""
    one, other = (re.sub(r"[\W_]+", "", text).casefold() for text in (found, wanted))
    return one == other


def same_date(found: Page, wanted: str) -> bool:
    """Return True when the claim is the gold instant to the minute.

    Where the gold has no zone, its day is enough.
    """
    if found.published.at is None:
        return False
    gold = datetime.fromisoformat(wanted)
    if gold.tzinfo is None:
        return abs((found.published.at.replace(tzinfo=None) - gold).total_seconds()) < 36 * 3_600
    return abs((found.published.at - gold).total_seconds()) < 60


def measure(folder: Path) -> Iterator[Result]:
    """Yield one result per page."""
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        body = gzip.decompress((folder / gold["set"] / f"{gold['name']}.html.gz").read_bytes())
        started = time.process_time()
        found = page.read(body, url=gold["url"] or "https://example.org/", now=NOW)
        yield Result(
            name=f"{gold['set']}/{gold['name']}",
            lang=language(gold["text"]),
            f1=token_f1(found.text, gold["text"]),
            title=same_title(found.title, gold["title"]) if gold.get("title") else None,
            date=same_date(found, gold["date"]) if gold.get("date") else None,
            cpu_s=time.process_time() - started,
            page=found,
            gold=gold,
        )


def mean(values: list[float]) -> float:
    """Return the mean, 0 for none."""
    return sum(values) / len(values) if values else 0.0


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--articles", type=Path, default=DEFAULT)
    options.add_argument("--worst", type=int, default=0, help="also list the N worst pages")
    chosen = options.parse_args()
    results = list(measure(chosen.articles))
    print(f"{'':8}{'pages':>6}{'F1':>7}{'title':>8}{'date':>8}{'ms':>7}")
    for lang in ("all", "en", "ru", "ja", "other"):
        part = [one for one in results if lang in {"all", one.lang}]
        titles = [float(one.title) for one in part if one.title is not None]
        dates = [float(one.date) for one in part if one.date is not None]
        f1, cpu_ms = mean([one.f1 for one in part]), 1000 * mean([one.cpu_s for one in part])
        print(f"{lang:8}{len(part):>6}{f1:>7.3f}{mean(titles):>8.2f}{mean(dates):>8.2f}{cpu_ms:>7.1f}")
    for one in sorted(results, key=lambda one: one.f1)[: chosen.worst]:
        size = f"{len(one.page.text)} of {len(one.gold['text'])} characters"
        print(f"{one.f1:.2f} {one.name}: {one.page.method}, paywalled {one.page.paywalled}, {size}")
    for one in results if chosen.worst else ():
        if one.title is False:
            print(f"title {one.name}: {one.page.title!r} / {one.gold['title']!r}")
        if one.date is False:
            claim = one.page.published
            print(f"date {one.name}: {claim.at} ({claim.raw!r}, {claim.weak}) / {one.gold['date']}")


if __name__ == "__main__":
    main()
