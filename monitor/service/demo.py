"""The demo: a small invented press on loopback, and the whole road over it. Needs no network.

The press, its first known articles and the names of its invented officials are shipped data
(``shipped/demo``); nothing in it was ever said by anybody. The road is the real one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor import config, shipped
from monitor.db.records import ExportRow
from monitor.errors import UsageError
from monitor.service import press as loopback
from monitor.service import report, send
from monitor.service.context import Context, opened, topic_of
from monitor.service.poll import PollReport
from monitor.service.progress import Progress
from monitor.service.seeds import import_folder
from monitor.service.start import poll_and_judge
from monitor.service.tables import table

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
                html = send.printed(context, recipient, "html")
                (folder / "digest.html").write_text(html, encoding="utf-8")
            out(_ending(keep, folder, polled))


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


def _verdicts(context: Context) -> str:
    """Return one line an entry: what it is to what is known, and why."""
    rows: list[ExportRow] = sorted(
        context.store.entries_for_export(), key=lambda row: (row.published or row.first_seen, row.entry_id)
    )
    names = {source.id: source.name for source in context.settings.sources}
    lines = [
        (row.relation.replace("_", " "), row.lang, names.get(row.source_id, ""), row.title, row.reason)
        for row in rows
    ]
    return table(("what it is", "lang", "outlet", "title", "why"), lines, limits=(12, 0, 18, 38, 64))


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
