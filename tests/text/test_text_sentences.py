"""Sentences: verbatim, in order, not cut inside names and numbers, linear on hostile input."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import sentences

CASES = [
    ("en", ["Mr. Sato met J. K. Smith in St. Petersburg on Jan. 5.", "He paid 3.5 million yen!"]),
    ("en", ["The trawler No. 18 was held.", "No.", "That is all."]),
    ("en", ["“We shall not talk,” the spokesman said.", "“Never.”", "The envoy left."]),
    ("en", ["The U.S. envoy left at 5 p.m.", "Tokyo objected (again).", "Why?"]),
    ("ru", ["В 1956 г. СССР и Япония подписали декларацию.", "С. В. Петров заявил об этом."]),
    ("ru", ["«Это всё!» — сказал он.", "Цена выросла на 1,5 млн руб. в год.", "Так?", "Да…", "Нет."]),
    ("ru", ["Он сказал: „Нет“.", "Порт им. Иванова закрыт, ул. Ленина тоже."]),
    (
        "ja",
        ["外相は「対話はない。交渉もない。」と述べた。", "価格は1.5倍だ！？", "次の文（注。補足）もある。"],
    ),
    ("ja", ["【解説】国境の島。", "『新しい条約。』は題名だ。"]),
]


@pytest.mark.parametrize(("lang", "expected"), CASES)
def test_sentences_end_where_a_reader_would_end_them(lang, expected):
    glue = "" if lang == "ja" else " "
    assert list(sentences.split(glue.join(expected), lang)) == expected


def test_a_quote_that_stands_alone_ends_its_sentence_in_japanese():
    assert sentences.split("「残念だ。」官房長官は語った。", "ja") == ("「残念だ。」", "官房長官は語った。")


def test_a_japanese_quote_that_never_closes_hides_no_sentence():
    assert sentences.split("国境「閉じない。次の文だ。", "ja") == ("国境「閉じない。", "次の文だ。")


def test_bullets_and_line_breaks_divide_and_hard_wrapped_lines_join():
    assert sentences.split("Points\n- first\n• second", "en") == ("Points", "- first", "• second")
    wrapped = "The ministry said that the two governments would meet again\nin the autumn of next year."
    assert sentences.split(wrapped, "en") == (wrapped.replace("\n", " "),)


def test_a_stretch_without_any_end_is_cut_at_a_blank():
    pieces = sentences.split("word " * 3000, "en")
    assert max(map(len, pieces)) <= sentences.MAX_SENTENCE
    assert " ".join(pieces).split() == ["word"] * 3000


HOSTILE = ["." * 200_000, ". " * 100_000, "「" * 200_000, "a." * 100_000, "。" * 200_000, "Mr. " * 60_000]
HOSTILE += [
    "(「" * 100_000 + "）」" * 100_000,
    " " * 300_000 + "x",
    '!?" ' * 80_000,
    "\n" * 200_000,
    "x" * 10**6,
]


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_input_costs_linear_time(lang, number):
    start = time.process_time()
    sentences.split(HOSTILE[number], lang)
    assert time.process_time() - start < 3  # takes 0.1 s; anything quadratic takes minutes


@given(st.text(max_size=300), st.sampled_from(["en", "ru", "ja", "zh", ""]))
def test_every_letter_stays_and_in_order(text, lang):
    joined = "".join("".join(sentences.split(text, lang)).split())
    assert joined == "".join(text.split())
