"""The hostile set of the shared folder, served as its manifest says: named ends, no exception, bounded."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from monitor.fetch.client import Request, fetch
from monitor.model import FetchKind
from tests.fetch.loopback import hostile, serve
from tests.fetch.polling import Poller

pytestmark = [pytest.mark.anyio, pytest.mark.shared]

EXPECTED = {
    "gzip-bomb-64MB.xml.gz": FetchKind.TOO_LARGE,
    "gzip-in-gzip.xml.gz": FetchKind.OK,
    "gzip-truncated.xml.gz": FetchKind.TRUNCATED,
    "deflate-raw.xml": FetchKind.OK,
    "gzip-declared-but-plain.xml": FetchKind.OK,
    "gzip-undeclared.xml": FetchKind.OK,
    "empty.xml": FetchKind.EMPTY,
    "whitespace.xml": FetchKind.EMPTY,
    "redirect-self.txt": FetchKind.BAD_REDIRECT,
    "gone.txt": FetchKind.GONE,
    "too-many.txt": FetchKind.RATE_LIMITED,
    "retry-after-date.txt": FetchKind.UNAVAILABLE,
    "drip.xml": FetchKind.TOO_SLOW,
    "content-length-too-long.xml": FetchKind.TRUNCATED,
    "not-modified.txt": FetchKind.NOT_MODIFIED,
}
"""Everything else must be OK at this border: what is wrong with it is the reader's to find."""


async def test_every_hostile_answer_ends_in_its_kind(shared, policy, clock):
    handlers = hostile(shared / "corpus" / "feeds" / "hostile")
    found = {}
    async with serve(lambda asked: handlers[asked.path](asked)) as site:
        for path in handlers:
            started = time.monotonic()
            patience = 1.0 if "drip" in path else 20.0
            request = Request(site.url(path), total_timeout_s=patience)
            fetched = await fetch(request, policy=policy, clock=clock)
            assert time.monotonic() - started < 10, path
            assert len(fetched.body) <= 10 * 1024 * 1024
            found[path[1:]] = fetched
    wrong = {name: f.kind for name, f in found.items() if f.kind is not EXPECTED.get(name, FetchKind.OK)}
    assert wrong == {}
    assert len(found) >= 85
    for name in ("deflate-raw.xml", "gzip-declared-but-plain.xml", "gzip-undeclared.xml"):
        assert found[name].body.lstrip()[:5] == b"<?xml", name
    assert found["gzip-in-gzip.xml.gz"].body[:2] == b"\x1f\x8b"
    assert found["moved-permanently.txt"].final_url.endswith("/zero-items.xml")
    assert found["moved-permanently.txt"].redirects[0].status == 301
    assert found["too-many.txt"].retry_after_s == 120
    assert found["retry-after-date.txt"].retry_after_s == 120


async def test_the_bomb_of_the_set_holds_little_memory(shared, policy, clock):
    """D12."""
    handlers = hostile(shared / "corpus" / "feeds" / "hostile")
    path = "/gzip-bomb-64MB.xml.gz"
    async with serve(handlers[path]) as site:
        tracemalloc.start()
        try:
            await fetch(Request(site.url(path)), policy=policy, clock=clock)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 40 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "hours", "asked"),
    [
        ("gone.txt", 6 * 24, 1),
        ("too-many.txt", 24, 23),
        ("retry-after-date.txt", 24, 6),
        ("redirect-self.txt", 24, 5),
    ],
)
async def test_hostile_sources_are_asked_no_more_than_their_row_allows(
    shared, policy, clock, name, hours, asked
):
    """D6, D7, D8, D9."""
    handlers = hostile(shared / "corpus" / "feeds" / "hostile")
    async with serve(lambda request: handlers[request.path](request)) as site:
        await Poller(site.url(f"/{name}"), policy, clock).run(hours=hours)
    assert 1 <= len(site.log) <= asked
