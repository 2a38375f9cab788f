"""Words of a text, whole and as stems: what overlaps are counted in.

English and Russian: runs of letters and digits, stemmed by Snowball. Japanese (no blanks, no dictionary):
runs of kanji, katakana, Latin letters and digits; a run of kanji or katakana longer than two also gives its
overlapping pairs, so that 平和条約 and 平和条約交渉 share something. Hiragana is grammar and left out.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import snowballstemmer

from monitor.text.normal import fold

_STEMMERS = {"en": "english", "ru": "russian", "de": "german", "fr": "french"}
_WORD = re.compile(r"\d+(?:[.,]\d+)*+|[^\W\d_]+(?:'[^\W\d_]+)*+")
_CJK_RUN = re.compile(
    r"\d+(?:[.,]\d+)*+|[a-z\u00c0-\u024f]+|[\u0400-\u052f]+|[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[\u30a1-\u30fa\u30fc-\u30ff]+"
)
_LOCK = threading.Lock()
"""Snowball stemmers keep the word they work on in themselves: one caller at a time."""


@lru_cache(maxsize=8)
def _stemmer(name: str) -> snowballstemmer.stemmer:  # type: ignore[valid-type,unused-ignore]
    return snowballstemmer.stemmer(name)


@lru_cache(maxsize=50_000)
def _stem(word: str, name: str) -> str:
    with _LOCK:
        return str(_stemmer(name).stemWord(word))  # type: ignore[attr-defined,unused-ignore]


def words(text: str, lang: str) -> tuple[str, ...]:
    """Return the folded words of ``text`` in reading order, repeats kept; possessive ``'s`` taken off."""
    folded = fold(text)
    if lang in {"ja", "zh"}:
        return tuple(piece for run in _CJK_RUN.findall(folded) for piece in _with_pairs(run))
    return tuple(word.removesuffix("'s") for word in _WORD.findall(folded))


def stems(text: str, lang: str) -> tuple[str, ...]:
    """Return ``words`` cut to their stems (en, ru, de, fr); other languages give the words themselves."""
    name = _STEMMERS.get(lang)
    found = words(text, lang)
    return tuple(_stem(word, name) for word in found) if name else found


def _with_pairs(run: str) -> list[str]:
    if len(run) <= 2 or run[0].isascii() or run[0] <= "\u052f":
        return [run]
    return [run, *(run[at : at + 2] for at in range(len(run) - 1))]
