"""Tags of a story, and which reports are comment."""

from __future__ import annotations

import pytest

from monitor.digest import tags
from monitor.digest.comment import is_comment


def test_a_story_is_tagged_with_what_is_its_own_and_the_general_only_where_nothing_else_is():
    assert tags.shown(["treaty", "graves", "statements", "fishing"]) == ("graves", "fishing")
    assert tags.shown(["territory", "treaty", "statements"]) == ("statements", "treaty", "territory")
    assert tags.shown(["own_thread", "own_thread"]) == ("own_thread",)
    assert tags.main(["treaty", "graves"]) == "graves"
    assert tags.main([]) == ""


@pytest.mark.parametrize(
    "title",
    [
        "Opinion: talk to each other",
        "[Analysis] What the letter means",
        "EDITORIAL | Eighty years",
        "Why the islands wait | Opinion",
        "Мнение: почему переговоров нет",
        "Колонка — острова и люди",
        "社説　島々との対話を",
        "【解説】漁業協定とは",
        "社説:対話の糸口",
    ],
)
def test_what_an_outlet_marks_as_comment_is_comment(title):
    assert is_comment(title, None)


@pytest.mark.parametrize(
    "title",
    [
        "Opinion poll: fewer expect the islands back",
        "Minister declines comment on letter",
        "Analysis of fish stocks: Japan and Russia to meet",
        "Комментарий МИД России о переговорах",
        "Письмо губернатора опубликовано",
        "社説を読む会が発足",
        "解説員が退任",
        "",
    ],
)
def test_a_word_inside_a_headline_makes_no_comment(title):
    assert not is_comment(title, "https://press.example/news/opinion-poll-falls")


@pytest.mark.parametrize(
    ("url", "comment"),
    [
        ("https://press.example/opinion/2026/islands", True),
        ("https://press.example/world/analysis/islands", True),
        ("https://press.example/mneniya/ostrova.html", True),
        ("https://press.example/news/opinion", False),
        ("https://opinion.example/news/1", False),
        ("https://press.example/columbia/1", False),
        ("http://[::1", False),
        (None, False),
    ],
)
def test_the_address_tells_by_a_whole_part_of_its_path(url, comment):
    assert is_comment("Islands", url) is comment
