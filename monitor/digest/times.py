"""Times as a digest says them: in the reader's zone and language, as short as they can be without doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.digest.columns import GLUE
from monitor.digest.material import Span
from monitor.digest.parts import Digest
from monitor.digest.phrasebook import Phrases
from monitor.digest.phrases import phrases


class Times:
    """The times of one digest."""

    def __init__(self, digest: Digest) -> None:
        self.digest = digest
        self.phrases: Phrases = phrases(digest.language)
        self.zone = ZoneInfo(digest.zone)
        self.now = digest.at.astimezone(self.zone)

    def sign(self, name: str) -> str:
        """Return a sign between or behind sentences as this language prints it (``comma``, ``end``)."""
        return self.phrases.say(name)

    def listed(self, items: Iterable[str]) -> str:
        """Return the items as a list within a sentence."""
        return self.sign("comma").join(items)

    def prose(self, *sentences: str) -> str:
        """Return finished sentences in a row, a blank between them where the language has blanks."""
        return ("" if self.sign("end") == "。" else " ").join(one for one in sentences if one)

    def command(self, words: str) -> str:
        """Return a command as it can be pasted; its blanks are ``GLUE``, so that every form knows it."""
        return f"{self.digest.program} {words}".replace(" ", GLUE)

    def more_command(self) -> str:
        """Return the command that prints everything this digest knows."""
        words = self.digest.reprint or f"digest --slot {self.digest.slot} --format json"
        return self.command(words.removeprefix("monitor "))

    def label(self, text: str) -> str:
        """Return what a reference is called; ``seed 2`` in the reader's language."""
        seed = re.fullmatch(r"seed (\d+)", text)
        return self.phrases.say("seed", n=seed[1]) if seed else text

    def topic(self) -> str:
        """Return the topic's name; the shipped topic's in the reader's language."""
        key = f"topic.{self.digest.title.casefold()}"
        return self.phrases.say(key) if self.phrases.has(key) else self.digest.title

    def day(self, at: datetime, *, year: bool = False) -> str:
        """Return ``25 Nov``, with the year where asked or where it is another."""
        local = at.astimezone(self.zone)
        return self._date(local, year=year or local.year != self.now.year)

    def _date(self, day: date, *, year: bool = False) -> str:
        month = self.phrases.months[day.month - 1]
        return self.phrases.say("date_year" if year else "date", day=day.day, month=month, year=day.year)

    def clock(self, at: datetime) -> str:
        """Return ``16:20``."""
        return f"{at.astimezone(self.zone):%H:%M}"

    def moment(self, at: datetime | None) -> str:
        """Return ``25 Nov 16:20``."""
        if at is None:
            return self.phrases.say("undated")
        return self.phrases.say("moment", date=self.day(at), time=self.clock(at))

    def weekday(self, at: datetime) -> str:
        """Return ``Wed``."""
        return self.phrases.weekdays[at.astimezone(self.zone).weekday()]

    def near_moment(self, at: datetime) -> str:
        """Return ``Fri 14:10``, or ``Fri 6 Nov 14:10`` where that could be another week's Friday."""
        if abs(self.now - at) < timedelta(days=6):
            return self.phrases.say("weekday_time", weekday=self.weekday(at), time=self.clock(at))
        return self.weekday_moment(at)

    def weekday_moment(self, at: datetime) -> str:
        """Return ``Fri 6 Nov 14:10``."""
        return self.phrases.say(
            "weekday_moment", weekday=self.weekday(at), date=self.day(at), time=self.clock(at)
        )

    def span(self, span: Span) -> str:
        """Return ``Fri 14:10 - Sat 03:30``, the second day left out where it is the first."""
        same = span.start.astimezone(self.zone).date() == span.end.astimezone(self.zone).date()
        end = self.clock(span.end) if same else self.near_moment(span.end)
        return f"{self.near_moment(span.start)} - {end}"

    def _today(self, at: datetime) -> str:
        same = at.astimezone(self.zone).date() == self.now.date()
        return self.clock(at) if same else self.near_moment(at)

    def stamp(self, at: datetime, key: str = "stamp", *, year: bool = True) -> str:
        """Return ``Thu 26 Nov 2026, 07:00 JST``."""
        return self.phrases.say(
            key,
            weekday=self.weekday(at),
            date=self.day(at, year=year),
            time=self.clock(at),
            zone=self._zone_name(at),
        )

    def _zone_name(self, at: datetime) -> str:
        name = at.astimezone(self.zone).tzname() or ""
        return f"UTC{name}" if name.startswith(("+", "-")) else name

    def long(self, length: timedelta) -> str:
        """Return ``16 h``, ``45 min``, ``3 days``, rounded down, never less than a minute."""
        # Rounded down: what is said of blindness is never more than what was.
        minutes = max(1, int(length.total_seconds() // 60))
        if minutes < 60:
            return self.phrases.count("minutes", minutes)
        if minutes < 72 * 60:
            return self.phrases.count("hours", minutes // 60)
        return self.phrases.count("days", minutes // (24 * 60))
