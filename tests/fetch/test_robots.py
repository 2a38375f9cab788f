"""Section E of the polling-etiquette table: who is admitted, and how often robots.txt is asked."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.fetch.client import Policy
from monitor.fetch.pace import HostPace
from monitor.fetch.robots import Kept, Robots, for_agent, origin_of
from tests.fetch.loopback import Asked, answer, redirect, serve

pytestmark = pytest.mark.anyio

SHUT = b"User-agent: *\nDisallow: /\n"


@pytest.fixture
def make(policy, clock):
    """Build robots over a plain dict, as a store would give it."""

    def build(kept: dict | None = None, policy: Policy = policy) -> Robots:
        kept = {} if kept is None else kept
        return Robots(
            policy=policy, get=kept.get, put=lambda record: kept.update({record.origin: record}), clock=clock
        )

    return build


def rules(text: str) -> dict:
    from tests.fetch.clocks import START

    origin = "https://a.example"
    return {origin: Kept(origin, START, 200, text.encode(), START + timedelta(hours=24))}


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        (answer(200, SHUT), False),
        (answer(200, b"User-agent: *\nDisallow: /private\n"), True),
        (answer(200, b""), True),
        (answer(200, b"<html>Not found, sorry</html>"), True),
        (answer(400), True),
        (answer(401), True),
        (answer(403), True),
        (answer(404), True),
        (answer(410), True),
        (answer(451), True),
        (answer(429), False),
        (answer(500), False),
        (answer(503), False),
        (b"", False),
        (b"garbage\r\n", False),
        (answer(200, SHUT, length=500), False),
    ],
)
async def test_each_answer_admits_or_shuts_the_host(make, said, allowed):
    """E1."""
    async with serve(lambda _: said) as site:
        permission = await make().allows(site.url("/news/1.html"))
    assert permission.allowed is allowed
    assert permission.reason.endswith(".")
    assert [asked.target for asked in site.log] == ["/robots.txt"]


async def test_an_unreachable_host_is_shut_and_says_until_when(make, clock):
    """E1."""
    async with serve(lambda _: b"") as site:
        url = site.url("/x")
    permission = await make().allows(url)
    assert not permission.allowed
    assert permission.until == clock() + timedelta(minutes=15)


async def test_scheme_host_and_port_have_rules_of_their_own(make):
    """E1."""
    kept: dict = {}
    robots = make(kept)
    async with serve(lambda _: answer(200, SHUT)) as shut, serve(lambda _: answer(404)) as open_:
        assert not (await robots.allows(shut.url("/x"))).allowed
        assert (await robots.allows(open_.url("/x"))).allowed
    assert set(kept) == {f"http://{shut.host}", f"http://{open_.host}"}


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("HTTPS://A.example:443/x?y", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("http://a.example:8080/", "http://a.example:8080"),
        ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("ftp://a.example/", None),
        ("http://[x/", None),
        ("/x", None),
    ],
)
async def test_the_origin_of_an_address(make, url, origin):
    assert origin_of(url) == origin
    if origin is None:
        assert not (await make().allows(url)).allowed


async def test_five_redirects_are_followed_and_the_rules_hold_for_the_first_host(make):
    """E2."""

    def handler(asked: Asked) -> bytes:
        step = 0 if asked.path == "/robots.txt" else int(asked.path[1:])
        return answer(200, SHUT) if step == 5 else redirect(301, f"/{step + 1}")

    kept: dict = {}
    async with serve(handler) as site:
        assert not (await make(kept).allows(site.url("/a"))).allowed
        assert list(kept) == [f"http://{site.host}"]
        assert len(site.log) == 6


async def test_more_redirects_count_as_no_robots_txt(make):
    """E2, RFC 9309 §2.3.1.2."""
    async with serve(lambda _: redirect(302, "/robots.txt")) as site:
        assert (await make().allows(site.url("/a"))).allowed


async def test_a_day_costs_one_request_however_many_ask(make, clock):
    """E3."""
    kept: dict = {}
    async with serve(lambda _: answer(200, SHUT)) as site:
        robots = make(kept)
        await asyncio.gather(*(robots.allows(site.url(f"/{number}")) for number in range(20)))
        for _ in range(23):
            clock.tick(hours=1)
            await robots.allows(site.url("/x"))
            robots = make(kept)  # a restart: the store remembers
        assert len(site.log) == 1
        clock.tick(hours=1)
        await robots.allows(site.url("/x"))
        assert len(site.log) == 2


async def test_rules_stay_in_force_while_nothing_answers(make, clock):
    """E3: longer than a day only while unreachable."""
    kept: dict = {}
    async with serve(lambda _: answer(200, b"User-agent: *\nDisallow: /private\n")) as site:
        assert (await make(kept).allows(site.url("/x"))).allowed
    clock.tick(hours=25)
    assert (await make(kept).allows(site.url("/x"))).allowed
    assert not (await make(kept).allows(site.url("/private"))).allowed
    assert kept[f"http://{site.host}"].until == clock() + timedelta(minutes=15)


async def test_a_server_error_shuts_the_host_for_hours_not_for_a_day(make, clock):
    """E1, E3."""
    said = iter([answer(503), answer(503, b"", "Retry-After: 600"), answer(404)])
    robots = make({})
    async with serve(lambda _: next(said)) as site:
        url = site.url("/x")
        assert (await robots.allows(url)).until == clock() + timedelta(hours=4)
        clock.tick(hours=4)
        assert (await robots.allows(url)).until == clock() + timedelta(minutes=10)
        clock.tick(minutes=10)
        assert (await robots.allows(url)).allowed


async def test_a_record_from_the_future_is_asked_again(make, clock):
    """C9: the clock was set back."""
    kept: dict = {}
    async with serve(lambda _: answer(404)) as site:
        await make(kept).allows(site.url("/x"))
        clock.tick(hours=-48)
        await make(kept).allows(site.url("/x"))
    assert len(site.log) == 2


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/x", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /*/print/", "/2026/print/1", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: treaty-monitor\nDisallow: /x", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Treaty-Monitor\nDisallow:", "/a", True),
        ("User-agent: *\nAllow: /\n\nUSER-AGENT: TREATY-MONITOR\nDisallow: /", "/a", False),
        ("User-agent: other\nUser-agent: treaty-monitor\nDisallow: /", "/a", False),
        ("User-agent: treaty-monitor/1.0\nDisallow: /", "/a", False),
        ("User-agent: monitor\nDisallow: /", "/a", True),
        ("User-agent: treaty\nDisallow: /", "/a", True),
        ("User-agent: t\nDisallow: /", "/a", True),
        ("User-agent: treaty-monitor-pro\nDisallow: /", "/a", True),
        ("User-agent: example.org\nDisallow: /", "/a", True),
        ("User-agent: other\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/a", True),
        ("\ufeffUser-agent: *\r\nDisallow: /a # here\r\n", "/a", False),
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("User-agent: *\nDisallow: /%D0%BC", "/м", False),
        ("User-agent: *\nDisallow: /м", "/%d0%bc%20", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("Disallow: /\nUser-agent: *\n", "/a", True),
    ],
)
async def test_rule_table(make, text, path, allowed):
    """E4."""
    assert (await make(rules(text)).allows(f"https://a.example{path}")).allowed is allowed


async def test_half_a_mebibyte_is_read_and_no_half_line(make):
    """E4: at least 500 KiB; the line the limit cuts through counts for nothing."""
    padding = b"# " + b"x" * 97 + b"\n"
    late = padding * 5120 + b"Disallow: /late\n"  # behind 500 KiB
    body = b"User-agent: *\n" + late
    body += b"Disallow: /" + b"a" * (512 * 1024 - len(body)) + b"/far\n" + padding * 100
    async with serve(lambda _: answer(200, body)) as site:
        robots = make({})
        assert not (await robots.allows(site.url("/late"))).allowed
        assert (await robots.allows(site.url("/" + "a" * 2000))).allowed


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 10", 10),
        ("User-agent: *\nCrawl-delay: 0.5", 0.5),
        ("User-agent: *\nCrawl-delay: 86400", 60),
        ("User-agent: *\nCrawl-delay: inf", None),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: 10\n\nUser-agent: treaty-monitor\nDisallow: /x", None),
    ],
)
async def test_crawl_delay_is_told_up_to_a_minute(make, text, delay):
    """E5."""
    assert (await make(rules(text)).allows("https://a.example/")).crawl_delay_s == delay


async def test_robots_txt_written_to_choke_a_parser_does_not(make):
    """Each of 20,000 agents with each of 20,000 rules would be 400 million rules."""
    text = "".join(f"user-agent: a{n}\n" for n in range(17_000))
    text += "".join(f"user  agent b{n}\n" for n in range(1_000))
    text += "".join(f"allow: /{n}*{n}$\n" for n in range(15_000))
    started = time.process_time()
    assert (await make(rules(text)).allows("https://a.example/1")).allowed
    assert time.process_time() - started < 3
    assert for_agent(b"user  agent b1", "x") == "user-agent: -"


async def test_robots_txt_is_fetched_in_its_hosts_turn(make, clock):
    pace = HostPace(clock=clock.monotonic, sleep=clock.sleep)
    async with serve(lambda _: answer(404)) as site:
        url = site.url("/x")
        async with pace.slot(url):
            pass
        assert (await make().allows(url, pace=pace)).allowed
        assert clock.slept == [1.0]
        pace.hold(url, 100)
        permission = await make().allows(url, pace=pace)
    assert not permission.allowed
    assert len(site.log) == 1


async def test_robots_txt_may_lead_from_https_to_http(policy, clock):
    """The pages' own requests may not; but rules on http are better than none."""
    assert not policy.allow_downgrade
    robots = Robots(policy=replace(policy), get=lambda _: None, put=lambda _: None, clock=clock)
    assert robots._policy.allow_downgrade


def test_one_robots_serves_several_loops(make):
    robots = make(rules("User-agent: *\nDisallow: /a"))

    async def crowd() -> list[bool]:
        answers = await asyncio.gather(*(robots.allows(f"https://a.example/{p}") for p in "abc"))
        return [permission.allowed for permission in answers]

    assert asyncio.run(crowd()) == asyncio.run(crowd()) == [False, True, True]
