"""Who said what, by which verb, to whom; scare quotes are not statements."""

from __future__ import annotations

import pytest

from monitor.judge import anchors, lexicon, quotes
from monitor.text.prepare import prepare
from tests.judge.event_samples import day


def find(text: str, lang: str = "en", title: str = ""):
    prepared = prepare(title, "", text, lang)
    return quotes.find(prepared, anchors.read(prepared, lexicon.shipped(), at=day("2031-05-07")))


@pytest.mark.parametrize(
    ("lang", "text", "speaker", "words", "verb"),
    [
        ("en", "“There is nothing to talk about,” Stepan Orlov told Polar Press.", "Stepan Orlov", "There is nothing to talk about", "told"),
        ("en", 'A deputy foreign minister said: "We will wait until they come to us."', "office:deputy_foreign_minister", "We will wait until they come to us", "said"),
        ("ru", "«Говорить сейчас не о чем и не с кем», — заявил замминистра иностранных дел.", "office:deputy_foreign_minister", "Говорить сейчас не о чем и не с кем", "заявил"),
        ("ru", "Губернатор сказал: „Острова открыты для всех желающих гостей“.", "office:governor", "Острова открыты для всех желающих гостей", "сказал"),
        ("ja", "官房長官は「わが国の立場に変わりはなく、受け入れられない」と述べた。", "office:chief_cabinet_secretary", "わが国の立場に変わりはなく、受け入れられない", "述べ"),
        ("ja", "森田健さんは「船が動くまでは信じられない」と話した。", "森田健", "船が動くまでは信じられない", "話し"),
    ],
)  # fmt: skip
def test_speaker_words_and_verb_are_found(lang, text, speaker, words, verb):
    (quote,) = find(text, lang)
    assert (quote.speaker, quote.words, quote.verb, quote.lang) == (speaker, words, verb, lang)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", 'The "fog" lifted over the harbour.'),
        ("en", "The so-called 'line of peace' was drawn in ink by officials who said nothing."),
        ("ru", "Комплекс «Бал» стоит у бухты."),
        ("ru", "В День «северных территорий» прошёл съезд."),
        ("ja", "交流船「かえで」が出航した。"),
        ("ja", "「北方領土の日」に大会が開かれた。"),
    ],
)
def test_scare_quotes_titles_and_names_are_no_statements(lang, text):
    assert find(text, lang) == ()


def test_a_short_fragment_with_its_speaker_is_a_statement():
    (quote,) = find("The Kremlin spokesman called the steps “openly hostile”.")
    assert quote.speaker == "office:kremlin_spokesman"
    assert quote.words == "openly hostile"


def test_a_quotation_over_several_sentences_is_one():
    (quote,) = find(
        "“They may talk. Nothing will come of it. We are in no hurry,” the governor told reporters."
    )
    assert quote.words.startswith("They may talk. Nothing")
    assert quote.speaker == "office:governor"
    assert quote.addressee == "reporters"


def test_he_said_means_the_speaker_before():
    found = find("The governor welcomed the guests. “The island is open to the whole world,” he said.")
    assert found[0].speaker == "office:governor"


def test_a_quotation_that_stands_alone_goes_on_with_its_speaker():
    found = find('"My mother hoped to return," said Hiro Tabata. "Now we must live with this wound."')
    assert [one.speaker for one in found] == ["Hiro Tabata", "Hiro Tabata"]


@pytest.mark.parametrize(
    ("lang", "text", "addressee"),
    [
        ("en", "“We have no plans to meet them,” the ambassador told reporters.", "reporters"),
        ("en", "“We have no plans to meet them,” the ambassador told TASS.", "tass"),
        ("ru", "«У нас нет планов встречаться с ними», — сказал журналистам губернатор.", "журналистам"),
        ("ja", "外相は記者団に「対話の窓口は維持していきたい」と語った。", "記者団"),
    ],
)
def test_to_whom_it_was_said(lang, text, addressee):
    assert find(text, lang)[0].addressee == addressee


def test_a_quotation_in_title_and_body_counts_once():
    assert (
        len(
            find(
                "“No talks are planned this year,” the governor said.",
                title="“No talks are planned this year”",
            )
        )
        == 1
    )


def test_the_same_words_trimmed_or_repunctuated_are_one():
    assert quotes.same("There is no dialogue, and no prospects.", "there is no dialogue – and no prospects")
    assert quotes.same(
        "no dialogue and no prospects for it", "We see no dialogue and no prospects for it today"
    )
    assert quotes.quote_hash("“No talks,”") == quotes.quote_hash("no talks")


def test_altered_wording_is_told_from_another_quotation():
    said = "No talks are under way now and there will not be any"
    assert quotes.altered(said, "No talks are under way now and there may well be some")
    assert not quotes.altered(said, "No talks are under way now, and there will not be any")
    assert not quotes.altered(said, "The group leaves Nemuro on the ferry in August")


@pytest.mark.parametrize("text", ["“", "“unclosed " + "word " * 900, "''''", '"" said the governor', "「」"])
def test_broken_marks_do_no_harm(text):
    assert isinstance(find(text), tuple)


@pytest.mark.shared
def test_on_the_seeds_the_quoted_strings_and_their_speakers_are_found(shared):
    found = []
    for file in sorted((shared / "seeds").glob("*.txt")):
        found += find(file.read_text(encoding="utf-8"))
    named = [one.speaker for one in found if one.speaker]
    people = [one for one in named if one.startswith("person:")]
    assert len(found) >= 16
    assert {f"person:{name}" for name in ("zakharova", "streltsov", "kamikawa", "rudenko", "peskov", "kishida", "takaichi", "abe", "nemuro_hiroshi")} <= set(people)  # fmt: skip
    assert len(people) >= 0.9 * len(named)
