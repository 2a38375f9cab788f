"""What commands print about polls, judging, backfill and sources: tables, summaries, and their JSON."""

from __future__ import annotations

import os
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.model import FetchKind, Health, Relation
from monitor.service.backfill import BackfillReport
from monitor.service.check import CheckResult
from monitor.service.context import Context
from monitor.service.ingest import IngestReport
from monitor.service.poll import PollReport, SourceResult
from monitor.service.tables import room, table

WIDE = 120
"""Columns a terminal needs to show a remark beside the figures."""
ORDER = (
    Relation.NEW,
    Relation.UPDATE,
    Relation.RESTATEMENT,
    Relation.REWRITE,
    Relation.COPY,
    Relation.BACKGROUND,
    Relation.NEAR,
    Relation.OFF_TOPIC,
)


def _local(context: Context, at: datetime | None) -> str:
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(context.settings.monitor.zone)).strftime("%a %d %b %H:%M") if at else "-"


# ------------------------------------------------------------------------------------------- polls


def poll_table(polled: PollReport) -> str:
    """Return one line a source: what answered, how many entries, what is new, what went wrong.

    On a narrow terminal the remarks stand below, whole: why a source failed must be readable.
    """
    results = sorted(polled.results, key=lambda r: (r.seen, r.source.id))
    rows = [
        (r.source.id, r.kind.value, r.entries, r.new, f"{r.elapsed_s:.1f} s", _remark(r)) for r in results
    ]
    head, limits = ("source", "answer", "entries", "new", "took", "remark"), (24, 16, 0, 0, 0, 110)
    if not 0 < room() < WIDE:
        return table(head, rows, limits)
    figures = table(head[:-1], [row[:-1] for row in rows], limits[:-1])
    remarks = [f"{row[0]}: {row[-1]}" for row in rows if row[-1]]
    return "\n".join([figures, "", *remarks]) if remarks else figures


def _remark(result: SourceResult) -> str:
    """Return what an operator should read about a source; nothing where all is well."""
    return "" if result.state.health is Health.OK else result.state.detail


def judged_line(judged: IngestReport) -> str:
    """Return the counts of one run of judging in one line."""
    if not judged.judged and not judged.waiting and not judged.failed:
        return "Nothing new to judge."
    parts = [
        f"{judged.by_relation[relation]} {relation.value.replace('_', ' ')}"
        for relation in ORDER
        if relation in judged.by_relation
    ]
    text = f"Judged {judged.judged} entries" + (f": {', '.join(parts)}." if parts else ".")
    if judged.waiting:
        text += f" {judged.waiting} wait for their page."
    if judged.failed:
        text += f" {judged.failed} could not be judged (see the log above; they are kept)."
    return text


def poll_summary(context: Context, polled: PollReport) -> str:
    """Return the table of one pass, how many answered, and what to do when none did."""
    answered = sum(result.seen for result in polled.results)
    lines = [
        poll_table(polled),
        "",
        f"{answered} of {len(polled.results)} sources answered, {polled.new} new entries.",
    ]
    if polled.blind:
        lines += _blind(context, polled)
    return "\n".join(lines)


def _blind(context: Context, polled: PollReport) -> list[str]:
    """Return what it means that no source gave anything, what still works, and what to do."""
    if all(result.kind is FetchKind.DNS for result in polled.results):
        cause = "No name could be resolved: this is most likely our own network or name server"
    elif all(result.hidden for result in polled.results):
        cause = "No outlet could be reached: this is most likely our own network, a firewall or a proxy"
    else:
        cause = "No source gave anything that can be read; the remarks say why, one by one"
    read, again = command(context, "digest"), command(context, "poll --all")
    return [
        f"COULD NOT LOOK. {cause}.",
        f"Still works: reading what is stored, {read}; a daemon goes on trying by itself.",
        f"When it is mended: {again}",
    ]


def not_due(context: Context, polled: PollReport) -> str:
    """Return when the next source is due, and how to ask before."""
    when = f"; the next one is at {_local(context, polled.next_due)}" if polled.next_due else ""
    return f"No source is due{when}. To ask anyway: {command(context, 'poll --all')}"


def command(context: Context, words: str) -> str:
    """Return a command as it can be copied: with ``--config`` where it would not be found without."""
    here = Path.cwd()
    path = context.settings.path
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return f"{program(context, shown)} {words}"


def program(context: Context, shown: Path | None = None) -> str:
    """Return how the program is called so that it finds this configuration from wherever it is called.

    ``shown`` stands for the whole path where what is printed is read here and now.
    """
    path = context.settings.path
    if path == Path("sources.toml").absolute() or os.environ.get("MONITOR_CONFIG") == str(path):
        return "monitor"
    return f"monitor --config {shlex.quote(str(shown or path))}"


def poll_text(context: Context, polled: PollReport, judged: IngestReport) -> str:
    """Return the table of one pass, what was judged, and what to do next."""
    lines: list[str] = []
    if polled.results:
        lines.append(poll_summary(context, polled))
    else:
        lines.append(not_due(context, polled))
    lines.append(judged_line(judged))
    if judged.by_relation.get(Relation.NEW) or judged.by_relation.get(Relation.UPDATE):
        lines.append(f"Read it: {command(context, 'digest')}")
    return "\n".join(lines)


def poll_json(polled: PollReport, judged: IngestReport) -> dict[str, Any]:
    """Return the same as data."""
    return {
        "sources": [
            {
                "id": r.source.id,
                "kind": r.kind.value,
                "health": r.state.health.value,
                "entries": r.entries,
                "new": r.new,
                "revised": r.revised,
                "elapsed_s": round(r.elapsed_s, 3),
                "next_due": r.state.next_due,
                "detail": r.state.detail,
            }
            for r in sorted(polled.results, key=lambda r: r.source.id)
        ],
        "not_due": polled.not_due,
        "new": polled.new,
        "judged": {k.value: v for k, v in sorted(judged.by_relation.items())},
        "waiting": judged.waiting,
        "failed": judged.failed,
    }


def expectation(context: Context) -> str:
    """Return what a first run should expect, and what is switched off and how to switch it on."""
    settings = context.settings
    lines = [
        f"Watching {len(settings.active)} sources for: Russia-Japan peace treaty and the four islands.",
        "What to expect: on most days 0 to 5 new items; the topic is rare in general feeds.",
    ]
    if settings.waiting:
        names = ", ".join(source.id for source in settings.waiting)
        lines.append(
            f"Off until you allow them ({len(settings.waiting)}): {names}. Searches and personal-use sources "
            f"find most of the topic; switch them on with  personal_use = true  in {settings.path}"
        )
    if not settings.monitor.contact:
        lines.append(
            f'Please set  contact = "you@example.org"  in {settings.path}: '
            "outlets see it and can write to you."
        )
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------- backfill


def backfill_table(filled: BackfillReport) -> str:
    """Return one line a window that is not complete, and one a source for the rest."""
    rows = []
    done: dict[str, list[int]] = {}
    for window in filled.windows:
        if window.state.value == "done":
            counts = done.setdefault(f"{window.source.id} ({window.provider})", [0, 0, 0, 0])
            for at, number in enumerate((1, window.requests, window.items, window.new)):
                counts[at] += number
    for name, (windows, requests, items, new) in sorted(done.items()):
        rows.append((name, f"{windows} done", requests, items, new, ""))
    for window in filled.gaps:
        name = f"{window.source.id} ({window.provider})"
        rows.append(
            (
                name,
                f"{window.state.value} {window.window.name}",
                window.requests,
                window.items,
                window.new,
                window.detail,
            )
        )
    head = ("source", "windows", "requests", "links", "new", "what is missing")
    return table(head, rows, limits=(34, 40, 0, 0, 0, 80))


def backfill_text(filled: BackfillReport, judged: IngestReport, *, dry_run: bool = False) -> str:
    """Return the summary of a backfill run, or of what it would ask."""
    span = f"{filled.start:%Y-%m-%d} to {filled.end:%Y-%m-%d}"
    lines: list[str] = []
    if dry_run:
        rows = [(source.id, name, window.name, url) for source, name, window, url in filled.planned]
        lines += [table(("source", "provider", "window", "first request"), rows), ""]
        lines.append(f"{len(rows)} windows would be asked for {span}; nothing was asked.")
    else:
        lines.append(filled_summary(filled))
        lines.append(judged_line(judged))
    return "\n".join([*lines, *_without_route(filled)])


def filled_summary(filled: BackfillReport) -> str:
    """Return the table of a backfill run, how much of it is complete, and what to do about the rest."""
    span = f"{filled.start:%Y-%m-%d} to {filled.end:%Y-%m-%d}"
    if not filled.windows:
        return f"{span}: nothing to ask; {filled.already_done} windows are complete already."
    complete = len(filled.windows) - len(filled.gaps)
    counts = f"{filled.requests} requests, {filled.new} new entries"
    lines = [backfill_table(filled), ""]
    lines.append(f"{span}: {complete} of {len(filled.windows)} windows complete, {counts}.")
    if filled.blind:
        lines.append("COULD NOT LOOK: nothing was answered; the last column says why.")
    if filled.gaps:
        lines.append("The same command goes on where this one stopped.")
    return "\n".join(lines)


def _without_route(filled: BackfillReport) -> list[str]:
    names = ", ".join(source.id for source in filled.without_route)
    return [f"No way back is known for: {names}"] if names else []


def backfill_json(filled: BackfillReport, judged: IngestReport) -> dict[str, Any]:
    """Return the same as data."""
    return {
        "from": filled.start,
        "to": filled.end,
        "windows": [
            {
                "source": w.source.id,
                "provider": w.provider,
                "from": w.window.start,
                "to": w.window.end,
                "state": w.state.value,
                "requests": w.requests,
                "items": w.items,
                "new": w.new,
                "detail": w.detail,
            }
            for w in filled.windows
        ],
        "planned": [
            {"source": s.id, "provider": p, "from": w.start, "to": w.end, "url": url}
            for s, p, w, url in filled.planned
        ],
        "already_done": filled.already_done,
        "requests": filled.requests,
        "new": filled.new,
        "judged": {k.value: v for k, v in sorted(judged.by_relation.items())},
        "without_route": [source.id for source in filled.without_route],
    }


# ------------------------------------------------------------------------------------------- sources


def sources_json(context: Context) -> list[dict[str, Any]]:
    """Return every configured source with its state."""
    states = context.store.source_states()
    active = {source.id for source in context.settings.active}
    waiting = {source.id for source in context.settings.waiting}
    rows = []
    for source in context.settings.sources:
        state = states.get(source.id)
        health = state.health if state else Health.NEVER
        if source.id in waiting:
            health = Health.WAITING
        elif source.id not in active:
            health = Health.DISABLED
        rows.append(
            {
                "id": source.id,
                "name": source.name,
                "url": source.url,
                "lang": source.lang,
                "country": source.country,
                "kind": source.kind.value,
                "terms": source.terms.value,
                "enabled": source.id in active,
                "essential": source.essential,
                "health": health.value,
                "last_success": state.last_success if state else None,
                "next_due": state.next_due if state and source.id in active else None,
                "failures": state.failures if state else 0,
                "detail": (state.detail if state and source.id in active else "") or source.note,
            }
        )
    return rows


def sources_text(context: Context) -> str:
    """Return the same as a table, polled ones first."""
    rows = [
        (
            row["id"],
            row["health"],
            row["lang"] or "-",
            row["country"] or "-",
            row["kind"],
            _local(context, row["last_success"]),
            _local(context, row["next_due"]),
            row["detail"],
        )
        for row in sorted(sources_json(context), key=lambda row: (not row["enabled"], row["id"]))
    ]
    head = ("source", "state", "lang", "of", "kind", "last answer", "next", "remark")
    counts = (
        f"{len(context.settings.active)} polled, {len(context.settings.waiting)} wait for personal_use = true"
    )
    return table(head, rows, limits=(24, 0, 0, 0, 0, 0, 0, 60)) + f"\n\n{counts}."


def check_json(results: list[CheckResult]) -> list[dict[str, Any]]:
    """Return what each source gave."""
    return [
        {
            "id": r.source.id,
            "url": r.source.url,
            "kind": r.kind.value,
            "status": r.status,
            "format": r.format,
            "entries": r.entries,
            "newest": r.newest,
            "elapsed_s": round(r.elapsed_s, 3),
            "usable": r.usable,
            "detail": r.detail,
        }
        for r in results
    ]


def check_text(results: list[CheckResult]) -> str:
    """Return the same as a table with a verdict a source."""
    rows = [
        (
            r.source.id,
            "good" if r.usable and not r.detail else "usable" if r.usable else "not usable",
            r.status or "-",
            r.format or "-",
            r.entries,
            f"{r.newest:%Y-%m-%d %H:%M}" if r.newest else "-",
            f"{r.elapsed_s:.1f} s",
            r.detail,
        )
        for r in sorted(results, key=lambda r: (r.usable, r.source.id))
    ]
    head = ("source", "verdict", "status", "format", "entries", "newest (UTC)", "took", "remark")
    good = sum(r.usable for r in results)
    return (
        table(head, rows, limits=(24, 0, 0, 0, 0, 0, 0, 70))
        + f"\n\n{good} of {len(results)} sources are usable."
    )
