"""The topic file: typed, versioned by content, every mistake reported; matching follows the written patterns."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigurationError
from monitor.judge import topic
from monitor.text.normal import fold
from monitor.text.patterns import Matcher, PatternError, parse

SHIPPED = Path(topic.__file__).parents[1] / "topic" / "topic.toml"

SMALL = """
version = 1
[subject]
label = "the river treaty between Arland and Borland"
[concept.arland]
role = "a"
en = ["Arland*"]
[concept.borland]
role = "b"
en = ["Borland*"]
weak = ["Bor"]
[concept.river]
role = "subject"
label = "the river treaty"
thread = "river"
en = ["river treaty", "Mira treaty"]
[negative.sport]
rule = "N1"
label = "sport"
final = true
en = ["rowing"]
[rules]
gate = [["subject"], ["a", "b"]]
review = [["a", "b"]]
require = ["a", "b"]
[[rules.evidence]]
id = "T1"
label = "the river treaty"
needs = ["subject"]
context = ["a", "b"]
weight = 1.0
"""


@pytest.fixture(scope="module")
def shipped():
    return topic.load(SHIPPED.read_text(encoding="utf-8"))


def found(loaded, text, lang):
    return {concept.id for concept, _, _ in loaded.find(fold(text), text, lang)}


def mistakes(text):
    with pytest.raises(ConfigurationError) as caught:
        topic.load(text, file="own.toml")
    return caught.value.mistakes


def test_the_version_is_the_hash_of_the_text_and_changes_with_it():
    one, same, other = topic.load(SMALL), topic.load(SMALL), topic.load(SMALL + "\n# a remark\n")
    assert one.version == same.version != other.version
    assert one == same
    assert len(one.version) == 12


def test_the_shipped_topic_has_names_for_seven_languages_and_every_thread(shipped):
    for text, lang, concept in [
        ("peace-treaty talks", "en", "peace_treaty"),
        ("мирного договора", "ru", "peace_treaty"),
        ("平和条約交渉", "ja", "peace_treaty"),
        ("日俄和平条约", "zh", "peace_treaty"),
        ("러일 평화조약", "ko", "peace_treaty"),
        ("Friedensvertrags", "de", "peace_treaty"),
        ("un traité de paix", "fr", "peace_treaty"),
        ("Iturup", "en", "island_etorofu"),
        ("на Итурупе", "ru", "island_etorofu"),
        ("択捉島で", "ja", "island_etorofu"),
    ]:
        assert concept in found(shipped, text, lang), text
    threads = {concept.thread for concept in shipped.concepts}
    expected = "treaty territory visa_free graves fishing military sanctions economy disarmament patrols polls memory"
    assert set(expected.split()) <= threads


def test_the_russian_verb_to_smoke_is_not_an_island_chain(shipped):
    assert "territory_generic" not in found(shipped, "Он курил у окна", "ru")
    assert "territory_generic" in found(shipped, "Жители Курил ждут", "ru")
    assert "territory_generic" in found(shipped, "на Курильских островах", "ru")


def test_a_language_without_names_of_its_own_is_searched_for_all_names(shipped):
    assert "island_shikotan" in found(shipped, "Shikotan szigete", "hu")


def test_phrases_cross_hyphens_quotes_and_dashes_but_no_sentence_marks():
    matcher = Matcher([(0, parse("комплекс* бал")), (1, parse("peace treaty")), (2, parse("japan's"))])

    def keys(text):
        return [hit.key for hit in matcher.find(fold(text), text)]

    assert keys("Комплексы «Бал» на острове") == [0]
    assert keys("a peace-treaty, a PEACE\u00a0TREATY") == [1, 1]
    assert keys("in peace. Treaty talks") == []
    assert keys("peace, treaty") == []
    assert keys("Japan’s reply") == [2]
    assert keys("balance, peacetreaty") == []


def test_overlapping_names_are_all_found_with_their_spans():
    matcher = Matcher([(0, parse("北方領土", substring=True)), (1, parse("北方領土の日", substring=True))])
    text = "きょうは北方領土の日"
    assert [(hit.key, text[hit.start : hit.end]) for hit in matcher.find(text)] == [
        (0, "北方領土"),
        (1, "北方領土の日"),
    ]


def test_one_case_only_names_need_that_case():
    matcher = Matcher([(0, parse("~Курил"))])
    assert [hit.key for hit in matcher.find(fold("у Курил"), "у Курил")] == [0]
    assert matcher.find(fold("он курил"), "он курил") == []


@pytest.mark.parametrize("pattern", ["", " * ", "*", "a*b", "ab*", "...", "peace *"])
def test_patterns_that_match_nothing_or_everything_are_refused(pattern):
    with pytest.raises(PatternError):
        parse(pattern)


def test_every_mistake_is_reported_at_once_with_its_line_and_the_nearest_key():
    text = (
        SMALL.replace('role = "a"', 'rol = "a"')
        .replace('"river treaty", "Mira treaty"', '"river treaty", "*"')
        .replace('context = ["a", "b"]', 'context = ["a", "bb"]')
        .replace("weight = 1.0", "weight = 3")
        .replace("[rules]", '[rules]\nbias = "low"\nlead_sentence = 2')
    )
    reported = {m.key: m for m in mistakes(text)}
    lines = text.split("\n")
    for key, words, at in [
        ("concept.arland.rol", "did you mean 'role'", 'rol = "a"'),
        ("concept.arland.role", "missing", "[concept.arland]"),
        ("concept.river.en", "pattern is empty", 'en = ["river treaty", "*"]'),
        ("rules.evidence[0].context", "'bb' is neither a role nor a concept", 'context = ["a", "bb"]'),
        ("rules.evidence[0].weight", "from 0 to 1", "weight = 3"),
        ("rules.bias", "number", 'bias = "low"'),
        ("rules.lead_sentence", "did you mean 'lead_sentences'", "lead_sentence = 2"),
    ]:
        assert words in reported[key].message
        line = reported[key].line
        assert line is not None
        assert lines[line - 1] == at
        assert reported[key].file == "own.toml"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = ", "not TOML"),
        ("version = 2", "version = 1"),
        ("version = 1\n[concept]\n", "at least one"),
        (SMALL.split("[[rules.evidence]]", maxsplit=1)[0], "nothing could ever be relevant"),
        (SMALL.replace('gate = [["subject"], ["a", "b"]]', ""), "gate"),
        (SMALL.replace('require = ["a", "b"]', "require = 3"), "list of texts"),
        (SMALL.replace("[negative.sport]", "[negative.river]"), "choose another"),
        (SMALL.replace('en = ["rowing"]', ""), "without words"),
        (SMALL.replace('label = "the river treaty between Arland and Borland"', ""), "missing"),
        (SMALL.replace("final = true", 'final = "yes"'), "true or false"),
    ],
)
def test_unusable_files_say_what_to_write(text, words):
    assert any(words in str(mistake) for mistake in mistakes(text))


def test_the_gate_passes_whatever_could_be_relevant_or_reviewed():
    loaded = topic.load(SMALL)
    assert loaded.passes_gate(fold("The Mira-Treaty"), "en")
    assert loaded.passes_gate(fold("Arlanders and Borlanders"), "en")
    assert not loaded.passes_gate(fold("Arland alone"), "en")


HINTED = (
    SMALL
    + """
[hint.matter]
en = ["unsigned", "neighbour*"]
[hint.mouth]
en = ["envoy*"]
[hint.elsewhere]
en = ["Corland"]
[hint.address]
any = ["mirskij"]
"""
).replace(
    "[rules]",
    '[rules]\nsuspect = [["matter", "mouth"]]\nsuspect_without = ["elsewhere"]',
)
HINTED = HINTED.replace('review = [["a", "b"]]', 'review = [["subject"], ["a", "b"]]')


def test_hints_make_a_text_suspect_together_and_never_where_another_is_named():
    loaded = topic.load(HINTED)
    assert loaded.suspects(fold("Envoys of the two neighbours meet"), "en")
    assert not loaded.suspects(fold("Envoys meet"), "en")
    assert not loaded.suspects(fold("Envoys of neighbours of Corland meet"), "en")
    assert not loaded.suspects(fold("Envoys of the two neighbours meet"), "ja")


def test_an_address_names_by_the_rules_of_review_or_by_a_word_of_its_own():
    loaded = topic.load(HINTED)
    for path in ("/news/arlanders-and-borlanders-meet", "/2026/mira-treaty.html", "/o-mirskij-vopros/"):
        assert loaded.address_names(path), path
    for path in ("/arlanders-borlanders/", "/", "", "/mira", "/arlanders-and-borlanders-meet/12"):
        assert loaded.address_names(path) == (path == "/arlanders-borlanders/"), path


def test_rules_ask_for_hints_that_are_there():
    reported = {m.key: m.message for m in mistakes(HINTED.replace('["matter", "mouth"]', '["mater"]'))}
    assert "did you mean 'matter'" in reported["rules.suspect"]
    assert mistakes(HINTED.replace('["elsewhere"]', "3"))
    assert mistakes(HINTED.replace('[["matter", "mouth"]]', "3"))
