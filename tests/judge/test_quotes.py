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


@pytest.mark.parametrize(
    ("lang", "text", "speaker"),
    [
        (
            "en",
            (
                "“We must count again,” said the Kremlin spokesman.\n\nYuka Minase, who teaches at a college, was not "
                "surprised. Her students, she said, ask for maps, “and I have no answer that fits on a page”."
            ),
            "Yuka Minase",
        ),
        (
            "ja",
            (
                "官房長官は「数え直しが必要だ」と述べた。\n\n官房長官は、方針を説明。27日には外務次官が先方に伝達を行ったと明らかにした。"
                "\n\n一方で、提案には「注意深く見ている」と述べ、評価を避けた。"
            ),
            "office:chief_cabinet_secretary",
        ),
    ],
)
def test_who_was_spoken_of_goes_on_speaking_not_who_was_named_last(lang, text, speaker):
    assert find(text, lang)[-1].speaker == speaker


def test_a_quotation_that_stands_alone_goes_on_with_its_speaker():
    found = find('"My mother hoped to return," said Hiro Tabata. "Now we must live with this wound."')
    assert [one.speaker for one in found] == ["Hiro Tabata", "Hiro Tabata"]


@pytest.mark.parametrize(
    ("lang", "text", "addressee"),
    [
        ("en", "“We have no plans to meet them,” the ambassador told reporters.", "reporters"),
        ("en", "“We have no plans to meet them,” the ambassador told TASS.", "TASS"),
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


@pytest.mark.parametrize(
    ("lang", "title", "text", "speaker"),
    [
        ("en", "Governor: “the pier will stay open”", "“We say that the pier will stay open all winter,” he said.", "office:governor"),
        ("ru", "Губернатор: «причал открыт всю зиму»", "«Мы говорим: причал открыт всю зиму», — добавил он.", "office:governor"),
        ("ja", "知事「桟橋は開いている」", "山田太郎知事は「冬の間も桟橋は開いている」と述べた。", "office:governor"),
    ],
)  # fmt: skip
def test_a_headlines_cut_of_a_quotation_is_the_same_quotation(lang, title, text, speaker):
    (quote,) = find(text, lang, title)
    assert len(quote.words) > len(title) - 12
    assert quote.speaker in {speaker, ""}


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


@pytest.mark.parametrize(
    ("lang", "title", "speaker"),
    [
        ("en", "Hayashi calls Rudenko remarks 'regrettable', keeps treaty goal", "person:hayashi"),
        ("en", "Foreign minister calls Kremlin spokesman's words 'not helpful'", "office:foreign_minister"),
        ("en", "Kremlin spokesman: 'no way back' to treaty talks", "office:kremlin_spokesman"),
        ("ru", "Губернатор назвал слова посла «прискорбными»", "office:governor"),
        ("ja", "官房長官、ルデンコ氏の発言は「遺憾」と批判", "office:chief_cabinet_secretary"),
        ("ja", "外相「門は閉じていない」　条約交渉で", "office:foreign_minister"),
    ],
)
def test_a_headlines_fragment_belongs_to_who_says_it_and_not_to_whom_it_is_about(lang, title, speaker):
    assert [one.speaker for one in find("", lang, title)] == [speaker]


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "Tokyo calls Rudenko remarks 'regrettable'"),
        ("ru", "Токио назвал слова Руденко «прискорбными»"),
        ("ja", "東京、ルデンコ発言に「遺憾」"),
    ],
)
def test_where_the_caller_is_nobody_we_know_nobody_is_named(lang, title):
    assert all(one.speaker == "" for one in find("", lang, title))


@pytest.mark.parametrize(
    ("lang", "text", "speaker"),
    [
        ("en", "After a meeting with the ambassador, the governor called the delay “hard to explain”.", "office:governor"),
        ("en", "Answering the ambassador's letter, the mayor said: “The pier will stay open all winter”.", "office:mayor"),
        ("en", "“The pier will stay open all winter,” the governor said of the mayor's plan.", "office:governor"),
        ("en", "The delay was described as “hard to explain” by the governor.", "office:governor"),
        ("en", "According to the mayor, the delay is “hard to explain”.", "office:mayor"),
        ("en", "“The pier will stay open all winter,” said Ann Harbour, who met the governor.", "Ann Harbour"),
        ("en", "Ann Harbour met the governor.\n\n“The pier will stay open all winter,” Harbour said.", "Ann Harbour"),
        ("en", "The governor spoke first. A boatman who had waited said: “The pier will stay open all winter”.", ""),
        ("en", "“The pier will stay open all winter,” the Russian Foreign Ministry said.", "body:mfa_ru"),
        ("ru", "Комментируя слова посла, губернатор заявил: «Причал открыт всю зиму для гостей».", "office:governor"),
        ("ru", "«Причал открыт всю зиму для гостей», — заявил губернатор после встречи с послом.", "office:governor"),
        ("ru", "По словам губернатора, причал «открыт всю зиму».", "office:governor"),
        ("ru", "«Причал открыт всю зиму для гостей», — отметили в МИД России.", "body:mfa_ru"),
        ("ru", "Губернатор приехал утром. «Причал открыт всю зиму для гостей», — заметил рыбак.", ""),
        ("ru", "Губернатор приехал утром. «Причал открыт всю зиму для гостей», — добавил он.", "office:governor"),
        ("ja", "知事は、大使の書簡について「冬の間も桟橋は開いている」と述べた。", "office:governor"),
        ("ja", "「冬の間も桟橋は開いている」と知事は述べた。", "office:governor"),
        ("ja", "大使が去ったあと、知事は「冬の間も桟橋は開いている」と語った。", "office:governor"),
        ("ja", "知事が到着した。関係者は「冬の間も桟橋は開いている」と話した。", ""),
        ("ja", "知事が到着した。「冬の間も桟橋は開いている」と述べた。", "office:governor"),
        ("ja", "ロシア外務省は「冬の間も桟橋は開いている」と発表した。", "body:mfa_ru"),
    ],
)  # fmt: skip
def test_the_speaker_is_the_one_who_acts(lang, text, speaker):
    (quote,) = find(text, lang)
    assert quote.speaker == speaker


@pytest.mark.parametrize(
    ("text", "addressee"),
    [
        ("“The pier will stay open all winter,” the governor told his weekly news conference.", ""),
        ("“The pier will stay open all winter,” the governor said to her aides.", ""),
        (
            "“The pier will stay open all winter,” the governor told the Harbour Wire news agency.",
            "Harbour Wire",
        ),
        ("“The pier will stay open all winter,” the governor told the Russian state agency TASS.", "TASS"),
        ("“The pier will stay open all winter,” the governor told lawmakers.", "lawmakers"),
    ],
)
def test_an_addressee_is_somebody_and_no_possessive(text, addressee):
    assert find(text)[0].addressee == addressee


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Officials said the “peace” talks were put off."),
        ("en", "The governor praised “The Long Road to the Northern Pier” as a book."),
        ("ru", "Губернатор уточнил, что батарея «Утёс» останется на острове."),
        ("ru", "По словам губернатора, газета «Причал и пристань» закрыта."),
        ("ja", "知事は「北の海と島を歩く大きな展覧会」の開会を述べた。"),
        ("ja", "知事は「不法占拠」という表現を使った。"),
        ("ja", "知事は「新しい四つの提案と一つの約束」を発表した。"),
    ],
)
def test_names_titles_and_emphasis_are_no_statements_even_beside_a_verb(lang, text):
    assert find(text, lang) == ()


SEEDS = {
    0: ["zakharova", "abe", "streltsov", "streltsov", "kamikawa", "nemuro_hiroshi", "nemuro_hiroshi"],
    1: ["rudenko", "peskov"],
    2: ["peskov", "peskov", "peskov", ""],
    3: [None, "kishida", "takaichi", "rudenko", "rudenko"],
    4: [],
}
"""Who says each quoted string of the seeds, in reading order, labelled by hand; empty: a document speaks;
None: a word in scare quotes, nobody's statement."""


@pytest.mark.shared
def test_on_the_seeds_the_quoted_strings_and_their_speakers_are_found(shared):
    right = named = found = 0
    for number, file in enumerate(sorted((shared / "seeds").glob("*.txt"))):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        speakers = [one.speaker.removeprefix("person:") for one in find("\n\n".join(lines))]
        wanted = [one for one in SEEDS[number] if one is not None]
        assert len(speakers) == len(wanted), number
        found += len(speakers)
        named += sum(bool(one) for one in speakers)
        right += sum(bool(one) and one == want for one, want in zip(speakers, wanted, strict=True))
    assert found >= 16
    assert named >= 16
    assert right >= 0.9 * named


# ------------------------------------------------------------------------------------------- as papers print it


def said(text: str, lang: str = "en", title: str = ""):
    return [(one.speaker, one.words) for one in find(text, lang, title)]


def test_a_quotation_left_open_goes_on_in_the_next_paragraph():
    text = (
        "“The harbour is open to all,” the governor said. “It has been open for years.\n\n"
        "“And it will stay so,” he said."
    )
    assert said(text) == [
        ("office:governor", "The harbour is open to all"),
        ("office:governor", "It has been open for years"),
        ("office:governor", "And it will stay so"),
    ]


def test_a_quotation_left_open_with_nothing_behind_it_is_lost():
    assert said("The governor said: “It has been open for years.\n\nFog lay over the harbour.") == []


def test_straight_marks_inside_straight_marks_end_nothing():
    text = '"They speak of a "return" of the harbour, and there is nothing to return", the governor said.'
    words = 'They speak of a "return" of the harbour, and there is nothing to return'
    assert said(text) == [("office:governor", words)]
    both = said('The governor said: "We open it every day at six", and: "We close it at night".')
    assert [words for _, words in both] == ["We open it every day at six", "We close it at night"]


def test_russian_speech_between_dashes_needs_no_marks():
    text = "— Гавань открыта для всех кораблей, — сказал губернатор. — И закрывать её мы не будем."
    assert said(text, "ru") == [
        ("office:governor", "Гавань открыта для всех кораблей"),
        ("office:governor", "И закрывать её мы не будем"),
    ]
    assert said("— Гавань закрыта из-за тумана, — и вечером тоже.", "ru") == []


def test_who_says_it_inside_the_marks_is_no_part_of_the_words():
    text = "«Гавань открыта для всех, — заявил губернатор. — Закрывать её незачем»."
    assert said(text, "ru") == [
        ("office:governor", "Гавань открыта для всех"),
        ("office:governor", "Закрывать её незачем"),
    ]


@pytest.mark.parametrize(
    ("lang", "title", "speaker", "words"),
    [
        ("en", "Kremlin sees ‘no grounds’ for talks", "body:kremlin", "no grounds"),
        ("en", "Peskov: talks about the harbour “pointless”", "person:peskov", "pointless"),
        ("ru", "Песков: говорить о гавани «бессмысленно»", "person:peskov", "бессмысленно"),
    ],
)
def test_a_headline_has_somebody_say_a_fragment(lang, title, speaker, words):
    assert said("", lang, title) == [(speaker, words)]


@pytest.mark.parametrize(
    ("lang", "title"),
    [("en", "Russia to open ‘Beacon’ museum on the island"), ("ru", "На острове открыли музей «Маяк»")],
)
def test_a_name_in_a_headline_is_no_statement(lang, title):
    assert said("", lang, title) == []


def test_according_to_an_office_and_its_holder_names_the_holder():
    text = "Tokyo must “open its harbour first”, according to Deputy Foreign Minister Andrey Rudenko."
    assert said(text) == [("person:rudenko", "open its harbour first")]


def test_what_they_say_is_not_said_by_him():
    text = "The governor met families who say they “only want to pray at the graves”."
    assert said(text) == [("", "only want to pray at the graves")]


def test_told_to_a_newspaper_in_quotation_marks():
    (quote,) = find("«Гавань закрыта не по нашей вине», — рассказал «Портовым вестям» губернатор.", "ru")
    assert (quote.speaker, quote.addressee) == ("office:governor", "Портовым вестям")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("首相は「墓参は急務だ」とした上で、ロシア側に働きかけると強調した。", "墓参は急務だ"),
        ("首相は「一方的だ」だと主張した。", "一方的だ"),
    ],
)
def test_japanese_particles_of_speech(text, words):
    assert said(text, "ja") == [("office:prime_minister", words)]


def test_a_paper_that_says_it_names_whose_paper_it_is():
    text = "«Мы видим откровенно враждебную линию соседей», — говорится в комментарии МИД РФ."
    assert said(text, "ru") == [("body:mfa_ru", "Мы видим откровенно враждебную линию соседей")]


def test_two_japanese_clauses_have_a_speaker_each():
    text = "官房長官は「再開を粘り強く求める」と語り、ロシア大使は「返答はない」と応じた。"
    assert said(text, "ja") == [
        ("office:chief_cabinet_secretary", "再開を粘り強く求める"),
        ("office:ambassador", "返答はない"),
    ]
