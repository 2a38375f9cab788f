"""Recipients reached by Apprise, over the whole outbox: kept, tried again, told by doctor; no token is shown."""

from __future__ import annotations

import sys

import pytest

from monitor import config
from monitor.errors import ConfigurationError
from monitor.service import send, setup
from tests.digest.test_deliver_notify import OLD_LIBRARIES, TOKEN, chatting
from tests.service.desks import Clock, add, at, desk, write

pytestmark = OLD_LIBRARIES
CHAT = 'kind = "apprise"\naddress = "$DESK_CHAT"'
FILE = 'kind = "file"'


@pytest.fixture
def clock():
    return Clock(at("2026-11-20 06:00"))


def sent(context, **more):
    return [(one.recipient_id, one.state) for one in context.run(send.send_due(context, **more))]


def test_a_chat_that_is_down_is_tried_again_and_has_the_digest_once(tmp_path, clock):
    path = write(tmp_path, [CHAT, FILE])
    with (
        chatting(503, 429, 200) as chat,
        desk(path, clock, begun=at("2026-11-19 12:00"), env={"DESK_CHAT": chat.address}) as context,
    ):
        article = add(context, "graves", tmp_path)
        clock.now = at("2026-11-20 07:00")
        assert sent(context) == [("apprise:$DESK_CHAT", "deferred"), ("file", "sent")]
        row = context.store.digest("apprise:$DESK_CHAT", "2026-11-20T07:00")
        assert "503 Service Unavailable" in row.detail
        clock.on(seconds=send.RETRY[0].total_seconds() - 1)
        assert sent(context) == []
        clock.on(seconds=1)
        assert sent(context) == [("apprise:$DESK_CHAT", "deferred")]
        clock.on(seconds=send.RETRY[1].total_seconds())
        assert sent(context) == [("apprise:$DESK_CHAT", "sent")]
        assert sent(context, at_once=True) == []
        (got,) = chat.got
        assert "Kunashiri" in got["message"]
        row = context.store.digest("apprise:$DESK_CHAT", "2026-11-20T07:00")
        assert (row.items, row.attempts, TOKEN in str(row)) == ((article,), 3, False)


def test_a_chat_that_is_gone_is_told_so_once_and_the_next_digest_holds_the_news(tmp_path, clock):
    path = write(tmp_path, [CHAT])
    with (
        chatting(404, 200) as chat,
        desk(path, clock, begun=at("2026-11-19 12:00"), env={"DESK_CHAT": chat.address}) as context,
    ):
        article = add(context, "graves", tmp_path)
        clock.now = at("2026-11-20 07:00")
        assert sent(context) == [("apprise:$DESK_CHAT", "refused")]
        clock.now = at("2026-11-21 07:00")
        assert sent(context) == [("apprise:$DESK_CHAT", "sent")]
        assert context.store.last_digest("apprise:$DESK_CHAT").items == (article,)


@pytest.mark.parametrize(
    ("address", "verdict"), [("json://127.0.0.1:9/x", "ok"), (f"nosuchkind://{TOKEN}", "bad")]
)
def test_doctor_tells_an_address_that_cannot_be_used_without_showing_it(tmp_path, clock, address, verdict):
    with desk(write(tmp_path, [CHAT]), clock, env={"DESK_CHAT": address}) as context:
        found = [one for one in context.run(setup.doctor(context)) if one.what == "recipient"]
    assert found[-1].verdict == verdict
    assert TOKEN not in setup.findings_text(found)


def test_settings_without_the_extra_are_a_mistake_that_says_how_to_get_it(tmp_path, monkeypatch):
    path = write(tmp_path, [CHAT])
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigurationError) as caught:
        config.load(path, {"DESK_CHAT": f"json://127.0.0.1:9/{TOKEN}"})
    (mistake,) = caught.value.mistakes
    assert mistake.key == "digest.to[0].kind"
    assert mistake.line == 7
    assert 'pip install "treaty-monitor[notify]"' in mistake.message
    assert TOKEN not in str(caught.value)
