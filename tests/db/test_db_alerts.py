"""What the store knows of alerts: they are no digests, hold no items, and a look for them costs one number."""

from __future__ import annotations

from dataclasses import replace

from monitor.db.records import ALERT_SLOT
from tests.db.making import NOW, digest, later
from tests.db.test_db_digests import judged_entry, untold


def test_an_alert_ends_no_period_and_takes_nothing_from_the_digest(store):
    article = judged_entry(store, 1)
    assert store.queue_digest(replace(digest(), items=(), period_to=NOW)) is not None
    slot = f"{ALERT_SLOT}story:1:1"
    alert = replace(digest(), slot=slot, items=(), period_from=None, period_to=later(2), built_at=later(2))
    assert store.queue_digest(alert) is not None
    assert store.queue_digest(alert) is None, "an alert is queued once"
    assert store.last_digest("file").slot == digest().slot
    assert store.digest("file", slot).slot == slot
    assert slot in [row.slot for row in store.outbox(later(3))]
    assert untold(store, until=later(3)) == [article]


def test_the_newest_verdict_rises_with_each(store):
    assert store.newest_verdict() == 0
    judged_entry(store, 1)
    first = store.newest_verdict()
    judged_entry(store, 2)
    assert 0 < first < store.newest_verdict()
