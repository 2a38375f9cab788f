"""What the command line shows: tables that know Japanese widths, progress on a terminal, logs on stderr."""

from __future__ import annotations

import logging
import sys
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import TaskID


def width(text: str) -> int:
    """Return the columns a text takes in a terminal: two for wide characters, none for combining ones."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


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


class TerminalProgress:
    """Progress bars on a terminal's stderr; nothing is drawn elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[last]}"),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None

    def start(self, title: str, total: int | None = None) -> None:
        """Begin a bar."""
        self._bar.start()
        self._task = self._bar.add_task(title, total=total, last="")

    def step(self, text: str = "") -> None:
        """Advance the bar and show what was done last."""
        if self._task is not None:
            self._bar.update(self._task, advance=1, last=clip(text, 30))

    def end(self) -> None:
        """Remove the bar."""
        if self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None
        self._bar.stop()

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        self._console.print(text, markup=False, highlight=False)


def progress_for_terminal() -> Any:
    """Return bars when stderr is a terminal, else silence."""
    from monitor.service.progress import Silent

    return TerminalProgress() if sys.stderr.isatty() else Silent()


def set_up_logs(level: str, *, json: bool = False) -> None:
    """Send structured logs to stderr: readable on a terminal, JSON lines where asked for."""
    import structlog

    number = logging.getLevelNamesMapping().get(level.upper(), logging.WARNING)
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if json else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        stream=sys.stderr, level=max(number, logging.WARNING), format="%(levelname)s %(message)s"
    )
