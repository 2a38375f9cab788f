"""The Dockerfile, read as a text: slim, without privileges, watched, and with storage that hides nothing."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from monitor import shipped

ROOT = Path(__file__).resolve().parents[2]


def steps():
    """Return (instruction, text) of the Dockerfile, continued lines joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    rows = [row.strip() for row in text.splitlines() if row.strip() and not row.startswith("#")]
    return [tuple(row.split(None, 1)) for row in rows]


def arguments(name):
    return [text for instruction, text in steps() if instruction == name]


def final():
    """Return the steps of the last stage."""
    every = steps()
    last = max(position for position, (name, _) in enumerate(every) if name == "FROM")
    return every[last:]


def test_every_stage_starts_from_a_slim_python_that_is_new_enough():
    for text in arguments("FROM"):
        found = re.match(r"python:3\.(\d+)-slim", text)
        assert found, text
        assert int(found[1]) >= 11


def test_it_runs_as_a_user_without_privileges():
    names = [name for name, _ in final()]
    user = dict(final())["USER"]
    assert user not in {"root", "0"}
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert f"useradd --system --uid 10001 --create-home {user}" in " ".join(arguments("RUN"))


def test_what_it_copies_is_there_and_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    for text in arguments("COPY"):
        if text.startswith("--from="):
            continue
        for name in text.split()[:-1]:
            assert (ROOT / name).exists(), name
            assert f"!{name}" in ignored, name


def test_it_copies_what_the_wheel_is_built_from():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    copied = {name for text in arguments("COPY") for name in text.split()[:-1]}
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert (
        set(included) | {"monitor", "pyproject.toml", project["project"]["readme"], "requirements.lock"}
        <= copied
    )


def test_the_extras_it_installs_exist():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = re.search(r'"\.\[([a-z,]+)\]"', " ".join(arguments("RUN")))[1].split(",")
    assert set(extras) <= set(project["project"]["optional-dependencies"])
    assert "dev" not in extras


def test_storage_is_a_volume_and_the_shipped_seeds_lie_elsewhere():
    assert arguments("VOLUME") == ["/desk/storage"]
    assert "monitor init /desk" in " ".join(arguments("RUN"))
    assert shipped.read_bytes("seeds.json")


def test_health_entry_and_command_are_commands_of_the_program():
    entry = json.loads(arguments("ENTRYPOINT")[0])
    health = json.loads(re.search(r"CMD (\[.*\])", arguments("HEALTHCHECK")[0])[1])
    assert entry == ["monitor", "--config", "/desk/sources.toml"]
    assert health == [*entry, "health"]
    assert json.loads(arguments("CMD")[-1]) == ["run"]
    assert arguments("STOPSIGNAL") == ["SIGTERM"]
