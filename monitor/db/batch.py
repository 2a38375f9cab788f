"""One open transaction for ingest: reads that see its writes, and small writes gathered into large ones.

What ingest writes most (a verdict on an entry off the topic, the end of an entry) is kept in memory and
written many rows at a time: before anything that could depend on it, and at the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, NestedTransaction

from monitor.db import articles, digests, entries, recall, stories, verdicts
from monitor.db.records import EntryState, KnownText, ToldRow
from monitor.db.session import advice, broken
from monitor.errors import StoreError
from monitor.model import Article, Fingerprint, Traits, Verdict


class Batch:
    """One open transaction: ingest's reads and writes. Made by `Store.batch`."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection in a write transaction; who made it commits it, after `flush`."""
        self._connection = connection
        self._verdicts: list[tuple[int, Verdict, datetime]] = []
        self._ends: list[tuple[str, datetime | None, int | None, str, int]] = []
        self._mark: tuple[int, int] | None = None
        """Inside a savepoint that has not written yet: how much was gathered before it."""
        self._inner: NestedTransaction | None = None

    # ---------------------------------------------------------------------------------- transaction

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what was done inside after an exception, and only that; costs nothing until it writes.

        StoreError when the store itself failed: then nothing more can be written in this batch.
        """
        if self._mark is not None or self._inner is not None:
            raise RuntimeError("savepoints do not nest")
        self._mark = len(self._verdicts), len(self._ends)
        try:
            yield
            self._keep()
        except Exception as error:
            if broken(error):
                raise StoreError(f"The store cannot be written: {advice(error)}.") from error
            self._undo()
            raise
        except BaseException:
            self._undo()
            raise
        finally:
            self._mark = self._inner = None

    def _keep(self) -> None:
        if self._inner is not None:
            self.flush()
            self._inner.commit()

    def _undo(self) -> None:
        if self._inner is not None:
            if self._inner.is_active:
                self._inner.rollback()
            self._mark = 0, 0
        if self._mark is not None:
            verdicts_before, ends_before = self._mark
            del self._verdicts[verdicts_before:], self._ends[ends_before:]

    def flush(self) -> None:
        """Write what is gathered."""
        if self._mark is not None:
            verdicts_before, ends_before = self._mark
            self._mark = None
            self._write(verdicts_before, ends_before)
            self._inner = self._connection.begin_nested()
        self._write(len(self._verdicts), len(self._ends))

    def _write(self, first_verdicts: int, first_ends: int) -> None:
        """Write the first of the gathered rows and take them off."""
        decided, ended = self._verdicts[:first_verdicts], self._ends[:first_ends]
        del self._verdicts[:first_verdicts], self._ends[:first_ends]
        verdicts.save_dropped(self._connection, decided)
        entries.finish(self._connection, ended)

    def _writing(self) -> Connection:
        self.flush()
        return self._connection

    # ---------------------------------------------------------------------------------- gathering

    def still_pending(self, entry_ids: Collection[int]) -> set[int]:
        """Return those of the entries that nobody has judged since they were read."""
        return entries.still_pending(self._connection, entry_ids)

    def article_for_url(self, url_keys: Sequence[str]) -> int | None:
        """Return the article stored under the first of these canonical URL keys that is known, else None."""
        return articles.for_url(self._connection, url_keys)

    def candidates(
        self, sampled: Collection[int], *, cap_per_hash: int = 50, limit: int = 10
    ) -> list[tuple[int, int]]:
        """Return (article id, hashes shared), most shared first, then by id; skips hashes above the cap."""
        return articles.candidates(self._connection, sampled, cap_per_hash, limit)

    def common(self, sampled: Collection[int], *, at_least: int) -> frozenset[int]:
        """Return those of the sampled hashes that at least that many articles hold."""
        return articles.common(self._connection, sampled, at_least)

    def repeated_lines(
        self, source_id: str, hashes: Collection[int], *, last: int = 20, at_least: int = 2
    ) -> frozenset[int]:
        """Return those sentence hashes that at least that many of the source's last articles (<= 40) hold."""
        return articles.repeated_lines(self._connection, source_id, hashes, last, at_least)

    def known(self, article_ids: Sequence[int]) -> list[KnownText]:
        """Return the articles in the order asked for; unknown ids are left out."""
        return articles.known(self._connection, article_ids)

    def sharing_terms(
        self, terms: Collection[str], *, since: datetime, until: datetime, limit: int = 50
    ) -> list[tuple[int, int]]:
        """Return (article id, strong terms shared), most first, of articles with since <= time <= until."""
        return articles.sharing_terms(self._connection, terms, since, until, limit)

    def told(
        self, article_ids: Collection[int] | None = None, *, recipient_id: str | None = None
    ) -> list[ToldRow]:
        """Return sentences with new facts or wording of articles that digests (to that recipient) told."""
        return digests.told(self._connection, article_ids, recipient_id)

    def known_sharing(
        self,
        terms: Collection[str],
        *,
        since: datetime,
        until: datetime,
        baseline: datetime | None = None,
        limit: int = 50,
    ) -> list[int]:
        """Return ids of articles with any of these terms that readers know: told, marked, or from before."""
        return recall.known_sharing(self._connection, terms, since, until, baseline, limit)

    def known_sentences(
        self, article_ids: Collection[int], *, baseline: datetime | None = None
    ) -> list[ToldRow]:
        """Return what the known ones of these articles added when they came, in reading order."""
        return recall.known_sentences(self._connection, article_ids, baseline)

    def verdict_of(self, article_id: int) -> Verdict:
        """Return the current verdict of an article, with sentences and quotes; LookupError without one."""
        found = verdicts.of_articles(self._connection, [article_id])
        if article_id not in found:
            raise LookupError(f"article {article_id} has no verdict")
        return found[article_id].verdict

    # ---------------------------------------------------------------------------------- recording

    def save_article(
        self,
        article: Article,
        *,
        url_keys: Sequence[str],
        fingerprint: Fingerprint | None = None,
        traits: Traits | None = None,
        words: int = 0,
    ) -> int:
        """Store a new article (``id`` None) or replace text and indexes of a stored one; return its id."""
        return articles.save(self._writing(), article, url_keys, fingerprint, traits, words)

    def attach(self, entry_id: int, article_id: int, *, url_keys: Sequence[str] = ()) -> None:
        """Say that this entry is that article, which is found under these addresses too from now on."""
        connection = self._writing()
        articles.attach(connection, entry_id, article_id)
        articles.add_urls(connection, article_id, url_keys)

    def save_verdict(self, entry_id: int, article_id: int | None, verdict: Verdict, at: datetime) -> None:
        """Make this the current verdict of entry and article; the one before becomes history.

        The judged sentences and quotes are kept for articles, of the current verdict alone.
        """
        if article_id is not None:
            verdicts.save(self._writing(), entry_id, article_id, verdict, at)
            return
        self._verdicts.append((entry_id, verdict, at))

    def story_open(self, article_id: int, at: datetime, reason: str) -> str:
        """Open a story with this article as its first member; return its ref ``story:ID``."""
        return stories.open_story(self._writing(), article_id, at, reason)

    def story_join(
        self, story_ref: str, article_id: int, at: datetime, reason: str, *, by_hand: bool = False
    ) -> None:
        """Put the article into ``story:ID`` or ``seed:N``; an earlier membership ends, kept as history."""
        stories.join(self._writing(), story_ref, article_id, at, reason, by_hand=by_hand)

    def finish(
        self,
        entry_id: int,
        state: str,
        next_attempt: datetime | None = None,
        attempts: int | None = None,
        detail: str = "",
    ) -> None:
        """Set the entry's state (``pending``, ``done``, ``failed``), next attempt and count of attempts."""
        self._ends.append((EntryState(state).value, next_attempt, attempts, detail, entry_id))
