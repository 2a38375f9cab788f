"""Relevance: about the topic, not merely naming it; floors on invented samples and on the development set."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import relevance as bench
from monitor.judge import relevance, topic
from monitor.model import Level
from monitor.text.prepare import prepare
from tests.judge.test_topic import SMALL

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def shipped():
    return bench.shipped_topic()


@pytest.fixture(scope="module")
def samples():
    return {sample["id"]: sample for sample in bench.own_samples()}


def judged(loaded, title, summary="", body="", lang="en", country=""):
    return relevance.judge(prepare(title, summary, body, lang), loaded, lang=lang, country=country)


# ------------------------------------------------------------------------------------------- floors


def test_own_samples_keep_their_floors(shipped):
    table = bench.figures(bench.own_samples("base"), shipped)
    assert table["all"]["hit"] + table["all"]["missed"] >= 50
    assert table["all"]["false"] + table["all"]["out"] >= 80
    for lang in ("all", "en", "ru", "ja"):
        assert table[lang]["f1"] >= 0.98, (lang, table[lang])
        assert table[lang]["kept_out"] >= 0.98, (lang, table[lang])


def test_texts_that_name_the_subject_sideways_keep_their_floors(shipped):
    """232 texts written blind in six rounds, few of them in plain words; at first sight of a round the rules
    reached .51 to .73, now .76 to 1.00: what is said so indirectly that a reader must guess is not chased."""
    rounds = [name for name in bench.rounds() if name != "base"]
    samples = [sample for name in rounds for sample in bench.own_samples(name)]
    assert len(samples) >= 230
    table = bench.figures(samples, shipped)
    for lang in ("all", "en", "ru", "ja"):
        assert table[lang]["f1"] >= 0.88, (lang, table[lang])
        assert table[lang]["kept_out"] >= 0.96, (lang, table[lang])


def test_short_forms_of_own_samples_are_kept_out_or_looked_up(shipped):
    table = bench.figures(bench.own_samples("base"), shipped, body=False)["all"]
    assert table["kept_out"] == 1.0
    assert table["lost"] == 0, table  # never seen again: neither relevant nor asking for the page
    table = bench.figures(bench.own_samples(), shipped, body=False)["all"]
    assert table["kept_out"] == 1.0
    assert table["lost"] <= 6, table  # titles such as "Please hold the line" have nothing to go by


@pytest.mark.shared
def test_feeds_on_anything_ask_for_few_pages(shipped, shared):
    entries, asked = bench.pages_asked_for(shared / "corpus" / "feeds" / "real", shipped)
    assert entries > 1000
    assert asked <= entries / 50  # 22 of 1668 measured, half of them on suspicion


@pytest.mark.shared
def test_development_set_keeps_its_floors(shipped, shared):
    """Measured 1.00 and 1.00 in all three languages; floors leave one text in each cell."""
    table = bench.figures(bench.development_set(shared), shipped)
    for lang in ("all", "en", "ru", "ja"):
        assert table[lang]["f1"] >= 0.96, (lang, table[lang])
        assert table[lang]["kept_out"] >= 0.88, (lang, table[lang])
    assert table["all"]["f1"] >= 0.98
    assert table["all"]["kept_out"] >= 0.97


@pytest.mark.shared
def test_teasers_of_the_development_set_let_nothing_in_and_lose_nothing(shipped, shared):
    table = bench.figures(bench.development_set(shared), shipped, body=False)["all"]
    assert table["kept_out"] >= 0.97
    assert table["lost"] <= 1


def test_what_keeps_a_text_out_is_its_subject_and_not_a_list_of_forbidden_themes(shipped):
    """With every theme weighing nothing, nine off-topic texts in ten still stay out."""
    text = (ROOT / "monitor" / "topic" / "topic.toml").read_text(encoding="utf-8")
    blunt = topic.load(re.sub(r"^(theme_\w+_weight) = .*$", r"\1 = 0", text, flags=re.MULTILINE))
    assert shipped.rules.theme_title_weight > blunt.rules.theme_title_weight == 0
    assert bench.figures(bench.own_samples(), blunt)["all"]["kept_out"] >= 0.9


# ------------------------------------------------------------------------------------------- rules


def test_a_text_that_names_nothing_is_off_topic_with_a_reason(shipped):
    answer = judged(shipped, "Council approves tram line", "Work begins in spring.")
    assert (answer.level, answer.rule, answer.score, answer.hits) == (Level.OFF_TOPIC, "none", 0.0, ())
    assert not answer.review
    assert answer.reason == "Off topic: names nothing of the treaty or the islands."


def test_a_passing_sentence_makes_nothing_relevant(shipped, samples):
    for number in ("en-n01", "en-n04", "en-n25", "ru-n04", "ja-n03"):
        sample = samples[number]
        answer = judged(shipped, sample["title"], sample["summary"], sample["body"], sample["lang"])
        assert answer.level is not Level.RELEVANT
        assert answer.reason.startswith(("Off topic", "Near the topic"))


def test_the_same_sentence_in_title_and_lead_makes_it_relevant(shipped):
    body = "The ministry repeated its aim of a peace treaty with Russia.\n\nIt was raining in Tokyo."
    answer = judged(shipped, "Tokyo still wants a peace treaty with Moscow", "", body)
    assert answer.level is Level.RELEVANT
    assert answer.rule == "R1"
    assert "treaty" in answer.threads
    assert answer.reason.startswith("On topic: the title speaks of the peace treaty")


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("Japan urges Russia and Ukraine to sign a peace treaty", "en"),
        ("Armenia and Azerbaijan initial peace treaty, Russia and Japan send wishes", "en"),
        ("Мирный договор с Киевом: Япония и Россия обменялись репликами", "ru"),
        ("Баку и Ереван подписали мирный договор, Россия и Япония приветствуют", "ru"),
        ("日中平和友好条約の記念式典、ロシア大使も出席", "ja"),
    ],
)
def test_the_treaty_of_others_is_theirs(shipped, title, lang):
    assert judged(shipped, title, lang=lang).level is not Level.RELEVANT


def test_the_war_as_a_reason_does_not_make_the_treaty_another_ones(shipped):
    answer = judged(shipped, "Russia ends peace treaty talks with Japan over Ukraine sanctions")
    assert answer.level is Level.RELEVANT


def test_common_surnames_count_only_beside_another_name_of_their_side(shipped):
    alone = judged(shipped, "Abe speaks of the islands and the peace treaty with Moscow")
    beside = judged(shipped, "Abe tells Japan of the islands and the peace treaty with Moscow")
    assert {hit.text for hit in beside.hits} >= {"abe", "japan"}
    assert "abe" not in {hit.text for hit in alone.hits}


def test_the_outlet_stands_for_its_own_side_but_never_for_the_treaty_rule_in_russian(shipped):
    title, teaser = "На Шикотане прошли учения, Токио выразил протест", ""
    foreign = judged(shipped, title, teaser, lang="ru", country="KZ")
    own = judged(shipped, title, teaser, lang="ru", country="RU")
    assert own.score >= foreign.score
    treaty = judged(shipped, "Подписан мирный договор, в Токио довольны", lang="ru", country="RU")
    assert treaty.level is not Level.RELEVANT
    japanese = "墓参の再開、ロシアに打診　外務省"
    assert judged(shipped, japanese, lang="ja", country="JP").score > 0


@pytest.mark.parametrize(
    ("title", "summary", "lang"),
    [
        ("Moscow adds ministers from Tokyo to its list", "Russia answers Japan's sanctions.", "en"),
        ("Russian bombers fly near Japan, fighters scrambled", "Joint patrol with China.", "en"),
        ("Токио продлил санкции против России", "В Москве обещали ответить.", "ru"),
        ("ロシア爆撃機と中国軍機が共同飛行　日本が警戒", "", "ja"),
        ("Japan to buy Sakhalin-2 LNG from Russia until 2033", "Sanctions waiver extended.", "en"),
    ],
)
def test_beside_the_topic_is_near(shipped, title, summary, lang):
    answer = judged(shipped, title, summary, lang=lang)
    assert answer.level is Level.NEAR
    assert answer.reason.startswith("Near the topic")


@pytest.mark.parametrize(
    ("title", "lang", "country", "review"),
    [
        ("Japan and Russia envoys meet", "en", "", True),
        ("Two islands and a treaty", "en", "", True),
        ("Посол Японии посетил МИД России", "ru", "RU", True),
        ("元島民の願い", "ja", "JP", True),
        ("Strong quake near Iturup, no tsunami", "en", "", False),
        ("Tram line approved", "en", "", False),
        ("Japan raises rates", "en", "JP", False),
        ("Japan raises rates", "en", "", True),
        ("Japan raises rates", "en", "RU", True),
        ("В Москве открыли станцию метро", "ru", "", False),
        ("В Токио открыли станцию метро", "ru", "", True),
        ("東京で新駅が開業", "ja", "", False),
        ("モスクワで新駅が開業", "ja", "", True),
        ("根室から見える島", "ja", "JP", True),
        ("Fishing boats wait for word on the islands", "en", "JP", True),
    ],
)
def test_short_entries_ask_for_their_page_when_it_may_change_the_answer(
    shipped, title, lang, country, review
):
    assert judged(shipped, title, lang=lang, country=country).review is review


@pytest.mark.parametrize(
    ("title", "summary", "lang"),
    [
        ("Tokyo wants treaty with Moscow, Kremlin names the price", "A minister answers.", "en"),
        ("Tokyo protests to Seoul over Korean stake in a fish plant on Iturup", "Japan objects.", "en"),
        ("Токио выразил протест Сеулу из-за корейского завода на Шикотане", "", "ru"),
        ("韓国企業の択捉島進出に抗議　外務省、ソウルに申し入れ", "", "ja"),
        ("Poll: most Japanese expect no return of the islands from Russia", "", "en"),
        ("Токио не меняет позицию по Курилам, Москва тоже", "", "ru"),
    ],
)
def test_a_word_of_another_subject_does_not_outweigh_what_the_title_says(shipped, title, summary, lang):
    assert judged(shipped, title, summary, lang=lang).level is Level.RELEVANT


def test_an_everyday_word_makes_no_theme_but_two_do(shipped):
    once = judged(shipped, "Japan and Russia meet at last", "What price patience?")
    twice = judged(shipped, "Fish prices rise in Japan", "The price of Russian crab doubled.")
    assert once.rule == "none"
    assert (twice.rule, twice.level) == ("N1", Level.OFF_TOPIC)


def test_the_treaty_of_those_in_the_title_is_theirs_even_beside_our_two(shipped):
    body = (
        "Seoul asked Tokyo and Moscow if they would witness a peace treaty with the North.\n\n"
        "Seoul's minister noted that Russia and Japan have no peace treaty either.\n\nTalks go on."
    )
    title = "Seoul floats a treaty with Pyongyang"
    assert judged(shipped, title, "Tokyo and Moscow were asked.", body).level is not Level.RELEVANT


def test_the_adjective_is_no_grave(shipped):
    answer = judged(
        shipped, "Tokyo voices grave concern to Moscow", "Grave words from the ambassador of Russia."
    )
    assert not any(hit.concept in {"grave", "thread_graves"} for hit in answer.hits)


def test_looser_words_count_by_the_places_that_have_them(shipped):
    """One sentence carries; a title and paragraphs around it on the same matter make it the subject."""
    anchor = "Russia left the negotiations on a peace treaty with Japan in 2022."
    around = "The ambassador was asked about the islands and told Japan's press that Russia stays calm."
    off = "A choir sang. The hall was full. Tea was served."
    title = "Russian ambassador answers questions on Japan"
    passing = judged(shipped, "An evening with songs", "", f"{off}\n\n{off}\n\n{anchor}")
    subject = judged(shipped, title, "", f"{around}\n\n{off}\n\n{anchor}")
    assert passing.level is not Level.RELEVANT
    assert subject.level is Level.RELEVANT


def test_reaction_in_the_last_paragraph_counts_where_the_text_opened_on_the_islands(shipped):
    body = (
        "Russia closed the sea off Shikotan for gunnery. The notice runs for a week.\n\n"
        "It is the third this year. Crews were told to keep clear.\n\n"
        "Japan's foreign ministry lodged a protest."
    )
    answer = judged(shipped, "Russia closes sea off Shikotan, Japan objects to gunnery", "", body)
    assert answer.level is Level.RELEVANT


def test_hits_point_at_the_words_they_found(shipped, samples):
    sample = samples["ja-p04"]
    prepared = prepare(sample["title"], sample["summary"], sample["body"], "ja")
    answer = relevance.judge(prepared, shipped, lang="ja", country="JP")
    assert answer.hits
    for hit in answer.hits:
        sentence = prepared.sentences[hit.sentence]
        assert sentence.folded[hit.start : hit.end] == hit.text
        assert sentence.part == hit.part
    assert {"military", "territory"} <= set(answer.threads)


def test_closing_background_of_an_outlet_does_not_carry_a_text(shipped):
    report = "\n\n".join(
        f"The market in Nemuro sold {n} crates of saury from Japan and Russia." for n in range(5)
    )
    background = (
        "Background: Moscow and Tokyo lack a peace treaty to this day. Etorofu and Kunashiri are claimed by both. "
        "Treaty talks broke off in 2022. Russia has governed the islands since the war."
    )
    assert judged(shipped, "Saury season opens", "", report + "\n\n" + background).level is not Level.RELEVANT


# ------------------------------------------------------------------------------------------- another topic


def test_another_topic_works_without_code():
    river = topic.load(SMALL)
    body = "Arland and Borland met again on the Mira treaty.\n\nThe river treaty divides water between them."
    on = judged(river, "Arland asks Borland to sign the river treaty", "", body)
    assert (on.level, on.rule, on.threads) == (Level.RELEVANT, "T1", ("river",))
    off = judged(river, "Rowing: Arland beats Borland", "The regatta was held on the Mira.")
    assert (off.level, off.rule, off.review) == (Level.OFF_TOPIC, "N1", False)
    assert judged(river, "Russia and Japan have no peace treaty").level is Level.OFF_TOPIC


# ------------------------------------------------------------------------------------------- cost and sameness


def test_an_off_topic_entry_is_cheap_and_a_long_hostile_text_is_linear(shipped):
    prepared = prepare(*bench.OFF_TOPIC, "", "en")
    relevance.judge(prepared, shipped)
    start = time.process_time()
    for _ in range(1000):
        relevance.judge(prepared, shipped)
    assert time.process_time() - start < 1.0  # 0.02 s here; the promise is 1 ms an entry
    hostile = prepare("treaty", "", "treaty japan russia kuril " * 20_000, "en")
    start = time.process_time()
    relevance.judge(hostile, shipped)
    assert time.process_time() - start < 10


def test_first_sight_agrees_with_the_judge(shipped):
    for sample in bench.own_samples():
        texts = (sample["title"], sample["summary"], sample["body"])
        answer = judged(shipped, *texts, lang=sample["lang"])
        if answer.level is not Level.OFF_TOPIC or answer.review:
            assert relevance.possible(shipped, sample["lang"], *texts), sample["id"]


PROGRAM = """
from benchmarks import relevance as b
from monitor.judge import relevance
from monitor.text.prepare import prepare
t = b.shipped_topic()
for s in b.own_samples()[::5]:
    print(relevance.judge(prepare(s["title"], s["summary"], s["body"], s["lang"]), t, lang=s["lang"]))
"""


def test_the_same_answers_whatever_the_hash_seed():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "99")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 1000


def test_samples_are_marked_invented_and_unique():
    lines = (ROOT / "tests" / "judge" / "relevance_samples.jsonl").read_text(encoding="utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    assert len({sample["id"] for sample in read}) == len(read) >= 100
    assert all(sample["note"] == "invented" for sample in read)
    assert {sample["lang"] for sample in read} == {"en", "ru", "ja"}


@pytest.mark.parametrize(
    ("title", "body", "level"),
    [
        (
            "Premier calls for a just peace",
            "Russia must not dictate a peace treaty, she told the other leaders from Tokyo.",
            False,
        ),
        (
            "Premier calls for a treaty with Moscow",
            "Russia and Japan need a peace treaty, she told the other leaders.",
            True,
        ),
        (
            "Opera house remembers a peace treaty",
            "Japan signed it at San Francisco in 1951. The Soviet chairs stayed empty.",
            False,
        ),
        (
            "Opera house remembers a peace treaty",
            "Japan gave up the Kurils at San Francisco in 1951. Moscow never signed; Tokyo claims Shikotan.",
            True,
        ),
    ],
)
def test_a_treaty_is_anothers_in_a_text_on_another_peace_that_never_names_what_is_ours(
    shipped, title, body, level
):
    assert (judged(shipped, title, "", body).level is Level.RELEVANT) is level


def test_many_sides_of_the_matter_make_a_subject_and_one_sentence_with_all_of_them_none(shipped):
    sides = (
        "Tokyo and Moscow never signed a treaty",
        "The islands can be seen from the cape",
        "The talks ended long ago",
        "Old women look for a grave on a photograph",
        "No boat was seized this year",
    )
    column = ".\n\n".join(["It rained all week", *sides, "The tea was good"]) + "."
    passing = (
        "It rained all week.\n\nThe tea was good.\n\nSo was the cake.\n\n" + ", and ".join(sides).lower()
    )
    assert (
        judged(shipped, "A walk in the rain", "", column).score
        > 2 * judged(shipped, "A walk in the rain", "", passing).score
    )


@pytest.mark.parametrize(
    ("title", "lang", "suspect"),
    [
        ("The last unsigned peace", "en", True),
        ("The last unsigned peace of Westphalia", "en", False),
        ("Долгое молчание", "ru", True),
        ("Долгое молчание Фёдора", "ru", False),
        ("閉じた扉の前で", "ja", True),
        ("アンドロメダ閉じた扉の前で", "ja", False),
        ("A quiet evening", "en", False),
    ],
)
def test_where_nothing_at_all_is_named_one_hint_makes_a_page_worth_reading(shipped, title, lang, suspect):
    found = judged(shipped, title, lang=lang)
    assert (found.level, found.review, found.suspect) == (Level.OFF_TOPIC, False, suspect)


@pytest.mark.parametrize(
    ("lang", "title", "body"),
    [
        (
            "en",
            "Peru and Bolivia sign peace treaty as Japan sends engineers and Russia observers",
            (
                "Peru and Bolivia signed a peace treaty on Monday, with Japan paying for roads and Russia among five "
                "countries that send observers.\n\nThe paper settles who may fish on the lake. Both parliaments vote in "
                "May.\n\nA reporter asked about the treaty that Russia and Japan lack; nobody answered."
            ),
        ),
        (
            "ru",
            "Норвегия и Исландия заключили договор об островах, Россия и Япония прислали наблюдателей",
            (
                "Норвегия и Исландия подписали договор о двух островах в северном море. Россия и Япония прислали "
                "наблюдателей.\n\nСпор длился двадцать лет. Рыбаки получат доступ к обоим портам."
            ),
        ),
    ],
)
def test_a_treaty_of_two_others_is_theirs_also_where_both_sides_attend(shipped, lang, title, body):
    found = judged(shipped, title, "", body, lang, {"en": "GB", "ru": "RU"}[lang])
    assert found.level is not Level.RELEVANT, found.reason


def test_a_landing_in_the_past_does_not_make_todays_order_on_the_islets_history(shipped):
    body = (
        "Правительство присвоило имена пяти безымянным скалам в группе Хабомаи.\n\n"
        "Названия увековечивают десантников 1945 года. Предложила их экспедиция, которая летом обследовала гряду.\n\n"
        "На самой крупной скале поставят памятный знак. Постоянного населения ни на одной из них нет.\n\n"
        "Япония выразила протест и потребовала отозвать распоряжение.\n\n"
        "Мирного договора между двумя странами нет."
    )
    found = judged(shipped, "Пять скал у Хабомаи назвали именами десантников", "", body, "ru", "RU")
    assert found.level is Level.RELEVANT, found.reason
