"""The topic as typed data: names, themes and rules, read from TOML text, every mistake reported.

Knows no country, island or language by name: all of that stands in the file (the shipped one is
``monitor/topic/topic.toml``), so another desk with another topic writes another file and no code.

Theory of operation: every role and every concept gets a bit; a sentence's hits become one integer, and a rule
asks with ``&``. Patterns are compiled once for each language (see ``monitor.text.patterns``).
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.errors import ConfigurationError, Mistake
from monitor.text.normal import fold
from monitor.text.patterns import SUBSTRING_LANGUAGES, Found, Matcher, Pattern, PatternError, gate_text, parse

_LANGUAGE = re.compile(r"[a-z]{2}")
_HEADER = re.compile(r"^[ \t]*\[\[?[\w.]+\]", re.MULTILINE)
_ANY_THEME = "any_theme"
"""Name under which rules ask for a sentence on whatever else."""
_ANY = "any"
"""Patterns under this key serve every language."""
_ADDRESS = "address"
"""Name of the hint whose words (``any``, Latin letters) are looked for in addresses."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One idea with its names in several languages, or a theme that shares words with the topic."""

    id: str
    role: str
    """What the rules call it; empty for themes."""
    label: str
    """How a reader is told."""
    thread: str = ""
    """Section of the digest it belongs to; empty for none."""
    theme: bool = False
    rule: str = ""
    """Themes: name of the rule that says no, ``N1`` …"""
    near: bool = False
    """Themes: beside the topic, worth a title."""
    final: bool = False
    """Themes: a title with it and without evidence needs no second look."""
    void: bool = False
    """Themes: names inside such a phrase do not count."""
    quiet: bool = False
    """Themes: only void, says nothing about what the text is about."""
    blocks: int = 0
    """Themes: bits of roles that do not count in a text that opens with this theme …"""
    unless: int = 0
    """… unless one of these bits is met in it."""
    bits: int = 0
    """Bit of the role and bit of the concept itself."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One way in which a sentence can speak of the subject."""

    id: str
    label: str
    needs: tuple[int, ...]
    """Groups of bits, each met in the sentence itself."""
    context: tuple[int, ...]
    """Groups of bits, each met in the sentence, beside it or in the title."""
    focus: tuple[int, ...]
    """Groups of bits, each met in the title or the lead."""
    anywhere: tuple[int, ...]
    """Groups of bits, each met somewhere in the text."""
    weight: float
    """0 … 1."""
    without: int = 0
    """Bits of which none may be met in the sentence."""
    support: bool = False
    """Adds to other evidence, cannot carry a text alone."""


@dataclass(frozen=True, slots=True)
class Other:
    """One way in which a sentence can speak of something else, told by roles instead of words."""

    theme: Concept
    needs: tuple[int, ...]
    without: int
    blocks: int
    """Bits of roles that are this theme's where the first need is met, in a text whose title is on it."""


@dataclass(frozen=True, slots=True)
class Bind:
    """Whose a name is: another's when ``other`` stands nearer than ``own`` (bits of roles), same sentence."""

    role: int
    own: int
    other: int
    unless: int
    """Bits that keep the name ours wherever they stand in the sentence."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Whose a name is in a text: another's where that opens with ``other`` and has no ``unless``."""

    role: int
    other: int
    unless: int
    without: int
    together: tuple[int, ...]
    """Ours all the same where a sentence of title or lead meets these groups and none of ``without``."""


@dataclass(frozen=True, slots=True)
class Implied:
    """A role that need not be named in this language by an outlet of these countries."""

    bits: int
    lang: str
    countries: frozenset[str]
    exempt: frozenset[str]
    """Evidence ids for which it must be named all the same."""


@dataclass(frozen=True, slots=True)
class Home:
    """A side whose name tells nothing: nearly every text in this language, or of these countries, has it."""

    bits: int
    lang: str
    countries: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """How sentences become a score; every number is explained in the topic file."""

    line: float
    near_line: float
    require: tuple[int, ...]
    gate: tuple[tuple[int, ...], ...]
    """Alternatives, each a group of needs that must all be met."""
    review: tuple[tuple[int, ...], ...]
    sides: int
    """Bits of the roles of which one alone makes a short text worth its page, where it is not at home."""
    near_roles: int
    lead_sentences: int
    context_sentences: int
    min_places: int
    support_places: int
    teaser_words: int
    full_share: float
    background_weight: float
    bias: float
    title_weight: float
    lead_weight: float
    body_weight: float
    spread_weight: float
    theme_title_weight: float
    theme_lead_weight: float
    theme_body_weight: float
    theme_when_spread: float
    background: tuple[str, ...]
    """Folded openings of paragraphs that are page furniture; ``*`` stands for one or more words."""
    bind: tuple[Bind, ...]
    foreign: tuple[Foreign, ...]
    facets: tuple[int, ...]
    """Sides of the matter: a text with many of them, each in a sentence of its own, is about it."""
    breadth_from: int
    """Facets up to which there is no breadth."""
    breadth_full: int
    """Facets from which there is all of it."""
    breadth_weight: float
    implied: tuple[Implied, ...]
    home: tuple[Home, ...]
    other: tuple[Other, ...]
    evidence: tuple[Evidence, ...]

    suspect: tuple[frozenset[str], ...] = ()
    """Alternatives of hints: a headline with all of one may hide the topic without naming it …"""
    suspect_without: frozenset[str] = frozenset()
    """… unless it has one of these."""
    suspect_nameless: frozenset[str] = frozenset()
    """Hints of which one is enough where a text has no name and no figure at all."""

    def at_home(self, lang: str, country: str = "") -> int:
        """Return the bits of the sides that an outlet of this language or country names every day."""
        bits = 0
        for home in self.home:
            if home.lang == lang or country in home.countries:
                bits |= home.bits
        return bits


@dataclass(frozen=True)
class _Hints:
    """Words that name nothing, but make a page worth reading; apart from the names, which never meet them."""

    order: tuple[str, ...]
    patterns: Mapping[str, tuple[tuple[int, Pattern], ...]]
    matchers: dict[str, Matcher] = field(default_factory=dict)

    def names(self, folded: str, lang: str) -> frozenset[str]:
        """Return the hints met in a folded text."""
        matcher = self.matchers.get(lang)
        if matcher is None:
            matcher = self.matchers[lang] = Matcher(self.patterns.get(lang, ()))
        return frozenset(self.order[found.key] for found in matcher.find(folded))


@dataclass(frozen=True)
class Topic:
    """A topic, ready to judge with; its matchers are built when first asked for."""

    version: str
    """First 12 hex digits of the SHA-256 of the file's text."""
    label: str
    short: str
    slugs: tuple[str, ...]
    """Words, also in Latin letters, by which an address may name the topic."""
    concepts: tuple[Concept, ...]
    rules: Rules
    counted: tuple[tuple[int, int, int], ...]
    """(role bit, number of different concepts, bit set when so many are met)."""
    _patterns: Mapping[str, tuple[tuple[int, Pattern], ...]] = field(repr=False, compare=False)
    _matchers: dict[str, Matcher] = field(default_factory=dict, repr=False, compare=False)
    _gates: dict[str, tuple[tuple[tuple[str, ...], ...], ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _hints: _Hints = field(default_factory=lambda: _Hints((), {}), repr=False, compare=False)

    def find(self, folded: str, text: str, lang: str) -> list[tuple[Concept, bool, Found]]:
        """Return (concept, weak, where) for each name in one folded sentence, in order, overlaps kept.

        ``text`` is the sentence as printed (for names that ask for one case). A language the topic has no
        names in is searched for the names of all languages.
        """
        matcher = self._matchers.get(lang)
        if matcher is None:
            matcher = self._matchers[lang] = Matcher(self._for(lang))
        return [
            (self.concepts[found.key >> 1], bool(found.key & 1), found)
            for found in matcher.find(folded, text)
        ]

    def slug_may_matter(self, path: str) -> bool:
        """Return True when an address names the topic, or names nothing at all (numbers only)."""
        path = path.lower()
        if any(slug in path for slug in self.slugs):
            return True
        return not re.search(r"[a-z]{3,}-[a-z]{3,}|[a-z]{6,}", path.rsplit("/", 2)[-1] or path)

    def address_names(self, path: str) -> bool:
        """Return True when the last part of an address names what makes a short text worth its page.

        Addresses speak English, or words in Latin letters that the hint ``address`` has.
        """
        slug = path.lower().rstrip("/").rpartition("/")[2]
        words = fold(slug.partition(".")[0].replace("-", " ").replace("_", " "))
        if " " not in words:
            return False
        bits = 0
        for concept, weak, _ in self.find(words, words, "en"):
            bits |= 0 if weak else concept.bits
        named = any(all(bits & need for need in group) for group in self.rules.review)
        return named or _ADDRESS in self._hints.names(words, _ANY)

    def suspects(self, folded: str, lang: str, *, nameless: bool = False) -> bool:
        """Return True when a text that names nothing has words under which the topic may hide.

        In a ``nameless`` one, without any name or figure, fewer of them will do.
        """
        names = self._hints.names(folded, lang)
        if not names or names & self.rules.suspect_without:
            return False
        if nameless and names & self.rules.suspect_nameless:
            return True
        return any(group <= names for group in self.rules.suspect)

    def passes_gate(self, folded: str, lang: str) -> bool:
        """Return False for a text without any word that an answer other than "off topic" needs."""
        gates = self._gates.get(lang)
        if gates is None:
            gates = self._gates[lang] = self._compiled_gates(lang)
        text = gate_text(folded)
        return any(all(_any_in(literals, text) for literals in group) for group in gates)

    def _compiled_gates(self, lang: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Return alternatives of literals: whatever may be looked at further or reviewed passes."""
        groups = dict.fromkeys(self.rules.gate + self.rules.review)
        alone = self.rules.sides & ~self.rules.at_home(lang)
        for group in groups:
            alone |= group[0] if len(group) == 1 else 0
        first = (self._literals(alone, lang),)
        pairs = (group for group in groups if len(group) > 1)
        return (first, *(tuple(self._literals(need, lang) for need in group) for group in pairs))

    def _for(self, lang: str) -> tuple[tuple[int, Pattern], ...]:
        if lang in self._patterns:
            return (*self._patterns[lang], *self._patterns.get(_ANY, ()))
        return tuple(pair for _, pairs in sorted(self._patterns.items()) for pair in pairs)

    def _literals(self, need: int, lang: str) -> tuple[str, ...]:
        """Return the fewest texts one of which stands in every text that meets the need."""
        pairs = self._for(lang)
        ours = [p for key, p in pairs if not key & 1 and self.concepts[key >> 1].bits & need]
        single = {p.words[0][0] for p in ours if len(p.words) == 1}
        # A phrase around a word that is a name itself ("Japan Russia" beside "Japan") asks for nothing more.
        literals = {p.literal for p in ours if len(p.words) == 1 or not any(w in single for w, _ in p.words)}
        # A literal that contains another one is found whenever the other is.
        shortest = sorted(literals, key=lambda literal: (len(literal), literal))
        kept: list[str] = []
        for literal in shortest:
            if not any(short in literal for short in kept):
                kept.append(literal)
        return tuple(kept)


def _any_in(literals: Sequence[str], folded: str) -> bool:
    for literal in literals:  # noqa: SIM110  half the time of any() with a generator, on the hot path
        if literal in folded:
            return True
    return False


def load(text: str, *, file: str = "topic.toml") -> Topic:
    """Return the topic that ``text`` (TOML) describes.

    Raises ConfigurationError with every mistake found, in file order; ``file`` is only used to name it there.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        mistake = Mistake(file, int(line.group(1)) if line else None, "", f"this is not TOML: {error}")
        raise ConfigurationError([mistake]) from error
    topic = _Loader(text, file).load(data)
    assert topic is not None
    return topic


class _Loader:
    """Reads one file and collects its mistakes."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.mistakes: list[Mistake] = []
        self.bit_of: dict[str, int] = {_ANY_THEME: 1}
        self.counted: dict[tuple[int, int], int] = {}

    def load(self, data: dict[str, Any]) -> Topic:
        self.known(data, "", ("version", "subject", "concept", "negative", "hint", "rules"))
        if data.get("version") != 1:
            self.wrong("version", "write version = 1: the only form of this file so far")
        subject = self.table(data, "subject", "")
        self.known(subject, "subject", ("label", "short", "slugs"))
        concepts = self.table(data, "concept", "")
        themes = self.table(data, "negative", "")
        if not concepts:
            self.wrong("concept", "a topic needs at least one [concept.NAME] with words and a role")
        self.number_roles(concepts, themes)
        read = [*self.read_concepts(concepts), *self.read_themes(themes)]
        hints = self.read_hints(self.table(data, "hint", ""))
        rules = self.rules(self.table(data, "rules", ""), hints)
        label = self.words(subject, "label", "subject")
        short = self.words(subject, "short", "subject", label) if "short" in subject else label
        if self.mistakes:
            raise ConfigurationError(sorted(self.mistakes, key=lambda m: (m.line or 0, m.key)))
        patterns: dict[str, list[tuple[int, Pattern]]] = {}
        for index, (_, found) in enumerate(read):
            for lang, weak, pattern in found:
                patterns.setdefault(lang, []).append((2 * index + weak, pattern))
        return Topic(
            version=hashlib.sha256(self.text.encode()).hexdigest()[:12],
            label=label,
            short=short,
            slugs=tuple(self.strings(subject, "slugs", "subject")),
            concepts=tuple(concept for concept, _ in read),
            rules=rules,
            counted=tuple((role, number, bit) for (role, number), bit in self.counted.items()),
            _patterns={lang: tuple(pairs) for lang, pairs in patterns.items()},
            _hints=hints,
        )

    # ---------------------------------------------------------------------------------- concepts

    def number_roles(self, concepts: dict[str, Any], themes: dict[str, Any]) -> None:
        for name, table in concepts.items():
            role = table.get("role") if isinstance(table, dict) else None
            for word in (role, name):
                if isinstance(word, str) and word and word not in self.bit_of:
                    self.bit_of[word] = 1 << len(self.bit_of)
        for name in themes:
            if name in self.bit_of:
                self.wrong(f"negative.{name}", "a concept or role has this name: choose another")
            self.bit_of.setdefault(name, 1 << len(self.bit_of))

    def read_concepts(self, tables: dict[str, Any]) -> list[tuple[Concept, list[tuple[str, int, Pattern]]]]:
        read = []
        for name in tables:
            key = f"concept.{name}"
            table = self.table(tables, name, "concept")
            self.known(table, key, ("role", "label", "thread", "note", "weak"), languages=True)
            role = self.words(table, "role", key)
            bits = self.bit_of.get(role, 0) | self.bit_of.get(name, 0)
            concept = Concept(
                id=name,
                role=role,
                label=self.words(table, "label", key, name.replace("_", " ")),
                thread=self.words(table, "thread", key, ""),
                bits=bits,
            )
            read.append((concept, self.patterns(table, key)))
        return read

    def read_themes(self, tables: dict[str, Any]) -> list[tuple[Concept, list[tuple[str, int, Pattern]]]]:
        read = []
        for name in tables:
            key = f"negative.{name}"
            table = self.table(tables, name, "negative")
            allowed = ("rule", "label", "near", "final", "void", "quiet", "blocks", "unless", "note", "weak")
            quiet = self.flag(table, "quiet", key)
            self.known(table, key, allowed, languages=True)
            concept = Concept(
                id=name,
                role="",
                label=self.words(table, "label", key, name.replace("_", " ")),
                theme=True,
                rule=self.words(table, "rule", key, "N"),
                near=self.flag(table, "near", key),
                final=self.flag(table, "final", key),
                void=self.flag(table, "void", key),
                quiet=quiet,
                blocks=self.group(self.strings(table, "blocks", key), f"{key}.blocks"),
                unless=self.group(self.strings(table, "unless", key), f"{key}.unless"),
                bits=self.bit_of.get(name, 0) | (0 if quiet else self.bit_of[_ANY_THEME]),
            )
            read.append((concept, self.patterns(table, key)))
        return read

    def read_hints(self, tables: dict[str, Any]) -> _Hints:
        patterns: dict[str, list[tuple[int, Pattern]]] = {}
        for index, name in enumerate(tables):
            key = f"hint.{name}"
            table = self.table(tables, name, "hint")
            self.known(table, key, ("note",), languages=True)
            for lang, _, pattern in self.patterns(table, key):
                patterns.setdefault(lang, []).append((index, pattern))
        return _Hints(tuple(tables), {lang: tuple(pairs) for lang, pairs in patterns.items()})

    def patterns(self, table: dict[str, Any], key: str) -> list[tuple[str, int, Pattern]]:
        languages = [lang for lang in table if _LANGUAGE.fullmatch(lang) or lang == _ANY]
        if not languages:
            self.wrong(key, 'without words: add a list under a language code, en = ["…"]')
        weak = {fold(word) for word in self.strings(table, "weak", key)}
        found: list[tuple[str, int, Pattern]] = []
        for lang in languages:
            for word in self.strings(table, lang, key):
                try:
                    pattern = parse(word, substring=lang in SUBSTRING_LANGUAGES)
                except PatternError as error:
                    self.wrong(f"{key}.{lang}", f"{word!r}: {error}")
                    continue
                found.append((lang, int(fold(word) in weak), pattern))
        return found

    # ---------------------------------------------------------------------------------- rules

    def rules(self, table: dict[str, Any], hints: _Hints) -> Rules:
        numbers = {
            "line": (0.5, 0, 1), "near_line": (0.2, 0, 1), "full_share": (0.34, 0.01, 1),
            "background_weight": (0.3, 0, 1), "bias": (-2.4, -20, 20), "title_weight": (3.0, 0, 20),
            "lead_weight": (2.0, 0, 20), "body_weight": (4.0, 0, 20), "spread_weight": (1.0, 0, 20),
            "theme_title_weight": (1.6, 0, 20), "theme_lead_weight": (0.6, 0, 20),
            "theme_body_weight": (1.2, 0, 20), "theme_when_spread": (0.6, 0, 1),
            "breadth_weight": (0.0, 0, 20),
        }  # fmt: skip
        counts = {
            "lead_sentences": (2, 0, 20), "context_sentences": (1, 0, 20), "teaser_words": (120, 0, 1000),
            "min_places": (2, 0, 20), "support_places": (3, 1, 20), "breadth_from": (3, 0, 50),
            "breadth_full": (5, 1, 50),
        }  # fmt: skip
        others = (
            "gate", "review", "sides", "require", "near_roles", "background", "bind", "implied", "home",
            "other", "evidence", "suspect", "suspect_without", "suspect_nameless", "foreign", "facets",
        )  # fmt: skip
        self.known(table, "rules", (*numbers, *counts, *others))
        read: dict[str, Any] = {}
        for name, (default, low, high) in {**numbers, **counts}.items():
            read[name] = self.number(table, name, "rules", default, low, high, whole=name in counts)
        for name in ("gate", "review"):
            read[name] = self.groups(table, name, "rules")
        if not read["gate"]:
            self.wrong("rules.gate", "name the roles without one of which a text is off topic at once")
        return Rules(
            **read,
            sides=self.group(self.strings(table, "sides", "rules"), "rules.sides"),
            near_roles=self.group(self.strings(table, "near_roles", "rules"), "rules.near_roles"),
            require=self.needs(table, "require", "rules"),
            background=self.background(self.table(table, "background", "rules")),
            bind=tuple(self.bind(t, k) for t, k in self.tables(table, "bind", "rules")),
            foreign=tuple(self.foreign(t, k) for t, k in self.tables(table, "foreign", "rules")),
            facets=self.needs(table, "facets", "rules"),
            implied=tuple(self.implied(t, k) for t, k in self.tables(table, "implied", "rules")),
            home=tuple(self.home(t, k) for t, k in self.tables(table, "home", "rules")),
            other=tuple(self.other(t, k) for t, k in self.tables(table, "other", "rules")),
            evidence=self.evidence(table),
            suspect=self.suspicions(table, hints),
            suspect_without=self.hinted(table.get("suspect_without", []), "rules.suspect_without", hints),
            suspect_nameless=self.hinted(table.get("suspect_nameless", []), "rules.suspect_nameless", hints),
        )

    def suspicions(self, table: dict[str, Any], hints: _Hints) -> tuple[frozenset[str], ...]:
        value = table.get("suspect", [])
        if isinstance(value, list):
            return tuple(self.hinted(group, "rules.suspect", hints) for group in value if group)
        self.wrong("rules.suspect", 'write a list of groups of hints: [["a"], ["b", "c"]]')
        return ()

    def hinted(self, value: object, key: str, hints: _Hints) -> frozenset[str]:
        """Return the names of hints in a list, each of which must be there."""
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.wrong(key, 'must be a list of hints: ["…", "…"]')
            return frozenset()
        for name in value:
            if name not in hints.order:
                self.wrong(key, f"{name!r} is no hint{self.nearest(name, hints.order)}")
        return frozenset(value)

    def bind(self, table: dict[str, Any], key: str) -> Bind:
        names = ("role", "own", "other", "unless")
        self.known(table, key, names)
        bits = [
            self.need(text, f"{key}.{name}") if (text := self.words(table, name, key, "")) else 0
            for name in names
        ]
        return Bind(*bits)

    def foreign(self, table: dict[str, Any], key: str) -> Foreign:
        names = ("role", "other", "unless", "without")
        self.known(table, key, (*names, "together"))
        role, other, unless, without = (
            self.need(text, f"{key}.{name}") if (text := self.words(table, name, key, "")) else 0
            for name in names
        )
        return Foreign(role, other, unless, without, self.needs(table, "together", key))

    def background(self, table: dict[str, Any]) -> tuple[str, ...]:
        return tuple(
            fold(opening) for lang in table for opening in self.strings(table, lang, "rules.background")
        )

    def implied(self, table: dict[str, Any], key: str) -> Implied:
        self.known(table, key, ("role", "lang", "countries", "except"))
        return Implied(
            bits=self.need(self.words(table, "role", key), f"{key}.role"),
            lang=self.words(table, "lang", key),
            countries=frozenset(self.strings(table, "countries", key)),
            exempt=frozenset(self.strings(table, "except", key)),
        )

    def home(self, table: dict[str, Any], key: str) -> Home:
        self.known(table, key, ("role", "lang", "countries"))
        return Home(
            bits=self.need(self.words(table, "role", key), f"{key}.role"),
            lang=self.words(table, "lang", key, ""),
            countries=frozenset(self.strings(table, "countries", key)),
        )

    def other(self, table: dict[str, Any], key: str) -> Other:
        self.known(table, key, ("id", "label", "near", "needs", "without", "blocks"))
        label = self.words(table, "label", key)
        name = self.words(table, "id", key)
        theme = Concept(
            id=label,
            role="",
            label=label,
            theme=True,
            rule=name,
            near=self.flag(table, "near", key),
            bits=self.bit_of[_ANY_THEME],
        )
        return Other(
            theme=theme,
            needs=self.needs(table, "needs", key),
            without=self.group(self.strings(table, "without", key), f"{key}.without"),
            blocks=self.group(self.strings(table, "blocks", key), f"{key}.blocks"),
        )

    def evidence(self, table: dict[str, Any]) -> tuple[Evidence, ...]:
        read = []
        for rule, key in self.tables(table, "evidence", "rules"):
            allowed = ("id", "label", "needs", "context", "focus", "anywhere", "without", "support", "weight")
            self.known(rule, key, allowed)
            needs = self.needs(rule, "needs", key)
            if not needs:
                self.wrong(f"{key}.needs", "name at least one role that must stand in the sentence")
            read.append(
                Evidence(
                    id=self.words(rule, "id", key),
                    label=self.words(rule, "label", key),
                    needs=needs,
                    context=self.needs(rule, "context", key),
                    focus=self.needs(rule, "focus", key),
                    anywhere=self.needs(rule, "anywhere", key),
                    weight=float(self.number(rule, "weight", key, None, 0, 1)),
                    without=self.group(self.strings(rule, "without", key), f"{key}.without"),
                    support=self.flag(rule, "support", key),
                )
            )
        if not read:
            self.wrong("rules.evidence", "no [[rules.evidence]]: nothing could ever be relevant")
        # Heaviest first: the first that holds is the one that counts.
        return tuple(sorted(read, key=lambda rule: -rule.weight))

    def group(self, names: Sequence[str], key: str) -> int:
        bits = 0
        for name in names:
            bits |= self.need(name, key)
        return bits

    def needs(self, table: dict[str, Any], name: str, key: str) -> tuple[int, ...]:
        return tuple(self.need(text, f"{key}.{name}") for text in self.strings(table, name, key))

    def groups(self, table: dict[str, Any], name: str, key: str) -> tuple[tuple[int, ...], ...]:
        value = table.get(name, [])
        if isinstance(value, list) and all(
            isinstance(group, list) and group and all(isinstance(item, str) for item in group)
            for group in value
        ):
            return tuple(tuple(self.need(item, f"{key}.{name}") for item in group) for group in value)
        self.wrong(f"{key}.{name}", 'write a list of groups: [["a|b"], ["c", "d"]]')
        return ()

    def need(self, text: str, key: str) -> int:
        """Return the bits of ``role|concept|role:2``."""
        bits = 0
        for part in text.split("|"):
            name, _, number = part.strip().partition(":")
            bit = self.bit_of.get(name)
            if bit is None:
                self.wrong(key, f"{name!r} is neither a role nor a concept{self.nearest(name, self.bit_of)}")
            elif number and not (number.isdigit() and int(number) > 1):
                self.wrong(key, f"{part.strip()!r}: write a number above 1 after the colon")
            elif number:
                pair = (bit, int(number))
                bits |= self.counted.setdefault(pair, 1 << (len(self.bit_of) + len(self.counted)))
            else:
                bits |= bit
        return bits

    # ---------------------------------------------------------------------------------- values

    def wrong(self, key: str, message: str) -> None:
        self.mistakes.append(Mistake(self.file, self.line(key), key, message))

    def line(self, key: str) -> int | None:
        """Return the line of the key, else of its table, else None (TOML readers keep no lines)."""
        table, _, name = key.rpartition(".")
        begin = self.header(table) if table else 0
        if begin is not None:
            pattern = re.compile(rf"^\s*{re.escape(name)}\s*=", re.MULTILINE)
            end = _HEADER.search(self.text, begin + 1 if table else 0)
            found = pattern.search(self.text, begin, end.start() if end and table else len(self.text))
            if found:
                return self.text.count("\n", 0, found.start()) + 1 + found.group().count("\n")
        own = self.header(key)
        place = own if own is not None else begin if table else None
        return None if place is None else self.text.count("\n", 0, place) + 1

    def header(self, table: str) -> int | None:
        name, _, number = table.partition("[")
        headers = re.compile(rf"^[ \t]*\[\[?{re.escape(name)}\]\]?", re.MULTILINE).finditer(self.text)
        wanted = int(number.rstrip("]")) if number else 0
        return next((found.start() for at, found in enumerate(headers) if at == wanted), None)

    def known(
        self, table: dict[str, Any], key: str, allowed: Sequence[str], *, languages: bool = False
    ) -> None:
        for name in table:
            if name in allowed or (languages and (_LANGUAGE.fullmatch(name) or name == _ANY)):
                continue
            path = f"{key}.{name}" if key else name
            self.wrong(path, f"unknown key{self.nearest(name, allowed)}")

    @staticmethod
    def nearest(name: str, known: Sequence[str] | Mapping[str, Any]) -> str:
        close = difflib.get_close_matches(name, list(known), n=1)
        return f"; did you mean {close[0]!r}?" if close else ""

    def table(self, parent: dict[str, Any], name: str, key: str) -> dict[str, Any]:
        value = parent.get(name, {})
        if isinstance(value, dict):
            return value
        self.wrong(f"{key}.{name}" if key else name, "must be a table")
        return {}

    def tables(self, parent: dict[str, Any], name: str, key: str) -> list[tuple[dict[str, Any], str]]:
        value = parent.get(name, [])
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return [(item, f"{key}.{name}[{number}]") for number, item in enumerate(value)]
        self.wrong(f"{key}.{name}", f"write each as [[{key}.{name}]]")
        return []

    def words(self, table: dict[str, Any], name: str, key: str, default: str | None = None) -> str:
        value = table.get(name, default)
        if isinstance(value, str) and (value or default == ""):
            return value
        self.wrong(f"{key}.{name}", "missing" if value is None else "must be a text in quotes, not empty")
        return ""

    def flag(self, table: dict[str, Any], name: str, key: str) -> bool:
        value = table.get(name, False)
        if not isinstance(value, bool):
            self.wrong(f"{key}.{name}", "must be true or false")
        return value is True

    def strings(self, table: dict[str, Any], name: str, key: str) -> list[str]:
        value = table.get(name, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        self.wrong(f"{key}.{name}", 'must be a list of texts: ["…", "…"]')
        return []

    def number(
        self,
        table: dict[str, Any],
        name: str,
        key: str,
        default: float | None,
        low: float,
        high: float,
        *,
        whole: bool = False,
    ) -> float:
        value = table.get(name, default)
        kinds = (int,) if whole else (int, float)
        if isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high:
            return value
        kind = "whole number" if whole else "number"
        self.wrong(f"{key}.{name}", f"must be a {kind} from {low} to {high}")
        return low
