"""Fixtures of the store tests: a real PostgreSQL server once a session, a fresh store on each database per test."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from monitor.db.store import Store

UNPRIVILEGED = ("postgres", "nobody")
"""initdb refuses root: whom it may run as instead, the first that exists."""


def programs() -> Path | None:
    """Return the folder with initdb and pg_ctl, the newest where there are several."""
    asked = shutil.which("pg_config")
    if asked:
        folder = Path(
            subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        )
        if (folder / "initdb").exists():
            return folder
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    return Path(program).parent if (program := shutil.which("initdb")) else None


class Server:
    """A PostgreSQL server of our own: unix socket, no TCP, no fsync, gone after the session."""

    def __init__(self, bin_dir: Path) -> None:
        self._bin = bin_dir
        self._run_as = (
            next(pwd.getpwnam(name) for name in UNPRIVILEGED if _exists(name)) if os.geteuid() == 0 else None
        )
        self.home = Path(tempfile.mkdtemp(prefix="monitor-pg-", dir="/tmp"))
        self.user = "monitor"
        self._count = 0
        if self._run_as:
            os.chown(self.home, self._run_as.pw_uid, self._run_as.pw_gid)
        self._call(
            "initdb",
            "-D",
            "data",
            "-U",
            self.user,
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        options = f"-c listen_addresses= -c unix_socket_directories={self.home} -c fsync=off -c full_page_writes=off -c max_connections=60"
        self._call("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def _call(self, program: str, *arguments: str) -> None:
        identity = (
            {"user": self._run_as.pw_uid, "group": self._run_as.pw_gid, "extra_groups": []}
            if self._run_as
            else {}
        )
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            cwd=self.home,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            **identity,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.decode()}")

    def address(self, database: str) -> str:
        return f"postgresql://{self.user}@/{database}?host={quote(str(self.home))}"

    def database(self, template: str = "template0") -> str:
        """Create a database, empty or a copy of another, and return its address."""
        import psycopg

        self._count += 1
        name = f"test{self._count}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    def stop(self) -> None:
        self._call("pg_ctl", "-D", "data", "-m", "immediate", "stop")
        shutil.rmtree(self.home, ignore_errors=True)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@pytest.fixture(scope="session")
def server(needed: Callable[[str], None]) -> Iterator[Server]:
    folder = programs()
    if folder is None:
        needed("PostgreSQL is not installed: apt-get install postgresql")
    pytest.importorskip("psycopg") if os.environ.get("MONITOR_REQUIRE_ALL") != "1" else __import__("psycopg")
    started = Server(folder)
    yield started
    started.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where an empty store can be opened, on each database in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "storage")
    return request.getfixturevalue("server").database()


@pytest.fixture(scope="session")
def migrated(server: Server) -> str:
    """Return the name of a migrated database to copy: three times as fast as migrating for each test."""
    address = server.database()
    Store.open(address).close()
    return address.split("?")[0].rpartition("/")[2]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where an empty, migrated store can be opened, on each database in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "storage")
    migrated = request.getfixturevalue("migrated")
    return request.getfixturevalue("server").database(migrated)


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with Store.open(place) as opened:
        yield opened


@pytest.fixture
def pair(tmp_path: Path, server: Server, migrated: str) -> Iterator[tuple[Store, Store]]:
    """Return one store on each database, to be treated alike."""
    with Store.open(tmp_path / "storage") as one, Store.open(server.database(migrated)) as other:
        yield one, other
