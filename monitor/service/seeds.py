"""The command's side of the seeds: import text files, list what is known, find which seed a text repeats."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from monitor.errors import ConfigurationError, Mistake, UsageError
from monitor.judge import copies, fingerprint, seedfile
from monitor.judge.seedfile import SeedNotes, SeedText
from monitor.judge.topic import Topic
from monitor.model import Direction, Match, Seed
from monitor.text.prepare import prepare

PATTERN = "[0-9][0-9][0-9]_*.txt"
NOTES = "notes.toml"
"""Beside the texts: what the operator knows of them. Texts that it leaves out take the shipped notes."""
SHIPPED_NOTES = "seed_notes.toml"

_WORDS = {
    Direction.EQUAL: "the same text",
    Direction.SHORTENED: "a shortened text",
    Direction.EXTENDED: "the text with additions",
    Direction.EMBEDS: "a text that embeds it",
    Direction.PARTIAL: "a partial overlap",
}


@dataclass(frozen=True, slots=True)
class SeedMatch:
    """Which seed a text repeats, with the figures for every seed."""

    seed: Seed | None
    """The best seed; None where none reaches a quarter."""
    match: Match | None
    shares: tuple[tuple[int, float], ...]
    """(seed number, share 0 … 1) for every seed that shares a quarter or more, best first."""

    @property
    def is_copy(self) -> bool:
        """Return True where the text is a copy (or update) of the seed, not only a partial overlap."""
        return copies.is_copy(self.match)


def import_folder(folder: Path, target: Path, topic: Topic) -> tuple[Seed, ...]:
    """Make seeds.json at ``target`` from the text files of a folder, and return the seeds.

    Notes come from ``notes.toml`` beside the texts, else from the shipped ones where the text is the same.
    The file is replaced in one step. Raises UsageError where there is no text that can be read.
    """
    seeds = seedfile.build(_texts(folder), _notes(folder), topic)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    beside.write_text(seedfile.dump_seeds(seeds), encoding="utf-8")
    os.replace(beside, target)  # noqa: PTH105  one step, also over an existing file
    return seeds


def _texts(folder: Path) -> list[SeedText]:
    files = sorted(folder.glob(PATTERN)) if folder.is_dir() else []
    if not files:
        raise UsageError(f"{folder} has no text files named 000_….txt, 001_….txt and so on.")
    texts: list[SeedText] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{file} cannot be read as UTF-8 text: {error}") from error
        if not seedfile.clean(text):
            raise UsageError(f"{file} has no text beside page furniture.")
        texts.append(SeedText(file.name, text))
    return texts


def _notes(folder: Path) -> dict[str, SeedNotes]:
    shipped = resources.files("monitor.topic").joinpath(SHIPPED_NOTES).read_text(encoding="utf-8")
    found = seedfile.read_notes(shipped, SHIPPED_NOTES)
    own = folder / NOTES
    if own.is_file():
        try:
            text = own.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = f"it cannot be read as UTF-8 text: {error}"
            raise ConfigurationError([Mistake(str(own), None, "", message)]) from error
        found |= seedfile.read_notes(
            text, str(own), {t.name: seedfile.text_key(t.text) for t in _texts(folder)}
        )
    return found


def match(text: str, seeds: Sequence[Seed], topic: Topic) -> SeedMatch:
    """Return which seed a plain text repeats, and how much of it."""
    del topic  # figures of copies need no names; the parameter stays for rewrites
    shares: list[tuple[int, float]] = []
    known = [seedfile.as_known(seed) for seed in seeds]
    prepared = prepare("", "", seedfile.clean(text))
    own = fingerprint.of(prepared)
    for one in known:
        found = copies.find(prepared, own, [one])
        if found is not None:
            shares.append((int(one.ref.removeprefix("seed:")), found.share))
    best = copies.find(prepared, own, known)
    number = int(best.known.removeprefix("seed:")) if best is not None else None
    seed = next((seed for seed in seeds if seed.number == number), None)
    return SeedMatch(seed, best, tuple(sorted(shares, key=lambda pair: (-pair[1], pair[0]))))


def match_text(found: SeedMatch) -> str:
    """Return the answer of `match` as lines for a terminal."""
    if found.seed is None or found.match is None:
        return "No seed: less than a quarter of the text, or of any seed, is in common."
    best = found.match
    what = "copy" if not best.changes else "update"
    head = f"seed:{found.seed.number} {what if found.is_copy else 'no copy'}: {_WORDS[best.direction]}"
    lines = [
        f"{head}",
        f"  {found.seed.title} ({found.seed.outlet})",
        f"  {_percent(best.share_of_new)} of the text is in the seed",
        f"  {_percent(best.share_of_known)} of the seed is in the text ({best.shared} shingles)",
    ]
    lines += [
        f"  changed {change.kind}: {change.old or '…'} -> {change.new or '…'}" for change in best.changes
    ]
    others = [f"seed:{n} {_percent(share)}" for n, share in found.shares if n != found.seed.number]
    return "\n".join([*lines, *([f"  others: {', '.join(others)}"] if others else [])])


def match_json(found: SeedMatch) -> dict[str, Any]:
    """Return the answer of `match` as data."""
    best = found.match
    if found.seed is None or best is None:
        return {"seed": None, "copy": False, "shares": {}}
    return {
        "seed": f"seed:{found.seed.number}",
        "title": found.seed.title,
        "copy": found.is_copy,
        "direction": best.direction.value,
        "share": best.share,
        "share_of_text": best.share_of_new,
        "share_of_seed": best.share_of_known,
        "shared_shingles": best.shared,
        "changes": [
            {"kind": c.kind, "old": c.old, "new": c.new, "sentence": c.sentence} for c in best.changes
        ],
        "shares": {f"seed:{number}": share for number, share in found.shares},
    }


def listing(seeds: Sequence[Seed]) -> str:
    """Return the seeds and the facts noted of them as lines for a terminal."""
    if not seeds:
        return "No seeds: everything will be new. Import texts with: monitor seeds import DIR"
    blocks = [
        "\n".join([*_head(seed), *(f"    - {fact.note}" for fact in seed.facts)])
        for seed in sorted(seeds, key=lambda seed: seed.number)
    ]
    return "\n\n".join(blocks)


def _head(seed: Seed) -> list[str]:
    raw = seed.published.raw
    when = raw or (seed.published.at.date().isoformat() if seed.published.at else "date unknown")
    return [
        f"seed:{seed.number}  {seed.title}",
        f"    {seed.outlet}, {when}, {seed.words} words, {seed.lang or 'language unknown'}",
        *([f"    {seed.url}"] if seed.url else []),
    ]


def listing_json(seeds: Sequence[Seed]) -> list[dict[str, Any]]:
    """Return the seeds and their facts as data, without hashes."""
    return [
        {
            "seed": f"seed:{seed.number}",
            "title": seed.title,
            "outlet": seed.outlet,
            "url": seed.url,
            "published": seed.published.at.isoformat() if seed.published.at else None,
            "published_raw": seed.published.raw,
            "lang": seed.lang,
            "words": seed.words,
            "event_from": seed.event_from.date().isoformat() if seed.event_from else None,
            "event_until": seed.event_until.date().isoformat() if seed.event_until else None,
            "facts": [{"note": fact.note, "anchors": list(fact.anchors)} for fact in seed.facts],
        }
        for seed in seeds
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
