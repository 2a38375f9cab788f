"""Every phrase a digest says in its own name, one table for each interface language.

To add a language, add its table with the same keys (a test compares them) and its plural rule. Words in
braces are filled in by ``wording``. A tuple holds the forms of the plural rule, in its order. Unknown
languages get English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Forms = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The table of one language."""

    lang: str
    plural: Callable[[int], int]
    """Which form of a tuple a number takes."""
    ordinal: Callable[[int], str]
    """``6th``."""
    weekdays: tuple[str, ...]
    """Monday first."""
    months: tuple[str, ...]
    table: Mapping[str, Forms]

    def say(self, key: str, **values: object) -> str:
        """Return the phrase with its blanks filled; values are never read as patterns."""
        forms = self.table[key]
        return (forms if isinstance(forms, str) else forms[0]).format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the phrase in the form the number asks for."""
        forms = self.table[key]
        form = forms if isinstance(forms, str) else forms[min(self.plural(n), len(forms) - 1)]
        return form.format(n=n, **values)

    def has(self, key: str) -> bool:
        """Return True when the table knows this key."""
        return key in self.table


def _english_plural(n: int) -> int:
    return 0 if n == 1 else 1


def _english_ordinal(n: int) -> str:
    ending = "th" if 10 < n % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


ENGLISH = Phrases(
    lang="en",
    plural=_english_plural,
    ordinal=_english_ordinal,
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    table={
        # subjects
        "subject.new": "[{tag}] {facts}: {headline}",
        "subject.new_blind": "[{tag}] {facts}, {long} NOT SEEN: {headline}",
        "subject.nothing": "[{tag}] nothing new - {date}",
        "subject.nothing_but": "[{tag}] nothing new, {but} - {date}",
        "subject.blind": "[{tag}] COULD NOT LOOK {long}: {out} of {total} sources - {date}",
        "subject.no_sources": "[{tag}] COULD NOT LOOK: no source is configured - {date}",
        "subject.faults": "[{tag}] faults: {out} of {total} sources out of sight - {date}",
        "subject.no_faults": "[{tag}] no faults - {date}",
        # the first lines
        "facts": ("{n} new fact", "{n} new facts"),
        "in_stories": ("{facts} in {n} story.", "{facts} in {n} stories."),
        "positions": ("{n} position restated", "{n} positions restated"),
        "texts": ("{n} text changed later", "{n} texts changed later"),
        "repeats": ("{n} report repeats what you know", "{n} reports repeat what you know"),
        "no_repeats": "No report repeats what you know",
        "looked": "Looked at {looked} of {total} sources, {until}",
        "looked_none": "Looked at none of {total} sources",
        "until": "until {time}",
        "between": "between {first} and {time}",
        "newly": "{n} newly out of sight",
        "as_before": "{n} as before",
        "see_end": "(see the end)",
        "nothing": "Nothing new, and we could look: {looked} of {total} sources, {until}, {gaps}",
        "no_gap": "no gap",
        "gaps": ("{n} with a gap", "{n} with gaps"),
        "never_readable": "Never readable by programs: {names}.",
        "last_fact": "Last new fact: {time}.",
        "last_fact_label": "Last new fact: {time} ({label}).",
        "restated_none": "Restated: none.",
        "near_one": "Near the topic: 1 - {title}",
        "covers": "Covers {start} to {end}.",
        "operator": "You are told of faults only.",
        # blindness
        "blind": "Blind {where}from {start} to {end}: whether anything is new, we cannot say.",
        "blind_open": "Blind {where}since {start}: whether anything is new, we cannot say.",
        "blind_covered": "Blind {where}from {start} to {end}, and nothing is lost.",
        "blind_at": "at {names} ",
        "before_after": "Before and after: {facts}, {repeats}.",
        "cause.own_network": "Cause: no name resolved, on any host: our own network, not the outlets.",
        "cause.no_host": "Cause: no host could be reached: our own network, most likely not the outlets.",
        "cause.down": "Cause: nobody tried: the service was not running.",
        "cause.outlets": "Cause: {reasons}.",
        "recovered": (
            "Recovered: {n} source, whose feed reaches back past {time}.",
            "Recovered: {n} sources, whose feeds reach back past {time}.",
        ),
        "lost": "Lost unless filled: {n} ({name}: {spans}{more}).",
        "lost_more": ", {n} more",
        "fill": "Fill: {command}",
        "fill_command": "monitor backfill --from {start} --to {end}",
        "hours": "{n} h",
        "minutes": "{n} min",
        "days": ("{n} day", "{n} days"),
        "no_source": "No source could be looked at: none is configured. Start with: monitor sources list",
        # sections
        "section.new": "NEW",
        "section.restated": "RESTATED",
        "section.changed": "CHANGED AFTER PUBLICATION",
        "section.seen_again": "SEEN AGAIN ({n})",
        "section.near": "NEAR THE TOPIC, titles only",
        "section.not_seen": "NOT SEEN",
        "more_facts": ("{n} more fact: {command}", "{n} more facts: {command}"),
        "more_stories": ("{n} more story: {command}", "{n} more stories: {command}"),
        "more": "{n} more: {command}",
        "more_folds": "{n} more",
        "more_command": "monitor digest --slot {slot} --format json",
        # facts
        "said": "{speaker}{country}{to}, {time}",
        "said_country": " ({country})",
        "said_to": ", to {addressee}",
        "printed": "{outlet}{about}, {time}",
        "undated": "time unknown",
        "third": "third country",
        "first": "First: {outlet}{about}, {clock}.",
        "first_seen": "First seen here: {outlet}{about}, {time}; {clock}, order not certain.",
        "first_claims": "First by the clocks: {outlet}{about}, {time}.",
        "clock.good": "good clock",
        "clock.zone_replaced": "corrected clock",
        "clock.no_zone": "clock without zone",
        "clock.no_time": "date without time",
        "clock.future": "clock ahead of ours",
        "clock.unreadable": "unreadable date",
        "clock.ancient": "impossible date",
        "clock.contradicted": "contradicted clock",
        "clock.lastmod": "date of a change",
        "clock.capture": "date of a capture",
        "clock.unknown": "no date given",
        "clock.minutes": "reports minutes apart",
        "clock.alone": "by its own clock alone",
        "outlets": ("{n} outlet", "{n} outlets"),
        "origins": ("{n} origin", "{n} origins"),
        "claim": "1 origin: a claim.",
        "claim_outlets": "{outlets}, 1 origin: a claim.",
        "no_report": "No English report yet.",
        "names": "Names: {names}.",
        "known": "Known",
        "known_ours": "Known ({label}, our note)",
        "was": "Was: {old}; now: {new}",
        "was_not": "Now: {new}",
        "no_longer": "No longer: {old}",
        "old": "Old: first reported {date}, not told to you before.",
        # other sections
        "position": "{said}: {speaker}, {date}.",
        "position_by": "{said} ({speaker}), {date}.",
        "as_on": "As on {date}",
        "as_on_label": "As on {date} ({label})",
        "as_label": "As in {label}",
        "nth": "{nth} time this year",
        "nth_last": "{nth} time this year, last on {date}",
        "changed": "{outlet}{story}, {part}: {old} became {new}, {time}.",
        "changed_story": ", story {n}",
        "part.headline": "headline",
        "part.summary": "summary",
        "part.text": "text",
        "fold.story": "story {n}",
        "fold.background": "background",
        "new_blind": "New: {name} {reason}{since}{retry}.",
        "since": " since {time}",
        "retry": "; retry {time}",
        "gap_back": "Gap: {name}, {spans}; its feed reaches back, nothing is lost.",
        "gap_lost": "Gap: {name}, {spans}; lost {lost}.",
        "standing": "As before: {names}.",
        "standing_many": "As before: {n} - {reasons}.",
        "quiet": ("Answers, but with nothing newer than 30 days: {names}.",),
        "unreadable": "Admit no programs, look yourself:",
        "waiting": (
            "Switched off until you set personal_use = true: {n} source{share}.",
            "Switched off until you set personal_use = true: {n} sources{share}.",
        ),
        "waiting_share": "; without them {shares}",
        "waiting_country": "{country} has {n} of {of}",
        "backfilled": (
            "Filled since: {span}, {n} entry from {sources}.",
            "Filled since: {span}, {n} entries from {sources}.",
        ),
        "sources": ("{n} source", "{n} sources"),
        "next": "Next: {time}. No {form} then means: the service is down.",
        "next_skips": "Next: {time}, if anything is new. Is it alive? monitor health",
        "form.mail": "mail",
        "form.digest": "digest",
        # reasons, after a name: "Eurasia Desk refuses us"
        "why.empty": "answers with an empty page",
        "why.emptied": "answers with an empty feed",
        "why.truncated": "breaks off its answers",
        "why.too_large": "answers with too much",
        "why.too_slow": "answers too slowly",
        "why.bad_encoding": "answers in a coding it does not keep",
        "why.refused": "refuses us",
        "why.not_found": "is not at its address any more",
        "why.gone": "is gone for good",
        "why.rate_limited": "asks us to slow down",
        "why.unavailable": "is out of service",
        "why.server_error": "fails on its side",
        "why.client_error": "does not accept our request",
        "why.legal_block": "is blocked for legal reasons",
        "why.bad_redirect": "sends us in circles",
        "why.private_address": "points at a private address",
        "why.robots": "admits no programs (robots.txt)",
        "why.dns": "does not resolve here",
        "why.connect": "does not accept connections from here",
        "why.timeout": "does not answer in time",
        "why.tls": "fails at encryption (TLS)",
        "why.protocol": "breaks the protocol",
        "why.not_a_feed": "sends something that is no feed",
        "why.parse_lost": "sends what cannot be read",
        "why.never": "was never reached",
        "why.down": "was not asked: the service was not running",
        # sub-threads, as tags
        "thread.visa_free": "visa-free visits",
        "thread.graves": "graves",
        "thread.fishing": "fishing",
        "thread.military": "military",
        "thread.sanctions": "sanctions",
        "thread.economy": "joint economy",
        "thread.disarmament": "disarmament",
        "thread.memory": "anniversaries",
        "thread.opinion": "opinion",
        "thread.analysis": "analysis",
        "affiliation.government": "government",
        "affiliation.official": "official",
        "affiliation.state": "state",
        # labels of the HTML form
        "html.new": ("new fact", "new facts"),
        "html.repeats": ("report repeats", "reports repeat"),
        "html.looked": "sources in sight",
        "html.could_not_look": "We could not look",
        "html.read": "Read at {outlet}",
    },
)

_TABLES = {"en": ENGLISH}


def phrases(language: str) -> Phrases:
    """Return the table of an interface language; English where there is none yet."""
    return _TABLES.get(language, ENGLISH)
