"""Names as printed: which words are one, and which two names may be one and the same."""

from __future__ import annotations

import pytest

from monitor.judge import proper


@pytest.mark.parametrize(
    ("lang", "line", "names"),
    [
        (
            "en",
            "Pavel Ostrakov told Durness Radio that Velmont waits.",
            ["ostrakov", "durness radio", "velmont"],
        ),
        ("en", "He met Mr. Lindqvist and the U.S. envoy on Monday.", ["lindqvist", "us"]),
        ("en", '"We wait," Ostrakov said. Varga left.', ["ostrakov"]),
        ("en", "The ASEAN-related talks, I'd say, went on.", ["asean"]),
        ("en", "Ten Things To Know About Velmont This Week", []),
        ("ru", "Глава ведомства Павел Остраков уехал в Дурнесс.", ["павел остраков", "дурнесс"]),
        ("ja", "オストラコフ氏とベルモント市の山田首相が会った。", ["オストラコフ", "ベルモント", "山田"]),
        ("ja", "ラジオ局は大統領氏の話を流した。", []),
        ("en", "", []),
    ],
)
def test_names_are_found_where_a_capital_tells_something(lang, line, names):
    found = list(proper.find(line, lang))
    assert [name.value for name in found] == names
    assert all(line[name.start : name.end] for name in found)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("pavel ostrakov", "ostrakov", True),
        ("pavel ostrakov", "p ostrakov", True),
        ("ostrakov", "ostrakoff", True),
        ("остраков", "остракова", True),
        ("irene castellan", "irina castellán", True),
        ("tokyo", "japan", True),
        ("etorofu", "iturup", True),
        ("pavel ostrakov", "pavel lindqvist", False),
        ("velmont", "durness", False),
        ("velmont islands", "velmont isles", True),
        ("velmont treaty", "durness treaty", False),
        ("upper house", "lower senate", True),
        ("オストラコフ", "オストラーコフ", True),
        ("オストラコフ", "リンドクビスト", False),
        ("山田", "佐藤", False),
        ("山田", "山中", True),
        ("山田", "ヤマダ", True),
    ],
)
def test_names_agree_unless_they_cannot_be_one(one, other, same):
    assert proper.agree(one, other) is same
    assert proper.agree(other, one) is same
