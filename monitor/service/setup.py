"""Set-up and operation: a place of one's own, what is wrong with it, and whether the daemon is alive."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import shipped
from monitor.config import Settings
from monitor.config.machine import system_zone
from monitor.db.records import DigestRow
from monitor.db.store import Store
from monitor.digest import deliver, notify
from monitor.errors import SandboxError, StoreError, UsageError
from monitor.model import DeliveryKind, FetchKind, Health, Recipient
from monitor.service.context import Context, where_of
from monitor.service.keys import ALIVE_KEY

FOREVER = datetime.max.replace(tzinfo=UTC)
NOBODY_REACHED = frozenset({FetchKind.DNS, FetchKind.CONNECT, FetchKind.TIMEOUT})
FORTNIGHT = timedelta(days=14)
"""How long troubled deliveries are shown."""
ALIVE_WITHIN = timedelta(minutes=3)
"""The daemon leaves a sign every 20 s; nine missed ones are no accident."""
LOW_DISK_BYTES = 200_000_000
"""A year of 25 sources is about this much (benchmarks/store.py)."""


# ------------------------------------------------------------------------------------------- init


@dataclass(frozen=True, slots=True)
class Made:
    """What `init` made."""

    config: Path
    text: str


def init(folder: Path) -> Made:
    """Make a deployment in a new or empty directory; never overwrites anything."""
    config = folder / "sources.toml"
    if config.exists():
        raise UsageError(f"{config} exists already; nothing was changed")
    try:
        (folder / "storage").mkdir(parents=True, exist_ok=True)
        config.write_text(shipped.deployment(system_zone(os.environ) or "UTC"), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    named = shlex.quote(str(config))
    text = (
        f"Made {config} and {folder / 'storage'}.\n"
        f"1. Open {config}: set contact, zone, and personal_use if it is for yourself only.\n"
        f"2. See that all is well:   monitor --config {named} doctor\n"
        f"3. Start it:               monitor --config {named} run --since 30d"
    )
    return Made(config, text)


# ------------------------------------------------------------------------------------------- doctor


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    verdict: str
    """``ok``, ``warning`` or ``bad``."""
    text: str
    advice: str = ""

    @property
    def bad(self) -> bool:
        """Return True when this must be mended."""
        return self.verdict == "bad"

    def as_json(self) -> dict[str, str]:
        """Return the finding as data."""
        return asdict(self)


def findings_text(findings: Sequence[Finding]) -> str:
    """Return one line a finding, advice below, and a last line with the sum."""
    lines = []
    for one in findings:
        lines.append(f"{one.verdict:<8} {one.what}: {one.text}")
        if one.advice:
            lines.append(f"         -> {one.advice}")
    bad, warnings = sum(f.bad for f in findings), sum(f.verdict == "warning" for f in findings)
    remarks = f"{warnings} remark{'s' if warnings != 1 else ''}"
    if bad:
        lines.append(f"{bad} to mend, {remarks}.")
    else:
        lines.append("Installation and settings are sound" + (f", {remarks} above." if warnings else "."))
    return "\n".join(lines)


async def doctor(context: Context, *, mail: str = "") -> list[Finding]:
    """Look at installation, settings, store, sandbox and sources; send a test mail where asked for."""
    settings = context.settings
    findings = [
        Finding("python", "ok", f"{sys.version_info.major}.{sys.version_info.minor} at {sys.prefix}"),
        Finding("configuration", "ok", f"{settings.path}: {len(settings.sources)} sources"),
        *(Finding("configuration", "warning", str(remark)) for remark in settings.warnings),
        _coverage(settings),
        *_storage(context),
        Finding("topic", "ok", f"rules {context.topic.version[:12]}"),
        _seeds(context),
        await _sandbox(context),
        *_recipients(settings),
        *_chats(settings),
        *_filters(context),
        *_waiting_digests(context),
        *_sources(context),
    ]
    if mail:
        findings.append(prove_mail(settings, mail))
    return findings


def _coverage(settings: Settings) -> Finding:
    """Return how many sources are polled; which ones wait for leave stands among the settings' remarks."""
    return Finding("coverage", "ok", f"{len(settings.active)} of {len(settings.sources)} sources are polled")


def _storage(context: Context) -> list[Finding]:
    settings = context.settings
    problems = context.store.check()
    found = [
        Finding("store", "bad", problem, "restore a backup, or ask the database's own tools")
        for problem in problems
    ] or [Finding("store", "ok", f"{context.store.dialect}, schema {context.store.schema_revision()}")]
    folder = Path(settings.monitor.storage)
    if not os.access(folder, os.W_OK):
        found.append(
            Finding("storage", "bad", f"{folder} is not writable", "give this user the right to write")
        )
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK_BYTES:
        advice = "make room; a full disk stops new entries"
        found.append(Finding("storage", "warning", f"{free // 1_000_000} MB free in {folder}", advice))
    return found


def _seeds(context: Context) -> Finding:
    own = (Path(context.settings.monitor.storage) / "seeds.json").is_file()
    facts = sum(len(seed.facts) for seed in context.seeds)
    text = f"{len(context.seeds)} known articles with {facts} facts ({'your own' if own else 'shipped'})"
    if not context.seeds:
        return Finding("seeds", "warning", "none: everything will be new", "monitor seeds import DIR")
    return Finding("seeds", "ok", text)


async def _sandbox(context: Context) -> Finding:
    sample = (
        b'<rss version="2.0"><channel><title>t</title>'
        b"<item><guid>1</guid><title>x</title></item></channel></rss>"
    )
    try:
        document = await context.sandbox.run(
            "feed", sample, url="http://localhost/", content_type="application/rss+xml", headers={},
            tz_fix="", now=context.clock(), deadline_s=30.0,
        )  # fmt: skip
    except SandboxError as error:
        return Finding("parser", "bad", str(error), "the machine may forbid child processes or memory limits")
    if len(document.entries) != 1:
        return Finding("parser", "bad", "a plain feed was not understood", "reinstall the package")
    return Finding("parser", "ok", "runs in its own process")


def _recipients(settings: Settings) -> list[Finding]:
    found = [
        Finding("recipient", "ok", f"{recipient.id} at {', '.join(recipient.at)} {recipient.zone}")
        for recipient in settings.digest.recipients
    ]
    if (
        any(r.kind == "email" for r in settings.digest.recipients)
        and settings.smtp
        and not settings.smtp.user
    ):
        found.append(
            Finding(
                "mail",
                "warning",
                "no user name for the mail server",
                "set MONITOR_SMTP_USER and MONITOR_SMTP_PASSWORD, if it asks for them",
            )
        )
    return found


def _filters(context: Context) -> list[Finding]:
    """Return which sub-threads of filters the topic does not have: nothing is ever of them."""
    there = sorted({concept.thread for concept in context.topic.concepts if concept.thread})
    advice = f"the topic has {', '.join(there)}"
    return [
        Finding("recipient", "warning", f'{one.id}: no report is ever tagged "{name}"', advice)
        for one in context.settings.digest.recipients
        for name in dict(one.only).get("threads", ())
        if name not in there
    ]


def _chats(settings: Settings) -> list[Finding]:
    """Return which Apprise addresses cannot be used; no address is shown, as it may hold a token."""
    chats = [one for one in settings.digest.recipients if one.kind == "apprise"]
    faults = [(one.id, notify.fault(one.address)) for one in chats]
    return [
        Finding("recipient", "bad", f"{name}: {fault}", "mend its address; other recipients are not affected")
        for name, fault in faults
        if fault
    ]


def _waiting_digests(context: Context) -> list[Finding]:
    """Return why digests are not delivered, one line a recipient: the last answer of each."""
    stuck = {row.recipient_id: row for row in stuck_digests(context.store)}
    advice = "it is tried again by itself; at once, with the daemon stopped: monitor digest --send"
    return [Finding("delivery", "warning", f"{one}: {row.detail}", advice) for one, row in stuck.items()]


def stuck_digests(store: Store) -> list[DigestRow]:
    """Return the digests whose delivery failed at least once and is tried again, oldest first."""
    return [row for row in store.outbox(FOREVER) if row.attempts > 0]


def deliveries(store: Store, now: datetime) -> list[DigestRow]:
    """Return the last fortnight's digests that wait, were refused, or may have come twice, oldest first."""
    rows = store.digests_since(now - FORTNIGHT)
    waiting = {row.id for row in stuck_digests(store)}
    return [row for row in rows if row.id in waiting or row.state == "refused" or row.repeats]


def _delivery_line(row: DigestRow) -> str:
    """Return what became of one digest, in a line."""
    attempts = "1 attempt" if row.attempts == 1 else f"{row.attempts} attempts"
    end = {"sent": "delivered", "refused": "refused for good"}.get(str(row.state), "waits")
    said = f"{row.recipient_id} {row.slot}: {end} after {attempts}"
    if row.repeats:
        times = "once" if row.repeats == 1 else f"{row.repeats} times"
        said += f", handed over {times} more under one Message-ID as an answer was lost"
    if row.next_attempt is not None:
        said += f", next {row.next_attempt:%Y-%m-%d %H:%M} UTC"
    return f"{said}: {row.detail}" if row.detail and row.state != "sent" else f"{said}."


def _delivery_fact(row: DigestRow) -> dict[str, Any]:
    names = ("recipient_id", "slot", "attempts", "repeats", "next_attempt", "sent_at", "detail")
    return {"state": str(row.state)} | {name: getattr(row, name) for name in names}


def _sources(context: Context) -> list[Finding]:
    """Return which sources do not answer; where none can be reached, one line says so for all."""
    active, states = context.settings.active, context.store.source_states()
    if not active:
        advice = f"set enabled = true, or personal_use = true, in {context.settings.path}"
        return [Finding("sources", "bad", "none is switched on: there is nothing to watch", advice)]
    failing = [(s.id, states[s.id]) for s in active if s.id in states and states[s.id].failures]
    if sum(state.kind in NOBODY_REACHED for _, state in failing) == len(active):
        text = f"none of {len(active)} could be reached when last asked: {failing[0][1].detail}"
        advice = "most likely this machine's own network or name server; ask again: monitor sources check"
        return [Finding("sources", "warning", text, advice)]
    found = [
        Finding("source", "warning", f"{name}: {state.health.value}: {state.detail}")
        for name, state in failing
    ]
    never = sum(source.id not in states for source in active)
    if never:
        text = f"{never} of {len(active)} were never polled"
        found.append(Finding("sources", "ok", text, "ask them once: monitor sources check"))
    return found


MAIL_PATIENCE_S = 60.0
"""How long `doctor` waits for one mail to be taken: somebody sits before it."""


def prove_mail(settings: Settings, address: str, *, patience_s: float = MAIL_PATIENCE_S) -> Finding:
    """Send a test mail and return what came of it: taken, to mend (with what and where), or let wait."""
    from monitor.service import send

    if settings.smtp is None:
        advice = "write an [smtp] block with host, port, security and from"
        return Finding("mail", "bad", f"{settings.path} has no [smtp]", advice)
    recipient = Recipient(id=f"email:{address}", kind="email", address=address)
    delivery = send.test_mail(settings, recipient, patience_s)
    if delivery.kind is DeliveryKind.SENT:
        return Finding("mail", "ok", f"{settings.smtp.host} took a test mail for {address}")
    text = delivery.detail.replace(deliver.KEPT, "").replace(deliver.GIVEN_UP, "").strip()
    if delivery.cause == "greylisted":
        advice = "the settings are right as far as this shows: digests wait and are let in by and by"
        return Finding("mail", "warning", text, advice)
    advice = "digests to files and the terminal go out all the same; those by mail wait until this is mended"
    return Finding("mail", "bad", text, advice)


# ------------------------------------------------------------------------------------------- health


@dataclass(frozen=True, slots=True)
class HealthReport:
    """Whether the daemon is alive and looking."""

    well: bool
    text: str
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the report as data."""
        return {"well": self.well, "text": self.text, **self.facts}


SEEN_KINDS = frozenset({FetchKind.OK, FetchKind.NOT_MODIFIED})


def health(settings: Settings, now: datetime | None = None) -> HealthReport:
    """Return whether a daemon works on this store, and what it sees; opens the store only.

    A daemon that sees nothing is well all the same: restarting it mends no network.
    """
    now = now or datetime.now(UTC)
    try:
        with Store.open(where_of(settings), create=False) as store:
            alive = store.meta_get(ALIVE_KEY)
            states = store.source_states()
            counts = store.counts()
            stuck = stuck_digests(store)
            troubled = deliveries(store, now)
    except StoreError as error:
        return HealthReport(False, f"the store cannot be opened: {error}")
    active = {source.id for source in settings.active}
    polled = [state for id_, state in states.items() if id_ in active]
    seen = [state for state in polled if state.kind in SEEN_KINDS]
    failing = sorted(s.source_id for s in polled if s.health not in {Health.OK, Health.FROZEN})
    facts = {
        "alive_at": alive,
        "sources": len(active),
        "answering": len(seen),
        "failing": failing,
        "pending": counts.pending,
        "digests_waiting": len(stuck),
        "delivery": stuck[-1].detail if stuck else "",
        "deliveries": [_delivery_fact(row) for row in troubled],
    }
    lines = "".join(f"\n{_delivery_line(row)}" for row in troubled)

    def unwell(said: str) -> HealthReport:
        return HealthReport(False, said + lines, facts)

    if alive is None:
        return unwell("no daemon has ever worked on this store; start it: monitor run")
    if not alive:
        return unwell("the daemon was stopped; start it: monitor run")
    age = now - datetime.fromisoformat(alive)
    if age > ALIVE_WITHIN:
        return unwell(f"the daemon's last sign of life is {int(age.total_seconds() // 60)} minutes old")
    text = f"alive; {len(seen)} of {len(active)} sources answer"
    if failing:
        text += f"; not: {', '.join(failing[:8])}"
    if polled and not seen:
        text += "; it cannot look: most likely this machine's own network"
    if stuck:
        text += "; 1 digest waits" if len(stuck) == 1 else f"; {len(stuck)} digests wait"
    return HealthReport(True, text.rstrip(".") + "." + lines, facts)
