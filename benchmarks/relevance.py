"""Relevance: what it costs per entry, and how well it answers.

    python benchmarks/relevance.py [--shared DIR]

Prints ms per entry (off-topic teaser, near miss, full article) and F1, share of off-topic texts kept out
and reviews asked for, per language, on the repository's own invented samples and, where DIR/eval is at hand,
on the development set with its rule-made seed copies (full text, and title with summary only).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from monitor.judge import relevance
from monitor.judge.topic import Topic, load
from monitor.model import Level
from monitor.text.prepare import prepare

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "tests" / "judge" / "relevance_samples.jsonl"
OFF_TOPIC = (
    "Council approves new tram line after years of debate",
    """Work on the line to the harbour is to begin in spring, the city said; shops along the route fear for
their trade. The council wants to hear residents once more before the final vote in November.""",
)


def shipped_topic() -> Topic:
    return load((ROOT / "monitor" / "topic" / "topic.toml").read_text(encoding="utf-8"))


def own_samples() -> list[dict[str, Any]]:
    return [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]


def development_set(shared: Path) -> list[dict[str, Any]]:
    """Return the labelled articles and the rule-made seed copies of the shared folder."""
    spec = importlib.util.spec_from_file_location("derive", shared / "eval" / "derive_seed_copies.py")
    assert spec is not None
    assert spec.loader is not None
    derive = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(derive)
    articles: list[dict[str, Any]] = derive.load_half(shared / "eval", shared / "seeds")
    return [{**article, "relevant": article["labels"]["relevant"]} for article in articles]


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
            row[5] += cell == 2 and not answer.review
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


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    shared = parser.parse_args().shared
    topic = shipped_topic()
    for name, value in costs(topic).items():
        print(f"{value:8.4f} ms  {name}")
    show("own samples, full text", figures(own_samples(), topic))
    show("own samples, title and summary", figures(own_samples(), topic, body=False))
    if (shared / "eval" / "articles.jsonl").is_file():
        show("development set, full text", figures(development_set(shared), topic))
        show("development set, title and summary", figures(development_set(shared), topic, body=False))


if __name__ == "__main__":
    main()
