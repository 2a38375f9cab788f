"""Keeping the store itself: the daemon's hold, backup, integrity, counts, remembered values."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from monitor.db import tables as t
from monitor.db.bulk import upsert
from monitor.db.records import Counts, DigestState, EntryState
from monitor.db.session import DAEMON_LOCK, Session
from monitor.errors import StoreBusyError, StoreError
from monitor.model import Level

LOCK_FILE = "monitor.lock"
"""Beside the database; what counts is the lock on it, its text only names the holder."""

# ------------------------------------------------------------------------------------------- one daemon


@contextmanager
def hold(session: Session, owner: str) -> Iterator[None]:
    """Hold the store for one daemon; StoreBusyError names who holds it. A dead process holds nothing."""
    if session.dialect == "postgresql":
        with _hold_postgresql(session, owner):
            yield
    elif session.file is None:
        yield
    else:
        with _hold_file(session.file.with_name(LOCK_FILE), owner):
            yield


@contextmanager
def _hold_file(path: Path, owner: str) -> Iterator[None]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"The lock {path} cannot be opened: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 200).decode("utf-8", "replace").strip()
            raise StoreBusyError(_busy(str(path.parent), holder)) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, owner.encode()[:200], 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _hold_postgresql(session: Session, owner: str) -> Iterator[None]:
    with session.translated(), session.engine.connect() as bare:
        connection = bare.execution_options(isolation_level="AUTOCOMMIT")
        name = text("SELECT set_config('application_name', :owner, false)")
        connection.execute(name, {"owner": owner[:60]})
        taken = connection.execute(text(f"SELECT pg_try_advisory_lock({DAEMON_LOCK})")).scalar()
        if not taken:
            raise StoreBusyError(
                _busy(session.place, connection.execute(_HOLDER, {"lock": DAEMON_LOCK}).scalar() or "")
            )
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({DAEMON_LOCK})"))


_HOLDER = text("""
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objid = :lock AND a.datname = current_database()
""")


def _busy(place: str, holder: str) -> str:
    by = f" ({holder})" if holder else ""
    return f"Another daemon{by} holds the store {place}. Stop it first, or leave the work to it."


# ------------------------------------------------------------------------------------------- backup, check


def backup(session: Session, path: Path) -> None:
    """Copy a SQLite store as it is at one moment; the copy appears under its name only when it is whole."""
    if session.file is None:
        raise StoreError("Only a SQLite store is copied here; for PostgreSQL use pg_dump.")
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(session.file)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        part.replace(path)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink()
        raise StoreError(f"The backup {path} cannot be written: {error}.") from error


def problems(connection: Connection) -> list[str]:
    """Return what is not as it must be, in words."""
    found = []
    if connection.dialect.name == "sqlite":
        lines = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
        found += [f"the file is damaged: {line}" for line in lines if line != "ok"]
        foreign = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        found += [f"{row[0]} row {row[1]} points to a missing {row[2]}" for row in foreign[:20]]
    for words, query in _missing().items():
        count = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        if count:
            found.append(f"{count} {words}")
    return found


def _missing() -> dict[str, Select[Any]]:
    """Return what must not be there, by what to say of it."""
    entry, article, verdict = t.entry.c, t.article.c, t.verdict.c
    own = select(verdict.id).where(verdict.entry_id == entry.id, verdict.current).correlate(t.entry)
    shared = select(verdict.id).where(verdict.article_id == entry.article_id, verdict.current)
    decided = select(verdict.id).where(verdict.article_id == article.id, verdict.current)
    seen = select(entry.id).where(entry.article_id == article.id)
    return {
        "judged entries have no verdict": select(entry.id).where(
            entry.state == EntryState.DONE.value, ~own.exists(), ~shared.correlate(t.entry).exists()
        ),
        "articles have no entry": select(article.id).where(~seen.correlate(t.article).exists()),
        "articles have no verdict": select(article.id).where(~decided.correlate(t.article).exists()),
    }


def counts(connection: Connection) -> Counts:
    """Return how much is stored."""
    entry, verdict = t.entry.c, t.verdict.c

    def count(query: object) -> int:
        return int(connection.execute(query).scalar_one())  # type: ignore[call-overload]

    rows = func.count()
    return Counts(
        entries=count(select(rows).select_from(t.entry)),
        pending=count(select(rows).select_from(t.entry).where(t.IS_PENDING)),
        failed=count(select(rows).select_from(t.entry).where(entry.state == EntryState.FAILED.value)),
        articles=count(select(rows).select_from(t.article)),
        relevant=count(
            select(rows)
            .select_from(t.verdict)
            .where(verdict.current, verdict.article_id.is_not(None), verdict.level == Level.RELEVANT.value)
        ),
        stories=count(select(rows).select_from(t.story)),
        digests_queued=count(
            select(rows).select_from(t.digest).where(t.digest.c.state == DigestState.QUEUED.value)
        ),
    )


# ------------------------------------------------------------------------------------- remembered values


def meta_get(connection: Connection, key: str) -> str | None:
    """Return a remembered value."""
    found: str | None = connection.execute(select(t.meta.c.value).where(t.meta.c.key == key)).scalar()
    return found


def meta_set(connection: Connection, key: str, value: str) -> None:
    """Remember a value."""
    upsert(connection, t.meta, ("key", "value"), [(key, value)])
