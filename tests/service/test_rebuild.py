"""A stored digest is printed again byte for byte, or built again: the same under the same rules, else what differs."""

from __future__ import annotations

import json

import pytest
import structlog

from monitor.errors import UsageError
from monitor.judge.topic import load as load_topic
from monitor.service import send
from monitor.service.press import serving
from monitor.service.rebuild import rebuilt
from monitor.shipped import read_text
from tests.road.presses import small_press
from tests.service.desks import Clock, at
from tests.service.lives import live
from tests.service.test_days import digests, showing, world

FORMS = ("text", "html", "markdown")


@pytest.fixture(autouse=True)
def logs():
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """Return a desk after two days and two digests of each of its two recipients, and a third half day."""
    clock = Clock(at("2026-11-19 20:30"))
    with serving(small_press()) as press:
        digest = 'at = ["07:00", "19:00"]\n[[digest.to]]\nkind = "stdout"\nlanguage = "ja"'
        with world(tmp_path_factory.mktemp("desk"), press, clock, digest=digest) as context:
            with structlog.testing.capture_logs():
                live(context, at("2026-11-20 20:00"), before=showing(press))
            yield context


def reader(context, name="file"):
    return send.recipient_of(context, name)


def everything(context):
    """Return all that a rebuild might mark."""
    rows = context.store.digests_since(at("2026-01-01 00:00"))
    return [(row.slot, row.recipient_id, row.items, row.text, row.state) for row in rows], list(
        context.store.entries_for_export()
    )


def without_sight(data):
    """Return the data without how sources stand: that is known as of today only."""
    plain = json.loads(json.dumps(data, default=str))
    del plain["sight"]
    return plain


@pytest.mark.parametrize("name", ["file", "stdout"])
def test_the_same_rules_build_the_same_digest_and_mark_nothing(context, name):
    before = everything(context)
    rows = digests(context, name)
    assert [len(row.items) for row in rows] == [4, 0] or sum(len(row.items) for row in rows) == 4
    for row in rows:
        again = rebuilt(context, reader(context, name), row.slot)
        assert without_sight(again.rendered.data) == without_sight(row.data)
        for form in FORMS:
            assert send.formed(again.rendered, form) == send.stored(
                context, reader(context, name), row.slot, form
            )
        assert "No difference: the same text." in again.said
    assert everything(context) == before


def test_other_rules_say_what_differs_and_mark_nothing(context):
    before = everything(context)
    row = next(row for row in digests(context) if row.items)
    text = read_text("topic.toml")
    strict = load_topic(text.replace('require = ["', 'require = ["thread_graves", "'))
    own = context.topic
    context.topic = strict
    try:
        again = rebuilt(context, reader(context), row.slot)
    finally:
        context.topic = own
    assert "Differs from what was told:" in again.said
    assert "is not in it" in again.said or "no longer new" in again.said
    facts = json.loads(send.formed(again.rendered, "json"))["counts"]["facts"]
    assert 0 < facts < row.data["counts"]["facts"]
    assert everything(context) == before


def test_a_slot_without_a_digest_names_the_last_one(context):
    with pytest.raises(UsageError, match="its last one is --slot 2026-11-20T19:00"):
        rebuilt(context, reader(context), "2026-11-01T07:00")
