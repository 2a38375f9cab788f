"""Pending entries become judged articles: gather, decide, record, batch by batch.

    pending -> first look (feed text) -> page where it may matter -> second look
            -> gather what is known -> decide -> record                     one transaction a batch

A crash anywhere repeats the batch: pages read before are kept, entries stay pending until their verdict is
committed. Entries are taken in order of their claimed time, so that a repeated run decides the same; what a
backfill found comes behind what was found now.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog

from monitor.db.records import FOUND_NOW, KnownText, PageRecord, PageState, PendingEntry
from monitor.db.store import Batch
from monitor.errors import StoreError
from monitor.judge import decide, fingerprint, local, novelty, relevance, traits
from monitor.judge.decide import Gathered, Subject, ToldSentence
from monitor.judge.seedfile import as_known
from monitor.model import (
    Article,
    Claim,
    Fingerprint,
    KnownArticle,
    Level,
    Page,
    Prepared,
    Relation,
    Relevance,
    Source,
    Traits,
    Verdict,
)
from monitor.read import urls
from monitor.service import pages
from monitor.service.context import Context
from monitor.text.prepare import prepare

log = structlog.get_logger(__name__)

BATCH = 50
"""Entries a transaction: some 50 x 10 ms of judging, short enough for a clean end within 10 s."""
LONGEST_BATCH_S = 2.0
"""Time after which a batch is committed as far as it is: long texts must not delay a clean end."""
FULL_TEXT_WORDS = 120
"""A feed text of this length is the article (agency items run from 80 words); its page is not asked for."""
STORY_WINDOW = timedelta(days=7)
"""Days around an article in which reports of the same event are looked for (judging.md, Stories)."""
MEMORY = timedelta(days=3 * 365)
"""How long ago something told is still found by the terms it shares with a new article."""
COMMON_AT_LEAST = 5
"""A shingle that this many stored articles share is boilerplate (judging.md: frequency cap); their copies
do not count (`own_part`). With 8, copies in an outlet's frame were missed: benchmarks/copies.py --road."""


SUSPICION_KEY = "pages_on_suspicion"
"""Under which the store remembers what was spent today: one value, however many sources there are."""


@dataclass(slots=True)
class IngestReport:
    """What one run of judging did."""

    judged: int = 0
    by_relation: dict[Relation, int] = field(default_factory=dict)
    waiting: int = 0
    failed: int = 0

    def count(self, relation: Relation) -> None:
        """Count one verdict."""
        self.judged += 1
        self.by_relation[relation] = self.by_relation.get(relation, 0) + 1


@dataclass(frozen=True, slots=True)
class Look:
    """One entry after the first look."""

    pending: PendingEntry
    source: Source
    prepared: Prepared
    relevance: Relevance
    wants_page: bool
    suspect: bool = False
    """Its page is worth reading on suspicion only: as far as the source's budget of the day goes."""


async def ingest(context: Context) -> IngestReport:
    """Judge everything that is pending and due, and return the counts."""
    report = IngestReport()
    while batch := context.store.pending(context.clock(), BATCH):
        looks = grant(context, _first_looks(context, batch, report))
        wanted = [
            pages.Wanted(look.pending.entry.url or "", look.source) for look in looks if look.wants_page
        ]
        records = await pages.read_pages(context, wanted) if wanted else {}
        _judge_batch(context, looks, records, report)
        await asyncio.sleep(0)  # a long backlog must not keep a signal, a poll or a digest waiting
    report.waiting = context.store.pending_count()
    return report


def _first_looks(context: Context, pending: Sequence[PendingEntry], report: IngestReport) -> list[Look]:
    """Return the first looks; an entry over which ours fails is kept as failed and does not come again."""
    looks = []
    for one in pending:
        try:
            looks.append(first_look(context, one))
        except Exception:
            log.exception("judging_failed", entry=one.id, url=one.entry.url)
            with context.store.batch() as batch:
                batch.finish(one.id, "failed")
            report.failed += 1
    return looks


def _source_of(context: Context, source_id: str) -> Source:
    """Return the configured source, or a bare one for a source that left the configuration."""
    known = context.sources.get(source_id)
    return known or Source(id=source_id, name=source_id, url="", lang="", fetch_articles=False)


def first_look(context: Context, pending: PendingEntry) -> Look:
    """Judge what the feed gave; say whether the page should be read."""
    source, entry = _source_of(context, pending.source_id), pending.entry
    prepared = prepare(entry.title, entry.summary, entry.content, entry.lang or source.lang)
    seen = relevance.judge(prepared, context.topic, lang=prepared.lang, country=source.country)
    wants_page = _wants_page(context, source, pending, prepared, seen)
    suspect = not wants_page and _is_suspect(context, source, pending, prepared, seen)
    return Look(pending, source, prepared, seen, wants_page, suspect)


def _wants_page(
    context: Context, source: Source, pending: PendingEntry, prepared: Prepared, seen: Relevance
) -> bool:
    """Return True when reading the page may change or complete the judgement."""
    url = pending.entry.url
    if not url or not source.fetch_articles:
        return False
    if not prepared.title and not prepared.summary and not prepared.body:
        return context.topic.slug_may_matter(urlsplit(url).path)
    if seen.level is Level.RELEVANT or seen.review:
        return prepared.words < FULL_TEXT_WORDS or not pending.entry.content
    return False


def _is_suspect(
    context: Context, source: Source, pending: PendingEntry, prepared: Prepared, seen: Relevance
) -> bool:
    """Return True when text or address hint at the topic without naming it, and the page may tell."""
    url = pending.entry.url
    if not url or not source.fetch_articles or seen.level is not Level.OFF_TOPIC:
        return False
    if prepared.words >= FULL_TEXT_WORDS and pending.entry.content:
        return False
    return seen.suspect or context.topic.address_names(urlsplit(url).path)


def grant(context: Context, looks: Sequence[Look]) -> list[Look]:
    """Return the looks, with a page granted to suspects as far as the day's budget of their source goes.

    What was spent is kept in the store, so that a restart grants nothing twice; backfill has a budget of its
    own, and a page that is stored costs nothing.
    """
    suspects = [look for look in looks if look.suspect]
    if not suspects:
        return list(looks)
    today = context.clock().date().isoformat()
    budget = Suspicion.read(context.store.meta_get(SUSPICION_KEY), today)
    stored = context.store.pages({pages.key_of(look.pending.entry.url or "") for look in suspects} - {""})
    limit = context.settings.fetch.pages_on_suspicion
    granted = [_granted(look, stored, budget, limit) for look in looks]
    if budget.changed:
        context.store.meta_set(SUSPICION_KEY, budget.text())
    return granted


def _granted(look: Look, stored: Mapping[str, PageRecord], budget: Suspicion, limit: int) -> Look:
    if not look.suspect:
        return look
    if pages.key_of(look.pending.entry.url or "") in stored:
        return replace(look, wants_page=True)
    live = look.pending.discovered_via in FOUND_NOW
    return replace(look, wants_page=budget.spend(look.source.id + ("" if live else " past"), limit))


@dataclass(slots=True)
class Suspicion:
    """Pages granted on suspicion, by source (its past apart), on one day (UTC)."""

    day: str
    spent: dict[str, int] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def read(cls, text: str | None, today: str) -> Suspicion:
        """Return what was kept, or a fresh day."""
        day, _, rest = (text or "").partition("\n")
        if day != today:
            return cls(today)
        pairs = (line.rpartition("\t") for line in rest.splitlines())
        return cls(today, {name: int(number) for name, _, number in pairs})

    def text(self) -> str:
        """Return what is kept of it."""
        return "\n".join([self.day, *(f"{name}\t{number}" for name, number in sorted(self.spent.items()))])

    def spend(self, name: str, limit: int) -> bool:
        """Return True, and note it, while fewer than ``limit`` were granted."""
        if self.spent.get(name, 0) >= limit:
            return False
        self.spent[name] = self.spent.get(name, 0) + 1
        self.changed = True
        return True


def _judge_batch(
    context: Context, looks: Sequence[Look], records: dict[str, PageRecord], report: IngestReport
) -> None:
    began = time.monotonic()
    with context.store.batch() as batch:
        now = context.clock()  # when nobody else writes: a digest built before it is known, one after it not
        untouched = batch.still_pending([look.pending.id for look in looks])
        for look in looks:
            if look.pending.id not in untouched:
                continue  # another process (poll beside the daemon) has judged it meanwhile
            # Only for who asked for it: else the verdict would hang on who is in the same batch.
            url = look.pending.entry.url if look.wants_page else None
            record = records.get(pages.key_of(url)) if url else None
            if record is not None and record.state is PageState.RETRY:
                batch.finish(look.pending.id, "pending", record.next_attempt, record.attempts)
                continue
            try:
                with batch.savepoint():
                    report.count(judge_one(context, batch, look, record, now))
            except StoreError:
                raise  # a full disk is no fault of the entry: all of the batch is tried again
            # One article that breaks our own rules must not stop the others; it is kept and shown as failed.
            except Exception:
                log.exception("judging_failed", entry=look.pending.id, url=look.pending.entry.url)
                batch.finish(look.pending.id, "failed")
                report.failed += 1
            if time.monotonic() - began > LONGEST_BATCH_S:
                break  # at least one is done; the rest is still pending, and comes with the next batch


def judge_one(
    context: Context, batch: Batch, look: Look, record: PageRecord | None, now: datetime
) -> Relation:
    """Decide on one entry and record it; return the relation."""
    page = record.page if record is not None and record.state is PageState.OK else None
    article = article_of(look.source, look.pending, record, page)
    keys = url_keys(article)
    known_id = batch.article_for_url(keys) if keys else None
    if known_id is not None:
        return _same_article(batch, look, known_id, keys, now)
    verdict, subject, known = judge(context, batch, article, look.source, now)
    article_id = None
    if verdict.level is not Level.OFF_TOPIC:
        article = replace(subject.article, lang=subject.prepared.lang)
        article_id = batch.save_article(
            article,
            url_keys=keys,
            fingerprint=own_part(subject, verdict, known),
            traits=looked_up(subject.traits),
            words=subject.prepared.words,
        )
        batch.attach(look.pending.id, article_id)
        if verdict.level is Level.RELEVANT:
            at = article.published.at or article.first_seen or now
            story = verdict.story or batch.story_open(article_id, at, "opened by this report")
            if verdict.story:
                batch.story_join(verdict.story, article_id, at, verdict.story_reason)
            verdict = replace(verdict, story=story)
    batch.save_verdict(look.pending.id, article_id, verdict, now)
    batch.finish(look.pending.id, "done")
    return verdict.relation


def _same_article(batch: Batch, look: Look, article_id: int, keys: Sequence[str], now: datetime) -> Relation:
    """Record one more entry of a stored article (other feed, other parameters, other guid)."""
    verdict = batch.verdict_of(article_id)
    batch.attach(look.pending.id, article_id, url_keys=keys)
    batch.save_verdict(look.pending.id, article_id, verdict, now)
    batch.finish(look.pending.id, "done")
    return verdict.relation


def judge(
    context: Context,
    batch: Batch,
    article: Article,
    source: Source,
    now: datetime,
) -> tuple[Verdict, Subject, Gathered]:
    """Return the verdict on an article against everything stored, and what it was decided on."""
    prepared = prepare(article.title, article.summary, article.body, article.lang)
    seen = relevance.judge(prepared, context.topic, lang=prepared.lang, country=article.country)
    if seen.level is not Level.RELEVANT:
        subject = Subject(article, prepared, seen, None, None)
        return decide.decide(subject, Gathered(), context.topic), subject, Gathered()
    at = local.when(article) or now
    subject = Subject(
        article,
        prepared,
        seen,
        fingerprint.of(prepared),
        traits.of(prepared, context.topic, at=at),
    )
    known = gather(context, batch, subject, source, at)
    return decide.decide(subject, known, context.topic), subject, known


def own_part(subject: Subject, verdict: Verdict, known: Gathered) -> Fingerprint | None:
    """Return what of a fingerprint is kept for looking up: of a copy only what its original has not.

    Otherwise the fortieth print of one agency text would make the text itself look like boilerplate.
    """
    if subject.fingerprint is None:
        return None
    copied = verdict.relation in {Relation.COPY, Relation.UPDATE}
    originals = [one for one in known.textual if copied and one.ref == verdict.duplicate_of]
    return fingerprint.own_part(subject.prepared, subject.fingerprint, originals)


def looked_up(found: Traits | None) -> Traits | None:
    """Return the traits with the terms that reports of one event are looked up by: the others get no row."""
    if found is None:
        return None
    strong = set(decide.strong_terms(found, limit=len(found.terms)))
    return replace(found, terms=tuple(pair for pair in found.terms if pair[0] in strong))


def gather(context: Context, batch: Batch, subject: Subject, source: Source, at: datetime) -> Gathered:
    """Return what is known that may bear on one article: one read of the store."""
    assert subject.fingerprint is not None
    assert subject.traits is not None
    similar, textual, common = texts_like(batch, subject.fingerprint)
    strong = decide.strong_terms(subject.traits)
    thematic = batch.sharing_terms(strong, since=at - STORY_WINDOW, until=at + STORY_WINDOW)
    themed = batch.known([i for i, _ in thematic])
    baseline = baseline_of(context)
    learned = batch.known_sharing(
        novelty.strangers(subject.traits, context.seeds),
        since=at - MEMORY,
        until=at + STORY_WINDOW,
        baseline=baseline,
    )
    near = {known.article.id for known in (*similar, *themed)}
    others = batch.known([one for one in learned if one not in near])
    times = {
        known.article.id: known.known
        for known in (*similar, *themed, *others)
        if known.article.id is not None
    }
    said_at = {known.article.id: local.when(known.article) for known in (*similar, *themed, *others)}
    told = batch.known_sentences(times, baseline=baseline)
    return Gathered(
        seeds=context.seeds,
        textual=(*map(as_known, context.seeds), *textual),
        thematic=tuple(_with_traits(context, known) for known in themed),
        common=common,
        repeated=batch.repeated_lines(source.id, subject.traits.sentence_hashes),
        told=tuple(
            ToldSentence(
                ref=f"article:{row.article_id}",
                text=row.text,
                lang=times[row.article_id].lang,
                at=said_at[row.article_id],
            )
            for row in told
        ),
    )


def texts_like(batch: Batch, own: Fingerprint) -> tuple[list[KnownText], list[KnownArticle], frozenset[int]]:
    """Return the stored articles that may be the same text, also with their text read, and frequent hashes.

    Boilerplate is left out before the best ten are chosen: a long frame shares more hashes with every article
    in the same frame than an embedded text has of its own.
    """
    frequent = batch.common(own.sampled, at_least=COMMON_AT_LEAST)
    rare = [value for value in own.sampled if value not in frequent]
    similar = batch.known([article_id for article_id, _ in batch.candidates(rare)])
    textual = [_with_text(known.known, known.article) for known in similar]
    theirs = {value for one in textual if one.fingerprint for value in one.fingerprint.sampled}
    frequent |= batch.common(theirs.difference(own.sampled), at_least=COMMON_AT_LEAST)
    return similar, textual, frequent


def baseline_of(context: Context) -> datetime | None:
    """Return the instant before which everything stored is known; None without a baseline."""
    day = context.settings.digest.baseline
    if day is None:
        return None
    zone = ZoneInfo(context.settings.monitor.zone)
    return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)


def _with_traits(context: Context, text: KnownText) -> KnownArticle:
    """Return a stored article with what it is about: without it no report joins a story."""
    return replace(text.known, traits=context.remembered.traits(text.article, context.topic))


def _with_text(known: KnownArticle, article: Article) -> KnownArticle:
    """Return a stored article with its text cut, folded and fingerprinted again."""
    prepared = prepare(article.title, article.summary, article.body, article.lang)
    return replace(known, prepared=prepared, fingerprint=fingerprint.of(prepared))


def url_keys(article: Article) -> tuple[str, ...]:
    """Return the identities of an article's addresses: as given, final, canonical."""
    given = (article.url, article.final_url, article.canonical_url)
    return tuple(dict.fromkeys(key for url in given if url and (key := pages.key_of(url))))


def article_of(
    source: Source, pending: PendingEntry, record: PageRecord | None, page: Page | None
) -> Article:
    """Return the article that entry and page together make: the fullest text, every time and address."""
    entry = pending.entry
    if page is not None and page.noindex:
        page = replace(page, text="", description="")
    body, text_from = _body(entry.content, page)
    summary = entry.summary or (page.description if page else "")
    foreign = bool(entry.url and source.url) and _host(entry.url) != _host(source.url)
    site = page.site_name if page is not None and foreign else ""
    return Article(
        id=None,
        source_id=source.id,
        outlet=entry.origin_name or site or source.name,
        url=entry.url,
        title=entry.title or (page.title if page else ""),
        summary=summary,
        body=body,
        lang=entry.lang or source.lang or (page.lang if page else ""),
        country=source.country,
        final_url=(record.final_url if record is not None else None) or entry.url,
        canonical_url=page.canonical_url if page else None,
        published=_published(entry.published, page),
        first_seen=pending.first_seen,
        server_time=record.server_time if record is not None else None,
        text_from=text_from if body or summary else "title",
        affiliation=source.affiliation,
        family=source.family,
        origin_name=entry.origin_name,
    )


def _host(url: str | None) -> str:
    return urls.host(url or "").removeprefix("www.")


def _body(content: str, page: Page | None) -> tuple[str, str]:
    """Return the fuller of the feed's and the page's text, and which it was."""
    if page is not None and len(page.text) >= len(content):
        return page.text, "page"
    return content, "feed"


def _published(claimed: Claim, page: Page | None) -> Claim:
    """Return the feed's claim unless the page's is the better clock."""
    if page is None or page.published.at is None:
        return claimed
    if claimed.at is None or (claimed.weak and not page.published.weak):
        return page.published
    return claimed
