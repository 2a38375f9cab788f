"""What one sentence states, blind to language: its hard anchors (names, numbers, dates) and its concepts.

    1956, 75 years, 20,000, 2万人, 50 тысяч   ->  year:1956  number:75  number:20000 …
    8 April / 8 апреля / 4月8日 / on Friday   ->  date:2025-04-08 (resolved with the day of the report)
    Vorobyova / Воробьёва / ボロビヨワ        ->  person:… where the lexicon knows her, else name:vrbv
    F-15, Mi-8, Mi8                           ->  code:f15  code:mi8

Names that the lexicon does not know are reduced to a skeleton of consonants that English, Russian and
katakana spellings share. Everything is a pure function of the text and the day.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.judge.lexicon import Lexicon, Span, language, topic_people
from monitor.judge.topic import Topic
from monitor.model import Prepared, Sentence
from monitor.text.normal import plain
from monitor.text.words import stems

_ENTITY = ("person:", "office:", "body:", "island:", "place:", "doc:")
_HARD = ("person:", "body:", "place:", "doc:", "name:", "code:", "number:", "year:", "date:", "month:")
_FIRST_YEAR, _LAST_YEAR = 1600, 2100
"""Four digits in this range without a unit are a year."""
_SMALLEST_NUMBER = 2
"""``1`` is an article in disguise; spelled-out numbers count from eleven (see acts.toml)."""
_REPORT_DAYS = (-3, 1)
"""Days around the report within which a date only says when it was reported."""
_ASIDE_WITHIN = 2
"""Characters (a bracket, a mark) before the words that open a piece of background."""
_MIN_SKELETON = 3
"""Letters; shorter skeletons keep their vowels but for endings, or Muto and Mito would be one."""
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence as the judges see it."""

    sentence: Sentence
    terms: frozenset[str]
    """Concepts: people, offices, bodies, islands, places, documents, ``gloss:`` and ``act:`` terms."""
    anchors: tuple[str, ...]
    """Hard anchors in reading order, each once: people, bodies, places, documents, names, numbers, dates."""
    words: tuple[str, ...]
    """Stems of content words that no list covers, in reading order, each once."""
    covered: int
    """Content words that the lexicon covers (without those that carry no news)."""
    negated: bool
    """True when the sentence has a negation."""
    reports: bool
    """True when it has a reporting verb: somebody speaks."""
    first: bool = False
    """True when it says that something happens for the first time."""
    aside: bool = False
    """True when it begins as the background of a report does."""
    signs: frozenset[str] = frozenset()
    """Words that say what becomes of a matter (``[sign]`` in acts.toml), alone and with the concepts they are
    said of: ``sign:off``, ``sign:off@gloss:talks``."""


def is_report_day(anchor: str, at: datetime | None) -> bool:
    """Return True for a date that only says when the report was made (``on Friday``)."""
    if at is None or not anchor.startswith("date:") or anchor.startswith("date:--"):
        return False
    days = (date.fromisoformat(anchor[5:]) - at.date()).days
    return _REPORT_DAYS[0] <= days <= _REPORT_DAYS[1]


def read(
    prepared: Prepared, lexicon: Lexicon, *, at: datetime | None, topic: Topic | None = None
) -> tuple[Reading, ...]:
    """Return one reading for each sentence of ``prepared``, in order.

    ``at`` is the moment of the report: relative dates and dates without a year are resolved with it.
    ``topic`` adds the people whom only its file knows.
    """
    names = _names_in(prepared)
    return tuple(_read(sentence, prepared.lang, lexicon, at, names, topic) for sentence in prepared.sentences)


def _read(
    sentence: Sentence,
    lang: str,
    lexicon: Lexicon,
    at: datetime | None,
    names: frozenset[str],
    topic: Topic | None,
) -> Reading:
    folded = sentence.folded
    spans = lexicon.find(folded, lang)
    if topic is not None:
        taken_by = [span for span in spans if span.term.startswith("person:")]
        spans += [
            span
            for span in topic_people(topic, folded, sentence.text, lang)
            if not any(span.start < other.end and other.start < span.end for other in taken_by)
        ]
    terms = {span.term for span in spans if not span.term.startswith(("plain:", "verb:"))}
    terms |= set(lexicon.acts_of(frozenset(terms)))
    terms |= _spokesmen(terms, spans, lexicon)
    dates, taken = _dates(folded, lang, lexicon, at)
    since_war = [(span.start, span.end) for span in spans if span.term == "gloss:since_war"]
    numbers, number_spans = _numbers(folded, lang, lexicon, [*taken, *since_war])
    codes, code_spans = _codes(folded)
    taken = [*taken, *number_spans, *code_spans]
    found = _names(sentence, lang, spans, names)
    entities = [span for span in spans if span.term.startswith(_ENTITY)]
    placed = [
        *((span.start, span.term) for span in entities if span.term.startswith(_HARD)),
        *dates,
        *numbers,
        *codes,
        *((start, term) for start, _, term in found),
    ]
    anchors = tuple(dict.fromkeys(term for _, term in sorted(placed)))
    loose = [*taken, *((span.start, span.end) for span in spans), *((a, b) for a, b, _ in found)]
    loose += _given_names(sentence, lang, spans)
    return Reading(
        sentence=sentence,
        terms=frozenset(terms),
        anchors=anchors,
        words=_uncovered(folded, lang, loose),
        covered=sum(1 for span in spans if span.term.startswith(("gloss:", *_ENTITY))),
        negated="gloss:neg" in terms,
        reports=any(span.term.startswith("verb:") for span in spans),
        first=any(span.term == "plain:first" for span in spans),
        aside=any(span.term == "plain:aside" and span.start <= _ASIDE_WITHIN for span in spans),
        signs=_signs(folded, lexicon.signs(folded, lang), spans),
    )


_BESIDE, _BEYOND = 14, 40
"""Characters up to which a sign is said of the concept after it ("scrapped the talks"), and where nothing
else is near it."""
_CLAUSE = re.compile(r"[,;:、；]")


def _signs(folded: str, signs: Sequence[Span], spans: Sequence[Span]) -> frozenset[str]:
    """Return the signs of a sentence, and each with the concepts it is said of."""
    concepts = [span for span in spans if span.term.startswith("gloss:")]
    refusals = [span for span in concepts if span.term == "gloss:refuse"]
    found = {sign.term for sign in signs}
    for sign in (*signs, *refusals):
        name = sign.term if sign.term.startswith("sign:") else "sign:off"
        found |= {f"{name}@{term}" for term in _said_of(folded, sign, concepts)}
    return frozenset(found)


def _said_of(folded: str, sign: Span, concepts: Sequence[Span]) -> set[str]:
    """Return the concepts a sign is said of: what it stands before, else what its clause names before it.

    Of "talks on visits" it is said of the talks.
    """
    after = [one for one in concepts if one.start >= sign.start and one.end > sign.start]
    beside = [one for one in after if one.term in MATTERS and one.start - sign.end <= _BESIDE]
    if beside:
        first = min(one.start for one in beside)
        return {one.term for one in beside if one.start == first}
    before = [one for one in concepts if one.term in MATTERS and one.end <= sign.start]
    cut = max((hit.end() for hit in _CLAUSE.finditer(folded, 0, sign.start)), default=0)
    named = [one for one in before if one.start >= cut] or before
    if named:
        about = {one.term for one in named}
        return about & _TALKS or about
    beyond = [one for one in after if one.term in MATTERS and one.start - sign.end <= _BEYOND]
    if sign.term == "gloss:refuse" or not beyond:
        return set()
    return {min(beyond, key=lambda one: one.start).term}


_TALKS = frozenset({"gloss:talks", "gloss:contact", "gloss:meeting"})
MATTERS = _TALKS | {
    "gloss:visit",
    "gloss:graves",
    "gloss:exchange",
    "gloss:visa",
    "gloss:exercise",
    "gloss:ferry",
    "gloss:flight",
    "gloss:sanction",
    "gloss:ban",
}
"""Concepts of what can be announced and called off (see `judge.opposed`)."""


def _spokesmen(terms: set[str], spans: Sequence[Span], lexicon: Lexicon) -> set[str]:
    """Return the offices that are meant where a house itself says or does something, and nobody is named."""
    speaks = any(term.startswith("act:") for term in terms) or any(
        span.term.startswith("verb:") for span in spans
    )
    if not speaks or any(term.startswith(("person:", "office:")) for term in terms):
        return set()
    return {office for body, office in lexicon.spoken_by if body in terms}


# ------------------------------------------------------------------------------------------------ dates

_DAY_EN = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})\b(?:,? (\d{4}))?")
_EN_DAY = re.compile(r"\b([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?\b(?!:)(?:,? (\d{4}))?")
_MONTH_YEAR = re.compile(r"\b([a-zа-я]{3,9}),? (?:of )?(\d{4})\b")
_DAY_RU = re.compile(r"\b(\d{1,2})(?:-го)? ([а-я]{3,9})\b(?: (\d{4}))?")
_WORD = re.compile(r"[a-zа-я]+")
_JA = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(?:(\d{1,2})日)?|(?<![\d月])(\d{1,2})日(?![間本])")
_NUMERIC = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
_MONTHS_WITHOUT_DAY = frozenset({"may", "mar", "march", "jan", "dec"})
"""English words that are months only beside a day or a year."""

_Place = tuple[int, str]
_Range = tuple[int, int]


def _dates(
    folded: str, lang: str, lexicon: Lexicon, at: datetime | None
) -> tuple[list[_Place], list[_Range]]:
    """Return the dates as (position, term) and the stretches they take."""
    found: list[tuple[int, int, str]] = []
    for match in _NUMERIC.finditer(folded):
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
        _add(found, match, _day_term(int(month), int(day), int(year), at))
    if language(lang) == "ja":
        _japanese_dates(folded, at, found)
    else:
        _spaced_dates(folded, lang, lexicon, at, found)
    _weekdays(folded, lang, lexicon, at, found)
    return [(start, term) for start, _, term in found], [(start, end) for start, end, _ in found]


def _add(found: list[tuple[int, int, str]], match: re.Match[str], term: str | None) -> None:
    if term and not any(start < match.end() and match.start() < end for start, end, _ in found):
        found.append((match.start(), match.end(), term))


def _spaced_dates(
    folded: str, lang: str, lexicon: Lexicon, at: datetime | None, found: list[tuple[int, int, str]]
) -> None:
    day_first = _DAY_RU if language(lang) == "ru" else _DAY_EN
    for match in day_first.finditer(folded):
        month = lexicon.value("month", match[2], lang)
        if month:
            _add(found, match, _day_term(month, int(match[1]), int(match[3]) if match[3] else None, at))
    if language(lang) == "en":
        for match in _EN_DAY.finditer(folded):
            month = lexicon.value("month", match[1], lang)
            if month:
                _add(found, match, _day_term(month, int(match[2]), int(match[3]) if match[3] else None, at))
    for match in _MONTH_YEAR.finditer(folded):
        month = lexicon.value("month", match[1], lang)
        if month and _FIRST_YEAR <= int(match[2]) <= _LAST_YEAR:
            _add(found, match, f"month:{match[2]}-{month:02d}")
    for match in _WORD.finditer(folded):
        month = lexicon.value("month", match[0], lang)
        if month and match[0] not in _MONTHS_WITHOUT_DAY:
            _add(found, match, _month_term(month, at))


def _japanese_dates(folded: str, at: datetime | None, found: list[tuple[int, int, str]]) -> None:
    for match in _JA.finditer(folded):
        year = int(match[1]) if match[1] else None
        if match[4]:
            term = _day_of_month(int(match[4]), at)
        elif match[3]:
            term = _day_term(int(match[2]), int(match[3]), year, at)
        else:
            month = int(match[2])
            term = (
                (f"month:{year}-{month:02d}" if year else _month_term(month, at))
                if 1 <= month <= 12
                else None
            )
        _add(found, match, term)


def _weekdays(
    folded: str, lang: str, lexicon: Lexicon, at: datetime | None, found: list[tuple[int, int, str]]
) -> None:
    if at is None:
        return
    for table in ("weekday", "relative"):
        if language(lang) == "ja":
            hits: Iterable[tuple[re.Match[str], int | None]] = (
                (match, lexicon.value(table, word, lang))
                for word in lexicon.words_of(table, lang)
                for match in re.finditer(re.escape(word), folded)
            )
        else:
            hits = ((match, lexicon.value(table, match[0], lang)) for match in _WORD.finditer(folded))
        for match, value in hits:
            if value is None:
                continue
            back = (at.weekday() - value) % 7 if table == "weekday" else -value
            _add(found, match, f"date:{(at - timedelta(days=back)).date().isoformat()}")


def _day_term(month: int, day: int, year: int | None, at: datetime | None) -> str | None:
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    if year is None and at is None:
        return f"date:--{month:02d}-{day:02d}"
    if year is None:
        assert at is not None
        year = _nearest_year(month, day, at)
    return f"date:{year}-{month:02d}-{day:02d}" if day <= calendar.monthrange(year, month)[1] else None


def _month_term(month: int, at: datetime | None) -> str | None:
    return f"month:{_nearest_year(month, 15, at)}-{month:02d}" if at is not None else None


def _nearest_year(month: int, day: int, at: datetime) -> int:
    """Return the year that puts the day closest to the report (half a year either way)."""
    days = min(day, 28)
    return min(
        (at.year - 1, at.year, at.year + 1), key=lambda year: abs((date(year, month, days) - at.date()).days)
    )


def _day_of_month(day: int, at: datetime | None) -> str | None:
    """Return the day of a month that is not named: the latest one not after the day of the report."""
    if at is None or not 1 <= day <= 31:
        return None
    year, month = at.year, at.month
    # A report of the evening before midnight UTC may speak of what is tomorrow there.
    if day > (at + timedelta(days=1)).day and day > at.day:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return f"date:{year}-{month:02d}-{day:02d}" if day <= calendar.monthrange(year, month)[1] else None


# ------------------------------------------------------------------------------------------------ numbers

_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[ ,]\d{3})+(?![\d])|\d+(?:[.,]\d+)?")
_JA_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:[兆億万千]\d*)*")
_YEAR_SPAN = re.compile(r"(?<!\d)(1[6-9]\d\d|20\d\d)年?\s?[-~〜]\s?(1[6-9]\d\d|20\d\d|\d\d)(?!\d)")
_DECADE = re.compile(r"\b(\d{4})(?:'?s\b|-?[еых]+\b|年代)|\b(nineties|eighties|seventies|sixties|fifties)\b")
_CODE = re.compile(r"\b([a-zа-я]{1,4})-?(\d{1,4})([a-zа-я]?)\b")
_SCALE_JA = {"万": 10**4, "億": 10**8, "兆": 10**12}


def _numbers(
    folded: str, lang: str, lexicon: Lexicon, taken: Sequence[_Range]
) -> tuple[list[_Place], list[_Range]]:
    """Return numbers and years as (position, term), and the stretches they take."""
    free = _Free(taken)
    found: list[tuple[int, int, str]] = []
    for match in _YEAR_SPAN.finditer(folded):
        if free.take(match):
            end = match[2] if len(match[2]) == 4 else match[1][:2] + match[2]
            found += [
                (match.start(), match.end(), f"year:{match[1]}"),
                (match.start(), match.end(), f"year:{end}"),
            ]
    for match in _SHARE.finditer(folded):
        of = _share_of(match)
        if of is not None and free.take(match):
            found.append((match.start(), match.end(), of))
    for match in _DECADE.finditer(folded):
        if free.take(match):
            found.append((match.start(), match.end(), f"decade:{match[1] or match[2]}"))
    if language(lang) == "ja":
        for match in _JA_NUMBER.finditer(folded):
            if free.take(match):
                term = _japanese_number(folded, match)
                found += [(match.start(), match.end(), term)] if term else []
    else:
        for match in _NUMBER.finditer(folded):
            if free.take(match):
                value, end = _scaled(folded, match, lang, lexicon)
                term = _number_term(value, year=len(match[0]) == 4 and end == match.end())
                found += [(match.start(), end, term)] if term else []
        found += _spelled(folded, lang, lexicon, free)
    return [(start, term) for start, _, term in found], [(start, end) for start, end, _ in found]


_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_FEW = "|".join(_SMALL)
_RU_EVERY = {"второй": 2, "вторая": 2, "третий": 3, "третья": 3, "четвертый": 4, "четвертая": 4, "пятый": 5,
             "пятая": 5, "десятый": 10, "десятая": 10}  # fmt: skip
_SHARE = re.compile(
    rf"\b({_FEW}|\d{{1,2}}) (?:in|out of)(?: every)? ({_FEW}|\d{{1,3}})\b(?! islands)"
    rf"|\bкажд(?:ый|ая) ({'|'.join(_RU_EVERY)})\b|(\d{{1,3}})人に(\d{{1,2}})人|(\d)割"
)
"""``four in ten``, ``каждый пятый``, ``3人に1人``, ``4割``: shares of a whole, told in percent."""


def _share_of(match: re.Match[str]) -> str | None:
    """Return the share as a number of percent; None where it is none (``two in 2024``)."""
    part, of, every, crowd, some, tenths = match.groups()
    if tenths:
        return f"number:{10 * int(tenths)}"
    if every:
        part, of = "1", str(_RU_EVERY[every])
    elif crowd:
        part, of = some, crowd
    few, all_of = _small(part), _small(of)
    return f"number:{100 * few / all_of:.0f}" if 0 < few < all_of else None


def _small(word: str) -> int:
    return _SMALL.index(word) + 1 if word in _SMALL else int(word)


class _Free:
    """Keeps account of which stretches are taken."""

    def __init__(self, taken: Iterable[_Range]) -> None:
        self._taken = list(taken)

    def take(self, match: re.Match[str]) -> bool:
        """Take the stretch of a match; False where part of it is gone already."""
        if any(start < match.end() and match.start() < end for start, end in self._taken):
            return False
        self._taken.append(match.span())
        return True


def _japanese_number(folded: str, match: re.Match[str]) -> str | None:
    """Return the term of a number; ``93年の`` is a year of a century left out, ``93年間`` a length."""
    if folded[match.end() : match.end() + 1] != "年":
        return _number_term(_japanese_value(match[0]), year=False)
    if len(match[0]) == 2 and match[0].isdecimal() and _SHORT_YEAR.match(folded, match.end() + 1):
        return f"year:{'19' if int(match[0]) >= _CENTURY_TURNS else '20'}{match[0]}"
    return _number_term(_japanese_value(match[0]), year=True)


_SHORT_YEAR = re.compile(r"[のにはか、春夏秋冬末初]|以降|以来")
_CENTURY_TURNS = 45
"""``45年`` is 1945: the topic begins there."""


def _number_term(value: float, *, year: bool) -> str | None:
    if year and _FIRST_YEAR <= value <= _LAST_YEAR:
        return f"year:{value:.0f}"
    if value < _SMALLEST_NUMBER:
        return None
    return f"number:{value:g}" if value < 10**6 else f"number:{value:.0f}"


def _japanese_value(text: str) -> float:
    """Return 320000 for ``32万``, 12500 for ``1万2500``, 420000000 for ``4億2千万``."""
    total, section, digits = 0.0, 0.0, ""
    for char in text.replace(",", ""):
        if char == "千":
            section += float(digits or 1) * 1000
            digits = ""
        elif char in _SCALE_JA:
            total += (section + float(digits or 0) or 1.0) * _SCALE_JA[char]
            section, digits = 0.0, ""
        else:
            digits += char
    return total + section + float(digits or 0)


def _scaled(folded: str, match: re.Match[str], lang: str, lexicon: Lexicon) -> tuple[float, int]:
    """Return the value of a number with the ``thousand`` or ``млн`` that follows it, and where it ends."""
    text = match[0]
    if re.fullmatch(r"\d{1,3}(?:[ ,]\d{3})+", text):
        value = float(re.sub(r"[ ,]", "", text))
    else:
        value = float(text.replace(",", "."))
    follows = re.match(r"[ -]([a-zа-я]+)", folded[match.end() : match.end() + 20])
    scale = lexicon.value("scale", follows[1], lang) if follows else None
    if follows and scale:
        return value * scale, match.end() + follows.end()
    return value, match.end()


def _spelled(folded: str, lang: str, lexicon: Lexicon, free: _Free) -> list[tuple[int, int, str]]:
    """Return numbers written as words, from eleven on; ``twenty-five`` is one number."""
    found: list[tuple[int, int, str]] = []
    pending: tuple[re.Match[str], int] | None = None
    for match in re.finditer(r"[a-zа-я]+", folded):
        value = lexicon.value("number", match[0], lang)
        if pending is not None:
            before, tens = pending
            units = _UNITS.get(match[0], 0) if match.start() - before.end() == 1 else 0
            found.append((before.start(), match.end() if units else before.end(), f"number:{tens + units}"))
            pending = None
        if value is not None and free.take(match):
            pending = (match, value)
    if pending is not None:
        found.append((pending[0].start(), pending[0].end(), f"number:{pending[1]}"))
    return found


_UNITS = {
    word: value
    for words in (
        "one two three four five six seven eight nine",
        "один два три четыре пять шесть семь восемь девять",
    )
    for value, word in enumerate(words.split(), 1)
}


def _codes(folded: str) -> tuple[list[_Place], list[_Range]]:
    """Return type names with a number (F-15, Mi-8) as (position, term), and the stretches they take."""
    found = [(m.start(), m.end(), f"code:{_latin(m[1])}{m[2]}{_latin(m[3])}") for m in _CODE.finditer(folded)]
    return [(start, term) for start, _, term in found], [(start, end) for start, end, _ in found]


# ------------------------------------------------------------------------------------------------ names

_CAPITAL = re.compile(r"[A-ZА-ЯЁÀ-Þ][\w'’]*(?:-[\w'’]+)*")
_KATAKANA = re.compile(r"[ァ-ヴー・]{3,}")
_TITLED = re.compile(
    r"([一-龠々ヶ]{2,7}?)(?=(?:氏|さん|首相|外相|外務相|農相|防衛相|担当相|官房長官|大臣|知事|市長|町長|村長"
    r"|大使|総領事|報道官|議員|教授|次官|組合長|理事長|会長))"
)
_COURTESY = re.compile(r"(?:氏|さん|大統領|首相|外相|大使|知事|議員|次官|報道官|教授|島|市|村|港|湾)")
"""What follows a katakana word that is a name; other katakana words are mostly borrowed English."""
_OFFICE_BEFORE = re.compile(r"(?:北方|沖縄|駐日|駐ロシア|在京|臨時|特命|名誉|副|元|前)+$")


def _names_in(prepared: Prepared) -> frozenset[str]:
    """Return words capitalised inside a sentence somewhere: they are names at its beginning too."""
    if language(prepared.lang) == "ja":
        return frozenset()
    found: set[str] = set()
    for sentence in prepared.sentences:
        if sentence.part == "title" and _is_title_case(sentence.text):
            continue
        text = plain(sentence.text)
        for match in _CAPITAL.finditer(text):
            if _inside(text, match.start()):
                found.add(match[0].casefold())
    return frozenset(found)


def _is_title_case(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    return len(words) > 3 and sum(word[0].isupper() for word in words) > 0.7 * len(words)


def _inside(text: str, start: int) -> bool:
    """Return True when what stands before is a word, not the beginning of a sentence, a quote or a list."""
    before = text[:start].rstrip()
    return bool(before) and (before[-1].isalnum() or before[-1] in ",;)")


def _names(
    sentence: Sentence, lang: str, spans: Sequence[Span], names: frozenset[str]
) -> list[tuple[int, int, str]]:
    """Return names that no list knows as (start, end, term) in the folded sentence."""
    covered = [(span.start, span.end) for span in spans if not span.term.startswith("verb:")]
    if language(lang) == "ja":
        return _japanese_names(sentence.folded, covered)
    text = plain(sentence.text)
    if len(text) != len(sentence.folded) or (sentence.part == "title" and _is_title_case(sentence.text)):
        return []
    found = []
    # At the beginning of a sentence: "Orlov says …".
    verbs = {span.start for span in spans if span.term.startswith("verb:")}
    for match in _CAPITAL.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in covered):
            continue
        word = re.sub(r"'s?$", "", match[0])
        if word.casefold() in _ARTICLES:
            continue
        known = word.isupper() or match[0].casefold() in names or match.end() + 1 in verbs
        if not known and not _inside(text, match.start()):
            continue
        if len(word) > 1 and not _beside_person(match.start(), match.end(), spans):
            found.append((match.start(), match.end(), f"name:{skeleton(word)}"))
    return found


def _given_names(sentence: Sentence, lang: str, spans: Sequence[Span]) -> list[_Range]:
    """Return where given names of known people stand: no words of their own."""
    text = plain(sentence.text)
    if language(lang) == "ja" or len(text) != len(sentence.folded):
        return []
    return [m.span() for m in _CAPITAL.finditer(text) if _beside_person(m.start(), m.end(), spans)]


_ARTICLES = frozenset({"the", "a", "an"})


def _beside_person(start: int, end: int, spans: Sequence[Span]) -> bool:
    """Return True for the given name of a person the lexicon knows by surname."""
    return any(
        span.term.startswith("person:") and (span.start - end in {0, 1} or start - span.end in {0, 1})
        for span in spans
    )


def _japanese_names(folded: str, covered: Sequence[_Range]) -> list[tuple[int, int, str]]:
    found = []
    for match in _KATAKANA.finditer(folded):
        if not any(start < match.end() and match.start() < end for start, end in covered):
            kind = "name" if _COURTESY.match(folded, match.end()) or "・" in match[0] else "kata"
            found.append((match.start(), match.end(), f"{kind}:{skeleton(match[0])}"))
    for match in _TITLED.finditer(folded):
        name = _OFFICE_BEFORE.sub("", match[1])
        start = match.start()
        if len(name) >= 2 and not any(a < start + len(name) and start < b for a, b in covered):
            found.append((start, start + len(name), f"name:{name}"))
    return found


_CYRILLIC = dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufye", strict=True)) | {
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
}  # fmt: skip
_KANA = {
    **dict(zip("アイウエオ", "aiueo", strict=True)),
    **{k: "k" + v for k, v in zip("カキクケコ", "aiueo", strict=True)},
    **{k: "g" + v for k, v in zip("ガギグゲゴ", "aiueo", strict=True)},
    **{k: "s" + v for k, v in zip("サシスセソ", "aiueo", strict=True)},
    **{k: "z" + v for k, v in zip("ザジズゼゾ", "aiueo", strict=True)},
    **{k: "t" + v for k, v in zip("タチツテト", "aiueo", strict=True)},
    **{k: "d" + v for k, v in zip("ダヂヅデド", "aiueo", strict=True)},
    **{k: "n" + v for k, v in zip("ナニヌネノ", "aiueo", strict=True)},
    **{k: "h" + v for k, v in zip("ハヒフヘホ", "aiueo", strict=True)},
    **{k: "b" + v for k, v in zip("バビブベボ", "aiueo", strict=True)},
    **{k: "p" + v for k, v in zip("パピプペポ", "aiueo", strict=True)},
    **{k: "m" + v for k, v in zip("マミムメモ", "aiueo", strict=True)},
    **{k: "r" + v for k, v in zip("ラリルレロ", "aiueo", strict=True)},
    "ヤ": "ya",
    "ユ": "yu",
    "ヨ": "yo",
    "ワ": "wa",
    "ヲ": "o",
    "ン": "n",
    "ヴ": "v",
    "フ": "fu",
    "シ": "shi",
    "チ": "chi",
    "ツ": "tsu",
    "ジ": "ji",
    "ャ": "a",
    "ュ": "u",
    "ョ": "o",
    "ッ": "",
    "ー": "",
    "・": "",
    **dict(zip("ァィゥェォ", "aiueo", strict=True)),
}
_SOUNDS = (
    ("kh", "h"),
    ("zh", "z"),
    ("sh", "s"),
    ("shch", "s"),
    ("ch", "t"),
    ("tsu", "s"),
    ("ts", "s"),
    ("dz", "z"),
    ("ph", "b"),
    ("f", "b"),
    ("th", "t"),
    ("ck", "k"),
    ("c", "k"),
    ("q", "k"),
    ("x", "ks"),
    ("w", "b"),
    ("v", "b"),
    ("j", "z"),
    ("l", "r"),
    ("y", ""),
)
_ENDINGS = re.compile(r"(?:ого|ому|ыми|ими|ами|ями|ой|ый|ий|ая|ую|ым|им|ом|ем|ою|ах|ях|а|я|у|ю|е|ы|и|о|ь)$")


def _latin(text: str) -> str:
    return "".join(_CYRILLIC.get(char, char) for char in text)


def skeleton(name: str) -> str:
    """Return the key under which English, Russian and katakana spellings of a name meet.

    >>> skeleton("Vorobyova") == skeleton("Воробьёвой")
    True
    """
    text = name.casefold().replace("ё", "е").replace("'", "")
    if re.search("[а-я]", text):
        if len(text) > 4:
            text = _ENDINGS.sub("", text)
        text = _latin(text)
    elif re.search("[ァ-ヴ]", name):
        text = "".join(_KANA.get(char, "") for char in name)
    for old, new in _SOUNDS:
        text = text.replace(old, new)
    text = re.sub(r"[^a-z0-9]", "", text)
    first = text[:1] if text[:1] in _VOWELS else ""
    bare = first + re.sub(r"(.)\1+", r"\1", re.sub(f"[{_VOWELS}]", "", text))
    if len(bare) >= _MIN_SKELETON:
        return bare
    spoken = re.sub(f"([{_VOWELS}])[{_VOWELS}]+", r"\1", text)
    ended = spoken.rstrip(_VOWELS)
    return ended if len(ended) > 1 else spoken


# ------------------------------------------------------------------------------------------------ the rest

_SPACED = re.compile(r"[^\W\d_]{2,}")
_RUN = re.compile(r"[一-龠々]{2,}|[ァ-ヴー]{3,}|[a-z]{2,}")


def _uncovered(folded: str, lang: str, taken: Sequence[_Range]) -> tuple[str, ...]:
    """Return stems of the content words outside the taken stretches, each once."""
    rest = list(folded)
    for start, end in taken:
        rest[start:end] = "\n" * (end - start)
    text = "".join(rest)
    if language(lang) == "ja":
        return tuple(dict.fromkeys(_RUN.findall(text)))
    words = [word for word in _SPACED.findall(text) if len(word) > 2]
    return tuple(dict.fromkeys(stems(" ".join(words), language(lang)))) if words else ()
