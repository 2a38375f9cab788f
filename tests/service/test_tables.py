"""Tables for a terminal: aligned by what is seen, cut to what fits, whole where nobody looks."""

from __future__ import annotations

import pytest

from monitor.digest.columns import width
from monitor.service import tables
from monitor.service.tables import clip, table

HEAD = ("source", "new", "remark")
ROWS = [("ria", 3, "北方領土の返還を求める署名が昨年より少なかった " * 4), ("tass", 12, "x " * 80)]


def seen_on(monkeypatch, columns):
    monkeypatch.setattr(tables, "room", lambda: columns)


def test_a_pipe_gets_the_whole_text(monkeypatch):
    seen_on(monkeypatch, 0)
    assert ROWS[1][2].strip() in table(HEAD, ROWS)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_line_is_longer_than_the_terminal(monkeypatch, columns):
    seen_on(monkeypatch, columns)
    assert max(map(width, table(HEAD, ROWS).splitlines())) <= columns


def test_the_narrowest_terminal_keeps_a_little_of_the_last_column(monkeypatch):
    seen_on(monkeypatch, 5)
    shown = table(HEAD, ROWS).splitlines()[-1]
    assert shown.startswith("tass")
    assert shown.endswith("…")


def test_numbers_stand_to_the_right_and_an_empty_table_is_its_head(monkeypatch):
    seen_on(monkeypatch, 0)
    assert "  3  " in table(HEAD, ROWS)
    assert table(HEAD, []).splitlines()[0].split() == ["source", "new", "remark"]


def test_a_cell_holds_one_line_and_nothing_a_terminal_obeys():
    assert clip("a\x1b[31mb\tc\u202ed", 20).isprintable()
    assert clip("北方領土", 5) == "北方…"
