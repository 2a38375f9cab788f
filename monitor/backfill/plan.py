"""What every backfill provider says and is told: windows, requests, answers, steps. Records only.

A provider is a pure state machine. The conductor asks `Provider.requests` for the first requests of a
window, makes them, and hands each answer to `Provider.links`, which returns the links found and the requests
that follow. `Progress` is what this window has seen so far: passed in and handed back, never kept inside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.model import Entry, FeedDocument, FetchKind, Sitemap


@dataclass(frozen=True, slots=True)
class Window:
    """A closed piece of the past: half-open, UTC."""

    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """Return ``2025-10-24`` or ``2025-10-01..2025-11-01``, as printed in summaries."""
        return f"{self.start:%Y-%m-%d}..{self.end:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to make."""

    url: str
    reader: str
    """``feed`` or ``sitemap``: how the answer is to be read."""
    depth: int = 0
    """How many indexes lie above it."""
    page: int = 0
    """Page number, for paged feeds; 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for an `Ask`."""

    ask: Ask
    kind: FetchKind
    body_sha256: str = ""
    feed: FeedDocument | None = None
    sitemap: Sitemap | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a window has seen: addresses asked, bodies received, entry keys found."""

    urls: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from one answer."""

    entries: tuple[Entry, ...] = ()
    asks: tuple[Ask, ...] = ()
    gap: str = ""
    """Why the window cannot be complete; empty where nothing is missing."""
    progress: Progress = field(default_factory=Progress)
    cursor: str = ""
    """Where a killed run goes on; empty: from the start of the window."""


class Provider(Protocol):
    """One way into the past."""

    @property
    def name(self) -> str:
        """Return the provider's name in configuration, store and summary."""

    def windows(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        """Return the closed windows that cover ``start`` to ``end``, newest first."""

    def requests(self, window: Window, cursor: str) -> tuple[Ask, ...]:
        """Return the first requests of a window, or those at its cursor."""

    def links(self, window: Window, answer: Answer, progress: Progress) -> Step:
        """Return what an answer holds for this window and what to ask next."""
