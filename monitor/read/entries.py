"""One entry from what a feed said, whatever its format: plain texts, claims, key and content hash.

The key is the identity of an entry within its source: guid, else address as the feed gave it, else
content hash. Two entries of one document with the same key are one (the first stands); different guids
with one address stay two, for the store to compare.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.model import NO_CLAIM, Claim, Entry
from monitor.read import dates, plain, urls

MAX_ENTRIES = 2_000
"""Of one document, the newest. The longest real feed known has 656 (domain list, tass.ru for aggregators)."""

MAX_TITLE = 1_000
"""Characters; the longest real headline in the captured feeds has under 300."""

MAX_SUMMARY = 5_000
MAX_CONTENT = 200_000
"""Characters of plain text; ten times a long read of 20,000."""

MAX_NAME = 300
"""Characters of author and outlet names."""

MAX_KEY = 500
"""Characters of a guid or address in a key; longer ones are hashed, so that a key fits any database index."""

DERIVED_TITLE = 120
"""Characters of a title taken from the text where the feed has none: one line in a list."""

_ASSUMED = {"ja": "+09:00", "ru": "+03:00"}
"""Zone of local times without zone: Japan has one, Russian national media print Moscow time."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An entry as a format's reader finds it: strings untouched, links not yet resolved."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str = ""
    updated: str = ""
    lang: str = ""
    author: str = ""
    origin_name: str = ""
    origin_url: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """The entries of one document, with what had to be left out."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...]
    capped: bool


def read(raws: Sequence[Raw], *, url: str, lang: str, tz_fix: str, now: datetime) -> Read:
    """Return the entries in document order, keys unique, at most `MAX_ENTRIES` (the newest)."""
    claims = [_claims(raw, lang=lang, tz_fix=tz_fix, now=now) for raw in raws]
    kept = _newest([published.at for published, _updated in claims])
    found: dict[str, Entry] = {}
    repeated = unusable = 0
    for place in kept:
        entry = _entry(raws[place], claims[place], url=url, lang=lang)
        unusable += entry.url is None and bool(raws[place].link)
        if entry.key in found:
            repeated += found[entry.key].url != entry.url
        else:
            found[entry.key] = entry
    notes = []
    if unusable:
        notes.append(f"{unusable} links that are no usable http address left out")
    if repeated:
        notes.append(
            f"{repeated} entries repeat the guid of another with a different link; the first one stands"
        )
    if len(kept) < len(raws):
        notes.append(f"{len(raws):,} entries, the newest {len(kept):,} kept")
    return Read(tuple(found.values()), tuple(notes), capped=len(kept) < len(raws))


def _newest(times: Sequence[datetime | None]) -> Sequence[int]:
    """Return the newest entries' places in document order; without times, the earlier are newer."""
    if len(times) <= MAX_ENTRIES:
        return range(len(times))
    oldest = datetime.min.replace(tzinfo=UTC)
    order = sorted(range(len(times)), key=lambda place: (times[place] or oldest, -place), reverse=True)
    return sorted(order[:MAX_ENTRIES])


def _claims(raw: Raw, *, lang: str, tz_fix: str, now: datetime) -> tuple[Claim, Claim]:
    """Return published and updated; where only one was given, it stands for both."""
    assume = _ASSUMED.get(lang, "")
    published = (
        dates.parse(raw.published, now=now, tz_fix=tz_fix, assume=assume) if raw.published else NO_CLAIM
    )
    updated = dates.parse(raw.updated, now=now, tz_fix=tz_fix, assume=assume) if raw.updated else NO_CLAIM
    if published.at is None and updated.at is not None:
        published = updated
    return published, updated


def _entry(raw: Raw, claims: tuple[Claim, Claim], *, url: str, lang: str) -> Entry:
    """Return the record of one raw entry."""
    address = urls.absolute(raw.link, url) if raw.link else None
    origin = plain.one_line(raw.origin_name, MAX_NAME)
    title = without_outlet(plain.title(raw.title, MAX_TITLE), origin)
    content = plain.body(raw.content, MAX_CONTENT)
    summary = _summary(raw, title=title, origin=origin, content=content)
    summary, content = _told_apart(summary, content)
    summary = plain.cut(summary, MAX_SUMMARY)
    title = title or plain.one_line((summary or content).split("\n\n")[0], DERIVED_TITLE)
    digest = content_hash(title, summary, content, address or "")
    guid = plain.one_line(raw.guid, MAX_KEY * 4)
    return Entry(
        key=key(guid, address or plain.one_line(raw.link, urls.MAX_URL), digest),
        guid=plain.cut(guid, MAX_KEY),
        url=address,
        title=title,
        summary=summary,
        content=content,
        published=claims[0],
        updated=claims[1],
        lang=plain.language(raw.lang) or lang,
        author=plain.title(raw.author, MAX_NAME),
        origin_name=origin,
        origin_url=(urls.absolute(raw.origin_url, url) or "") if raw.origin_url else "",
        content_hash=digest,
    )


def _summary(raw: Raw, *, title: str, origin: str, content: str) -> str:
    """Return the summary in plain text; empty where it only repeats title or content."""
    if not raw.summary or (content and raw.summary == raw.content):
        return ""
    summary = plain.body(raw.summary, MAX_CONTENT)
    if summary == content:
        return ""
    if title and summary.startswith(title):
        rest = summary[len(title) :].strip(" \n-–—|·•")
        if not rest or rest == origin:
            return ""
    if origin and _only_links(raw.summary):
        return ""
    return summary


_LINK_ITEM = re.compile(
    r"<li>\s*<a\s[^>]*>[^<]*</a>(?:&nbsp;|\s)*<font[^>]*>[^<]*</font>\s*</li>", re.IGNORECASE
)


def _only_links(markup: str) -> bool:
    """Return True for the list of other outlets' headlines that a news search puts in place of a summary."""
    if "<li>" not in markup:
        return False
    return not re.sub(r"</?ol>|\s+", "", _LINK_ITEM.sub("", markup))


def _told_apart(summary: str, content: str) -> tuple[str, str]:
    """Return summary and content, each in its place whatever the feed called it."""
    if not content and is_full_text(summary):
        return "", summary
    if not summary and len(content) < TEASER and "\n\n" not in content:
        return content, ""
    return summary, content if len(content) > len(summary) else ""


TEASER = 500
"""Characters below which a single paragraph in ``content`` is a summary: captured feeds put captions and
first sentences of 100 to 300 characters there."""

FULL_TEXT = 1_200
"""Characters from which a summary of three paragraphs and more is the article itself: summaries in the
captured feeds are one or two paragraphs; feeds that put the article into ``description`` print it
whole."""


def is_full_text(summary: str) -> bool:
    """Return True when what the feed calls a summary is the article's text."""
    return len(summary) >= FULL_TEXT and summary.count("\n\n") >= 2


def without_outlet(title: str, origin: str) -> str:
    """Return the headline without the ``- Outlet`` a news search appends, if it is that outlet."""
    if origin:
        for dash in (" - ", " – ", " — ", " | "):
            if title.endswith(dash + origin) and len(title) > len(dash + origin):
                return title[: -len(dash + origin)].rstrip()
    return title


def key(guid: str, address: str, digest: str) -> str:
    """Return the identity of an entry within its source (module docstring)."""
    if guid:
        return "g:" + _bounded(guid)
    return "u:" + _bounded(address) if address else "h:" + digest


def _bounded(text: str) -> str:
    """Return the text, hashed where it is longer than a key may be."""
    return text if len(text) <= MAX_KEY else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def content_hash(*parts: str) -> str:
    """Return 32 hex digits that change when any of the parts does."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
