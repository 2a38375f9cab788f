"""New facts of one story: found in its articles, merged across outlets and languages, put in order.

Who said it comes first, then on how many origins it stands, then time; never simply the newest. Outlets of
one family, copies of one text and texts with one agency credit are one origin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.digest import reversal
from monitor.digest.columns import width
from monitor.digest.likeness import Likeness
from monitor.digest.material import DigestArticle, Material, Reference, Speaker, Voice
from monitor.digest.parts import Fact, First, Known, Printed
from monitor.digest.safe import clean, link
from monitor.digest.week import addressee
from monitor.judge import origins as origins_of
from monitor.judge.changes import QUOTE
from monitor.judge.nearest import RELATED
from monitor.model import Change, Claim, Direction, JudgedSentence, Level, NoveltyLabel, Quote, Relation

RANK = {Voice.GOVERNMENT: 0, Voice.OFFICIAL: 1, Voice.OUTLET: 2, Voice.COMMENT: 3}
SAME_WORDING = 0.6
"""Dice of letter pairs from which two sentences of one story and language are one fact: the digest's own
measure on the few sentences of one story, chosen on the samples in tests/digest."""
QUOTED_COLUMNS = 30
"""Width of the letters of a quotation from which it tells by itself: six words, or fifteen Japanese signs."""
SAME_ANCHORS = 0.5
"""Jaccard of hard anchors from which sentences of one story in two languages are one fact."""
OLD_AFTER = timedelta(hours=36)
"""Reported that long before the period began: told late (found by backfill, or slow), so shown as old."""
NAMES_SHOWN = 6
_UNSPOKEN = frozenset({"quote", "act", "name", "kata", "month"})
"""Anchors a reader could not read: hashes, acts, names reduced to their consonants."""
_SOFT = ("negation", "w:", "thread")
"""Anchors too common to tell that two sentences say the same."""
_FIGURES = ("number:", "date:", "code:")
_ADDS_TO_TEXT = (Direction.EXTENDED, Direction.EMBEDS, Direction.PARTIAL)


@dataclass(slots=True)
class Candidate:
    """A new fact while it is being merged."""

    article: DigestArticle
    sentence: JudgedSentence
    change: Change | None = None
    others: list[tuple[DigestArticle, JudgedSentence]] = field(default_factory=list)


def bears_facts(article: DigestArticle) -> bool:
    """Return True when new facts in this article are news; a plain copy or background has none to give."""
    if article.level is not Level.RELEVANT:
        return False
    if article.relation is Relation.COPY:
        return article.direction in _ADDS_TO_TEXT
    return article.relation in {Relation.NEW, Relation.UPDATE, Relation.REWRITE, Relation.RESTATEMENT}


def candidates(article: DigestArticle) -> list[Candidate]:
    """Return the new facts one article gives, in reading order.

    An altered text without a labelled sentence gives its changes, but for other words in a quotation (they
    are told by themselves, ``Reworded``); a new text of which nothing could be
    read but the title gives its title.
    """
    if not bears_facts(article):
        return []
    new = [one for one in article.sentences if one.label is NoveltyLabel.NEW_FACT and clean(one.text)]
    if new:
        told = _without_title(new, article.article.title)
        return [Candidate(article, one, _change_in(one, article.changes)) for one in told]
    if article.relation is Relation.UPDATE and article.changes:
        return [
            Candidate(article, _spoken(change.sentence or article.article.title), change)
            for change in article.changes
            if change.kind != QUOTE
        ]
    if article.relation is Relation.NEW and not article.sentences:
        return [Candidate(article, _spoken(article.article.title))]
    return []


def _without_title(new: Sequence[JudgedSentence], title: str) -> Sequence[JudgedSentence]:
    """Return the new sentences without the title, where the others give every fact that it gives."""
    others = [one for one in new if clean(one.text) != clean(title)]
    given = {anchor for one in others for anchor in one.anchors}
    whole = [one for one in new if clean(one.text) == clean(title) and not _hard(one.anchors) <= given]
    return new if whole or not others else others


def without_headline(found: Sequence[Candidate], headline: Printed) -> Sequence[Candidate]:
    """Return the candidates without the one that the story's headline prints, where its report gives more."""
    rest = [
        one
        for one in found
        if clean(one.sentence.text) != headline.text
        or not any(other is not one and other.article is one.article for other in found)
    ]
    return rest or found


def _spoken(text: str) -> JudgedSentence:
    return JudgedSentence(position=-1, text=text, label=NoveltyLabel.NEW_FACT)


def _change_in(sentence: JudgedSentence, changes: Iterable[Change]) -> Change | None:
    return next((one for one in changes if one.sentence == sentence.text), None)


def merge(found: Iterable[Candidate], like: Likeness | None = None) -> list[Candidate]:
    """Return the candidates with those that say the same joined to the earliest of them.

    ``like`` knows the sentences of their story; without it languages are compared by new anchors alone.
    """
    merged: list[Candidate] = []
    for one in sorted(
        found, key=lambda c: (_order_time(c.article), c.article.article.id or 0, c.sentence.position)
    ):
        same = next((kept for kept in merged if _same_fact(kept, one, like)), None)
        if same is None:
            merged.append(one)
        else:
            same.others.append((one.article, one.sentence))
            same.change = same.change or one.change
    return merged


def _same_fact(kept: Candidate, one: Candidate, like: Likeness | None) -> bool:
    lang = one.article.article.lang
    given = [(kept.article, kept.sentence), *kept.others]
    same = any(
        _says_same(sentence, article.article.lang, one.sentence, lang)
        or _quotes_same(article, sentence, one)
        or (
            like is not None
            and article.article.lang != lang
            and like.same(article, sentence, one.article, one.sentence)
        )
        for article, sentence in given
        if article is not one.article
    )
    return same and not any(
        reversal.between(sentence.text, article.article.lang, one.sentence.text, lang)
        for article, sentence in given
    )


def _says_same(a: JudgedSentence, a_lang: str, b: JudgedSentence, b_lang: str) -> bool:
    """Return True when two sentences of one story give the same fact.

    In one language by wording; a differing number or negation keeps them apart. Across languages by anchors:
    two of them, or a figure; one name alone stands in many sentences of a story.
    """
    if a_lang != b_lang:
        return _same_anchors(_hard(a.anchors), _hard(b.anchors))
    if set(_numbers(a.anchors)) != set(_numbers(b.anchors)):
        return False
    return _dice(a.text, b.text) >= SAME_WORDING


def _quotes_same(article: DigestArticle, sentence: JudgedSentence, one: Candidate) -> bool:
    """Return True when two sentences hold the same words in quotation marks, and no other figures.

    What is said around them, and what of it is new, may differ.
    """
    if article.article.lang != one.article.article.lang:
        return False
    if _figures(sentence.anchors) != _figures(one.sentence.anchors):
        return False
    here, there = _words_said(article, sentence), _words_said(one.article, one.sentence)
    return any(a in b or b in a for a in here for b in there)


def _words_said(article: DigestArticle, sentence: JudgedSentence) -> list[str]:
    """Return the letters of each quotation in a sentence that is long enough to tell by itself."""
    said = [_letters(one.words) for one in article.quotes if one.words and one.words in sentence.text]
    return [words for words in said if width(words) >= QUOTED_COLUMNS]


def _figures(anchors: Iterable[str]) -> set[str]:
    return {one for one in anchors if one.startswith(_FIGURES)}


def _same_anchors(a: set[str], b: set[str]) -> bool:
    told = len(a & b) > 1 or any(one.startswith(_FIGURES) for one in a & b)
    return told and _jaccard(a, b) >= SAME_ANCHORS


def _hard(anchors: Iterable[str]) -> set[str]:
    return {one for one in anchors if not one.startswith(_SOFT)}


def _numbers(anchors: Iterable[str]) -> list[str]:
    return [one for one in anchors if one.startswith(("number:", "date:", "negation"))]


def _jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b) if a and b else 0.0


def _dice(a: str, b: str) -> float:
    pairs_a, pairs_b = _pairs(a), _pairs(b)
    return (
        2 * len(pairs_a & pairs_b) / (len(pairs_a) + len(pairs_b)) if pairs_a and pairs_b else float(a == b)
    )


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _pairs(text: str) -> set[str]:
    letters = _letters(text)
    return {letters[i : i + 2] for i in range(len(letters) - 1)}


# ------------------------------------------------------------------------------------------- origins


def origins(articles: Sequence[DigestArticle]) -> int:
    """Return how many really produced these texts; families, copies and agency credits count once."""
    return len(origins_of.groups([_print(one) for one in articles]))


def _print(one: DigestArticle) -> origins_of.Print:
    article = one.article
    return origins_of.Print(
        ref=f"article:{article.id}" if article.id is not None else "",
        outlet=article.outlet,
        family=article.family,
        origin=one.origin,
        copy_of=one.duplicate_of if one.relation in {Relation.COPY, Relation.UPDATE} else None,
        claimed=article.published,
        first_seen=article.first_seen,
        produced=one.produced,
    )


def outlets(articles: Iterable[DigestArticle]) -> int:
    """Return how many outlets printed these texts, counted copies included."""
    kept = list(articles)
    return len({one.article.outlet.casefold() for one in kept}) + sum(one.copies for one in kept)


# ------------------------------------------------------------------------------------------- time


def at(one: DigestArticle) -> datetime | None:
    """Return the best time of an article: its claim if the clock is good, else when we saw it."""
    article = one.article
    if article.published.at is not None and article.published.weak in origins_of.TRUSTED:
        return article.published.at
    return article.first_seen or article.published.at


def _order_time(one: DigestArticle) -> float:
    time = at(one)
    return time.timestamp() if time is not None else float("inf")


def _clock(claim: Claim) -> str:
    """Return why a claimed time cannot tell who was first; empty where it can."""
    if claim.at is None:
        return claim.weak or "unknown"
    return "" if claim.weak in origins_of.TRUSTED else claim.weak


# ------------------------------------------------------------------------------------------- a fact


def fact(found: Candidate, story: Sequence[DigestArticle], material: Material, like: Likeness) -> Fact:
    """Return the fact as the digest tells it."""
    lang = material.recipient.language
    tellers = _tellers(found, story)
    tellers.sort(key=lambda one: one.article.id or 0)
    earliest = origins_of.earliest([_print(one) for one in tellers])
    first = tellers[earliest.position]
    article = found.article.article
    teller, quote = _said_by(found, material.speakers)
    speaker = material.speakers.get(quote.speaker) if quote is not None else None
    translated = _translation(found, like, lang)
    return Fact(
        said=Printed(clean(found.sentence.text), article.lang, clean(article.outlet)),
        translated=translated,
        names=() if translated or article.lang == lang else _names(found, material.labels, lang),
        voice=_voice(teller, speaker),
        speaker=_who(quote, speaker),
        speaker_country=clean(speaker.country) if speaker else "",
        addressee=addressee(quote.addressee, lang) if quote else "",
        outlet=clean(article.outlet),
        country=clean(article.country),
        affiliation=clean(article.affiliation),
        at=at(found.article),
        first=First(
            outlet=clean(first.article.outlet),
            country=clean(first.article.country),
            affiliation=clean(first.article.affiliation),
            at=at(first),
            clock=earliest.doubt or ("claims" if earliest.by == "claims" else ""),
        ),
        outlets=outlets(tellers),
        origins=origins(tellers),
        known=_known(found.sentence, {one.ref: one for one in material.references}),
        change=_clean_change(found.change),
        link=_link(first, found.article),
        old_since=_old(first, material.period.start),
        anchors=tuple(map(clean, found.sentence.anchors)),
        readable=translated is not None or any(one.article.lang == lang for one in story),
        alerted=_alerted(found, material.alerted),
    )


def _alerted(found: Candidate, alerted: Mapping[str, datetime]) -> datetime | None:
    """Return when an alert told the fact, in the words of any of its reports."""
    texts = [found.sentence.text, *(sentence.text for _, sentence in found.others)]
    return min((alerted[clean(text)] for text in texts if clean(text) in alerted), default=None)


def _tellers(found: Candidate, story: Sequence[DigestArticle]) -> list[DigestArticle]:
    """Return the articles that give the fact: where it was found, and the copies of those."""
    tellers = [found.article, *(article for article, _ in found.others)]
    refs = {f"article:{one.article.id}" for one in tellers if one.article.id is not None}
    copies = [
        one
        for one in story
        if one.duplicate_of in refs and one.relation is Relation.COPY and one not in tellers
    ]
    return list({id(one): one for one in [*tellers, *copies]}.values())


def _said_by(found: Candidate, speakers: Mapping[str, Speaker]) -> tuple[DigestArticle, Quote | None]:
    """Return the report that tells best who says the fact, and the quote in it: the highest voice of all.

    The first report may print the words without the office that another gives. What a comment told first
    stays a comment's.
    """
    told = [
        (one, _quote(one, sentence)) for one, sentence in [(found.article, found.sentence), *found.others]
    ]

    def rank(place: int) -> int:
        article, quote = told[place]
        return RANK[_voice(article, speakers.get(quote.speaker) if quote else None)]

    if rank(0) == RANK[Voice.COMMENT]:
        return told[0]
    return told[min(range(len(told)), key=rank)]


def _quote(article: DigestArticle, sentence: JudgedSentence) -> Quote | None:
    """Return the quote this sentence holds, the longest if there are several."""
    here = [
        one
        for one in article.quotes
        if one.speaker and (one.sentence == sentence.position or (one.words and one.words in sentence.text))
    ]
    return max(here, key=lambda one: len(one.words), default=None)


def _who(quote: Quote | None, speaker: Speaker | None) -> str:
    if speaker is not None:
        return clean(", ".join(part for part in (speaker.name, speaker.role) if part))
    if quote is None or re.fullmatch(r"[a-z]+[:_][\w:]+", quote.speaker):
        return ""  # a concept the topic gave no name for says nothing to a reader
    return clean(quote.speaker, 80)


def _voice(one: DigestArticle, speaker: Speaker | None) -> Voice:
    """Return who says it: the quoted one, else the publisher, with comment last whatever it quotes."""
    if one.comment or "analysis" in one.threads:
        return Voice.COMMENT
    if speaker is not None and speaker.voice is not Voice.OUTLET:
        return speaker.voice
    return {"government": Voice.GOVERNMENT, "official": Voice.OFFICIAL}.get(
        one.article.affiliation, Voice.OUTLET
    )


def _translation(found: Candidate, like: Likeness, lang: str) -> Printed | None:
    """Return the story's sentence in the reader's language: a merged one, else the nearest."""
    if found.article.article.lang == lang:
        return None
    merged = [(article, sentence) for article, sentence in found.others if article.article.lang == lang]
    if not merged:
        nearest = like.nearest(found.article, found.sentence, lang)
        if nearest is None:
            return None
        merged = [(nearest.article, nearest.sentence)]
    article, sentence = merged[0]
    return Printed(clean(sentence.text), lang, clean(article.article.outlet))


def _names(found: Candidate, labels: Mapping[str, str], lang: str) -> tuple[str, ...]:
    """Return the recognised names and numbers of the sentence in the reader's language, days as ISO dates.

    A name without a label is its key, which is English: others do not get it.
    """
    names = (
        _name(anchor, labels).replace(",", " " if lang == "ru" else ",")
        for anchor in found.sentence.anchors
        if lang == "en" or anchor in labels or anchor.startswith(("number:", "date:", "year:", "code:"))
    )
    return tuple(dict.fromkeys(name for name in names if name))[:NAMES_SHOWN]


def _name(anchor: str, labels: Mapping[str, str]) -> str:
    if anchor in labels:
        return clean(labels[anchor])
    kind, colon, rest = anchor.partition(":")
    if not colon or anchor.startswith(_SOFT) or kind in _UNSPOKEN:
        return ""
    if kind == "number" and rest.isascii() and rest.isdigit():
        return f"{int(rest):,}" if len(rest) > 4 else rest
    if kind in {"number", "date", "year"}:
        return clean(rest.lstrip("-"))
    return clean(rest.upper() if kind == "code" else rest.replace("_", " ").capitalize())


def _known(sentence: JudgedSentence, references: Mapping[str, Reference]) -> Known | None:
    text = clean(sentence.closest)
    if not text or sentence.closeness < RELATED:
        return None
    reference = references.get(sentence.closest_ref)
    seed = sentence.closest_ref.startswith("seed:")
    return Known(
        text=text,
        label=label_of(sentence.closest_ref, references) if seed else "",
        at=reference.at if reference else None,
        ours=seed,
        lang=reference.lang if reference and not seed else "",
    )


def label_of(ref: str, references: Mapping[str, Reference]) -> str:
    """Return what a reference is called: ``seed N``, else its label, else nothing."""
    if ref.startswith("seed:"):
        return clean(ref.replace("seed:", "seed ", 1), 20)
    reference = references.get(ref)
    return clean(reference.label) if reference is not None else ""


def _clean_change(change: Change | None) -> Change | None:
    if change is None or not (clean(change.old) or clean(change.new)):
        return None
    return Change(clean(change.kind), clean(change.old, 200), clean(change.new, 200))


def _link(*articles: DigestArticle) -> str:
    links = (link(url) for one in articles for url in (one.article.url, one.article.final_url))
    return next((one for one in links if one), "")


def _old(first: DigestArticle, start: datetime) -> datetime | None:
    """Return when an old fact was first reported: only a good clock can say that it is old."""
    claim = first.article.published
    if claim.at is None or _clock(claim) or claim.at >= start - OLD_AFTER:
        return None
    return claim.at


def order_key(told: Fact) -> tuple[int, int, float]:
    """Return the key facts and stories are sorted by: voice, origins (more first), time (earlier first)."""
    time = told.at.timestamp() if told.at is not None else float("inf")
    return (RANK[told.voice], -told.origins, time)
