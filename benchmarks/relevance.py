"""Relevance: what it costs per entry, and how well it answers.

    python benchmarks/relevance.py [--shared DIR] [--articles FILE ...]

Prints ms per entry (off-topic teaser, near miss, full article) and F1, share of off-topic texts kept out
and reviews asked for, per language, full text and title with summary only, on the repository's own invented
samples (each round apart: it was written before the rules had seen it), on its evaluation set (tests/eval)
and, where DIR is at hand, on the development set with its rule-made seed copies; also how many entries of
real feeds on anything would have their page read. ``--articles`` adds files of the set's form.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from monitor.judge import relevance  # noqa: E402
from monitor.judge.topic import Topic, load  # noqa: E402
from monitor.model import Level  # noqa: E402
from monitor.read import feed  # noqa: E402
from monitor.text.prepare import prepare  # noqa: E402
from tests.eval import derive as own_set  # noqa: E402

SAMPLES = ROOT / "tests" / "judge" / "relevance_samples.jsonl"
OFF_TOPIC = (
    "Council approves new tram line after years of debate",
    """Work on the line to the harbour is to begin in spring, the city said; shops along the route fear for
their trade. The council wants to hear residents once more before the final vote in November.""",
)


def shipped_topic() -> Topic:
    return load((ROOT / "monitor" / "topic" / "topic.toml").read_text(encoding="utf-8"))


def named_topic() -> Topic:
    """Return the shipped topic with the invented officials of the repository's evaluation set."""
    names = (ROOT / "tests" / "eval" / "names.toml").read_text(encoding="utf-8")
    shipped = (ROOT / "monitor" / "topic" / "topic.toml").read_text(encoding="utf-8")
    return load(shipped + "\n" + names)


def own_samples(part: str = "") -> list[dict[str, Any]]:
    """Return the invented samples: all, or one round (``base``, ``oblique-1`` …)."""
    samples = _rows(SAMPLES)
    return [sample for sample in samples if part in ("", sample.get("round", "base"))]


def rounds() -> list[str]:
    """Return the rounds of the own samples in the order they were written."""
    return list(dict.fromkeys(sample.get("round", "base") for sample in own_samples()))


def own_evaluation_set() -> list[dict[str, Any]]:
    """Return the repository's evaluation set with its rule-made copies."""
    return labelled(own_set.load())


def labelled(articles: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return articles of the evaluation sets' form as samples."""
    return [{**article, "relevant": article["labels"]["relevant"]} for article in articles]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def pages_asked_for(folder: Path, topic: Topic) -> tuple[int, int]:
    """Return (entries, entries whose page would be read) of the real feeds in a folder."""
    entries = asked = 0
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            continue
        document = feed.read(
            path.read_bytes(),
            url=f"https://feeds.example/{path.name}",
            content_type="",
            headers={},
            tz_fix="",
            now=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for entry in document.entries:
            prepared = prepare(entry.title, entry.summary, entry.content, entry.lang or document.lang)
            answer = relevance.judge(prepared, topic, lang=prepared.lang)
            entries += 1
            asked += answer.review or answer.suspect or answer.level is Level.RELEVANT
    return entries, asked


def development_set(shared: Path) -> list[dict[str, Any]]:
    """Return the labelled articles and the rule-made seed copies of the shared folder."""
    spec = importlib.util.spec_from_file_location("derive", shared / "eval" / "derive_seed_copies.py")
    assert spec is not None
    assert spec.loader is not None
    derive = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(derive)
    return labelled(derive.load_half(shared / "eval", shared / "seeds"))


def figures(
    samples: Iterable[dict[str, Any]], topic: Topic, *, body: bool = True
) -> dict[str, dict[str, float]]:
    """Return, by language and for ``all``: F1, share kept out, reviews, counts."""
    counts: dict[str, list[int]] = {}
    for sample in samples:
        text = sample.get("body", "") if body else ""
        prepared = prepare(sample["title"], sample.get("summary", ""), text, sample["lang"])
        answer = relevance.judge(prepared, topic, lang=prepared.lang)
        said, true = answer.level is Level.RELEVANT, sample["relevant"]
        cell = 0 if said and true else 1 if said else 2 if true else 3
        for key in (sample["lang"], "all"):
            row = counts.setdefault(key, [0] * 6)
            row[cell] += 1
            row[4] += answer.review
            row[5] += cell == 2 and not answer.review and not answer.suspect
    return {
        key: {
            "f1": 2 * hit / max(1, 2 * hit + false + missed),
            "kept_out": out / max(1, out + false),
            "hit": hit, "false": false, "missed": missed, "out": out,
            "review": review, "lost": lost,
        }
        for key, (hit, false, missed, out, review, lost) in sorted(counts.items())
    }  # fmt: skip


def cost_ms(task: Callable[[], object], rounds: int = 200) -> float:
    """Return the median time of one call in milliseconds."""
    task()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def costs(topic: Topic) -> dict[str, float]:
    by_id = {sample["id"]: sample for sample in own_samples()}
    near, full = by_id["en-n18"], by_id["en-p01"]
    off = prepare(*OFF_TOPIC, "", "en")
    teaser = prepare(near["title"], near["summary"], "", "en")
    article = prepare(full["title"], full["summary"], "\n\n".join([full["body"]] * 6), "en")
    return {
        "first sight, off topic": cost_ms(lambda: relevance.possible(topic, "en", *OFF_TOPIC)),
        "judge, off-topic entry": cost_ms(lambda: relevance.judge(off, topic)),
        "judge, near miss (title and summary)": cost_ms(lambda: relevance.judge(teaser, topic)),
        f"judge, article of {article.words} words": cost_ms(lambda: relevance.judge(article, topic)),
        "prepare, off-topic entry": cost_ms(lambda: prepare(*OFF_TOPIC, "", "en")),
    }


def show(name: str, table: dict[str, dict[str, float]]) -> None:
    print(name)
    for key, row in table.items():
        print(
            f"  {key:4} F1 {row['f1']:.3f}  off topic kept out {row['kept_out']:.3f}  "
            f"({row['hit']:.0f} hit, {row['false']:.0f} false, {row['missed']:.0f} missed, "
            f"{row['out']:.0f} out; {row['review']:.0f} ask for the page, "
            f"{row['lost']:.0f} missed without asking)"
        )


def show_both(name: str, samples: list[dict[str, Any]], topic: Topic) -> None:
    show(f"{name}, full text", figures(samples, topic))
    show(f"{name}, title and summary", figures(samples, topic, body=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--articles", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    topic = shipped_topic()
    for name, value in costs(topic).items():
        print(f"{value:8.4f} ms  {name}")
    for part in rounds():
        show_both(f"own samples, {part}", own_samples(part), topic)
    show_both("own evaluation set", own_evaluation_set(), named_topic())
    if (options.shared / "eval" / "articles.jsonl").is_file():
        show_both("development set", development_set(options.shared), topic)
    for path in options.articles:
        show_both(path.name, labelled(_rows(path)), topic)
    feeds = options.shared / "corpus" / "feeds" / "real"
    if feeds.is_dir():
        entries, asked = pages_asked_for(feeds, topic)
        print(f"real feeds on anything: {asked} of {entries} entries ask for their page")


if __name__ == "__main__":
    main()
