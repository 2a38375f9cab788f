"""Names as a digest prints them: who a speaker is, and what people, places and threads are called."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from monitor import shipped
from monitor.digest.material import Speaker, Voice

FILES = ("people.toml", "places.toml")
KINDS = ("person", "office", "body", "island", "place", "doc", "thread")


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, Any]]:
    files = [tomllib.loads(shipped.read_text(name)) for name in FILES]
    return {
        f"{kind}:{name}": row for data in files for kind in KINDS for name, row in data.get(kind, {}).items()
    }


def speakers(language: str) -> dict[str, Speaker]:
    """Return who can speak, by the key that quotes carry (``person:rudenko``, ``office:governor``)."""
    return {
        key: Speaker(
            name=row.get(language) or row["en"],
            voice=Voice(row["voice"]),
            country=row.get("country", ""),
        )
        for key, row in _table().items()
        if "voice" in row
    }


def labels(language: str) -> dict[str, str]:
    """Return names in the reader's language by anchor (``island:etorofu``) and thread (``thread:graves``)."""
    return {key: row.get(language) or row["en"] for key, row in _table().items()}
