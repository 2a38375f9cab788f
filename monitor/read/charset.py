"""Bytes to text when nobody can be trusted about the encoding: neither the server nor the document.

Order: byte order mark; UTF-16 by its pattern; ISO-2022-JP by its escapes; valid UTF-8 with letters in it;
what the document declares; what the server declares; what the letters look like. Valid UTF-8 goes before
both declarations because text in another encoding is practically never valid UTF-8 by accident, while
declarations are often wrong.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import pairwise

_PROLOG = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_HTTP = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\([BJI]|\$\(D)")

HEAD_BYTES = 4_096
"""Where a declaration is looked for; the HTML standard asks for the first 1,024 bytes, real pages exceed
it."""

_STANDARD = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "shift_jisx0213": "cp932",
    "euc_jp": "euc_jp",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_2",
    "utf-7": "utf-8",
    "utf-16": "",
    "utf-16-le": "",
    "utf-16-be": "",
    "utf-32": "",
    "utf-32-le": "",
    "utf-32-be": "",
}
"""What a label means in practice (WHATWG Encoding standard, section 4.2); UTF-7 is refused there too.
UTF-16 and 32 are known by their marks; the label alone says nothing."""

_REFUSED = {"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode", "unicode_escape"}
"""Python codecs that are no text encodings of the web."""

_COMMON_RU = frozenset("оеаинтсрвлкмдпуяыьгзбчй")
_GUESSES = ("cp1251", "koi8_r", "cp932", "euc_jp")
_KANA = range(0x3040, 0x3100)
_KANJI = range(0x4E00, 0xA000)
_HALF_WIDTH = range(0xFF61, 0xFFA0)

TOLERATED = 0.02
"""Share of undecodable characters among the non-ASCII ones up to which a declared encoding still stands."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding that gave it."""

    text: str
    encoding: str
    """Python codec name."""
    note: str = ""
    """What was wrong, in words for the operator; empty where all agreed."""


def decode(body: bytes, *, content_type: str = "") -> Decoded:
    """Return the text of an XML or HTML document; never raises, never holds lone surrogates or a BOM."""
    declared = _declared(body[:HEAD_BYTES])
    served = _known(match[1]) if (match := _HTTP.search(content_type)) else ""
    found = _by_marks(body) or _by_utf8(body) or _by_declaration(body, declared, served) or _by_letters(body)
    text, repaired = _undo_double_encoding(found.text)
    notes = [found.note, "text was encoded twice; repaired" if repaired else ""]
    if declared and not found.note and not _same(declared, found.encoding) and not body.isascii():
        notes.append(f"declared as {declared}, read as {found.encoding}")
    return Decoded(text, found.encoding, "; ".join(filter(None, notes)))


def _declared(head: bytes) -> str:
    """Return the codec that the document itself names, else ``""``."""
    match = _PROLOG.search(head) or _META.search(head)
    return _known(match[1].decode("ascii")) if match else ""


def _known(label: str) -> str:
    """Return the codec a label means on the web, ``""`` for an unknown one."""
    label = (
        label.strip().lower().replace("x-sjis", "shift_jis").replace("x-euc-jp", "euc-jp").removeprefix("x-")
    )
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return "" if name in _REFUSED or not codecs.lookup(name)._is_text_encoding else _STANDARD.get(name, name)  # noqa: SLF001  the only flag there is


def _same(one: str, other: str) -> bool:
    """Return True when two codec names mean one encoding of text, BOM or not."""
    return one.replace("-", "_").split("_le")[0][:6] == other.replace("-", "_").split("_le")[0][:6]


def _by_marks(body: bytes) -> Decoded | None:
    """Return the text when a byte order mark, the pattern of UTF-16 or Japanese escapes give it away."""
    if body.startswith(codecs.BOM_UTF8):
        return Decoded(_tail_safe(body[3:], "utf-8"), "utf-8")
    if body.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return Decoded(_tail_safe(body, "utf-32").lstrip("\ufeff"), "utf-32")
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Decoded(_tail_safe(body, "utf-16").lstrip("\ufeff"), "utf-16")
    for pattern, name in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if body.startswith(pattern):
            return Decoded(_tail_safe(body, name), name)
    if body.isascii() and _ISO_2022_JP.search(body):
        return Decoded(_tail_safe(body, "iso2022_jp_2"), "iso2022_jp_2")
    return None


def _by_utf8(body: bytes) -> Decoded | None:
    """Return the text when it is valid UTF-8, an unfinished last letter aside."""
    try:
        return Decoded(codecs.getincrementaldecoder("utf-8")("strict").decode(body), "utf-8")
    except UnicodeDecodeError:
        return None


def _by_declaration(body: bytes, declared: str, served: str) -> Decoded | None:
    """Return the text by the document's or the server's word, if the bytes fit it (nearly)."""
    nearly: list[str] = []
    for name in filter(None, (declared, served)):
        try:
            text = codecs.getincrementaldecoder(name)("strict").decode(body)
        except UnicodeError:
            nearly.append(name)
            continue
        if name in _OFTEN_WRONG and _reads_as_other(body, name):
            continue
        return Decoded(text, name)
    for name in nearly:
        text = _tail_safe(body, name)
        foreign = sum(1 for letter in text if letter > "\x7f")
        if foreign and text.count("\ufffd") <= TOLERATED * foreign:
            return Decoded(text.replace("\ufffd", ""), name, f"some bytes are no {name}; left out")
    return None


def _reads_as_other(body: bytes, name: str) -> bool:
    """Return True when bytes under this label plainly read as Russian or Japanese in another encoding."""
    score, guess = _best_guess(body)
    return score >= SURE and not _same(guess, name) and score > _own_score(body, name) + 0.2


def _own_score(body: bytes, name: str) -> float:
    """Return how Russian the bytes read under their label; 0 for labels of other scripts."""
    return _score(body[:HEAD_BYTES], name) if name in {"cp1251", "koi8-r", "koi8-u"} else 0.0


_OFTEN_WRONG = frozenset({"cp1252", "iso8859-15", "cp1251", "koi8-r", "koi8-u"})
"""Labels that servers give by default. All bytes fit these encodings, so that fitting proves nothing."""

SURE = 0.6
"""Score from which a guessed encoding beats a Western label: running Russian scores .75 to .95, Japanese
above .9, French or German read as Russian below .4 (their accented letters stand alone between ASCII
ones)."""


def _by_letters(body: bytes) -> Decoded:
    """Return the text in the likeliest encoding; windows-1252 where no language shows."""
    score, name = _best_guess(body)
    if score >= 0.3:
        return Decoded(_tail_safe(body, name).replace("\ufffd", ""), name, f"encoding guessed: {name}")
    utf8 = _tail_safe(body, "utf-8")
    foreign = sum(1 for letter in utf8 if letter > "\x7f")
    if foreign and utf8.count("\ufffd") <= 0.2 * foreign:
        return Decoded(utf8.replace("\ufffd", ""), "utf-8", "some bytes are no utf-8; left out")
    return Decoded(body.decode("cp1252", "ignore"), "cp1252", "encoding guessed: cp1252")


def _best_guess(body: bytes) -> tuple[float, str]:
    """Return the best score (0 … 1) and its codec, judged on 20,000 bytes from the first non-ASCII one."""
    first = next((place for place, byte in enumerate(body) if byte > 0x7F), None)
    if first is None:
        return 0.0, "utf-8"
    sample = body[max(0, first - 1) : first + 20_000]
    return max((_score(sample, name), name) for name in _GUESSES)


def _score(sample: bytes, name: str) -> float:
    """Return how much the sample looks like Russian or Japanese in this encoding, 0 … 1."""
    text = codecs.getincrementaldecoder(name)("replace").decode(sample)
    foreign = [letter for letter in text if letter > "\x7f"]
    if not foreign:
        return 0.0
    if name in {"cp1251", "koi8_r", "koi8-r", "koi8-u"}:
        common = sum(letter in _COMMON_RU for letter in foreign) / len(foreign)
        pairs = sum(a > "\x7f" and b > "\x7f" for a, b in pairwise(text)) / len(foreign)
        return common * min(1.0, pairs * 1.4)
    good = sum(ord(letter) in _KANA or ord(letter) in _KANJI for letter in foreign)
    good += sum(letter in "、。「」『』・ー（）　〜…！？" for letter in foreign)
    bad = sum(letter == "\ufffd" or ord(letter) in _HALF_WIDTH for letter in foreign)
    kana = sum(ord(letter) in _KANA for letter in foreign)
    return max(0.0, (good - 3 * bad) / len(foreign)) * (1.0 if kana else 0.5)


def _tail_safe(body: bytes, name: str) -> str:
    """Return the text with U+FFFD for what does not fit, an unfinished last letter left out."""
    return codecs.getincrementaldecoder(name)("replace").decode(body).encode("utf-8", "ignore").decode()


def _undo_double_encoding(text: str) -> tuple[str, bool]:
    """Return the text, repaired where UTF-8 was taken for Latin-1 and encoded again; and whether it was.

    Only where every non-ASCII letter takes part and the result is in another script: French never does that.
    """
    if text.isascii() or not any(letter in text for letter in "ÐÑã"):
        return text, False
    for name in ("latin-1", "cp1252"):
        try:
            inner = text.encode(name).decode("utf-8")
        except UnicodeError:
            continue
        if sum(letter > "\u03ff" for letter in inner) >= 4:
            return inner, True
    return text, False
