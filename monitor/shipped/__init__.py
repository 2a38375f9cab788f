"""Shipped data: the one loader of files that come with the program.

A wheel carries ``sources.toml`` and ``seeds.json`` inside this package (hatch's force-include puts them
there). An editable install has no force-include, so the loader then reads them from their places in the
checkout. The topic lives beside its rules in ``monitor.topic`` in both cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from monitor.errors import MonitorError

CHECKOUT = Path(__file__).resolve().parents[2]
"""The folder that holds ``monitor/``; of use only where the program runs from a checkout."""

CHECKOUT_PLACES = {"sources.toml": "sources.toml", "seeds.json": "storage/seeds.json"}
"""Where force-included files stand in a checkout; must agree with ``force-include`` in pyproject.toml."""

FIRST_SHARED_TABLE = "[fetch]\n"
"""Where the shipped ``sources.toml`` goes on after the part that ``init.toml`` replaces."""

OTHER_PACKAGES = dict.fromkeys(("topic.toml", "people.toml", "acts.toml", "places.toml"), "monitor.topic")
"""Data that stays beside the code it belongs to."""


def read_text(name: str) -> str:
    """Return a shipped file as text: ``sources.toml``, ``seeds.json``, ``topic.toml``, ``demo/…``."""
    return find(name).read_text(encoding="utf-8")


def read_bytes(name: str) -> bytes:
    """Return the shipped file ``name`` as bytes."""
    return find(name).read_bytes()


def deployment(zone: str) -> str:
    """Return the ``sources.toml`` of a new desk: a head of its own, then what the shipped file has."""
    shipped = read_text("sources.toml")
    return read_text("init.toml").replace("$zone", zone) + shipped[shipped.index(FIRST_SHARED_TABLE) :]


def find(name: str, *, package: Traversable | None = None, checkout: Path = CHECKOUT) -> Traversable:
    """Return where ``name`` is: a package resource, else its place in the checkout.

    Raises MonitorError when it is in neither, or when ``name`` is no plain relative path.
    """
    parts = PurePosixPath(name).parts
    if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name:
        raise MonitorError(f"{name!r} is not the name of a shipped file.")
    for place in _places(name, package, checkout):
        if place.is_file():
            return place
    raise MonitorError(
        f"The shipped file {name} is missing: the installation is incomplete, install it again."
    )


def _places(name: str, package: Traversable | None, checkout: Path) -> Iterator[Traversable]:
    """Yield the places to look at, best first."""
    if package is None:
        package = files(OTHER_PACKAGES.get(name, __name__))
    yield package.joinpath(*PurePosixPath(name).parts)
    if name in CHECKOUT_PLACES:
        yield checkout / CHECKOUT_PLACES[name]


def names(folder: str) -> tuple[str, ...]:
    """Return the names of the shipped files in a folder such as ``demo/seeds/``, sorted."""
    place = files(__name__).joinpath(*PurePosixPath(folder).parts)
    return tuple(sorted(f"{folder.rstrip('/')}/{one.name}" for one in place.iterdir() if one.is_file()))
