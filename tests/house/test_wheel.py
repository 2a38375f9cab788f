"""The wheel, installed into an empty environment outside the checkout, does what the README promises."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from monitor import __version__

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.wheel


def run(*command, cwd, timeout=600):
    """Run a command as a newcomer would: no path into the checkout, no settings of the test run."""
    dropped = ("PYTHON", "VIRTUAL_ENV", "MONITOR_", "COVERAGE", "PYTEST")
    env = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout, check=False
    )


def good(*command, cwd):
    """Run a command that must succeed; return its output."""
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    good(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def place(wheel, tmp_path_factory):
    """Return a folder outside the checkout, with the wheel installed in its own venv."""
    folder = tmp_path_factory.mktemp("place")
    good(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    pip = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    good(*pip, "-c", ROOT / "requirements.lock", wheel, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def monitor(place):
    return place / "venv/bin/monitor"


@pytest.fixture(scope="module")
def desk(place, monitor):
    """Return what `monitor init d` makes."""
    good(monitor, "init", "d", cwd=place)
    return place / "d"


def test_it_holds_all_shipped_data_and_nothing_that_is_not_ours(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "monitor/shipped/sources.toml",
        "monitor/shipped/seeds.json",
        "monitor/shipped/init.toml",
    } <= names
    assert "monitor/topic/topic.toml" in names
    assert any(name.startswith("monitor/digest/templates/") for name in names)
    assert any(name.startswith("monitor/db/migrations/versions/") for name in names)
    assert not [
        name
        for name in names
        if not name.startswith(("monitor/", f"treaty_monitor-{__version__}.dist-info/"))
    ]
    assert not [name for name in names if "__pycache__" in name]


def test_shipped_data_comes_from_the_package(place):
    program = (
        "from monitor import shipped; print(shipped.find('sources.toml')); print(shipped.find('seeds.json'))"
    )
    for line in good(place / "venv/bin/python", "-c", program, cwd=place).splitlines():
        assert line.startswith(str(place / "venv"))
    same = "from monitor import shipped; import sys; sys.stdout.write(shipped.read_text('sources.toml'))"
    assert good(place / "venv/bin/python", "-c", same, cwd=place) == (ROOT / "sources.toml").read_text()


def test_version_and_help(place, monitor):
    assert __version__ in good(monitor, "--version", cwd=place)
    assert "init" in good(monitor, "--help", cwd=place)
    assert "init" in good(place / "venv/bin/python", "-m", "monitor", "--help", cwd=place)


def test_init_makes_a_desk_with_the_real_sources(desk):
    text = (desk / "sources.toml").read_text(encoding="utf-8")
    assert 'id = "tass-en"' in text
    assert (desk / "storage").is_dir()


def test_doctor_finds_the_installation_and_the_settings_sound(place, monitor, desk):
    good(monitor, "--config", "d/sources.toml", "doctor", cwd=place)


def test_seeds_are_there_without_a_store_of_their_own(place, monitor, desk):
    assert not (desk / "storage/seeds.json").exists()
    assert len(good(monitor, "--config", "d/sources.toml", "seeds", "list", cwd=place).splitlines()) >= 5


def test_demo_shows_the_whole_road_without_network(place, monitor):
    shown = good(monitor, "demo", cwd=place)
    assert "DEMO" in shown or "invented" in shown


def test_the_health_check_of_the_image_says_that_nothing_runs(place, monitor, desk):
    done = run(monitor, "--config", desk / "sources.toml", "health", cwd=place)
    assert done.returncode not in {0, 2}
    assert "Traceback" not in done.stderr


def test_two_typos_are_named_with_their_lines_and_nothing_starts(place, monitor):
    (place / "bad.toml").write_text(
        '[monitor]\nstorrage = "x"\n[[source]]\nid = "a"\nurl = "https://o.example/"\nlagn = "en"\n'
    )
    done = run(monitor, "--config", "bad.toml", "poll", cwd=place)
    assert done.returncode == 2
    assert "bad.toml:2: monitor.storrage" in done.stderr
    assert "bad.toml:6: source[0].lagn" in done.stderr
    assert done.stdout == ""
    assert not (place / "storage").exists()
