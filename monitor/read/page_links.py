"""Links that a web page names: its feeds, and the pages of a listing."""

from __future__ import annotations

from monitor.read import charset, plain, urls

MAX_FEEDS = 20
MAX_LINKS = 5_000
"""Links of one listing that are kept; day archives of agencies have under 1,000."""

_TYPES = ("rss+xml", "atom+xml", "rdf+xml", "feed+json")


def feeds(text: str, url: str) -> tuple[str, ...]:
    """Return the absolute addresses of the feeds that a page announces, in page order, each once."""
    from selectolax.lexbor import LexborHTMLParser

    if plain.too_deep(text):
        return ()
    found: dict[str, None] = {}
    for node in LexborHTMLParser(plain.storable(text)).css("link[rel~=alternate][href]"):
        kind, address = (node.attributes.get("type") or "").lower(), node.attributes.get("href") or ""
        if any(name in kind for name in _TYPES) and (link := urls.absolute(address, url)):
            found[link] = None
    return tuple(found)[:MAX_FEEDS]


def links(body: bytes, *, url: str, content_type: str = "") -> tuple[tuple[str, str], ...]:
    """Return (absolute address, link text) of a listing page in page order, each address once."""
    from selectolax.lexbor import LexborHTMLParser

    text = charset.decode(body, content_type=content_type).text
    if plain.too_deep(text):
        return ()
    tree = LexborHTMLParser(plain.storable(text))
    base_node = tree.css_first("base[href]")
    base = urls.absolute(base_node.attributes.get("href") or "", url) if base_node else None
    found: dict[str, str] = {}
    for node in tree.css("a[href]"):
        link = urls.absolute(node.attributes.get("href") or "", base or url)
        if link and len(found) < MAX_LINKS:
            words = plain.one_line(plain.node_text(node), 500)
            found[link] = found.get(link) or words
    return tuple(found.items())
