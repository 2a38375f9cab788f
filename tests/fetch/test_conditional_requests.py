"""Section B of the polling-etiquette table, graded in the server's log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.fetch.client import Request, fetch
from monitor.model import FetchKind, Validators
from tests.fetch.loopback import Asked, answer, redirect, serve
from tests.fetch.polling import FEED, Poller

pytestmark = pytest.mark.anyio

ODD_DATE = "Monday, sometime in 2026 (JST)"


def sent(asked: Asked) -> tuple[str | None, str | None]:
    return asked.get("If-None-Match"), asked.get("If-Modified-Since")


async def polled(site, policy, clock, *, times=2) -> Poller:
    poller = Poller(site.url(), policy, clock)
    for _ in range(times):
        assert await poller.look() is not None
        clock.tick(hours=25)
    return poller


@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"', "unquoted", '"caf\xe9"', '""', '"a", "b"'])
async def test_an_etag_comes_back_with_its_exact_bytes(policy, clock, etag):
    """B1."""
    head = b"HTTP/1.1 200 OK\r\nETag: " + etag.encode("latin-1") + b"\r\nContent-Length: 57\r\n\r\n"
    async with serve(lambda _: head + FEED) as site:
        await polled(site, policy, clock)
    assert [sent(asked) for asked in site.log] == [(None, None), (etag, None)]


async def test_last_modified_comes_back_verbatim_even_if_it_is_no_date(policy, clock):
    """B2."""
    async with serve(lambda _: answer(200, FEED, f"Last-Modified: {ODD_DATE}")) as site:
        await polled(site, policy, clock)
    assert [sent(asked) for asked in site.log] == [(None, None), (None, ODD_DATE)]


async def test_both_validators_are_sent_if_both_were_given(policy, clock):
    """B3."""
    async with serve(lambda _: answer(200, FEED, 'ETag: "a"', f"Last-Modified: {ODD_DATE}")) as site:
        await polled(site, policy, clock)
    assert sent(site.log[1]) == ('"a"', ODD_DATE)


async def test_each_200_replaces_the_validators_and_drops_them_when_it_has_none(policy, clock):
    """B4."""
    tags = iter(['ETag: "1"', 'ETag: "2"', 'ETag: "3"', "X: y", "X: y"])
    async with serve(lambda a: answer(200, FEED + a.target.encode(), next(tags))) as site:
        await polled(site, policy, clock, times=5)
    assert [sent(asked)[0] for asked in site.log] == [None, '"1"', '"2"', '"3"', None]


async def test_a_304_may_renew_a_validator_and_keeps_the_others(policy, clock):
    """B5."""
    said = iter(
        [
            answer(200, FEED, 'ETag: "1"', f"Last-Modified: {ODD_DATE}"),
            answer(304, b"", 'ETag: "2"'),
            answer(304),
        ]
    )
    async with serve(lambda _: next(said)) as site:
        poller = await polled(site, policy, clock, times=3)
    assert sent(site.log[2]) == ('"2"', ODD_DATE)
    assert poller.state.kind is FetchKind.NOT_MODIFIED


async def test_one_unconditional_request_in_a_life_but_after_a_new_url_and_force(policy, clock):
    """B7; restarts (B6) only copy the state, which the store keeps."""
    async with serve(
        lambda a: answer(304) if a.get("If-None-Match") else answer(200, FEED, 'ETag: "1"')
    ) as site:
        poller = Poller(site.url(), policy, clock)
        await poller.run(hours=72)
        poller.state = replace(poller.state)
        await poller.run(hours=24)
        assert [sent(a)[0] for a in site.log].count(None) == poller.state.unconditional == 1
        assert len(site.log) > 60
        await poller.look(force=True)
        assert sent(site.log[-1]) == (None, None)
        poller.url = site.url("/moved.xml")
        await poller.look()
        assert sent(site.log[-1]) == (None, None)
        assert poller.state.unconditional == 3
        assert poller.state.url == site.url("/moved.xml")


async def test_nothing_is_saved_before_the_caller_saves_it(policy, clock):
    """B8: the validators live in the state that is stored with the entries; without it the request repeats."""
    async with serve(lambda _: answer(200, FEED, 'ETag: "1"')) as site:
        poller = Poller(site.url(), policy, clock)
        before = poller.state
        await poller.look()
        poller.state = before  # the process died between the body and the commit
        await poller.look()
    assert [sent(asked) for asked in site.log] == [(None, None), (None, None)]


async def test_validators_go_to_the_url_they_came_from_and_to_no_other(policy, clock):
    """B9."""

    def handler(asked: Asked) -> bytes:
        if asked.path == "/old":
            return redirect(302, "/new")
        return answer(304) if asked.get("If-None-Match") else answer(200, FEED, 'ETag: "1"')

    async with serve(handler) as site:
        poller = Poller(site.url("/old"), policy, clock)
        await poller.look()
        assert poller.state.validators == Validators(site.url("/new"), '"1"')
        clock.tick(hours=2)
        fetched = await poller.look()
    assert [(a.path, sent(a)[0]) for a in site.log[2:]] == [("/old", None), ("/new", '"1"')]
    assert fetched.kind is FetchKind.NOT_MODIFIED
    assert fetched.conditional


async def test_validators_of_another_host_are_not_sent(policy, clock):
    """B9."""
    async with serve(lambda _: answer(200, FEED)) as site:
        foreign = Validators("http://other.example/feed.xml", '"1"')
        fetched = await fetch(Request(site.url(), validators=foreign), policy=policy, clock=clock)
    assert sent(site.log[0]) == (None, None)
    assert not fetched.conditional


async def test_a_validator_that_cannot_be_a_header_is_left_out(policy, clock):
    async with serve(lambda _: answer(200, FEED)) as site:
        broken = Validators(site.url(), 'a"\r\nCookie: x', "日本")
        fetched = await fetch(Request(site.url(), validators=broken), policy=policy, clock=clock)
    assert fetched.kind is FetchKind.OK
    assert sent(site.log[0]) == (None, None)


async def test_a_stale_etag_is_noticed_within_eight_days(policy, clock):
    """B10: the server keeps the ETag although the content changed."""
    body = FEED

    def handler(asked: Asked) -> bytes:
        return answer(304) if asked.get("If-None-Match") else answer(200, body, 'ETag: "stuck"')

    async with serve(handler) as site:
        poller = Poller(site.url(), policy, clock)
        await poller.look()
        body = FEED + b"<!-- new -->"
        first = poller.state.body_sha256
        await poller.run(hours=8 * 24, every_minutes=30)
    assert poller.state.body_sha256 != first
    assert poller.state.unconditional == 2


@pytest.mark.parametrize(
    "header", ["Cache-Control: no-store", "Cache-Control: private, No-Store", "Expires: 0"]
)
async def test_what_must_not_be_stored_gives_no_validators(policy, clock, header):
    """B11."""
    async with serve(lambda _: answer(200, FEED, 'ETag: "1"', header)) as site:
        await polled(site, policy, clock)
    assert sent(site.log[1]) == (None, None)


@pytest.mark.parametrize(
    "said",
    [
        answer(200, b"<html>Please log in</html>", 'ETag: "1"'),
        answer(200, b"", 'ETag: "1"'),
        answer(200, FEED, 'ETag: "1"', length=900),
    ],
    ids=["login page", "empty", "cut off"],
)
async def test_only_a_whole_feed_gives_validators(policy, clock, said):
    """D10, D11."""
    async with serve(lambda _: said) as site:
        poller = await polled(site, policy, clock)
    assert sent(site.log[1]) == (None, None)
    assert poller.state.failures == 2
