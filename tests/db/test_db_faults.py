"""What breaks from outside: killed processes, full and read-only disks, damage, other daemons, silent servers."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.db.session import DATABASE_FILE
from monitor.db.store import Store
from monitor.errors import StoreBusyError, StoreError
from tests.db.making import NOW, OFF, article, digest, entry, later, poll, verdict

ROOT = Path(__file__).resolve().parents[2]

CHILD = """
import os, signal, sys
from monitor.db.store import Store
from tests.db.making import *

where, moment = sys.argv[1:]
store = Store.open(where)
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
store.record_polls([poll(entry(1), entry(2))])
ids = [e.id for e in store.each_entry()]
with store.batch() as batch:
    article_id = batch.save_article(article(1), url_keys=["a"], fingerprint=fingerprint(1, 2), traits=traits("island:x"))
    batch.attach(ids[0], article_id)
    story = batch.story_open(article_id, NOW, "first")
    batch.save_verdict(ids[0], article_id, verdict(sentences=(judged(0),), quotes=(quote(),)), NOW)
    batch.save_verdict(ids[1], None, OFF, NOW)
    for one in ids:
        batch.finish(one, "done")
    store.queue_digest(digest(items=(article_id,)))
    batch.flush()
    if moment == "before":
        die()
die()
"""


def run_child(where, moment):
    done = subprocess.run([sys.executable, "-c", CHILD, where, moment], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_killed_before_the_commit_nothing_of_the_batch_is_there(where):
    run_child(where, "before")
    with Store.open(where) as store:
        counts = store.counts()
        assert (counts.entries, counts.pending, counts.articles, counts.stories, counts.digests_queued) == (
            2,
            2,
            0,
            0,
            0,
        )
        assert store.verdict_history(1) == []
        assert store.check() == []
        with store.batch() as batch:
            assert batch.article_for_url(["a"]) is None
            assert batch.candidates([1 << 16, 2 << 16]) == []


def test_killed_after_the_commit_all_of_the_batch_is_there(where):
    run_child(where, "after")
    with Store.open(where) as store:
        counts = store.counts()
        assert (counts.entries, counts.pending, counts.articles, counts.stories, counts.digests_queued) == (
            2,
            0,
            1,
            1,
            1,
        )
        assert store.article(1).verdict.sentences
        assert store.untold("file", until=NOW) == []
        assert store.check() == []
        with store.batch() as batch:
            assert batch.candidates([1 << 16, 2 << 16]) == [(1, 2)]


# ------------------------------------------------------------------------------------------- disks


def test_a_full_disk_is_said_and_earlier_data_stays_readable(tmp_path):
    with Store.open(tmp_path) as store:
        store.record_polls([poll(entry(1))])
        with store._session.writing() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        with pytest.raises(StoreError, match=r"disk is full.*Free some space"):
            store.record_polls([poll(*[entry(n, summary="x" * 2000) for n in range(2, 200)], at=later(1))])
        assert [e.entry for e in store.each_entry()] == [entry(1)]
        assert len(store.looks(NOW, later(60))) == 1
        assert store.check() == []


def as_nobody(work):
    """Run the work in a child without privileges; return what it said."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setuid(65534)
            os.write(write, work().encode())
        except BaseException as error:  # noqa: BLE001  a forked child must never return
            os.write(write, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as pipe:
        return pipe.read().decode()


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can become somebody else")
def test_a_read_only_store_is_said(tmp_path):
    Store.open(tmp_path / "storage").close()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and folder.stat().st_mode & 0o055 != 0o055:
            folder.chmod(0o755)  # somebody else must reach the store to find it read-only
    said = as_nobody(lambda: Store.open(tmp_path / "storage").meta_set("a", "1") or "written")
    assert said.startswith("StoreError")
    assert "cannot be written by this user" in said
    said = as_nobody(lambda: str(Store.open(tmp_path / "new")))
    assert said.startswith("StoreError")
    assert "cannot be created" in said


def test_a_directory_that_cannot_be_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be created"):
        Store.open(tmp_path / "file" / "storage")


def test_a_missing_store_is_not_made_unasked(tmp_path):
    with pytest.raises(StoreError, match="There is no store"):
        Store.open(tmp_path / "storage", create=False)
    assert not (tmp_path / "storage").exists()


def test_a_file_that_is_no_store_is_said(tmp_path):
    (tmp_path / DATABASE_FILE).write_bytes(b"certainly not a database" * 100)
    with pytest.raises(StoreError, match=r"damaged, or no store.*backup"):
        Store.open(tmp_path)


def test_damage_inside_the_file_is_found(tmp_path):
    with Store.open(tmp_path) as store:
        store.record_polls([poll(*[entry(n, summary="x" * 900) for n in range(200)])])
    with (tmp_path / DATABASE_FILE).open("r+b") as file:
        file.seek(-5 * 4096, os.SEEK_END)
        file.write(b"\xff" * 4096 * 4)
    with Store.open(tmp_path) as store:
        try:
            assert any("damaged" in line for line in store.check())
        except StoreError as error:
            assert "damaged" in str(error)  # noqa: PT017  SQLite may refuse the check itself


# ------------------------------------------------------------------------------------------- backup


def test_a_backup_is_whole_while_the_store_is_written(tmp_path):
    with Store.open(tmp_path / "storage") as store:
        store.record_polls([poll(entry(1))])
        store.backup(tmp_path / "copies" / DATABASE_FILE)
        store.record_polls([poll(entry(2), at=later(1))])
        store.backup(tmp_path / "copies" / DATABASE_FILE)
    with Store.open(tmp_path / "copies") as copy:
        assert copy.counts().entries == 2
        assert copy.check() == []
    assert [p.name for p in (tmp_path / "copies").iterdir() if p.name.endswith(".part")] == []


def test_a_backup_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        Store.open(tmp_path / "storage") as store,
        pytest.raises(StoreError, match=r"backup .* cannot be written"),
    ):
        store.backup(tmp_path / "file" / "copy.db")


@pytest.mark.postgres
def test_a_backup_of_postgresql_is_left_to_its_own_program(server):
    with Store.open(server.database()) as store, pytest.raises(StoreError, match="pg_dump"):
        store.backup(Path("copy.db"))


# ------------------------------------------------------------------------------------------- daemons, writers


def test_one_daemon_holds_a_store_and_the_other_is_told_who(where):
    with Store.open(where) as one, Store.open(where) as other:
        with one.hold("monitor on desk-1, process 4711"):
            with pytest.raises(StoreBusyError, match="desk-1, process 4711"), other.hold("second"):
                pass
            other.record_polls([poll(entry(1))])  # a command beside the daemon still works
        with other.hold("second"):
            pass
        assert one.counts().entries == 1


def test_a_killed_daemon_holds_nothing(where):
    code = (
        "import os, signal, sys; from monitor.db.store import Store; s = Store.open(sys.argv[1])\n"
        "with s.hold('gone'): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, where], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    with Store.open(where) as store:
        for _ in range(50):  # the server needs a moment to see that its client is gone
            try:
                with store.hold("next"):
                    return
            except StoreBusyError:
                store._session.engine.dispose()
                threading.Event().wait(0.1)
    pytest.fail("the store is still held")


def test_two_writers_wait_for_each_other_and_lose_nothing(where):
    with Store.open(where) as store:
        failures = []

        def work(number):
            try:
                with Store.open(where) as own:
                    for step in range(10):
                        own.record_polls(
                            [poll(entry(f"{number}-{step}"), entry("same"), source="s", at=later(step))]
                        )
            except Exception as error:  # noqa: BLE001  shown by the assertion below
                failures.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert store.counts().entries == 31
        assert sum(look.new_entries for look in store.looks(NOW, later(60))) == 31


def test_a_reader_sees_the_last_commit_while_a_batch_is_open(where):
    with Store.open(where) as writer, Store.open(where) as reader:
        writer.record_polls([poll(entry(1))])
        with writer.batch() as batch:
            batch.save_verdict(1, None, OFF, NOW)
            batch.finish(1, "done")
            batch.flush()
            assert reader.pending_count() == 1
        assert reader.pending_count() == 0


# ------------------------------------------------------------------------------------------- PostgreSQL


@pytest.mark.postgres
def test_a_server_that_does_not_answer_is_said_without_the_password(server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(StoreError, match="no connection") as caught:
        Store.open(f"postgresql://me:secret@127.0.0.1:{port}/news")
    assert "secret" not in str(caught.value)


@pytest.mark.postgres
def test_a_missing_database_is_said(server):
    with pytest.raises(StoreError, match=r"no connection.*nowhere"):
        Store.open(server.address("nowhere"))


@pytest.mark.postgres
def test_a_lost_connection_is_said_and_the_next_call_works(server):
    with Store.open(server.database()) as store:
        store.meta_set("a", "1")
        with pytest.raises(StoreError, match="no connection"), store.batch() as batch:  # noqa: PT012  until the loss
            pid = batch._connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            import psycopg

            with psycopg.connect(server.address("postgres"), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (pid,))
            store.meta_set("a", "2")
        assert store.meta_get("a") == "1"


def test_an_address_that_cannot_be_read_is_said():
    with pytest.raises(StoreError, match="not of the form"):
        Store.open("postgresql://me@host:port/news")


def test_in_memory_a_store_works_and_is_gone_afterwards():
    with Store.open(":memory:") as store, store.hold("me"):
        store.record_polls([poll(entry(1))])
        with store.batch() as batch:
            article_id = batch.save_article(article(1), url_keys=["a"])
            batch.attach(1, article_id)
            batch.save_verdict(1, article_id, verdict(), NOW)
            store.queue_digest(digest(items=(article_id,)))
        assert store.check() == []
    with Store.open(":memory:") as store:
        assert store.counts().entries == 0


def test_all_connections_are_closed(tmp_path):
    with Store.open(tmp_path) as store:
        store.record_polls([poll(entry(1))])
    with sqlite3.connect(tmp_path / DATABASE_FILE) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")  # refused while anybody else is connected
    raw.close()
