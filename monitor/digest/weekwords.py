"""What a weekly digest says of the month's picture and of who said what."""

from __future__ import annotations

from datetime import date, timedelta

from monitor.digest.parts import Picture, Saying, Side
from monitor.digest.unseen import Unseen

MAX_QUOTES = 12
"""Lines of the ledger in a mail; the JSON form has all."""


def capital(text: str) -> str:
    """Return the text with a capital first: an office that opens a line (``foreign minister``)."""
    return text[:1].upper() + text[1:]


class WeekWords(Unseen):
    """The sentences on the week of one digest."""

    def side(self, side: Side) -> str:
        """Return whose articles: a country, or the others."""
        return side.country or self.phrases.say("week.other")

    def side_summary(self, picture: Picture, side: Side) -> str:
        """Return ``41 articles, most 9: 12 Nov``."""
        total = self.phrases.count("week.total", side.total)
        if not side.total:
            return total
        most = max(side.counts)
        day = self._date(picture.first + timedelta(days=side.counts.index(most)))
        return self.listed([total, self.phrases.say("week.most", n=most, date=day)])

    def legend(self, picture: Picture) -> str:
        """Return how to read the picture: what a dot is, and since when anybody looked."""
        if not any(side.total for side in picture.sides):
            return self.phrases.say("week.none")
        return self.prose(self.phrases.say("week.legend"), self.unwatched(picture))

    def unwatched(self, picture: Picture) -> str:
        """Return from when on anybody looked; empty where all days of the picture were watched."""
        begun = picture.watched_from
        return self.phrases.say("week.unwatched", date=self._date(begun)) if begun else ""

    def picture_days(self, picture: Picture) -> list[date]:
        """Return the days of the picture."""
        return [picture.first + timedelta(days=n) for n in range(len(picture.sides[0].counts))]

    def short_date(self, day: date) -> str:
        """Return ``12 Nov``."""
        return self._date(day)

    def speaks(self, saying: Saying) -> str:
        """Return who said it, to whom, on which day."""
        country = self.phrases.say("said_country", country=saying.country) if saying.country else ""
        to = self.phrases.say("said_to", addressee=saying.addressee) if saying.addressee else ""
        return self.phrases.say(
            "week.quote", speaker=capital(saying.speaker), country=country, to=to, date=self.day(saying.at)
        )

    def printed_by(self, saying: Saying) -> str:
        """Return who printed it first, and how many more did."""
        if saying.outlets == 1:
            return saying.said.outlet
        return self.phrases.count("week.printed_more", saying.outlets - 1, outlet=saying.said.outlet)

    def more_quotes(self) -> str:
        """Return the line for the quotes not shown; empty where all are."""
        n = len(self.digest.ledger) - MAX_QUOTES
        return self.phrases.count("more", n, command=self.more_command()) if n > 0 else ""
