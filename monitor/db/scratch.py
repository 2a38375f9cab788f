"""A store beside the store, in which everything is judged anew: it numbers as the first one did.

Numbers are part of what is judged (references, ties between candidates): only with the same ones can the same
rules come to the same verdicts. An entry that had an article gets its number again, a story that of its first
article; what is new is numbered behind everything ever given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from monitor.db import articles, entries, stories
from monitor.db import tables as t
from monitor.db.batch import Batch
from monitor.db.bulk import insert_new
from monitor.db.records import DigestRow, HandMove, JudgedEntry, Numbering, ToldDigest
from monitor.db.store import Store
from monitor.model import Article, Fingerprint, Traits

_ENTRY = ("id", *entries.COLUMNS)


class Numbers:
    """The book of numbers of another store, and what has been given from it."""

    def __init__(self, book: Numbering) -> None:
        """Take the book of a store as it is now."""
        self._book = book
        self._next_article, self._next_story = book.next_article, book.next_story
        self.made: set[int] = set()
        """Articles that there are."""

    def article(self, wanted: int | None) -> int:
        """Return the number for a new article: the wanted one where it is free."""
        if wanted is None or wanted in self.made:
            wanted, self._next_article = self._next_article, self._next_article + 1
        self.made.add(wanted)
        return wanted

    def story(self, opener: int | None, taken: bool = False) -> int:
        """Return the number for a story that this article opens."""
        number = self._book.openers.get(opener) if opener is not None and not taken else None
        if number is None:
            number, self._next_story = self._next_story, self._next_story + 1
        return number

    def seed(self, seed: int) -> int:
        """Return the number for the story of a seed."""
        return self._book.seeds.get(seed) or self.story(None)


class Scratch(Store):
    """A scratch store, opened by `beside`."""

    _numbers: Numbers

    @classmethod
    def beside(cls, directory: Path, book: Numbering) -> Self:
        """Open an empty store in that directory that numbers as another one did."""
        made = cls.open(directory)
        made._numbers = Numbers(book)  # noqa: SLF001  our own
        return made

    @contextmanager
    def judging(self) -> Iterator[ScratchBatch]:
        """Open one transaction for several entries."""
        with self._session.writing() as connection:
            batch = ScratchBatch(connection, self._numbers)
            with self._session.flushing(batch.flush):
                yield batch
                batch.flush()

    def retell(self, digest: ToldDigest) -> int | None:
        """Queue what a digest told of the articles there are; return its number in this store."""
        return self.queue_digest(
            DigestRow(
                recipient_id=digest.recipient_id,
                slot=digest.slot,
                period_from=None,
                period_to=digest.built_at,
                built_at=digest.built_at,
                subject="",
                text="",
                html="",
                markdown="",
                items=tuple(item for item in digest.items if item in self._numbers.made),
            )
        )


class ScratchBatch(Batch):
    """A batch that gives numbers by the book of another store."""

    def __init__(self, connection: Connection, numbers: Numbers) -> None:
        """Take a connection in a write transaction, and the book."""
        super().__init__(connection)
        self._numbers = numbers
        self._wanted: int | None = None
        self._given: int | None = None

    def enter(self, judged: Sequence[JudgedEntry]) -> None:
        """Let entries be known by their numbers; their texts stay where they are."""
        insert_new(self._connection, t.entry, _ENTRY, [_stub(one) for one in judged])

    def begin(self, judged: JudgedEntry) -> None:
        """Say which entry is judged next: its article gets the number it had."""
        self._wanted, self._given = judged.article_id, None

    def undo(self) -> None:
        """Take back the number given since `begin`, after a savepoint was rolled back."""
        if self._given is not None:
            self._numbers.made.discard(self._given)

    def has(self, article_id: int) -> bool:
        """Return True when that article is here."""
        return article_id in self._numbers.made

    def save_article(
        self,
        article: Article,
        *,
        url_keys: Sequence[str],
        fingerprint: Fingerprint | None = None,
        traits: Traits | None = None,
        words: int = 0,
    ) -> int:
        """Store a new article under the number its entry's article had, else behind all numbers."""
        self._given = self._numbers.article(self._wanted)
        return articles.save(self._writing(), article, url_keys, fingerprint, traits, words, self._given)

    def story_open(self, article_id: int, at: datetime, reason: str) -> str:
        """Open a story under the number of the one that this article opened, else behind all numbers."""
        connection = self._writing()
        number = self._numbers.story(article_id)
        if stories.found(connection, f"story:{number}") is not None:
            number = self._numbers.story(article_id, taken=True)
        ref = stories.plant(connection, number, None, at, reason)
        stories.join(connection, ref, article_id, at, reason, by_hand=False)
        return ref

    def story_join(
        self, story_ref: str, article_id: int, at: datetime, reason: str, *, by_hand: bool = False
    ) -> None:
        """Put the article into ``story:ID`` or ``seed:N``, opened under its number where it is new."""
        self._plant(story_ref, at)
        super().story_join(story_ref, article_id, at, reason, by_hand=by_hand)

    def _plant(self, story_ref: str, at: datetime) -> None:
        connection = self._writing()
        kind, _, number = story_ref.partition(":")
        if stories.found(connection, story_ref) is not None:
            return
        if kind == "seed":
            seed = int(number)
            stories.plant(connection, self._numbers.seed(seed), seed, at, stories.OF_A_SEED)
        else:
            stories.plant(connection, int(number), None, at, "opened by the operator")

    def move(self, move: HandMove) -> None:
        """Repeat what the operator did, as far as there is what he moved."""
        if not self.has(move.article_id):
            return
        connection = self._writing()
        self._plant(move.story, move.at)
        merged = stories.found(connection, move.merged) if move.merged is not None else None
        if merged is not None and merged.merged_into is None:
            stories.merge(connection, move.story, merged.ref, move.at, move.reason)
        stories.join(connection, move.story, move.article_id, move.at, move.reason, by_hand=True)


def _stub(judged: JudgedEntry) -> list[object]:
    """Return an entry's row without its texts."""
    pending = judged.pending
    given: dict[str, object] = {
        "id": pending.id,
        "source_id": pending.source_id,
        "key": pending.entry.key,
        "first_seen": pending.first_seen,
        "news_at": pending.first_seen,
        "discovered_via": pending.discovered_via,
        "state": "pending",
        "attempts": 0,
        "revisions": 0,
    }
    nullable = {column.name for column in t.entry.columns if column.nullable}
    return [given.get(name, None if name in nullable else "") for name in _ENTRY]
