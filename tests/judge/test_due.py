"""Sections B to D of the polling-etiquette table as decisions: old state and answer give the new state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judge import due
from monitor.model import (
    Claim,
    Entry,
    FeedDocument,
    FeedFormat,
    FeedHints,
    Fetched,
    FetchKind,
    Health,
    Redirect,
    Source,
    SourceKind,
    SourceState,
    Validators,
)

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)  # a Monday
URL = "https://feeds.example/rss.xml"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_HINTS = FeedHints()
FAILING = [kind for kind in FetchKind if kind not in {FetchKind.OK, FetchKind.NOT_MODIFIED}]


def source(**fields) -> Source:
    return Source(**{"id": "one", "name": "One", "url": URL, "lang": "en", "poll_minutes": 60} | fields)


def fresh(**fields) -> SourceState:
    return SourceState(**{"source_id": "one", "url": URL} | fields)


def feed(*times: datetime | None, hints: FeedHints = NO_HINTS) -> FeedDocument:
    entries = tuple(
        Entry(key=f"g:{number}", published=Claim(at, str(at), "+00:00")) for number, at in enumerate(times)
    )
    return FeedDocument(format=FeedFormat.RSS, entries=entries, hints=hints)


NEWS = feed(NOW - HOUR, NOW - 2 * HOUR)
LOGIN_PAGE = FeedDocument(format=FeedFormat.NOT_A_FEED, note="a page in HTML")


def fetched(kind: FetchKind = FetchKind.OK, at: datetime = NOW, **fields) -> Fetched:
    headers = tuple(fields.pop("headers", {}).items())
    body = b"<rss/>" if kind is FetchKind.OK else b""
    sha = "sha-1" if kind is FetchKind.OK else ""
    return Fetched(
        **{
            "url": URL,
            "kind": kind,
            "at": at,
            "final_url": URL,
            "headers": headers,
            "body": body,
            "body_sha256": sha,
            "detail": "feeds.example said something.",
        }
        | fields
    )


def after(state, answer, document=None, *, jitter=0.0, now=None, **fields) -> SourceState:
    return due.after(state, source(**fields), answer, document, now=now or answer.at, jitter=jitter)


def wait(state: SourceState) -> timedelta:
    return state.next_due - state.last_attempt


def fail(kind: FetchKind, times: int, state: SourceState | None = None, **fields) -> list[SourceState]:
    """Return the states after so many failures, each asked when it was due."""
    states, state = [], state or fresh()
    for _ in range(times):
        state = after(state, fetched(kind, at=state.next_due or NOW, **fields))
        states.append(state)
    return states


# ------------------------------------------------------------------------------------------- validators


def test_validators_come_from_a_whole_feed_and_its_final_url():
    """B1 to B3, B9."""
    answer = fetched(
        final_url="https://cdn.example/a", headers={"etag": 'W/"1"', "last-modified": "odd date"}
    )
    state = after(fresh(), answer, NEWS)
    assert state.validators == Validators("https://cdn.example/a", 'W/"1"', "odd date")
    assert due.conditional(state, source()) == state.validators


def test_a_200_without_validators_drops_the_old_ones():
    """B4."""
    state = after(fresh(), fetched(headers={"etag": '"1"'}), NEWS)
    assert after(state, fetched(headers={"etag": '"2"'}), NEWS).validators.etag == '"2"'
    assert after(state, fetched(), NEWS).validators is None
    assert after(state, fetched(), None).validators is None


def test_a_304_renews_what_it_names():
    """B5."""
    state = after(fresh(), fetched(headers={"etag": '"1"', "last-modified": "x"}), NEWS)
    state = after(state, fetched(FetchKind.NOT_MODIFIED, headers={"etag": '"2"'}))
    assert state.validators == Validators(URL, '"2"', "x")
    assert state.health is Health.OK


def test_a_304_to_an_unconditional_request_gives_no_validators():
    state = after(fresh(), fetched(FetchKind.NOT_MODIFIED, headers={"etag": '"2"'}))
    assert state.validators is None
    assert state.health is Health.OK


def test_a_changed_url_starts_afresh():
    """B7."""
    state = after(fresh(), fetched(headers={"etag": '"1"'}), NEWS)
    moved = source(url="https://feeds.example/new.xml")
    assert due.conditional(state, moved) is None
    assert due.is_due(state, moved, NOW)
    answer = fetched(url=moved.url, final_url=moved.url)
    state = due.after(state, moved, answer, NEWS, now=NOW, jitter=0)
    assert (state.url, state.failures, state.unconditional) == (moved.url, 0, 2)


@pytest.mark.parametrize("kind", FAILING)
def test_no_failure_touches_what_was_known_or_gives_validators(kind):
    """B8, D10, D11."""
    good = after(fresh(), fetched(headers={"etag": '"1"'}), NEWS)
    bad = after(good, fetched(kind, at=NOW + HOUR, headers={"etag": '"2"'}, body_sha256="sha-2"))
    kept = ("validators", "body_sha256", "entries_last", "newest_entry", "last_success", "full_at", "hints")
    assert [getattr(bad, name) for name in kept] == [getattr(good, name) for name in kept]
    assert (bad.failures, bad.failing_since, bad.kind) == (1, NOW + HOUR, kind)
    assert bad.health not in {Health.OK, Health.NEVER}


def test_a_week_after_the_last_whole_answer_one_request_is_unconditional():
    """B10."""
    state = after(fresh(), fetched(headers={"etag": '"1"'}), NEWS)
    almost = after(state, fetched(FetchKind.NOT_MODIFIED, at=NOW + 7 * DAY - 2 * HOUR))
    assert due.conditional(almost, source()) is not None
    week = after(almost, fetched(FetchKind.NOT_MODIFIED, at=NOW + 7 * DAY - HOUR))
    assert due.conditional(week, source()) is None
    full = after(week, fetched(at=NOW + 7 * DAY, headers={"etag": '"1"'}), None)
    assert due.conditional(full, source()) is not None


@pytest.mark.parametrize("headers", [{"cache-control": "No-Store"}, {"expires": "0"}])
def test_what_must_not_be_stored_gives_no_validators(headers):
    """B11."""
    assert after(fresh(), fetched(headers={"etag": '"1"'} | headers), NEWS).validators is None


def test_unconditional_requests_are_counted_where_a_server_saw_them():
    """B7."""
    state = after(fresh(), fetched(), NEWS)
    assert state.unconditional == 1
    assert after(state, fetched(FetchKind.NOT_MODIFIED, conditional=True)).unconditional == 1
    assert after(state, fetched(FetchKind.DNS)).unconditional == 1
    assert after(state, fetched(FetchKind.SERVER_ERROR)).unconditional == 2


# ------------------------------------------------------------------------------------------- pace


def test_nothing_is_due_before_its_time_however_often_we_restart():
    """C1: the due time is part of the stored state."""
    state = after(fresh(), fetched(), NEWS)
    asked = [due.is_due(replace(state), source(), NOW + timedelta(minutes=m)) for m in range(0, 60, 6)]
    assert asked == [False] * 10
    assert due.is_due(state, source(), NOW + HOUR)


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        ({}, 60),
        ({"poll_minutes": 5}, 15),
        ({"poll_minutes": 5, "fast": True}, 5),
        ({"poll_minutes": 0, "fast": True}, 1),
        ({"poll_minutes": 30}, 30),
    ],
)
def test_the_interval_has_a_floor_unless_the_source_is_fast(fields, minutes):
    """C2."""
    assert Source(id="a", name="A", url=URL, lang="en").poll_minutes == 60
    assert due.interval(source(**fields)) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("headers", "hints", "hours"),
    [
        ({}, FeedHints(), 1),
        ({"cache-control": "public, max-age=43200"}, FeedHints(), 12),
        ({"cache-control": 'MAX-AGE="7200", private'}, FeedHints(), 2),
        ({"cache-control": "s-max-age=7200"}, FeedHints(), 1),
        ({"cache-control": "max-age=60"}, FeedHints(), 1),
        ({"cache-control": "max-age=99999999"}, FeedHints(), 24),
        ({"cache-control": "max-age=-5"}, FeedHints(), 1),
        ({"cache-control": "max-age=soon"}, FeedHints(), 1),
        ({"expires": "Mon, 01 Jun 2026 12:00:00 GMT"}, FeedHints(), 3),
        ({"expires": "Mon, 01 Jun 2026 08:00:00 GMT"}, FeedHints(), 1),
        ({"expires": "-1"}, FeedHints(), 1),
        ({"expires": "Mon, 01 Jun 2099 12:00:00 GMT"}, FeedHints(), 24),
        ({}, FeedHints(ttl_minutes=180), 3),
        ({}, FeedHints(ttl_minutes=5), 1),
        ({}, FeedHints(ttl_minutes=-5), 1),
        ({}, FeedHints(ttl_minutes=1e300), 24),
        ({}, FeedHints(sy_period_s=1800), 1),
        ({}, FeedHints(sy_period_s=4 * 3600), 4),
        ({"cache-control": "max-age=7200"}, FeedHints(ttl_minutes=180, sy_period_s=14400), 4),
    ],
)
def test_hints_lengthen_and_never_shorten(headers, hints, hours):
    """C3, C4."""
    state = after(fresh(), fetched(headers=headers), feed(NOW, hints=hints))
    assert wait(state) == timedelta(hours=hours)


def test_expires_counts_on_the_servers_own_clock():
    """C3: a server whose clock is a day behind does not look stale."""
    answer = fetched(headers={"expires": "Sun, 31 May 2026 13:00:00 GMT"}, server_time=NOW - DAY)
    assert wait(after(fresh(), answer, NEWS)) == 4 * HOUR


def test_the_documents_hints_hold_while_it_is_not_sent_again():
    """C3: a 304 brings no document."""
    state = after(fresh(), fetched(), feed(NOW, hints=FeedHints(ttl_minutes=180)))
    state = after(state, fetched(FetchKind.NOT_MODIFIED, at=state.next_due))
    assert wait(state) == 3 * HOUR


def test_an_interval_of_our_own_above_the_cap_stays():
    """C3."""
    assert wait(after(fresh(), fetched(), NEWS, poll_minutes=3 * 24 * 60)) == 3 * DAY


SUNDAY = datetime(2026, 6, 7, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "hints", "expected"),
    [
        (NOW, FeedHints(skip_hours=frozenset({9, 10})), NOW + 2 * HOUR),
        (NOW, FeedHints(skip_hours=frozenset({10})), NOW),
        (NOW + timedelta(minutes=30), FeedHints(skip_hours=frozenset({9})), NOW + HOUR),
        (NOW, FeedHints(skip_hours=frozenset(range(24))), NOW),
        (NOW, FeedHints(skip_days=frozenset({0})), NOW + 15 * HOUR),
        (NOW, FeedHints(skip_days=frozenset(range(7))), NOW),
        (SUNDAY, FeedHints(skip_days=frozenset({5, 6})), SUNDAY + timedelta(minutes=90)),
        (
            SUNDAY,
            FeedHints(skip_hours=frozenset(range(7)), skip_days=frozenset({5, 6})),
            SUNDAY + timedelta(minutes=90) + 7 * HOUR,
        ),
        (SUNDAY, FeedHints(skip_hours=frozenset({22, 23, 0, 1})), SUNDAY + timedelta(minutes=210)),
    ],
)
def test_a_due_time_in_a_skipped_block_moves_to_its_end(at, hints, expected):
    """C5."""
    assert due.awake(at, hints) == expected


def test_jitter_only_lengthens_by_at_most_a_tenth():
    """C6, C1."""
    waits = {wait(after(fresh(), fetched(), NEWS, jitter=j / 10)) for j in range(11)}
    assert (min(waits), max(waits)) == (HOUR, 1.1 * HOUR)
    assert len(waits) == 11


def test_a_long_sleep_is_one_request():
    """C7."""
    state = after(fresh(), fetched(), NEWS)
    woken = NOW + 9 * HOUR
    assert due.is_due(state, source(), woken)
    state = after(state, fetched(FetchKind.NOT_MODIFIED, at=woken))
    assert not due.is_due(state, source(), woken + timedelta(minutes=59))


def test_a_clock_set_back_causes_neither_burst_nor_silence():
    """C9."""
    state = after(fresh(), fetched(), NEWS, jitter=0.5)
    planned = wait(state)
    back = NOW - 2 * HOUR
    assert due.clock_went_back(state, back)
    assert not due.is_due(state, source(), back)
    state = due.settled(state, back)
    assert not due.is_due(state, source(), back)
    assert state.next_due == back + planned
    assert due.settled(state, back + timedelta(minutes=5)) is state
    assert state.full_at <= back
    assert state.last_success <= back


def test_a_small_step_back_is_no_matter():
    """C9."""
    state = after(fresh(), fetched(), NEWS)
    assert due.settled(state, NOW - timedelta(seconds=30)) is state
    assert due.settled(fresh(), NOW) == fresh()


def test_a_due_time_no_rule_could_have_set_is_ignored():
    """C9: the clock once stood in 2099."""
    lost = fresh(next_due=NOW + 400 * DAY, last_attempt=NOW - DAY)
    assert due.is_due(lost, source(), NOW)


# ------------------------------------------------------------------------------------------- answers


def test_the_same_body_again_is_known_and_counts_as_success():
    """D1."""
    state = after(fresh(), fetched(), NEWS)
    again = fetched(at=NOW + HOUR)
    assert due.unchanged(state, again)
    assert not due.unchanged(fresh(), again)
    assert not due.unchanged(state, replace(again, kind=FetchKind.TRUNCATED))
    state = after(state, again, None)
    assert (state.kind, state.health, state.entries_last) == (FetchKind.OK, Health.OK, 2)
    assert "Nothing changed" in state.detail


def moved_answer(at, *hops, **fields):
    redirects = tuple(Redirect(status, url) for status, url in hops)
    return fetched(at=at, redirects=redirects, final_url=hops[-1][1] if hops else URL, **fields)


NEW = "https://new.example/rss.xml"


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_is_believed_after_three_times_in_a_day(status):
    """D2."""
    state = fresh()
    for hours in (0, 1, 2, 23):
        state = after(state, moved_answer(NOW + hours * HOUR, (status, NEW)), NEWS)
        assert due.address(state, source()) == URL
    state = after(state, moved_answer(NOW + 24 * HOUR, (status, NEW)), NEWS)
    assert due.address(state, source()) == NEW
    assert NEW in state.detail
    state = after(state, fetched(at=NOW + 30 * HOUR, url=NEW, final_url=NEW), NEWS)
    assert due.address(state, source()) == NEW
    assert state.url == URL


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_passing_redirect_is_never_stored(status):
    """D2."""
    state = fresh()
    for hours in range(0, 100, 10):
        state = after(
            state, moved_answer(NOW + hours * HOUR, (status, NEW), (301, "https://x.example/")), NEWS
        )
    assert due.address(state, source()) == URL
    assert state.moved_to == ""


def test_another_target_or_none_starts_the_count_again():
    """D2."""
    state = fresh()
    for hours, target in ((0, NEW), (12, NEW), (20, "https://y.example/"), (30, NEW)):
        state = after(state, moved_answer(NOW + hours * HOUR, (301, target)), NEWS)
    assert (state.moved_to, state.moved_count) == (NEW, 1)
    assert after(state, fetched(at=NOW + 31 * HOUR), NEWS).moved_to == ""


def test_a_chain_counts_as_far_as_it_is_permanent():
    """D2."""
    answer = moved_answer(NOW, (301, "https://a.example/"), (308, "https://b.example/"), (302, NEW))
    assert due.permanent_target(answer) == "https://b.example/"


@pytest.mark.parametrize("kind", [FetchKind.NOT_FOUND, FetchKind.GONE])
def test_a_believed_address_that_vanishes_leads_back_to_the_configured_one(kind):
    """D2."""
    state = fresh()
    for hours in (0, 12, 24):
        state = after(state, moved_answer(NOW + hours * HOUR, (301, NEW)), NEWS)
    state = after(state, fetched(kind, at=NOW + 25 * HOUR, url=NEW, final_url=NEW))
    assert due.address(state, source()) == URL
    assert not state.stopped


@pytest.mark.parametrize(
    "kind", [FetchKind.REFUSED, FetchKind.NOT_FOUND, FetchKind.LEGAL_BLOCK, FetchKind.CLIENT_ERROR]
)
def test_refusals_wait_four_hours_doubling_to_a_day(kind):
    """D4, D5."""
    waits = [wait(state) / HOUR for state in fail(kind, 6)]
    assert waits == [4, 8, 16, 24, 24, 24]


def test_404_is_given_up_after_thirty_failures_over_two_weeks():
    """D5."""
    states = fail(FetchKind.NOT_FOUND, 31)
    assert [state.stopped for state in states] == [False] * 29 + [True] * 2
    assert wait(states[-1]) == 7 * DAY
    assert "once" not in states[0].detail
    assert "one request a week" in states[-1].detail
    quick = after(fresh(failures=40, failing_since=NOW - DAY), fetched(FetchKind.NOT_FOUND))
    assert not quick.stopped


def test_410_stops_at_once_and_probes_once_a_week():
    """D6."""
    state = after(fresh(), fetched(FetchKind.GONE))
    assert (state.stopped, state.health) == (True, Health.GONE)
    assert not due.is_due(state, source(), NOW + 7 * DAY - timedelta(seconds=1))
    assert due.is_due(state, source(), NOW + 7 * DAY + HOUR)
    state = after(state, fetched(FetchKind.TIMEOUT, at=NOW + 8 * DAY))
    assert (state.stopped, wait(state)) == (True, 7 * DAY)
    state = after(state, fetched(at=NOW + 16 * DAY), feed(NOW + 16 * DAY))
    assert (state.stopped, state.health, wait(state)) == (False, Health.OK, HOUR)


@pytest.mark.parametrize(
    ("retry_after_s", "hours"),
    [(3600.0, 1), (7200.0, 2), (60.0, 1), (7 * 86400.0, 168), (0.0, 4), (None, 4)],
)
def test_429_obeys_retry_after_and_waits_four_hours_without(retry_after_s, hours):
    """D7: a date in the past (0) says nothing."""
    answer = fetched(FetchKind.RATE_LIMITED, retry_after_s=retry_after_s)
    assert wait(after(fresh(), answer)) == hours * HOUR


def test_429_without_a_word_doubles():
    """D7."""
    waits = [wait(state) / HOUR for state in fail(FetchKind.RATE_LIMITED, 4)]
    assert waits == [4, 8, 16, 24]
    slow = after(fresh(), fetched(FetchKind.RATE_LIMITED), poll_minutes=5 * 60)
    assert wait(slow) == 10 * HOUR


def test_retry_after_counts_from_the_answer_not_from_the_request():
    """D7: none early."""
    answer = fetched(FetchKind.RATE_LIMITED, retry_after_s=7200.0)
    late = NOW + timedelta(seconds=25)
    assert after(fresh(), answer, now=late).next_due == late + 2 * HOUR


def test_429_gets_up_to_an_hour_of_jitter():
    """C6."""
    answer = fetched(FetchKind.RATE_LIMITED, retry_after_s=7200.0)
    assert wait(after(fresh(), answer, jitter=1.0)) == 3 * HOUR


def test_429_alone_holds_the_whole_host():
    """D7, D8."""
    assert due.host_wait(fetched(FetchKind.RATE_LIMITED, retry_after_s=120.0), NOW) == NOW + timedelta(
        minutes=2
    )
    assert due.host_wait(fetched(FetchKind.RATE_LIMITED), NOW) == NOW + 4 * HOUR
    assert due.host_wait(fetched(FetchKind.UNAVAILABLE, retry_after_s=120.0), NOW) is None
    assert due.host_wait(fetched(), NOW) is None


@pytest.mark.parametrize(("retry_after_s", "hours"), [(7200.0, 2), (60.0, 1), (None, 8)])
def test_503_obeys_retry_after_and_backs_off_without(retry_after_s, hours):
    """D8: after three failures."""
    state = fail(FetchKind.UNAVAILABLE, 3)[-1]
    answer = fetched(FetchKind.UNAVAILABLE, at=state.next_due, retry_after_s=retry_after_s)
    assert wait(after(state, answer)) == hours * HOUR


@pytest.mark.parametrize(
    "kind",
    [
        FetchKind.SERVER_ERROR,
        FetchKind.TIMEOUT,
        FetchKind.DNS,
        FetchKind.TLS,
        FetchKind.CONNECT,
        FetchKind.PROTOCOL,
        FetchKind.TOO_SLOW,
        FetchKind.TRUNCATED,
        FetchKind.EMPTY,
        FetchKind.NOT_A_FEED,
        FetchKind.PARSE_LOST,
    ],
)
def test_passing_failures_back_off_to_a_day_and_success_resets(kind):
    """D9, D10, D11."""
    states = fail(kind, 8)
    assert [wait(state) / HOUR for state in states] == [1, 2, 4, 8, 16, 24, 24, 24]
    assert "failure 8 in a row" in states[-1].detail
    good = after(states[-1], fetched(at=states[-1].next_due), feed(states[-1].next_due))
    assert (good.failures, good.failing_since, good.health, wait(good)) == (0, None, Health.OK, HOUR)


def test_any_failure_with_retry_after_waits_at_least_so_long():
    answer = fetched(FetchKind.SERVER_ERROR, retry_after_s=5 * 3600.0)
    assert wait(after(fresh(), answer)) == 5 * HOUR


def test_html_instead_of_a_feed_is_a_failure_of_its_own():
    """D10."""
    state = after(fresh(), fetched(headers={"etag": '"1"'}), LOGIN_PAGE)
    assert (state.kind, state.health, state.validators) == (FetchKind.NOT_A_FEED, Health.NOT_A_FEED, None)
    assert state.body_sha256 == ""
    assert "feed" in state.detail


def test_a_new_body_that_nobody_read_is_no_success():
    """D11: the parser was lost."""
    state = after(fresh(), fetched(headers={"etag": '"1"'}), None)
    assert (state.kind, state.health, state.validators) == (FetchKind.PARSE_LOST, Health.FAILING, None)


def test_a_feed_that_lost_its_entries_is_emptied_until_they_are_back():
    """D13."""
    state = after(fresh(), fetched(), feed(None, None))
    assert state.health is Health.OK
    state = after(state, fetched(body_sha256="sha-2"), feed())
    assert state.health is Health.EMPTIED
    state = after(state, fetched(FetchKind.NOT_MODIFIED))
    assert state.health is Health.EMPTIED
    assert "without a single entry" in state.detail
    assert after(state, fetched(body_sha256="sha-3"), feed(None)).health is Health.OK


def test_a_feed_without_entries_from_the_start_is_healthy_and_an_empty_search_too():
    """D13."""
    assert after(fresh(), fetched(), feed()).health is Health.OK
    state = after(fresh(), fetched(), NEWS, kind=SourceKind.SEARCH)
    assert after(state, fetched(body_sha256="b"), feed(), kind=SourceKind.SEARCH).health is Health.OK


def test_a_feed_with_old_news_is_frozen_even_by_304():
    """D14."""
    state = after(fresh(), fetched(), feed(NOW - 31 * DAY, NOW - 90 * DAY))
    assert state.health is Health.FROZEN
    assert "2026-05-01" in state.detail
    state = after(fresh(), fetched(), feed(NOW - 20 * DAY))
    assert state.health is Health.OK
    assert after(state, fetched(FetchKind.NOT_MODIFIED, at=NOW + 11 * DAY)).health is Health.FROZEN


def test_times_that_no_clock_made_do_not_hide_old_news():
    """D14: an entry of the year 2099."""
    future = Entry(key="g:9", published=Claim(NOW + 9000 * DAY, "x", weak="future"))
    document = replace(feed(NOW - 60 * DAY), entries=(*feed(NOW - 60 * DAY).entries, future))
    assert after(fresh(), fetched(), document).health is Health.FROZEN


@pytest.mark.parametrize(
    ("kind", "health"),
    [
        (FetchKind.DNS, Health.BLOCKED_HERE),
        (FetchKind.CONNECT, Health.BLOCKED_HERE),
        (FetchKind.LEGAL_BLOCK, Health.BLOCKED_HERE),
        (FetchKind.PRIVATE_ADDRESS, Health.BLOCKED_HERE),
        (FetchKind.TIMEOUT, Health.FAILING),
        (FetchKind.TLS, Health.FAILING),
        (FetchKind.REFUSED, Health.REFUSED),
        (FetchKind.TOO_LARGE, Health.TOO_LARGE),
        (FetchKind.TRUNCATED, Health.TRUNCATED),
        (FetchKind.EMPTY, Health.EMPTY),
    ],
)
def test_each_kind_has_its_named_state(kind, health):
    assert after(fresh(), fetched(kind)).health is health


def test_the_detail_says_what_happened_and_when_the_next_try_is():
    state = after(fresh(), fetched(FetchKind.DNS, detail="The name feeds.example could not be resolved."))
    assert state.detail == ("The name feeds.example could not be resolved. Next try 2026-06-01 10:00 UTC.")
    assert (
        after(fresh(), fetched(), NEWS).detail
        == "It answered with 2 entries. Next look 2026-06-01 10:00 UTC."
    )


def test_when_the_network_is_back_its_failures_need_not_wait_longer():
    state = fail(FetchKind.DNS, 6)[-1]
    assert wait(due.reachable_again(state, source())) == HOUR
    refused = fail(FetchKind.REFUSED, 3)[-1]
    assert due.reachable_again(refused, source()) is refused


# ------------------------------------------------------------------------------------------- always


@given(
    kinds=st.lists(st.sampled_from(list(FetchKind)), min_size=1, max_size=30),
    retry_after_s=st.one_of(st.none(), st.floats(0, 604_800)),
    jitter=st.floats(0, 1),
    minutes=st.integers(1, 3000),
)
def test_whatever_happens_the_next_time_is_between_interval_and_a_week(kinds, retry_after_s, jitter, minutes):
    """C1, C2, D6, D7."""
    state, one = fresh(), source(poll_minutes=minutes)
    for kind in kinds:
        at = state.next_due or NOW
        answer = fetched(kind, at=at, retry_after_s=None if kind in due._ANSWERED else retry_after_s)
        state = due.after(state, one, answer, NEWS if kind is FetchKind.OK else None, now=at, jitter=jitter)
        assert due.interval(one) <= wait(state) <= due.PROBE + due.interval(one) * 2 + DAY
        assert state.detail.endswith("UTC.")
        assert not due.is_due(state, one, at)
        assert due.is_due(state, one, state.next_due)


def test_a_detail_without_full_stop_becomes_a_sentence():
    answer = fetched(FetchKind.NOT_A_FEED, detail="a page in HTML")
    assert after(fresh(), answer).detail == "a page in HTML. Next try 2026-06-01 10:00 UTC."
