"""What changed between two verdicts on one entry: for judging anew under other rules. Knows no store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import Relation, Verdict

PARTS = (
    ("relation", "relation"),
    ("level", "level"),
    ("duplicate_of", "original"),
    ("match", "match"),
    ("sentences", "sentences"),
    ("quotes", "quotes"),
    ("relevance", "relevance"),
    ("reason", "reason"),
    ("positions", "positions"),
    ("origin", "origin"),
    ("figures", "figures"),
    ("island_names", "island names"),
    ("story_reason", "reason of the story"),
)
"""Fields of a verdict that are compared, with what a difference in them is called. The version of the rules
is none: another version that says the same changes nothing."""


@dataclass(frozen=True, slots=True)
class Held:
    """What holds for an entry: the verdict, and the story its article is in."""

    verdict: Verdict
    story: str | None = None


def differences(before: Held, after: Held) -> tuple[str, ...]:
    """Return the names of what differs, the weightiest first; nothing where both say the same."""
    found = [name for field, name in PARTS if getattr(before.verdict, field) != getattr(after.verdict, field)]
    if before.story != after.story:
        found.append("story")
    return tuple(found)


def transitions(pairs: Iterable[tuple[Verdict, Verdict]]) -> dict[tuple[Relation, Relation], int]:
    """Return how often which relation became which, the commonest first; unchanged relations too."""
    counted = Counter((before.relation, after.relation) for before, after in pairs)
    order = list(Relation)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], *map(order.index, item[0])))
    return dict(ranked)
