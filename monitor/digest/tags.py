"""Sub-threads of the topic as tags: which one tells a story best, and the two the digest adds itself."""

from __future__ import annotations

from collections.abc import Iterable

STATEMENTS = "statements"
"""Somebody in office is quoted."""
ANALYSIS = "analysis"
"""A column, an analysis, an explainer."""
_GENERAL = (STATEMENTS, "treaty", "territory")
"""What nearly every story of the topic touches: named where nothing closer is."""


def ordered(threads: Iterable[str]) -> tuple[str, ...]:
    """Return the sub-threads, each once, the telling ones in their order and the general ones last."""
    names = tuple(dict.fromkeys(threads))
    return (
        *(name for name in names if name not in _GENERAL),
        *(name for name in _GENERAL if name in names),
    )


def shown(threads: Iterable[str]) -> tuple[str, ...]:
    """Return the sub-threads a story is tagged with; the general ones only where it has no other."""
    names = ordered(threads)
    return tuple(name for name in names if name not in _GENERAL) or names


def main(threads: Iterable[str]) -> str:
    """Return the one sub-thread to call a story by; empty where it has none."""
    return next(iter(ordered(threads)), "")
