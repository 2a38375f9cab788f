"""Material in, Digest out: what is new, what was only repetition, could we look. Pure.

    digest = build(material)
    rendered = render(digest)

Every article handed over ends in exactly one place: it tells a new fact, restates a position, is folded
into "seen again", or is a title beside the topic. Off-topic ones are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from monitor.digest import facts as facts_of
from monitor.digest import tags, week
from monitor.digest.facts import Candidate
from monitor.digest.likeness import Likeness
from monitor.digest.material import (
    DigestArticle,
    Material,
    Reference,
    Revision,
    SourceReport,
    Span,
    Speaker,
    Voice,
)
from monitor.digest.parts import (
    Altered,
    Digest,
    Fact,
    Fold,
    Near,
    Position,
    Printed,
    Reworded,
    Story,
    Waiting,
)
from monitor.digest.safe import clean, language, link
from monitor.digest.sight import Sight, sight
from monitor.judge.changes import QUOTE
from monitor.model import Level, Relation, Source

LABEL_CHARS = 40
"""A fold's label is a few words, not a headline."""
TITLE_CHARS = 90


def build(material: Material) -> Digest:
    """Return the digest; the same material gives the same digest, in whatever order its articles stand."""
    material = _presentable(material)
    stories, told = _stories(material)
    restated, restating = _restated(material, told)
    told |= restating
    seen = sight(material.sources, Span(*material.period))
    digest = Digest(
        recipient=material.recipient,
        language=material.recipient.language,
        zone=material.zone or material.recipient.zone,
        slot=clean(material.slot),
        at=material.slot_at or material.now,
        period=Span(*material.period),
        next_slot=material.next_slot,
        skips_empty=material.skips_empty,
        title=clean(material.title),
        tag=clean(material.tag),
        parties=material.parties,
        stories=stories,
        restated=restated,
        changed=_changed(material.revisions, stories),
        seen_again=_folds(material, stories, told),
        near=_near(material.articles),
        sight=seen,
        waiting=_waiting(material.waiting, material.sources),
        backfilled=material.backfilled,
        last_new_fact=material.last_new_fact,
        notes=tuple(filter(None, map(clean, material.notes))),
        thread_names=_thread_names(material, stories),
        fill=_fill(seen, material.zone or material.recipient.zone),
        articles=tuple((one.article.id, one.relation.value, clean(one.reason)) for one in material.articles),
        program=clean(material.program) or "monitor",
        reprint=clean(material.reprint),
        watched_since=material.watched_since,
        picture=week.picture(material, material.zone or material.recipient.zone),
        ledger=week.ledger(material),
        reworded=_reworded(material),
        stuck=material.stuck,
        belated=material.belated,
    )
    return _faults_only(digest) if digest.operator else digest


def empty(digest: Digest) -> bool:
    """Return True where a digest has nothing to tell: nothing new, restated, changed or newly unseen.

    This is what ``when_empty = "skip"`` leaves out; a day on which nobody could look is never empty.
    """
    seen = digest.sight
    told = digest.stories or digest.restated or digest.changed
    own = digest.notes or digest.stuck or digest.belated
    return not (told or own) and digest.could_look and not (seen.newly or seen.blind)


def _faults_only(digest: Digest) -> Digest:
    """Return the digest of an operator, who reads about the service and not about the news."""
    return replace(
        digest,
        stories=(),
        restated=(),
        changed=(),
        seen_again=(),
        near=(),
        last_new_fact=None,
        articles=(),
        picture=None,
        ledger=(),
        reworded=(),
    )


# ------------------------------------------------------------------------------------------- input


def _presentable(material: Material) -> Material:
    """Return the material with what this recipient wants, in a fixed order, names free of what harms."""
    tagged = [_with_tags(_tagged(one), material.speakers) for one in material.articles]
    wanted = _standing_in(tagged, dict(material.recipient.only))
    wanted.sort(key=lambda one: (_time(facts_of.at(one)), one.article.id or 0, one.article.url or ""))
    return replace(
        material,
        articles=tuple(wanted),
        sources=tuple(_named(one) for one in material.sources),
    )


def _time(at: datetime | None) -> float:
    return at.timestamp() if at is not None else float("inf")


def _standing_in(
    articles: Sequence[DigestArticle], only: Mapping[str, tuple[str, ...]]
) -> list[DigestArticle]:
    """Return the wanted articles; where a filter leaves out an original, its earliest wanted copy tells it.

    Otherwise the copy would be folded as a repetition of a report that this reader never gets.
    """
    wanted = [one for one in articles if _wanted(one, only)]
    kept = {one.article.id for one in wanted}
    left_out = {
        f"article:{one.article.id}": one
        for one in articles
        if one.article.id not in kept and one.relation is not Relation.COPY and facts_of.bears_facts(one)
    }
    heirs: dict[str, DigestArticle] = {}
    for one in sorted(wanted, key=lambda one: (_time(facts_of.at(one)), one.article.id or 0)):
        if one.relation is Relation.COPY and one.duplicate_of in left_out:
            heirs.setdefault(one.duplicate_of, one)
    return [_instead(one, heirs, left_out) for one in wanted]


def _instead(
    one: DigestArticle, heirs: Mapping[str, DigestArticle], left_out: Mapping[str, DigestArticle]
) -> DigestArticle:
    """Return a copy as what its original was judged, or as a copy of the one that tells it instead."""
    ref = one.duplicate_of
    heir = heirs.get(ref) if ref and one.relation is Relation.COPY else None
    if heir is None or ref is None:
        return one
    if heir is not one:
        return replace(one, duplicate_of=f"article:{heir.article.id}")
    told = left_out[ref]
    return replace(
        one,
        relation=told.relation,
        sentences=told.sentences,
        quotes=told.quotes,
        changes=told.changes,
        duplicate_of=told.duplicate_of,
    )


def _wanted(one: DigestArticle, only: Mapping[str, tuple[str, ...]]) -> bool:
    """Return True when the recipient's filter lets the article through; an empty list lets all through."""
    had = {"lang": {one.article.lang}, "country": {one.article.country}, "threads": set(one.threads)}
    return all(not values or had.get(key, set()) & set(values) for key, values in only.items())


def _tagged(one: DigestArticle) -> DigestArticle:
    """Return the article with bare thread names, and a language only where it is one."""
    bare = (name.removeprefix("thread:").removeprefix("thread_") for name in one.threads)
    return replace(
        one,
        article=replace(one.article, lang=language(one.article.lang)),
        threads=tuple(dict.fromkeys(filter(None, map(clean, bare)))),
    )


def _with_tags(one: DigestArticle, speakers: Mapping[str, Speaker]) -> DigestArticle:
    """Return the article with the sub-threads that are told by who speaks in it and how."""
    voices = {speakers[quote.speaker].voice for quote in one.quotes if quote.speaker in speakers}
    more = [tags.STATEMENTS] if voices & {Voice.GOVERNMENT, Voice.OFFICIAL} else []
    more += [tags.ANALYSIS] if one.comment else []
    return replace(one, threads=tuple(dict.fromkeys([*one.threads, *more])))


def _named(one: SourceReport) -> SourceReport:
    return replace(
        one,
        source=replace(
            one.source,
            id=clean(one.source.id, 80),
            name=clean(one.source.name, 80) or clean(one.source.id, 80),
            url=clean(one.source.url),
        ),
        state=replace(one.state, detail=clean(one.state.detail, 300)),
        gaps=tuple(Span(*gap) for gap in one.gaps),
        lost=tuple(Span(*lost) for lost in one.lost),
    )


# ------------------------------------------------------------------------------------------- new


def _stories(material: Material) -> tuple[tuple[Story, ...], set[int]]:
    """Return the stories with new facts in the order told, and the places of the articles they show."""
    groups: dict[str, list[DigestArticle]] = {}
    for place, one in enumerate(material.articles):
        if one.level is Level.RELEVANT:
            groups.setdefault(_story_ref(one, place), []).append(one)
    places = {id(one): place for place, one in enumerate(material.articles)}
    stories: list[Story] = []
    told: set[int] = set()
    for ref, members in groups.items():
        like = Likeness(members)
        found = facts_of.merge((one for member in members for one in facts_of.candidates(member)), like)
        if found:
            stories.append(_story(ref, members, found, material, like))
            told |= {places[id(one.article)] for one in found}
    stories.sort(
        key=lambda story: (facts_of.order_key(story.facts[0])[0], -story.origins, _time(story.at), story.ref)
    )
    return tuple(replace(story, number=number) for number, story in enumerate(stories, 1)), told


def _thread_names(material: Material, stories: Iterable[Story]) -> tuple[tuple[str, str], ...]:
    """Return what the topic calls the sub-threads of these stories, where it says so."""
    names = dict.fromkeys(name for story in stories for name in story.threads)
    told = ((name, material.labels.get(f"thread:{name}", "")) for name in names)
    return tuple((name, clean(label, 40)) for name, label in told if clean(label))


def _story_ref(one: DigestArticle, place: int) -> str:
    """Return the story's reference; an article without one follows what it copies, else stands alone."""
    own = f"article:{one.article.id}" if one.article.id is not None else f"place:{place}"
    return one.story or one.duplicate_of or own


def _story(
    ref: str,
    members: Sequence[DigestArticle],
    found: Sequence[Candidate],
    material: Material,
    like: Likeness,
) -> Story:
    bearing = [one.article for one in found]
    printed, url = _headline(bearing, members, material.recipient.language)
    told = facts_of.without_headline(found, printed)
    facts = sorted((facts_of.fact(one, members, material, like) for one in told), key=facts_of.order_key)
    first = min((fact.at for fact in facts if fact.at is not None), default=None)
    origins = facts_of.origins(members)
    return Story(
        number=0,
        ref=ref,
        headline=printed,
        headline_link=url,
        threads=_threads(bearing) or _threads(members),
        facts=tuple(facts),
        voice=facts[0].voice,
        outlets=facts_of.outlets(members),
        origins=origins,
        at=first,
        order=_order(facts[0], origins),
    )


def _threads(articles: Iterable[DigestArticle]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in articles for name in one.threads))


def _headline(
    bearing: Sequence[DigestArticle], members: Sequence[DigestArticle], lang: str
) -> tuple[Printed, str]:
    """Return an outlet's headline: the earliest in the reader's language, else the earliest with a fact."""
    readable = [one for one in bearing if one.article.lang == lang] or [
        one for one in members if one.article.lang == lang and one.relation is not Relation.BACKGROUND
    ]
    article = min(readable or bearing, key=lambda one: _time(facts_of.at(one))).article
    return Printed(clean(article.title, 300), article.lang, clean(article.outlet)), link(article.url)


def _order(first: Fact, origins: int) -> str:
    voices = {0: "a government", 1: "an official body", 2: "an outlet", 3: "a comment"}
    many = "1 origin" if origins == 1 else f"{origins} origins"
    return f"said by {voices[facts_of.RANK[first.voice]]}; {many}; then by time, earlier first"


# ------------------------------------------------------------------------------ restated, changed


def _restated(material: Material, told: set[int]) -> tuple[tuple[Position, ...], set[int]]:
    """Return the positions said anew, one per speaker and earlier statement, and the places they show.

    Of several occasions in one period (a week, a catch-up) the last is told.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(material.articles):
        if place in told or one.relation is not Relation.RESTATEMENT or one.level is not Level.RELEVANT:
            continue
        ref = (one.restated.ref if one.restated else "") or one.story or one.duplicate_of or f"place:{place}"
        groups.setdefault((_restater(one), ref), []).append(place)
    shown = [_last_occasion(material.articles, places) for places in groups.values()]
    positions = [
        _position(material.articles[place], [material.articles[other] for other in places], material)
        for place, places in zip(shown, groups.values(), strict=True)
    ]
    positions.sort(key=lambda one: (-one.outlets, _time(one.at), one.said.text))
    return tuple(positions), set(shown)


def _last_occasion(articles: Sequence[DigestArticle], places: Sequence[int]) -> int:
    """Return the place of the first report of the last occasion: its count this year covers those before."""
    last = articles[places[-1]].restated
    return next(place for place in places if articles[place].restated == last)


def _restater(one: DigestArticle) -> str:
    if one.restated and one.restated.speaker:
        return one.restated.speaker
    return next((quote.speaker for quote in one.quotes if quote.speaker), "")


def _position(one: DigestArticle, group: Sequence[DigestArticle], material: Material) -> Position:
    key = _restater(one)
    speaker = material.speakers.get(key)
    quote = next((quote for quote in one.quotes if quote.speaker == key and quote.words), None)
    references = {known.ref: known for known in material.references}
    past = one.restated
    ref = (past.ref if past else "") or one.duplicate_of or ""
    known = references.get(ref)
    return Position(
        said=Printed(
            clean(quote.words if quote else one.article.title, 300),
            one.article.lang,
            clean(one.article.outlet),
        ),
        speaker=clean(speaker.role or speaker.name) if speaker else _printed_name(key),
        at=facts_of.at(one),
        as_on=(past.as_on if past else None) or (known.at if known else None),
        as_label=facts_of.label_of(ref, references),
        times_this_year=past.times_this_year if past else 0,
        last_on=past.last_on if past else None,
        outlets=facts_of.outlets(group),
        link=link(one.article.url),
    )


def _printed_name(key: str) -> str:
    return "" if ":" in key or "_" in key else clean(key, 80)


def _changed(revisions: Iterable[Revision], stories: Sequence[Story]) -> tuple[Altered, ...]:
    numbers = {story.ref: story.number for story in stories}
    changed = []
    for one in sorted(revisions, key=lambda one: (one.at, one.outlet)):
        tidy = replace(
            one,
            outlet=clean(one.outlet),
            before=clean(one.before, 600),
            after=clean(one.after, 600),
            lang=language(one.lang),
            url=link(one.url),
        )
        if tidy.before != tidy.after and tidy.before and tidy.after:
            old, new = differing(tidy.before, tidy.after)
            changed.append(Altered(tidy, numbers.get(one.story or ""), old, new))
    return tuple(changed)


def differing(before: str, after: str) -> tuple[str, str]:
    """Return the words in which two texts differ, or both whole where a cut would not tell.

    Only one stretch of changed words inside a text with blanks is cut out: ``differing("They agree today",
    "They discuss today")`` gives ``("agree", "discuss")``.
    """
    a, b = before.split(" "), after.split(" ")
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    old, new = a[head : len(a) - tail], b[head : len(b) - tail]
    if not old or not new or len(old) + len(new) > (len(a) + len(b)) / 2:
        return before, after
    return " ".join(old), " ".join(new)


def _reworded(material: Material) -> tuple[Reworded, ...]:
    """Return the reports that print a known text with other words inside its quotations, in order of time."""
    references = {one.ref: one for one in material.references}
    found = []
    for one in material.articles:
        words = [clean(change.new, 80) for change in one.changes if change.kind == QUOTE]
        if one.relation is not Relation.UPDATE or one.level is not Level.RELEVANT or not any(words):
            continue
        label = clean(one.duplicate_label) or facts_of.label_of(one.duplicate_of or "", references)
        lang, outlet = language(one.article.lang), clean(one.article.outlet)
        said = tuple(Printed(text, lang, outlet) for text in dict.fromkeys(filter(None, words)))
        found.append(Reworded(outlet, clean(label, TITLE_CHARS), said, link(one.article.url)))
    return tuple(found)


# ------------------------------------------------------------------------------------------- seen again, near


def _folds(material: Material, stories: Sequence[Story], told: set[int]) -> tuple[Fold, ...]:
    """Return the reports that only repeat, counted under what they repeat, the most frequent first."""
    references = {one.ref: one for one in material.references}
    numbers = {story.ref: (story.number, clean(story.headline.text, TITLE_CHARS)) for story in stories}
    folds: dict[tuple[str, str], Fold] = {}
    for place, one in enumerate(material.articles):
        if place in told or one.level is not Level.RELEVANT:
            continue
        fold = _fold(one, place, numbers, references)
        kept = folds.setdefault((fold.kind, fold.ref), fold)
        folds[fold.kind, fold.ref] = replace(kept, count=kept.count + 1 + one.copies)
    for story in stories:  # copies counted, but not handed over, of an article that tells a fact
        extra = sum(
            material.articles[place].copies
            for place in told
            if _story_ref(material.articles[place], place) == story.ref
        )
        if extra:
            kept = folds.setdefault(
                ("story", story.ref), Fold("story", story.number, "", story.headline.text, story.ref, 0, 0)
            )
            folds["story", story.ref] = replace(kept, count=kept.count + extra)
    return tuple(sorted(folds.values(), key=_fold_order))


def _fold(
    one: DigestArticle,
    place: int,
    numbers: Mapping[str, tuple[int, str]],
    references: Mapping[str, Reference],
) -> Fold:
    ref = _story_ref(one, place)
    if ref in numbers:
        return Fold("story", numbers[ref][0], "", numbers[ref][1], ref, 0, 0)
    if one.relation is Relation.BACKGROUND and (one.duplicate_of is None):
        return Fold("background", None, "", "", "background", 0, 0)
    if one.duplicate_of and (one.duplicate_of.startswith("seed:") or ref not in references):
        ref = one.duplicate_of
    known = references.get(ref)
    title = clean(known.label, TITLE_CHARS) if known else ""
    label = clean(one.duplicate_label) or facts_of.label_of(ref, references) or clean(one.article.title)
    return Fold("known", None, clean(label, LABEL_CHARS), title, ref, 0, known.seen_before if known else 0)


def _fold_order(fold: Fold) -> tuple[int, int, int, str]:
    """Return the order: this digest's stories by number, then the known by count, background last."""
    kinds = {"story": 0, "known": 1, "background": 2}
    return (kinds[fold.kind], fold.story or 0, -fold.count, fold.ref)


def _near(articles: Iterable[DigestArticle]) -> tuple[Near, ...]:
    """Return the titles beside the topic, each once."""
    titles: dict[str, Near] = {}
    for one in articles:
        title = clean(one.article.title, 300)
        if one.level is Level.NEAR and title:
            printed = Printed(title, one.article.lang, clean(one.article.outlet))
            titles.setdefault(title.casefold(), Near(printed, link(one.article.url)))
    return tuple(titles.values())


# ------------------------------------------------------------------------------------------- not seen


def _waiting(waiting: Sequence[Source], active: Sequence[SourceReport]) -> tuple[Waiting, ...]:
    """Return how many sources of each country wait, and of how many, the largest share first."""
    every = [*(one.source.country for one in active), *(one.country for one in waiting)]
    countries = sorted(source.country for source in waiting)
    rows = [
        Waiting(clean(country), len(list(group)), every.count(country))
        for country, group in groupby(countries)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.waiting / row.of, -row.waiting, row.country)))


def _fill(seen: Sight, zone: str) -> tuple[str, str] | None:
    """Return the local dates a backfill should take, the second not included; None where nothing is lost."""
    lost = [span for blind in seen.blind for gone in blind.lost for span in gone.spans]
    lost += [span for one in seen.gaps for span in one.lost]
    if not lost:
        return None
    here = ZoneInfo(zone)
    first = min(span.start for span in lost).astimezone(here).date()
    last = max(span.end for span in lost).astimezone(here).date()
    return first.isoformat(), (last + timedelta(days=1)).isoformat()
