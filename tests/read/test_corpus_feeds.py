"""Captured and hostile feeds through the sandbox: nothing raises, nothing is lost, everything stays within bounds."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import re
import tarfile
import time
import warnings
import zlib
from collections import Counter
from datetime import UTC, datetime

import pytest

from monitor.model import FeedFormat
from monitor.read import entries, feed
from monitor.service.sandbox import Sandbox

pytestmark = pytest.mark.shared

NOW = datetime(2026, 6, 2, tzinfo=UTC)
RU, JA = "Россия и Япония: мирный договор", "日露平和条約交渉、北方領土問題で"
BODY_LIMIT = 10_000_000


def oracle(body):
    """Return the keys plain feedparser finds: guid, else link, else the texts."""
    import feedparser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = feedparser.parse(io.BytesIO(body))
    keys = []
    for entry in found.entries:
        guid, link = (" ".join((dict.get(entry, name) or "").split()) for name in ("id", "link"))
        texts = (dict.get(entry, "title"), dict.get(entry, "summary"))
        keys.append(("g", guid) if guid else ("u", link) if link else ("h", texts))
    return keys


def without_semicolons(text):
    """Undo what feedparser's loose parser does to bare ampersands in addresses."""
    return re.sub(r"(&\w+);", r"\1", text) if isinstance(text, str) else text


def served(item, folder):
    """Return the body as a client hands it on: unpacked as declared, within the limit."""
    body = (folder / item["file"]).read_bytes()
    if item["http"].get("content_encoding") == "gzip" and body.startswith(b"\x1f\x8b"):
        body = zlib.decompressobj(31).decompress(body, BODY_LIMIT)
    return body


def read_all(bodies):
    """Return (name, document, seconds) of each body, read in one sandbox one after another."""

    async def run():
        found = []
        async with Sandbox() as sandbox:
            for name, body, content_type in bodies:
                started = time.monotonic()
                document = await sandbox.feed(
                    body, url=f"https://hostile.example.org/feed/{name}", content_type=content_type, now=NOW
                )
                found.append((name, document, time.monotonic() - started))
            assert (sandbox.lost, sandbox.started) == (0, 1)
        return found

    return asyncio.run(run())


def test_every_entry_of_the_captured_feeds_is_found_once(shared):
    files = sorted((shared / "corpus/feeds/real").iterdir())
    assert len(files) == 84
    total = 0
    for name, document, seconds in read_all([(file.name, file.read_bytes(), "") for file in files]):
        body = (shared / "corpus/feeds/real" / name).read_bytes()
        mine = Counter(entry.key for entry in document.entries)
        assert max(mine.values(), default=1) == 1, name
        assert document.format is not FeedFormat.NOT_A_FEED, name
        assert seconds < 10, name
        total += len(document.entries)
        if name.endswith(".json"):
            assert document.entries, name
            continue
        wanted = set(oracle(body))
        assert len(document.entries) == len(wanted), name
        guids = {without_semicolons(key) for kind, key in wanted if kind == "g"}
        assert guids == {without_semicolons(entry.guid) for entry in document.entries if entry.guid}, name
        for entry in document.entries:
            assert_storable(entry)
    assert total > 1_500


def assert_storable(entry):
    for text in (
        entry.key,
        entry.guid,
        entry.title,
        entry.summary,
        entry.content,
        entry.author,
        entry.url or "",
    ):
        text.encode()
        assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text)
    assert len(entry.title) <= entries.MAX_TITLE
    assert not re.search(r"<(?:script|img|p|div|a)\b", entry.title)


def test_a_second_reading_gives_the_same_records(shared):
    for file in sorted((shared / "corpus/feeds/real").iterdir())[:20]:
        given = {"url": "https://e.org/f", "content_type": "", "headers": {}, "tz_fix": "", "now": NOW}
        assert feed.read(file.read_bytes(), **given) == feed.read(file.read_bytes(), **given)


@pytest.fixture(scope="module")
def hostile(shared):
    folder = shared / "corpus/feeds/hostile"
    items = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    bodies = [(item["file"], served(item, folder), item["content_type"]) for item in items]
    return {name: (document, seconds) for name, document, seconds in read_all(bodies)}


def test_no_hostile_feed_takes_long_or_gives_unstorable_text(hostile):
    for name, (document, seconds) in hostile.items():
        assert seconds < (20 if name.startswith("items-10000") else 5), name
        for entry in document.entries:
            assert_storable(entry)


def test_every_encoding_trouble_gives_the_right_title(hostile):
    seen = 0
    for name, (document, _seconds) in hostile.items():
        if name.startswith("enc-"):
            assert [entry.title for entry in document.entries] == [JA if "-ja-" in name else RU], name
            seen += 1
    assert seen == 21


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("xxe-http.xml", 3), ("utf7-declared.xml", 3), ("gzip-undeclared.xml", 3), ("deep-nesting.xml", 1),
        ("deep-html-description.xml", 1), ("title-2MB.xml.gz", 2), ("items-10000.xml.gz", entries.MAX_ENTRIES),
        ("zero-items.xml", 0), ("truncated-mid-item.xml", 2), ("truncated-mid-utf8.xml", 0), ("two-documents.xml", 1),
        ("junk-before-prolog.xml", 3), ("junk-after-root.xml", 3), ("php-warning-before.xml", 3),
        ("undefined-entity.xml", 2), ("bare-ampersand.xml", 2), ("control-chars.xml", 2), ("no-guid.xml", 2),
        ("no-guid-no-link.xml", 2), ("guid-changes-every-poll.xml", 2), ("atom-no-id.xml", 1), ("no-dates.xml", 3),
        ("rss091-doctype.xml", 1), ("bad-schemes.xml", 12), ("duplicate-guid.xml", 1), ("gzip-truncated.xml.gz", 1),
    ],
)  # fmt: skip
def test_hostile_feeds_give_what_can_be_had(hostile, name, count):
    document, _seconds = hostile[name]
    assert len(document.entries) == count
    assert document.format is not FeedFormat.NOT_A_FEED


@pytest.mark.parametrize(
    "name",
    ["html-as-feed.xml", "html-error-200.xml", "html-with-feed-link.html", "empty.xml", "whitespace.xml", "json-error.json",
     "binary-png.xml", "attributes-20000.xml", "deflate-raw.xml"],
)  # fmt: skip
def test_what_is_no_feed_is_named_so(hostile, name):
    document, _seconds = hostile[name]
    assert document.format is FeedFormat.NOT_A_FEED
    assert document.note


def test_hostile_details_are_as_expected(hostile):
    def titles(name):
        return [entry.title for entry in hostile[name][0].entries]

    def links(name):
        return [entry.url for entry in hostile[name][0].entries]

    def times(name):
        return [entry.published for entry in hostile[name][0].entries]

    assert hostile["html-with-feed-link.html"][0].discovered == ("https://hostile.example.org/feed.xml",)
    assert titles("cdata-html-script.xml") == ["Talks & more"]
    assert titles("double-escaped.xml") == ['Q&A: "No talks"']
    assert "&" in titles("bare-ampersand.xml")[0]
    assert titles("no-title.xml")[0].startswith("Only a description")
    assert links("xml-base.xml") == ["https://example.org/base/x/y.html"]
    assert links("relative-links.xml")[0].startswith("https://hostile.example.org/")
    assert [bool(link) for link in links("bad-schemes.xml")] == [False] * 4 + [True] * 3 + [False] * 4 + [
        True
    ]
    assert {claim.at for claim in times("dates-zones.xml")[:5]} == {datetime(2026, 6, 1, 9, tzinfo=UTC)}
    assert times("dates-zones.xml")[5].weak == "no_zone"
    assert {claim.weak for claim in times("dates-future.xml")} == {"future"}
    assert {claim.at for claim in times("dates-ancient.xml")} == {None}
    local = [claim.at and claim.at.date().isoformat() for claim in times("dates-localised.xml")]
    assert set(local) <= {"2026-06-01", None}
    assert [claim.at is None for claim in times("dates-weird-numbers.xml")] == [True, True, False, False]
    assert "[2J" not in titles("ansi-escape.xml")[0] or "\x1b" not in titles("ansi-escape.xml")[0]


def test_the_test_suites_of_three_parsers_raise_nothing_and_lose_nothing(shared):
    checked = 0
    for archive in sorted((shared / "corpus/feeds/torture").glob("*.tar.gz")):
        with tarfile.open(archive) as members:
            for member in members:
                if not member.isfile():
                    continue
                stream = members.extractfile(member)
                body = stream.read()
                found = feed.read(
                    body, url="https://e.org/f", content_type="", headers={}, tz_fix="", now=NOW
                )
                checked += 1
                if member.name.endswith((".json", ".js", ".md")):
                    continue
                identified = {key for key in oracle(body) if key[0] != "h"}
                assert len(found.entries) >= len(identified), member.name
    assert checked > 2_900


def test_a_bomb_of_bodies_stays_within_the_unpacking_bound(shared):
    body = gzip.compress((b"<rss><channel>" + b" " * 100_000_000), compresslevel=9)
    given = {"url": "https://e.org/f", "content_type": "", "headers": {}, "tz_fix": "", "now": NOW}
    started = time.process_time()
    feed.read(body, **given)
    assert time.process_time() - started < 8
