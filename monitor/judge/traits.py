"""What an article is about, blind to language: weighted terms, speakers with their acts, quotes, anchors.

    readings (judge.anchors), one a sentence
      -> terms weighted by place (title 3, summary and lead 2, rest 1) and a little by repetition
      -> say:SPEAKER:ACT where a sentence, or the speaker carried over from the one before, shows a speech act
      -> w:STEM for content words that no list knows (they compare texts of one language)

Seeds keep nothing but this: no text of theirs is needed at run time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.judge import anchors as reading
from monitor.judge import fingerprint, lexicon, quotes
from monitor.judge.anchors import Reading
from monitor.judge.topic import Topic
from monitor.model import Prepared, Traits

TITLE, SUMMARY, LEAD, BODY = 3.0, 2.0, 2.0, 1.0
"""Weight of a term by the first place it stands in (judging.md: title and lead over the rest)."""
LEAD_PARAGRAPHS, LEAD_SENTENCES = 2, 5
"""Paragraphs and sentences of the body that are its lead, whichever ends first."""
REPEAT, REPEATS = 0.25, 4
"""What each further sentence with the term adds, and how many count."""
MAX_WORDS = 120
"""Uncovered words kept of one article, heaviest first: the row stays about 3 kB."""
MAX_TERMS = 400
"""Terms kept of one article: a page that lists hundreds of names is no report."""

SPEAKS = "speaks"
"""The act of saying anything at all, in ``say:SPEAKER:speaks``."""
_SPEAKERS = ("person:", "office:")
_NAMED = ("person:", "name:")
_GOES_ON = re.compile(
    r"\b(?:he|she|his|her|they|the (?:minister|official|spokes\w+|diplomat|ambassador|premier|governor))\b"
    r"|\b(?:он|она|его|ее|по словам|министр|дипломат|чиновник|премьер|политик)\b|同氏|氏は|[\"'「]"
)
"""What lets a sentence without a name go on with the speaker before: a pronoun, an office, a quotation."""
STRONG = (
    "person:",
    "office:",
    "body:",
    "place:",
    "doc:",
    "name:",
    "code:",
    "number:",
    "date:",
    "month:",
)
"""Kinds of terms that reports on one event share and others on the topic need not."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One sentence with its weight and whose words it reports."""

    reading: Reading
    weight: float
    head: bool
    """Title, summary or lead."""
    speakers: tuple[str, ...]
    """People and offices of the sentence; where it only says ``he said``, those of the one before."""


def of(prepared: Prepared, topic: Topic, *, at: datetime | None) -> Traits:
    """Return the traits of a text that was published ``at`` (None where unknown: no year is guessed then)."""
    readings = reading.read(prepared, lexicon.shipped(), at=at, topic=topic)
    return from_readings(prepared, readings, topic)


def from_readings(prepared: Prepared, readings: Sequence[Reading], topic: Topic | None = None) -> Traits:
    """Return the traits of sentences that were read already."""
    placed = place(readings)
    weights: dict[str, list[float]] = {}
    for one in placed:
        for term in _terms(one):
            weights.setdefault(term, []).append(one.weight)
    return Traits(
        lang=prepared.lang,
        terms=_kept({term: _weight(found) for term, found in weights.items()}),
        quotes=tuple(sorted({quotes.quote_hash(q.words) for q in quotes.find(prepared, readings, topic)})),
        sentence_hashes=tuple(
            dict.fromkeys(h for r in readings if (h := fingerprint.sentence_hash(r.sentence.text)))
        ),
        anchors=tuple(sorted({anchor for r in readings for anchor in r.anchors})),
    )


def place(readings: Sequence[Reading]) -> tuple[Placed, ...]:
    """Return the sentences with weight, place and speakers, in order."""
    found: list[Placed] = []
    carried: tuple[str, ...] = ()
    body = 0
    for one in readings:
        sentence = one.sentence
        speakers = _speakers(one)
        if sentence.part != "body":
            weight, head = (TITLE, True) if sentence.part == "title" else (SUMMARY, True)
        else:
            head = sentence.paragraph < LEAD_PARAGRAPHS and body < LEAD_SENTENCES
            weight = LEAD if head else BODY
            body += 1
        goes_on = one.reports and bool(_GOES_ON.search(sentence.folded))
        found.append(Placed(one, weight, head, speakers or (carried if goes_on else ())))
        carried = speakers or carried
    return tuple(found)


def _speakers(one: Reading) -> tuple[str, ...]:
    """Return the people and offices of a sentence, else the unknown names of one that reports speech."""
    known = tuple(sorted(term for term in one.terms if term.startswith(_SPEAKERS)))
    if known or not (one.reports or one.sentence.part != "body"):
        return known
    return tuple(sorted(anchor for anchor in one.anchors if anchor.startswith("name:")))


def sealed(found: Traits) -> Traits:
    """Return the traits with every word as a hash, for files that must not give a text away (seeds.json).

    `sealed_word` of a word is what novelty looks up; stories of seeds are never compared by words.
    """
    terms = {
        f"w:{sealed_word(term[2:])}" if term.startswith("w:") and not term.startswith("w:#") else term: weight
        for term, weight in found.terms
    }
    return replace(found, terms=tuple(sorted(terms.items())))


def sealed_word(word: str) -> str:
    """Return ``#`` and 10 hex digits for a word stem, the same in every process."""
    return "#" + hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def strong_terms(traits: Traits, limit: int = 40) -> tuple[str, ...]:
    """Return the terms by which reports on the same event are looked up, heaviest first."""
    strong = [
        (weight, term)
        for term, weight in traits.terms
        if term.startswith(STRONG) and term not in lexicon.shipped().often
    ]
    return tuple(term for _, term in sorted(strong, key=lambda pair: (-pair[0], pair[1]))[:limit])


def _terms(one: Placed) -> Iterable[str]:
    yield from one.reading.terms
    yield from one.reading.anchors
    yield from (f"w:{word}" for word in one.reading.words)
    yield from (f"holder:{office}:{person}" for office, person in _holders(one.reading))
    # A headline says who said what without a verb ("Rudenko: no talks").
    if not one.reading.reports and one.reading.sentence.part == "body":
        return
    acts = [term.removeprefix("act:") for term in one.reading.terms if term.startswith("act:")]
    acts.append(SPEAKS)
    for speaker in one.speakers:
        for act in acts:
            yield f"say:{speaker.partition(':')[2]}:{act}"


def _holders(one: Reading) -> Iterable[tuple[str, str]]:
    """Yield (office, person) for the offices and people of one sentence: who may hold which."""
    people = sorted(term.partition(":")[2] for term in (*one.terms, *one.anchors) if term.startswith(_NAMED))
    for office in sorted(term.partition(":")[2] for term in one.terms if term.startswith("office:")):
        yield from ((office, person) for person in people)


def _weight(places: Sequence[float]) -> float:
    return round(max(places) + REPEAT * min(len(places) - 1, REPEATS), 2)


def _kept(weights: dict[str, float]) -> tuple[tuple[str, float], ...]:
    ranked = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    words = [pair for pair in ranked if pair[0].startswith("w:")][:MAX_WORDS]
    concepts = [pair for pair in ranked if not pair[0].startswith("w:")][: MAX_TERMS - len(words)]
    return tuple(sorted([*concepts, *words]))
