"""The past on demand: dated sitemaps and paged feeds of an invented archive, resumed, complete, and polite."""

from __future__ import annotations

import gzip
import json
import threading
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.road.presses import TALKS
from tests.road.worlds import make_desk

pytestmark = pytest.mark.road

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
PAGES = 5


class Archive(BaseHTTPRequestHandler):
    """Ten days of a Russian agency as dated sitemaps, and five pages of an office's feed."""

    protocol_version = "HTTP/1.1"
    asked: list[str]
    broken: set[str]

    def do_GET(self):
        self.asked.append(self.path)
        parts, query = urlsplit(self.path), parse_qs(urlsplit(self.path).query)
        if self.path in self.broken:
            self.reply(500, b"", "text/plain")
        elif parts.path == "/sitemap_article.xml":
            self.reply(200, self.sitemap(query["date_start"][0]), "application/xml")
        elif parts.path.startswith("/feed/page/"):
            number = int(parts.path.rsplit("/", 1)[1])
            self.reply(200 if number <= PAGES else 404, self.feed(number), "application/atom+xml")
        elif parts.path.startswith("/2026"):
            self.reply(200, page(parts.path).encode(), "text/html; charset=utf-8")
        else:
            self.reply(404, b"", "text/plain")

    def base(self):
        return f"http://{self.headers['Host']}"

    def sitemap(self, day):
        links = [f"{self.base()}/{day}/yaponiya-{day}1.html", f"{self.base()}/{day}/futbol-{day}2.html"]
        rows = "".join(f"<url><loc>{link}</loc><lastmod>2026-11-20</lastmod></url>" for link in links)
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        xml = f'<?xml version="1.0"?><urlset xmlns="{space}">{rows}</urlset>'.encode()
        return gzip.compress(xml) if int(day) % 2 else xml

    def feed(self, number):
        entries = ""
        for place in range(2):
            at = FIRST + timedelta(days=12 - 2 * number - place, hours=3)
            # Moscow time under a wrong label, as one office really publishes it.
            stamp = (at + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S+04:00")
            link = f"{self.base()}/{at:%Y%m%d}/office-{number}-{place}.html"
            entries += (
                f"<entry><id>urn:{number}-{place}</id><title>Заявление {number}.{place} по мирному договору с "
                f'Японией</title><link href="{link}"/><published>{stamp}</published>'
                f"<updated>{stamp}</updated><content>{escape(TALKS)}</content></entry>"
            )
        return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>o</title>{entries}</feed>'.encode()

    def reply(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def page(path):
    body = "".join(f"<p>{part}</p>" for part in TALKS.split("\n\n"))
    return (
        f"<html lang=ru><head><title>Москва и Токио</title></head><body><article><h1>Москва ответила Токио "
        f"{path[1:9]}</h1>{body}</article></body></html>"
    )


@pytest.fixture
def archive():
    handler = type("Handler", (Archive,), {"asked": [], "broken": set()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    handler.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield handler
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def desk(tmp_path, archive):
    base = archive.address
    agency = {"id": "agency", "name": "Invented Agency", "url": f"{base}/rss", "lang": "ru", "country": "RU"}
    office = {"id": "office", "name": "Invented Office", "url": f"{base}/feed", "lang": "ru", "country": "RU"}
    desk = make_desk(tmp_path / "desk", base, [])
    with desk.config.open("a", encoding="utf-8") as config:
        for source, route in (
            (
                agency,
                f'{{ provider = "sitemap", url = "{base}/sitemap_article.xml?date_start={{date}}&date_end={{date}}" }}',
            ),
            (
                office | {"tz_fix": "+03:00"},
                f'{{ provider = "paged", url = "{base}/feed/page/{{n}}", first = 1 }}',
            ),
        ):
            config.write("[[source]]\n")
            config.writelines(f"{key} = {json.dumps(value)}\n" for key, value in source.items())
            config.write(f"backfill = [{route}]\n")
    return desk


SPAN = ("--from", "2026-10-03", "--to", "2026-10-08")


def listings(archive):
    return [path for path in archive.asked if "sitemap" in path or "/feed/page/" in path]


def test_a_dry_run_says_what_would_be_asked_and_asks_nothing(desk, archive):
    answer = desk.monitor("backfill", *SPAN, "--dry-run")
    assert "date_start=20261003&date_end=20261003" in answer.stdout
    assert archive.asked == []


def test_the_past_is_filled_in_once_and_a_second_run_asks_for_nothing(desk, archive):
    answer = desk.monitor("backfill", *SPAN)
    rows = desk.export()
    by_source = {source: [r for r in rows if r["source"] == source] for source in ("agency", "office")}
    assert len(by_source["agency"]) == 10, answer.stdout
    days = sorted(row["published"][:13] for row in by_source["office"])
    assert days == [f"2026-10-0{day}T03" for day in range(3, 8)], "the wrong zone label is mended"
    assert not [path for path in archive.asked if "futbol" in path], "an address off the topic is not asked"
    read = [row for row in by_source["agency"] if "yaponiya" in row["url"]]
    assert all(row["relevant"] for row in read)
    asked = len(archive.asked)
    again = json.loads(desk.monitor("backfill", *SPAN, "--json").stdout)
    assert again["new"] == 0
    assert again["already_done"] == 6
    assert len(archive.asked) == asked


def test_backfilled_items_stay_out_of_the_digest_unless_asked(desk):
    desk.monitor("backfill", *SPAN)
    quiet = json.loads(desk.monitor("digest", "--format", "json").stdout)
    desk.monitor("backfill", *SPAN, "--digest")
    told = desk.monitor("digest").stdout
    assert "Москва ответила Токио" not in json.dumps(quiet, ensure_ascii=False)
    assert "Москва" in told or "Заявление" in told


def test_a_budget_leaves_gaps_with_exit_1_and_the_next_run_goes_on(desk, archive):
    first = desk.monitor("backfill", *SPAN, "--max-requests", "2", check=1)
    assert "budget" in first.stdout
    desk.monitor("backfill", *SPAN)
    assert len(listings(archive)) == len(set(listings(archive))), "nothing was asked twice"
    assert len(desk.export()) == 15


def test_a_broken_window_is_a_gap_that_the_next_run_mends(desk, archive):
    path = "/sitemap_article.xml?date_start=20261005&date_end=20261005"
    archive.broken.add(path)
    assert "2026-10-05" in desk.monitor("backfill", *SPAN, check=1).stdout
    desk.monitor("backfill", *SPAN, "--allow-gaps")
    archive.broken.clear()
    desk.monitor("backfill", *SPAN)
    assert len(desk.export()) == 15


def test_a_killed_backfill_resumes_to_the_same_set(desk, archive, tmp_path):
    script = Path(__file__).with_name("killed.py")
    for number in (1, 2, 3):
        process = desk.start("after-commit", str(number), "backfill", *SPAN, script=script)
        process.communicate(timeout=120)
        assert process.returncode == -9
    desk.monitor("backfill", *SPAN)
    assert len(desk.export()) == 15
