"""A stored digest built again: its period judged anew with today's rules, nothing marked, what differs said.

    the digest of a slot -> a scratch store: what was stored and known when it was built, judged anew
                         -> the same way to text -> compared with what was told then

What was looked at comes from the log of polls; how sources stand is as it is today.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from monitor.db.records import DigestRow, StoredArticle
from monitor.db.store import Store
from monitor.digest import build, render, slots
from monitor.digest.material import Span
from monitor.errors import UsageError
from monitor.model import Recipient, Rendered
from monitor.service import replay, send
from monitor.service.context import Context
from monitor.service.telling import material_of

OF_THE_WORLD = frozenset({"looks", "source_states", "windows", "revisions", "meta_get", "digests_since"})
"""What a scratch store does not have: it holds what was judged, not what was asked."""
NEWS_BACK = timedelta(days=400)
"""How far back the last new fact before a digest is looked for."""
IS_SLOT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\Z")
SHOWN = 80
"""Characters of a sentence in the list of what differs."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A digest built again."""

    rendered: Rendered
    said: str
    """What differs from the stored one, in words."""


def rebuilt(context: Context, recipient: Recipient, slot: str) -> Rebuilt:
    """Return the digest of that slot as today's rules would have it; UsageError where none is stored."""
    row = send.stored_row(context, recipient, slot)
    if not IS_SLOT.match(row.slot):
        raise UsageError(f"--rebuild builds digests, and {row.slot} is none")
    begin = row.period_from or row.period_to
    then = context.store.articles(row.items)
    since = min([begin, *(one.article.first_seen or begin for one in then.values())])
    with replay.again(context, since=since, until=row.built_at) as scratch:
        between = scratch.articles_between(since, row.period_to + timedelta(microseconds=1))
        known = {item for one in context.store.told_digests() if _before(one, row) for item in one.items}
        articles = [one for one in between if one.id not in known and _in_it(one, row, begin)]
        there = cast("Store", _Then(scratch, context.store, row))
        material = material_of(
            replace(context, store=there),
            recipient,
            Span(begin, row.period_to),
            articles,
            slot=_slot(row, recipient),
        )
        command = send.reprint_command(context, recipient, row.slot)
        rendered = render.render(build.build(replace(material, reprint=command)))
    return Rebuilt(rendered, _difference(row, rendered, context.topic.version))


def _before(told: Any, row: DigestRow) -> bool:
    return bool(told.recipient_id == row.recipient_id and told.built_at < row.built_at)


def _in_it(one: StoredArticle, row: DigestRow, begin: datetime) -> bool:
    """Return True for what was told then, and for what was first seen in the period."""
    return one.id in row.items or (one.article.first_seen or begin) > begin


def _slot(row: DigestRow, recipient: Recipient) -> slots.Slot:
    """Return the slot of a stored digest."""
    day, _, at = row.slot.partition("T")
    return slots.instant(date.fromisoformat(day), at, recipient.zone)


class _Then:
    """The store as it was when a digest was built: judged anew, with what was asked and told by then."""

    def __init__(self, judged: Store, origin: Store, row: DigestRow) -> None:
        self._judged, self._origin, self._row = judged, origin, row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._origin if name in OF_THE_WORLD else self._judged, name)

    def outbox(self, now: datetime) -> list[DigestRow]:  # noqa: ARG002  the shape of `Store.outbox`
        """Return nothing: what waits today says nothing of that day."""
        return []

    def last_news(self, recipient_id: str) -> Mapping[str, Any] | None:
        """Return the data of the last digest before this one that told a new fact."""
        rows = self._origin.digests_since(self._row.built_at - NEWS_BACK, recipient_id)
        earlier = [row for row in rows if row.built_at < self._row.built_at and row.state != "refused"]
        return next((row.data for row in reversed(earlier) if _counts(row.data).get("facts")), None)


# ------------------------------------------------------------------------------------------- comparing


def _counts(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", data.get("counts", {}))


def _difference(row: DigestRow, now: Rendered, rules: str) -> str:
    lines = [*_articles(row.data, now.data), *_facts(row.data, now.data)]
    whose = f"The digest of {row.slot} for {row.recipient_id}"
    head = f"{whose}, judged anew under the rules {rules}; nothing was marked."
    if lines:
        return "\n".join([head, "Differs from what was told:", *(f"  {line}" for line in lines)])
    if row.text == now.text:
        return f"{head}\nNo difference: the same text."
    return (
        f"{head}\nNo difference in what it tells; other lines differ (sources as they stand today, wording)."
    )


def _articles(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Return which articles are judged differently, or told only in one of both."""
    was, is_ = _by_id(before), _by_id(after)
    for number in sorted(was.keys() | is_.keys()):
        old, new = was.get(number), is_.get(number)
        if old is None or new is None or old[0] != new[0]:
            told = [f"{_word(one)} ({one[1]})" if one else "not in it" for one in (old, new)]
            yield f"article {number}: was {told[0]}; is {told[1]}"


def _by_id(data: Mapping[str, Any]) -> dict[int, Sequence[str]]:
    return {one["id"]: (one["relation"], one["reason"]) for one in data.get("articles", ())}


def _word(one: Sequence[str]) -> str:
    return one[0].replace("_", " ")


def _facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Return which sentences are told as new in one of both only."""
    was, is_ = _new(before), _new(after)
    yield from (f"no longer new: {one[:SHOWN]}" for one in was if one not in is_)
    yield from (f"new now: {one[:SHOWN]}" for one in is_ if one not in was)


def _new(data: Mapping[str, Any]) -> list[str]:
    return [fact["said"]["text"] for story in data.get("stories", ()) for fact in story.get("facts", ())]
