"""One name for one idea in English, Russian and Japanese: people, offices, places, concepts, speech acts.

Data, not code: ``monitor/topic/acts.toml``. The topic (what is relevant) is another file and may be replaced;
people whom only that file knows come in through `topic_people`.

Where two findings overlap, the longer one counts ("Japanese Foreign Ministry" is not "Foreign Ministry").
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from monitor.judge.topic import Topic
from monitor.text.patterns import SUBSTRING_LANGUAGES, Matcher, parse

KINDS = ("person", "office", "body", "island", "place", "doc", "gloss", "verb", "plain", "void")
"""Tables of the data file whose entries are found in texts; their names are the prefixes of terms."""
SIGNS = ("sign",)
"""Tables whose entries are found beside the others, not instead of them."""
_VALUES = ("number", "scale", "month", "weekday", "relative")
"""Tables that give words a value."""
_LIKE = {"uk": "ru", "be": "ru", "bg": "ru", "zh": "ja", "ko": "ja"}
"""Languages without lists of their own are read with those of a relative; all others as English."""


@dataclass(frozen=True, slots=True)
class Span:
    """One concept found in a folded sentence."""

    term: str
    """``person:peskov``, ``gloss:talks`` …"""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Act:
    """A speech act: shown by a sentence that has a member of every group."""

    term: str
    groups: tuple[frozenset[str], ...]
    without: frozenset[str]
    """Terms that take the act back ("talks will *not* resume")."""


@dataclass(frozen=True)
class Lexicon:
    """The data file, ready to be searched for."""

    version: str
    """Content hash: any edit of the data changes it."""
    acts: tuple[Act, ...]
    _matchers: Mapping[str, Matcher]
    _terms: Mapping[str, tuple[str, ...]]
    _values: Mapping[tuple[str, str], tuple[tuple[str, bool, int], ...]]
    _furniture: tuple[str, ...]
    everywhere: frozenset[str] = frozenset()
    """Terms of nearly every report on the topic."""
    often: frozenset[str] = frozenset()
    """Terms of many reports on the topic, those of ``everywhere`` included."""
    former: frozenset[str] = frozenset()
    """People of history: they make no statement on a new day."""
    spoken_by: tuple[tuple[str, str], ...] = ()
    """(body, office): who speaks where only the house is named."""
    routine: frozenset[str] = frozenset()
    """Terms by which the sides answer each other whatever happened."""
    _signs: Mapping[str, tuple[Matcher, tuple[str, ...]]] = field(default_factory=dict)

    def find(self, folded: str, lang: str) -> list[Span]:
        """Return what was found in reading order, without findings that lie inside a longer one."""
        lang = language(lang)
        matcher, terms = self._matchers.get(lang), self._terms.get(lang, ())
        if matcher is None:
            return []
        return _longest(Span(terms[hit.key], hit.start, hit.end) for hit in matcher.find(folded))

    def signs(self, folded: str, lang: str) -> list[Span]:
        """Return the signs (``sign:off`` …) in a folded sentence, whatever concepts their words have too."""
        matcher, terms = self._signs.get(language(lang), (None, ()))
        if matcher is None:
            return []
        return _longest(Span(terms[hit.key], hit.start, hit.end) for hit in matcher.find(folded))

    def acts_of(self, terms: frozenset[str]) -> list[str]:
        """Return the speech acts that a sentence with these terms shows, in the order of the file."""
        return [
            act.term
            for act in self.acts
            if not act.without & terms and all(group & terms for group in act.groups)
        ]

    def is_furniture(self, folded: str) -> bool:
        """Return True for a folded line that begins like page furniture."""
        start = folded.lstrip("-–—•>[( ")
        return start.startswith(self._furniture)

    def value(self, table: str, word: str, lang: str) -> int | None:
        """Return what a folded word is worth in ``number``, ``scale``, ``month`` …; None where nothing."""
        return _value(self._values.get((table, language(lang)), ()), word)

    def words_of(self, table: str, lang: str) -> tuple[str, ...]:
        """Return the words of a value table in the order of the file, stems without their star."""
        return tuple(word for word, _, _ in self._values.get((table, language(lang)), ()))


def language(lang: str) -> str:
    """Return the language whose lists are used for ``lang``: ``en``, ``ru`` or ``ja``."""
    lang = _LIKE.get(lang, lang)
    return lang if lang in {"ru", "ja"} else "en"


_FEW_NAMES = 3
"""A concept of an acting side with so few names in every language is one person; lists have dozens."""
_people_of: tuple[Topic, frozenset[str]] | None = None


def people_of(topic: Topic) -> frozenset[str]:
    """Return the ids of the topic's concepts that are one person each: actors with few names."""
    global _people_of  # noqa: PLW0603  a memo: the result is a pure function of the topic
    last = _people_of
    if last is None or last[0] is not topic:
        most: dict[str, int] = {}
        for pairs in topic._patterns.values():  # noqa: SLF001  nothing else tells how many names a concept has
            count: dict[str, int] = {}
            for key, _ in pairs:
                name = topic.concepts[key >> 1].id
                count[name] = count.get(name, 0) + 1
            for name, number in count.items():
                most[name] = max(most.get(name, 0), number)
        people = frozenset(
            one.id
            for one in topic.concepts
            if one.role.startswith("actor") and 0 < most.get(one.id, 0) <= _FEW_NAMES
        )
        last = _people_of = (topic, people)
    return last[1]


def topic_people(topic: Topic, folded: str, text: str, lang: str) -> list[Span]:
    """Return the people whom only the topic's file knows, found in one folded sentence."""
    people = people_of(topic)
    if not people:
        return []
    return [
        Span(f"person:{concept.id}", found.start, found.end)
        for concept, _, found in topic.find(folded, text, lang)
        if concept.id in people
    ]


@lru_cache(maxsize=4)
def load(text: str) -> Lexicon:
    """Return the lexicon of a data file's text; raise ``ValueError`` with the entry where it is malformed."""
    data = tomllib.loads(text)
    finders = {lang: _finder(list(_entries(data, lang, KINDS)), lang) for lang in ("en", "ru", "ja")}
    return Lexicon(
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
        acts=tuple(_act(name, entry) for name, entry in data.get("act", {}).items()),
        _matchers={lang: matcher for lang, (matcher, _) in finders.items()},
        _terms={lang: terms for lang, (_, terms) in finders.items()},
        _signs={lang: _finder(list(_entries(data, lang, SIGNS)), lang) for lang in ("en", "ru", "ja")},
        _values={
            (table, lang): _value_words(data.get(table, {}).get(lang, ""))
            for table in _VALUES
            for lang in ("en", "ru", "ja")
        },
        former=frozenset(
            f"person:{name}" for name, entry in data.get("person", {}).items() if entry.get("former")
        ),
        spoken_by=tuple(
            (f"body:{name}", entry["spoken_by"])
            for name, entry in data.get("body", {}).items()
            if "spoken_by" in entry
        ),
        everywhere=frozenset(_words(data.get("common", {}).get("everywhere", ""))),
        often=frozenset(
            word for name in ("everywhere", "often") for word in _words(data.get("common", {}).get(name, ""))
        ),
        routine=frozenset(_words(data.get("common", {}).get("routine", ""))),
        _furniture=tuple(
            word for lang in ("en", "ru", "ja") for word in _words(data.get("furniture", {}).get(lang, ""))
        ),
    )


@lru_cache(maxsize=1)
def shipped() -> Lexicon:
    """Return the lexicon that ships with the package; read once."""
    return load(resources.files("monitor.topic").joinpath("acts.toml").read_text(encoding="utf-8"))


def _parsed(term: str, word: str, substring: bool) -> Any:
    try:
        return parse(word, substring=substring)
    except ValueError as error:
        raise ValueError(f"{term}: {word!r}: {error}") from error


def _finder(entries: Sequence[tuple[str, str]], lang: str) -> tuple[Matcher, tuple[str, ...]]:
    """Return what finds the entries in a text, and the term of each of its keys."""
    names = tuple(sorted({term for term, _ in entries}))
    keys = {term: key for key, term in enumerate(names)}
    substring = lang in SUBSTRING_LANGUAGES
    return Matcher((keys[term], _parsed(term, word, substring)) for term, word in entries), names


def _entries(data: Mapping[str, Any], lang: str, kinds: Iterable[str]) -> Iterable[tuple[str, str]]:
    for kind in kinds:
        for name, entry in data.get(kind, {}).items():
            for word in _words(entry.get(lang, "")):
                yield f"{kind}:{name}", word


def _words(listed: str) -> list[str]:
    return [word for piece in listed.split(",") if (word := " ".join(piece.split()))]


def _act(name: str, entry: Mapping[str, Any]) -> Act:
    groups: Sequence[Sequence[str]] = entry["all"]
    return Act(f"act:{name}", tuple(map(_named, groups)), _named(entry.get("none", ())))


def _named(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.replace(".", ":", 1) for word in words)


def _value_words(listed: str) -> tuple[tuple[str, bool, int], ...]:
    found = []
    for pair in _words(listed):
        word, _, value = pair.partition("=")
        found.append((word.removesuffix("*"), word.endswith("*"), int(value)))
    return tuple(found)


def _value(table: Iterable[tuple[str, bool, int]], word: str) -> int | None:
    return next(
        (value for known, stem, value in table if word == known or (stem and word.startswith(known))), None
    )


_ENTITIES = ("person:", "body:", "island:", "place:", "doc:", "office:")
_VOID = "void:"
"""Phrases in which a word that looks like a name is none (a fishing season); they count for nothing."""


def _longest(spans: Iterable[Span]) -> list[Span]:
    """Drop every span that lies inside a longer one; equal spans with different terms all stay.

    A name inside a general phrase stays too ("actions in Ukraine" names Ukraine).
    """
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (span.start, -span.end, span.term)):
        if not any(_hides(other, span) for other in kept[-12:]):
            kept.append(span)
    return _without_void(kept)


def _without_void(spans: list[Span]) -> list[Span]:
    """Drop the phrases in which a name is no name, and the people found inside them."""
    void = [span for span in spans if span.term.startswith(_VOID)]
    if not void:
        return spans
    return [
        span
        for span in spans
        if not any(
            other.start <= span.start and span.end <= other.end
            for other in void
            if span.term.startswith(("person:", _VOID))
        )
    ]


def _hides(longer: Span, span: Span) -> bool:
    if (longer.start, longer.end) == (span.start, span.end) or span.term.startswith("person:"):
        return False
    inside = longer.start <= span.start and span.end <= longer.end
    return inside and (longer.term.startswith(_ENTITIES) or not span.term.startswith(_ENTITIES))
