"""What a page says about itself: title, times, address, language, outlet, and whether it may be kept.

Read from JSON-LD, meta elements, microdata and visible elements, in the order of how often each is right
on the pages with known answers (`benchmarks/read.py`). Own reading ties or beats a general extractor at
1/27 of its cost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.model import NO_CLAIM, Claim
from monitor.read import dates, plain, urls

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_TITLE = 1_000
MAX_DESCRIPTION = 5_000
MAX_NAME = 300
MAX_JSON = 1_000_000
"""Characters of one JSON-LD block; those of news sites have under 50,000."""
MAX_BLOCKS = 30
MAX_NODES = 500
"""Objects looked at in all JSON-LD of a page."""

_ARTICLES = re.compile(r"(?:article|posting|report)\Z", re.IGNORECASE)
"""schema.org types that are articles: NewsArticle, Article, ReportageNewsArticle, BlogPosting, Report …"""

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time",
    "parsely-pub-date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "mediator_published_time",
    "sailthru.date", "datepublished", "date_published", "publishdate", "publish-date", "publish_date",
    "publication_date", "pubdate", "article_date_original", "article.published", "original-publish-date",
    "dcterms.created", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "date", "article:date",
    "last-modified-created", "iso-8601-publish-date", "dcsext.articlefirstpublished",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "article:modified", "datemodified", "last-modified",
    "lastmod", "dcterms.modified", "revised", "article.updated", "cxenseparse:recs:modifiedtime", "modified",
)  # fmt: skip
"""Names of meta elements, in order of trust; lower case."""

_DATE_CLASS = re.compile(
    r"(?:^|[-_\s])(?:publish(?:ed)?|pub|date|datetime|time|timestamp|posted)(?:$|[-_\s])", re.IGNORECASE
)
_NOT_DATE = re.compile(r"updat|modif|comment|related|footer|copyright|event|sidebar", re.IGNORECASE)
_MAX_SEEN = 60
"""Elements with a date-like class that are tried; the article's own stands near its title."""

_ROBOTS = frozenset({"noindex", "nosnippet", "noarchive", "none", "max-snippet:0"})
_OUTLET_DASH = re.compile(r"\s+[-–—|·•:：｜／/«»]\s+|\s*[|｜]\s*|：(?=\S{2,20}$)")


@dataclass(frozen=True, slots=True)
class Meta:
    """What a page says about itself."""

    title: str = ""
    description: str = ""
    published: Claim = NO_CLAIM
    modified: Claim = NO_CLAIM
    canonical_url: str | None = None
    lang: str = ""
    site_name: str = ""
    author: str = ""
    noindex: bool = False
    article_body: str = ""
    """``articleBody`` of JSON-LD, plain paragraphs."""
    closed: bool = False
    """JSON-LD says that the article is not free to read."""


def read(
    tree: LexborHTMLParser, *, url: str, now: datetime, tz_fix: str = "", robots: str = "",
    title_rule: str = "", date_rule: str = "",
) -> Meta:  # fmt: skip
    """Return what the page says about itself.

    ``robots`` is the X-Robots-Tag header; the rules are CSS selectors that go first.
    """
    metas = _metas(tree)
    linked = _article(_linked_data(tree), _first(metas, "og:title"))
    lang = _language(tree, metas, linked)
    site_name = _name(_get(linked, "publisher")) or _first(metas, "og:site_name")
    clock = _Clock(now, tz_fix, {"ja": "+09:00", "ru": "+03:00"}.get(lang, ""))
    return Meta(
        title=_title(tree, metas, linked, site_name, title_rule),
        description=plain.one_line(_description(metas, linked), MAX_DESCRIPTION),
        published=_published(tree, metas, linked, clock, date_rule),
        modified=clock.best([_text(_get(linked, "dateModified")), *_values(metas, _MODIFIED)]),
        canonical_url=_canonical(tree, metas, url),
        lang=lang,
        site_name=plain.title(site_name, MAX_NAME),
        author=plain.title(_name(_get(linked, "author")) or _author(metas), MAX_NAME),
        noindex=_kept_out(metas, robots),
        article_body=plain.body(_text(_get(linked, "articleBody")), 200_000),
        closed=_get(linked, "isAccessibleForFree") in (False, "False", "false"),
    )


class _Clock:
    """Reads raw dates with what is known of the page."""

    def __init__(self, now: datetime, tz_fix: str, assume: str) -> None:
        self._now, self._tz_fix, self._assume = now, tz_fix, assume

    def best(self, raws: Sequence[str]) -> Claim:
        """Return the first good claim, else the first that has a time of day, else the first readable one."""
        claims = [
            dates.parse(raw, now=self._now, tz_fix=self._tz_fix, assume=self._assume) for raw in raws if raw
        ]
        readable = [claim for claim in claims if claim.at is not None]
        good = [claim for claim in readable if claim.weak in {"", "zone_replaced"}]
        timed = [claim for claim in readable if claim.weak == "no_zone"]
        return next(iter(good or timed or readable or claims), NO_CLAIM)


# ------------------------------------------------------------------------------------ the sources


def _metas(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """Return the contents of meta elements by name, property or itemprop in lower case."""
    found: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        content = (attributes.get("content") or "").strip()
        for kind in ("property", "name", "itemprop", "http-equiv"):
            name = (attributes.get(kind) or "").strip().lower()
            if name and content:
                found.setdefault(name, []).append(content)
    return found


def _first(metas: Mapping[str, list[str]], *names: str) -> str:
    return next((metas[name][0] for name in names if name in metas), "")


def _values(metas: Mapping[str, list[str]], names: Sequence[str]) -> list[str]:
    return [metas[name][0] for name in names if name in metas]


def _linked_data(tree: LexborHTMLParser) -> list[Mapping[str, Any]]:
    """Return the objects of all JSON-LD blocks, graphs and lists flattened."""
    found: list[Mapping[str, Any]] = []
    for node in tree.css('script[type*="ld+json"]')[:MAX_BLOCKS]:
        text = (node.text() or "").strip()
        if text and len(text) <= MAX_JSON:
            found.extend(_flat(_json(text)))
    return found[:MAX_NODES]


def _json(text: str) -> Any:
    """Return the value of a JSON-LD block, None where it is broken; line ends in strings are tolerated."""
    text = (
        text.removeprefix("<!--")
        .removesuffix("-->")
        .strip()
        .removeprefix("//<![CDATA[")
        .removesuffix("//]]>")
    )
    try:
        return json.loads(text.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _flat(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects in a list or graph, outermost first."""
    waiting = [value]
    for _step in range(MAX_NODES):
        if not waiting:
            return
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting[:0] = one[:MAX_NODES]
        elif isinstance(one, dict):
            yield one
            waiting[:0] = [one[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in one]


def _article(objects: Sequence[Mapping[str, Any]], title: str) -> Mapping[str, Any]:
    """Return the object that is the page's article: the one with the page's title, else the first."""
    articles = [one for one in objects if _is_article(one)]
    folded = _folded(title)
    for one in articles:
        if folded and _folded(_text(one.get("headline"))) and _folded(_text(one.get("headline"))) in folded:
            return one
    return articles[0] if articles else {}


def _is_article(one: Mapping[str, Any]) -> bool:
    kinds = one.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and _ARTICLES.search(kind) for kind in kinds)


def _get(linked: Mapping[str, Any], name: str) -> Any:
    return linked.get(name)


def _text(value: Any) -> str:
    """Return a text out of a JSON-LD value: itself, the first of a list, or ``@value``."""
    for _step in range(4):
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            value = value.get("@value", "")
        else:
            return ""
    return ""


def _name(value: Any) -> str:
    """Return the names in an author or publisher value, separated by commas."""
    values = value if isinstance(value, list) else [value]
    names = (_text(one.get("name")) if isinstance(one, dict) else _text(one) for one in values[:10])
    return ", ".join(
        dict.fromkeys(filter(None, (name.strip() for name in names if not name.startswith("http"))))
    )


# ------------------------------------------------------------------------------------------ title


def _title(
    tree: LexborHTMLParser,
    metas: Mapping[str, list[str]],
    linked: Mapping[str, Any],
    site_name: str,
    rule: str,
) -> str:
    """Return the headline: the visible one where a hidden one contains it, else the best hidden one."""
    if rule and (node := _css_first(tree, rule)) is not None:
        ruled = plain.one_line(plain.node_text(node), MAX_TITLE)
        if ruled:
            return ruled
    headline = plain.title(_text(_get(linked, "headline")), MAX_TITLE)
    og_title = without_site(plain.title(_first(metas, "og:title", "twitter:title"), MAX_TITLE), site_name)
    head = tree.css_first("title")
    page_title = plain.title(head.text() or "", MAX_TITLE) if head else ""
    hidden = [headline, og_title, page_title]
    for node in tree.css("h1")[:10]:
        shown = plain.one_line(plain.node_text(node), MAX_TITLE)
        if len(shown) >= 8 and any(_folded(shown) in _folded(one) for one in hidden):
            return shown
    return headline or og_title or _lone_heading(tree) or without_site(page_title, site_name)


def _lone_heading(tree: LexborHTMLParser) -> str:
    """Return the text of the page's only first-level heading."""
    headings = tree.css("h1")
    return plain.one_line(plain.node_text(headings[0]), MAX_TITLE) if len(headings) == 1 else ""


def without_site(title: str, site_name: str) -> str:
    """Return the title without the outlet's name after (or before) a dash or bar."""
    cuts = list(_OUTLET_DASH.finditer(title))
    if not cuts:
        return title
    head, tail = title[: cuts[-1].start()].strip(), title[cuts[-1].end() :].strip()
    if (
        site_name
        and _folded(tail)
        and (_folded(tail) in _folded(site_name) or _folded(site_name) in _folded(tail))
    ):
        return without_site(head, site_name) if head else title
    if "|" in cuts[-1][0] or "｜" in cuts[-1][0]:
        return head if len(head) > len(tail) else title
    return title


def _folded(text: str) -> str:
    """Return letters and digits in lower case, for comparison."""
    return re.sub(r"[\W_]+", "", text).casefold()


# ------------------------------------------------------------------------------------------ dates


def _published(
    tree: LexborHTMLParser,
    metas: Mapping[str, list[str]],
    linked: Mapping[str, Any],
    clock: _Clock,
    rule: str,
) -> Claim:
    """Return the claimed time of publication, hidden sources before visible ones."""
    if rule and (node := _css_first(tree, rule)) is not None:
        ruled = clock.best([_of_element(node), plain.node_text(node)])
        if ruled.at is not None:
            return ruled
    hidden = [
        _text(_get(linked, "datePublished")),
        *_values(metas, _PUBLISHED),
        _text(_get(linked, "dateCreated")),
    ]
    claim = clock.best(hidden)
    if claim.at is not None and claim.weak in {"", "zone_replaced"}:
        return claim
    seen = clock.best(list(_seen_dates(tree)))
    if claim.at is None or (seen.at is not None and seen.weak == "" and abs(seen.at - claim.at).days < 2):
        return seen if seen.at is not None else claim
    return claim


def _seen_dates(tree: LexborHTMLParser) -> Iterator[str]:
    """Yield date texts of elements, those marked as publication first, then by place in the page."""
    for node in tree.css('[itemprop="datePublished"], time[pubdate], time[class*=publish]')[:5]:
        yield _of_element(node)
    for node in tree.css("time[datetime]")[:5]:
        if not _NOT_DATE.search(node.attributes.get("class") or ""):
            yield _of_element(node)
    tried = 0
    for node in tree.css(
        "time, [class*=date], [class*=time], [class*=publish], [class*=Date], [class*=Time], [id*=date]"
    ):
        marks = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if (node.tag == "time" or _DATE_CLASS.search(_parted(marks))) and not _NOT_DATE.search(marks):
            text = plain.one_line(plain.node_text(node), dates.MAX_RAW)
            if 6 <= len(text) <= 80 and any(letter.isdigit() for letter in text):
                tried += 1
                yield text
        if tried >= _MAX_SEEN:
            return


def _parted(marks: str) -> str:
    """Return class names with camel case written as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", marks)


def _of_element(node: LexborNode) -> str:
    """Return the machine-readable date of an element, else its text."""
    attributes = node.attributes
    value = attributes.get("datetime") or attributes.get("content") or attributes.get("title") or ""
    return value.strip() or plain.one_line(plain.node_text(node), dates.MAX_RAW)


# ------------------------------------------------------------------------------------------ others


def _css_first(tree: LexborHTMLParser, selector: str) -> LexborNode | None:
    """Return the first match; None for none, and for a selector the engine does not understand."""
    try:
        found: LexborNode | None = tree.css_first(selector)
    except Exception:  # noqa: BLE001  selectolax raises its own and plain ValueError for bad selectors
        return None
    return found


def _description(metas: Mapping[str, list[str]], linked: Mapping[str, Any]) -> str:
    found = _first(metas, "og:description", "description", "twitter:description") or _text(
        _get(linked, "description")
    )
    return plain.title(found, MAX_DESCRIPTION)


def _author(metas: Mapping[str, list[str]]) -> str:
    """Return the author of meta elements where it is a name."""
    found = _first(metas, "author", "article:author", "parsely-author", "dc.creator")
    return "" if found.startswith("http") else found


def _language(tree: LexborHTMLParser, metas: Mapping[str, list[str]], linked: Mapping[str, Any]) -> str:
    root = tree.css_first("html")
    declared = (root.attributes.get("lang") or root.attributes.get("xml:lang") or "") if root else ""
    raws = (
        declared,
        _text(_get(linked, "inLanguage")),
        _first(metas, "og:locale", "content-language", "language"),
    )
    return next((lang for raw in raws if (lang := plain.language(raw))), "")


def _canonical(tree: LexborHTMLParser, metas: Mapping[str, list[str]], url: str) -> str | None:
    """Return the canonical address where it can be this page's: same site, and not merely the front page."""
    node = tree.css_first('link[rel="canonical"][href]')
    raws = [(node.attributes.get("href") or "") if node else "", _first(metas, "og:url")]
    for raw in raws:
        address = urls.absolute(raw, url) if raw else None
        if address and urls.same_site(address, url) and _has_path(address) >= _has_path(url):
            return address
    return None


def _has_path(url: str) -> bool:
    """Return True when an address names more than a site's front page."""
    key = urls.clean(url).removeprefix("https://")
    return "/" in key or "?" in key


def _kept_out(metas: Mapping[str, list[str]], robots: str) -> bool:
    """Return True when meta robots or X-Robots-Tag ask not to keep the text; not those of other bots."""
    rules = [*metas.get("robots", []), *(part for part in robots.split(",") if not _for_other_bot(part))]
    return any(
        word in _ROBOTS for rule in rules for word in re.split(r"[,\s]+", rule.lower().replace(": ", ":"))
    )


def _for_other_bot(rule: str) -> bool:
    """Return True for ``otherbot: noindex``."""
    name, colon, _rest = rule.partition(":")
    return bool(colon) and name.strip().lower() not in {
        "max-snippet",
        "max-image-preview",
        "unavailable_after",
        "*",
    }
