"""The seeds as a file: what the judgements need of the first known articles, without their text.

    text files + notes -> clean -> prepare -> fingerprint, traits, guard points -> seeds.json -> Seed records

``seeds.json`` holds bibliographic facts, hashes of shingles, sentences and quotes, concepts, figures, and for
each fact a short note in our own words, which is what a digest shows as the known sentence. Words of the text
(``w:`` traits) are hashed too, or it could be read back. Reading and writing files is the service's part.
"""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np

from monitor.errors import ConfigurationError, Mistake
from monitor.judge import changes, fingerprint, traits
from monitor.judge.topic import Topic
from monitor.model import (
    NO_CLAIM,
    Claim,
    Fingerprint,
    GuardPoint,
    KnownArticle,
    KnownFact,
    Prepared,
    Seed,
    Traits,
)
from monitor.text import normal as normal_text
from monitor.text.prepare import prepare

FORMAT = 1
"""Version of the file's own shape."""
_WORD_TERM = "w:"


@dataclass(frozen=True, slots=True)
class SeedText:
    """One text file as it lies on the disk."""

    name: str
    """File name, ``000_….txt``: the order of the names is the number of the seed."""
    text: str


@dataclass(frozen=True, slots=True)
class SeedNotes:
    """What a notes file says of one seed."""

    title: str = ""
    outlet: str = ""
    url: str | None = None
    lang: str = ""
    published: Claim = NO_CLAIM
    event_from: datetime | None = None
    event_until: datetime | None = None
    facts: tuple[KnownFact, ...] = ()


NO_NOTES = SeedNotes()


# ------------------------------------------------------------------------------------------ page furniture

_FURNITURE = re.compile(
    r"""^(?:
        subscribe\b.{0,60} | newsfeed | newsletter.{0,60} | advertisement.{0,60} | \d{1,3}
        | (?:©|\(c\)).{0,200}
        | (?:featured|cover|header)\s(?:image|photo).{0,160}
        | (?:map|photo|image|picture|illustration|graphic)\s(?:of|by|courtesy).{0,160}\bvia\b.{0,80}
        | (?:photo|image|credit|source|фото|источник|写真|出典)\s?[:：].{0,120}
        | (?:read\s(?:also|more|next)|see\salso|читайте\sтакже|関連記事|あわせて読みたい).{0,160}
        | (?:подписывайтесь|подпишитесь|реклама)\b.{0,80}
        | (?:follow\sus|share\sthis|sign\sup).{0,100}
        | .{0,80}go\sto\sthe\smediabank.{0,160}
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Lines that a page prints around a text: captions, credits, counters, invitations."""
_CLOSING_SOURCE = re.compile(r"\s*\((?:source|источник|出典)\s?[:：][^()]{1,60}\)\s*$", re.IGNORECASE)
_LONGEST_TITLE = 140
"""Letters of a line that may be a title printed again."""
_HUNG_ON_TITLE = 60
"""Letters that a caption adds to a title: outlet, picture size, date."""


def clean(text: str) -> str:
    """Return a text without page furniture, paragraphs separated by an empty line.

    Captions, credits, subscribe lines, counters and a title printed again go, with what a page hangs
    on it; what is left is verbatim.
    """
    lines = [line.strip() for line in text.replace("\ufeff", "").splitlines() if line.strip()]
    letters = [_letters(line) for line in lines]
    again = {one for one in letters if one and letters.count(one) > 1 and len(one) <= _LONGEST_TITLE}
    kept = [
        _CLOSING_SOURCE.sub("", line)
        for line, own in zip(lines, letters, strict=True)
        if own and not _FURNITURE.match(line) and not any(_is_about(own, title) for title in again)
    ]
    return "\n\n".join(kept)


def _is_about(letters: str, title: str) -> bool:
    return title in letters and len(letters) <= len(title) + _HUNG_ON_TITLE


def _letters(line: str) -> str:
    return fingerprint.letters(normal_text.normal_form(line))


# ------------------------------------------------------------------------------------------ making seeds


def text_key(text: str) -> str:
    """Return 16 hex digits that name a text blind to typography; by them notes find their text."""
    return f"{fingerprint.sentence_hash(text) & 0xFFFFFFFFFFFFFFFF:016x}"


def build(texts: Sequence[SeedText], notes: Mapping[str, SeedNotes], topic: Topic) -> tuple[Seed, ...]:
    """Return the seeds of text files in the order of their names; ``notes`` is keyed by `text_key`."""
    ordered = sorted(texts, key=lambda one: one.name)
    return tuple(
        _seed(number, one, notes.get(text_key(one.text), NO_NOTES), topic)
        for number, one in enumerate(ordered)
    )


def prepared_of(text: str, notes: SeedNotes = NO_NOTES) -> Prepared:
    """Return a seed text cut and folded, without furniture and title: what its fingerprint is of."""
    return prepare("", "", clean(text), notes.lang)


def _seed(number: int, one: SeedText, notes: SeedNotes, topic: Topic) -> Seed:
    prepared = prepared_of(one.text, notes)
    title = notes.title or _title_of(one)
    at = notes.published.at or notes.event_from
    found = traits.of(prepare(title, "", prepared.body, prepared.lang), topic, at=at)
    return Seed(
        number=number,
        title=title,
        outlet=notes.outlet or one.name,
        url=notes.url,
        published=notes.published,
        lang=prepared.lang,
        fingerprint=fingerprint.of(prepared),
        traits=traits.sealed(found),
        facts=tuple(_anchored(fact, prepared.lang, topic, at) for fact in notes.facts),
        words=prepared.words,
        event_from=notes.event_from,
        event_until=notes.event_until,
        guard=changes.points(prepared),
    )


def _title_of(one: SeedText) -> str:
    """Return the first line where it can be a title, else the name of the file: no sentence is kept."""
    line = next((line.strip() for line in one.text.splitlines() if line.strip()), "")
    is_title = len(line) <= _LONGEST_TITLE and not line.endswith((".", "!", "?", "。", "…"))
    return line if is_title and line else one.name.removesuffix(".txt")


def _anchored(fact: KnownFact, lang: str, topic: Topic, at: datetime | None) -> KnownFact:
    """Return a fact with the anchors and concepts that its note shows, beside those given."""
    found = traits.of(prepare("", "", fact.note, lang), topic, at=at)
    concepts = {term for term, _ in found.terms if not term.startswith(_WORD_TERM)}
    return KnownFact(
        note=fact.note,
        anchors=tuple(sorted({*fact.anchors, *found.anchors})),
        terms=tuple(sorted({*fact.terms, *concepts})),
    )


def as_known(seed: Seed) -> KnownArticle:
    """Return a seed as the judges see every known article; its story is its own event."""
    ref = f"seed:{seed.number}"
    return KnownArticle(
        ref=ref,
        title=seed.title,
        lang=seed.lang,
        outlet=seed.outlet,
        at=seed.published.at or seed.event_from,
        fingerprint=seed.fingerprint,
        traits=seed.traits,
        story=ref,
        guard=seed.guard,
    )


# ------------------------------------------------------------------------------------------ notes


def read_notes(text: str, file: str, keys: Mapping[str, str] | None = None) -> dict[str, SeedNotes]:
    """Return what a notes file says, keyed by `text_key`.

    Each ``[[seed]]`` names its text by ``key``, or by ``file``, a file name that ``keys`` knows the key of.
    ``file`` names the notes file in messages. Raises ConfigurationError with every mistake.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([Mistake(file, None, "", f"this is not TOML: {error}")]) from error
    mistakes: list[Mistake] = []
    found: dict[str, SeedNotes] = {}
    for place, entry in enumerate(data.get("seed", [])):
        where = f"seed[{place}]"
        key = entry.get("key") or (keys or {}).get(str(entry.get("file", "")))
        if not isinstance(key, str):
            mistakes.append(Mistake(file, None, where, 'name its text: file = "000_….txt" (or its key)'))
            continue
        mistakes += _mistakes(entry, file, where)
        found[key] = _notes(entry)
    if mistakes:
        raise ConfigurationError(mistakes)
    return found


def _mistakes(entry: Mapping[str, Any], file: str, where: str) -> Iterator[Mistake]:
    """Yield what is wrong with one table of a notes file."""
    for key in sorted(set(entry) - _NOTE_KEYS):
        known = ", ".join(sorted(_NOTE_KEYS))
        yield Mistake(file, None, f"{where}.{key}", f"unknown key; known: {known}")
    for key in _DAYS:
        if key in entry and not isinstance(entry[key], date):
            yield Mistake(file, None, f"{where}.{key}", "a date without quotes is wanted: 2025-04-08")
    for place, fact in enumerate(entry.get("fact", ())):
        if not isinstance(fact, str) and not (isinstance(fact, dict) and isinstance(fact.get("note"), str)):
            yield Mistake(file, None, f"{where}.fact[{place}]", "a note is wanted: a text, or { note = … }")


_DAYS = ("published", "event_from", "event_until")
_NOTE_KEYS = frozenset(
    ("key", "file", "title", "outlet", "url", "lang", "published", "published_raw", "event_from",
     "event_until", "fact")
)  # fmt: skip


def _notes(entry: Mapping[str, Any]) -> SeedNotes:
    published = _day(entry.get("published"))
    raw = str(entry.get("published_raw", entry.get("published", "")))
    return SeedNotes(
        title=str(entry.get("title", "")),
        outlet=str(entry.get("outlet", "")),
        url=str(entry["url"]) if entry.get("url") else None,
        lang=str(entry.get("lang", "")),
        published=Claim(at=published, raw=raw, weak="no_time" if published else ""),
        event_from=_day(entry.get("event_from")),
        event_until=_day(entry.get("event_until"), end=True),
        facts=tuple(_fact(fact) for fact in entry.get("fact", ())),
    )


def _fact(fact: Any) -> KnownFact:
    if isinstance(fact, str):
        return KnownFact(note=fact)
    if not isinstance(fact, Mapping):
        return KnownFact(note="")
    return KnownFact(
        note=str(fact.get("note", "")),
        anchors=tuple(fact.get("anchors", ())),
        terms=tuple(fact.get("terms", ())),
    )


def _day(value: Any, *, end: bool = False) -> datetime | None:
    """Return the first (or last) second of a TOML date, in UTC."""
    if isinstance(value, datetime) or not isinstance(value, date):
        return None
    return datetime.combine(value, time(23, 59, 59) if end else time(0), tzinfo=UTC)


# ------------------------------------------------------------------------------------------ the file


def dump_seeds(seeds: Iterable[Seed]) -> str:
    """Return seeds.json: the same text for the same seeds, one line for each field of a seed."""
    data = {
        "format": FORMAT,
        "algorithm": fingerprint.ALGORITHM,
        "normal_form": normal_text.VERSION,
        "seeds": [_dumped(seed) for seed in seeds],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def load_seeds(text: str) -> tuple[Seed, ...]:
    """Return the seeds of a seeds.json.

    Raises ConfigurationError where it is none, or was made by another algorithm than this program's.
    """
    try:
        data = json.loads(text)
        made = (data["format"], data["algorithm"], data.get("normal_form", normal_text.VERSION))
        wanted = (FORMAT, fingerprint.ALGORITHM, normal_text.VERSION)
        if made != wanted:
            raise _unusable(f"it was made by version {made}, this program needs {wanted}")
        return tuple(_loaded(entry) for entry in data["seeds"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unusable(f"it cannot be read ({type(error).__name__}: {error})") from error


def _unusable(why: str) -> ConfigurationError:
    advice = "Import the texts again: monitor seeds import DIR; or remove the file to use the shipped seeds."
    return ConfigurationError([Mistake("seeds.json", None, "", f"{why}. {advice}")])


def _dumped(seed: Seed) -> dict[str, Any]:
    return {
        "number": seed.number,
        "title": seed.title,
        "outlet": seed.outlet,
        "url": seed.url,
        "published": [_time(seed.published.at), seed.published.raw, seed.published.weak],
        "lang": seed.lang,
        "words": seed.words,
        "event": [_time(seed.event_from), _time(seed.event_until)],
        "shingles": _packed(sorted(seed.fingerprint.shingles)),
        "sentences": _packed(seed.traits.sentence_hashes),
        "quotes": list(seed.traits.quotes),
        "terms": {term: weight for term, weight in seed.traits.terms},  # noqa: C416  a dict for JSON
        "anchors": list(seed.traits.anchors),
        "guard": [
            [point.kind, point.value, point.text, point.at, _packed(point.left), _packed(point.right)]
            for point in seed.guard
        ],
        "facts": [
            {"note": fact.note, "anchors": list(fact.anchors), "terms": list(fact.terms)}
            for fact in seed.facts
        ],
    }


def _loaded(entry: Mapping[str, Any]) -> Seed:
    lang = str(entry["lang"])
    shingles = frozenset(_unpacked(entry["shingles"]))
    at, raw, weak = entry["published"]
    event_from, event_until = entry["event"]
    return Seed(
        number=int(entry["number"]),
        title=str(entry["title"]),
        outlet=str(entry["outlet"]),
        url=entry["url"],
        published=Claim(at=_moment(at), raw=raw, weak=weak),
        lang=lang,
        fingerprint=Fingerprint(
            algorithm=fingerprint.ALGORITHM,
            lang=lang,
            shingles=shingles,
            sampled=fingerprint.sample(shingles),
        ),
        traits=Traits(
            lang=lang,
            terms=tuple((term, float(weight)) for term, weight in entry["terms"].items()),
            quotes=tuple(entry["quotes"]),
            sentence_hashes=_unpacked(entry["sentences"]),
            anchors=tuple(entry["anchors"]),
        ),
        facts=tuple(
            KnownFact(note=fact["note"], anchors=tuple(fact["anchors"]), terms=tuple(fact["terms"]))
            for fact in entry["facts"]
        ),
        words=int(entry["words"]),
        event_from=_moment(event_from),
        event_until=_moment(event_until),
        guard=tuple(
            GuardPoint(kind, value, text, at, _unpacked(left), _unpacked(right))
            for kind, value, text, at, left, right in entry["guard"]
        ),
    )


def _packed(hashes: Sequence[int]) -> str:
    """Return signed 64-bit hashes as base64 of little-endian integers, in the order given."""
    return base64.b64encode(np.asarray(hashes, dtype="<i8").tobytes()).decode("ascii")


def _unpacked(text: str) -> tuple[int, ...]:
    return tuple(int(value) for value in np.frombuffer(base64.b64decode(text), dtype="<i8").tolist())


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
