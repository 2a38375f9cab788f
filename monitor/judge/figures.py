# ruff: noqa: SIM905  word lists read better as text
"""Numbers and dates as printed, with their places: what the change guard compares.

    74 percent, 20,000, 20 тыс., 2万, twenty-five, двадцать пять, 二十五   ->  number, one value each
    8 April 2025, April 8, 24.10.2025, 8 апреля, 令和7年4月8日, on Friday   ->  date, the fields it names

Every number counts here, small and spelled-out ones too ("four islands"): a figure is only ever compared with
the one in the same place of another text. (`judge.anchors` reads the fewer ones that tell events apart.)
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

NUMBER, DATE = "number", "date"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number or date."""

    kind: str
    value: str
    """``74``, ``1.5``; dates as ``2025-04-08`` with ``?`` for fields not named, weekdays ``wd0`` (Monday)."""
    start: int
    end: int
    """Span in the text given."""


def find(text: str, lang: str) -> list[Figure]:
    """Return the figures of a folded text (lower case, NFKC) in reading order, none overlapping.

    Languages other than Japanese, Chinese and Russian are read as English.
    """
    kind = "ja" if lang in {"ja", "zh"} else "ru" if lang in {"ru", "uk", "be", "bg"} else "en"
    found: list[Figure] = []
    taken = bytearray(len(text))
    for figure in (*_clocks(text, kind), *_dates(text, kind), *_numbers(text, kind)):
        if not any(taken[figure.start : figure.end]):
            taken[figure.start : figure.end] = b"\1" * (figure.end - figure.start)
            found.append(figure)
    return sorted(found, key=lambda figure: figure.start)


def agree(one: str, other: str) -> bool:
    """Return True where two values do not contradict each other: ``2025-04-08`` and ``????-04-08`` agree."""
    if one == other:
        return True
    if one.startswith("t") or other.startswith("t"):
        return _clocks_agree(one, other)
    a, b = _fields(one), _fields(other)
    if a is None or b is None:
        return False
    return all(x == y or "?" in (x[0], y[0]) for x, y in zip(a, b, strict=True))


def _clocks_agree(one: str, other: str) -> bool:
    """Return True for 14:45 and 2:45 without "p.m.", and for a clock time beside its hour or minutes."""
    if not (one.startswith("t") and other.startswith("t")):
        clock, number = (one, other) if one.startswith("t") else (other, one)
        return number in {str(int(part)) for part in clock[1:].split(":")} | {clock[1:].replace(":", ".")}
    (hour, minute), (theirs, minutes) = (map(int, value[1:].split(":")) for value in (one, other))
    return minute == minutes and (hour - theirs) % 12 == 0 and min(hour, theirs) <= 12 != max(hour, theirs)


def _fields(value: str) -> tuple[str, str, str, str] | None:
    """Return year, month, day, weekday; a bare number only where it can be a year."""
    if value.startswith("wd"):
        return "?", "?", "?", value[2:]
    parts = value.split("-")
    if len(parts) == 3:
        return parts[0], parts[1], parts[2], "?"
    return (value, "?", "?", "?") if re.fullmatch(r"1[5-9]\d\d|20\d\d", value) else None


# ---------------------------------------------------------------------------------------------- clocks

_CLOCK = re.compile(
    r"(?<![\d:.,/-])(?P<h>[01]?\d|2[0-3])(?::(?P<m>[0-5]\d)|(?P<dot>\.[0-5]\d))?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?(?![\d:]|[.,]\d)"
)
_AT = re.compile(r"(?:\bat|\bby|\buntil|\bfrom|\bfor|\bв|\bдо|\bс|\bк|\bна) $")
_OF = re.compile(
    r" ?(?:%|per|pro|point|million|billion|bn|mn|тыс|млн|млрд|п(?:роц|ункт)|[a-zа-я]{3,} (?:per|a)\b)"
)
_RU_CLOCK = re.compile(r"(?<!\d)(?P<h>[01]?\d|2[0-3]) ?час(?:ов|а)? (?P<m>[0-5]?\d) ?мин")
_JA_CLOCK = re.compile(
    r"(?P<half>午前|午後)?(?P<h>[01]?\d|2[0-3]|[一二三四五六七八九十]{1,3})時(?!間)"
    r"(?:(?P<m>[0-5]?\d|[一二三四五六七八九十]{1,3})分|(?P<thirty>半))?"
    r"|(?<![\d:])(?P<h2>[01]?\d|2[0-3]):(?P<m2>[0-5]\d)(?![\d:])"
)


def _clocks(text: str, kind: str) -> Iterator[Figure]:
    """Yield times of day, as ``t14:45``: with a colon, "a.m." or hours; with a point only after "at"."""
    if kind == "ja":
        for match in _JA_CLOCK.finditer(text):
            hour = int(_kanji(match["h"] or match["h2"]))
            minute = 30 if match["thirty"] else int(_kanji(match["m"] or match["m2"] or "0"))
            hour += 12 if match["half"] == "午後" and hour < 12 else 0
            yield from _clock(match, hour, minute)
        return
    if kind == "ru":
        for match in _RU_CLOCK.finditer(text):
            yield from _clock(match, int(match["h"]), int(match["m"]))
    for match in _CLOCK.finditer(text):
        if (
            match["dot"]
            and not match["half"]
            and (
                not _AT.search(text[max(0, match.start() - 7) : match.start()])
                or _OF.match(text, match.end())
            )
        ):
            continue
        if not (match["m"] or match["dot"] or match["half"]):
            continue
        hour, minute = int(match["h"]), int(match["m"] or (match["dot"] or ".0")[1:])
        hour += 12 if match["half"] == "p" and hour < 12 else 0
        yield from _clock(match, 0 if match["half"] == "a" and hour == 12 else hour, minute)


def _clock(match: re.Match[str], hour: int, minute: int) -> Iterator[Figure]:
    if hour < 25 and minute < 60:
        yield Figure(NUMBER, f"t{hour}:{minute:02d}", match.start(), match.end())


# ------------------------------------------------------------------------------------------------ dates

_EN_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_EN_MONTH = (
    r"jan(?:uary|\b\.?)|feb(?:ruary|\b\.?)|mar(?:ch|\b\.?)|apr(?:il|\b\.?)|may|june?|july?|aug(?:ust|\b\.?)"
    r"|sept?(?:ember|\b\.?)|oct(?:ober|\b\.?)|nov(?:ember|\b\.?)|dec(?:ember|\b\.?)"
)
_RU_MONTHS = "янв фев мар апр ма июн июл авг сен окт ноя дек".split()
_RU_MONTH = (
    r"январ[ьяею]м?|феврал[ьяею]м?|март(?:а|у|ом|е)?|апрел[ьяею]м?|ма(?:й|я|ю|ем|е)|июн[ьяею]м?|июл[ьяею]м?"
    r"|август(?:а|у|ом|е)?|сентябр[ьяею]м?|октябр[ьяею]м?|ноябр[ьяею]м?|декабр[ьяею]м?"
)
_YEAR = r"1[5-9]\d\d|20\d\d"
_JA_DIGITS = r"[\d〇一二三四五六七八九十]{1,4}"
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911}

_NUMERIC = re.compile(
    r"(?<!\d)(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<a>\d{1,2})(?P<mark>[./])(?P<b>\d{1,2})[./](?P<y2>\d{4})(?!\d)"
)
_EN_DATE = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m1>{_EN_MONTH})\b(?:,? (?P<y1>{_YEAR})\b)?"
    rf"|\b(?P<m2>{_EN_MONTH}) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<y2>{_YEAR})\b)?"
    rf"|\b(?P<m3>{_EN_MONTH}),? (?:of )?(?P<y3>{_YEAR})\b"
    rf"|(?:(?<=\bin )|(?<=\bof )|(?<=\bsince )|(?<=\bby )|(?<=\bearly )|(?<=\blate )|(?<=\blast )"
    rf"|(?<=\bnext )|(?<=\buntil )|(?<=\ba )|(?<=\bthis ))(?P<m4>{_EN_MONTH})\b"
    rf"|\b(?P<m5>january|february|april|june|july|august|september|october|november|december)\b"
)
_RU_DATE = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:-?го)? (?P<m1>{_RU_MONTH})\b(?:,? (?P<y1>{_YEAR})\b)?"
    rf"|\b(?P<m3>{_RU_MONTH}) (?P<y3>{_YEAR})\b|\b(?P<m4>{_RU_MONTH})\b"
)
_JA_DATE = re.compile(
    rf"(?:(?P<era>令和|平成|昭和|大正)(?P<n>{_JA_DIGITS}|元)年|(?P<y>{_JA_DIGITS})年)"
    rf"(?:(?P<m>{_JA_DIGITS})月(?:(?P<d>{_JA_DIGITS})日)?)?"
    rf"|(?P<m2>{_JA_DIGITS})月(?:(?P<d2>{_JA_DIGITS})日)?|(?P<d3>{_JA_DIGITS})日(?![間本])"
)
_YEARS = re.compile(
    r"(?<![\d.,])(?P<c>1[5-9]|20)(?P<y>\d\d)(?:[-–—~〜/]|гг?\. ?[-–])(?P<z>\d\d)(?![\d-]|[.,]\d)"
)
"""2016-18: the second year lacks its century."""
_YEAR_ALONE = re.compile(rf"(?<![\d.,])(?P<y>{_YEAR})(?![\d]|[.,]\d)")
_WEEKDAYS = {
    "en": re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"),
    "ru": re.compile(
        r"\b(?:понедельник|вторник|сред[уаыеой]{1,2}\b|четверг|пятниц|суббот|воскресень)[а-я]{0,2}\b"
    ),
    "ja": re.compile(r"[月火水木金土日]曜"),
}
_WEEKDAY_BEGINS = {
    "en": "mon tue wed thu fri sat sun".split(),
    "ru": "пон вто сре чет пят суб вос".split(),
    "ja": list("月火水木金土日"),
}


def _date(
    match: re.Match[str], year: str | int | None, month: int | None, day: int | None
) -> Iterator[Figure]:
    """Yield a date unless a field is impossible."""
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return
    shown_month = "?" if month is None else f"{month:02d}"
    shown_day = "?" if day is None else f"{day:02d}"
    yield Figure(DATE, f"{year or '?'}-{shown_month}-{shown_day}", match.start(), match.end())


def _dates(text: str, kind: str) -> Iterator[Figure]:
    for match in _NUMERIC.finditer(text):
        yield from _numeric(match, kind)
    for match in _YEARS.finditer(text):
        if match["z"] > match["y"]:
            yield Figure(DATE, f"{match['c']}{match['y']}-?-?", match.start(), match.start("z") - 1)
            yield Figure(DATE, f"{match['c']}{match['z']}-?-?", match.start("z"), match.end())
    if kind == "ja":
        for match in _JA_DATE.finditer(text):
            yield from _japanese(match)
    else:
        pattern, months = (_RU_DATE, _RU_MONTHS) if kind == "ru" else (_EN_DATE, _EN_MONTHS)
        for match in pattern.finditer(text):
            yield from _spaced(match, months)
        for match in _YEAR_ALONE.finditer(text):
            yield from _date(match, match["y"], None, None)
    for match in _WEEKDAYS[kind].finditer(text):
        begins = _WEEKDAY_BEGINS[kind]
        value = next((i for i, begin in enumerate(begins) if match[0].startswith(begin)), None)
        if value is not None:
            yield Figure(DATE, f"wd{value}", match.start(), match.end())


def _numeric(match: re.Match[str], kind: str) -> Iterator[Figure]:
    if match["y1"]:
        yield from _date(match, match["y1"], int(match["m1"]), int(match["d1"]))
        return
    first, second = int(match["a"]), int(match["b"])
    # American order only in English with a slash, unless the first field cannot be a month.
    if kind == "en" and match["mark"] == "/" and first <= 12:
        first, second = second, first
    yield from _date(match, match["y2"], second, first)


def _spaced(match: re.Match[str], months: list[str]) -> Iterator[Figure]:
    fields = {name[0]: value for name, value in match.groupdict().items() if value}
    name = fields["m"]
    month = next((i + 1 for i, begin in enumerate(months) if name.startswith(begin)), None)
    if name.startswith("мар"):
        month = 3
    yield from _date(match, fields.get("y"), month, int(fields["d"]) if "d" in fields else None)


def _japanese(match: re.Match[str]) -> Iterator[Figure]:
    year: int | None = None
    if match["era"]:
        year = _ERAS[match["era"]] + (1 if match["n"] == "元" else int(_kanji(match["n"])))
    elif match["y"]:
        year = int(_kanji(match["y"]))
        if not 1500 <= year < 2100:
            return
    month, day = match["m"] or match["m2"], match["d"] or match["d2"] or match["d3"]
    yield from _date(match, year, int(_kanji(month)) if month else None, int(_kanji(day)) if day else None)


# ---------------------------------------------------------------------------------------------- numbers

_DIGITS = r"\d{1,3}(?:[ ,]\d{3})+(?!\d)(?:[.]\d+)?|\d+(?:[.,]\d+)?"
_EN_SCALE = {"hundred": 100, "thousand": 10**3, "million": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9,
             "trillion": 10**12}  # fmt: skip
_EN_NUMBER = re.compile(rf"(?P<n>{_DIGITS})(?:(?:st|nd|rd|th)\b)?(?:[ -]?(?P<s>{'|'.join(_EN_SCALE)})s?\b)?")
_RU_SCALE = {"тыс": 10**3, "млн": 10**6, "миллион": 10**6, "млрд": 10**9, "миллиард": 10**9, "трлн": 10**12}
_RU_NUMBER = re.compile(rf"(?P<n>{_DIGITS})(?:[ -]?(?P<s>тыс|млн|миллион|млрд|миллиард|трлн)[а-я]*)?")
_JA_NUMBER = re.compile(
    r"[\d一二三四五六七八九十百千〇](?:[\d,.一二三四五六七八九十百千万億兆〇]*[\d一二三四五六七八九十百千万億兆〇])?"
)

_EN_WORDS = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_EN_WORDS |= dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)
)
_EN_WORDS |= dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        range(1, 13),
        strict=True,
    )
)
_EN_WORDS |= {"dozen": 12, "twice": 2, "thrice": 3}
_EN_SPELLED = re.compile(
    rf"\b(?:{'|'.join((*_EN_WORDS, *_EN_SCALE))})"
    rf"(?:[ -](?:and )?(?:{'|'.join((*_EN_WORDS, *_EN_SCALE))}))*\b"
)
_RU_FORMS = {
    0: "ноль нуля",
    1: "один одна одно одного одной одному одним одном одну "
    "первый первая первое первого первой первому первую",
    2: "два две двух двум двумя второй вторая второе второго второму вторую вторым "
    "двое двоих оба обе обоих обеих",
    3: "три трех трем тремя третий третья третье третьего третьей третьему третью трое троих",
    4: "четыре четырех четырем четырьмя четвертый четвертая четвертого четвертой четверо четверых",
    5: "пять пяти пятью пятый пятая пятого пятой пятеро",
    6: "шесть шести шестью шестой шестая шестого",
    7: "семь семи семью седьмой седьмая седьмого",
    8: "восемь восьми восемью восьмой восьмая восьмого",
    9: "девять девяти девятью девятый девятая девятого",
    10: "десять десяти десятью десятый десятая десятого",
    **{
        11 + i: f"{stem}ь {stem}и {stem}ью {stem}ый {stem}ого {stem}ая {stem}ой"
        for i, stem in enumerate(
            "одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат "
            "девятнадцат двадцат".split()
        )
    },
    30: "тридцать тридцати тридцатый",
    40: "сорок сорока",
    50: "пятьдесят пятидесяти",
    60: "шестьдесят шестидесяти",
    70: "семьдесят семидесяти",
    80: "восемьдесят восьмидесяти",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    500: "пятьсот пятисот",
    1000: "тысяча тысячи тысяч тысячу тысячам тысячами",
    10**6: "миллион миллиона миллионов миллионам",
    10**9: "миллиард миллиарда миллиардов",
}
_RU_STEMS = {
    1: "перв", 2: "втор", 4: "четверт", 5: "пят", 6: "шест", 7: "седьм", 8: "восьм", 9: "девят", 10: "десят",
    20: "двадцат", 30: "тридцат", 40: "сороков", 50: "пятидесят", 60: "шестидесят", 70: "семидесят",
    80: "восьмидесят", 90: "девяност", 100: "сот",
    11: "одиннадцат", 12: "двенадцат", 13: "тринадцат", 14: "четырнадцат", 15: "пятнадцат", 16: "шестнадцат",
    17: "семнадцат", 18: "восемнадцат", 19: "девятнадцат",
}  # fmt: skip
_RU_ORDINAL = "ый ой ая ое ого ому ым ом ую ые ых ым ыми".split()
for _value, _stem in _RU_STEMS.items():
    _RU_FORMS[_value] = " ".join((_RU_FORMS.get(_value, ""), *(_stem + ending for ending in _RU_ORDINAL)))
_RU_FORMS[3] += " третьем третьим третью третьи третьих третьими"
_RU_FORMS |= {
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
}
_RU_WORDS = {form: value for value, forms in _RU_FORMS.items() for form in forms.split()}
_RU_SPELLED = re.compile(rf"\b(?:{'|'.join(sorted(_RU_WORDS, key=len, reverse=True))})"
                         rf"(?: (?:{'|'.join(sorted(_RU_WORDS, key=len, reverse=True))}))*\b")  # fmt: skip
_JA_VALUES = dict(zip("〇一二三四五六七八九", range(10), strict=True))
_JA_SMALL = {"十": 10, "百": 100, "千": 1000}
_JA_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}


def _numbers(text: str, kind: str) -> Iterator[Figure]:
    if kind == "ja":
        for match in _JA_NUMBER.finditer(text):
            yield Figure(NUMBER, _kanji(match[0]), match.start(), match.end())
        return
    pattern, scales = (_RU_NUMBER, _RU_SCALE) if kind == "ru" else (_EN_NUMBER, _EN_SCALE)
    for match in pattern.finditer(text):
        value = _decimal(match["n"], kind) * (scales[match["s"]] if match["s"] else 1)
        yield Figure(NUMBER, _shown(value), match.start(), match.end())
    spelled, words = (_RU_SPELLED, _RU_WORDS) if kind == "ru" else (_EN_SPELLED, _EN_WORDS | _EN_SCALE)
    for match in spelled.finditer(text):
        value = _spelled([words[word] for word in re.findall(r"[a-zа-я]+", match[0]) if word in words])
        yield Figure(NUMBER, _shown(value), match.start(), match.end())


def _decimal(digits: str, kind: str) -> float:
    """Return the value of ``20,000``, ``20 000``, ``1.5``, and in Russian ``1,5``."""
    if re.fullmatch(r"\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?", digits) and not (
        kind == "ru" and digits.count(",") == 1
    ):
        return float(re.sub(r"[ ,]", "", digits))
    if kind != "en" and re.fullmatch(r"\d{1,3}\.\d{3}", digits):
        return float(digits.replace(".", ""))
    return float(digits.replace(" ", "").replace(",", "."))


def _spelled(values: list[int]) -> float:
    """Return 250000 for two, hundred, fifty, thousand."""
    total, current = 0, 0
    for value in values:
        if value >= 1000:
            total, current = total + (current or 1) * value, 0
        elif value == 100 and 0 < current < 10:
            current *= 100
        else:
            current += value
    return float(total + current)


def _kanji(digits: str) -> str:
    """Return the value of 二十五, 2万5千, 1億2000万, 二〇二五, 3,400 in Arabic digits."""
    if all(char in _JA_VALUES for char in digits) and len(digits) > 1:
        return "".join(str(_JA_VALUES[char]) for char in digits).lstrip("0") or "0"
    total, section, run = 0.0, 0.0, ""
    for char in digits:
        if char in _JA_LARGE:
            section += float(run) if run else 0.0
            total, section, run = total + (section or 1.0) * _JA_LARGE[char], 0.0, ""
        elif char in _JA_SMALL:
            section, run = section + (float(run) if run else 1.0) * _JA_SMALL[char], ""
        elif char in _JA_VALUES:
            run += str(_JA_VALUES[char])
        elif char.isdigit() or (char == "." and "." not in run):
            run += char
    return _shown(total + section + (float(run) if run.strip(".") else 0.0))


def _shown(value: float) -> str:
    if not math.isfinite(value):
        return "too large"
    return f"{value:.0f}" if value == int(value) else f"{value:g}"
