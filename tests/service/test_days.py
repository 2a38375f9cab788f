"""Days of a daemon on a simulated clock: looks before slots, clock changes, downtime, and what comes late."""

from __future__ import annotations

import random
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import structlog

from monitor import config
from monitor.digest import slots
from monitor.judge import due
from monitor.model import SourceState
from monitor.service import send
from monitor.service.context import opened
from monitor.service.daemon import HUSH, Daemon
from monitor.service.ingest import ingest
from monitor.service.poll import poll
from monitor.service.press import serving
from tests.db.conftest import migrated, server  # noqa: F401  fixtures
from tests.road.presses import NOW, printed, small_press, sources_of
from tests.road.worlds import make_desk
from tests.service.desks import Clock, at
from tests.service.lives import live

FOREVER = datetime.max.replace(tzinfo=UTC)


@pytest.fixture(autouse=True)
def logs():
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def press():
    with serving(small_press()) as running:
        yield running


@contextmanager
def world(folder, press, clock, *, zone="UTC", digest='at = ["07:00"]', minutes=60, database=""):
    """Open a desk on the press; what the press shows follows the clock."""
    sources = [source | {"poll_minutes": minutes} for source in sources_of(press)]
    desk = make_desk(folder, press.base, sources, more=f'[digest]\n{digest}\n[[digest.to]]\nkind = "file"')
    text = desk.config.read_text(encoding="utf-8").replace("Asia/Tokyo", zone)
    desk.config.write_text(text, encoding="utf-8")
    env = {"MONITOR_DATABASE": database} if database else {}
    with opened(config.load(desk.config, env), clock=clock) as context:
        yield context


def showing(press):
    """Return what lets the press show what is published by then."""

    def move_on(now):
        press.until = now

    return move_on


def digests(context, recipient="file"):
    return [
        row
        for row in context.store.digests_since(datetime.min.replace(tzinfo=UTC))
        if row.recipient_id == recipient
    ]


def told(context, recipient="file"):
    """Return all articles that digests told, in order."""
    return [item for row in digests(context, recipient) for item in row.items]


# ------------------------------------------------------------------------------------------- looks before a slot


@pytest.mark.parametrize("minutes", [60, 90])
def test_the_last_looks_before_a_slot_end_before_it_and_no_source_is_asked_too_often(
    tmp_path, press, minutes
):
    clock = Clock(at("2026-11-19 08:13"))
    with world(tmp_path / "desk", press, clock, minutes=minutes) as context:
        live(context, at("2026-11-21 07:00"), before=showing(press))
        first, second = digests(context)
        assert [row.slot for row in (first, second)] == ["2026-11-20T07:00", "2026-11-21T07:00"]
        assert first.built_at == at("2026-11-20 07:00")
        looks = {}
        for look in context.store.looks(at("2026-11-19 00:00"), at("2026-11-22 00:00")):
            looks.setdefault(look.source_id, []).append(look.at)
        assert len(looks) == 4
        for moments in looks.values():
            assert all(b - a >= timedelta(minutes=minutes) for a, b in pairwise(moments))
            for slot in (first.built_at, second.built_at):
                last = max(one for one in moments if one < slot)
                assert timedelta(0) < slot - last <= due.AHEAD
                assert slot - last >= HUSH
        assert "until 06:5" in first.text
        assert context.store.pending_count() == 0


def test_a_look_is_put_off_for_a_slot_and_never_brought_forward():
    source_state = SourceState(
        "a",
        "http://a",
        next_due=at("2026-11-20 06:10"),
        last_attempt=at("2026-11-20 05:10"),
        detail="Next look 2026-11-20 06:10 UTC.",
    )
    slot = at("2026-11-20 07:00")
    moved = due.before_slot(source_state, slot, jitter=0.5)
    assert moved.next_due == at("2026-11-20 06:51") + timedelta(seconds=30)
    assert moved.detail == "Next look 2026-11-20 06:51 UTC."
    rng = random.Random(7)
    for _ in range(500):
        asked = slot - timedelta(minutes=rng.uniform(1, 600))
        planned = asked + timedelta(minutes=rng.uniform(1, 300))
        state = SourceState(
            "a", "http://a", next_due=planned, last_attempt=asked, failures=rng.choice((0, 0, 1))
        )
        if planned > slot:
            continue
        found = due.before_slot(state, slot, jitter=rng.random()).next_due
        assert planned <= found <= slot
        assert found - asked <= 2 * (planned - asked) + due.AHEAD_SPREAD
        if state.failures or planned - asked > due.LONGEST_PUT_OFF:
            assert found == planned
        elif found + (planned - asked) < slot - due.AHEAD:
            assert found == planned, "another look comes before the slot anyway"
        else:
            assert slot - found <= due.AHEAD


def test_what_the_last_look_brought_is_judged_before_the_digest_is_built(tmp_path, press):
    """The jobs run beside each other: the digest of a slot does not wait for the next turn of judging."""
    clock = Clock(at("2026-11-20 06:59"))
    press.until = clock.now
    with world(tmp_path / "desk", press, clock) as context:

        async def story():
            await poll(context)
            assert context.store.pending_count() == 4
            clock.now = at("2026-11-20 07:00")
            await Daemon(context).send_due()

        context.run(story())
        (row,) = digests(context)
        assert len(row.items) == 4


# ------------------------------------------------------------------------------------------- slots


CHANGES = {
    "spring": ("Europe/Berlin", "2027-03-27", ["2027-03-27", "2027-03-28", "2027-03-29"]),
    "autumn": ("Europe/Berlin", "2026-10-24", ["2026-10-24", "2026-10-25", "2026-10-26"]),
}


@pytest.mark.parametrize(
    "times", [("02:30", "07:00"), ("02:00", "02:59", "03:15"), ("00:00", "12:00", "23:59")], ids=" ".join
)
@pytest.mark.parametrize("name", CHANGES)
def test_every_slot_of_every_day_comes_once_in_order_of_time(tmp_path, press, name, times):
    zone, first, days = CHANGES[name]
    listed = ", ".join(f'"{one}"' for one in times)
    clock = Clock(
        slots.instant(datetime.fromisoformat(first).date(), "00:00", zone).at - timedelta(seconds=30)
    )
    with world(tmp_path / "desk", press, clock, zone=zone, digest=f"at = [{listed}]", minutes=720) as context:
        end = slots.instant(datetime.fromisoformat(days[-1]).date(), times[-1], zone).at
        life = live(context, end + timedelta(seconds=20))
        rows = digests(context)
        assert sorted(row.slot for row in rows) == sorted(f"{day}T{one}" for day in days for one in times)
        assert {row.state for row in rows} == {"sent"}
        assert len(list((context.settings.monitor.storage / "digests").glob("*.txt"))) == len(rows)
        assert all(a.period_to == b.period_from for a, b in pairwise(rows))
        assert len(life.wakes) < 400


@pytest.mark.postgres
def test_the_clock_change_on_postgresql(tmp_path, press, server, migrated):  # noqa: F811
    clock = Clock(at("2026-10-24 12:00"))
    place = server.database(migrated)
    with world(
        tmp_path / "desk",
        press,
        clock,
        zone="Europe/Berlin",
        digest='at = ["02:30", "07:00"]',
        minutes=720,
        database=place,
    ) as context:
        live(context, at("2026-10-26 12:00"))
        assert [row.slot for row in digests(context)] == [
            f"2026-10-{day}T{time}" for day in (25, 26) for time in ("02:30", "07:00")
        ]


class Ticking(Clock):
    """A clock that goes on a little whenever it is read."""

    def __call__(self):
        return self.on(milliseconds=1)


def test_three_days_of_downtime_are_one_digest_that_names_its_period_and_what_is_there_by_now(
    tmp_path, press
):
    clock = Ticking(at("2026-11-16 08:00"))
    with world(tmp_path / "desk", press, clock) as context:
        live(context, at("2026-11-17 08:00"), before=showing(press))
        clock.now = at("2026-11-20 13:20")
        press.until = clock.now
        before_that = len(press.requests)

        async def start_again():
            await Daemon(context).send_due()  # the first job to run, by chance

        context.run(start_again())
        assert len(press.requests) - before_that >= 4, "it looks before it says anything"
        before, after = digests(context)
        assert (before.slot, after.slot) == ("2026-11-17T07:00", "2026-11-20T07:00")
        assert after.period_from == before.period_to
        assert after.period_to - at("2026-11-20 13:20") < timedelta(minutes=1)
        assert "Covers Tue 17 Nov 07:00 to Fri 20 Nov 13:20" in after.text
        assert "Looked at 4 of 4 sources" in after.text
        assert len(after.items) == 4, "what came meanwhile is in it"
        live(context, at("2026-11-20 20:00"), before=showing(press))
        assert len(digests(context)) == 2


# ------------------------------------------------------------------------------------------- late


def test_an_article_stored_or_judged_while_a_digest_is_built_is_in_the_next(tmp_path, press):
    clock = Clock(at("2026-11-20 06:59"))
    press.until = NOW - timedelta(hours=12)
    with world(tmp_path / "desk", press, clock) as context:

        async def story():
            await poll(context)
            await ingest(context)
            press.until = NOW
            await poll(context, every=True)  # seen before the slot, judged after it
            clock.now = at("2026-11-20 07:00")
            await send.send_due(context)
            clock.on(seconds=1)
            await ingest(context)
            await live_on(context, clock)

        async def live_on(context, clock):
            clock.now = at("2026-11-21 07:00")
            await send.send_due(context)

        context.run(story())
        first, second = digests(context)
        assert len(first.items) == 3
        assert len(second.items) == 1
        assert second.period_from == first.period_to


def test_in_whatever_order_looking_judging_and_sending_fall_each_article_is_told_once(tmp_path, press):
    """Random interleavings, with another process's poll and downtime in between; both recipients hear all."""
    press.articles += [
        printed(f"more{n}", "en", "Harbour Wire", f"Visits to graves on Kunashiri: group {n}", "Japan and Russia have agreed that former "
                f"residents may visit family graves on Kunashiri, officials in Tokyo announced. Group {n} of {n + 20} people is to leave "
                f"Nemuro on {n + 1} December.", 22 - n, "hw.example")
        for n in range(20)
    ]  # fmt: skip
    for seed in range(2):
        rng = random.Random(seed)
        clock = Clock(NOW - timedelta(hours=25))
        digest = 'at = ["07:00", "11:30", "16:00", "22:45", "01:10"]'
        with world(tmp_path / str(seed), press, clock, digest=digest) as context:

            async def story(context=context, clock=clock, rng=rng):
                while clock.now < NOW + timedelta(hours=24):
                    press.until = clock.now
                    step = rng.choice(("poll", "poll", "ingest", "send", "send", "sleep"))
                    if step == "poll":
                        await poll(context, every=True)
                    elif step == "ingest":
                        await ingest(context)
                    elif step == "send":
                        await send.send_due(context)
                    clock.on(minutes=rng.choice((0, 1, 20, 55)) if step != "sleep" else 200)
                await ingest(context)
                clock.on(days=1)
                await send.send_due(context)

            context.run(story())
            items = told(context)
            shown = [a.id for a in context.store.articles_between(NOW - timedelta(days=9), FOREVER)]
            assert sorted(items) == sorted(shown)
            assert len(set(items)) == len(items) > 15
            periods = digests(context)
            assert all(a.period_to == b.period_from for a, b in pairwise(periods))
        shutil.rmtree(tmp_path / str(seed))
