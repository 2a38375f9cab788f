"""The operator's hand on stories: listed, shown with their history, merged, split.

What is done here stays: rules never move an article again that a hand has placed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.db.records import StoredArticle, StoredStory, StoryMember
from monitor.errors import UsageError
from monitor.judge import quotes
from monitor.service import terms
from monitor.service.context import Context
from monitor.service.tables import table


def ref_of(text: str) -> str:
    """Return ``story:ID`` or ``seed:N`` for what was typed; a bare number is a story's."""
    kind, _, number = text.rpartition(":")
    if kind not in {"", "story", "seed"} or not number.isdigit():
        raise UsageError(f"{text!r} is no story: write its number, story:17 or seed:2")
    return f"{kind or 'story'}:{int(number)}"


def found(context: Context, text: str) -> StoredStory:
    """Return the story with that ref; UsageError where there is none."""
    ref = ref_of(text)
    story = context.store.story(ref)
    if story is None:
        raise UsageError(f"there is no {ref}; see: monitor story list")
    return story


# ------------------------------------------------------------------------------------------- merge, split


def merge(context: Context, kept: str, gone: str) -> str:
    """Move all articles of one story into another; return the sentence that confirms it."""
    into, away = found(context, kept), found(context, gone)
    if into.ref == away.ref:
        raise UsageError(f"{into.ref} is one story already")
    for story in (into, away):
        if story.merged_into:
            raise UsageError(f"{story.ref} was merged into {story.merged_into}; name that one")
    if away.ref.startswith("seed:"):
        turned = (
            "the events of two seeds stay two"
            if into.ref.startswith("seed:")
            else f"write: monitor story merge {away.ref} {into.ref}"
        )
        raise UsageError(f"{away.ref} is the event of a known article and cannot go into another; {turned}")
    reason = f"merged from {away.ref} by the operator"
    moved = context.store.merge_stories(into.ref, away.ref, context.clock(), reason)
    whole = into.articles + moved
    return f"{away.ref} is merged into {into.ref}: {moved} {_articles(moved)} moved, {whole} in all."


def split(context: Context, article_ids: Sequence[int]) -> str:
    """Let articles leave their story and open one of their own; return the sentence that confirms it."""
    ids = list(dict.fromkeys(article_ids))
    articles = context.store.articles(ids)
    for article_id in ids:
        if article_id not in articles:
            raise UsageError(f"there is no article {article_id}; ids are shown by: monitor story show ID")
        if articles[article_id].story is None:
            raise UsageError(f"article {article_id} is in no story: it is not on the topic")
    refs = {str(articles[article_id].story) for article_id in ids}
    if len(refs) > 1:
        raise UsageError(f"these articles are in several stories: {', '.join(sorted(refs))}; split one")
    (ref,) = refs
    members = context.store.story_articles([ref])[ref]
    if not {member.id for member in members} - set(ids):
        raise UsageError(f"nothing would stay in {ref}: it has no other article")
    at = context.clock()
    made = context.store.split_story(ids, at, f"split from {ref} by the operator")
    left = len(members) - len(ids)
    said = f"{made} is opened with {len(ids)} {_articles(len(ids))}; {left} {_articles(left)} in {ref}."
    copies = [
        m.id for m in members if m.id not in ids and m.verdict.duplicate_of in {f"article:{i}" for i in ids}
    ]
    if copies:
        numbers = " ".join(map(str, (*ids, *copies)))
        said += f" Copies of what left stayed there ({', '.join(map(str, copies))}); together: {numbers}."
    return said


def _articles(count: int) -> str:
    return "article" if count == 1 else "articles"


# ------------------------------------------------------------------------------------------- list, show


def listing(
    context: Context, *, since: datetime | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Return stories with members, the one with the newest report first, as data."""
    stories = context.store.stories(since=since, limit=limit)
    members = context.store.story_articles([story.ref for story in stories])
    return [_line(story, members.get(story.ref, [])) for story in stories]


def _line(story: StoredStory, members: Sequence[StoredArticle]) -> dict[str, Any]:
    return {
        "story": story.ref,
        "articles": story.articles,
        "outlets": len({member.article.outlet for member in members}),
        "languages": sorted({member.article.lang for member in members}),
        "first": _iso(story.first),
        "last": _iso(story.last),
        "title": members[0].article.title if members else "",
    }


def listing_text(context: Context, rows: Sequence[dict[str, Any]]) -> str:
    """Return the same as a table."""
    if not rows:
        return "There is no story yet; they are opened as articles on the topic are judged: monitor poll"
    zone = ZoneInfo(context.settings.monitor.zone)
    lines = [
        (
            row["story"],
            row["articles"],
            row["outlets"],
            " ".join(row["languages"]),
            _local(row["last"], zone),
            row["title"],
        )
        for row in rows
    ]
    head = ("story", "articles", "outlets", "languages", "last report", "begins with")
    return table(head, lines, limits=(0, 0, 0, 0, 0, 70))


def shown(context: Context, text: str) -> dict[str, Any]:
    """Return one story with its articles and every membership there ever was, as data."""
    story = found(context, text)
    history = context.store.story_history(story.ref)
    articles = context.store.articles({member.article_id for member in history})
    return {
        "story": story.ref,
        "opened_at": _iso(story.opened_at),
        "reason": story.reason,
        "merged_into": story.merged_into,
        "articles": [_member(member, articles.get(member.article_id)) for member in history],
        "altered_quotes": _altered(context, [one for one in articles.values() if one.story == story.ref]),
    }


def _altered(context: Context, members: Sequence[StoredArticle]) -> list[dict[str, Any]]:
    """Return each pair of wordings once."""
    pairs: dict[frozenset[str], dict[str, Any]] = {}
    for stored in sorted(members, key=lambda one: one.id):
        for one in altered_quotes(context, stored):
            key = frozenset((one["words"], one["other_words"]))
            pairs.setdefault(key, {"here": stored.article.outlet, **one})
    return list(pairs.values())


def altered_quotes(context: Context, stored: StoredArticle) -> list[dict[str, Any]]:
    """Return the quotations of an article that other reports of its story have in altered wording."""
    if stored.story is None or not stored.verdict.quotes:
        return []
    members = context.store.story_articles([stored.story]).get(stored.story, [])
    told = [(one, quote) for one in members if one.id != stored.id for quote in one.verdict.quotes]
    found = []
    for quote in stored.verdict.quotes:
        for other in quotes.elsewhere(quote, (one for _, one in told)):
            where = next(one for one, kept in told if kept is other)
            found.append(
                {
                    "speaker": quote.speaker or other.speaker,
                    "words": quote.words,
                    "other_words": other.words,
                    "outlet": where.article.outlet,
                    "article": where.id,
                }
            )
    return found


def _member(member: StoryMember, stored: StoredArticle | None) -> dict[str, Any]:
    about = stored.article if stored else None
    return {
        "article": member.article_id,
        "outlet": about.outlet if about else "",
        "lang": about.lang if about else "",
        "title": about.title if about else "",
        "url": about.url if about else None,
        "published": _iso(about.published.at) if about else None,
        "relation": stored.verdict.relation.value if stored else None,
        "now": stored.story if stored else None,
        "island_names": list(stored.verdict.island_names) if stored else [],
        **membership(member),
    }


def membership(member: StoryMember) -> dict[str, Any]:
    """Return one membership as data, for ``story show`` and ``explain``."""
    return {
        "story": member.story,
        "at": _iso(member.at),
        "reason": member.reason,
        "by_hand": member.by_hand,
        "left_at": _iso(member.left_at),
    }


def shown_text(context: Context, found_: dict[str, Any]) -> str:
    """Return the same as text: who is in it now, then who was."""
    zone = ZoneInfo(context.settings.monitor.zone)
    lines = [f"{found_['story']}, opened {_local(found_['opened_at'], zone)}: {found_['reason']}"]
    if found_["merged_into"]:
        lines.append(f"It was merged into {found_['merged_into']}.")
    present = [one for one in found_["articles"] if one["left_at"] is None]
    past = [one for one in found_["articles"] if one["left_at"] is not None]
    for one in sorted(present, key=lambda one: (one["published"] or one["at"], one["article"])):
        relation = (one["relation"] or "").replace("_", " ")
        lines.append(
            f"  {one['article']:>6}  {_local(one['published'], zone)}  {relation:<11}  "
            f"{one['outlet']} ({one['lang'] or '?'}): {one['title']}"
        )
        why = terms.reworded(one["reason"])
        lines.append(f"          {why}" + (" (by hand, stays)" if one["by_hand"] else ""))
    lines += [
        f"Wording differs: “{one['words']}” ({one['here']}), “{one['other_words']}” ({one['outlet']})"
        for one in found_["altered_quotes"]
    ]
    used: dict[str, dict[str, None]] = {}
    for one in present:
        used.setdefault(one["outlet"], {}).update(dict.fromkeys(one["island_names"]))
    told = [f"  {outlet}: {', '.join(shown_)}" for outlet, shown_ in sorted(used.items()) if shown_]
    lines += ["Names used for the islands:", *told] if told else []
    if past:
        lines.append("Left it:")
    for one in past:
        lines.append(f"  {one['article']:>6}  {_local(one['left_at'], zone)}  {one['title']}")
        came = f"came {_local(one['at'], zone)}: {terms.reworded(one['reason'])}"
        now = f"; is in {terms.words(one['now'])} now" if one["now"] not in {None, found_["story"]} else ""
        lines.append(f"          {came}{now}{'; came back' if one['now'] == found_['story'] else ''}")
    return "\n".join(lines)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _local(at: str | None, zone: ZoneInfo) -> str:
    return (
        datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else "no time         "
    )
