"""The whole life of an entry as data: where it was seen, what was decided, and on which figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.db.records import EntryRef, StoredArticle, StoredEntry, StoredVerdict
from monitor.errors import UsageError
from monitor.model import Claim, Verdict
from monitor.service import pages, positions, provenance, stories
from monitor.service.context import Context


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
        "altered_quotes": stories.altered_quotes(context, article) if article else [],
        "restated": _restated(context, article),
        "verdicts": [_verdict(found, _labels(context)) for found in store.verdict_history(entry.id)],
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


def _labels(context: Context) -> dict[str, str]:
    """Return what the topic in force calls its concepts and themes, by their ids."""
    return {concept.id: concept.label for concept in context.topic.concepts}


def _verdict(stored: StoredVerdict, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"at": stored.at.isoformat(), "current": stored.current, **_decision(stored.verdict, labels)}


def _decision(verdict: Verdict, labels: Mapping[str, str]) -> dict[str, Any]:
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
                {
                    "concept": hit.concept,
                    "label": labels.get(hit.concept, hit.concept.replace("_", " ")),
                    "text": hit.text,
                    "part": hit.part,
                    "sentence": hit.sentence,
                }
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


def article(context: Context, article_id: int) -> dict[str, Any]:
    """Return one stored article with text, verdict and places; UsageError when there is none."""
    stored = context.store.article(article_id)
    if stored is None:
        raise UsageError(f"there is no article {article_id}; ids are shown by: monitor explain URL")
    return _article(stored, _labels(context))


def _article(stored: StoredArticle, labels: Mapping[str, str]) -> dict[str, Any]:
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
        "verdict": _decision(stored.verdict, labels),
        "entries": [_place(ref) for ref in stored.entries],
        "marks": [{"mark": mark.mark, "at": mark.at.isoformat()} for mark in stored.marks],
    }
