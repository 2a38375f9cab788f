"""Whether an article stands behind a wall, told by what the wall says in three languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WALL = re.compile(
    r"(?:subscribe (?:now |today )?"
    r"(?:to (?:read|continue|unlock|access|keep|our digital)|for (?:only |just |as little|[\d$€£¥]))|"
    r"for subscribers\b|subscribers? only|subscriber[- ]only|"
    r"already a (?:subscriber|member)|(?:sign|log) in to (?:read|continue)|to (?:continue|keep) reading|"
    r"register to (?:read|continue)|premium (?:content|article)|unlock (?:this|the full)|"
    r"start your (?:free )?trial|"
    r"доступ\w* (?:только )?(?:по подписке|подписчикам|для подписчиков)|только для подписчиков|"
    r"оформи(?:те|ть) подписку|чтобы (?:читать дальше|прочитать|продолжить чтение)|"
    r"(?:полн\w+ )?текст доступен|подпишитесь,? чтобы|материал (?:доступен|для) подписчик|войдите,? чтобы|"
    r"有料(?:会員|記事|版|プラン)|会員限定|会員の方|残り\s*[:：]?\s*[\d０-９,]+\s*(?:文字|字)|続きを読むには|"
    r"(?:ログイン|会員登録|購読)(?:する|して|が必要|すると)|この記事(?:の続き)?は.{0,20}(?:限定|有料)|"
    r"全文を読むには|無料登録)",
    re.IGNORECASE,
)
_MAX_LINE = 240
"""Letters of a wall's sentence; longer paragraphs that say "subscribe to" are articles about
subscriptions."""

SHORT = 700
"""Length (Japanese letters count twice) up to which a text beside a wall is the free beginning: the walls
seen leave one to three paragraphs."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What is left of an article beside its wall."""

    paragraphs: tuple[str, ...]
    paywalled: bool


def split(paragraphs: Sequence[str], *, description: str, closed: bool) -> Behind:
    """Return the paragraphs without the wall's own words, and whether the article is behind one.

    ``closed`` is the page's own word for it. Where only the wall and the page's description stand there, no
    paragraphs are left.
    """
    kept = tuple(text for text in paragraphs if not is_wall(text))
    walled = len(kept) < len(paragraphs) or closed
    if not walled or weight(kept) > SHORT:
        return Behind(kept if walled else tuple(paragraphs), paywalled=False)
    said = [text for text in kept if weight((text,)) > _LINE]
    if len(said) <= 1 and all(_same(text, description) for text in said):
        kept = ()
    return Behind(kept, paywalled=True)


_LINE = 60
"""Length up to which a paragraph beside a wall is a byline, a date or a label."""


def is_wall(text: str) -> bool:
    """Return True for a sentence that asks to pay, subscribe or sign in."""
    return len(text) <= _MAX_LINE and _WALL.search(text) is not None


def weight(paragraphs: Sequence[str]) -> int:
    """Return the length in letters, Japanese ones counting twice."""
    return sum(1 + (letter > "\u2e7f") for text in paragraphs for letter in text)


def _same(text: str, description: str) -> bool:
    """Return True when a paragraph says what the page's description says."""
    one, other = (re.sub(r"[\W_]+", "", part).casefold() for part in (text, description))
    return bool(one) and (
        one == other or (len(one) > 40 and one in other) or (len(other) > 40 and other in one)
    )
