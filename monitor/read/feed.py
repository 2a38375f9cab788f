"""Bytes to one `FeedDocument`: RSS, RDF and Atom through feedparser, JSON Feed and sitemaps beside it.

The one place that knows feedparser. Before it the encoding is settled, the XML mended and too costly shapes
are refused; after it dates, links and texts are read by our own rules. Pure; meant to run inside the sandbox,
whose deadline and memory limit bound what is left.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import feedparser

from monitor.model import NO_CLAIM, Claim, Entry, FeedDocument, FeedFormat, FeedHints, SitemapLink
from monitor.read import charset, entries, jsonfeed, packed, page_links, plain, sitemap, urls, xmltext

MAX_LINKS = 50
"""Document links (rel, address) that are kept; real feeds have under ten."""

_KINDS = {"feed": FeedFormat.ATOM, "rdf": FeedFormat.RDF}
_HISTORY = "http://purl.org/syndication/history/1.0"
_PERIODS_S = {
    "hourly": 3_600.0,
    "daily": 86_400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 31_536_000.0,
}
"""Seconds (RSS syndication module); months as 30 and years as 365 days."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIP_SPAN = 2_000
"""Characters of a skipHours or skipDays element; 24 hours in indented lines take under 1,000."""


def read(
    body: bytes,
    *,
    url: str,
    content_type: str,
    headers: Mapping[str, str],
    tz_fix: str,
    now: datetime,
) -> FeedDocument:
    """Return the document with its entries; `FeedFormat.NOT_A_FEED` and a note for anything else.

    ``url`` is where the body was served from (relative links resolve against it). Entries of a cut-off
    document are the complete ones. Never raises for what stands in the body; its cost is the sandbox's
    matter.
    """
    body, packing = packed.unpack(body)
    if not body.strip(b" \t\r\n\0\xef\xbb\xbf"):
        return _no_feed(packing or "the body is empty")
    if jsonfeed.looks_like_json(body):
        return _from_json(body, url=url, content_type=content_type, tz_fix=tz_fix, now=now)
    decoded = charset.decode(body, content_type=content_type)
    root = xmltext.root_of(decoded.text)
    if root in {"urlset", "sitemapindex"}:
        return _from_sitemap(decoded.text, url=url, tz_fix=tz_fix, now=now)
    if root == "html" and xmltext.has_feed_inside(decoded.text):
        inner = _from_xml(decoded.text, url=url, lang="", tz_fix=tz_fix, now=now)
        if inner.entries:
            return replace(inner, note="; ".join(filter(None, ("a feed inside a web page", inner.note))))
    if root == "html":
        found = page_links.feeds(decoded.text, url)
        return _no_feed("a web page, not a feed" + (f"; it names {len(found)} feeds" if found else ""), found)
    if root in {"", "opml"}:
        return _no_feed("a list of feeds (OPML), not a feed" if root else "neither XML nor JSON")
    document = _from_xml(decoded.text, url=url, lang=_served_language(headers), tz_fix=tz_fix, now=now)
    return replace(document, note="; ".join(filter(None, (packing, decoded.note, document.note))))


def _no_feed(note: str, discovered: tuple[str, ...] = ()) -> FeedDocument:
    """Return the answer for a body that is no feed."""
    return FeedDocument(FeedFormat.NOT_A_FEED, note=note, discovered=discovered)


def _served_language(headers: Mapping[str, str]) -> str:
    """Return Content-Language where it names one language."""
    value = next((value for name, value in headers.items() if name.lower() == "content-language"), "")
    return "" if "," in value else plain.language(value)


# ------------------------------------------------------------------------------------ other formats


def _from_json(body: bytes, *, url: str, content_type: str, tz_fix: str, now: datetime) -> FeedDocument:
    """Return a JSON Feed as document."""
    found = jsonfeed.read(body, url=url, content_type=content_type)
    if found.problem:
        return _no_feed(found.problem)
    lang = plain.language(found.lang)
    items = entries.read(found.raws, url=url, lang=lang, tz_fix=tz_fix, now=now)
    return FeedDocument(
        FeedFormat.JSON,
        title=plain.title(found.title, entries.MAX_TITLE),
        lang=lang,
        entries=items.entries,
        links=found.links,
        note="; ".join(items.notes),
        capped=items.capped,
    )


def _from_sitemap(text: str, *, url: str, tz_fix: str, now: datetime) -> FeedDocument:
    """Return a sitemap's pages as entries, or an index's children as ``sitemap`` links."""
    found = sitemap.read_text(text, url=url, now=now, tz_fix=tz_fix)
    if not found.valid:
        return _no_feed(found.note)
    if found.is_index:
        return FeedDocument(
            FeedFormat.SITEMAP, links=tuple(("sitemap", link.url) for link in found.links), note=found.note
        )
    oldest = datetime.min.replace(tzinfo=now.tzinfo)
    links = sorted(found.links, key=lambda link: _time_of(link).at or oldest, reverse=True)
    kept = {link.url for link in links[: entries.MAX_ENTRIES]}
    items = tuple(_sitemap_entry(link) for link in found.links if link.url in kept)
    capped = len(items) < len(found.links)
    return FeedDocument(FeedFormat.SITEMAP, entries=items, note=found.note, capped=capped)


def _time_of(link: SitemapLink) -> Claim:
    """Return the publication date of the news extension, else lastmod, which is weak: edits change it."""
    if link.published.at is not None:
        return link.published
    return replace(link.lastmod, weak=link.lastmod.weak or "lastmod") if link.lastmod.at else NO_CLAIM


def _sitemap_entry(link: SitemapLink) -> Entry:
    """Return one page of a sitemap as entry; its title may be empty until the page is read."""
    digest = entries.content_hash(link.title, "", "", link.url)
    return Entry(
        key=entries.key("", link.url, digest),
        url=link.url,
        title=link.title,
        published=_time_of(link),
        updated=link.lastmod,
        lang=link.lang,
        content_hash=digest,
    )


# ------------------------------------------------------------------------------------------- XML


def _from_xml(text: str, *, url: str, lang: str, tz_fix: str, now: datetime) -> FeedDocument:
    """Return an RSS, RDF or Atom document."""
    prepared = xmltext.prepare(text, ("item", "entry"))
    if prepared.refused:
        return _no_feed(prepared.refused)
    if prepared.cut_off and not prepared.text:
        kind = _KINDS.get(prepared.root, FeedFormat.RSS)
        return FeedDocument(kind, note="the document is cut off before its first entry ends", cut_off=True)
    parsed = _parse(prepared.text)
    if not parsed.get("version") and not parsed["entries"]:
        return _no_feed(f"an XML document ({prepared.root}), but no feed")
    feed: Mapping[str, Any] = parsed["feed"]
    lang = plain.language(_get(feed, "language")) or lang
    raws = [_raw(entry) for entry in parsed["entries"]]
    items = entries.read(raws, url=url, lang=lang, tz_fix=tz_fix, now=now)
    notes = list(items.notes)
    if prepared.cut_off:
        notes.insert(0, f"the document is cut off; {len(items.entries)} complete entries kept")
    if isinstance(parsed.get("bozo_exception"), Exception) and parsed.get("bozo") and _is_xml_error(parsed):
        notes.append(f"broken XML: {plain.one_line(str(parsed['bozo_exception']), 200)}")
    return FeedDocument(
        _format(parsed.get("version", "")),
        title=plain.title(_get(feed, "title"), entries.MAX_TITLE),
        lang=lang,
        entries=items.entries,
        hints=_hints(feed, prepared.text),
        links=_links(feed, url),
        archive=_has_history(parsed, "archive"),
        complete_feed=_has_history(parsed, "complete"),
        note="; ".join(notes),
        capped=items.capped,
        cut_off=prepared.cut_off,
    )


def _parse(text: str) -> Mapping[str, Any]:
    """Return feedparser's answer for UTF-8 bytes, without its HTML work, which `plain` does.

    A stream and never a str: feedparser opens files and addresses that a str names. No base address is given:
    guids stay as they are written, and links are resolved by `entries`.
    """
    stream = io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "ignore"))
    answer: Mapping[str, Any] = feedparser.parse(
        stream,
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    return answer


def _is_xml_error(parsed: Mapping[str, Any]) -> bool:
    """Return True when feedparser's note is about the XML, not about names of types and encodings."""
    return not isinstance(
        parsed["bozo_exception"], feedparser.NonXMLContentType | feedparser.CharacterEncodingOverride
    )


def _format(version: str) -> FeedFormat:
    """Return our word for feedparser's version."""
    if version.startswith("atom"):
        return FeedFormat.ATOM
    return FeedFormat.RDF if version in {"rss10", "rss090"} else FeedFormat.RSS


def _value(values: Any, name: str) -> Any:
    """Return a value past feedparser's aliases, which warn and mix ``updated`` with ``published``."""
    return dict.get(values, name) if isinstance(values, dict) else None


def _get(values: Any, name: str) -> str:
    """Return a text value, ``""`` for anything else."""
    value = _value(values, name)
    return value if isinstance(value, str) else ""


def _raw(entry: Mapping[str, Any]) -> entries.Raw:
    """Return feedparser's entry as strings."""
    guid, link = _get(entry, "id"), _get(entry, "link")
    if link == guid and not link.lower().startswith(("http://", "https://", "/")):
        link = ""  # feedparser takes every guid for a link unless told otherwise
    source = _value(entry, "source")
    return entries.Raw(
        guid=guid,
        link=link,
        title=_get(entry, "title"),
        summary=_get(entry, "summary"),
        content=_content(entry),
        published=_get(entry, "published") or _get(entry, "created"),
        updated=_get(entry, "updated"),
        lang=_get(entry, "language") or _get(_value(entry, "title_detail"), "language"),
        author=_get(entry, "author"),
        origin_name=_get(source, "title"),
        origin_url=_get(source, "href") or _get(source, "link"),
    )


def _content(entry: Mapping[str, Any]) -> str:
    """Return the longest text among an entry's contents."""
    found = _value(entry, "content")
    values = [_get(one, "value") for one in found] if isinstance(found, list) else []
    return max(values, key=len, default="")


def _links(feed: Mapping[str, Any], url: str) -> tuple[tuple[str, str], ...]:
    """Return (rel, absolute address) of the document's links, each once."""
    found: dict[tuple[str, str], None] = {}
    links = _value(feed, "links")
    for link in links if isinstance(links, list) else ():
        address = urls.absolute(_get(link, "href"), url)
        if address and len(found) < MAX_LINKS:
            found[plain.one_line(_get(link, "rel") or "alternate", 40).lower(), address] = None
    return tuple(found)


def _has_history(parsed: Mapping[str, Any], element: str) -> bool:
    """Return True when the feed carries ``fh:archive`` or ``fh:complete`` (RFC 5005), under any prefix."""
    prefixes = [prefix for prefix, uri in parsed.get("namespaces", {}).items() if uri == _HISTORY]
    return any(f"{prefix}_{element}" in parsed["feed"] for prefix in prefixes)


# ----------------------------------------------------------------------------------------- hints


def _hints(feed: Mapping[str, Any], text: str) -> FeedHints:
    """Return the server's wishes about pace; what cannot be understood is no wish."""
    return FeedHints(
        ttl_minutes=_ttl(_get(feed, "ttl")),
        sy_period_s=_period(_get(feed, "sy_updateperiod"), _get(feed, "sy_updatefrequency")),
        skip_hours=_skip_hours(_skip(text, "skipHours", "hour")),
        skip_days=frozenset(_DAYS.index(day) for day in _skip(text, "skipDays", "day") if day in _DAYS),
    )


def _ttl(raw: str) -> float | None:
    """Return the minutes of ``<ttl>``, None where it is no positive number."""
    match = re.fullmatch(r"\s*(\d{1,7}(?:\.\d+)?)\s*", raw)
    return float(match[1]) if match and float(match[1]) > 0 else None


def _period(period: str, frequency: str) -> float | None:
    """Return the seconds between updates, None for nonsense; daily and 1 are the defaults."""
    if not period and not frequency:
        return None
    length = _PERIODS_S.get(period.strip().lower() or "daily")
    if length is None or not re.fullmatch(r"\s*[1-9]\d{0,5}\s*|", frequency):
        return None
    return length / int(frequency.strip() or 1)


def _skip(text: str, outer: str, inner: str) -> list[str]:
    """Return the texts of the inner elements in lower case; feedparser keeps only the last of them."""
    start = re.search(rf"<{outer}[\s>]", text, re.IGNORECASE)
    if start is None:
        return []
    span = text[start.start() : start.start() + _SKIP_SPAN]
    span = re.split(rf"</{outer}", span, maxsplit=1, flags=re.IGNORECASE)[0]
    found: list[str] = re.findall(rf"<{inner}[^>]*>\s*([^<\s]+)\s*</{inner}", span, re.IGNORECASE)
    return [value.lower() for value in found]


def _skip_hours(values: list[str]) -> frozenset[int]:
    """Return hours 0 to 23 (GMT); 24 is midnight in RSS 0.91."""
    hours = {int(value) for value in values if value.isascii() and value.isdigit() and len(value) <= 2}
    return frozenset(hour % 24 for hour in hours if hour <= 24)
