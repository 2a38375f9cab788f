# ruff: noqa: SIM905  word lists read better as text
"""Cutting a text into sentences, verbatim and in reading order, for English, Russian and Japanese.

Works line by line (a line break ends a sentence unless the text is hard-wrapped). Every pass is one walk over
the line: no pattern here can backtrack over more than a bounded stretch, so hostile input costs linear time.
"""

from __future__ import annotations

import re

MAX_SENTENCE = 2000
"""Characters; a longer stretch without any end mark (tables, markup residue) is cut at a blank."""

_LOOK_BACK = 24
"""Characters before a full stop that are looked at for an abbreviation: the longest one and a margin."""

_CLOSERS = "\"'”’»“)\\]"
# End marks, then closing quotes and brackets, then a blank: the look-behind makes a run of marks match once.
_END = re.compile(rf"(?<![.!?…。！？])[.!?…。！？]++[{_CLOSERS}]*+(?=\s|[—–]\s|$)(\s*+)")
_LAST_WORD = re.compile(r"([^\W_]+(?:\.[^\W_]+)*)\.$")

_ABBREVIATED = frozenset(
    # English: titles, months, offices, units.
    "mr mrs ms messrs dr prof rev hon gen lt col capt sgt maj cmdr adm gov sen rep pres amb sec st mt ft "
    "no nos vol vs etc inc ltd corp co dept univ approx est fig jan feb mar apr jun jul aug sept sep oct nov "
    "dec e.g i.e cf al pp op "
    # Russian: years, places, units, titles, shortened words. "г." and "др." may end a sentence too; a missed
    # border costs less than a sentence cut in the middle of "в 1956 г. СССР".
    "г гг в вв н.э т.е т.к т.н т.д т.п т и.о ул пр просп пл д стр корп кв обл р пос с о оз м им акад доц "
    "канд докт тов гр гос мин зам пом руб коп тыс млн млрд трлн долл см рис табл гл ст п пп ч ок прим ред "
    "изд др проч янв февр апр июн июл авг сент окт нояб дек сек".split()
)
_NOT_BEFORE_NAME = frozenset({"etc", "т.д", "т.п", "др", "проч", "co", "inc", "ltd", "corp"})
"""Abbreviations that do end a sentence when a capital follows, more often than not."""

_BULLET = re.compile(r"\s*+(?:[-–—•●▪◆■□○◇★☆*·・]|\d{1,2}[.)])\s")
_CLAUSE_END = frozenset("。！？!?．")
_PAIRS = {"「": "」", "『": "』", "（": "）", "(": ")", "【": "】", "〈": "〉", "《": "》"}
_CLOSING = {close: opening for opening, close in _PAIRS.items()}
_MAX_INSIDE = 400
"""Characters; a bracket or quote that closes later than this is taken for a misprint and ignored."""
_GOES_ON = re.compile(r"[ぁ-ん、，,ー]")
_CJK_MARK = re.compile(r"[。！？「」ぁ-んァ-ヶ]")


def split(text: str, lang: str) -> tuple[str, ...]:
    """Return the sentences of ``text`` in reading order, each verbatim (trimmed), none empty.

    ``lang`` is an ISO 639-1 code; ``ja`` and ``zh`` end at ``。！？`` outside quotes and brackets, everything
    else at ``. ! ? …`` followed by a blank and something that can begin a sentence.
    """
    return tuple(
        piece
        for line in lines(text)
        for sentence in (
            _split_cjk(line) if lang in {"ja", "zh"} and _CJK_MARK.search(line) else _split_spaced(line)
        )
        for piece in _bounded(sentence)
    )


def lines(text: str) -> list[str]:
    """Return the non-empty lines of ``text``, hard-wrapped ones joined again by a blank."""
    groups: list[list[str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if groups and line and groups[-1] and _is_wrapped(groups[-1][-1], line):
            groups[-1].append(line)
        else:
            groups.append([line] if line else [])
    return [" ".join(group) for group in groups if group]


def _is_wrapped(before: str, after: str) -> bool:
    # Mail and plain text break lines at 60 to 90 characters, in mid-sentence: the next goes on in lower case.
    return (
        50 <= len(before) <= 100
        and before[-1] not in '.!?…:;。！？"”»'
        and after[0].islower()
        and not _BULLET.match(after)
    )


def _split_spaced(line: str) -> list[str]:
    found: list[str] = []
    begin = 0
    for match in _END.finditer(line):
        if _ends_here(line, begin, match):
            found.append(line[begin : match.end()].strip())
            begin = match.end()
    found.append(line[begin:].strip())
    return [sentence for sentence in found if sentence]


def _ends_here(line: str, begin: int, match: re.Match[str]) -> bool:
    after = line[match.end() : match.end() + 3]
    if not after:
        return True
    opening = after.lstrip("\"'“„«‘([—–-• ")
    if not opening:
        return after[0] not in "—–-"
    # A dash after a quote goes on with who said it («…!» - сказал он).
    if after[0] in "—–-" and not opening[0].isupper():
        return False
    if opening[0].islower():
        return False
    marks = match.group().strip()
    if marks != ".":
        return True
    return not _is_abbreviation(line[max(begin, match.start() - _LOOK_BACK) : match.start() + 1], opening[0])


def _is_abbreviation(tail: str, follows: str) -> bool:
    found = _LAST_WORD.search(tail)
    if found is None:
        return False
    word = found.group(1)
    low = word.lower()
    if len(word) == 1 and word.isalpha() and word.isupper():
        return True  # an initial: J. Smith, С. В. Лавров
    if "." in word and all(len(part) == 1 for part in word.split(".")):
        return low not in _NOT_BEFORE_NAME and not (low in {"p.m", "a.m"} and follows.isupper())
    if low in _NOT_BEFORE_NAME:
        return False
    if low == "no":
        return follows.isdigit()
    return low in _ABBREVIATED and not word.isdigit()


def _split_cjk(line: str) -> list[str]:
    partner = _partners(line)
    found: list[str] = []
    begin = position = 0
    while position < len(line):
        if position in partner:
            position = partner[position]
            inside_ended = line[position - 1] in _CLAUSE_END
            position += 1
            if inside_ended and not _GOES_ON.match(line, position) and not _closes(line, position):
                found.append(line[begin:position])
                begin = position
            continue
        is_end = line[position] in _CLAUSE_END
        position += 1
        if is_end and not _closes(line, position):
            found.append(line[begin:position])
            begin = position
    found.append(line[begin:])
    return [sentence for sentence in (piece.strip() for piece in found) if sentence]


def _closes(line: str, position: int) -> bool:
    return position < len(line) and (line[position] in _CLAUSE_END or line[position] in _CLOSING)


def _partners(line: str) -> dict[int, int]:
    """Return opening → closing position of every outermost pair that is short enough."""
    stack: list[int] = []
    pairs: dict[int, int] = {}
    for position, char in enumerate(line):
        if char in _PAIRS:
            stack.append(position)
        elif char in _CLOSING and stack and line[stack[-1]] == _CLOSING[char]:
            opening = stack.pop()
            if position - opening <= _MAX_INSIDE:
                pairs[opening] = position
    return pairs


def _bounded(sentence: str) -> list[str]:
    if len(sentence) <= MAX_SENTENCE:
        return [sentence]
    pieces: list[str] = []
    begin = 0
    while len(sentence) - begin > MAX_SENTENCE:
        cut = sentence.rfind(" ", begin + MAX_SENTENCE // 2, begin + MAX_SENTENCE)
        cut = cut if cut > begin else begin + MAX_SENTENCE
        pieces.append(sentence[begin:cut].strip())
        begin = cut
    pieces.append(sentence[begin:].strip())
    return [piece for piece in pieces if piece]
