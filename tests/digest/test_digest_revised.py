"""What of an outlet's later changes is told."""

from __future__ import annotations

import pytest

from monitor.digest.revised import Version, changes

BODY = (
    "Officials of both sides met in Sapporo on Monday. They agreed on 38 visitors. "
    "The ministry said that no letter is needed. A ship will sail in spring."
)


def altered(old, new, lang="en"):
    return changes(Version("Title", "", old), Version("Title", "", new), lang)


def test_a_changed_headline_is_told_whole():
    found = changes(Version("Sides agree", "", ""), Version("Sides discuss", "", ""), "en")
    assert found == [("headline", "Sides agree", "Sides discuss")]
    assert changes(Version("Sides  agree ", "", ""), Version("Sides agree", "", ""), "en") == []
    assert changes(Version("", "", ""), Version("Sides agree", "", ""), "en") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("on 38 visitors", "on 57 visitors"),
        ("no letter is needed", "a letter is needed"),
        ("met in Sapporo", "met in Nemuro"),
        ("A ship will sail", "A “ship” will sail"),
    ],
)
def test_a_sentence_is_told_when_number_negation_name_or_quotation_changed(old, new):
    (found,) = altered(BODY, BODY.replace(old, new))
    part, before, after = found
    assert part == "text"
    assert old in before
    assert new in after
    assert "." not in before[:-1]  # the sentence, not the text


@pytest.mark.parametrize(
    "new",
    [
        BODY,
        BODY.replace("said that", "has said that"),  # polished
        BODY + " The mayor of Nemuro welcomed it with 12 others.",  # grown
        BODY.replace(" A ship will sail in spring.", ""),  # cut
        BODY.replace(
            "A ship will sail in spring.", "Elsewhere 40 people watched Tokyo beat Osaka."
        ),  # exchanged
        "",
    ],
)
def test_polish_growth_cuts_and_other_sentences_are_no_change(new):
    assert altered(BODY, new) == []


def test_other_languages_are_read_as_well():
    assert altered("訪問団は38人になる。船は春に出る。", "訪問団は57人になる。船は春に出る。", "ja") == [
        ("text", "訪問団は38人になる。", "訪問団は57人になる。")
    ]
    assert altered("Письмо нужно. Виза нужна.", "Письмо не нужно. Виза нужна.", "ru") == [
        ("text", "Письмо нужно.", "Письмо не нужно.")
    ]


def test_the_same_sentence_in_summary_and_text_is_told_once():
    old, new = "They agreed on 38 visitors.", "They agreed on 57 visitors."
    found = changes(Version("T", old, BODY), Version("T", new, BODY.replace("38", "57")), "en")
    assert found == [("summary", old, new)]
