"""What every piece of work needs, opened once and closed together: settings, store, topic, seeds, workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from monitor import __version__, shipped
from monitor.config import Settings
from monitor.db.store import Store
from monitor.errors import ConfigurationError, Mistake
from monitor.fetch.client import Policy
from monitor.fetch.pace import HostPace
from monitor.fetch.robots import Robots
from monitor.judge.seedfile import load_seeds
from monitor.judge.topic import Topic
from monitor.judge.topic import load as load_topic
from monitor.model import Delivery, Seed, Source
from monitor.service.progress import Progress, Silent
from monitor.service.remembered import Remembered
from monitor.service.sandbox import Sandbox

T = TypeVar("T")

Clock = Callable[[], datetime]

MAX_IN_FLIGHT = 16
"""Requests at once over all hosts: a desk has 25 sources, and each host takes one at a time anyway."""


def utc_now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Context:
    """The conductor's belongings; one for each command or daemon."""

    settings: Settings
    store: Store
    topic: Topic
    seeds: tuple[Seed, ...]
    policy: Policy
    pace: HostPace
    robots: Robots
    sandbox: Sandbox
    clock: Clock = utc_now
    progress: Progress = field(default_factory=Silent)
    remembered: Remembered = field(default_factory=Remembered)
    unmarked: dict[int, tuple[Delivery, datetime, datetime | None]] = field(default_factory=dict)
    """Deliveries the store could not record yet, by digest: what came of it, when, and the next attempt."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one piece of work to its end, with a parser process of its own."""

        async def whole() -> T:
            async with Sandbox() as sandbox:
                self.sandbox = sandbox
                return await work

        return asyncio.run(whole())

    @property
    def sources(self) -> dict[str, Source]:
        """Return every configured source by its id, switched off ones too."""
        return {source.id: source for source in self.settings.sources}


def topic_of(settings: Settings) -> Topic:
    """Return the topic of ``[topic] file = …``, else the shipped one."""
    if settings.topic_file is None:
        return load_topic(shipped.read_text("topic.toml"))
    return load_topic(_text(settings.topic_file), file=str(settings.topic_file))


def seeds_of(settings: Settings) -> tuple[Seed, ...]:
    """Return the seeds of the storage directory, else the shipped ones (DESIGN §8)."""
    own = Path(settings.monitor.storage) / "seeds.json"
    if not own.is_file():
        return load_seeds(shipped.read_text("seeds.json"))
    try:
        return load_seeds(_text(own))
    except ConfigurationError as error:
        raise ConfigurationError([replace(mistake, file=str(own)) for mistake in error.mistakes]) from error


def _text(path: Path) -> str:
    """Return the text of a file of the operator's; ConfigurationError where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        said = f"it cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        said = "it is not UTF-8 text; save it as UTF-8"
    raise ConfigurationError([Mistake(str(path), None, "", said)])


def where_of(settings: Settings) -> str | Path:
    """Return what `Store.open` takes: the database URL, else the storage directory."""
    return settings.monitor.database or settings.monitor.storage


@contextmanager
def opened(
    settings: Settings, *, clock: Clock = utc_now, progress: Progress | None = None
) -> Iterator[Context]:
    """Open everything a command needs; close it whatever happens."""
    topic, seeds = topic_of(settings), seeds_of(settings)
    store = Store.open(where_of(settings))
    try:
        policy = Policy(
            contact=settings.monitor.contact,
            allow_private=settings.fetch.allow_private,
            version=__version__,
        )
        pace = HostPace(
            max_in_flight=MAX_IN_FLIGHT,
            article_gap_s=settings.fetch.article_gap_s,
            allow_private=settings.fetch.allow_private,
        )
        yield Context(
            settings=settings,
            store=store,
            topic=topic,
            seeds=seeds,
            policy=policy,
            pace=pace,
            robots=Robots(policy=policy, get=store.robots_get, put=store.robots_put, clock=clock),
            sandbox=Sandbox(),
            clock=clock,
            progress=progress or Silent(),
        )
    finally:
        store.close()
