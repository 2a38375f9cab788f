# ruff: noqa: SIM905  word lists read better as text
"""Which language a text is in: by its scripts first, then by the hint of its source, then by small words.

Knows the languages the topic is judged in and their look-alikes (Ukrainian, Chinese, Korean, and a few
Latin-script languages); everything else in Latin script is the hint, else English.
"""

from __future__ import annotations

import re

_SAMPLE = 4000
"""Characters looked at: the head of an article tells its language, and cost stays bounded."""

_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u31f0-\u31ff\uff66-\uff9d]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_HANGUL = re.compile(r"[\u1100-\u11ff\uac00-\ud7af]")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]")

_BEYOND_LATIN = re.compile(r"[\u0370-\u1fff\u2c00-\ud7ff\uf900-\uffef\U00010000-\U0010ffff]")

_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_BELARUSIAN = re.compile(r"[ўЎ]")
_RUSSIAN = re.compile(r"[ыэъёЫЭЪЁ]")
# Frequent characters of Chinese print, simplified and traditional, that Japanese print does not use.
_SIMPLIFIED = re.compile(r"[们这说对时为发经过还东车书长门问间马见贝风飞鱼岛领谈话议约签俄]")
_TRADITIONAL = re.compile(r"[們這嗎麼沒你她經說對與蘇灣]")

_SMALL_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        "the of and to in that is for with on as was by has from at his are said will it its not".split()
    ),
    "de": frozenset(
        "der die das und den von mit ist nicht im für auf dem eine ein sich des zu wird auch nach".split()
    ),
    "fr": frozenset(
        "le la les des et du en une un dans pour que est sur par au aux avec ce pas qui ses".split()
    ),
    "es": frozenset("el los las del una con por para que es en se su al como más pero sus fue han".split()),
    "it": frozenset(
        "il lo gli della del di che per con una sono nel alla dei non più si anche dal ha".split()
    ),
    "pt": frozenset("os das dos uma com por para não que mais foi pelo ao sua são nos na em do da".split()),
    "pl": frozenset(
        "się nie na jest że do przez po od dla jak oraz przy był są który które ze tym także".split()
    ),
    "nl": frozenset(
        "het een van en voor met niet zijn op aan dat wordt door ook bij naar uit over nog heeft".split()
    ),
    "tr": frozenset(
        "ve bir bu için ile olarak daha olan gibi çok kadar ancak sonra ise değil olduğu göre".split()
    ),
}
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {
    word: tuple(code for code, small in _SMALL_WORDS.items() if word in small)
    for word in sorted(frozenset().union(*_SMALL_WORDS.values()))
}
_WORDS_READ = 300
"""Words that vote on a Latin-script language; more do not change the result."""


def detect(text: str, hint: str = "") -> str:
    """Return the ISO 639-1 code of ``text``; ``hint`` decides what scripts leave open.

    ``hint`` is what the source claims; it is returned for a text without letters of a script we know.
    """
    hint = hint.strip().lower().replace("_", "-").partition("-")[0]
    head = text[:_SAMPLE]
    if not _BEYOND_LATIN.search(head):
        return _latin(head, hint) if _LATIN.search(head) else hint
    kana, han, hangul = (len(script.findall(head)) for script in (_KANA, _HAN, _HANGUL))
    cyrillic, latin = len(_CYRILLIC.findall(head)), len(_LATIN.findall(head))
    # One kana, kanji or hangul carries about as much as two or three letters.
    cjk, korean = 2 * (kana + han), 2 * hangul
    if cjk >= max(korean, cyrillic, latin) and cjk:
        return _han_or_kana(head, kana, han, hint)
    if korean >= max(cyrillic, latin) and korean:
        return "ko"
    if cyrillic >= latin and cyrillic:
        return _cyrillic(head, hint)
    return _latin(head, hint) if latin else hint


def _han_or_kana(head: str, kana: int, han: int, hint: str) -> str:
    # Chinese text quotes a kana word now and then; Japanese prose is half kana, headlines at least a tenth.
    if kana * 20 > han:
        return "ja"
    if hint in {"ja", "zh"} and not (hint == "ja" and _SIMPLIFIED.search(head)):
        return hint
    return "zh" if _SIMPLIFIED.search(head) or _TRADITIONAL.search(head) else "ja"


def _cyrillic(head: str, hint: str) -> str:
    ukrainian, belarusian, russian = (
        len(letters.findall(head)) for letters in (_UKRAINIAN, _BELARUSIAN, _RUSSIAN)
    )
    if belarusian and ukrainian + belarusian > russian / 4:
        return "be"
    if ukrainian > russian:
        return "uk"
    if ukrainian == russian == 0 and hint in {"uk", "be", "bg", "sr", "mk", "kk"}:
        return hint
    return "ru"


def _latin(head: str, hint: str) -> str:
    votes = dict.fromkeys(_SMALL_WORDS, 0)
    for word in head.lower().split()[:_WORDS_READ]:
        for code in _LANGUAGES_OF.get(word, ()):
            votes[code] += 1
    best = max(votes, key=lambda code: (votes[code], code == hint, code == "en"))
    fallback = hint if hint and hint not in {"ja", "ru", "zh", "ko", "uk", "be", "bg"} else "en"
    # A headline has few small words: another language than expected needs three, and a clear lead.
    if votes[best] >= 3 and votes[best] >= 2 * votes.get(fallback, 0):
        return best
    return fallback
