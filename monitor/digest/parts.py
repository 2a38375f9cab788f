"""A digest as data: what is said, to whom, in which order, before any wording or layout.

``build`` makes it, the renderers read it, ``data`` writes all of it as JSON. Every text in it is clean (one
line, no controls) and every link is plain http or https. Nothing is cut short here; the forms do that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.digest.material import Backfilled, Belated, LastFact, Revision, Span, Voice
from monitor.digest.sight import Sight
from monitor.model import Change, Recipient


@dataclass(frozen=True, slots=True)
class Printed:
    """Words as an outlet printed them."""

    text: str
    lang: str
    outlet: str


@dataclass(frozen=True, slots=True)
class First:
    """The earliest report we know of, and how far its clock can be trusted."""

    outlet: str
    country: str
    affiliation: str
    at: datetime | None
    clock: str
    """Empty where it is known to be the first, else what leaves the order open: a weak clock (``Claim.weak``,
    ``unknown``), reports ``minutes`` apart, clocks ``contradicted`` by what we saw, its clock ``alone``.
    ``claims``: good clocks say so, and nothing else does."""


@dataclass(frozen=True, slots=True)
class Known:
    """The closest sentence that was known before."""

    text: str
    label: str
    """What the reference is called; empty where it has no name."""
    at: datetime | None
    ours: bool
    """A note of the project on a seed, not words of an outlet."""
    lang: str = ""
    """Of the outlet's words; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One new fact: the original sentence, who said it, how many stand behind it, what was known."""

    said: Printed
    translated: Printed | None
    """The same story's sentence in the reader's language, where one was seen."""
    names: tuple[str, ...]
    """Recognised names and numbers, where no such sentence was seen."""
    voice: Voice
    speaker: str
    speaker_country: str
    addressee: str
    outlet: str
    country: str
    affiliation: str
    at: datetime | None
    first: First
    outlets: int
    origins: int
    known: Known | None
    change: Change | None
    """For an altered text: what stood before and what stands now."""
    link: str
    old_since: datetime | None
    """First reported long before this period: told late, shown as old."""
    anchors: tuple[str, ...]
    readable: bool
    """Some report of its story is in the reader's language."""
    alerted: datetime | None = None
    """When an alert told it to this reader; None: this is the first he reads of it."""


@dataclass(frozen=True, slots=True)
class Story:
    """All new facts of one event."""

    number: int
    """1 … in the order told."""
    ref: str
    headline: Printed
    headline_link: str
    threads: tuple[str, ...]
    facts: tuple[Fact, ...]
    voice: Voice
    outlets: int
    origins: int
    at: datetime | None
    order: str
    """Why it stands where it stands, in English: goes into the JSON form."""


@dataclass(frozen=True, slots=True)
class Position:
    """A known position said anew."""

    said: Printed
    speaker: str
    at: datetime | None
    as_on: datetime | None
    as_label: str
    times_this_year: int
    last_on: datetime | None
    outlets: int
    link: str


@dataclass(frozen=True, slots=True)
class Altered:
    """A text that changed after publication."""

    revision: Revision
    story: int | None
    """Number of the story in this digest."""
    old: str
    new: str
    """The words that differ; the whole texts where most of them do."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """A known text with other words inside its quotation marks: nobody's new fact, but no faithful copy."""

    outlet: str
    label: str
    """What the text repeats; empty where it has no name."""
    words: tuple[Printed, ...]
    """The words that stand in quotations now."""
    link: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Reports that repeat the same known thing, counted."""

    kind: str
    """``story`` (of this digest), ``known`` (seed or earlier story) or ``background``."""
    story: int | None
    label: str
    title: str
    """A longer name, for forms with room: a seed's title, a story's first headline."""
    ref: str
    count: int
    seen_before: int


@dataclass(frozen=True, slots=True)
class Near:
    """A title beside the topic."""

    title: Printed
    link: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Sources that wait for the operator's yes, by country."""

    country: str
    waiting: int
    of: int
    """Sources of that country, active and waiting."""


@dataclass(frozen=True, slots=True)
class Side:
    """Articles of one side, day by day."""

    country: str
    """Empty: everybody who is no party."""
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return the articles of all days."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Picture:
    """Articles a day by side."""

    first: date
    """Local day of the first count."""
    sides: tuple[Side, ...]
    watched_from: date | None
    """The first day this installation looked, where it lies inside the picture."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Words said with a name, told once."""

    speaker: str
    country: str
    voice: Voice
    said: Printed
    """The longest form, by the outlet that printed it first."""
    addressee: str
    at: datetime
    outlets: int
    link: str


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest for one recipient."""

    recipient: Recipient
    language: str
    zone: str
    slot: str
    at: datetime
    period: Span
    next_slot: datetime | None
    skips_empty: bool
    title: str
    tag: str
    parties: tuple[str, ...]
    stories: tuple[Story, ...]
    restated: tuple[Position, ...]
    changed: tuple[Altered, ...]
    seen_again: tuple[Fold, ...]
    near: tuple[Near, ...]
    sight: Sight
    waiting: tuple[Waiting, ...]
    backfilled: tuple[Backfilled, ...]
    last_new_fact: LastFact | None
    notes: tuple[str, ...]
    thread_names: tuple[tuple[str, str], ...]
    """(thread, the topic's name for it)."""
    fill: tuple[str, str] | None
    """First day and the day after the last one that ``monitor backfill`` should fill, local dates."""
    articles: tuple[tuple[int | None, str, str], ...]
    """(id, relation, reason) of everything told with this digest, for the record."""
    program: str = "monitor"
    """How the reader calls the program."""
    reprint: str = ""
    """Words after ``program`` that print all of this digest; empty: its slot's."""
    watched_since: datetime | None = None
    """When this installation looked for the first time."""
    picture: Picture | None = None
    """Of a weekly digest."""
    ledger: tuple[Saying, ...] = ()
    """Of a weekly digest."""
    reworded: tuple[Reworded, ...] = ()
    stuck: int = 0
    """Digests for others that still wait for delivery."""
    belated: tuple[Belated, ...] = ()
    """The recipient's earlier digests that did not simply arrive."""

    @property
    def facts(self) -> int:
        """Return the number of new facts."""
        return sum(len(story.facts) for story in self.stories)

    @property
    def repeats(self) -> int:
        """Return the number of reports that only repeat."""
        return sum(fold.count for fold in self.seen_again)

    @property
    def operator(self) -> bool:
        """Return True for a recipient who gets faults only."""
        return self.recipient.role == "operator"

    @property
    def could_look(self) -> bool:
        """Return True where "nothing new" may be said."""
        return self.sight.covered
