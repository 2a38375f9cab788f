"""Sitemaps as a way into the past: which documents are asked, and which links lie in the window."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.backfill.plan import Answer, Ask, Progress, Window
from monitor.backfill.sitemaps import MAX_DEPTH, SitemapProvider
from monitor.model import BackfillRoute, Claim, FetchKind, Sitemap, SitemapLink


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def claim(text):
    return Claim(at=day(text), raw=text)


DATED = SitemapProvider("https://a.example/sitemap.xml?date_start={date}&date_end={date}")
INDEX = SitemapProvider("https://a.example/sitemap.xml")
OCTOBER = Window(day("2025-10-01"), day("2025-11-01"))


def answer(*links, index=False, url="https://a.example/sitemap.xml", depth=0, kind=FetchKind.OK):
    return Answer(Ask(url, "sitemap", depth), kind, sitemap=Sitemap(is_index=index, links=links))


def test_a_dated_template_gives_one_closed_window_a_day_newest_first():
    windows = DATED.windows(day("2025-10-23"), day("2025-10-26"))
    assert [w.name for w in windows] == [
        "2025-10-25..2025-10-26",
        "2025-10-24..2025-10-25",
        "2025-10-23..2025-10-24",
    ]


def test_a_dated_request_carries_the_day_in_both_parameters():
    (ask,) = DATED.requests(Window(day("2025-10-24"), day("2025-10-25")), "")
    assert ask.url == "https://a.example/sitemap.xml?date_start=20251024&date_end=20251024"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("https://a.example/{year}.xml", ["2026.xml", "2025.xml"]),
        ("https://a.example/{year}-{month}.xml", ["2026-01.xml", "2025-12.xml"]),
    ],
)
def test_monthly_and_yearly_templates_cross_the_turn_of_the_year(template, expected):
    provider = SitemapProvider(template)
    windows = provider.windows(day("2025-12-15"), day("2026-01-10"))
    asked = [provider.requests(window, "")[0].url.rsplit("/", 1)[1] for window in windows]
    assert asked == expected


def test_an_empty_span_has_no_window():
    assert INDEX.windows(day("2025-10-02"), day("2025-10-02")) == ()
    assert DATED.windows(day("2025-10-02"), day("2025-10-02")) == ()


def test_only_children_that_can_hold_the_window_are_asked():
    step = INDEX.links(
        OCTOBER,
        answer(
            SitemapLink("https://a.example/old.xml", lastmod=claim("2025-09-01")),
            SitemapLink("https://a.example/in.xml", lastmod=claim("2025-10-15")),
            SitemapLink("https://a.example/later.xml", lastmod=claim("2026-02-01")),
            SitemapLink("https://a.example/unknown.xml"),
            index=True,
        ),
        Progress(),
    )
    assert [ask.url for ask in step.asks] == [
        "https://a.example/in.xml",
        "https://a.example/later.xml",  # an edit in February says nothing against an article in October
        "https://a.example/unknown.xml",
    ]


def test_an_index_that_lists_itself_ends():
    step = INDEX.links(OCTOBER, answer(SitemapLink(INDEX.url), index=True), Progress())
    assert step.asks == ()
    assert step.gap == ""


def test_indexes_nested_too_deeply_leave_a_gap():
    step = INDEX.links(
        OCTOBER, answer(SitemapLink("https://a.example/x.xml"), index=True, depth=MAX_DEPTH), Progress()
    )
    assert "nested" in step.gap


def test_news_times_decide_exactly_and_edit_times_with_slack():
    step = INDEX.links(
        OCTOBER,
        answer(
            SitemapLink("https://a.example/1", published=claim("2025-10-31T23:59:59"), title="inside"),
            SitemapLink("https://a.example/2", published=claim("2025-11-01T00:00:00"), title="after"),
            SitemapLink("https://a.example/3", lastmod=claim("2025-11-01T20:00:00")),
            SitemapLink("https://a.example/4", lastmod=claim("2025-11-03T00:00:00")),
            SitemapLink("https://a.example/2025/10/24/five.html"),
            SitemapLink("https://a.example/20250824/six.html"),
            SitemapLink("https://a.example/seven"),
        ),
        Progress(),
    )
    assert [entry.url for entry in step.entries] == [
        "https://a.example/1",
        "https://a.example/3",
        "https://a.example/2025/10/24/five.html",
        "https://a.example/seven",
    ]


def test_a_link_without_news_time_claims_its_path_date_or_its_edit_time_as_weak():
    entries = INDEX.links(
        OCTOBER,
        answer(
            SitemapLink("https://a.example/20251024/five.html"),
            SitemapLink("https://a.example/x", lastmod=claim("2025-10-10T10:00:00")),
        ),
        Progress(),
    ).entries
    assert [(e.published.at, e.published.weak) for e in entries] == [
        (day("2025-10-24"), "no_time"),
        (day("2025-10-10T10:00:00"), "lastmod"),
    ]


def test_a_link_seen_in_two_children_is_one_entry():
    first = INDEX.links(OCTOBER, answer(SitemapLink("https://a.example/x")), Progress())
    second = INDEX.links(OCTOBER, answer(SitemapLink("https://a.example/x")), first.progress)
    assert len(first.entries) == 1
    assert second.entries == ()


def test_an_answer_that_is_no_sitemap_leaves_a_gap_with_the_address():
    bad = Answer(
        Ask(INDEX.url, "sitemap"), FetchKind.OK, sitemap=Sitemap(valid=False, note="HTML"), detail=""
    )
    assert INDEX.url in INDEX.links(OCTOBER, bad, Progress()).gap
    failed = Answer(Ask(INDEX.url, "sitemap"), FetchKind.TIMEOUT, detail="no answer in 60 s")
    assert INDEX.links(OCTOBER, failed, Progress()).gap == "no answer in 60 s"


def test_a_missing_document_of_one_day_is_a_day_without_articles():
    missing = Answer(Ask("https://a.example/sitemap.xml?date_start=20251024", "sitemap"), FetchKind.NOT_FOUND)
    assert DATED.links(OCTOBER, missing, Progress()).gap == ""


def test_the_configured_table_makes_the_provider():
    route = BackfillRoute("sitemap", (("url", "https://a.example/{date}.xml"),))
    assert SitemapProvider.of(route).url == "https://a.example/{date}.xml"
