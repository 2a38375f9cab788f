"""Which new facts are worth a mail at once: the rule of ``[alerts]``, without clock, store or settings. Pure.

    articles not yet told -> their new facts -> of which kinds?
        -> what was alerted before falls out -> two origins or a government source? -> a story's rest over?
        -> one alert a story

The kinds are data (``monitor/topic/alerts.toml``): speech acts, concepts and voices of the topic's own words.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources

from monitor.digest import facts as facts_of
from monitor.digest import reversal
from monitor.digest.facts import Candidate
from monitor.digest.material import DigestArticle, Speaker, Voice
from monitor.digest.safe import clean
from monitor.judge import anchors, lexicon
from monitor.judge.topic import Topic
from monitor.model import Level, Relation
from monitor.text.prepare import prepare

GOVERNMENT = "government"
"""The affiliation whose own word needs no second origin."""
ONLY_AGAIN = frozenset({Relation.COPY, Relation.REWRITE})
"""What tells an event again; where that event was alerted, it is no reason for another mail."""
Reading = Callable[[str, str, datetime | None], frozenset[str]]
"""(text, language, time of the report) -> the concepts and speech acts in it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of new fact."""

    name: str
    labels: Mapping[str, str]
    """By language."""
    signs: frozenset[str] = frozenset()
    """One of them has to stand in the sentence; none: any sentence will do."""
    voices: frozenset[Voice] = frozenset()
    """One of them has to say it, by name; none: anybody."""
    restated: bool = True
    """Also where a report only takes a known position again."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What ``[alerts]`` asks for."""

    kinds: tuple[Kind, ...]
    min_origins: int
    cooldown: timedelta
    """Of one story: after an alert nothing of it is worth another for so long."""


@dataclass(frozen=True, slots=True)
class Past:
    """An alert this reader was sent, or will be."""

    story: str
    at: datetime
    message_id: str
    articles: frozenset[int]
    """Those that bore its facts."""
    texts: frozenset[str]
    """Its facts' sentences."""


@dataclass(frozen=True, slots=True)
class Alert:
    """New facts of one story that are worth a mail now."""

    story: str
    kinds: tuple[Kind, ...]
    texts: frozenset[str]
    """The sentences that bear them."""
    articles: frozenset[int]
    origins: int
    government: bool
    """A government's own source is among those who report it."""


def load(text: str) -> dict[str, Kind]:
    """Return the kinds of an ``alerts.toml`` by their name."""
    kinds = tomllib.loads(text)["kind"]
    return {name: _kind(name, row) for name, row in kinds.items()}


def _kind(name: str, row: Mapping[str, object]) -> Kind:
    words = {key: value for key, value in row.items() if isinstance(value, str)}
    listed = {key: value for key, value in row.items() if isinstance(value, list)}
    return Kind(
        name=name,
        labels=words,
        signs=frozenset(listed.get("signs", ())),
        voices=frozenset(map(Voice, listed.get("voices", ()))),
        restated=bool(row.get("restated", True)),
    )


def reading_of(topic: Topic) -> Reading:
    """Return what a sentence shows, by the words of this topic."""

    def read(text: str, lang: str, at: datetime | None) -> frozenset[str]:
        found = anchors.read(prepare("", "", text, lang), lexicon.shipped(), at=at, topic=topic)
        return frozenset(term for one in found for term in one.terms)

    return read


# ------------------------------------------------------------------------------------------- the rule


def due(
    articles: Sequence[DigestArticle],
    rule: Rule,
    *,
    past: Sequence[Past],
    now: datetime,
    speakers: Mapping[str, Speaker],
    read: Reading,
) -> list[Alert]:
    """Return the alerts that are worth a mail now, one a story, in the order of the stories' references.

    ``articles`` are those this reader was not told yet by a digest; none of them from backfill.
    """
    alerts = []
    for story, members in sorted(_stories(articles).items()):
        last = max((one.at for one in past if one.story == story), default=None)
        if last is not None and now < last + rule.cooldown:
            continue
        given = [_Shown(one, read) for member in members for one in facts_of.candidates(member)]
        alert = _alert(story, _not_alerted(given, past, rule), rule, speakers)
        if alert is not None:
            alerts.append(alert)
    return alerts


class _Shown:
    """A new fact of one report, with what its sentence shows."""

    def __init__(self, found: Candidate, read: Reading) -> None:
        self.article = found.article
        self.found = found
        self.text = clean(found.sentence.text)
        self.signs = read(found.sentence.text, found.article.article.lang, facts_of.at(found.article))

    def says_what(self, other: _Shown, signs: frozenset[str]) -> bool:
        """Return True where two reports give one fact: as the digest merges them, and with the same signs.

        Who calls off what was announced names the same place and day; the act tells the two apart.
        """
        pair = [Candidate(one.article, one.found.sentence) for one in (self, other)]
        return self.signs & signs == other.signs & signs and len(facts_of.merge(pair)) == 1

    def takes_back(self, other: _Shown) -> bool:
        """Return True where one of the two says what the other denies."""
        langs = self.article.article.lang, other.article.article.lang
        return reversal.between(self.text, langs[0], other.text, langs[1])


def _stories(articles: Sequence[DigestArticle]) -> dict[str, list[DigestArticle]]:
    """Return the relevant articles by story; one without a story stands alone."""
    stories: dict[str, list[DigestArticle]] = {}
    for one in articles:
        if one.level is Level.RELEVANT:
            stories.setdefault(one.story or f"article:{one.article.id}", []).append(one)
    return stories


def _not_alerted(given: Sequence[_Shown], past: Sequence[Past], rule: Rule) -> list[_Shown]:
    """Return the facts no alert has told: not in its words, nor as its facts, nor by who retells its reports.

    What else its reports hold was not worth an alert then, and may be now that others report it.
    """
    texts = frozenset(text for one in past for text in one.texts)
    refs = {f"article:{number}" for one in past for number in one.articles}
    signs = frozenset(sign for kind in rule.kinds for sign in kind.signs)
    told = [one for one in given if one.text in texts]
    return [
        one
        for one in given
        if one not in told
        and not (one.article.relation in ONLY_AGAIN and one.article.duplicate_of in refs)
        and not any(one.says_what(other, signs) for other in told)
    ]


def _alert(story: str, given: Sequence[_Shown], rule: Rule, speakers: Mapping[str, Speaker]) -> Alert | None:
    """Return the alert on a story, of those kinds for which enough sources stand; None for none."""
    by_kind = {kind.name: [one for one in given if _is_of(one, kind, speakers)] for kind in rule.kinds}
    enough = {name: _supported(facts, rule.min_origins) for name, facts in by_kind.items()}
    if not any(enough.values()):
        return None
    bearing = [one for facts in enough.values() for one in facts]
    articles = _each_once(one.article for one in bearing)
    return Alert(
        story=story,
        kinds=tuple(kind for kind in rule.kinds if enough[kind.name]),
        texts=frozenset(one.text for one in bearing),
        articles=frozenset(one.article.id for one in articles if one.article.id is not None),
        origins=facts_of.origins(articles),
        government=any(one.article.affiliation == GOVERNMENT for one in articles),
    )


def _supported(given: Sequence[_Shown], min_origins: int) -> list[_Shown]:
    """Return the facts that enough sources stand behind; who says the contrary stands behind nothing."""
    return [
        one for one in given if _enough([other for other in given if not one.takes_back(other)], min_origins)
    ]


def _enough(given: Sequence[_Shown], min_origins: int) -> bool:
    """Return True where a government's own source reports it, or enough origins do."""
    articles = _each_once(one.article for one in given)
    if any(one.article.affiliation == GOVERNMENT for one in articles):
        return True
    return facts_of.origins(articles) >= min_origins


def _each_once(articles: Iterable[DigestArticle]) -> list[DigestArticle]:
    return list({id(one): one for one in articles}.values())


def _is_of(one: _Shown, kind: Kind, speakers: Mapping[str, Speaker]) -> bool:
    """Return True when a new fact is of this kind."""
    if not kind.restated and one.article.relation is Relation.RESTATEMENT:
        return False
    if kind.signs and not kind.signs & one.signs:
        return False
    return not kind.voices or _said_by_name(one.article, one.found.sentence.text, kind.voices, speakers)


def _said_by_name(
    article: DigestArticle, text: str, voices: frozenset[Voice], speakers: Mapping[str, Speaker]
) -> bool:
    """Return True when the sentence holds words of an official whom the topic knows by name."""
    names = {quote.speaker for quote in article.quotes if quote.words and quote.words in text}
    return any(
        name.startswith("person:") and name in speakers and speakers[name].voice in voices for name in names
    )


@cache
def shipped() -> Mapping[str, Kind]:
    """Return the kinds that come with the program, by name."""
    return load(resources.files("monitor.topic").joinpath("alerts.toml").read_text(encoding="utf-8"))
