"""What a digest is made from: frozen records the conductor fills; ``build`` decides everything else.

Nothing here is computed. Times are aware, in UTC; texts are as stored (``build`` takes out what may not
be shown).
Fields with a default may be left out; the digest then says less, never something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from monitor.model import (
    Article,
    Change,
    Direction,
    FetchKind,
    JudgedSentence,
    Level,
    Quote,
    Recipient,
    Relation,
    Source,
    SourceState,
)


class Span(NamedTuple):
    """A stretch of time, from its start up to but not including its end."""

    start: datetime
    end: datetime


class Voice(StrEnum):
    """Who said it, in the order in which a digest tells it."""

    GOVERNMENT = "government"
    """A head of state or government, a minister, a ministry, their spokesmen."""
    OFFICIAL = "official"
    """Any other official body: coast guard, border guard, prefecture, parliament."""
    OUTLET = "outlet"
    """The outlet reports it without naming such a source."""
    COMMENT = "comment"
    """Columns, analyses, letters."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who is quoted, as the reader should see him."""

    name: str
    role: str = ""
    """For example ``deputy foreign minister``; empty where unknown."""
    voice: Voice = Voice.OUTLET
    country: str = ""
    """ISO 3166 alpha-2 of whom he speaks for."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference (``seed:N``, ``article:ID``, ``story:ID``) stands for, in a few words."""

    ref: str
    label: str = ""
    """A few words (``Kremlin statement``) or a title; where it is short, a seed is called ``seed N``."""
    at: datetime | None = None
    """When it was first reported."""
    outlet: str = ""
    url: str = ""
    lang: str = ""
    """Of what an outlet printed; empty where it is not known."""
    seen_before: int = 0
    """Reports of it that earlier digests of this recipient have counted."""


@dataclass(frozen=True, slots=True)
class Restated:
    """How often a position was taken before, for an article whose relation is ``restatement``."""

    speaker: str = ""
    """Key into ``Material.speakers``, else a name as printed; empty: the first quote's speaker."""
    as_on: datetime | None = None
    """Day of the earlier statement it repeats."""
    ref: str = ""
    """Where that statement stands: ``seed:N`` or ``article:ID``."""
    times_this_year: int = 0
    """This time included; 0 where not counted."""
    last_on: datetime | None = None
    """The time before this one."""


@dataclass(frozen=True, slots=True)
class DigestArticle:
    """One article not yet told to this recipient, with what was judged about it."""

    article: Article
    relation: Relation
    level: Level
    reason: str = ""
    """The verdict's reason; goes into the JSON form."""
    story: str | None = None
    """``seed:N``, ``story:ID``, or None: an event of its own."""
    duplicate_of: str | None = None
    """``seed:N`` or ``article:ID`` for copies, updates and rewrites."""
    duplicate_label: str = ""
    """What to call that; empty: as ``Material.references`` or the reference itself says."""
    sentences: tuple[JudgedSentence, ...] = ()
    quotes: tuple[Quote, ...] = ()
    threads: tuple[str, ...] = ()
    """Sub-threads touched; ``thread:`` and ``thread_`` in front do no harm."""
    entries: int = 1
    """In how many stored entries (feeds, changed guids) this article stands."""
    copies: int = 0
    """Outlets known to have printed the same text that are *not* handed over as own articles."""
    origin: str = ""
    """Family or name of the agency that produced the text, where a credit tells; empty: told from family and
    copies."""
    produced: bool = False
    """The outlet is that agency itself."""
    changes: tuple[Change, ...] = ()
    """Of an ``update``: what differs from the known text."""
    direction: Direction | None = None
    """Of a copy: only ``extended``, ``embeds`` and ``partial`` ones can hold new facts."""
    restated: Restated | None = None
    comment: bool = False
    """A column, an analysis or a letter."""
    discovered_via: str = "feed"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """Could we look at this source in the period? ``sight.report`` makes one from the log of its polls."""

    source: Source
    state: SourceState
    looked_until: datetime | None
    """Last successful look at or before the period's end; None: never."""
    gaps: tuple[Span, ...] = ()
    """Stretches of the period without a successful look, in order; the last one may reach its end."""
    newly_blind: bool = False
    """Out of sight at the period's end, and in sight when the last digest was made."""
    unreadable: bool = False
    """No program may read it (terms, robots.txt): the reader gets its address instead."""
    lost: tuple[Span, ...] = ()
    """The parts of the gaps that later looks do not reach back to."""
    failed_as: tuple[FetchKind, ...] = ()
    """Kinds of the failed attempts inside the gaps, each once; none: nobody tried, the service was down."""
    status: int | None = None
    """HTTP status of the last attempt, where one came."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A text the outlet changed after publication."""

    outlet: str
    before: str
    after: str
    at: datetime
    """When we saw the change."""
    part: str = "headline"
    """``headline``, ``summary`` or ``text``."""
    story: str | None = None
    lang: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Backfilled:
    """A stretch of the past that was filled in since the last digest."""

    span: Span
    entries: int
    sources: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """A relevant report, for counting: when, and whose outlet printed it."""

    at: datetime
    country: str = ""
    """ISO 3166 alpha-2."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words somebody is reported to have said, for the ledger."""

    speaker: str
    """Key into ``Material.speakers``, else a name as printed."""
    words: str
    lang: str
    outlet: str
    at: datetime
    addressee: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class LastFact:
    """The last new fact this recipient was told."""

    at: datetime
    label: str = ""
    """A word or two."""
    thread: str = ""
    """The story's sub-thread, said in the reader's language where there is no label."""


class Fate(StrEnum):
    """How an earlier digest fared that did not simply arrive."""

    LATE = "late"
    NEVER = "never"
    """Refused for good; what it held is told again."""
    WAITS = "waits"
    TWICE = "twice"
    """It may have come twice, as the same message: an answer was lost."""


@dataclass(frozen=True, slots=True)
class Belated:
    """An earlier digest of this recipient that did not simply arrive."""

    slot_at: datetime
    fate: Fate
    at: datetime | None = None
    """When the other side accepted it, for ``late``."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything one digest for one recipient is made from."""

    period: Span
    """Since the last digest of this recipient, until its last poll before the slot."""
    now: datetime
    """When the digest is built."""
    slot: str
    """Name of the slot, as stored, for example ``2026-11-26T07:00``; stands in commands and file names."""
    recipient: Recipient
    program: str = "monitor"
    """How the reader calls the program: with ``--config`` where it would not find its configuration."""
    reprint: str = ""
    """Words after ``program`` that print all of this digest; empty: those for the stored one of the slot."""
    slot_at: datetime | None = None
    """The slot's instant, shown on top; None: ``now``."""
    zone: str = ""
    """IANA name all times are shown in; empty: the recipient's."""
    next_slot: datetime | None = None
    """None: no promise is made (previews)."""
    skips_empty: bool = False
    """``when_empty = "skip"``: silence does not mean a fault."""
    articles: tuple[DigestArticle, ...] = ()
    """All articles not yet told, relevant and near; order does not matter."""
    sources: tuple[SourceReport, ...] = ()
    """All active sources, unreadable ones included."""
    waiting: tuple[Source, ...] = ()
    """Sources that wait for ``personal_use``."""
    revisions: tuple[Revision, ...] = ()
    backfilled: tuple[Backfilled, ...] = ()
    references: tuple[Reference, ...] = ()
    """Seeds, stories and articles that verdicts point at."""
    speakers: Mapping[str, Speaker] = field(default_factory=dict)
    """By ``Quote.speaker``: officials and bodies the topic knows."""
    alerted: Mapping[str, datetime] = field(default_factory=dict)
    """When an alert told a sentence to this reader: it stands here again, marked."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Names in the reader's language by anchor (``person:rudenko``) or thread (``thread:graves``)."""
    last_new_fact: LastFact | None = None
    title: str = "Russia-Japan peace treaty"
    """The topic's name, as headline."""
    tag: str = "treaty"
    """The topic in one word, for subjects and List-ID."""
    parties: tuple[str, ...] = ("RU", "JP")
    """Countries of the dispute; outlets of others are marked as third."""
    stuck: int = 0
    """Digests for others that still wait for delivery."""
    belated: tuple[Belated, ...] = ()
    """This recipient's earlier digests that did not simply arrive, oldest first."""
    weekly: bool = False
    """The recipient gets one a week: the picture of the month and the ledger of quotes go with it."""
    month: tuple[Report, ...] = ()
    """Of a weekly digest: reports of the days of its picture, copies included."""
    watched_since: datetime | None = None
    """When this installation looked for the first time: before it, no report does not mean that none came."""
    said: tuple[Said, ...] = ()
    """Of a weekly digest: what was said with a name in the period, outlet by outlet, earliest first."""
    notes: tuple[str, ...] = ()
    """Sentences of the service about itself (deliveries that failed, for example), shown under NOT SEEN."""
