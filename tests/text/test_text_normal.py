"""Normal form and folding: one spelling for one text, the same in every process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import normal

PROGRAM = """
from monitor.text import normal, prepare, words
t = "Токио: «договора нет» — 74 %. ロシア外務省は「対話はない。」と発表。 Tokyo's “peace&nbsp;treaty”"
p = prepare.prepare("Заголовок", "Кратко.", t, "ru")
print(normal.normal_form(t), p, words.stems(t, "ru"), words.words(t, "ja"))
"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Japan&#8217;s peace&nbsp;treaty", "Japan's peace treaty"),
        ("Ещё один ДОГОВОР", "еще один договор"),
        ("１９５６年の共同宣言", "1956年の共同宣言"),
        ("日ソ 共同\u3000宣言", "日ソ共同宣言"),
        ("ﾛｼｱ外務省", "ロシア外務省"),
        ("peace\u00adtrea\u200bty", "peacetreaty"),
        ("“Never,” he said — again…", '"Never", he said - again'),
        ("Hokkaidō", "Hokkaido"),
        ("до\u0301говор", "договор"),
        ("line one\nline two", "line one line two"),
    ],
)
def test_spellings_of_one_text_have_one_normal_form(one, other):
    assert normal.normal_form(one) == normal.normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"), [("74 percent", "47 percent"), ("не договор", "договор"), ("й", "и"), ("が", "か")]
)
def test_different_texts_keep_different_normal_forms(one, other):
    assert normal.normal_form(one) != normal.normal_form(other)


def test_normal_form_is_letters_digits_and_single_blanks_between_words():
    assert normal.normal_form("  «No talks», 5.5 %: [said] he!  ") == "no talks 5 5 said he"
    assert normal.normal_form("TASSは24日、 平和 条約。") == "tassは24日平和条約"


def test_golden_normal_form_is_unchanged_while_its_version_is():
    text = "“Ёлка” — １２％ of Japan’s ﾃｽﾄ テスト\u200b, x\u00ady; Größe &amp; co."
    assert (normal.VERSION, normal.normal_form(text)) == (
        1,
        "елка 12 of japans テストテスト xy grösse co",
    )


def test_folding_keeps_marks_and_unifies_quotes_dashes_and_blanks():
    assert normal.fold("«Мирный\u00a0договор» — Ещё") == '"мирный договор" - еще'


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_that_html_does_not(text):
    once = normal.lower(unicodedata.normalize("NFKC", normal.fold(text.replace("&", ""))))
    assert normal.normal_form(once) == normal.normal_form(normal.fold(once))


@given(st.text(max_size=200))
def test_normal_form_never_fails_and_holds_words_only(text):
    assert all(char == " " or char.isalnum() or char.isnumeric() for char in normal.normal_form(text))


@pytest.mark.road
def test_same_output_whatever_the_hash_seed():
    outputs = {
        hashlib.sha256(
            subprocess.run(
                [sys.executable, "-c", PROGRAM],
                env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
                capture_output=True,
                check=True,
            ).stdout
        ).hexdigest()
        for seed in ("0", "1", "4711")
    }
    assert len(outputs) == 1
