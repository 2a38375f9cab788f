"""Reports of one event meet across outlets, days and languages; other events of the same week stay apart."""

from __future__ import annotations

import itertools

import pytest

from monitor.judge import novelty, stories
from monitor.model import Relation
from tests.judge.event_samples import GRAVES_EN, GRAVES_JA, GRAVES_RU, MAP_EN, SEEDS, day, stored, traits_of

KNOWN = novelty.known_from(SEEDS)


@pytest.mark.parametrize(("text", "lang"), [(GRAVES_JA, "ja"), (GRAVES_RU, "ru"), (GRAVES_EN, "en")])
def test_a_report_joins_the_story_of_its_event(text, lang):
    store = (stored(1, *GRAVES_EN), stored(2, *MAP_EN))
    joined = stories.join(traits_of(*text, lang), day("2031-05-08"), store, KNOWN)
    assert joined.story == "story:1"
    assert joined.likeness >= stories.JOIN_FROM


def test_another_event_of_the_same_week_opens_its_own():
    assert stories.join(traits_of(*MAP_EN), day("2031-05-08"), (stored(1, *GRAVES_EN),), KNOWN) is None


def test_after_seven_days_it_is_another_story():
    late = day("2031-05-20")
    assert stories.join(traits_of(*GRAVES_JA, "ja"), late, (stored(1, *GRAVES_EN),), KNOWN) is None


@pytest.mark.parametrize("relation", [Relation.BACKGROUND])
def test_background_gathers_nobody(relation):
    store = (stored(1, *GRAVES_EN, relation=relation),)
    assert stories.join(traits_of(*GRAVES_JA, "ja"), day("2031-05-07"), store, KNOWN) is None


def test_stories_of_seeds_are_left_to_copies_and_rewrites():
    store = (stored(1, *GRAVES_EN, story="seed:0"),)
    assert stories.join(traits_of(*GRAVES_JA, "ja"), day("2031-05-07"), store, KNOWN) is None


def test_copies_do_not_outvote():
    copies = tuple(stored(n, *MAP_EN, story="story:1", duplicate_of="article:9") for n in range(2, 6))
    joined = stories.join(
        traits_of(*GRAVES_JA, "ja"), day("2031-05-07"), (stored(1, *GRAVES_EN), *copies), KNOWN
    )
    assert joined.members == 1


def test_the_order_of_candidates_does_not_matter():
    store = [stored(1, *GRAVES_EN), stored(2, *MAP_EN), stored(3, *GRAVES_RU, "ru", story="story:1")]
    answers = {
        stories.join(traits_of(*GRAVES_JA, "ja"), day("2031-05-07"), order, KNOWN)
        for order in itertools.permutations(store)
    }
    assert len(answers) == 1


def test_likeness_is_symmetrical_and_one_with_itself():
    one, other = traits_of(*GRAVES_EN), traits_of(*GRAVES_JA, "ja")
    assert stories.likeness(one, other, KNOWN) == pytest.approx(stories.likeness(other, one, KNOWN))
    assert stories.likeness(one, one, KNOWN) == pytest.approx(1.0)


def test_nothing_is_like_an_empty_report():
    assert stories.likeness(traits_of("", ""), traits_of(*GRAVES_EN), KNOWN) == 0.0


FORECASTS = {
    "en": ("Ferry strike shuts {} for a second day", "Crews of the ferries in {} stay on the pier. Talks on pay began at noon; the union asks for nine percent."),
    "ru": ("Забастовка паромщиков: {} закрыт второй день", "Экипажи паромов, порт {}: причал стоит. Переговоры о зарплате начались в полдень; профсоюз просит девять процентов."),
    "ja": ("フェリー乗組員のスト2日目、{}港が閉鎖", "{}港でフェリーの乗組員が桟橋に残っている。賃金交渉は正午に始まり、組合は9パーセントを求めている。"),
}  # fmt: skip
OTHERS = {
    "en": ("{}: boats lie idle, wages disputed", "Nothing moves in {}. Sailors want more money, owners offer little; passengers sleep in the hall."),
    "ru": ("{}: суда стоят, спорят о деньгах", "Город {} без переправы. Моряки хотят больше денег, хозяева дают мало; пассажиры ночуют в зале."),
    "ja": ("{}で船が止まる　賃上げめぐり対立", "{}では船が動かない。船員は増額を求め、会社は応じない。乗客は待合室で夜を明かした。"),
}  # fmt: skip
TOWNS = {"en": ("Korsakov", "Wakkanai"), "ru": ("Корсаков", "Вакканай"), "ja": ("コルサコフ", "稚内")}


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_titles_that_name_different_towns_speak_against_one_event(lang):
    here, there = TOWNS[lang]
    title, text = FORECASTS[lang]
    head, body = OTHERS[lang]
    one = traits_of(title.format(here), text.format(here), lang)
    same = traits_of(head.format(here), body.format(here), lang)
    other = traits_of(head.format(there), body.format(there), lang)
    alike, apart = stories.likeness(one, same, KNOWN), stories.likeness(one, other, KNOWN)
    assert alike - apart >= min(2 * stories.STRANGER, alike)
    assert stories.likeness(other, one, KNOWN) == apart


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_a_title_that_the_other_report_tells_speaks_for_it(lang):
    here, _ = TOWNS[lang]
    title, text = FORECASTS[lang]
    report = traits_of(title.format(here), text.format(here), lang)
    other = {"en": "Cod is dear again", "ru": "Треска снова подорожала", "ja": "タラがまた値上がり"}[lang]
    told = traits_of(other, text.format(here) + " " + title.format(here) + ".", lang)
    untold = traits_of(other, text.format(here), lang)
    assert stories.likeness(report, told, KNOWN) > stories.likeness(report, untold, KNOWN)


DRILLS = {
    "en": ("Morita protests over drills near Kunashir", "Foreign Minister Keiji Morita protested to Russia on Tuesday over drills near Kunashir, he told reporters in Tokyo. They are set for 20 May."),
    "ru": ("Морита заявил протест из-за учений у Кунашира", "Министр иностранных дел Кэйдзи Морита во вторник в Токио выразил протест России из-за учений у Кунашира. Они назначены на 20 мая."),
    "ja": ("国後島の演習に抗議　森田外相", "森田外相は6日、東京で記者団に、国後島周辺での演習についてロシアに抗議したと述べた。20日に始まる。"),
}  # fmt: skip
GRAVES = {
    "en": ("Morita asks Russia to allow visits to graves", "Foreign Minister Keiji Morita asked Russia on Tuesday to allow visits to graves on Kunashir, he told reporters in Tokyo. The islanders are old."),
    "ru": ("Морита просит Россию пустить на могилы", "Министр иностранных дел Кэйдзи Морита во вторник в Токио попросил Россию разрешить посещение могил на Кунашире. Жители стары."),
    "ja": ("墓参の再開をロシアに要請　森田外相", "森田外相は6日、東京で記者団に、国後島の墓参の再開をロシアに求めたと述べた。元島民は高齢だ。"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), list(itertools.product(("en", "ru", "ja"), repeat=2)))
def test_two_acts_of_one_minister_on_one_day_are_two_stories(one, other):
    store = (stored(1, *DRILLS[one], one),)
    assert stories.join(traits_of(*GRAVES[other], other), day("2031-05-07"), store, KNOWN) is None


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_a_report_that_tells_both_acts_is_not_kept_apart(lang):
    both = (GRAVES[lang][0], f"{GRAVES[lang][1]} {DRILLS[lang][1]}")
    store = (stored(1, *DRILLS[lang], lang),)
    assert stories.join(traits_of(*both, lang), day("2031-05-07"), store, KNOWN) is not None
