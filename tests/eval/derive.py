"""Copies and updates of the invented set, made by rule when the set is loaded: nothing is stored twice.

    from derive import load
    articles = load(Path("tests/eval"))       # written ones and derived ones, in published order

A rule names its original (``seed:N`` or an article's id), the operations, and the labels of what comes out.
Everything is invented (see README.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Paragraphs = list[str]
Operation = Callable[[Paragraphs], Paragraphs]


# ------------------------------------------------------------------------------------------- operations


def frame(*, before: str = "", after: str = "") -> Operation:
    """Put an outlet's lines above and below."""
    return lambda text: [line for line in (before, *text, after) if line]


def first(number: int) -> Operation:
    """Keep the first paragraphs."""
    return lambda text: text[:number]


def without(*numbers: int) -> Operation:
    """Leave paragraphs out, counted from 0."""
    return lambda text: [line for number, line in enumerate(text) if number not in numbers]


def order(*numbers: int) -> Operation:
    """Print the paragraphs in another order, counted from 0."""
    return lambda text: [text[number] for number in numbers]


def words(**changes: str) -> Operation:
    """Replace words or phrases everywhere; an underscore in the name stands for a blank."""
    return replaced({old.replace("_", " "): new for old, new in changes.items()})


def replaced(changes: dict[str, str]) -> Operation:
    """Replace texts everywhere; each must stand in the original, or the rule is stale."""

    def apply(text: Paragraphs) -> Paragraphs:
        for old, new in changes.items():
            if not any(old in line for line in text):
                raise ValueError(f"{old!r} does not stand in the original")
            text = [line.replace(old, new) for line in text]
        return text

    return apply


def residue(text: Paragraphs) -> Paragraphs:
    """Leave traces of a web page: entities instead of quotation marks and of every fifth blank."""
    marks = {"“": "&ldquo;", "”": "&rdquo;", "«": "&laquo;", "»": "&raquo;"}
    dirty = []
    for line in text:
        pieces = "".join(marks.get(char, char) for char in line).split(" ")
        joined = (word + ("&nbsp;" if place % 5 == 4 else " ") for place, word in enumerate(pieces))
        dirty.append("".join(joined).rstrip())
    return dirty


def straight(text: Paragraphs) -> Paragraphs:
    """Print typewriter quotation marks and hyphens."""
    table = str.maketrans({"“": '"', "”": '"', "«": '"', "»": '"', "’": "'", "—": "-"})
    return [line.translate(table) for line in text]


# ------------------------------------------------------------------------------------------- rules


@dataclass(frozen=True)
class Rule:
    """One derived article."""

    id: str
    of: str
    """``seed:N`` or the id of a written article."""
    source: str
    title: str
    summary: str
    hours: float
    """After the original was published."""
    verdict: str
    """``copy`` or ``update``."""
    operations: tuple[Operation, ...] = ()
    exact: bool = False
    """The wording is unchanged (title, marks and frame may differ)."""
    notes: str = ""
    lang: str = field(default="en")


SEED_PUBLISHED = ("2026-03-03T18:00:00+09:00", "2026-03-19T16:00:00+09:00", "2026-04-02T22:00:00+09:00",
                  "2026-04-16T09:00:00+09:00", "2026-04-28T15:00:00+09:00")  # fmt: skip
"""When the five invented seeds were published; the same days stand in notes.toml."""

RULES = (
    Rule("inv-101", "seed:0", "Northwater Wire", "Moscow returns Japan's memorandum unread", "Briefing in Moscow.",
         6, "copy", (frame(before="MOSCOW, March 3 (Northwater Wire) -", after="Northwater Wire is an invented agency."),),
         exact=True, notes="frame"),
    Rule("inv-102", "seed:1", "Compass Review", "Three conditions, says Ostroukhov", "Interview with an agency.",
         9, "copy", (residue,), exact=True, notes="web residue"),
    Rule("inv-103", "seed:2", "Reed Harbour Post", "Kremlin: no contacts with Tokyo", "The spokesman on Thursday.",
         12, "copy", (straight,), exact=True, notes="plain marks"),
    Rule("inv-104", "seed:4", "Островной листок", "Хатакэда: курс прежний, ветер встречный", "Пресс-конференция в Токио.",
         5, "copy", (frame(after="Островной листок, вымышленное издание."),), exact=True, notes="frame", lang="ru"),
    Rule("inv-105", "seed:0", "Lighthouse Dispatch", "No dialogue with Tokyo, says Zarechnaya", "A memorandum comes back.",
         20, "copy", (first(2),), notes="lead only"),
    Rule("inv-106", "seed:1", "Northwater Wire", "Turn the compass, Tokyo is told", "Conditions for talks.",
         26, "copy", (order(0, 2, 1, 4, 3),), notes="other order"),
    Rule("inv-107", "seed:2", "Lighthouse Dispatch", "Ties at the freezing point, Kremlin says", "No call is planned.",
         30, "copy", (words(reporters="journalists", parliament="the Diet", cabinet="government",
                            content="happy", handing_over="ceding", neighbours="countries", strait="sea"),),
         notes="words replaced"),
    Rule("inv-108", "seed:3", "The Quay", "Reading list: two tables for two neighbours",
         "An explainer, with a word before and after it.", 34, "copy",
         (first(3), frame(before="Our readers asked what the plan of the two tables is about. Compass Review has answered"
          " it better than this newsroom could, so here is a part of its text, with thanks to the colleagues.",
          after="A discussion evening on the plan is held on Friday in the reading room behind the boathouse; bring a"
          " cushion, the chairs are few. Tea will be poured by the rowing club.")), notes="embedded"),
    Rule("inv-109", "seed:4", "Слово и дело Востока", "Договора скоро не будет, признали в Токио", "Генсек кабмина о санкциях.",
         16, "copy", (first(4),), notes="cut", lang="ru"),
    Rule("inv-110", "seed:2", "Compass Review", "Kremlin sees no reason for contacts with Japan", "With figures.",
         40, "update", (replaced({"68 percent": "58 percent"}),), notes="a number changed"),
    Rule("inv-111", "seed:4", "Полит-Лента", "Хатакэда: промысловые шхуны и договор", "Уточнение.",
         22, "update", (replaced({"34 японским": "43 японским"}),), notes="a number changed", lang="ru"),
    Rule("inv-112", "inv-018", "Compass Review", "Night line for boats agreed in Niigata", "After five hours of talks.",
         3, "copy", (first(2),), notes="cut"),
    Rule("inv-113", "inv-022", "The Quay", "Nemuro boat and crew taken to Kunashir", "Seven men are on board.",
         4, "copy", (frame(before="From our partners at Lighthouse Dispatch.", after="The Quay is an invented paper."),),
         notes="frame"),
    Rule("inv-114", "inv-024", "Причал", "Ракеты с Итурупа: первые стрельбы батареи", "Протест Токио.",
         2, "copy", (order(0, 2, 1),), notes="other order", lang="ru"),
    Rule("inv-115", "inv-030", "Northwater Wire", "Lanterns off Habomai", "A service at sea.",
         5, "copy", (words(engines="motors", read_out="called out", kept="held", lowered="cut", voyages="trips"),),
         notes="words replaced"),
    Rule("inv-116", "inv-036", "Слово и дело Востока", "Почта вместо карты: лекция посла в Саппоро", "О рейсах и письмах.",
         6, "copy", (without(3), frame(after="По сообщению агентства «Полит-Лента».")), notes="frame, cut", lang="ru"),
    Rule("inv-117", "inv-021", "霧笛経済", "根室の漁船、国後島へ連行", "乗組員は7人。",
         2, "copy", (first(2), frame(after="（岬新聞提供・架空の記事）")), notes="cut, frame", lang="ja"),
    Rule("inv-118", "inv-034", "潮見日報", "根室に2床 四島の急患受け入れ案", "外相が発表した。",
         3, "copy", (first(1),), notes="lead only", lang="ja"),
    Rule("inv-119", "inv-022", "Lighthouse Dispatch", "Russia seizes Japanese boat off Habomai (corrected)",
         "Corrects the catch.", 8, "update", (replaced({"180 kilograms": "240 kilograms"}),), notes="a number changed"),
    Rule("inv-120", "inv-025", "Northwater Wire", "Missiles on Iturup: what the officer meant", "About the battery.",
         10, "update", (replaced({"would stay and be doubled": "would not stay and be doubled"}),), notes="a negation added"),
    Rule("inv-121", "inv-033", "Островной листок", "Атлас с Южными Курилами: тираж уточнён", "Новые данные.",
         9, "update", (replaced({"2300": "3200"}),), notes="a number changed", lang="ru"),
    Rule("inv-122", "inv-026", "北窓通信", "北方領土決議、票数を訂正", "衆院特別委。",
         4, "update", (replaced({"賛成は31": "賛成は29"}),), notes="a number changed", lang="ja"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------- loading


def load(folder: Path = HERE) -> list[dict[str, Any]]:
    """Return all articles of the set, written and derived, in published order."""
    text = (folder / "articles.jsonl").read_text(encoding="utf-8")
    written = [json.loads(line) for line in text.splitlines() if line]
    known = {article["id"]: article for article in written} | _seeds(folder)
    derived = [derive(rule, known[rule.of]) for rule in RULES]
    return sorted([*written, *derived], key=lambda a: (datetime.fromisoformat(a["published"]), a["id"]))


def derive(rule: Rule, original: dict[str, Any]) -> dict[str, Any]:
    """Return the article that a rule makes of its original."""
    text = original["body"].split("\n\n")
    for operation in rule.operations:
        text = operation(text)
    body = "\n\n".join(text)
    if body == original["body"] and not rule.exact:
        raise ValueError(f"{rule.id}: the rule changes nothing")
    at = datetime.fromisoformat(original["published"]) + timedelta(hours=rule.hours)
    return {
        "id": rule.id,
        "lang": rule.lang,
        "source": rule.source,
        "url": f"https://{host(rule.source)}/news/{rule.id}",
        "published": at.isoformat(),
        "title": rule.title,
        "summary": rule.summary,
        "body": body,
        "labels": _labels(rule, original),
    }


def _labels(rule: Rule, original: dict[str, Any]) -> dict[str, Any]:
    seed = int(rule.of[5:]) if rule.of.startswith("seed:") else None
    if seed is not None:
        relation = "exact_copy_of_seed" if rule.exact else "near_copy_of_seed"
        story = f"seed-{seed}"
    else:
        relation, story = original["labels"]["relation"], original["labels"]["story"]
    return {
        "relevant": True,
        "relation": relation,
        "seed": seed,
        "story": story,
        "dup_of": None if seed is not None else rule.of,
        "novel_points": [],
        "known_passages": [],
        "verdict": rule.verdict,
        "notes": f"invented; made by rule: {rule.notes}",
    }


def _seeds(folder: Path) -> dict[str, dict[str, Any]]:
    files = sorted((folder / "seeds").glob("[0-9][0-9][0-9]_*.txt"))
    return {
        f"seed:{number}": {
            "body": file.read_text(encoding="utf-8").strip(),
            "published": SEED_PUBLISHED[number],
        }
        for number, file in enumerate(files)
    }


HOSTS = {
    "Northwater Wire": "northwater-wire.example",
    "Lighthouse Dispatch": "lighthouse-dispatch.example",
    "Reed Harbour Post": "reed-harbour-post.example",
    "Compass Review": "compass-review.example",
    "The Quay": "the-quay.example",
    "Полит-Лента": "polit-lenta.example",
    "Причал": "prichal.example",
    "Островной листок": "ostrovnoy-listok.example",
    "Слово и дело Востока": "slovo-vostoka.example",
    "岬新聞": "misaki-shimbun.example",
    "潮見日報": "shiomi-nippo.example",
    "北窓通信": "kitamado-tsushin.example",
    "霧笛経済": "muteki-keizai.example",
}
"""Invented outlets; their hosts are under a reserved name."""


def host(source: str) -> str:
    """Return the invented host of an invented outlet."""
    return HOSTS[source]
