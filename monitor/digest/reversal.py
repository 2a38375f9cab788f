"""Whether one sentence takes back what another says: the same place and day, and the talks are off. Pure.

Place, day and figure of an announcement stand in its cancellation too; what becomes of the talks tells them
apart.
"""

from __future__ import annotations

from functools import lru_cache

from monitor.judge import anchors, lexicon, opposed
from monitor.judge.anchors import Reading
from monitor.text.prepare import prepare


def between(text: str, lang: str, other: str, other_lang: str) -> bool:
    """Return True when one sentence announces what the other calls off, by speech act or by `judge.opposed`.

    A sentence that shows both sides ("the talks that broke off will resume") is opposed to nothing. Whoever
    calls off "the talks that were to resume" shows both by its words, and one by its act.
    """
    ours, theirs = _readings(text, lang), _readings(other, other_lang)
    if opposed.acts_differ(_terms(ours), _terms(theirs)):
        return True
    return any(opposed.against(opposed.sides(a), opposed.sides(b)) for a in ours for b in theirs)


def _terms(readings: tuple[Reading, ...]) -> frozenset[str]:
    return frozenset(term for one in readings for term in one.terms)


@lru_cache(maxsize=512)
def _readings(text: str, lang: str) -> tuple[Reading, ...]:
    """Return the readings of a sentence; kept, as a fact is compared with every other of its story."""
    return anchors.read(prepare("", "", text, lang), lexicon.shipped(), at=None)
