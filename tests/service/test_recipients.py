"""Several recipients: own slots, zones, languages and filters; an operator reads of faults and is told no news."""

from __future__ import annotations

import email
import email.policy

import pytest
import structlog

from monitor.service import send, setup
from tests.digest.test_digest_mail import Box, serving
from tests.service.desks import Clock, add, at, desk, write


def mail_to(name, more=""):
    return f'kind = "email"\naddress = "{name}@example.org"\n{more}'


@pytest.fixture(autouse=True)
def logs():
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def clock():
    return Clock(at("2026-11-20 00:00"))


@pytest.fixture
def server():
    box = Box()
    with serving(box) as running:
        box.table = f'[smtp]\nhost = "127.0.0.1"\nport = {running.port}\nsecurity = "none"\nfrom = "monitor@example.org"'
        yield box


def opened(folder, clock, server, *recipients):
    return desk(write(folder, recipients, more=server.table), clock, begun=at("2026-11-19 12:00"))


def sent(context):
    return [
        (one.recipient_id.removeprefix("email:"), one.slot) for one in context.run(send.send_due(context))
    ]


def told(context, article):
    with context.store.batch() as batch:
        return batch.told([article])


def mails(server):
    read = [email.message_from_bytes(one.content, policy=email.policy.default) for one in server.got]
    return {mail["To"]: mail for mail in read}


def test_a_day_finds_its_digest_also_after_the_times_were_changed(tmp_path, clock, server):
    with opened(tmp_path, clock, server, 'kind = "file"\nat = ["07:00", "18:00"]') as context:
        for hour in (7, 11):
            clock.on(hours=hour)
            sent(context)
        before = send.stored(context, context.settings.digest.recipients[0], "2026-11-20", "json")
    with opened(tmp_path, clock, server, 'kind = "file"\nat = ["09:30"]') as context:
        after = send.stored(context, context.settings.digest.recipients[0], "2026-11-20", "json")
    assert '"slot": "2026-11-20T18:00"' in before
    assert after == before


def test_each_recipient_has_his_own_times_zone_and_language(tmp_path, clock, server):
    recipients = (
        mail_to("tokyo", 'at = ["07:00", "18:00"]\nzone = "Asia/Tokyo"\nlanguage = "ja"'),
        mail_to("moscow", 'at = ["09:00"]\nzone = "Europe/Moscow"\nlanguage = "ru"'),
        mail_to("weekly", 'at = ["08:00"]\ndays = "fri"\nlanguage = "en"'),
    )
    found = []
    with opened(tmp_path, clock, server, *recipients) as context:
        add(context, "graves", tmp_path)
        for _ in range(48):
            found += [(*one, f"{clock.now:%d %H:%M}") for one in sent(context)]
            clock.on(minutes=30)
    assert found == [
        ("tokyo@example.org", "2026-11-20T07:00", "20 00:00"),
        ("moscow@example.org", "2026-11-20T09:00", "20 06:00"),
        ("weekly@example.org", "2026-11-20T08:00", "20 08:00"),
        ("tokyo@example.org", "2026-11-20T18:00", "20 09:00"),
        ("tokyo@example.org", "2026-11-21T07:00", "20 22:00"),
    ]
    languages = {to: mail["Content-Language"] for to, mail in mails(server).items()}
    assert languages == {"tokyo@example.org": "ja", "moscow@example.org": "ru", "weekly@example.org": "en"}


def test_a_filter_keeps_out_what_is_not_wanted_and_nothing_counts_as_told_by_that(tmp_path, clock, server):
    only = mail_to("only", 'only = { lang = ["ja"] }')
    with opened(tmp_path, clock, server, only) as context:
        graves, petition = add(context, "graves", tmp_path), add(context, "petition", tmp_path)
        clock.now = at("2026-11-20 07:00")
        assert sent(context) == [("only@example.org", "2026-11-20T07:00")]
        assert context.store.last_digest("email:only@example.org").items == (petition,)
        text = mails(server)["only@example.org"].get_body(("plain",)).get_content()
        assert "61万筆" in text
        assert "Kunashiri" not in text
        assert not told(context, graves)


def test_what_a_filter_kept_out_is_not_read_again_for_every_digest(tmp_path, clock, server):
    only = mail_to("only", 'only = { lang = ["ja"] }')
    with opened(tmp_path, clock, server, only) as context:
        add(context, "graves", tmp_path)
        for day in range(20, 30):
            clock.now = at(f"2026-11-{day} 07:00")
            sent(context)
        recipient = send.recipient_of(context, "")
        assert context.store.untold(recipient.id, until=clock.now)
        assert send._untold(context, recipient, clock.now, backfilled=False) == []


def test_an_operator_reads_of_faults_and_tells_the_judges_nothing(tmp_path, clock, server):
    operator = mail_to("ops", 'role = "operator"\nat = ["06:00"]')
    with opened(tmp_path, clock, server, operator, mail_to("desk")) as context:
        article = add(context, "graves", tmp_path)
        clock.now = at("2026-11-20 06:00")
        assert sent(context) == [("ops@example.org:operator", "2026-11-20T06:00")]
        text = mails(server)["ops@example.org"].get_body(("plain",)).get_content()
        assert "Kunashiri" not in text
        assert context.store.last_digest("email:ops@example.org:operator").items == ()
        assert not told(context, article), "what only an operator got is news to every reader"
        clock.now = at("2026-11-20 07:00")
        assert sent(context) == [("desk@example.org", "2026-11-20T07:00")]
        assert context.store.last_digest("email:desk@example.org").items == (article,)


def test_doctor_names_threads_that_no_report_is_tagged_with(tmp_path, clock, server):
    only = mail_to("only", 'only = { threads = ["graves", "whaling"] }')
    with opened(tmp_path, clock, server, only) as context:
        found = context.run(setup.doctor(context))
    (warning,) = [one for one in found if one.verdict == "warning" and one.what == "recipient"]
    assert warning.text == 'email:only@example.org: no report is ever tagged "whaling"'
    assert "graves" in warning.advice
