"""The first command in a fresh clone: clear about what is missing, quiet when nothing changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ("Makefile", ".ci/setup_venv.py", "pyproject.toml", "requirements.lock")


@pytest.fixture
def clone(tmp_path):
    """Return a folder with what the Makefile needs, and a venv that looks installed."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(clone, *arguments, python=sys.executable):
    command = ["make", "--no-print-directory", *arguments, f"PYTHON={python}"]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, timeout=60, check=False)


def stub(folder, text):
    """Return a program that stands in for a Python."""
    file = folder / "stub"
    file.write_text("#!/bin/sh\n" + text)
    file.chmod(0o755)
    return file


def pretend(clone, kind):
    """Write what an installation leaves behind."""
    program = (
        "import runpy, sys; sys.argv = ['x']; m = runpy.run_path(sys.argv[0] if 0 else '.ci/setup_venv.py'); "
    )
    (clone / ".venv/bin").mkdir(parents=True)
    (clone / ".venv/bin/python").symlink_to(sys.executable)
    (clone / ".venv/pyvenv.cfg").write_text("version = 3\n")
    program += f"m['VENV'].joinpath('installed-{kind}').write_text(m['stamp']('{kind}'))"
    subprocess.run([sys.executable, "-c", program], cwd=clone, check=True, timeout=60)


def test_an_older_python_gets_one_line_that_names_what_to_install(clone):
    old = "import sys; sys.version_info = (3, 9, 2); sys.argv.pop(0); import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"
    python = stub(clone, f'exec {sys.executable} -c "{old}" "$@"\n')
    answer = make(clone, "run", python=python)
    assert answer.returncode != 0
    first = answer.stderr.splitlines()[0]
    assert first == "Python 3.11 or newer is needed, this is 3.9: install python3.11 and python3.11-venv."
    assert "Traceback" not in answer.stderr


def test_a_missing_venv_module_gets_one_line_that_names_what_to_install(clone):
    without = "import sys; sys.modules['ensurepip'] = None; sys.argv.pop(0); import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"
    python = stub(clone, f'exec {sys.executable} -c "{without}" "$@"\n')
    answer = make(clone, "test", python=python)
    assert answer.returncode != 0
    assert re.match(r"This Python 3\.\d+ has no venv module: install python3\.\d+-venv ", answer.stderr)
    assert "Traceback" not in answer.stderr


def test_no_python_at_all_gets_one_line(clone):
    tools = clone / "tools"
    tools.mkdir()
    for name in ("make", "sh"):
        (tools / name).symlink_to(shutil.which(name))
    env = {"PATH": str(tools)}
    answer = subprocess.run(
        [str(tools / "make"), "run"],
        cwd=clone,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode != 0
    assert (
        answer.stderr.splitlines()[0] == "Python 3.11 or newer is needed: install python3 and python3-venv."
    )


@pytest.mark.parametrize(("kind", "target"), [("core", "core"), ("all", "all"), ("all", "core")])
def test_nothing_is_installed_again_when_nothing_changed(clone, kind, target):
    pretend(clone, kind)
    answer = make(clone, target)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements.lock"])
def test_a_changed_file_is_noticed(clone, changed):
    pretend(clone, "all")
    with (clone / changed).open("a") as file:
        file.write("# changed\n")
    program = "import runpy; m = runpy.run_path('.ci/setup_venv.py'); print(m['installed']('all'), m['installed']('core'))"
    out = subprocess.run(
        [sys.executable, "-c", program], cwd=clone, check=True, capture_output=True, text=True, timeout=60
    )
    assert out.stdout.strip() == "False False"


def test_a_failed_installation_says_so_and_ends_non_zero(clone):
    (clone / "requirements.lock").write_text("no-such-package-for-this-test==0\n")
    (clone / "pyproject.toml").write_text("this is no project file")
    env = dict(os.environ, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(clone))
    command = ["make", "core", f"PYTHON={sys.executable}"]
    answer = subprocess.run(
        command, cwd=clone, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert answer.returncode != 0
    assert "could not be installed" in answer.stderr
    assert (clone / ".venv/install.log").is_file()
    assert not list(clone.glob(".venv/installed-*"))


def test_every_target_is_phony_and_test_runs_every_check():
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())
    assert targets == phony
    assert {"run", "test", "demo", "lint", "bench", "lock"} <= targets
    for check in ("ruff check", "ruff format --check", "mypy", "pytest -n auto"):
        assert check in text


def test_the_checks_for_a_change_require_everything_and_stop_at_a_failure():
    text = (ROOT / ".ci/run").read_text()
    assert "set -euo pipefail" in text
    assert text.index("MONITOR_REQUIRE_ALL=1") < text.index("make test") < text.index("make wheel-test")
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert text.index("apt-get update") < text.index("apt-get install")
