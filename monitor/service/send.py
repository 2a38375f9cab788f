"""Digests on their way: what is due, built in the transaction that fixes it, delivered from the outbox.

    slot due -> one transaction: untold articles -> digest -> outbox row with everything it tells
    outbox   -> deliver -> sent, refused, or tried again later; the other recipients are not held up

A digest is handed over by one process at a time (who sends holds the store). Killed between a hand-over and
its mark, it is handed over again under the same Message-ID, by which mail programs know it as the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog

from monitor.config import Settings
from monitor.db.records import FOUND_NOW, DigestRow, StoredArticle
from monitor.digest import build, deliver, notify, render, slots
from monitor.digest.material import Span
from monitor.errors import UsageError
from monitor.fetch.client import Request, fetch
from monitor.model import Delivery, DeliveryKind, FetchKind, Recipient, Rendered
from monitor.service.context import Context
from monitor.service.keys import SKIPPED_KEY, STARTED_KEY, TELL_KEY
from monitor.service.telling import material_of

log = structlog.get_logger(__name__)

RETRY = (
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""Waits after a temporary refusal; the last one repeats. Greylisting lets the second or third attempt in."""
ENDING_S = 5.0
"""Time a hand-over gets to be finished and marked when we are asked to end; the promise is 10 s in all."""
HEARTBEAT_TIMEOUT_S = 15.0
DATED = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?\Z")


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
    """Return a stored digest as it was built; ``slot`` is a day (its last digest) or a day with time."""
    if not DATED.match(slot):
        raise UsageError(f"--slot {slot!r}: write a day like 2026-11-26, or a slot like 2026-11-26T07:00")
    named = [slot] if "T" in slot else [f"{slot}T{at}" for at in reversed(recipient.at)]
    row = next((row for name in named if (row := context.store.digest(recipient.id, name))), None)
    if row is None:
        last = context.store.last_digest(recipient.id)
        there = f"its last one is --slot {last.slot}" if last else "none was built yet"
        raise UsageError(
            f"{recipient.id} has no stored digest for {slot}; {there}. "
            "What the next would say: monitor digest"
        )
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
    if start >= now:
        raise UsageError(
            f"there is nothing between {start:%Y-%m-%d %H:%M} and {now:%Y-%m-%d %H:%M} UTC: "
            "the beginning must lie before the end (--since, --until)"
        )
    if since is not None:
        articles = [a for a in context.store.articles_between(since, now) if _found_now(a) or backfilled]
    else:
        tell = _tells_backfilled(context, recipient) if backfilled is None else backfilled
        articles = context.store.untold(recipient.id, until=now, backfilled=tell)
    material = material_of(
        context, recipient, Span(start, now), articles, slot=slots.last_due(recipient, now)
    )
    material = replace(material, reprint=_preview_command(context, recipient, since, until))
    return _form(render.render(build.build(material)), form)


def _preview_command(
    context: Context, recipient: Recipient, since: datetime | None, until: datetime | None
) -> str:
    """Return the command that prints all of a preview: there is no stored slot to name yet."""
    words = ["monitor digest --format json"]
    words += [f"--since {since:%Y-%m-%dT%H:%M:%SZ}"] if since else []
    words += [f"--until {until:%Y-%m-%dT%H:%M:%SZ}"] if until else []
    return " ".join(words) + _to(context, recipient)


def _to(context: Context, recipient: Recipient) -> str:
    """Return the option that names a recipient; empty for the one meant without it."""
    return "" if recipient_of(context, "").id == recipient.id else f" --to {recipient.id}"


def _form(rendered: Rendered, form: str) -> str:
    if form == "json":
        return json.dumps(rendered.data, ensure_ascii=False, indent=1, default=str)
    return {"html": rendered.html, "markdown": rendered.markdown}.get(form) or render.printed(rendered)


def _found_now(article: StoredArticle) -> bool:
    """Return True unless only backfill found it."""
    return any(entry.discovered_via in FOUND_NOW for entry in article.entries)


# ------------------------------------------------------------------------------------------- queueing


async def send_due(context: Context, *, at_once: bool = False) -> list[Outcome]:
    """Queue the digests whose slot has come (``at_once``: also retries not yet due), and empty the outbox."""
    now = context.clock()
    for recipient in context.settings.digest.recipients:
        _queue_due(context, recipient, now)
    outcomes = await deliver_outbox(context, now + max(RETRY) if at_once else now)
    if any(outcome.state == DeliveryKind.SENT.value for outcome in outcomes):
        await _heartbeat(context)
    return outcomes


def next_slots(context: Context) -> list[tuple[str, datetime]]:
    """Return when each recipient's next digest is due, as (id, local time)."""
    now = context.clock()
    return [
        (one.id, slots.following(one, now).at.astimezone(ZoneInfo(one.zone)))
        for one in context.settings.digest.recipients
    ]


def _queue_due(context: Context, recipient: Recipient, now: datetime) -> int | None:
    """Queue the newest slot that has come since the last digest; missed ones are covered by its period."""
    slot = slots.last_due(recipient, now)
    last = context.store.last_digest(recipient.id)
    if last is not None and (last.slot >= slot.name or last.period_to >= slot.at):
        return None
    if last is None and slot.at <= first_start(context, now):
        return None  # the slot passed before this installation began
    if context.store.meta_get(SKIPPED_KEY + recipient.id) == slot.name:
        return None  # it had nothing to say then; what came since waits for the next slot
    with context.store.batch():
        tell = _tells_backfilled(context, recipient)
        articles = context.store.untold(recipient.id, until=now, backfilled=tell)
        period = Span(period_start(context, recipient, now), now)
        material = material_of(context, recipient, period, articles, slot=slot)
        to = _to(context, recipient)
        if to:
            material = replace(material, reprint=f"monitor digest --slot {slot.name} --format json{to}")
        digest = build.build(material)
        if context.settings.digest.when_empty == "skip" and build.empty(digest):
            context.store.meta_set(SKIPPED_KEY + recipient.id, slot.name)
            return None
        row = _row(context, recipient, slot, period, render.render(digest), articles)
        queued = context.store.queue_digest(row)
        if tell:
            context.store.meta_set(TELL_KEY + recipient.id, "")
    return queued


def _row(
    context: Context,
    recipient: Recipient,
    slot: slots.Slot,
    period: Span,
    rendered: Rendered,
    articles: Sequence[StoredArticle],
) -> DigestRow:
    return DigestRow(
        recipient_id=recipient.id,
        slot=slot.name,
        period_from=period.start,
        period_to=period.end,
        built_at=period.end,
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


def first_start(context: Context, now: datetime) -> datetime:
    """Return when this installation looked first (now, where it has not)."""
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


# ------------------------------------------------------------------------------------------- delivering


async def deliver_outbox(context: Context, now: datetime) -> list[Outcome]:
    """Hand over every digest that is due; each attempt is recorded before the next begins."""
    outcomes = []
    known = {recipient.id: recipient for recipient in context.settings.digest.recipients}
    for row in context.store.outbox(now):
        delivery = await _attempt(context, known.get(row.recipient_id), row)
        outcomes.append(Outcome(row.recipient_id, row.slot, delivery.kind.value, delivery.detail))
    return outcomes


async def _attempt(context: Context, recipient: Recipient | None, row: DigestRow) -> Delivery:
    """Hand one digest over and record what came of it."""
    if recipient is None:
        gone = Delivery(DeliveryKind.REFUSED, "this recipient is no longer in the configuration")
        return _mark(context, row, gone)
    handing = _in_thread(context.settings, recipient, row)
    try:
        await asyncio.shield(handing)
    except asyncio.CancelledError:
        # Asked to end: what the server takes within a few seconds is marked, so that it is not sent again.
        await asyncio.wait({handing}, timeout=ENDING_S)
        if handing.done():
            _mark(context, row, handing.result())
        raise
    return _mark(context, row, handing.result())


def _mark(context: Context, row: DigestRow, delivery: Delivery) -> Delivery:
    assert row.id is not None
    wait = RETRY[min(row.attempts, len(RETRY) - 1)]
    following = context.clock() + wait if delivery.kind is DeliveryKind.DEFERRED else None
    context.store.mark_delivery(row.id, delivery, context.clock(), following)
    return delivery


def _in_thread(settings: Settings, recipient: Recipient, row: DigestRow) -> asyncio.Future[Delivery]:
    """Begin a hand-over in a thread of its own: a mail server that hangs holds up nothing, not even our end.

    A daemon thread, as the loop's executor is waited for at the end.
    """
    loop = asyncio.get_running_loop()
    handing: asyncio.Future[Delivery] = loop.create_future()

    def work() -> None:
        try:
            delivery = hand_over(settings, recipient, row)
        # The border of one delivery: a fault of ours over it must not hold up the other recipients.
        except Exception as fault:
            log.exception("delivery_failed", recipient=recipient.id, slot=row.slot)
            delivery = Delivery(DeliveryKind.DEFERRED, f"a fault of this program ({fault}); see the log")
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(handing.set_result, delivery)

    threading.Thread(target=work, daemon=True, name=f"deliver {recipient.id}").start()
    return handing


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
    if recipient.kind == "apprise":
        return notify.to_apprise(rendered, recipient.address)
    return Delivery(DeliveryKind.REFUSED, f"deliveries of kind {recipient.kind!r} are not set up")


async def _heartbeat(context: Context) -> None:
    """Tell the dead man's switch of ``heartbeat_url`` that a digest went out."""
    url = context.settings.digest.heartbeat_url
    if not url:
        return
    # The operator named this host himself: a switch on his own network is no address to guard against.
    own = context.policy.allow_private | {(urlsplit(url).hostname or "").lower()}
    request = Request(url=url, max_bytes=65_536, total_timeout_s=HEARTBEAT_TIMEOUT_S, retries=1)
    answer = await fetch(request, policy=replace(context.policy, allow_private=own), clock=context.clock)
    if answer.kind not in {FetchKind.OK, FetchKind.EMPTY}:
        log.warning("heartbeat_failed", url=url, detail=answer.detail)


def test_mail(settings: Settings, recipient: Recipient, patience_s: float) -> Delivery:
    """Send a test mail with the configured server and return what came of it within that time."""
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
        total_s=patience_s,
    )
