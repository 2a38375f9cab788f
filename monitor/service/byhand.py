"""The operator's hand: one article added, one article marked."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from monitor.db.records import PollRecord
from monitor.errors import UsageError
from monitor.model import Entry, FetchKind, Page, Source
from monitor.read import urls
from monitor.service import pages
from monitor.service.context import Context
from monitor.service.ingest import ingest

BY_HAND = Source(id="by-hand", name="added by hand", url="", lang="", fetch_articles=True)
MARKS = ("known", "off-topic", "on-topic")
MAX_FILE_BYTES = 5_000_000


async def add(context: Context, what: str) -> int:
    """Store and judge one address or file; return the entry's id."""
    entry = await _from_url(context, what) if "://" in what else await _from_file(context, Path(what))
    record = PollRecord(
        state=None,
        source=_source_for(context, entry.url).id,
        at=context.clock(),
        kind=FetchKind.OK,
        entries=(entry,),
        discovered_via="hand",
        published_at_source="article",
        keep_look=False,
    )
    context.store.record_polls([record])
    await ingest(context)
    found = context.store.entry_id(record.source, entry.key)
    if found is None and entry.url:  # the source had it under another guid
        found = next((one.id for one in context.store.find_entries(entry.url)), None)
    if found is None:
        raise UsageError(f"{what} was read but could not be stored as an entry")
    return found


def _source_for(context: Context, url: str | None) -> Source:
    """Return the configured source on that host, else the one for things added by hand."""
    host = urls.host(url or "")
    return next((s for s in context.settings.sources if host and urls.host(s.url) == host), BY_HAND)


async def _from_url(context: Context, url: str) -> Entry:
    source = _source_for(context, url)
    records = await pages.read_pages(context, [pages.Wanted(url, source)])
    record = records.get(pages.key_of(url))
    if record is None or record.page is None:
        why = record.detail or (record.kind.value if record.kind else "") if record else "no http address"
        raise UsageError(f"{url} could not be read: {why}")
    return _entry(record.page, url)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UsageError(f"{path} is larger than {MAX_FILE_BYTES // 1_000_000} MB: not an article")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


async def _from_file(context: Context, path: Path) -> Entry:
    data = _bytes_of(path)
    if path.suffix.lower() in {".html", ".htm"} or data.lstrip()[:1] == b"<":
        page = await context.sandbox.run(
            "page", data, url="file:///added-by-hand", content_type="text/html", now=context.clock(),
            tz_fix="", selectors=(), deadline_s=15.0,
        )  # fmt: skip
        return _entry(page, page.canonical_url)
    text = data.decode("utf-8", "replace")
    title, _, body = text.strip().partition("\n")
    return _entry(Page(title=title.strip(), text=body.strip()), None)


def _entry(page: Page, url: str | None) -> Entry:
    digest = hashlib.sha256(f"{url}\n{page.title}\n{page.text}".encode()).hexdigest()[:32]
    entry = Entry(
        key=f"u:{url}" if url else f"h:{digest}",
        url=url,
        title=page.title,
        summary=page.description,
        content=page.text,
        published=page.published,
        lang=page.lang,
        content_hash=digest,
    )
    return replace(entry, summary="") if entry.summary in entry.content else entry


def mark(context: Context, article_id: int, what: str) -> str:
    """Keep what the operator says of an article; return the sentence that confirms it."""
    if what not in MARKS:
        raise UsageError(f"{what!r} is no mark; write one of: {', '.join(MARKS)}")
    stored = context.store.article(article_id)
    if stored is None:
        raise UsageError(f"there is no article {article_id}; ids are shown by: monitor explain URL")
    context.store.mark(article_id, what, context.clock())
    effect = {
        "known": "digests will not tell it as new",
        "off-topic": "digests leave it out",
        "on-topic": "digests tell it",
    }[what]
    return f"Article {article_id} is marked {what}: {effect}. ({stored.article.title})"
