"""Alerts over the road: a press on loopback, the real store and outbox, a real mail server."""

from __future__ import annotations

import asyncio
import email
import email.policy
from contextlib import contextmanager
from string import Formatter

import pytest
import structlog

from monitor import config
from monitor.digest import alert, alert_words
from monitor.model import LANGUAGES
from monitor.service import keys, send
from monitor.service.context import opened
from monitor.service.ingest import ingest
from monitor.service.keys import STARTED_KEY
from monitor.service.poll import poll
from monitor.service.press import Press, Printed
from monitor.service.press import serving as serving_press
from monitor.service.sandbox import Sandbox
from tests.digest.test_deliver_notify import OLD_LIBRARIES, chatting
from tests.digest.test_digest_mail import Box, serving
from tests.road.presses import sources_of
from tests.road.worlds import make_desk
from tests.service.desks import Clock, at

RESUME = (
    "Russia and Japan will resume talks on a peace treaty in Geneva on 14 December, the foreign ministry in "
    "Tokyo announced on Friday. Deputy foreign minister Rudenko will lead the Russian side.\n\n"
    "The talks on the treaty and the four islands had stopped in 2022. Both delegations have 12 members."
)
RESUME_RU = (
    "Россия и Япония возобновят переговоры о мирном договоре в Женеве 14 декабря, сообщил в пятницу МИД Японии. "
    "Российскую делегацию возглавит заместитель министра Руденко.\n\n"
    "Переговоры о договоре и южных Курилах прервались в 2022 году. В каждой делегации по 12 человек."
)
OFF = (
    "Russia has cancelled the talks on a peace treaty with Japan that were to resume in Geneva on 14 December, "
    "Deputy foreign minister Rudenko announced. The talks will not take place, he said.\n\n"
    "The two delegations of 12 members were to talk about the treaty and the four islands."
)
OFF_RU = (
    "Россия отменила переговоры о мирном договоре с Японией в Женеве 14 декабря, сообщил заместитель министра "
    "Руденко. Переговоров не будет, заявил он.\n\n"
    "Делегации по 12 человек собирались говорить о договоре и южных Курилах."
)
GROWN = (
    "The talks on a peace treaty that Russia and Japan will resume in Geneva on 14 December will go on in Vienna "
    "on 16 December, Deputy foreign minister Rudenko announced. He will lead the Russian side.\n\n"
    "The foreign ministry in Tokyo said that both delegations have 12 members. The talks are about the four islands."
)
FEEDS = {
    "Harbour Wire": ("hw.example", "en"),
    "Полит-Лента": ("po.example", "ru"),
    "Tokyo Office": ("to.example", "en"),
}
MAIL = 'kind = "email"\naddress = "desk@example.org"'
FILE = 'kind = "file"'
DESK = "email:desk@example.org"


def told(name, outlet, when, title, body):
    host, lang = FEEDS[outlet]
    return Printed(name, lang, outlet, f"/{host}/news/{name}", at(when), title, body.split("\n\n")[0], body)


def resume_by(outlet, when, name="resume"):
    russian = FEEDS[outlet][1] == "ru"
    title = (
        "Москва и Токио возобновят переговоры о мирном договоре"
        if russian
        else "Peace treaty talks to resume"
    )
    return told(f"{name}-{FEEDS[outlet][0]}", outlet, when, title, RESUME_RU if russian else RESUME)


def off_by(outlet, when):
    russian = FEEDS[outlet][1] == "ru"
    title = (
        "Москва отменила переговоры с Токио о мирном договоре" if russian else "Moscow cancels treaty talks"
    )
    return told(f"off-{FEEDS[outlet][0]}", outlet, when, title, OFF_RU if russian else OFF)


@pytest.fixture(scope="module")
def workers():
    """Return a loop with one parser process for all of these tests: it takes longer to start than they do."""
    with asyncio.Runner() as runner:
        sandbox = Sandbox()
        runner.run(sandbox.__aenter__())
        yield runner, sandbox
        runner.run(sandbox.__aexit__(None, None, None))


class World:
    """A desk with its press and clock: time moves on, and the daemon's three jobs are done."""

    def __init__(self, context, press, box, workers):
        self.context, self.press, self.box = context, press, box
        self.runner, context.sandbox = workers

    def at(self, when):
        """Move on to that time, poll what the press shows by then, judge it, send what is due."""
        self.judged(when)
        return self.send()

    def judged(self, when):
        """Move on to that time, poll and judge; send nothing."""
        self.context.clock.now = self.press.until = at(when)
        self.runner.run(poll(self.context, every=True))
        self.runner.run(ingest(self.context))

    def send(self, **more):
        return [
            (one.slot.partition(":story")[0], one.state)
            for one in self.runner.run(send.send_due(self.context, **more))
        ]

    def mails(self):
        return [email.message_from_bytes(one.content, policy=email.policy.default) for one in self.box.got]


@contextmanager
def world(
    folder,
    workers,
    articles,
    *,
    asked="[alerts]",
    to=(MAIL,),
    affiliation=None,
    box=None,
    start="2026-11-20 07:30",
    slot="07:00",
):
    feeds = {
        f"/{host}/rss": {
            "path": f"/{host}/rss",
            "title": name,
            "lang": lang,
            "format": "rss",
            "content": "full",
            "sources": [name],
        }
        for name, (host, lang) in FEEDS.items()
    }
    box = box or Box()
    with serving_press(Press(list(articles), feeds)) as press, serving(box) as server:
        sources = [
            {**one, "affiliation": (affiliation or {}).get(one["name"], "independent")}
            for one in sources_of(press)
        ]
        more = "\n".join(
            ["[digest]", f'at = ["{slot}"]', *(f"[[digest.to]]\n{one}" for one in to), asked, "[smtp]", 'host = "127.0.0.1"',
             f"port = {server.port}", 'security = "none"', 'from = "monitor@example.org"']
        )  # fmt: skip
        desk = make_desk(folder, press.base, sources, more=more)
        desk.config.write_text(
            desk.config.read_text(encoding="utf-8").replace("Asia/Tokyo", "UTC"), encoding="utf-8"
        )
        with opened(config.load(desk.config, {}), clock=Clock(at(start))) as context:
            context.store.meta_set(STARTED_KEY, at(start).isoformat())
            one = World(context, press, box, workers)
            one.at(start)
            yield one


@pytest.fixture(autouse=True)
def logs():
    with structlog.testing.capture_logs() as lines:
        yield lines


BOTH = (resume_by("Harbour Wire", "2026-11-20 10:00"), resume_by("Полит-Лента", "2026-11-20 10:30"))
CALLED_OFF = (off_by("Harbour Wire", "2026-11-20 12:00"), off_by("Полит-Лента", "2026-11-20 12:10"))
GOVERNMENT = {"Harbour Wire": "government"}


def text_of(mail):
    """Return the text form with its lines joined again."""
    return " ".join(mail.get_body(("plain",)).get_content().split())


# ------------------------------------------------------------------------------------------- at once, once


def test_a_change_in_the_talks_is_mailed_when_the_second_origin_has_it(tmp_path, workers):
    with world(tmp_path, workers, BOTH) as desk:
        assert desk.at("2026-11-20 10:10") == [], "one origin is a claim"
        assert desk.at("2026-11-20 10:40") == [("alert", "sent")]
        assert desk.at("2026-11-20 10:50") == []
        (mail,) = desk.mails()
    assert mail["Subject"] == '[treaty] ALERT 10:40: "Peace treaty talks to resume"'
    assert mail["List-ID"] == "<alert.monitor.example.org>"
    assert (mail["References"], mail["Auto-Submitted"]) == (None, "auto-generated")
    text = text_of(mail)
    assert "Sent at once (talks): 1 new fact, 2 origins." in text
    assert "will resume talks on a peace treaty in Geneva on 14 December" in text
    assert "The digest of 21 Nov 07:00 holds it again" in text
    lines = mail.get_body(("plain",)).get_content().splitlines()
    assert max(len(line) for line in lines if "http" not in line) <= 72
    html = mail.get_body(("html",)).get_content()
    assert "Sent at once" in html
    assert "will resume talks on a peace treaty" in html


def test_a_governments_own_source_needs_no_second(tmp_path, workers):
    with world(tmp_path, workers, BOTH, affiliation=GOVERNMENT) as desk:
        assert desk.at("2026-11-20 10:10") == [("alert", "sent")]
        assert "Among them a government's own source." in text_of(desk.mails()[0])
        assert desk.at("2026-11-20 10:40") == [], "the second report tells the same"


def test_without_alerts_in_the_settings_nothing_is_looked_for(tmp_path, workers):
    with world(tmp_path, workers, BOTH, asked="") as desk:
        assert desk.at("2026-11-20 10:40") == []
        assert desk.context.store.meta_get(keys.ARMED_KEY) is None


def test_other_kinds_are_left_to_the_digest(tmp_path, workers):
    with world(tmp_path, workers, BOTH, asked='[alerts]\nkinds = ["missiles"]') as desk:
        assert desk.at("2026-11-20 10:40") == []


def test_files_and_operators_get_no_alert(tmp_path, workers):
    operator = MAIL.replace("desk@", "ops@") + '\nrole = "operator"'
    with world(tmp_path, workers, BOTH, to=(FILE, operator, MAIL)) as desk:
        assert desk.at("2026-11-20 10:40") == [("alert", "sent")]
        assert [one.rcpt_tos for one in desk.box.got] == [["desk@example.org"]]


def test_a_reader_gets_only_what_his_filter_lets_through_and_in_his_language(tmp_path, workers):
    readers = [MAIL + f'\nlanguage = "{lang}"' for lang in LANGUAGES]
    readers = [one.replace("desk@", f"{lang}@") for one, lang in zip(readers, LANGUAGES, strict=True)]
    only = MAIL + '\nonly = { lang = ["ja"] }'
    with world(tmp_path, workers, BOTH, to=(*readers, only)) as desk:
        assert desk.at("2026-11-20 10:40") == [("alert", "sent")] * 3
        subjects = {mail["To"]: mail["Subject"] for mail in desk.mails()}
    assert subjects["ru@example.org"].startswith("[treaty] СРОЧНО 10:40: «Москва и Токио")
    assert subjects["ja@example.org"].startswith("[treaty] 速報 10:40: ")
    assert "desk@example.org" not in subjects


# ------------------------------------------------------------------------------------------- never late, never old


def test_what_was_there_when_alerts_were_asked_for_first_is_no_alert(tmp_path, workers):
    with world(tmp_path, workers, BOTH, start="2026-11-20 10:40") as desk:
        assert desk.at("2026-11-20 11:00") == []
        assert len(desk.context.store.articles_between(at("2026-11-19 00:00"), at("2026-11-21 00:00"))) == 2


def test_what_backfill_found_first_is_never_alerted(tmp_path, workers):
    with world(tmp_path, workers, BOTH) as desk:
        desk.context.clock.now = desk.press.until = at("2026-11-20 10:40")
        desk.runner.run(poll(desk.context, every=True))
        with desk.context.store._session.writing() as connection:
            connection.exec_driver_sql("UPDATE entry SET discovered_via = 'sitemap'")
        desk.runner.run(ingest(desk.context))
        assert desk.send() == []
        assert desk.context.store.untold(DESK, until=at("2026-11-20 11:00"), backfilled=True)


def test_what_claims_to_be_older_than_a_day_is_no_alert(tmp_path, workers):
    old = [resume_by("Harbour Wire", "2026-11-18 10:00"), resume_by("Полит-Лента", "2026-11-18 10:30")]
    with world(tmp_path, workers, old, start="2026-11-17 07:30") as desk:
        desk.at("2026-11-17 08:00")
        assert [slot for slot, _ in desk.at("2026-11-20 10:40")] == ["2026-11-20T07:00"]
        assert desk.at("2026-11-20 10:50") == []


def test_a_digest_that_is_due_tells_it_and_no_alert_does(tmp_path, workers):
    night = [resume_by("Harbour Wire", "2026-11-21 06:30"), resume_by("Полит-Лента", "2026-11-21 06:50")]
    with world(tmp_path, workers, night) as desk:
        assert desk.at("2026-11-21 07:00") == [("2026-11-21T07:00", "sent")]
        assert desk.at("2026-11-21 07:10") == []


# ------------------------------------------------------------------------------------------- in the next digest


def test_the_next_digest_tells_what_was_alerted_once_and_marked(tmp_path, workers):
    with world(tmp_path, workers, BOTH) as desk:
        desk.at("2026-11-20 10:40")
        assert desk.at("2026-11-21 07:00") == [("2026-11-21T07:00", "sent")]
        row = desk.context.store.digest(DESK, "2026-11-21T07:00")
        assert row.text.count("(alerted 20 Nov 10:40)") == 1
        assert "1 already alerted" in row.text
        assert row.text.count("will resume talks on a peace treaty") == 1
        assert "(alerted 20 Nov 10:40)" in row.html
        assert "alerted 20 Nov 10:40" in row.markdown
        assert len(row.items) == 2, "the digest tells it for good"
        assert row.period_from == at("2026-11-20 07:30"), "an alert is no digest: it ends no period"


def test_an_alert_that_never_went_out_is_no_mark(tmp_path, workers):
    with world(tmp_path, workers, BOTH, box=Box(rcpt="550 5.1.1 no such user")) as desk:
        assert desk.at("2026-11-20 10:40") == [("alert", "refused")]
        desk.at("2026-11-21 07:00")
        assert "(alerted" not in desk.context.store.digest(DESK, "2026-11-21T07:00").text


# ------------------------------------------------------------------------------------------- one story, one thread


def test_an_update_waits_for_the_storys_rest_and_follows_the_first_mail(tmp_path, workers):
    with world(tmp_path, workers, (*BOTH, *CALLED_OFF), asked="[alerts]\ncooldown_hours = 1.5") as desk:
        desk.at("2026-11-20 10:40")
        assert desk.at("2026-11-20 12:05") == [], "the story rests until 12:10"
        assert desk.at("2026-11-20 12:20") == [("alert", "sent")]
        first, second = desk.mails()
        assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
        assert first["Message-ID"] != second["Message-ID"]
        assert "It follows the mail of 20 Nov 10:40 on this story." in text_of(second)
        assert "has cancelled the talks" in text_of(second)
        assert "will resume talks" not in text_of(second), "that was alerted"
        desk.at("2026-11-21 07:00")
        digest = desk.context.store.digest(DESK, "2026-11-21T07:00").text
        assert "(alerted 20 Nov 10:40)" in digest
        assert "(alerted 20 Nov 12:20)" in digest
        assert "2 already alerted" in digest


def test_an_alert_on_a_story_that_a_digest_told_follows_that_digest(tmp_path, workers):
    grown = told(
        "grown", "Harbour Wire", "2026-11-21 09:00", "Peace treaty talks to resume, then to go on", GROWN
    )
    with world(tmp_path, workers, (BOTH[0], grown), asked="[alerts]\nmin_origins = 1") as desk:
        desk.context.clock.now = at("2026-11-20 23:00")
        assert desk.at("2026-11-21 07:00") == [("2026-11-21T07:00", "sent")]
        assert desk.at("2026-11-21 09:20") == [("alert", "sent")]
        digest, update = desk.mails()
        assert update["References"] == digest["Message-ID"]
        assert "It follows the mail of 21 Nov 07:00 on this story." in text_of(update)


# ------------------------------------------------------------------------------------------- exactly once


def test_a_server_that_is_down_gets_the_same_alert_later(tmp_path, workers):
    with world(tmp_path, workers, BOTH, box=Box(rcpt="451 4.7.1 later")) as desk:
        assert desk.at("2026-11-20 10:40") == [("alert", "deferred")]
        before = desk.context.store.outbox(at("2026-11-21 00:00"))[0]
        desk.box.rcpt = "250 OK"
        assert desk.send() == []
        desk.context.clock.on(minutes=2)
        assert desk.send() == [("alert", "sent")]
        assert desk.send(at_once=True) == []
        (mail,) = desk.mails()
        assert mail["Message-ID"] == before.message_id
        assert mail["Date"].datetime == at("2026-11-20 10:40")


def test_an_alert_is_printed_again_by_its_slot(tmp_path, workers):
    with world(tmp_path, workers, BOTH) as desk:
        desk.at("2026-11-20 10:40")
        (row,) = desk.context.store.digests_since(at("2026-11-20 00:00"), DESK)
        assert row.slot.startswith("alert:story:")
        recipient = send.recipient_of(desk.context, DESK)
        assert row.text in send.stored(desk.context, recipient, row.slot, "text")


def test_looking_again_without_a_new_verdict_costs_no_look_at_the_articles(tmp_path, workers, monkeypatch):
    with world(tmp_path, workers, BOTH) as desk:
        desk.at("2026-11-20 10:40")
        monkeypatch.setattr(desk.context.store, "untold", lambda *_, **__: pytest.fail("looked"))
        desk.context.clock.on(minutes=5)
        assert desk.send() == []


def test_a_fault_over_alerts_holds_up_no_digest_and_is_said_once(tmp_path, workers, monkeypatch, logs):
    def broken(*_, **__):
        raise RuntimeError("boom")

    monkeypatch.setattr(alert, "due", broken)
    with world(
        tmp_path, workers, (*BOTH, resume_by("Harbour Wire", "2026-11-21 06:59", "new")), to=(MAIL,)
    ) as desk:
        assert desk.at("2026-11-20 10:40") == []
        assert desk.send() == []
        assert [line["event"] for line in logs if line["log_level"] == "error"] == ["alerts_failed"]
        assert desk.at("2026-11-21 07:00") == [("2026-11-21T07:00", "sent")]


@OLD_LIBRARIES
def test_a_chat_gets_alerts_too(tmp_path, workers):
    with (
        chatting() as chat,
        world(tmp_path, workers, BOTH, to=(f'kind = "apprise"\naddress = "{chat.address}"',)) as desk,
    ):
        assert desk.at("2026-11-20 10:40") == [("alert", "sent")]
        assert chat.got[0]["title"].startswith("[treaty] ALERT 10:40")


# ------------------------------------------------------------------------------------------- words


def test_every_language_says_the_same_things_with_the_same_blanks():
    assert set(alert_words.PHRASES) == set(LANGUAGES)
    english = alert_words.PHRASES["en"]
    for table in alert_words.PHRASES.values():
        assert table.keys() == english.keys()
        for key, phrase in table.items():
            assert blanks(phrase) == blanks(english[key]), key


def blanks(phrase):
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}
