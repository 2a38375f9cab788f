"""A seed's event in other words is recognised; the same topic with a new event, or only its history, is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.judge import rewrites
from monitor.model import NO_CLAIM, Relation
from tests.judge.event_samples import GRAVES_EN, SEEDS, day, stored, traits_of

RETOLD = (
    "No room for talks, says Orlov",
    (
        "Russia will not negotiate with Japan, the official Stepan Orlov told Polar Press. There is no dialogue.\n\n"
        "He was answering 31 lawmakers who want the islands back.\n\n"
        "Tokyo's sanctions of 2022 made Moscow quit the talks and scrap visa-free trips. Iturup, Kunashir, Shikotan"
        " and Habomai remain in dispute."
    ),
)
RETOLD_RU = (
    "Токио не меняет позицию по островам",
    (
        "Позиция Японии по островам не изменилась, заявил на пресс-конференции в Токио высокопоставленный чиновник"
        " японского правительства. Достижение соглашения в ближайшее время маловероятно.\n\n"
        "Россия приостановила сотрудничество в ликвидации ядерного оружия."
    ),
)
RETOLD_JA = (
    "政府高官「島をめぐる立場は変わりない」　合意は困難",
    (
        "政府高官は東京での記者会見で、北方領土をめぐる日本の立場に変わりはないと述べ、早期の合意は難しいとの見方を示した。\n\n"
        "ロシアは核兵器廃棄の協力を停止し、千島に新たな兵器を配備する可能性がある。"
    ),
)
HISTORY = (
    "The dispute in plain terms",
    (
        "In 1945 Soviet troops took Iturup, Kunashir, Shikotan and Habomai. A peace treaty was never signed.\n\n"
        "Japan joined sanctions in 2022; Russia left the talks and cancelled visa-free visits."
    ),
)
FOLLOW_UP = (
    "Tokyo protests to ambassador Pavlov over Orlov's words",
    (
        "Japan's deputy foreign minister Kimura summoned the Russian ambassador Pavlov for 20 minutes on Wednesday"
        " after Stepan Orlov said that there was nothing to talk about.\n\nRussia left the talks in 2022."
    ),
)


def found(text: tuple[str, str], lang: str = "en", at: str = "2031-05-07", members=()):
    return rewrites.find(traits_of(*text, lang, at=at), SEEDS, at=day(at), members=members)


def test_a_retelling_in_the_same_days_is_the_seeds_event():
    likeness = found(RETOLD)
    assert likeness.accepted
    assert likeness.seed == 0


@pytest.mark.parametrize(("text", "lang"), [(RETOLD_RU, "ru"), (RETOLD_JA, "ja")])
def test_a_retelling_in_another_language_is_the_seeds_event(text, lang):
    likeness = found(text, lang, "2030-02-02")
    assert likeness.accepted
    assert likeness.seed == 1


@pytest.mark.parametrize("text", [HISTORY, FOLLOW_UP, GRAVES_EN])
def test_history_answers_and_new_events_are_not(text):
    assert not found(text).accepted


def test_the_same_position_months_later_is_not():
    again = ("Orlov: no talks with Japan", "There are no talks with Japan, Stepan Orlov said on Monday.")
    assert found(again, at="2031-05-08").accepted
    assert not found(again, at="2031-11-10").accepted


def test_a_full_retelling_is_recognised_even_when_its_clock_is_off():
    assert found(RETOLD, at="2031-06-05").accepted


def test_others_that_tell_the_event_show_its_days():
    unknown = tuple(replace(one, published=NO_CLAIM, event_from=None, event_until=None) for one in SEEDS)
    weak = traits_of("Stepan Orlov: no talks with Japan", "")
    at = day("2033-01-10")
    alone = rewrites.find(weak, unknown, at=at)
    member = stored(
        3, *RETOLD, at="2033-01-09", story="seed:0", relation=Relation.REWRITE, duplicate_of="seed:0"
    )
    supported = rewrites.find(weak, unknown, at=at, members=(member,))
    assert not alone.accepted
    assert supported.accepted
    assert supported.needed < alone.needed


def test_without_seeds_nothing_is_a_rewrite():
    assert rewrites.find(traits_of(*RETOLD), (), at=None) is None


def test_figures_tell_what_the_decision_rests_on():
    figures = dict(found(RETOLD).figures)
    assert figures["likeness"] >= figures["likeness_needed"]
    assert {"evidence", "speaker", "fit", "alien", "seed"} <= figures.keys()
