"""Known positions said anew: by whom, as on which day, how often this year; read from store and seeds.

Reports of one occasion share a story, so an occasion counts once, on the day it was first reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.db.records import SaidRow, StoredArticle
from monitor.digest.material import Restated
from monitor.judge.rewrites import HEAD
from monitor.model import Relation, Seed
from monitor.service.context import Context

MEMORY = timedelta(days=3 * 365)
"""How far back the first time a position was taken is looked for, where no seed has it."""


@dataclass(frozen=True, slots=True)
class _Occasion:
    """One time a position was taken."""

    day: date
    at: datetime
    ref: str


def restated(context: Context, stored: StoredArticle, zone: str) -> Restated | None:
    """Return how often the position of a restatement was taken before; None for any other report."""
    article, verdict = stored.article, stored.verdict
    at = article.published.at or article.first_seen
    if verdict.relation is not Relation.RESTATEMENT or not verdict.positions or at is None:
        return None
    found = [_times(context, stored, position, at, ZoneInfo(zone)) for position in verdict.positions]
    # The first that is known from somewhere; people stand before offices.
    return next((one for one in found if one.ref or one.times_this_year > 1), found[0])


def _times(context: Context, stored: StoredArticle, position: str, at: datetime, zone: ZoneInfo) -> Restated:
    speaker, _, act = position.partition(" ")
    reported = context.store.taken(position, at - MEMORY, at)
    own = stored.story or stored.ref
    # A report printed after midnight tells of the same occasion, on New Year's Eve too.
    begun = min((row.at for row in reported if row.story == own), default=at)
    here = min(begun, at).astimezone(zone)
    occasions = _occasions(
        (row for row in reported if (row.story or f"article:{row.article_id}") != own), zone
    )
    seeds = [_of_seed(seed, speaker, act, zone) for seed in context.seeds]
    dated = [one for one in seeds if one is not None and one.day < here.date()]
    earlier = [one for one in occasions if one.day < here.date()]
    this_year = {one.day for one in (*earlier, *dated) if one.day.year == here.year}
    as_on = max(dated, key=lambda one: one.at, default=None) or min(
        earlier, key=lambda one: one.at, default=None
    )
    undated = next((f"seed:{seed.number}" for seed in context.seeds if _takes(seed, speaker, act)), "")
    return Restated(
        speaker=speaker,
        as_on=as_on.at if as_on else None,
        ref=as_on.ref if as_on else undated,
        times_this_year=len(this_year) + 1,
        last_on=max((one for one in (*earlier, *dated) if one.day in this_year), key=_at).at
        if this_year
        else None,
    )


def _at(one: _Occasion) -> datetime:
    return one.at


def _occasions(rows: Iterable[SaidRow], zone: ZoneInfo) -> list[_Occasion]:
    """Return the occasions that stored reports tell of, each on the day of its first report."""
    first: dict[str, _Occasion] = {}
    for row in rows:
        ref = f"article:{row.article_id}"
        first.setdefault(row.story or ref, _Occasion(row.at.astimezone(zone).date(), row.at, ref))
    return list(first.values())


def _takes(seed: Seed, speaker: str, act: str) -> bool:
    """Return True when a seed's title or lead has that speaker say that."""
    term = f"say:{speaker.partition(':')[2]}:{act}"
    return any(one == term and weight >= HEAD for one, weight in seed.traits.terms)


def _of_seed(seed: Seed, speaker: str, act: str, zone: ZoneInfo) -> _Occasion | None:
    """Return the occasion a seed tells of, where its day is known."""
    at = seed.event_from or seed.published.at
    if at is None or not _takes(seed, speaker, act):
        return None
    return _Occasion(at.astimezone(zone).date(), at, f"seed:{seed.number}")
