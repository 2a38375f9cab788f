"""What a weekly digest adds: thirty days of articles by side, and the ledger of who said what. Pure.

The picture counts reports, copies included: it shows how loud each side was, not how much was new. The ledger
holds words in quotation marks with a name, each once, however many outlets printed them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from monitor.digest.material import Material, Said, Speaker, Voice
from monitor.digest.parts import Picture, Printed, Saying, Side
from monitor.digest.safe import clean, language, link

DAYS = 30
OTHER = ""
"""The side of everybody who is no party: outlets of third countries, and those whose country is not known."""
RANK = {Voice.GOVERNMENT: 0, Voice.OFFICIAL: 1, Voice.OUTLET: 2, Voice.COMMENT: 3}
OLD_AFTER = timedelta(hours=36)
"""Reported that long before the period began, words are not of this week; as ``facts.OLD_AFTER``."""
_LEAST_WORDS = 3
"""Shorter quotations are names and terms; a Japanese one counts two letters as a word."""


def picture(material: Material, zone: str) -> Picture | None:
    """Return the last thirty whole local days; None for a digest that is not weekly."""
    if not material.weekly:
        return None
    here = ZoneInfo(zone)
    end = material.period.end.astimezone(here).date()
    first = end - timedelta(days=DAYS)
    sides = (*material.parties, OTHER)
    counts = {side: [0] * DAYS for side in sides}
    for one in material.month:
        day = (one.at.astimezone(here).date() - first).days
        if 0 <= day < DAYS:
            counts[one.country if one.country in material.parties else OTHER][day] += 1
    begun = material.watched_since.astimezone(here).date() if material.watched_since else None
    return Picture(
        first=first,
        sides=tuple(Side(clean(side), tuple(counts[side])) for side in sides),
        watched_from=begun if begun is not None and begun > first else None,
    )


def ledger(material: Material) -> tuple[Saying, ...]:
    """Return what was said with a name, officials first, then by side and name, the earliest first."""
    if not material.weekly:
        return ()
    groups: list[list[Said]] = []
    for one in sorted(material.said, key=lambda said: -len(said.words)):
        if not _name(one.speaker, material.speakers) or _words(one) < _LEAST_WORDS:
            continue
        if one.at < material.period.start - OLD_AFTER:
            continue  # said long ago, and only found now
        same = next((group for group in groups if _says_same(group[0], one)), None)
        if same is None:
            groups.append([one])
        else:
            same.append(one)
    order = {country: place for place, country in enumerate(material.parties)}
    sayings = [_saying(group, material.speakers, material.recipient.language) for group in groups]
    return tuple(
        sorted(
            sayings,
            key=lambda one: (
                RANK[one.voice],
                order.get(one.country, len(order)),
                one.speaker,
                one.at,
                one.said.text,
            ),
        )
    )


def _says_same(kept: Said, one: Said) -> bool:
    """Return True when the words stand in the longer ones of the same speaker."""
    return kept.speaker == one.speaker and kept.lang == one.lang and _flat(one.words) in _flat(kept.words)


def _flat(words: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", words).casefold() if c.isalnum())


def _words(one: Said) -> float:
    return len(_flat(one.words)) / 2 if one.lang == "ja" else len(one.words.split())


def _saying(group: Sequence[Said], speakers: Mapping[str, Speaker], lang: str) -> Saying:
    longest = group[0]
    first = min(group, key=lambda one: (one.at, one.outlet))
    speaker = speakers.get(longest.speaker)
    return Saying(
        speaker=_name(longest.speaker, speakers),
        country=clean(speaker.country) if speaker else "",
        voice=speaker.voice if speaker else Voice.OUTLET,
        said=Printed(clean(longest.words, 600), language(longest.lang), clean(first.outlet)),
        addressee=addressee(next((one.addressee for one in group if one.addressee), ""), lang),
        at=first.at,
        outlets=len({one.outlet.casefold() for one in group}),
        link=link(first.url),
    )


def addressee(name: str, lang: str) -> str:
    """Return to whom it was said, for a reader of that language: ``reporters`` is English and says little."""
    return "" if lang != "en" and name.isascii() and name.islower() else clean(name, 80)


def _name(key: str, speakers: Mapping[str, Speaker]) -> str:
    """Return who speaks; nothing for a concept that has no name a reader would know."""
    speaker = speakers.get(key)
    if speaker is not None:
        return clean(", ".join(part for part in (speaker.name, speaker.role) if part))
    return "" if re.fullmatch(r"[a-z]+[:_][\w:]+", key) else clean(key, 80)
