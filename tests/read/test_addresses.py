"""Addresses of one article give one key; what is no address of an article is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.read import urls


@pytest.mark.parametrize(
    "same",
    [
        "http://news.example.org/2026/harbour",
        "https://NEWS.example.org:443/2026/harbour/",
        "https://news.example.org/2026/harbour#comments",
        "https://news.example.org/2026/harbour/amp/",
        "https://news.example.org/2026/harbour/amp",
        "https://news.example.org//2026/harbour?utm_source=rss&utm_medium=feed",
        "https://news.example.org/2026/harbour?from=asia&fbclid=x9&yclid=1&ref=top&src=a&rss=1&cmpid=b",
        "https://news.example.org/2026/harbour;jsessionid=00AF?gclid=1",
        "https://news.example.org./2026/harbour?amp=1",
        "https://news.example.org/2026/h%61rbour",
    ],
)
def test_one_article_has_one_key(same):
    assert urls.clean(same) == "https://news.example.org/2026/harbour"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a?id=1", "https://example.org/a?id=2"),
        ("https://www.example.org/a", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org/a"),
        ("https://example.org/A", "https://example.org/a"),
        ("https://example.org/camp", "https://example.org/c"),
    ],
)
def test_different_articles_keep_different_keys(one, other):
    assert urls.clean(one) != urls.clean(other)


def test_parameters_are_sorted_and_values_kept():
    assert urls.clean("https://example.org/a?b=2&a=%D1%91&from=x") == "https://example.org/a?a=%D1%91&b=2"


def test_names_in_other_scripts_become_punycode_and_paths_escapes():
    assert urls.clean("https://пример.рф/порт") == "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D0%BE%D1%80%D1%82"
    assert urls.host("HTTPS://Пример.РФ:8080/") == "xn--e1afmkfd.xn--p1ai"


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.org/x", "mailto:a@example.org",
        "https://user:pw@example.org/x", "http://example.org:99999/", "https://exa mple.org/", "https://", "//",
        "https://exa\u202emple.org/", "https://example.org/\x00", "http://[::1", "x" * 5_000, "",
        "https://example.org/" + "a" * urls.MAX_URL,
    ],
)  # fmt: skip
def test_what_is_no_usable_address_is_refused(bad):
    assert urls.usable(bad) is None
    assert urls.clean(bad) == ""


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("/news/1", "https://example.org/news/1"),
        ("2.html", "https://example.org/feed/2.html"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        (" https://example.org/\n a", "https://example.org/ a"),
        ("HTTPS://EXAMPLE.ORG/Ä?q=ё#f", "HTTPS://EXAMPLE.ORG/Ä?q=ё#f"),
        ("no address at all", None),
        ("javascript:void(0)", None),
    ],
)
def test_links_resolve_but_are_not_cleaned(link, wanted):
    assert urls.absolute(link, "https://example.org/feed/rss.xml") == wanted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.example.co.jp/a", "https://news.example.co.jp/b", True),
        ("https://one.co.jp/", "https://two.co.jp/", False),
        ("https://a.example.org/", "https://b.example.org/", True),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", True),
        ("", "", False),
    ],
)
def test_sites_are_told_by_their_registrable_part(one, other, same):
    assert urls.same_site(one, other) is same


@given(st.text(max_size=80))
def test_no_text_raises_and_keys_are_stable(text):
    for url in (text, "https://example.org/" + text, "https://" + text):
        key = urls.clean(url)
        key.encode()
        assert urls.clean(key) == key
        urls.host(url)
        urls.absolute(text, "https://example.org/")
