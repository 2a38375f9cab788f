"""Languages: scripts first, the hint where scripts leave it open."""

from __future__ import annotations

import pytest

from monitor.text import language


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        ("日露首脳会談", "", "ja"),
        ("日露首脳会談", "ja", "ja"),
        ("日露首脳会談", "zh", "zh"),
        ("俄日和平条约谈判", "", "zh"),
        ("俄日和平条约谈判", "ja", "zh"),
        ("ロシアのTASS通信", "en", "ja"),
        ("The word 北方領土 is printed on the stamp", "ja", "en"),
        ("Переговоры о договоре", "en", "ru"),
        ("Україна підписала угоду, її представники їдуть", "ru", "uk"),
        ("Токио и Москва", "uk", "uk"),
        ("평화조약 협상", "", "ko"),
        ("Peace treaty", "", "en"),
        ("Peace treaty", "ja", "en"),
        ("Traité", "fr", "fr"),
        ("Der Vertrag ist nicht unterzeichnet und wird auch von der Regierung nicht verlangt", "en", "de"),
        ("The treaty is not signed and will not be, the ministry said in a note to the press", "de", "en"),
        ("12 345", "ru", "ru"),
        ("", "", ""),
        ("Tokyo", "en-GB", "en"),
    ],
)
def test_language_is_told_from_scripts_then_hint_then_small_words(text, hint, expected):
    assert language.detect(text, hint) == expected
