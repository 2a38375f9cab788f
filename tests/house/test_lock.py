"""requirements.lock pins everything pyproject.toml can ask for, and nothing else."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINES = [line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if line]
PINS = {
    canonicalize_name(line.partition("==")[0]): line.partition("==")[2]
    for line in LINES
    if not line.startswith("#")
}


def wanted():
    """Return every requirement of the project: build, core and all extras."""
    lists = [
        PROJECT["build-system"]["requires"],
        PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"].values(),
    ]
    return [Requirement(text) for texts in lists for text in texts]


def test_lines_are_exact_pins_without_addresses_or_options():
    assert [line for line in LINES if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line)] == []
    assert not any("://" in line for line in LINES)


def test_pins_are_sorted_and_each_stands_once():
    names = [canonicalize_name(line.partition("==")[0]) for line in LINES if not line.startswith("#")]
    assert len(names) == len(set(names))
    assert [line.lower() for line in LINES if line[0] != "#"] == sorted(
        line.lower() for line in LINES if line[0] != "#"
    )


def test_the_project_itself_is_not_pinned():
    assert canonicalize_name(PROJECT["project"]["name"]) not in PINS


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_everything_the_project_asks_for_is_pinned_within_its_range(requirement):
    pin = PINS.get(canonicalize_name(requirement.name))
    assert pin is not None, f"{requirement.name} is not in requirements.lock; run: make lock"
    assert requirement.specifier.contains(pin, prereleases=True)


def test_what_the_pinned_packages_need_is_pinned_too_and_nothing_is_left_over():
    reached = set()
    stack = [(canonicalize_name(r.name), frozenset(r.extras)) for r in wanted()]
    while stack:
        name, extras = stack.pop()
        if (name, extras) in reached:
            continue
        reached.add((name, extras))
        assert name in PINS, f"{name} is not in requirements.lock; run: make lock"
        for text in metadata.distribution(name).requires or ():
            need = Requirement(text)
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                stack.append((canonicalize_name(need.name), frozenset(need.extras)))
    assert sorted(set(PINS) - {name for name, _ in reached}) == []


def test_what_an_old_installer_misses_is_asked_for_directly():
    """Pip 23 does not find an extra whose name is spelled otherwise than in the library's own list of extras."""
    asked = {canonicalize_name(Requirement(text).name) for text in PROJECT["project"]["dependencies"]}
    missed = set()
    for name in PINS:
        for need in map(Requirement, metadata.distribution(name).requires or ()):
            if need.marker is not None and not need.marker.evaluate({"extra": ""}):
                continue
            offered = metadata.metadata(need.name).get_all("Provides-Extra") or []
            for extra in need.extras - set(offered):
                missed |= brought_by(need.name, extra)
    assert sorted(missed - asked) == []


def brought_by(name, extra):
    """Return what an extra of a library brings, whatever its spelling."""
    names = {f'"{spelling}"' for spelling in (extra, canonicalize_name(extra))}
    texts = [
        t for t in metadata.distribution(name).requires or () if any(f"extra == {n}" in t for n in names)
    ]
    return {canonicalize_name(Requirement(text).name) for text in texts}


def test_no_file_with_index_addresses_is_kept():
    assert not (ROOT / "uv.lock").exists()
    assert not (ROOT / "poetry.lock").exists()


IMPORT_NAMES = {
    "psycopg": "psycopg",
    "prometheus_client": "prometheus-client",
    "pydantic_settings": "pydantic-settings",
}
"""Import names that are not their distribution's name, folded."""
NEVER_IMPORTED = {"tzdata", "lxml-html-clean"}
"""Data, found by the standard library; and what a library asks for in a way that old installers miss."""


def imported():
    """Return the top-level names of other people's packages that ``monitor`` imports."""
    found = set()
    for file in (ROOT / "monitor").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").split(".")[0])
    return {
        canonicalize_name(IMPORT_NAMES.get(name, name))
        for name in found - set(sys.stdlib_module_names) - {"monitor"}
    }


def test_what_is_imported_is_asked_for_and_not_only_there_by_chance():
    extras = PROJECT["project"]["optional-dependencies"]
    texts = [
        *PROJECT["project"]["dependencies"],
        *(t for name, ts in extras.items() if name != "dev" for t in ts),
    ]
    assert sorted(imported() - {canonicalize_name(Requirement(text).name) for text in texts}) == []


def test_what_is_asked_for_is_imported():
    core = {canonicalize_name(Requirement(text).name) for text in PROJECT["project"]["dependencies"]}
    assert sorted(core - imported() - NEVER_IMPORTED) == []
