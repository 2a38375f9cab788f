"""Judging anew what is stored, without network: says what would be different under these rules.

    the store, in the order of ingest      entries, pages; digests, marks and moves by hand in between
      -> a scratch store beside it         judged by the same code as at ingest, each entry against what was
                                           known before it, under the same numbers
      -> verdict by verdict compared       and, with --apply, the differences brought in: one transaction

The same rules on the same store differ nowhere. Nothing is asked, and nothing that was delivered changes.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from monitor.db.records import (
    HandMove,
    JudgedEntry,
    Mark,
    PageRecord,
    PageState,
    Ruling,
    StoredArticle,
    ToldDigest,
)
from monitor.db.scratch import Scratch, ScratchBatch
from monitor.db.store import Store
from monitor.errors import ConfigurationError, StoreError, UsageError
from monitor.judge import compare, fingerprint, local, traits
from monitor.judge.compare import Held
from monitor.judge.decide import Gathered, Subject
from monitor.judge.seedfile import as_known
from monitor.judge.topic import Topic
from monitor.judge.topic import load as load_topic
from monitor.model import Article, Delivery, DeliveryKind, KnownArticle, Level, Relation, Verdict
from monitor.service import pages
from monitor.service.context import Context
from monitor.service.ingest import first_look, judge_one, looked_up, own_part, url_keys
from monitor.service.remembered import Remembered
from monitor.service.tables import table
from monitor.text.prepare import prepare

log = structlog.get_logger(__name__)

SIZE = 200
"""Entries a step: one transaction of the scratch store, and what is in memory at once."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry that is judged differently."""

    entry: JudgedEntry
    before: Ruling
    after: Ruling
    differs: tuple[str, ...]


@dataclass(slots=True)
class Replayed:
    """What judging anew has found."""

    rules: str
    judged: int = 0
    failed: int = 0
    """Entries that these rules could not judge; they keep what they have."""
    unread: int = 0
    """Entries whose page these rules would read, and which was never read."""
    changes: list[Changed] = field(default_factory=list)
    transitions: dict[tuple[Relation, Relation], int] = field(default_factory=dict)
    applied: bool = False


def topic_from(path: Path) -> Topic:
    """Return the topic of a file; UsageError, or ConfigurationError with all mistakes in it."""
    try:
        return load_topic(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--rules {path} cannot be read: {error}") from error
    except (ConfigurationError, ValueError) as error:
        raise UsageError(f"--rules {path} is no topic file: {error}") from error


def replay(
    context: Context, *, topic: Topic | None = None, since: datetime | None = None, apply: bool = False
) -> Replayed:
    """Judge anew what was first seen since then; bring the differences into the store with ``apply``.

    Ctrl-C leaves the store as it was: what is judged stands in a store beside it until the last moment.
    """
    try:
        return _replayed(context, topic or context.topic, since, apply=apply)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("Stopped. Nothing was changed; the same command begins again.") from None


def _replayed(context: Context, topic: Topic, since: datetime | None, *, apply: bool) -> Replayed:
    newest = context.store.last_verdict()
    with tempfile.TemporaryDirectory(prefix="monitor-replay-") as folder:
        book = context.store.numbering()
        with Scratch.beside(Path(folder), book) as scratch:
            again = _Again(context, scratch, topic, since)
            again.judge()
            found = again.compared()
            if apply:
                changed = [change.after for change in found.changes]
                at = context.clock()
                if not context.store.bring_in(scratch, changed, at, last_verdict=newest):
                    raise StoreError(
                        "Another process has judged while this one judged anew, so that nothing was "
                        "brought in. Run it once more while nothing else runs."
                    )
                found.applied = True
    return found


@contextmanager
def again(context: Context, *, since: datetime, until: datetime) -> Iterator[Scratch]:
    """Give a store in which what was first seen since then and judged by ``until`` is judged anew.

    It knows what was told and marked before ``until``; what came before ``since`` stands as it was judged.
    """
    with (
        tempfile.TemporaryDirectory(prefix="monitor-replay-") as folder,
        Scratch.beside(Path(folder), context.store.numbering()) as scratch,
    ):
        _Again(context, scratch, context.topic, since, until).judge()
        yield scratch


# ------------------------------------------------------------------------------------------- judging


class _Again:
    """One run over the store."""

    def __init__(
        self,
        context: Context,
        scratch: Scratch,
        topic: Topic,
        since: datetime | None,
        until: datetime | None = None,
    ) -> None:
        self.origin: Store = context.store
        self.scratch = scratch
        self.since = since
        self.until = until
        self.context = replace(context, topic=topic, remembered=Remembered())
        self.report = Replayed(rules=topic.version)
        self.events = _Events(context.store, scratch)
        self.failed: set[int] = set()

    def judge(self) -> None:
        """Judge everything anew into the scratch store."""
        counts = self.origin.counts()
        progress = self.context.progress
        progress.start("Judging anew", counts.entries - counts.pending - counts.failed)
        try:
            for every in self.origin.judged(SIZE):
                some = [one for one in every if self.until is None or one.at <= self.until]
                records = self._pages(some)
                with self.scratch.judging() as batch:
                    batch.enter(some)
                    for one in some:
                        self.events.until(one.at, batch)
                        self._one(batch, one, records)
                        progress.step(one.pending.source_id)
            with self.scratch.judging() as batch:
                self.events.until(self.until, batch)
        finally:
            progress.end()

    def _is_new(self, one: JudgedEntry) -> bool:
        return self.since is None or one.pending.first_seen >= self.since

    def _pages(self, some: Sequence[JudgedEntry]) -> dict[str, PageRecord]:
        return self.origin.pages({pages.key_of(one.pending.entry.url or "") for one in some} - {""})

    def _one(self, batch: ScratchBatch, one: JudgedEntry, records: dict[str, PageRecord]) -> None:
        """Judge one entry, or take over what holds for it where it lies before ``since``."""
        key = pages.key_of(one.pending.entry.url or "")
        record = records.get(key)
        batch.begin(one)
        if not self._is_new(one):
            self._take_over(batch, one, record)
            return
        self.report.judged += 1
        try:
            look = first_look(self.context, one.pending)
            read = look.wants_page or look.suspect  # a suspect's page counts where it was granted and read
            usable = record if read and record and record.state is not PageState.RETRY else None
            with batch.savepoint():
                judge_one(self.context, batch, look, usable, one.at)
            if look.wants_page and usable is None and key:
                self.report.unread += 1
        except StoreError:
            raise
        # As at ingest: one entry that breaks our own rules must not stop the others.
        except Exception:
            log.exception("judging_anew_failed", entry=one.pending.id, url=one.pending.entry.url)
            batch.undo()
            self.failed.add(one.pending.id)
            self.report.failed += 1

    # ------------------------------------------------------------------------------- before ``since``

    def _take_over(self, batch: ScratchBatch, one: JudgedEntry, record: PageRecord | None) -> None:
        """Put what was judged before into the scratch store as it was judged, for later entries to meet."""
        if one.article_id is None:
            return
        found = self.origin.article(one.article_id)
        if found is None or found.verdict.level is Level.OFF_TOPIC:
            return
        entry_id = one.pending.id
        if batch.has(found.id):
            batch.attach(entry_id, found.id, url_keys=_addresses(one, record))
            return
        article = replace(found.article, id=None)
        subject = self._subject(article, found)
        known = Gathered(textual=self._original(found.verdict))
        batch.save_article(
            article,
            url_keys=url_keys(article),
            fingerprint=own_part(subject, found.verdict, known),
            traits=looked_up(subject.traits),
            words=found.words,
        )
        batch.attach(entry_id, found.id, url_keys=_addresses(one, record))
        place = self.origin.placed_by_rules(found.id)
        if place is not None:
            batch.story_join(place.story, found.id, place.at, place.reason)
        batch.save_verdict(entry_id, found.id, found.verdict, one.at)

    def _subject(self, article: Article, found: StoredArticle) -> Subject:
        prepared = prepare(article.title, article.summary, article.body, article.lang)
        if found.verdict.level is not Level.RELEVANT:
            return Subject(article, prepared, found.verdict.relevance)
        at = local.when(article)
        return Subject(
            article,
            prepared,
            found.verdict.relevance,
            fingerprint.of(prepared),
            traits.of(prepared, self.context.topic, at=at),
        )

    def _original(self, verdict: Verdict) -> tuple[KnownArticle, ...]:
        """Return the text a copy copies, as far as its own part is told by it."""
        kind, _, number = (verdict.duplicate_of or "").partition(":")
        if kind == "seed":
            return tuple(as_known(seed) for seed in self.context.seeds if seed.number == int(number))
        stored = self.origin.article(int(number)) if kind == "article" else None
        if stored is None:
            return ()
        about = stored.article
        prepared = prepare(about.title, about.summary, about.body, about.lang)
        return (
            KnownArticle(
                ref=stored.ref,
                title=about.title,
                lang=prepared.lang,
                outlet=about.outlet,
                at=None,
                fingerprint=fingerprint.of(prepared),
                traits=None,
            ),
        )

    # ------------------------------------------------------------------------------- comparing

    def compared(self) -> Replayed:
        """Compare both stores entry by entry."""
        pairs: list[tuple[Verdict, Verdict]] = []
        for some in self.origin.judged(SIZE):
            judged = {one.pending.id: one for one in some if self._is_new(one)}
            ids = judged.keys() - self.failed
            before, after = self.origin.rulings(ids), self.scratch.rulings(ids)
            for entry_id in sorted(ids, key=lambda entry_id: judged[entry_id].place):
                old, new = before[entry_id], after[entry_id]
                differs = compare.differences(Held(old.verdict, old.story), Held(new.verdict, new.story))
                if differs:
                    self.report.changes.append(Changed(judged[entry_id], old, new, differs))
                    pairs.append((old.verdict, new.verdict))
        self.report.transitions = compare.transitions(pairs)
        return self.report


def _addresses(one: JudgedEntry, record: PageRecord | None) -> tuple[str, ...]:
    """Return the identities of an entry's addresses."""
    canonical = record.page.canonical_url if record and record.page else None
    given = (one.pending.entry.url, record.final_url if record else None, canonical)
    return tuple(dict.fromkeys(key for url in given if url and (key := pages.key_of(url))))


class _Events:
    """What happened between the judgements, repeated in the scratch store at its time."""

    def __init__(self, origin: Store, scratch: Scratch) -> None:
        self._scratch = scratch
        self._numbers: dict[int, int] = {}
        """Digest of the store -> the same in the scratch store."""
        self._waiting = deque(sorted(self._all(origin), key=lambda event: event[:2]))

    def _all(self, origin: Store) -> Iterator[tuple[datetime, int, Callable[[ScratchBatch], None]]]:
        for digest in origin.told_digests():
            yield digest.built_at, digest.id, partial(self._built, digest)
            if digest.sent_at is not None:
                yield digest.sent_at, digest.id, partial(self._sent, digest)
        for number, mark in enumerate(origin.every_mark()):
            yield mark.at, number, partial(self._marked, mark)
        for move in origin.hand_moves():
            yield move.at, move.place, partial(self._moved, move)

    def until(self, at: datetime | None, batch: ScratchBatch) -> None:
        """Let everything happen that happened before then (None: all that is left)."""
        while self._waiting and (at is None or self._waiting[0][0] < at):
            happen = self._waiting.popleft()[2]
            happen(batch)

    def _built(self, digest: ToldDigest, _batch: ScratchBatch) -> None:
        number = self._scratch.retell(digest)
        if number is not None:
            self._numbers[digest.id] = number

    def _sent(self, digest: ToldDigest, _batch: ScratchBatch) -> None:
        assert digest.sent_at is not None
        self._scratch.mark_delivery(self._numbers[digest.id], Delivery(DeliveryKind.SENT), digest.sent_at)

    def _marked(self, mark: Mark, batch: ScratchBatch) -> None:
        if batch.has(mark.article_id):
            self._scratch.mark(mark.article_id, mark.mark, mark.at)

    @staticmethod
    def _moved(move: HandMove, batch: ScratchBatch) -> None:
        batch.move(move)


# ------------------------------------------------------------------------------------------- showing


def as_json(found: Replayed) -> dict[str, Any]:
    """Return what judging anew has found as data."""
    return {
        "rules": found.rules,
        "judged": found.judged,
        "changed": len(found.changes),
        "failed": found.failed,
        "unread_pages": found.unread,
        "applied": found.applied,
        "transitions": [
            {"from": before.value, "to": after.value, "entries": count}
            for (before, after), count in found.transitions.items()
        ],
        "changes": [_change(change) for change in found.changes],
    }


def _change(change: Changed) -> dict[str, Any]:
    entry = change.entry.pending
    return {
        "entry": entry.id,
        "source": entry.source_id,
        "url": entry.entry.url,
        "title": entry.entry.title,
        "first_seen": entry.first_seen,
        "differs": list(change.differs),
        "before": _side(change.before),
        "after": _side(change.after),
    }


def _side(ruling: Ruling) -> dict[str, Any]:
    verdict = ruling.verdict
    return {
        "article": ruling.article_id,
        "relation": verdict.relation.value,
        "level": verdict.level.value,
        "score": verdict.relevance.score,
        "rule": verdict.relevance.rule,
        "duplicate_of": verdict.duplicate_of,
        "story": ruling.story,
        "reason": verdict.reason,
        "rules": verdict.rules_version,
    }


def text(found: Replayed) -> str:
    """Return the same as text: how much changes from what to what, then each entry with both reasons."""
    lines = [f"{found.judged} entries judged anew without network, under the rules {found.rules}."]
    if found.failed:
        lines.append(f"{found.failed} could not be judged (see the log above); they keep what they have.")
    if found.unread:
        lines.append(
            f"{found.unread} were judged by what their feed said: these rules would read their page, and it "
            "was never read."
        )
    if not found.changes:
        return "\n".join([*lines, "No difference.", *_end(found)])
    rows = [(_word(a), _word(b), count) for (a, b), count in found.transitions.items()]
    lines += [f"{len(found.changes)} differ:", "", table(("was", "is", "entries"), rows), ""]
    for change in found.changes:
        lines += _change_lines(change)
    return "\n".join([*lines, *_end(found)])


def _word(relation: Relation) -> str:
    return relation.value.replace("_", " ")


def _change_lines(change: Changed) -> list[str]:
    entry, before, after = change.entry.pending, change.before, change.after
    lines = [f"Entry {entry.id}, {entry.source_id}: {entry.entry.title or '(no title)'}"]
    lines += [f"  {entry.entry.url}"] if entry.entry.url else []
    lines.append(f"  differs in: {', '.join(change.differs)}")
    for name, ruling in (("was", before), ("is", after)):
        story = f" [{ruling.story}]" if ruling.story and before.story != after.story else ""
        verdict = ruling.verdict
        lines.append(
            f"  {name:<3} {_word(verdict.relation)} ({verdict.relevance.score:.2f}){story}: {verdict.reason}"
        )
    return [*lines, ""]


def _end(found: Replayed) -> list[str]:
    if found.applied:
        brought = "Brought into the store: verdicts, stories and indexes."
        return [f"{brought} What held before is kept as history; what was delivered stays as it was."]
    return (
        ["Nothing was changed. To bring the differences into the store: add --apply"] if found.changes else []
    )
