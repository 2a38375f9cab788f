"""How long work tells that it goes on: to a terminal only, never into the data."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What the conductor calls; the command line decides what is shown."""

    def start(self, title: str, total: int | None = None) -> None:
        """Begin a piece of work of ``total`` steps (None: unknown)."""

    def step(self, text: str = "") -> None:
        """Say that one step is done."""

    def end(self) -> None:
        """Finish the piece of work."""

    def note(self, text: str) -> None:
        """Leave one line on the screen."""


class Silent:
    """Progress for a daemon, a pipe and tests."""

    def start(self, title: str, total: int | None = None) -> None:
        """Do nothing."""

    def step(self, text: str = "") -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""
