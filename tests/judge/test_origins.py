"""Who produced a text is told by datelines, signatures and attributions; who was first only where known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.judge import origins
from monitor.judge.origins import Print
from monitor.model import Claim
from monitor.text.prepare import prepare

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TAIL = {
    "en": " The deputy minister gave no date. A second round was not discussed, an aide added.",
    "ru": " Заместитель министра не назвал даты. Второй раунд не обсуждался, добавил помощник.",
    "ja": "副大臣は日程を示さなかった。次の協議は話題にならなかったと補佐官は述べた。",
}


def origin(text, lang, *, title="", outlet="Harbour Wire", family=""):
    return origins.of(prepare(title, "", text, lang), outlet=outlet, family=family)


@pytest.mark.parametrize(
    ("lang", "start", "agency"),
    [
        ("en", "MOSCOW, April 12 (TASS) -- No meeting is planned.", "tass"),
        ("en", "MOSCOW, April 12. /TASS/. No meeting is planned.", "tass"),
        ("en", "VLADIVOSTOK/TOKYO (Reuters) - No meeting is planned.", "reuters"),
        ("en", "SANTA ROSA, Calif. (AP) — No meeting is planned.", "ap"),
        ("en", "SEOUL, Aug. 3 (Yonhap) -- No meeting is planned.", "yonhap"),
        ("en", "Tokyo, Nov. 25 (Jiji Press)--No meeting is planned.", "jiji"),
        ("en", "BEIJING, Nov. 25 (Xinhua) -- No meeting is planned.", "xinhua"),
        ("en", "By Ann Invented\n\nTOKYO (Kyodo) - No meeting is planned.", "kyodo"),
        ("ru", "МОСКВА, 25 ноября. /ТАСС/. Встреча не планируется.", "tass"),
        ("ru", "ТАСС, 25 ноября. Встреча не планируется.", "tass"),
        ("ru", "МОСКВА, 25 ноя — РИА Новости. Встреча не планируется.", "ria"),
        ("ru", "ТОКИО, 25 ноября (Рейтер) - Встреча не планируется.", "reuters"),
        ("ru", "Москва. 25 ноября. INTERFAX.RU - Встреча не планируется.", "interfax"),
        ("ja", "【モスクワ共同】会談の予定はない。", "kyodo"),
        ("ja", "【モスクワ時事】会談の予定はない。", "jiji"),
        ("ja", "［モスクワ　２５日　ロイター］ 会談の予定はない。", "reuters"),
        ("ja", "【11月25日 ＡＦＰ】会談の予定はない。", "afp"),
        ("ja", "【ソウル聯合ニュース】会談の予定はない。", "yonhap"),
    ],
)
def test_a_dateline_names_the_producer(lang, start, agency):
    found = origin(start + TAIL[lang], lang)
    assert (found.how, found.agency) == ("dateline", agency)
    assert found.evidence


@pytest.mark.parametrize(
    ("lang", "end", "agency"),
    [
        ("en", " — AFP", "afp"),
        ("en", "\n\n(Reuters)", "reuters"),
        ("en", "\n\n© 2026 The Associated Press. All rights reserved.", "ap"),
        ("en", "\n\nKYODO, REUTERS", "kyodo"),
        ("en", "\n\nSource: TASS", "tass"),
        ("ru", "\n\nИсточник: ТАСС", "tass"),
        ("ru", "\n\n© 2026, РИА «Новости»", "ria"),
        ("ru", " (Интерфакс)", "interfax"),
        ("ja", "（共同）", "kyodo"),
        ("ja", "\n\n(c)AFP", "afp"),
        ("ja", "［時事通信社］", "jiji"),
        ("ja", "\n\n提供：ロイター", "reuters"),
    ],
)
def test_a_signature_names_the_producer(lang, end, agency):
    found = origin(TAIL[lang].strip() + end, lang)
    assert (found.how, found.agency) == ("signed", agency)


@pytest.mark.parametrize(
    ("lang", "text", "agency"),
    [
        ("en", "No meeting is planned, the Russian state news agency TASS reported on Monday.", "tass"),
        ("en", "According to Kyodo News, no meeting is planned.", "kyodo"),
        ("en", "No meeting is planned, Interfax quoted the deputy minister as saying.", "interfax"),
        ("en", "TASS, citing Kyodo, reports that no meeting is planned.", "kyodo"),
        ("ru", "Встреча не планируется, сообщает ТАСС.", "tass"),
        ("ru", "Встреча не планируется, передаёт агентство «Интерфакс».", "interfax"),
        ("ru", "Встреча не планируется, пишет РИА Новости.", "ria"),
        ("ru", "Об этом сообщает ТАСС со ссылкой на агентство Киодо.", "kyodo"),
        ("ru", "По данным агентства Kyodo, встреча не планируется.", "kyodo"),
        ("ja", "タス通信によると、会談の予定はない。", "tass"),
        ("ja", "会談の予定はないと、インタファクス通信が25日に報じた。", "interfax"),
        ("ja", "ロイター通信は25日、会談の予定はないと伝えた。", "reuters"),
    ],
)
def test_a_report_that_rests_on_an_agency_is_of_its_origin(lang, text, agency):
    found = origin(text + TAIL[lang], lang)
    assert (found.how, found.agency) == ("relayed", agency)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "No meeting is planned, the deputy minister told TASS."),
        ("en", "No meeting is planned, he said in an interview with the Interfax news agency."),
        ("en", "Earlier Kyodo reported a call between the two capitals; it did not take place."),
        ("en", "No meeting is planned, according to a letter seen by Reuters."),
        ("ru", "Встреча не планируется, сообщил ТАСС заместитель министра."),
        ("ru", "Об этом ТАСС сообщили в министерстве."),
        ("ru", "Встреча не планируется, рассказал дипломат «Интерфаксу»."),
        ("ru", "Об этом заместитель министра заявил в интервью РИА Новости."),
        ("ja", "副大臣はタス通信の取材に対し、会談の予定はないと語った。"),
        ("ja", "副大臣はインタファクス通信に会談の予定はないと述べた。"),
        ("ja", "【共同声明】両国は会談の予定を発表しなかった。ステータスは変わらない。"),
    ],
)
def test_speaking_to_an_agency_makes_no_text_the_agencys(lang, text):
    assert origin(text + TAIL[lang], lang).how == "outlet"


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "Photo: Ann Invented (AFP)"),
        ("en", "Image: the quay at dawn (Reuters)"),
        ("ru", "Фото: причал на рассвете (ТАСС)"),
        ("ja", "写真：夜明けの桟橋（ロイター）"),
    ],
)
def test_a_picture_credit_says_nothing_of_the_text(lang, line):
    assert origin(f"{line}\n\n{TAIL[lang].strip()}", lang).how == "outlet"
    assert origin(f"{TAIL[lang].strip()}\n\n{line}", lang).how == "outlet"


def test_an_attribution_far_below_is_history():
    assert origin(TAIL["en"] * 3 + " The call was short, TASS reported.", "en").how == "outlet"


def test_the_outlet_that_is_the_agency_is_the_origin_also_of_what_it_relays():
    told = "Встреча не планируется, сообщает ТАСС." + TAIL["ru"]
    for outlet, family in (("ТАСС", ""), ("TASS", "tass"), ("A wire of ours", "tass")):
        found = origin(told, "ru", outlet=outlet, family=family)
        assert (found.how, found.agency, found.family) == ("agency", "tass", "tass")
    assert origin("共同通信が報じた。" + TAIL["ja"], "ja", outlet="共同通信").agency == "kyodo"
    printed = origin("TOKYO (AP) — No meeting." + TAIL["en"], "en", outlet="Kyodo News+")
    assert (printed.how, printed.agency) == ("dateline", "ap")


def test_without_any_credit_the_outlet_is_the_origin():
    found = origin(TAIL["en"], "en", family="harbour")
    assert (found.name, found.family, found.how, found.evidence) == ("Harbour Wire", "harbour", "outlet", "")


def test_every_agency_has_a_family_and_no_form_twice():
    table = origins.shipped()
    assert all(one.name and one.family for one in table.all)
    assert len({one.id for one in table.all}) == len(table.all)
    assert {"tass", "interfax", "ria", "kyodo", "jiji", "reuters", "afp", "ap", "yonhap", "xinhua"} <= {
        one.id for one in table.all
    }


# ------------------------------------------------------------------------------------------- many prints


def shown(number, outlet, minutes=0, *, seen=None, weak="", **more):
    at = NOON + timedelta(minutes=minutes)
    return Print(
        f"article:{number}",
        outlet,
        claimed=Claim(at, "raw", "+00:00", weak),
        first_seen=NOON + timedelta(minutes=minutes + 20 if seen is None else seen),
        **more,
    )


def test_seven_outlets_two_origins():
    prints = [
        shown(1, "TASS", origin="tass", produced=True),
        shown(2, "Harbour Wire", origin="tass"),
        shown(3, "Полит-Лента", copy_of="article:1"),
        shown(4, "北辰通信", origin="tass"),
        shown(5, "東都日日", family="toto"),
        shown(6, "東都オンライン", family="toto"),
        shown(7, "Pacific Ledger", copy_of="article:6"),
    ]
    assert origins.groups(prints) == ((0, 1, 2, 3), (4, 5, 6))


def test_copies_of_one_text_are_one_origin_also_when_the_text_is_a_seed_or_not_among_them():
    assert len(origins.groups([shown(1, "A", copy_of="seed:2"), shown(2, "B", copy_of="seed:2")])) == 1
    assert len(origins.groups([shown(1, "A", copy_of="article:9"), shown(2, "B")])) == 2


def test_the_order_of_prints_does_not_change_the_groups():
    prints = [shown(1, "A", copy_of="article:3"), shown(2, "B"), shown(3, "C", family="b"), shown(4, "B")]
    assert len(origins.groups(prints)) == len(origins.groups(prints[::-1])) == 1
    assert origins.groups([]) == ()


def test_good_clocks_that_agree_with_what_we_saw_tell_who_was_first():
    found = origins.earliest([shown(1, "A", 90), shown(2, "B", 0)])
    assert (found.position, found.doubt, found.by) == (1, "", "seen")
    found = origins.earliest([shown(1, "A", 90, seen=230), shown(2, "B", 0, seen=200)])
    assert (found.position, found.doubt, found.by) == (1, "", "clocks")


def test_good_clocks_of_reports_found_at_one_look_are_called_claims():
    found = origins.earliest([shown(1, "A", 90, seen=200), shown(2, "B", 0, seen=201)])
    assert (found.position, found.doubt, found.by) == (1, "", "claims")
    late = [shown(1, "A", 90, seen=230), shown(2, "B", 0, seen=200), shown(3, "C", 95, seen=200)]
    assert origins.earliest(late).by == "claims"


@pytest.mark.parametrize(
    ("prints", "doubt"),
    [
        ([shown(1, "A", 0), shown(2, "B", 10)], "minutes"),
        ([shown(1, "A", 0, weak="no_zone"), shown(2, "B", 15)], "no_zone"),
        ([shown(1, "A", 0), shown(2, "B", 60, weak="future")], "future"),
        ([shown(1, "A", 0, seen=500), shown(2, "B", 60, seen=65)], "alone"),
        ([shown(1, "A", 60, seen=90), shown(2, "B", 80, seen=30)], "contradicted"),
        ([Print("article:1", "A", first_seen=NOON), shown(2, "B", -5, seen=15)], "unknown"),
    ],
)
def test_a_weak_clock_or_minutes_leave_the_order_unknown(prints, doubt):
    found = origins.earliest(prints)
    assert (found.doubt, found.by) == (doubt, "")
    assert origins.earliest(prints[::-1]).doubt == doubt


def test_what_was_out_when_we_saw_it_precedes_whatever_its_clock_says():
    found = origins.earliest([shown(1, "A", 0, weak="no_time", seen=5), shown(2, "B", 60)])
    assert (found.position, found.doubt, found.by) == (0, "", "seen")
    assert found.clock == "no_time"


def test_an_agency_whom_the_others_name_was_first_whatever_the_clocks_say():
    prints = [
        shown(1, "Harbour Wire", 0, origin="kyodo"),
        shown(2, "Kyodo News", 30, origin="kyodo", produced=True, weak="no_zone"),
        shown(3, "Pacific Ledger", 2, origin="Kyodo"),
    ]
    found = origins.earliest(prints)
    assert (found.position, found.doubt, found.by, found.clock) == (1, "", "credit", "no_zone")


def test_outlets_of_one_family_do_not_contest_each_other():
    found = origins.earliest([shown(1, "A", 0, family="f"), shown(2, "A in English", 1, family="f")])
    assert (found.position, found.doubt, found.by) == (0, "", "only")


def test_one_print_is_the_first_with_the_quality_of_its_clock():
    assert origins.earliest([shown(1, "A")]).doubt == ""
    assert origins.earliest([shown(1, "A", weak="lastmod")]).doubt == "lastmod"
    with pytest.raises(LookupError):
        origins.earliest([])


# ------------------------------------------------------------------------------------------- papers, broadcasters


@pytest.mark.parametrize(
    ("lang", "text", "agency"),
    [
        ("en", "Talks are weighed again, public broadcaster NHK reported on Monday.", "nhk"),
        ("en", "Talks are off, the Asahi Shimbun newspaper wrote, citing Kyodo.", "kyodo"),
        ("en", "Kyodo reported, citing the newspaper Izvestia, that talks are off.", "izvestia"),
        ("ru", "Переговоры отложены, пишет газета «Известия».", "izvestia"),
        ("ru", "Как сообщил телеканал NHK, переговоры отложены.", "nhk"),
        ("ja", "NHKによると、協議は延期された。", "nhk"),
    ],
)
def test_a_report_rests_on_the_paper_it_retells(lang, text, agency):
    found = origin(text, lang)
    assert (found.how, found.agency) == ("relayed", agency)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "“Talks are off,” the ambassador told the newspaper Izvestia."),
        ("ru", "«Переговоры отложены», — сообщил «Известиям» посол."),
        ("ru", "Посол сообщил телеканалу NHK, что переговоры отложены."),
    ],
)
def test_who_spoke_to_a_paper_does_not_make_it_the_papers_text(lang, text):
    assert origin(text, lang).how == "outlet"


def test_a_paper_is_an_outlet_that_may_rest_on_an_agency():
    assert origin("Talks are off, TASS reported.", "en", outlet="NHK World").agency == "tass"
    assert origin("Talks are off, NHK reported.", "en", outlet="NHK World").how == "outlet"
    assert origin("【東京NHK】協議は延期された。", "ja").how == "outlet", "only agencies have datelines"


@pytest.mark.parametrize(
    ("text", "how", "agency"),
    [
        ("TOKYO, Nov. 25, Kyodo -- No meeting is planned.", "dateline", "kyodo"),
        ("KYODO NEWS - Nov 25, 2026 - 19:03 | All\n\nNo meeting is planned.", "dateline", "kyodo"),
        (
            "No meeting is planned.\n\nOur Standards: The Thomson Reuters Trust Principles.",
            "signed",
            "reuters",
        ),
    ],
)
def test_agencies_own_frames(text, how, agency):
    found = origin(text, "en")
    assert (found.how, found.agency) == (how, agency)


def test_who_retells_a_paper_came_after_it():
    claim = Claim(NOON, "raw", "+00:00")
    later = Claim(NOON + timedelta(hours=2), "raw", "+00:00")
    found = origins.earliest(
        [
            Print("article:1", "Harbour Wire", origin="nhk", claimed=claim, first_seen=NOON),
            Print("article:2", "NHK World", family="nhk", claimed=later, first_seen=NOON),
        ]
    )
    assert (found.position, found.by) == (1, "credit")
