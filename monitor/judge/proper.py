# ruff: noqa: SIM905  word lists read better as text
"""Proper names as printed, with their places: what the change guard compares beside figures.

    Pavel Ostrakov told Tokyo  ->  "pavel ostrakov", "tokyo"   English, Russian: capitals within a sentence
    オストラコフ氏             ->  "オストラコフ"              Japanese: before a title or a kind of place

Two names agree where one is the other shortened, inflected or spelled another way, or where both are usual
words for one capital, country or island: only a name that cannot be the same one is a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ALIKE = 0.58
"""Share of letters in common from which two words are one name: Irene, Irina; Ostrakov, Остракова."""
LEAST = 3
"""Letters of a name's longest word."""
MOST_CAPITALS = 0.75
"""Share of capitalised words in a line from which it is a headline in capitals, where they tell nothing."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a line."""

    value: str
    """Words in lower case, one blank between them."""
    start: int
    end: int


_WORD = re.compile(r"(?:[A-Z]\.){2,}|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ENDED = re.compile(r"(?:^|[.!?…:;|/«»“”\"„(\[–—•\ue000-\ue004-])\s*$")
"""Before a capital that only says that a sentence or a quotation begins."""
_SPOKEN = re.compile(r"[,!?][»”\"\ue001\ue004] $")
"""A quotation has ended, the sentence has not."""
_ABBREVIATED = re.compile(
    r"\b(?:mr|mrs|ms|dr|st|gen|col|lt|sen|rep|gov|prof|г|[a-zа-я])\.\s*$", re.IGNORECASE
)
_NO_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december i mr mrs ms dr president prime minister foreign deputy "
    "secretary chief cabinet chairman premier ambassador ministry embassy spokesman spokeswoman spokesperson "
    "governor mayor president's government parliament republic state the of and photo print share "
    "advertisement "
    "президент премьер министр мид замминистра посол глава господин госпожа фото реклама "
    "大統領 首相 外務 外相 副首相 官房 報道 同国 両国 国防 事務 担当 前首相 元首相 新首相 現職 各国".split()
)
_KINDS = frozenset(
    "island islands isles isle islets archipelago chain territory territories sea strait bay gulf "
    "cape ocean river lake mountain mount city town prefecture province region oblast county district "
    "peninsula treaty accord pact agreement deal declaration statement charter protocol joint peace "
    "conference summit forum talks war council committee commission party union federation house "
    "senate diet duma assembly court office bureau agency department university institute school "
    "college centre center museum hall day week year street road bridge airport port harbour harbor "
    "station upper lower north south east west northern southern eastern western new great former "
    "acting army navy fleet guard police force forces news times post journal herald radio television "
    "group company остров острова островов гряда курилы море пролив залив область договор соглашение "
    "декларация совет комитет комиссия партия союз палата дума институт университет война день "
    "северные южные".split()
)
"""Words that say what kind of thing is named: a synonym of one makes no other name."""
_SAME = tuple(
    frozenset(group.split())
    for group in (
        "tokyo japan japanese",
        "moscow russia russian kremlin russians",
        "washington us usa america american states",
        "beijing china chinese",
        "seoul korea korean",
        "kyiv kiev ukraine ukrainian",
        "london britain uk british",
        "etorofu iturup",
        "kunashiri kunashir",
        "habomai habomais khabomai",
        "kurils kuriles kuril chishima",
        "токио япония японии японию японией",
        "москва россия россии россию россией кремль москвы кремля рф",
        "вашингтон сша америка",
        "пекин китай кнр",
        "сеул корея",
        "киев украина",
        "лондон британия",
        "эторофу итуруп",
        "кунашири кунашир",
        "хабомаи плоские",
        "日本 東京",
        "ロシア モスクワ クレムリン 露",
        "アメリカ ワシントン 米国",
        "択捉 エトロフ イトゥルップ イトゥルプ",
        "国後 クナシリ クナシル",
        "キエフ キーウ ウクライナ",
    )
)
"""Usual words for one capital and its country, and the two names of each island."""
_KANJI, _KANA = re.compile(r"[一-龠々]"), re.compile(r"[ァ-ヴー]")
_JAPANESE = re.compile(
    r"(?P<n>[ァ-ヴー]{2,}(?:[・=＝][ァ-ヴー]{2,})*|(?<![一-龠々])[一-龠々]{2,4}?)"
    r"(?=氏|首相|大統領|外相|外務次官|次官|報道官|議員|長官|知事|さん(?!か)|大臣)"
    r"|(?P<p>[ァ-ヴー]{3,})(?=[市州島湾県]|の町|の村|海峡|半島)"
)


def find(line: str, lang: str) -> Iterator[Name]:
    """Yield the names of one line as printed, in reading order."""
    if lang in {"ja", "zh"}:
        for match in _JAPANESE.finditer(line):
            if match[0] not in _NO_NAMES:
                yield Name(match[0], match.start(), match.end())
        return
    words = list(_WORD.finditer(line))
    if sum(word[0][0].isupper() for word in words) > max(3, MOST_CAPITALS * len(words)):
        return
    row: list[re.Match[str]] = []
    for word in words:
        joined = bool(row) and line[row[-1].end() : word.start()] in {" ", ". "}
        if _is_name(word, line):
            if row and not joined:
                yield from _name(row)
                row = []
            row.append(word)
        elif row:
            yield from _name(row)
            row = []
    yield from _name(row)


def _is_name(word: re.Match[str], line: str) -> bool:
    if not word[0][0].isupper() or not _capitalised(word[0]):
        return False
    before = line[max(0, word.start() - 12) : word.start()]
    return not _ENDED.search(before) or bool(_ABBREVIATED.search(before) or _SPOKEN.search(before))


def _capitalised(word: str) -> str:
    """Return the parts of a word that name something: ``asean`` of ASEAN-related; none of I'd."""
    parts = re.split(r"['’-]", word.replace(".", "").replace("’", "'").removesuffix("'s"))
    if parts[0].casefold() in _NO_NAMES:
        return ""
    return "-".join(part for part in parts if part and part[0].isupper())


def _name(row: list[re.Match[str]]) -> Iterator[Name]:
    if row and max(len(word[0]) for word in row) >= LEAST:
        value = " ".join(_capitalised(word[0]) for word in row).casefold().replace("ё", "е")
        yield Name(value, row[0].start(), row[-1].end())


def agree(one: str, other: str) -> bool:
    """Return True where both may name the same: all words of the shorter name are in the longer one."""
    fewer, more = sorted((_words(one), _words(other)), key=len)
    return not fewer or all(any(_alike(word, theirs) for theirs in more) for word in fewer)


def _words(value: str) -> list[str]:
    """Return the words that name; "Upper House" has none, and agrees with everything."""
    words = re.split(r"[ ・=＝-]+", value)
    return [word for word in words if word and word not in _NO_NAMES and word not in _KINDS]


def _alike(one: str, other: str) -> bool:
    if one == other or any(one in group and other in group for group in _SAME):
        return True
    if min(len(one), len(other)) == 1:
        return one[0] == other[0]
    if one in other or other in one:
        return True
    if _KANJI.search(one) or _KANJI.search(other):
        # A name in characters against one in syllables may be the same; one shared character is a misprint.
        return bool(_KANA.search(one) or _KANA.search(other) or set(one) & set(other))
    return 1 - _distance(one, other) / max(len(one), len(other)) >= ALIKE


def _distance(one: str, other: str) -> int:
    """Return the letters to change, add or leave out (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        left, row[0] = row[0], i
        for j, theirs in enumerate(other, 1):
            left, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, left + (letter != theirs))
    return row[-1]
