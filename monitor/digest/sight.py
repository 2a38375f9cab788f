"""Could we look? What was seen of each source in a period, and the stretches in which nobody could see.

Two halves: ``report`` turns the log of one source's polls into a ``SourceReport`` for the conductor, and
``sight`` turns all reports into what a digest says about its own blindness. A stretch is *covered* when a
poll succeeded in it, or when a later document reached back past it; only uncovered hours forbid the words
"nothing new".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from monitor.digest.material import SourceReport, Span
from monitor.model import FetchKind, Health, Source, SourceState

PATIENCE = 2.5
"""Poll intervals without a successful look after which a stretch counts as a gap: one failure may happen."""
LEAST_PATIENCE = timedelta(minutes=90)
"""A poll every 15 minutes that misses four is no blindness a reader would care about."""
SHARED_BY = 0.5
"""Share of the sources that must be out at once for a gap to be the service's own, told once for all."""
SUCCESS = frozenset({FetchKind.OK, FetchKind.NOT_MODIFIED, FetchKind.TRUNCATED, FetchKind.TOO_LARGE})
"""Outcomes after which entries were read; salvaged ones count, the feed's top is its news."""
_UNREACHED = frozenset({FetchKind.DNS, FetchKind.CONNECT, FetchKind.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Look:
    """One poll as the log keeps it."""

    at: datetime
    kind: FetchKind
    oldest_entry: datetime | None = None
    """Oldest claimed time in the document; None where it had none or was not read again."""


class Cause(StrEnum):
    """Why a stretch was blind, as far as the failures tell."""

    OWN_NETWORK = "own_network"
    """No name resolved on any host."""
    NO_HOST = "no_host"
    """No host could be reached, in one way or another."""
    DOWN = "down"
    """Nobody tried."""
    OUTLETS = "outlets"
    """The outlets' own failures, told one by one."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What one source may have shown in a stretch and shows no more."""

    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Blind:
    """One stretch in which we could not look, told once."""

    span: Span
    names: tuple[str, ...]
    """Sources that were out in it, in the order of the configuration."""
    of: int
    """Sources that can be read at all."""
    cause: Cause
    failed_as: tuple[FetchKind, ...]
    recovered: int
    """Sources that are back and reach back past the stretch's start: nothing of them is lost."""
    lost: tuple[Lost, ...]
    open: bool
    """Still blind when the digest was made."""
    grave: bool
    """Half of the sources were out, or one that is marked as essential."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a digest says about what it could see."""

    total: int
    """Sources programs may read."""
    looked: tuple[SourceReport, ...]
    """In sight at the period's end."""
    newly: tuple[SourceReport, ...]
    standing: tuple[SourceReport, ...]
    quiet: tuple[SourceReport, ...]
    """In sight, but with nothing newer than 30 days."""
    unreadable: tuple[SourceReport, ...]
    gaps: tuple[SourceReport, ...]
    """In sight again, after a gap that no ``Blind`` tells."""
    blind: tuple[Blind, ...]
    covered: bool
    """Every hour of every essential source was covered: "nothing new" may be said."""
    until_first: datetime | None
    until_last: datetime | None
    """Between these two the sources in sight were last looked at."""


# ------------------------------------------------------------------------------------ from the log of polls


def report(
    source: Source,
    state: SourceState,
    looks: Iterable[Look],
    *,
    period: Span,
    unreadable: bool = False,
) -> SourceReport:
    """Return what was seen of the source in the period.

    ``looks`` are its polls in the period, in any order; the last ones before it may be among them and make
    the answer better. A source that was first tried inside the period is judged from that moment on.
    """
    tried = sorted((look for look in looks if look.at <= period.end), key=lambda look: look.at)
    seen = [look for look in tried if look.kind in SUCCESS]
    patience = max(LEAST_PATIENCE, timedelta(minutes=source.poll_minutes) * PATIENCE)
    known_before = _last_before(period.start, seen, state)
    last = seen[-1].at if seen else known_before
    begin = _begin(period, tried, known_before)
    gaps, lost = _gaps(source, seen, Span(begin, period.end), known_before, patience)
    blind = bool(gaps) and gaps[-1].end >= period.end
    emptied = state.health is Health.EMPTIED and not blind
    newly_emptied = emptied and (state.failing_since is None or state.failing_since >= period.start)
    return SourceReport(
        source=source,
        state=state,
        looked_until=last,
        gaps=gaps,
        lost=lost,
        newly_blind=not unreadable
        and (newly_emptied or (blind and not _was_blind(period.start, tried, known_before, patience))),
        unreadable=unreadable,
        failed_as=_failures(tried, gaps),
    )


def _last_before(start: datetime, seen: Sequence[Look], state: SourceState) -> datetime | None:
    """Return the last successful look at or before the start, from the log, else from the state."""
    before = [look.at for look in seen if look.at <= start]
    if state.last_success is not None and state.last_success <= start:
        before.append(state.last_success)
    return max(before, default=None)


def _begin(period: Span, tried: Sequence[Look], known_before: datetime | None) -> datetime:
    """Return from when on the source can be expected to be seen."""
    if known_before is not None or not tried or tried[0].at <= period.start:
        return period.start
    return tried[0].at if tried[0].at < period.end else period.start


def _gaps(
    source: Source, seen: Sequence[Look], part: Span, known_before: datetime | None, patience: timedelta
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return the stretches without a look, and what of them no later look reaches back to.

    A gap that began before the period is told from its own start, unless the last digest told that part.
    """
    gaps: list[Span] = []
    lost: list[Span] = []
    since = part.start if known_before is None else known_before
    for look in seen:
        if look.at - since > patience and look.at > part.start:
            gap = Span(since if part.start - since <= patience else part.start, look.at)
            gaps.append(gap)
            lost += _not_reached(source, look, since, gap)
        since = max(since, look.at)
    if part.end - since > patience or (known_before is None and not seen):
        open_gap = Span(since if part.start - since <= patience else part.start, part.end)
        gaps.append(open_gap)
        lost.append(open_gap)
    return tuple(gaps), tuple(lost)


def _not_reached(source: Source, look: Look, since: datetime, gap: Span) -> list[Span]:
    """Return the part of the gap that the document seen at its end does not reach back to."""
    if look.kind is FetchKind.NOT_MODIFIED:
        return []  # the same document as before the gap: nothing came in it
    reach = look.oldest_entry
    if reach is None and source.window_hours is not None:
        reach = look.at - timedelta(hours=source.window_hours)
    if reach is None:
        return [gap]
    return [] if reach <= since else [Span(gap.start, min(max(reach, gap.start), gap.end))]


def _was_blind(
    start: datetime, tried: Sequence[Look], known_before: datetime | None, patience: timedelta
) -> bool:
    """Return True when the last digest must already have named this source as out of sight."""
    if known_before is not None:
        return start - known_before > patience
    return bool(tried) and tried[0].at < start


def _failures(tried: Sequence[Look], gaps: Sequence[Span]) -> tuple[FetchKind, ...]:
    kinds = (
        look.kind
        for look in tried
        if look.kind not in SUCCESS and any(gap.start <= look.at <= gap.end for gap in gaps)
    )
    return tuple(dict.fromkeys(kinds))


# ------------------------------------------------------------------------------------ what the digest says


def sight(reports: Sequence[SourceReport], period: Span) -> Sight:
    """Return what can be said about all sources together."""
    readable = [_with_emptied(one, period) for one in reports if not one.unreadable]
    out = [one for one in readable if is_out(one, period)]
    seen = [one for one in readable if one not in out]
    essential = _essential(readable, out)
    blackouts = _blackouts(readable, out, period)
    single = _uncovered(essential, blackouts)
    blind = tuple(_tell(span, names, readable, period) for span, names in blackouts) + tuple(
        _tell(span, names, readable, period, shared=False) for span, names in single
    )
    hidden = {name for one in blind for name in one.names}
    times = [one.looked_until for one in seen if one.looked_until is not None]
    return Sight(
        total=len(readable),
        looked=tuple(seen),
        newly=tuple(one for one in out if one.newly_blind),
        standing=tuple(one for one in out if not one.newly_blind),
        quiet=tuple(one for one in seen if one.state.health is Health.FROZEN),
        unreadable=tuple(one for one in reports if one.unreadable),
        gaps=tuple(one for one in seen if one.gaps and one.source.name not in hidden),
        blind=blind,
        covered=bool(readable) and not any(one.lost for one in essential) and not _cost(blackouts, readable),
        until_first=min(times, default=None),
        until_last=max(times, default=None),
    )


def _with_emptied(one: SourceReport, period: Span) -> SourceReport:
    """Return the report with the whole period lost where the source answers, but with nothing in it."""
    if one.state.health is not Health.EMPTIED or any(gap[1] >= period.end for gap in one.gaps):
        return one
    return replace(one, gaps=(*one.gaps, period), lost=(*one.lost, period), failed_as=(FetchKind.EMPTY,))


def is_out(one: SourceReport, period: Span) -> bool:
    """Return True for a source that is out of sight at the period's end."""
    return one.looked_until is None or one.newly_blind or any(gap[1] >= period.end for gap in one.gaps)


def _essential(readable: Sequence[SourceReport], out: Sequence[SourceReport]) -> list[SourceReport]:
    """Return the sources whose every hour counts: the marked ones, else all that worked before."""
    marked = [one for one in readable if one.source.essential]
    return marked or _fresh(readable, out)


def _fresh(readable: Sequence[SourceReport], out: Sequence[SourceReport]) -> list[SourceReport]:
    """Return the sources that are not blind as before; all of them where no other is left."""
    return [one for one in readable if one.newly_blind or one not in out] or list(readable)


def _blackouts(
    readable: Sequence[SourceReport], out: Sequence[SourceReport], period: Span
) -> list[tuple[Span, tuple[str, ...]]]:
    """Return the stretches in which at least half of the sources that worked before were out at once.

    The hull of what they missed is told, since polls of different sources end at different minutes.
    """
    fresh = _fresh(readable, out)
    least = max(2, -(-len(fresh) * SHARED_BY // 1)) if len(fresh) > 1 else 1
    edges = sorted({time for one in fresh for gap in one.gaps for time in gap})
    dark = [
        Span(start, end)
        for start, end in pairwise(edges)
        if sum(_touches(one, Span(start, end)) for one in fresh) >= least
    ]
    found = []
    for core in union(dark):
        gaps = [Span(*gap) for one in fresh for gap in one.gaps if _overlap(Span(*gap), core)]
        names = tuple(one.source.name for one in readable if _touches(one, core))
        starts = sorted(gap.start for gap in gaps)
        ends = sorted(gap.end for gap in gaps)
        span = Span(starts[len(starts) // 2], ends[len(ends) // 2])
        found.append((_within(span, core, period), names))
    return found


def _within(span: Span, core: Span, period: Span) -> Span:
    """Return the typical gap, never less than the core that all of them share, and inside the period."""
    return Span(
        max(min(span.start, core.start), period.start),
        min(max(span.end, core.end), period.end),
    )


def _uncovered(
    essential: Sequence[SourceReport], blackouts: Sequence[tuple[Span, tuple[str, ...]]]
) -> list[tuple[Span, tuple[str, ...]]]:
    """Return the uncovered stretches of essential sources that no blackout tells, overlaps joined."""
    spans = [
        (Span(*lost), one.source.name)
        for one in essential
        for lost in one.lost
        if not any(_overlap(Span(*lost), span) and one.source.name in names for span, names in blackouts)
    ]
    return [
        (whole, tuple(dict.fromkeys(name for span, name in spans if _overlap(span, whole))))
        for whole in union(span for span, _ in spans)
    ]


def _cost(blackouts: Sequence[tuple[Span, tuple[str, ...]]], readable: Sequence[SourceReport]) -> bool:
    """Return True when a blackout cost hours of any source: then nobody can say that nothing was new."""
    return any(
        _overlap(Span(*lost), span) and one.source.name in names
        for span, names in blackouts
        for one in readable
        for lost in one.lost
    )


def _tell(
    span: Span,
    names: tuple[str, ...],
    readable: Sequence[SourceReport],
    period: Span,
    *,
    shared: bool = True,
) -> Blind:
    out = [one for one in readable if one.source.name in names]
    fresh = [one for one in out if one.newly_blind or not is_out(one, period)] or out
    lost = tuple(
        Lost(one.source.name, spans)
        for one in fresh
        if (spans := tuple(Span(*lost) for lost in one.lost if _overlap(Span(*lost), span)))
    )
    back = [one for one in out if not is_out(one, period)]
    failed = tuple(dict.fromkeys(kind for one in fresh for kind in one.failed_as))
    return Blind(
        span=span,
        names=names,
        of=len(readable),
        cause=_cause(out, failed),
        failed_as=failed,
        recovered=len(back) - sum(one.source.name in {gone.name for gone in lost} for one in back),
        lost=lost,
        open=span.end >= period.end,
        grave=shared or any(one.source.essential for one in out),
    )


def _cause(out: Sequence[SourceReport], failed: tuple[FetchKind, ...]) -> Cause:
    """Return the cause; our own network only where more than one host failed and all in a way that fits."""
    if not failed:
        return Cause.DOWN
    hosts = {one.source.url.split("/")[2:3][0] if "//" in one.source.url else one.source.id for one in out}
    if len(hosts) > 1 and set(failed) == {FetchKind.DNS}:
        return Cause.OWN_NETWORK
    if len(hosts) > 1 and set(failed) <= _UNREACHED:
        return Cause.NO_HOST
    return Cause.OUTLETS


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, touching and overlapping ones joined."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(end, joined[-1].end))
        else:
            joined.append(Span(start, end))
    return joined


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _touches(one: SourceReport, span: Span) -> bool:
    return any(_overlap(Span(*gap), span) for gap in one.gaps)
