"""Labelled pairs of real news (same story or not) against the likeness by which the road joins stories."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.judge import novelty, stories, traits
from monitor.judge.topic import Topic
from monitor.text.prepare import prepare

FILES = {"ru": ("ru_honey_pool", "ru_exam_pool", "ru_train_pool"), "en": ("en_train_pool",)}
FOLDS, SHUFFLES = 5, 10
Scored = tuple[float, bool]


@dataclass(frozen=True)
class Pair:
    """Two reports and whether they tell one story."""

    titles: tuple[str, str]
    likeness: float
    same: bool


def read(folder: Path, lang: str, topic: Topic) -> list[Pair]:
    """Return the labelled pairs of a language with the likeness of their texts; days are not labelled."""
    csv.field_size_limit(10**8)
    known = novelty.Known()
    found = []
    for name in FILES[lang]:
        with (folder / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                titles = row["INPUT:first_title"], row["INPUT:second_title"]
                texts = row["INPUT:first_text"], row["INPUT:second_text"]
                one, other = (
                    traits.of(prepare(title, "", text, lang), topic, at=None)
                    for title, text in zip(titles, texts, strict=True)
                )
                alike = stories.likeness(one, other, known)
                found.append(Pair(titles, alike, row["GOLDEN:quality"] == "OK"))
    return found


def f1(scored: Sequence[Scored], threshold: float) -> dict[str, float]:
    """Return precision, recall and F1 of calling pairs from the threshold on one story."""
    hits = sum(score >= threshold and same for score, same in scored)
    called = sum(score >= threshold for score, _ in scored)
    same = sum(same for _, same in scored)
    return {"p": hits / max(1, called), "r": hits / max(1, same), "f1": 2 * hits / max(1, called + same)}


def cross_validated(scored: Sequence[Scored]) -> float:
    """Return the F1 with the threshold chosen on four fifths and used on the last, over several shuffles."""
    total = 0.0
    for shuffle in range(SHUFFLES):
        order = list(range(len(scored)))
        random.Random(shuffle).shuffle(order)
        hits = called = same = 0
        for fold in range(FOLDS):
            tested = set(order[fold::FOLDS])
            rest = [one for place, one in enumerate(scored) if place not in tested]
            threshold = max({score for score, _ in rest}, key=lambda one: (f1(rest, one)["f1"], -one))
            part = [scored[place] for place in sorted(tested)]
            hits += sum(score >= threshold and label for score, label in part)
            called += sum(score >= threshold for score, _ in part)
            same += sum(label for _, label in part)
        total += 2 * hits / max(1, called + same)
    return total / SHUFFLES


def measure(folder: Path, topic: Topic, errors: int = 0) -> dict[str, Any]:
    """Return the figures of each language; print the confused pairs, if asked for."""
    found: dict[str, Any] = {}
    for lang in FILES:
        pairs = read(folder, lang, topic)
        scored = [(pair.likeness, pair.same) for pair in pairs]
        found[lang] = {
            **f1(scored, stories.JOIN_FROM),
            "cross_validated": cross_validated(scored),
            "pairs": len(pairs),
        }
        wrong = [pair for pair in pairs if (pair.likeness >= stories.JOIN_FROM) != pair.same]
        for pair in sorted(wrong, key=lambda one: -abs(one.likeness - stories.JOIN_FROM))[:errors]:
            label = "same story" if pair.same else "other story"
            print(f"  {label} {pair.likeness:.2f}  {pair.titles[0]} | {pair.titles[1]}")
    return found
