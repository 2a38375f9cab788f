"""One pure decision on one article, with its reason and figures.

    off topic, near        relevance said so
    copy, update           the text of a known article again; update where the change guard found a difference
    rewrite                a seed's event again, in other words or another language
    new                    something happened: new names, numbers, dates in title and lead
    restatement            a known speaker says a known position on a new day
    background             history and explanation

then the story (a seed's, a stored one, or its own), the sentences with what they add, the quotes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.judge import anchors as reading
from monitor.judge import (
    copies,
    fingerprint,
    lexicon,
    local,
    novelty,
    origins,
    quotes,
    rewrites,
    stories,
    traits,
)
from monitor.judge.anchors import Reading
from monitor.judge.novelty import Context, Fact, Known, ToldSentence
from monitor.judge.rewrites import Likeness
from monitor.judge.topic import Topic
from monitor.model import (
    Article,
    Direction,
    Fingerprint,
    Hit,
    JudgedSentence,
    KnownArticle,
    Level,
    Match,
    NoveltyLabel,
    Prepared,
    Quote,
    Relation,
    Relevance,
    Seed,
    Traits,
    Verdict,
)

__all__ = ["RULES_VERSION", "Gathered", "Subject", "ToldSentence", "decide", "strong_terms"]

RULES_VERSION = f"11.{lexicon.shipped().version}"
"""Number of these rules and the version of the lexicon; the topic's version is added to each verdict."""

EVENT_FROM = 1.5
"""Weight of new names, numbers and dates in title and lead from which something happened."""
EVENT_WITH_DAY = 0.8
"""The same where the report names a day of these weeks."""
NEW_VOICE = 0.5
"""Added where a person whom nothing known names speaks in title or lead."""
RECENT = timedelta(days=45)
HISTORY = timedelta(days=400)
"""An older year or month in a lead is history."""

strong_terms = traits.strong_terms


@dataclass(frozen=True, slots=True)
class Subject:
    """The article to be judged, with what earlier stages made of it."""

    article: Article
    prepared: Prepared
    relevance: Relevance
    fingerprint: Fingerprint | None = None
    traits: Traits | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything known that may bear on one article."""

    seeds: tuple[Seed, ...] = ()
    textual: tuple[KnownArticle, ...] = ()
    """Seeds and stored articles that share sampled shingles."""
    thematic: tuple[KnownArticle, ...] = ()
    """Stored articles of these days that share strong terms."""
    common: frozenset[int] = frozenset()
    repeated: frozenset[int] = frozenset()
    told: tuple[ToldSentence, ...] = ()


def decide(subject: Subject, gathered: Gathered, topic: Topic) -> Verdict:
    """Return the verdict on one article; the same input gives the same verdict, whatever the order."""
    base = Verdict(
        relation=Relation.OFF_TOPIC if subject.relevance.level is Level.OFF_TOPIC else Relation.NEAR,
        level=subject.relevance.level,
        reason=subject.relevance.reason,
        rules_version=f"{RULES_VERSION}+{topic.version}",
        relevance=subject.relevance,
        island_names=_island_names(subject.relevance, subject.prepared),
    )
    if subject.relevance.level is not Level.RELEVANT:
        return base
    case = _Case.of(subject, gathered, topic)
    article = subject.article
    verdict = replace(
        base,
        quotes=case.quotes,
        origin=origins.of(subject.prepared, outlet=article.outlet, family=article.family),
        positions=tuple(f"{speaker} {act}" for speaker, act in _positions(case)),
    )
    match = copies.find(
        subject.prepared,
        case.fingerprint,
        gathered.textual,
        common=gathered.common,
        repeated=gathered.repeated,
    )
    if match is not None and copies.is_copy(match):
        return _copy(verdict, case, match)
    verdict = replace(verdict, match=match)
    likeness = rewrites.find(
        case.traits, gathered.seeds, at=case.at, members=(*gathered.thematic, *gathered.textual)
    )
    if likeness is not None and likeness.accepted and not _turns(case):
        return _rewrite(verdict, case, likeness)
    return _own(verdict, case, likeness)


@dataclass(frozen=True, slots=True)
class _Case:
    """What every step of the decision looks at."""

    subject: Subject
    gathered: Gathered
    at: datetime | None
    readings: tuple[Reading, ...]
    traits: Traits
    fingerprint: Fingerprint
    known: Known
    quotes: tuple[Quote, ...]

    @classmethod
    def of(cls, subject: Subject, gathered: Gathered, topic: Topic) -> _Case:
        article = subject.article
        at = local.when(article)
        readings = reading.read(subject.prepared, lexicon.shipped(), at=at, topic=topic)
        return cls(
            subject=subject,
            gathered=gathered,
            at=at,
            readings=readings,
            traits=subject.traits or traits.from_readings(subject.prepared, readings, topic),
            fingerprint=subject.fingerprint or fingerprint.of(subject.prepared),
            known=novelty.known_from(gathered.seeds, gathered.told),
            quotes=quotes.find(subject.prepared, readings, topic),
        )

    def label(self, context: Context) -> tuple[JudgedSentence, ...]:
        return novelty.label(
            self.readings,
            self.known,
            context=context,
            at=self.at,
            repeated=self.gathered.repeated,
            voices=[one.speakers for one in traits.place(self.readings)],
            quoted={
                quote.sentence
                for quote in self.quotes
                if quotes.quote_hash(quote.words) not in self.known.quotes
            },
        )


# ------------------------------------------------------------------------------------------------ copies


def _copy(verdict: Verdict, case: _Case, match: Match) -> Verdict:
    original = next((one for one in case.gathered.textual if one.ref == match.known), None)
    relation = Relation.UPDATE if match.changes else Relation.COPY
    story = match.known if match.known.startswith("seed:") else original.story if original else None
    sentences = _copy_sentences(case, match, original)
    title = f" “{original.title}”" if original and original.title else ""
    reason = (
        f"{_DIRECTION[match.direction]} of {match.known}{title}: {match.share:.0%} of the shorter text's rare"
        f" letter runs are shared ({match.shared}); {match.share_of_new:.0%} of this text,"
        f" {match.share_of_known:.0%} of that one."
    )
    if match.changes:
        listed = "; ".join(f"{c.kind} {c.old or '-'} became {c.new or '-'}" for c in match.changes[:4])
        reason += f" Changed: {listed}."
    return replace(
        verdict,
        relation=relation,
        reason=reason,
        duplicate_of=match.known,
        match=match,
        story=story,
        story_reason=f"the same text as {match.known}",
        sentences=sentences,
        figures=(
            ("share", match.share),
            ("share_of_new", match.share_of_new),
            ("share_of_known", match.share_of_known),
        ),
    )


_DIRECTION = {
    Direction.EQUAL: "The same text",
    Direction.SHORTENED: "A shortened form",
    Direction.EXTENDED: "An extended form",
    Direction.EMBEDS: "A text around one",
    Direction.PARTIAL: "A part",
}


def _copy_sentences(case: _Case, match: Match, original: KnownArticle | None) -> tuple[JudgedSentence, ...]:
    """Return the sentences of a copy: what was changed is new, the rest is not."""
    changed = {change.sentence: change for change in match.changes if change.sentence}
    labelled = []
    for one in case.label(Context.COPY):
        change = changed.get(one.text)
        if change is not None:
            # Another word inside a quotation is shown as a change; it is no fact of its own.
            worded = change.kind == "quote"
            labelled.append(
                replace(
                    one,
                    label=NoveltyLabel.NEW_WORDING if worded else NoveltyLabel.NEW_FACT,
                    reason=f"{change.kind}: {change.old or 'nothing'} became {change.new or 'nothing'}",
                    closest=_in_original(one, case, match, original),
                    closest_ref=match.known,
                )
            )
        elif one.label is NoveltyLabel.NEW_FACT:
            labelled.append(
                replace(
                    one,
                    label=NoveltyLabel.KNOWN,
                    reason=f"stands in {match.known}",
                    closest=_in_original(one, case, match, original),
                    closest_ref=match.known,
                    anchors=(),
                )
            )
        else:
            labelled.append(one)
    return tuple(labelled)


def _in_original(one: JudgedSentence, case: _Case, match: Match, original: KnownArticle | None) -> str:
    """Return the sentence of the copied text that this one repeats; of a seed our note of the fact."""
    if original is not None and original.prepared is not None:
        words = set(case.readings[one.position].sentence.folded.split())
        lang = lexicon.language(original.lang)
        if lang == "ja":
            words = set(case.readings[one.position].sentence.folded)
        ranked = [
            (len(words & set(other.folded if lang == "ja" else other.folded.split())), -place, other.text)
            for place, other in enumerate(original.prepared.sentences)
        ]
        return max(ranked, default=(0, 0, ""))[2]
    facts = [fact for fact in case.known.facts if fact.ref == match.known]
    fact, _ = novelty.closest(case.readings[one.position], replace(case.known, facts=facts))
    return fact.text if fact is not None else ""


# ------------------------------------------------------------------------------------------------ rewrites


def _rewrite(verdict: Verdict, case: _Case, likeness: Likeness) -> Verdict:
    ref = f"seed:{likeness.seed}"
    reason = (
        f"The event of {ref} in other words: likeness {likeness.score:.2f} (needed {likeness.needed:.2f},"
        f" {likeness.time}); shared {', '.join(likeness.shared)}; {likeness.fit:.0%} of its names and figures"
        f" are in {ref}."
    )
    return replace(
        verdict,
        relation=Relation.REWRITE,
        reason=reason,
        duplicate_of=ref,
        story=ref,
        story_reason=f"tells the event of {ref}",
        sentences=case.label(Context.RETOLD),
        figures=likeness.figures,
    )


# ------------------------------------------------------------------------------------------- its own report


@dataclass(frozen=True, slots=True)
class _Event:
    """Whether something happened, by title, summary and lead."""

    weight: float
    """New names, numbers, dates there."""
    soft: float
    """New concepts and words there."""
    day: bool
    """True when the report names a day of these weeks that is not a known one."""

    @property
    def happened(self) -> bool:
        return self.weight >= EVENT_FROM or (self.day and self.weight + 0.5 * self.soft >= EVENT_WITH_DAY)


def _own(verdict: Verdict, case: _Case, likeness: Likeness | None) -> Verdict:
    event = _event(case)
    figures = (
        ("new_in_head", round(event.weight, 2)),
        ("new_words_in_head", round(event.soft, 2)),
        *(likeness.figures if likeness is not None else ()),
    )
    speaker = _known_position(case)
    turned = _turned(case)
    back = _taken_back(case)
    if turned is not None:
        relation, context = Relation.NEW, Context.EVENT
        reason = f"New: the opposite of a known position: {turned.said}."
    elif back is not None:
        relation, context = Relation.NEW, Context.EVENT
        reason = f"New: title or lead take back what {back.ref} told: {_short(back.text)}"
    elif _drops_aim(case):
        relation, context = Relation.NEW, Context.EVENT
        reason = "New: title or lead give up a claim or demand."
    elif event.happened:
        relation, context = Relation.NEW, Context.EVENT
        reason = (
            f"New: title and lead have names, figures or dates that nothing known has ({event.weight:.1f})."
        )
    elif speaker:
        relation, context = Relation.RESTATEMENT, Context.RESTATED
        reason = f"A known position again: {speaker}; nothing new in title and lead ({event.weight:.1f})."
    elif case.subject.prepared.body.strip() or event.weight + event.soft == 0:
        relation, context = Relation.BACKGROUND, Context.RETOLD
        reason = f"Background: title and lead name no new person, figure or day ({event.weight:.1f})."
    else:
        relation, context = Relation.NEW, Context.EVENT
        reason = "New as far as title and summary tell; the text could not be read."
    if likeness is not None and likeness.score >= 0.3:
        reason += (
            f" Closest seed: {likeness.seed}, likeness {likeness.score:.2f} of {likeness.needed:.2f} needed."
        )
    sentences = case.label(context)
    if turned is not None:
        sentences = _as_turned(sentences, turned)
    elif relation is Relation.RESTATEMENT:
        sentences = _as_restated(sentences, case)
    verdict = replace(verdict, relation=relation, reason=reason, sentences=sentences, figures=figures)
    if relation is Relation.BACKGROUND:
        return verdict
    joined = stories.join(case.traits, case.at, case.gathered.thematic, case.known)
    if joined is None:
        return verdict
    return replace(
        verdict,
        story=joined.story,
        story_reason=(
            f"likeness {joined.likeness:.2f} on average to {joined.members} reports"
            f" (needed {stories.JOIN_FROM:.2f}); shared {', '.join(joined.shared)}"
        ),
        figures=(*figures, ("story_likeness", joined.likeness)),
    )


def _event(case: _Case) -> _Event:
    anchors: set[str] = set()
    terms: set[str] = set()
    words: set[str] = set()
    day = False
    for one in traits.place(case.readings):
        found = novelty.added(one.reading, case.known, case.at)
        if one.head:
            anchors |= {a for a in found.anchors if not _is_history(a, case.at)}
            terms |= set(found.terms)
            words |= set(found.words)
            day = day or any(_is_recent(a, case) for a in one.reading.anchors)
    weight = sum(novelty.anchor_weight(anchor) for anchor in sorted(anchors))
    weight += NEW_VOICE * any(
        weight >= rewrites.HEAD and _is_new_voice(term, anchors) for term, weight in case.traits.terms
    )
    soft = novelty.TERM_WEIGHT * len(terms) + novelty.WORD_WEIGHT * min(len(words), 2 * novelty.MOST_WORDS)
    return _Event(weight, soft, day)


def _is_new_voice(term: str, new: set[str]) -> bool:
    """Return True for somebody nobody knows yet who says something."""
    if not (term.startswith("say:") and term.endswith(f":{traits.SPEAKS}")):
        return False
    speaker = term.split(":")[1]
    return f"person:{speaker}" in new or f"name:{speaker}" in new


def _is_history(anchor: str, at: datetime | None) -> bool:
    kind, _, value = anchor.partition(":")
    if kind == "decade":
        return True
    if kind not in {"year", "month", "date"} or not value[:4].isdigit() or at is None:
        return False
    return int(value[:4]) < (at - HISTORY).year + 1


def _is_recent(anchor: str, case: _Case) -> bool:
    if not anchor.startswith("date:") or anchor.startswith("date:--") or case.at is None:
        return False
    if case.known.has(anchor):
        return False
    day = datetime.fromisoformat(anchor[5:]).replace(tzinfo=case.at.tzinfo)
    return abs(day - case.at) <= RECENT


def _positions(case: _Case) -> tuple[tuple[str, str], ...]:
    """Return (speaker, act) of what the head has somebody say on this day that may be a position.

    People before offices, what the title says before what the lead adds.
    """
    ranked = sorted(
        _said(case, rewrites.CORE_ACTS),
        key=lambda one: (one[0].startswith("office:"), -one[2], one[1] in _BESIDE, one[1], one[0]),
    )
    return tuple((speaker, act) for speaker, act, _ in ranked)


_BESIDE = ("call-hostile", "no-deal-soon", "set-condition", "want-treaty")
"""What is said beside a position more often than it is one: counted only where nothing else is said."""


def _said(case: _Case, acts: Collection[str]) -> list[tuple[str, str, float]]:
    """Return (speaker, act, weight) of what the head has somebody say on this day.

    A column names speakers too; here the speaker stands in the title, or the lead names the day. The dead of
    history take no position.
    """
    weights = dict(case.traits.terms)
    dated = any(
        reading.is_report_day(anchor, case.at)
        for one in traits.place(case.readings)
        if one.head
        for anchor in one.reading.anchors
    )
    found = []
    for term, weight in case.traits.terms:
        if not term.startswith("say:") or weight < rewrites.HEAD:
            continue
        _, name, act = term.split(":")
        if act not in acts or f"person:{name}" in lexicon.shipped().former:
            continue
        kinds = {kind: weights.get(f"{kind}:{name}", 0.0) for kind in ("person", "name", "office")}
        speaker = max(kinds, key=lambda kind: (kinds[kind], kind != "office"))
        if dated or kinds[speaker] >= traits.TITLE:
            found.append((f"{speaker}:{name}", act, weight))
    return found


def _known_position(case: _Case) -> str:
    """Return as a term who takes again a position that is known: ``say:rudenko:refuse-talks``, else empty."""
    known = case.known
    for speaker, act in _positions(case):
        spoke = speaker in known.terms if speaker.startswith("office:") else known.has(speaker)
        if spoke and f"act:{act}" in known.terms:
            return f"say:{speaker.partition(':')[2]}:{act}"
    return ""


MOST_UNHEARD = 2
"""New words up to which a sentence with the known position says nothing beside it."""
_NEW_DEMAND = frozenset({"sign:demand", "sign:unheard"})
_SAYING = frozenset({"gloss:reaffirm", "gloss:statement"})


def _as_restated(sentences: tuple[JudgedSentence, ...], case: _Case) -> tuple[JudgedSentence, ...]:
    """Return the sentences; the known position in words that nobody has used yet is no new fact."""
    positions = set(_positions(case))
    placed = traits.place(case.readings)
    quoted = {quote.sentence for quote in case.quotes}

    def apart(one: JudgedSentence) -> bool:
        return novelty.closest(placed[one.position].reading, case.known)[1] <= novelty.APART

    def only_worded(one: JudgedSentence) -> bool:
        takes = {
            (speaker, term.removeprefix("act:"))
            for speaker in placed[one.position].speakers
            for term in placed[one.position].reading.terms
        }
        new = novelty.added(placed[one.position].reading, case.known, case.at)
        matter = set(new.terms) - _SAYING
        if placed[one.position].reading.signs & _NEW_DEMAND and apart(one):
            return False
        if one.anchors or matter or len(new.words) > MOST_UNHEARD or one.position in quoted:
            return False
        return bool(positions & takes)

    return tuple(
        replace(one, label=NoveltyLabel.NEW_WORDING, reason="the known position in other words")
        if one.label is NoveltyLabel.NEW_FACT and only_worded(one)
        else one
        for one in sentences
    )


# ------------------------------------------------------------------------------------------- the opposite


@dataclass(frozen=True, slots=True)
class _Turned:
    """Who says the opposite of what he is known to say, and where."""

    said: str
    """As a term: ``say:rudenko:hold-talks``."""
    sentences: tuple[int, ...]


_REFUSES = ("refuse-talks", "no-contact")
_HEDGES = (*_REFUSES, "set-condition", "no-deal-soon")
_OPENS = ("hold-talks", "offer-talks")


def _turned(case: _Case) -> _Turned | None:
    """Return who is known to refuse talks and now has or offers them, without an "if" or a "not"."""
    known = case.known.terms
    said = _said(case, (*_OPENS, *_HEDGES))
    for speaker, act, _ in sorted(said, key=lambda one: (one[0].startswith("office:"), one[1], one[0])):
        name = speaker.partition(":")[2]
        hedged = any(one == speaker and other in _HEDGES for one, other, _ in said)
        if act not in _OPENS or hedged or not any(f"say:{name}:{other}" in known for other in _REFUSES):
            continue
        where = tuple(
            number
            for number, one in enumerate(traits.place(case.readings))
            if one.head and speaker in one.speakers and f"act:{act}" in one.reading.terms and _of_both(one)
        )
        if where:
            return _Turned(f"say:{name}:{act}", where)
    return _given_up(case)


def _turns(case: _Case) -> bool:
    """Return True for a report that turns something known round: no retelling, whatever it shares."""
    return _turned(case) is not None or _taken_back(case) is not None or _drops_aim(case)


def _taken_back(case: _Case) -> Fact | None:
    """Return the told fact that title or lead take back, as a cancellation does the announcement."""
    found = (
        novelty.taken_back(one.reading, case.known, case.at)
        for one in traits.place(case.readings)
        if one.head and not one.reading.aside
    )
    return next((fact for fact in found if fact is not None), None)


def _drops_aim(case: _Case) -> bool:
    return any(
        one.head and not one.reading.aside and novelty.drops_aim(one.reading, case.known, case.at)
        for one in traits.place(case.readings)
    )


def _short(text: str) -> str:
    """Return the beginning of a sentence, whole words, for a reason."""
    return textwrap.shorten(text, width=160, placeholder=" …") if " " in text else text[:80]


def _given_up(case: _Case) -> _Turned | None:
    """Return who is known to seek the treaty and now drops that, or speaks of changing the own course."""
    known = case.known.terms
    said = _said(case, ("want-treaty",))
    for speaker, act, _ in sorted(said, key=lambda one: (one[0].startswith("office:"), one[0])):
        name = speaker.partition(":")[2]
        refuses = any(f"say:{name}:{other}" in known for other in _REFUSES)
        where = tuple(
            number
            for number, one in enumerate(traits.place(case.readings))
            if one.head
            and speaker in one.speakers
            and f"act:{act}" in one.reading.terms
            and (_drops(one.reading) or (not refuses and _reviews(one.reading)))
        )
        if where and any(f"say:{name}:{one}" in known for one in (act, "position-unchanged")):
            return _Turned(f"no longer say:{name}:{act}", where)
    return None


def _drops(one: Reading) -> bool:
    """Return True for "no longer demands", not for "does not give up" and not for refusals of talks."""
    terms = one.terms
    if terms & {
        "act:refuse-talks",
        "act:no-contact",
        "act:set-condition",
        "gloss:unchanged",
        "gloss:sanction",
    }:
        return False
    ends = bool(terms & {"gloss:end", "gloss:renounce"})
    denies = one.negated or "gloss:neg" in terms
    return ends != denies and bool(terms & {"gloss:claim", "gloss:return_islands"})


def _reviews(one: Reading) -> bool:
    against = {"gloss:unchanged", "gloss:condition", "act:refuse-talks", "act:set-condition"}
    return {"gloss:change", "gloss:position"} <= one.terms and not one.negated and not one.terms & against


def _of_both(one: traits.Placed) -> bool:
    """Return True where a sentence about talks is not about those with a third country."""
    terms = {*one.reading.terms, *one.reading.anchors}
    return bool(terms & {"gloss:treaty", "gloss:territory"}) or not any(t.startswith("place:") for t in terms)


def _as_turned(sentences: tuple[JudgedSentence, ...], turned: _Turned) -> tuple[JudgedSentence, ...]:
    """Return the sentences, those that say the opposite of what is known marked as new facts."""
    return tuple(
        replace(
            one,
            label=NoveltyLabel.NEW_FACT,
            reason=_OPPOSITE if one.label in _OLD else f"{_OPPOSITE}; {one.reason}",
            anchors=tuple(dict.fromkeys((*one.anchors, "negation"))),
        )
        if _OPPOSITE not in one.reason
        and one.position in turned.sentences
        and one.label is not NoveltyLabel.FURNITURE
        else one
        for one in sentences
    )


_OPPOSITE = "says the opposite of what is known"
_OLD = (NoveltyLabel.KNOWN, NoveltyLabel.NEW_WORDING)


def _island_names(relevance: Relevance, prepared: Prepared) -> tuple[str, ...]:
    """Return the names the outlet uses for the islands, as printed, each once, in one of its forms.

    What stands inside a longer name is none ("Kurils" in "South Kurils", "Kurilsk" in "Yuzhno-Kurilsk"), nor
    is the bare word for islands.
    """
    found: dict[tuple[str, str], str] = {}
    for hit in relevance.hits:
        if not hit.concept.startswith(_ISLANDS) or _is_part(hit, relevance.hits, prepared):
            continue
        name = _printed(hit, prepared)
        key = (hit.concept, hit.text[:5] if hit.text[:1].isascii() or prepared.lang == "ru" else hit.text)
        found[key] = min(found.get(key, name), name, key=lambda form: (len(form), form))
    return tuple(sorted(set(found.values())))


_ISLANDS = ("island_", "territory_")


def _is_part(hit: Hit, hits: Sequence[Hit], prepared: Prepared) -> bool:
    if prepared.sentences[hit.sentence].folded[max(0, hit.start - 1) : hit.start] == "-":
        return True  # the end of a town's name
    return any(
        other.sentence == hit.sentence
        and other.concept.startswith(_ISLANDS)
        and other.start <= hit.start
        and hit.end <= other.end
        and other.end - other.start > hit.end - hit.start
        for other in hits
    )


def _printed(hit: Hit, prepared: Prepared) -> str:
    """Return the words of a hit as the outlet prints them; folded where folding has moved the letters."""
    sentence = prepared.sentences[hit.sentence]
    if len(sentence.text) != len(sentence.folded):
        return hit.text
    return sentence.text[hit.start : hit.end]
