"""Nothing stays undocumented: every command and every setting is explained, every link leads somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from monitor.config import vocabulary

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OTHERS = [ROOT / name for name in ("SECURITY.md", "CHANGELOG.md")]


def commands():
    """Return every command as typed: ``poll``, ``seeds list``."""
    if importlib.util.find_spec("monitor.cli") is None:
        return []
    import typer

    from monitor.cli import app

    def walk(command, path):
        inner = getattr(command, "commands", {})
        if not inner and path:
            yield " ".join(path)
        for name, following in inner.items():
            if not following.hidden:
                yield from walk(following, (*path, name))

    return sorted(walk(typer.main.get_command(app), ()))


@pytest.fixture(scope="module")
def text():
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(text, command):
    assert re.search(rf"(\bmonitor (--config \S+ )?|`){re.escape(command)}\b", text), f"monitor {command}"


def sections():
    """Return the text of docs/settings.md by the table its heading names."""
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    found = {}
    for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        found |= dict.fromkeys(re.findall(r"`\[+([a-z.]+)\]+`", heading), body)
    return found


@pytest.mark.parametrize("setting", sorted(vocabulary()))
def test_every_setting_is_documented_in_the_section_of_its_table(setting):
    table, _, key = setting.rpartition(".")
    while table not in sections() and "." in table:
        table = table.rpartition(".")[0]
    codes = " ".join(re.findall(r"`([^`]+)`", sections()[table]))
    assert re.search(rf"(?<![\w]){re.escape(key)}(?![\w])", codes), (
        f"docs/settings.md does not explain {setting}"
    )


def test_no_setting_is_documented_that_does_not_exist():
    known = {name for setting in vocabulary() for name in setting.split(".")}
    for body in sections().values():
        for cell in re.findall(r"^\| (`[^|]+`) \|", body, re.MULTILINE):
            assert set(re.findall(r"`([a-z_]+)`", cell)) <= known


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_decisions_are_numbered_without_gaps_and_say_the_same_things():
    files = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [int(file.name[:4]) for file in files if re.match(r"\d{4}-", file.name)]
    assert numbers == list(range(1, len(numbers) + 1))
    for file in files:
        if re.match(r"\d{4}-", file.name):
            record = file.read_text(encoding="utf-8")
            for part in ("Date:", "Status:", "## Context", "## Decision", "## Consequences", "## Rejected"):
                assert part in record, f"{file.name} lacks {part}"


def test_the_changelog_begins_with_what_is_unreleased():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
