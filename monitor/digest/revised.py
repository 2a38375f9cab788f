"""What an outlet changed in a text after it was published: the headline, or a sentence in a way that matters.

A headline is told whenever its words change. In summary and text a sentence is told where numbers, names,
quotations or negations of it changed: outlets polish their texts all day, and little of that is news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from monitor.digest.safe import clean
from monitor.text.sentences import split

ALIKE = 0.5
"""Share of letters in common from which a sentence is the other one, changed; below it was exchanged."""
MOST = 400
"""Sentences compared at most: a live page that grows for days is no article."""
_NUMBER = re.compile(r"\d+")
_NEGATION = re.compile(
    r"\b(?:not?|never|none|nobody|cannot|\w+n['’]t|не|нет|ни|никто|никогда)\b|ない|なかっ|ません|ず",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[\"“”„«»「」『』]")
_NAME = re.compile(r"(?<!\A)(?<![.!?…] )\b[A-ZА-ЯЁ][\w’'-]+|[ァ-ヴー]{3,}|[一-龠]{2,}")


class Version(NamedTuple):
    """The texts of one entry at one time."""

    title: str
    summary: str
    content: str


def changes(before: Version, after: Version, lang: str) -> list[tuple[str, str, str]]:
    """Return what differs as (part, before, after), each part once: ``headline``, ``summary``, ``text``."""
    found: list[tuple[str, str, str]] = []
    old, new = clean(before.title), clean(after.title)
    if old and new and old != new:
        found.append(("headline", old, new))
    parts = (("summary", before.summary, after.summary), ("text", before.content, after.content))
    for part, old, new in parts:
        pair = next(_sentences(old, new, lang), None) if old and new and old != new else None
        if pair is not None and all(pair != (a, b) for _, a, b in found):
            found.append((part, *pair))
    return found


def _sentences(before: str, after: str, lang: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences that stand in both texts and say it otherwise."""
    a, b = _cut(before, lang), _cut(after, lang)
    for kind, a_from, a_to, b_from, b_to in SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if kind != "replace" or a_to - a_from != b_to - b_from:
            continue
        for old, new in zip(a[a_from:a_to], b[b_from:b_to], strict=True):
            alike = SequenceMatcher(a=old, b=new, autojunk=False)
            if alike.quick_ratio() >= ALIKE and alike.ratio() >= ALIKE and _matters(old, new):
                yield old, new


def _cut(text: str, lang: str) -> Sequence[str]:
    return [one for sentence in split(text, lang)[:MOST] if (one := clean(sentence))]


def _matters(old: str, new: str) -> bool:
    """Return True when the difference is one of numbers, names, quotations or negations."""
    return any(
        sorted(pattern.findall(old)) != sorted(pattern.findall(new))
        for pattern in (_NUMBER, _QUOTE, _NEGATION, _NAME)
    )
