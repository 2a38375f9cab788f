"""The quality table of the invented set: what a monitor's answers are worth against its labels.

    python tests/eval/score.py RESULTS.jsonl          # lines as `monitor export` prints them

Also called by ``benchmarks/judge_quality.py --half tests/eval``, which judges over a store of its own: `load_half`, `score`
and `report` are its three doors. An answer to an article is ``{"relevant", "dup", "story", "novel", "verdict"}``;
``dup`` is ``seed:N`` or an article's id. Pure but for `load_half` and `main`.
"""

from __future__ import annotations

import argparse
import json
import runpy
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
COPIES = ("exact_copy_of_seed", "near_copy_of_seed")
RETOLD = ("rewrite_of_seed", "translation_of_seed")
SEEDED = COPIES + RETOLD
UNSEEDED = ("follow_up", "new_event", "background", "off_topic")
FOUND_FROM = 0.6
"""Share of a point's letter runs that one novel sentence must hold."""
NOTHING: dict[str, Any] = {"relevant": False, "dup": None, "story": None, "novel": [], "verdict": ""}

Articles = Sequence[Mapping[str, Any]]
Answers = Mapping[str, Mapping[str, Any]]


def load_half(folder: Path | str = HERE, seeds: object = None) -> list[dict[str, Any]]:
    """Return the articles of a folder with a ``derive.py``, in published order; seeds stand in the folder."""
    del seeds
    articles: list[dict[str, Any]] = runpy.run_path(str(Path(folder) / "derive.py"))["load"](Path(folder))
    return articles


def score(articles: Articles, answers: Answers) -> dict[str, Any]:
    """Return every figure of the table, 0 … 1, in nested tables (``figure["relevance"]["all"]["f1"]``)."""
    full = {article["id"]: {**NOTHING, **answers.get(article["id"], {})} for article in articles}
    return {
        "relevance": _relevance(articles, full),
        "duplicates": {"copies": {"pairwise": _copies(articles, full)}},
        "seed_match": _seed_match(articles, full),
        "stories": {"b_cubed": _stories(articles, full)},
        "novelty": _novelty(articles, full),
        "verdicts": _verdicts(articles, full),
    }


# ------------------------------------------------------------------------------------------- relevance


def _rates(hits: int, wrong: int, missed: int) -> dict[str, float]:
    """Return precision, recall and F1; nothing to find and nothing found is 1."""
    precision = hits / (hits + wrong) if hits + wrong else 1.0
    recall = hits / (hits + missed) if hits + missed else 1.0
    both = precision + recall
    return {"p": precision, "r": recall, "f1": 2 * precision * recall / both if both else 0.0}


def _relevance(articles: Articles, answers: Answers) -> dict[str, dict[str, float]]:
    table = {}
    for lang in ("all", *sorted({article["lang"] for article in articles})):
        pairs = Counter(
            (article["labels"]["relevant"], bool(answers[article["id"]]["relevant"]))
            for article in articles
            if lang in {"all", article["lang"]}
        )
        off_topic = pairs[False, False] + pairs[False, True]
        table[lang] = _rates(pairs[True, True], pairs[False, True], pairs[True, False]) | {
            "kept_out": pairs[False, False] / off_topic if off_topic else 1.0
        }
    return table


# ------------------------------------------------------------------------------------------- copies and seeds


def _groups(names: Iterable[str], links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the representative of each name when linked names belong together."""
    leader = {name: name for name in names}

    def top(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for one, other in links:
        leader[top(one)] = top(other)
    return {name: top(name) for name in list(leader)}


def _copies(articles: Articles, answers: Answers) -> dict[str, float]:
    """Return pairwise rates over the relevant articles that are no retelling, and the seeds."""
    nodes = [a for a in articles if a["labels"]["relevant"] and a["labels"]["relation"] not in RETOLD]
    names = [a["id"] for a in nodes] + [f"seed:{n}" for n in sorted(_seeds_of(articles))]
    labelled = _groups(names, [(a["id"], target) for a in nodes if (target := _original(a))])
    answered = _groups(names, [(a["id"], dup) for a in nodes if (dup := answers[a["id"]]["dup"])])
    counts = Counter(
        (labelled[one] == labelled[other], answered[one] == answered[other])
        for one, other in combinations(names, 2)
    )
    return _rates(counts[True, True], counts[False, True], counts[True, False])


def _seeds_of(articles: Articles) -> set[int]:
    return {a["labels"]["seed"] for a in articles if a["labels"]["seed"] is not None}


def _original(article: Mapping[str, Any]) -> str | None:
    labels = article["labels"]
    if labels["relation"] in SEEDED:
        return f"seed:{labels['seed']}"
    original: str | None = labels["dup_of"]
    return original


def _seed_match(articles: Articles, answers: Answers) -> dict[str, dict[str, float]]:
    """Return how many articles of each relation end at the right seed, or at none."""
    table: dict[str, dict[str, float]] = {}
    for relation in (*SEEDED, *UNSEEDED):
        chosen = [a for a in articles if a["labels"]["relation"] == relation]
        right = sum(
            _seed_named(a["id"], answers) == (_original(a) if relation in SEEDED else None) for a in chosen
        )
        if chosen:
            table[relation] = {"n": len(chosen), "right": right, "accuracy": right / len(chosen)}
    return table


def _seed_named(name: str, answers: Answers) -> str | None:
    """Follow the links of one article; return the seed they end at."""
    passed: set[str] = set()
    while name not in passed:
        passed.add(name)
        target = answers.get(name, NOTHING)["dup"]
        if not target:
            return None
        name = str(target)
        if name.startswith("seed:"):
            return name
    return None


# ------------------------------------------------------------------------------------------- stories


def _stories(articles: Articles, answers: Answers) -> dict[str, float]:
    """Return B-cubed rates over the relevant articles; without a story an article takes its original's."""
    labelled, answered = {}, {}
    for article in articles:
        if article["labels"]["relevant"]:
            labelled[article["id"]] = article["labels"]["story"]
            answered[article["id"]] = _story_named(article["id"], answers)
    precision = _shared(answered, labelled)
    recall = _shared(labelled, answered)
    both = precision + recall
    return {"p": precision, "r": recall, "f1": 2 * precision * recall / both if both else 0.0}


def _story_named(name: str, answers: Answers) -> str:
    passed: set[str] = set()
    while name not in passed and name in answers:
        passed.add(name)
        answer = answers[name]
        if answer["story"]:
            return str(answer["story"])
        if not answer["dup"]:
            break
        name = str(answer["dup"])
    return f"alone:{name}"


def _shared(inner: Mapping[str, str], outer: Mapping[str, str]) -> float:
    """Return the mean share of each item's ``inner`` group that its ``outer`` group holds as well."""
    members: dict[str, set[str]] = defaultdict(set)
    for name, group in inner.items():
        members[group].add(name)
    shares = [
        sum(outer[other] == outer[name] for other in members[group]) / len(members[group])
        for name, group in inner.items()
    ]
    return sum(shares) / len(shares) if shares else 1.0


# ------------------------------------------------------------------------------------------- novelty


def letters(text: str) -> str:
    """Return letters and digits only, one case, no yo."""
    return "".join(char for char in text.casefold().replace("ё", "е") if char.isalnum())


def runs(text: str) -> set[str]:
    """Return runs of five letters, of two where the text has kana or kanji."""
    plain = letters(text)
    width = 2 if any("぀" <= char <= "鿿" for char in plain) else 5
    return {plain[at : at + width] for at in range(max(1, len(plain) - width + 1))}


def holds(sentence: str, point: str) -> bool:
    """Return True where one sentence tells a point in the article's words."""
    wanted = runs(point)
    return len(wanted & runs(sentence)) >= FOUND_FROM * len(wanted)


def _novelty(articles: Articles, answers: Answers) -> dict[str, Any]:
    found: dict[str, list[bool]] = defaultdict(list)
    flagged: list[bool] = []
    false: list[float] = []
    for article in articles:
        labels, novel = article["labels"], answers[article["id"]]["novel"]
        if labels.get("verdict") == "copy":
            false.append(min(1.0, len(novel) / max(1, _sentences(article["body"]))))
        if labels["dup_of"]:
            continue
        for point in labels["novel_points"]:
            found[article["lang"]].append(any(holds(sentence, point) for sentence in novel))
        told = [letters(sentence) for sentence in novel]
        flagged += [
            any(one and one in letters(passage) for one in told) for passage in labels["known_passages"]
        ]
    points = [hit for hits in found.values() for hit in hits]
    recall, known = _mean(points, 1.0), _mean(flagged, 0.0)
    clean = 1 - known
    return {
        "points_found": recall,
        "points": len(points),
        "points_found_by_lang": {lang: _mean(hits, 1.0) for lang, hits in sorted(found.items())},
        "known_flagged": known,
        "known_sentences": len(flagged),
        "false_novelty_copies": _mean(false, 0.0),
        "balance": 2 * recall * clean / (recall + clean) if recall + clean else 0.0,
    }


def _mean(values: Sequence[float], empty: float) -> float:
    return sum(values) / len(values) if values else empty


def _sentences(body: str) -> int:
    return sum(body.count(mark) for mark in ".!?。！？")


# ------------------------------------------------------------------------------------------- verdicts


def _verdicts(articles: Articles, answers: Answers) -> dict[str, dict[str, float]]:
    """Return how often the answer's relation is the one (or one of those) the label asks for."""
    table: dict[str, dict[str, float]] = {}
    for article in articles:
        wanted = article["labels"].get("verdict", "rewrite")
        line = table.setdefault(wanted, {"n": 0, "right": 0})
        line["n"] += 1
        line["right"] += answers[article["id"]]["verdict"] in wanted.split("|")
    for line in table.values():
        line["accuracy"] = line["right"] / line["n"]
    return dict(sorted(table.items()))


# ------------------------------------------------------------------------------------------- printing


def report(figures: Mapping[str, Any]) -> str:
    """Return the quality table as text."""
    lines = ["RELEVANCE            precision  recall      F1   off topic kept out"]
    lines += [
        f"  {lang:<18} {row['p']:9.3f} {row['r']:7.3f} {row['f1']:7.3f} {row['kept_out']:9.3f}"
        for lang, row in figures["relevance"].items()
    ]
    pairs, story = figures["duplicates"]["copies"]["pairwise"], figures["stories"]["b_cubed"]
    lines += [
        "COPIES AND STORIES",
        f"  {'copies, pairs':<18} {pairs['p']:9.3f} {pairs['r']:7.3f} {pairs['f1']:7.3f}",
        f"  {'stories, B-cubed':<18} {story['p']:9.3f} {story['r']:7.3f} {story['f1']:7.3f}",
        "RIGHT SEED, OR RIGHTLY NONE",
    ]
    lines += [
        f"  {name:<22} {row['right']:3.0f} of {row['n']:3.0f}  {row['accuracy']:.3f}"
        for name, row in figures["seed_match"].items()
    ]
    new = figures["novelty"]
    langs = ", ".join(f"{lang} {share:.2f}" for lang, share in new["points_found_by_lang"].items())
    lines += [
        "NOVELTY",
        f"  points found           {new['points_found']:.3f} of {new['points']} ({langs})",
        f"  known passages flagged {new['known_flagged']:.3f} of {new['known_sentences']} (lower is better)",
        f"  false novelty, copies  {new['false_novelty_copies']:.3f} (lower is better)",
        f"  balance                {new['balance']:.3f}",
        "VERDICT AS LABELLED",
    ]
    lines += [
        f"  {name:<22} {row['right']:3.0f} of {row['n']:3.0f}  {row['accuracy']:.3f}"
        for name, row in figures["verdicts"].items()
    ]
    return "\n".join(lines)


def answers_of(lines: Iterable[Mapping[str, Any]], articles: Articles) -> dict[str, dict[str, Any]]:
    """Return answers by article id from exported lines; addresses are compared without scheme and query."""
    by_url = {_bare(article["url"]): article["id"] for article in articles}
    answers = {}
    for line in lines:
        name = by_url.get(_bare(line.get("url") or ""))
        dup = line.get("duplicate_of")
        if name is not None:
            answers[name] = {
                "relevant": line.get("relevant", False),
                "dup": dup if not dup or dup.startswith("seed:") else by_url.get(_bare(dup), dup),
                "story": line.get("story"),
                "novel": line.get("novel_sentences") or [],
                "verdict": line.get("relation", ""),
            }
    return answers


def _bare(url: str) -> str:
    """Return ``host/path``; of a loopback address the path, which begins with the host it stands for."""
    rest = url.partition("://")[2].partition("?")[0]
    host, _, path = rest.partition("/")
    return path if host.startswith("127.0.0.1") else rest


def main(say: Callable[[str], object] = print) -> int:
    """Print the table for a file of exported lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--half", type=Path, default=HERE)
    args = parser.parse_args()
    articles = load_half(args.half)
    lines = [json.loads(line) for line in args.results.read_text(encoding="utf-8").splitlines() if line]
    say(report(score(articles, answers_of(lines, articles))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
