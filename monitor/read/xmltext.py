"""XML text made fit for a strict parser, and refused where reading it would cost too much.

What is mended is what real feeds break every day: something before the prolog or after the root,
characters XML forbids, HTML entities without a declaration, bare ampersands, a missing end. What came
after a cut is not invented: a cut document is ended after its last complete entry. All functions are
linear in the length of the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.read import plain

MAX_ATTRIBUTES = 256
"""Of one element. feedparser's cost grows with their square (20,000: 3 s, 40,000: 15 s); real elements
have under 20."""

MAX_ENTITY = 64
MAX_ENTITIES = 300
"""Declared entities that are kept: short, without references (XHTML declares 253 single characters)."""

SNIFF = 65_536
"""Characters in which the root element must begin; PHP warnings and comments before it are shorter."""

_ROOT = re.compile(
    r"<(?:[A-Za-z_][\w.-]{0,40}:)?(rss|feed|rdf|channel|urlset|sitemapindex|opml)(?=[\s/>])", re.IGNORECASE
)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)(?=[\s>])", re.IGNORECASE)
# 257 is MAX_ATTRIBUTES + 1; written out because braces and interpolation make the pattern unreadable.
_TOO_MANY = re.compile(
    r"<[A-Za-z_][^\s<>/=\"']*+(?:\s++[^\s<>/=\"']++\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')){257}"
)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]+")
_REFERENCE = re.compile(r"&(?:#(\d{1,10}|[xX][0-9a-fA-F]{1,8});|([A-Za-z][A-Za-z0-9]{0,31});)?")
_ENTITY = re.compile(r"""<!ENTITY\s+([A-Za-z][\w.-]{0,40})\s+(?:"([^"]*)"|'([^']*)')\s*>""")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_PLAIN, _CDATA, _OTHER = "plain", "cdata", "other"
_SPECIAL = re.compile(r"<!\[CDATA\[|<!--|<\?|<!")
_ENDS = {"<![CDATA[": ("]]>", _CDATA), "<!--": ("-->", _OTHER), "<?": ("?>", _OTHER), "<!": (">", _OTHER)}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready for the parser."""

    text: str
    """Begins with the root element; no prolog, no doctype."""
    root: str
    """Local name of the root in lower case; empty where none was found."""
    cut_off: bool = False
    """The document ended early; only complete entries are in ``text``."""
    refused: str = ""
    """Why the document must not be parsed; ``text`` is empty then."""


def root_of(text: str) -> str:
    """Return the root element's local name in lower case, ``html`` for a page, ``""`` if unknown."""
    head = text[:SNIFF]
    found, page = _ROOT.search(head), _HTML.search(head)
    if found and (page is None or found.start() < page.start()):
        return found[1].lower()
    return "html" if page else ""


def has_feed_inside(text: str) -> bool:
    """Return True when a web page wraps a feed's root element (some generators do)."""
    found = _ROOT.search(text[:SNIFF])
    return found is not None and found[1].lower() in {"rss", "feed", "rdf"}


def prepare(text: str, closers: tuple[str, ...]) -> Prepared:
    """Return the document from its root on, mended.

    ``closers`` are the elements after which a cut document may end, for example ``("item", "entry")``.
    """
    root = root_of(text)
    found = _ROOT.search(text[:SNIFF])
    if found is None:
        return Prepared("", root)
    root = found[1].lower()
    entities = _entities(text[: found.start()])
    text = text[found.start() :]
    if _TOO_MANY.search(text):
        return Prepared("", root, refused=f"an element has more than {MAX_ATTRIBUTES} attributes")
    name = text[1 : found.end() - found.start()]
    text, cut_off = _ended(_FORBIDDEN.sub("", plain.without_escapes(text)), name, closers)
    return Prepared(_mended(text, entities), root, cut_off=cut_off)


def _entities(before: str) -> dict[str, str]:
    """Return the harmless entities that a doctype declares: short values without further references."""
    found: dict[str, str] = {}
    for match in _ENTITY.finditer(before):
        value = match[2] if match[2] is not None else match[3]
        value = html.unescape(value) if value.startswith("&#") and len(value) <= 10 else value
        if len(value) <= MAX_ENTITY and not set(value) & set("&%<") and len(found) < MAX_ENTITIES:
            found[match[1]] = value
    return found


def _segments(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, start, end) of plain text with tags, CDATA sections, and comments with instructions."""
    place = 0
    while match := _SPECIAL.search(text, place):
        closing, kind = _ENDS[match[0]]
        yield _PLAIN, place, match.start()
        end = text.find(closing, match.end())
        place = len(text) if end < 0 else end + len(closing)
        yield kind, match.start(), place
    yield _PLAIN, place, len(text)


def _ended(text: str, root: str, closers: tuple[str, ...]) -> tuple[str, bool]:
    """Return the text up to its root's end; where that is missing, its complete entries, closed."""
    ending = re.compile(rf"</{re.escape(root)}\s*>", re.IGNORECASE)
    entry_end = re.compile(rf"</(?:[A-Za-z_][\w.-]*:)?(?:{'|'.join(closers)})\s*>", re.IGNORECASE)
    last = 0
    for kind, start, end in _segments(text):
        if kind != _PLAIN:
            continue
        match = ending.search(text, start, end)
        if match:
            return text[: match.end()], False
        for match in entry_end.finditer(text, start, end):
            last = match.end()
    if last == 0:
        return "", True
    inside = re.search(r"<((?:[A-Za-z_][\w.-]*:)?channel)(?=[\s>])", text[:last], re.IGNORECASE)
    open_channel = inside is not None and re.search(rf"</{re.escape(inside[1])}\s*>", text[:last]) is None
    tail = f"</{inside[1]}>" if inside and open_channel and inside.start() > 0 else ""
    return f"{text[:last]}{tail}</{root}>", True


def _mended(text: str, entities: dict[str, str]) -> str:
    """Return the text with references a strict parser accepts, without comments and the like."""
    if "&" not in text and "<!" not in text and "<?" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        return _reference(match, entities)

    pieces: list[str] = []
    for kind, start, end in _segments(text):
        if kind == _PLAIN:
            piece = text[start:end]
            pieces.append(_REFERENCE.sub(plain, piece) if "&" in piece else piece)
        elif kind == _CDATA:
            pieces.append(text[start:end])
    return "".join(pieces)


def _reference(match: re.Match[str], entities: dict[str, str]) -> str:
    """Return what replaces one ``&``: known references stay or become their character, others are escaped."""
    number, name = match[1], match[2]
    if name is not None:
        if name in _XML_NAMES:
            return match[0]
        value = entities.get(name)
        if value is None:
            value = html.unescape(match[0])
        return html.escape(value, quote=False)
    if number is None:
        return "&amp;"
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    allowed = (
        code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    )
    return match[0] if allowed else ""
