"""Copies: what is one, in which direction, and what shared words alone do not make one."""

from __future__ import annotations

import importlib
import random
from dataclasses import replace

import pytest

from monitor.judge import copies, fingerprint
from monitor.model import Direction, KnownArticle
from monitor.text.prepare import prepare

# Invented reports; nobody real speaks in them.
REPORT = {
    "en": (
        (
            "Fishermen of an invented bay have waited since spring for an answer about the northern grounds. The harbour "
            "office sent three letters, and each came back unopened."
        ),
        (
            "A clerk at the counter showed the stamps to visitors on Monday. He believes that a new official simply does "
            "not know which drawer the agreement of 1998 lies in."
        ),
        (
            '"We would sail tomorrow if somebody signed today," said the owner of the oldest boat, who repairs nets in '
            "a shed behind the lighthouse while the season passes."
        ),
        (
            "The town council meets on 14 October to decide whether a delegation should travel. Two members think that "
            "the ferry fare of 8,500 yen is wasted money; the mayor would go alone if he had to."
        ),
        (
            "In the school the children paint the islands from memory, although none of them has ever been there. Their "
            "teacher keeps the best sheets for an exhibition in the winter hall."
        ),
    ),
    "ru": (
        (
            "Рыбаки выдуманной бухты с весны ждут ответа о северных промыслах. Портовая контора отправила три письма, и "
            "каждое вернулось нераспечатанным."
        ),
        (
            "Служащий в понедельник показывал посетителям штемпели. Он полагает, что новый чиновник просто не знает, в "
            "каком ящике лежит соглашение 1998 года."
        ),
        (
            "«Мы вышли бы завтра, если бы кто-нибудь подписал сегодня», — сказал владелец самой старой лодки, который "
            "чинит сети в сарае за маяком, пока уходит сезон."
        ),
        (
            "Городской совет соберётся 14 октября, чтобы решить, ехать ли делегации. Двое считают, что 8500 иен за паром — "
            "пустая трата; мэр готов ехать один."
        ),
        (
            "В школе дети рисуют острова по памяти, хотя никто из них там не бывал. Учительница откладывает лучшие листы "
            "для выставки в зимнем зале."
        ),
    ),
    "ja": (
        "架空の湾の漁師たちは、北の漁場についての返事を春から待ち続けている。港の事務所は手紙を三通送ったが、どれも開封されずに戻ってきた。",
        "窓口の係は月曜日、来客に消印を見せた。新しい担当者は1998年の取り決めがどの引き出しにあるのか知らないだけだと係は考えている。",
        "「誰かが今日署名すれば明日にも出漁する」と、最も古い船の持ち主は話した。季節が過ぎる間、灯台の裏の小屋で網を繕っている。",
        "町議会は10月14日に集まり、代表団を送るかどうかを決める。二人の議員は8500円の船賃は無駄だと言い、町長は一人でも行くつもりだ。",
        "学校では子どもたちが島の絵を記憶だけで描いている。誰も行ったことはない。先生は良い絵を冬の展示のために取っておく。",
    ),
}
OTHER = {
    "en": (
        (
            "The bakery in the station quarter has sold its last loaf. Customers queued around the corner on Saturday, "
            "some with cameras, to see the oven go out after ninety years."
        ),
        (
            "The family had looked for a successor in vain. Flour became dearer, the lease ran out, and the grandson "
            "studies engineering in another city."
        ),
        (
            "A museum has asked for the sign above the door. The oven itself is too heavy for any floor in the building "
            "and will be taken apart brick by brick."
        ),
        (
            "Neighbours plan a small feast in the yard. Whoever still has one of the old tin moulds is asked to bring it, "
            "filled or empty."
        ),
    ),
    "ru": (
        (
            "Пекарня у вокзала продала последний каравай. В субботу очередь тянулась за угол, многие пришли с камерами, "
            "чтобы увидеть, как после девяноста лет гаснет печь."
        ),
        (
            "Семья напрасно искала преемника. Мука подорожала, аренда закончилась, а внук учится на инженера в другом "
            "городе."
        ),
        "Музей попросил вывеску. Сама печь слишком тяжела для любого этажа, её разберут по кирпичу.",
        (
            "Соседи готовят во дворе небольшой праздник. У кого сохранились старые формы, просят принести их, полными или "
            "пустыми."
        ),
    ),
    "ja": (
        "駅前のパン屋が最後の一斤を売り切った。土曜日には九十年続いた窯の火が消えるのを見ようと、カメラを手にした客の列が角の先まで延びた。",
        "一家は後継ぎを探したが見つからなかった。小麦粉は値上がりし、賃貸契約は切れ、孫は別の町で工学を学んでいる。",
        "博物館は戸口の看板を譲ってほしいと頼んだ。窯そのものはどの床にも重すぎるため、煉瓦を一つずつ外して解体する。",
        "近所の人たちは中庭で小さな宴を開く。古いブリキの型を持っている人は、中身の有無にかかわらず持参してほしいという。",
    ),
}
FOOTER = {
    "en": (
        "The Pelican Gazette is printed on paper from the hills. Subscribers read without advertisements and may "
        "send questions to the desk at any hour. All rights belong to the cooperative of readers, and nothing may be "
        "copied without asking first. Our weather map is renewed four times a day."
    ),
    "ru": (
        "«Газета пеликана» печатается на бумаге из предгорий. Подписчики читают без рекламы и могут в любой час "
        "спросить редакцию. Все права принадлежат товариществу читателей, без спроса ничего копировать нельзя. "
        "Карта погоды обновляется четыре раза в день."
    ),
    "ja": (
        "ペリカン新報は丘の紙に刷られています。購読者は広告なしで読め、いつでも編集部に質問を送れます。すべての権利は読者の組合に属し、"
        "断りなく複製することはできません。天気図は一日に四回更新します。"
    ),
}
LANGS = ("en", "ru", "ja")
GLUE = {"en": " ", "ru": " ", "ja": ""}


def text(paragraphs):
    return "\n\n".join(paragraphs)


def known(ref, body, lang, **more):
    prepared = prepare("A stored headline", "", body, lang)
    return KnownArticle(
        ref=ref,
        title=prepared.title,
        lang=prepared.lang,
        outlet="The Pelican Gazette",
        at=None,
        fingerprint=fingerprint.of(prepared),
        traits=None,
        prepared=prepared,
        **more,
    )


def find(body, candidates, lang="en", *, summary="", **more):
    prepared = prepare("Some other headline", summary, body, lang)
    return copies.find(prepared, fingerprint.of(prepared), candidates, **more)


def stored(lang, body=None):
    return known("article:7", text(REPORT[lang]) if body is None else body, lang)


@pytest.mark.parametrize("lang", LANGS)
def test_the_same_text_under_another_title_is_a_copy_of_equal_extent(lang):
    match = find(text(REPORT[lang]), [stored(lang)], lang)
    assert match.known == "article:7"
    assert (match.share, match.share_of_new, match.share_of_known) == (1.0, 1.0, 1.0)
    assert match.direction is Direction.EQUAL
    assert match.changes == ()
    assert copies.is_copy(match)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("part", [slice(0, 1), slice(0, 2), slice(1, 4), slice(3, 5)])
def test_a_part_of_a_text_is_a_shortened_copy(lang, part):
    match = find(text(REPORT[lang][part]), [stored(lang)], lang)
    assert match.direction is Direction.SHORTENED
    assert match.share_of_new > 0.95
    assert match.share_of_known < 0.8


@pytest.mark.parametrize("lang", LANGS)
def test_a_headline_with_the_lead_sentence_alone_is_a_copy(lang):
    lead = prepare("", "", REPORT[lang][0], lang).sentences[0].text
    match = find("", [stored(lang)], lang, summary=lead)
    assert match.direction is Direction.SHORTENED


@pytest.mark.parametrize("lang", LANGS)
def test_a_text_with_additions_of_the_outlet_is_an_extended_copy(lang):
    match = find(text((*REPORT[lang], *OTHER[lang][:2])), [stored(lang)], lang)
    assert match.direction is Direction.EXTENDED
    assert match.share_of_known > 0.95
    assert match.share_of_new < 0.8


@pytest.mark.parametrize("lang", LANGS)
def test_a_longer_text_around_most_of_another_embeds_it(lang):
    body = text((*OTHER[lang][:2], *REPORT[lang][:3], *OTHER[lang][2:], FOOTER[lang]))
    match = find(body, [stored(lang)], lang)
    assert match.direction is Direction.EMBEDS


@pytest.mark.parametrize("lang", LANGS)
def test_paragraphs_in_another_order_are_a_copy(lang):
    match = find(text(REPORT[lang][::-1]), [stored(lang)], lang)
    assert match.direction is Direction.EQUAL


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_fifth_of_the_words_replaced_is_a_copy(lang):
    rng = random.Random(5)
    words = text(REPORT[lang]).split(" ")
    for place in rng.sample(range(len(words)), len(words) // 5):
        words[place] = rng.choice(("window", "garden", "silver", "окно", "музыка"))
    match = find(" ".join(words), [stored(lang)], lang)
    assert copies.is_copy(match)
    assert match.share > 0.45


@pytest.mark.parametrize("lang", LANGS)
def test_markup_residue_and_typography_are_no_difference(lang):
    dirty = "<p>" + text(REPORT[lang]).replace(" ", "&nbsp;").replace('"', "&ldquo;") + "</p>"
    assert find(dirty, [stored(lang)], lang).share > 0.98


@pytest.mark.parametrize("lang", LANGS)
def test_a_stranger_is_no_match_at_all_not_even_under_the_same_title(lang):
    assert find(text(OTHER[lang]), [stored(lang)], lang) is None


@pytest.mark.parametrize("lang", LANGS)
def test_one_shared_quote_makes_no_copy(lang):
    quote = prepare("", "", REPORT[lang][2], lang).sentences[0].text
    body = text((OTHER[lang][0], quote, *OTHER[lang][1:]))
    assert not copies.is_copy(find(body, [stored(lang)], lang))


# --------------------------------------------------------------------------------------------- boilerplate


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("paragraphs", [1, 4])
def test_a_footer_seen_for_the_first_time_makes_no_copy(lang, paragraphs):
    seen_once = stored(lang, text((*REPORT[lang], FOOTER[lang])))
    body = text((*OTHER[lang][:paragraphs], FOOTER[lang]))
    assert not copies.is_copy(find(body, [seen_once], lang))


@pytest.mark.parametrize("lang", LANGS)
def test_frequent_shingles_carry_no_evidence(lang):
    framed = stored(lang, text((FOOTER[lang], *REPORT[lang][:2])))
    body = text((FOOTER[lang], prepare("", "", OTHER[lang][0], lang).sentences[0].text))
    footer = fingerprint.of(prepare("", "", FOOTER[lang], lang))
    assert copies.is_copy(find(body, [framed], lang))
    assert not copies.is_copy(find(body, [framed], lang, common=footer.shingles))
    # The store knows the frequency of sampled hashes alone.
    assert not copies.is_copy(find(body, [framed], lang, common=frozenset(footer.sampled)))


@pytest.mark.parametrize("lang", LANGS)
def test_a_copy_stays_one_when_its_frame_is_frequent(lang):
    framed = stored(lang, text((FOOTER[lang], *REPORT[lang])))
    footer = fingerprint.of(prepare("", "", FOOTER[lang], lang))
    match = find(text(REPORT[lang][:2]), [framed], lang, common=frozenset(footer.sampled))
    assert match.direction is Direction.SHORTENED


@pytest.mark.parametrize("lang", LANGS)
def test_lines_that_the_outlet_repeats_carry_no_evidence(lang):
    framed = stored(lang, text((FOOTER[lang], *REPORT[lang][:2])))
    body = text((FOOTER[lang], prepare("", "", OTHER[lang][0], lang).sentences[0].text))
    lines = prepare("", "", FOOTER[lang], lang).sentences
    repeated = frozenset(fingerprint.sentence_hash(line.text) for line in lines)
    assert copies.is_copy(find(body, [framed], lang))
    assert not copies.is_copy(find(body, [framed], lang, repeated=repeated))


def lines_of(body, lang):
    return frozenset(fingerprint.sentence_hash(one.text) for one in prepare("", "", body, lang).sentences)


@pytest.mark.parametrize("lang", LANGS)
def test_a_report_that_its_outlet_prints_a_third_time_is_a_copy(lang):
    report = text((*REPORT[lang], *OTHER[lang]))
    first = known("article:1", report, lang)
    second = known("article:2", report, lang, duplicate_of="article:1")
    for body in (report, text((*REPORT[lang], *OTHER[lang], REPORT[lang][0][::-1]))):
        match = find(body, [first, second], lang, repeated=lines_of(report, lang))
        assert match.known == "article:1"
        assert match.direction is Direction.EQUAL
        assert match.share > 0.95


@pytest.mark.parametrize("lang", LANGS)
def test_a_short_item_printed_again_under_its_headline_is_a_copy_under_another_furniture(lang):
    item = REPORT[lang][1]
    first = known("article:1", item, lang)
    second = known("article:2", item, lang, duplicate_of="article:1")
    own = prepare("A stored headline", "", item, lang)
    repeated = lines_of(item, lang)
    match = copies.find(own, fingerprint.of(own), [first, second], repeated=repeated)
    assert match.known == "article:1"
    assert not copies.is_copy(find(item, [first, second], lang, repeated=repeated))


@pytest.mark.parametrize("lang", LANGS)
def test_a_long_frame_of_two_unrelated_reports_stays_furniture(lang):
    frame = text((FOOTER[lang], *OTHER[lang]))
    pair = [known(f"article:{n}", text((frame, REPORT[lang][n])), lang) for n in (0, 1)]
    body = text((frame, REPORT[lang][3]))
    assert not copies.is_copy(find(body, pair, lang, repeated=lines_of(frame, lang)))


@pytest.mark.parametrize("lang", LANGS)
def test_what_three_unrelated_candidates_hold_is_boilerplate(lang):
    one, other, third = (
        known(f"article:{number}", text((FOOTER[lang], *paragraphs)), lang)
        for number, paragraphs in enumerate((REPORT[lang][:2], REPORT[lang][2:4], OTHER[lang][1:3]))
    )
    body = text((FOOTER[lang], prepare("", "", OTHER[lang][0], lang).sentences[0].text))
    assert copies.is_copy(find(body, [one, other], lang))
    assert not copies.is_copy(find(body, [one, other, third], lang))


def test_three_reprints_of_one_text_are_no_boilerplate():
    report = text(REPORT["en"])
    first = known("article:1", report, "en")
    reprints = [known(f"article:{n}", report, "en", duplicate_of="article:1") for n in (2, 3, 4)]
    assert find(report, [*reprints, first]).known == "article:1"


# --------------------------------------------------------------------------------------------- which one


def test_the_order_of_candidates_changes_nothing():
    candidates = [
        known("article:3", text(REPORT["en"]), "en"),
        known("article:12", text(REPORT["en"][:3]), "en"),
        known("seed:1", text(OTHER["en"]), "en"),
    ]
    body = text(REPORT["en"][:4])
    results = {find(body, [candidates[i] for i in order]) for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0))}
    assert {match.known for match in results} == {"article:3"}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (("article:9", None), ("article:2", "article:9")),
        (("seed:4", None), ("article:1", None)),
        (("article:2", None), ("article:10", None)),
    ],
    ids=["the original before its reprint", "a seed before an article", "the lower number"],
)
def test_equal_shares_are_decided_without_a_clock(better, worse):
    report = text(REPORT["en"])
    pair = [known(ref, report, "en", duplicate_of=original) for ref, original in (worse, better)]
    assert find(report, pair).known == better[0]


def test_a_partial_overlap_is_told_but_is_no_copy():
    body = text((OTHER["en"][0], *OTHER["en"][1:3], REPORT["en"][1], OTHER["en"][3]))
    match = find(body, [stored("en", text((*REPORT["en"][:2],)))])
    match = match or find(body, [stored("en", text((*REPORT["en"][:3],)))])
    assert match is not None
    assert match.direction is Direction.PARTIAL
    assert not copies.is_copy(match)
    assert match.changes == ()
    assert not copies.is_copy(None)


def test_seeds_are_found_without_their_text():
    seed = replace(known("seed:0", text(REPORT["en"]), "en"), prepared=None)
    match = find(text((FOOTER["en"], *REPORT["en"][:4])), [seed])
    assert match.known == "seed:0"
    assert match.share > 0.7


def test_another_algorithm_or_width_is_never_compared():
    old = stored("en")
    old = replace(old, fingerprint=replace(old.fingerprint, algorithm=0))
    assert find(text(REPORT["en"]), [old]) is None
    assert find(text(REPORT["en"]), [replace(stored("ja"))]) is None
    assert find(text(REPORT["en"]), [replace(stored("en"), fingerprint=None)]) is None


def test_a_text_without_words_matches_nothing():
    assert find("…", [stored("en")]) is None
    assert find("", [stored("en")]) is None
    assert find("", []) is None


# --------------------------------------------------------------------------------------------- floors


@pytest.mark.shared
@pytest.mark.parametrize("own", [False, True], ids=["shared kinds", "own kinds"])
def test_generated_copies_hold_their_floors(shared, own):
    """Lower a floor on purpose only; benchmarks/copies.py prints the whole table."""
    bench = importlib.import_module("benchmarks.copies")
    lines = bench.own_lines(shared, 1) if own else bench.generated(shared, 1)
    # The harder kinds: some 10 s.
    hard = {"base", "headline_two", "embedded", "mixed", "last_half_framed", "teaser_edited", "edited_15_framed",
            "neg_boilerplate", "neg_quote", "neg_teaser_background"}  # fmt: skip
    lines = [line for line in lines if line["kind"] in hard]
    answers, matches = bench.judged(lines, bench.COMMON_AT_LEAST)
    queries = [line for line in lines if line["kind"] != "base"]
    scores = bench.module("score_copies", shared).score(queries, answers)
    for lang, floor in {"en": 0.995, "ru": 0.99, "ja": 0.99}.items():
        assert scores["languages"][lang]["f1"] >= floor
        assert scores["worst_kind"][lang]["recall"] >= 0.95
    assert all(row["all"]["share"] <= 0.02 for row in scores["false_positives"].values())
    copied = sum(query["base"] is not None for query in queries)
    assert len(list(bench.false_updates(queries, matches))) <= 0.01 * copied


@pytest.mark.shared
def test_kinds_that_nothing_was_chosen_on_hold_their_floors(shared):
    """Framed by live blogs, other reports, paywalls; misread: 14 of a kind and language, some 8 s."""
    bench = importlib.import_module("benchmarks.copies")
    kinds = {"live_blog", "merged", "background_3x", "paywall", "misread", "neg_paywall", "neg_quote_teaser"}
    lines = bench.own_lines(shared, 1, unseen=True)
    base = [line for line in lines if line["kind"] == "base"]
    queries = [line for line in lines if line["kind"] in kinds][::3]
    answers, _ = bench.judged([*base, *queries], bench.COMMON_AT_LEAST)
    scores = bench.module("score_copies", shared).score(queries, answers)
    for lang in LANGS:
        assert scores["languages"][lang]["f1"] >= 0.94
        assert scores["worst_kind"][lang]["recall"] >= 0.75
    assert all(row["all"]["share"] <= 0.02 for row in scores["false_positives"].values())
