"""The command line from outside: help that teaches, data that parses, mistakes that are explained."""

from __future__ import annotations

import json
import logging
import os
import resource
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
import structlog
import typer

from monitor import __main__ as entry
from monitor.cli import app
from monitor.service.press import Press, serving
from tests.road.presses import GRAVES, printed, small_press, sources_of
from tests.road.worlds import ROOT, make_desk

pytestmark = pytest.mark.road

HELP_CPU_S = 0.3
"""The promise for ``monitor --help``, of CPU."""


@pytest.fixture(scope="module")
def press():
    with serving(small_press()) as running:
        yield running


@pytest.fixture(scope="module")
def polled(tmp_path_factory, press):
    """Return a desk that has polled once; tests here only read it."""
    desk = make_desk(tmp_path_factory.mktemp("polled") / "desk", press.base, sources_of(press))
    desk.monitor("poll")
    return desk


@pytest.fixture
def desk(tmp_path, press):
    return make_desk(tmp_path / "desk", press.base, sources_of(press))


def commands():
    """Return (words, command) of every command there is."""

    def walk(command, path):
        inner = getattr(command, "commands", {})
        if not inner:
            yield " ".join(path), command
        for name, following in inner.items():
            yield from walk(following, (*path, name))

    return dict(walk(typer.main.get_command(app), ()))


# ------------------------------------------------------------------------------------------- help


def test_help_takes_little_cpu():
    """The best of three: other processes make caches cold, but nothing makes a slow program fast."""
    used = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "monitor", "--help"], cwd=ROOT, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(used) < HELP_CPU_S, used


def test_help_imports_nothing_heavy():
    script = (
        "import sys, monitor.cli\n"
        "heavy = {'sqlmodel', 'sqlalchemy', 'httpx', 'trafilatura', 'feedparser', 'rich', 'numpy', 'structlog'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", commands())
def test_every_command_teaches_with_an_example_of_itself(name):
    help_text = commands()[name].help or ""
    assert "Example" in help_text
    example = help_text.partition("Example")[2]
    assert f"monitor {name}" in example or f" {name}" in example, example


@pytest.mark.parametrize("name", commands())
def test_every_option_says_what_it_does(name):
    for option in commands()[name].params:
        if option.name != "help":
            assert option.help, f"{name}: {option.name}"


# ------------------------------------------------------------------------------------------- data


JSON = [
    ["poll", "--all", "--json"],
    ["poll", "--json"],
    ["digest", "--format", "json"],
    ["sources", "list", "--json"],
    ["sources", "check", "--json"],
    ["seeds", "list", "--json"],
    ["doctor", "--json"],
    ["backfill", "--from", "2026-01-01", "--to", "2026-01-02", "--dry-run", "--json"],
    ["show", "1", "--json"],
    ["explain", "1", "--json"],
]


@pytest.mark.parametrize("command", JSON, ids=" ".join)
def test_json_is_json_of_the_same_letters_on_every_terminal(polled, command):
    """A terminal that knows ASCII alone is the one that could spoil it."""
    done = run_bytes(polled, *command, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout.decode("utf-8"))
    assert "?" * 4 not in json.dumps(data, ensure_ascii=False)
    if command == ["sources", "list", "--json"]:
        assert "北辰通信" in {row["name"] for row in data}


def run_bytes(desk, *args, env=None):
    return subprocess.run(
        [sys.executable, "-m", "monitor", "--config", str(desk.config), *args],
        capture_output=True,
        env=desk.environment() | (env or {}),
        cwd=desk.folder,
        check=False,
        timeout=120,
    )


def test_health_is_json_too(polled):
    done = run_bytes(polled, "health", "--json")
    assert json.loads(done.stdout)["well"] is False


def test_times_in_json_are_iso_8601(polled):
    data = json.loads(polled.monitor("sources", "list", "--json").stdout)
    assert all("T" in row["last_success"] for row in data)


def test_days_on_the_command_line_are_those_of_the_reader(polled):
    printed = polled.monitor("digest", "--since", "2026-01-01", "--until", "2026-01-02", "--format", "json")
    start, end = json.loads(printed.stdout)["period"].values()
    assert (start, end) == ("2025-12-31T15:00:00Z", "2026-01-01T15:00:00Z")  # Tokyo's midnights


def test_exports_are_utf_8_on_every_terminal(polled):
    for form in ("jsonl", "csv", "atom"):
        plain = run_bytes(polled, "export", "--format", form)
        poor = run_bytes(polled, "export", "--format", form, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
        assert plain.returncode == poor.returncode == 0
        if form == "atom":
            assert len(ET.fromstring(poor.stdout)) > 4
        else:
            assert poor.stdout == plain.stdout
        assert "返還要求".encode() in poor.stdout


def test_a_terminal_without_the_letters_is_no_fault(polled):
    for command in (["digest"], ["explain", "1"], ["sources", "list"], ["poll", "--all"]):
        done = run_bytes(polled, *command, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr


# ------------------------------------------------------------------------------------------- mistakes


MISTAKES = {
    "digest --slot 2026-01-01": "no stored digest for 2026-01-01",
    "digest --slot someday": "write a day",
    "digest --format pdf": "text, html, json or markdown",
    "digest --send --preview": "goes with no other option",
    "digest --to nobody": "there are: ",
    "digest --output /nowhere/at/all.txt": "cannot be written",
    "digest --output /": "cannot be written",
    "digest --since 2099-01-01": "must lie before the end",
    "digest --since tomorrow": "write a date",
    "backfill --from 2026-02-01 --to 2026-01-01": "--from must lie before --to",
    "backfill --from 2999-01-01 --to 2999-02-01": "not the past yet",
    "backfill --from x --to 2026-01-01": "write a date",
    "backfill --from 2026-01-01 --to 2026-01-02 --provider sitmap": "there are: ",
    "backfill --from 2026-01-01 --to 2026-01-02 --source nobody": "there is no source",
    "poll --source hww": "did you mean hw?",
    "sources check --source hww": "did you mean hw?",
    "run --since soon": "write 12h, 30d or 4w",
    "show 99999": "there is no article",
    "explain https://nowhere.example/": "was ever seen",
    "mark 1 nice": "write one of",
    "mark 99999 known": "there is no article",
    "export --format xml": "jsonl, csv or atom",
    "export --since x": "write a date",
    "add /no/such/file.txt": "cannot be read",
    "add ftp://x.example/a": "could not be read",
    "seeds match /no/such/file.txt": "cannot be read",
    "--log-level loud poll": "write one of",
    "nonsense": "No such command",
    "poll --nonsense": "No such option",
}


@pytest.fixture
def inside(polled, monkeypatch, capsys):
    """Return a function that runs the command line in this process: (exit code, stdout, stderr)."""

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["monitor", "--config", str(polled.config), *args])
        code = entry._run()
        out, err = capsys.readouterr()
        return code, out, err

    yield run
    structlog.reset_defaults()
    for handler in logging.root.handlers[:]:
        if isinstance(handler, logging.StreamHandler) and handler.stream is not sys.__stderr__:
            logging.root.removeHandler(handler)


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_on_the_command_line_is_explained(inside, line):
    code, out, err = inside(*line.split())
    assert code == 2, err
    assert MISTAKES[line] in err
    assert out == ""
    assert "Traceback" not in err


# ------------------------------------------------------------------------------------------- effects


def test_a_backfill_into_the_future_ends_with_the_present_and_does_not_settle_today(tmp_path, press):
    from datetime import UTC, datetime, timedelta

    source = sources_of(press)[0] | {"kind": "feed"}
    desk = make_desk(tmp_path / "desk", press.base, [source])
    route = f'backfill = [{{ provider = "sitemap", url = "{press.base}/sitemap-{{date}}.xml" }}]\n'
    desk.config.write_text(desk.config.read_text(encoding="utf-8") + route, encoding="utf-8")
    now = datetime.now(UTC)
    start, end = f"{now - timedelta(days=1):%Y-%m-%d}", f"{now + timedelta(days=3):%Y-%m-%d}"
    done = json.loads(desk.monitor("backfill", "--from", start, "--to", end, "--json").stdout)
    assert done["to"] <= now.isoformat()
    assert all(window["to"] <= now.isoformat() for window in done["windows"])
    asked = [path for path in press.requests if path.startswith("/sitemap-")]
    assert f"/sitemap-{now + timedelta(days=1):%Y%m%d}.xml" not in asked


def test_commands_that_are_printed_can_be_copied(polled, tmp_path):
    """From another directory the configuration must be named."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "--config", str(polled.config), "poll"],
        capture_output=True,
        text=True,
        env=polled.environment(),
        cwd=tmp_path,
        check=True,
    )
    command = done.stdout.partition("To ask anyway: ")[2].splitlines()[0]
    assert command == f"monitor --config {polled.config} poll --all"
    assert "To ask anyway: monitor poll --all" in polled.monitor("poll").stdout


def test_a_page_already_read_is_not_asked_for_again_under_other_tracking_parameters(tmp_path, press):
    """Two feeds link one article, one of them with the parameters of a campaign (polling-etiquette E8)."""
    feed = dict(press.feeds["/pl.example/atom"])
    press.feeds["/campaign/atom"] = feed | {"path": "/campaign/atom"}
    try:
        one = {"id": "one", "url": press.base + "/pl.example/atom", "lang": "en", "country": "GB"}
        two = {"id": "two", "url": press.base + "/campaign/atom?utm_source=x", "lang": "en", "country": "GB"}
        desk = make_desk(tmp_path / "desk", press.base, [one, two])
        asked = len(press.requests)
        desk.monitor("poll")
        desk.monitor("add", press.base + "/pl.example/news/graves-copy?utm_source=hand&fbclid=1")
    finally:
        del press.feeds["/campaign/atom"]
    pages = [path for path in press.requests[asked:] if "/news/" in path]
    assert pages == ["/pl.example/news/graves-copy"]


def test_pages_of_entries_off_the_topic_are_never_asked_for(tmp_path):
    bread = printed(
        "bread",
        "en",
        "Harbour Wire",
        "Bakers raise the price of bread",
        "Flour costs more, bakers say.",
        3,
        "b.example",
    )
    graves = printed(
        "graves", "en", "Harbour Wire", "Visits to graves on Kunashiri to resume", GRAVES, 20, "g.example"
    )
    feed = {"path": "/rss", "title": "Harbour Wire", "lang": "en", "sources": ["Harbour Wire"]}
    with serving(Press([bread, graves], {"/rss": feed})) as short:
        source = {"id": "short", "url": short.base + "/rss", "lang": "en", "country": "GB"}
        desk = make_desk(tmp_path / "desk", short.base, [source])
        desk.monitor("poll")
        assert [path for path in short.requests if "/news/" in path] == ["/g.example/news/graves"]


def test_what_is_added_by_hand_is_told_by_the_next_digest(desk, tmp_path, press):
    file = tmp_path / "note.txt"
    file.write_text("Visits to graves on Kunashiri to resume\n\n" + press.articles[0].body, encoding="utf-8")
    desk.monitor("add", str(file))
    assert "Visits to graves on Kunashiri" in desk.monitor("digest").stdout


def test_no_resource_is_left_open(desk):
    """Each command runs under a Python that names every file, socket and loop it had to close itself."""
    env = {"PYTHONWARNINGS": "always::ResourceWarning", "PYTHONDEVMODE": "1"}
    for command in (["poll"], ["digest"], ["doctor"], ["sources", "check"], ["export"], ["health"]):
        done = desk.monitor(*command, check=None, env=env)
        assert "ResourceWarning" not in done.stderr, (command, done.stderr)
        assert "never awaited" not in done.stderr


def test_a_daemon_refuses_a_sending_beside_it(desk):
    import contextlib
    import fcntl

    desk.monitor("poll")
    with contextlib.closing(
        os.fdopen(os.open(desk.folder / "storage" / "monitor.lock", os.O_RDWR | os.O_CREAT))
    ) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = desk.monitor("digest", "--send", check=4)
    assert "leave the work to it" in answer.stderr
