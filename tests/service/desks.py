"""A desk in this process: a context on a store of its own, with a clock that tests set."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor import config
from monitor.service import byhand
from monitor.service.context import opened
from monitor.service.keys import STARTED_KEY
from tests.road.presses import GRAVES, PETITION, TALKS

NOBODY = "http://127.0.0.1:9"
"""The discard port: nothing answers there."""
TEXTS = {
    "graves": "Visits to graves on Kunashiri to resume\n\n" + GRAVES,
    "talks": "Москва: условий для переговоров с Токио нет\n\n" + TALKS,
    "petition": "返還要求の署名、61万筆に減少\n\n" + PETITION,
}


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime

    def __call__(self):
        return self.now

    def on(self, **more):
        """Move on by so much."""
        self.now += timedelta(**more)
        return self.now


def at(text):
    """Return an instant, UTC, of ``2026-11-20 07:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def write(folder, recipients, *, more="", zone="UTC", digest='at = ["07:00"]'):
    """Write a configuration with one unreachable source; ``recipients`` are the lines of each."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["[monitor]", 'contact = "test@example.org"', f'zone = "{zone}"', "[digest]", digest]
    for recipient in recipients:
        lines += ["[[digest.to]]", recipient]
    lines += [more, "[[source]]", 'id = "wire"', f'url = "{NOBODY}/rss"', 'lang = "en"', 'country = "GB"']
    path = folder / "sources.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@contextmanager
def desk(path, clock, *, begun=None, env=None):
    """Open a context on that configuration, which has looked for the first time at ``begun``."""
    with opened(config.load(path, env or {}), clock=clock) as context:
        if begun is not None:
            context.store.meta_set(STARTED_KEY, begun.isoformat())
        yield context


def add(context, name, folder):
    """Store and judge one invented text, as an operator would; return its article's id."""
    file = folder / f"{name}.txt"
    file.write_text(TEXTS[name], encoding="utf-8")
    entry = context.store.entry(context.run(byhand.add(context, str(file))))
    assert entry.article_id is not None
    return entry.article_id
