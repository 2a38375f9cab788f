"""What the command line shows besides data: progress on a terminal, logs on stderr."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from monitor.service.tables import clip

if TYPE_CHECKING:
    from rich.progress import TaskID


LEVELS = ("debug", "info", "warning", "error")


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
    """Send structured logs of one of `LEVELS` and above to stderr, as JSON lines where asked for."""
    import structlog

    number = logging.getLevelNamesMapping()[level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        # Plain traces: the library's own show local variables, and so passwords and whole topics.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
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
