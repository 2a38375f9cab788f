"""Words somebody is reported to have said: who, exactly what, by which verb, to whom.

Understands English, Russian and Japanese quotation marks and reporting verbs (``acts.toml``). A quoted word
that nobody says (*scare quotes*, titles, names of ships) is no statement: a short quotation counts only where
a reporting or naming verb and a speaker stand with it; a long one always counts, its speaker may be unknown.

Theory of operation: a paragraph is put together again from its sentences, because a quotation may run over
several of them. Around each quotation the sentence is searched, quotations left out, for the reporting verb
nearest to it, and for the speaker nearest to that verb; ``he said`` takes the speaker named last.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.judge import fingerprint, lexicon
from monitor.judge.anchors import Reading
from monitor.judge.lexicon import Lexicon, Span, language
from monitor.model import Prepared, Quote
from monitor.text.normal import fold, normal_form, plain

STATEMENT_WORDS = 5
"""Words from which a quotation is a statement even without a verb beside it."""
STATEMENT_CHARS = 12
"""The same in Japanese, in characters."""
MAX_CHARS = 1200
"""A quotation that closes later is a lost quotation mark."""
SAME_FROM = 0.98
"""Likeness of normal forms from which two quotations are the same words."""
ALTERED_FROM = 0.72
"""From here on it is the same quotation with altered wording: below, another one (measured on pairs of agency
renderings of one Russian sentence: .45-.70)."""
MIN_CONTAINED = 12
"""Letters: a shorter fragment proves nothing by standing inside a longer quotation."""

_PAIRS = {"“": "”", "„": "“”", "«": "»", "「": "」", "『": "』", "‘": "’", '"': '"', "'": "'"}
_PRONOUN = re.compile(
    r"\b(?:he|she|they|он|она|они|по его словам|по ее словам"
    r"|the (?:minister|official|spokes\w+|diplomat))\b"
)
_TELLS = frozenset({"told", "tell", "tells", "telling"})
_SO_CALLED = re.compile(r"(?:so[- ]called|так называем\w+|いわゆる)\s*$")
_NAMING = re.compile(
    r"(?:^|\s)(?:газет\w+|агентств\w+|журнал\w+|комплекс\w*|шхун\w+|теплоход\w*|film|ship|vessel|ferry)\s*$"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One quotation inside a paragraph, as offsets of its words."""

    start: int
    end: int
    inner: bool
    """True inside another quotation."""


def find(prepared: Prepared, readings: Sequence[Reading]) -> tuple[Quote, ...]:
    """Return the quotations of a text in reading order; title and summary included, repeats left out."""
    found: list[Quote] = []
    seen: set[str] = set()
    carried = ""
    for paragraph in _paragraphs(readings):
        for quote, speaker in _in_paragraph(paragraph, prepared.lang, carried):
            carried = speaker or carried
            key = normal_form(quote.words)
            if key and key not in seen:
                seen.add(key)
                found.append(quote)
        carried = paragraph.last_person or carried
    return tuple(found)


def quote_hash(words: str) -> str:
    """Return 16 hex digits that are the same for the same words however punctuated."""
    return f"{fingerprint.sentence_hash(words) & 0xFFFFFFFFFFFFFFFF:016x}"


def same(one: str, other: str) -> bool:
    """Return True when two quotations are the same words: re-punctuated, or one trimmed from the other."""
    a, b = _bare(one), _bare(other)
    shorter, longer = sorted((a, b), key=len)
    if shorter == longer:
        return bool(shorter)
    return len(shorter) >= MIN_CONTAINED and (shorter in longer or _likeness(shorter, longer) >= SAME_FROM)


def altered(one: str, other: str) -> bool:
    """Return True when two quotations are one statement in altered wording (and not the same words)."""
    a, b = _bare(one), _bare(other)
    if not a or not b or same(one, other):
        return False
    return _likeness(a, b) >= ALTERED_FROM


def _bare(words: str) -> str:
    return normal_form(words).replace(" ", "")


def _likeness(a: str, b: str) -> float:
    return difflib.SequenceMatcher(a=a, b=b, autojunk=False).ratio()


# ------------------------------------------------------------------------------------------------ paragraphs


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A paragraph put together again."""

    text: str
    starts: tuple[int, ...]
    """Where each sentence begins."""
    numbers: tuple[int, ...]
    """Index of each sentence in the whole text."""
    last_person: str


def _paragraphs(readings: Sequence[Reading]) -> Iterable[_Paragraph]:
    groups: dict[tuple[str, int], list[int]] = {}
    for number, one in enumerate(readings):
        groups.setdefault((one.sentence.part, one.sentence.paragraph), []).append(number)
    for numbers in groups.values():
        text, starts = "", []
        for number in numbers:
            starts.append(len(text) + bool(text))
            text = f"{text} {plain_marks(readings[number].sentence.text)}".strip()
        people = [t for n in numbers for t in readings[n].anchors if t.startswith("person:")]
        yield _Paragraph(text, tuple(starts), tuple(numbers), people[-1] if people else "")


def plain_marks(text: str) -> str:
    """Return the text with its quotation marks as printed, blanks collapsed."""
    return re.sub(r"\s+", " ", text).strip()


def _in_paragraph(paragraph: _Paragraph, lang: str, carried: str) -> Iterable[tuple[Quote, str]]:
    words_lexicon = lexicon.shipped()
    text = paragraph.text
    pieces = _pieces(text)
    outer = [piece for piece in pieces if not piece.inner]
    for piece in outer:
        begin, end = _sentence_around(paragraph, piece, outer)
        around = _Around(text, begin, end, outer, lang, words_lexicon)
        carried = _last_named(text[:begin], lang, words_lexicon) or carried
        verb = around.verb_near(piece)
        speaker = around.speaker(piece, verb, carried)
        words = text[piece.start : piece.end].strip(" ,.;:—-、。")
        if not _is_statement(words, lang, text, piece, verb, speaker):
            continue
        number = max(i for i, start in enumerate(paragraph.starts) if start <= piece.start)
        quote = Quote(
            speaker=speaker,
            words=words,
            verb=verb.word if verb else "",
            addressee=around.addressee(verb),
            lang=lang,
            sentence=paragraph.numbers[number],
        )
        if speaker:
            carried = speaker
        yield quote, speaker


def _last_named(before: str, lang: str, words: Lexicon) -> str:
    """Return the person or office that the paragraph named last before this place."""
    named = [
        span.term
        for span in words.find(before.casefold().replace("ё", "е"), lang)
        if span.term.startswith(("person:", "office:"))
    ]
    people = [term for term in named if term.startswith("person:")]
    return (people or named or [""])[-1]


def _pieces(text: str) -> list[_Piece]:
    """Return quotations by their marks, outer ones before those inside them."""
    found: list[_Piece] = []
    at = 0
    while at < len(text):
        closing = _PAIRS.get(text[at])
        if closing and _opens(text, at):
            end = _closing(text, at, closing)
            if end is not None:
                found.append(_Piece(at + 1, end, inner=False))
                at = end + 1
                continue
        at += 1
    return found


def _opens(text: str, at: int) -> bool:
    if text[at] not in "\"'‘":
        return True
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    return not before.isalnum() and not after.isspace()


def _closing(text: str, at: int, closing: str) -> int | None:
    """Return where the quotation that opens at ``at`` ends; nested Japanese brackets are counted."""
    opening, depth = text[at], 0
    for place in range(at + 1, min(len(text), at + MAX_CHARS)):
        char = text[place]
        if char == opening and opening not in "\"'„":
            depth += 1
        elif char in closing:
            if opening in "\"'‘":
                after = text[place + 1] if place + 1 < len(text) else " "
                if after.isalnum() or text[place - 1].isspace():
                    continue
            if depth == 0:
                return place
            depth -= 1
    return None


def _sentence_around(paragraph: _Paragraph, piece: _Piece, outer: Sequence[_Piece]) -> tuple[int, int]:
    """Return the stretch of text whose verb and speaker may belong to the quotation.

    It begins with the sentence the quotation begins in and ends with the sentence it ends in; both grow over
    cuts that lie inside a quotation.
    """
    inside = [one for one in paragraph.starts if not any(p.start <= one - 1 < p.end for p in outer)]
    begin = max((start for start in inside if start <= piece.start), default=0)
    end = min((start for start in inside if start > piece.end), default=len(paragraph.text))
    return begin, end


# ------------------------------------------------------------------------------------------------ who said it


@dataclass(frozen=True, slots=True)
class _Verb:
    word: str
    start: int
    end: int
    kind: str


class _Around:
    """The words around a quotation, other quotations blanked out."""

    def __init__(
        self, text: str, begin: int, end: int, outer: Sequence[_Piece], lang: str, words: Lexicon
    ) -> None:
        chars = list(text[begin:end])
        for piece in outer:
            for place in range(max(begin, piece.start - 1), min(end, piece.end + 1)):
                chars[place - begin] = "\x01"
        self.begin, self.lang = begin, lang
        self.text = "".join(chars)
        # Folding must keep positions: only the case and a few letters change for our three languages.
        folded = self.text.casefold().replace("ё", "е").replace("’", "'")
        self.folded = folded if len(folded) == len(self.text) else self.text
        self.spans = words.find(self.folded, lang)

    def _at(self, span: Span) -> tuple[int, int]:
        return span.start + self.begin, span.end + self.begin

    def verb_near(self, piece: _Piece) -> _Verb | None:
        """Return the reporting verb closest to the quotation; after it for Japanese."""
        verbs = []
        for span in self.spans:
            if span.term.startswith("verb:"):
                start, end = self._at(span)
                after = start >= piece.end
                if language(self.lang) == "ja" and not after:
                    continue
                gap = start - piece.end if after else piece.start - end
                verbs.append((gap, start, _Verb(self.folded[span.start : span.end], start, end, span.term)))
        return min(verbs, key=lambda one: one[:2])[2] if verbs else None

    def speaker(self, piece: _Piece, verb: _Verb | None, carried: str) -> str:
        """Return who says it: a person's or office's term, a name as printed, or empty."""
        pivot = verb.start if verb else piece.end
        # Whom one tells stands behind the verb, who tells before it.
        tells = verb is not None and verb.word in _TELLS
        named = [
            (abs(self._at(span)[0] - pivot) + _rank(span.term), span.term)
            for span in self.spans
            if span.term.startswith(("person:", "office:")) and not (tells and self._at(span)[0] > pivot)
        ]
        pronoun = min(
            _PRONOUN.finditer(self.folded), key=lambda m: abs(m.start() + self.begin - pivot), default=None
        )
        printed = self._printed(pivot, before=tells)
        people = [one for one in named if one[1].startswith("person:")]
        if people and verb and pronoun and self._closer(pronoun, verb, people):
            # "Abe met Putin and pursued what he called": the pronoun means the subject, not the nearest name.
            before = [span.term for span in self.spans if self._at(span)[0] < verb.start]
            return next((term for term in before if term.startswith("person:")), carried)
        if people:
            return min(people)[1]
        if printed and not pronoun:
            return printed
        if verb and pronoun and carried:
            return carried
        if named:
            return min(named)[1]
        return carried if verb or self._bare() else ""

    def _closer(self, pronoun: re.Match[str], verb: _Verb, people: Sequence[tuple[float, str]]) -> bool:
        return abs(pronoun.start() + self.begin - verb.start) < min(people)[0]

    def _bare(self) -> bool:
        """Return True where nothing but quotations stands: the speaker before goes on."""
        return not re.search(r"[^\W\x01]", self.text)

    def _printed(self, pivot: int, *, before: bool) -> str:
        """Return a name in capitals (or with a Japanese courtesy title) near the verb, as printed."""
        if language(self.lang) == "ja":
            found = [
                (abs(m.start() + self.begin - pivot), m[1])
                for m in re.finditer(r"([一-龠々ァ-ヴー・]{2,10}?)(?:さん|氏)", self.text)
            ]
        else:
            found = [
                (abs(m.start() + self.begin - pivot), m[0])
                for m in re.finditer(
                    r"(?<![.!?] )(?:[A-ZА-ЯЁ][\w'-]+)(?: [A-ZА-ЯЁ][\w'-]+)+", plain(self.text)
                )
                if not any(
                    span.start < m.end() and m.start() < span.end and not span.term.startswith("verb:")
                    for span in self.spans
                )
            ]
        found = [one for one in found if not before or self.text.find(one[1]) + self.begin < pivot]
        return min(found)[1] if found else ""

    def addressee(self, verb: _Verb | None) -> str:
        """Return to whom: the agency, outlet, or the press, where it stands beside the verb."""
        if verb is None:
            return ""
        tail = self.folded[verb.end - self.begin :][:60]
        head = self.folded[: verb.start - self.begin][-60:]
        if language(self.lang) == "ja":
            match = re.search(r"(記者団|[一-龠ァ-ヴー]{2,8}(?:通信|新聞|テレビ))(?:の取材)?に", head)
            return match[1] if match else ""
        if language(self.lang) == "ru":
            match = re.search(r"\b(журналистам|тасс|риа новости|интерфаксу|газете \w+|изданию \w+)", tail)
            return match[1] if match else ""
        if verb.word not in _TELLS:
            match = re.match(r"\s(?:to|in an interview with) (reporters|journalists|\w+)", tail)
            return match[1] if match else ""
        match = re.match(r"\s(?:the |state agency |news agency |a )?(\w+(?: news| agency| times)?)", tail)
        return match[1] if match else ""


def _rank(term: str) -> float:
    """Put an office a little behind the person who holds it and stands next to it."""
    return 0.0 if term.startswith("person:") else 0.5


def _is_statement(words: str, lang: str, text: str, piece: _Piece, verb: _Verb | None, speaker: str) -> bool:
    """Return False for scare quotes, titles and names."""
    if not normal_form(words):
        return False
    before = fold(text[max(0, piece.start - 30) : piece.start - 1])
    if _SO_CALLED.search(before) or _NAMING.search(before):
        return False
    long_enough = (
        len(normal_form(words).replace(" ", "")) >= STATEMENT_CHARS
        if language(lang) == "ja"
        else len(words.split()) >= STATEMENT_WORDS
    )
    if long_enough:
        return True
    return verb is not None and bool(speaker) and _bound(text, piece, verb, lang)


def _bound(text: str, piece: _Piece, verb: _Verb, lang: str) -> bool:
    """Return True when the verb governs a short quotation: close by, no end of sentence between."""
    between = (
        text[piece.end + 1 : verb.start] if verb.start >= piece.end else text[verb.end : piece.start - 1]
    )
    limit = 12 if language(lang) == "ja" else 70
    return len(between) <= limit and not re.search(r"[.!?;]\s|[。！？]", between)
