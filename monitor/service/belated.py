"""Which earlier digests of a recipient did not simply arrive: late, never, still waiting, perhaps twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from monitor.db.records import DigestRow, DigestState
from monitor.digest import slots
from monitor.digest.material import Belated, Fate, Span
from monitor.model import Recipient
from monitor.service.context import Context

LATE = timedelta(minutes=30)
"""After this a reader who waits for his mail has begun to wonder; two retries fit in."""
BACK = timedelta(days=14)
"""Digests before the period that are looked at: retries end with the recipient, not with time."""
_SLOT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})\Z")


def of(context: Context, recipient: Recipient, period: Span) -> Iterator[Belated]:
    """Return what is to be said of earlier digests in the one of this period, oldest first.

    What arrived is told once, in the digest after it; what never did, until one arrives.
    """
    every = context.store.digests_since(period.start - BACK, recipient.id)
    rows = [row for row in every if _is_slot(row) and row.built_at < period.end]
    for place, row in enumerate(rows):
        at = _slot_at(row, recipient)
        if row.state is DigestState.SENT:
            yield from _arrived(row, at, period)
        elif row.state is DigestState.QUEUED and row.attempts:
            yield Belated(at, Fate.WAITS)
        elif row.state is DigestState.REFUSED and not _was_told(at, rows[place + 1 :]):
            yield Belated(at, Fate.NEVER)


def _arrived(row: DigestRow, at: datetime, period: Span) -> Iterator[Belated]:
    if row.sent_at is None or not period.start < row.sent_at <= period.end:
        return
    if row.sent_at - row.built_at > LATE:
        yield Belated(at, Fate.LATE, row.sent_at)
    if row.repeats:
        yield Belated(at, Fate.TWICE)


def _was_told(at: datetime, later: Sequence[DigestRow]) -> bool:
    """Return True where a digest that arrived has said that the one of that slot never did."""
    return any(
        said.get("fate") == Fate.NEVER.value and datetime.fromisoformat(said["slot_at"]) == at
        for row in later
        if row.state is DigestState.SENT
        for said in row.data.get("belated", ())
    )


def _is_slot(row: DigestRow) -> bool:
    return bool(_SLOT.match(row.slot))


def _slot_at(row: DigestRow, recipient: Recipient) -> datetime:
    found = _SLOT.match(row.slot)
    assert found is not None
    return slots.instant(date.fromisoformat(found[1]), found[2], recipient.zone).at
