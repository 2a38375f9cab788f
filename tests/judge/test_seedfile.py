"""The seeds' file: what goes in, what must not, and that nothing is lost on the way."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from monitor import shipped
from monitor.errors import ConfigurationError
from monitor.judge import changes, copies, fingerprint, seedfile
from monitor.judge.seedfile import SeedText
from monitor.judge.topic import load as load_topic
from monitor.model import Claim
from monitor.text.prepare import prepare

TOPIC = load_topic(shipped.read_text("topic.toml"))
ROOT = Path(__file__).resolve().parents[2]

# Five invented first articles (no real person speaks in them).
TEXTS = (
    (
        "A deputy foreign minister of Russia told a local paper that nobody in Moscow is working on a peace treaty with "
        "Japan. He named 14 letters that stayed without answer since 3 March 2021.\n\nTokyo's embassy said it would "
        'go on asking. "Paper is patient, and so are we," said a counsellor of the embassy.'
    ),
    (
        "Survey: 61 percent of the people asked in Nemuro had never met anyone born on the islands. The town office "
        "printed the figures on Friday.\n\nA clerk explained that 820 households took part. The next count is planned "
        "for 2027, when the school for evening classes reopens."
    ),
    (
        "Продажа\n\nПодписывайтесь на наш канал\n\nГубернатор островного района сообщил, что договор с Японией не обсуждается "
        "и обсуждаться не будет. По его словам, на Кунашире построят три причала и одну школу до 2026 года.\n\n"
        "Представитель посольства ответил, что Токио ждёт письма уже девять месяцев."
    ),
    (
        "四島の元島民でつくる団体は十二日、墓参の再開を求める要望書を外務省に渡した。署名は4千人分に上る。\n\n"
        "担当課長は「急いで返事をする約束はできない」と述べ、ロシア側との連絡は続いていると説明した。"
    ),
    (
        "The ferry that carried graveside visitors before 2020 will be sold, its owner said. Three buyers have written; "
        "none of them is from Hokkaido.\n\nThe Soviet Union took the islands in 1945, and no peace treaty has been signed "
        "since. An official of the shipping office in Sapporo called the sale a private matter."
    ),
)
NOTES = """
version = 1
[[seed]]
file = "000_paper.txt"
title = "Nobody works on the treaty"
outlet = "The Lantern (invented)"
url = "https://lantern.example.org/treaty"
published = 2021-06-01
published_raw = "1 June 2021"
event_from = 2021-06-01
event_until = 2021-06-03
fact = [
  "A deputy foreign minister: Moscow has no one at work on the treaty.",
  { note = "14 letters went unanswered.", anchors = ["date:2021-03-03"] },
]
"""


def texts():
    return [SeedText(f"{number:03d}_paper.txt", text) for number, text in enumerate(TEXTS)]


def build():
    keys = {one.name: seedfile.text_key(one.text) for one in texts()}
    return seedfile.build(texts(), seedfile.read_notes(NOTES, "notes.toml", keys), TOPIC)


def test_what_is_written_is_what_is_read():
    seeds = build()
    assert seedfile.load_seeds(seedfile.dump_seeds(seeds)) == seeds
    assert seedfile.dump_seeds(seedfile.load_seeds(seedfile.dump_seeds(seeds))) == seedfile.dump_seeds(seeds)


def test_numbers_follow_the_file_names_and_languages_are_recognised():
    seeds = seedfile.build(list(reversed(texts())), {}, TOPIC)
    assert [seed.number for seed in seeds] == [0, 1, 2, 3, 4]
    assert [seed.lang for seed in seeds] == ["en", "en", "ru", "ja", "en"]


def test_notes_give_title_times_and_facts_with_anchors():
    seed = build()[0]
    assert (seed.title, seed.outlet) == ("Nobody works on the treaty", "The Lantern (invented)")
    assert seed.published.raw == "1 June 2021"
    assert seed.published.weak == "no_time"
    assert (seed.event_from.isoformat(), seed.event_until.isoformat()) == (
        "2021-06-01T00:00:00+00:00",
        "2021-06-03T23:59:59+00:00",
    )
    assert "number:14" in seed.facts[1].anchors
    assert "date:2021-03-03" in seed.facts[1].anchors


def test_a_text_without_notes_still_has_a_title_and_a_fingerprint():
    seed = build()[3]
    assert seed.title
    assert seed.facts == ()
    assert seed.published == Claim(at=None)
    assert seed.fingerprint.shingles


def test_the_file_holds_no_sentence_and_no_word_list_of_a_text():
    dumped = seedfile.dump_seeds(build())
    words = re.findall(r"\w+", dumped.lower())
    runs = {tuple(words[at : at + 5]) for at in range(len(words))}
    for text in TEXTS:
        own = re.findall(r"\w+", text.lower())
        assert not runs & {tuple(own[at : at + 5]) for at in range(len(own) - 4)}
    assert not re.search(r'"w:[^#]', dumped)
    assert "patient" not in dumped


def test_captions_credits_counters_and_repeated_titles_are_no_text():
    page = (
        "A treaty and its price\n\n© agency / Go to the mediabankA treaty and its price\nA treaty and its price - The Outlet, 1920, "
        "01.02.2023\nSubscribe\n\nA treaty and its price\n\nThe first paragraph of the report stands here.\n\n"
        "Map of the islands via Somebody & Co.\nThe second one has a source. (Source: A Paper)\n"
        "Featured image courtesy of N. N.\nNewsfeed\n0"
    )
    assert seedfile.clean(page) == (
        "The first paragraph of the report stands here.\n\nThe second one has a source."
    )


def test_a_seed_as_known_article_is_found_again_and_stands_in_its_own_story():
    seeds = build()
    known = [seedfile.as_known(seed) for seed in seeds]
    for number, text in enumerate(TEXTS):
        prepared = prepare("Another title", "", seedfile.clean(text))
        match = copies.find(prepared, fingerprint.of(prepared), known)
        assert match is not None
        assert (match.known, match.changes) == (f"seed:{number}", ())
        assert known[number].story == f"seed:{number}"
        assert known[number].prepared is None


@pytest.mark.parametrize(
    ("number", "old", "new", "kind"),
    [
        (0, "14 letters", "41 letters", "number"),
        (0, "3 March 2021", "3 May 2021", "date"),
        (1, "61 percent", "16 percent", "number"),
        (1, "had never met", "had met", "negation"),
        (2, "три причала", "пять причалов", "number"),
        (2, "не обсуждается", "обсуждается", "negation"),
        (3, "4千人分", "7千人分", "number"),
        (3, "約束はできない", "約束はできる", "negation"),
        (4, "no peace treaty has", "a peace treaty has", "negation"),
        (4, "in 1945", "in 1954", "date"),
        (0, "Paper is patient, and", "Paper is expensive, and", "quote"),
    ],
)
def test_a_change_is_found_without_the_text_of_the_seed(number, old, new, kind):
    known = seedfile.as_known(build()[number])
    assert old in TEXTS[number]
    altered = prepare("", "", seedfile.clean(TEXTS[number].replace(old, new)))
    assert kind in {change.kind for change in changes.find(altered, known)}


def test_a_file_of_another_algorithm_is_refused_with_advice():
    data = json.loads(seedfile.dump_seeds(build()))
    data["algorithm"] += 1
    with pytest.raises(ConfigurationError, match="seeds import"):
        seedfile.load_seeds(json.dumps(data))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "algorithm": 1, "seeds": [{}]}', "null"])
def test_a_broken_file_is_refused_with_advice(text):
    with pytest.raises(ConfigurationError, match="seeds import"):
        seedfile.load_seeds(text)


def test_every_mistake_of_a_notes_file_is_told_at_once():
    notes = '[[seed]]\ntitle = "x"\n[[seed]]\nkey = "00"\ntitel = "x"\npublished = "2021"\nfact = [3]\n'
    with pytest.raises(ConfigurationError) as caught:
        seedfile.read_notes(notes, "notes.toml")
    assert [mistake.key for mistake in caught.value.mistakes] == [
        "seed[0]",
        "seed[1].titel",
        "seed[1].published",
        "seed[1].fact[0]",
    ]
    with pytest.raises(ConfigurationError, match="not TOML"):
        seedfile.read_notes("[[seed", "notes.toml")


# ---------------------------------------------------------------------------------------- the shipped seeds


def shipped_seeds():
    return seedfile.load_seeds(shipped.read_text("seeds.json"))


def test_the_shipped_file_is_small_and_its_facts_are_ours():
    text = shipped.read_text("seeds.json")
    assert len(text.encode()) < 400_000
    seeds = shipped_seeds()
    assert [seed.number for seed in seeds] == [0, 1, 2, 3, 4]
    assert all(8 <= len(seed.facts) <= 20 for seed in seeds)
    assert all(fact.anchors or fact.terms for seed in seeds for fact in seed.facts)
    assert not re.search(r'"w:[^#]', text)


def test_no_shipped_seed_is_a_copy_of_another():
    known = [seedfile.as_known(seed) for seed in shipped_seeds()]
    for one in known:
        for other in known:
            mine, theirs = one.fingerprint.shingles, other.fingerprint.shingles
            if one is not other:
                assert len(mine & theirs) < 0.25 * min(len(mine), len(theirs))


def seed_files(shared):
    return sorted((shared / "seeds").glob("[0-9][0-9][0-9]_*.txt"))


@pytest.mark.shared
def test_the_tracked_file_is_what_the_import_of_the_five_texts_gives(shared):
    found = [SeedText(file.name, file.read_text(encoding="utf-8")) for file in seed_files(shared)]
    notes = (ROOT / "monitor" / "topic" / "seed_notes.toml").read_text(encoding="utf-8")
    made = seedfile.build(found, seedfile.read_notes(notes, "seed_notes.toml"), TOPIC)
    tracked = (ROOT / "storage" / "seeds.json").read_text(encoding="utf-8")
    assert seedfile.dump_seeds(made) == tracked


@pytest.mark.shared
@pytest.mark.parametrize("name", ["storage/seeds.json", "monitor/topic/seed_notes.toml"])
def test_no_eight_words_in_a_row_of_a_seed_are_tracked(shared, name):
    runs = set()
    for file in seed_files(shared):
        words = re.findall(r"\w+", file.read_text(encoding="utf-8").lower())
        runs |= {tuple(words[at : at + 8]) for at in range(len(words) - 7)}
    words = re.findall(r"\w+", (ROOT / name).read_text(encoding="utf-8").lower())
    assert not runs & {tuple(words[at : at + 8]) for at in range(len(words) - 7)}


@pytest.mark.shared
def test_the_five_texts_are_copies_of_themselves_alone(shared):
    known = [seedfile.as_known(seed) for seed in shipped_seeds()]
    for number, file in enumerate(seed_files(shared)):
        prepared = prepare("", "", file.read_text(encoding="utf-8"))
        match = copies.find(prepared, fingerprint.of(prepared), known)
        assert match is not None
        assert copies.is_copy(match)
        assert (match.known, match.changes) == (f"seed:{number}", ())
        rest = [one for one in known if one.ref != match.known]
        assert not copies.is_copy(copies.find(prepared, fingerprint.of(prepared), rest))
