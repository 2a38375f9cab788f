"""What is kept of a text so that it is recognised again: 64-bit hashes of all its short runs of letters.

    normal form -> no blanks -> every run of n code points -> polynomial mod 2^64 -> splitmix64 -> signed

A run (*shingle*) has 8 letters in alphabets and 5 where a character is a syllable or a word. One hash in
sixteen is *sampled*: the table of the store holds these alone, and they find the candidates that
`judge.copies` then compares as a whole. All of it is integer arithmetic on code points: the same in every
process, on every machine and Python version, for as long as `ALGORITHM` and the normal form stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from monitor.model import Fingerprint, KnownArticle, Prepared
from monitor.text import normal as normal_text

ALGORITHM = 1
"""Number of everything below together with the normal form; stored beside every fingerprint."""

WIDTH = 8
"""Letters of a shingle in alphabets (judging.md: 8 beat 5 and word triples in English and Russian)."""
WIDTH_CJK = 5
"""Characters of a shingle in Japanese, Chinese, Korean (3 against 5: see benchmarks/copies.py)."""
CJK_LANGUAGES = frozenset({"ja", "zh", "ko"})

SAMPLE = 16
"""One hash in so many is sampled: 43 to 132 rows an article, recall of candidates .998 (judging.md)."""

HEAD, TAIL = 640, 400
"""Letters at either end of a text whose sampled hashes all get a row in the store's table: leads are what
is quoted and cut out, ends are where boilerplate stands."""
HEAD_CJK, TAIL_CJK = 213, 133
"""The same in characters: a third, as a character says three times as much."""
THIN = 64
"""Between the ends one hash in so many gets a row. Measured on generated copies (benchmarks/copies.py): 70
rows an article instead of 112 and the same F1 of 1.000; without the tail strangers with a shared footer were
called copies (.013), with one in 48 and no tail embedded texts were missed."""

MAX_LETTERS = 200_000
"""Letters looked at: above the longest article of the corpora (50,000), so that cost stays bounded."""

_BASE = 0x9E3779B97F4A7C15
"""Odd multiplier of the polynomial; 2^64 divided by the golden ratio, as in splitmix64."""

Hashes = npt.NDArray[np.int64]


def of(prepared: Prepared) -> Fingerprint:
    """Return the fingerprint of a text's body (else its summary); empty where there is neither."""
    found = sequence(prepared.normal, prepared.lang)
    return Fingerprint(
        algorithm=ALGORITHM,
        lang=prepared.lang,
        shingles=frozenset(found.tolist()),
        sampled=tuple(sorted(set(found[found % SAMPLE == 0].tolist()))),
    )


def shingles(normal: str, lang: str) -> frozenset[int]:
    """Return the signed 64-bit hashes of all shingles of a text in normal form.

    A text shorter than one shingle gives one hash of the whole; an empty one gives none.
    """
    return frozenset(sequence(normal, lang).tolist())


def sample(hashes: Iterable[int]) -> tuple[int, ...]:
    """Return the part of the hashes that is looked up in the store's table, sorted."""
    return tuple(sorted(value for value in hashes if value % SAMPLE == 0))


def indexed(prepared: Prepared) -> tuple[int, ...]:
    """Return the part of the sampled hashes that the store's table holds of a text, sorted.

    Looked up are all sampled hashes of a text, so that its ends are found in whatever part they lie.
    """
    found = sequence(prepared.normal, prepared.lang)
    return tuple(sorted(set(found[is_indexed(found, prepared.lang)].tolist())))


def is_indexed(hashes: Hashes, lang: str) -> npt.NDArray[np.bool_]:
    """Return which hashes of a text, in reading order, the store's table holds."""
    head, end = middle(len(hashes), lang)
    mask: npt.NDArray[np.bool_] = hashes % SAMPLE == 0
    mask[head:end] &= hashes[head:end] % THIN == 0
    return mask


def middle(count: int, lang: str) -> tuple[int, int]:
    """Return where the thinly indexed middle of a text of so many shingles begins and ends."""
    head, tail = (HEAD_CJK, TAIL_CJK) if lang in CJK_LANGUAGES else (HEAD, TAIL)
    return head, max(head, count - tail)


def own_part(prepared: Prepared, own: Fingerprint, originals: Iterable[KnownArticle]) -> Fingerprint:
    """Return a fingerprint with the sampled hashes that the store's table gets: those no original has."""
    held = {value for one in originals if one.fingerprint for value in one.fingerprint.sampled}
    return replace(own, sampled=tuple(value for value in indexed(prepared) if value not in held))


def sequence(normal: str, lang: str) -> Hashes:
    """Return the hashes in reading order: item ``i`` is the shingle that begins at letter ``i``."""
    text = letters(normal)
    return hashed(text, width(lang)) if text else np.empty(0, dtype=np.int64)


def letters(normal: str) -> str:
    """Return a normal form without its blanks, not above ``MAX_LETTERS``: what positions count."""
    return normal.replace(" ", "")[:MAX_LETTERS]


def width(lang: str) -> int:
    """Return the letters of one shingle in a language."""
    return WIDTH_CJK if lang in CJK_LANGUAGES else WIDTH


def hashed(text: str, length: int) -> Hashes:
    """Return the hash of every run of ``length`` letters; of the whole where the text is shorter."""
    # Lone surrogates cannot be encoded strictly; they come from broken escapes and must not stop an article.
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    length = min(length, len(codes))
    count = len(codes) - length + 1
    total = np.zeros(count, dtype=np.uint64)
    base = np.uint64(_BASE)
    for offset in range(length):
        total = total * base + codes[offset : offset + count]
    return _splitmix(total).view(np.int64)


def _splitmix(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return splitmix64 of each value (Steele, Lea, Flood 2014): low bits as good as high ones."""
    state = state + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def sentence_hash(sentence: str) -> int:
    """Return the signed 64-bit hash of one sentence, blind to case, marks and blanks.

    Kept in ``Traits.sentence_hashes`` and in the store's table of lines; 0 for a sentence without letters.
    """
    text = letters(normal_text.normal_form(sentence))
    if not text:
        return 0
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
