"""Where a process that sends digests can be killed: each point wraps a function of ours, or of the library, in place.

    python fault_points.py          reads one job a line, forks, runs ``monitor`` in the child, says how it ended

The child is a process of its own that ends with SIGKILL, as in a power cut; forking from a parent that has loaded
everything saves a second of imports for each of some 400 processes. Nothing of this is in the product.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import sys
from pathlib import Path


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class Count:
    """Ends the process when it is called for the Nth time."""

    def __init__(self, number):
        self.left = number

    def __call__(self, *_args, **_more):
        self.left -= 1
        if self.left == 0:
            die()


def before(owner, name, count):
    """Count each call before it does anything."""
    real = getattr(owner, name)

    def wrapped(*args, **more):
        count()
        return real(*args, **more)

    setattr(owner, name, wrapped)


def after(owner, name, count):
    """Count each call when it has done its work."""
    real = getattr(owner, name)

    def wrapped(*args, **more):
        result = real(*args, **more)
        count()
        return result

    setattr(owner, name, wrapped)


def at_commit_after(owner, name, count):
    """Count the commit of each transaction in which that was called, just before it happens."""
    import sqlalchemy

    called = []
    real = getattr(owner, name)

    def wrapped(*args, **more):
        result = real(*args, **more)
        called.append(1)
        return result

    def committing(_connection):
        if called:
            called.clear()
            count()

    setattr(owner, name, wrapped)
    sqlalchemy.event.listen(sqlalchemy.engine.Engine, "commit", committing)


def half_sent(count):
    """Count bodies of mails of which half has left."""
    real = smtplib.SMTP.send

    def send(self, s):
        if getattr(self, "_in_data", False) and isinstance(s, bytes) and len(s) > 100:
            real(self, s[: len(s) // 2])
            count()
            real(self, s[len(s) // 2 :])
        else:
            real(self, s)

    smtplib.SMTP.send = send


def heartbeat_asked(count):
    """Count requests to the dead man's switch that are answered, and not recorded yet."""
    from monitor.service import send

    real = send.fetch

    async def fetch(*args, **more):
        answer = await real(*args, **more)
        count()
        return answer

    send.fetch = fetch


def points():
    """Return every point by name, in the order of the road, with what arms it."""
    from monitor.db.store import Store
    from monitor.digest import build, deliver
    from monitor.digest.handing import Handing, Noting
    from monitor.service import send

    return {
        "before build": lambda n: before(Store, "last_slot", n),
        "in the building": lambda n: after(build, "build", n),
        "queued, uncommitted": lambda n: after(Store, "queue_digest", n),
        "at its commit": lambda n: at_commit_after(Store, "queue_digest", n),
        "after its commit": lambda n: before(Store, "outbox", n),
        "before connecting": lambda n: before(smtplib.SMTP, "connect", n),
        "after connecting": lambda n: after(smtplib.SMTP, "connect", n),
        "after MAIL": lambda n: after(smtplib.SMTP, "mail", n),
        "after RCPT": lambda n: after(smtplib.SMTP, "rcpt", n),
        "in DATA": half_sent,
        "before the note": lambda n: before(Handing, "note", n),
        "noted, before the dot": lambda n: after(Handing, "note", n),
        "after the dot": lambda n: after_dot(Noting, n),
        "after the 250": lambda n: after(Noting, "data", n),
        "before the mark": lambda n: before(Store, "mark_delivery", n),
        "marked, uncommitted": lambda n: after(Store, "mark_delivery", n),
        "at the mark's commit": lambda n: at_commit_after(Store, "mark_delivery", n),
        "after the mark": lambda n: after(send, "settle", n),
        "before the heartbeat": lambda n: before(send, "Request", n),
        "after the heartbeat": heartbeat_asked,
        "file half written": lambda n: before(Path, "replace", n),
        "file written, unmarked": lambda n: after(deliver, "to_file", n),
    }


def names():
    """Return the names of all points."""
    return points().keys()


def after_dot(owner, count):
    """Count mails whose final dot has left and whose answer is not read yet."""
    real = owner.send

    def send(self, s):
        real(self, s)
        if self.handing is not None and self.handing.out and isinstance(s, bytes):
            count()

    owner.send = send


def run(job):
    """Run one command in this process; never returns."""
    out = os.open(job["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(job["cwd"])
    if job["point"]:
        points()[job["point"]](Count(job["number"]))
    sys.argv = ["monitor", *job["args"]]
    from monitor.__main__ import main

    status = 0
    try:
        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main():
    import monitor.cli
    import monitor.digest.deliver
    import monitor.service.send
    import monitor.service.start  # noqa: F401  loaded before any fork

    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
