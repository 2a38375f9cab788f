"""When a source is asked next, with which validators, and how it stands: old state + answer -> new state.

Pure: time and chance are arguments. The rules are those of the polling-etiquette table, named here by row
(C3, D7 …). Whoever polls stores the new state in the same transaction as the entries of that answer, so a
crash between the two only means asking again (B8).

    settled -> is_due? -> address, conditional -> (request, reading) -> after, host_wait -> stored
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.model import (
    Entry,
    FeedDocument,
    FeedFormat,
    FeedHints,
    Fetched,
    FetchKind,
    Health,
    Source,
    SourceKind,
    SourceState,
    Validators,
)

FLOOR = timedelta(minutes=15)
"""Shortest interval of a source that is not ``fast`` (C2)."""
FAST_FLOOR = timedelta(minutes=1)
"""Shortest interval of any source."""
CAP = timedelta(hours=24)
"""Longest wait that hints and back-off lead to (C3, D9)."""
JITTER = 0.1
"""Share of the wait added at most, so that sources do not fire together (C6). Never shortens (C1)."""
RATE_JITTER = timedelta(hours=1)
"""Added at most after 429 (C6, as rss-fetcher does)."""
REFUSED_WAIT = timedelta(hours=4)
"""First wait after 401, 403, 404 and an unexplained 429 (D4, D7)."""
PROBE = timedelta(days=7)
"""Between two requests to a source that is gone (D6)."""
NOT_FOUND_FAILURES = 30
NOT_FOUND_FOR = timedelta(days=14)
"""A source is given up after so many 404 over at least so long (D5): feeds come back."""
FULL_EVERY = timedelta(days=7)
"""So often one request goes without validators: some servers keep the ETag of changed content (B10)."""
MOVED_TIMES = 3
MOVED_FOR = timedelta(hours=24)
"""A permanent redirect is believed after so many equal answers over so long (D2)."""
FROZEN_AFTER = timedelta(days=30)
"""Age of the newest entry that makes a feed frozen (D14)."""
AHEAD = timedelta(minutes=10)
"""So long before a digest's slot the last looks begin: asking, reading and judging are done when it comes."""
AHEAD_SPREAD = timedelta(minutes=3)
"""Within which those looks are spread (C6)."""
LONGEST_PUT_OFF = timedelta(hours=2)
"""Longest wait that is stretched for a slot: twice of it is still no gap (sight: 2.5 intervals)."""
CLOCK_BACK = timedelta(minutes=1)
"""A last attempt further in the future than this means that the clock was set back (C9)."""
_HIGHEST_POWER = 16
"""Doublings that matter at most: a minute doubled so often is 45 days."""

_ANSWERED = frozenset({FetchKind.OK, FetchKind.NOT_MODIFIED})
_SLOW = frozenset({FetchKind.REFUSED, FetchKind.NOT_FOUND, FetchKind.LEGAL_BLOCK, FetchKind.CLIENT_ERROR})
"""Answers that another try soon cannot change: 4 hours, doubling (D4, D5)."""
_TIMED = frozenset({FetchKind.RATE_LIMITED, FetchKind.UNAVAILABLE})
"""Answers whose Retry-After takes the place of our back-off (D7, D8)."""
_NETWORK = frozenset({FetchKind.DNS, FetchKind.CONNECT, FetchKind.TIMEOUT, FetchKind.TLS})
_NO_REQUEST = frozenset(
    {FetchKind.DNS, FetchKind.CONNECT, FetchKind.TLS, FetchKind.PRIVATE_ADDRESS, FetchKind.ROBOTS}
)
"""Ends that no server has seen as a request."""
_NO_CLOCK = frozenset({"future", "ancient", "unreadable"})
_UNREAD = {
    FetchKind.NOT_A_FEED: "It answered, but with nothing that can be read as a feed.",
    FetchKind.PARSE_LOST: "It answered, but what it sent could not be read.",
}

_HEALTH = {
    FetchKind.EMPTY: Health.EMPTY,
    FetchKind.NOT_A_FEED: Health.NOT_A_FEED,
    FetchKind.TRUNCATED: Health.TRUNCATED,
    FetchKind.TOO_LARGE: Health.TOO_LARGE,
    FetchKind.REFUSED: Health.REFUSED,
    FetchKind.ROBOTS: Health.REFUSED,
    FetchKind.RATE_LIMITED: Health.RATE_LIMITED,
    FetchKind.UNAVAILABLE: Health.UNAVAILABLE,
    FetchKind.NOT_FOUND: Health.NOT_FOUND,
    FetchKind.GONE: Health.GONE,
    FetchKind.DNS: Health.BLOCKED_HERE,
    FetchKind.CONNECT: Health.BLOCKED_HERE,
    FetchKind.LEGAL_BLOCK: Health.BLOCKED_HERE,
    # Filters of networks and states often answer a name with a private address.
    FetchKind.PRIVATE_ADDRESS: Health.BLOCKED_HERE,
}
"""Every failure not named here is FAILING."""


# ------------------------------------------------------------------------------------------- before a request


def interval(source: Source) -> timedelta:
    """Return the source's own interval: ``poll_minutes``, not below 15 minutes unless it is ``fast`` (C2)."""
    return max(timedelta(minutes=source.poll_minutes), FAST_FLOOR if source.fast else FLOOR)


def is_due(state: SourceState, source: Source, now: datetime) -> bool:
    """Return True when the source may be asked now.

    One question answers for all missed times (C7). After the clock went back, nothing is due until `settled`
    has moved the state to the new clock (C9); only a time no rule could have set is ignored.
    """
    if state.url != source.url or state.next_due is None:
        return True
    longest = PROBE + RATE_JITTER + interval(source)
    return now >= state.next_due or state.next_due - now > 2 * longest


def clock_went_back(state: SourceState, now: datetime) -> bool:
    """Return True when the state was made by a clock that was ahead of the present one (C9)."""
    return state.last_attempt is not None and state.last_attempt - now > CLOCK_BACK


def settled(state: SourceState, now: datetime) -> SourceState:
    """Return the state on a clock that was set back; the same state where it was not.

    How much time really passed is unknown, so the planned wait starts anew: never too early, at most one wait
    late, and with each source's own wait no burst. Store the result, or it starts anew each time.
    """
    if not clock_went_back(state, now):
        return state
    assert state.last_attempt is not None
    planned = state.next_due - state.last_attempt if state.next_due is not None else timedelta(0)

    def at_most_now(at: datetime | None) -> datetime | None:
        return None if at is None else min(at, now)

    return replace(
        state,
        last_attempt=now,
        next_due=now + max(planned, timedelta(0)),
        last_success=at_most_now(state.last_success),
        failing_since=at_most_now(state.failing_since),
        moved_since=at_most_now(state.moved_since),
        full_at=at_most_now(state.full_at),
    )


def before_slot(state: SourceState, slot_at: datetime, *, jitter: float) -> SourceState:
    """Return the state with its next look put off to just before a slot, if the one after comes too late.

    ``slot_at`` is the first slot after the look that is planned; ``jitter`` is 0 … 1. A wait is only made
    longer (C1), at most doubled; after failures, and for slow sources, it stays as it is.
    """
    due, asked = state.next_due, state.last_attempt
    if due is None or asked is None or state.failures or due - asked > LONGEST_PUT_OFF:
        return state
    begin = slot_at - AHEAD
    if not begin - (due - asked) < due < begin:
        return state
    moved = begin + AHEAD_SPREAD * jitter
    return replace(state, next_due=moved, detail=state.detail.replace(_at(due), _at(moved)))


def reachable_again(state: SourceState, source: Source) -> SourceState:
    """Return the state with the back-off of network failures taken back to one interval after the last try.

    For the moment when the own network works again: what was unreachable for hours need not wait for hours.
    """
    if state.kind not in _NETWORK or state.last_attempt is None or state.next_due is None:
        return state
    return replace(state, next_due=min(state.next_due, state.last_attempt + interval(source)))


def address(state: SourceState, source: Source) -> str:
    """Return the URL to ask: the configured one, or where a believed permanent redirect leads (D2)."""
    return state.moved_to if state.url == source.url and _believed(state) else source.url


def conditional(state: SourceState, source: Source) -> Validators | None:
    """Return the validators to send; None at first, after a URL change and once a week (B7, B10)."""
    if state.url != source.url or state.validators is None:
        return None
    coming = max(filter(None, (state.next_due, state.last_attempt)), default=None)
    stale = state.full_at is not None and coming is not None and coming - state.full_at >= FULL_EVERY
    return None if stale else state.validators


def unchanged(state: SourceState, fetched: Fetched) -> bool:
    """Return True when this is the body whose entries are already stored: reading can be skipped (D1)."""
    return fetched.kind is FetchKind.OK and fetched.body_sha256 == state.body_sha256 != ""


def host_wait(fetched: Fetched, now: datetime) -> datetime | None:
    """Return until when the whole host is left alone: after 429 only, else None (D7)."""
    if fetched.kind is not FetchKind.RATE_LIMITED:
        return None
    asked = timedelta(seconds=fetched.retry_after_s or 0)
    return now + (asked or REFUSED_WAIT)


# ------------------------------------------------------------------------------------------- after a request


def after(
    state: SourceState,
    source: Source,
    fetched: Fetched,
    document: FeedDocument | None,
    *,
    now: datetime,
    jitter: float,
) -> SourceState:
    """Return the state after one request; ``jitter`` is 0 … 1.

    ``document`` is what was read from the body; None for a 304, for an `unchanged` body, and for failures.
    """
    if state.url != source.url:
        state = SourceState(source_id=source.id, url=source.url, unconditional=state.unconditional)
    kind = _kind(state, fetched, document)
    asked = kind not in _NO_REQUEST and not fetched.conditional
    state = replace(
        state, last_attempt=fetched.at, kind=kind, unconditional=state.unconditional + (1 if asked else 0)
    )
    if kind in _ANSWERED:
        return _answered(state, source, fetched, document, jitter=jitter)
    return _failed(state, source, fetched, kind, now=now, jitter=jitter)


def _kind(state: SourceState, fetched: Fetched, document: FeedDocument | None) -> FetchKind:
    """Return what the answer was once it was read."""
    if fetched.kind is not FetchKind.OK:
        return fetched.kind
    if document is None:
        return FetchKind.OK if unchanged(state, fetched) else FetchKind.PARSE_LOST
    return FetchKind.NOT_A_FEED if document.format is FeedFormat.NOT_A_FEED else FetchKind.OK


# ------------------------------------------------------------------------------------------- success


def _answered(
    before: SourceState, source: Source, fetched: Fetched, document: FeedDocument | None, *, jitter: float
) -> SourceState:
    state = _moved(_remembered(before, fetched, document), fetched)
    due = next_look(source, fetched, state.hints, jitter=jitter)
    health = _health(before, state, source)
    said = _said(state, source, fetched, document, health)
    return replace(
        state,
        next_due=due,
        last_success=fetched.at,
        failures=0,
        failing_since=None,
        health=health,
        stopped=False,
        detail=f"{said} Next look {_at(due)}.",
    )


def _remembered(state: SourceState, fetched: Fetched, document: FeedDocument | None) -> SourceState:
    """Return the state with what this answer says about the document."""
    if fetched.kind is FetchKind.NOT_MODIFIED:
        return replace(state, validators=_refreshed(state.validators, fetched))
    state = replace(
        state, validators=_validators(fetched), body_sha256=fetched.body_sha256, full_at=fetched.at
    )
    if document is None:
        return state
    return replace(
        state,
        hints=document.hints,
        entries_last=len(document.entries),
        newest_entry=_newest(document.entries) or state.newest_entry,
    )


def _health(before: SourceState, state: SourceState, source: Source) -> Health:
    """Return OK, or EMPTIED or FROZEN where the document that stands now says so (D13, D14)."""
    had_entries = before.entries_last > 0 or before.newest_entry or before.last_new_entry
    lost_them = state.entries_last == 0 and (had_entries or before.health is Health.EMPTIED)
    if lost_them and source.kind is SourceKind.FEED:
        return Health.EMPTIED
    newest, asked = state.newest_entry, state.last_attempt
    old = newest is not None and asked is not None and asked - newest > FROZEN_AFTER
    return Health.FROZEN if old and source.kind is not SourceKind.SEARCH else Health.OK


def _newest(entries: tuple[Entry, ...]) -> datetime | None:
    """Return the newest claimed time, claims that no clock made left out."""
    claims = [claim for entry in entries for claim in (entry.published, entry.updated)]
    return max((c.at for c in claims if c.at is not None and c.weak not in _NO_CLOCK), default=None)


def _validators(fetched: Fetched) -> Validators | None:
    """Return what a whole 200 gives for the next request; None where nothing (B4) or forbidden (B11)."""
    control = (fetched.header("cache-control") or "").lower()
    if "no-store" in control or (fetched.header("expires") or "").strip() == "0":
        return None
    etag, modified = fetched.header("etag"), fetched.header("last-modified")
    if not etag and not modified:
        return None
    return Validators(url=fetched.final_url or fetched.url, etag=etag or None, last_modified=modified or None)


def _refreshed(old: Validators | None, fetched: Fetched) -> Validators | None:
    """Return the validators after a 304: new ones where it names some, the old ones otherwise (B5)."""
    if old is None:
        return None
    return replace(
        old,
        etag=fetched.header("etag") or old.etag,
        last_modified=fetched.header("last-modified") or old.last_modified,
    )


def _said(
    state: SourceState, source: Source, fetched: Fetched, document: FeedDocument | None, health: Health
) -> str:
    """Return what the answer was, as a sentence."""
    moved = ""
    if _believed(state) and fetched.url == source.url:
        moved = f" It has moved for good to {state.moved_to}: that address is asked from now on."
    if health is Health.EMPTIED:
        return f"It answers, but without a single entry where there were some before.{moved}"
    if health is Health.FROZEN and state.newest_entry is not None:
        return f"It answers, but its newest entry is of {state.newest_entry:%Y-%m-%d}.{moved}"
    if fetched.kind is FetchKind.NOT_MODIFIED or document is None:
        return f"Nothing changed since the last look.{moved}"
    return f"It answered with {len(document.entries)} entries.{moved}"


# ------------------------------------------------------------------------------------------- pace


def next_look(source: Source, fetched: Fetched, hints: FeedHints, *, jitter: float) -> datetime:
    """Return when a source that answered is asked again: hints only lengthen, to 24 h at most (C3 to C6)."""
    own = interval(source)
    wished = min(max(_wishes(fetched, hints), default=own), CAP)
    wait = max(own, wished)
    spread = min(wait * (1 + JITTER * jitter), max(CAP, own))
    return awake(fetched.at + spread, hints)


def _wishes(fetched: Fetched, hints: FeedHints) -> list[timedelta]:
    """Return the waits that headers and document ask for; nonsense is left out (C3, C4)."""
    seconds = [
        _max_age_s(fetched.header("cache-control")),
        _expires_s(fetched),
        None if hints.ttl_minutes is None else hints.ttl_minutes * 60,
        hints.sy_period_s,
    ]
    limit = CAP.total_seconds()
    return [timedelta(seconds=min(value, limit)) for value in seconds if value is not None and value > 0]


def _max_age_s(control: str | None) -> float | None:
    found = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", control or "", re.IGNORECASE)
    return float(found[1]) if found else None


def _expires_s(fetched: Fetched) -> float | None:
    """Return how long the answer is fresh by Expires, on the server's own clock where it tells it."""
    try:
        at = parsedate_to_datetime(fetched.header("expires") or "")
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return (at - (fetched.server_time or fetched.at)).total_seconds()
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def awake(due: datetime, hints: FeedHints) -> datetime:
    """Return the time, moved behind the skipHours and skipDays it falls into (C5).

    All 24 hours or all 7 days listed is nonsense and ignored.
    """
    hours = hints.skip_hours if len(hints.skip_hours) < 24 else frozenset()
    days = hints.skip_days if len(hints.skip_days) < 7 else frozenset()
    if not hours and not days:
        return due
    moved = due
    for _ in range(8 * 24):  # some hour of a week is awake
        if moved.weekday() in days:
            moved = moved.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        elif moved.hour in hours:
            moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        else:
            return moved
    return due


# ------------------------------------------------------------------------------------------- failure


def _failed(
    state: SourceState, source: Source, fetched: Fetched, kind: FetchKind, *, now: datetime, jitter: float
) -> SourceState:
    """Return the state after a failure: what is known of the document stays as it was (D11)."""
    lost = kind in {FetchKind.NOT_FOUND, FetchKind.GONE} and fetched.url != source.url
    if lost:  # the new address of a move is no better: back to the configured one
        state = replace(state, moved_to="", moved_count=0, moved_since=None)
        kind = FetchKind.NOT_FOUND
    failures = state.failures + 1
    since = state.failing_since or fetched.at
    given_up = failures >= NOT_FOUND_FAILURES and fetched.at - since >= NOT_FOUND_FOR
    stopped = state.stopped or kind is FetchKind.GONE or (kind is FetchKind.NOT_FOUND and given_up)
    wait = PROBE if stopped else _wait(kind, failures, interval(source), fetched.retry_after_s)
    due = _later(fetched, kind, wait, now=now, jitter=jitter)
    return replace(
        state,
        next_due=due,
        failures=failures,
        failing_since=since,
        health=_HEALTH.get(kind, Health.FAILING),
        stopped=stopped,
        detail=_why(fetched, kind, failures, due, stopped=stopped),
    )


def _wait(kind: FetchKind, failures: int, own: timedelta, retry_after_s: float | None) -> timedelta:
    """Return how long to wait after so many failures in a row, without what the server asks for."""
    doublings = 1 << min(failures - 1, _HIGHEST_POWER)
    if kind in _TIMED and retry_after_s:
        return own
    if kind is FetchKind.RATE_LIMITED:
        return max(min(REFUSED_WAIT * doublings, CAP), 2 * own)
    if kind in _SLOW:
        return max(min(REFUSED_WAIT * doublings, CAP), own)
    return max(min(own * doublings, CAP), own)


def _later(fetched: Fetched, kind: FetchKind, wait: timedelta, *, now: datetime, jitter: float) -> datetime:
    """Return the next time: our wait from the request, the server's from its answer, the later of both."""
    asked = timedelta(seconds=fetched.retry_after_s or 0)
    if kind is FetchKind.RATE_LIMITED:
        longest = max(wait, asked)
        spread = min(longest, RATE_JITTER) * jitter
        return max(fetched.at + wait, now + asked) + spread
    return max(fetched.at + wait, now + asked) + max(wait, asked) * (JITTER * jitter)


def _why(fetched: Fetched, kind: FetchKind, failures: int, due: datetime, *, stopped: bool) -> str:
    """Return what happened and when the next try is."""
    known = fetched.detail if fetched.kind is not FetchKind.OK else ""
    said = known or _UNREAD.get(kind, f"It failed ({kind.value}).")
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    times = f" This is failure {failures} in a row." if failures > 1 else ""
    if stopped:
        return f"{said}{times} It is given up but for one request a week, next {_at(due)}."
    return f"{said}{times} Next try {_at(due)}."


# ------------------------------------------------------------------------------------------- moves


def _believed(state: SourceState) -> bool:
    """Return True when the same permanent redirect came often enough over a long enough time (D2)."""
    if not state.moved_to or state.moved_since is None or state.last_attempt is None:
        return False
    return state.moved_count >= MOVED_TIMES and state.last_attempt - state.moved_since >= MOVED_FOR


def _moved(state: SourceState, fetched: Fetched) -> SourceState:
    """Return the state with this answer's permanent redirect counted (301 and 308 only)."""
    target = permanent_target(fetched)
    if not target:
        if fetched.url == state.moved_to:
            return state  # the believed address answers for itself
        return replace(state, moved_to="", moved_count=0, moved_since=None)
    if target == state.moved_to:
        return replace(state, moved_count=state.moved_count + 1)
    return replace(state, moved_to=target, moved_count=1, moved_since=fetched.at)


def permanent_target(fetched: Fetched) -> str:
    """Return where the leading permanent redirects lead; empty where the first hop is none."""
    target = ""
    for hop in fetched.redirects:
        if hop.status not in {301, 308}:
            break
        target = hop.url
    return target


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
