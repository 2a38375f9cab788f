"""Plain text, fit to be stored, compared and printed, from text or markup that strangers wrote.

Everything that leaves `monitor.read` passes `clean`: afterwards a text encodes to UTF-8, fits a PostgreSQL
text column (no NUL), moves no terminal cursor and shows no reader another order of letters than is stored.
Knows nothing of feeds or pages.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_MARKUP = 2_000_000
"""Characters of one piece of markup that are read; ten times the longest article in corpus of full-text
feeds."""

_CP1252 = {
    code: bytes([code]).decode("cp1252", "ignore") or None
    for code in range(0x80, 0xA0)
    if bytes([code]).decode("cp1252", "ignore")
}
"""C1 controls are windows-1252 letters in disguise (HTML standard, numeric character reference end state)."""

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,300}(?:\x07|\x1b\\)|[@-Z\\^_])|\x9b[0-?]*[@-~]"
)
"""Terminal control sequences (ECMA-48: CSI, OSC, two-character escapes)."""

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls; tab, line feed, VT, FF and CR are blanks and handled as such
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width and direction
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff"  # variation selectors, BOM, annotation marks
    "\ud800-\udfff"  # lone surrogates: not storable as UTF-8
    "\U000e0000-\U000e0fff"  # tag characters and supplementary variation selectors
    "]+"
)
_C1 = re.compile("[\x80-\x9f]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_BLANKS = re.compile(r"\s+")
_BREAK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")

_TAG_NAMES = (
    "a|abbr|acronym|address|article|aside|audio|b|base|basefont|bdi|bdo|big|blockquote|body|br|button|caption|center|"
    "cite|code|col|colgroup|data|dd|del|details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|figure|font|"
    "footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|map|"
    "mark|menu|meta|meter|nav|nobr|noframes|noscript|object|ol|optgroup|option|output|p|param|picture|pre|progress|q|"
    "rp|rt|ruby|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|"
    "template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr"
)
_TAG = re.compile(rf"<(?:/?(?:{_TAG_NAMES})(?:\s[^<>]*|/)?>|!--)", re.IGNORECASE)
"""A known and closed tag: ``a<b then`` and ``<社説>`` are text, not markup."""
_ANY_TAG = re.compile(r"<(/?)[a-zA-Z][^<>]*>?")
MAX_DEPTH = 5_000
"""Open elements beyond which markup is not given to the HTML parser, whose cost grows with the square of the
depth (measured: 20,000 levels 0.4 s, 200,000 levels 78 s); no real page passes 300."""

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_SILENT = frozenset({
    "audio", "base", "button", "canvas", "embed", "frame", "head", "iframe", "input", "link", "map",
    "meta", "noembed", "noframes", "noscript", "object", "option", "param", "rp", "rt", "script",
    "select", "style", "svg", "template", "textarea", "title", "track", "video",
})  # fmt: skip
"""Elements whose text is no part of what a reader reads (``rt`` is the reading aid above Japanese
characters)."""

_VOID = frozenset(
    {"br>", "br/", "br ", "hr>", "hr/", "hr ", "img", "inp", "lin", "met", "sou", "wbr", "are", "col"}
)
"""First letters of elements that have no end tag: they add no depth."""

_MORE = re.compile(
    r"(?:\s*(?:\[?(?:…|\.\.\.|&hellip;)\]?)?\s*)"
    r"(?:read (?:more|on|the full (?:story|article))|continue reading\b[^\n]{0,200}|full story|"
    r"читать (?:далее|полностью|дальше)|подробнее|далее|続きを読む|続きをみる|全文を読む|もっと見る)"
    r"\s*(?:[.…»›>→]|\.\.\.)*\s*$",
    re.IGNORECASE,
)
_FIRST_ON = re.compile(r"\n\nThe post [^\n]{1,600} (?:appeared first on|first appeared on) [^\n]{1,200}$")


def clean(text: str) -> str:
    r"""Return the text in NFC without control, direction and invisible characters or terminal sequences.

    Line ends become ``\n``; other blanks are kept as they are (`one_line` and `paragraphs` collapse them).
    """
    if text.isascii() and text.isprintable():
        return text
    text = without_escapes(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if _C1.search(text):
        text = text.replace("\x85", "…").translate(_CP1252)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def without_escapes(text: str) -> str:
    """Return the text without terminal control sequences."""
    return _ESCAPES.sub("", text) if "\x1b" in text or "\x9b" in text else text


def one_line(text: str, limit: int) -> str:
    """Return the cleaned text as one line of at most ``limit`` characters, see `cut`."""
    return cut(_LINE_BLANKS.sub(" ", clean(text[: limit * 8])).strip(), limit)


def paragraphs(text: str, limit: int) -> str:
    """Return cleaned plain text of at most ``limit``: paragraphs separated by one empty line."""
    text = clean(text)
    parts = (" ".join(part.split()) for part in _BREAK.split(text))
    return cut("\n\n".join(part for part in parts if part), limit)


def cut(text: str, limit: int) -> str:
    """Return the text, or its beginning in ``limit`` characters ending in ``…``, at a blank if near."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    blank = head.rfind(" ", len(head) - limit // 10)
    return (head[:blank] if blank > 0 else head).rstrip() + "…"


def looks_like_markup(text: str) -> bool:
    """Return True when the text holds a known HTML tag or comment."""
    return "<" in text and _TAG.search(text) is not None


def title(text: str, limit: int) -> str:
    """Return a headline as one plain line: tags taken off, references resolved (twice-escaped ones too)."""
    text = text[:MAX_MARKUP]
    if looks_like_markup(text):
        text = from_html(text, limit * 4)
    if "&" in text:
        text = html.unescape(text)
    return one_line(text, limit)


def body(text: str, limit: int) -> str:
    """Return a summary or content as plain paragraphs, whether it came as markup or as text."""
    text = text[:MAX_MARKUP]
    if not text or text.isspace():
        return ""
    if looks_like_markup(text):
        text = from_html(text, limit)
    else:
        text = paragraphs(html.unescape(text) if "&" in text else text, limit)
    return without_more(text)


def without_more(text: str) -> str:
    """Return the text without the "read more" and "appeared first on" that feeds put at its end."""
    text = _FIRST_ON.sub("", text)
    return (
        _MORE.sub("", text[-400:]).rstrip()
        if len(text) <= 400
        else text[:-400] + _MORE.sub("", text[-400:]).rstrip()
    )


def from_html(markup: str, limit: int) -> str:
    """Return what a reader of the markup reads, block elements as paragraphs; any depth, bounded time."""
    from selectolax.lexbor import LexborHTMLParser

    markup = markup[:MAX_MARKUP]
    if too_deep(markup):
        return paragraphs(html.unescape(_ANY_TAG.sub(" ", markup)), limit)
    root = LexborHTMLParser(storable(markup)).body
    return paragraphs(node_text(root), limit) if root is not None else ""


def too_deep(markup: str) -> bool:
    """Return True when more than `MAX_DEPTH` elements stand open at once (void elements not told apart)."""
    if markup.count("<") <= MAX_DEPTH:
        return False
    depth = 0
    for tag in _ANY_TAG.finditer(markup):
        depth += -1 if tag[1] else 0 if tag[0][1:4].lower() in _VOID else 1
        if depth > MAX_DEPTH:
            return True
    return False


def node_text(root: LexborNode) -> str:
    r"""Return the text under a node; an empty line stands where a block begins or ends, ``\n`` for ``<br>``.

    Walks the siblings by hand: recursion would end at 1,000 levels, and hostile documents have 20,000.
    """
    out: list[str] = []
    node = root.child
    breaks = 0
    while node is not None:
        tag = node.tag
        if tag == "-text":
            out.append(_text_of(node))
            breaks = 0
        elif tag == "br":
            breaks += 1
            out.append("\n\n" if breaks == 2 else " ")
        else:
            if tag in _BLOCKS:
                out.append("\n\n")
            if tag not in _SILENT and tag is not None and tag[0] not in "_-!" and node.child is not None:
                node = node.child
                continue
        node = _after(node, root, out)
    return "".join(out)


def _after(node: LexborNode, root: LexborNode, out: list[str]) -> LexborNode | None:
    """Return the next node in reading order after this subtree, closing blocks on the way up."""
    here: LexborNode | None = node
    while here is not None and here.mem_id != root.mem_id:
        if here.next is not None:
            return here.next
        here = here.parent
        if here is not None and here.tag in _BLOCKS:
            out.append("\n\n")
    return None


def _text_of(node: LexborNode) -> str:
    """Return a text node's text; source line ends are only blanks in HTML."""
    return _LINE_BLANKS.sub(" ", node.text_content or "")


def storable(text: str) -> str:
    """Return the text without lone surrogates, which the HTML parser cannot take as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "ignore").decode()
    return text


def language(tag: str) -> str:
    """Return the ISO 639 part of a tag (``ru-RU``, ``en_us``) in lower case; ``""`` for what is none."""
    first = tag.strip().replace("_", "-").split("-")[0].lower()
    first = {"jp": "ja", "cz": "cs", "ua": "uk"}.get(first, first)
    return first if first.isascii() and first.isalpha() and len(first) in {2, 3} else ""
