"""The interface in three languages: whole tables, right plural forms, dates, widths, and no English in between."""

from __future__ import annotations

import re
import string
from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest

from monitor.digest.build import build
from monitor.digest.english import ENGLISH
from monitor.digest.material import Backfilled, LastFact, Material, Span
from monitor.digest.phrases import TABLES, phrases
from monitor.digest.render import printed, render
from monitor.digest.wording import Wording
from monitor.model import LANGUAGES, FetchKind, Health
from tests.digest import invented
from tests.digest.test_digest_forms import columns

OTHERS = ("ru", "ja")
TECHNICAL = {"TLS", "robots", "txt", "personal", "use", "true"}
"""What has no other name in any language: a protocol, a file, a setting."""
CYRILLIC = str.maketrans(string.ascii_letters, "абцдефгхийклмнопярстувшьыз" + "АБЦДЕФГХИЙКЛМНОПЯРСТУВШЬЫЗ")


def texts(lang):
    for key, forms in TABLES[lang].table.items():
        for one in (forms,) if isinstance(forms, str) else forms:
            yield key, re.sub(r"{\w+}", "", one)


def blanks(forms):
    return set(re.findall(r"{(\w+)}", forms if isinstance(forms, str) else " ".join(forms)))


def test_every_language_a_recipient_can_choose_has_its_table():
    assert set(TABLES) == set(LANGUAGES)
    assert all(phrases(lang).lang == lang for lang in LANGUAGES)
    assert phrases("de") is ENGLISH


@pytest.mark.parametrize("lang", OTHERS)
def test_a_table_says_everything_english_says_with_the_same_blanks(lang):
    table = TABLES[lang].table
    assert table.keys() == ENGLISH.table.keys()
    for key, forms in ENGLISH.table.items():
        allowed = blanks(forms) | ({"n"} if not isinstance(forms, str) else set())
        for one in (table[key],) if isinstance(table[key], str) else table[key]:
            assert blanks(one) <= allowed, key
        if key != "fold.background":
            assert blanks(forms) - {"n"} <= blanks(table[key]), key


@pytest.mark.parametrize("lang", OTHERS)
def test_no_phrase_is_left_in_english(lang):
    for key, text in texts(lang):
        assert set(re.findall(r"[A-Za-z]{2,}", text)) <= TECHNICAL, key
    for key, text in texts("en"):
        if re.search(r"[A-Za-z]{2}", text):
            assert TABLES[lang].table[key] != ENGLISH.table[key], key


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "0 новых фактов"), (1, "1 новый факт"), (2, "2 новых факта"), (4, "4 новых факта"), (5, "5 новых фактов"),
        (11, "11 новых фактов"), (12, "12 новых фактов"), (14, "14 новых фактов"), (21, "21 новый факт"),
        (22, "22 новых факта"), (25, "25 новых фактов"), (101, "101 новый факт"), (111, "111 новых фактов"),
        (112, "112 новых фактов"), (122, "122 новых факта"), (1000, "1000 новых фактов"),
    ],
)  # fmt: skip
def test_russian_counts_take_the_form_their_number_asks_for(n, said):
    assert TABLES["ru"].count("facts", n) == said


def test_every_russian_count_has_three_forms_and_none_is_forgotten():
    counted = {key for key, forms in ENGLISH.table.items() if not isinstance(forms, str) and len(forms) == 2}
    for key in counted:
        forms = TABLES["ru"].table[key]
        assert len((forms,) if isinstance(forms, str) else forms) == 3, key
        assert isinstance(TABLES["ja"].table[key], str) or len(TABLES["ja"].table[key]) == 1


@pytest.mark.parametrize(
    ("lang", "stamp", "moment", "day", "span"),
    [
        ("en", "Thu 26 Nov 2026, 07:00 JST", "25 Nov 16:20", "2 Feb 2025", "Wed 14:10 - Thu 03:30"),
        ("ru", "чт 26 ноя 2026, 07:00 JST", "25 ноя 16:20", "2 фев 2025", "ср 14:10 - чт 03:30"),
        ("ja", "2026年11月26日（木） 07:00 JST", "11月25日 16:20", "2025年2月2日", "水曜 14:10 - 木曜 03:30"),
    ],
)
def test_times_are_written_as_the_language_writes_them(lang, stamp, moment, day, span):
    words = Wording(build(spoken(invented.normal_day(), lang)))
    assert words.stamp(words.digest.at) == stamp
    assert words.moment(invented.tokyo("2026-11-25 16:20")) == moment
    assert words.day(invented.tokyo("2025-02-02 10:00")) == day
    assert words.span(Span(invented.tokyo("2026-11-25 14:10"), invented.tokyo("2026-11-26 03:30"))) == span


def spoken(material, lang):
    return replace(material, recipient=replace(material.recipient, language=lang))


def troubled(material):
    """Return the material with everything besides that a digest can have to say."""
    gap = Span(invented.tokyo("2026-11-25 10:00"), invented.tokyo("2026-11-25 15:00"))
    broken = [
        invented.out(
            f"Source {kind.value}", "2026-11-25 18:10", kind=kind, newly=newly, retry="2026-11-26 10:10"
        )
        for kind in FetchKind
        if kind not in {FetchKind.OK, FetchKind.NOT_MODIFIED}
        for newly in (True, False)
    ]
    gapped = replace(invented.seen("Gapped"), gaps=(gap,), failed_as=(FetchKind.TIMEOUT,))
    frozen = invented.seen("Frozen")
    frozen = replace(frozen, state=replace(frozen.state, health=Health.FROZEN))
    return replace(
        material,
        sources=(*material.sources, *broken, gapped, replace(gapped, lost=(gap,)), frozen),
        waiting=(invented.source("Waiting", country="RU"),),
        backfilled=(Backfilled(gap, 12, 2),),
        last_new_fact=LastFact(invented.tokyo("2026-11-25 21:05"), thread="graves"),
        stuck=3,
    )


def translated(value):
    """Return the record with every word of the outside world in Cyrillic letters, so that only ours is Latin."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return value.translate(CYRILLIC)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(map(translated, value))
    if isinstance(value, dict):
        return {key: translated(one) for key, one in value.items()}
    if not is_dataclass(value):
        return value
    spoken_ = {"title", "outlet", "text", "closest", "words", "addressee", "name", "role", "label", "before", "after",
               "duplicate_label"}  # fmt: skip
    inside = {"article", "articles", "sentences", "quotes", "source", "sources", "revisions", "references", "speakers",
              "labels", "waiting", "said", "last_new_fact"}  # fmt: skip
    changed = {
        one.name: translated(getattr(value, one.name))
        for one in fields(value)
        if one.name in inside or (one.name in spoken_ and not isinstance(value, Material))
    }
    return replace(value, **changed)


def cyrillic(material):
    known = {"title": material.title, "tag": material.tag}
    quotes = [
        replace(one, quotes=tuple(replace(q, speaker="") for q in one.quotes)) for one in material.articles
    ]
    plain = [
        replace(
            one,
            sentences=tuple(replace(s, closest_ref="") for s in one.sentences),
            threads=tuple(t for t in one.threads if t != "talks"),
            article=replace(one.article, country=""),
        )
        for one in quotes
    ]
    said = tuple(one for one in material.said if not one.speaker.isascii())
    return replace(translated(replace(material, articles=tuple(plain), said=said)), **known)


DAYS = ("normal_day", "empty_day", "blind_day", "copies_day", "week")


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("role", ["reader", "operator"])
@pytest.mark.parametrize("day", DAYS)
def test_no_english_leaks_into_a_digest_in_another_language(day, lang, role):
    material = spoken(cyrillic(getattr(invented, day)()), lang)
    material = replace(material, recipient=replace(material.recipient, role=role))
    for one in (material, troubled(cyrillic(getattr(invented, day)()))):
        rendered = render(build(spoken(cyrillic(one) if one is not material else one, lang)))
        for form in (printed(rendered), rendered.markdown, re.sub(r"<[^>]*>", " ", body(rendered.html))):
            assert english(form) == set()


def english(form):
    """Return the Latin words of a form that are neither address, command, mark nor zone."""
    ours = re.sub(r"https?:\S+|\b[\w.-]+\.(example|org|com)\b\S*", "", form).replace("```text", "")
    ours = re.sub(r"(^|\s|`)monitor(\s+\\?\s*[-\w:.=]+)+", " ", ours)
    ours = re.sub(r"\[(en|ru|ja|\?)\\?\]|\b(en|ja|ru)\b|&\w+;|Subject", " ", ours)
    return set(re.findall(r"[A-Za-z]{2,}", ours)) - TECHNICAL - {"treaty", "JST", "RU", "JP", "AU", "SG"}


def test_the_search_for_english_finds_it():
    left = english(
        printed(render(build(replace(cyrillic(invented.normal_day()), recipient=invented.RECIPIENT))))
    )
    assert {"new", "facts", "stories", "Looked", "sources", "outlets", "good", "clock"} <= left


def body(html):
    return html.partition("<body>")[2]


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("day", DAYS)
def test_every_line_fits_72_columns_in_every_language(day, lang):
    for material in (getattr(invented, day)(), troubled(getattr(invented, day)())):
        rendered = render(build(spoken(material, lang)))
        wide = [line for line in rendered.text.splitlines() if columns(line) > 72]
        assert [line for line in wide if not re.fullmatch(r"\s*https?://\S+", line)] == []
        assert columns(rendered.subject) <= 78


def test_the_reader_gets_the_sentence_in_his_own_language_below_the_original():
    text = render(build(spoken(invented.copies_day(), "en"))).text
    assert "[ru] «Консультации назначены на 14 декабря.»" in text
    assert '[en] "Consultations are set for 14 December." Harbour Wire' in text
    russian = render(build(spoken(invented.copies_day(), "ru"))).text
    assert "Консультации назначены" in russian
    assert "[en]" not in russian


def test_a_page_in_japanese_says_so_and_marks_only_what_is_not():
    html = render(build(spoken(invented.normal_day(), "ja"))).html
    assert '<html lang="ja">' in html
    assert 'lang="ja">新しい事実' not in html
    assert '<span lang="ru">Полит-Лента</span>' in html


def test_notes_of_the_project_are_marked_as_english_where_the_page_is_not():
    assert "[en] visits to graves" in " ".join(
        render(build(spoken(invented.normal_day(), "ru"))).text.split()
    )
    assert "[en] visits to graves" not in render(build(invented.normal_day())).text


def test_a_number_and_a_day_are_written_as_the_reader_writes_them():
    def names(lang):
        found = build(spoken(invented.normal_day(), lang))
        return " ".join(render(found).text.split())

    assert "610 000" in names("ru")
    assert "11 дек" in names("ru")
    assert "12月11日" in names("ja")
