"""The hour of a report where its outlet writes: "on Tuesday" and "the 20th" are days there, not in Greenwich.

A report of 05:00 in Tokyo is of the evening before in UTC, and a day without an hour stands at midnight of
its zone: read in UTC, "on Tuesday" would be Tuesday of last week.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from monitor.model import Article

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_HOME = {"JP": timedelta(hours=9), "RU": timedelta(hours=3)}
"""Clocks of the capitals, for outlets whose feeds give times in UTC or none; no summer time since 2014."""


def when(article: Article) -> datetime | None:
    """Return the claimed time, else when we saw it, in the zone the outlet lives by; None without any."""
    at = article.published.at or article.first_seen
    if at is None:
        return None
    claimed = _OFFSET.fullmatch(article.published.zone) if article.published.at is not None else None
    offset = _length(claimed) if claimed is not None else timedelta(0)
    return at.astimezone(timezone(offset or _HOME.get(article.country, timedelta(0))))


def _length(offset: re.Match[str]) -> timedelta:
    length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    if length >= timedelta(hours=24):
        return timedelta(0)
    return -length if offset[1] == "-" else length
