"""What a digest says in its own name: phrases filled from the data, the same for every form.

Text, HTML and Markdown lay these sentences out; none of them words anything itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from monitor.digest import alert_words
from monitor.digest.columns import TIE, cut
from monitor.digest.parts import (
    Altered,
    Digest,
    Fact,
    Fold,
    Known,
    Near,
    Position,
    Printed,
    Reworded,
    Story,
)
from monitor.digest.safe import clean
from monitor.digest.tags import shown
from monitor.digest.weekwords import WeekWords, capital

SUBJECT_COLUMNS = 68
"""With its name within the 78 of RFC 5322 §2.1.1, so that it is not folded; mail programs show even less."""
MAX_STORIES = 5
MAX_FACTS = 3
"""In the mail; the JSON form has all. Both from the rules of the digest."""
MAX_LINES = 5
"""Lines of any other section."""
WORDS_SHOWN = 3
"""Of the words that stand in a report's quotations instead of known ones."""
MAX_FOLDS = 8
ONE_DAY = timedelta(hours=26)
"""A digest that covers more than a day and a clock change names its period: a catch-up, a weekly digest."""
_QUOTES = {"ja": ("「", "」"), "ru": ("«", "»"), "zh": ("「", "」")}
_MARKS = frozenset('"“”„«»「」『』‘')
"""Without the closing single mark: far more often it is an apostrophe, and the opening one tells the pair."""


def quoted(printed: Printed, *, curly: bool = False) -> str:
    """Return a headline in the quotation marks of its language; marks inside give way to the other kind.

    ``curly``: English marks as a page prints them, not as a terminal does.
    """
    left, right = _QUOTES.get(printed.lang, ("“", "”") if curly else ('"', '"'))
    text = printed.text
    if text.startswith(left) and text.endswith(right) and text.count(left) == (1 if left != right else 2):
        return text
    if left == "「":
        text = text.replace("「", "『").replace("」", "』")
    elif left == "«":
        text = text.replace("«", "„").replace("»", "“")
    else:
        text = text.translate(str.maketrans('"“”', "'''"))
    return f"{left}{text}{right}"


def sentence(printed: Printed, *, curly: bool = False) -> str:
    """Return a sentence verbatim, in quotation marks only where it has none of its own."""
    if printed.lang == "ja" or any(char in _MARKS for char in printed.text):
        return printed.text
    return quoted(printed, curly=curly)


class Wording(WeekWords):
    """The sentences of one digest."""

    def __init__(self, digest: Digest, *, curly: bool = False) -> None:
        super().__init__(digest)
        self.curly = curly

    def quote(self, printed: Printed) -> str:
        """Return a headline in quotation marks."""
        return quoted(printed, curly=self.curly)

    def sentence(self, printed: Printed) -> str:
        """Return a sentence, in quotation marks where it has none."""
        return sentence(printed, curly=self.curly)

    @property
    def date(self) -> str:
        """Return ``Fri 27 Nov 2026``."""
        return self.phrases.say(
            "weekday_date", weekday=self.weekday(self.now), date=self.day(self.now, year=True)
        )

    def subject(self) -> str:
        """Return the subject: what is new, or that nothing is, or that nobody could look."""
        return self._subject().replace("=?", "= ?")  # RFC 2047: what begins so is read as encoded

    def _subject(self) -> str:
        digest, say = self.digest, self.phrases.say
        out, total = len(self._out_names()), digest.sight.total
        common = {"tag": digest.tag, "date": self.date, "out": out, "total": total}
        if digest.operator:
            out = len(digest.sight.newly) + len(digest.sight.standing)
            return say("subject.faults" if out else "subject.no_faults", **common | {"out": out})
        facts = self.phrases.count("facts", digest.facts)
        long = self.unseen_long()
        if not total:
            return say("subject.no_sources", **common)
        if digest.stories:
            key = "subject.new_blind" if self._blinds() else "subject.new"
            start = say(key, tag=digest.tag, facts=facts, long=long, headline="")
            headline = digest.stories[0].headline
            room = SUBJECT_COLUMNS - len(start) - 2
            return start + self.quote(Printed(cut(headline.text, room), headline.lang, headline.outlet))
        if not digest.could_look:
            return cut(
                say("subject.blind", long=long, **common | {"date": self._short_date()}), SUBJECT_COLUMNS
            )
        begun = self.begun_late()
        but = [*self._also(), *([say("unwatched", time=self.day(begun))] if begun else [])]
        return say("subject.nothing_but" if but else "subject.nothing", but=self.listed(but), **common)

    def _short_date(self) -> str:
        return self.phrases.say("weekday_date", weekday=self.weekday(self.now), date=self.day(self.now))

    def _also(self) -> list[str]:
        """Return ``1 already alerted``, ``1 position restated`` and ``1 text changed later``, where so."""
        counts = (("positions", len(self.digest.restated)), ("texts", len(self.digest.changed)))
        also = [self.phrases.count(key, n) for key, n in counts if n]
        alerted = sum(fact.alerted is not None for story in self.digest.stories for fact in story.facts)
        return [alert_words.say(self.digest.language, "already", n=alerted), *also] if alerted else also

    def figures(self) -> bool:
        """Return True where a form with room shows the counts as large figures."""
        return not self.digest.operator

    def head(self, *, blind: bool = True) -> list[str]:
        """Return the first screen, one paragraph a line: what is new, what repeats, could we look.

        ``blind=False`` leaves out the blind stretches, for a form that tells them elsewhere.
        """
        digest = self.digest
        dark = self.blind_lines() if blind else []
        lines = [self._covers()]
        if digest.operator:
            lines += [self.phrases.say("operator"), self._looked(), *dark]
        elif digest.stories:
            repeats = self._repeats() + self.sign("end")
            lines += [self._counts(), self.prose(repeats, self._looked()), *dark]
        elif digest.could_look:
            lines += [self._nothing(), *dark, self._repeats_folded(), self._last_fact(), *self._also_line()]
        elif digest.sight.total:
            lines += [*(dark or [self._looked()]), *self._also_line()]
        else:
            lines.append(self.no_source())
        if self.near_inline():
            lines.append(self.phrases.say("near_one", title=self.near(digest.near[0])))
        return [line for line in lines if line]

    def _covers(self) -> str:
        """Return the period where it is more than a day and a clock change: a catch-up, a weekly digest."""
        if self._one_day():
            return ""
        start, end = self.digest.period
        line = self.phrases.say("covers", start=self.weekday_moment(start), end=self.weekday_moment(end))
        begun = self.digest.watched_since
        if begun is None or begun - start <= ONE_DAY:
            return line
        return self.prose(line, self.phrases.say("first_look", time=self.weekday_moment(begun)))

    def _counts(self) -> str:
        facts = self.phrases.count("facts", self.digest.facts)
        line = self.phrases.count("in_stories", len(self.digest.stories), facts=facts)
        return self.prose(line, *self._also_line())

    def _also_line(self) -> list[str]:
        also = self._also()
        return [self.listed(also) + self.sign("end")] if also else []

    def _repeats_folded(self) -> str:
        folds = self.folds()
        return f"{self._repeats()}: {folds}" if folds else self._repeats() + self.sign("end")

    def _last_fact(self) -> str:
        last = self.digest.last_new_fact
        parts = []
        if last is not None:
            label = clean(last.label, 60) or (self.thread(last.thread) if last.thread else "")
            key = "last_fact_label" if label else "last_fact"
            parts.append(self.phrases.say(key, time=self.weekday_moment(last.at), label=label))
        if not self.digest.restated:
            parts.append(self.phrases.say("restated_none_daily" if self._one_day() else "restated_none"))
        return self.prose(*parts)

    def _one_day(self) -> bool:
        start, end = self.digest.period
        return end - start <= ONE_DAY

    def stories(self) -> tuple[Story, ...]:
        """Return the stories a mail shows."""
        return self.digest.stories[:MAX_STORIES]

    def facts(self, story: Story) -> tuple[Fact, ...]:
        """Return the facts of a story a mail shows."""
        return story.facts[:MAX_FACTS]

    def more_facts(self, story: Story) -> str:
        """Return the line for the facts not shown; empty where all are."""
        n = len(story.facts) - MAX_FACTS
        return self.phrases.count("more_facts", n, command=self.more_command()) if n > 0 else ""

    def more_stories(self) -> str:
        """Return the line for the stories not shown; empty where all are."""
        n = len(self.digest.stories) - MAX_STORIES
        return self.phrases.count("more_stories", n, command=self.more_command()) if n > 0 else ""

    def more(self, items: Sequence[object]) -> str:
        """Return the line for what a section does not show; empty where it shows all."""
        n = len(items) - MAX_LINES
        return self.phrases.count("more", n, command=self.more_command()) if n > 0 else ""

    def headline(self, story: Story) -> str:
        """Return the outlet's headline in quotation marks."""
        return self.quote(story.headline)

    def tags(self, story: Story) -> list[str]:
        """Return the sub-threads as words, the telling ones first, two at most: a tag is a glance."""
        return list(dict.fromkeys(self.thread(name) for name in shown(story.threads)))[:2]

    def thread(self, name: str) -> str:
        """Return the sub-thread's name in the reader's language."""
        key = f"thread.{name}"
        if self.phrases.has(key):
            return self.phrases.say(key)
        return cut(dict(self.digest.thread_names).get(name) or clean(name.replace("_", " ")), 24)

    def said(self, fact: Fact) -> str:
        """Return who said it, to whom and when, for a fact with a speaker; else an empty string."""
        if not fact.speaker:
            return ""
        country = (
            self.phrases.say("said_country", country=fact.speaker_country) if fact.speaker_country else ""
        )
        to = self.phrases.say("said_to", addressee=fact.addressee) if fact.addressee else ""
        return self.phrases.say(
            "said", speaker=capital(fact.speaker), country=country, to=to, time=self.moment(fact.at)
        )

    def sources(self, fact: Fact) -> str:
        """Return who reported it, how good that clock is, and on how many origins it stands."""
        return self.prose(self._first(fact), self._stands_on(fact), self._no_report(fact))

    def _first(self, fact: Fact) -> str:
        """Return the first outlet with the quality of its clock, and its time where no other line has it."""
        first = fact.first
        known = f"clock.{first.clock or 'good'}"
        key = {"": "first_at", "claims": "first_claims"}.get(first.clock, "first_seen")
        if not first.clock and fact.speaker and first.at == fact.at:
            key = "first"
        elif not first.clock and fact.outlets == 1:
            key = "printed"
        return self.phrases.say(
            key,
            outlet=first.outlet,
            about=self._about(first.country, first.affiliation),
            time=self.moment(first.at),
            clock=self.phrases.say(known) if self.phrases.has(known) else first.clock,
        )

    def ditto(self, story: Story, fact: Fact) -> bool:
        """Return True where a fact stands in the report of the one before it, with the same to say of it."""
        place = story.facts.index(fact)
        before = story.facts[place - 1] if 0 < place < MAX_FACTS else None
        return (
            before is not None
            and bool(fact.link)
            and before.link == fact.link
            and self.sources(before) == self.sources(fact)
        )

    def _stands_on(self, fact: Fact) -> str:
        """Return how many outlets and origins; one origin without a named speaker is only a claim."""
        outlets = self.phrases.count("outlets", fact.outlets)
        if fact.origins == 1 and not fact.speaker:
            key = "claim" if fact.outlets == 1 else "claim_outlets"
            return self.phrases.say(key, outlets=outlets)
        return self.listed([outlets, self.phrases.count("origins", fact.origins)]) + self.sign("end")

    def _no_report(self, fact: Fact) -> str:
        """Return that no report in the reader's language was seen, where that is so."""
        return (
            "" if fact.readable or fact.said.lang == self.digest.language else self.phrases.say("no_report")
        )

    def _about(self, country: str, affiliation: str) -> str:
        """Return `` (RU, state)``; outlets of no party are marked as third, ties to a state are named."""
        known = f"affiliation.{affiliation}"
        parts = [
            country,
            self.phrases.say("third") if country and country not in self.digest.parties else "",
            self.phrases.say(known) if self.phrases.has(known) else "",
        ]
        text = self.listed(part for part in parts if part)
        return f" ({text})" if text else ""

    def names(self, fact: Fact) -> str:
        """Return the recognised names and numbers, where there is no sentence in the reader's language."""
        if fact.said.lang == self.digest.language or fact.translated is not None or not fact.names:
            return ""
        return self.phrases.say("names", names=self.listed(map(self._name, fact.names)))

    def _name(self, name: str) -> str:
        """Return a name; a day of the calendar as days are written here."""
        try:
            day = date.fromisoformat(name) if len(name) == len("2026-12-11") else None
        except ValueError:
            day = None
        return name if day is None else self._date(day, year=day.year != self.now.year)

    def known_mark(self, known: Known) -> str:
        """Return ``Known`` or ``Known (seed 2, our note)``."""
        key = "known_ours" if known.ours else "known"
        return self.phrases.say(key, label=self.label(known.label))

    def known(self, known: Known) -> str:
        """Return the known sentence in its language's quotation marks, a note of ours without, and its day.

        Its language is marked where it is not the reader's.
        """
        if known.ours:  # the project's notes are English
            return known.text if self.phrases.lang == "en" else f"[en] {known.text}"
        text = self.sentence(Printed(known.text, known.lang, ""))
        if known.lang not in {"", self.phrases.lang}:
            text = f"[{known.lang}] {text}"
        if known.at is None:
            return text
        closing = " " if text.endswith((".", "。", '"', "”", "»", "」", "!", "?")) else self.sign("comma")
        return f"{text}{closing}{self.day(known.at, year=True)}"

    def change(self, fact: Fact) -> str:
        """Return what an altered text says otherwise; empty where nothing was altered."""
        if fact.change is None:
            return ""
        old, new = fact.change.old, fact.change.new
        key = "was" if old and new else "was_not" if new else "no_longer"
        return self.phrases.say(key, old=old, new=new)

    def old(self, fact: Fact) -> str:
        """Return since when an old, untold fact has been out, or when it was alerted; else nothing."""
        parts = []
        if fact.old_since is not None:
            parts.append(self.phrases.say("old", date=self.day(fact.old_since, year=True)))
        if fact.alerted is not None:
            parts.append(alert_words.say(self.digest.language, "alerted", time=self.moment(fact.alerted)))
        return self.prose(*parts)

    def position(self, position: Position) -> str:
        """Return the restated words, who and when."""
        said = self.quote(position.said)
        day = self.moment(position.at) if position.at is None else self.day(position.at)
        if not position.speaker:
            return self.phrases.say("position_by", said=said, speaker=position.said.outlet, date=day)
        return self.phrases.say("position", said=said, speaker=position.speaker, date=day)

    def history(self, position: Position) -> str:
        """Return as on which day, how often this year, and when last; empty where nothing is known."""
        parts = []
        if position.as_on is not None:
            key = "as_on_label" if position.as_label else "as_on"
            day = self.day(position.as_on, year=True)
            parts.append(self.phrases.say(key, date=day, label=self.label(position.as_label)))
        elif position.as_label:
            parts.append(self.phrases.say("as_label", label=self.label(position.as_label)))
        if position.times_this_year:
            key = "nth_last" if position.last_on else "nth"
            nth = self.phrases.ordinal(position.times_this_year)
            last = self.day(position.last_on) if position.last_on else ""
            parts.append(self.phrases.say(key, nth=nth, date=last))
        return self.sign("semicolon").join(parts) + self.sign("end") if parts else ""

    def changed(self, altered: Altered) -> str:
        """Return which text changed, from what to what, and when we saw it."""
        one = altered.revision
        part = f"part.{one.part}"
        return self.phrases.say(
            "changed",
            outlet=one.outlet,
            story=self.phrases.say("changed_story", n=altered.story) if altered.story else "",
            part=self.phrases.say(part) if self.phrases.has(part) else clean(one.part, 20),
            old=self.quote(Printed(altered.old, one.lang, one.outlet)),
            new=self.quote(Printed(altered.new, one.lang, one.outlet)),
            time=self._today(one.at),
        )

    def reworded(self, one: Reworded) -> str:
        """Return which outlet prints what with other words in its quotations, and the first of them."""
        shown = [self.quote(words) for words in one.words[:WORDS_SHOWN]]
        rest = len(one.words) - len(shown)
        return self.phrases.say(
            "reworded",
            outlet=one.outlet,
            label=self.label(one.label) if one.label else self.phrases.say("known_text"),
            words=self.listed(shown),
            rest=self.phrases.say("reworded_rest", n=rest) if rest else "",
        )

    def fold_label(self, fold: Fold) -> str:
        """Return what the reports repeat."""
        if fold.kind == "story":
            return self.phrases.say("fold.story", n=fold.story)
        if fold.kind == "background":
            return self.phrases.say("fold.background")
        return cut(self.label(fold.label), 30)

    def shown_folds(self) -> list[tuple[str, str, int]]:
        """Return (label, title, count) for the folds a mail shows, the rest as one."""
        folds = self.digest.seen_again[:MAX_FOLDS]
        shown = [(self.fold_label(fold), self._fold_title(fold), fold.count) for fold in folds]

        rest = self.digest.seen_again[MAX_FOLDS:]
        if rest:
            n = sum(fold.count for fold in rest)
            shown.append((self.phrases.say("more_folds", n=len(rest)), "", n))
        return shown

    def _fold_title(self, fold: Fold) -> str:
        """Return a longer name, and how many reports of it earlier digests have counted."""
        before = self.phrases.say("seen_before", n=fold.seen_before) if fold.seen_before else ""
        title = "" if fold.title == fold.label else fold.title
        return self.sign("semicolon").join(part for part in (title, before) if part)

    def folds(self) -> str:
        """Return ``story 1: 8 | seed 3: 11``; empty where nothing repeats."""
        return " | ".join(f"{label}: {count}".replace(" ", TIE) for label, _, count in self.shown_folds())

    def near_inline(self) -> bool:
        """Return True where the one title beside the topic fits the first screen of a quiet day."""
        return len(self.digest.near) == 1 and not self.digest.stories and self.digest.could_look

    def near(self, near: Near) -> str:
        """Return a title beside the topic, with its outlet."""
        return f"{self.quote(near.title)} ({near.title.outlet})"
