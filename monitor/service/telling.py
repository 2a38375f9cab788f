"""What a digest is made from: everything one recipient has not been told yet, read from the store.

Read and put into records only; `monitor.digest.build` decides what is said, and how.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.db.records import ALERT_SLOT, LIVE, DigestState, StoredArticle, WindowRecord
from monitor.digest import comment, revised, sight, slots, tags
from monitor.digest.material import (
    Backfilled,
    DigestArticle,
    LastFact,
    Material,
    Reference,
    Report,
    Revision,
    Said,
    SourceReport,
    Span,
    Speaker,
)
from monitor.judge import novelty
from monitor.judge.novelty import ToldSentence
from monitor.model import Level, Recipient, Relation, Source, SourceState, Terms
from monitor.service import belated, names, positions, provenance, report
from monitor.service.context import Context
from monitor.service.keys import STARTED_KEY

LOOK_BACK = timedelta(days=3)
"""Polls before the period that say whether a source was in sight when it began."""
REVISIONS_BACK = timedelta(days=7)
"""Articles this young are looked through for texts changed after publication."""
EVERY_DAY = ("daily", "weekdays")
"""Settings of ``days`` under which a digest is no weekly one."""
MONTH = timedelta(days=32)
"""What the picture of a weekly digest shows: thirty whole local days, wherever the zone puts them."""
ALERTED_BACK = timedelta(days=2)
"""How long before the period an alert may lie whose facts it tells: they are a day old at most."""
PUNCTUAL = timedelta(minutes=30)
"""A digest built later than that after its slot (a preview, a catch-up) is headed by its own time."""
FOREVER = datetime.max.replace(tzinfo=UTC)


def material_of(
    context: Context,
    recipient: Recipient,
    period: Span,
    articles: Sequence[StoredArticle],
    *,
    slot: slots.Slot,
) -> Material:
    """Return everything one digest is made from, read from the store."""
    settings = context.settings
    told = _learned(context, recipient, articles)
    weekly = recipient.days not in EVERY_DAY
    said = tuple(_said(context, period)) if weekly else ()
    begun = context.store.meta_get(STARTED_KEY)
    return Material(
        period=period,
        now=period.end,
        slot=slot.name,
        recipient=recipient,
        program=report.program(context),
        slot_at=slot.at if period.start <= slot.at > period.end - PUNCTUAL else period.end,
        zone=recipient.zone,
        next_slot=slots.following(recipient, period.end).at,
        skips_empty=settings.digest.when_empty == "skip",
        articles=tuple(told),
        sources=tuple(_source_reports(context, period)),
        waiting=settings.waiting,
        revisions=tuple(_revisions(context, period)),
        backfilled=tuple(_backfilled(context, period)),
        stuck=sum(
            row.attempts > 0 and row.recipient_id != recipient.id for row in context.store.outbox(FOREVER)
        ),
        belated=tuple(belated.of(context, recipient, period)),
        references=tuple(_references(context, recipient, told)),
        speakers=names.speakers(recipient.language) | _own_speakers(context, told, said),
        labels=names.labels(recipient.language),
        alerted=_alerted(context, recipient, period),
        last_new_fact=_last_new_fact(context, recipient),
        weekly=weekly,
        month=tuple(_month(context, period.end)) if weekly else (),
        watched_since=datetime.fromisoformat(begun) if begun else None,
        said=said,
    )


def _alerted(context: Context, recipient: Recipient, period: Span) -> dict[str, datetime]:
    """Return when alerts that went out told which sentences to this reader, around the period."""
    rows = context.store.digests_since(period.start - ALERTED_BACK, recipient.id)
    return {
        text: row.built_at
        for row in reversed(rows)
        if row.slot.startswith(ALERT_SLOT) and row.state is DigestState.SENT
        for text in row.data["alert"]["texts"]
    }


def _learned(
    context: Context, recipient: Recipient, articles: Sequence[StoredArticle]
) -> list[DigestArticle]:
    """Return the articles wanted; what the reader has marked as known since they were judged is no news."""
    marked = context.store.articles(context.store.marked_known()) if articles else {}
    sentences: dict[int, list[ToldSentence]] = {}
    for row in context.store.known_sentences(marked):
        known = marked[row.article_id].article
        at = known.published.at or known.first_seen
        told_ = ToldSentence(f"article:{row.article_id}", row.text, known.lang, at)
        sentences.setdefault(row.article_id, []).append(told_)
    told = []
    for article in filter(_wanted, articles):
        since = [n for n, one in marked.items() if one.marks[-1].at >= article.verdict_at and n != article.id]
        learned = [sentence for number in since for sentence in sentences.get(number, ())]
        found = _digest_article(article)
        kept = novelty.taught(found.sentences, article.article.lang, learned)
        said = positions.restated(context, article, recipient.zone)
        told.append(replace(found, sentences=kept, restated=said))
    return told


def _wanted(article: StoredArticle) -> bool:
    return not article.marks or article.marks[-1].mark != "off-topic"


def _digest_article(stored_: StoredArticle) -> DigestArticle:
    verdict = stored_.verdict
    mark = stored_.marks[-1].mark if stored_.marks else ""
    relation, level = verdict.relation, verdict.level
    if mark == "known":
        relation = Relation.BACKGROUND
    elif mark == "on-topic" and level is not Level.RELEVANT:
        relation, level = Relation.NEW, Level.RELEVANT
    match = verdict.match
    article = stored_.article
    return DigestArticle(
        article=article,
        comment=comment.is_comment(article.title, article.final_url or article.url),
        relation=relation,
        level=level,
        reason=verdict.reason,
        story=stored_.story,
        duplicate_of=verdict.duplicate_of,
        sentences=verdict.sentences,
        quotes=verdict.quotes,
        threads=verdict.relevance.threads,
        entries=len(stored_.entries),
        changes=match.changes if match else (),
        direction=match.direction if match else None,
        discovered_via=stored_.entries[0].discovered_via if stored_.entries else "feed",
        origin=provenance.counted(verdict.origin),
        produced=provenance.produced(verdict.origin),
    )


def _source_reports(context: Context, period: Span) -> Iterable[SourceReport]:
    looks = context.store.looks(period.start - LOOK_BACK, period.end + timedelta(seconds=1))
    states = context.store.source_states()
    by_source: dict[str, list[sight.Look]] = {}
    last_status: dict[str, int | None] = {}
    for look in looks:
        if look.discovered_via == LIVE:
            by_source.setdefault(look.source_id, []).append(sight.Look(look.at, look.kind, look.oldest_entry))
            last_status[look.source_id] = look.status
    for source in context.settings.active:
        state = states.get(source.id) or SourceState(source.id, source.url)
        seen = sight.report(source, state, by_source.get(source.id, ()), period=period)
        yield replace(seen, status=last_status.get(source.id))
    for source in context.settings.sources:
        if source.terms is Terms.BLOCKED and source.essential:
            yield _unreadable(source, period)


def _backfilled(context: Context, period: Span) -> Iterable[Backfilled]:
    """Return the stretches of the past that were filled in during the period, one a provider."""
    filled: dict[str, list[WindowRecord]] = {}
    for window in context.store.windows():
        if window.updated_at and period.start < window.updated_at <= period.end and window.items:
            filled.setdefault(window.provider, []).append(window)
    for windows in filled.values():
        span = Span(min(w.start for w in windows), max(w.end for w in windows))
        sources = len({w.source_id for w in windows})
        yield Backfilled(span=span, entries=sum(w.items for w in windows), sources=sources)


def _last_new_fact(context: Context, recipient: Recipient) -> LastFact | None:
    """Return the newest fact of the recipient's last digest that told one, with its story's sub-thread."""
    data = context.store.last_news(recipient.id) or {}
    found = [
        (at, tags.main(story.get("threads", ())))
        for story in data.get("stories", ())
        for fact in story.get("facts", ())
        if (at := fact.get("at"))
    ]
    if not found:
        return None
    at, thread = max(found)
    return LastFact(datetime.fromisoformat(at), thread=thread)


def _month(context: Context, until: datetime) -> Iterable[Report]:
    for row in context.store.reported(until - MONTH, until):
        yield Report(row.at, row.country)


def _said(context: Context, period: Span) -> Iterable[Said]:
    for row in context.store.quoted(period.start, period.end):
        yield Said(row.speaker, row.words, row.lang, row.outlet, row.at, row.addressee, row.url)


def _unreadable(source: Source, period: Span) -> SourceReport:
    return sight.report(source, SourceState(source.id, source.url), (), period=period, unreadable=True)


def _revisions(context: Context, period: Span) -> Iterable[Revision]:
    """Return what outlets changed in relevant texts during the period, each change of an outlet once."""
    told: set[tuple[str, str, str]] = set()
    for stored_ in context.store.articles_between(period.start - REVISIONS_BACK, period.end):
        if stored_.verdict.level is not Level.RELEVANT:
            continue
        for one in (each for entry in stored_.entries for each in _revised(context, stored_, entry.entry_id)):
            key = (one.outlet, one.before, one.after)
            if period.start < one.at <= period.end and key not in told:
                told.add(key)
                yield one


def _revised(context: Context, stored_: StoredArticle, entry_id: int) -> Iterable[Revision]:
    """Return the changes of one entry, compared with its own first text (the article's may be the page's)."""
    revisions = context.store.revisions(entry_id)
    first = context.store.entry(entry_id) if revisions else None
    if first is None:
        return
    article = stored_.article
    before = revised.Version(first.entry.title, first.entry.summary, first.entry.content)
    for revision in revisions:
        after = revised.Version(revision.title, revision.summary, revision.content)
        for part, old, new in revised.changes(before, after, article.lang):
            yield Revision(
                outlet=article.outlet,
                before=old,
                after=new,
                at=revision.seen_at,
                part=part,
                story=stored_.story,
                lang=article.lang,
                url=article.url or "",
            )
        before = after


def _own_speakers(
    context: Context, told: Sequence[DigestArticle], said: Sequence[Said]
) -> dict[str, Speaker]:
    """Return those who speak and whom only the topic's file knows, by the label it gives them."""
    keys = {quote.speaker for one in told for quote in one.quotes} | {one.speaker for one in said}
    keys |= {one.restated.speaker for one in told if one.restated}
    labels = {f"person:{one.id}": one.label.partition(",")[0] for one in context.topic.concepts}
    known = names.speakers("en")
    return {key: Speaker(labels[key]) for key in sorted(keys) if labels.get(key) and key not in known}


def _references(context: Context, recipient: Recipient, told: Sequence[DigestArticle]) -> Iterable[Reference]:
    """Return what the references of the told articles stand for, and how often each was counted before."""
    before = context.store.told_before(recipient.id) if told else {}
    for one in _meanings(context, told):
        yield replace(one, seen_before=before.get(one.ref, 0))


def _meanings(context: Context, told: Sequence[DigestArticle]) -> Iterable[Reference]:
    refs = {ref for one in told for ref in (one.duplicate_of, one.story) if ref}
    refs |= {s.closest_ref for one in told for s in one.sentences if s.closest_ref}
    refs |= {one.restated.ref for one in told if one.restated and one.restated.ref}
    for seed in context.seeds:
        if f"seed:{seed.number}" in refs:
            yield Reference(
                f"seed:{seed.number}",
                label=seed.title,
                at=seed.published.at,
                outlet=seed.outlet,
                url=seed.url or "",
            )
    ids = sorted(int(ref.partition(":")[2]) for ref in refs if ref.startswith("article:"))
    for stored_ in context.store.articles(ids).values():
        article = stored_.article
        yield Reference(
            stored_.ref,
            label=article.title,
            at=article.published.at or article.first_seen,
            outlet=article.outlet,
            url=article.url or "",
            lang=article.lang,
        )
    stories = sorted(ref for ref in refs if ref.startswith("story:"))
    for ref, members in context.store.story_articles(stories).items():
        first = members[0].article
        yield Reference(
            ref,
            label=first.title,
            at=first.published.at or first.first_seen,
            outlet=first.outlet,
            lang=first.lang,
        )
