"""What a digest says about its own sight: how much was looked at, what was not, why, and what fills it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.digest.material import Belated, SourceReport, Span
from monitor.digest.safe import link
from monitor.digest.sight import LEAST_PATIENCE, Blind, Cause, union
from monitor.digest.times import Times
from monitor.model import Health

MAX_NAMES = 3
"""Names a line lists before it counts instead."""
MAX_BELATED = 4
"""Earlier digests whose fate is told, the newest."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A line with the links that belong behind it."""

    text: str
    links: tuple[tuple[str, str], ...] = ()
    """(name, link)."""


class Unseen(Times):
    """The sentences about sight of one digest."""

    def _looked(self) -> str:
        seen = self.digest.sight
        if not seen.total:
            return self.no_source()
        looked = {"looked": len(seen.looked), "total": seen.total}
        line = self.phrases.say("looked" if seen.looked else "looked_none", until=self._until(), **looked)
        tail = self._out_counts()
        if not tail:
            return line + self.sign("end")
        see_end = self.phrases.say("see_end")
        blank = "" if see_end.startswith("（") else " "
        rest = self.sign("comma").join(tail) + blank + see_end
        return line + self.sign("semicolon") + rest + self.sign("end")

    def _until(self) -> str:
        first, last = self.digest.sight.until_first, self.digest.sight.until_last
        if first is None or last is None:
            return ""
        if last - first < timedelta(hours=1):
            return self.phrases.say("until", time=self._today(first))
        return self.phrases.say("between", first=self._today(first), time=self._today(last))

    def _out_counts(self) -> list[str]:
        counts = (("newly", len(self.digest.sight.newly)), ("as_before", len(self.digest.sight.standing)))
        return [self.phrases.count(key, n) for key, n in counts if n]

    def begun_late(self) -> datetime | None:
        """Return since when this installation looks, where the period began before: nobody saw all of it."""
        begun = self.digest.watched_since
        if begun is None or begun - self.digest.period[0] <= LEAST_PATIENCE:
            return None
        return begun

    def _nothing(self) -> str:
        seen = self.digest.sight
        begun = self.begun_late()
        gaps = (
            self.phrases.count("gaps", len(seen.gaps))
            if seen.gaps or seen.blind
            else self.phrases.say("no_gap")
        )
        if seen.blind and not seen.gaps:
            gaps = ""
        if begun is not None and not seen.gaps:
            gaps = self.phrases.say("unwatched", time=self.weekday_moment(begun))
        line = self.phrases.say(
            "nothing", looked=len(seen.looked), total=seen.total, until=self._until(), gaps=gaps
        ).rstrip(self.sign("comma"))
        line = self.sign("semicolon").join([line, *self._out_counts()]) + self.sign("end")
        if seen.unreadable and not self._shows_not_seen():
            names = self._names([one.source.name for one in seen.unreadable])
            line = self.prose(line, self.phrases.say("never_readable", names=names))
        return line

    def _names(self, names: Sequence[str]) -> str:
        """Return the first names, and how many more."""
        if len(names) <= MAX_NAMES + 1:
            return self.listed(names)
        rest = self.phrases.say("lost_more", n=len(names) - MAX_NAMES)
        return self.listed(names[:MAX_NAMES]) + rest

    def _out_names(self) -> set[str]:
        return {name for blind in self._blinds() for name in blind.names}

    def _blinds(self) -> tuple[Blind, ...]:
        """Return the blind stretches told above the sections; beside news, the grave ones only."""
        blinds = self.digest.sight.blind
        return tuple(one for one in blinds if one.grave) if self.digest.stories else blinds

    def unseen_long(self) -> str:
        """Return how long we could not look, overlaps counted once."""
        spans = union(one.span for one in self._blinds())
        return self.long(sum((span.end - span.start for span in spans), timedelta()))

    def blind_lines(self) -> list[str]:
        """Return each blind stretch once: when, why, what came back, what is lost, how to fill it.

        What was new and what repeated stands in it only where no other line counts that.
        """
        lines: list[str] = []
        told = bool(self.digest.stories) or self.digest.operator or self.digest.could_look
        for number, blind in enumerate(self._blinds()):
            counts = "" if told or number else self._before_after()
            lines += [
                self.prose(self._blind(blind), counts),
                self._cause(blind),
                self._recovered(blind),
                self._lost(blind),
            ]
        if lines and self.digest.fill:
            lines.append(self.fill())
        return [line for line in lines if line]

    def _blind(self, blind: Blind) -> str:
        many = len(blind.names) > 1 and len(blind.names) * 2 > blind.of
        where = "" if many else self.phrases.say("blind_at", names=self._names(blind.names))
        key = "blind_open" if blind.open else "blind" if blind.lost else "blind_covered"
        return self.phrases.say(
            key, where=where, start=self.near_moment(blind.span.start), end=self.near_moment(blind.span.end)
        )

    def _before_after(self) -> str:
        facts = self.phrases.count("facts", self.digest.facts)
        return self.phrases.say(
            "before_after", facts=facts, repeats=self.phrases.count("repeats", self.digest.repeats)
        )

    def _cause(self, blind: Blind) -> str:
        if blind.cause is not Cause.OUTLETS:
            return self.phrases.say(f"cause.{blind.cause.value}")
        reasons = self.listed(self.phrases.say(f"why.{kind.value}") for kind in blind.failed_as[:MAX_NAMES])
        return self.phrases.say("cause.outlets", reasons=reasons)

    def _recovered(self, blind: Blind) -> str:
        if not blind.recovered or not blind.lost:
            return ""
        return self.phrases.count("recovered", blind.recovered, time=self.near_moment(blind.span.start))

    def _lost(self, blind: Blind) -> str:
        if not blind.lost:
            return ""
        first, more = blind.lost[0], len(blind.lost) - 1
        return self.phrases.say(
            "lost",
            n=len(blind.lost),
            name=first.name,
            spans=self.listed(map(self.span, first.spans)),
            more=self.phrases.say("lost_more", n=more) if more else "",
        )

    def fill(self) -> str:
        """Return the line with the command that fills what is lost."""
        return self.phrases.say("fill", command=self.fill_command())

    def fill_command(self) -> str:
        """Return the command alone; empty where nothing is lost."""
        if self.digest.fill is None:
            return ""
        start, end = self.digest.fill
        return self.command(f"backfill --from {start} --to {end}")

    def no_source(self) -> str:
        """Return that there is nothing to look at, and how to begin."""
        return self.phrases.say("no_source", command=self.command("sources list"))

    def _repeats(self) -> str:
        n = self.digest.repeats
        return self.phrases.count("repeats", n) if n else self.phrases.say("no_repeats")

    def _shows_not_seen(self) -> bool:
        """Return True where this day has something to tell about blindness, beyond what always stands."""
        seen = self.digest.sight
        quiet_day = not self.digest.stories and self.digest.could_look
        own = self.digest.notes or self.digest.stuck or self.digest.belated
        fresh = seen.newly or seen.gaps or own or self.digest.backfilled
        return bool(fresh) or not quiet_day or self.digest.operator or bool(self.digest.waiting)

    def not_seen(self) -> list[Linked]:
        """Return what could not be seen: new in full, standing in one line, unreadable by address."""
        seen = self.digest.sight
        if not self._shows_not_seen():
            return []
        hidden = self._out_names() if self._many_out() else set()
        newly = [one for one in seen.newly if one.source.name not in hidden]
        lines = [Linked(self.new_blind(one)) for one in newly]
        lines += [Linked(self._gap(one)) for one in seen.gaps]
        if seen.standing:
            lines.append(Linked(self._standing(seen.standing)))
        if seen.quiet:
            names = self._names([one.source.name for one in seen.quiet])
            lines.append(Linked(self.phrases.count("quiet", len(seen.quiet), names=names)))
        if seen.unreadable:
            links = tuple((one.source.name, _address(one.source.url)) for one in seen.unreadable)
            lines.append(Linked(self.phrases.say("unreadable"), tuple(one for one in links if one[1])))
        lines += [Linked(line) for line in self._backfilled()]
        if self.digest.fill and not self._blinds():
            lines.append(Linked(self.fill()))
        if self.digest.waiting:
            lines.append(Linked(self._waiting()))
        lines += [Linked(self._belated(one)) for one in self.digest.belated[-MAX_BELATED:]]
        if self.digest.stuck:
            command = self.command("health")
            lines.append(Linked(self.phrases.count("stuck", self.digest.stuck, command=command)))
        return lines + [Linked(note) for note in self.digest.notes]

    def _belated(self, one: Belated) -> str:
        """Return what became of an earlier digest."""
        slot = self.weekday_moment(one.slot_at)
        if one.at is None:
            return self.phrases.say(f"belated.{one.fate.value}", slot=slot, command=self.command("health"))
        same = one.at.astimezone(self.zone).date() == one.slot_at.astimezone(self.zone).date()
        at = self.clock(one.at) if same else self.weekday_moment(one.at)
        return self.phrases.say(f"belated.{one.fate.value}", slot=slot, at=at)

    def _many_out(self) -> bool:
        """Return True when a shared blindness was told above, so that its sources are not listed again."""
        return any(len(blind.names) > MAX_NAMES for blind in self._blinds())

    def new_blind(self, one: SourceReport) -> str:
        """Return which source went out of sight, why, since when, and when it is tried again."""
        since, retry = one.state.failing_since or _open_since(one), one.state.next_due
        return self.phrases.say(
            "new_blind",
            name=one.source.name,
            reason=self.reason(one),
            since=self.phrases.say("since", time=self.moment(since)) if since else "",
            retry=self.phrases.say("retry", time=self._today(retry)) if retry and retry > self.now else "",
        )

    def reason(self, one: SourceReport) -> str:
        """Return why a source is out of sight, as the rest of a sentence that begins with its name."""
        if one.state.health is Health.EMPTIED:
            return self.phrases.say("why.emptied")
        kind = one.state.kind
        if kind is None:
            return self.phrases.say("why.never")
        if not self.phrases.has(f"why.{kind.value}"):  # its last attempt was well: nobody tried since
            return self.phrases.say("why.down")
        status = f" ({one.status})" if one.status and one.status >= 400 else ""
        return self.phrases.say(f"why.{kind.value}") + status

    def _gap(self, one: SourceReport) -> str:
        spans = self.listed(map(self.span, one.gaps))
        if not one.lost:
            return self.phrases.say("gap_back", name=one.source.name, spans=spans)
        lost = self.listed(map(self.span, one.lost))
        return self.phrases.say("gap_lost", name=one.source.name, spans=spans, lost=lost)

    def _standing(self, standing: Sequence[SourceReport]) -> str:
        if len(standing) <= MAX_NAMES:
            names = self.listed(
                self.phrases.say("name_why", name=one.source.name, reason=self.reason(one))
                for one in standing
            )
            return self.phrases.say("standing", names=names)
        counts = Counter(self.reason(one) for one in standing)
        reasons = self.listed(f"{reason} ({n})" for reason, n in counts.most_common())
        return self.phrases.say("standing_many", n=len(standing), reasons=reasons)

    def _waiting(self) -> str:
        n = sum(one.waiting for one in self.digest.waiting)
        shares = self.listed(
            self.phrases.say("waiting_country", country=one.country, n=one.of - one.waiting, of=one.of)
            for one in self.digest.waiting[:MAX_NAMES]
            if one.country
        )
        share = self.phrases.say("waiting_share", shares=shares) if shares else ""
        return self.phrases.count("waiting", n, share=share)

    def _backfilled(self) -> Iterable[str]:
        for one in self.digest.backfilled:
            sources = self.phrases.count("sources", one.sources)
            span = self.span(Span(*one.span))
            yield self.phrases.count("backfilled", one.entries, span=span, sources=sources)

    def next(self) -> str:
        """Return the promise of the next one; empty for a preview."""
        if self.digest.next_slot is None:
            return ""
        time = self.stamp(self.digest.next_slot, "stamp_short", year=False)
        if self.digest.skips_empty:
            return self.phrases.say("next_skips", time=time, command=self.command("health"))
        form = "form.mail" if self.digest.recipient.kind == "email" else "form.digest"
        return self.phrases.say("next", time=time, form=self.phrases.say(form))


def _address(url: str) -> str:
    """Return the site's front page, where a reader can look for himself."""
    whole = link(url)
    return "/".join(whole.split("/")[:3]) if whole else ""


def _open_since(one: SourceReport) -> datetime | None:
    return one.gaps[-1][0] if one.gaps else None
