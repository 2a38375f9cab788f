"""What can go wrong inside our own promise, by what the caller can do about it.

What the outside world does every day (timeouts, 404, broken feeds, refused mail) is no exception:
it is a value with a kind (`monitor.model.FetchKind`, `monitor.model.DeliveryKind`), stored and counted.

    MonitorError
    ├── ConfigurationError   fix the file: every mistake at once, with file, line and key   exit 2
    ├── UsageError           fix the command line                                          exit 2
    ├── StoreBusyError       another daemon holds the store: wait or stop it               exit 4
    ├── StoreError           the store cannot be opened, migrated or written               exit 3
    └── SandboxError         the parser process was lost; fails that one document
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class MonitorError(Exception):
    """Root of everything this package raises on purpose; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a configuration file."""

    file: str
    line: int | None
    """1-based; None where the file could not be read at all."""
    key: str
    """Dotted path, for example ``source[3].poll_minutes``."""
    message: str
    """What is wrong and what to write instead."""

    def __str__(self) -> str:
        """Return ``file:line: key: message``, the form editors can jump to."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ConfigurationError(MonitorError):
    """The configuration cannot be used; carries all mistakes, in file order."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """Keep the mistakes; the text has one line for each."""
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class UsageError(MonitorError):
    """The command line asks for something that cannot be."""


class StoreBusyError(MonitorError):
    """Another daemon holds this store."""


class StoreError(MonitorError):
    """The store cannot be opened, migrated, read or written."""


class SandboxError(MonitorError):
    """The parser process was lost (limit, deadline, crash) while reading one document."""
