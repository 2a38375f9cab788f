"""Records for the store tests: short makers with defaults, and one that fills every field of any record."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any

from monitor.db.records import DigestRow, PollRecord
from monitor.model import (
    Article,
    Claim,
    Entry,
    FetchKind,
    Fingerprint,
    Health,
    JudgedSentence,
    Level,
    NoveltyLabel,
    Quote,
    Relation,
    Relevance,
    SourceState,
    Traits,
    Validators,
    Verdict,
)

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
URL = "https://harbourwire.example/news"


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def entry(number: int | str = 1, **given: Any) -> Entry:
    """Return an entry with guid, URL and text made from a number."""
    values: dict[str, Any] = {
        "key": f"g:{number}",
        "guid": f"{number}",
        "url": f"{URL}/{number}",
        "title": f"Invented title {number}",
        "summary": "An invented summary.",
        "published": Claim(NOW - timedelta(hours=1), "Sun, 22 Nov 2026 06:00:00 GMT", "+00:00"),
        "lang": "en",
        "content_hash": f"hash-{number}",
    } | given
    return Entry(**values)


def state(source_id: str = "harbour", **given: Any) -> SourceState:
    values: dict[str, Any] = {
        "source_id": source_id,
        "url": f"https://{source_id}.example/feed",
        "validators": Validators(f"https://{source_id}.example/feed", '"e1"', "yesterday, roughly"),
        "health": Health.OK,
        "kind": FetchKind.OK,
    } | given
    return SourceState(**values)


def poll(*entries: Entry, source: str = "harbour", at: datetime = NOW, **given: Any) -> PollRecord:
    """Return a poll of one source that brought these entries."""
    values: dict[str, Any] = {
        "state": state(source),
        "source": source,
        "at": at,
        "kind": FetchKind.OK,
        "status": 200,
        "bytes": 1000,
    }
    return PollRecord(entries=entries, **(values | given))


def article(number: int = 1, **given: Any) -> Article:
    values: dict[str, Any] = {
        "id": None,
        "source_id": "harbour",
        "outlet": "Harbour Wire",
        "url": f"{URL}/{number}",
        "title": f"Invented title {number}",
        "summary": "",
        "body": "An invented body.",
        "lang": "en",
        "published": Claim(later(-60), "raw", "+00:00"),
        "first_seen": NOW,
    } | given
    return Article(**values)


def relevance(level: Level = Level.RELEVANT, **given: Any) -> Relevance:
    return Relevance(
        **({"level": level, "score": 0.9, "rule": "R1", "reason": "it names both sides"} | given)
    )


def verdict(relation: Relation = Relation.NEW, level: Level = Level.RELEVANT, **given: Any) -> Verdict:
    values: dict[str, Any] = {
        "relation": relation,
        "level": level,
        "reason": "it tells a new fact",
        "rules_version": "7",
        "relevance": relevance(level),
    } | given
    return Verdict(**values)


OFF = verdict(Relation.OFF_TOPIC, Level.OFF_TOPIC, reason="it does not name the dispute")


def judged(position: int, label: NoveltyLabel = NoveltyLabel.NEW_FACT, **given: Any) -> JudgedSentence:
    return JudgedSentence(
        **({"position": position, "text": f"Invented sentence {position}.", "label": label} | given)
    )


def quote(**given: Any) -> Quote:
    return Quote(**({"speaker": "a deputy foreign minister", "words": "not yet"} | given))


def fingerprint(*numbers: int, **given: Any) -> Fingerprint:
    """Return a fingerprint with one sampled 64-bit hash for each number (48 bits, signed)."""
    sampled = [number << 16 for number in numbers]
    values: dict[str, Any] = {
        "algorithm": 1,
        "lang": "en",
        "shingles": frozenset(sampled),
        "sampled": tuple(sorted(sampled)),
    }
    return Fingerprint(**(values | given))


def traits(*terms: str, lines: tuple[int, ...] = ()) -> Traits:
    return Traits(lang="en", terms=tuple((term, 1.0) for term in sorted(terms)), sentence_hashes=lines)


def digest(slot: str = "2026-11-22T07:00", **given: Any) -> DigestRow:
    values: dict[str, Any] = {
        "recipient_id": "file",
        "slot": slot,
        "period_from": None,
        "period_to": NOW,
        "built_at": NOW,
        "subject": "[treaty] invented",
        "text": "text",
        "html": "<p>html</p>",
        "markdown": "# md",
        "data": {"b": [1, "я"], "a": None},
        "message_id": "<1@monitor.example>",
    } | given
    return DigestRow(**values)


_NUMBERS = count(1)


def filled(kind: type[Any], **given: Any) -> Any:
    """Return a record of that kind in which no field holds its default: what is lost on the way is seen."""
    hints = typing.get_type_hints(kind)
    return kind(**{f.name: given.get(f.name, _filled(hints[f.name])) for f in dataclasses.fields(kind)})


def _filled(hint: Any) -> Any:
    number = next(_NUMBERS)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        return _filled(next(kind for kind in arguments if kind is not type(None)))
    if origin is tuple:
        items = arguments[:1] * 2 if len(arguments) == 2 and arguments[1] is Ellipsis else arguments
        return tuple(_filled(item) for item in items)
    if origin is frozenset:
        return frozenset({_filled(arguments[0]), _filled(arguments[0])})
    if origin is dict:
        return {f"ключ {number}": [number, "日本", None]}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[-1]
    if dataclasses.is_dataclass(hint):
        return filled(typing.cast("type[Any]", hint))
    simple = {
        str: f"текст 文 \" ' \\ % {number}",
        int: number,
        float: number + 0.25,
        bool: True,
        bytes: bytes([0, 255, number % 256]),
        datetime: NOW + timedelta(seconds=number, microseconds=number),
    }
    return simple[hint]
