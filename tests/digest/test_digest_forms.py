"""The four days as mails: golden texts, widths, and what the forms must have in common."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.digest import columns as columns_mod
from monitor.digest.build import build, empty
from monitor.digest.english import ENGLISH
from monitor.digest.render import form, printed, render
from tests.digest import invented

DAYS = {
    "normal": invented.normal_day,
    "empty": invented.empty_day,
    "blind": invented.blind_day,
    "copies": invented.copies_day,
    "week": invented.week,
}
GOLDEN = Path(__file__).parent / "golden"


def columns(line: str) -> int:
    """Width by the standard library alone, so that the project's own measure is checked against another."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in line
    )


@pytest.mark.parametrize("day", DAYS)
def test_the_text_of_each_day_is_the_golden_one(day):
    text = printed(render(build(DAYS[day]())))
    path = GOLDEN / f"{day}.txt"
    if os.environ.get("MONITOR_WRITE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["ru", "ja"])
@pytest.mark.parametrize("day", ["normal", "blind"])
def test_the_text_in_another_language_is_the_golden_one(day, lang):
    material = DAYS[day]()
    text = printed(render(build(replace(material, recipient=replace(material.recipient, language=lang)))))
    path = GOLDEN / f"{day}.{lang}.txt"
    if os.environ.get("MONITOR_WRITE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("day", DAYS)
def test_no_line_is_wider_than_72_columns_and_no_link_is_broken(day):
    material = DAYS[day]()
    lines = render(build(material)).text.splitlines()
    wide = [line for line in lines if columns(line) > 72]
    assert [line for line in wide if not re.fullmatch(r"\s*https?://\S+", line)] == []
    assert all(line == line.rstrip() for line in lines)


def test_a_long_link_stands_whole_on_a_line_of_its_own():
    url = "https://press.example.org/" + "a" * 150
    one = invented.judged(invented.article(1, "Harbour Wire", "Title", "2026-11-25 10:00", url=url))
    lines = render(build(replace(invented.normal_day(), articles=(one,)))).text.splitlines()
    assert f"     {url}" in lines


@pytest.mark.parametrize("day", DAYS)
def test_the_same_material_gives_the_same_bytes_in_whatever_order_it_comes(day):
    material = DAYS[day]()
    turned = replace(material, articles=tuple(reversed(material.articles)))
    one, other = render(build(material)), render(build(turned))
    assert (one.subject, one.text, one.html, one.markdown) == (
        other.subject,
        other.text,
        other.html,
        other.markdown,
    )


@pytest.mark.parametrize("day", DAYS)
def test_every_form_tells_the_same_facts(day):
    rendered = render(build(DAYS[day]()))
    flat = re.sub(r"\s+", " ", rendered.text)
    for story in rendered.data["stories"]:
        for fact in story["facts"]:
            said = fact["said"]["text"]
            assert said in rendered.html
            assert said.strip("«».") in flat
            assert said in rendered.markdown
    assert rendered.data["subject"] == rendered.subject
    assert json.loads(form(rendered, "json")) == rendered.data


@pytest.mark.parametrize("day", DAYS)
def test_empty_sections_are_not_printed(day):
    text = render(build(DAYS[day]())).text
    lines = text.splitlines()
    titles = [
        n for n, line in enumerate(lines) if re.fullmatch(r"[A-Z][A-Z ]+[A-Z](, titles only| \(\d+\))?", line)
    ]
    for number in titles:
        assert lines[number + 1].startswith(("- ", "1. ")), lines[number]


def test_the_subject_keeps_one_line_of_a_mail():
    long = invented.judged(invented.article(1, "Harbour Wire", "word " * 60, "2026-11-25 10:00"))
    subject = render(build(replace(invented.normal_day(), articles=(long,)))).subject
    assert columns(subject) <= 68
    assert subject.endswith('…"')


def test_nothing_new_on_a_covered_day_is_empty_and_a_blind_day_is_not():
    assert empty(build(invented.empty_day()))
    assert not empty(build(invented.blind_day()))
    assert not empty(build(invented.normal_day()))


def test_a_preview_promises_nothing_and_a_skipping_recipient_is_told_how_to_ask():
    material = invented.empty_day()
    assert "Next:" not in render(build(replace(material, next_slot=None))).text
    text = render(build(replace(material, skips_empty=True))).text
    assert "if anything is new" in text
    assert "the service is down" not in text


def test_a_catch_up_digest_names_its_period():
    material = invented.empty_day()
    start = invented.tokyo("2026-11-24 06:52")
    text = render(build(replace(material, period=invented.Span(start, material.period.end)))).text
    assert "Covers Tue 24 Nov 06:52 to Fri 27 Nov 06:54." in text


def test_a_digest_that_reaches_behind_the_first_look_says_when_that_was():
    start, begun = invented.tokyo("2026-11-01 00:00"), invented.tokyo("2026-11-26 09:30")
    material = replace(
        invented.empty_day(),
        period=invented.Span(start, invented.empty_day().period.end),
        watched_since=begun,
    )
    for one in (render(build(material)).text, render(build(material)).markdown):
        assert "First look at the sources: Thu 26 Nov 09:30." in " ".join(one.split())
    assert "First look" not in render(build(replace(material, watched_since=start))).text


def test_nothing_new_is_not_said_of_hours_before_the_first_look():
    """Seen with a baseline of yesterday on a desk begun today: "no gap", though nobody had looked."""
    start, begun = invented.tokyo("2026-11-26 06:00"), invented.tokyo("2026-11-26 23:30")
    day = replace(
        invented.empty_day(),
        period=invented.Span(start, invented.empty_day().period.end),
        watched_since=begun,
    )
    said = {
        lang: render(build(replace(day, recipient=replace(day.recipient, language=lang))))
        for lang in ("en", "ru", "ja")
    }
    assert said["en"].subject == "[treaty] nothing new, not watched before 26 Nov - Fri 27 Nov 2026"
    assert "not watched before Thu 26 Nov 23:30" in " ".join(said["en"].text.split())
    assert "до чт 26 ноя 23:30 не смотрели" in " ".join(said["ru"].text.split())
    assert "no gap" not in said["en"].text
    assert "no gap" in render(build(replace(day, watched_since=start))).text


def test_a_name_and_its_figure_stand_on_one_line():
    text = render(build(invented.empty_day())).text
    folds = re.search(r"know:(.*?)\nLast", text, re.DOTALL)[1]
    assert "Invitation letter: 9" in folds
    for one in (render(build(invented.normal_day())).html, render(build(invented.empty_day())).html):
        assert columns_mod.TIE not in one
        assert columns_mod.GLUE not in one


def test_zones_without_a_name_show_their_offset():
    material = replace(invented.normal_day(), zone="Asia/Magadan")
    assert "Thu 26 Nov 2026, 09:00 UTC+11" in render(build(material)).text


def test_every_kind_of_failure_has_words():
    from monitor.digest.sight import SUCCESS
    from monitor.model import FetchKind

    for kind in FetchKind:
        assert kind in SUCCESS or f"why.{kind.value}" in ENGLISH.table


@pytest.mark.parametrize("length", [10, 30, 45, 60, 90])
def test_a_command_too_long_for_a_line_goes_on_after_a_backslash_and_stays_the_same(length):
    path = "/srv/" + "d" * length + "/sources.toml"
    material = replace(invented.blind_day(), program=f"monitor --config {path}")
    text = render(build(material)).text
    command = f"monitor --config {path} backfill --from 2026-11-27 --to 2026-11-29"
    pasted = text.replace(" \\\n", " ")
    assert command.split() == " ".join(pasted.split()).partition("Fill: ")[2].split()[: len(command.split())]
    for line in text.splitlines():
        assert columns(line) <= 72 or path in line
        assert not re.search(r"--\w+ \\$", line)  # an option keeps its value
