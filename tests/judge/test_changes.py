"""The change guard: what makes a copy an update, and what never does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judge import changes, figures, fingerprint
from monitor.model import KnownArticle
from monitor.text.prepare import prepare

# Invented reports; nobody real speaks in them.
TEXT = {
    "en": (
        "A deputy minister of the northern country said on 8 April 2025 that no talks on the channel are being held. He "
        "had counted 74 boats and about 20,000 residents.\n\n"
        '"We will not open the channel until the neighbours change their hostile course," he told reporters in the '
        "capital. The survey of two hundred households cost 1.5 million crowns.\n\n"
        "The pilots cannot use the southern entrance. Their guild, founded in 1956, considers the rule lawful and does "
        "not expect a ruling before Friday. Four islands lie beyond it."
    ),
    "ru": (
        "Заместитель министра северной страны заявил 8 апреля 2025 года, что переговоры о проливе не ведутся. Он "
        "насчитал 74 лодки и около 20 тысяч жителей.\n\n"
        "«Мы не откроем пролив, пока соседи не изменят свой враждебный курс», — сказал он журналистам в столице. Опрос "
        "двухсот семей обошёлся в 1,5 млн крон.\n\n"
        "Южным входом лоцманы пользоваться не могут, других контактов нет. Их гильдия, созданная в 1956 году, считает "
        "правило законным. За ним лежат четыре острова."
    ),
    "ja": (
        "北の国の外務次官は2025年4月8日、水路をめぐる交渉は行われていないと述べた。船は74隻、住民は約2万人だという。\n\n"
        "「隣国が敵対的な方針を改めない限り、水路を開くことはない」と首都で記者団に語った。二百世帯の調査には150万クローネかかった。\n\n"
        "水先人は南の入り口を使うことができない。1956年に生まれた組合は、規則は合法だとみて、金曜日までの裁定を見込んでいる。"
        "その先に四つの島がある。"
    ),
}
FOUND = [
    # number
    ("en", "74 boats", "47 boats", "number", "74", "47"),
    ("en", "20,000 residents", "2,000 residents", "number", "20,000", "2,000"),
    ("en", "Four islands", "Two islands", "number", "Four", "Two"),
    ("en", "two hundred households", "three hundred households", "number", "two hundred", "three hundred"),
    ("en", "1.5 million", "1.5 billion", "number", "1.5 million", "1.5 billion"),
    ("ru", "74 лодки", "47 лодок", "number", "74", "47"),
    ("ru", "20 тысяч", "30 тысяч", "number", "20 тысяч", "30 тысяч"),
    ("ru", "четыре острова", "три острова", "number", "четыре", "три"),
    ("ja", "74隻", "47隻", "number", "74", "47"),
    ("ja", "約2万人", "約3万人", "number", "2万", "3万"),
    ("ja", "四つの島", "二つの島", "number", "四", "二"),
    # date
    ("en", "8 April 2025", "9 April 2025", "date", "8 April 2025", "9 April 2025"),
    ("en", "8 April 2025", "8 May 2025", "date", "8 April 2025", "8 May 2025"),
    ("en", "in 1956", "in 1965", "date", "1956", "1965"),
    ("en", "before Friday", "before Monday", "date", "Friday", "Monday"),
    ("ru", "8 апреля", "8 мая", "date", "8 апреля 2025", "8 мая 2025"),
    ("ru", "в 1956", "в 1965", "date", "1956", "1965"),
    ("ja", "4月8日", "4月18日", "date", "2025年4月8日", "2025年4月18日"),
    ("ja", "1956年", "1965年", "date", "1956年", "1965年"),
    ("ja", "金曜日", "月曜日", "date", "金曜", "月曜"),
    # negation
    ("en", "no talks", "talks", "negation", "no", ""),
    ("en", "no talks", "new talks", "negation", "no", "new"),
    ("en", "will not open", "will open", "negation", "not", ""),
    ("en", "cannot use", "can use", "negation", "cannot", "can"),
    ("en", "rule lawful", "rule unlawful", "negation", "", "un"),
    ("en", "does not expect", "does expect", "negation", "not", ""),
    ("en", "are being held", "are not being held", "negation", "", "not"),
    ("ru", "не ведутся", "ведутся", "negation", "не", ""),
    ("ru", "не могут", "могут", "negation", "не", ""),
    ("ru", "законным", "незаконным", "negation", "", "не"),
    ("ru", "сказал он", "не сказал он", "negation", "", "не"),
    ("ja", "行われていない", "行われている", "negation", "ない", "る"),
    ("ja", "ことができない", "ことができる", "negation", "ない", "る"),
    ("ja", "合法だ", "非合法だ", "negation", "", "非"),
    ("ja", "4月8日", "4月4日", "date", "2025年4月8日", "2025年4月4日"),
    # quote
    ("en", "their hostile course", "their friendly course", "quote", "hostile", "friendly"),
    ("ru", "свой враждебный курс", "свой дружелюбный курс", "quote", "враждебный", "дружелюбный"),
    ("ja", "敵対的な方針", "友好的な方針", "quote", "敵対", "友好"),
]
NOT_FOUND = [
    # another spelling of the same figure
    ("en", "20,000", "20 thousand"),
    ("en", "20,000", "20 000"),
    ("en", "74 boats", "seventy-four boats"),
    ("en", "Four islands", "4 islands"),
    ("en", "1.5 million", "1,500,000"),
    ("en", "8 April 2025", "April 8, 2025"),
    ("en", "8 April 2025", "April 8"),
    ("en", "8 April 2025", "2025-04-08"),
    ("ru", "20 тысяч", "20 000"),
    ("ru", "20 тысяч", "20 тыс."),
    ("ru", "1,5 млн", "1,5 миллиона"),
    ("ru", "двухсот", "200"),
    ("ru", "8 апреля 2025 года", "8 апреля"),
    ("ja", "2025年4月8日", "令和7年4月8日"),
    ("ja", "2025年4月8日", "４月８日"),
    ("ja", "2万人", "20,000人"),
    ("ja", "四つの島", "4つの島"),
    ("ja", "二百世帯", "200世帯"),
    # synonyms, other spellings
    ("en", "cannot use", "are unable to use"),
    ("en", "cannot use", "can't use"),
    ("en", "does not expect", "doesn't expect"),
    ("en", "considers", "deems"),
    ("en", "neighbours", "neighbors"),
    ("en", "on 8 April 2025 that", "that"),
    ("ru", "журналистам", "репортёрам"),
    ("ru", "обошёлся", "обошелся"),
    ("ja", "述べた", "語った"),
    # typography
    ("en", '"We will', "“We will"),
    ("ru", "«Мы", '"Мы'),
    ("ja", "、", "，"),
    # a quote trimmed
    ("en", "until the neighbours change their hostile course", "until the neighbours change their course"),
    ("ru", "свой враждебный курс", "свой курс"),
]


def stored(body, lang):
    prepared = prepare("", "", body, lang)
    return KnownArticle(
        ref="article:1",
        title="",
        lang=lang,
        outlet="",
        at=None,
        fingerprint=fingerprint.of(prepared),
        traits=None,
        prepared=prepared,
    )


def without_text(known):
    """The same article as a seed is kept: hashes and points alone."""
    return replace(known, prepared=None, guard=changes.points(known.prepared))


def find(body, known, lang="en"):
    return changes.find(prepare("Another headline with 99 numbers", "", body, lang), known)


@pytest.mark.parametrize(("lang", "old", "new", "kind", "shown_old", "shown_new"), FOUND)
def test_a_change_is_shown_with_both_sides(lang, old, new, kind, shown_old, shown_new):
    assert TEXT[lang].count(old) == 1
    found = find(TEXT[lang].replace(old, new), stored(TEXT[lang], lang), lang)
    assert [(change.kind, change.old, change.new) for change in found] == [(kind, shown_old, shown_new)]


@pytest.mark.parametrize(("lang", "old", "new", "kind", "shown_old", "shown_new"), FOUND)
def test_a_change_is_found_where_no_text_is_kept(lang, old, new, kind, shown_old, shown_new):
    found = find(TEXT[lang].replace(old, new), without_text(stored(TEXT[lang], lang)), lang)
    assert [change.kind for change in found] == [kind]
    if kind in {"number", "date"}:
        assert (found[0].old, found[0].new) == (shown_old, shown_new)


@pytest.mark.parametrize(("lang", "old", "new"), NOT_FOUND)
@pytest.mark.parametrize("keep", [lambda known: known, without_text], ids=["text", "hashes"])
def test_another_spelling_a_synonym_or_a_cut_is_no_change(lang, old, new, keep):
    assert old in TEXT[lang]
    assert find(TEXT[lang].replace(old, new), keep(stored(TEXT[lang], lang)), lang) == ()


@pytest.mark.parametrize("lang", TEXT)
@pytest.mark.parametrize("keep", [lambda known: known, without_text], ids=["text", "hashes"])
def test_every_cut_at_either_end_is_no_change(lang, keep):
    known = keep(stored(TEXT[lang], lang))
    text = TEXT[lang]
    for at in range(0, len(text), 5):
        assert find(text[:at], known, lang) == ()
        assert find(text[at:], known, lang) == ()


@pytest.mark.parametrize("lang", TEXT)
def test_another_order_of_paragraphs_and_an_outlets_frame_are_no_change(lang):
    known = stored(TEXT[lang], lang)
    moved = "\n\n".join(reversed(TEXT[lang].split("\n\n")))
    framed = "Page 3 of 12, not for resale.\n\n" + TEXT[lang] + "\n\nNo. 4711, printed on 9 May 2024."
    assert find(moved, known, lang) == ()
    assert find(framed, known, lang) == ()


def test_the_sentence_of_a_change_is_verbatim():
    found = find(TEXT["en"].replace("74 boats", "47 boats"), stored(TEXT["en"], "en"))
    assert found[0].sentence == "He had counted 47 boats and about 20,000 residents."


def test_changes_stand_in_the_order_of_the_new_text():
    altered = TEXT["en"].replace("in 1956", "in 1965").replace("74 boats", "47 boats")
    found = find(altered, stored(TEXT["en"], "en"))
    assert [change.new for change in found] == ["47", "1965"]


def test_a_change_beside_other_edits_is_found():
    altered = (
        TEXT["en"]
        .replace("said on", "declared on")
        .replace("talks on the channel", "contacts about the channel")
        .replace("had counted 74 boats", "has listed 47 boats")
    )
    found = find(altered, stored(TEXT["en"], "en"))
    assert [(change.kind, change.old, change.new) for change in found] == [("number", "74", "47")]


def test_two_figures_that_changed_places_in_the_text_are_no_change():
    text = "The first count gave 31 boats at the pier. The second count gave 54 boats at the quay of the old port."
    first, second = text.split(". ", 1)
    assert find(f"{second} {first}.", stored(text, "en")) == ()


def test_words_of_an_editor_in_brackets_do_not_alter_a_quote():
    altered = TEXT["en"].replace("until the neighbours", "until [they, the southern] neighbours")
    assert find(altered, stored(TEXT["en"], "en")) == ()


def test_a_new_quote_from_elsewhere_is_no_altered_one():
    added = TEXT["en"].replace(
        "in the capital.",
        'in the capital. "Let us begin with the timetable," a guest of the embassy replied.',
    )
    assert find(added, stored(TEXT["en"], "en")) == ()


def test_a_known_article_without_text_and_points_gives_no_change():
    bare = replace(stored(TEXT["en"], "en"), prepared=None)
    assert find(TEXT["en"], bare) == ()
    assert find("", stored(TEXT["en"], "en")) == ()


def test_points_hold_no_words_but_the_figure_itself():
    points = changes.points(prepare("", "", TEXT["en"], "en"))
    assert {"74", "20000", "2025-04-08", "no"} <= {point.value for point in points}
    assert all(len(point.text.split()) <= 3 for point in points)
    assert [point.at for point in points] == sorted(point.at for point in points)


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["en", "ru", "ja", ""]))
def test_any_pair_of_texts_is_compared_without_an_exception(one, other, lang):
    known = stored(one, lang)
    changes.find(prepare("", "", other, lang), known)
    assert changes.find(prepare("", "", one, lang), known) == ()


# ------------------------------------------------------------------------------------------------ figures


@pytest.mark.parametrize(
    ("lang", "text", "values"),
    [
        ("en", "74 percent, 20,000, 1.5 million, $3bn", ["74", "20000", "1500000", "3000000000"]),
        ("en", "two hundred and fifty thousand; twenty-five; a dozen", ["250000", "25", "12"]),
        (
            "en",
            "8 april 2025, april 8, 24.10.2025, 10/24/2025",
            ["2025-04-08", "?-04-08", "2025-10-24", "2025-10-24"],
        ),
        ("en", "in may, he may go; from 2016–2018 on friday", ["?-05-?", "2016-?-?", "2018-?-?", "wd4"]),
        ("ru", "20 тыс., 1,5 млн, двадцать пять тысяч, 20 000", ["20000", "1500000", "25000", "20000"]),
        (
            "ru",
            "8 апреля 2025 года, в мае, в среду, с 1956 года",
            ["2025-04-08", "?-05-?", "wd2", "1956-?-?"],
        ),
        ("ja", "令和7年4月8日、4月8日、8日、平成元年", ["2025-04-08", "?-04-08", "?-?-08", "1989-?-?"]),
        ("ja", "2万5千人、二十五隻、1億2000万円、二〇二五年", ["25000", "25", "120000000", "2025-?-?"]),
    ],
)
def test_figures_have_one_value_whatever_their_spelling(lang, text, values):
    assert [figure.value for figure in figures.find(text, lang)] == values


@pytest.mark.parametrize(
    ("lang", "text", "values"),
    [
        ("en", "at 10:30 and 2:45 p.m., 7pm, at 9.15", ["t10:30", "t14:45", "t19:00", "t9:15"]),
        ("en", "at 10.30 percent, 14-9, 1.5 million", ["10.3", "14", "9", "1500000"]),
        ("ru", "в 10.30, до 14:45, в 10 часов 30 минут", ["t10:30", "t14:45", "t10:30"]),
        ("ja", "午後2時45分、午前10時半、14:45、三時間", ["t14:45", "t10:30", "t14:45", "3"]),
        ("en", "2016–18, 2025-26", ["2016-?-?", "2018-?-?", "2025-?-?", "2026-?-?"]),
        ("ru", "на третьем, двадцать четвертом, шестьсот", ["3", "24", "600"]),
    ],
)
def test_clock_times_years_and_ordinals_are_read(lang, text, values):
    assert [figure.value for figure in figures.find(text, lang)] == values


@pytest.mark.parametrize("text", ["20\n000 boats came.", "Boats came: 1956\n", "4月\n8日に船が来た。"])
def test_a_line_break_inside_a_figure_is_no_obstacle(text):
    known = stored(text, "en")
    assert find(text.replace("\n", " "), known) == ()
    assert find(text, without_text(known)) == ()


@pytest.mark.parametrize(
    ("lang", "old", "new", "shown"),
    [
        ("en", "reporters in the capital. The survey", "reporters in Quillham. The survey", ()),
        ("en", "the neighbours change", "[the] neighbours change", ()),
        ("ru", "пользоваться не могут, других", "не могут пользоваться, других", ()),
        ("ja", "水路を開く", "（今も）水路を開く", ()),
        ("ja", "水路を開く", "扉を開く", (("quote", "水路", "扉"),)),
    ],
)
def test_what_moved_or_is_an_editors_is_no_change(lang, old, new, shown):
    assert TEXT[lang].count(old) == 1
    found = find(TEXT[lang].replace(old, new), stored(TEXT[lang], lang), lang)
    assert tuple((change.kind, change.old, change.new) for change in found) == shown


def test_a_swapped_name_is_a_change_with_and_without_text():
    text = "The guild of Velmont heard Pavel Ostrakov for an hour, and the pilots of the southern quay stayed away."
    swapped = text.replace("Ostrakov", "Lindqvist").replace("Velmont", "Durness")
    for known in (stored(text, "en"), without_text(stored(text, "en"))):
        found = [(change.kind, change.old, change.new) for change in find(swapped, known)]
        assert found == [("name", "Velmont", "Durness"), ("name", "Pavel Ostrakov", "Pavel Lindqvist")]
        assert find(text.replace("Pavel Ostrakov", "the harbour minister"), known) == ()


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("t14:45", "t2:45", True),
        ("t14:45", "t16:45", False),
        ("t14:45", "14", True),
        ("t14:45", "15", False),
        ("2025-04-08", "?-04-08", True),
        ("2025-04-08", "2025-?-?", True),
        ("2025-04-08", "?-05-?", False),
        ("2025-04-08", "wd1", True),
        ("wd1", "wd2", False),
        ("1956", "1956-?-?", True),
        ("74", "47", False),
        ("74", "wd1", False),
    ],
)
def test_dates_agree_unless_a_field_contradicts(one, other, agree):
    assert figures.agree(one, other) is agree
    assert figures.agree(other, one) is agree


def test_endless_digits_are_a_figure_like_any_other():
    assert [figure.value for figure in figures.find("9" * 500, "en")] == ["too large"]
    assert len(figures.find("1," * 5000, "ja")) == 1
