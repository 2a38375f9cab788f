"""Names meet across scripts and cases, and words that only look like names are none."""

from __future__ import annotations

import pytest

from monitor import shipped
from monitor.judge import lexicon, relevance
from monitor.judge.anchors import skeleton
from monitor.judge.topic import load
from monitor.text.normal import plain
from monitor.text.prepare import prepare


@pytest.mark.parametrize(
    "forms",
    [
        ("Orlov", "Орлов", "Орлова", "Орлову", "Орловым", "オルロフ"),
        ("Kuznetsov", "Кузнецов", "Кузнецова", "クズネツォフ"),
        ("Belsky", "Бельский", "Бельского", "Бельскому", "ベリスキー"),
        ("Okada", "Окада", "Окады", "Окаду"),
        ("Egorov", "Егоров", "Егорова", "エゴロフ"),
        ("Yuzhin", "Южин", "Южина"),
        ("Ueda", "Уэда", "Уэды"),
        ("Mori", "Мори"),
    ],
)
def test_spellings_and_cases_of_a_name_meet(forms):
    assert len({skeleton(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("Muto", "Mito"), ("Orlov", "Egorov"), ("Ono", "Ino")])
def test_different_names_stay_apart(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Президент Путин выступил с речью", True),
        ("к Путину обратился губернатор", True),
        ("На островах началась лососевая путина", False),
        ("рыбаки готовятся в путину", False),
        ("итоги путины подведут осенью", False),
    ],
)
def test_the_fishing_season_is_no_person(text, named):
    words = lexicon.shipped()
    assert ("person:putin" in {span.term for span in words.find(plain(text).casefold(), "ru")}) is named


@pytest.mark.parametrize(
    ("text", "named"),
    [("Песков: диалога с Японией нет", True), ("добыча песков у берегов Японии", False)],
)
def test_sands_and_seasons_are_no_officials(text, named):
    topic = load(shipped.read_text("topic.toml"))
    prepared = prepare(text, "", text + ".", "ru")
    hits = {hit.concept for hit in relevance.judge(prepared, topic, lang="ru", country="JP").hits}
    assert ("officials_russia" in hits) is named
