"""Whether one sentence takes back what another says: talks announced and called off, a visit set and banned.

Place, day and names of an announcement stand in its cancellation too; what is said of the matter tells the
two apart. A sentence takes a side for each matter that it speaks of:

    +1  it is announced, agreed, resumed, or spoken of as going to be
    -1  it is called off, refused, banned; a ban or a sanction is lifted
     0  both ("the talks that broke off will resume"), or neither
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from monitor.judge.anchors import Reading

MATTERS: Mapping[str, frozenset[str]] = {
    "talks": frozenset({"gloss:talks", "gloss:contact", "gloss:meeting"}),
    "visits": frozenset({"gloss:visit", "gloss:graves", "gloss:exchange", "gloss:visa"}),
    "drills": frozenset({"gloss:exercise"}),
    "passage": frozenset({"gloss:ferry", "gloss:flight"}),
    "measures": frozenset({"gloss:sanction", "gloss:ban"}),
}
"""What can be announced and taken back, by its concepts (``[gloss]`` in acts.toml)."""
OPPOSED_ACTS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"act:offer-talks", "act:hold-talks"}), frozenset({"act:refuse-talks", "act:no-contact"})),
    (frozenset({"act:allow-visits"}), frozenset({"act:stop-visits"})),
)
"""Speech acts (``[act]`` in acts.toml) that cannot both hold of one thing."""
AIM = "aim"
"""A claim or demand, as a matter: -1 where somebody drops it."""
_OFF, _ON, _LIFTED = "sign:off", "sign:on", "sign:lifted"
_NO_LONGER, _GIVEN_UP = "sign:no_longer", "sign:given_up"
_CLAIMED = frozenset(
    {"gloss:claim", "gloss:return_islands", "gloss:treaty", "gloss:islands", "gloss:sovereignty"}
)
_DOUBTFUL = frozenset({"gloss:neg", "gloss:end", "gloss:prospect", "gloss:condition"})
"""Beside these a matter that is only named is not announced."""


def sides(one: Reading, *, named: bool = False) -> Mapping[str, int]:
    """Return 1 or -1 for the matters on which a sentence takes a side.

    With ``named`` a matter that is spoken of without any doubt counts as announced, but not what talks are
    about.
    """
    found = {}
    for matter, concepts in MATTERS.items():
        if concepts & one.terms:
            side = _measure(one) if matter == "measures" else _happening(one, concepts)
            if named and not side and (matter == "talks" or not MATTERS["talks"] & one.terms):
                side = _named(one, concepts)
            if side:
                found[matter] = side
    dropped = _NO_LONGER in one.signs or (_GIVEN_UP in one.signs and not one.negated)
    if dropped and one.terms & _CLAIMED:
        found[AIM] = -1
    return found


def _measure(one: Reading) -> int:
    concepts = MATTERS["measures"]
    if _has(one, _OFF, concepts) or _has(one, _LIFTED, concepts):
        return -1 if "act:sanction" not in one.terms else 0
    return 0 if one.terms & _DOUBTFUL else 1


def _happening(one: Reading, concepts: frozenset[str]) -> int:
    banned = "gloss:ban" in one.terms
    if _LIFTED in one.signs and (banned or "gloss:sanction" in one.terms):
        return 0
    off = banned or _has(one, _OFF, concepts)
    on = _has(one, _ON, concepts) and not one.negated
    return on - off


def _named(one: Reading, concepts: frozenset[str]) -> int:
    """Return 1 for a matter that is spoken of without any doubt."""
    off = "gloss:ban" in one.terms or _has(one, _OFF, concepts)
    return int(not off and not one.terms & _DOUBTFUL)


def _has(one: Reading, sign: str, concepts: frozenset[str]) -> bool:
    """Return True where a sign is said of one of the concepts."""
    return any(f"{sign}@{concept}" in one.signs for concept in concepts)


def gives_up(one: Reading) -> bool:
    """Return True for a sentence that drops a demand or a claim ("no longer insists on the islands")."""
    return sides(one).get(AIM) == -1


def against(mine: Mapping[str, int], theirs: Mapping[str, int]) -> Collection[str]:
    """Return the matters on which the two sides differ."""
    return [matter for matter, side in mine.items() if side * theirs.get(matter, 0) < 0]


def acts_differ(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Return True where two sets of terms show opposed speech acts; who shows both sides opposes nothing."""
    return any(_shown(mine, pair) * _shown(theirs, pair) < 0 for pair in OPPOSED_ACTS)


def _shown(terms: Collection[str], pair: tuple[frozenset[str], frozenset[str]]) -> int:
    """Return 1 or -1 for the side of the pair that is shown, 0 for none or both."""
    return (not pair[0].isdisjoint(terms)) - (not pair[1].isdisjoint(terms))
