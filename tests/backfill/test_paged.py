"""Paged feeds as a way into the past: next pages, stop rules, cursors."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.backfill.paged import PagedProvider
from monitor.backfill.plan import Answer, Ask, Progress, Window
from monitor.model import BackfillRoute, Claim, Entry, FeedDocument, FeedFormat, FetchKind, Source

KREMLIN = PagedProvider("https://k.example/feed/page/{n}", max_pages=4)
LINKED = PagedProvider("https://l.example/feed")


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WINDOW = Window(day("2025-10-01"), day("2025-11-01"))


def entry(key, at=None):
    return Entry(key=key, published=Claim(at=day(at)) if at else Claim(at=None))


def page(*entries, url="https://k.example/feed/page/2", number=2, links=(), sha="a"):
    feed = FeedDocument(FeedFormat.ATOM, entries=entries, links=links)
    return Answer(Ask(url, "feed", page=number), FetchKind.OK, body_sha256=sha, feed=feed)


def test_numbered_pages_begin_where_the_configuration_says():
    assert KREMLIN.requests(WINDOW, "")[0].url == "https://k.example/feed/page/2"


def test_a_killed_run_goes_on_at_its_cursor():
    assert KREMLIN.requests(WINDOW, "7")[0].url == "https://k.example/feed/page/7"
    cursor = "https://l.example/archive/3"
    assert LINKED.requests(WINDOW, cursor)[0].url == cursor


def test_entries_outside_the_window_are_left_and_the_next_page_is_asked():
    step = KREMLIN.links(
        WINDOW, page(entry("1", "2025-11-02"), entry("2", "2025-10-20"), entry("3")), Progress()
    )
    assert [e.key for e in step.entries] == ["2", "3"]
    assert step.asks[0].url == "https://k.example/feed/page/3"
    assert step.cursor == "3"


def test_the_walk_ends_when_a_whole_page_is_older_than_the_window():
    step = KREMLIN.links(WINDOW, page(entry("1", "2025-09-30"), entry("2", "2025-09-01")), Progress())
    assert (step.asks, step.gap) == ((), "")


def test_the_walk_ends_when_the_last_page_repeats():
    first = KREMLIN.links(WINDOW, page(entry("1", "2025-10-20")), Progress())
    again = page(entry("1", "2025-10-20"), url="https://k.example/feed/page/3", number=3)
    assert KREMLIN.links(WINDOW, again, first.progress).asks == ()
    other_bytes = page(entry("1", "2025-10-20"), url="https://k.example/feed/page/3", number=3, sha="b")
    assert KREMLIN.links(WINDOW, other_bytes, first.progress).asks == ()


def test_a_missing_page_behind_the_first_is_the_end_and_a_missing_first_page_a_gap():
    end = Answer(Ask("https://k.example/feed/page/5", "feed", page=5), FetchKind.NOT_FOUND)
    assert KREMLIN.links(WINDOW, end, Progress()).gap == ""
    first = Answer(Ask("https://k.example/feed/page/2", "feed", page=2), FetchKind.NOT_FOUND)
    assert KREMLIN.links(WINDOW, first, Progress()).gap


def test_the_page_budget_leaves_a_gap():
    progress = Progress(urls=frozenset({"a", "b", "c"}))
    step = KREMLIN.links(WINDOW, page(entry("1", "2025-10-20")), progress)
    assert step.asks == ()
    assert "4 pages" in step.gap


def test_archives_are_followed_by_prev_archive_before_next():
    links = (("next", "https://l.example/2"), ("prev-archive", "https://l.example/a/9"))
    answer = page(entry("1", "2025-10-20"), url="https://l.example/feed", number=0, links=links)
    step = LINKED.links(WINDOW, answer, Progress())
    assert [ask.url for ask in step.asks] == ["https://l.example/a/9"]
    assert step.cursor == "https://l.example/a/9"


def test_a_circle_of_archives_ends():
    links = (("prev-archive", "https://l.example/feed"),)
    answer = page(entry("1", "2025-10-20"), url="https://l.example/feed", number=0, links=links)
    assert LINKED.links(WINDOW, answer, Progress()).asks == ()


def test_an_unreadable_answer_leaves_a_gap():
    bad = Answer(Ask("https://k.example/feed/page/3", "feed", page=3), FetchKind.TIMEOUT, detail="no answer")
    assert KREMLIN.links(WINDOW, bad, Progress()).gap == "no answer"


def test_wordpress_style_adds_the_page_to_the_address_of_the_source():
    source = Source(id="jt", name="JT", url="https://j.example/feed/?cat=1", lang="en")
    provider = PagedProvider.of(BackfillRoute("paged", (("style", "paged"), ("max_pages", "9"))), source)
    assert provider.requests(WINDOW, "")[0].url == "https://j.example/feed/?cat=1&paged=2"
    assert provider.max_pages == 9


def test_rfc5005_style_begins_at_the_subscription_document():
    source = Source(id="l", name="L", url="https://l.example/feed", lang="en")
    provider = PagedProvider.of(BackfillRoute("paged", (("style", "rfc5005"),)), source)
    assert provider.requests(WINDOW, "")[0].url == "https://l.example/feed"
