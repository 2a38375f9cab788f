"""The shipped sources.toml: complete, without mistakes, and careful about what it switches on."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor import shipped
from monitor.backfill import providers
from monitor.config import load, parse, reader
from monitor.model import SourceKind, Terms

ROOT = Path(__file__).resolve().parents[2]
STARTER = {
    *("tass-en", "tass-ru", "ria", "interfax", "kommersant", "lenta", "kremlin-ru", "kremlin-en"),
    *(
        "moscow-times",
        "meduza-en",
        "japan-times",
        "japan-today",
        "nhk-cat4",
        "nhk-cat6",
        "kantei-ja",
        "kantei-en",
    ),
    *("yahoo-jp-world", "diplomat", "scmp-91", "bbc-asia", "yonhap-en"),
    *("google-news-en", "google-news-ru", "google-news-ja"),
}


@pytest.fixture(scope="module")
def settings():
    return load(ROOT / "sources.toml", {"TZ": "UTC"})


def test_the_shipped_file_has_no_mistake_and_its_remarks_are_the_two_expected(settings):
    assert [remark.key for remark in settings.warnings] == ["monitor.contact", "monitor.personal_use"]


def test_the_starter_set_is_on(settings):
    assert {source.id for source in settings.sources if source.enabled} == STARTER


def test_what_is_off_says_why(settings):
    assert [source.id for source in settings.sources if not source.enabled and not source.note] == []


def test_personal_sources_wait_and_blocked_ones_are_off(settings):
    assert all(source.terms is Terms.PERSONAL for source in settings.waiting)
    assert {"nhk-cat4", "yahoo-jp-world", "google-news-ja"} <= {source.id for source in settings.waiting}
    blocked = [source for source in settings.sources if source.terms is Terms.BLOCKED]
    assert {"mid-ru", "mofa-jp"} <= {source.id for source in blocked}
    assert not any(source.enabled for source in blocked)


def test_nothing_shipped_sends_mail_or_asks_a_heartbeat(settings):
    assert [recipient.kind for recipient in settings.digest.recipients] == ["file", "stdout"]
    assert settings.smtp is None
    assert settings.digest.heartbeat_url == ""
    assert settings.fetch.allow_private == frozenset()


def test_some_active_sources_are_essential_and_of_both_sides(settings):
    essential = [source for source in settings.active if source.essential]
    assert 3 <= len(essential) <= 8
    assert {"RU", "JP"} <= {source.country for source in essential}


def test_searches_are_not_followed_where_their_links_lead_nowhere(settings):
    google = [source for source in settings.sources if urlsplit(source.url).hostname == "news.google.com"]
    assert {source.lang for source in google} == {"en", "ru", "ja"}
    assert all(
        s.kind is SourceKind.SEARCH and s.terms is Terms.PERSONAL and not s.fetch_articles for s in google
    )


def test_every_address_is_plain_ascii_so_that_it_is_sent_as_written(settings):
    assert all(source.url.isascii() for source in settings.sources)
    assert len({source.url for source in settings.sources}) == len(settings.sources)


def test_the_ways_into_the_past_are_those_that_are_known(settings):
    routes = {source.id: route for source in settings.sources for route in source.backfill}
    dated = {name for name, route in routes.items() if "{date}" in dict(route.options).get("url", "")}
    assert {"ria", "sputnik-globe", "sputnik-africa", "sputnik-japan"} <= dated
    assert {"tass-en", "izvestia", "kremlin-ru", "kremlin-en"} <= set(routes)
    for source in settings.sources:
        for route in source.backfill:
            assert providers.provider(route, source).name == route.provider


def test_the_configuration_knows_the_providers_there_are():
    assert set(reader.ROUTES) == set(providers.NAMES)


def test_known_wrong_clocks_are_put_right(settings):
    fixed = {source.id for source in settings.sources if source.tz_fix}
    assert {"kremlin-ru", "rg"} <= fixed


def test_outlets_of_one_house_are_one_family(settings):
    families = {source.id: source.family for source in settings.sources}
    assert families["ria"] == families["sputnik-globe"] == families["sputnik-japan"]
    assert families["tass-en"] == families["tass-ru"]
    assert families["tass-en"] != families["ria"]


def test_a_new_desk_has_the_shipped_sources_under_a_head_of_its_own(settings):
    text = shipped.deployment("Asia/Tokyo")
    desk = parse(text, Path("/desk/sources.toml"), {})
    assert desk.sources == settings.sources
    assert desk.monitor.zone == "Asia/Tokyo"
    assert desk.monitor.storage == Path("/desk/storage")
    assert [r.kind for r in desk.digest.recipients] == ["file", "stdout"]
    assert "Made by `monitor init`" in text
    assert "$" not in text


@pytest.mark.shared
def test_every_address_of_the_domain_page_is_there(shared):
    shipped_text = (ROOT / "sources.toml").read_text(encoding="utf-8")
    page = (shared / "domain" / "feeds.md").read_text(encoding="utf-8")
    rows = [row for row in page.split("## Terms and robots")[0].splitlines() if row.startswith("|")]
    assert len(rows) > 60
    wanted = {address for row in rows for address in addresses(row)}
    assert len(wanted) >= 90
    assert sorted(address for address in wanted if address not in shipped_text) == []


def addresses(row):
    """Return the addresses of one table row and the paths of its second column, cut where a placeholder begins."""
    second = row.split("|")[2]
    for found in re.findall(r"`(https?://[^`\s]+)`", row) + re.findall(r"`\.*(/[^`\s]+)`", second):
        start = re.split(r"<|YYYY|\.\.\.|/N\b", found)[0]
        if len(start) > len("https://"):
            yield start


@pytest.mark.shared
def test_the_starter_set_is_the_recommended_one(shared):
    page = (shared / "domain" / "feeds.md").read_text(encoding="utf-8")
    recommended = page.split("## Recommended starter set")[1]
    named = set(re.findall(r"`([a-z0-9-]+)`", recommended.split("Everything marked low")[0]))
    assert named | {"google-news-en", "google-news-ru", "google-news-ja"} == STARTER
