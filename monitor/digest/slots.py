"""Which local times a recipient's digests belong to: names, instants, the last one due and the next. Pure.

A slot is a local date and time. Its name is its identity (``2026-11-26T07:00``): on the day the clock goes
back the hour that comes twice has one slot, on the day it goes forward a time that does not exist is the
instant just after the gap, so every slot comes exactly once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Recipient

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One digest time of one recipient."""

    at: datetime
    """The instant, UTC."""
    name: str
    """Local date and time, ``YYYY-MM-DDTHH:MM``."""


def wanted_on(day: date, days: str) -> bool:
    """Return True when a recipient with this ``days`` setting gets digests on that local date."""
    if days == "daily":
        return True
    if days == "weekdays":
        return day.weekday() < 5
    return _DAYS[day.weekday()] in {name.strip()[:3].lower() for name in days.split(",")}


def instant(day: date, at: str, zone: str) -> Slot:
    """Return the slot of a local date and ``HH:MM``."""
    local = datetime.combine(day, time.fromisoformat(at), tzinfo=ZoneInfo(zone))
    return Slot(at=local.astimezone(UTC), name=f"{day.isoformat()}T{at}")


def _around(recipient: Recipient, first: date, last: date) -> Iterator[Slot]:
    day = first
    while day <= last:
        if wanted_on(day, recipient.days):
            for at in recipient.at:
                yield instant(day, at, recipient.zone)
        day += timedelta(days=1)


def last_due(recipient: Recipient, now: datetime) -> Slot:
    """Return the newest slot at or before ``now``; missed ones before it are covered by its period."""
    today = now.astimezone(ZoneInfo(recipient.zone)).date()
    slots = [s for s in _around(recipient, today - timedelta(days=8), today) if s.at <= now]
    return max(slots)


def following(recipient: Recipient, now: datetime) -> Slot:
    """Return the first slot after ``now``."""
    today = now.astimezone(ZoneInfo(recipient.zone)).date()
    return min(s for s in _around(recipient, today, today + timedelta(days=8)) if s.at > now)
