"""What the judges must reach and should reach, and the table that shows what they do reach.

Floors and goals are those agreed for development set and unseen sets alike. A floor is lowered on purpose
only; `tests/judge/test_quality_floors.py` pins what was reached, a little below, with a digest of the corpus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LANGS = ("en", "ru", "ja")
STRANGERS = "false_positives"


@dataclass(frozen=True)
class Floor:
    """One line of the table."""

    name: str
    path: str
    """Into the figures of one measurement, steps divided by ``/``."""
    floor: float
    goal: float
    lower: bool = False
    """Lower is better: floor and goal are ceilings."""

    def holds(self, value: float) -> bool:
        return value <= self.floor if self.lower else value >= self.floor

    def reaches(self, value: float) -> bool:
        return value <= self.goal if self.lower else value >= self.goal

    def verdict(self, value: float) -> str:
        """Return ``PASS, goal``, ``PASS`` or ``BELOW``."""
        return "BELOW" if not self.holds(value) else "PASS, goal" if self.reaches(value) else "PASS"


SETS = (
    Floor("relevance F1", "relevance/all/f1", 0.95, 0.98),
    Floor("off-topic kept out", "relevance/all/kept_out", 0.90, 0.97),
    *(Floor(f"  {lang}", f"relevance/{lang}/kept_out", 0.85, 0.93) for lang in LANGS),
    Floor("copies, pairwise F1", "duplicates/copies/pairwise/f1", 0.98, 1.00),
    Floor("rewrites matched to their seed", "seed_match/rewrite_of_seed/accuracy", 0.60, 0.85),
    Floor("translations matched to their seed", "seed_match/translation_of_seed/accuracy", 0.45, 0.75),
    Floor("follow-ups that name no seed", "seed_match/follow_up/accuracy", 0.92, 0.98),
    Floor("new events that name no seed", "seed_match/new_event/accuracy", 0.92, 0.98),
    Floor("background that names no seed", "seed_match/background/accuracy", 0.92, 0.98),
    Floor("stories, B-cubed F1", "stories/b_cubed/f1", 0.80, 0.92),
    Floor("novel points found", "novelty/points_found", 0.80, 0.92),
    Floor("known sentences flagged", "novelty/known_flagged", 0.40, 0.20, lower=True),
    Floor("balance of the two", "novelty/balance", 0.70, 0.85),
    Floor("false novelty in pure copies", "novelty/false_novelty_copies", 0.03, 0.0, lower=True),
)
"""Measured on a set of labelled articles: the shared one, and the repository's own."""
COPIES = (
    *(
        Floor(f"generated copies, F1 {lang}", f"languages/{lang}/f1", floor, 0.998)
        for lang, floor in (("en", 0.99), ("ru", 0.99), ("ja", 0.98))
    ),
    *(Floor(f"  worst kind, recall {lang}", f"worst_kind/{lang}/recall", 0.95, 0.99) for lang in LANGS),
    Floor(
        "strangers with known boilerplate", f"{STRANGERS}/neg_boilerplate/all/share", 0.02, 0.0, lower=True
    ),
    *(
        Floor(
            f"strangers with one known quote {lang}",
            f"{STRANGERS}/neg_quote/{lang}/share",
            most,
            0.0,
            lower=True,
        )
        for lang, most in (("en", 0.02), ("ru", 0.02), ("ja", 0.05))
    ),
)
"""Measured on copies made by rule, the worst of several runs with other articles and changes."""
PAIRS = (Floor("labelled pairs, same-story F1 (ru)", "ru/f1", 0.84, 0.90),)
"""Measured on pairs of real news, at the likeness from which the road joins a story."""


def at(figures: Mapping[str, Any], path: str) -> float | None:
    """Return the figure at a path; None where it was not measured."""
    found: Any = figures
    for step in path.split("/"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return None if found is None else float(found)


def table(floors: Sequence[Floor], columns: Mapping[str, Mapping[str, Any]]) -> str:
    """Return floors and goals with the figures of each measurement beside them, and what that means."""
    head = "".join(f"{name:>10}" for name in columns)
    lines = [f"{'':<36}{'floor':>7}{'goal':>7}{head}"]
    for one in floors:
        values = [at(figures, one.path) for figures in columns.values()]
        if all(value is None for value in values):
            continue
        cells = "".join(f"{'-':>10}" if value is None else f"{value:>10.3f}" for value in values)
        said = [one.verdict(value) for value in values if value is not None]
        worst = min(said, key=("BELOW", "PASS", "PASS, goal").index)
        sign = "<" if one.lower else " "
        lines.append(f"{one.name:<36}{sign}{one.floor:>6.2f}{one.goal:>7.3g}{cells}  {worst}")
    return "\n".join(lines)


def worst(floors: Sequence[Floor], runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of several runs, of each floor the worst one."""
    found: dict[str, Any] = {}
    for one in floors:
        values = [value for run in runs if (value := at(run, one.path)) is not None]
        if not values:
            continue
        *steps, last = one.path.split("/")
        place = found
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = max(values) if one.lower else min(values)
    return found
