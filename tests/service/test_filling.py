"""Backfill from inside: what is counted, what a second run mends, and whom it leaves alone."""

from __future__ import annotations

import contextlib

from monitor.db.records import WindowState
from monitor.service.backfill import backfill, full_hour
from tests.service.desks import Clock, at
from tests.service.test_reading_pages import answering, desk

DEAD = "http://127.0.0.1:9"
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def index(*addresses):
    rows = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return f"<sitemapindex {SPACE}>{rows}</sitemapindex>".encode()


def listing(*addresses):
    rows = "".join(f"<url><loc>{one}</loc><lastmod>2026-11-10</lastmod></url>" for one in addresses)
    return f"<urlset {SPACE}>{rows}</urlset>".encode()


def feed(number, last):
    """Return a page of an Atom feed with one entry of its own, and a link to the next."""
    following = f'<link rel="next" href="/feed/{number + 1}"/>' if number < last else ""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title>{following}<entry><id>urn:{number}</id>'
        f"<title>{number}</title><updated>2026-11-{20 - number:02}T00:00:00Z</updated></entry></feed>"
    ).encode()


@contextlib.contextmanager
def archive(folder, clock, base, url, route='provider = "sitemap"'):
    """Open a desk whose one source has a way back at that address."""
    with desk(folder, clock, base, more=f'backfill = [{{ {route}, url = "{base}{url}" }}]') as context:
        yield context


def run(context, first, last, **more):
    return context.run(backfill(context, at(first), at(last), **more))


def test_a_host_that_does_not_answer_is_not_asked_for_every_window(tmp_path):
    clock = Clock(at("2026-11-20 12:00"))
    with archive(tmp_path, clock, DEAD, "/{date}.xml") as context:
        report = run(context, "2026-11-01 00:00", "2026-11-20 00:00")
        assert report.blind
        assert len(report.windows) == 19
        assert report.requests <= 2
        assert {window.state for window in report.windows} == {WindowState.FAILED}


def test_the_present_is_not_settled_and_yesterday_is(tmp_path):
    clock = Clock(at("2026-11-20 12:34"))
    with answering({}) as (base, _), archive(tmp_path, clock, base, "/{date}.xml") as context:
        report = run(context, "2026-11-19 00:00", "2026-11-23 00:00")
        assert report.end == full_hour(clock.now)
        assert [window.window.end for window in report.windows] == [
            at("2026-11-20 12:00"),
            at("2026-11-20 00:00"),
        ]
        again = run(context, "2026-11-19 00:00", "2026-11-23 00:00")
        assert again.end == report.end, "within the hour the same windows"
        clock.now = at("2026-11-21 12:00")
        later = run(context, "2026-11-20 00:00", "2026-11-21 00:00")
        assert [window.window.start for window in later.windows] == [at("2026-11-20 00:00")], "the whole day"


def test_nothing_is_asked_of_the_future(tmp_path):
    clock = Clock(at("2026-11-20 12:00"))
    with answering({}) as (base, asked), archive(tmp_path, clock, base, "/{date}.xml") as context:
        assert run(context, "2026-12-01 00:00", "2026-12-05 00:00").windows == []
        assert asked == []


def test_what_is_found_again_is_not_counted_twice(tmp_path):
    """One child of an index fails: the second run reads all of it again and mends the gap."""
    clock = Clock(at("2026-11-20 12:00"))
    answers = {"/two.xml": (500, {}), "/index.xml": (200, {})}
    with answering(answers) as (base, _), archive(tmp_path, clock, base, "/index.xml") as context:
        answers["/index.xml"] = (200, {}, index(f"{base}/one.xml", f"{base}/two.xml"))
        answers["/one.xml"] = (200, {}, listing(f"{base}/2026/11/10/a.html", f"{base}/2026/11/10/b.html"))
        first = run(context, "2026-11-01 00:00", "2026-11-20 00:00")
        assert [(w.state, w.items, w.new) for w in first.windows] == [(WindowState.PARTIAL, 2, 2)]
        answers["/two.xml"] = (200, {}, listing(f"{base}/2026/11/10/c.html"))
        second = run(context, "2026-11-01 00:00", "2026-11-20 00:00")
        assert [(w.state, w.items, w.new) for w in second.windows] == [(WindowState.DONE, 3, 1)]


def test_a_walk_goes_on_where_it_stopped_and_forgets_the_gap_it_has_mended(tmp_path):
    clock = Clock(at("2026-11-20 12:00"))
    answers = {f"/feed/{n}": (200, {}, feed(n, 4)) for n in (1, 2, 4)} | {"/feed/3": (503, {})}
    way = 'provider = "paged", style = "rfc5005"'
    with answering(answers) as (base, asked), archive(tmp_path, clock, base, "/feed/1", way) as context:
        first = run(context, "2026-11-01 00:00", "2026-11-20 12:00")
        assert [window.state for window in first.windows] == [WindowState.PARTIAL]
        answers["/feed/3"] = (200, {}, feed(3, 4))
        before = len(asked)
        second = run(context, "2026-11-01 00:00", "2026-11-20 12:00")
        assert [(w.state, w.items) for w in second.windows] == [(WindowState.DONE, 4)]
        assert [path for path in asked[before:] if path.startswith("/feed")] == ["/feed/3", "/feed/4"]
