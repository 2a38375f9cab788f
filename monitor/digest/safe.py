"""What feed text must lose before it may stand in a mail: controls, direction tricks, other link schemes.

Everything a digest shows passes through here once, in ``build``; the renderers escape for their form besides.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

LINK_CHARS = 2000
"""Longest link shown; longer ones are tracking or attack, and browsers of mail programs cut them."""
STACKED_MARKS = 3
"""Combining marks kept on one letter; living scripts need two, piles of them paint over other lines."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories without a visible, measurable glyph; Cf holds the bidirectional controls."""
_BLANKS = frozenset({"Zs", "Zl", "Zp"})


def clean(text: str, limit: int = 4000) -> str:
    """Return the text as one line: NFC, no control, format or bidi character, single blanks.

    ``limit`` cuts (in characters, with an ellipsis) what no digest wants to show anyway.
    """
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: 4 * limit]):
        category = unicodedata.category(char)
        if category.startswith("M"):
            marks += 1
            if not kept or marks > STACKED_MARKS:
                continue
        else:
            marks = 0
        if char in "\t\n\r\v\f\x85" or category in _BLANKS:
            kept.append(" ")
        elif category not in _DROPPED:
            kept.append(char)
    line = " ".join("".join(kept).split(" ")).strip()
    line = re.sub(" {2,}", " ", line)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def link(url: str | None) -> str:
    """Return the link if it is plain http or https and hides nothing, else an empty string.

    Refused: other schemes, no host, a user name before the host (it imitates another host), controls and
    blanks inside, more than ``LINK_CHARS``. Quotes, brackets and the like are percent-encoded.
    """
    if not url or len(url) > LINK_CHARS or clean(url) != url or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host or user is not None or "\\" in url:
        return ""
    if not re.fullmatch(r"[^\s\"'<>()\[\]{}|^`@]+|\[[0-9A-Fa-f:.]+\](:\d+)?", parts.netloc):
        return ""
    path = quote(parts.path, safe="/%:@!$&*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&*+,;=~-._?")
    fragment = quote(parts.fragment, safe="/%:@!$&*+,;=~-._?")
    return urlunsplit((parts.scheme.lower(), parts.netloc, path, query, fragment))


def language(tag: str) -> str:
    """Return the tag if it looks like a language (BCP 47: ``ja``, ``zh-hant``), else an empty string."""
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}", tag) else ""


def file_name(text: str, limit: int = 100) -> str:
    """Return the text as a harmless part of a file name: ASCII letters, digits, ``.``, ``_``, ``@``, ``-``.

    Never empty, never hidden, never a path; ``limit`` in characters.
    """
    name = re.sub(r"[^A-Za-z0-9._@-]+", "-", text).strip(".-")
    return name[:limit] or "digest"
