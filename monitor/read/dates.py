"""Times as feeds and pages write them, in three languages, with what makes each claim weak.

feedparser reads JST and MSK as UTC and some Japanese dates as the first of the month, so the raw text is
read here. A time is never guessed into being: what cannot be read for certain is ``unreadable``, and a
date that could be two days (``06/01/2026``) is refused rather than half the time wrong.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor.model import NO_CLAIM, Claim

MAX_RAW = 120
"""Characters of a raw date that are read and kept; the longest real one (with weekday and zone name) has
60."""

FUTURE = timedelta(days=1)
"""A claim later than now by more than this is weak: zone mistakes reach 14 h, more is no mistake of zone."""

ANCIENT = datetime(1990, 1, 1, tzinfo=UTC)
"""Before the web: such dates (1970, 0001) are defaults of broken software, read as no date."""

_ZONES = {
    "z": 0, "gmt": 0, "ut": 0, "utc": 0, "wet": 0, "гринвич": 0, "est": -300, "edt": -240, "cst": -360,
    "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480,
    "hst": -600, "ast": -240, "adt": -180, "nst": -210, "ndt": -150, "brt": -180, "bst": 60, "west": 60,
    "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "sast": 120, "msk": 180,
    "msd": 240, "мск": 180, "trt": 180, "samt": 240, "gst": 240, "yekt": 300, "pkt": 300, "ist": 330,
    "omst": 360, "novt": 420, "krat": 420, "ict": 420, "wib": 420, "irkt": 480, "hkt": 480, "sgt": 480,
    "awst": 480, "jst": 540, "kst": 540, "yakt": 540, "日本時間": 540, "vlat": 600, "aest": 600,
    "aedt": 660, "magt": 660, "sakt": 660, "sret": 660, "pett": 720, "anat": 720, "nzst": 720,
    "nzdt": 780,
}  # fmt: skip
"""Zone names to minutes east. RFC 822 gives the American ones; the rest are tz database abbreviations,
those with two meanings (CST, IST, BST) as English-language feeds use them. Single military letters are
unknown (RFC 5322 4.3)."""

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
    "nov": 11, "dec": 12, "янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "мае": 5,
    "июн": 6, "июл": 7, "авг": 8, "сен": 9, "окт": 10, "ноя": 11, "дек": 12, "fev": 2, "abr": 4,
    "mai": 5, "ago": 8, "set": 9, "out": 10, "dez": 12, "okt": 10, "mrz": 3, "mär": 3, "ene": 1,
    "dic": 12,
}  # fmt: skip
"""First three letters of English and Russian month names, and of those Western European feeds leave
untranslated."""

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
"""Year before the first year of the era."""

_TIME = r"(?P<h>\d{1,2}):(?P<mi>\d{1,2})(?::(?P<s>\d{1,2})(?:[.,]\d{1,9})?)?\s*(?P<ap>[ap]\.?m\.?)?"
_ZONE = (
    r"(?:\s*\(?(?P<zone>(?:(?:GMT|UTC?)\s*)?[+\-−]\s*\d{1,2}(?::?\d{2})?(?::\d{2})?|"
    r"по\s+(?:московскому\s+времени|мск|москве)|[A-Za-zА-Яа-я]{1,5}|日本時間)\b\)?.{0,30})?"
)
_W3C = re.compile(
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:(?:[T ]\s*|\s*[-,|]\s*)"
    + _TIME
    + _ZONE
    + r")?\s*$",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})?" + _ZONE + r")?$"
)
_MONTH_ONLY = re.compile(r"\d{4}(?:-\d{1,2})?$")
_NAMED = re.compile(
    r"(?:[^\W\d]{2,14}\.?\s*[,.]?\s*)?(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s\-.]+(?:de\s+)?(?P<name>[^\W\d]{3,12})\.?,?[\s\-.]+"
    r"(?:de\s+)?(?P<y>\d{4,5}|\d{2})\s*(?:г(?:ода|\.)?)?(?:\s*[,\-–—|]?\s*(?:at|в|um)?\s*"
    + _TIME
    + _ZONE
    + r")?\s*$",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(
    r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2}))?\s*(?P<zone>мск|msk|gmt|utc|jst)?\s*,?\s*(?P<rest>\d.{5,40})$",
    re.IGNORECASE,
)
_AMERICAN = re.compile(
    r"(?:[^\W\d]{2,10}\.?\s*,?\s+)?(?P<name>[^\W\d]{3,12})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})"
    r"(?:\s*[,\-–—|]?\s*(?:at\s+)?" + _TIME + _ZONE + r")?\s*$",
    re.IGNORECASE,
)
_ASCTIME = re.compile(
    r"[a-z]{3,9}\s+(?P<name>[a-z]{3})\s+(?P<d>\d{1,2})\s+"
    + _TIME
    + r"\s*(?P<zone>[A-Za-z]{1,5}|[+-]\d{4})?\s+(?P<y>\d{4})$",
    re.IGNORECASE,
)
_JAPANESE = re.compile(
    r"(?P<era>令和|平成|昭和)?(?P<y>\d{1,4}|元)年\s*(?P<m>\d{1,2})月\s*(?P<d>\d{1,2})日\s*(?:[（(][月火水木金土日](?:曜日?)?[)）])?\s*,?"
    r"(?:\s*(?P<ap>午前|午後|AM|PM)?\s*(?P<h>\d{1,2})\s*(?:時|:)\s*(?P<mi>\d{1,2})?\s*(?:分|:)?\s*(?:(?P<s>\d{1,2})秒?)?"
    r"\s*[（(]?(?P<zone>JST|日本時間|[+-]\d{2}:?\d{2})?[)）]?)?",
    re.IGNORECASE,
)
_DOTTED = re.compile(
    r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d{2})\s*(?:г\.)?(?:[,\s\-–—|]*(?:в\s+)?"
    + _TIME
    + _ZONE
    + r")?\s*$",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    r"(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>\d{4})(?:[,\s\-–—|]+" + _TIME + _ZONE + r")?\s*$",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"(?P<s>1\d{9})(?P<ms>\d{3})?$")
_OFFSET = re.compile(r"(?:GMT|UTC?)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:published|updated|posted|last modified|опубликовано|обновлено|公開|更新|配信|掲載|投稿)"
    r"(?:日時|日)?\s*(?:on|at)?\s*[:：]?\s*",
    re.IGNORECASE,
)


def parse(raw: str, *, now: datetime, tz_fix: str = "", assume: str = "") -> Claim:
    """Return the time that a raw date text claims, in UTC, with its weakness.

    ``tz_fix`` replaces the claimed zone (weak ``zone_replaced``); ``assume`` serves texts without zone
    (weak ``no_zone``; UTC where it is empty). Both are an offset (``+03:00``) or an IANA name. A date
    without time is weak ``no_time`` and stands at midnight of its zone; later than ``now`` by a day:
    ``future``; before 1990: ``ancient`` with no time. Empty text gives `NO_CLAIM`.
    """
    raw = " ".join(raw.split())[:MAX_RAW]
    if not raw:
        return NO_CLAIM
    text = _LEAD.sub("", unicodedata.normalize("NFKC", raw).replace("−", "-"))
    for read in (_epoch, _w3c, _named, _japanese, _numeric, _time_first):
        found = read(text)
        if found is not None:
            return _claim(found, raw, now=now, tz_fix=tz_fix, assume=assume)
    return Claim(at=None, raw=raw, weak="unreadable")


def is_zone(name: str) -> bool:
    """Return True when the text is an offset or IANA name that `parse` accepts as ``tz_fix``."""
    return _zone(name) is not None


class _Found:
    """What a pattern found: local parts, whether a time stood there, and the zone's text."""

    __slots__ = ("day", "has_time", "zone")

    def __init__(self, day: datetime | None, zone: str, *, has_time: bool) -> None:
        self.day = day
        self.zone = zone
        self.has_time = has_time


def _epoch(text: str) -> _Found | None:
    """Read seconds or milliseconds since 1970."""
    match = _EPOCH.match(text)
    return (
        _Found(datetime.fromtimestamp(int(match["s"]), UTC).replace(tzinfo=None), "Z", has_time=True)
        if match
        else None
    )


def _w3c(text: str) -> _Found | None:
    """Read ISO 8601 and its relatives: year first."""
    match = _W3C.match(text) or _COMPACT.match(text)
    if match:
        return _build(match, int(match["m"]))
    return _Found(None, "", has_time=False) if _MONTH_ONLY.match(text) else None


def _named(text: str) -> _Found | None:
    """Read dates with a month name: RFC 822, Russian, American, asctime."""
    for pattern in (_NAMED, _AMERICAN, _ASCTIME):
        match = pattern.match(text)
        if match:
            month = _MONTHS.get(match["name"].lower()[:3])
            return _build(match, month) if month else None
    return None


def _japanese(text: str) -> _Found | None:
    """Read ``2026年11月25日 16時20分`` and ``令和8年…``, weekday in brackets allowed."""
    match = _JAPANESE.match(text)
    if not match:
        return None
    year = 1 if match["y"] == "元" else int(match["y"])
    if match["era"]:
        year += _ERAS[match["era"]]
    elif year < 1900:
        return None
    return _build(match, int(match["m"]), year=year)


def _numeric(text: str) -> _Found | None:
    """Read ``25.11.2026`` (day first) and slashed forms where only one reading is a date."""
    match = _DOTTED.match(text)
    if match:
        return _build(match, int(match["m"]))
    match = _SLASHED.match(text)
    if not match:
        return None
    first, second = int(match["a"]), int(match["b"])
    if first > 12 >= second:
        return _build(match, second, day=first)
    if second > 12 >= first or first == second:
        return _build(match, first, day=second)
    return None


def _time_first(text: str) -> _Found | None:
    """Read ``16:20, 25 ноября 2026``."""
    match = _TIME_FIRST.match(text)
    if not match:
        return None
    found = _named(match["rest"]) or _numeric(match["rest"]) or _w3c(match["rest"])
    if found is None or found.has_time or found.day is None:
        return None
    day = found.day + timedelta(hours=int(match["h"]), minutes=int(match["mi"]), seconds=int(match["s"] or 0))
    return (
        _Found(day, match["zone"] or "", has_time=True)
        if int(match["h"]) < 24 and int(match["mi"]) < 60
        else None
    )


def _build(match: re.Match[str], month: int, *, year: int | None = None, day: int | None = None) -> _Found:
    """Return what a match says; ``day`` None where it is no date (31 February, 25:61)."""
    groups = match.groupdict()
    year = int(groups["y"]) if year is None else year
    if year < 100 and len(groups["y"]) == 2 and "era" not in groups:
        year += 2000 if year < 70 else 1900  # RFC 5322, section 4.3, with the usual pivot
    day = int(groups["d"]) if day is None else day
    zone = groups.get("zone") or ""
    if groups.get("h") is None:
        return _Found(_date(year, month, day), zone, has_time=False)
    hour, minute, second = int(groups["h"]), int(groups["mi"] or 0), int(groups["s"] or 0)
    half = (groups.get("ap") or "").lower().replace(".", "")
    if half in {"pm", "午後"} and hour < 12:
        hour += 12
    if half in {"am", "午前"} and hour == 12:
        hour = 0
    base = _date(year, month, day)
    whole = (hour, minute, second) == (24, 0, 0)
    if base is None or (not whole and not (hour < 24 and minute < 60 and second <= 60)):
        return _Found(None, zone, has_time=True)
    try:
        return _Found(base + timedelta(hours=hour, minutes=minute, seconds=second), zone, has_time=True)
    except OverflowError:
        return _Found(None, zone, has_time=True)


def _date(year: int, month: int, day: int) -> datetime | None:
    """Return midnight of that day, None where there is none."""
    try:
        return datetime(year, month, day)  # noqa: DTZ001  the zone is applied in _claim
    except ValueError:
        return None


def _claim(found: _Found, raw: str, *, now: datetime, tz_fix: str, assume: str) -> Claim:
    """Apply the zone and name what is weak."""
    if found.day is None:
        return Claim(at=None, raw=raw, weak="unreadable")
    claimed = _zone(found.zone) if found.zone and found.has_time else None
    fixed = _zone(tz_fix) if tz_fix else None
    zone = fixed or claimed or (_zone(assume) if assume else None)
    try:
        local = found.day.replace(tzinfo=zone or UTC)
        at = local.astimezone(UTC)
    except OverflowError:
        return Claim(at=None, raw=raw, weak="unreadable")
    offset = _offset_text(local) if zone else ""
    if at < ANCIENT:
        return Claim(at=None, raw=raw, zone=offset, weak="ancient")
    weak = ""
    if not found.has_time:
        weak = "no_time"
    elif fixed is not None:
        weak = "zone_replaced"
    elif claimed is None:
        weak = "no_zone"
    claim = Claim(at=at, raw=raw, zone=offset, weak=weak)
    return replace(claim, weak="future") if at > now + FUTURE else claim


@lru_cache(maxsize=256)
def _zone(text: str) -> tzinfo | None:
    """Return the zone a text names, None for an unknown one; ``-0000`` is UTC (RFC 5322, section 3.3)."""
    text = " ".join(text.split())
    if not text:
        return None
    low = text.lower()
    if low in _ZONES:
        return timezone(timedelta(minutes=_ZONES[low]))
    if low.startswith("по"):
        return timezone(timedelta(hours=3))
    match = _OFFSET.match(text)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return (
            timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
            if minutes <= 14 * 60
            else None
        )
    if "/" not in text:
        return None
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return None


def _offset_text(local: datetime) -> str:
    """Return the offset of an aware time as ``+09:00``."""
    offset = local.utcoffset()
    if offset is None:
        return ""
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
