"""Sitemaps: indexes, lists of pages, and the news extension, read without trees, DTD or entity expansion.

Follows the sitemaps.org protocol 0.9 and the Google news extension, and forgives what sites get wrong:
relative addresses, HTML entities, a missing end, gzip without a header saying so.
"""

from __future__ import annotations

from datetime import datetime
from xml.parsers import expat

from monitor.model import NO_CLAIM, Sitemap, SitemapLink
from monitor.read import charset, dates, packed, plain, urls, xmltext

MAX_LINKS = 50_000
"""URLs of one sitemap (sitemaps.org protocol, "must have no more than 50,000 URLs")."""

MAX_TITLE = 1_000
"""Characters; as for feeds."""

_KINDS = ("urlset", "sitemapindex")
_NEEDED = frozenset({"loc", "lastmod", "title", "publication_date", "language"})


def read(body: bytes, *, url: str, now: datetime, content_type: str = "", tz_fix: str = "") -> Sitemap:
    """Return the links of a sitemap or the children of an index; ``valid`` False with a note for others.

    Links come in document order, each address once, resolved against ``url``. Never raises for what stands in
    the body.
    """
    body, packing = packed.unpack(body)
    if not body.strip():
        return Sitemap(valid=False, note=packing or "the body is empty")
    text = charset.decode(body, content_type=content_type).text
    root = xmltext.root_of(text)
    if root not in _KINDS:
        return Sitemap(valid=False, note=_what_else(root))
    return read_text(text, url=url, now=now, tz_fix=tz_fix, note=packing)


def read_text(text: str, *, url: str, now: datetime, tz_fix: str = "", note: str = "") -> Sitemap:
    """Return the sitemap whose decoded text begins with a sitemap's root; see `read`."""
    prepared = xmltext.prepare(text, ("url", "sitemap"))
    index = prepared.root == "sitemapindex"
    if prepared.refused:
        return Sitemap(is_index=index, valid=False, note=prepared.refused)
    collector = _Collector("sitemap" if index else "url")
    notes = [
        note,
        "the document is cut off; complete links kept" if prepared.cut_off else "",
        collector.run(prepared.text),
    ]
    links: dict[str, SitemapLink] = {}
    unusable = 0
    for found in collector.found:
        link = _link(found, url=url, now=now, tz_fix=tz_fix)
        if link is None:
            unusable += 1
        else:
            links.setdefault(link.url, link)
    if unusable:
        notes.append(f"{unusable} links without a usable address left out")
    return Sitemap(is_index=index, links=tuple(links.values()), note="; ".join(filter(None, notes)))


def _what_else(root: str) -> str:
    """Return why a document is no sitemap."""
    return {"html": "a web page, not a sitemap", "": "not XML"}.get(root, f"a {root} document, not a sitemap")


def _link(found: dict[str, str], *, url: str, now: datetime, tz_fix: str) -> SitemapLink | None:
    """Return the record of one element, None without a usable address."""
    address = urls.absolute(found.get("loc", ""), url)
    if address is None:
        return None
    lastmod, published = found.get("lastmod", ""), found.get("publication_date", "")
    return SitemapLink(
        url=address,
        lastmod=dates.parse(lastmod, now=now, tz_fix=tz_fix) if lastmod else NO_CLAIM,
        title=plain.title(found.get("title", ""), MAX_TITLE),
        published=dates.parse(published, now=now, tz_fix=tz_fix) if published else NO_CLAIM,
        lang=plain.language(found.get("language", "")),
    )


class _Collector:
    """Gathers the wanted texts of each ``url`` or ``sitemap`` element while expat walks the document."""

    def __init__(self, item: str) -> None:
        self.found: list[dict[str, str]] = []
        self._item = item
        self._path: list[str] = []
        self._current: dict[str, str] | None = None
        self._pieces: list[str] | None = None

    def run(self, text: str) -> str:
        """Walk the text; return a note on what ended the walk early."""
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            return f"broken XML ({error}); links before it kept"
        except _EnoughError:
            return f"more than {MAX_LINKS:,} links; the first kept"
        return ""

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        parent = self._path[-1] if self._path else ""
        if local == self._item and self._current is None:
            if len(self.found) >= MAX_LINKS:
                raise _EnoughError
            self._current = {}
        elif (
            self._current is not None and local in _NEEDED and (parent in {self._item, "news", "publication"})
        ):
            self._pieces = []
        self._path.append(local)

    def _end(self, _name: str) -> None:
        local = self._path.pop()
        if self._pieces is not None and self._current is not None:
            self._current.setdefault(local, "".join(self._pieces).strip())
            self._pieces = None
        elif local == self._item and self._current is not None and self._item not in self._path:
            self.found.append(self._current)
            self._current = None

    def _data(self, text: str) -> None:
        if self._pieces is not None:
            self._pieces.append(text)


class _EnoughError(Exception):
    """The limit of links is reached; ends the walk."""
