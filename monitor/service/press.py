"""A small press on loopback: a folder of invented articles as feeds and pages, for the demo and the tests.

The folder holds ``articles.jsonl`` (an article a line: ``id, lang, source, url, published`` or ``hours_ago``,
``title, summary, body``) and ``feeds.json`` (``feeds``: path, title, lang, format ``rss|atom|json``, sources,
content ``full|summary|title``; optional ``guid``, ``fails``: an HTTP status). An article
``https://HOST/PATH`` is served at ``http://127.0.0.1:PORT/HOST/PATH``, marked as invented on every page.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MARK = "DEMO - everything here is invented"


@dataclass(frozen=True, slots=True)
class Printed:
    """One article of the press."""

    id: str
    lang: str
    source: str
    path: str
    """``/HOST/PATH`` with its query."""
    published: datetime
    title: str
    summary: str
    body: str


@dataclass(slots=True)
class Press:
    """The articles and feeds of one folder."""

    articles: list[Printed]
    feeds: dict[str, dict[str, Any]]
    base: str = ""
    requests: list[str] = field(default_factory=list)
    """Paths asked for, in order; tests read it."""
    until: datetime | None = None
    """Hide what was published later; None: show all."""

    def visible(self) -> list[Printed]:
        """Return the articles published by now, newest first."""
        shown = [a for a in self.articles if self.until is None or a.published <= self.until]
        return sorted(shown, key=lambda a: a.published, reverse=True)


def load(articles: str, feeds: str, *, now: datetime | None = None) -> Press:
    """Return the press described by the two files' texts; ``hours_ago`` counts back from ``now``."""
    now = now or datetime.now(UTC)
    printed = []
    for line in articles.splitlines():
        if not line.strip():
            continue
        row = json.loads(line)
        if "hours_ago" in row:
            published = (now - timedelta(hours=row["hours_ago"])).replace(microsecond=0)
        else:
            published = datetime.fromisoformat(row["published"])
        parts = urlsplit(row["url"])
        path = f"/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        printed.append(
            Printed(
                id=row["id"],
                lang=row["lang"],
                source=row["source"],
                path=path,
                published=published,
                title=row["title"],
                summary=row["summary"],
                body=row["body"],
            )
        )
    table = {feed["path"]: feed for feed in json.loads(feeds)["feeds"]}
    return Press(printed, table)


@contextmanager
def serving(press: Press, port: int = 0) -> Iterator[Press]:
    """Serve the press on 127.0.0.1 while the block runs; ``press.base`` is its address."""
    handler = type("PressHandler", (_Handler,), {"press": press})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    press.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield press
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def feed_of(press: Press, feed: dict[str, Any]) -> tuple[bytes, str]:
    """Return a feed's body and its media type."""
    articles = [a for a in press.visible() if a.source in feed["sources"]]
    kind = feed.get("format", "rss")
    if kind == "json":
        return _json_feed(press, feed, articles), "application/feed+json"
    if kind == "atom":
        return _atom(press, feed, articles).encode(), "application/atom+xml; charset=utf-8"
    return _rss(press, feed, articles).encode(), "application/rss+xml; charset=utf-8"


def _guid(press: Press, feed: dict[str, Any], article: Printed) -> str:
    if feed.get("guid", "permalink") == "permalink":
        return press.base + article.path
    return "urn:invented:" + hashlib.sha256(article.id.encode()).hexdigest()[:16]


def _summary(feed: dict[str, Any], article: Printed) -> str:
    return "" if feed.get("content", "summary") == "title" else article.summary


def _paragraphs(article: Printed) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in article.body.split("\n\n") if part)


def _rss(press: Press, feed: dict[str, Any], articles: list[Printed]) -> str:
    items = []
    for article in articles:
        full = feed.get("content") == "full"
        items.append(
            f"<item><title>{escape(article.title)}</title><link>{escape(press.base + article.path)}</link>"
            f'<guid isPermaLink="{str(feed.get("guid", "permalink") == "permalink").lower()}">'
            f"{escape(_guid(press, feed, article))}</guid>"
            f"<pubDate>{format_datetime(article.published)}</pubDate>"
            f"<description>{escape(_summary(feed, article))}</description>"
            + (f"<content:encoded><![CDATA[{_paragraphs(article)}]]></content:encoded>" if full else "")
            + "</item>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{escape(feed['title'])}</title><link>{press.base}/</link>"
        f"<description>{MARK}</description><language>{feed['lang']}</language>{''.join(items)}"
        "</channel></rss>"
    )


def _atom(press: Press, feed: dict[str, Any], articles: list[Printed]) -> str:
    entries = []
    for article in articles:
        at = article.published.isoformat()
        body = (
            f'<content type="html">{escape(_paragraphs(article))}</content>'
            if feed.get("content") == "full"
            else ""
        )
        entries.append(
            f"<entry><title>{escape(article.title)}</title><id>{escape(_guid(press, feed, article))}</id>"
            f'<link rel="alternate" href="{escape(press.base + article.path)}"/>'
            f"<published>{at}</published><updated>{at}</updated>"
            f"<summary>{escape(_summary(feed, article))}</summary>{body}</entry>"
        )
    newest = articles[0].published.isoformat() if articles else "2024-01-01T00:00:00Z"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{feed["lang"]}"><title>{escape(feed["title"])}</title><subtitle>{MARK}</subtitle>'
        f"<id>{press.base}{feed['path']}</id><updated>{newest}</updated>{''.join(entries)}</feed>"
    )


def _json_feed(press: Press, feed: dict[str, Any], articles: list[Printed]) -> bytes:
    items = [
        {
            "id": _guid(press, feed, article),
            "url": press.base + article.path,
            "title": article.title,
            "summary": _summary(feed, article),
            "date_published": article.published.isoformat(),
            **({"content_text": article.body} if feed.get("content") == "full" else {}),
        }
        for article in articles
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed["title"],
        "description": MARK,
        "language": feed["lang"],
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def page_of(press: Press, article: Printed) -> bytes:
    """Return an article's page, with the furniture that real pages have and the mark that it is invented."""
    other = [a for a in press.visible() if a.lang == article.lang and a is not article][:3]
    related = "".join(
        f'<li><a href="{escape(press.base + a.path)}">{escape(a.title)}</a></li>' for a in other
    )
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published.isoformat(),
        "inLanguage": article.lang,
        "publisher": {"@type": "Organization", "name": article.source},
    }
    linked = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return (
        f'<!doctype html><html lang="{article.lang}"><head><meta charset="utf-8">'
        f"<title>{escape(article.title)} | {escape(article.source)}</title>"
        f'<link rel="canonical" href="{escape(press.base + article.path)}">'
        f'<script type="application/ld+json">{linked}</script></head><body>'
        f'<header><p class="banner">{MARK}</p><nav><ul><li>Home</li><li>World</li></ul></nav></header>'
        f"<main><article><h1>{escape(article.title)}</h1>"
        f'<time datetime="{article.published.isoformat()}">{article.published:%d.%m.%Y %H:%M}</time>'
        f'<div class="entry-content">{_paragraphs(article) or f"<p>{escape(article.summary)}</p>"}</div>'
        f'</article></main><aside class="related"><ul>{related}</ul></aside>'
        f"<footer>{MARK}</footer></body></html>"
    ).encode()


class _Handler(BaseHTTPRequestHandler):
    """Answers feeds and pages with validators; a feed with ``fails`` answers that status."""

    protocol_version = "HTTP/1.1"
    press: Press

    def do_GET(self) -> None:
        """Answer one request."""
        self.press.requests.append(self.path)
        feed = self.press.feeds.get(urlsplit(self.path).path)
        article = next((a for a in self.press.visible() if a.path == self.path), None)
        if feed is not None and feed.get("fails"):
            self._answer(int(feed["fails"]), b"", "text/plain")
        elif feed is not None:
            self._answer(200, *feed_of(self.press, feed))
        elif article is not None:
            self._answer(200, page_of(self.press, article), "text/html; charset=utf-8")
        elif self.path == "/robots.txt":
            self._answer(200, b"User-agent: *\nAllow: /\n", "text/plain")
        else:
            self._answer(404, b"not here\n", "text/plain")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        same = status == 200 and self.headers.get("If-None-Match") == tag
        self.send_response(304 if same else status)
        self.send_header("ETag", tag)
        if not same:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not same:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name http.server calls
        """Say nothing."""


def load_folder(folder: Path, *, now: datetime | None = None) -> Press:
    """Return the press of a folder on disk."""
    return load(
        (folder / "articles.jsonl").read_text(encoding="utf-8"),
        (folder / "feeds.json").read_text(encoding="utf-8"),
        now=now,
    )
