"""What strangers write becomes text that can be stored, compared and printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.read import plain


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("Isl\u200bands\u202e now\u202c", "Islands now"),
        ("so\u00adft \ufeffmark", "soft mark"),
        ("\x1b[31mred\x1b[0m and \x1b]0;title\x07plain", "red and plain"),
        ("nul\x00 bell\x07 tab\there", "nul bell tab\there"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("\x93quoted\x94", "“quoted”"),
        ("cafe\u0301", "café"),
        ("葛\U000e0100城", "葛城"),
        ("tag\U000e0041s", "tags"),
    ],
)
def test_unseen_and_harmful_characters_are_taken_out(raw, wanted):
    assert plain.clean(raw) == wanted


@given(st.text())
def test_cleaned_text_is_always_storable(raw):
    cleaned = plain.clean(raw)
    cleaned.encode()
    assert not any(ord(letter) < 32 and letter not in "\t\n\v\f" for letter in cleaned)
    assert plain.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("<b>Talks</b> <script>steal()</script>&amp; more", "Talks & more"),
        ("Q&amp;A: &quot;Not yet&quot;", 'Q&A: "Not yet"'),
        ("if a<b then x & y", "if a<b then x & y"),
        ("<社説>島の冬", "<社説>島の冬"),
        ("two\r\nBcc: lines", "two Bcc: lines"),
        ("AT&T waits", "AT&T waits"),
        ("<!-- hidden -->Shown", "Shown"),
    ],
)
def test_titles_lose_markup_but_not_comparisons(raw, wanted):
    assert plain.title(raw, 100) == wanted


def test_titles_are_cut_at_a_blank_with_an_ellipsis():
    found = plain.title("word " * 1_000, 100)
    assert len(found) <= 100
    assert found.endswith("word…")


def test_blocks_become_paragraphs_and_breaks_blanks():
    markup = "<p>One<br>line</p><div>Two<p>three</div>four<ul><li>five</ul>"
    assert plain.body(markup, 1_000) == "One line\n\nTwo\n\nthree\n\nfour\n\nfive"


def test_double_breaks_part_paragraphs():
    assert plain.body("First.<br><br>Second.", 100) == "First.\n\nSecond."


def test_reading_aids_and_scripts_are_not_read():
    markup = "<p><ruby>択捉<rt>えとろふ</rt></ruby>島<style>p{}</style><noscript>x</noscript></p>"
    assert plain.body(markup, 100) == "択捉島"


def test_plain_text_keeps_its_paragraphs():
    assert plain.body("One\nwrapped\n\n\nTwo &amp; a half", 100) == "One wrapped\n\nTwo & a half"


@pytest.mark.parametrize(
    "tail",
    ["Read more", "… Continue reading →", "Читать далее", "続きを読む", "[...] Read more »"],
)
def test_invitations_to_read_on_are_no_text(tail):
    assert plain.body(f"<p>The boat came back.</p><a href='/x'>{tail}</a>", 500) == "The boat came back."


def test_the_line_that_names_the_first_outlet_is_no_text():
    text = "The boat came back.\n\nThe post Boat appeared first on Invented Gazette."
    assert plain.without_more(text) == "The boat came back."


@pytest.mark.parametrize("levels", [300, 4_000, 100_000])
def test_depth_neither_crashes_nor_hides_the_text(levels):
    found = plain.from_html("<div>" * levels + "deep inside" + "</div>" * levels, 1_000)
    assert "deep inside" in found


def test_only_text_after_depth_limit_reached_is_stripped_of_tags():
    assert plain.from_html("<b>" * 6_000 + "x", 10) == "x"


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [("ru-RU", "ru"), ("en_us", "en"), ("JP", "ja"), ("", ""), ("x", ""), ("zh-Hans", "zh"), ("русский", "")],
)
def test_language_tags_give_their_first_part(tag, wanted):
    assert plain.language(tag) == wanted
