"""Words and stems in three languages."""

from __future__ import annotations

from monitor.text import words


def test_english_words_lose_possessives_and_stems_lose_endings():
    assert words.words("Japan’s envoys, the Kurils' talks: 3.5", "en") == (
        "japan", "envoys", "the", "kurils", "talks", "3.5",
    )  # fmt: skip
    assert words.stems("Japan's former residents", "en") == ("japan", "former", "resid")


def test_russian_case_forms_share_a_stem():
    assert words.stems("мирный договор", "ru") == words.stems("мирного договора", "ru")


def test_japanese_runs_also_give_their_pairs_and_no_grammar():
    found = words.words("平和条約をプーチンと2025年に", "ja")
    assert found[:5] == ("平和条約", "平和", "和条", "条約", "プーチン")
    assert "2025" in found
    assert not {"を", "と", "に"} & set(found)
