"""Checked reading of one TOML table: takes keys by name and type, and collects every mistake on the way.

Each ``Table`` method returns a usable value even after a mistake (the default), so that reading goes on
and the operator sees all mistakes at once. ``Table.close`` reports the keys nobody asked for.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.config.lines import Path
from monitor.errors import Mistake

Choice = TypeVar("Choice", bound=StrEnum)

NEAREST_RATIO = 0.6
"""How alike a mistyped key and a known one must be to be suggested (difflib's ratio; its own default)."""

SECRET = re.compile(r"pass(word|wd|phrase)?|secret|token|api_?key|credential", re.IGNORECASE)
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
OFFSET = re.compile(r"[+-]([01]\d|2[0-3]):[0-5]\d")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MAILBOX = re.compile(r"[^\s@<>\"(),;:\\\x00-\x1f\x7f]+@[^\s@<>\"(),;:\\\x00-\x1f\x7f]+")

_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "true/false"),
    (str, "text"),
    (int, "a whole number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "a table"),
    (datetime, "a date with time"),
    (date, "a date"),
    (time, "a time"),
)


@dataclass
class Report:
    """What one reading finds: mistakes, remarks, and the names of all keys that were asked for."""

    file: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    """Dotted names without positions, ``source.selectors.title``: the vocabulary."""
    broken: frozenset[int] = frozenset()
    """Lines that could not be read: what is missing may have stood there."""

    def line(self, path: Path) -> int | None:
        """Return the line of the path, else of the nearest table around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return None

    def mistake(self, path: Path, message: str) -> None:
        """Note something that must be mended before anything starts."""
        self.mistakes.append(Mistake(self.file, self.line(path) or 1, dotted(path), message))

    def warn(self, path: Path, message: str) -> None:
        """Note something the operator should know, and that stops nothing."""
        self.warnings.append(Mistake(self.file, self.line(path) or 1, dotted(path), message))


def dotted(path: Path) -> str:
    """Return a path as people write it: ``source[3].url``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a suggestion (`` did you mean "x"?``) for a mistyped word, or nothing where none is near."""
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=NEAREST_RATIO)
    return f'; did you mean "{by_folded[found[0]]}"?' if found else ""


def what(value: object) -> str:
    """Return what kind of TOML value this is, in plain words."""
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "something else")


class Table:
    """One table of the file, with its place in it."""

    def __init__(self, report: Report, path: Path, values: Mapping[str, Any]) -> None:
        self.report = report
        self.path = path
        self.values = values
        self.known: set[str] = set()

    # ---------------------------------------------------------------- plain types

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Return a text without control characters and outer blanks."""
        value = self._take(key, str, "text in quotes", required=required)
        if value is None:
            return default
        if CONTROL.search(value):
            self.wrong(key, "line ends and control characters are not allowed here")
            return default
        if required and not value.strip():
            self.wrong(key, "must not be empty")
        return str(value.strip())

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._take(key, bool, "true or false (without quotes)")
        return default if value is None else bool(value)

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number within its range."""
        value = self._take(key, int, "a whole number")
        return default if value is None or not self._within(key, value, low, high) else int(value)

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        """Return a number within its range."""
        value = self._take(key, (int, float), "a number")
        return default if value is None or not self._within(key, value, low, high) else float(value)

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of texts; one text alone stands for a list of one."""
        value = self._take(key, (list, str), "a list of texts")
        if value is None:
            return default
        items = [value] if isinstance(value, str) else value
        for position, item in enumerate(items):
            if not isinstance(item, str) or not item.strip() or CONTROL.search(item):
                self.report.mistake((*self.path, key, position), f"expected text, found {what(item)}")
        return tuple(item.strip() for item in items if isinstance(item, str) and item.strip())

    # ---------------------------------------------------------------- texts with a meaning

    def one_of(self, key: str, allowed: Iterable[str], default: str, *, required: bool = False) -> str:
        """Return one of the allowed words."""
        allowed = tuple(allowed)
        value = self.text(key, default, required=required)
        if value == default or value in allowed:
            return value
        words = ", ".join(f'"{word}"' for word in allowed)
        self.wrong(key, f'"{value}" is none of {words}{nearest(value, allowed)}')
        return default

    def enum(self, key: str, kind: type[Choice], default: Choice) -> Choice:
        """Return a member of an enum."""
        return kind(self.one_of(key, [str(member) for member in kind], str(default)))

    def matching(
        self, key: str, pattern: str, expected: str, default: str = "", *, required: bool = False
    ) -> str:
        """Return a text of a given form; empty is allowed unless it is required."""
        value = self.text(key, default, required=required)
        if not value or re.fullmatch(pattern, value):
            return value
        self.wrong(key, f'"{value}" is not {expected}')
        return default

    def url(self, key: str, *, required: bool = False) -> str:
        """Return an http(s) address without user name and password."""
        value = self.text(key, required=required)
        reason = url_fault(value) if value else ""
        if reason:
            self.wrong(key, reason)
        return value

    def zone(self, key: str, default: str) -> str:
        """Return an IANA zone name."""
        value = self.text(key) or default
        if value != default and not known_zone(value):
            self.wrong(key, f'"{value}" is no time zone; write a name such as "Asia/Tokyo" or "UTC"')
            return default
        return value

    def offset_or_zone(self, key: str) -> str:
        """Return ``+03:00`` or an IANA name, or nothing."""
        value = self.text(key)
        if not value or OFFSET.fullmatch(value) or known_zone(value):
            return value
        self.wrong(key, f'"{value}" is neither an offset such as "+03:00" nor a zone such as "Europe/Moscow"')
        return ""

    def clocks(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return local times ``HH:MM``, ascending, each once."""
        raw = self.values.get(key)
        if isinstance(raw, time):
            self.values = {**self.values, key: [raw.strftime("%H:%M")]}
        elif isinstance(raw, list):
            self.values = {
                **self.values,
                key: [i.strftime("%H:%M") if isinstance(i, time) else i for i in raw],
            }
        found = self.texts(key, default)
        for value in found:
            if not CLOCK.fullmatch(value):
                self.wrong(key, f'"{value}" is no time of day; write "HH:MM", for example "07:00"')
        if key in self.values and self.values[key] == []:
            self.wrong(key, 'needs at least one time, for example ["07:00"]')
        return tuple(sorted({value for value in found if CLOCK.fullmatch(value)})) or default

    def day(self, key: str) -> date | None:
        """Return a day (a TOML date or a text ``YYYY-MM-DD``); None where empty."""
        moment = self._moment(key)
        return None if moment is None else moment.date()

    def moment(self, key: str) -> datetime | None:
        """Return a date, or a date with time, as an aware datetime in UTC; None where empty."""
        moment = self._moment(key)
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    # ---------------------------------------------------------------- tables within

    def table(self, key: str) -> Table | None:
        """Return a table within this one; None where it is absent."""
        value = self._take(key, dict, f"a table, [{dotted((*self.path, key))}]")
        return None if value is None else Table(self.report, (*self.path, key), value)

    def tables(self, key: str) -> tuple[Table, ...]:
        """Return the tables of an array of tables, in file order."""
        name = dotted((*(part for part in self.path if isinstance(part, str)), key))
        value = self._take(key, list, f"a list of tables; write [[{name}]] above each")
        found = []
        for position, item in enumerate(value or ()):
            path = (*self.path, key, position)
            if isinstance(item, dict):
                found.append(Table(self.report, path, item))
            else:
                self.report.mistake(path, f"expected a table, found {what(item)}")
        return tuple(found)

    # ---------------------------------------------------------------- mistakes

    def wrong(self, key: str, message: str) -> None:
        """Note a mistake at one key of this table."""
        self.report.mistake((*self.path, key), message)

    def warn(self, key: str, message: str) -> None:
        """Note a remark at one key of this table."""
        self.report.warn((*self.path, key), message)

    def close(self, elsewhere: Mapping[str, str] | None = None) -> None:
        """Report the keys nobody asked for; ``elsewhere`` says in which table a key belongs instead."""
        for key in self.values:
            if key not in self.known:
                self.wrong(key, self._unknown(key, elsewhere or {}))

    def _unknown(self, key: str, elsewhere: Mapping[str, str]) -> str:
        if SECRET.search(key):
            return (
                "secrets do not belong in this file, remove it; set MONITOR_SMTP_USER and "
                "MONITOR_SMTP_PASSWORD (or MONITOR_DATABASE) in the environment"
            )
        near = nearest(key, self.known)
        if not near and key in elsewhere:
            return f"unknown key here; it belongs in {elsewhere[key]}"
        return f"unknown key{near}" if near else f"unknown key; known here: {', '.join(sorted(self.known))}"

    def _take(self, key: str, kind: Any, expected: str, *, required: bool = False) -> Any:
        """Return the value where it has the right type, else None after noting the mistake."""
        self.known.add(key)
        self.report.asked.add(".".join(str(part) for part in (*self.path, key) if isinstance(part, str)))
        if key not in self.values:
            if required and not self._hurt():
                self.report.mistake((*self.path, key), f"is missing; expected {expected}")
            return None
        value = self.values[key]
        truth = isinstance(value, bool) and kind is not bool  # bool is an int in Python, not in TOML
        if truth or not isinstance(value, kind):
            self.wrong(key, f"expected {expected}, found {what(value)}")
            return None
        return value

    def _hurt(self) -> bool:
        """Return True where an unreadable line lies in or below this table: the key may stand there."""
        start = self.report.line(self.path) or 1
        return any(line >= start for line in self.report.broken)

    def _within(self, key: str, value: float, low: float, high: float) -> bool:
        if low <= value <= high:
            return True
        self.wrong(key, f"{value} is out of range, expected {low:g} to {high:g}")
        return False

    def _moment(self, key: str) -> datetime | None:
        value = self._take(key, (str, date), 'a date, "2026-11-26"')
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(value if isinstance(value, str) else value.isoformat())
        except ValueError:
            self.wrong(key, f'"{value}" is no date; write "YYYY-MM-DD"')
            return None


def url_fault(value: str) -> str:
    """Return why a text is no usable http(s) address, or nothing where it is one."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "is no valid address"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return f'"{value}" is no address; it must begin with http:// or https:// and name a host'
    if parts.username is not None or parts.password is not None:
        return "must not carry a user name or password; secrets do not belong in this file"
    if re.search(r"\s", value) or port == 0 or not is_host(parts.hostname):
        return f'"{value}" is no valid address'
    return ""


def host_and_port(value: str) -> tuple[str, int | None] | None:
    """Return host and port of ``name``, ``name:port``, ``::1`` or ``[::1]:port``, else None."""
    if is_host(value):
        return value, None
    found = re.fullmatch(r"(?:\[([^]]+)\]|([^:]+))(?::(\d{1,5}))?", value)
    if found is None or not is_host(found[1] or found[2]) or int(found[3] or 1) not in range(1, 65536):
        return None
    return found[1] or found[2], int(found[3]) if found[3] else None


def is_host(host: str) -> bool:
    """Return True for a plausible host name or address, without port and brackets."""
    try:
        ip_address(host)
    except ValueError:
        return re.fullmatch(r"(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?", host) is not None
    return True


def known_zone(name: str) -> bool:
    """Return True where the zone database knows the name."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # unknown: a KeyError; a directory of the database: an OSError
        return False
    return True
