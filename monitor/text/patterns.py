"""Finding many names in one text, in one pass: what the topic's words are matched with.

A pattern is written as in the topic file: ``word``, ``stem*`` (the word starts with it), ``~Word`` (this
case only), several words divided by blanks (a blank, hyphen, dash or quote matches). Languages without blanks
between words match as plain substrings.

Theory of operation: words of the folded text are looked up in a table that remembers, for every word met,
which patterns can begin there (most words: none), and only those are compared with what follows. Languages
without blanks look at the first two characters of each position instead. Cost grows with the text, not with
the number of patterns; nothing here backtracks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.text.normal import fold, plain

SUBSTRING_LANGUAGES = frozenset({"ja", "zh", "ko"})
"""Matched without word borders: no blanks between words, or endings glued to the name."""

_WORD = re.compile(r"\w+")
_GAPS = frozenset({" ", "-", " - ", "- ", " -", "'", "' ", " '", '"', ' "', '" ', "·"})
"""What may stand between two words of a phrase in a folded text."""

_REMEMBERED = 100_000
"""Words whose patterns are remembered, about 10 MB at the most; then the table starts afresh."""


class PatternError(ValueError):
    """A pattern cannot be used; the text says why and what to write instead."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One parsed pattern."""

    words: tuple[tuple[str, bool], ...]
    """(folded word, True for a stem), in order; one element for a substring pattern."""
    cased: str = ""
    """The exact form (of a stem: its beginning) asked for by ``~``; empty where case does not matter."""
    substring: bool = False

    @property
    def literal(self) -> str:
        """Return the longest part that every text with this pattern has, in the form of ``gate_text``."""
        runs = [""]
        for word, is_stem in self.words:
            runs[-1] = f"{runs[-1]} {word}".strip()
            if is_stem:  # what follows the stem is not known
                runs.append("")
        return max(runs, key=len)


@dataclass(frozen=True, slots=True)
class Found:
    """One occurrence: what was found, and its span in the folded text."""

    key: int
    start: int
    end: int


def parse(pattern: str, *, substring: bool = False) -> Pattern:
    """Return the parsed form; raise ``PatternError`` where it would match nothing or everything."""
    cased = plain(pattern.removeprefix("~")).rstrip("*") if pattern.startswith("~") else ""
    text = fold(pattern.removeprefix("~"))
    if not text.strip("* "):
        raise PatternError("the pattern is empty: write a word, or take the line out")
    if substring:
        return Pattern(words=((text.replace("*", ""), False),), cased=cased, substring=True)
    words: list[tuple[str, bool]] = []
    for piece in re.findall(r"\w+\*?|\*", text):
        if piece == "*":
            raise PatternError("'*' stands at the end of a word (treat*), not alone and not before it")
        words.append((piece.removesuffix("*"), piece.endswith("*")))
    if not words:
        raise PatternError("the pattern has no letter or digit")
    if re.search(r"\*\w", text):
        raise PatternError("'*' stands at the end of a word (treat*), not inside it")
    if len(words) == 1 and words[0][1] and len(words[0][0]) < 3:
        raise PatternError("a stem of fewer than three letters matches too much: write the words out")
    return Pattern(words=tuple(words), cased=cased)


def gate_text(folded: str) -> str:
    """Return the folded text with one blank for everything that may stand between the words of a phrase."""
    text = folded.replace("-", " ").replace('"', " ").replace("'", " ").replace("·", " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


class Matcher:
    """All patterns of one language; built once, used for every text."""

    def __init__(self, patterns: Iterable[tuple[int, Pattern]]) -> None:
        """Take (key, pattern) pairs; several patterns may share a key."""
        self._exact: dict[str, list[tuple[int, Pattern]]] = {}
        self._stems: dict[str, list[tuple[int, Pattern]]] = {}
        self._heads: dict[str, list[tuple[int, Pattern]]] = {}
        for key, pattern in patterns:
            word, is_stem = pattern.words[0]
            table = self._heads if pattern.substring else self._stems if is_stem else self._exact
            table.setdefault(word[:2] if pattern.substring else word, []).append((key, pattern))
        self._stem_lengths = sorted({len(stem) for stem in self._stems})
        self._candidates: dict[str, tuple[tuple[int, Pattern], ...]] = {}
        first = "".join(sorted({re.escape(head[0]) for head in self._heads}))
        self._starts = re.compile(f"[{first}]") if first else None
        self._has_words = bool(self._exact or self._stems)

    def find(self, folded: str, text: str = "") -> list[Found]:
        """Return every occurrence in ``folded``, in order of start, then of pattern; overlaps kept.

        ``text`` is the text before folding; it is looked at for patterns that ask for one case (``~``).
        """
        found: list[Found] = []
        if self._has_words:
            self._find_words(folded, text, found)
        if self._starts is not None:
            self._find_substrings(folded, text, found)
        return found

    def _find_words(self, folded: str, text: str, found: list[Found]) -> None:
        known = self._candidates
        matches = list(_WORD.finditer(folded))
        for at, match in enumerate(matches):
            word = match.group()
            candidates = known.get(word)
            if candidates is None:
                candidates = self._remember(word)
            for key, pattern in candidates:
                last = _follow(pattern, matches, at, folded)
                if last is None:
                    continue
                start, end = match.start(), matches[last].end()
                if not pattern.cased or _has_case(pattern.cased, text, folded, start):
                    found.append(Found(key, start, end))

    def _find_substrings(self, folded: str, text: str, found: list[Found]) -> None:
        assert self._starts is not None
        heads = self._heads
        for match in self._starts.finditer(folded):
            start = match.start()
            pair, single = folded[start : start + 2], folded[start]
            for head in (pair, single) if pair != single else (single,):
                for key, pattern in heads.get(head, ()):
                    word = pattern.words[0][0]
                    if folded.startswith(word, start):
                        end = start + len(word)
                        if not pattern.cased or _has_case(pattern.cased, text, folded, start):
                            found.append(Found(key, start, end))

    def _remember(self, word: str) -> tuple[tuple[int, Pattern], ...]:
        if len(self._candidates) >= _REMEMBERED:
            self._candidates.clear()
        here = list(self._exact.get(word, ()))
        for length in self._stem_lengths:
            if length > len(word):
                break
            here.extend(self._stems.get(word[:length], ()))
        candidates = tuple(here)
        self._candidates[word] = candidates
        return candidates


def _follow(pattern: Pattern, matches: list[re.Match[str]], at: int, folded: str) -> int | None:
    """Return the index of the pattern's last word among ``matches``, or None where the phrase breaks off."""
    words = pattern.words
    if at + len(words) > len(matches):
        return None
    for offset in range(1, len(words)):
        word, is_stem = words[offset]
        here = matches[at + offset]
        token = here.group()
        if not (token.startswith(word) if is_stem else token == word):
            return None
        if folded[matches[at + offset - 1].end() : here.start()] not in _GAPS:
            return None
    return at + len(words) - 1


def _has_case(cased: str, text: str, folded: str, start: int) -> bool:
    unfolded = plain(text)
    if len(unfolded) == len(folded):
        return unfolded.startswith(cased, start)
    return cased in unfolded
