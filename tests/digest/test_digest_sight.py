"""What may be said about what could be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.digest.build import build
from monitor.digest.material import Backfilled, Material, Span
from monitor.digest.render import render
from monitor.digest.sight import Cause, Look, report, sight, union
from monitor.model import FetchKind, Health, Source, SourceState
from tests.digest import invented
from tests.digest.invented import out, seen, tokyo

PERIOD = Span(tokyo("2026-11-25 07:00"), tokyo("2026-11-26 07:00"))


def at(text: str):
    return tokyo(f"2026-11-{text}")


def looked(*looks: Look, poll_minutes=60, window_hours=None, **state):
    source = Source(
        "s", "Post", "https://post.example/feed", "en", poll_minutes=poll_minutes, window_hours=window_hours
    )
    return report(source, SourceState("s", source.url, **state), looks, period=PERIOD)


def every(start, end, minutes=60, kind=FetchKind.OK, oldest=None):
    looks, time = [], at(start)
    while time <= at(end):
        looks.append(Look(time, kind, oldest))
        time += timedelta(minutes=minutes)
    return looks


def test_polls_all_day_leave_no_gap():
    one = looked(*every("25 06:00", "26 06:50"))
    assert (one.gaps, one.lost, one.newly_blind) == ((), (), False)
    assert one.looked_until == at("26 06:00")


def test_one_failure_between_two_looks_is_no_gap():
    looks = [
        *every("25 06:00", "25 12:00"),
        Look(at("25 13:00"), FetchKind.TIMEOUT),
        *every("25 14:00", "26 06:00"),
    ]
    assert looked(*looks).gaps == ()


def test_a_gap_that_the_next_document_reaches_back_past_is_not_lost():
    looks = [*every("25 06:00", "25 14:00"), *every("25 22:00", "26 06:00", oldest=at("25 03:00"))]
    one = looked(*looks)
    assert one.gaps == (Span(at("25 14:00"), at("25 22:00")),)
    assert one.lost == ()


def test_what_the_next_document_does_not_reach_is_lost():
    looks = [*every("25 06:00", "25 14:00"), *every("25 22:00", "26 06:00", oldest=at("25 20:00"))]
    assert looked(*looks).lost == (Span(at("25 14:00"), at("25 20:00")),)


def test_an_unchanged_document_after_a_gap_shows_that_nothing_came_in_it():
    looks = [*every("25 06:00", "25 14:00"), *every("25 22:00", "26 06:00", kind=FetchKind.NOT_MODIFIED)]
    one = looked(*looks)
    assert one.gaps
    assert one.lost == ()


@pytest.mark.parametrize(("hours", "lost"), [(None, True), (4, True), (48, False)])
def test_without_entry_times_the_window_of_the_source_decides(hours, lost):
    looks = [*every("25 06:00", "25 14:00"), *every("25 22:00", "26 06:00")]
    assert bool(looked(*looks, window_hours=hours).lost) is lost


def test_a_source_that_fails_until_the_end_is_newly_blind_and_tells_how():
    looks = [*every("25 06:00", "25 18:00"), *every("25 19:00", "26 06:00", kind=FetchKind.REFUSED)]
    one = looked(*looks)
    assert one.gaps == one.lost == (Span(at("25 18:00"), PERIOD.end),)
    assert one.newly_blind
    assert one.failed_as == (FetchKind.REFUSED,)


def test_a_source_that_was_blind_when_the_last_digest_was_made_is_blind_as_before():
    one = looked(*every("24 12:00", "26 06:00", kind=FetchKind.DNS), last_success=at("20 12:00"))
    assert one.gaps == (PERIOD,)
    assert not one.newly_blind


def test_a_source_never_seen_is_newly_blind_on_its_first_day():
    one = looked(*every("25 12:00", "26 06:00", kind=FetchKind.DNS))
    assert one.looked_until is None
    assert one.newly_blind
    assert one.gaps == (Span(at("25 12:00"), PERIOD.end),)


def test_a_source_first_polled_inside_the_period_has_no_gap_before():
    assert looked(*every("26 05:00", "26 06:50")).gaps == ()


def test_a_gap_that_began_before_the_period_untold_is_told_whole():
    looks = [Look(at("25 06:00"), FetchKind.OK), *every("25 10:00", "26 06:50", oldest=at("25 09:00"))]
    assert looked(*looks).gaps == (Span(at("25 06:00"), at("25 10:00")),)


def test_a_feed_that_answers_with_nothing_is_out_of_sight():
    one = looked(
        *every("25 06:00", "26 06:50"), health=Health.EMPTIED, kind=FetchKind.OK, failing_since=at("25 20:00")
    )
    told = sight([one], PERIOD)
    assert one.newly_blind
    assert not told.covered
    assert (len(told.looked), len(told.newly)) == (0, 1)


# --------------------------------------------------------------------------------------- all together


def test_nothing_new_may_be_said_only_where_every_essential_hour_was_covered():
    fine = [seen(f"S{n}", essential=True) for n in range(3)]
    side = out("Side", "2026-11-25 18:00")
    assert sight([*fine, side], invented.DAY).covered
    main = out("Main", "2026-11-25 18:00", essential=True)
    assert not sight([*fine, main], invented.DAY).covered
    assert not sight([], invented.DAY).covered


def test_without_a_marked_source_every_one_that_worked_is_essential():
    assert not sight([seen("A"), out("B", "2026-11-25 18:00")], invented.DAY).covered
    assert sight([seen("A"), out("B", "2026-11-25 06:52", newly=False)], invented.DAY).covered


def test_a_gap_that_came_back_whole_does_not_forbid_nothing_new_but_is_told():
    gap = Span(at("25 14:00"), at("25 22:00"))
    back = replace(seen("Main", essential=True), gaps=(gap,), failed_as=(FetchKind.TIMEOUT,))
    material = replace(invented.empty_day(), period=invented.DAY, sources=(back, seen("B"), seen("C")))
    rendered = render(build(material))
    assert "nothing new" in rendered.subject
    assert "1 with a gap" in " ".join(rendered.text.split())
    assert "Gap: Main, Wed 14:00 - 22:00; its feed reaches back" in rendered.text


def test_a_blind_stretch_of_all_sources_is_told_once_with_its_cause():
    told = sight(invented.blind_day().sources, invented.blind_day().period)
    assert len(told.blind) == 1
    blind = told.blind[0]
    assert blind.cause is Cause.OWN_NETWORK
    assert (len(blind.names), blind.of, blind.recovered, len(blind.lost)) == (24, 24, 20, 3)


@pytest.mark.parametrize(
    ("kinds", "cause"),
    [
        ([FetchKind.DNS, FetchKind.DNS], Cause.OWN_NETWORK),
        ([FetchKind.DNS, FetchKind.TIMEOUT], Cause.NO_HOST),
        ([FetchKind.REFUSED, FetchKind.DNS], Cause.OUTLETS),
    ],
)
def test_our_own_network_is_blamed_only_where_all_hosts_fail_alike(kinds, cause):
    reports = [out(f"S{n}", "2026-11-25 18:00", kind=kind) for n, kind in enumerate(kinds)]
    assert sight(reports, invented.DAY).blind[0].cause is cause


def test_a_stretch_in_which_nobody_tried_means_the_service_was_down():
    dark = Span(at("25 12:00"), at("25 23:00"))
    reports = [replace(seen(f"S{n}"), gaps=(dark,), lost=(dark,)) for n in range(4)]
    text = render(build(replace(invented.empty_day(), sources=tuple(reports), articles=()))).text
    assert "the service was not running" in text
    assert "Fill: monitor backfill --from 2026-11-25 --to 2026-11-26" in text


def test_no_network_on_the_first_day_is_said_plainly():
    start = tokyo("2026-11-26 06:50")
    period = Span(start, tokyo("2026-11-26 06:51"))
    reports = []
    for n in range(5):
        source = Source(f"s{n}", f"S{n}", f"https://s{n}.example/feed", "en")
        state = SourceState(
            source.id, source.url, health=Health.BLOCKED_HERE, kind=FetchKind.DNS, failing_since=start
        )
        reports.append(report(source, state, [Look(start, FetchKind.DNS)], period=period))
    material = Material(
        period=period, now=period.end, slot="now", recipient=invented.RECIPIENT, sources=tuple(reports)
    )
    rendered = render(build(material))
    assert rendered.subject.startswith("[treaty] COULD NOT LOOK 1 min: 5 of 5 sources")
    assert "our own network" in rendered.text
    assert "nothing new" not in rendered.text.lower()


def test_news_beside_a_blackout_says_both_in_the_subject():
    blind = invented.blind_day()
    news = invented.normal_day().articles
    rendered = render(build(replace(blind, articles=news, speakers=invented.SPEAKERS)))
    assert rendered.subject.startswith("[treaty] 3 new facts, 16 h NOT SEEN: ")
    assert "Blind from Fri 14:10 to Sat 06:31" in rendered.text


def test_new_blindness_is_told_in_full_and_standing_in_one_line():
    standing = [out(f"Old {n}", "2026-11-25 06:52", newly=False) for n in range(6)]
    material = replace(invented.normal_day(), sources=(*invented.normal_day().sources, *standing))
    text = render(build(material)).text
    assert "- New: Eurasia Desk refuses us (403) since 25 Nov 18:10; retry 10:10." in text
    assert "- As before: 7 - does not resolve here (7)." in text


def test_sources_no_program_may_read_are_named_with_their_address():
    rendered = render(build(invented.normal_day()))
    assert "MFA Japan: https://mfa-jp.example\n" in rendered.text
    assert 'href="https://mfa-jp.example"' in rendered.html


def test_waiting_sources_say_what_is_thin_without_them():
    waiting = (invented.source("W1", country="JP"), invented.source("W2", country="JP"))
    sources = (seen("A", country="JP", essential=True), seen("B", country="RU"))
    text = render(build(replace(invented.empty_day(), sources=sources, waiting=waiting))).text
    flat = " ".join(text.split())
    assert "personal_use = true: 2 sources; without them JP has 1 of 3." in flat


def test_what_was_filled_since_is_told():
    filled = Backfilled(Span(at("25 14:10"), at("26 03:30")), entries=41, sources=3)
    text = " ".join(render(build(replace(invented.empty_day(), backfilled=(filled,)))).text.split())
    assert "Filled since: Wed 14:10 - Thu 03:30, 41 entries from 3 sources." in text


def test_looks_far_apart_are_told_as_a_stretch():
    sources = (seen("A", "2026-11-26 02:10", essential=True), seen("B", "2026-11-26 06:52"))
    text = render(build(replace(invented.normal_day(), sources=sources))).text
    assert "between 02:10 and 06:52" in " ".join(text.split())


def test_spans_join_where_they_touch():
    a, b, c = at("25 01:00"), at("25 02:00"), at("25 03:00")
    assert union([Span(b, c), Span(a, b)]) == [Span(a, c)]
    assert union([]) == []
