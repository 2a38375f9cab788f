"""What the machine itself says: the time zone it is set to, and which libraries are there."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from monitor.config.tables import known_zone


def system_zone(env: Mapping[str, str], root: Path = Path("/")) -> str:
    """Return the IANA name of the system's zone (TZ, /etc/timezone, /etc/localtime), else nothing."""
    return next((name for name in _names(env, root) if name and known_zone(name)), "")


def has_library(name: str) -> bool:
    """Return True when a library of an extra is installed; it is not imported."""
    return find_spec(name) is not None


def _names(env: Mapping[str, str], root: Path) -> tuple[str, ...]:
    return (
        env.get("TZ", "").removeprefix(":"),
        _written(root / "etc/timezone"),
        _linked(root / "etc/localtime"),
    )


def _written(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _linked(link: Path) -> str:
    try:
        return str(link.readlink()).partition("zoneinfo/")[2]
    except OSError:
        return ""
