"""The demo: a small invented press on loopback, and the whole road over it. Needs no network.

The press, its first known articles and the names of its invented officials are shipped data
(``shipped/demo``); nothing in it was ever said by anybody. The road is the real one.
"""

from __future__ import annotations

import os
import re
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor import config, shipped
from monitor.db.records import ExportRow
from monitor.errors import UsageError
from monitor.model import Relation
from monitor.service import press as loopback
from monitor.service import report, send
from monitor.service.context import Context, opened, topic_of
from monitor.service.poll import PollReport
from monitor.service.progress import Progress
from monitor.service.seeds import import_folder
from monitor.service.start import poll_and_judge
from monitor.service.tables import clip

Say = Callable[[str], None]
SEEDS = "demo/seeds/"


def demo(keep: Path | None, *, out: Say, progress: Progress) -> None:
    """Run the whole road over the invented press and print what a reader and an operator would see."""
    out("DEMO. Everything below is invented: outlets, people, statements. It is no news.\n")
    with _place(keep) as folder, loopback.serving(_press()) as press:
        settings = config.load(_write(folder, press), os.environ)
        import_folder(folder / "seeds", folder / "storage" / "seeds.json", topic_of(settings))
        with opened(settings, progress=progress) as context:
            polled, judged = context.run(poll_and_judge(context))
            out(f"1. POLL: {len(polled.results)} sources on this machine, one of them out of order.\n")
            out(report.poll_table(polled))
            out("\n2. JUDGE: what became of every entry.\n")
            out(report.judged_line(judged) + "\n")
            out(_verdicts(context))
            out("\n3. DIGEST: what the reader gets, once a day, by mail or as a file.\n")
            recipient = send.recipient_of(context, "")
            out(send.printed(context, recipient, "text"))
            if keep is not None:
                html = _marked(send.printed(context, recipient, "html"))
                (folder / "digest.html").write_text(html, encoding="utf-8")
            out(_ending(keep, folder, polled))


def _marked(html: str) -> str:
    """Return the digest's page with the mark on top: the file may be handed on without the demo."""
    banner = (
        f'<p style="margin:0;padding:8px;text-align:center;background:#8a1f11;color:#fff">{loopback.MARK}</p>'
    )
    return re.sub(r"<body[^>]*>", lambda body: body[0] + banner, html, count=1)


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="monitor-demo-") as folder:
            yield Path(folder)
        return
    if keep.exists() and any(keep.iterdir()):
        raise UsageError(f"{keep} is not empty; name a new directory for the demo")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


def _press() -> loopback.Press:
    return loopback.load(shipped.read_text("demo/articles.jsonl"), shipped.read_text("demo/feeds.json"))


def _write(folder: Path, press: loopback.Press) -> Path:
    """Write the demo's configuration, topic and seeds into a folder; return the configuration."""
    (folder / "storage").mkdir(exist_ok=True)
    (folder / "seeds").mkdir(exist_ok=True)
    for name in shipped.names(SEEDS):
        (folder / "seeds" / name.removeprefix(SEEDS)).write_text(shipped.read_text(name), encoding="utf-8")
    topic = shipped.read_text("topic.toml") + "\n" + shipped.read_text("demo/names.toml")
    (folder / "topic.toml").write_text(topic, encoding="utf-8")
    host = press.base.removeprefix("http://")
    lines = [
        "# DEMO: an invented press on this machine",
        "[monitor]",
        'contact = "demo@example.org"',
        'zone = "Asia/Tokyo"',
        "[topic]",
        'file = "topic.toml"',
        "[fetch]",
        f'allow_private = ["{host}"]',
        "article_gap_s = 0",
        "[[digest.to]]",
        'kind = "file"',
    ]
    for feed in press.feeds.values():
        lines += [
            "[[source]]",
            f'id = "{feed["id"]}"',
            f'name = "{feed["title"]}"',
            f'url = "{press.base}{feed["path"]}"',
            f'lang = "{feed["lang"]}"',
            f'country = "{feed["country"]}"',
            f'affiliation = "{feed.get("affiliation", "")}"',
            f'family = "{feed.get("family", "")}"',
            f"essential = {str(feed.get('essential', False)).lower()}",
        ]
    path = folder / "sources.toml"
    path.write_text("\n".join(line for line in lines if not line.endswith('= ""')) + "\n", encoding="utf-8")
    return path


MEANING = {
    Relation.NEW: "something happened that nothing known has",
    Relation.UPDATE: "a known text again, but a figure, date, quote or negation differs",
    Relation.RESTATEMENT: "a known speaker says a known position on another day",
    Relation.REWRITE: "the event of a known article in other words or another language",
    Relation.COPY: "a known text again, whole, cut or framed",
    Relation.BACKGROUND: "history and explanation",
    Relation.NEAR: "beside the topic: worth its title",
    Relation.OFF_TOPIC: "the same countries or islands, another subject",
}
"""What a newcomer reads over each group of verdicts."""
COLUMNS = 98
"""Of the list of verdicts."""
INDENT = " " * 7


def _verdicts(context: Context) -> str:
    """Return every entry with the reason, grouped by what it is to what is known, oldest first."""
    names = {source.id: source.name for source in context.settings.sources}
    rows: list[ExportRow] = sorted(
        context.store.entries_for_export(), key=lambda row: (row.published or row.first_seen, row.entry_id)
    )
    lines: list[str] = []
    for relation in report.ORDER:
        group = [row for row in rows if row.relation == relation.value]
        if group:
            lines.append(f"{relation.value.replace('_', ' ').upper()}: {MEANING[relation]}")
        for row in group:
            lines.append(
                "  " + clip(f"[{row.lang}] {names.get(row.source_id, '')}: {row.title}", COLUMNS - 2)
            )
            lines += textwrap.wrap(row.reason, COLUMNS, initial_indent=INDENT, subsequent_indent=INDENT)
    return "\n".join(lines)


def _ending(keep: Path | None, folder: Path, polled: PollReport) -> str:
    first = next((r.source.id for r in polled.results if r.state.failures), "")
    lines = ["", "4. YOUR TURN", ""]
    if keep is not None:
        config_path = folder / "sources.toml"
        lines += [
            f"The demo's store is kept in {folder}.",
            f"Its digest as a mail would look: {folder / 'digest.html'}",
            f"  monitor --config {config_path} export | head -3",
            f"  monitor --config {config_path} sources list        ({first} is the one out of order)",
            "",
        ]
    else:
        lines += ["Look around in the demo's own store:   monitor demo --keep demo-desk", ""]
    lines += [
        "Watch the real press:                  monitor init mydesk",
        "                                       monitor --config mydesk/sources.toml run --since 30d",
    ]
    return "\n".join(lines)
