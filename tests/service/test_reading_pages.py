"""Article pages: once with success, few times without, and no silent host holds up the others."""

from __future__ import annotations

import contextlib
import http.server
import threading
from datetime import timedelta

import pytest
import structlog

from monitor import config
from monitor.db.records import PageState, PollRecord
from monitor.fetch.client import Request
from monitor.model import Entry, FetchKind, Source
from monitor.service import pages
from monitor.service.ask import ask
from monitor.service.context import opened
from monitor.service.ingest import ingest
from monitor.service.press import Press, serving
from monitor.service.replay import replay
from tests.road.presses import GRAVES, printed
from tests.service.desks import Clock, at


@contextlib.contextmanager
def answering(answers):
    """Serve fixed answers by path: (status, headers, body); anything else is a page. Yields base and paths."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            page = b"<html><title>A title</title><body><p>Some words of a page.</p></body></html>"
            status, headers, body = (*answers.get(self.path, (200, {})), page)[:3]
            if self.path == "/robots.txt" and self.path not in answers:
                status, body = 404, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def logs():
    """Keep the log in memory: an unconfigured one draws pictures of every trace."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def clock():
    return Clock(at("2026-11-20 12:00"))


@contextlib.contextmanager
def desk(folder, clock, *bases, more="", fetch=""):
    """Open a context that may ask these addresses."""
    folder.mkdir(exist_ok=True)
    hosts = ", ".join(f'"{base.removeprefix("http://")}"' for base in bases)
    path = folder / "sources.toml"
    path.write_text(
        f"[fetch]\nallow_private = [{hosts}]\narticle_gap_s = 0\n{fetch}\n"
        f'[[source]]\nid = "wire"\nurl = "{bases[0]}/rss"\nlang = "en"\n{more}\n'
    )
    with opened(config.load(path, {}), clock=clock) as context:
        yield context


def read(context, *urls):
    source = Source("wire", "Wire", "http://127.0.0.1/", "en")
    return context.run(pages.read_pages(context, [pages.Wanted(url, source) for url in urls]))


DEAD = "http://127.0.0.1:9"


def test_a_silent_host_is_asked_for_two_pages_and_the_others_wait_while_other_hosts_are_read(tmp_path, clock):
    with answering({}) as (base, asked), desk(tmp_path, clock, base, DEAD) as context:
        dead = [f"{DEAD}/{n}" for n in range(10)]
        found = read(context, *dead, f"{base}/fine")
        assert found[pages.key_of(f"{base}/fine")].state is PageState.OK
        silent = [found[pages.key_of(url)] for url in dead]
        assert {one.state for one in silent} == {PageState.RETRY}
        assert all(clock.now < one.next_attempt for one in silent)
        assert asked == ["/robots.txt", "/fine"]


def test_pages_of_a_silent_host_are_given_up_after_three_rounds(tmp_path, clock):
    with desk(tmp_path, clock, DEAD) as context:
        urls = [f"{DEAD}/{n}" for n in range(5)]
        for _ in range(3):
            found = read(context, *urls)
            clock.on(hours=7)
        assert {(one.state, one.attempts) for one in found.values()} == {(PageState.FAILED, 3)}
        assert read(context, *urls) == found, "and not asked for again"


def test_a_host_that_asks_to_be_left_alone_is_also_after_a_restart(tmp_path, clock):
    busy = {"/a": (429, {"Retry-After": "7200"})}
    with answering(busy) as (base, asked):
        with desk(tmp_path, clock, base) as context:
            found = read(context, f"{base}/a", f"{base}/b")
            assert {one.state for one in found.values()} == {PageState.RETRY}
            assert asked == ["/robots.txt", "/a"]
        clock.on(minutes=30)
        with desk(tmp_path, clock, base) as context:
            found = read(context, f"{base}/c")
            assert asked == ["/robots.txt", "/a"]
            assert found[pages.key_of(f"{base}/c")].kind is FetchKind.RATE_LIMITED
            assert found[pages.key_of(f"{base}/c")].next_attempt >= clock.now + timedelta(minutes=89)
        clock.on(hours=2)
        with desk(tmp_path, clock, base) as context:
            assert read(context, f"{base}/c")[pages.key_of(f"{base}/c")].state is PageState.OK


def test_a_page_whose_rules_cannot_be_read_as_the_host_is_left_alone_is_not_given_up(tmp_path, clock):
    """The robots.txt is not in the store yet, and the host may not be asked for it: no refusal of the page."""
    with (
        answering({"/feed": (429, {"Retry-After": "600"})}) as (base, asked),
        desk(tmp_path, clock, base) as context,
    ):
        context.run(ask(context, Request(url=f"{base}/feed")))
        found = read(context, f"{base}/a")
        assert asked == ["/feed"]
        assert found[pages.key_of(f"{base}/a")].state is PageState.RETRY


def test_a_host_that_closes_for_days_is_not_waited_for(tmp_path, clock):
    with (
        answering({"/a": (429, {"Retry-After": "500000"})}) as (base, _),
        desk(tmp_path, clock, base) as context,
    ):
        assert read(context, f"{base}/a")[pages.key_of(f"{base}/a")].state is PageState.FAILED


def test_a_fault_over_one_page_costs_that_page(tmp_path, clock, monkeypatch):
    real = pages.ask_page

    async def broken(context, want):
        if want.url.endswith("/bad"):
            raise RuntimeError("boom")
        return await real(context, want)

    monkeypatch.setattr(pages, "ask_page", broken)
    with answering({}) as (base, _), desk(tmp_path, clock, base) as context:
        found = read(context, f"{base}/bad", f"{base}/good")
    assert found[pages.key_of(f"{base}/good")].state is PageState.OK
    assert found[pages.key_of(f"{base}/bad")].state is PageState.FAILED


def test_what_is_no_web_address_is_not_asked_for(tmp_path, clock):
    with desk(tmp_path, clock, DEAD) as context:
        assert read(context, "mailto:desk@example.org", "http://[broken/", "ftp://x.example/a", "") == {}


def test_addresses_that_differ_in_tracking_alone_are_one_page(tmp_path, clock):
    article = printed("graves", "en", "Harbour Wire", "Visits to graves", GRAVES, 20, "g.example")
    with serving(Press([article], {})) as press, desk(tmp_path, clock, press.base) as context:
        url = press.base + article.path
        found = read(context, url, url + "?utm_source=a", url + "?fbclid=b#top")
        assert len(found) == 1
        read(context, url + "?utm_campaign=c")
        assert [path for path in press.requests if "/news/" in path] == [article.path]


# ------------------------------------------------------------------------------------------- on suspicion

HIDDEN = b"""<html><title>The paper that never came</title><body><article>
<p>Tokyo wants a peace treaty with Moscow once the four islands off Hokkaido are returned; Moscow says there is
nothing to return.</p><p>Russia broke off the talks on the treaty in 2022, and Japan protested.</p>
<p>Iturup, Kunashir, Shikotan and the Habomai islets are where they have been since 1945.</p>
</article></body></html>"""
OBLIQUE = "Two neighbours and an unsigned paper"


def put(context, base, *titles, via="feed", slug=""):
    entries = [
        Entry(key=f"g:{name}", guid=name, url=f"{base}/{name}{slug}", title=title, content_hash=name)
        for name, _, title in (title.partition(" ") for title in titles)
    ]
    at, found = context.clock(), tuple(entries)
    poll = PollRecord(state=None, source="wire", at=at, kind=FetchKind.OK, entries=found, discovered_via=via)
    context.store.record_polls([poll])
    context.run(ingest(context))
    return {one.entry.guid for one in context.store.each_entry() if one.article_id is not None}


def test_a_headline_that_names_nothing_has_its_page_read_as_far_as_the_budget_of_the_day_goes(
    tmp_path, clock
):
    """What was spent outlives a restart, and the next day brings a new budget."""
    two = "pages_on_suspicion = 2"
    with answering({f"/{name}": (200, {}, HIDDEN) for name in "abcdef"}) as (base, asked):
        with desk(tmp_path, clock, base, fetch=two) as context:
            titles = [f"a {OBLIQUE}", "b Council approves a tram line", f"c {OBLIQUE}", f"d {OBLIQUE}"]
            assert put(context, base, *titles) == {"a", "c"}
        clock.on(hours=3)
        with desk(tmp_path, clock, base, fetch=two) as context:
            assert put(context, base, f"e {OBLIQUE}") == {"a", "c"}
            clock.on(hours=12)
            assert put(context, base, f"f {OBLIQUE}") == {"a", "c", "f"}
            assert replay(context).changes == []
    assert asked == ["/robots.txt", "/a", "/c", "/f"]


def test_the_past_cannot_spend_the_budget_of_the_day(tmp_path, clock):
    with (
        answering({f"/{name}": (200, {}, HIDDEN) for name in "abc"}) as (base, asked),
        desk(tmp_path, clock, base, fetch="pages_on_suspicion = 1") as context,
    ):
        assert put(context, base, f"a {OBLIQUE}", f"b {OBLIQUE}", via="sitemap") == {"a"}
        assert put(context, base, f"c {OBLIQUE}") == {"a", "c"}
    assert asked == ["/robots.txt", "/a", "/c"]


def test_an_address_may_hint_at_what_a_headline_hides_and_no_budget_reads_nothing(tmp_path, clock):
    slug = "/japan-russia-islands-row.html"
    with answering({f"/{name}{slug}": (200, {}, HIDDEN) for name in "ab"}) as (base, asked):
        with desk(tmp_path / "none", clock, base, fetch="pages_on_suspicion = 0") as context:
            assert put(context, base, "a So far, so bad", slug=slug) == set()
        with desk(tmp_path / "some", clock, base) as context:
            assert put(context, base, "a So far, so bad", slug=slug) == {"a"}
            assert put(context, base, "b So far, so bad", slug="/weekend-quiz-number-nine.html") == {"a"}
    assert asked == ["/robots.txt", f"/a{slug}"]
