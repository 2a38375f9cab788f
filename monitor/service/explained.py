"""What `service.explain` finds as paragraphs a desk officer reads: lives of entries, stored articles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.service import names, terms

WEAK = {
    "no_zone": "the outlet gave no time zone",
    "no_time": "the outlet gave a day without a time",
    "future": "the claimed time lay in the future",
    "unreadable": "the claimed time could not be read",
    "ancient": "the claimed time is too old to be believed",
    "zone_replaced": "the claimed zone is known to be wrong and was replaced",
    "contradicted": "page and feed disagree",
    "lastmod": "only the time of the last edit is known",
    "capture": "only the time of a capture is known",
}


DOUBTS = {
    "minutes": "the reports are minutes apart",
    "alone": "only the clock of the earliest says so, and we saw another one before it",
    "contradicted": "what the outlets claim does not fit the order in which we saw them",
    "unknown": "an outlet gave no time",
}
"""What leaves the order of reports open (``judge.origins.Earliest``), beside weak clocks."""
BY = {
    "credit": "the others name it as their source",
    "seen": "we saw it before the others say they published",
    "clocks": "the clocks are good, and we saw the reports in that order",
    "claims": "the clocks are good; we found the reports at one look, so nothing else tells",
    "only": "no other publisher has it",
}
"""What tells who was first."""
MOST_LINES = 10
"""New sentences and quotes printed of one verdict; ``--json`` has all."""


def text(found: list[dict[str, Any]], zone: str) -> str:
    """Return lives (``explain.lives``) as paragraphs, with times in that zone."""
    return "\n\n".join(_life_lines(life, ZoneInfo(zone)) for life in found)


def _moment(at: str | None, zone: ZoneInfo) -> str:
    """Return a stored time in the reader's zone: ``2026-11-22 12:38 JST``."""
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M %Z}" if at else "an unknown time"


def _life_lines(life: dict[str, Any], zone: ZoneInfo) -> str:
    lines = [f"Entry {life['entry']}: {life['title'] or '(no title)'}", f"  {life['url'] or '(no address)'}"]
    seen = f"Seen first {_moment(life['first_seen'], zone)} in {life['source_name']} ({life['source']})"
    if life["discovered_via"] != "feed":
        seen += f", found by {life['discovered_via']}"
    lines += [f"  {seen}.", f"  {_claim_line(life['published'], zone)}"]
    if life["page"]:
        lines.append("  " + _page_line(life["page"]))
    lines += [f"  Changed later ({_moment(r['seen_at'], zone)}): {r['title']}" for r in life["revisions"]]
    if life["state"] == "pending":
        lines.append("  Not judged yet: it waits for its turn or its page. Judge now: monitor poll")
    if life["state"] == "failed":
        lines.append("  It could not be judged; the log has the trace.")
    now = next((place["story"] for place in life["stories"] if place["left_at"] is None), None)
    for verdict in life["verdicts"]:
        lines += _verdict_lines(verdict, zone, now=now)
    lines += _story_lines(life["stories"], zone)
    lines += _provenance_lines(life["provenance"], zone)
    lines += [
        f"  Wording differs: “{one['words']}” here, “{one['other_words']}” in {one['outlet']} "
        f"(article {one['article']})."
        for one in life["altered_quotes"][:MOST_LINES]
    ]
    lines += _restated_lines(life["restated"])
    lines += [f"  You marked it {mark['mark']} on {_moment(mark['at'], zone)}." for mark in life["marks"]]
    if life["other_entries"]:
        lines += ["  The same article also stands in:", *_places(life["other_entries"], zone)]
    if life["article"] is not None:
        lines.append(f"  Its text: monitor show {life['article']}")
    return "\n".join(lines)


def _claim_line(claim: dict[str, Any], zone: ZoneInfo) -> str:
    if not claim["at"]:
        return "It claims no time of its own."
    weak = f" ({WEAK.get(claim['weak'], claim['weak'])})" if claim["weak"] else ""
    return f"Its own time: {_moment(claim['at'], zone)}{weak}."


def _places(entries: Sequence[dict[str, Any]], zone: ZoneInfo) -> list[str]:
    return [
        f"    {one['source']}  {one['url'] or '-'}  ({_moment(one['first_seen'], zone)})" for one in entries
    ]


def _story_lines(places: Sequence[dict[str, Any]], zone: ZoneInfo) -> list[str]:
    """Return where an article belongs and belonged; one place that nobody changed is told by the verdict."""
    if len(places) == 1 and not places[0]["by_hand"] and places[0]["left_at"] is None:
        return []
    lines = []
    for place in places:
        until = f" until {_moment(place['left_at'], zone)}" if place["left_at"] else " now"
        hand = " (by hand: no rule moves it again)" if place["by_hand"] and not place["left_at"] else ""
        lines.append(f"  In {terms.words(place['story'])}{until}: {terms.reworded(place['reason'])}{hand}.")
    return lines


def _provenance_lines(found: dict[str, Any] | None, zone: ZoneInfo) -> list[str]:
    """Return on how many origins the story stands, and who was first as far as that is known."""
    if found is None:
        return []
    outlets, count = found["outlets"], found["origins"]
    stands = f"{outlets} outlet{'s' * (outlets != 1)}, {count} origin{'s' * (count != 1)}"
    first = found["first"]
    at = _moment(first["claimed"]["at"] or first["first_seen"], zone)
    if first["by"] == "only" and (outlets == 1 or not first["doubt"]):
        return [f"  Its story stands on {stands}."]
    weak = first["doubt"]
    if weak:
        why = DOUBTS.get(weak) or WEAK[weak]
        earliest = f"seen earliest: {first['outlet']}, {at}"
        return [f"  Its story stands on {stands}. Who was first is not known: {why} ({earliest})."]
    return [f"  Its story stands on {stands}. First: {first['outlet']}, {at}; {BY[first['by']]}."]


def _restated_lines(found: dict[str, Any] | None) -> list[str]:
    """Return who takes the position again, as on which day, how often this year."""
    if found is None:
        return []
    parts = [f"{speaker_name(found['speaker'])} {terms.act(found['position'])}, as before"]
    if found["as_on"] or found["ref"]:
        ref = f"in {terms.words(found['ref'])}" if found["ref"] else ""
        parts.append(" ".join(part for part in ("as", _day(found["as_on"]), ref) if part))
    last = f", last {_day(found['last_on'])}" if found["last_on"] else ""
    parts.append(f"time {found['times_this_year']} this year{last}")
    return [f"  Restated: {'; '.join(parts)}."]


def _day(at: str | None) -> str:
    return f"on {at[:10]}" if at else ""


def speaker_name(key: str) -> str:
    """Return a speaker's name in English, or what the key says: ``Orlov`` for ``person:orlov``."""
    known = names.speakers("en").get(key)
    return known.name if known else key.partition(":")[2].replace("_", " ").title() or key


def _page_line(page: dict[str, Any]) -> str:
    if page["state"] == "ok":
        how = page["method"] or "no body found"
        return f"Page read: {page['characters']} characters of article text ({how})."
    why = page["detail"] or page["kind"]
    if page["state"] == "retry":
        return f"Page not read yet ({why}); it will be tried again."
    return f"Page not readable ({why}); the feed's text was judged."


def _verdict_lines(verdict: dict[str, Any], zone: ZoneInfo, *, now: str | None = None) -> list[str]:
    """Return one verdict; ``now`` is the story the article is in today, where a hand may have put it."""
    relation = verdict["relation"].replace("_", " ")
    when = "Verdict" if verdict["current"] else f"Earlier verdict ({_moment(verdict['at'], zone)})"
    lines = [f"  {when}: {relation.upper()} - {terms.reworded(verdict['reason'])}"]
    if not verdict["current"]:
        return lines
    seen = verdict["relevance"]
    lines.append(
        f"    Topic: {verdict['level'].replace('_', ' ')} by rule {seen['rule']} at {seen['score']:.2f}: "
        f"{seen['reason']}"
    )
    decided = list(dict.fromkeys(f"{hit['text']} ({hit['label']})" for hit in seen["hits"]))
    if decided:
        lines.append(f"    Words that decided: {', '.join(decided[:10])}")
    lines += _match_lines(verdict["match"], copied=verdict["relation"] in {"copy", "update"})
    if verdict["story"]:
        why = terms.reworded(verdict["story_reason"])
        belongs = "Belongs to" if now in {None, verdict["story"]} else "By the rules it belonged to"
        lines.append(f"    {belongs} {terms.words(verdict['story'])}{f': {why}' if why else ''}.")
    lines += _new_lines(verdict["sentences"])
    lines += [f"    {_quote_line(quote)}" for quote in verdict["quotes"][:MOST_LINES]]
    if verdict["origin"]:
        lines.append(f"    {_origin_line(verdict['origin'])}")
    if verdict["island_names"]:
        lines.append(f"    Names used for the islands: {', '.join(verdict['island_names'])}")
    lines.append(f"    Rules: {verdict['rules']}")
    return lines


def _match_lines(match: dict[str, Any] | None, *, copied: bool) -> list[str]:
    """Return how much of which text it is, and what was changed; of a seed only the new wording is known."""
    if match is None:
        return []
    same = (
        f"{'Same text as' if copied else 'Has text in common with'} {terms.words(match['known'])}: "
        f"{match['share']:.0%} of the smaller text, {match['direction']} ({match['shared_shingles']} runs of "
        f"letters in common){'' if copied else ', too little for a copy'}."
    )
    lines = [f"    {same}"]
    unknown: dict[str, list[str]] = {}
    for change in match["changes"]:
        if match["known"].startswith("seed:") and not change["old"]:
            unknown.setdefault(change["kind"], []).append(change["new"])
            continue
        turned = f"{change['old'] or '(nothing)'} -> {change['new'] or '(nothing)'}"
        lines.append(f"    Changed {change['kind']}: {turned}")
    for kind, found in unknown.items():
        lines.append(f"    Changed {kind}: now {' | '.join(found)}")
    if unknown:
        lines.append("      (of seeds only fingerprints are kept: what stood there is not known)")
    return lines


def _new_lines(sentences: Sequence[dict[str, Any]]) -> list[str]:
    """Return each sentence with a new fact, why it is one, and the closest known sentence."""
    lines: list[str] = []
    for one in [s for s in sentences if s["label"] == "new_fact"][:MOST_LINES]:
        lines += [f"    New: {one['text']}", f"         {terms.reworded(one['reason'])}"]
        if one["closest"]:
            ref = f" ({terms.words(one['closest_ref'])})" if one["closest_ref"] else ""
            lines.append(f"         closest known{ref}: {one['closest']}")
    return lines


def _quote_line(quote: dict[str, Any]) -> str:
    """Return who said it, by which verb, to whom, and the exact words."""
    how = " ".join(part for part in (quote["verb"], f"to {quote['to']}" if quote["to"] else "") if part)
    who = speaker_name(quote["speaker"]) if quote["speaker"] else "unnamed"
    return f"Quote: {who}{f' ({how})' if how else ''}: {quote['words']}"


def _origin_line(origin: dict[str, Any]) -> str:
    """Return whose text it is, with the words that say so."""
    says = f": “{origin['evidence']}”" if origin["evidence"] else ""
    return {
        "dateline": f"Text of {origin['name']}, by its dateline{says}.",
        "signed": f"Text of {origin['name']}, which signs it{says}.",
        "relayed": f"Rests on a report of {origin['name']}{says}.",
        "agency": f"Text of {origin['name']}, the agency itself.",
    }.get(origin["how"], f"No agency is credited: the outlet's own text ({origin['name']}).")


def closest_text(found: dict[str, Any]) -> str:
    """Return the same as paragraphs, with what to do about a wrong one."""
    if not found["dropped"]:
        return "Nothing was dropped (since then)."
    lines = [f"What was dropped closest to the line ({found['line']:.2f}); the closest first:"]
    for one in found["dropped"]:
        level = one["level"].replace("_", " ")
        lines += [
            "",
            f"{one['score']:.2f}  {level}, rule {one['rule']}  {one['title'] or '(no title)'}",
            f"      {one['source']}, {one['first_seen'][:16].replace('T', ' ')} UTC, entry {one['entry']}",
            *([f"      {one['url']}"] if one["url"] else []),
            f"      {one['reason']}",
        ]
    lines += [
        "",
        "All of one:                       monitor explain ENTRY",
        "If some belong to the topic, put their words into a copy of the topic file, and see what else that",
        "would change:                     monitor replay --rules COPY",
    ]
    return "\n".join(lines)


def article_text(found: dict[str, Any], zone: str) -> str:
    """Return one stored article (``explain.article``) as text, with times in that zone."""
    clock = ZoneInfo(zone)
    lines = [
        f"{found['title']}",
        (
            f"{found['outlet']} ({found['country'] or '?'}, {found['lang'] or '?'})  "
            f"{_moment(found['published']['at'], clock)}"
        ),
        f"{found['url'] or ''}",
        "",
        *([found["summary"], ""] if found["summary"] else []),
        found["body"] or "(no text was readable)",
        "",
        *_verdict_lines({"current": True, "at": "", **found["verdict"]}, clock),
        "  Seen in:",
        *_places(found["entries"], clock),
    ]
    return "\n".join(lines)
