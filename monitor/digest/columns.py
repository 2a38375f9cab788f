"""Width and wrapping of text in a terminal, where a Japanese character takes two columns.

Knows nothing of digests. Width follows Unicode's East Asian Width: W and F take two columns, combining
marks none, everything else one (ambiguous characters, Cyrillic among them, are one outside of East Asia's
old terminals).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

COLUMNS = 72
"""What a quoted plain-text mail still shows on an 80-column terminal."""
GLUE = "\u00a0"
"""A blank inside a command: feed text has none (``safe.clean``), so it marks commands in every form."""
TIE = "\u202f"
"""A blank at which no line ends, between a name and its figure."""
_NEVER_FIRST = frozenset(
    "、。，．・：；？！」』）］｝〕〉》】ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ…％"
)
_NEVER_LAST = frozenset("「『（［｛〔〈《【([{")
"""The common part of JIS X 4051 line-breaking: what may not begin, and what may not end a line."""


def char_width(char: str) -> int:
    """Return the columns of one character: 0, 1 or 2."""
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Return the columns a line of text takes."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def cut(text: str, columns: int) -> str:
    """Return the text, cut with an ellipsis to at most that many columns, at a word end if one is near."""
    if width(text) <= columns:
        return text
    room, kept = columns - 1, []
    for char in text:
        room -= char_width(char)
        if room < 0:
            break
        kept.append(char)
    short = "".join(kept).rstrip()
    blank = short.rfind(" ")
    if blank > len(short) * 0.7:
        short = short[:blank]
    return short.rstrip(" ,;:.") + "…"


def wrap(text: str, first: str = "", rest: str = "", columns: int = COLUMNS) -> list[str]:
    """Return the text as lines of at most that many columns.

    ``first`` and ``rest`` stand before the first and every other line. Lines break at blanks, and between
    wide characters where Japanese rules allow it. A link is never broken: it takes a line of its own, which
    is the only kind of line that may be longer. A command (``GLUE`` between its words) takes a line of its
    own too, and where that is too short it goes on after a backslash: it can be pasted as it stands.
    """
    lines: list[str] = []
    line, room = first, columns - width(first)
    empty = True
    for blank, unit in _units(text, columns - max(width(first), width(rest))):
        glue = "" if empty or not blank else " "
        if not empty and width(glue + unit) > room:
            lines.append(line)
            line, room, glue = rest, columns - width(rest), ""
        line += glue + unit
        room -= width(glue + unit)
        empty = False
    lines.append(line.rstrip() if empty else line)
    return [part for line in lines for part in _continued(line, rest, columns)]


def _continued(line: str, rest: str, columns: int) -> list[str]:
    """Return a line whose command is too long for it as lines that a shell reads as one."""
    words = _options(line.split(GLUE))
    lines, part = [], words[0]
    for at, word in enumerate(words[1:], 2):
        behind = 0 if at == len(words) else len(" \\")
        if part.strip() and width(f"{part} {word}") + behind > columns:
            lines.append(f"{part} \\")
            part = f"{rest}  {word}"
        else:
            part = f"{part} {word}"
    return [*lines, part]


def _options(words: Sequence[str]) -> list[str]:
    """Return the words of a command, each option with its value as one: they are read together."""
    joined = list(words[:1])
    for word in words[1:]:
        if joined[-1].startswith("--") and " " not in joined[-1] and not word.startswith("-"):
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


def _units(text: str, room: int) -> list[tuple[bool, str]]:
    """Return what may not be broken, each with whether a blank stood before it."""
    units: list[tuple[bool, str]] = []
    for word in re.split(r"[^\S\u00a0\u202f]+", text.strip()):
        if re.search(r"https?://", word) or GLUE in word:
            units.append((True, word))
            continue
        for number, part in enumerate(_breakable(word)):
            units.extend(
                (number == 0 and piece == 0, short) for piece, short in enumerate(_split(part, room))
            )
    return units


def _breakable(word: str) -> list[str]:
    """Return the parts of a word between which a line may end: around wide characters."""
    parts: list[str] = []
    glue = False
    for char in word:
        wide = char_width(char) == 2
        joins = parts and (
            glue
            or char in _NEVER_FIRST
            or parts[-1][-1] in _NEVER_LAST
            or not char_width(char)
            or (not wide and char_width(parts[-1][-1]) < 2)
            or (not wide and not char.isalnum())
        )
        if joins:
            parts[-1] += char
        else:
            parts.append(char)
        glue = char in _NEVER_LAST
    return parts


def _split(part: str, room: int) -> list[str]:
    """Return the part, hard cut into pieces where it is wider than a whole line."""
    if width(part) <= room:
        return [part]
    pieces, piece = [], ""
    for char in part:
        if width(piece + char) > room:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]
