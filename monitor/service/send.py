"""Digests on their way: what is due, built in the transaction that fixes it, delivered from the outbox.

slot due -> one transaction: untold articles -> digest -> outbox row with everything it tells
outbox   -> deliver -> sent, refused, or tried again later; the other recipients are not held up
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config import Settings
from monitor.db.records import DigestRow, StoredArticle
from monitor.digest import build, deliver, render, sight, slots
from monitor.digest.material import DigestArticle, Material, Reference, Revision, SourceReport, Span
from monitor.errors import UsageError
from monitor.model import (
    Delivery,
    DeliveryKind,
    Level,
    Recipient,
    Relation,
    Rendered,
    Source,
    SourceState,
    Terms,
)
from monitor.service import names
from monitor.service.context import Context
from monitor.service.keys import STARTED_KEY, TELL_KEY

RETRY = (
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""Waits after a temporary refusal; the last one repeats. Greylisting lets the second or third attempt in."""
LOOK_BACK = timedelta(days=3)
"""Polls before the period that say whether a source was in sight when it began."""
REVISIONS_BACK = timedelta(days=7)
"""Articles this young are looked through for texts changed after publication."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one digest."""

    recipient_id: str
    slot: str
    state: str
    detail: str = ""


def recipient_of(context: Context, wanted: str) -> Recipient:
    """Return the recipient with that id, or the first reader; UsageError names those there are."""
    recipients = context.settings.digest.recipients
    if not wanted:
        return next((r for r in recipients if r.role == "reader"), recipients[0])
    found = next((r for r in recipients if wanted in {r.id, r.address}), None)
    if found is None:
        raise UsageError(
            f"there is no recipient {wanted!r}; there are: {', '.join(r.id for r in recipients)}"
        )
    return found


# ------------------------------------------------------------------------------------------- printing


def stored(context: Context, recipient: Recipient, slot: str, form: str) -> str:
    """Return a stored digest as it was built; ``slot`` is a day or a day with time."""
    names_ = [slot] if "T" in slot else [f"{slot}T{at}" for at in reversed(recipient.at)]
    row = next((row for name in names_ if (row := context.store.digest(recipient.id, name))), None)
    if row is None:
        raise UsageError(f"{recipient.id} has no stored digest for {slot}")
    return _form(Rendered(row.subject, row.text, row.html, row.markdown, row.data), form)


def printed(
    context: Context,
    recipient: Recipient,
    form: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    backfilled: bool | None = None,
) -> str:
    """Return what a digest would say now; nothing is marked as told."""
    now = until or context.clock()
    start = since or period_start(context, recipient, now)
    if since is not None:
        articles = [a for a in context.store.articles_between(since, now) if _live(a) or backfilled]
    else:
        tell = _tells_backfilled(context, recipient) if backfilled is None else backfilled
        articles = context.store.untold(recipient.id, until=now, backfilled=tell)
    material = material_of(
        context, recipient, Span(start, now), articles, slot=slots.last_due(recipient, now)
    )
    return _form(render.render(build.build(material)), form)


def _form(rendered: Rendered, form: str) -> str:
    if form == "json":
        return json.dumps(rendered.data, ensure_ascii=False, indent=1, default=str)
    return {"html": rendered.html, "markdown": rendered.markdown}.get(form) or render.printed(rendered)


def _live(article: StoredArticle) -> bool:
    return any(entry.discovered_via == "feed" for entry in article.entries)


# ------------------------------------------------------------------------------------------- sending


async def send_due(context: Context, *, at_once: bool = False) -> list[Outcome]:
    """Queue the digests whose slot has come (``at_once``: also retries not yet due), and empty the outbox."""
    now = context.clock()
    for recipient in context.settings.digest.recipients:
        _queue_due(context, recipient, now)
    return deliver_outbox(context, now + max(RETRY) if at_once else now)


def _queue_due(context: Context, recipient: Recipient, now: datetime) -> int | None:
    """Queue the newest slot that has come since the last digest; missed ones are covered by its period."""
    slot = slots.last_due(recipient, now)
    last = context.store.last_digest(recipient.id)
    if last is not None and (last.slot >= slot.name or last.period_to >= slot.at):
        return None
    if last is None and slot.at <= first_start(context, now):
        return None  # the slot passed before this installation began
    with context.store.batch():
        tell = _tells_backfilled(context, recipient)
        articles = context.store.untold(recipient.id, until=now, backfilled=tell)
        period = Span(period_start(context, recipient, now), now)
        material = material_of(context, recipient, period, articles, slot=slot)
        if context.settings.digest.when_empty == "skip" and build.empty(build.build(material)):
            return None
        row = _row(context, material, recipient, slot, articles)
        queued = context.store.queue_digest(row)
        if tell:
            context.store.meta_set(TELL_KEY + recipient.id, "")
    return queued


def _row(
    context: Context,
    material: Material,
    recipient: Recipient,
    slot: slots.Slot,
    articles: Sequence[StoredArticle],
) -> DigestRow:
    rendered = render.render(build.build(material))
    return DigestRow(
        recipient_id=recipient.id,
        slot=slot.name,
        period_from=material.period.start,
        period_to=material.period.end,
        built_at=material.now,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        markdown=rendered.markdown,
        data=rendered.data,
        message_id=message_id(context.settings, recipient, slot.name),
        items=tuple(article.id for article in articles),
    )


def message_id(settings: Settings, recipient: Recipient, slot: str) -> str:
    """Return the Message-ID of a digest: the same for every attempt at it (RFC 5322 §3.6.4)."""
    sender = parseaddr(settings.smtp.sender)[1] if settings.smtp else ""
    domain = sender.rpartition("@")[2] or "monitor.invalid"
    digest = hashlib.sha256(f"{settings.path}\n{recipient.id}\n{slot}".encode()).hexdigest()[:32]
    return f"<{digest}@{domain}>"


def deliver_outbox(context: Context, now: datetime) -> list[Outcome]:
    """Hand over every digest that is due; each attempt is recorded before the next begins."""
    outcomes = []
    known = {recipient.id: recipient for recipient in context.settings.digest.recipients}
    for row in context.store.outbox(now):
        assert row.id is not None
        recipient = known.get(row.recipient_id)
        if recipient is None:
            delivery = Delivery(DeliveryKind.REFUSED, "this recipient is no longer in the configuration")
        else:
            delivery = hand_over(context.settings, recipient, row)
        wait = RETRY[min(row.attempts, len(RETRY) - 1)]
        following = context.clock() + wait if delivery.kind is DeliveryKind.DEFERRED else None
        context.store.mark_delivery(row.id, delivery, context.clock(), following)
        outcomes.append(Outcome(row.recipient_id, row.slot, delivery.kind.value, delivery.detail))
    return outcomes


def hand_over(settings: Settings, recipient: Recipient, row: DigestRow) -> Delivery:
    """Deliver one digest by the recipient's kind; every failure is a value."""
    rendered = Rendered(row.subject, row.text, row.html, row.markdown, row.data)
    if recipient.kind == "file":
        folder = Path(recipient.address) if recipient.address else Path(settings.monitor.storage) / "digests"
        return deliver.to_file(rendered, folder, slot=row.slot, recipient=recipient)
    if recipient.kind == "stdout":
        return deliver.to_stdout(rendered)
    if recipient.kind == "email" and settings.smtp is not None:
        return deliver.to_mail(
            rendered,
            settings.smtp,
            recipient,
            message_id=row.message_id,
            date=row.built_at,
        )
    return Delivery(DeliveryKind.REFUSED, f"deliveries of kind {recipient.kind!r} are not set up")


def test_mail(settings: Settings, recipient: Recipient) -> Delivery:
    """Send a test mail with the configured server and return what came of it."""
    assert settings.smtp is not None
    now = datetime.now(UTC)
    text = "This is a test mail of monitor. It arrived: digests will, too.\n"
    rendered = Rendered("[treaty] test mail", text, f"<p>{text}</p>", text)
    return deliver.to_mail(
        rendered,
        settings.smtp,
        recipient,
        message_id=message_id(settings, recipient, now.isoformat()),
        date=now,
    )


# ------------------------------------------------------------------------------------------- material


def first_start(context: Context, now: datetime) -> datetime:
    """Return when this installation began (now, where it has not)."""
    begun = context.store.meta_get(STARTED_KEY)
    return datetime.fromisoformat(begun) if begun else now


def period_start(context: Context, recipient: Recipient, now: datetime) -> datetime:
    """Return where the next digest begins: where his last one ended, else the baseline or the first look."""
    last = context.store.last_digest(recipient.id)
    if last is not None:
        return last.period_to
    baseline = context.settings.digest.baseline
    if baseline is not None:
        return datetime.combine(baseline, datetime.min.time(), ZoneInfo(recipient.zone)).astimezone(UTC)
    return min(first_start(context, now), now - timedelta(minutes=1))


def _tells_backfilled(context: Context, recipient: Recipient) -> bool:
    return context.store.meta_get(TELL_KEY + recipient.id) == "1"


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
    told = [_digest_article(article) for article in articles if _wanted(article)]
    return Material(
        period=period,
        now=period.end,
        slot=slot.name,
        recipient=recipient,
        slot_at=period.end if slot.at < period.start else slot.at,
        zone=recipient.zone,
        next_slot=slots.following(recipient, period.end).at,
        skips_empty=settings.digest.when_empty == "skip",
        articles=tuple(told),
        sources=tuple(_source_reports(context, period)),
        waiting=settings.waiting,
        revisions=tuple(_revisions(context, period)),
        references=tuple(_references(context, told)),
        speakers=names.speakers(recipient.language),
        labels=names.labels(recipient.language),
    )


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
    return DigestArticle(
        article=stored_.article,
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
    )


def _source_reports(context: Context, period: Span) -> Iterable[SourceReport]:
    looks = context.store.looks(period.start - LOOK_BACK, period.end + timedelta(seconds=1))
    states = context.store.source_states()
    by_source: dict[str, list[sight.Look]] = {}
    for look in looks:
        if look.discovered_via == "feed":
            by_source.setdefault(look.source_id, []).append(sight.Look(look.at, look.kind, look.oldest_entry))
    for source in context.settings.active:
        state = states.get(source.id) or SourceState(source.id, source.url)
        yield sight.report(source, state, by_source.get(source.id, ()), period=period)
    for source in context.settings.sources:
        if source.terms is Terms.BLOCKED and source.essential:
            yield _unreadable(source, period)


def _unreadable(source: Source, period: Span) -> SourceReport:
    return sight.report(source, SourceState(source.id, source.url), (), period=period, unreadable=True)


def _revisions(context: Context, period: Span) -> Iterable[Revision]:
    recent = context.store.articles_between(period.start - REVISIONS_BACK, period.end)
    for stored_ in recent:
        if stored_.verdict.level is not Level.RELEVANT:
            continue
        before = stored_.article.title
        for entry in stored_.entries:
            for revision in context.store.revisions(entry.entry_id):
                if revision.title != before and period.start < revision.seen_at <= period.end:
                    yield Revision(
                        outlet=stored_.article.outlet,
                        before=before,
                        after=revision.title,
                        at=revision.seen_at,
                        story=stored_.story,
                        lang=stored_.article.lang,
                        url=stored_.article.url or "",
                    )
                before = revision.title


def _references(context: Context, told: Sequence[DigestArticle]) -> Iterable[Reference]:
    """Return what the references of the told articles stand for."""
    refs = {ref for one in told for ref in (one.duplicate_of, one.story) if ref}
    refs |= {s.closest_ref for one in told for s in one.sentences if s.closest_ref}
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
        )
    stories = sorted(ref for ref in refs if ref.startswith("story:"))
    for ref, members in context.store.story_articles(stories).items():
        first = members[0].article
        yield Reference(
            ref, label=first.title, at=first.published.at or first.first_seen, outlet=first.outlet
        )
