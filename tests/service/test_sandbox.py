"""The sandbox: a lost worker costs one document, and nothing else of the parent is in reach."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import SandboxError
from monitor.model import Claim, FeedDocument, FeedFormat, Page, Selector, Sitemap
from monitor.service import sandbox as module
from monitor.service.sandbox import Sandbox, decode, encode

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
SMALL = b'<rss version="2.0"><channel><item><guid>1</guid><title>Ferry</title></item></channel></rss>'
SLOW = (
    b'<rss version="2.0"><channel>'
    + b"<item><title>x &lt;b&gt;y&lt;/b&gt;</title></item>" * 60_000
    + b"</channel></rss>"
)
"""Some seconds of work for feedparser."""


def read_small(sandbox, **options):
    return sandbox.feed(SMALL, url="https://example.org/f", now=NOW, **options)


def run(story):
    """Run one asynchronous story with a sandbox of its own."""

    async def told():
        async with Sandbox() as sandbox:
            return await story(sandbox)

    return asyncio.run(told())


def gone(pid, within_s=20):
    """Return True when that process ends within the time; waits for the event, not for the clock."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], within_s)[0])
    finally:
        os.close(descriptor)


# ------------------------------------------------------------------------------------- answers


def test_every_task_gives_its_record():
    async def story(sandbox):
        feed = await read_small(sandbox)
        page = await sandbox.page(
            b"<html><body><div id=x>Text.</div></body></html>", url="https://example.org/a", now=NOW,
            selectors=(Selector(body="#x", valid_from=datetime(2026, 1, 1, tzinfo=UTC)),), robots="noindex",
        )  # fmt: skip
        sitemap = await sandbox.sitemap(
            b"<urlset><url><loc>/a</loc><lastmod>2026-11-25</lastmod></url></urlset>",
            url="https://example.org/s",
            now=NOW,
        )
        links = await sandbox.links(b"<a href='/a'>A</a>", url="https://example.org/")
        return feed, page, sitemap, links

    feed, page, sitemap, links = run(story)
    assert isinstance(feed, FeedDocument)
    assert (feed.format, feed.entries[0].title) == (FeedFormat.RSS, "Ferry")
    assert isinstance(page, Page)
    assert (page.text, page.method, page.noindex) == ("Text.", "rule", True)
    assert isinstance(sitemap, Sitemap)
    assert sitemap.links[0].lastmod.at == datetime(2026, 11, 25, tzinfo=UTC)
    assert links == (("https://example.org/a", "A"),)


def test_the_sandbox_answers_what_the_reader_itself_answers():
    from monitor.read import feed

    document = SMALL.replace(b"<guid>", b"<pubDate>2026-11-25 10:00</pubDate><ttl>5</ttl><guid>")
    options = {
        "url": "https://example.org/f",
        "content_type": "",
        "headers": {"a": "b"},
        "tz_fix": "+03:00",
        "now": NOW,
    }
    assert run(lambda sandbox: sandbox.run("feed", document, **options)) == feed.read(document, **options)


def test_positional_and_named_arguments_mean_the_same():
    async def story(sandbox):
        return (
            await sandbox.run(
                "sitemap", b"<urlset><url><loc>/a</loc></url></urlset>", "https://example.org/", NOW
            ),
            await sandbox.run(
                "sitemap", b"<urlset><url><loc>/a</loc></url></urlset>", url="https://example.org/", now=NOW
            ),
        )

    one, other = run(story)
    assert one == other


def test_many_callers_queue_and_get_their_own_answers():
    async def story(sandbox):
        bodies = [SMALL.replace(b"Ferry", f"Ferry {n}".encode()) for n in range(30)]
        found = await asyncio.gather(
            *(sandbox.feed(body, url="https://example.org/", now=NOW) for body in bodies)
        )
        assert sandbox.started == 1
        return [document.entries[0].title for document in found]

    assert run(story) == [f"Ferry {n}" for n in range(30)]


def test_large_bodies_and_answers_pass():
    body = SMALL.replace(b"Ferry", b"Ferry<![CDATA[" + b" " * 9_000_000 + b"]]>")
    assert (
        run(lambda sandbox: sandbox.feed(body, url="https://example.org/", now=NOW))
        .entries[0]
        .title.startswith("Ferry")
    )


# ------------------------------------------------------------------------------------- losses


def test_a_document_past_its_deadline_is_lost_and_the_next_one_read():
    async def story(sandbox):
        await read_small(sandbox)
        first = sandbox.pid
        with pytest.raises(SandboxError, match=r"passed 0\.2 s"):
            await sandbox.feed(SLOW, url="https://example.org/", now=NOW, deadline_s=0.2)
        assert gone(first)
        assert (await read_small(sandbox)).entries
        return sandbox.started, sandbox.lost

    assert run(story) == (2, 1)


def test_a_killed_worker_costs_one_document():
    async def story(sandbox):
        await read_small(sandbox)
        waiting = asyncio.ensure_future(sandbox.feed(SLOW, url="https://example.org/", now=NOW))
        await asyncio.sleep(0)
        os.kill(sandbox.pid, signal.SIGKILL)
        with pytest.raises(SandboxError, match="lost"):
            await waiting
        return (await read_small(sandbox)).entries[0].title

    assert run(story) == "Ferry"


def test_a_document_that_does_not_fit_the_memory_costs_one_document():
    async def story():
        async with Sandbox(memory_bytes=120_000_000) as sandbox:
            body = SMALL.replace(b"Ferry", "ё".encode() * 9_000_000)
            with pytest.raises(SandboxError, match=r"memory limit|MemoryError|lost"):
                await sandbox.feed(body, url="https://example.org/", now=NOW)
            return (await read_small(sandbox)).entries[0].title

    assert asyncio.run(story()) == "Ferry"


def test_a_caller_that_gives_up_leaves_no_answer_behind():
    async def story(sandbox):
        await read_small(sandbox)
        waiting = asyncio.ensure_future(sandbox.feed(SLOW, url="https://example.org/", now=NOW))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return (await read_small(sandbox)).entries[0].title

    assert run(story) == "Ferry"


def test_a_reader_that_fails_is_an_error_of_that_document_and_keeps_the_worker():
    async def story(sandbox):
        await read_small(sandbox)
        before = sandbox.pid
        with pytest.raises(SandboxError, match="TypeError"):
            await sandbox.run("feed", SMALL, url="https://example.org/f", now=NOW)
        await read_small(sandbox)
        return before == sandbox.pid, sandbox.lost

    assert run(story) == (True, 0)


def test_a_worker_is_replaced_after_so_many_documents():
    async def story():
        async with Sandbox(recycle=2) as sandbox:
            for _ in range(5):
                await read_small(sandbox)
            return sandbox.started, sandbox.lost

    assert asyncio.run(story()) == (3, 0)


def test_an_idle_worker_is_ended_and_comes_back_when_needed():
    async def story():
        async with Sandbox(idle_s=0) as sandbox:
            await read_small(sandbox)
            pid = sandbox.pid
            ended = await asyncio.get_running_loop().run_in_executor(None, gone, pid)
            assert sandbox.pid is None
            assert (await read_small(sandbox)).entries
            return ended, sandbox.lost

    assert asyncio.run(story()) == (True, 0)


def test_a_closed_sandbox_leaves_no_process_and_reads_nothing():
    async def story():
        sandbox = Sandbox()
        await read_small(sandbox)
        pid = sandbox.pid
        await sandbox.close()
        await sandbox.close()
        with pytest.raises(SandboxError, match="closed"):
            await read_small(sandbox)
        return pid

    assert gone(asyncio.run(story()), within_s=0.001)


def test_a_sandbox_never_used_starts_no_process():
    async def story(sandbox):
        return sandbox.started, sandbox.pid

    assert run(story) == (0, None)


# ------------------------------------------------------------------------------ the worker's place


def test_the_worker_ignores_ctrl_c():
    async def story(sandbox):
        await read_small(sandbox)
        os.kill(sandbox.pid, signal.SIGINT)
        await read_small(sandbox)
        return sandbox.started

    assert run(story) == 1


def test_the_worker_knows_no_secrets_of_the_service(monkeypatch):
    monkeypatch.setenv("MONITOR_SMTP_PASSWORD", "hunter2")

    async def story(sandbox):
        await read_small(sandbox)
        return Path(f"/proc/{sandbox.pid}/environ").read_bytes()  # noqa: ASYNC240  a file of the kernel

    assert b"hunter2" not in run(story)


PARENT = """
    import asyncio, os, sys
    from datetime import UTC, datetime
    from monitor.service.sandbox import Sandbox

    print("imported", flush=True)

    async def story():
        async with Sandbox() as sandbox:
            await sandbox.feed(b"<rss><channel><item><guid>1</guid></item></channel></rss>", url="https://e.org/",
                               now=datetime(2026, 11, 26, tzinfo=UTC))
            print(sandbox.pid, flush=True)
            {then}

    asyncio.run(story())
"""


def parent(tmp_path, then):
    """Start a program that uses the sandbox without a main guard, from another folder."""
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PARENT.format(then=then)))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, str(program)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_the_parents_program_is_not_run_again(tmp_path):
    with parent(tmp_path, "pass") as process:
        out, err = process.communicate(timeout=60)
    assert out.split()[:1] == [b"imported"]
    assert len(out.split()) == 2
    assert err == b""


@pytest.mark.parametrize("ending", ["os._exit(1)", "os.kill(os.getpid(), 9)"])
def test_the_worker_dies_with_its_parent(tmp_path, ending):
    with parent(tmp_path, ending) as process:
        out, _err = process.communicate(timeout=60)
    assert gone(int(out.split()[1]))


@pytest.mark.parametrize(
    "deed",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "open('written', 'w')",
        "import os; os.open('written', os.O_CREAT | os.O_WRONLY)",
        "import os; os.fork()",
    ],
)
def test_the_worker_reaches_nothing_outside(tmp_path, deed):
    program = f"import sys; from monitor.service.sandbox import _refuse; sys.addaudithook(_refuse); {deed}"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"PermissionError: the parser worker" in done.stderr
    assert not (tmp_path / "written").exists()


def test_worker_and_parent_stay_small():
    async def story(sandbox):
        await read_small(sandbox)
        await sandbox.page(
            b"<html><body><p>" + b"word " * 500 + b"</p></body></html>", url="https://e.org/", now=NOW
        )
        status = Path(f"/proc/{sandbox.pid}/status").read_text()  # noqa: ASYNC240  a file of the kernel
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    assert run(story) < 90_000, "kB of resident memory with all parsers loaded"


# ------------------------------------------------------------------------------------ the border


@dataclass(frozen=True)
class Inner:
    at: datetime | None
    names: tuple[str, ...]
    days: frozenset[int]


@dataclass(frozen=True)
class Outer:
    inner: Inner
    kind: FeedFormat
    ratio: float
    pairs: tuple[tuple[str, int], ...]
    on: bool


RECORD = Outer(Inner(NOW, ("a", "б"), frozenset({3, 1})), FeedFormat.ATOM, 1.0, (("x", 1),), on=True)


def test_records_come_back_as_they_went():
    import json

    assert decode(Outer, json.loads(json.dumps(encode(RECORD)))) == RECORD
    assert decode(Claim, encode(Claim(at=None))) == Claim(at=None)


@pytest.mark.parametrize(
    "answer",
    [
        None, 1, "x", [], [1, 2], {"__class__": "os.system"},
        [[None, ["a"], [1]], "no such kind", 1.0, [], True],
        [[None, ["a"], [1]], "rss", "1.0", [], True],
        [[None, [1], [1]], "rss", 1.0, [], True],
        [[None, ["a"], [True]], "rss", 1.0, [], True],
        [["not a time", [], []], "rss", 1.0, [], True],
        [[None, [], []], "rss", 1.0, [["x", 1, 2]], True],
        [[None, [], []], "rss", 1.0, [], True, "more"],
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_builds_nothing(answer):
    with pytest.raises((TypeError, ValueError)):
        decode(Outer, answer)


def test_what_has_no_word_does_not_travel():
    with pytest.raises(TypeError, match="does not travel"):
        encode(object())


def test_the_worker_speaks_of_every_task_in_order():
    import importlib
    import inspect

    for task, (name, function, _record) in module._TASKS.items():
        given = inspect.signature(getattr(importlib.import_module(name), function)).parameters
        assert set(module._ORDER[task]) <= set(given), task
