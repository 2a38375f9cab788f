"""Rows as aligned columns for a terminal; wide characters count two."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from monitor.digest.columns import width

LEAST = 16
"""Columns the last cell keeps on the narrowest terminal; a line longer than the terminal wraps."""


def room() -> int:
    """Return the columns of the terminal that is looked at, 0 where none is (a pipe, a file)."""
    shown = sys.stdout.isatty() or sys.stderr.isatty()
    return shutil.get_terminal_size((0, 0)).columns if shown else 0


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
    """Return rows as aligned columns; numbers stand to the right, ``limits`` cut long cells (0: uncut).

    On a terminal the last column is cut to what fits.
    """
    caps = [*limits, *[0] * (len(head) - len(limits))]
    cells = [
        [clip(str(cell), cap) if cap else str(cell) for cell, cap in zip(row, caps, strict=True)]
        for row in rows
    ]
    _fit(head, cells, room())
    widths = [max(width(line[i]) for line in [list(head), *cells]) for i in range(len(head))]
    right = [bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(head))]

    def line(values: Sequence[str]) -> str:
        parts = []
        for value, wide, to_right in zip(values, widths, right, strict=True):
            blank = " " * (wide - width(value))
            parts.append(blank + value if to_right else value + blank)
        return "  ".join(parts).rstrip()

    return "\n".join([line(head), line(["-" * w for w in widths]), *map(line, cells)])


def _fit(head: Sequence[str], cells: list[list[str]], columns: int) -> None:
    """Cut the last cell of each row to what the terminal leaves for it."""
    if not columns or not cells:
        return
    before = sum(max(width(line[i]) for line in [list(head), *cells]) + 2 for i in range(len(head) - 1))
    for row in cells:
        row[-1] = clip(row[-1], max(columns - before, LEAST))
