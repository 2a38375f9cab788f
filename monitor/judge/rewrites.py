"""Recognising the event of a known seed in other words or another language.

No shingle finds a rewrite. What is left are the same speakers with the same speech act, the same names,
numbers and dates, and nothing in title and lead that the known article does not have. The trap is the
opposite error: the topic repeats its history for years, so that history alone (``background``) and a new
event with the old paragraphs below must not match.

    evidence    distinctive terms in common, weighted by kind, rarity among the seeds and place in both texts
    speaker     the seed's speaker with one of its speech acts in title, summary or lead
    fit         share of the report's names, numbers and dates that the seed has
    alien       names, numbers, dates and acts in title and lead that the seed has not
    time        reports of the same event are days apart; a claimed time is soft evidence, never a wall
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.judge import lexicon
from monitor.judge.anchors import is_report_day
from monitor.judge.traits import SPEAKS
from monitor.model import KnownArticle, Seed, Traits

KIND_WEIGHT: Mapping[str, float] = {
    "person": 3.0, "date": 3.0, "name": 2.0, "number": 2.0, "code": 2.0, "body": 2.0, "say": 2.0,
    "month": 1.5, "doc": 1.5, "place": 1.5, "office": 1.5, "year": 0.7, "act": 0.7, "gloss": 0.5,
    "decade": 0.5,
    "island": 0.2,
}  # fmt: skip
"""How much a shared term tells. Years, islands and general concepts stand in every report on the topic; who
spoke, on which day and with which figure does not."""
COMMON_WEIGHT = 0.2
"""Weight of what every report names (``[common]`` in acts.toml)."""
CORE_ACTS = frozenset(
    ("refuse-talks", "no-contact", "set-condition", "want-treaty", "position-unchanged", "no-deal-soon",
     "call-hostile", "call-unlawful", "no-partner")
)  # fmt: skip
"""Speech acts that make a known position (what is restated); see ``[act]`` in acts.toml."""
HARD = ("person:", "name:", "number:", "date:", "month:", "code:", "body:", "doc:", "place:")
ALONE = 0.95
"""Rarity of a term that only one seed has."""
SHARED = 0.7
"""Rarity of a term that two of five seeds have: their speaker is a speaker all the same."""
PEOPLE = 4
"""People of one seed alone that make up for a speaker who is not in the head."""
OTHER_ACT, NO_ACT = 0.85, 0.6
"""Worth of the seed's speaker in the head who says something else, and who is only named."""
LOUDEST = 1.75
"""A stranger in the title counts so much more than one in the lead."""
HEAD = 2.0
"""Weight from which a term stands in title, summary or lead (judge.traits)."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How close a report is to a seed's event, with the figures it rests on."""

    seed: int
    evidence: float
    """Weight of what both have."""
    speaker: float
    """0 … 1: 1 for the seed's speaker with its act in the head."""
    fit: float
    """0 … 1."""
    alien: float
    """Weight of what the head has and the seed has not."""
    score: float
    """0 … 1."""
    shared: tuple[str, ...]
    """The heaviest terms in common."""
    told: float = 0.0
    """Share of what this seed alone tells, beside its speaker, that is told again; a restatement lacks it."""
    needed: float = 1.0
    """Score that was needed."""
    time: str = ""
    """How the day of the report stands to the event."""

    @property
    def accepted(self) -> bool:
        """Return True when this is a rewrite."""
        return self.score >= self.needed and self.speaker >= SPEAKER and self.fit >= FIT

    @property
    def figures(self) -> tuple[tuple[str, float], ...]:
        """Return the named numbers of the comparison."""
        return (
            ("seed", float(self.seed)),
            ("likeness", self.score),
            ("likeness_needed", self.needed),
            ("evidence", self.evidence),
            ("speaker", self.speaker),
            ("fit", self.fit),
            ("told", self.told),
            ("alien", self.alien),
        )


SPEAKER = 0.55
"""The seed's speaker stands in title, summary or lead (.6 and more), or several of its people anywhere."""
FIT = 0.42
"""Share of the report's names and figures that the seed must have, whatever else speaks for it."""
NEEDED_NEAR, NEEDED_OPEN, NEEDED_FAR = 0.50, 0.58, 0.80
"""Score needed on days of the event; where its days are unknown; months away from them."""
TOLD_OPEN, TOLD_FAR = 0.22, 0.35
"""Share of the seed's own facts that must be told off the days of its event: invented restatements with the
usual paragraphs of history reach .17, retellings of a page begin at .26."""
RARE = 0.69
"""Rarity of what at most two of five seeds have: facts of the seed, not of the topic."""
PERSON_TOLD = 0.1
"""What each further person whom only this seed names adds."""
NEAR_DAYS, FAR_DAYS = timedelta(days=10), timedelta(days=45)
"""Reports of one event lie days apart; a claimed time may be wrong by more, so only the far end is strict."""
SUPPORT = timedelta(days=10)
"""A stored copy or rewrite of the seed so close to this report shows that its event is news now."""


def find(
    traits: Traits, seeds: Sequence[Seed], *, at: datetime | None, members: Sequence[KnownArticle] = ()
) -> Likeness | None:
    """Return the likeness to the closest seed, None without seeds; ``accepted`` says if it is a rewrite.

    ``members`` are stored articles around this day: those that belong to a seed show its event's days.
    """
    profiles = profiles_of(seeds)
    found = [
        _timed(likeness(traits, profiles, index, at), seed, at, members)
        for index, seed in enumerate(profiles.seeds)
    ]
    return max(found, key=lambda one: (one.accepted, one.score, one.evidence, -one.seed), default=None)


def _timed(one: Likeness, seed: Seed, at: datetime | None, members: Sequence[KnownArticle]) -> Likeness:
    needed, told, time = _needed(seed, at, members)
    if one.told < told:
        needed = 1.01
        time += ", little beside the speaker"
    return replace(one, needed=needed, time=time)


def _needed(seed: Seed, at: datetime | None, members: Sequence[KnownArticle]) -> tuple[float, float, str]:
    ref = f"seed:{seed.number}"
    if at is not None:
        for member in members:
            belongs = ref in {member.story, member.duplicate_of}
            if belongs and member.at is not None and abs(member.at - at) <= SUPPORT:
                return NEEDED_NEAR, 0.0, "others tell it in these days"
    days = _days_off(seed, at)
    if days is None:
        return NEEDED_OPEN, TOLD_OPEN, "the days of the event are not known"
    if days <= NEAR_DAYS:
        return NEEDED_NEAR, 0.0, "in the days of the event"
    if days <= FAR_DAYS:
        return NEEDED_OPEN, TOLD_OPEN, f"{days.days} days off the event"
    return NEEDED_FAR, TOLD_FAR, f"{days.days} days off the event"


def _days_off(seed: Seed, at: datetime | None) -> timedelta | None:
    """Return how far the report lies from the days of the seed's event, None where these are not known."""
    dated = seed.published.at if seed.published.weak in _GOOD_ENOUGH else None
    begin = seed.event_from or dated
    end = seed.event_until or begin
    if at is None or begin is None or end is None:
        return None
    return max(begin - at, at - end, timedelta(0))


_GOOD_ENOUGH = ("", "no_time", "no_zone", "zone_replaced")
"""Clocks that are right to the day."""
_last: Profiles | None = None


def profiles_of(seeds: Sequence[Seed]) -> Profiles:
    """Return the profiles of these very seeds, built once as long as they stay the same object."""
    global _last  # noqa: PLW0603  a memo: the result is a pure function of the seeds
    last = _last
    if last is None or last.of is not seeds:
        last = _last = Profiles(seeds)
    return last


class Profiles:
    """The seeds' terms with their rarity among the seeds; built once for one set of seeds."""

    def __init__(self, seeds: Sequence[Seed]) -> None:
        self.of, self.seeds = seeds, tuple(seeds)
        self.terms = [_profile(seed) for seed in seeds]
        count: dict[str, int] = {}
        for terms in self.terms:
            for term in terms:
                count[term] = count.get(term, 0) + 1
        # 1 for a term of one seed alone, about .4 for one of all five.
        many = max(1, len(seeds))
        self._rarity = {term: math.log(1 + many / n) / math.log(1 + many) for term, n in count.items()}

        self.own_facts = [
            sum(self.weight(term, weight) for term, weight in terms.items() if self.is_own_fact(term))
            for terms in self.terms
        ]

    def weight(self, term: str, seed_weight: float) -> float:
        """Return what sharing a term with a seed tells, by kind, rarity and place in the seed."""
        return kind_weight(term) * self.rarity(term) * min(1.0, seed_weight / HEAD)

    def is_own_fact(self, term: str) -> bool:
        """Return True for what few seeds tell, leaving out who speaks and which act that is."""
        return self.rarity(term) > RARE and not term.startswith(
            ("person:", "office:", "name:", "say:", "act:", "w:")
        )

    def rarity(self, term: str) -> float:
        """Return 1 for a term that one seed or none has, less the more seeds have it."""
        return self._rarity.get(term, 1.0)


def _profile(seed: Seed) -> dict[str, float]:
    """Return the terms of a seed's text, and in the rear those that only its notes have."""
    terms = dict(seed.traits.terms)
    for fact in seed.facts:
        for term in (*fact.anchors, *fact.terms):
            terms.setdefault(term, 1.0)
    return terms


def kind_weight(term: str) -> float:
    """Return how much sharing this term tells; 0 for words of one language."""
    return COMMON_WEIGHT if term in lexicon.shipped().often else KIND_WEIGHT.get(term.partition(":")[0], 0.0)


def likeness(traits: Traits, profiles: Profiles, index: int, at: datetime | None = None) -> Likeness:
    """Return how close a report is to the seed at ``index`` of the profiles."""
    seed = profiles.terms[index]
    # The day of the report is no stranger's mark, unless it is the very day of the event.
    own = {term: weight for term, weight in traits.terms if term in seed or not is_report_day(term, at)}
    weighed = {
        term: profiles.weight(term, seed[term]) for term in own if term in seed and not term.startswith("w:")
    }
    evidence = sum(weighed.values())
    hard = [term for term in own if term.startswith(HARD)]
    every = sum(kind_weight(term) * profiles.rarity(term) for term in hard)
    known = sum(kind_weight(term) * profiles.rarity(term) for term in hard if term in seed)
    strangers = [term for term in own if _alien(term, own[term], seed)] + _strange_offices(own, seed)
    alien = sum(kind_weight(term) * max(1.0, min(LOUDEST, own[term] / HEAD)) for term in strangers)
    speaker = _speaker(own, seed, profiles)
    told = _told(own, weighed, profiles, index)
    # Two grains of salt: a headline with one unknown name is no stranger for it.
    fit = (known + 1.0) / (every + 2.0)
    return Likeness(
        seed=profiles.seeds[index].number,
        evidence=round(evidence, 2),
        speaker=round(speaker, 2),
        fit=round(fit, 2),
        alien=round(alien, 2),
        score=round(_score(evidence, speaker, fit, alien), 3),
        shared=tuple(sorted(weighed, key=lambda term: (-weighed[term], term))[:6]),
        told=round(told, 3),
    )


def _told(own: Mapping[str, float], weighed: Mapping[str, float], profiles: Profiles, index: int) -> float:
    """Return how much of the seed's own facts, beside its speaker, the report tells."""
    told = sum(weight for term, weight in weighed.items() if profiles.is_own_fact(term))
    people = sum(
        term.startswith(("person:", "name:")) and profiles.rarity(term) > ALONE and term in own
        for term in profiles.terms[index]
    )
    return told / max(1.0, profiles.own_facts[index]) + PERSON_TOLD * max(0, people - 1)


def _alien(term: str, weight: float, seed: Mapping[str, float]) -> bool:
    if weight < HEAD or term in seed:
        return False
    return term.startswith(HARD) or term in _NEW_ACTS


def _strange_offices(own: Mapping[str, float], seed: Mapping[str, float]) -> list[str]:
    """Return the offices in the head that speak in the seed under no name and no other."""
    strange = []
    for term in own:
        if not term.startswith("office:") or own[term] < HEAD or term in seed:
            continue
        begin = f"holder:{term.partition(':')[2]}:"
        holders = [held.removeprefix(begin) for held in own if held.startswith(begin)]
        if not any(f"person:{name}" in seed or f"name:{name}" in seed for name in holders):
            strange.append(term)
    return strange


_NEW_ACTS = frozenset({"act:protest", "act:offer-talks", "act:allow-visits", "act:hold-talks", "act:deploy"})
"""Acts that make news by themselves."""


def _speaker(own: Mapping[str, float], seed: Mapping[str, float], profiles: Profiles) -> float:
    """Return how well the seed's speakers stand out in the report."""
    best = 0.0
    people = 0
    for term in seed:
        kind, _, who = term.partition(":")
        if kind not in {"person", "office", "name"} or term not in own:
            continue
        rarity = min(1.0, profiles.rarity(term) / SHARED) * min(1.0, seed[term] / HEAD)
        acts = [say for say in seed if say.startswith(f"say:{who}:") and not say.endswith(f":{SPEAKS}")]
        if kind != "office":
            people += profiles.rarity(term) > ALONE
        if f"say:{who}:{SPEAKS}" not in seed:
            continue
        if any(own.get(say, 0.0) >= HEAD for say in acts):
            best = max(best, rarity)
        elif own.get(f"say:{who}:{SPEAKS}", 0.0) >= HEAD:
            best = max(best, OTHER_ACT * rarity)
        elif own[term] >= HEAD:
            best = max(best, NO_ACT * rarity)
    return max(best, min(1.0, people / PEOPLE))


def _score(evidence: float, speaker: float, fit: float, alien: float) -> float:
    return max(0.0, min(1.0, 0.4 * min(1.0, evidence / 20.0) + 0.35 * speaker + 0.35 * fit - 0.08 * alien))
