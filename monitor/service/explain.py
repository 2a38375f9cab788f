"""The whole life of an entry in words: where it was seen, what was decided, and on which figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.db.records import EntryRef, StoredArticle, StoredEntry, StoredVerdict
from monitor.errors import UsageError
from monitor.model import Claim, Verdict
from monitor.service import names, pages, positions, provenance, stories
from monitor.service.context import Context

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


def lives(context: Context, what: str) -> list[dict[str, Any]]:
    """Return the life of every entry with that address or id; UsageError when there is none."""
    store = context.store
    if what.isdigit():
        entry = store.entry(int(what))
        found = [entry] if entry else []
    else:
        found = store.find_entries(what, url_keys=[pages.key_of(what)])
    if not found:
        raise UsageError(
            f"no entry {what!r} was ever seen. If it should have been: monitor add {what}   judges it now."
        )
    return [_life(context, entry) for entry in found]


def _life(context: Context, entry: StoredEntry) -> dict[str, Any]:
    store = context.store
    source = context.sources.get(entry.source_id)
    url = entry.entry.url
    page = store.pages([pages.key_of(url)]).get(pages.key_of(url)) if url else None
    article = store.article(entry.article_id) if entry.article_id is not None else None
    return {
        "entry": entry.id,
        "article": entry.article_id,
        "source": entry.source_id,
        "source_name": source.name if source else entry.source_id,
        "url": url,
        "title": entry.entry.title,
        "published": _claim(entry.entry.published),
        "first_seen": entry.first_seen.isoformat(),
        "discovered_via": entry.discovered_via,
        "state": entry.state.value,
        "page": None
        if page is None
        else {
            "state": page.state.value,
            "attempts": page.attempts,
            "kind": page.kind.value if page.kind else None,
            "final_url": page.final_url,
            "detail": page.detail,
            "characters": len(page.page.text) if page.page else 0,
            "method": page.page.method if page.page else "",
        },
        "revisions": [
            {"seen_at": r.seen_at.isoformat(), "title": r.title, "summary": r.summary}
            for r in store.revisions(entry.id)
        ],
        "provenance": _provenance(context, article),
        "restated": _restated(context, article),
        "verdicts": [_verdict(found) for found in store.verdict_history(entry.id)],
        "marks": [
            {"mark": mark.mark, "at": mark.at.isoformat()} for mark in (article.marks if article else ())
        ],
        "stories": [
            stories.membership(place)
            for place in (store.story_places(entry.article_id) if entry.article_id is not None else ())
        ],
        "other_entries": [
            _place(ref) for ref in (article.entries if article else ()) if ref.entry_id != entry.id
        ],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "at": claim.at.isoformat() if claim.at else None,
        "raw": claim.raw,
        "zone": claim.zone,
        "weak": claim.weak,
    }


def _place(ref: EntryRef) -> dict[str, Any]:
    return {
        "entry": ref.entry_id,
        "source": ref.source_id,
        "url": ref.url,
        "first_seen": ref.first_seen.isoformat(),
    }


def _verdict(stored: StoredVerdict) -> dict[str, Any]:
    verdict = stored.verdict
    return {"at": stored.at.isoformat(), "current": stored.current, **_decision(verdict)}


def _decision(verdict: Verdict) -> dict[str, Any]:
    match = verdict.match
    return {
        "relation": verdict.relation.value,
        "level": verdict.level.value,
        "reason": verdict.reason,
        "rules": verdict.rules_version,
        "relevance": {
            "score": round(verdict.relevance.score, 3),
            "rule": verdict.relevance.rule,
            "reason": verdict.relevance.reason,
            "threads": list(verdict.relevance.threads),
            "hits": [
                {"concept": hit.concept, "text": hit.text, "part": hit.part, "sentence": hit.sentence}
                for hit in verdict.relevance.hits
            ],
        },
        "duplicate_of": verdict.duplicate_of,
        "match": None
        if match is None
        else {
            "known": match.known,
            "share": round(match.share, 3),
            "share_of_new": round(match.share_of_new, 3),
            "share_of_known": round(match.share_of_known, 3),
            "direction": match.direction.value,
            "shared_shingles": match.shared,
            "changes": [{"kind": c.kind, "old": c.old, "new": c.new} for c in match.changes],
        },
        "story": verdict.story,
        "story_reason": verdict.story_reason,
        "figures": {name: round(value, 3) for name, value in verdict.figures},
        "sentences": [
            {
                "label": s.label.value,
                "text": s.text,
                "reason": s.reason,
                "closest": s.closest,
                "closest_ref": s.closest_ref,
                "anchors": list(s.anchors),
            }
            for s in verdict.sentences
        ],
        "quotes": [
            {"speaker": q.speaker, "words": q.words, "verb": q.verb, "to": q.addressee, "lang": q.lang}
            for q in verdict.quotes
        ],
        "island_names": list(verdict.island_names),
        "origin": None
        if verdict.origin is None
        else {
            "name": verdict.origin.name,
            "agency": verdict.origin.agency,
            "how": verdict.origin.how,
            "evidence": verdict.origin.evidence,
        },
        "positions": list(verdict.positions),
    }


def _provenance(context: Context, article: StoredArticle | None) -> dict[str, Any] | None:
    """Return how many outlets and origins the article's story has, and who was first."""
    found = provenance.of_story(context.store, article.story) if article and article.story else None
    if found is None:
        return None
    first = found.first.article
    return {
        "outlets": found.outlets,
        "origins": found.origins,
        "first": {
            "article": found.first.id,
            "outlet": first.outlet,
            "claimed": _claim(first.published),
            "first_seen": first.first_seen.isoformat() if first.first_seen else None,
            "by": found.earliest.by,
            "doubt": found.earliest.doubt,
        },
    }


def _restated(context: Context, article: StoredArticle | None) -> dict[str, Any] | None:
    """Return by whom, as on which day and how often this year a known position was taken."""
    found = positions.restated(context, article, context.settings.monitor.zone) if article else None
    if article is None or found is None:
        return None
    return {
        "speaker": found.speaker,
        "position": next(
            act
            for speaker, act in (one.split(" ") for one in article.verdict.positions)
            if speaker == found.speaker
        ),
        "as_on": found.as_on.isoformat() if found.as_on else None,
        "ref": found.ref,
        "times_this_year": found.times_this_year,
        "last_on": found.last_on.isoformat() if found.last_on else None,
    }


def text(found: list[dict[str, Any]]) -> str:
    """Return the lives as paragraphs a desk officer understands."""
    return "\n\n".join(_one(life) for life in found)


def _one(life: dict[str, Any]) -> str:
    lines = [f"Entry {life['entry']}: {life['title'] or '(no title)'}", f"  {life['url'] or '(no address)'}"]
    seen = f"Seen first {life['first_seen']} in {life['source_name']} ({life['source']})"
    if life["discovered_via"] != "feed":
        seen += f", found by {life['discovered_via']}"
    lines.append(f"  {seen}.")
    claim = life["published"]
    if claim["at"]:
        weak = f" ({WEAK.get(claim['weak'], claim['weak'])})" if claim["weak"] else ""
        lines.append(f"  Its own time: {claim['at']}{weak}.")
    else:
        lines.append("  It claims no time of its own.")
    if life["page"]:
        lines.append("  " + _page_line(life["page"]))
    lines += [f"  Changed later ({r['seen_at']}): {r['title']}" for r in life["revisions"]]
    if life["state"] == "pending":
        lines.append("  Not judged yet: it waits for its turn or its page. Judge now: monitor poll")
    if life["state"] == "failed":
        lines.append("  It could not be judged; the log has the trace.")
    for verdict in life["verdicts"]:
        lines += _verdict_lines(verdict)
    lines += _story_lines(life["stories"])
    lines += _provenance_lines(life["provenance"])
    lines += _restated_lines(life["restated"])
    lines += [f"  You marked it {mark['mark']} on {mark['at']}." for mark in life["marks"]]
    if life["other_entries"]:
        lines.append("  The same article also stands in:")
        lines += [f"    {o['source']}  {o['url'] or '-'}  ({o['first_seen']})" for o in life["other_entries"]]
    if life["article"] is not None:
        lines.append(f"  Its text: monitor show {life['article']}")
    return "\n".join(lines)


def _story_lines(places: Sequence[dict[str, Any]]) -> list[str]:
    """Return where an article belongs and belonged; one place that nobody changed is told by the verdict."""
    if len(places) == 1 and not places[0]["by_hand"] and places[0]["left_at"] is None:
        return []
    lines = []
    for place in places:
        until = f" until {place['left_at']}" if place["left_at"] else " now"
        hand = " (by hand: no rule moves it again)" if place["by_hand"] and not place["left_at"] else ""
        lines.append(f"  In {place['story']}{until}: {place['reason']}{hand}.")
    return lines


def _provenance_lines(found: dict[str, Any] | None) -> list[str]:
    """Return on how many origins the story stands, and who was first as far as that is known."""
    if found is None:
        return []
    outlets, count = found["outlets"], found["origins"]
    stands = f"{outlets} outlet{'s' * (outlets != 1)}, {count} origin{'s' * (count != 1)}"
    first = found["first"]
    at = first["claimed"]["at"] or first["first_seen"]
    if first["by"] == "only" and not first["doubt"]:
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
    parts = [f"{speaker_name(found['speaker'])} says again what is known ({found['position']})"]
    if found["as_on"] or found["ref"]:
        parts.append(" ".join(part for part in ("as", _day(found["as_on"]), f"in {found['ref']}") if part))
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


def _verdict_lines(verdict: dict[str, Any]) -> list[str]:
    relation = verdict["relation"].replace("_", " ")
    when = "Verdict" if verdict["current"] else f"Earlier verdict ({verdict['at']})"
    lines = [f"  {when}: {relation.upper()} - {verdict['reason']}"]
    if not verdict["current"]:
        return lines
    seen = verdict["relevance"]
    lines.append(
        f"    Topic: {verdict['level']} by rule {seen['rule']} at {seen['score']:.2f}: {seen['reason']}"
    )
    words = list(dict.fromkeys(f"{hit['text']} ({hit['concept']})" for hit in seen["hits"]))
    if words:
        lines.append(f"    Words that decided: {', '.join(words[:10])}")
    match = verdict["match"]
    if match:
        lines.append(
            f"    Same text as {match['known']}: {match['share']:.0%} of the smaller text, "
            f"{match['direction']} ({match['shared_shingles']} runs of letters in common)."
        )
        lines += [f"    Changed {c['kind']}: {c['old']} -> {c['new']}" for c in match["changes"]]
    if verdict["story"]:
        lines.append(f"    Story: {verdict['story']} {verdict['story_reason']}".rstrip())
    new = [s for s in verdict["sentences"] if s["label"] == "new_fact"]
    lines += [f"    New: {s['text']}\n         {s['reason']}" for s in new[:10]]
    lines += [f"    {_quote_line(quote)}" for quote in verdict["quotes"][:10]]
    if verdict["origin"]:
        lines.append(f"    {_origin_line(verdict['origin'])}")
    if verdict["island_names"]:
        lines.append(f"    Names used for the islands: {', '.join(verdict['island_names'])}")
    lines.append(f"    Rules: {verdict['rules']}")
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


def closest(context: Context, count: int, since: datetime | None) -> dict[str, Any]:
    """Return the entries that were dropped closest to the line of relevance, the closest first."""
    dropped = context.store.closest(count, since=since)
    return {
        "line": context.topic.rules.line,
        "dropped": [
            {
                "entry": one.entry_id,
                "score": one.score,
                "level": one.level,
                "rule": one.rule,
                "source": one.source_id,
                "first_seen": one.first_seen.isoformat(),
                "title": one.title,
                "url": one.url,
                "reason": one.reason,
            }
            for one in dropped
        ],
    }


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


def article(context: Context, article_id: int) -> dict[str, Any]:
    """Return one stored article with text, verdict and places; UsageError when there is none."""
    stored = context.store.article(article_id)
    if stored is None:
        raise UsageError(f"there is no article {article_id}; ids are shown by: monitor explain URL")
    return _article(stored)


def _article(stored: StoredArticle) -> dict[str, Any]:
    art = stored.article
    return {
        "article": stored.id,
        "outlet": art.outlet,
        "country": art.country,
        "lang": art.lang,
        "title": art.title,
        "summary": art.summary,
        "body": art.body,
        "text_from": art.text_from,
        "words": stored.words,
        "url": art.url,
        "final_url": art.final_url,
        "canonical_url": art.canonical_url,
        "published": _claim(art.published),
        "first_seen": art.first_seen.isoformat() if art.first_seen else None,
        "story": stored.story,
        "verdict": _decision(stored.verdict),
        "entries": [_place(ref) for ref in stored.entries],
        "marks": [{"mark": mark.mark, "at": mark.at.isoformat()} for mark in stored.marks],
    }


def article_text(found: dict[str, Any]) -> str:
    """Return one article as text."""
    lines = [
        f"{found['title']}",
        (
            f"{found['outlet']} ({found['country'] or '?'}, {found['lang'] or '?'})  "
            f"{found['published']['at'] or 'no time'}"
        ),
        f"{found['url'] or ''}",
        "",
        *([found["summary"], ""] if found["summary"] else []),
        found["body"] or "(no text was readable)",
        "",
        *_verdict_lines({"current": True, "at": "", **found["verdict"]}),
        "  Seen in:",
        *[f"    {p['source']}  {p['url'] or '-'}  ({p['first_seen']})" for p in found["entries"]],
    ]
    return "\n".join(lines)
