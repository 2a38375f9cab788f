"""Where a story comes from: its outlets and origins counted, the earliest known publisher, with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.db.records import StoredArticle
from monitor.db.store import Store
from monitor.judge import origins
from monitor.judge.origins import Earliest, Print
from monitor.model import Level, Origin, Relation


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is known of the origin of one story."""

    outlets: int
    origins: int
    first: StoredArticle
    earliest: Earliest


def counted(origin: Origin | None) -> str:
    """Return the name under which texts of one agency are counted as one; empty for an outlet's own text."""
    return (origin.family or origin.name) if origin is not None and origin.agency else ""


def produced(origin: Origin | None) -> bool:
    """Return True for the agency itself."""
    return origin is not None and origin.how == "agency"


def print_of(stored: StoredArticle) -> Print:
    """Return a stored article as far as its origin goes."""
    article, verdict = stored.article, stored.verdict
    copied = verdict.relation in {Relation.COPY, Relation.UPDATE}
    return Print(
        ref=stored.ref,
        outlet=article.outlet,
        family=article.family,
        origin=counted(verdict.origin),
        copy_of=verdict.duplicate_of if copied else None,
        claimed=article.published,
        first_seen=article.first_seen,
        produced=produced(verdict.origin),
    )


def of_story(store: Store, ref: str) -> Provenance | None:
    """Return outlets, origins and the earliest publisher of a story; None without relevant reports."""
    members = store.story_articles([ref]).get(ref, [])
    return among([one for one in members if one.verdict.level is Level.RELEVANT])


def among(members: Sequence[StoredArticle]) -> Provenance | None:
    """Return the same of these reports; None for none."""
    if not members:
        return None
    prints = [print_of(one) for one in members]
    earliest = origins.earliest(prints)
    return Provenance(
        outlets=len({one.outlet.casefold() for one in prints}),
        origins=len(origins.groups(prints)),
        first=members[earliest.position],
        earliest=earliest,
    )
