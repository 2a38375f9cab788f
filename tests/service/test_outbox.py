"""The outbox: each slot's digest is built once, sent once, and no failure of one holds up another."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import timedelta

import pytest
import structlog

from monitor.errors import UsageError
from monitor.model import Delivery, DeliveryKind
from monitor.service import send
from tests.digest.test_digest_mail import Box, serving
from tests.service.desks import Clock, add, at, desk, write

FILE = 'kind = "file"'
MAIL = 'kind = "email"\naddress = "desk@example.org"'
OTHER = 'kind = "email"\naddress = "other@example.org"'


def smtp(server):
    return (
        f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nfrom = "monitor@example.org"'
    )


def sent(context, **more):
    return context.run(send.send_due(context, **more))


def states(outcomes):
    return [(one.recipient_id, one.slot, one.state) for one in outcomes]


def files(context):
    return sorted(path.name for path in (context.settings.monitor.storage / "digests").glob("*.txt"))


@pytest.fixture(autouse=True)
def logs():
    """Keep the log in memory: an unconfigured one draws pictures of every trace."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def clock():
    return Clock(at("2026-11-20 06:00"))


# ------------------------------------------------------------------------------------------- once


def test_a_digest_is_queued_when_its_slot_comes_and_sent_once(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        add(context, "graves", tmp_path)
        clock.now = at("2026-11-20 07:00")
        assert states(sent(context)) == [("file", "2026-11-20T07:00", "sent")]
        assert sent(context) == []
        clock.on(hours=5)
        assert sent(context) == []
        (file,) = (context.settings.monitor.storage / "digests").glob("*.txt")
        assert "Kunashiri" in file.read_text(encoding="utf-8")
        clock.now = at("2026-11-21 07:00")
        assert states(sent(context)) == [("file", "2026-11-21T07:00", "sent")]
        second = context.store.digest("file", "2026-11-21T07:00")
        assert second.items == (), "what was told is not told again"


def test_the_first_start_after_a_slot_sends_nothing_until_the_next(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-20 05:59")) as context:
        clock.now = at("2026-11-20 06:59")
        assert sent(context) == []
        assert states(sent(context, at_once=True)) == []
        clock.now = at("2026-11-20 07:01")
        assert states(sent(context)) == [("file", "2026-11-20T07:00", "sent")]


def test_an_installation_that_never_looked_owes_no_digest(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock) as context:
        clock.on(days=3)
        assert sent(context) == []


def test_three_days_of_downtime_give_one_digest_that_covers_them(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        clock.now = at("2026-11-20 07:00")
        sent(context)
        clock.now = at("2026-11-23 09:30")
        assert states(sent(context)) == [("file", "2026-11-23T07:00", "sent")]
        assert sent(context) == []
        digest = context.store.last_digest("file")
        assert digest.period_from == at("2026-11-20 07:00")
        assert digest.period_to == at("2026-11-23 09:30")


@pytest.mark.parametrize(
    ("zone", "slot", "first", "days"),
    [
        ("Europe/Berlin", "02:30", "2027-03-26", 4),  # the clock goes from 2 to 3 on the 28th
        ("Europe/Berlin", "02:30", "2026-10-23", 4),  # from 3 back to 2 on the 25th
        ("America/Sao_Paulo", "00:00", "2018-11-02", 4),  # midnight did not exist on the 4th
    ],
)
def test_each_day_has_its_slot_once_also_when_the_clock_changes(tmp_path, zone, slot, first, days):
    clock = Clock(at(f"{first} 12:00"))
    path = write(tmp_path, [FILE], zone=zone, digest=f'at = ["{slot}"]')
    with desk(path, clock, begun=clock.now) as context:
        found = []
        for _ in range(days * 24 * 2):
            clock.on(minutes=30)
            found += [outcome.slot for outcome in sent(context)]
    names = [f"{clock.now - timedelta(days=back):%Y-%m-%d}T{slot}" for back in range(days - 1, -1, -1)]
    assert found == names


def test_a_clock_that_is_set_back_sends_no_slot_twice(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-18 12:00")) as context:
        clock.now = at("2026-11-20 07:00")
        assert len(sent(context)) == 1
        clock.now = at("2026-11-19 08:00")
        assert sent(context) == []
        clock.now = at("2026-11-20 08:00")
        assert sent(context) == []


def test_a_slot_with_nothing_to_say_is_skipped_and_what_comes_later_waits_for_the_next(tmp_path, clock):
    path = write(tmp_path, [FILE], digest='at = ["07:00"]\nwhen_empty = "skip"')
    with desk(path, clock, begun=at("2026-11-19 12:00")) as context:
        looked_all_the_time(context, clock, at("2026-11-19 12:00"), at("2026-11-21 08:00"))
        clock.now = at("2026-11-20 07:00")
        assert sent(context) == []
        clock.now = at("2026-11-20 09:00")
        add(context, "graves", tmp_path)
        assert sent(context) == [], "the slot of seven is over"
        clock.now = at("2026-11-21 07:00")
        assert states(sent(context)) == [("file", "2026-11-21T07:00", "sent")]
        assert context.store.last_digest("file").period_from < at("2026-11-20 07:00")


def looked_all_the_time(context, clock, first, last):
    """Put successful looks at the one source into the log, one an hour."""
    from monitor.db.records import PollRecord
    from monitor.model import FetchKind, SourceState

    (source,) = context.settings.sources
    moment = first
    while moment <= last:
        state = SourceState(source.id, source.url, last_success=moment, kind=FetchKind.OK)
        context.store.record_polls([PollRecord(state=state, at=moment, kind=FetchKind.OK)])
        moment += timedelta(hours=1)


# ------------------------------------------------------------------------------------------- mail


def test_a_mail_is_handed_over_once_and_told_articles_are_those_of_its_digest(tmp_path, clock):
    box = Box()
    with serving(box) as server:
        path = write(tmp_path, [MAIL], more=smtp(server))
        with desk(path, clock, begun=at("2026-11-19 12:00")) as context:
            article = add(context, "talks", tmp_path)
            clock.now = at("2026-11-20 07:00")
            assert states(sent(context)) == [("email:desk@example.org", "2026-11-20T07:00", "sent")]
            assert sent(context, at_once=True) == []
            assert context.store.last_digest("email:desk@example.org").items == (article,)
    assert len(box.got) == 1


def test_one_refused_recipient_does_not_hold_up_the_others(tmp_path, clock):
    class Picky(Box):
        async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
            if address == "desk@example.org":
                return "550 no such user"
            return await super().handle_RCPT(server, session, envelope, address, options)

    box = Picky()
    with serving(box) as server:
        path = write(tmp_path, [MAIL, OTHER, FILE], more=smtp(server))
        with desk(path, clock, begun=at("2026-11-19 12:00")) as context:
            article = add(context, "graves", tmp_path)
            clock.now = at("2026-11-20 07:00")
            found = {one.recipient_id: one for one in sent(context)}
            assert found["email:desk@example.org"].state == "refused"
            assert "550" in found["email:desk@example.org"].detail
            assert found["email:other@example.org"].state == found["file"].state == "sent"
            clock.now = at("2026-11-21 07:00")
            sent(context)
            refused = context.store.last_digest("email:desk@example.org")
            assert refused.items == (article,), "what was refused was not told: the next digest holds it"
            assert context.store.last_digest("email:other@example.org").items == ()


def test_an_absent_mail_server_is_tried_again_with_growing_waits_and_the_same_message(tmp_path, clock):
    box = Box()
    with serving(box) as server:
        path = write(tmp_path, [MAIL, FILE], more=smtp(server))
    with desk(path, clock, begun=at("2026-11-19 12:00")) as context:
        clock.now = at("2026-11-20 07:00")
        assert {one.state for one in sent(context)} == {"deferred", "sent"}
        for wait in send.RETRY[:-1]:
            clock.on(seconds=wait.total_seconds() - 1)
            assert sent(context) == []
            clock.on(seconds=1)
            assert [one.state for one in sent(context)] == ["deferred"]
        (waiting,) = context.store.outbox(clock.now + max(send.RETRY))
        assert waiting.attempts == len(send.RETRY)
        before = waiting.message_id
    with serving(box) as server:
        path = write(tmp_path, [MAIL, FILE], more=smtp(server))
        with desk(path, clock) as context:
            assert [one.state for one in sent(context, at_once=True)] == ["sent"]
            assert sent(context, at_once=True) == []
    (envelope,) = box.got
    assert f"Message-ID: {before}".encode() in envelope.content


def test_a_recipient_who_left_the_configuration_ends_the_retries(tmp_path, clock):
    with serving(Box()) as server:
        path = write(tmp_path, [MAIL, FILE], more=smtp(server))
    with desk(path, clock, begun=at("2026-11-19 12:00")) as context:
        clock.now = at("2026-11-20 07:00")
        sent(context)
    with desk(write(tmp_path, [FILE]), clock) as context:
        clock.on(hours=1)
        assert [(one.state, one.detail[:14]) for one in sent(context)] == [("refused", "this recipient")]
        assert sent(context, at_once=True) == []


def test_a_digest_that_is_stuck_is_told_in_the_next_and_by_nobody_else(tmp_path, clock):
    with serving(Box()) as server:
        path = write(tmp_path, [MAIL, FILE], more=smtp(server))
    with desk(path, clock, begun=at("2026-11-19 12:00")) as context:
        clock.now = at("2026-11-20 07:00")
        sent(context)
        first = context.store.digest("file", "2026-11-20T07:00")
        assert "still wait" not in first.text, "a digest queued a moment ago is not late"
        clock.now = at("2026-11-21 07:00")
        sent(context)
        assert "1 earlier digest still waits" in context.store.digest("file", "2026-11-21T07:00").text


def test_a_hanging_mail_server_holds_up_neither_the_loop_nor_the_end(tmp_path, clock, monkeypatch):
    """The hand-over runs in a thread; asked to end meanwhile, what it achieves is still marked."""
    inside, let_go = threading.Event(), threading.Event()

    def slow(*_args):
        inside.set()
        let_go.wait(30)
        return Delivery(DeliveryKind.SENT, "late")

    monkeypatch.setattr(send, "hand_over", slow)
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        clock.now = at("2026-11-20 07:00")

        async def ended_meanwhile():
            task = asyncio.create_task(send.send_due(context))
            while not inside.is_set():
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.sleep(0)
            let_go.set()
            with pytest.raises(asyncio.CancelledError):
                await task

        context.run(ended_meanwhile())
        assert context.store.digest("file", "2026-11-20T07:00").state == "sent"
        assert sent(context) == []


def test_a_fault_over_one_delivery_is_tried_again_and_reported(tmp_path, clock, monkeypatch):
    real = send.hand_over

    def broken(settings, recipient, *args):
        if recipient.kind == "email":
            raise RuntimeError("boom")
        return real(settings, recipient, *args)

    monkeypatch.setattr(send, "hand_over", broken)
    with serving(Box()) as server:
        path = write(tmp_path, [MAIL, FILE], more=smtp(server))
        with desk(path, clock, begun=at("2026-11-19 12:00")) as context:
            clock.now = at("2026-11-20 07:00")
            assert [one.state for one in sent(context)] == ["deferred", "sent"]


# ------------------------------------------------------------------------------------------- printing


def test_a_stored_digest_is_printed_again_byte_for_byte_in_every_form(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        add(context, "petition", tmp_path)
        clock.now = at("2026-11-20 07:00")
        sent(context)
        recipient = send.recipient_of(context, "file")
        before = {
            form: send.stored(context, recipient, "2026-11-20", form) for form in ("text", "html", "json")
        }
        clock.on(days=2)
        add(context, "graves", tmp_path)
        for form, text in before.items():
            assert send.stored(context, recipient, "2026-11-20T07:00", form) == text
        folder = context.settings.monitor.storage / "digests"
        (file,) = folder.glob("*.txt")
        assert file.read_text(encoding="utf-8") == before["text"]


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        ("2026-11-19", "its last one is --slot 2026-11-20T07:00"),
        ("yesterday", "write a day"),
        ("2026-1-1", "day"),
    ],
)
def test_a_slot_that_is_not_stored_names_the_last_one(tmp_path, clock, slot, said):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        clock.now = at("2026-11-20 07:00")
        sent(context)
        with pytest.raises(UsageError, match=said):
            send.stored(context, send.recipient_of(context, ""), slot, "text")


def test_a_preview_names_a_command_that_works_and_marks_nothing(tmp_path, clock):
    with desk(write(tmp_path, [FILE, 'kind = "stdout"']), clock, begun=at("2026-11-19 12:00")) as context:
        add(context, "graves", tmp_path)
        for name, command in (("file", "monitor digest --format json"), ("stdout", "--to stdout")):
            data = json.loads(send.printed(context, send.recipient_of(context, name), "json"))
            assert command in data["reprint"]
            assert "--slot" not in data["reprint"]
        clock.now = at("2026-11-20 07:00")
        sent(context)
        assert len(context.store.last_digest("file").items) == 1
        assert context.store.last_digest("stdout").data["reprint"].endswith("--to stdout")


def test_a_period_that_ends_before_it_begins_is_a_usage_error(tmp_path, clock):
    with desk(write(tmp_path, [FILE]), clock, begun=at("2026-11-19 12:00")) as context:
        recipient = send.recipient_of(context, "")
        clock.now = at("2026-11-20 07:00")
        sent(context)
        with pytest.raises(UsageError, match="before the end"):
            send.printed(context, recipient, "text", until=at("2026-11-20 06:00"))
        with pytest.raises(UsageError, match="before the end"):
            send.printed(context, recipient, "text", since=at("2027-01-01 00:00"))


# ------------------------------------------------------------------------------------------- heartbeat


def test_the_dead_mans_switch_is_asked_after_a_delivery_and_only_then(tmp_path, clock):
    from monitor.service.press import Press
    from monitor.service.press import serving as serving_press

    with serving_press(Press([], {})) as press:
        digest = f'at = ["07:00"]\nheartbeat_url = "{press.base}/alive?key=1"'
        with desk(write(tmp_path, [FILE], digest=digest), clock, begun=at("2026-11-19 12:00")) as context:
            sent(context)
            assert press.requests == []
            clock.now = at("2026-11-20 07:00")
            sent(context)
            sent(context)
            assert press.requests == ["/alive?key=1"]
