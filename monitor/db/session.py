"""Connections and transactions: opens SQLite and PostgreSQL alike, and says what went wrong in words.

One writer at a time on both: a write transaction starts with SQLite's ``BEGIN IMMEDIATE`` or PostgreSQL's
advisory lock, so that what it reads first still holds when it writes. A thread joins the transaction it has
open already.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from monitor.db.codec import dumps
from monitor.errors import StoreError

DATABASE_FILE = "monitor.db"
"""Name of the SQLite file in the storage directory."""

BUSY_S = 30
"""How long a writer waits for another; the longest batch took 2 s (benchmarks/store.py)."""

PRAGMAS = (
    "journal_mode=WAL",  # readers do not wait for the writer
    "synchronous=FULL",  # a commit survives a power cut: a digest marked as sent stays sent
    "foreign_keys=ON",
    "cache_size=-16000",  # 16 MB: the pages that 100,000 articles' look-ups come back to
    "temp_store=MEMORY",
    "wal_autocheckpoint=4000",  # 16 MB: pages that many batches write in turn are copied back once
    "journal_size_limit=67108864",  # gives the log's space back after a large backfill
)

WRITER_LOCK = 7_305_001
DAEMON_LOCK = 7_305_002
"""PostgreSQL advisory locks, one number each; the numbers only have to differ from each other and stay."""

CONNECT_TIMEOUT_S = 10

FULL = (
    "the disk is full. Nothing of this step was stored; what was stored before is whole and readable. "
    "Free some space and start again"
)
READ_ONLY = "it cannot be written by this user. Check owner and mode of the directory and of the files in it"
BUSY = f"another process has kept it locked for {BUSY_S} s. Try again, or stop the other process"
DAMAGED = "it is damaged, or no store at all. Put back a backup, or move the file away to start afresh"
DISK = "the disk did not read or write. Check the disk, then run `monitor db check`"
UNREACHABLE = (
    "no connection. Does the server run, and are host, port, user, password and database name right?"
)
DENIED = "the server refuses this user. Check name and password in the address, and the server's pg_hba.conf"
NO_DATABASE = "the server has no such database. Create it with `createdb`"
FAULT = "the store refused a step; this is a fault of the program, please report it with this text"

SQLITE_ADVICE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_IOERR: DISK,
}

POSTGRES_ADVICE = (
    ("53100", FULL),
    ("25006", READ_ONLY),
    ("42501", DENIED),
    ("28", DENIED),
    ("3D000", NO_DATABASE),
    ("08", UNREACHABLE),
    ("57P", UNREACHABLE),
    ("55P03", BUSY),
)
"""SQLSTATE codes and classes (appendix A of the PostgreSQL manual) and what to do about them."""


class Session:
    """The open database and the transaction each thread has in it."""

    def __init__(self, engine: Engine, place: str, *, file: Path | None = None) -> None:
        """Take an engine; ``place`` names the store in messages, without a password."""
        self.engine = engine
        self.place = place
        self.file = file
        self._open = threading.local()

    @property
    def dialect(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    def joined(self) -> Connection | None:
        """Return the connection of this thread's open transaction, else None."""
        return getattr(self._open, "connection", None)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store."""
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a write transaction: committed at the end, rolled back after any exception."""
        with self._transaction(write=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        joined = self.joined()
        if joined is not None:
            with self.translated():
                self._open.flush()
                yield joined
            return
        with self.translated(), self.engine.connect() as bare:
            connection = bare.execution_options(monitor_write=write)
            with connection.begin():
                if write and self.dialect == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})"))
                self._open.connection, self._open.flush = connection, _nothing
                try:
                    yield connection
                finally:
                    self._open.connection = None

    @contextmanager
    def flushing(self, flush: Callable[[], None]) -> Iterator[None]:
        """Call this before anybody joins the open transaction, so that he sees what was gathered for it."""
        self._open.flush = flush
        try:
            yield
        finally:
            self._open.flush = _nothing

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what the database raises into a StoreError with advice."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StoreError(f"The store {self.place} cannot be used: {advice(error)}.") from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _nothing() -> None:
    """Do nothing: a transaction in which nothing is gathered."""


def advice(error: Exception) -> str:
    """Return what happened and what to do, by the database's own code, never by its message."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return f"{SQLITE_ADVICE.get(code & 0xFF, FAULT)} ({cause})"
    state = getattr(cause, "sqlstate", "")
    if state is None:  # psycopg: the connection broke, or never came about
        return f"{UNREACHABLE} ({_one_line(cause)})"
    for prefix, words in POSTGRES_ADVICE:
        if state and state.startswith(prefix):
            return f"{words} ({_one_line(cause)})"
    return f"{FAULT} ({_one_line(error)})"


def broken(error: Exception) -> bool:
    """Return True when the store itself is at fault (full, locked, damaged, gone), not what it was told."""
    return isinstance(error, SQLAlchemyError | sqlite3.Error) and not advice(error).startswith(FAULT)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]


def connect(where: str | Path, *, create: bool) -> Session:
    """Open a directory, ``:memory:`` (tests, trials) or ``postgresql://…``; no table is created yet."""
    address = str(where)
    if address.startswith(("postgresql:", "postgres:", "postgresql+")):
        return _postgresql(address)
    if address == ":memory:":
        engine = create_engine(
            "sqlite://",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            json_serializer=dumps,
        )
        return _sqlite(engine, "in memory", None)
    return _sqlite_in(Path(where), create=create)


def _sqlite_in(directory: Path, *, create: bool) -> Session:
    file = directory / DATABASE_FILE
    if not file.exists():
        if not create:
            raise StoreError(f"There is no store in {directory}; `monitor poll` creates one.")
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The directory {directory} cannot be created: {error.strerror}.") from error
    engine = create_engine(
        URL.create("sqlite", database=str(file)), connect_args={"timeout": BUSY_S}, json_serializer=dumps
    )
    return _sqlite(engine, str(file), file)


def _sqlite(engine: Engine, place: str, file: Path | None) -> Session:
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return Session(engine, place, file=file)


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions by itself, and too late
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("monitor_write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _postgresql(address: str) -> Session:
    try:
        url = make_url(address).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError) as error:
        raise StoreError("The database address is not of the form postgresql://user@host/name.") from error
    place = url.render_as_string(hide_password=True).replace("+psycopg", "")
    try:
        engine = create_engine(
            url,
            pool_pre_ping=True,  # a server restarted over night is no reason to fail a poll
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                "options": f"-c timezone=UTC -c lock_timeout={BUSY_S * 1000}",
            },
            json_serializer=dumps,
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            "PostgreSQL needs the psycopg package: pip install 'treaty-monitor[postgres]'."
        ) from error
    return Session(engine, place)
