"""Run ``monitor`` and end it with SIGKILL at a named point, as a power cut would: ``killed.py POINT N ARGS…``.

Points: ``fetch`` (after the Nth request), ``before-commit`` (in the Nth transaction), ``after-commit`` (behind the
Nth recorded batch), ``ingest`` (in the Nth judgement).
"""

from __future__ import annotations

import os
import signal
import sys


def die_at(number: int):
    """Return a function that ends the process when it is called for the Nth time."""
    left = [number]

    def count(*_):
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def after(function, count):
    def wrapped(*args, **kwargs):
        result = function(*args, **kwargs)
        count()
        return result

    return wrapped


def main() -> None:
    point, number = sys.argv[1], int(sys.argv[2])
    sys.argv = ["monitor", *sys.argv[3:]]
    count = die_at(number)
    import sqlalchemy

    from monitor.db.store import Store
    from monitor.service import ask, ingest

    if point == "fetch":
        fetch = ask.fetch

        async def fetch_and_count(*args, **kwargs):
            result = await fetch(*args, **kwargs)
            count()
            return result

        ask.fetch = fetch_and_count
    elif point == "before-commit":
        sqlalchemy.event.listen(sqlalchemy.engine.Engine, "commit", count)
    elif point == "after-commit":
        Store.record_polls = after(Store.record_polls, count)
        Store.save_pages = after(Store.save_pages, count)
    elif point == "ingest":
        ingest.judge_one = after(ingest.judge_one, count)
    else:
        raise SystemExit(f"no point {point!r}")
    from monitor.__main__ import main as run

    run()


if __name__ == "__main__":
    main()
