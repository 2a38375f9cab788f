"""The two forms in which texts are compared: folded (for reading rules) and normal (for recognising copies).

*Folded* keeps every word, blank and mark where it was, so that spans can be shown; only spelling variants
fall together. *Normal* keeps letters and digits alone, so that typography, markup and line breaks vanish.
Both are pure functions of the text: no locale, no ``hash()``, the same in every process and Python version
that shares a Unicode version for the letters of our languages.

Theory of operation: unescape → NFKC → drop the invisible → unify quotes, dashes and blanks → casefold → ё→е.
"""

from __future__ import annotations

import html
import re
import unicodedata

VERSION = 1
"""Version of the normal form; stored beside every fingerprint. Any change of ``normal_form`` raises it."""

# Characters that print nothing and only break words: soft hyphen, zero-width blanks and joiners, direction
# marks, byte-order mark, variation selectors; combining acute and grave are Russian stress marks once NFKC
# has composed every letter that has a composed form.
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
_DROPPED = re.compile(f"[{_INVISIBLE}\u0300\u0301]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_UNIFIED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼʹ", "'"),
        **dict.fromkeys("“”„‟″«»〝〞〟", '"'),
        **dict.fromkeys("‐‑‒–—―−﹣", "-"),
    }
)
# Russian yo, and the long vowels of romanised Japanese: Hokkaidō, Tōkyō, Kunashirī.
_LETTERS = str.maketrans({"ё": "е", **dict(zip("āēīōū", "aeiou", strict=True))})
_NOT_WORD = re.compile(r"[\W_]+")

CJK = "\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""Kana and kanji, as the inside of a character class: scripts that are written without blanks."""
_CJK_BLANK = re.compile(f"(?<=[{CJK}]) (?=[{CJK}])")


def plain(text: str) -> str:
    """Return ``text`` unescaped, NFKC, without invisible characters, blanks collapsed; case kept.

    The step before ``fold``: same characters, same positions, but for characters whose lower case has
    another length (``ß``, ``İ``).
    """
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():
        text = text.replace("`", "'")
    else:
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text)
        text = _DROPPED.sub("", text).translate(_UNIFIED)
    return " ".join(_CONTROL.sub(" ", text).split())


def fold(text: str) -> str:
    """Return ``text`` for matching: as ``plain``, then casefolded and ё→е; folding twice changes nothing."""
    return lower(plain(text))


def lower(plain_text: str) -> str:
    """Return the folded form of a text that already is in the form of ``plain``."""
    if plain_text.isascii():
        return plain_text.lower()
    return plain_text.casefold().translate(_LETTERS)


def normal_form(text: str) -> str:
    """Return letters and digits only, words divided by one blank, no blank between kana or kanji.

    Apostrophes vanish (``Japan's`` → ``japans``), every other mark divides words. Take the blanks out as
    well where word borders must not count. Version: ``VERSION``.
    """
    return from_folded(fold(text))


def from_folded(folded: str) -> str:
    """Return the normal form of a text that already is in the form of ``fold``."""
    return _CJK_BLANK.sub("", _NOT_WORD.sub(" ", folded.replace("'", ""))).strip()
