"""Sitemaps and the records they must give."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime

import pytest

from monitor.read import page_links, sitemap

NOW = datetime(2026, 11, 26, tzinfo=UTC)
URL = "https://news.example.org/sitemap.xml"
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = (
    "<news:news><news:publication><news:name>Invented</news:name><news:language>ru</news:language></news:publication>"
    "<news:publication_date>2026-11-25T16:20:00+03:00</news:publication_date><news:title>Порт &amp; лёд</news:title></news:news>"
)


def read(document):
    return sitemap.read(document if isinstance(document, bytes) else document.encode(), url=URL, now=NOW)


def test_a_list_of_pages_gives_links_with_their_times():
    found = read(
        f'\ufeff<?xml version="1.0"?><urlset {SPACE}><url><loc> https://example.org/a?x=1&amp;y=2 </loc>'
        "<lastmod>2026-11-25T16:20:00+09:00</lastmod></url><url><loc>/b</loc></url></urlset>"
    )
    assert (found.valid, found.is_index, found.note) == (True, False, "")
    first, second = found.links
    assert first.url == "https://example.org/a?x=1&y=2"
    assert first.lastmod.at == datetime(2026, 11, 25, 7, 20, tzinfo=UTC)
    assert (second.url, second.lastmod.at) == ("https://news.example.org/b", None)


def test_the_news_extension_gives_title_date_and_language():
    found = read(f'<urlset {SPACE} xmlns:news="x"><url><loc>/a</loc>{NEWS}</url></urlset>')
    link = found.links[0]
    assert (link.title, link.lang) == ("Порт & лёд", "ru")
    assert link.published.at == datetime(2026, 11, 25, 13, 20, tzinfo=UTC)


def test_titles_of_pictures_are_not_titles_of_pages():
    image = "<image:image><image:loc>/x.jpg</image:loc><image:title>A picture</image:title></image:image>"
    found = read(f'<urlset {SPACE} xmlns:image="y"><url><loc>/a</loc>{image}</url></urlset>')
    assert (found.links[0].url, found.links[0].title) == ("https://news.example.org/a", "")


def test_an_index_gives_its_children():
    found = read(
        f"<sitemapindex {SPACE}><sitemap><loc>/1.xml.gz</loc><lastmod>2026-11-01</lastmod></sitemap></sitemapindex>"
    )
    assert found.is_index
    assert found.links[0].url == "https://news.example.org/1.xml.gz"


def test_gzip_is_known_by_its_first_bytes():
    assert len(read(gzip.compress(f"<urlset {SPACE}><url><loc>/a</loc></url></urlset>".encode())).links) == 1


def test_entities_and_repeated_addresses_are_handled():
    found = read(
        f"<urlset {SPACE}><url><loc>/a</loc></url><url><loc>/a</loc></url><url><loc>/b&nbsp;</loc></url></urlset>"
    )
    assert [link.url for link in found.links] == ["https://news.example.org/a", "https://news.example.org/b"]


@pytest.mark.parametrize(
    ("document", "note"),
    [
        ("<!DOCTYPE html><html><body>Not here</body></html>", "web page"),
        ("", "empty"),
        ("plain words", "not XML"),
        ('<rss version="2.0"/>', "rss document"),
        (b"\x1f\x8bbad", "damaged"),
    ],
)
def test_anything_else_says_what_it_is(document, note):
    found = read(document)
    assert not found.valid
    assert note in found.note


def test_a_cut_sitemap_gives_its_complete_links():
    found = read(f"<urlset {SPACE}><url><loc>/a</loc></url><url><loc>/b</lo")
    assert [link.url for link in found.links] == ["https://news.example.org/a"]
    assert "cut off" in found.note


def test_unusable_addresses_are_left_out_and_counted():
    found = read(
        f"<urlset {SPACE}><url><loc>javascript:x</loc></url><url><lastmod>2026</lastmod></url><url><loc>/a</loc></url></urlset>"
    )
    assert len(found.links) == 1
    assert "2 links" in found.note


def test_declared_entities_are_never_expanded():
    bomb = '<!DOCTYPE u [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
    found = read(f"{bomb}<urlset {SPACE}><url><loc>/a&b;&c;</loc></url></urlset>")
    assert [link.url for link in found.links] == ["https://news.example.org/a&b;&c;"]


def test_fifty_thousand_links_are_read_and_no_more():
    rows = "".join(f"<url><loc>https://example.org/{n}</loc></url>" for n in range(50_010))
    started = time.process_time()
    found = read(f"<urlset {SPACE}>{rows}</urlset>")
    assert len(found.links) == sitemap.MAX_LINKS
    assert "more than 50,000" in found.note
    assert time.process_time() - started < 8.0


@pytest.mark.shared
def test_captured_sitemaps_are_read(shared):
    for file in sorted((shared / "corpus/feeds/sitemaps").glob("*.xml")):
        found = read(file.read_bytes())
        assert found.valid, file.name
        assert found.links, file.name


def test_a_listing_gives_its_links_in_order_with_their_words():
    found = page_links.links(
        b'<base href="/2026/"><a href="11/25/a">Ferry <b>sails</b></a><a href="javascript:x">no</a>'
        b'<a href="11/25/a">again</a><a href="https://example.org/b"><img src=x></a>',
        url="https://news.example.org/archive",
    )
    assert found == (
        ("https://news.example.org/2026/11/25/a", "Ferry sails"),
        ("https://example.org/b", ""),
    )
