"""What goes wrong for an operator: each time a sentence says what happened, what still works, what to do."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from monitor.service.press import serving
from tests.digest.test_digest_mail import LOOPBACK_WITHOUT_TLS, Box
from tests.digest.test_digest_mail import serving as serving_mail
from tests.road.presses import small_press, sources_of
from tests.road.worlds import ROOT, Desk, free_port, make_desk

pytestmark = pytest.mark.road

LAUNCH = [sys.executable, "-m", "monitor"]


@pytest.fixture
def press():
    with serving(small_press()) as running:
        yield running


@pytest.fixture
def desk(tmp_path, press):
    return make_desk(tmp_path / "desk", press.base, sources_of(press))


@pytest.fixture
def hanging():
    """A server that takes connections and never answers; yields its base address and what was accepted."""
    accepted = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    accepted.append(server.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", accepted
        server.shutdown(socket.SHUT_RDWR)
    for one in accepted:
        one.close()


def with_hanging(press, hanging):
    """Return the press's sources and one more that hangs."""
    return [*sources_of(press), {"id": "hangs", "url": hanging[0] + "/rss", "lang": "en"}]


def private(*bases):
    """Return the hosts of these addresses as a value for ``allow_private``."""
    return json.dumps([base.removeprefix("http://") for base in bases])


def sound(desk):
    """Return whether the store is whole."""
    with contextlib.closing(sqlite3.connect(desk.folder / "storage" / "monitor.db")) as store:
        return store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def owe_a_digest(desk):
    """Let the installation have begun a month before, so that the last slot is owed."""
    with contextlib.closing(sqlite3.connect(desk.folder / "storage" / "monitor.db")) as store, store:
        store.execute("UPDATE meta SET value = '2026-01-01T00:00:00+00:00' WHERE key = 'first_start_at'")


# ------------------------------------------------------------------------------------ the first three errors


def test_a_host_that_does_not_resolve_is_named_with_what_works_and_what_to_do(tmp_path):
    source = {"id": "wire", "url": "http://no-such-host.invalid/rss", "lang": "en"}
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:9", [source])
    answer = desk.monitor("poll", check=3)
    assert "The name no-such-host.invalid could not be resolved" in answer.stdout
    assert "own network or name server" in answer.stdout
    assert "Still works" in answer.stdout
    assert "monitor poll --all" in answer.stdout
    digest = desk.monitor("digest").stdout
    assert "COULD NOT LOOK" in digest.splitlines()[0]
    checked = desk.monitor("doctor")
    assert "none of 1 could be reached" in checked.stdout
    assert "sound" in checked.stdout


@LOOPBACK_WITHOUT_TLS
def test_a_refused_mail_password_is_said_and_the_file_is_written_all_the_same(tmp_path, press):
    def refuse(server, session, envelope, mechanism, data):
        return AuthResult(success=False, handled=False)

    env = {"MONITOR_SMTP_USER": "me", "MONITOR_SMTP_PASSWORD": "wrong-secret"}
    with serving_mail(Box(), authenticator=refuse, auth_required=True, auth_require_tls=False) as server:
        more = (
            f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nfrom = "m@example.org"\n'
            '[[digest.to]]\nkind = "file"\n[[digest.to]]\nkind = "email"\naddress = "desk@example.org"'
        )
        desk = make_desk(tmp_path / "desk", press.base, sources_of(press), more=more)
        desk.monitor("poll", env=env)
        owe_a_digest(desk)
        sent = desk.monitor("digest", "--send", check=1, env=env)
        tested = desk.monitor("doctor", "--mail", "desk@example.org", check=1, env=env)
    assert "refused user name or password" in sent.stderr
    assert "MONITOR_SMTP_PASSWORD" in sent.stderr
    assert "files and terminal are not affected" in sent.stderr
    assert list((desk.folder / "storage" / "digests").glob("*.txt"))
    assert "bad      mail: 127.0.0.1" in tested.stdout
    assert "wrong-secret" not in sent.stderr + tested.stdout + tested.stderr


def test_two_typos_are_named_at_once_and_nothing_is_started(desk, press):
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(text.replace("contact", "contct").replace('lang = "ru"', 'lnag = "ru"'))
    for command in (["run"], ["poll"], ["doctor"], ["digest"]):
        answer = desk.monitor(*command, check=2)
        assert 'sources.toml:2: monitor.contct: unknown key; did you mean "contact"?' in answer.stderr
        assert 'lnag: unknown key; did you mean "lang"?' in answer.stderr
        assert "2 mistakes to mend; nothing was started" in answer.stderr
    assert press.requests == []
    assert not (desk.folder / "storage").exists()


# ------------------------------------------------------------------------------------------- ended from outside


def answered(desk):
    """Return the sources whose polls are stored."""
    with contextlib.closing(sqlite3.connect(desk.folder / "storage" / "monitor.db")) as store:
        return {row[0] for row in store.execute("SELECT source_id FROM source_state")}


def test_ctrl_c_while_one_source_hangs_keeps_what_the_others_gave(tmp_path, press, hanging):
    desk = make_desk(tmp_path / "desk", press.base, with_hanging(press, hanging))
    text = desk.config.read_text(encoding="utf-8")
    old = f"allow_private = {private(press.base)}"
    desk.config.write_text(text.replace(old, f"allow_private = {private(press.base, hanging[0])}"))
    process = desk.start("poll")
    try:
        wait_for(lambda: hanging[1] and sum(path in press.feeds for path in press.requests) == 4)
        wait_for(lambda: not reading(process.pid))
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Stopped. What was read so far is kept" in err
    assert "Traceback" not in err
    assert sound(desk)
    assert answered(desk) == {"hw", "pl", "po", "ho"}


def wait_for(condition, seconds=60.0):
    """Wait for another process: it lives in real time."""
    import time

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the other process did not get there"
        time.sleep(0.05)


def reading(pid):
    """Return whether the process has a worker at work: its CPU time still grows."""
    import time

    def used():
        total = 0
        for child in children(pid):
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{child}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
        return total

    before = used()
    time.sleep(0.3)
    return used() != before


def children(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return []


def test_sigterm_in_the_daemons_first_start_while_a_source_hangs_ends_it_in_time(tmp_path, press, hanging):
    desk = make_desk(tmp_path / "desk", press.base, with_hanging(press, hanging))
    text = desk.config.read_text(encoding="utf-8")
    old = f"allow_private = {private(press.base)}"
    desk.config.write_text(text.replace(old, f"allow_private = {private(press.base, hanging[0])}"))
    process = desk.start("run")
    try:
        wait_for(lambda: bool(hanging[1]))
        process.send_signal(signal.SIGTERM)
        _out, err = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert sound(desk)
    assert "was stopped" in desk.monitor("health", check=1).stdout


def test_a_closed_pipe_is_no_error(desk):
    desk.monitor("poll")
    line = f"{sys.executable} -m monitor --config {desk.config} export | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        env=desk.environment(),
        cwd=desk.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_closed_standard_streams_do_no_harm(desk):
    desk.monitor("poll")
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        line = f"{sys.executable} -m monitor --config {desk.config} poll --all {closed}"
        done = subprocess.run(
            ["bash", "-c", line],
            env=desk.environment(),
            cwd=desk.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (closed, done.stderr)
    assert sound(desk)


# ------------------------------------------------------------------------------------------- the store


def test_a_damaged_store_is_said_and_nothing_is_written_over_it(desk):
    desk.monitor("poll")
    file = desk.folder / "storage" / "monitor.db"
    for name in ("monitor.db-wal", "monitor.db-shm"):
        (desk.folder / "storage" / name).unlink(missing_ok=True)
    file.write_bytes(b"no database at all" * 500)
    before = file.read_bytes()
    for command in (["poll"], ["digest"], ["export"], ["run"], ["doctor"]):
        answer = desk.monitor(*command, check=3)
        assert "damaged" in answer.stderr
        assert "backup" in answer.stderr
        assert "Traceback" not in answer.stderr
    assert file.read_bytes() == before
    assert "damaged" in desk.monitor("health", check=1).stdout


def test_a_store_of_a_newer_program_is_left_alone(desk):
    desk.monitor("poll")
    with contextlib.closing(sqlite3.connect(desk.folder / "storage" / "monitor.db")) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    answer = desk.monitor("poll", "--all", check=3)
    assert "newer" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_storage_that_is_a_file_is_said(desk):
    (desk.folder / "storage").write_text("in the way", encoding="utf-8")
    answer = desk.monitor("poll", check=3)
    assert str(desk.folder / "storage") in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_unreachable_postgresql_is_said_without_its_password(desk):
    pytest.importorskip("psycopg")
    url = f"postgresql://me:secret-word@127.0.0.1:{free_port()}/news"
    answer = desk.monitor("poll", check=3, env={"MONITOR_DATABASE": url})
    assert "no connection" in answer.stderr
    assert "secret-word" not in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can become somebody else")
def test_a_storage_of_somebody_else_is_said(desk):
    """Root may write everywhere; the child becomes nobody after a first run, when all modules are loaded."""
    for folder in (desk.folder, *desk.folder.parents):
        if folder.owner() == "root" and folder.stat().st_mode & 0o055 != 0o055:
            folder.chmod(0o755)
    nobody = pwd.getpwnam("nobody")
    script = (
        "import contextlib, os, sys\n"
        "from monitor.__main__ import main\n"
        "sys.argv[0] = 'monitor'\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main()\n"
        f"os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})\n"
        "main()\n"
    )
    done = run_script(desk, script, "poll", "--all")
    assert done.returncode == 3, done.stderr
    assert "cannot be written by this user" in done.stderr
    assert "Traceback" not in done.stderr


def run_script(desk, script, *args):
    """Run a script that ends in the command line."""
    return subprocess.run(
        [sys.executable, "-c", script, "--config", str(desk.config), *args],
        env=desk.environment(),
        cwd=desk.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


FULL_DISK = """
import sys
from monitor.db import session
session.PRAGMAS = (*session.PRAGMAS, "max_page_count=" + sys.argv.pop(1))
sys.argv[0] = "monitor"
from monitor.__main__ import main
main()
"""


def test_a_full_disk_is_said_and_with_room_again_nothing_is_missing(desk, press, tmp_path):
    """A limit of the database's size stands in for the disk: SQLite gives the same error."""
    whole = make_desk(tmp_path / "whole", press.base, sources_of(press))
    whole.monitor("poll")
    desk.monitor("sources", "list")
    with contextlib.closing(sqlite3.connect(desk.folder / "storage" / "monitor.db")) as store:
        (pages,) = store.execute("PRAGMA page_count").fetchone()
    full = 0
    for more in (0, 2, 4, 8, 12):
        done = run_script(
            desk, FULL_DISK.replace("sys.argv.pop(1)", repr(str(pages + more))), "poll", "--all"
        )
        full += done.returncode == 3
        assert done.returncode in {0, 3}, done.stderr
        assert done.returncode == 0 or "disk is full" in done.stderr
        assert "Traceback" not in done.stderr
        assert sound(desk)
    assert full, "the limit was reached"
    desk.monitor("poll", "--all")
    kept = {row["url"]: row["relation"] for row in desk.export()}
    assert kept == {row["url"]: row["relation"] for row in whole.export()}


# ------------------------------------------------------------------------------------------- the configuration


def run_in(folder, *args, **env):
    return subprocess.run(
        [*LAUNCH, *args],
        env=Desk(folder).environment() | env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_no_configuration_says_how_to_get_one(tmp_path):
    answer = run_in(tmp_path, "poll")
    assert answer.returncode == 2
    assert "monitor init mydesk" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_directory_as_configuration_is_said(tmp_path):
    answer = run_in(tmp_path, "--config", str(tmp_path), "poll")
    assert answer.returncode == 2
    assert "directory" in answer.stderr
    assert "Traceback" not in answer.stderr


NO_SOURCES = {
    "none": "",
    "off": '[[source]]\nid = "a"\nurl = "https://a.example/rss"\nenabled = false',
    "waiting": '[[source]]\nid = "a"\nurl = "https://a.example/rss"\nterms = "personal"',
}


@pytest.mark.parametrize("which", NO_SOURCES)
def test_nothing_to_watch_is_said_by_all_that_would_watch(tmp_path, which):
    (tmp_path / "sources.toml").write_text('[monitor]\ncontact = "a@example.org"\n' + NO_SOURCES[which])
    for command in (
        ["run"],
        ["poll"],
        ["sources", "check"],
        ["backfill", "--from", "2026-01-01", "--to", "2026-01-02"],
    ):
        answer = run_in(tmp_path, *command)
        assert answer.returncode == 2, (command, answer.stderr)
        assert "nothing to watch" in answer.stderr or "source" in answer.stderr
        assert ("personal_use = true" in answer.stderr) == (which == "waiting")
        assert "Traceback" not in answer.stderr


def test_files_of_the_operators_own_are_named_when_they_cannot_be_read(desk):
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text('[topic]\nfile = "own.toml"\n' + text, encoding="utf-8")
    for content, said in ((b"garbage = [", "this is not TOML"), (b"\xff\xfe", "UTF-8")):
        (desk.folder / "own.toml").write_bytes(content)
        answer = desk.monitor("poll", check=2)
        assert str(desk.folder / "own.toml") in answer.stderr
        assert said in answer.stderr
    desk.config.write_text(text, encoding="utf-8")
    (desk.folder / "storage").mkdir(exist_ok=True)
    (desk.folder / "storage" / "seeds.json").write_text("{", encoding="utf-8")
    answer = desk.monitor("poll", check=2)
    assert str(desk.folder / "storage" / "seeds.json") in answer.stderr
    assert "monitor seeds import DIR" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_source_that_left_the_configuration_leaves_no_entry_unjudged(tmp_path, press):
    desk = make_desk(tmp_path / "desk", press.base, sources_of(press))
    killed = desk.start("ingest", "1", "poll", script=ROOT / "tests" / "road" / "killed.py")
    killed.communicate(timeout=120)
    assert killed.returncode == -9
    remaining = [source for source in sources_of(press) if source["id"] == "po"]
    desk = make_desk(tmp_path / "desk", press.base, remaining)
    desk.monitor("poll", "--all")
    rows = desk.export()
    assert len(rows) == 5
    assert all(row["relation"] for row in rows)
    assert "po" in desk.monitor("sources", "list").stdout
    assert "No source is due; the next one is at" in desk.monitor("poll").stdout


def test_a_source_with_a_new_address_is_asked_in_full_and_its_entries_stay(tmp_path, press):
    desk = make_desk(tmp_path / "desk", press.base, sources_of(press))
    desk.monitor("poll")
    press.feeds["/moved/rss"] = press.feeds["/po.example/rss"]
    moved = [
        source | {"url": press.base + "/moved/rss"} if source["id"] == "po" else source
        for source in sources_of(press)
        if source["url"] != press.base + "/moved/rss"
    ]
    desk = make_desk(tmp_path / "desk", press.base, moved)
    asked = len(press.requests)
    answer = json.loads(desk.monitor("poll", "--json").stdout)
    assert press.requests[asked:] == ["/moved/rss"], "the others are not due"
    assert answer["new"] == 0
    assert len(desk.export()) == 5


def test_two_sources_with_one_address_give_one_article(tmp_path, press):
    twin = {**sources_of(press)[0], "id": "twin", "name": "Twin"}
    desk = make_desk(tmp_path / "desk", press.base, [*sources_of(press), twin])
    answer = desk.monitor("poll", check=None)
    if answer.returncode == 2:
        assert "twin" in answer.stderr
        return
    assert answer.returncode == 0
    pages = [path for path in press.requests if "/news/" in path]
    assert len(pages) == len(set(pages)), "each article is asked for once"
    rows = [row for row in desk.export() if row["url"].endswith("/graves")]
    assert len(rows) == 2
    assert len({row["relation"] for row in rows}) == 1


def test_a_worker_killed_in_the_middle_costs_one_document(desk):
    script = (
        "import os, signal, sys\n"
        "from monitor.service import sandbox\n"
        "real, left = sandbox._Worker.ask, [1]\n"
        "async def ask(self, *args):\n"
        "    if left and not left.clear():\n"
        "        os.kill(self.process.pid, signal.SIGKILL)\n"
        "    return await real(self, *args)\n"
        "sandbox._Worker.ask = ask\n"
        "sys.argv = ['monitor', *sys.argv[1:]]\n"
        "from monitor.__main__ import main\n"
        "main()\n"
    )
    done = run_script(desk, script, "poll", "--json")
    assert done.returncode == 1, done.stderr
    kinds = sorted(source["kind"] for source in json.loads(done.stdout)["sources"])
    assert kinds == ["ok", "ok", "ok", "parse_lost"]
    again = json.loads(desk.monitor("poll", "--all", "--json").stdout)
    assert {source["kind"] for source in again["sources"]} <= {"ok", "not_modified"}
    assert len(desk.export()) == 5
