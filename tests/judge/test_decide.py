"""One decision: copy, rewrite, new, restatement or background; story, sentences and reason with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor import shipped
from monitor.judge import decide, fingerprint, relevance, traits
from monitor.judge.decide import Gathered, Subject
from monitor.judge.topic import load as load_topic
from monitor.model import KnownArticle, Level, NoveltyLabel, Relation, Relevance
from monitor.text.prepare import prepare
from tests.judge.event_samples import (
    GRAVES_EN,
    GRAVES_JA,
    SEED_A,
    SEEDS,
    TOPIC,
    article,
    day,
    relevant,
    stored,
)
from tests.judge.test_rewrites import FOLLOW_UP, HISTORY, RETOLD

AS_KNOWN = tuple(
    KnownArticle(f"seed:{s.number}", s.title, s.lang, s.outlet, s.published.at, s.fingerprint, s.traits, f"seed:{s.number}")
    for s in SEEDS
)  # fmt: skip


def verdict(text: tuple[str, str], lang: str = "en", *, at: str = "2031-05-07", seen=None, **gathered):
    one = article(*text, lang, at=at)
    prepared = prepare(one.title, one.summary, one.body, lang)
    subject = Subject(
        one,
        prepared,
        seen or relevant(),
        fingerprint.of(prepared),
        traits.of(prepared, TOPIC, at=day(at)),
    )
    gathered.setdefault("textual", AS_KNOWN)
    return decide.decide(subject, Gathered(seeds=SEEDS, **gathered), TOPIC)


def new_facts(found) -> list[str]:
    return [one.text for one in found.sentences if one.label is NoveltyLabel.NEW_FACT]


@pytest.mark.parametrize(
    ("level", "relation"), [(Level.OFF_TOPIC, Relation.OFF_TOPIC), (Level.NEAR, Relation.NEAR)]
)
def test_what_is_not_relevant_is_not_compared(level, relation):
    found = verdict(RETOLD, seen=Relevance(level, 0.1, "none", "Nothing of the topic."))
    assert found.relation is relation
    assert found.reason == "Nothing of the topic."
    assert found.duplicate_of is None


def test_the_same_text_is_a_copy_and_adds_nothing():
    found = verdict(("Another title", SEED_A.replace("\n", "\n\n")))
    assert (found.relation, found.duplicate_of, found.story) == (Relation.COPY, "seed:0", "seed:0")
    assert new_facts(found) == []
    assert "%" in found.reason


def test_a_copy_of_a_stored_report_takes_its_story():
    found = verdict(GRAVES_EN, textual=(stored(4, *GRAVES_EN, story="story:2"),), at="2031-05-08")
    assert (found.relation, found.duplicate_of, found.story) == (Relation.COPY, "article:4", "story:2")


def test_a_changed_sentence_is_shown_beside_the_one_it_was_made_of():
    changed = (GRAVES_EN[0], GRAVES_EN[1].replace("34 Japanese", "26 Japanese"))
    assert changed != GRAVES_EN
    found = verdict(changed, textual=(stored(4, *GRAVES_EN, story="story:2"),), at="2031-05-08")
    assert found.relation is Relation.UPDATE
    shown = [one for one in found.sentences if one.label is NoveltyLabel.NEW_FACT]
    assert shown
    assert all("34 Japanese" in one.closest and one.closest_ref == "article:4" for one in shown)


def names(lang, title):
    topic = load_topic(shipped.read_text("topic.toml"))
    prepared = prepare(title, "", "", lang)
    subject = Subject(
        article(title, "", lang), prepared, relevance.judge(prepared, topic, lang=lang, country="")
    )
    return decide.decide(subject, Gathered(), topic).island_names


@pytest.mark.parametrize(
    ("lang", "title", "used"),
    [
        (
            "en",
            "Japan and Russia: South Kurils, which Tokyo calls Northern Territories, and the islands",
            ("Northern Territories", "South Kurils"),
        ),
        ("en", "Drills near Yuzhno-Kurilsk on Kunashir alarm Japan, which claims the islands", ("Kunashir",)),
        ("ru", "Япония вновь заявила о Кунашире и Южных Курилах: Кунашир и острова спорные", ("Кунашир", "Южных Курилах")),
        ("ja", "北方領土の国後島、ロシアが演習", ("北方領土", "国後島")),
    ],
)  # fmt: skip
def test_the_names_an_outlet_uses_are_whole_and_as_printed(lang, title, used):
    assert names(lang, title) == used


def test_the_seeds_event_in_other_words_is_a_rewrite():
    found = verdict(RETOLD)
    assert (found.relation, found.duplicate_of, found.story) == (Relation.REWRITE, "seed:0", "seed:0")
    assert new_facts(found) == []


def test_an_answer_to_the_seeds_event_is_new_and_names_no_seed():
    found = verdict(FOLLOW_UP)
    assert found.relation is Relation.NEW
    assert found.duplicate_of is None
    assert not (found.story or "").startswith("seed")
    assert new_facts(found)


def test_history_is_background_without_a_story():
    found = verdict(HISTORY, textual=())
    assert (found.relation, found.duplicate_of, found.story) == (Relation.BACKGROUND, None, None)


def test_a_known_position_on_a_new_day_is_a_restatement():
    again = ("Orlov again: no talks with Japan", "Stepan Orlov repeated that there are no talks with Japan.")
    found = verdict(again, at="2032-01-20")
    assert (found.relation, found.duplicate_of) == (Relation.RESTATEMENT, None)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (
            "en",
            (
                "Orlov: talks with Japan have resumed",
                "Talks on a peace treaty have resumed, Stepan Orlov said.",
            ),
        ),
        ("en", ("Orlov says Moscow is ready for talks with Japan", "")),
        (
            "ru",
            (
                "Степан Орлов: переговоры с Японией о мирном договоре возобновлены",
                "Переговоры возобновлены, заявил во вторник Степан Орлов.",
            ),
        ),
    ],
)
def test_the_opposite_of_a_known_position_is_news(lang, text):
    found = verdict(text, lang, at="2032-01-20")
    assert found.relation is Relation.NEW
    assert found.reason.startswith("New: the opposite of a known position: say:")
    assert text[0] in new_facts(found)
    assert "negation" in found.sentences[0].anchors


KNOWN_AIM = (
    "Takaichi: Japan seeks return of four islands and a peace treaty",
    "Japan seeks a peace treaty with Russia and the return of the four islands, Sanae Takaichi said on Monday.",
)


def aim(title, lead):
    seed = SEEDS[0]
    prepared = prepare(*KNOWN_AIM[:1], "", KNOWN_AIM[1], "en")
    knows = replace(seed, traits=traits.of(prepared, TOPIC, at=day("2031-05-07")), facts=())
    one = article(title, lead, "en", at="2032-01-20")
    subject = Subject(one, prepare(title, "", lead, "en"), relevant())
    return decide.decide(subject, Gathered(seeds=(knows,)), TOPIC)


def test_who_drops_a_known_aim_does_not_restate_it():
    found = aim(
        "Takaichi: Japan no longer seeks return of four islands",
        "Japan no longer demands the return of the four islands before a peace treaty, Sanae Takaichi said on Monday.",
    )
    assert found.relation is Relation.NEW
    assert found.reason.startswith(
        "New: the opposite of a known position: no longer say:takaichi:want-treaty"
    )
    assert any("no longer demands" in text for text in new_facts(found))


def test_who_is_known_to_change_nothing_and_speaks_of_change_is_news():
    lead = (
        "官房長官は記者会見で、四島の帰属の問題を解決して平和条約を結ぶとの方針を見直す可能性があると述べた。"
    )
    found = verdict(("官房長官、北方領土方針の見直し示唆", lead), "ja", at="2032-01-20")
    assert found.relation is Relation.NEW
    assert "opposite" in found.reason


@pytest.mark.parametrize(
    "lead",
    [
        "Japan seeks the return of the four islands and a peace treaty as before, Sanae Takaichi said on Monday.",
        "Japan will not give up its demand for the four islands and a peace treaty, Sanae Takaichi said on Monday.",
    ],
)
def test_who_keeps_a_known_aim_is_not_turned(lead):
    assert "opposite" not in aim("Takaichi: the four islands and a treaty", lead).reason


@pytest.mark.parametrize(
    "title",
    [
        "Orlov: talks with Japan can resume only if Tokyo drops its hostile policy",
        "Orlov: no talks with Japan, though a meeting was offered",
        "Orlov says Moscow is ready for talks with Ukraine",
    ],
)
def test_an_offer_with_a_condition_or_to_others_is_no_opposite(title):
    assert "opposite" not in verdict((title, ""), at="2032-01-20").reason


def test_the_known_position_in_unheard_words_is_no_new_fact_but_what_comes_with_it_is():
    again = (
        "Orlov again: no talks with Japan",
        (
            "Stepan Orlov repeated wearily that there are no talks with Japan.\n\n"
            "Russia and Japan have no peace treaty.\n\n"
            "He named 17 February as the day on which the cabinet will move."
        ),
    )
    found = verdict(again, at="2032-01-20")
    assert found.relation is Relation.RESTATEMENT
    assert "17 February" in " ".join(new_facts(found))
    assert not any("wearily" in text for text in new_facts(found))


def test_what_the_title_says_is_the_position_before_what_is_said_beside_it():
    again = (
        "Orlov again: no talks with Japan",
        "Stepan Orlov said on Tuesday that Japan's hostile policy leaves no room for talks.",
    )
    acts = [one.partition(" ")[2] for one in verdict(again, at="2032-01-20").positions]
    assert acts[0] == "refuse-talks"


def test_a_new_event_names_its_facts_and_leaves_the_history_out():
    found = verdict(GRAVES_EN)
    assert found.relation is Relation.NEW
    assert any("34 Japanese" in text for text in new_facts(found))
    assert not any("left the talks" in text for text in new_facts(found))


def test_a_report_in_another_language_joins_the_story():
    found = verdict(GRAVES_JA, "ja", thematic=(stored(4, *GRAVES_EN, story="story:2"),), at="2031-05-08")
    assert (found.relation, found.story) == (Relation.NEW, "story:2")
    assert "needed" in found.story_reason


def test_the_verdict_carries_rules_and_figures():
    found = verdict(RETOLD)
    assert found.rules_version == f"{decide.RULES_VERSION}+{TOPIC.version}"
    assert dict(found.figures)["likeness"] > 0


def test_a_title_alone_is_judged_without_harm():
    found = verdict(("Russia to let 34 Japanese visit graves in September", ""))
    assert found.relation is Relation.NEW


def test_an_empty_article_does_not_break_the_decision():
    assert verdict(("", "")).duplicate_of is None


def test_the_same_input_gives_the_same_verdict():
    gathered = {"thematic": (stored(4, *GRAVES_EN), stored(5, *FOLLOW_UP))}
    turned = {"thematic": tuple(reversed(gathered["thematic"]))}
    assert verdict(GRAVES_JA, "ja", **gathered) == verdict(GRAVES_JA, "ja", **turned)


@pytest.mark.parametrize(
    ("lang", "lead"),
    [
        ("en", "Japan no longer insists on the return of the islands, a deputy foreign minister said."),
        ("en", "Japan drops its claim to the islands, a deputy foreign minister said."),
        ("ru", "Япония больше не настаивает на возвращении островов, заявил замглавы МИД."),
        ("ja", "外務次官は、島の返還にはこだわらないと述べた。"),
    ],
)
def test_a_claim_given_up_is_news_once_whoever_says_it(lang, lead):
    found = verdict(("", lead), lang, at="2032-01-20")
    assert found.relation is Relation.NEW
    assert new_facts(found) == [lead]
    told = (decide.ToldSentence("article:5", lead, lang, day("2032-01-19")),)
    assert new_facts(verdict(("", lead + " "), lang, at="2032-01-20", told=told)) == []


@pytest.mark.parametrize(
    ("lang", "lead"),
    [
        ("en", "Japan does not drop its claim to the islands, a deputy foreign minister said."),
        ("en", "In 1956 Japan dropped its claim to the northern islands, a historian said."),
        ("ru", "Япония не отказалась от претензий на острова, заявил замглавы МИД."),
    ],
)
def test_a_claim_that_is_kept_or_was_given_up_long_ago_is_none(lang, lead):
    assert "give up" not in verdict(("", lead), lang, at="2032-01-20").reason


@pytest.mark.parametrize(
    "demand",
    [
        "Japan must first return four captured soldiers, he said.",
        "There will be no talks until Japan returns four captured soldiers to the army, Stepan Orlov said.",
    ],
)
def test_a_new_demand_inside_a_refusal_is_told(demand):
    again = (
        "Orlov: no talks with Japan",
        f"There are no talks with Japan, Stepan Orlov said on Tuesday. {demand}",
    )
    found = verdict(again, at="2032-01-20")
    assert found.relation is Relation.RESTATEMENT
    assert new_facts(found) == [demand]
