"""What takes back what another sentence says is a fact of its own, whatever place and day they share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.digest import reversal
from monitor.digest.build import build
from tests.digest import invented
from tests.digest.invented import article, fact, judged

RESUME = "Russia and Japan will resume talks on a treaty in Geneva on 14 December."
RESUME_RU = "Россия и Япония возобновят переговоры о договоре в Женеве 14 декабря."
OFF = "Russia has cancelled the talks with Japan in Geneva on 14 December."
OFF_TO_RESUME = "Russia has cancelled the talks with Japan that were to resume in Geneva on 14 December."
OFF_RU = "Россия отменила переговоры с Японией в Женеве 14 декабря."
OFF_JA = "ロシアは12月14日にジュネーブで予定された日本との交渉を中断した。"
VISITS = "Visits to the graves will resume in May."
NO_VISITS = "Поездки на могилы приостановлены."
HELD = ("place:geneva", "date:2026-12-14")


@pytest.mark.parametrize(
    ("a", "b", "opposed"),
    [
        ((RESUME, "en"), (OFF, "en"), True),
        ((RESUME, "en"), (OFF_RU, "ru"), True),
        ((RESUME_RU, "ru"), (OFF_JA, "ja"), True),
        ((RESUME, "en"), (OFF_TO_RESUME, "en"), True),
        ((RESUME_RU, "ru"), (OFF_TO_RESUME, "en"), True),
        ((VISITS, "en"), (NO_VISITS, "ru"), True),
        ((RESUME, "en"), (RESUME_RU, "ru"), False),
        ((OFF, "en"), (OFF_JA, "ja"), False),
        ((OFF, "en"), (VISITS, "en"), False),
        ((RESUME, "en"), ("The ferry to Kunashiri was late.", "en"), False),
    ],
)
def test_sentences_are_opposed_by_their_acts_in_any_language(a, b, opposed):
    assert reversal.between(*a, *b) is opposed
    assert reversal.between(*b, *a) is opposed


def test_a_cancellation_in_another_language_is_a_fact_beside_the_announcement():
    def one(number, outlet, text, at):
        report = article(number, outlet, f"Title {number}", at)
        return judged(report, story="story:1", sentences=(fact(0, text, *HELD),))

    told = build(
        replace(
            invented.copies_day(),
            articles=(
                one(1, "Harbour Wire", RESUME, "2026-11-25 10:00"),
                one(2, "Полит-Лента", RESUME_RU, "2026-11-25 10:30"),
                one(3, "Pacific Ledger", OFF, "2026-11-25 12:00"),
                one(4, "Кунашир Сегодня", OFF_RU, "2026-11-25 12:10"),
            ),
        )
    )
    assert [fact.said.text for story in told.stories for fact in story.facts] == [RESUME, OFF]
    assert [fact.origins for story in told.stories for fact in story.facts] == [2, 2]
