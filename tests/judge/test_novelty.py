"""Sentences are known, worded anew, a new fact, or furniture; planted changes are always new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.judge import novelty, traits
from monitor.judge.novelty import Context, ToldSentence
from monitor.model import NoveltyLabel
from tests.judge.event_samples import SEED_A, SEEDS, day, readings

KNOWN = novelty.known_from(SEEDS)
AT = "2031-05-07"


def label(
    text: str, lang: str = "en", *, context: Context = Context.EVENT, known=KNOWN, repeated=frozenset()
):
    found = novelty.label(readings(text, lang, at=AT), known, context=context, at=day(AT), repeated=repeated)
    return found[0]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Japan joined sanctions in 2022, and Russia left the talks."),
        ("en", "No peace treaty was ever signed."),
        ("ru", "После японских санкций 2022 года Россия прекратила переговоры."),
        ("ru", "Токио претендует на Шикотан, Итуруп, Кунашир и Хабомаи."),
        ("ja", "2022年、日本の制裁を受けてロシアは交渉を中断した。"),
        ("ja", "択捉、国後、色丹、歯舞をめぐり、両国は平和条約を結んでいない。"),
    ],
)
def test_what_the_seeds_say_is_known_in_every_language(lang, text):
    assert label(text, lang).label in {NoveltyLabel.KNOWN, NoveltyLabel.NEW_WORDING}


@pytest.mark.parametrize(
    ("lang", "text", "anchor"),
    [
        ("en", "Orlov's deputy Marina Galkina left for Sapporo.", "name:grkn"),
        ("en", "The poll found that 47 percent agree.", "number:47"),
        ("en", "The vessel sails on 22 August.", "date:2031-08-22"),
        ("ru", "Дальность ракет составляет 260 километров.", "number:260"),
        ("ru", "Учения намечены на 10 декабря.", "date:2030-12-10"),
        ("ja", "8月22日に根室港を出発する。", "date:2031-08-22"),
        ("ja", "参加者は約900人。", "number:900"),
    ],
)
@pytest.mark.parametrize("context", [Context.EVENT, Context.RETOLD])
def test_a_new_name_number_or_date_is_a_new_fact_everywhere(lang, text, anchor, context):
    found = label(text, lang, context=context)
    assert found.label is NoveltyLabel.NEW_FACT
    assert anchor in found.anchors
    assert anchor in found.reason


def test_a_number_altered_in_a_known_sentence_is_new():
    assert label("The remark came after a report in which 13 lawmakers asked for the islands.").label is (
        NoveltyLabel.NEW_FACT
    )


def test_a_turned_statement_is_new():
    found = label("Orlov says that there are talks with Japan.", context=Context.RETOLD)
    assert found.label is NoveltyLabel.NEW_FACT
    assert "negation" in found.anchors
    assert found.closest == "Orlov says that there are no talks with Japan."


def test_the_day_of_the_report_is_no_fact():
    assert (
        label("Orlov said on Tuesday that there are no talks with Japan.").label is not NoveltyLabel.NEW_FACT
    )


def test_wording_alone_is_new_only_in_a_report_of_an_event():
    text = "The crew drifted in fog while carrying a patient."
    assert label(text).label is NoveltyLabel.NEW_FACT
    assert label(text, context=Context.RETOLD).label is not NoveltyLabel.NEW_FACT


def test_a_seeds_sentence_is_known_word_for_word():
    found = label(SEED_A.split("\n")[3].split(". ")[0] + ".")
    assert found.label is NoveltyLabel.KNOWN
    assert found.closest_ref == "seed:0"


def test_every_sentence_that_speaks_of_a_fact_names_the_closest_one():
    found = label("Russia cancelled visa-free visits in 2022 because Japan joined sanctions.")
    assert found.closest.startswith("Japan joined sanctions")
    assert found.closest_ref == "seed:0"


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Read also: the day in pictures"),
        ("en", "© 2031 All rights reserved"),
        ("en", "Subscribe to our newsletter"),
        ("ru", "Читайте также: погода на 12 мая"),
        ("ru", "Справка «Вестника»."),
        ("ja", "関連記事：根室の天気"),
    ],
)
def test_furniture_is_never_new(lang, text):
    assert label(text, lang).label is not NoveltyLabel.NEW_FACT


def test_a_line_the_outlet_repeats_is_furniture():
    text = "Our correspondent Pavlov reports from 17 cities."
    hashed = novelty.fingerprint.sentence_hash(text)
    assert label(text, repeated=frozenset({hashed})).label is NoveltyLabel.FURNITURE


def test_what_a_digest_has_told_is_known_in_every_language():
    told = ToldSentence("article:7", "The group of 28 leaves Nemuro on 22 August 2031.", "en", day(AT))
    known = novelty.known_from(SEEDS, (told,))
    assert label("8月22日に28人が根室を出発する。", "ja", known=known).label is not NoveltyLabel.NEW_FACT
    assert label("8月22日に28人が根室を出発する。", "ja").label is NoveltyLabel.NEW_FACT
    assert label("A group of 28 leaves Nemuro on 22 August.", known=known).closest_ref == "article:7"


def test_telling_one_reader_changes_nothing_for_the_next_call():
    before = len(novelty.known_from(SEEDS).anchors)
    novelty.known_from(SEEDS, (ToldSentence("article:7", "Some 4711 people came.", "en", day(AT)),))
    assert len(novelty.known_from(SEEDS).anchors) == before


def test_sealed_seeds_give_no_word_away_and_know_the_same():
    sealed = tuple(replace(seed, traits=traits.sealed(seed.traits)) for seed in SEEDS)
    known = novelty.known_from(sealed)
    words = {term for seed in sealed for term, _ in seed.traits.terms if term.startswith("w:")}
    assert words
    assert all(term.startswith("w:#") for term in words)
    assert sealed == tuple(replace(seed, traits=traits.sealed(seed.traits)) for seed in sealed)
    for text in SEED_A.split("\n"):
        assert label(text, known=known).label is label(text).label


def test_a_date_without_a_year_in_a_seed_is_known_by_its_day():
    known = novelty.Known()
    known.add_anchors(("date:--04-08",))
    assert known.has("date:2031-04-08")
    assert not known.has("date:2031-04-09")


@pytest.mark.parametrize(
    ("lang", "text", "anchor"),
    [
        ("en", "Fewer than three in ten could name the islands.", "number:30"),
        ("en", "One in five said nothing.", "number:20"),
        ("ru", "Каждый пятый не смог назвать острова.", "number:20"),
        ("ja", "5人に1人は島の名を言えなかった。", "number:20"),
        ("ja", "島の名を言えたのは3割だった。", "number:30"),
    ],
)
def test_a_share_of_a_whole_is_one_figure_in_every_language(lang, text, anchor):
    found = label(text, lang)
    assert found.label is NoveltyLabel.NEW_FACT
    assert anchor in found.anchors


@pytest.mark.parametrize("text", ["Two in 2022 and five in 1956 was the count.", "Ten in five is nonsense."])
def test_a_share_is_less_than_its_whole(text):
    assert not {"number:0", "number:200"} & set(readings(text, "en", at=AT)[0].anchors)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "It was the first seizure since autumn."),
        ("ru", "Судно задержали впервые с осени."),
        ("ja", "漁船の拿捕は秋以降で初めてだ。"),
    ],
)
def test_a_first_time_is_marked_and_history_has_none(lang, text):
    assert readings(text, lang, at=AT)[0].first


def test_what_begins_as_background_needs_a_name_or_figure_to_be_new():
    told = "Moscow and Tokyo both lay claim to the quiet harbour towns."
    assert label(told).label is NoveltyLabel.NEW_FACT
    assert label(f"What you need to know: {told}").label is not NoveltyLabel.NEW_FACT
    assert label("What you need to know: 47 percent agree.").label is NoveltyLabel.NEW_FACT


MEETING = {
    "en": "A deputy foreign minister met his Russian colleague in Wakkanai on 21 May. {}",
    "ru": "Заместитель министра иностранных дел встретился 21 мая в Вакканае с российским коллегой. {}",
    "ja": "外務次官は5月21日、稚内でロシアの次官と会談した。{}",
}


def after_meeting(lang: str, text: str, *, context: Context = Context.EVENT):
    found = readings(MEETING[lang].format(text), lang, at=AT)
    return novelty.label(found, KNOWN, context=context, at=day(AT))[-1]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Neither minister mentioned the graves."),
        ("en", "They ended without agreement."),
        ("ru", "Договориться не удалось."),
        ("ru", "Приглашение не получено."),
        ("ja", "合意には至らなかった。"),
    ],
)
def test_what_did_not_happen_at_an_event_is_told(lang, text):
    assert after_meeting(lang, text).label is NoveltyLabel.NEW_FACT
    assert after_meeting(lang, text, context=Context.RETOLD).label is not NoveltyLabel.NEW_FACT


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Russia and Japan have no peace treaty."),
        ("en", "There are no talks with Japan."),
        ("ru", "Мирный договор не подписан."),
        ("ja", "両国は平和条約を結んでいない。"),
    ],
)
def test_what_history_denies_is_not_told_again(lang, text):
    assert after_meeting(lang, text).label is not NoveltyLabel.NEW_FACT


def test_a_refusal_until_is_not_the_opposite_of_an_offer_if():
    text = "Orlov says that there are talks with Japan only until sanctions change."
    assert "negation" not in label(text, context=Context.RETOLD).anchors
