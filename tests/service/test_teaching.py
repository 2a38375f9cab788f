"""What the reader knows grows: told by digests, marked by hand, stored before the baseline."""

from __future__ import annotations

import json

import pytest

from monitor.db.records import PollRecord
from monitor.model import Claim, Entry, FetchKind, NoveltyLabel, Relation
from monitor.service import byhand, send
from monitor.service.ingest import ingest
from tests.service.desks import Clock, at, desk, write

FILE = 'kind = "file"'
FIRST = (
    "Russia and Japan agree on a ferry to Kunashir",
    (
        "Russia and Japan have agreed to open a ferry line between Nemuro and Kunashir, although they have no peace "
        "treaty. The ship Shirokane will carry 76 passengers and sail on 3 March.\n\n"
        "A ticket will cost 6,100 yen, the operator Kuriltrans said. The line was closed for 19 years."
    ),
)
AGAIN = {
    "en": (
        "Kunashir ferry: what is known",
        (
            "The peace treaty between Russia and Japan is far away, the ferry to Kunashir is not: on 3 March the "
            "Shirokane takes 76 people from Nemuro to the island, for 6,100 yen each.\n\n"
            "Harbour master Pavel Zimin expects fog, and 12 sailings by June."
        ),
    ),
    "ru": (
        "Паром на Кунашир: что известно",
        (
            "Мирного договора между Россией и Японией нет, а паром на Кунашир будет: 3 марта судно возьмёт в Немуро "
            "76 пассажиров, билет стоит 6100 иен.\n\n"
            "Начальник порта Павел Зимин ждёт тумана и 12 рейсов до июня."
        ),
    ),
    "ja": (
        "国後島行きフェリーのまとめ",
        (
            "日ロ平和条約はないが、国後島へのフェリーは出る。3月3日に根室から76人を乗せ、運賃は6100円だ。\n\n"
            "港長のパーベル・ジミン氏は霧と、6月までに12便を見込む。"
        ),
    ),
}
KNOWN_AGAIN = ("number:76", "number:6100", "date:2027-03-03")
STILL_NEW = "number:12"


@pytest.fixture
def clock():
    return Clock(at("2027-02-01 12:00"))


def put(context, name, lang, text):
    """Store and judge one report found in a feed now; return its stored article."""
    title, body = text
    entry = Entry(
        key=f"g:{name}",
        guid=name,
        url=f"https://press.example/{name}",
        title=title,
        content=body + "\n\n" + "." * 3,
        lang=lang,
        published=Claim(context.clock(), "raw", "+00:00"),
        content_hash=name,
    )
    record = PollRecord(
        state=None, source=f"s-{name}", at=context.clock(), kind=FetchKind.OK, entries=(entry,)
    )
    context.store.record_polls([record])
    context.run(ingest(context))
    (stored,) = (one for one in context.store.each_entry() if one.entry.guid == name)
    assert stored.article_id is not None, context.store.verdict_history(stored.id)[0].verdict.reason
    return context.store.article(stored.article_id)


def news(article):
    """Return the anchors of the sentences with new facts."""
    told = [s for s in article.verdict.sentences if s.label is NoveltyLabel.NEW_FACT]
    return {anchor for sentence in told for anchor in sentence.anchors}


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_without_a_word_from_the_reader_the_same_facts_stay_new(tmp_path, clock, lang):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as context:
        put(context, "first", "en", FIRST)
        clock.on(days=20)
        assert news(put(context, "again", lang, AGAIN[lang])) >= {*KNOWN_AGAIN, STILL_NEW}


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_a_mark_teaches_later_judgements_also_weeks_later_and_in_another_language(tmp_path, clock, lang):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as context:
        first = put(context, "first", "en", FIRST)
        byhand.mark(context, first.id, "known")
        clock.on(days=20)
        again = put(context, "again", lang, AGAIN[lang])
    assert not news(again) & set(KNOWN_AGAIN)
    assert STILL_NEW in news(again)
    refs = {s.closest_ref for s in again.verdict.sentences if s.label is not NoveltyLabel.NEW_FACT}
    assert f"article:{first.id}" in refs


def test_a_mark_taken_back_teaches_nothing(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as context:
        first = put(context, "first", "en", FIRST)
        byhand.mark(context, first.id, "known")
        byhand.mark(context, first.id, "on-topic")
        assert news(put(context, "again", "en", AGAIN["en"])) >= set(KNOWN_AGAIN)


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_what_a_digest_told_is_known_for_longer_than_a_week(tmp_path, clock, lang):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as context:
        put(context, "first", "en", FIRST)
        clock.on(days=1)
        assert context.run(send.send_due(context))
        clock.on(days=40)
        again = put(context, "again", lang, AGAIN[lang])
    assert not news(again) & set(KNOWN_AGAIN)
    assert STILL_NEW in news(again)


@pytest.mark.parametrize(("baseline", "known"), [("2027-02-10", True), ("2027-01-10", False)])
def test_what_was_stored_before_the_baseline_is_known(tmp_path, clock, baseline, known):
    path = write(tmp_path, [FILE], digest=f'at = ["07:00"]\nbaseline = "{baseline}"')
    with desk(path, clock, begun=clock.now) as context:
        put(context, "first", "en", FIRST)
        clock.on(days=20)
        again = news(put(context, "again", "en", AGAIN["en"]))
    assert bool(again & set(KNOWN_AGAIN)) is not known


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_a_mark_reaches_digests_of_what_was_judged_before_it(tmp_path, clock, lang):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as context:
        first = put(context, "first", "en", FIRST)
        clock.on(hours=1)
        again = put(context, "again", lang, AGAIN[lang])
        assert news(again) >= set(KNOWN_AGAIN)
        clock.on(hours=1)
        before = told(context)
        byhand.mark(context, first.id, "known")
        after = told(context)
    assert set(KNOWN_AGAIN) <= before
    assert not set(KNOWN_AGAIN) & after
    assert STILL_NEW in after
    assert context.store is not None


def told(context):
    """Return the anchors of the facts a digest would tell now."""
    recipient = send.recipient_of(context, "")
    data = json.loads(send.printed(context, recipient, "json"))
    return {anchor for story in data["stories"] for fact in story["facts"] for anchor in fact["anchors"]}


def test_a_marked_article_itself_is_folded_away(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as context:
        first = put(context, "first", "en", FIRST)
        assert first.verdict.relation is Relation.NEW
        byhand.mark(context, first.id, "known")
        assert told(context) == set()


TALKS = (
    "Russia and Japan to hold talks on graves in Wakkanai",
    ("Russia and Japan will hold talks on visits to graves on Kunashir in Wakkanai on 21 February, a deputy foreign "
    "minister said. The two have no peace treaty."),
)  # fmt: skip
NO_TALKS = {
    "en": (
        "Talks on graves in Wakkanai called off",
        ("The talks on visits to graves on Kunashir, due in Wakkanai on 21 February, have been called off, a deputy foreign "
        "minister said. Russia and Japan have no peace treaty."),
    ),
    "ru": (
        "Переговоры о могилах в Вакканае отменены",
        ("Переговоры о посещении могил на Кунашире, назначенные на 21 февраля в Вакканае, отменены, сообщил замглавы МИД. "
        "Россия и Япония не имеют мирного договора."),
    ),
    "ja": (
        "稚内の墓参協議が中止に",
        "2月21日に稚内で予定されていた国後島墓参をめぐる日ロの協議が中止になったと外務次官が述べた。日ロ間に平和条約はない。",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_what_a_digest_announced_and_is_called_off_is_told_once(tmp_path, clock, lang):
    with desk(write(tmp_path, [FILE]), clock, begun=clock.now) as context:
        first = put(context, "first", "en", TALKS)
        clock.on(days=1)
        context.run(send.send_due(context))
        off = put(context, "off", lang, NO_TALKS[lang])
        clock.on(days=1)
        context.run(send.send_due(context))
        (told,) = (s["facts"] for s in context.store.digest("file", "2027-02-03T07:00").data["stories"])
        clock.on(days=1)
        late = put(context, "late", "en", NO_TALKS["en"]) if lang != "en" else off
    assert (off.verdict.relation, off.story) == (Relation.NEW, first.story)
    assert f"article:{first.id}" in off.verdict.reason
    assert "negation" in news(off)
    assert told
    assert lang == "en" or "negation" not in news(late)
