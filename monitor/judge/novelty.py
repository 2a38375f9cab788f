"""What a sentence adds to what is known: nothing, another wording, or a fact; with the reason.

Two axes (judging.md). New *wording* is cheap: most sentences of a retelling are worded anew. New *facts* are
anchors not seen before (names, numbers, dates, bodies, places, documents, quotes) or a known statement turned
round, such as talks that a digest has announced and that are called off (``judge.opposed``). In a report of a
new event its further sentences tell of that event even without a name or a number; there, concepts and words
that nothing known has count too. Elsewhere they are only wording.

Known are the seeds (their traits and the notes of their facts) and the sentences that digests have told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from monitor.judge import anchors as reading
from monitor.judge import fingerprint, lexicon, opposed, traits
from monitor.judge.anchors import Reading
from monitor.judge.nearest import Neighbours
from monitor.model import JudgedSentence, NoveltyLabel, Seed, Traits
from monitor.text.normal import normal_form
from monitor.text.prepare import prepare

ANCHOR_WEIGHT: Mapping[str, float] = {
    "person": 1.0, "name": 1.0, "number": 1.0, "date": 1.0, "code": 1.0, "month": 0.8, "doc": 0.8,
    "place": 0.8, "body": 0.8, "year": 0.8, "kata": 0.4, "decade": 0.3,
}  # fmt: skip
SMALL_NUMBER_WEIGHT = 0.5
"""Of numbers up to ten: "two doctors" is rarely the news."""
COMMON_WEIGHT = 0.4
"""Of bodies and countries that any report may name."""
TERM_WEIGHT, WORD_WEIGHT, MOST_WORDS = 0.5, 0.4, 4
"""Of a concept and of a word that nothing known has, and how many words count."""
APART_WEIGHT = 0.45
"""Added where nothing known speaks of the same things."""
VOICE_WEIGHT, QUOTE_WEIGHT = 0.5, 0.5
"""Added, in a report of an event, for words of a speaker whom nothing known has, and for a quotation that
nothing known has."""
FIRST_WEIGHT = 0.5
"""Added, in a report of an event, where something happens for the first time and no year dates it."""
DEMAND_WEIGHT, UNHEARD_WEIGHT = 0.4, 0.5
"""Added for a demand that speaks of something else than all that is known, and for one told as new."""
DENIED_WEIGHT, NO_RESULT_WEIGHT = 0.4, 0.8
"""Added, in a report of an event, for a "not" that nothing known has with its matter ("neither mentioned the
islands"), twice that where nothing known speaks of the matter at all; and where a meeting ended with nothing.
.4 found the same points of the shared set as .8 for all, and flagged a third less of what is known."""
APART = 0.5
"""Share of a sentence's concepts in the closest known fact up to which it speaks of something else."""
TURNED_FROM = 0.6
"""Jaccard of concepts from which a sentence speaks of a known fact, so that "not" makes the difference."""
_TERMS = ("gloss:", "act:", "office:")


class Context(StrEnum):
    """What kind of report the sentence stands in."""

    EVENT = "event"
    """A new event: what is told beside the anchors is part of it."""
    RESTATED = "restated"
    """A known position again: what is said beside it may be new."""
    RETOLD = "retold"
    """A rewrite or background: wording is only wording, anchors alone count."""
    COPY = "copy"


FLOOR: Mapping[Context, float] = {
    Context.EVENT: 0.8,
    Context.RESTATED: 0.8,
    Context.RETOLD: 0.8,
    Context.COPY: 0.8,
}
"""Weight from which a sentence has a new fact: one name or number, or three small signs."""


@dataclass(frozen=True, slots=True)
class ToldSentence:
    """A sentence that a delivered digest has told, or that was stored before the reader's baseline."""

    ref: str
    """``article:ID``."""
    text: str
    lang: str
    at: datetime | None = None
    """When it was first reported."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One known fact, as the closest known thing to show."""

    ref: str
    text: str
    terms: frozenset[str]
    anchors: frozenset[str]
    negated: bool
    at: datetime | None = None
    sides: Mapping[str, int] = field(default_factory=dict)
    """What a told sentence says of talks, visits and other matters (``judge.opposed``); empty for seeds."""


@dataclass(slots=True)
class Known:
    """Everything known, as sets to look up in."""

    anchors: set[str] = field(default_factory=set)
    terms: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    quotes: set[str] = field(default_factory=set)
    """Hashes of known quotations."""
    lines: dict[int, str] = field(default_factory=dict)
    """Hash of a known sentence → reference."""
    facts: list[Fact] = field(default_factory=list)
    day_of_year: set[str] = field(default_factory=set)
    """``MM-DD`` of known dates whose year is not known."""
    everyones: frozenset[str] = frozenset()
    """Anchors of the seeds: of the topic, not of one event."""

    def has(self, anchor: str) -> bool:
        """Return True for an anchor that is known; a date also by its day where the year is unknown."""
        return anchor in self.anchors or (anchor.startswith("date:") and anchor[-5:] in self.day_of_year)

    def copy(self) -> Known:
        """Return an independent copy."""
        return Known(
            set(self.anchors),
            set(self.terms),
            set(self.words),
            set(self.quotes),
            dict(self.lines),
            list(self.facts),
            set(self.day_of_year),
            self.everyones,
        )

    def has_word(self, word: str) -> bool:
        """Return True for a stem that is known, plain or sealed (seeds keep hashes only)."""
        return word in self.words or traits.sealed_word(word) in self.words

    def add_anchors(self, anchors: Iterable[str]) -> None:
        """Take anchors into what is known."""
        for anchor in anchors:
            self.anchors.add(anchor)
            if anchor.startswith("date:") and not anchor.startswith("date:--"):
                self.anchors.add(f"month:{anchor[5:12]}")
            if anchor.startswith("date:--"):
                self.day_of_year.add(anchor[-5:])


def known_from(seeds: Sequence[Seed], told: Sequence[ToldSentence] = ()) -> Known:
    """Return what is known from the seeds and from the sentences that were told.

    Do not change the result: without ``told`` it is shared between calls.
    """
    global _of_seeds  # noqa: PLW0603  a memo: the result is a pure function of the seeds
    last = _of_seeds
    if last is None or last[0] is not seeds:
        base = Known()
        for seed in seeds:
            _add_seed(base, seed)
        _same(base)
        base.everyones = frozenset(base.anchors)
        last = _of_seeds = (seeds, base)
    if not told:
        return last[1]
    known = last[1].copy()
    for sentence in told:
        _add_sentence(known, sentence)
    _same(known)
    return known


_of_seeds: tuple[Sequence[Seed], Known] | None = None


def _same(known: Known) -> None:
    known.anchors.update(same for same, term in _SAME if term in known.terms)


_SAME = (("year:1945", "gloss:end_of_war"),)
"""An anchor that only spells out a known concept: the end of the war is 1945."""


def _add_seed(known: Known, seed: Seed) -> None:
    ref = f"seed:{seed.number}"
    for term, _ in seed.traits.terms:
        if term.startswith("w:"):
            known.words.add(term[2:])
        else:
            known.terms.add(term)
    known.add_anchors(seed.traits.anchors)
    known.quotes.update(seed.traits.quotes)
    known.lines.update(dict.fromkeys(seed.traits.sentence_hashes, ref))
    for fact in seed.facts:
        terms, anchors, words, negated = note_terms(fact.note, seed.published.at)
        known.terms |= terms
        known.words |= words
        known.add_anchors((*anchors, *fact.anchors))
        known.facts.append(
            Fact(
                ref,
                fact.note,
                frozenset(terms | set(fact.terms)),
                frozenset({*anchors, *fact.anchors}),
                negated,
            )
        )


def note_terms(note: str, at: datetime | None) -> tuple[set[str], set[str], set[str], bool]:
    """Return (concepts, anchors, words, negated) of a note in English, as the lexicon reads it."""
    readings = reading.read(prepare("", "", note, "en"), lexicon.shipped(), at=at)
    terms = {term for one in readings for term in one.terms}
    anchors = {anchor for one in readings for anchor in one.anchors}
    words = {word for one in readings for word in one.words}
    return terms, anchors, words, any(one.negated for one in readings)


def _add_sentence(known: Known, sentence: ToldSentence) -> None:
    readings = reading.read(prepare("", "", sentence.text, sentence.lang), lexicon.shipped(), at=sentence.at)
    for one in readings:
        known.terms |= one.terms
        known.words |= set(one.words)
        known.add_anchors(one.anchors)
        known.lines[fingerprint.sentence_hash(one.sentence.text)] = sentence.ref
        known.facts.append(
            Fact(
                sentence.ref,
                sentence.text,
                one.terms,
                frozenset(one.anchors),
                one.negated,
                sentence.at,
                opposed.sides(one, named=True),
            )
        )


def strangers(found: Traits, seeds: Sequence[Seed]) -> tuple[str, ...]:
    """Return the terms of a report that no seed has: what articles told long ago are found again by."""
    known = known_from(seeds)
    strong = traits.strong_terms(found, limit=len(found.terms))
    return tuple(term for term in strong if not known.has(term) and term not in known.terms)


def taught(
    sentences: Sequence[JudgedSentence], lang: str, learned: Sequence[ToldSentence]
) -> tuple[JudgedSentence, ...]:
    """Return judged sentences with new facts that the reader has learned since turned into known ones.

    For what was judged before the operator marked another article as known. A fact is learned when one of the
    learned sentences has its words, or all names, numbers and dates that made it new.
    """
    known = Known()
    for one in learned:
        _add_sentence(known, one)
    return tuple(_learned(one, lang, known) if learned else one for one in sentences)


def _learned(one: JudgedSentence, lang: str, known: Known) -> JudgedSentence:
    if one.label is not NoveltyLabel.NEW_FACT:
        return one
    ref = known.lines.get(fingerprint.sentence_hash(one.text), "")
    fact = next((fact for fact in known.facts if fact.ref == ref and ref), None)
    if fact is None:
        read = next(iter(reading.read(prepare("", "", one.text, lang), lexicon.shipped(), at=None)), None)
        fact = closest(read, known)[0] if read is not None else None
        if read is None or fact is None or not _all_told(one, read, fact, known):
            return one
    return replace(
        one,
        label=NoveltyLabel.KNOWN,
        reason=f"you know it from {fact.ref}",
        closest=fact.text,
        closest_ref=fact.ref,
        anchors=(),
    )


def _all_told(one: JudgedSentence, read: Reading, fact: Fact, known: Known) -> bool:
    """Return True when everything that made a sentence new is known by now."""
    if "negation" in one.anchors:
        return False
    if one.anchors:
        # Together in one report: the same number in another matter is no repetition.
        told = {anchor for other in known.facts if other.ref == fact.ref for anchor in other.anchors}
        return all(anchor in told for anchor in one.anchors)
    return read.terms <= known.terms and all(known.has_word(word) for word in read.words)


# ---------------------------------------------------------------------------------------------- one sentence


@dataclass(frozen=True, slots=True)
class Added:
    """What one sentence has that nothing known has."""

    anchors: tuple[str, ...]
    terms: tuple[str, ...]
    words: tuple[str, ...]
    hard: float
    """Weight of the anchors."""
    soft: float
    """Weight of concepts and words."""


def added(one: Reading, known: Known, at: datetime | None) -> Added:
    """Return the new anchors, concepts and words of a sentence with their weights."""
    anchors = tuple(
        anchor for anchor in one.anchors if not known.has(anchor) and not reading.is_report_day(anchor, at)
    )
    terms = tuple(sorted(t for t in one.terms if t.startswith(_TERMS) and t not in known.terms))
    words = tuple(word for word in one.words if not known.has_word(word))
    return Added(
        anchors=anchors,
        terms=terms,
        words=words,
        hard=round(sum(anchor_weight(anchor) for anchor in anchors), 2),
        soft=round(TERM_WEIGHT * len(terms) + WORD_WEIGHT * min(len(words), MOST_WORDS), 2),
    )


def anchor_weight(anchor: str) -> float:
    """Return how much a new anchor tells, 0 … 1."""
    kind, _, value = anchor.partition(":")
    if anchor in lexicon.shipped().often:
        return COMMON_WEIGHT
    if kind == "number" and float(value) <= 10:
        return SMALL_NUMBER_WEIGHT
    return ANCHOR_WEIGHT.get(kind, 0.0)


def label(
    readings: Sequence[Reading],
    known: Known,
    *,
    context: Context,
    at: datetime | None,
    repeated: Collection[int] = frozenset(),
    voices: Sequence[tuple[str, ...]] = (),
    quoted: Collection[int] = frozenset(),
) -> tuple[JudgedSentence, ...]:
    """Return every sentence with label, reason and the closest known one, in reading order.

    ``repeated`` are hashes of lines that the outlet prints again and again; ``voices`` the speakers of each
    sentence (``traits.place``), ``quoted`` the positions of sentences with a quotation nobody knows.
    """
    title = next((normal_form(r.sentence.text) for r in readings if r.sentence.part == "title"), "")
    room = _Room(known, context, at, repeated, title, Neighbours(known.facts))
    return tuple(
        _label(position, one, room, _says(one, voices[position] if voices else (), known, position in quoted))
        for position, one in enumerate(readings)
    )


@dataclass(frozen=True, slots=True)
class _Room:
    """What is the same for all sentences of a report."""

    known: Known
    context: Context
    at: datetime | None
    repeated: Collection[int]
    title: str
    near: Neighbours


def _says(one: Reading, voices: tuple[str, ...], known: Known, quoted: bool) -> float:
    """Return the weight of who says it: a new voice, new words in quotation marks."""
    people = [voice for voice in voices if voice.startswith(("person:", "name:"))]
    new_voice = one.reports and bool(people) and not any(known.has(voice) for voice in people)
    return VOICE_WEIGHT * new_voice + QUOTE_WEIGHT * quoted


def _first(one: Reading) -> float:
    """Return the weight of a first time: not of one long ago, as history has them."""
    dated = any(anchor.startswith(("year:", "decade:")) for anchor in one.anchors)
    return FIRST_WEIGHT if one.first and not dated else 0.0


def _asks(one: Reading, *, apart: bool) -> float:
    """Return the weight of a demand: of one that is told as new, or of what nothing known speaks of."""
    return UNHEARD_WEIGHT * ("sign:unheard" in one.signs) + DEMAND_WEIGHT * (
        apart and "sign:demand" in one.signs
    )


def _denied(one: Reading, known: Known) -> float:
    """Return the weight of what did not happen: no result, or a "not" nothing known has of its matter."""
    if "sign:no_result" in one.signs:
        return NO_RESULT_WEIGHT
    matter = {term for term in one.terms if not term.startswith("act:")} - _POLARITY
    if not one.negated or not matter or matter & _OLD_MATTERS:
        return 0.0
    shared = [(fact.negated, len(matter & fact.terms)) for fact in known.facts]
    if max((both for negated, both in shared if negated), default=0) > APART * len(matter):
        return 0.0
    apart = max((both for _, both in shared), default=0) <= APART * len(matter)
    return DENIED_WEIGHT * (2 if apart else 1)


_OLD_MATTERS = frozenset(
    {
        "gloss:treaty",
        "gloss:war",
        "gloss:end_of_war",
        "gloss:soviet",
        "gloss:unchanged",
        "gloss:talks",
        "gloss:contact",
    }
)
"""What reports deny in their history: "no treaty was signed", "there are no talks"."""


def _label(position: int, one: Reading, room: _Room, says: float) -> JudgedSentence:
    text, known, context = one.sentence.text, room.known, room.context
    hashed = fingerprint.sentence_hash(text)
    why = _furniture(one, hashed, room.repeated, room.title)
    if why:
        return JudgedSentence(position, text, NoveltyLabel.FURNITURE, why)
    if hashed in known.lines:
        ref = known.lines[hashed]
        return JudgedSentence(position, text, NoveltyLabel.KNOWN, "word for word as known", text, ref)
    found = added(one, known, room.at)
    fact, share = closest(one, known)
    back = taken_back(one, known, room.at)
    dropped = not one.aside and drops_aim(one, known, room.at)
    settled = fact is not None and bool(fact.sides) and bool(_told_of(one, known, room.at))
    turned = back is not None or dropped or (not settled and _turned(one, fact, room.at))
    new = (*found.anchors, *(("negation",) if turned else ()))
    told_anew = context in {Context.EVENT, Context.RESTATED} and not one.aside
    apart = APART_WEIGHT if told_anew and share <= APART and one.covered else 0.0
    weight = found.hard + (found.soft + apart + says + _first(one) if told_anew else 0.0)
    if told_anew and not _tells_history(one, room.at):
        weight += _asks(one, apart=bool(apart)) + _denied(one, known)
    is_new = turned or weight >= FLOOR[context]
    if is_new:
        kind, reason = NoveltyLabel.NEW_FACT, _reason(found, turned=turned)
    elif found.anchors or found.terms or found.words:
        kind, reason = NoveltyLabel.NEW_WORDING, "the same matters in other words"
    else:
        kind, reason = NoveltyLabel.KNOWN, "every name, number and concept is known"
    near, closeness = (back or fact, 1.0) if turned else _nearest(one, room)
    return JudgedSentence(
        position=position,
        text=text,
        label=kind,
        reason=reason,
        closest=near.text if near else "",
        closest_ref=near.ref if near else "",
        closeness=closeness,
        anchors=new if is_new else (),
    )


def _reason(found: Added, *, turned: bool) -> str:
    parts = []
    if turned:
        parts.append("says the opposite of what is known")
    if found.anchors:
        parts.append("not seen before: " + ", ".join(found.anchors[:6]))
    if found.terms:
        parts.append("new matter: " + ", ".join(term.partition(":")[2] for term in found.terms[:4]))
    if found.words:
        parts.append("new words: " + ", ".join(found.words[:4]))
    if not parts:
        parts.append("words of a report on something new that nothing known has")
    return "; ".join(parts)


def _nearest(one: Reading, room: _Room) -> tuple[Fact | None, float]:
    """Return the known fact to show beside a sentence, and how near it is."""
    found = room.near.nearest(one.terms, one.anchors)
    return (room.known.facts[found.place], found.likeness) if found else (None, 0.0)


def closest(one: Reading, known: Known) -> tuple[Fact | None, float]:
    """Return the known fact that speaks most of the same things, and the share of the sentence it covers."""
    mine = {term for term in one.terms if not term.startswith("act:")} | set(one.anchors)
    if not mine:
        return None, 1.0
    best, best_share = None, 0.0
    best_key = (0.0, 0.0)
    for fact in known.facts:
        theirs = fact.terms | fact.anchors
        both = len(mine & theirs)
        if not both:
            continue
        key = (both / len(mine), both / max(1, len(theirs)))
        if key > best_key:
            best, best_share, best_key = fact, key[0], key
    return best, best_share


def _turned(one: Reading, fact: Fact | None, at: datetime | None) -> bool:
    """Return True when the sentence denies what the known fact affirms, or the other way round."""
    if fact is None or _is_later(fact, at) or "gloss:condition" in one.terms | fact.terms:
        return False  # "no talks until", "talks only if": the same in both
    mine = {t for t in (*one.terms, *one.anchors) if t.startswith(_SUBJECTS)} - _POLARITY
    theirs = {t for t in (*fact.terms, *fact.anchors) if t.startswith(_SUBJECTS)} - _POLARITY
    both = mine & theirs
    # Only what is said of talks and contacts is turned by one word; notes of history hold several clauses.
    if len(both) < TURNED_FROM * len(mine | theirs) or not both & _TURNABLE:
        return False
    if not any(term.startswith(("person:", "office:", "name:")) for term in both):
        return False
    return _denies(one.terms, one.negated) != _denies(fact.terms, fact.negated)


def taken_back(one: Reading, known: Known, at: datetime | None) -> Fact | None:
    """Return the told fact that a sentence takes back: of the same place or day, and told last of it.

    What was told later than this report is not taken back by it, and history takes nothing back.
    """
    for matter, side, told in _told_of(one, known, at):
        last = max(told, key=lambda fact: (_moment(fact), fact.sides[matter] == side))
        if last.sides[matter] == side:
            continue
        # Told before the last turn it is the story so far, unless the report comes with it.
        again = any(fact.sides[matter] == side for fact in told)
        if not again or one.sentence.part == "title" or "gloss:resume" in one.terms:
            return last
    return None


def _told_of(one: Reading, known: Known, at: datetime | None) -> list[tuple[str, int, list[Fact]]]:
    """Return (matter, side, told facts) where the sentence takes a side and something was told.

    Told of the same place or day, and not later than this report.
    """
    mine = opposed.sides(one)
    if not mine or _tells_history(one, at):
        return []
    own = {anchor for anchor in one.anchors if _is_of_one_event(anchor, known, at)}
    if one.sentence.part == "title":
        own |= _one_island(one)
    about = [
        fact
        for fact in known.facts
        if fact.sides and own & (fact.anchors | fact.terms) and not _is_later(fact, at)
    ]
    found = [
        (matter, side, [fact for fact in about if matter in fact.sides]) for matter, side in mine.items()
    ]
    return [one for one in found if one[2]]


def drops_aim(one: Reading, known: Known, at: datetime | None) -> bool:
    """Return True for a claim or demand that somebody drops now, where no told fact has that yet."""
    return (
        opposed.gives_up(one)
        and (one.reports or one.sentence.part == "title")
        and not _tells_history(one, at)
        and not any(fact.sides.get(opposed.AIM) == -1 and not _is_later(fact, at) for fact in known.facts)
    )


def _tells_history(one: Reading, at: datetime | None) -> bool:
    """Return True for a sentence with a year that is over or with one of the old treaties."""
    years = [anchor[5:9] for anchor in one.anchors if anchor.startswith("year:")]
    return any(anchor.startswith(("decade:", "doc:")) for anchor in one.anchors) or any(
        at is None or not year.isdigit() or int(year) < at.year for year in years
    )


def _is_of_one_event(anchor: str, known: Known, at: datetime | None) -> bool:
    return (
        anchor.startswith(_PLACED)
        and anchor not in known.everyones
        and anchor not in lexicon.shipped().often
        and not reading.is_report_day(anchor, at)
    )


def _one_island(one: Reading) -> set[str]:
    """Return the island of a sentence that names one: a headline about it means the visit at hand."""
    islands = {term for term in one.terms if term.startswith("island:")}
    return islands if len(islands) == 1 else set()


_PLACED = ("date:", "place:", "name:", "code:", "month:", "kata:")
"""Anchors that say which of several talks or visits is meant."""


def _is_later(fact: Fact, at: datetime | None) -> bool:
    return fact.at is not None and at is not None and fact.at > at


def _moment(fact: Fact) -> float:
    return fact.at.timestamp() if fact.at is not None else 0.0


_SUBJECTS = ("gloss:", "office:", "person:", "name:")
_TURNABLE = frozenset({"gloss:talks", "gloss:contact"})
_POLARITY = frozenset({"gloss:neg", "gloss:end", "gloss:refuse"})


def _denies(terms: frozenset[str], negated: bool) -> bool:
    return negated or bool(terms & _POLARITY)


def _furniture(one: Reading, hashed: int, repeated: Collection[int], title: str) -> str:
    """Return why a line is no part of the report, or an empty string."""
    if not hashed:
        return "no words"
    if hashed in repeated:
        return "the outlet prints this line again and again"
    if one.sentence.part != "title" and title and normal_form(one.sentence.text) == title:
        return "the title again"
    if lexicon.shipped().is_furniture(one.sentence.folded):
        return "page furniture"
    if one.sentence.part == "body" and not one.covered and not one.anchors and len(one.words) <= 2:
        return "a label, no statement"
    return ""
