"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.read import charset, entries, urls

_SPACE = b" \t\r\n\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """What a JSON body holds; ``problem`` says why it is no feed."""

    title: str = ""
    lang: str = ""
    raws: tuple[entries.Raw, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def looks_like_json(body: bytes) -> bool:
    """Return True when the first character opens an object or array."""
    return body[:64].lstrip(_SPACE)[:1] in {b"{", b"["}


def read(body: bytes, *, url: str, content_type: str = "") -> JsonDocument:
    """Return the raw entries of a JSON Feed; never raises for what stands in the body."""
    try:
        data = json.loads(charset.decode(body, content_type=content_type).text)
    except (ValueError, RecursionError) as error:
        return JsonDocument(problem=f"broken JSON ({type(error).__name__})")
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        return JsonDocument(problem="JSON, but no feed: it has no list of items")
    if "jsonfeed.org" not in _text(data.get("version")) and not any(map(_is_item, data["items"])):
        return JsonDocument(problem="JSON, but not a JSON Feed")
    return JsonDocument(
        title=_text(data.get("title")),
        lang=_text(data.get("language")),
        raws=tuple(_raw(item) for item in data["items"] if isinstance(item, dict)),
        links=tuple(_links(data, url)),
    )


def _is_item(item: object) -> bool:
    """Return True for an object that has an id or address and some text."""
    return isinstance(item, dict) and bool({"id", "url"} & item.keys()) and bool(_TEXTS & item.keys())


_TEXTS = {"content_html", "content_text", "title", "summary"}


def _raw(item: Mapping[str, Any]) -> entries.Raw:
    """Return one item; ``content_text`` is used only where there is no ``content_html``."""
    return entries.Raw(
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        summary=_text(item.get("summary")),
        content=_text(item.get("content_html")) or _text(item.get("content_text")),
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
        lang=_text(item.get("language")),
        author=_author(item),
    )


def _author(item: Mapping[str, Any]) -> str:
    """Return the names of ``authors`` (1.1) or ``author`` (1.0)."""
    people = item.get("authors")
    people = people if isinstance(people, list) else [item.get("author")]
    return ", ".join(filter(None, (_text(one.get("name")) for one in people if isinstance(one, dict))))


def _links(data: Mapping[str, Any], url: str) -> list[tuple[str, str]]:
    """Return the document's own address and its next page."""
    pairs = (
        ("self", data.get("feed_url")),
        ("next", data.get("next_url")),
        ("alternate", data.get("home_page_url")),
    )
    return [(rel, address) for rel, link in pairs if (address := urls.absolute(_text(link), url))]


def _text(value: object) -> str:
    """Return a string; numbers as ids are tolerated (version 1 of the format asks readers to)."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
