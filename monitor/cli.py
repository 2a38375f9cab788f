"""The command line: reads arguments, calls the conductor, prints. Data goes to stdout and nothing else does.

Heavy imports stand inside the commands: ``monitor --help`` must answer in under 0.3 s of CPU.
"""

from __future__ import annotations

import json as json_module
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.config import Settings
    from monitor.service.context import Context

app = typer.Typer(
    name="monitor",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="""Watch news feeds for the Russia-Japan peace treaty and say what is new since what you know.

\b
First steps:
  monitor demo                               see it on invented news, no network
  monitor init mydesk                        make a place of your own
  monitor --config mydesk/sources.toml run   start it

\b
Exit codes: 0 done; 1 done with new gaps; 2 usage or configuration;
            3 could not look at all; 4 refused (another daemon).""",
)
seeds_app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="The first known articles: list, import, match.",
)
sources_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="The sources and their health.")
app.add_typer(seeds_app, name="seeds")
app.add_typer(sources_app, name="sources")
story_app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Stories: list, show, and merge or split by hand.",
)
app.add_typer(story_app, name="story")

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
SourceIds = Annotated[
    list[str] | None, typer.Option("--source", metavar="ID", help="Only this source; may be repeated.")
]

DONE, GAPS, USAGE, BLIND, REFUSED = 0, 1, 2, 3, 4


class _Options:
    """The options that stand before the command."""

    config: Path = Path("sources.toml")
    log_level: str = "warning"
    log_json: bool = False


def _version(value: bool) -> None:
    if value:
        from monitor import __version__

        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _before(
    config: Annotated[
        Path,
        typer.Option("--config", metavar="FILE", envvar="MONITOR_CONFIG", help="The configuration file."),
    ] = Path("sources.toml"),
    log_level: Annotated[
        str, typer.Option(metavar="LEVEL", envvar="MONITOR_LOG", help="debug, info, warning or error.")
    ] = "",
    log_json: Annotated[bool, typer.Option("--log-json", help="Logs as JSON lines.")] = False,
    version: Annotated[  # noqa: ARG001  acts when it is read
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    _Options.config, _Options.log_level, _Options.log_json = config, log_level, log_json


# ------------------------------------------------------------------------------------------- opening


def _logs(default: str = "warning") -> None:
    from monitor.errors import UsageError
    from monitor.terminal import LEVELS, set_up_logs

    level = (_Options.log_level or default).lower()
    if level not in LEVELS:
        raise UsageError(f"--log-level {level!r}: write one of {', '.join(LEVELS)}")
    set_up_logs(level, json=_Options.log_json)


def _settings() -> Settings:
    """Read the configuration; with no file here, say how to get one."""
    from monitor import config
    from monitor.errors import UsageError

    if not _Options.config.exists():
        raise UsageError(
            f"there is no {_Options.config} here. Make a place for it with: monitor init mydesk\n"
            "then:  monitor --config mydesk/sources.toml run      (or see it first: monitor demo)"
        )
    return config.load(_Options.config, os.environ)


@contextmanager
def _context(settings: Settings | None = None) -> Iterator[Context]:
    from monitor.service.context import opened
    from monitor.terminal import progress_for_terminal

    with opened(settings or _settings(), progress=progress_for_terminal()) as context:
        yield context


def _watched(settings: Settings) -> Settings:
    """Return the settings if they watch anything; else say how to switch sources on."""
    from monitor.errors import UsageError

    if not settings.active:
        waiting = len(settings.waiting)
        advice = (
            f"set personal_use = true ({waiting} sources wait for it)" if waiting else "set enabled = true"
        )
        raise UsageError(
            f"no source in {settings.path} is switched on, so there is nothing to watch; {advice}, "
            "or see: monitor sources list"
        )
    return settings


def _data() -> None:
    """Print data as UTF-8 whatever the terminal is: a question mark for a letter would be another text."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="strict")


def _print_json(value: Any) -> None:
    _data()
    typer.echo(json_module.dumps(value, ensure_ascii=False, indent=1, default=_plain))


def _plain(value: Any) -> str:
    """Return what JSON has no word for: times as ISO 8601."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _say(text: str) -> None:
    """Print for the person at the terminal: stderr."""
    typer.echo(text, err=True)


def _known_sources(settings: Settings, wanted: list[str] | None) -> list[str]:
    """Return the wanted source ids; an unknown one is a usage error that suggests the nearest."""
    import difflib

    from monitor.errors import UsageError

    active = {source.id for source in settings.active}
    for one in wanted or []:
        source = settings.source(one)
        if source is None:
            near = difflib.get_close_matches(one, [s.id for s in settings.sources], n=1)
            hint = f"; did you mean {near[0]}?" if near else "; see: monitor sources list"
            raise UsageError(f"there is no source {one!r}{hint}")
        if one not in active:
            why = (
                "it is switched off (enabled = false)"
                if not source.enabled
                else f"terms = {source.terms.value!r}"
            )
            raise UsageError(f"source {one!r} is not polled: {why}")
    return list(wanted or [])


def _day(text: str, option: str, zone: str = "UTC") -> datetime:
    """Read ``2025-10-24`` or a date with time as a moment in UTC; without an offset it is one of the zone."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from monitor.errors import UsageError

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r}: write a date like 2025-10-24") from None
    return (at.replace(tzinfo=ZoneInfo(zone)) if at.tzinfo is None else at).astimezone(UTC)


def _span(text: str, option: str) -> Any:
    """Read ``30d``, ``12h`` or ``2w`` as a timedelta."""
    import re
    from datetime import timedelta

    from monitor.errors import UsageError

    found = re.fullmatch(r"(\d+)([hdw])", text.strip().lower())
    if not found or not int(found[1]):
        raise UsageError(f"{option} {text!r}: write 12h, 30d or 4w")
    return timedelta(hours=int(found[1]) * {"h": 1, "d": 24, "w": 168}[found[2]])


# ------------------------------------------------------------------------------------------- the road


@app.command()
def run(
    since: Annotated[
        str, typer.Option(metavar="SPAN", help="Fill in this much of the past once, for example 30d.")
    ] = "",
) -> None:
    """Stay as the daemon: poll, judge, send digests at local times.

    The first start polls every source with visible progress and prints a first digest. SIGTERM or
    Ctrl-C end it cleanly within 10 seconds; nothing is lost and nothing is done twice.

    Example:  monitor --config mydesk/sources.toml run --since 30d
    """
    _logs("info")
    from monitor.service.start import run_daemon

    settings = _watched(_settings())
    span = _span(since, "--since") if since else None
    with _context(settings) as context:
        run_daemon(context, since=span, say=_say, out=typer.echo)


@app.command()
def poll(
    source: SourceIds = None,
    every: Annotated[bool, typer.Option("--all", help="Also sources that are not due.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Ask in full, without validators.")] = False,
    json: JsonFlag = False,
) -> None:
    """Poll due sources once, judge what is new, print a table.

    Exit code 1: an essential or newly failing source; 3: no source could be reached.

    Example:  monitor poll --all
    """
    _logs()
    from monitor.service import report
    from monitor.service.start import poll_and_judge

    settings = _watched(_settings())
    only = _known_sources(settings, source)
    with _context(settings) as context:
        polled, judged = context.run(poll_and_judge(context, only=only, every=every, force=force))
        if json:
            _print_json(report.poll_json(polled, judged))
        else:
            typer.echo(report.poll_text(context, polled, judged))
    if polled.blind:
        raise typer.Exit(BLIND)
    raise typer.Exit(GAPS if polled.gaps or judged.failed else DONE)


@app.command()
def digest(
    slot: Annotated[
        str,
        typer.Option(
            metavar="DATE", help="Print the stored digest of that day or slot again, byte for byte."
        ),
    ] = "",
    since: Annotated[str, typer.Option(metavar="T", help="Everything first seen since then.")] = "",
    until: Annotated[
        str, typer.Option(metavar="T", help="… and until then; both in the recipient's zone.")
    ] = "",
    format: Annotated[  # noqa: A002  the option's name
        str, typer.Option(metavar="FORMAT", help="text, html, json or markdown.")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write to this file instead of stdout.")
    ] = None,
    send: Annotated[
        bool,
        typer.Option(
            "--send", help="Build what is due for every recipient and deliver it; a daemon does so itself."
        ),
    ] = False,
    preview: Annotated[
        bool,
        typer.Option("--preview", help="Show what the next digest would say; nothing is marked as told."),
    ] = False,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="With --slot: judge its period anew, and say what differs."),
    ] = False,
    to: Annotated[str, typer.Option(metavar="RECIPIENT", help="Recipient id; default: the first.")] = "",
) -> None:
    """Build the digest of what was not told yet, and print it.

    Without --send nothing is marked as told: printing is always a preview.

    Examples:  monitor digest
               monitor digest --slot 2026-11-26 --format html --output digest.html
               monitor digest --slot 2026-11-26T07:00 --rebuild
               monitor digest --send
    """
    _logs()
    from monitor.errors import UsageError
    from monitor.service import send as sending

    if format not in {"text", "html", "json", "markdown"}:
        raise UsageError(f"--format {format!r}: write text, html, json or markdown")
    if send and (preview or slot or since or until or to or output is not None):
        raise UsageError("--send delivers what is due to everybody; it goes with no other option")
    if slot and (preview or since or until):
        raise UsageError("--slot prints a stored digest; it goes with none of --preview, --since, --until")
    if rebuild and not slot:
        raise UsageError("--rebuild builds a stored digest again: say which one, --slot 2026-11-26T07:00")
    if send:
        raise typer.Exit(_send())
    with _context() as context:
        recipient = sending.recipient_of(context, to)
        if slot and rebuild:
            from monitor.service import rebuild as rebuilding

            again = rebuilding.rebuilt(context, recipient, slot)
            _say(again.said)
            text = sending.formed(again.rendered, format)
        elif slot:
            text = sending.stored(context, recipient, slot, format)
        else:
            text = sending.printed(
                context,
                recipient,
                format,
                since=_day(since, "--since", recipient.zone) if since else None,
                until=_day(until, "--until", recipient.zone) if until else None,
            )
    if output is not None:
        _write(output, text)
    else:
        if format != "text":
            _data()
        typer.echo(text, nl=not text.endswith("\n"))


def _send() -> int:
    """Deliver what is due, say what became of it, and return the exit code."""
    from monitor.service import send as sending

    with _context() as context, context.store.hold(f"monitor digest --send, pid {os.getpid()}"):
        outcomes = context.run(sending.send_due(context, at_once=True))
        for outcome in outcomes:
            _say(f"{outcome.recipient_id}  {outcome.slot}  {outcome.state}  {outcome.detail}".rstrip())
        if not outcomes:
            _say("Nothing is due. Next:")
            for recipient, at in sending.next_slots(context):
                _say(f"  {recipient}  {at:%a %d %b %H:%M %Z}")
    return GAPS if any(outcome.state != "sent" for outcome in outcomes) else DONE


def _write(path: Path, text: str) -> None:
    from monitor.errors import UsageError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output {path} cannot be written: {error.strerror}") from error
    _say(f"Written to {path}.")


@app.command()
def backfill(
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="First day (UTC).")],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help="The day after the last.")],
    provider: Annotated[
        list[str] | None, typer.Option("--provider", metavar="P", help="sitemap or paged; may be repeated.")
    ] = None,
    source: SourceIds = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked; ask nothing.")] = False,
    max_requests: Annotated[
        int, typer.Option(metavar="N", help="Listing requests of this run at most.")
    ] = 500,
    allow_gaps: Annotated[
        bool, typer.Option("--allow-gaps", help="Exit 0 although windows are partial.")
    ] = False,
    digest: Annotated[
        bool,
        typer.Option("--digest", help="Let the next digest tell what was found (else it is background)."),
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Fill in the past; a stopped run goes on where it was.

    Through the sitemaps and paged feeds that sources offer (their backfill tables).

    Example:  monitor backfill --from 2026-10-01 --to 2026-11-01 --dry-run
    """
    _logs()
    from monitor.backfill.providers import NAMES
    from monitor.errors import UsageError
    from monitor.service import report
    from monitor.service.context import utc_now
    from monitor.service.start import fill_and_judge

    first, last = _day(start, "--from"), _day(end, "--to")
    if first >= last:
        raise UsageError("--from must lie before --to (the day after the last)")
    if first >= utc_now():
        raise UsageError(f"--from {start}: that is not the past yet")
    for name in provider or []:
        if name not in NAMES:
            raise UsageError(f"there is no provider {name!r}; there are: {', '.join(NAMES)}")
    settings = _watched(_settings())
    only = _known_sources(settings, source)
    with _context(settings) as context:
        filled, judged = context.run(
            fill_and_judge(
                context,
                first,
                last,
                providers=provider or (),
                only=only,
                max_requests=max_requests,
                dry_run=dry_run,
                tell=digest,
            )
        )
        if json:
            _print_json(report.backfill_json(filled, judged))
        else:
            typer.echo(report.backfill_text(filled, judged, dry_run=dry_run))
    if filled.blind:
        raise typer.Exit(BLIND)
    raise typer.Exit(GAPS if filled.gaps and not allow_gaps else DONE)


# ------------------------------------------------------------------------------------------- what is stored


@app.command()
def export(
    format: Annotated[  # noqa: A002  the option's name
        str, typer.Option(metavar="FORMAT", help="jsonl, csv or atom.")
    ] = "jsonl",
    since: Annotated[str, typer.Option(metavar="DATE", help="Only entries first seen since then.")] = "",
) -> None:
    """Print every stored entry with its verdict.

    Off-topic entries are included.

    Example:  monitor export --format csv --since 2026-11-01 > entries.csv
    """
    _logs()
    from monitor.errors import UsageError
    from monitor.service import export as exporting
    from monitor.service.context import utc_now, where_of

    if format not in {"jsonl", "csv", "atom"}:
        raise UsageError(f"--format {format!r}: write jsonl, csv or atom")
    from monitor.db.store import Store

    _data()
    with Store.open(where_of(_settings())) as store:
        rows = store.entries_for_export(_day(since, "--since") if since else None)
        if format == "csv":
            lines = exporting.csv_lines(rows)
        elif format == "atom":
            lines = exporting.atom(rows, updated=utc_now())
        else:
            lines = exporting.jsonl(rows)
        for line in lines:
            sys.stdout.write(line)


@app.command()
def explain(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Address of any entry ever seen, or its id.")
    ] = "",
    closest: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Instead: the N dropped entries that came closest to the line"),
    ] = 0,
    since: Annotated[
        str, typer.Option(metavar="DATE", help="With --closest: only entries first seen since then.")
    ] = "",
    json: JsonFlag = False,
) -> None:
    """Tell the whole life of an entry: what was decided, and why.

    Where it was seen, what was read, every verdict with its words and figures. With --closest: what was
    dropped closest to the line of relevance, which is how to learn whether the line is right.

    Examples:  monitor explain https://example.org/news/123
               monitor explain --closest 20 --since 2026-11-01
    """
    _logs()
    from monitor.errors import UsageError
    from monitor.service import explain as explaining
    from monitor.service import explained

    if bool(url) == bool(closest) or (since and not closest):
        raise UsageError("write one: explain URL, or explain --closest N (with --since DATE)")
    with _context() as context:
        if closest:
            near = explaining.closest(context, closest, _day(since, "--since") if since else None)
            if json:
                _print_json(near)
            else:
                typer.echo(explained.closest_text(near))
            return
        found = explaining.lives(context, url)
        if json:
            _print_json(found)
        else:
            typer.echo(explained.text(found, context.settings.monitor.zone))


@app.command()
def show(
    id: Annotated[int, typer.Argument(metavar="ID", help="Article id, as explain and poll print it.")],  # noqa: A002
    json: JsonFlag = False,
) -> None:
    """Show one stored article: text, verdict, where it was seen.

    Example:  monitor show 17
    """
    _logs()
    from monitor.service import explain as explaining
    from monitor.service import explained

    with _context() as context:
        found = explaining.article(context, id)
        if json:
            _print_json(found)
        else:
            typer.echo(explained.article_text(found, context.settings.monitor.zone))


@app.command()
def add(
    what: Annotated[
        str, typer.Argument(metavar="URL|FILE", help="An article's address, or a text or HTML file.")
    ],
    json: JsonFlag = False,
) -> None:
    """Store and judge one article by hand.

    Example:  monitor add https://example.org/news/123
    """
    _logs()
    from monitor.service import byhand, explained
    from monitor.service import explain as explaining

    with _context() as context:
        entry_id = context.run(byhand.add(context, what))
        found = explaining.lives(context, str(entry_id))
        if json:
            _print_json(found)
        else:
            typer.echo(explained.text(found, context.settings.monitor.zone))


@app.command()
def mark(
    id: Annotated[int, typer.Argument(metavar="ID", help="Article id.")],  # noqa: A002
    what: Annotated[str, typer.Argument(metavar="known|off-topic|on-topic", help="What you say of it.")],
) -> None:
    """Teach it: this is known to me, off the topic, on it.

    Example:  monitor mark 17 known
    """
    _logs()
    from monitor.service import byhand

    with _context() as context:
        _say(byhand.mark(context, id, what))


@app.command()
def replay(
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE", help="A topic file; default: the one that is in use."),
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="DATE", help="Only entries first seen since then; what was before stands.")
    ] = "",
    apply: Annotated[
        bool, typer.Option("--apply", help="Bring the differences into the store; refused beside a daemon.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Judge what is stored anew, without network, and show what would be different.

    The same rules differ nowhere. --apply keeps the verdicts before as history, makes the indexes anew, and
    touches nothing that was delivered.

    Examples:  monitor replay --rules topic-draft.toml
               monitor replay --apply
    """
    _logs()
    from contextlib import nullcontext

    from monitor.service import replay as replaying

    topic = replaying.topic_from(rules) if rules else None
    start = _day(since, "--since") if since else None
    with _context() as context:
        held = context.store.hold(f"monitor replay --apply, pid {os.getpid()}") if apply else nullcontext()
        with held:
            found = replaying.replay(context, topic=topic, since=start, apply=apply)
        if json:
            _print_json(replaying.as_json(found))
        else:
            typer.echo(replaying.text(found))
    if apply and topic is not None and topic.version != context.topic.version:
        _say(f'New entries are still judged by the topic in use; to change that: [topic] file = "{rules}"')


# ------------------------------------------------------------------------------------------- stories


@story_app.command("list")
def story_list(
    since: Annotated[str, typer.Option(metavar="DATE", help="Only stories with a report since then.")] = "",
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many.")] = 50,
    json: JsonFlag = False,
) -> None:
    """List stories, the one with the newest report first.

    Example:  monitor story list --since 2026-11-01
    """
    _logs()
    from monitor.service import stories

    with _context() as context:
        rows = stories.listing(context, since=_day(since, "--since") if since else None, limit=limit)
        if json:
            _print_json(rows)
        else:
            typer.echo(stories.listing_text(context, rows))


@story_app.command("show")
def story_show(
    story: Annotated[str, typer.Argument(metavar="STORY", help="Its number, story:17 or seed:2.")],
    json: JsonFlag = False,
) -> None:
    """Show a story: its articles, why each belongs to it, and which left it.

    Example:  monitor story show 17
    """
    _logs()
    from monitor.service import stories

    with _context() as context:
        found = stories.shown(context, story)
        if json:
            _print_json(found)
        else:
            typer.echo(stories.shown_text(context, found))


@story_app.command("merge")
def story_merge(
    kept: Annotated[str, typer.Argument(metavar="STORY", help="The story that stays.")],
    gone: Annotated[str, typer.Argument(metavar="OTHER", help="The story whose articles move into it.")],
) -> None:
    """Make one story of two: the articles of the second move into the first.

    No rule moves them again. The second stays known, with its history.

    Example:  monitor story merge 17 21
    """
    _logs()
    from monitor.service import stories

    with _context() as context:
        _say(stories.merge(context, kept, gone))


@story_app.command("split")
def story_split(
    article: Annotated[
        list[int], typer.Argument(metavar="ID...", help="Article ids, as story show prints them.")
    ],
) -> None:
    """Let an article (or several together) leave its story and open its own.

    No rule moves it again.

    Example:  monitor story split 42
    """
    _logs()
    from monitor.service import stories

    with _context() as context:
        _say(stories.split(context, article))


# ---------------------------------------------------------------------------------- seeds and sources


@seeds_app.command("list")
def seeds_list(json: JsonFlag = False) -> None:
    """List the first known articles and the facts noted of them.

    Example:  monitor seeds list
    """
    _logs()
    from monitor.service import seeds as seeding
    from monitor.service.context import seeds_of

    found = seeds_of(_settings())
    if json:
        _print_json(seeding.listing_json(found))
    else:
        typer.echo(seeding.listing(found))


@seeds_app.command("import")
def seeds_import(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Text files 000_*.txt, 001_*.txt …")],
) -> None:
    """Make seeds.json in your storage from text files; the texts stay on your disk.

    Example:  monitor seeds import ~/known-articles
    """
    _logs()
    from monitor.service import seeds as seeding
    from monitor.service.context import topic_of

    settings = _settings()
    target = Path(settings.monitor.storage) / "seeds.json"
    made = seeding.import_folder(folder, target, topic_of(settings))
    _say(f"{len(made)} seeds written to {target}.")
    typer.echo(seeding.listing(made))


@seeds_app.command("match")
def seeds_match(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text file, - for standard input.")],
    json: JsonFlag = False,
) -> None:
    """Say which seed a text repeats, with the figures.

    Example:  monitor seeds match article.txt
    """
    _logs()
    from monitor.errors import UsageError
    from monitor.service import seeds as seeding
    from monitor.service.context import seeds_of, topic_of

    settings = _settings()
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read as text: {error}") from error
    found = seeding.match(text, seeds_of(settings), topic_of(settings))
    if json:
        _print_json(seeding.match_json(found))
    else:
        typer.echo(seeding.match_text(found))


@sources_app.command("list")
def sources_list(json: JsonFlag = False) -> None:
    """List every configured source with its state and the time of its next poll.

    Example:  monitor sources list
    """
    _logs()
    from monitor.service import report

    with _context() as context:
        if json:
            _print_json(report.sources_json(context))
        else:
            typer.echo(report.sources_text(context))


@sources_app.command("check")
def sources_check(
    source: SourceIds = None,
    everything: Annotated[bool, typer.Option("--all", help="Also sources that are switched off.")] = False,
    json: JsonFlag = False,
) -> None:
    """Ask each source once and say what it gives; nothing is stored.

    Example:  monitor sources check --source tass-en
    """
    _logs()
    from monitor.service import check, report

    settings = _settings()
    if not source and not everything:
        _watched(settings)
    with _context(settings) as context:
        results = context.run(check.check(context, only=source or [], everything=everything))
        if json:
            _print_json(report.check_json(results))
        else:
            typer.echo(report.check_text(results))
    if results and not any(result.usable for result in results):
        raise typer.Exit(BLIND)
    raise typer.Exit(DONE if all(result.usable for result in results) else GAPS)


# ------------------------------------------------------------------------------------------- set-up


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new directory.")],
    since: Annotated[
        str, typer.Option(metavar="SPAN", help="Also fill in this much of the past now, for example 30d.")
    ] = "",
) -> None:
    """Make a place of your own: sources.toml and storage.

    Example:  monitor init mydesk --since 30d
    """
    _logs()
    from monitor.service import setup
    from monitor.service.start import first_fill

    made = setup.init(folder)
    _say(made.text)
    if since:
        from monitor import config

        settings = config.load(made.config, os.environ)
        with _context(settings) as context:
            raise typer.Exit(context.run(first_fill(context, _span(since, "--since"), say=_say)))


@app.command()
def demo(
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the demo's store and digests in this new directory."),
    ] = None,
) -> None:
    """Show the whole road on invented news; needs no network.

    Example:  monitor demo
    """
    _logs("error")
    from monitor.service import demo as showing
    from monitor.terminal import progress_for_terminal

    showing.demo(keep, out=typer.echo, progress=progress_for_terminal())


@app.command()
def doctor(
    mail: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Send a test mail there with the [smtp] settings.")
    ] = "",
    json: JsonFlag = False,
) -> None:
    """Check installation and settings; say what to mend.

    Unreachable sources are warnings: exit 0 when all else is sound.

    Example:  monitor doctor --mail you@example.org
    """
    _logs("error")
    from monitor.service import setup

    with _context() as context:
        findings = context.run(setup.doctor(context, mail=mail))
        if json:
            _print_json([finding.as_json() for finding in findings])
        else:
            typer.echo(setup.findings_text(findings))
    raise typer.Exit(GAPS if any(finding.bad for finding in findings) else DONE)


@app.command()
def health(json: JsonFlag = False) -> None:
    """Say whether the daemon is alive; exit 0 when it is.

    For containers and watchdogs.

    Example:  monitor health
    """
    _logs("error")
    from monitor.service import setup

    settings = _settings()
    found = setup.health(settings)
    if json:
        _print_json(found.as_json())
    else:
        typer.echo(found.text)
    raise typer.Exit(DONE if found.well else GAPS)
