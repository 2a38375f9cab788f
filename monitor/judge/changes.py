# ruff: noqa: SIM905  word lists read better as text
"""The change guard: which numbers, dates, names, quotes and negations a copy has otherwise than its original.

Theory of operation. A known text keeps *points*: its figures, names and negations, each with hashes of the
letters before and after it. In the copy the same letters are looked for; what stands between them now is the
*gap*. Edits, cuts and new sentence borders around it do not matter: every side has several runs of letters,
at growing distance.

    old   … a poll found that [74] percent of those asked …
    new   … a poll found that [47] percent of those asked …      gap has another figure     -> number 74 -> 47
    new   … a poll found that [most]  of those asked …           gap has no figure          -> nothing to say

A side that is gone (a cut) gives no gap and no change; neither does another spelling of the same value, a
synonym, or typography. For seeds the points are stored and no text is needed.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

import numpy as np

from monitor.judge import figures, fingerprint, proper
from monitor.judge.figures import DATE, NUMBER
from monitor.model import Change, GuardPoint, KnownArticle, Prepared
from monitor.text import normal as normal_text

NEGATION, QUOTE, NAME = "negation", "quote", "name"

RUN, RUN_CJK = 8, 4
"""Letters of one run beside a point."""
STEP, STEP_CJK = 3, 1
"""Letters from one run to the next, away from the point."""
RUNS = 12
"""Runs a side: they reach 41 letters (8 words) or 15 Japanese characters."""
LEAST_RUNS = 2
"""Runs that must be found again on each side."""
SURE_RUNS = 6
"""Runs on one side that make one on the other enough."""
SHIFT = 16
"""Letters by which edits may have moved a run from its place."""
MAX_POINTS = 400
"""Points kept of one text; the longest articles of the corpora have about 250."""
MAX_CHANGES = 20
"""Changes listed; more say that it is another text."""
ALTERED, ALTERED_CJK = 3, 2
"""Letters inside a quotation that the original has not: fewer are another spelling or a tense."""
LONGEST_ALTERED = 40
"""Letters; a longer stretch inside quotation marks is another quotation, which novelty reports."""
LONGEST_ADDED = 12
"""Letters of words put into a quotation without taking any out: "not", "fully", "in principle"."""
LONGEST_NAME = 16
"""Letters by which another name may be longer, edits on one side of it included."""
MOVED, MOVED_CJK = 24, 9
"""Letters by which a negation may have moved with its verb and still be the same one."""
LEAST_QUOTE, LEAST_QUOTE_CJK = 12, 5
"""Letters of a quotation; below it is a name or a scare quote."""


def find(prepared: Prepared, known: KnownArticle) -> tuple[Change, ...]:
    """Return what this copy of a known text says otherwise, in reading order; empty for a pure copy.

    Compares with the text of ``known.prepared``, else with ``known.guard`` (seeds).
    """
    new = _Text(prepared)
    old = _Text(known.prepared) if known.prepared is not None else None
    points = old.points if old is not None else known.guard
    shingles = known.fingerprint.shingles if known.fingerprint is not None else frozenset()
    found = [
        *_changed_points(points, new),
        *(_negated_since(new, old) if old is not None else _negated_since_hashes(new, shingles)),
        *_altered_quotes(new, old, shingles),
    ]
    unique = {(change.kind, change.old, change.new, change.sentence): at for at, change in reversed(found)}
    ordered = sorted(unique, key=lambda key: (unique[key], key))
    return tuple(Change(*key) for key in ordered[:MAX_CHANGES])


def points(prepared: Prepared) -> tuple[GuardPoint, ...]:
    """Return the figures and negations of a text in reading order, ready to be stored without the text."""
    return _Text(prepared).points


# ------------------------------------------------------------------------------------------ one text, read


@dataclass(frozen=True, slots=True)
class _Mark:
    """One figure or negation and the letters it takes."""

    kind: str
    value: str
    start: int
    end: int
    instead: tuple[str, ...] = ()
    """Letters that stand there where the negation does not."""


class _Text:
    """A body (else a summary) as letters, with the way back to what was printed."""

    def __init__(self, prepared: Prepared) -> None:
        self.lang = prepared.lang
        self.cjk = prepared.lang in fingerprint.CJK_LANGUAGES
        self.size, self.step = (RUN_CJK, STEP_CJK) if self.cjk else (RUN, STEP)
        self._prepared = prepared
        letters: list[str] = []
        shown: list[int] = []
        lines: list[str] = []
        self.quotes: list[tuple[int, int]] = []
        self.marks: list[_Mark] = []
        offset = 0
        for raw in _unbroken(prepared.body if prepared.body.strip() else prepared.summary).splitlines():
            line = _plain_with_quotes(raw)
            if not line:
                continue
            places = _letters_of(line, letters, shown, offset)
            self._read(line, places)
            lines.append(line)
            offset += len(line) + 1
            if len(letters) >= fingerprint.MAX_LETTERS:
                break
        self.letters = "".join(letters)
        self._shown, self._printed = shown, "\n".join(lines)

    def _read(self, line: str, places: Sequence[int]) -> None:
        """Note the marks and quotations of one line; ``places[i]`` letters stand before its character i."""
        low = "".join(lower if len(lower := char.casefold()) == 1 else char for char in line)
        low = low.replace("ё", "е")
        for figure in figures.find(low, self.lang):
            if not self.cjk and _is_misread(figure, low):
                continue
            self.marks.append(_Mark(figure.kind, figure.value, places[figure.start], places[figure.end]))
        for negation in _negations(low, self.lang):
            start, end = places[negation.start], places[negation.end]
            self.marks.append(_Mark(NEGATION, negation.value, start, end, negation.instead))
        for name in proper.find(line, self.lang):
            self.marks.append(_Mark(NAME, name.value, places[name.start], places[name.end]))
        self.quotes += [(places[start], places[end]) for start, end in _quotations(line)]

    def printed(self, start: int, end: int) -> str:
        """Return letters ``start`` to ``end`` as they were printed."""
        if start >= end:
            return ""
        text = self._printed[self._shown[start] : self._shown[end - 1] + 1]
        return re.sub(r"\s+", " ", text.translate(_MARKS_BACK)).strip()

    def sentence(self, at: int) -> str:
        """Return the sentence, verbatim, that holds letter ``at``."""
        ends, texts = self._sentences
        place = bisect_right(ends, at)
        return texts[min(place, len(texts) - 1)] if texts else ""

    @cached_property
    def _sentences(self) -> tuple[list[int], list[str]]:
        """Letters before the end of each sentence, and the sentences."""
        part = "body" if self._prepared.body.strip() else "summary"
        ends: list[int] = []
        texts: list[str] = []
        total = 0
        for sentence in self._prepared.sentences:
            if sentence.part == part:
                total += sum(char.isalnum() for char in sentence.folded)
                ends.append(total)
                texts.append(sentence.text)
        return ends, texts

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        """Letters from begin to end of each sentence; together they are the whole text."""
        ends = sorted(
            {end for end in self._sentences[0] if 0 < end < len(self.letters)} | {len(self.letters)}
        )
        return list(zip([0, *ends], ends, strict=False))

    @cached_property
    def _rows(self) -> list[list[int]]:
        """Hashes of the runs of each sentence, its borders being letters of their own.

        Item ``i`` of a row begins ``self.size`` letters before letter ``i`` of the sentence.
        """
        size = self.size
        return [
            fingerprint.hashed(_BEGIN * size + self.letters[begin:end] + _END * size, size).tolist()
            for begin, end in self._spans
        ]

    @cached_property
    def index(self) -> dict[int, list[int]]:
        """Letters before the begin of each run; one that begins in the border counts from before it."""
        found: dict[int, list[int]] = {}
        for (begin, _), row in zip(self._spans, self._rows, strict=True):
            for place, value in enumerate(row):
                found.setdefault(value, []).append(begin + place - self.size)
        return found

    @cached_property
    def points(self) -> tuple[GuardPoint, ...]:
        """Marks with their surroundings as hashes, in reading order."""
        return self._points_of(self.marks)

    @cached_property
    def negations(self) -> tuple[GuardPoint, ...]:
        """The negations among them."""
        return self._points_of([mark for mark in self.marks if mark.kind == NEGATION])

    def _points_of(self, marks: Sequence[_Mark]) -> tuple[GuardPoint, ...]:
        ordered = sorted(marks, key=lambda mark: (mark.start, mark.kind))[:MAX_POINTS]
        return tuple(self._point(mark) for mark in ordered)

    def _point(self, mark: _Mark) -> GuardPoint:
        ends = [end for _, end in self._spans]
        number = min(bisect_right(ends, mark.start), len(ends) - 1)
        (begin, stop), row = self._spans[number], self._rows[number]
        lefts = [mark.start - begin - k * self.step for k in range(RUNS)]
        # A line break inside a figure ("20\n000") ends the sentence there.
        rights = [min(mark.end, stop) - begin + self.size + k * self.step for k in range(RUNS)]
        return GuardPoint(
            kind=mark.kind,
            value=mark.value,
            text=self.printed(mark.start, mark.end),
            at=mark.start,
            # A run that is nothing but border counts only directly beside the point: every sentence has it.
            left=tuple(row[place] for place in lefts if place > 0 or place == lefts[0]),
            right=tuple(row[place] for place in rights if place < len(row) - 1 or place == rights[0]),
        )


_BEGIN, _END = "\x02", "\x03"
_QUOTE_MARKS = str.maketrans("“”„«»", "\ue000\ue001\ue002\ue003\ue004")
"""Kept apart from straight quotes, which say nothing of direction; `plain` would make them all one."""
_MARKS_BACK = str.maketrans("\ue000\ue001\ue002\ue003\ue004", "“”„«»")


def _is_misread(figure: figures.Figure, low: str) -> bool:
    """Return True for a digit that stands for a letter: n0t, tw0."""
    glued = figure.start > 0 and low[figure.start - 1].isalpha()
    return glued and (figure.value in {"0", "1"} or low[figure.end : figure.end + 1].isalpha())


_BROKEN = re.compile(r"(?<=\w)[-\u00ad]\n(?=\w)|(?<=\d)\n(?=\d)")


def _unbroken(text: str) -> str:
    """Return a text without line breaks inside words and figures, as printed pages have them."""
    return _BROKEN.sub("", text)


def _plain_with_quotes(raw: str) -> str:
    if "&" in raw:
        raw = html.unescape(raw)
    return normal_text.plain(raw.translate(_QUOTE_MARKS))


def _letters_of(line: str, letters: list[str], shown: list[int], offset: int) -> list[int]:
    """Add the letters of a line and their places in print; return the letters before each character."""
    before: list[int] = []
    for place, char in enumerate(line):
        before.append(len(letters))
        if char == "'":
            continue
        for letter in normal_text.lower(char):
            if letter.isalnum():
                letters.append(letter)
                shown.append(offset + place)
    return [*before, len(letters)]


_QUOTATION = re.compile(
    "\ue000[^\ue001\n]*\ue001|\ue003[^\ue004\n]*\ue004|\ue002[^\ue000\ue001\n]*[\ue000\ue001]"
    r'|(?<!\w)"[^"\n]*"|「[^」\n]*」|『[^』\n]*』'
)


def _quotations(line: str) -> Iterator[tuple[int, int]]:
    """Yield the inside of each quotation."""
    for match in _QUOTATION.finditer(line):
        yield match.start() + 1, match.end() - 1


# ------------------------------------------------------------------------------------------ negations


@dataclass(frozen=True, slots=True)
class _Negation:
    """A word, or part of one, that turns a statement round, with what stands there without it."""

    value: str
    start: int
    end: int
    instead: tuple[str, ...]


_EN_BARE = re.compile(r"\b(no longer|no|not|never|none|nor|without|cannot)\b")
_EN_TURNED = {
    "neither": ("both", "either"),
    "nobody": ("everybody", "somebody", "everyone", "someone", "many"),
    "nothing": ("everything", "something", "much"),
    "nowhere": ("everywhere", "somewhere"),
}
_EN_TURN = re.compile(rf"\b(?:{'|'.join(_EN_TURNED)})\b")
_EN_SHORT = re.compile(
    r"\b(?:(ca|wo|sha)|(do|does|did|is|are|was|were|has|have|had|would|could|should|must|need))n't\b"
)
_EN_PREFIX = re.compile(r"\b(un|in|im|il|ir|dis|non-?)(?=[a-z]{4})")
_EN_WITHOUT = {
    "cannot": ("can", "could", "may"),
    "without": ("with",),
    "never": ("", "always", "often", "once"),
    "no": ("", "the", "some", "a", "new", "any"),
}
_EN_FULL = {"ca": "can", "wo": "will", "sha": "shall"}
_RU_BARE = re.compile(r"\b(никогда не|не|нет|ни|без|нельзя|никогда)\b")
_RU_PREFIX = re.compile(r"\b(не|без|бес)(?=[а-я]{4})")
_RU_WITHOUT = {"нет": ("есть", ""), "нельзя": ("можно",), "без": ("с",), "никогда": ("", "всегда")}
_JA_BARE = re.compile(
    r"(?P<a>[わかがさたなばまら])(?:ない|なかった|なく|ず)|(?P<e>[えけせてねべめれげりきしいみちに])(?:ない|なかった|なく|ず)"
    r"|(?P<p>ません(?:でした)?)|(?P<n>では?ない|はない|もない|がない|なし|無し)"
)
_JA_PREFIX = re.compile(r"[不未非無反否](?=[一-龠々])")
_JA_U_ROW = dict(zip("わかがさたなばまら", "うくぐすつぬぶむる", strict=True))
_JA_PAST = dict(
    zip(
        "わかがさたなばまら",
        ["った", "いた", "いだ", "した", "った", "んだ", "んだ", "んだ", "った"],
        strict=True,
    )
)

_SOFT = {
    "en": re.compile(
        r"no(?:t|r|ne|thing|body|where)?|never|neither|without|cannot|nt|lack|absen|fail|refus|hardly|barely|deny|denie"
        r"|reject|impossib|unable|unlikely|rul(?:e|ed|ing)out|until|only|zero|little|few"
    ),
    "ru": re.compile(r"не|ни|без|бес|отсутств|отказ|лиш|только|нул|вряд|едва"),
    "ja": re.compile(r"な[いかくし]|ず|ぬ|ません|不|未|非|無|否|のみ|だけ|ゼロ|困難|拒"),
}
"""Letters that may deny as well: where the gap has them, nothing is said."""


def _negations(low: str, lang: str) -> Iterator[_Negation]:
    """Yield the negations of a lower-case line."""
    if lang in {"ja", "zh"}:
        yield from _japanese_negations(low)
        return
    if lang in {"ru", "uk", "be", "bg"}:
        bare, prefix, without = _RU_BARE, _RU_PREFIX, _RU_WITHOUT
    else:
        bare, prefix, without = _EN_BARE, _EN_PREFIX, _EN_WITHOUT
        for match in _EN_SHORT.finditer(low):
            verb = match[2] or _EN_FULL[match[1]]
            yield _Negation("n't", match.start(), match.end(), (verb, ""))
        for match in _EN_TURN.finditer(low):
            yield _Negation(match[0], match.start(), match.end(), _EN_TURNED[match[0]])
    for match in bare.finditer(low):
        yield _Negation(match[0], match.start(), match.end(), without.get(match[0], ("",)))
    for match in prefix.finditer(low):
        yield _Negation(f"{match[0]}-", match.start(), match.end(), ("",))


def _japanese_negations(low: str) -> Iterator[_Negation]:
    for match in _JA_BARE.finditer(low):
        past = "なかった" in match[0]
        if match["a"]:
            instead: tuple[str, ...] = (_JA_PAST[match["a"]] if past else _JA_U_ROW[match["a"]],)
            yield _Negation("ない", match.start(), match.end(), instead)
        elif match["e"]:
            begin = match.start() + 1
            yield _Negation("ない", begin, match.end(), ("た" if past else "る", "て", "ている"))
        elif match["p"]:
            yield _Negation(
                "ません", match.start(), match.end(), ("ました" if "でした" in match[0] else "ます",)
            )
        else:
            yield _Negation("ない", match.start(), match.end(), ("がある", "はある", "である", "あり", "だ"))
    for match in _JA_PREFIX.finditer(low):
        yield _Negation(f"{match[0]}-", match.start(), match.end(), ("",))


def _denies(letters: str, lang: str) -> bool:
    return bool(_SOFT.get(lang, _SOFT["en"]).search(letters))


# ------------------------------------------------------------------------------------ finding a place again


@dataclass(frozen=True, slots=True)
class _Gap:
    """Where a point of one text may stand in another: what is between its surroundings there."""

    start: int
    end: int
    tight_left: bool
    """The letters directly before the point stand directly before the gap."""
    tight_right: bool
    at_border: bool
    """One side is nothing but the border of a sentence: weaker evidence, since a cut makes borders."""


@dataclass(frozen=True, slots=True)
class _Hit:
    """One run found again."""

    edge: int
    """Letter at which the run ends (left of a point) or begins (right of it)."""
    guess: int
    """Letter at which the point would begin (left runs) or end (right runs)."""
    k: int
    """Which run, counted away from the point."""


def _gaps(point: GuardPoint, text: _Text) -> list[_Gap]:
    """Return the gaps at which both sides of a point agree, most runs first."""
    standing = _standing(point, text)
    if standing is not None:
        return [standing]
    size, step = text.size, text.step
    length = sum(char.isalnum() for char in point.text)
    index = text.index
    lefts = [
        _Hit(p + size, p + size + k * step, k) for k, h in enumerate(point.left) for p in index.get(h, ())
    ]
    rights = [_Hit(p, p - k * step, k) for k, h in enumerate(point.right) for p in index.get(h, ())]
    found: dict[_Gap, tuple[int, int, int]] = {}
    for guess in sorted({hit.guess for hit in lefts}):
        ours = [hit for hit in lefts if abs(hit.guess - guess) <= SHIFT]
        begin = min(ours, key=lambda hit: (hit.k, abs(hit.guess - guess)))
        reach = length + SHIFT + 8
        theirs = [hit for hit in rights if hit.edge >= begin.edge and -SHIFT <= hit.guess - guess <= reach]
        if not theirs:
            continue
        end = min(theirs, key=lambda hit: (hit.k, abs(hit.guess - guess)))
        left, right = len({hit.k for hit in ours}), len({hit.k for hit in theirs})
        if not _enough(point, begin, end, left, right):
            continue
        border = _beside_border(point, text)
        gap = _Gap(begin.edge, end.edge, begin.k == 0, end.k == 0, at_border=border)
        found[gap] = max(found.get(gap, (0, 0, 0)), (left + right, -(begin.k + end.k), -guess))
    return sorted(found, key=lambda gap: found[gap], reverse=True)


def _standing(point: GuardPoint, text: _Text) -> _Gap | None:
    """Return the gap of a point that stands in the other text as it was: no other place counts then."""
    if not point.left or not point.right:
        return None
    letters = "".join(char for char in point.text.casefold() if char.isalnum()).replace("ё", "е")
    rights = text.index.get(point.right[0], ())
    for place in text.index.get(point.left[0], ()):
        begin = place + text.size
        end = begin + len(letters)
        if end in rights and text.letters[begin:end] == letters:
            return _Gap(begin, end, tight_left=True, tight_right=True, at_border=False)
    return None


def _enough(point: GuardPoint, begin: _Hit, end: _Hit, left: int, right: int) -> bool:
    """Return True where enough runs agree.

    One run on one side will do near the border of a sentence, where there is but one, and where the other
    side stands as it was.
    """
    if min(left, right) >= LEAST_RUNS:
        return True
    if min(len(point.left), len(point.right)) == 1 and begin.k == end.k == 0:
        return max(left, right) >= 2 * LEAST_RUNS
    return max(left, right) >= SURE_RUNS and 0 in (begin.k, end.k)


def _beside_border(point: GuardPoint, text: _Text) -> bool:
    """Return True for a point with nothing before or after it in its sentence."""
    size = text.size
    begin, end = (int(fingerprint.hashed(border * size, size)[0]) for border in (_BEGIN, _END))
    return point.left[:1] == (begin,) or point.right[:1] == (end,)


def _changed_points(points: Sequence[GuardPoint], new: _Text) -> Iterator[tuple[int, Change]]:
    """Yield figures that became others and negations that are gone, with their place in the new text."""
    places = [_gaps(point, new) for point in points]
    kept = {
        mark
        for point, gaps in zip(points, places, strict=True)
        if point.kind in {NUMBER, DATE}
        for gap in gaps
        for mark in _figures_in(gap, new)
        if figures.agree(mark.value, point.value)
    }
    held = _held_negations(points, places, new)
    for point, gaps in zip(points, places, strict=True):
        if not gaps:
            continue
        if point.kind != NEGATION:
            mark = _other_figure(point, gaps, new) if point.kind != NAME else _other_name(point, gaps, new)
            if mark is not None and mark not in kept:
                shown = new.printed(mark.start, mark.end)
                yield mark.start, Change(point.kind, point.text, shown, new.sentence(mark.start))
        elif _is_lifted(point, gaps, new) and not _is_moved(gaps[0], held, new):
            shown = new.printed(gaps[0].start, gaps[0].end)
            yield gaps[0].start, Change(NEGATION, point.text, shown, new.sentence(gaps[0].start))


def _held_negations(
    points: Sequence[GuardPoint], places: Sequence[Sequence[_Gap]], text: _Text
) -> frozenset[_Mark]:
    """Return the negations of a text that stand where the other text has one."""
    gaps = [gap for point, some in zip(points, places, strict=True) if point.kind == NEGATION for gap in some]
    return frozenset(
        mark
        for mark in text.marks
        if mark.kind == NEGATION
        and any(
            gap.start <= mark.start <= mark.end <= gap.end <= gap.start + mark.end - mark.start + SHIFT // 2
            for gap in gaps
        )
    )


def _is_moved(gap: _Gap, held: frozenset[_Mark], text: _Text) -> bool:
    """Return True where a negation that the other text has not stands a few words away: "can go not"."""
    reach = MOVED_CJK if text.cjk else MOVED
    return any(
        mark.kind == NEGATION
        and mark not in held
        and not mark.value.endswith("-")
        and (gap.end <= mark.start <= gap.end + reach or gap.start - reach <= mark.end <= gap.start)
        for mark in text.marks
    )


def _figures_in(gap: _Gap, new: _Text) -> list[_Mark]:
    return [
        mark
        for mark in new.marks
        if mark.kind in {NUMBER, DATE} and mark.start >= gap.start - 1 and mark.end <= gap.end + 1
    ]


def _other_figure(point: GuardPoint, gaps: Sequence[_Gap], new: _Text) -> _Mark | None:
    """Return the figure that stands in place of the old one, None where none contradicts it."""
    if any(figures.agree(mark.value, point.value) for gap in gaps for mark in _figures_in(gap, new)):
        return None
    for mark in _figures_in(gaps[0], new):
        if _is_part(point.text, new.printed(mark.start, mark.end)):
            continue
        if mark.kind == point.kind or _both_plain(mark.value, point.value):
            return mark
    return None


def _other_name(point: GuardPoint, gaps: Sequence[_Gap], new: _Text) -> _Mark | None:
    """Return the name that stands exactly where another stood, between the same words."""
    gap = gaps[0]
    inside = [
        mark for mark in new.marks if mark.kind == NAME and mark.end > gap.start and mark.start < gap.end
    ]
    if not inside or any(proper.agree(mark.value, point.value) for mark in inside):
        return None
    first, last = inside[0], inside[-1]
    # A part of a longer name counts as the whole of it: the rest stands beside the gap.
    if gap.tight_left and gap.tight_right:
        exact = first.start <= gap.start and gap.end <= last.end
        return first if exact and first is last else None
    if gap.end - gap.start > len(point.text) + LONGEST_NAME:
        return None
    if gap.tight_left and first.start <= gap.start:
        return first
    return last if gap.tight_right and last.end >= gap.end else None


def _is_part(one: str, other: str) -> bool:
    """Return True where one figure is the other cut short: ``3 billion`` and ``3``."""
    a, b = (Counter(re.findall(r"[\d.,]+|[^\W\d_]+", text.casefold())) for text in (one, other))
    return a <= b or b <= a


def _both_plain(one: str, other: str) -> bool:
    """Return True for a bare year or day beside a number: ``2022`` became ``202``, 230日 became 7日."""
    return all(re.fullmatch(r"[\d.]+|\d{4}-\?-\?|\?-\?-\d\d", value) for value in (one, other))


def _is_lifted(point: GuardPoint, gaps: Sequence[_Gap], text: _Text) -> bool:
    """Return True where the surroundings of a negation stand without it, and nowhere with it or another."""
    best = gaps[0]
    between = text.letters[best.start : best.end]
    if between and any(
        mark.kind == NEGATION and mark.start < best.end and mark.end > best.start for mark in text.marks
    ):
        return False  # another word of the same sense: "with no" for "without"
    if point.value.endswith("-"):
        # A prefix ("un-", "не-", 不): the rest of its word must stand alone, or it is another word.
        prefix = point.value.rstrip("-")
        if any(text.letters[gap.start : gap.end].startswith(prefix) for gap in gaps):
            return False
        return best.tight_left and best.tight_right and not between and not best.at_border
    if any(_denies(text.letters[gap.start : gap.end], text.lang) for gap in gaps):
        return False
    if best.at_border and between not in _instead(point, text.lang):
        return False
    if not (best.tight_left or best.tight_right) or len(between) > len(point.text) + (4 if text.cjk else 10):
        return False
    if point.value == "n't":
        return between in _SHORT_VERBS or not between
    return point.value not in _EN_TURNED or between in _EN_TURNED[point.value]


def _instead(point: GuardPoint, lang: str) -> frozenset[str]:
    """Return the letters that turn a negation round: a cut before or after it leaves none of them."""
    found = {letters for one in _negations(point.text.casefold(), lang) for letters in one.instead if letters}
    # A negation that begins with the vowel of the verb before it ("なかった" after 話し) is read alone here.
    if lang in {"ja", "zh"} and point.text.startswith(("ない", "なかった", "なく", "ず")):
        found |= {"た"} if "かった" in point.text else {"る", "て", "ている"}
    return frozenset(found)


_SHORT_VERBS = frozenset(
    "do does did is are was were has have had would could should must need can will shall may".split()
)


# ------------------------------------------------------------------------------------------ negations added


def _negated_since(new: _Text, old: _Text) -> Iterator[tuple[int, Change]]:
    """Yield negations of the new text whose surroundings stand in the old text without one."""
    points = new.negations
    places = [_gaps(point, old) for point in points]
    held = _held_negations(points, places, old)
    for point, gaps in zip(points, places, strict=True):
        if gaps and _is_lifted(point, gaps, old) and not _is_moved(gaps[0], held, old):
            gap = gaps[0]
            yield (
                point.at,
                Change(NEGATION, old.printed(gap.start, gap.end), point.text, new.sentence(point.at)),
            )


def _negated_since_hashes(new: _Text, shingles: frozenset[int]) -> Iterator[tuple[int, Change]]:
    """Yield the same against a text of which only shingles are kept.

    They must join where the negation is left out, and must not where it stands.
    """
    width = fingerprint.WIDTH_CJK if new.cjk else fingerprint.WIDTH
    for mark in new.marks:
        if mark.kind != NEGATION:
            continue
        before = new.letters[max(0, mark.start - width + 1) : mark.start]
        after = new.letters[mark.end : mark.end + width - 1]
        here = new.letters[mark.start : mark.end]
        if min(len(before), len(after)) < width - 1 or _all_known(before + here + after, width, shingles):
            continue
        if any(_all_known(before + instead + after, width, shingles) for instead in mark.instead):
            yield (
                mark.start,
                Change(NEGATION, "", new.printed(mark.start, mark.end), new.sentence(mark.start)),
            )


def _all_known(text: str, width: int, shingles: frozenset[int]) -> bool:
    return shingles.issuperset(fingerprint.hashed(text, width).tolist())


# ------------------------------------------------------------------------------------------ quotations


_EDITOR = re.compile(r"[\[\]()（）]")
"""Words in brackets inside a quotation are an editor's."""


def _altered_quotes(new: _Text, old: _Text | None, shingles: frozenset[int]) -> Iterator[tuple[int, Change]]:
    """Yield words inside quotations that the original has not, between words that it has."""
    if not new.quotes:
        return
    width = fingerprint.WIDTH_CJK if new.cjk else fingerprint.WIDTH
    covered = _covered(new.letters, width, shingles)
    shortest = LEAST_QUOTE_CJK if new.cjk else LEAST_QUOTE
    for start, end in new.quotes:
        if end - start < shortest:
            continue
        for begin, stop in _uncovered(covered, start, end):
            if not _is_wording(new, begin, stop) or not _flanked(covered, (begin, stop), (start, end), width):
                continue
            before = _between(new.letters[begin - width : begin], new.letters[stop : stop + width], old)
            if before is None:
                continue
            shown = new.printed(*_whole_words(new, begin, stop))
            joined = new.letters[begin - width + 1 : begin] + new.letters[stop : stop + width - 1]
            added = not before if old is not None else _all_known(joined, width, shingles)
            # A longer stretch that is only added is a quotation of its own, which novelty reports.
            if added and stop - begin > LONGEST_ADDED:
                continue
            if _EDITOR.search(new.printed(begin - 1, stop + 1)) or _is_respelled(before, shown):
                continue
            if old is None and _KANA.fullmatch(shown):
                continue  # the same word in syllables, for all that can be told
            yield begin, Change(QUOTE, before, shown, new.sentence(begin))


def _is_wording(new: _Text, begin: int, stop: int) -> bool:
    """Return True for a stretch long enough to be another word."""
    if new.cjk and stop - begin == 1:
        return _KANJI.fullmatch(new.letters[begin:stop]) is not None
    return (ALTERED_CJK if new.cjk else ALTERED) <= stop - begin <= LONGEST_ALTERED


_KANJI = re.compile(r"[一-龠々]+")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]+")
SPELLED_ALIKE = 0.75
"""Share of letters that two spellings, misprints or inflections of one word have in common at least."""


def _is_respelled(before: str, shown: str) -> bool:
    """Return True where both are one word in another spelling: yor, your; ふね, 船."""
    one, other = (normal_text.normal_form(words).replace(" ", "") for words in (before, shown))
    if not one or not other:
        return False
    if _KANA.search(one) or _KANJI.search(one):
        return bool(_KANA.fullmatch(one)) != bool(_KANA.fullmatch(other))
    return SequenceMatcher(None, one, other, autojunk=False).ratio() > SPELLED_ALIKE


def _covered(letters: str, width: int, shingles: frozenset[int]) -> list[bool]:
    """Return which letters lie in a stretch that the known text has: more than one word in passing."""
    if len(letters) < width:
        return [False] * len(letters)
    known = np.fromiter(shingles, dtype=np.int64, count=len(shingles))
    hits = np.isin(fingerprint.hashed(letters, width), known)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], hits, [False])).astype(np.int8)))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if end - begin < width // 2:
            hits[begin:end] = False
    mask = np.zeros(len(letters), dtype=np.bool_)
    for offset in range(width):
        mask[offset : offset + len(hits)] |= hits
    return [bool(value) for value in mask.tolist()]


def _uncovered(covered: Sequence[bool], start: int, end: int) -> Iterator[tuple[int, int]]:
    begin: int | None = None
    for place in range(start, end + 1):
        if place < end and not covered[place]:
            begin = place if begin is None else begin
        elif begin is not None:
            yield begin, place
            begin = None


def _flanked(covered: Sequence[bool], altered: tuple[int, int], quote: tuple[int, int], width: int) -> bool:
    """Return True where the known text goes on directly before and after."""
    begin, stop = altered
    left, right = covered[max(0, begin - width) : begin], covered[stop : stop + width]
    if not (len(left) == width == len(right) and all(left) and all(right)):
        return False
    # Phrases of the topic stand in strangers' quotations too: most of what is around must be known.
    first, last = max(quote[0], begin - 6 * width), min(quote[1], stop + 6 * width)
    around = [*covered[first:begin], *covered[stop:last]] or [*left, *right]
    return sum(around) >= 0.7 * len(around)


def _between(before: str, after: str, old: _Text | None) -> str | None:
    """Return what the old text prints between the same letters, None where it has no such place.

    Empty for a seed, whose words are not kept.
    """
    if old is None:
        return ""
    at = old.letters.find(before)
    while at >= 0:
        begin = at + len(before)
        stop = old.letters.find(after, begin, begin + 2 * LONGEST_ALTERED)
        if stop >= 0:
            return old.printed(*_whole_words(old, begin, stop))
        at = old.letters.find(before, at + 1)
    return None


def _whole_words(text: _Text, begin: int, stop: int) -> tuple[int, int]:
    """Widen a stretch of letters to the words it cuts."""
    if text.cjk:
        return begin, stop
    while begin > 0 and text._shown[begin] - text._shown[begin - 1] == 1:  # noqa: SLF001  same module
        begin -= 1
    while begin < stop < len(text._shown) and text._shown[stop] - text._shown[stop - 1] == 1:  # noqa: SLF001  same
        stop += 1
    return begin, stop
