"""Every fault point x every behaviour of a mail server: a process is killed there, started again, and counted.

    python -m tests.road.fault_matrix                 the whole table
    python -m tests.road.fault_matrix "after the dot" only these rows

Real processes, real SIGKILL, a real SMTP server on loopback, SQLite on disk. Two recipients by mail, one file,
a dead man's switch. A process is killed at the second mail where a point belongs to mails.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.service.press import serving as serving_press
from tests.digest.test_digest_mail import Box
from tests.digest.test_digest_mail import serving as serving_mail
from tests.road.presses import small_press, sources_of
from tests.road.worlds import ROOT, make_desk

DESK, OTHER = "desk@example.org", "other@example.org"
TOLD = 4
"""Relevant and near articles of the small press."""
RUNS = 8
"""Starts of the program after which a cell has failed: two refusals and a kill need four."""

POINTS = {
    "before build": 1,
    "in the building": 2,
    "queued, uncommitted": 2,
    "at its commit": 2,
    "after its commit": 1,
    "before connecting": 2,
    "after connecting": 2,
    "after MAIL": 2,
    "after RCPT": 2,
    "in DATA": 2,
    "before the note": 2,
    "noted, before the dot": 2,
    "after the dot": 2,
    "after the 250": 2,
    "before the mark": 2,
    "marked, uncommitted": 2,
    "at the mark's commit": 2,
    "after the mark": 2,
    "before the heartbeat": 1,
    "after the heartbeat": 1,
    "file half written": 1,
    "file written, unmarked": 1,
}
"""The road of a digest, and at the how manieth passage the process is killed: the second is in the middle."""
WINDOW = frozenset(list(POINTS)[11:17])
"""Points at which the mail in question is out of our hands, for all we know, and not marked."""
BEHAVIOURS = ("accepts", "4xx, then accepts", "drops after DATA, has it", "drops after DATA, has not")


class Server(Box):
    """A mail server that treats the first mail to each address as its behaviour says, and all later ones well."""

    def __init__(self):
        super().__init__()
        self.begin("accepts")

    def begin(self, behaviour):
        self.behaviour, self.got, self.met = behaviour, [], set()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  the name aiosmtpd calls
        (to,) = envelope.rcpt_tos
        first = to not in self.met
        self.met.add(to)
        if first and self.behaviour.startswith("4xx"):
            return "451 try again later"
        if not first or "has not" not in self.behaviour:
            self.got.append(envelope)
        if first and self.behaviour.startswith("drops"):
            server.transport.abort()
        return "250 taken"


@dataclass(frozen=True)
class Cell:
    """What came of one point and one behaviour."""

    point: str
    behaviour: str
    kills: int
    runs: int
    copies: dict[str, int]
    repeats: dict[str, int]
    faults: tuple[str, ...]

    @property
    def said(self):
        """Return mails by recipient and what was counted as repeated: ``1+2 (1)``; ``!`` marks a fault."""
        counted = sum(self.repeats.values())
        return (
            f"{self.copies[DESK]}+{self.copies[OTHER]}+{self.copies['file']}"
            f"{f' ({counted})' if counted else ''}{'!' if self.faults else ''}"
        )


@dataclass
class Matrix:
    """A desk whose digest is due, to be copied for each cell, and the servers around it."""

    folder: Path
    server: Server
    port: int
    press: object
    zygote: subprocess.Popen
    made: int = field(default=0)

    def cell(self, point, behaviour):
        """Kill a sending process there, start it again until nothing is left to do, and count."""
        self.made += 1
        cell = self.folder / str(self.made)
        shutil.copytree(self.folder / "desk", cell)
        self.server.begin(behaviour)
        self.press.requests.clear()
        kills = runs = 0
        while runs < RUNS:
            runs += 1
            ended = self.monitor(cell, "digest", "--send", point=None if kills else point)
            kills += ended == -signal.SIGKILL
            if ended == 0 and not self.waiting(cell):
                break
        rows = self.rows(cell)
        repeats = {row["recipient_id"].removeprefix("email:"): row["repeats"] for row in rows}
        copies = Counter(to for envelope in self.server.got for to in envelope.rcpt_tos)
        copies["file"] = len(list((cell / "storage" / "digests").glob("*.txt")))
        found = Cell(point, behaviour, kills, runs, dict(copies), repeats, ())
        faults = tuple(self.faults(cell, rows, found))
        shutil.rmtree(cell)
        return Cell(point, behaviour, kills, runs, dict(copies), repeats, faults)

    def monitor(self, cell, *args, point=None):
        """Run the command line in a forked process; return its exit code (minus the signal that ended it)."""
        job = {
            "args": ["--config", str(cell / "sources.toml"), *args],
            "cwd": str(cell),
            "out": str(cell / "out"),
            "point": point,
            "number": POINTS.get(point, 1),
        }
        self.zygote.stdin.write(json.dumps(job) + "\n")
        self.zygote.stdin.flush()
        return int(self.zygote.stdout.readline())

    @staticmethod
    def rows(cell):
        with contextlib.closing(sqlite3.connect(cell / "storage" / "monitor.db")) as store:
            store.row_factory = sqlite3.Row
            return store.execute(
                "SELECT recipient_id, slot, state, repeats, message_id, "
                "(SELECT count(*) FROM digest_item WHERE digest_id = digest.id) AS items FROM digest"
            ).fetchall()

    def waiting(self, cell):
        rows = self.rows(cell)
        return len(rows) < 3 or any(row["state"] != "sent" for row in rows)

    def faults(self, cell, rows, found):
        """Say what broke the promise: each digest once; repeats only in the window, the same mail, counted."""
        if not found.kills:
            yield "the point was not reached"
        if sorted(row["recipient_id"] for row in rows) != [f"email:{DESK}", f"email:{OTHER}", "file"]:
            yield f"digests of {[row['recipient_id'] for row in rows]}"
        if {row["state"] for row in rows} != {"sent"}:
            yield f"states {[row['state'] for row in rows]} after {found.runs} runs"
        if {row["items"] for row in rows} != {TOLD}:
            yield f"they tell {[row['items'] for row in rows]} articles"
        files = [path.suffix for path in (cell / "storage" / "digests").iterdir()]
        if sorted(files) != [".html", ".txt"]:
            yield f"files {files}"
        for row in rows:
            to = row["recipient_id"].removeprefix("email:")
            mails = [envelope.content for envelope in self.server.got if envelope.rcpt_tos == [to]]
            if to == "file":
                continue
            if len(set(mails)) != 1 or f"Message-ID: {row['message_id']}".encode() not in mails[0]:
                yield f"{len(set(mails))} different mails for {to}"
            unheard = (found.point in WINDOW) + found.behaviour.startswith("drops")
            if not len(mails) - 1 <= row["repeats"] <= unheard:
                yield f"{len(mails)} mails for {to}, {row['repeats']} counted, {unheard} ended unheard"
        asked = len([path for path in self.press.requests if path == "/alive"])
        if not 1 <= asked <= 2 + found.runs:
            yield f"the dead man's switch was asked {asked} times"


@contextlib.contextmanager
def prepared():
    """Make the desk, the servers and the parent of all processes."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="monitor-faults-")))
        press = stack.enter_context(serving_press(small_press()))
        press.feeds["/alive"] = press.feeds[next(iter(press.feeds))]
        server = Server()
        port = stack.enter_context(serving_mail(server)).port
        past = datetime.now(UTC) - timedelta(hours=6)
        more = (
            f'[digest]\nat = ["{past:%H:%M}"]\nheartbeat_url = "{press.base}/alive"\n'
            f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nfrom = "m@example.org"\n'
            f'[[digest.to]]\nkind = "email"\naddress = "{DESK}"\n'
            f'[[digest.to]]\nkind = "email"\naddress = "{OTHER}"\n[[digest.to]]\nkind = "file"'
        )
        desk = make_desk(folder / "desk", press.base, sources_of(press), more=more)
        text = desk.config.read_text(encoding="utf-8").replace("Asia/Tokyo", "UTC")
        desk.config.write_text(text, encoding="utf-8")
        zygote = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "road" / "fault_points.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=desk.environment(),
        )
        stack.callback(zygote.wait)
        stack.callback(zygote.stdin.close)
        stack.callback(zygote.stdout.close)
        assert zygote.stdout.readline() == "ready\n"
        matrix = Matrix(folder, server, port, press, zygote)
        assert matrix.monitor(desk.folder, "poll") == 0, (desk.folder / "out").read_text(encoding="utf-8")
        with contextlib.closing(sqlite3.connect(desk.folder / "storage" / "monitor.db")) as store, store:
            store.execute("UPDATE meta SET value = '2026-01-01T00:00:00+00:00' WHERE key = 'first_start_at'")
        yield matrix


def table(cells):
    """Return the table: points down, behaviours across."""
    width = max(map(len, POINTS))
    lines = [f"{'killed':<{width}}  " + "  ".join(f"{name:<24}" for name in BEHAVIOURS)]
    for point in POINTS:
        row = {cell.behaviour: cell for cell in cells if cell.point == point}
        if row:
            said = (row[name].said if name in row else "" for name in BEHAVIOURS)
            lines.append(f"{point:<{width}}  " + "  ".join(f"{one:<24}" for one in said).rstrip())
    bad = [f"! {cell.point} x {cell.behaviour}: {fault}" for cell in cells for fault in cell.faults]
    mails = sum(cell.copies[DESK] + cell.copies[OTHER] for cell in cells)
    more = mails - 2 * len(cells)
    counted = sum(sum(cell.repeats.values()) for cell in cells)
    kills, runs = sum(cell.kills for cell in cells), sum(cell.runs for cell in cells)
    return "\n".join(
        [
            *lines,
            "",
            "Each cell: mails the server accepted for the first recipient + for the second + files (repeats the",
            "outbox counted: so often an attempt had ended without an answer). Every repeat was byte for byte",
            "the same mail under the same Message-ID.",
            f"{len(cells)} cells, {kills} kills, {runs} processes; {len(bad)} faults.",
            f"{mails} mails were accepted, {more} of them repeats; {counted} counted.",
            *bad,
        ]
    )


def main():
    wanted = sys.argv[1:] or list(POINTS)
    with prepared() as matrix:
        cells = [matrix.cell(point, behaviour) for point in wanted for behaviour in BEHAVIOURS]
    print(table(cells))
    return any(cell.faults for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
