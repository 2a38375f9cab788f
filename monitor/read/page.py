"""Bytes of an article page to one `Page`: what it says about itself, and its text. Pure; for the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from monitor.model import Page, Selector
from monitor.read import body as bodies
from monitor.read import charset, meta, packed, paywall, plain

MAX_MARKUP = 4_000_000
"""Characters of a page that are read; the largest of 236 real article pages has 2.6 million."""


def read(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    now: datetime,
    tz_fix: str = "",
    selectors: Sequence[Selector] = (),
    robots: str = "",
) -> Page:
    """Return the page read; never raises for what stands in the body.

    ``url`` is where it was served from, ``robots`` the X-Robots-Tag header. Rules in ``selectors`` that
    are in force at ``now`` go first. `Page.text` is empty where no article was found, and where only a
    paywall stands.
    """
    body, packing = packed.unpack(body)
    decoded = charset.decode(body, content_type=content_type)
    markup = plain.storable(decoded.text[:MAX_MARKUP])
    if not markup.strip():
        return Page(note=packing or "the body is empty")
    if not plain.looks_like_markup(markup):
        return Page(note="not a web page")
    if plain.too_deep(markup):
        return Page(text="", note=f"more than {plain.MAX_DEPTH:,} nested elements; not read")
    tree = LexborHTMLParser(markup)
    rules = [rule for rule in selectors if bodies.in_force(rule, now)]
    said = meta.read(
        tree,
        url=url,
        now=now,
        tz_fix=tz_fix,
        robots=robots,
        title_rule=next((rule.title for rule in rules if rule.title), ""),
        date_rule=next((rule.date for rule in rules if rule.date), ""),
    )
    found = bodies.find(tree, title=said.title, description=said.description, selectors=rules, now=now)
    page = _page(said, found)
    if not page.text and bodies.any_block(tree, paywall.is_wall):
        page = replace(page, paywalled=True)
    return replace(page, note="; ".join(filter(None, (packing, decoded.note, page.note))))


def _page(said: meta.Meta, found: bodies.Body) -> Page:
    """Return the record of what was said and found."""
    behind = paywall.split(found.paragraphs, description=said.description, closed=said.closed)
    return Page(
        title=said.title,
        text=plain.cut("\n\n".join(behind.paragraphs), bodies.MAX_TEXT),
        description=said.description,
        published=said.published,
        modified=said.modified,
        canonical_url=said.canonical_url,
        lang=said.lang,
        site_name=said.site_name,
        author=said.author,
        noindex=said.noindex,
        method=found.method if behind.paragraphs else "",
        paywalled=behind.paywalled,
    )
