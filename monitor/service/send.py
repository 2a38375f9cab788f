"""Digests on their way: what is due, built in the transaction that fixes it, delivered from the outbox.

    slot due -> one transaction: untold articles -> digest -> outbox row with everything it tells
    outbox   -> deliver -> sent, refused, or tried again later; the other recipients are not held up

A digest is handed over by one process at a time (who sends holds the store). Just before the other side has
all of it, that is noted in the store, so that a store that takes no note sends nothing. Killed between that
note and the mark, it is handed over again under the same Message-ID, by which mail programs know it as the
same, and the repeat is counted.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from functools import partial
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog

from monitor.config import Settings
from monitor.db.records import ALERT_SLOT, FOUND_NOW, DigestRow, DigestState, StoredArticle
from monitor.digest import build, deliver, notify, render, slots
from monitor.digest.handing import nothing
from monitor.digest.material import Span
from monitor.errors import MonitorError, UsageError
from monitor.fetch.client import Request, fetch
from monitor.model import Delivery, DeliveryKind, FetchKind, Recipient, Rendered
from monitor.service import alerts
from monitor.service.context import Context
from monitor.service.keys import HEARTBEAT_KEY, SKIPPED_KEY, STARTED_KEY, TELL_KEY
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
HEARTBEAT_TRIES = 3
"""Within a quarter of an hour: switches of this kind wait for hours before they give the alarm."""
SIFTED_BACK = timedelta(days=60)
"""How far back the last digest of a reader with a filter is looked for."""
JUDGED_WITHIN = timedelta(days=7)
"""How long after we saw it an entry may wait for its page, and so for its verdict, at most."""
FOREVER = datetime.max.replace(tzinfo=UTC)
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
    row = stored_row(context, recipient, slot)
    return formed(Rendered(row.subject, row.text, row.html, row.markdown, row.data), form)


def stored_row(context: Context, recipient: Recipient, slot: str) -> DigestRow:
    """Return the stored digest of a day (its last) or slot; UsageError says which is the last one."""
    if not DATED.match(slot) and not slot.startswith(ALERT_SLOT):
        raise UsageError(f"--slot {slot!r}: write a day like 2026-11-26, or a slot like 2026-11-26T07:00")
    if "T" in slot or slot.startswith(ALERT_SLOT):
        row = context.store.digest(recipient.id, slot)
    else:
        row = _last_of_day(context, recipient, slot)
    if row is None:
        last = context.store.last_digest(recipient.id)
        there = f"its last one is --slot {last.slot}" if last else "none was built yet"
        raise UsageError(
            f"{recipient.id} has no stored digest for {slot}; {there}. "
            "What the next would say: monitor digest"
        )
    return row


def _last_of_day(context: Context, recipient: Recipient, day: str) -> DigestRow | None:
    """Return the last digest of a local day, whatever its times were set to then."""
    every = context.store.digests_since(datetime.min.replace(tzinfo=UTC), recipient.id)
    return max((row for row in every if row.slot.startswith(f"{day}T")), key=lambda r: r.slot, default=None)


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
        articles = _untold(context, recipient, now, backfilled=tell)
    material = material_of(
        context, recipient, Span(start, now), articles, slot=slots.last_due(recipient, now)
    )
    material = replace(material, reprint=_preview_command(context, recipient, since, until))
    return formed(render.render(build.build(material)), form)


def _preview_command(
    context: Context, recipient: Recipient, since: datetime | None, until: datetime | None
) -> str:
    """Return the command that prints all of a preview: there is no stored slot to name yet."""
    words = ["monitor digest --format json"]
    words += [f"--since {since:%Y-%m-%dT%H:%M:%SZ}"] if since else []
    words += [f"--until {until:%Y-%m-%dT%H:%M:%SZ}"] if until else []
    return " ".join(words) + _to(context, recipient)


def reprint_command(context: Context, recipient: Recipient, slot: str) -> str:
    """Return the command that prints all of a stored digest; empty where the digest's own words do."""
    to = _to(context, recipient)
    return f"monitor digest --slot {slot} --format json{to}" if to else ""


def _to(context: Context, recipient: Recipient) -> str:
    """Return the option that names a recipient; empty for the one meant without it."""
    return "" if recipient_of(context, "").id == recipient.id else f" --to {recipient.id}"


def formed(rendered: Rendered, form: str) -> str:
    """Return one of the forms of a digest: ``text``, ``html``, ``markdown`` or ``json``."""
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
    alerts.queue(context, now, message_id)  # after the digests: what these tell needs no alert
    outcomes = await deliver_outbox(context, now + max(RETRY) if at_once else now)
    await _heartbeat(context)
    return outcomes


def next_slots(context: Context) -> list[tuple[str, datetime]]:
    """Return when each recipient's next digest is due, as (id, local time)."""
    now = context.clock()
    return [
        (one.id, slots.following(one, now).at.astimezone(ZoneInfo(one.zone)))
        for one in context.settings.digest.recipients
    ]


def next_slot(context: Context, now: datetime) -> datetime:
    """Return when the first slot of any recipient after ``now`` comes."""
    return min(slots.following(one, now).at for one in context.settings.digest.recipients)


def slot_that_came(context: Context) -> datetime | None:
    """Return when the first slot came whose digest is to be built now; None where none is."""
    now = context.clock()
    owed = (_owed(context, one, now) for one in context.settings.digest.recipients)
    return min((slot.at for slot in owed if slot is not None), default=None)


def _owed(context: Context, recipient: Recipient, now: datetime) -> slots.Slot | None:
    """Return the newest slot that came since the last digest; its period covers the missed ones before."""
    slot = slots.last_due(recipient, now)
    last = context.store.last_slot(recipient.id)
    # Instants, not names: when the clock goes forward, 02:30 comes after 03:00.
    if last is not None and (last[0] == slot.name or last[1] >= slot.at):
        return None
    if last is None and slot.at <= first_start(context, now):
        return None  # the slot passed before this installation began
    if context.store.meta_get(SKIPPED_KEY + recipient.id) == slot.name:
        return None  # it had nothing to say then; what came since waits for the next slot
    return slot


def _queue_due(context: Context, recipient: Recipient, now: datetime) -> int | None:
    """Queue the digest of a slot that has come; None where none has, or where it has nothing to say."""
    slot = _owed(context, recipient, now)
    if slot is None:
        return None
    with context.store.batch():
        tell = _tells_backfilled(context, recipient)
        articles = _untold(context, recipient, now, backfilled=tell)
        period = Span(period_start(context, recipient, now), now)
        material = material_of(context, recipient, period, articles, slot=slot)
        material = replace(material, reprint=reprint_command(context, recipient, slot.name))
        digest = build.build(material)
        if context.settings.digest.when_empty == "skip" and build.empty(digest):
            context.store.meta_set(SKIPPED_KEY + recipient.id, slot.name)
            return None
        shown = {number for number, _, _ in digest.articles}
        told = [one for one in articles if one.id in shown] if recipient.only else articles
        row = _row(context, recipient, slot, period, render.render(digest), told)
        queued = context.store.queue_digest(row)
        if tell:
            context.store.meta_set(TELL_KEY + recipient.id, "")
    return queued


def _untold(
    context: Context, recipient: Recipient, until: datetime, *, backfilled: bool
) -> list[StoredArticle]:
    """Return what a recipient was not told yet. An operator reads about the service: he is told no news.

    What a filter keeps from a reader was never told him, so that nothing is known by it; but it need not be
    read again for every digest: what was judged before the last one was sifted then.
    """
    if recipient.role == "operator":
        return []
    since = None
    if recipient.only:
        last = [row.period_to for row in _sent_or_on_its_way(context, recipient, until - SIFTED_BACK)]
        since = max(last) - JUDGED_WITHIN if last else None
    return context.store.untold(recipient.id, until=until, since=since, backfilled=backfilled)


def _sent_or_on_its_way(context: Context, recipient: Recipient, since: datetime) -> list[DigestRow]:
    rows = context.store.digests_since(since, recipient.id)
    return [r for r in rows if r.state is not DigestState.REFUSED and not r.slot.startswith(ALERT_SLOT)]


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
    last = context.store.last_slot(recipient.id)
    if last is not None:
        return last[1]
    baseline = context.settings.digest.baseline
    if baseline is not None:
        return datetime.combine(baseline, datetime.min.time(), ZoneInfo(recipient.zone)).astimezone(UTC)
    return min(first_start(context, now), now - timedelta(minutes=1))


def _tells_backfilled(context: Context, recipient: Recipient) -> bool:
    return context.store.meta_get(TELL_KEY + recipient.id) == "1"


# ------------------------------------------------------------------------------------------- delivering


async def deliver_outbox(context: Context, now: datetime) -> list[Outcome]:
    """Hand over every digest that is due; each attempt is recorded before the next begins.

    Mails go one after another, and beside files, terminal and the rest: a slow server holds up only mails.
    StoreError: the store takes no note; nothing more was handed over.
    """
    settle(context)
    known = {recipient.id: recipient for recipient in context.settings.digest.recipients}
    rows = _oldest_first(context, now)
    ways: dict[str, list[DigestRow]] = {}
    for row in rows:
        recipient = known.get(row.recipient_id)
        ways.setdefault(recipient.kind if recipient else "", []).append(row)
    done = await asyncio.gather(
        *(_one_by_one(context, known, each) for each in ways.values()), return_exceptions=True
    )
    for fault in done:
        if isinstance(fault, BaseException):
            raise fault
    found = list(chain.from_iterable(each for each in done if not isinstance(each, BaseException)))
    order = {(row.recipient_id, row.slot): place for place, row in enumerate(rows)}
    return sorted(found, key=lambda one: order[one.recipient_id, one.slot])


def _oldest_first(context: Context, now: datetime) -> list[DigestRow]:
    """Return what is due, and before it what else waits for the same recipients: mails arrive in order."""
    due = {row.recipient_id for row in context.store.outbox(now)}
    if not due:
        return []
    return [row for row in context.store.outbox(FOREVER) if row.recipient_id in due]


async def _one_by_one(
    context: Context, known: dict[str, Recipient], rows: Sequence[DigestRow]
) -> list[Outcome]:
    outcomes = []
    for row in rows:
        delivery = await _attempt(context, known.get(row.recipient_id), row)
        outcomes.append(Outcome(row.recipient_id, row.slot, delivery.kind.value, _said(row, delivery)))
    return outcomes


def _said(row: DigestRow, delivery: Delivery) -> str:
    """Return what came of an attempt, and that it was a repeat where an earlier one ended unheard."""
    if row.handed_at is None:
        return delivery.detail
    return f"{delivery.detail} (again, as the same message: the answer to an earlier attempt was lost)"


async def _attempt(context: Context, recipient: Recipient | None, row: DigestRow) -> Delivery:
    """Hand one digest over and record what came of it."""
    if recipient is None:
        gone = Delivery(DeliveryKind.REFUSED, "this recipient is no longer in the configuration")
        return _mark(context, row, gone)
    handing = _in_thread(context, recipient, row)
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
    context.unmarked[row.id] = (delivery, context.clock(), following)
    settle(context)
    return delivery


def settle(context: Context) -> None:
    """Record what deliveries came to; what the store cannot take is kept in mind, and not sent again."""
    for digest_id, (delivery, at, following) in list(context.unmarked.items()):
        with context.store.batch():
            context.store.mark_delivery(digest_id, delivery, at, following)
            if delivery.kind is DeliveryKind.SENT and context.settings.digest.heartbeat_url:
                context.store.meta_set(HEARTBEAT_KEY, f"{at.isoformat()} 0")
        del context.unmarked[digest_id]


def _in_thread(context: Context, recipient: Recipient, row: DigestRow) -> asyncio.Future[Delivery]:
    """Begin a hand-over in a thread of its own: a mail server that hangs holds up nothing, not even our end.

    A daemon thread, as the loop's executor is waited for at the end.
    """
    loop = asyncio.get_running_loop()
    handing: asyncio.Future[Delivery] = loop.create_future()

    def noted() -> None:
        assert row.id is not None
        context.store.note_handing(row.id, context.clock())

    def work() -> None:
        ended: Callable[[], None]
        try:
            delivery = hand_over(context.settings, recipient, row, noted)
        except MonitorError as problem:  # the store took no note: that is nobody's refusal
            ended = partial(handing.set_exception, problem)
        # The border of one delivery: a fault of ours over it must not hold up the other recipients.
        except Exception as fault:
            log.exception("delivery_failed", recipient=recipient.id, slot=row.slot)
            said = f"a fault of this program ({fault}); see the log"
            ended = partial(handing.set_result, Delivery(DeliveryKind.DEFERRED, said))
        else:
            ended = partial(handing.set_result, delivery)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(ended)

    threading.Thread(target=work, daemon=True, name=f"deliver {recipient.id}").start()
    return handing


def hand_over(
    settings: Settings, recipient: Recipient, row: DigestRow, noted: Callable[[], None] = nothing
) -> Delivery:
    """Deliver one digest by the recipient's kind; every failure of the other side is a value.

    ``noted`` is called just before it is out of our hands; what it raises keeps it here. A file needs no
    note: written again, it is the same file.
    """
    rendered = Rendered(row.subject, row.text, row.html, row.markdown, row.data)
    if recipient.kind == "file":
        folder = Path(recipient.address) if recipient.address else Path(settings.monitor.storage) / "digests"
        return deliver.to_file(rendered, folder, slot=row.slot, recipient=recipient)
    if recipient.kind == "stdout":
        noted()
        return deliver.to_stdout(rendered)
    if recipient.kind == "email" and settings.smtp is not None:
        return deliver.to_mail(
            rendered,
            settings.smtp,
            recipient,
            message_id=row.message_id,
            date=row.built_at,
            references=alerts.references_of(row),
            list_name="alert" if row.slot.startswith(ALERT_SLOT) else "digest",
            noted=noted,
        )
    if recipient.kind == "apprise":
        return notify.to_apprise(rendered, recipient.address, noted=noted)
    return Delivery(DeliveryKind.REFUSED, f"deliveries of kind {recipient.kind!r} are not set up")


async def _heartbeat(context: Context) -> None:
    """Tell the dead man's switch of ``heartbeat_url`` that a digest went out: also after a crash in between.

    What is owed is recorded with the delivery itself, and forgotten once the switch answered, or after
    `HEARTBEAT_TRIES`.
    """
    url = context.settings.digest.heartbeat_url
    due, _, tries = (context.store.meta_get(HEARTBEAT_KEY) or "").partition(" ")
    now = context.clock()
    if not url or not due or now < datetime.fromisoformat(due):
        return
    # The operator named this host himself: a switch on his own network is no address to guard against.
    own = context.policy.allow_private | {(urlsplit(url).hostname or "").lower()}
    request = Request(url=url, max_bytes=65_536, total_timeout_s=HEARTBEAT_TIMEOUT_S, retries=1)
    answer = await fetch(request, policy=replace(context.policy, allow_private=own), clock=context.clock)
    heard = answer.kind in {FetchKind.OK, FetchKind.EMPTY}
    if not heard:
        # Host and kind alone: the address of a switch is its key, and a detail may repeat it.
        log.warning("heartbeat_failed", host=urlsplit(url).hostname, kind=answer.kind.value)
    asked = int(tries) + 1
    ended = heard or asked >= HEARTBEAT_TRIES
    context.store.meta_set(HEARTBEAT_KEY, "" if ended else f"{(now + RETRY[asked - 1]).isoformat()} {asked}")


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
