"""An alert as a mail: the forms of a digest over new facts of one story, with its own few sentences. Pure.

alert (digest.alert) + the digest of what was not told yet -> only its story and facts -> render
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from monitor.digest.alert import Alert
from monitor.digest.alert_words import say
from monitor.digest.columns import cut
from monitor.digest.parts import Digest, Fact, Printed, Story
from monitor.digest.render import render
from monitor.digest.unseen import Linked
from monitor.digest.wording import SUBJECT_COLUMNS, Wording
from monitor.model import Rendered


@dataclass(frozen=True, slots=True)
class Note:
    """What an alert says of itself."""

    kinds: tuple[str, ...]
    """In the reader's language."""
    origins: int
    government: bool
    follows: datetime | None
    """When the last mail on this story was made; None: this is the first."""
    rest_until: datetime
    """Until then there is no further alert on the story."""


def short(digest: Digest, alert: Alert) -> Digest:
    """Return a digest of the alert's own reports with nothing but the alert's facts."""
    story = next(one for one in digest.stories if one.ref == alert.story)
    told = tuple(fact for fact in story.facts if _bears(fact, alert)) or story.facts
    return replace(
        digest,
        stories=(replace(story, number=1, facts=told),),
        restated=(),
        changed=(),
        seen_again=(),
        near=(),
        notes=(),
        backfilled=(),
        waiting=(),
        articles=tuple(one for one in digest.articles if one[0] in alert.articles),
    )


def _bears(fact: Fact, alert: Alert) -> bool:
    return fact.said.text in alert.texts or (
        fact.translated is not None and fact.translated.text in alert.texts
    )


def rendered(digest: Digest, note: Note) -> Rendered:
    """Return the alert in every form; the same alert gives the same bytes."""

    class Words(AlertWording):
        """The sentences of this alert."""

        of = note

    return render(digest, Words)


class AlertWording(Wording):
    """The sentences of one alert: those of a digest for the facts, its own around them."""

    of: ClassVar[Note]

    def figures(self) -> bool:
        """Return False: one story needs no count."""
        return False

    def subject(self) -> str:
        """Return the subject: that it comes at once, when, and the headline."""
        story = self.digest.stories[0]
        start = self._say("subject", tag=self.digest.tag, time=self.clock(self.digest.at), headline="")
        room = SUBJECT_COLUMNS - len(start) - 2
        headline = Printed(cut(story.headline.text, room), story.headline.lang, story.headline.outlet)
        return (start + self.quote(headline)).replace("=?", "= ?")

    def head(self, *, blind: bool = True) -> list[str]:
        """Return why this comes now, and what it follows."""
        del blind
        note = self.of
        kinds = self.listed(note.kinds)
        facts = self.phrases.count("facts", self.digest.facts)
        origins = self.phrases.count("origins", note.origins)
        first = [self._say("head", kinds=kinds, facts=facts, origins=origins)]
        if note.government:
            first.append(self._say("government"))
        lines = [self.prose(*first)]
        if note.follows is not None:
            lines.append(self._say("follows", time=self.moment(note.follows)))
        return lines

    def next(self) -> str:
        """Return where this comes again, and until when the story rests."""
        parts = []
        if self.digest.next_slot is not None:
            parts.append(self._say("next", time=self.moment(self.digest.next_slot)))
        if self.of.rest_until > self.digest.at:
            parts.append(self._say("rest", time=self.moment(self.of.rest_until)))
        return self.prose(*parts)

    def stories(self) -> tuple[Story, ...]:
        """Return the one story."""
        return self.digest.stories

    def not_seen(self) -> list[Linked]:
        """Return nothing: what could not be seen is the digest's matter."""
        return []

    def blind_lines(self) -> list[str]:
        """Return nothing, for the same reason."""
        return []

    def _say(self, key: str, **values: str) -> str:
        return say(self.digest.language, key, **values)


def as_data(note: Note, alert: Alert) -> dict[str, Any]:
    """Return what the JSON form says of the alert itself."""
    return {
        "story": alert.story,
        "kinds": [kind.name for kind in alert.kinds],
        "origins": note.origins,
        "government": note.government,
        "articles": sorted(alert.articles),
        "texts": sorted(alert.texts),
    }
