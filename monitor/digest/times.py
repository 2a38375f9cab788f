"""Times as a digest says them: in the reader's zone and language, as short as they can be without doubt."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.digest.material import Span
from monitor.digest.parts import Digest
from monitor.digest.phrases import Phrases, phrases


class Times:
    """The times of one digest."""

    def __init__(self, digest: Digest) -> None:
        self.digest = digest
        self.phrases: Phrases = phrases(digest.language)
        self.zone = ZoneInfo(digest.zone)
        self.now = digest.at.astimezone(self.zone)

    def day(self, at: datetime, *, year: bool = False) -> str:
        """Return ``25 Nov``, with the year where asked or where it is another."""
        local = at.astimezone(self.zone)
        text = f"{local.day} {self.phrases.months[local.month - 1]}"
        return f"{text} {local.year}" if year or local.year != self.now.year else text

    def clock(self, at: datetime) -> str:
        """Return ``16:20``."""
        return f"{at.astimezone(self.zone):%H:%M}"

    def moment(self, at: datetime | None) -> str:
        """Return ``25 Nov 16:20``."""
        return self.phrases.say("undated") if at is None else f"{self.day(at)} {self.clock(at)}"

    def weekday(self, at: datetime) -> str:
        """Return ``Wed``."""
        return self.phrases.weekdays[at.astimezone(self.zone).weekday()]

    def near_moment(self, at: datetime) -> str:
        """Return ``Fri 14:10``, or ``Fri 6 Nov 14:10`` where that could be another week's Friday."""
        if abs(self.now - at) < timedelta(days=6):
            return f"{self.weekday(at)} {self.clock(at)}"
        return f"{self.weekday(at)} {self.moment(at)}"

    def span(self, span: Span) -> str:
        """Return ``Fri 14:10 - Sat 03:30``, the second day left out where it is the first."""
        same = span.start.astimezone(self.zone).date() == span.end.astimezone(self.zone).date()
        end = self.clock(span.end) if same else self.near_moment(span.end)
        return f"{self.near_moment(span.start)} - {end}"

    def _today(self, at: datetime) -> str:
        same = at.astimezone(self.zone).date() == self.now.date()
        return self.clock(at) if same else self.near_moment(at)

    def stamp(self, at: datetime) -> str:
        """Return ``Thu 26 Nov 2026, 07:00 JST``."""
        return f"{self.weekday(at)} {self.day(at, year=True)}, {self.clock(at)} {self._zone_name(at)}"

    def _zone_name(self, at: datetime) -> str:
        name = at.astimezone(self.zone).tzname() or ""
        return f"UTC{name}" if name.startswith(("+", "-")) else name

    def long(self, length: timedelta) -> str:
        """Return ``16 h``, ``45 min``, ``3 days``, rounded down, never less than a minute."""
        minutes = max(1, int(length.total_seconds() // 60))
        if minutes < 60:
            return self.phrases.count("minutes", minutes)
        if minutes < 72 * 60:
            return self.phrases.count("hours", minutes // 60)
        return self.phrases.count("days", minutes // (24 * 60))
