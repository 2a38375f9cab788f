"""How well the road judges: every floor and goal with the figure that is reached, in one table.

    python benchmarks/judge_quality.py [--blocks sets,copies,pairs] [--copy-seeds 1,2,3] [--errors N] [--json]
    python benchmarks/judge_quality.py --half DIR [--seeds FILE] [--results FILE] [--errors N] [--json]

Without ``--half``: the shared evaluation set and the repository's own (``tests/eval``) side by side, copies
made by rule from the shared set (the worst of three runs), and labelled pairs of real news; in some two
minutes. The shared folder is ``MONITOR_SHARED``, else beside the checkout; without it the own set alone is
measured.

A set takes the road's own ingest over a store of its own, in published order, as if feeds had brought the
texts; no network. With ``--half`` one set is measured and its blocks are printed: ``eval/score.py`` reads the
lines of ``--results``; the shared set takes the shipped seeds or those of another seeds.json, ``tests/eval``
has its own seeds, names and score.py. Exit status 1: a floor is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import _floors as floors  # noqa: E402  the checkout first
from benchmarks import _pairs as pairs  # noqa: E402
from benchmarks import copies  # noqa: E402
from monitor import config  # noqa: E402
from monitor.db.records import PollRecord  # noqa: E402
from monitor.judge import anchors, fingerprint, lexicon, seedfile, traits  # noqa: E402
from monitor.judge.topic import Topic, load  # noqa: E402
from monitor.model import NO_CLAIM, Claim, Entry, FetchKind, Seed  # noqa: E402
from monitor.service import export  # noqa: E402
from monitor.service.context import opened  # noqa: E402
from monitor.service.ingest import ingest  # noqa: E402
from monitor.text.prepare import prepare  # noqa: E402

SHARED = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
COUNTRIES = {"ja": "JP", "ru": "RU"}
"""Outlets' countries are not labelled; the language is the best guess, as in the served feeds."""
SEED_FILES = "[0-9][0-9][0-9]_*.txt"
LATER = timedelta(minutes=5)
"""After the last report of a set: then all of it is judged."""


def run(
    articles: Sequence[dict[str, Any]], seeds: tuple[Seed, ...], topic: Topic
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Judge all articles as a desk does that finds them whole in its feeds; return the result lines.

    The road's own ingest over a store of its own; each article with the line that ``monitor export`` prints.
    """
    with tempfile.TemporaryDirectory(prefix="judge-quality-") as folder:
        path = Path(folder) / "sources.toml"
        path.write_text(_settings(articles), encoding="utf-8")
        last = max(datetime.fromisoformat(row["published"]) for row in articles).astimezone(UTC)
        with opened(config.load(path, {}), clock=lambda: last + LATER) as plain:
            context = replace(plain, topic=topic, seeds=seeds)
            ids = {source.name: source.id for source in context.settings.sources}
            context.store.record_polls([_polled(row, ids[row["source"]]) for row in articles])
            context.run(ingest(context))
            lines = {row.url: export.record(row) for row in context.store.entries_for_export()}
    return [(row, lines[row["url"]]) for row in articles]


def _settings(articles: Sequence[dict[str, Any]]) -> str:
    """Return a desk whose sources are the outlets of a set; their country follows their language."""
    outlets = {row["source"]: row["lang"] for row in articles}
    return '[monitor]\ncontact = "desk@example.org"\n' + "".join(
        f"[[source]]\nid = {json.dumps(f'outlet-{number}')}\nname = {json.dumps(name, ensure_ascii=False)}\n"
        f'url = "https://outlet-{number}.example/feed"\nlang = "{lang}"\n'
        f'country = "{COUNTRIES.get(lang, "")}"\nfetch_articles = false\n'
        for number, (name, lang) in enumerate(outlets.items())
    )


def _polled(row: dict[str, Any], source_id: str) -> PollRecord:
    """Return the look at a feed that brought one article of the set."""
    at = datetime.fromisoformat(row["published"]).astimezone(UTC)
    entry = Entry(
        key=f"g:{row['url']}",
        guid=row["url"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        content=row["body"],
        lang=row["lang"],
        published=Claim(at, row["published"], "+00:00"),
        content_hash=row["url"],
    )
    return PollRecord(state=None, source=source_id, at=at, kind=FetchKind.OK, entries=(entry,))


def seeds_of(file: Path, texts: Path) -> tuple[Seed, ...]:
    """Return the seeds of a seeds.json; where it holds none, the texts themselves without notes or days."""
    seeds = seedfile.load_seeds(file.read_text(encoding="utf-8")) if file.is_file() else ()
    return seeds or seeds_from_texts(texts)


def seeds_from_texts(folder: Path) -> tuple[Seed, ...]:
    """Return bare seeds made of the text files ``000_*.txt`` …: no title, no notes, no days."""
    made = []
    for number, file in enumerate(sorted(folder.glob("[0-9][0-9][0-9]_*.txt"))):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        prepared = prepare("", "", "\n\n".join(lines), "en")
        made.append(
            Seed(
                number=number,
                title="",
                outlet="",
                url=None,
                published=NO_CLAIM,
                lang=prepared.lang,
                fingerprint=fingerprint.of(prepared),
                traits=traits.from_readings(prepared, anchors.read(prepared, lexicon.shipped(), at=None)),
            )
        )
    return tuple(made)


def _topic_files(topic: Path, half: Path) -> list[Path]:
    """Return the topic and the file with a set's own invented names, where it has one."""
    names = half / "names.toml"
    return [topic, names] if names.is_file() else [topic]


def own_texts(half: Path) -> bool:
    """Return True for a set that brings its own first known texts (``tests/eval``)."""
    return any((half / "seeds").glob(SEED_FILES))


def own_seeds(folder: Path, topic: Topic) -> tuple[Seed, ...]:
    """Return the seeds of a folder of texts with its ``notes.toml``, as `monitor seeds import` makes them."""
    texts = [
        seedfile.SeedText(file.name, file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob(SEED_FILES))
    ]
    keys = {one.name: seedfile.text_key(one.text) for one in texts}
    notes = seedfile.read_notes((folder / "notes.toml").read_text(encoding="utf-8"), "notes.toml", keys)
    return seedfile.build(texts, notes, topic)


def main() -> int:
    """Measure what was asked for and print the table; return 1 when a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--blocks", default="sets,copies,pairs")
    parser.add_argument("--copy-seeds", default="1,2,3")
    parser.add_argument("--half", type=Path, help="measure this set alone, and print its blocks")
    parser.add_argument("--seed-texts", type=Path, default=SHARED / "seeds")
    parser.add_argument("--seeds", type=Path, default=ROOT / "storage" / "seeds.json")
    parser.add_argument("--topic", type=Path, default=ROOT / "monitor" / "topic" / "topic.toml")
    parser.add_argument("--results", type=Path, help="write the result lines to this file")
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    return one_set(args) if args.half or args.results else everything(args)


def everything(args: argparse.Namespace) -> int:
    """Print the table of all floors; return 1 when one is missed."""
    wanted = args.blocks.split(",")
    figures: dict[str, dict[str, Any]] = {}
    tables = []
    shared = (SHARED / "eval" / "articles.jsonl").is_file()
    if not shared:
        print(f"No shared set at {SHARED} (set MONITOR_SHARED): the repository's own alone.", file=sys.stderr)
    if "sets" in wanted:
        halves = {**({"shared": SHARED / "eval"} if shared else {}), "own": ROOT / "tests" / "eval"}
        for name, half in halves.items():
            figures[name], judged = measured(half, args)
            if args.errors:
                _print_errors(judged, args.errors)
        tables.append(floors.table(floors.SETS, figures))
    if "copies" in wanted and shared:
        runs = [copies_of(SHARED, int(seed)) for seed in args.copy_seeds.split(",")]
        figures["copies"] = floors.worst(floors.COPIES, runs)
        tables.append(floors.table(floors.COPIES, {"worst": figures["copies"]}))
    if "pairs" in wanted and shared:
        topic = load(args.topic.read_text(encoding="utf-8"))
        figures["pairs"] = pairs.measure(SHARED / "corpus" / "dedup", topic, args.errors)
        tables.append(floors.table(floors.PAIRS, {"here": figures["pairs"]}))
        tables += [
            f"  {lang}: {found['pairs']} pairs, F1 {found['f1']:.3f} (p {found['p']:.3f}, r {found['r']:.3f})"
            f" at the road's own threshold, {found['cross_validated']:.3f} with cross-validated ones"
            for lang, found in figures["pairs"].items()
        ]
    printed = "\n".join(tables)
    print(json.dumps(figures, indent=1) if args.json else printed)
    return int("BELOW" in printed)


def copies_of(shared: Path, seed: int) -> dict[str, Any]:
    """Return the figures of copies made by rule with that seed."""
    lines = copies.generated(shared, seed)
    answers, _ = copies.judged(lines, copies.COMMON_AT_LEAST)
    queries = [line for line in lines if line["kind"] != "base"]
    found: dict[str, Any] = copies.module("score_copies", shared).score(queries, answers)
    return found


def measured(half: Path, args: argparse.Namespace) -> tuple[dict[str, Any], list[Any]]:
    """Return figures and judged articles of one set."""
    score = _score_of(half)
    articles = score["load_half"](half, str(args.seed_texts))
    topic = load("\n".join(file.read_text(encoding="utf-8") for file in _topic_files(args.topic, half)))
    own = own_texts(half)
    seeds = own_seeds(half / "seeds", topic) if own else seeds_of(args.seeds, args.seed_texts)
    judged = run(articles, seeds, topic)
    return _scored(score, articles, judged), judged


def _score_of(half: Path) -> dict[str, Any]:
    """Return the functions of the set's score.py, else of the shared one."""
    measures = half if (half / "score.py").is_file() else SHARED / "eval"
    sys.path.insert(0, str(measures))
    try:
        return runpy.run_path(str(measures / "score.py"))
    finally:
        sys.path.remove(str(measures))


def one_set(args: argparse.Namespace) -> int:
    """Print the blocks of score.py for one set and its table; return 1 when a floor is missed."""
    half = args.half or SHARED / "eval"
    started = time.perf_counter()
    found, judged = measured(half, args)
    spent = time.perf_counter() - started
    if args.results:
        lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for _, line in judged)
        args.results.write_text(lines, encoding="utf-8")
    if args.json:
        print(json.dumps(found, indent=1))
        return 0
    print(_score_of(half)["report"](found))
    told = floors.table(floors.SETS, {"here": found})
    print(f"\n{told}")
    print(f"\n{len(judged)} articles in {spent:.1f} s")
    if args.errors:
        _print_errors(judged, args.errors)
    return int("BELOW" in told)


def _scored(
    score: dict[str, Any], articles: Sequence[dict[str, Any]], judged: Sequence[Any]
) -> dict[str, Any]:
    results = {}
    by_url = {row["url"]: row["id"] for row in articles}
    for row, line in judged:
        duplicate = line["duplicate_of"]
        results[row["id"]] = {
            "relevant": line["relevant"],
            "dup": by_url.get(duplicate, duplicate) if duplicate else None,
            "story": line["story"],
            "novel": line["novel_sentences"],
            "verdict": line["relation"],
        }
    scores: dict[str, Any] = score["score"](articles, results)
    return scores


def _print_errors(judged: Sequence[Any], limit: int) -> None:
    print("\nOTHER THAN LABELLED")
    shown = 0
    for row, line in judged:
        labels = row["labels"]
        same = labels["relation"] in {
            "exact_copy_of_seed",
            "near_copy_of_seed",
            "rewrite_of_seed",
            "translation_of_seed",
        }
        want = f"seed:{labels['seed']}" if same else None
        got = line["duplicate_of"] if str(line["duplicate_of"]).startswith("seed:") else None
        if labels["relevant"] != line["relevant"] or want != got:
            print(
                f"  {row['id']} [{row['lang']}] {labels['relation']} seed {labels['seed']}: {line['reason']}"
            )
            shown += 1
            if shown >= limit:
                return


if __name__ == "__main__":
    sys.exit(main())
