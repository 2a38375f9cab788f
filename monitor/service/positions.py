"""Known positions said anew: by whom, as on which day, how often this year; read from store and seeds.

Reports of one occasion share a story, so an occasion counts once, on the day it was first reported. Said
again within days it may share the story too: then the days that the reports themselves name tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.db.records import SaidRow, StoredArticle
from monitor.digest.material import Restated
from monitor.judge import local
from monitor.judge.rewrites import HEAD
from monitor.model import Relation, Seed
from monitor.service.context import Context

MEMORY = timedelta(days=3 * 365)
"""How far back the first time a position was taken is looked for, where no seed has it."""
REPORTED_WITHIN = timedelta(days=3)
"""A day named in the lead is the one a report tells of, if it lies so close: earlier ones are history."""


@dataclass(frozen=True, slots=True)
class _Occasion:
    """One time a position was taken."""

    day: date
    at: datetime
    ref: str
    story: str = ""


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
    occasions = _occasions(context, reported, zone)
    # The report's own occasion: one printed after midnight tells of the evening's, on New Year's Eve too.
    named = _named_day(context, stored, at, zone)
    days = [one.day for one in occasions if one.story == own]
    here = named or max((day for day in days if day <= at.astimezone(zone).date()), default=None)
    here = here or at.astimezone(zone).date()
    seeds = [_of_seed(seed, speaker, act, zone) for seed in context.seeds]
    dated = [one for one in seeds if one is not None and one.day < here]
    earlier = [one for one in occasions if one.day < here]
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


def _occasions(context: Context, rows: Sequence[SaidRow], zone: ZoneInfo) -> list[_Occasion]:
    """Return the occasions that stored reports tell of, each with its first report, the earliest first."""
    told: dict[str, list[SaidRow]] = {}
    for row in rows:
        told.setdefault(row.story or f"article:{row.article_id}", []).append(row)
    found = [one for story, some in told.items() for one in _of_story(context, story, some, zone)]
    return sorted(found, key=lambda one: (one.at, one.ref))


def _of_story(context: Context, story: str, rows: Sequence[SaidRow], zone: ZoneInfo) -> Iterable[_Occasion]:
    """Yield one occasion, or one for each day that reports printed later name as the day it was said on."""
    first = rows[0]
    begun = first.at.astimezone(zone).date()
    later = [row for row in rows[1:] if row.at.astimezone(zone).date() > begun]
    articles = context.store.articles([row.article_id for row in (first, *later)]) if later else {}
    if first.article_id in articles:
        begun = _named_day(context, articles[first.article_id], first.at, zone) or begun
    days = {begun: _Occasion(begun, first.at, f"article:{first.article_id}", story)}
    for row in later:
        stored = articles.get(row.article_id)
        day = _named_day(context, stored, row.at, zone) if stored is not None else None
        if day is not None and day > begun:
            days.setdefault(day, _Occasion(day, row.at, f"article:{row.article_id}", story))
    yield from days.values()


def _named_day(context: Context, stored: StoredArticle, at: datetime, zone: ZoneInfo) -> date | None:
    """Return the day that title or lead name as the report's own, the latest of several; else None."""
    named = [
        date.fromisoformat(term[5:])
        for term, weight in context.remembered.traits(stored.article, context.topic).terms
        if weight >= HEAD and term.startswith("date:") and not term.startswith("date:--")
    ]
    there = local.when(stored.article)
    printed = max(at.astimezone(zone).date(), there.date() if there is not None else date.min)
    return max((day for day in named if printed - REPORTED_WITHIN <= day <= printed), default=None)


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
