"""Section A of the polling-etiquette table: how a request looks in the server's log."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from monitor.fetch.client import Policy, Request, fetch
from monitor.fetch.pace import HostPace
from tests.fetch.loopback import Asked, answer, redirect, serve
from tests.fetch.polling import FEED, Poller

pytestmark = pytest.mark.anyio


async def test_the_user_agent_names_product_version_and_contact(policy, clock):
    """A1."""
    async with serve(lambda _: answer(200, FEED)) as site:
        await fetch(Request(site.url()), policy=policy, clock=clock)
    assert site.log[0].get("User-Agent") == "treaty-monitor/1.2 (+https://example.org/monitor)"


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("desk@example.org", "treaty-monitor/1 (desk@example.org)"),
        ("", "treaty-monitor/1"),
        ("x@example.org)\r\nCookie: a", "treaty-monitor/1 (x@example.orgCookie: a)"),
    ],
)
async def test_no_contact_can_break_the_user_agent(contact, expected):
    """A1."""
    assert Policy(contact=contact, version="1").user_agent == expected


async def test_gzip_alone_is_offered(policy, clock):
    """A2: the decoding itself is in test_inflate and test_hostile_transport."""
    async with serve(lambda _: answer(200, FEED)) as site:
        await fetch(Request(site.url()), policy=policy, clock=clock)
    assert site.log[0].get("Accept-Encoding") == "gzip"


@pytest.mark.parametrize(
    "path",
    [
        "/rss.xml",
        "/a//b/../c/./d?x=1&&y=%zz|{}",
        "/%D0%BC%d0%b8?q=[1]^\"'<>",
        "/?",
        "/?utm_source=rss&amp;b",
        "?format=feed",
    ],
)
async def test_the_address_goes_out_byte_for_byte(policy, clock, path):
    """A3."""
    async with serve(lambda _: answer(200, FEED)) as site:
        await fetch(Request(site.url(path)), policy=policy, clock=clock)
    assert site.log[0].target == (path if path.startswith("/") else f"/{path}")


async def test_fragment_and_user_name_stay_here_and_foreign_letters_are_encoded(policy, clock):
    """A3."""
    async with serve(lambda _: answer(200, FEED)) as site:
        url = site.url("/мир #a").replace("127", "me:secret@127")
        await fetch(Request(url), policy=policy, clock=clock)
    asked = site.log[0]
    assert asked.target == "/%D0%BC%D0%B8%D1%80%20"
    assert asked.get("Authorization") is None
    assert asked.get("Host") == site.host


async def test_neither_cookie_nor_referer_is_ever_sent(policy, clock):
    """A3: not on the next poll, not on the next hop."""

    def handler(asked: Asked) -> bytes:
        if asked.path == "/old":
            return answer(302, b"", "Location: /new", "Set-Cookie: a=1; Path=/")
        return answer(200, FEED, "Set-Cookie: b=2; Path=/")

    async with serve(handler) as site:
        for _ in range(2):
            await fetch(Request(site.url("/old")), policy=policy, clock=clock)
    assert [asked.path for asked in site.log] == ["/old", "/new"] * 2
    names = {name.lower() for asked in site.log for name, _ in asked.headers}
    assert names == {"host", "user-agent", "accept", "accept-encoding"}


async def test_accept_is_what_the_caller_says(policy, clock):
    """A4."""
    async with serve(lambda _: answer(200, FEED)) as site:
        await fetch(Request(site.url(), accept="application/rss+xml, */*;q=0.1"), policy=policy, clock=clock)
    assert site.log[0].get("Accept") == "application/rss+xml, */*;q=0.1"


async def test_a_new_source_costs_one_get(policy, clock):
    """A5."""
    async with serve(lambda _: answer(200, FEED)) as site:
        await Poller(site.url(), policy, clock).look()
    assert [asked.method for asked in site.log] == ["GET"]


async def test_sources_of_one_host_are_asked_one_after_the_other_with_a_gap(policy, clock):
    """A6."""
    pace = HostPace(clock=clock.monotonic, sleep=clock.sleep)
    starts = []

    async def look(url: str) -> None:
        async with pace.slot(url, article=True):
            starts.append(clock())
            await fetch(Request(url), policy=policy, clock=clock)

    async with serve(lambda _: answer(200, FEED)) as site:
        await asyncio.gather(*(look(site.url(f"/{number}")) for number in range(5)))
    assert site.most_busy == 1
    assert [(b - a).total_seconds() for a, b in itertools.pairwise(starts)] == [5.0] * 4


async def test_no_second_attempt_unless_the_caller_wants_one(policy, clock):
    """D9: at most one."""
    async with serve(lambda _: answer(502)) as site:
        await fetch(Request(site.url()), policy=policy, clock=clock)
        assert len(site.log) == 1
        await fetch(Request(site.url(), retries=7), policy=policy, clock=clock)
        assert len(site.log) == 3


@pytest.mark.parametrize(
    "said", [answer(503), answer(404), answer(429), answer(403), answer(500, b"", "Retry-After: 60")]
)
async def test_clear_answers_are_not_asked_twice(policy, clock, said):
    """D4, D7, D8: no retry inside the run."""
    async with serve(lambda _: said) as site:
        await fetch(Request(site.url(), retries=1), policy=policy, clock=clock)
    assert len(site.log) == 1


async def test_a_redirect_is_followed_with_the_same_manners(policy, clock):
    async with serve(lambda a: redirect(301, "/b?x=1") if a.path == "/a" else answer(200, FEED)) as site:
        fetched = await fetch(Request(site.url("/a")), policy=policy, clock=clock)
    assert fetched.final_url == site.url("/b?x=1")
    assert [(r.status, r.url) for r in fetched.redirects] == [(301, site.url("/b?x=1"))]
    assert site.log[0].get("User-Agent") == site.log[1].get("User-Agent")
