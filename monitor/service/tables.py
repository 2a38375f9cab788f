"""Rows as aligned columns for a terminal; wide characters count two."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.digest.columns import width


def clip(text: str, columns: int) -> str:
    """Return the text cut to so many columns, with ``…`` where something is missing."""
    text = " ".join("".join(c for c in text if c.isprintable()).split())
    if width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > columns - 1:
            break
        kept += char
    return kept + "…"


def table(head: Sequence[str], rows: Sequence[Sequence[object]], limits: Sequence[int] = ()) -> str:
    """Return rows as aligned columns; numbers stand to the right, ``limits`` cut long cells (0: uncut)."""
    caps = [*limits, *[0] * (len(head) - len(limits))]
    cells = [
        [clip(str(cell), cap) if cap else str(cell) for cell, cap in zip(row, caps, strict=True)]
        for row in rows
    ]
    widths = [max(width(line[i]) for line in [list(head), *cells]) for i in range(len(head))]
    right = [bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(head))]

    def line(values: Sequence[str]) -> str:
        parts = []
        for value, wide, to_right in zip(values, widths, right, strict=True):
            blank = " " * (wide - width(value))
            parts.append(blank + value if to_right else value + blank)
        return "  ".join(parts).rstrip()

    return "\n".join([line(head), line(["-" * w for w in widths]), *map(line, cells)])
