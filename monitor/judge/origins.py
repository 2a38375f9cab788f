"""Who really produced a text, as opposed to the outlets that print it; and who was first, where known.

    dateline   MOSCOW, April 12 (TASS) --   【モスクワ共同】   МОСКВА, 25 мая. /ТАСС/.  the agency's text
    signed     (Reuters)   © AFP   Источник: ТАСС   at the end                       the agency's text
    agency     the outlet is the agency, by its name or its publisher family
    relayed    "сообщает ТАСС", "according to Kyodo", 「タス通信によると」 in the lead: rests on the agency's
    outlet     nobody else is named

"He told TASS" says where a statement was made, not whose text this is: such a report is its outlet's own,
unless copies tell otherwise. Names and phrases are data: ``monitor/topic/agencies.toml``.

Reprints of one origin are counted once (`groups`): the same agency, the same publisher family, copies of one
text. Who was first (`earliest`) is said with what speaks for it: credits, what we saw ourselves, or good
clocks. A weak clock, minutes between two reports, or what we saw against what is claimed, leave it open.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources

from monitor.judge.lexicon import language
from monitor.model import Claim, Origin, Prepared
from monitor.text.normal import plain

HEAD_SENTENCES = 5
"""Sentences of the body in which a report says on whom it rests (as the lead in ``judge.traits``): later
attributions are history."""
DATELINE_CHARS = 110
"""Within so many characters a dateline ends (longest seen: three towns, a date and an author's name)."""
DATELINE_LINES = 3
"""A dateline may stand below a byline and a caption."""
ENDING_CHARS = 220
"""Within so many characters of its end a text is signed."""
NEAR_CHARS = 25
"""Within so many characters "earlier" speaks of the agency's report, beyond of what is reported."""
EVIDENCE_CHARS = 60
MINUTES = timedelta(minutes=15)
"""Two reports closer than this have no known order: a stamp may mean begun, finished or sent."""
TRUSTED = ("", "zone_replaced")
"""What weakens a claimed time, where it is as good as a right one (a zone the operator has corrected)."""


# ------------------------------------------------------------------------------------------------ the table


@dataclass(frozen=True, slots=True)
class Agency:
    """One news agency, or a newspaper or broadcaster whose reports others retell."""

    id: str
    name: str
    family: str
    media: bool = False
    """No agency: nobody prints its text under a dateline; what it prints may rest on an agency itself."""


@dataclass(frozen=True, slots=True)
class _Phrases:
    """How reports of one language speak of agencies."""

    source: re.Pattern[str]
    first: re.Pattern[str]
    relays: re.Pattern[str]
    before: re.Pattern[str]


@dataclass(frozen=True)
class Agencies:
    """The data file, ready to be searched for."""

    all: tuple[Agency, ...]
    forms: Mapping[str, Agency]
    """Every printed form → agency."""
    dateline: re.Pattern[str]
    ending: re.Pattern[str]
    running: re.Pattern[str]
    _phrases: Mapping[str, _Phrases]

    def phrases(self, lang: str) -> _Phrases:
        """Return the phrases of a language; other languages are read as their relative, else English."""
        return self._phrases[language(lang)]

    def of_outlet(self, outlet: str, family: str) -> Agency | None:
        """Return the agency an outlet is, by its name first and its publisher family second."""
        named = self.named(outlet)
        if named is not None:
            return None if named.media else named
        agencies = (one for one in self.all if not one.media)
        return next((one for one in agencies if family and one.family == family), None)

    def named(self, outlet: str) -> Agency | None:
        """Return who bears an outlet's name, agency or not."""
        match = self.running.match(_shown(outlet))
        return self.forms[match["name"]] if match is not None else None


@lru_cache(maxsize=2)
def load(text: str) -> Agencies:
    """Return the table of a data file's text; ``ValueError``, ``KeyError`` or ``re.error`` if malformed."""
    data = tomllib.loads(text)
    forms: dict[str, Agency] = {}
    running: list[str] = []
    for key, row in data["agency"].items():
        agency = Agency(key, row["name"], row["family"], media=row.get("media", False))
        names = [_shown(one) for one in row["names"].split(",")]
        running += names
        forms |= dict.fromkeys(
            [*names, *(_shown(one) for one in row.get("short", "").split(",") if one)], agency
        )
    wires = [form for form, one in forms.items() if not one.media]
    return Agencies(
        all=tuple(dict.fromkeys(forms.values())),
        forms=forms,
        dateline=re.compile(_filled(_DATELINE, wires)),
        ending=re.compile(_filled(_ENDING, wires)),
        running=re.compile(_named(running)),
        _phrases={lang: _read(rows, running) for lang, rows in data["phrases"].items()},
    )


@lru_cache(maxsize=1)
def shipped() -> Agencies:
    """Return the table that ships with the package; read once."""
    return load(resources.files("monitor.topic").joinpath("agencies.toml").read_text(encoding="utf-8"))


_LETTER = "A-Za-zА-Яа-яЁё"
_DATELINE = (
    # 【モスクワ共同】 【4月8日 AFP】 [東京 8日 ロイター]
    r"^[^【\[]{0,12}[【\[][^】\]]{0,28}?{name}(?:=[^】\]]{1,12})?[】\]]"
    # MOSCOW, April 12 (TASS) --   МОСКВА, 25 мая. /ТАСС/.   (共同)
    r"|^[^\n]{0,80}?[(/\[] ?{name}(?:[-/=, ][^)\]/]{1,24})? ?[)/\]] ?[-.:=]"
    r"|^[(/\[]{name}[)/\]](?!$)"
    # ТБИЛИСИ, 17 ноя - РИА Новости.
    r"|^[^a-zа-я\n.]{2,40}[^\n]{0,24}? - {name}(?:[.,:]|$)"
    # ТАСС, 17 мая.   TASS, April 12.   AFP - Today
    r"|^{name}(?:, (?:\d{1,2} [а-яa-z]{3}|[A-Z][a-z]{2,8}\.? \d)| ?[-:/] )"
    # Москва. 17 ноября. INTERFAX.RU -
    r"|^[A-ZА-Я][^\n.]{2,30}\. (?:\d{1,2} [а-яa-z]{3,9}|[A-Z][a-z]{2,8}\.? \d{1,2})\. {name} ?[-.:]"
    # TOKYO, Nov. 20, Kyodo -
    r"|^[A-Z][A-Za-z.'/ ]{2,40}, [A-Z][a-z]{2,8}\.? \d{1,2},? {name} ?-"
    # By a reporter, Reuters
    r"|^By [A-Z][^\n.]{3,50}?(?:, | of (?:the )?){name}\b"
)
_ENDING = (
    r"(?:^|[\s.。」\"])[(\[] ?(?:c\) ?)?{name}(?:[-=・/, ][^)\]]{0,24})?[)\]][.。]?$"
    r"|(?:©|\(c\)|\(C\)|[Cc]opyright) ?(?:\d{4}|\d{4}-\d{4})?,? ?(?:[Tt]he )?{name}(?!/)"
    r"|(?:^|[\s.。!?\"]) ?-{1,2} ?{name}[.]?$"
    r"|(?:Источник|Source|Agency|出典|提供|配信) ?[-:=] ?{name}"
    r"|^{name}(?:(?:, | and |/|-|=|・){name2})*[.]?$"
    r"|[Tt]he {name} Trust Principles"
    r"|(?:[Tt]his (?:article|story|report) (?:was|is)|Text) (?:originally )?"
    r"(?:provided|supplied|published|distributed) by (?:the )?{name}"
)
_PICTURE = re.compile(
    r"(?:photo|image|picture|getty|courtesy|фото|снимок|видео|写真|画像|撮影|イラスト)[^.。]{0,40}$",
    re.IGNORECASE,
)


def _shown(text: str) -> str:
    """Return a text in the form the patterns are written for."""
    return plain(text).replace("ё", "е").replace('""', '"')


def _filled(pattern: str, forms: Iterable[str]) -> str:
    """Return a pattern with all names in its places; its groups are numbered apart."""
    names = _names(forms)
    count = iter(range(pattern.count("{name}")))
    whole = re.sub(r"\{name\}", lambda _: f"(?P<name{next(count)}>{names})", pattern)
    return whole.replace("{name2}", f"(?:{names})")


def _names(forms: Iterable[str]) -> str:
    """Return an alternation of names, longer ones first, not inside other words of Latin or Cyrillic."""
    listed = "|".join(re.escape(one) for one in sorted(forms, key=lambda one: (-len(one), one)))
    return f"(?<![{_LETTER}])(?:{listed})(?![{_LETTER}])"


def _named(forms: Iterable[str]) -> str:
    return f"(?P<name>{_names(forms)})"


def _read(rows: Mapping[str, str | list[str]], forms: Sequence[str]) -> _Phrases:
    around = str(rows["agency"])

    def compiled(patterns: str | list[str]) -> re.Pattern[str]:
        listed = [patterns] if isinstance(patterns, str) else patterns
        # Names in their own case, the words around them in any.
        ready = [
            one.replace("{agency}", around)
            .replace("{q}", "[\"']")
            .replace("{name}", f"(?-i:(?P<name{number}>{_names(forms)}))")
            for number, one in enumerate(listed)
        ]
        return re.compile("|".join(ready), re.IGNORECASE)

    return _Phrases(*(compiled(rows[key]) for key in ("source", "first", "relays", "before")))


# ------------------------------------------------------------------------------------------------ one text


def of(prepared: Prepared, *, outlet: str, family: str = "") -> Origin:
    """Return who produced a text that an outlet of that publisher family printed, with the evidence."""
    table = shipped()
    own = table.of_outlet(outlet, family)
    found = _dateline(prepared, table) or _signed(prepared, table)
    if found is None and own is not None:
        return Origin(own.name, agency=own.id, family=own.family, how="agency")
    found = found or _relayed(prepared, table)
    itself = table.named(outlet)
    if found is not None and (itself is None or found.agency != itself.id):
        return found
    return Origin(outlet, family=family)


def _dateline(prepared: Prepared, table: Agencies) -> Origin | None:
    for text in (prepared.body, prepared.summary):
        lines = [line for line in text[: 10 * DATELINE_CHARS].splitlines() if line.strip()]
        for line in lines[:DATELINE_LINES]:
            match = table.dateline.match(_shown(line).lstrip('" ')[:DATELINE_CHARS])
            if match is not None and not _PICTURE.search(match[0][: _name_at(match)]):
                return _origin(match, table, "dateline")
    return None


def _signed(prepared: Prepared, table: Agencies) -> Origin | None:
    """Return the agency under the text: in its last lines, each on its own."""
    for text in (prepared.body, prepared.summary):
        lines = [_shown(line) for line in text[-ENDING_CHARS:].splitlines() if line.strip()]
        for line in reversed(lines[-3:]):
            for match in table.ending.finditer(line):
                if not _PICTURE.search(line[: match.start() + _name_at(match)]):
                    return _origin(match, table, "signed")
    return None


def _relayed(prepared: Prepared, table: Agencies) -> Origin | None:
    """Return the agency on whose report title or lead rest; of two, the one that the other names."""
    phrases = table.phrases(prepared.lang)
    found: Origin | None = None
    body = 0
    for sentence in prepared.sentences:
        if sentence.part == "body":
            body += 1
        if body > HEAD_SENTENCES:
            break
        text = _shown(sentence.text)
        told_to = [match.span() for match in phrases.source.finditer(text)]
        for pattern in (phrases.first, phrases.relays):
            for match in pattern.finditer(text):
                if any(start < match.end() and match.start() < end for start, end in told_to):
                    continue
                if phrases.before.search(text[max(0, match.start() - NEAR_CHARS) : match.end() + NEAR_CHARS]):
                    continue
                if pattern is phrases.first:
                    return _origin(match, table, "relayed")
                found = found or _origin(match, table, "relayed")
    return found


def _origin(match: re.Match[str], table: Agencies, how: str) -> Origin:
    agency = table.forms[_name_of(match)]
    return Origin(
        agency.name,
        agency=agency.id,
        family=agency.family,
        how=how,
        evidence=match[0].strip()[-EVIDENCE_CHARS:],
    )


def _name_of(match: re.Match[str]) -> str:
    return next(value for key, value in match.groupdict().items() if key.startswith("name") and value)


def _name_at(match: re.Match[str]) -> int:
    """Return where in the match the agency's name begins."""
    key = next(key for key, value in match.groupdict().items() if key.startswith("name") and value)
    return match.start(key) - match.start()


# ------------------------------------------------------------------------------------------------ many prints


@dataclass(frozen=True, slots=True)
class Print:
    """One report of a story, as far as its origin goes."""

    ref: str
    """``article:ID``."""
    outlet: str
    family: str = ""
    origin: str = ""
    """Family or name of the agency whose text it is, or on whose it rests; empty: its own."""
    copy_of: str | None = None
    """``seed:N`` or ``article:ID`` whose text it prints."""
    claimed: Claim | None = None
    first_seen: datetime | None = None
    produced: bool = False
    """True for the agency itself."""


def groups(prints: Sequence[Print]) -> tuple[tuple[int, ...], ...]:
    """Return the positions of the prints by origin, each group and all groups in order of position."""
    parent = list(range(len(prints)))

    def root(place: int) -> int:
        while parent[place] != place:
            place = parent[place]
        return place

    held: dict[str, int] = {one.ref: place for place, one in enumerate(prints) if one.ref}
    for place, one in enumerate(prints):
        for key in _keys(one):
            parent[root(place)] = root(held.setdefault(key, place))
    found: dict[int, list[int]] = {}
    for place in range(len(prints)):
        found.setdefault(root(place), []).append(place)
    return tuple(sorted(tuple(places) for places in found.values()))


def _keys(one: Print) -> Iterable[str]:
    """Yield the names under which a print's producer may be known elsewhere."""
    named = (one.origin,) if one.origin else (one.family, one.outlet)
    yield from (f"by:{name.casefold()}" for name in named if name)
    if one.copy_of:
        yield one.copy_of


@dataclass(frozen=True, slots=True)
class Earliest:
    """The earliest known publisher among some prints."""

    position: int
    """Of the print; the earliest by what is known, even where that is not certain."""
    doubt: str = ""
    """Empty where the order is known; else ``minutes`` (too close), ``alone`` (only its own clock says so:
    we saw another one before it), ``contradicted`` (we saw another one before it was out by its own clock),
    or what weakens a clock: ``Claim.weak``, ``unknown``."""
    by: str = ""
    """What speaks for it: ``credit`` (others name it), ``seen`` (we saw it before the others claim to have
    printed), ``clocks`` (good clocks, and we saw them in that order), ``claims`` (good clocks, and we found
    them at one look), or ``only`` one print."""
    clock: str = ""
    """What weakens its own clock; empty for a good one."""


def earliest(prints: Sequence[Print]) -> Earliest:
    """Return who published first, with what speaks for it; LookupError for no print at all.

    A claimed time alone is called that (``claims``), and the order in which we saw the reports may not speak
    against it.
    """
    order = sorted(_possible(prints), key=lambda place: (_time(prints[place]), prints[place].ref))
    if not order:
        raise LookupError("there is no print to be first")
    first = order[0]
    clock = _clock(prints[first])
    others = [one for one in order[1:] if not _same_publisher(prints[first], prints[one])]
    if not others:
        by = "only" if len(order) == len(prints) else "credit"
        return Earliest(first, by=by, clock=clock, doubt=clock if by == "only" else "")
    doubts = [_doubt(prints[first], prints[other]) for other in others]
    worst = next((doubt for doubt, _ in doubts if doubt), "")
    by = max((by for _, by in doubts), key=_SURE.index)
    return Earliest(first, doubt=worst, by="" if worst else by, clock=clock)


_SURE = ("", "seen", "clocks", "claims")
"""What speaks for an order, the surest first; the weakest link counts."""


def _possible(prints: Sequence[Print]) -> list[int]:
    """Return the prints that may be the first: who names an agency that is among them came after it."""
    producers = {one.origin.casefold() for one in prints if one.produced and one.origin}
    producers |= {one.family.casefold() for one in prints if one.family and not one.origin}
    return [
        place
        for place, one in enumerate(prints)
        if one.produced or not one.origin or one.origin.casefold() not in producers
    ]


def _same_publisher(one: Print, other: Print) -> bool:
    return one.outlet == other.outlet or bool(one.family and one.family == other.family)


def _doubt(first: Print, other: Print) -> tuple[str, str]:
    """Return (why the order of two prints is not known, what speaks for it)."""
    weak, theirs = _clock(first), _clock(other)
    later = _claim(other)
    if not theirs and first.first_seen and later and first.first_seen + MINUTES <= later:
        # It was out when we saw it, and the other one says itself that it came later: no clock needed.
        return "", "seen"
    mine = _claim(first)
    if weak or theirs or mine is None or later is None:
        return weak or theirs, ""
    if later - mine < MINUTES:
        return "minutes", ""
    if other.first_seen and other.first_seen < mine:
        return "contradicted", ""
    if not (first.first_seen and other.first_seen):
        return "", "claims"
    earlier = other.first_seen - first.first_seen
    if earlier <= -MINUTES:
        return "alone", ""
    return "", "clocks" if earlier >= MINUTES else "claims"


def _claim(one: Print) -> datetime | None:
    return one.claimed.at if one.claimed else None


def _clock(one: Print) -> str:
    """Return why a claimed time cannot tell who was first; empty where it can."""
    if one.claimed is None or one.claimed.at is None:
        return (one.claimed.weak if one.claimed else "") or "unknown"
    return "" if one.claimed.weak in TRUSTED else one.claimed.weak


def _time(one: Print) -> float:
    """Return the best time of a print: its claim if the clock is good, else when we saw it."""
    if one.claimed is not None and one.claimed.at is not None and one.claimed.weak in TRUSTED:
        return one.claimed.at.timestamp()
    at = one.first_seen or (one.claimed.at if one.claimed else None)
    return at.timestamp() if at is not None else float("inf")
