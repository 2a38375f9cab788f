"""Prepared texts: cut once, nothing twice."""

from __future__ import annotations

from monitor.text import normal, prepare

BODY = "Tokyo has asked for talks on the islands. Moscow has not replied.\n\nThe envoy flew home on Friday."


def parts(prepared):
    return [(s.part, s.paragraph, s.text) for s in prepared.sentences]


def test_title_summary_and_body_stand_in_reading_order():
    prepared = prepare.prepare("Envoy flies home", "No answer came.", BODY, "en")
    assert parts(prepared) == [
        ("title", 0, "Envoy flies home"),
        ("summary", 0, "No answer came."),
        ("body", 0, "Tokyo has asked for talks on the islands."),
        ("body", 0, "Moscow has not replied."),
        ("body", 1, "The envoy flew home on Friday."),
    ]
    assert (prepared.lang, prepared.version) == ("en", normal.VERSION)
    assert prepared.normal == normal.normal_form(BODY)
    assert prepared.words == 18


def test_a_summary_that_the_body_repeats_is_left_out_even_when_cut_off():
    prepared = prepare.prepare("Envoy", "Tokyo has asked for talks on the isl…", BODY, "en")
    assert [part for part, _, _ in parts(prepared)] == ["title", "body", "body", "body"]


def test_the_title_stays_though_the_body_repeats_it():
    prepared = prepare.prepare("The envoy flew home on Friday.", "The envoy flew home on Friday.", BODY)
    assert [part for part, _, _ in parts(prepared)] == ["title", "body", "body", "body"]


def test_without_a_body_the_summary_is_what_is_compared():
    prepared = prepare.prepare("根室", "外務省は9日、墓参で合意したと発表した。", "", "ja")
    assert prepared.normal == "外務省は9日墓参で合意したと発表した"
    assert prepared.words == 9
    assert prepared.lang == "ja"


def test_nothing_is_prepared_to_nothing():
    prepared = prepare.prepare("", "", "", "ru")
    assert (prepared.sentences, prepared.normal, prepared.words, prepared.lang) == ((), "", 0, "ru")
