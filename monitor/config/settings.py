"""The settings as typed, frozen records: what the rest of the program sees of ``sources.toml``.

Nothing here reads a file or the environment; ``monitor.config.reader`` makes these records.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from monitor.errors import Mistake
from monitor.model import Recipient, Source, Terms

GAP_FLOOR_S = 1.0
"""Shortest gap between two requests to one foreign host, whatever is configured (DESIGN §7)."""


@dataclass(frozen=True, slots=True)
class General:
    """``[monitor]``: who runs it, where it keeps things, whose clock it follows."""

    storage: Path
    """Absolute. Holds monitor.db (without ``database``), digests/, raw/ and an own seeds.json."""
    contact: str = ""
    """Mail address or page that goes into the User-Agent; empty until the operator sets it."""
    database: str = field(default="", repr=False)
    """``postgresql://…``; empty for SQLite in ``storage``. MONITOR_DATABASE in the environment wins,
    and may hold a password."""
    zone: str = "UTC"
    """IANA name."""
    personal_use: bool = False


@dataclass(frozen=True, slots=True)
class Fetching:
    """``[fetch]``: exemptions from the address guard, and the pace on one host."""

    allow_private: frozenset[str] = frozenset()
    """``host`` or ``host:port``, lower case."""
    article_gap_s: float = 5.0
    """Seconds between two article requests to one host (polling-etiquette A6)."""
    pages_on_suspicion: int = 10
    """Pages a source and day (UTC) read though title and teaser name nothing of the topic; 0: none.

    Measured on 2124 captured entries on anything: 13 would ask for one, so that an agency with 1,000 items a
    day stays below it."""
    max_bytes: int = 10_000_000
    """Largest body taken, after decompression (polling-etiquette D12)."""

    def private(self, host: str, port: int | None = None) -> bool:
        """Return True when the operator exempted this host (with any port, or with this one)."""
        host = host.lower()
        return host in self.allow_private or (port is not None and f"{host}:{port}" in self.allow_private)

    def gap_s(self, host: str, port: int | None = None) -> float:
        """Return the gap for one host in seconds: below 1 only where ``allow_private`` names it."""
        return self.article_gap_s if self.private(host, port) else max(GAP_FLOOR_S, self.article_gap_s)


@dataclass(frozen=True, slots=True)
class Digests:
    """``[digest]`` and ``[[digest.to]]``: when digests are made, and for whom."""

    at: tuple[str, ...] = ("07:00",)
    """Local times ``HH:MM``, ascending; recipients without own times use these."""
    days: str = "daily"
    when_empty: str = "send"
    """``send`` or ``skip``."""
    baseline: date | None = None
    """Facts first reported before this local day are old; None: the day of the first start."""
    heartbeat_url: str = field(default="", repr=False)
    """The address of a switch is its key."""
    recipients: tuple[Recipient, ...] = ()
    """In file order; without any ``[[digest.to]]`` one of kind ``file``."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """``[smtp]`` and the secrets that go with it."""

    host: str
    sender: str
    """``from``: one address, with or without a display name."""
    port: int = 587
    security: str = "starttls"
    """``starttls``, ``tls`` or ``none``."""
    unsubscribe: str = ""
    """``mailto:`` or ``https:`` address to leave by; ``{address}`` in it stands for the reader's own."""
    user: str = ""
    """From MONITOR_SMTP_USER."""
    password: str = field(default="", repr=False)
    """From MONITOR_SMTP_PASSWORD; never printed."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """``[alerts]``: mail at once when a new fact of a named kind arrives."""

    kinds: tuple[str, ...] = ("talks", "quotes", "missiles")
    min_origins: int = 2
    """Origins a new fact needs; one government source is always enough."""
    cooldown_hours: float = 12.0
    """Per story."""


@dataclass(frozen=True, slots=True)
class Web:
    """``[web]``: where the status page listens."""

    host: str = "127.0.0.1"
    port: int = 8000


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything ``sources.toml`` and the environment say, checked."""

    path: Path
    """The file, absolute."""
    monitor: General
    topic_file: Path | None = None
    """None: the shipped topic."""
    fetch: Fetching = Fetching()
    digest: Digests = Digests()
    smtp: Smtp | None = None
    alerts: Alerts | None = None
    web: Web | None = None
    sources: tuple[Source, ...] = ()
    """In file order, disabled ones included."""
    warnings: tuple[Mistake, ...] = ()
    """Remarks that stop nothing: no contact, thin coverage, a poll interval that may lose entries."""

    @property
    def store(self) -> str | Path:
        """Return what the store is opened with: the PostgreSQL address, else the storage directory."""
        return self.monitor.database or self.monitor.storage

    @property
    def active(self) -> tuple[Source, ...]:
        """Return the sources that are enabled and whose terms are satisfied."""
        return tuple(source for source in self.sources if source.enabled and self._allowed(source))

    @property
    def waiting(self) -> tuple[Source, ...]:
        """Return the enabled sources that wait for ``personal_use = true``."""
        return tuple(
            s for s in self.sources if s.enabled and s.terms is Terms.PERSONAL and not self._allowed(s)
        )

    def source(self, source_id: str) -> Source | None:
        """Return the source with that id, disabled ones included, else None."""
        return next((source for source in self.sources if source.id == source_id), None)

    def _allowed(self, source: Source) -> bool:
        """Return True when the publisher's terms let this installation poll the source."""
        if source.terms is Terms.PERSONAL:
            return self.monitor.personal_use
        return source.terms is not Terms.BLOCKED
