"""Whether one sentence takes back what another says: the same place and day, and the talks are off. Pure.

Place, day and figure of an announcement stand in its cancellation too; the speech act tells them apart.
"""

from __future__ import annotations

from functools import lru_cache

from monitor.judge import anchors, lexicon
from monitor.text.prepare import prepare

OPPOSED: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"act:offer-talks", "act:hold-talks"}), frozenset({"act:refuse-talks", "act:no-contact"})),
    (frozenset({"act:allow-visits"}), frozenset({"act:stop-visits"})),
)
"""Speech acts (``[act]`` in acts.toml) that cannot both hold of one thing."""


def between(text: str, lang: str, other: str, other_lang: str) -> bool:
    """Return True when one sentence shows one side of a pair of opposed acts, and the other its other side.

    A sentence that shows both sides ("the talks that broke off will resume") is opposed to nothing.
    """
    one, two = _acts(text, lang), _acts(other, other_lang)
    return any(_side(one, pair) * _side(two, pair) < 0 for pair in OPPOSED)


def _side(acts: frozenset[str], pair: tuple[frozenset[str], frozenset[str]]) -> int:
    """Return 1 or -1 for the side of the pair that is shown, 0 for none or both."""
    return bool(acts & pair[0]) - bool(acts & pair[1])


@lru_cache(maxsize=512)
def _acts(text: str, lang: str) -> frozenset[str]:
    """Return the speech acts of a sentence; kept, as a fact is compared with every other of its story."""
    found = anchors.read(prepare("", "", text, lang), lexicon.shipped(), at=None)
    return frozenset(term for one in found for term in one.terms if term.startswith("act:"))
