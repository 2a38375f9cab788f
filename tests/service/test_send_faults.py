"""What goes wrong while digests are on their way: nothing is lost, nothing doubled, others unaffected, all visible."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes

import pytest
import structlog
from sqlalchemy import event

from monitor.errors import StoreError
from monitor.service import send, setup
from monitor.service.keys import HEARTBEAT_KEY
from monitor.service.press import Press
from monitor.service.press import serving as serving_press
from tests.digest.test_digest_mail import Box, serving
from tests.service.desks import Clock, add, at, desk, write
from tests.service.test_outbox import FILE, MAIL, OTHER, sent, smtp, states

DESK_ID, OTHER_ID = "email:desk@example.org", "email:other@example.org"
BEGUN = at("2026-11-19 12:00")
SLOT = "2026-11-20T07:00"


@pytest.fixture(autouse=True)
def logs():
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def clock():
    return Clock(at("2026-11-20 06:00"))


class Moody(Box):
    """A mail server that gives each of its next answers once, by the moment and the address they are for."""

    def __init__(self):
        super().__init__()
        self.moods, self.meanwhile = {}, lambda: None

    def answer(self, moment, to):
        left = self.moods.get((moment, to))
        return left.pop(0) if left else "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        said = self.answer("RCPT", address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        said = self.answer("DATA", envelope.rcpt_tos[0])
        self.meanwhile()
        if not said.startswith(("4", "5")):
            self.got.append(envelope)
        if said == "drop":
            server.transport.abort()
        return said

    def slots_for(self, to):
        """Return the dates of the mails that address has, in the order they came."""
        mails = [message_from_bytes(one.content) for one in self.got if one.rcpt_tos == [to]]
        return [f"{mail['Date'].split(',')[1].strip()[:6]}" for mail in mails]


@contextmanager
def world(tmp_path, clock, recipients=(MAIL, OTHER, FILE), **more):
    box = Moody()
    with (
        serving(box) as server,
        desk(write(tmp_path, recipients, more=smtp(server), **more), clock, begun=BEGUN) as context,
    ):
        add(context, "graves", tmp_path)
        yield context, box


def text_of(context, slot, recipient=DESK_ID):
    return " ".join(context.store.digest(recipient, slot).text.split())


@contextmanager
def read_only(context):
    """Let every write fail, as on a disk that was remounted; SQLite gives the same error."""
    engine = context.store._session.engine

    def forbid(connection, _record, _proxy):
        connection.execute("PRAGMA query_only=1")

    event.listen(engine, "checkout", forbid)
    try:
        yield
    finally:
        event.remove(engine, "checkout", forbid)
        event.listen(engine, "checkout", allow)


def allow(connection, _record, _proxy):
    connection.execute("PRAGMA query_only=0")


# ------------------------------------------------------------------------------------------- refusals


def test_greylisting_is_waited_out_while_the_others_have_theirs_and_the_next_digest_says_late(
    tmp_path, clock
):
    with world(tmp_path, clock) as (context, box):
        box.moods["RCPT", "desk@example.org"] = ["451 greylisted, come back later"] * 3
        clock.now = at("2026-11-20 07:00")
        assert {one.recipient_id: one.state for one in sent(context)} == {
            DESK_ID: "deferred",
            OTHER_ID: "sent",
            "file": "sent",
        }
        clock.on(minutes=2)
        assert states(sent(context)) == [(DESK_ID, SLOT, "deferred")]
        seen = setup.health(context.settings, clock())
        assert (
            "email:desk@example.org 2026-11-20T07:00: waits after 2 attempts, next 2026-11-20 07:12 UTC"
            in seen.text
        )
        assert "451 greylisted" in seen.text
        assert seen.facts["digests_waiting"] == 1
        clock.on(minutes=10)
        assert states(sent(context)) == [(DESK_ID, SLOT, "deferred")]
        clock.on(minutes=30)
        assert states(sent(context)) == [(DESK_ID, SLOT, "sent")]
        assert sent(context, at_once=True) == []
        clock.now = at("2026-11-21 07:00")
        sent(context)
        assert "The digest of Fri 20 Nov 07:00 was delivered late: 07:42." in text_of(
            context, "2026-11-21T07:00"
        )
        assert "The digest of" not in text_of(context, "2026-11-21T07:00", OTHER_ID)
        clock.now = at("2026-11-22 07:00")
        sent(context)
        assert "late" not in text_of(context, "2026-11-22T07:00"), "it is told once"
        assert box.slots_for("desk@example.org") == ["20 Nov", "21 Nov", "22 Nov"]


def test_a_mail_refused_for_good_is_told_as_never_and_its_content_again(tmp_path, clock):
    with world(tmp_path, clock) as (context, box):
        box.moods["RCPT", "desk@example.org"] = ["550 no such user"]
        clock.now = at("2026-11-20 07:00")
        assert {one.state for one in sent(context)} == {"refused", "sent"}
        assert (
            f"{DESK_ID} {SLOT}: refused for good after 1 attempt"
            in setup.health(context.settings, clock()).text
        )
        for day in (21, 22):
            clock.now = at(f"2026-11-{day} 07:00")
            sent(context)
        said = text_of(context, "2026-11-21T07:00")
        assert "The digest of Fri 20 Nov 07:00 was never delivered; its news is told here." in said
        assert "Kunashiri" in said
        assert "never delivered" not in text_of(context, "2026-11-22T07:00")
        assert "Kunashiri" not in text_of(context, "2026-11-21T07:00", OTHER_ID).partition("NEW")[2]


def test_what_waits_is_told_and_comes_in_order_before_the_next(tmp_path, clock):
    with world(tmp_path, clock) as (context, box):
        box.moods["DATA", "desk@example.org"] = ["452 mailbox full"] * 6
        clock.now = at("2026-11-20 07:00")
        sent(context)
        for wait in send.RETRY[:-1]:
            clock.on(seconds=wait.total_seconds())
            sent(context)
        assert len(box.moods["DATA", "desk@example.org"]) == 1
        clock.now = at("2026-11-21 07:00")
        found = [one for one in sent(context) if one.recipient_id == DESK_ID]
        assert [(one.slot, one.state) for one in found] == [(SLOT, "deferred"), ("2026-11-21T07:00", "sent")]
        assert "The digest of Fri 20 Nov 07:00 still waits for delivery" in text_of(
            context, "2026-11-21T07:00"
        )
        clock.now = at("2026-11-22 07:00")
        found = [one for one in sent(context) if one.recipient_id == DESK_ID]
        assert [(one.slot, one.state) for one in found] == [(SLOT, "sent"), ("2026-11-22T07:00", "sent")]


# ------------------------------------------------------------------------------------------- lost answers


def test_after_a_lost_answer_the_same_mail_comes_again_counted_and_said(tmp_path, clock):
    with world(tmp_path, clock) as (context, box):
        box.moods["DATA", "desk@example.org"] = ["drop"]
        clock.now = at("2026-11-20 07:00")
        first = {one.recipient_id: one for one in sent(context)}
        assert first[DESK_ID].state == "deferred"
        assert "may have taken it" in first[DESK_ID].detail
        assert first[OTHER_ID].state == "sent"
        clock.on(minutes=2)
        (again,) = sent(context)
        assert again.state == "sent"
        assert "the answer to an earlier attempt was lost" in again.detail
        mails = [one.content for one in box.got if one.rcpt_tos == ["desk@example.org"]]
        assert len(mails) == 2
        assert len(set(mails)) == 1
        row = context.store.digest(DESK_ID, SLOT)
        assert (row.repeats, row.handed_at, row.attempts) == (1, None, 2)
        assert "handed over once more under one Message-ID" in setup.health(context.settings, clock()).text
        clock.now = at("2026-11-21 07:00")
        sent(context)
        assert "The digest of Fri 20 Nov 07:00 may have come twice" in text_of(context, "2026-11-21T07:00")


# ------------------------------------------------------------------------------------------- the store


def test_a_store_that_takes_no_note_sends_nothing_and_loses_nothing(tmp_path, clock):
    with world(tmp_path, clock, (MAIL, OTHER)) as (context, box):
        box.moods["RCPT", "desk@example.org"] = ["451 later"]
        box.moods["RCPT", "other@example.org"] = ["451 later"]
        clock.now = at("2026-11-20 07:00")
        sent(context)
        clock.on(minutes=2)
        with read_only(context):
            for _ in range(3):
                with pytest.raises(StoreError, match="cannot be written"):
                    sent(context)
        assert box.got == []
        assert states(sent(context)) == [(DESK_ID, SLOT, "sent"), (OTHER_ID, SLOT, "sent")]
        assert len(box.got) == 2
        assert context.store.digest(DESK_ID, SLOT).repeats == 0


def test_a_digest_that_cannot_be_stored_is_not_sent_and_comes_when_it_can(tmp_path, clock):
    with world(tmp_path, clock) as (context, box):
        clock.now = at("2026-11-20 07:00")
        with read_only(context), pytest.raises(StoreError, match="cannot be written"):
            sent(context)
        assert box.got == []
        assert context.store.last_digest(DESK_ID) is None
        assert {one.state for one in sent(context)} == {"sent"}
        assert len(box.got) == 2


def test_a_mark_the_store_cannot_take_is_kept_in_mind_and_the_mail_is_not_sent_again(tmp_path, clock):
    with world(tmp_path, clock, (MAIL,)) as (context, box):
        clock.now = at("2026-11-20 07:00")
        stop = asyncio.Event()
        lock = read_only(context)

        def fill_the_disk():
            if not stop.is_set():
                stop.set()
                lock.__enter__()

        box.meanwhile = fill_the_disk
        with pytest.raises(StoreError):
            sent(context)
        for _ in range(3):
            clock.on(minutes=1)
            with pytest.raises(StoreError):
                sent(context)
        assert len(box.got) == 1
        lock.__exit__(None, None, None)
        assert sent(context) == []
        row = context.store.digest(DESK_ID, SLOT)
        assert (row.state, row.repeats, row.sent_at) == ("sent", 0, at("2026-11-20 07:00"))
        assert len(box.got) == 1


# ------------------------------------------------------------------------------------------- slow


def test_a_slow_mail_server_does_not_hold_up_the_file(tmp_path, clock):
    with world(tmp_path, clock) as (context, box):
        folder = context.settings.monitor.storage / "digests"
        seen = []

        async def wait_for_the_file(server, session, envelope, address, options):
            async with asyncio.timeout(30):
                while not list(folder.glob("*.txt")):
                    await asyncio.sleep(0.01)
            seen.append(address)
            envelope.rcpt_tos.append(address)
            return "250 at last"

        box.handle_RCPT = wait_for_the_file
        clock.now = at("2026-11-20 07:00")
        assert states(sent(context)) == [
            (DESK_ID, SLOT, "sent"),
            (OTHER_ID, SLOT, "sent"),
            ("file", SLOT, "sent"),
        ]
        assert seen == ["desk@example.org", "other@example.org"]


# ------------------------------------------------------------------------------------------- heartbeat


def test_a_dead_mans_switch_that_does_not_answer_is_asked_again_and_not_for_ever(tmp_path, clock):
    press = Press([], {"/alive": {"path": "/alive", "fails": 503, "sources": []}})
    with serving_press(press):
        digest = f'at = ["07:00"]\nheartbeat_url = "{press.base}/alive"'
        with desk(write(tmp_path, [FILE], digest=digest), clock, begun=BEGUN) as context:
            clock.now = at("2026-11-20 07:00")
            sent(context)
            asked = []
            for _ in range(60):
                before = len(press.requests)
                clock.on(minutes=1)
                sent(context)
                asked += [clock.now] * (len(press.requests) > before)
            assert asked == [at("2026-11-20 07:02"), at("2026-11-20 07:12")]
            assert context.store.meta_get(HEARTBEAT_KEY) == ""
            assert clock.now - asked[-1] > timedelta(minutes=30)
