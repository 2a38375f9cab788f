"""Alerts on their way: new facts of the kinds that ``[alerts]`` names, put into the outbox at once.

    a verdict since the last look? -> one transaction: untold, live, fresh -> digest.alert -> outbox row

From there an alert goes the way of a digest: one row for each recipient and slot (``alert:STORY:N``), one
Message-ID for every attempt. It tells nothing for good: it holds no items, so that the next digest tells the
same facts again, marked as alerted, and no later judgement takes them for known before that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from monitor.config import Alerts, Settings
from monitor.db.records import ALERT_SLOT, LIVE, DigestRow, DigestState, StoredArticle
from monitor.digest import alert, alert_form, build, slots
from monitor.digest.alert import Alert, Past, Rule
from monitor.digest.material import Material, Span
from monitor.errors import MonitorError
from monitor.model import Recipient
from monitor.service.context import Context
from monitor.service.keys import ALERTED_KEY, ARMED_KEY
from monitor.service.telling import material_of

log = structlog.get_logger(__name__)

KINDS = frozenset({"email", "apprise"})
"""Recipients that something can be brought to at once."""
FRESH = timedelta(hours=24)
"""How old a report may be, by its own claim and by when we saw it: what is older has been in a digest."""
THREAD_BACK = timedelta(days=60)
"""How far back the first mail on a story is looked for."""
THREAD_MAX = 10
"""Message-IDs in References: the first mail's and the last ones' (RFC 5322 §3.6.4 sets no limit)."""
Identify = Callable[[Settings, Recipient, str], str]
"""(settings, recipient, slot) -> Message-ID."""


def queue(context: Context, now: datetime, identify: Identify) -> int:
    """Put into the outbox what is worth a mail at once, and return how many.

    The first call only notes since when alerts are wanted: what came before is no news.
    """
    wanted = context.settings.alerts
    readers = [r for r in context.settings.digest.recipients if r.kind in KINDS and r.role == "reader"]
    if wanted is None or not readers:
        return 0
    armed = context.store.meta_get(ARMED_KEY)
    newest = str(context.store.newest_verdict())
    if armed is not None and context.store.meta_get(ALERTED_KEY) == newest:
        return 0
    try:
        with context.store.batch():
            context.store.meta_set(ALERTED_KEY, newest)
            if armed is None:
                context.store.meta_set(ARMED_KEY, now.isoformat())
                return 0
            since = max(datetime.fromisoformat(armed), now - FRESH)
            return sum(_queue(context, one, _rule(wanted), Span(since, now), identify) for one in readers)
    except MonitorError:
        raise
    # The border of alerts: a fault of ours over one must not hold up the digests, which tell the same facts.
    except Exception:
        log.exception("alerts_failed")
        context.store.meta_set(ALERTED_KEY, newest)
        return 0


def _rule(wanted: Alerts) -> Rule:
    kinds = alert.shipped()
    return Rule(
        kinds=tuple(kinds[name] for name in wanted.kinds),
        min_origins=wanted.min_origins,
        cooldown=timedelta(hours=wanted.cooldown_hours),
    )


def _queue(context: Context, recipient: Recipient, rule: Rule, span: Span, identify: Identify) -> int:
    """Queue the alerts of one reader and return how many."""
    untold = context.store.untold(recipient.id, until=span.end, since=span.start)
    fresh = [one for one in untold if _fresh(one, span)]
    if not fresh:
        return 0
    slot = slots.last_due(recipient, span.end)
    material = material_of(context, recipient, span, fresh, slot=slot)
    shown = {number for number, _, _ in build.build(material).articles}
    past = _past(context, recipient, span.end - max(FRESH, rule.cooldown))
    found = alert.due(
        [one for one in material.articles if one.article.id in shown],
        rule,
        past=past,
        now=span.end,
        speakers=material.speakers,
        read=alert.reading_of(context.topic),
    )
    rows = [_row(context, material, one, rule, identify) for one in found]
    return sum(context.store.queue_digest(row) is not None for row in rows)


def _fresh(one: StoredArticle, span: Span) -> bool:
    """Return True for what a live poll found first, and what does not claim to be old."""
    found = one.entries[0].discovered_via if one.entries else ""
    claimed = one.article.published.at
    return found == LIVE and (claimed is None or claimed >= span.end - FRESH)


def _row(context: Context, material: Material, found: Alert, rule: Rule, identify: Identify) -> DigestRow:
    """Return the alert as a row of the outbox: made from its own reports alone."""
    recipient, now = material.recipient, material.period.end
    bearing = tuple(one for one in material.articles if one.article.id in found.articles)
    digest = build.build(replace(material, articles=bearing))
    earlier = _mails(context, recipient, found.story, now)
    number = 1 + sum(row.slot.startswith(_prefix(found.story)) for row in earlier)
    slot = f"{_prefix(found.story)}{number}"
    note = alert_form.Note(
        kinds=tuple(kind.labels.get(recipient.language, kind.name) for kind in found.kinds),
        origins=found.origins,
        government=found.government,
        follows=earlier[-1].built_at if earlier else None,
        rest_until=now + rule.cooldown,
    )
    short = replace(alert_form.short(digest, found), at=now, slot=slot, reprint="")
    made = alert_form.rendered(short, note)
    references = _thread([row.message_id for row in earlier])
    return DigestRow(
        recipient_id=recipient.id,
        slot=slot,
        period_from=None,
        period_to=now,
        built_at=now,
        subject=made.subject,
        text=made.text,
        html=made.html,
        markdown=made.markdown,
        data={**made.data, "alert": alert_form.as_data(note, found), "follows": references},
        message_id=identify(context.settings, recipient, slot),
    )


def _prefix(story: str) -> str:
    return f"{ALERT_SLOT}{story}:"


def _thread(message_ids: Sequence[str]) -> list[str]:
    """Return the Message-IDs that a mail names as those before it: the first, and the last ones."""
    return [*message_ids[:1], *message_ids[1:][-(THREAD_MAX - 1) :]]


def _mails(context: Context, recipient: Recipient, story: str, now: datetime) -> list[DigestRow]:
    """Return the mails on a story in order: its first one, digest or alert, and every alert after it."""
    members = context.store.story_articles([story]).get(story, ())
    articles = {one.article.id for one in members}
    told = [row for row in _kept(context, recipient, now - THREAD_BACK) if _tells(row, story, articles)]
    return [row for place, row in enumerate(told) if not place or row.slot.startswith(ALERT_SLOT)]


def _tells(row: DigestRow, story: str, articles: set[int | None]) -> bool:
    return row.slot.startswith(_prefix(story)) or bool(articles & set(row.items))


def _kept(context: Context, recipient: Recipient, since: datetime) -> list[DigestRow]:
    """Return what was made for a recipient and not refused, oldest first."""
    rows = context.store.digests_since(since, recipient.id)
    return [row for row in rows if row.state is not DigestState.REFUSED]


def _past(context: Context, recipient: Recipient, since: datetime) -> list[Past]:
    """Return the alerts made for a recipient since then."""
    rows = [row for row in _kept(context, recipient, since) if row.slot.startswith(ALERT_SLOT)]
    return [
        Past(
            story=row.data["alert"]["story"],
            at=row.built_at,
            message_id=row.message_id,
            articles=frozenset(row.data["alert"]["articles"]),
            texts=frozenset(row.data["alert"]["texts"]),
        )
        for row in rows
    ]


def references_of(row: DigestRow) -> tuple[str, ...]:
    """Return the Message-IDs of the mails a row follows; a digest follows none."""
    return tuple(row.data.get("follows", ())) if row.slot.startswith(ALERT_SLOT) else ()
