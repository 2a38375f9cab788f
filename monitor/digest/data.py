"""A digest as JSON data: everything it knows, nothing cut, with the reason of the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

from monitor.digest.parts import Digest
from monitor.digest.safe import clean
from monitor.digest.sight import Sight

FORMAT = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""


def data(digest: Digest, subject: str) -> dict[str, Any]:
    """Return the JSON form: plain dicts, lists, strings and numbers; times as ISO 8601 in UTC."""
    whole = {one.name: _plain(getattr(digest, one.name)) for one in fields(digest)}
    whole["sight"] = _sight(digest.sight)
    whole["recipient"] = {"id": digest.recipient.id, "role": digest.recipient.role}
    whole["articles"] = [
        {"id": number, "relation": relation, "reason": clean(why)}
        for number, relation, why in digest.articles
    ]
    counts = {
        "facts": digest.facts,
        "stories": len(digest.stories),
        "restated": len(digest.restated),
        "changed": len(digest.changed),
        "repeats": digest.repeats,
        "near": len(digest.near),
        "quotes": len(digest.ledger),
    }
    return {"format": FORMAT, "subject": subject, "could_look": digest.could_look, "counts": counts, **whole}


def _sight(seen: Sight) -> dict[str, Any]:
    """Return what could be seen; of a source only what concerns this digest, not its configuration."""
    lists = ("looked", "newly", "standing", "quiet", "unreadable", "gaps")
    rows = {name: [_source(one) for one in getattr(seen, name)] for name in lists}
    kept = {one.name: _plain(getattr(seen, one.name)) for one in fields(seen) if one.name not in lists}
    return {**kept, **rows}


def _source(one: Any) -> dict[str, Any]:
    return {
        "id": clean(one.source.id),
        "name": clean(one.source.name),
        "url": clean(one.source.url),
        "essential": one.source.essential,
        "health": one.state.health.value,
        "kind": one.state.kind.value if one.state.kind else None,
        "status": one.status,
        "detail": clean(one.state.detail),
        "looked_until": _plain(one.looked_until),
        "gaps": _plain(one.gaps),
        "lost": _plain(one.lost),
    }


def _plain(value: Any) -> Any:
    """Return the value as JSON knows it; texts once more without controls, whatever field they come in."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return clean(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "_fields"):  # a Span
        return {name: _plain(getattr(value, name)) for name in value._fields}
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(one) for one in value]
    return value
