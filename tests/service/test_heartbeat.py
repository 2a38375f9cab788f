"""The dead man's switch: what it answers, or does not, harms no delivery, and its address stays out of the log."""

from __future__ import annotations

import pytest
import structlog

from monitor.service import send
from monitor.service.press import Press
from monitor.service.press import serving as serving_press
from tests.service.desks import NOBODY, Clock, add, at, desk, write

KEY = "5f3c-s3cr3t"


@pytest.mark.parametrize("status", [None, 404, 500, 503])
def test_a_switch_that_fails_leaves_the_digest_sent_and_its_key_unsaid(tmp_path, status):
    clock = Clock(at("2026-11-20 06:00"))
    path = f"/ping/{KEY}"
    press = Press([], {path: {"path": path, "fails": status, "sources": []}} if status else {})
    with serving_press(press), structlog.testing.capture_logs() as logs:
        base = press.base if status else NOBODY
        digest = f'at = ["07:00"]\nheartbeat_url = "{base}{path}"'
        with desk(
            write(tmp_path, ['kind = "file"'], digest=digest), clock, begun=at("2026-11-19 12:00")
        ) as context:
            add(context, "graves", tmp_path)
            clock.now = at("2026-11-20 07:00")
            found = context.run(send.send_due(context))
            assert [(one.slot, one.state) for one in found] == [("2026-11-20T07:00", "sent")]
            assert context.run(send.send_due(context, at_once=True)) == []
    failed = [line for line in logs if line["event"] == "heartbeat_failed"]
    assert failed
    assert failed[0]["host"] == "127.0.0.1"
    assert KEY not in str(logs)
