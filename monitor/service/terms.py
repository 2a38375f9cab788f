"""Terms of judgement in words: ``say:rudenko:no-contact`` -> ``Rudenko says there are no contacts``.

Verdicts keep the terms, which are the same in every language and release; only what is printed is reworded.
"""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from monitor import shipped
from monitor.service import names

_KINDS = (
    "person|office|body|island|place|doc|thread|say|act|gloss|name|code|number|year|date|month"
    "|seed|story|article"
)
_TERM = re.compile(rf"\b(?:{_KINDS}):[^\s,;()“”\"]*[^\s,;.:()“”\"]")


@lru_cache(maxsize=1)
def _acts() -> Mapping[str, str]:
    """Return what each speech act of the shipped topic says, as its note tells it."""
    data = tomllib.loads(shipped.read_text("acts.toml"))
    return {name: row["note"] for name, row in data.get("act", {}).items() if row.get("note")}


@lru_cache(maxsize=1)
def _labels() -> Mapping[str, str]:
    return names.labels("en")


def reworded(reason: str) -> str:
    """Return a reason with every term in words, each said once; other text stays as it is."""
    told = _TERM.sub(lambda found: words(found.group()), reason)
    told = _MATTER.sub(lambda found: ", ".join(map(_matter, found[0].split(", "))), told)
    head, mark, list_ = told.partition("shared ")
    if not mark:
        return told
    items, end, rest = list_.partition(";")
    return f"{head}{mark}{', '.join(dict.fromkeys(items.split(', ')))}{end}{rest}"


_MATTER = re.compile(r"(?<=new matter: )[\w-]+(?:, [\w-]+)*")


def _matter(name: str) -> str:
    """Return a concept or speech act that a reason names without its kind."""
    return act(name) if name in _acts() else name.replace("_", " ")


def words(term: str) -> str:
    """Return one term in words; what no table knows is spelled out from the term itself."""
    kind, _, rest = term.partition(":")
    if term in _labels():
        return _labels()[term]
    if kind == "say":
        return _say(rest)
    if kind == "act":
        return f"somebody {act(rest)}"
    if kind == "date":
        return _date(rest)
    if kind in {"seed", "story", "article"}:
        return f"{kind} {rest}"
    if kind == "name":
        return f"a name (letters {rest})"
    if kind == "number" and rest.isdecimal():
        return f"{int(rest):,}"
    if kind == "code":
        return rest.upper()
    plain = rest.replace("_", " ").replace("-", " ")
    return plain if kind in {"gloss", "number", "year", "office"} else plain.title()


def _say(rest: str) -> str:
    speaker, _, said = rest.partition(":")
    key = next((f"{kind}:{speaker}" for kind in ("person", "office") if f"{kind}:{speaker}" in _labels()), "")
    who = _labels()[key] if key else speaker.replace("_", " ")
    return f"{who} {act(said)}"


def act(name: str) -> str:
    """Return what a speech act says (``no-contact`` -> ``says there are no contacts``)."""
    return _acts().get(name, name.replace("-", " "))


def _date(rest: str) -> str:
    """Return ``8 April 2025``, or ``8 April`` where the year was not said."""
    if rest.startswith("--"):
        month, _, day = rest[2:].partition("-")
        return f"{int(day)} {calendar.month_name[int(month)]}"
    try:
        day_said = date.fromisoformat(rest)
    except ValueError:
        return rest
    return f"{day_said.day} {calendar.month_name[day_said.month]} {day_said.year}"
