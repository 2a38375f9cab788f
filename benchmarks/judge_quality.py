"""How well the road judges: every floor and goal with the figure that is reached, in one table.

    python benchmarks/judge_quality.py [--blocks sets,copies,pairs] [--copy-seeds 1,2,3] [--errors N] [--json]
    python benchmarks/judge_quality.py --half DIR [--seeds FILE] [--results FILE] [--errors N] [--json]

Without ``--half``: the shared evaluation set and the repository's own (``tests/eval``) side by side, copies
made by rule from the shared set (the worst of three runs), and labelled pairs of real news; in some two
minutes. The shared folder is ``MONITOR_SHARED``, else beside the checkout; without it the own set alone is
measured.

A set runs prepare → relevance → fingerprint → traits → decide in memory, in published order, no network, no
store. With ``--half`` one set is measured and its blocks are printed: ``eval/score.py`` reads the lines of
``--results``; the shared set takes the shipped seeds or those of another seeds.json, ``tests/eval`` has its
own seeds, names and score.py. Exit status 1: a floor is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import _floors as floors  # noqa: E402  the checkout first
from benchmarks import _pairs as pairs  # noqa: E402
from benchmarks import copies  # noqa: E402
from monitor.judge import (  # noqa: E402
    anchors,
    decide,
    fingerprint,
    lexicon,
    relevance,
    seedfile,
    traits,
)
from monitor.judge.decide import Gathered, Subject  # noqa: E402
from monitor.judge.topic import Topic, load  # noqa: E402
from monitor.model import (  # noqa: E402
    NO_CLAIM,
    Article,
    Claim,
    KnownArticle,
    Level,
    NoveltyLabel,
    Relation,
    Seed,
    Verdict,
)
from monitor.text.prepare import prepare  # noqa: E402

SHARED = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
COUNTRIES = {"ja": "JP", "ru": "RU"}
"""Outlets' countries are not labelled; the language is the best guess, as in the served feeds."""
SEED_FILES = "[0-9][0-9][0-9]_*.txt"
WINDOW = timedelta(days=7)
CANDIDATES, THEMATIC = 10, 50
COMMON_AT_LEAST = 8
REPEATED_LAST, REPEATED_AT_LEAST = 20, 2


@dataclass
class Store:
    """What the database would hold: judged articles in order."""

    topic: Topic
    seeds: tuple[Seed, ...]
    known: list[KnownArticle] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def gather(self, subject: Subject, at: datetime) -> Gathered:
        """Return what the store's look-ups would return for one article."""
        assert subject.fingerprint is not None
        assert subject.traits is not None
        sampled = set(subject.fingerprint.sampled)
        counted: dict[int, int] = {}
        common: dict[int, int] = {}
        for index, one in enumerate(self.known):
            if one.fingerprint is None:
                continue
            shared = sampled.intersection(one.fingerprint.sampled)
            if shared:
                counted[index] = len(shared)
            for value in shared:
                common[value] = common.get(value, 0) + 1
        textual = sorted(counted, key=lambda index: (-counted[index], index))[:CANDIDATES]
        strong = set(decide.strong_terms(subject.traits))
        themed = []
        for index, one in enumerate(self.known):
            if one.at is None or abs(one.at - at) > WINDOW or one.traits is None:
                continue
            shared_terms = len(strong.intersection(decide.strong_terms(one.traits)))
            if shared_terms:
                themed.append((-shared_terms, index))
        return Gathered(
            seeds=self.seeds,
            textual=(*map(seedfile.as_known, self.seeds), *(self.known[index] for index in textual)),
            thematic=tuple(self.known[index] for _, index in sorted(themed)[:THEMATIC]),
            common=frozenset(value for value, count in common.items() if count >= COMMON_AT_LEAST),
            repeated=self._repeated(subject),
        )

    def _repeated(self, subject: Subject) -> frozenset[int]:
        assert subject.traits is not None
        own = [
            one.traits.sentence_hashes
            for one, source in zip(self.known, self.sources, strict=True)
            if source == subject.article.source_id and one.traits is not None
        ][-REPEATED_LAST:]
        return frozenset(
            line
            for line in subject.traits.sentence_hashes
            if sum(line in lines for lines in own) >= REPEATED_AT_LEAST
        )


def judge(store: Store, row: dict[str, Any], number: int) -> Verdict:
    """Judge one article of the set and keep it in the store."""
    at = datetime.fromisoformat(row["published"])
    article = Article(
        id=number,
        source_id=row["source"],
        outlet=row["source"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        body=row["body"],
        lang=row["lang"],
        country=COUNTRIES.get(row["lang"], ""),
        published=Claim(at=at),
    )
    clock = _Clock(store.seconds)
    prepared = prepare(article.title, article.summary, article.body, article.lang)
    clock.lap("prepare")
    seen = relevance.judge(prepared, store.topic, lang=prepared.lang, country=article.country)
    clock.lap("relevance")
    if seen.level is not Level.RELEVANT:
        return decide.decide(Subject(article, prepared, seen), Gathered(seeds=store.seeds), store.topic)
    subject = Subject(
        article, prepared, seen, fingerprint.of(prepared), traits.of(prepared, store.topic, at=at)
    )
    clock.lap("fingerprint and traits")
    gathered = store.gather(subject, at)
    clock.lap("gather (in memory)")
    verdict = decide.decide(subject, gathered, store.topic)
    clock.lap("decide")
    ref = f"article:{number}"
    verdict = replace(verdict, story=verdict.story or f"story:{number}")
    store.urls[ref] = row["url"]
    store.sources.append(article.source_id)
    store.known.append(
        KnownArticle(
            ref=ref,
            title=article.title,
            lang=prepared.lang,
            outlet=article.outlet,
            at=at,
            fingerprint=subject.fingerprint,
            traits=subject.traits,
            story=verdict.story,
            duplicate_of=verdict.duplicate_of,
            prepared=prepared,
            relation=verdict.relation,
        )
    )
    return verdict


class _Clock:
    """Adds up where the time goes."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds, self.last = seconds, time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self.last
        self.last = now


def result_row(row: dict[str, Any], verdict: Verdict, store: Store) -> dict[str, Any]:
    """Return the line that ``monitor export`` would print, as far as scoring reads it."""
    duplicate = verdict.duplicate_of
    copy = verdict.relation is Relation.COPY
    return {
        "url": row["url"],
        "relevant": verdict.level is Level.RELEVANT,
        "relation": verdict.relation.value,
        "duplicate_of": store.urls.get(duplicate, duplicate) if duplicate else None,
        "story": verdict.story if verdict.level is Level.RELEVANT else None,
        "novel_sentences": []
        if copy
        else [one.text for one in verdict.sentences if one.label is NoveltyLabel.NEW_FACT],
        "reason": verdict.reason,
    }


def run(articles: Sequence[dict[str, Any]], seeds: tuple[Seed, ...], topic: Topic) -> tuple[list[Any], Store]:
    """Judge all articles in their order; return the result lines with their verdicts, and the store."""
    store = Store(topic, seeds)
    judged = []
    for number, row in enumerate(articles, 1):
        verdict = judge(store, row, number)
        judged.append((row, verdict, result_row(row, verdict, store)))
    return judged, store


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
            figures[name], judged, _ = measured(half, args)
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


def measured(half: Path, args: argparse.Namespace) -> tuple[dict[str, Any], list[Any], Store]:
    """Return figures, judged articles and store of one set."""
    score = _score_of(half)
    articles = score["load_half"](half, str(args.seed_texts))
    topic = load("\n".join(file.read_text(encoding="utf-8") for file in _topic_files(args.topic, half)))
    own = own_texts(half)
    seeds = own_seeds(half / "seeds", topic) if own else seeds_of(args.seeds, args.seed_texts)
    judged, store = run(articles, seeds, topic)
    return _scored(score, articles, judged), judged, store


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
    found, judged, store = measured(half, args)
    spent = time.perf_counter() - started
    if args.results:
        lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for _, _, line in judged)
        args.results.write_text(lines, encoding="utf-8")
    if args.json:
        print(json.dumps(found, indent=1))
        return 0
    print(_score_of(half)["report"](found))
    told = floors.table(floors.SETS, {"here": found})
    print(f"\n{told}")
    per = ", ".join(f"{name} {1000 * s / len(judged):.1f}" for name, s in store.seconds.items())
    print(f"\n{len(judged)} articles in {spent:.1f} s; ms an article: {per}")
    if args.errors:
        _print_errors(judged, args.errors)
    return int("BELOW" in told)


def _scored(
    score: dict[str, Any], articles: Sequence[dict[str, Any]], judged: Sequence[Any]
) -> dict[str, Any]:
    results = {}
    by_url = {row["url"]: row["id"] for row in articles}
    for row, _, line in judged:
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
    for row, verdict, line in judged:
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
                f"  {row['id']} [{row['lang']}] {labels['relation']} seed {labels['seed']}: {verdict.reason}"
            )
            shown += 1
            if shown >= limit:
                return


if __name__ == "__main__":
    sys.exit(main())
