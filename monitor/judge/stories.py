"""Joining reports of one event: across outlets, days and languages.

Two reports are compared by their terms: those that everything on the topic shares (all that the seeds have)
count a quarter, those of the event (who, where, how many, what) in full. Across languages concepts, names,
numbers and dates decide; within one language the words and their runs of four letters may speak as well, and
so does what the titles say: whether the other report tells it, and whom and what it does not know. Titles on
different matters (drills, graves), of which neither report tells the other's, speak against one event. A
report joins the story to whose members it is closest on *average* (single links chain different events
together), within seven days. Copies count once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.judge import lexicon
from monitor.judge.novelty import Known
from monitor.judge.traits import TITLE
from monitor.model import KnownArticle, Relation, Traits

WINDOW = timedelta(days=7)
"""judging.md, Stories."""
JOIN_FROM = 0.37
"""Average likeness from which a report belongs to a story. Measured on every pair of reports of the shared
set and of 49 texts written apart from it, days left out: reports of one event .38 (a column against a news
item) and .42-.97, of different events below .37 but for bare restatements of one position."""
LATE = 0.02
"""Added for each day beyond the second between the reports: most of an event's appear within two days."""
BARE_FROM, BARE_DAYS = 0.50, timedelta(days=2)
"""Reports that share nothing of their own (the same position again) must be closer, and of these days."""
KNOWN_WEIGHT = 0.25
"""Of terms that the seeds have, and of routine ones: they say "the topic", not "the event"."""
KIND_WEIGHT: Mapping[str, float] = {
    "person": 1.2, "code": 2.5, "name": 1.5, "number": 1.5, "body": 1.5, "doc": 1.5, "place": 1.5,
    "month": 1.0, "island": 1.0, "gloss": 1.0, "kata": 1.0, "office": 0.7, "act": 0.7, "year": 0.5,
    "date": 0.5, "decade": 0.2,
}  # fmt: skip
WORD = 1.0
"""Weight of a word, within one language."""
TITLE_TOLD, USUALLY_TOLD = 0.5, 0.3
"""What it counts that the other report tells what a title says; and how much of it is told anyway."""
STRANGER, MOST = 0.1, 3
"""What a name or figure in a title counts against, of which the other report says nothing; how many count.
These and the two above were measured on 215 labelled pairs of Russian news: same-story F1 .836 without, .865
with them at ``JOIN_FROM``; neighbouring values reach the same (see benchmarks/judge_quality.py)."""
OTHER_MATTER = 0.4
"""What is left of the likeness of reports whose titles speak of different matters, of which neither tells the
other's: one minister protests over drills and asks for grave visits on one day."""
MATTERS: Sequence[frozenset[str]] = (
    frozenset({"gloss:exercise", "gloss:missile", "gloss:weapon", "gloss:airspace", "gloss:patrol"}),
    frozenset(
        {"gloss:graves", "gloss:visa", "gloss:exchange", "gloss:ferry", "gloss:flight", "gloss:humanitarian"}
    ),
    frozenset({"gloss:fishing", "gloss:detain"}),
    frozenset({"gloss:economy", "gloss:build", "gloss:money"}),
    frozenset({"gloss:sanction", "gloss:ban"}),
    frozenset({"gloss:map", "gloss:school"}),
    frozenset({"gloss:poll"}),
)
"""What a title may be about, with what belongs together: a ferry takes people to graves."""
_HARD = ("person:", "name:", "place:", "body:", "number:", "date:", "year:", "month:")
_ALONE = frozenset({Relation.BACKGROUND, Relation.NEAR, Relation.OFF_TOPIC})


@dataclass(frozen=True, slots=True)
class Joined:
    """The story a report belongs to, and how sure that is."""

    story: str
    likeness: float
    """Average over the members, 0 … 1."""
    members: int
    shared: tuple[str, ...]
    """What speaks for it most."""


def join(
    traits: Traits, at: datetime | None, candidates: Sequence[KnownArticle], known: Known
) -> Joined | None:
    """Return the best story among the stored candidates, None where the report opens its own.

    Stories of seeds are no candidates: only copies and rewrites belong to them. Order does not matter.
    """
    groups: dict[str, list[KnownArticle]] = {}
    for candidate in sorted(candidates, key=lambda one: one.ref):
        if _may_join(candidate, at):
            assert candidate.story is not None
            groups.setdefault(candidate.story, []).append(candidate)
    best: Joined | None = None
    for story, members in sorted(groups.items()):
        likenesses = [likeness(traits, member.traits, known) for member in members if member.traits]
        average = sum(likenesses) / len(likenesses)
        nearest = members[max(range(len(members)), key=lambda i: (likenesses[i], -i))]
        if average >= _needed(traits, at, nearest, known) and (best is None or average > best.likeness):
            assert nearest.traits is not None
            shared = _shared(traits, nearest.traits, known)
            best = Joined(story, round(average, 3), len(members), shared)
    return best


def _needed(traits: Traits, at: datetime | None, nearest: KnownArticle, known: Known) -> float:
    """Return the average likeness needed to join the story of the nearest member."""
    apart = abs(nearest.at - at) if at is not None and nearest.at is not None else timedelta(0)
    needed = JOIN_FROM + LATE * max(0, apart.days - 2)
    assert nearest.traits is not None
    theirs = dict(nearest.traits.terms)
    own = any(
        term in theirs and not _is_everyones(term, known)
        for term, _ in traits.terms
        if not term.startswith(("w:", "say:", "date:"))
    )
    if own:
        return needed
    return max(needed, BARE_FROM) if apart <= BARE_DAYS else 1.01


def _is_everyones(term: str, known: Known) -> bool:
    """Return True for a term of the topic, not of one event."""
    words = lexicon.shipped()
    return term in known.terms or known.has(term) or term in words.routine or term in words.often


def _may_join(candidate: KnownArticle, at: datetime | None) -> bool:
    if not candidate.story or candidate.story.startswith("seed:") or candidate.traits is None:
        return False
    if candidate.relation in _ALONE or candidate.duplicate_of is not None:
        return False
    return at is None or candidate.at is None or abs(candidate.at - at) <= WINDOW


def likeness(one: Traits, other: Traits, known: Known) -> float:
    """Return how alike two reports are, 0 … 1; symmetrical."""
    alike = _alike(one, other, known)
    return alike * OTHER_MATTER if _speak_of_others(one, other) else alike


def _speak_of_others(one: Traits, other: Traits) -> bool:
    """Return True where two titles speak of different matters and neither text tells the other's."""
    mine, theirs = dict(one.terms), dict(other.terms)
    my_matters, their_matters = _matters(mine), _matters(theirs)
    if not my_matters or not their_matters:
        return False
    near = any(my_matters & matter and their_matters & matter for matter in MATTERS)
    return (
        not near
        and not any(term in theirs for term in my_matters)
        and not any(term in mine for term in their_matters)
    )


def _matters(terms: Mapping[str, float]) -> frozenset[str]:
    """Return the matters that a title names."""
    return frozenset(term for matter in MATTERS for term in matter if terms.get(term, 0.0) >= TITLE)


def _alike(one: Traits, other: Traits, known: Known) -> float:
    mine, theirs = _concepts(one, known), _concepts(other, known)
    concepts = _cosine(mine, theirs)
    if one.lang != other.lang:
        return concepts
    my_words, their_words = _words(one, known), _words(other, known)
    words = _cosine(my_words, their_words)
    mine |= my_words
    theirs |= their_words
    alike = max(_cosine(mine, theirs), 0.5 * (concepts + words))
    told = 0.5 * (_told(one, mine, theirs) + _told(other, theirs, mine))
    strangers = _strangers(one, other, known) + _strangers(other, one, known)
    return max(0.0, min(1.0, alike + TITLE_TOLD * (told - USUALLY_TOLD) - STRANGER * min(MOST, strangers)))


def _told(one: Traits, mine: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    """Return the share of a report's title that the other report has anywhere, by weight."""
    title = {term for term, weight in one.terms if weight >= TITLE}
    title |= {
        f"c:{term[2 + start : 6 + start]}"
        for term in title
        if term.startswith("w:")
        for start in range(max(0, len(term) - 5))
    }
    weights = {term: mine[term] ** 2 for term in sorted(title) if term in mine}
    whole = math.fsum(weights.values())
    return math.fsum(w for term, w in weights.items() if term in theirs) / whole if whole else USUALLY_TOLD


def _strangers(one: Traits, other: Traits, known: Known) -> int:
    """Return how many names and figures in a report's title the other report lacks."""
    theirs = {term for term, _ in other.terms}
    return sum(
        weight >= TITLE and term.startswith(_HARD) and term not in theirs and not _is_everyones(term, known)
        for term, weight in one.terms
    )


def _concepts(traits: Traits, known: Known) -> dict[str, float]:
    found = {}
    for term, weight in traits.terms:
        kind = KIND_WEIGHT.get(term.partition(":")[0], 0.0)
        if kind:
            found[term] = kind * math.sqrt(weight) * (KNOWN_WEIGHT if _is_everyones(term, known) else 1.0)
    return found


def _words(traits: Traits, known: Known) -> dict[str, float]:
    """Return words, long ones also by their runs of four letters, so that forms of one word meet."""
    found: dict[str, float] = {}
    for term, weight in traits.terms:
        if not term.startswith("w:"):
            continue
        word = term[2:]
        share = WORD * math.sqrt(weight) * (KNOWN_WEIGHT if known.has_word(word) else 1.0)
        found[term] = share
        for start in range(max(0, len(word) - 3)):
            run = f"c:{word[start : start + 4]}"
            found[run] = max(found.get(run, 0.0), 0.4 * share)
    return found


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(other) < len(one):
        one, other = other, one
    dot = math.fsum(weight * other[term] for term, weight in one.items() if term in other)
    if not dot:
        return 0.0
    norms = math.fsum(w * w for w in one.values()) * math.fsum(w * w for w in other.values())
    return dot / math.sqrt(norms)


def _shared(one: Traits, other: Traits, known: Known) -> tuple[str, ...]:
    mine, theirs = _concepts(one, known), _concepts(other, known)
    both = {term: mine[term] * theirs[term] for term in mine if term in theirs}
    return tuple(sorted(both, key=lambda term: (-both[term], term))[:5])
