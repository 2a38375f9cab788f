"""Sets up .venv with the locked dependencies, once: called by every target of the Makefile.

Usage: python3 .ci/setup_venv.py core|all

Says one line when this Python cannot do it, shows what it is doing while it installs, and does nothing when
pyproject.toml, requirements.lock, the place and the Python are those of the last time. Written for old
Pythons too, so that these get the one line instead of a syntax error.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOG = VENV / "install.log"
NEEDED = (3, 11)
EXTRAS = {"core": "", "all": "[postgres,web,notify,dev]"}


def complain():
    """Return what is missing on this machine, with what to install; empty where nothing is."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if sys.version_info[:2] < NEEDED:
        return f"Python 3.11 or newer is needed, this is {version}: install python3.11 and python3.11-venv."
    try:
        import ensurepip
        import venv  # noqa: F401  only whether they are there
    except ImportError:
        return (
            f"This Python {version} has no venv module: install python{version}-venv "
            f"(Debian, Ubuntu: sudo apt install python{version}-venv)."
        )
    del ensurepip
    return ""


def stamp(kind):
    """Return what the installed set depends on, as a hash."""
    parts = [kind, str(ROOT), (VENV / "pyvenv.cfg").read_text(encoding="utf-8")]
    parts += [(ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "requirements.lock")]
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()


def usable():
    """Return True when .venv has a Python of its own that runs, is new enough and has pip."""
    python = VENV / "bin" / "python"
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return python.exists() and subprocess.call([str(python), "-c", probe], stderr=subprocess.DEVNULL) == 0


def installed(kind):
    """Return True when this set, or the larger one, is installed as the files want it."""
    if not (VENV / "bin" / "python").exists() or not (VENV / "pyvenv.cfg").is_file():
        return False
    for name in ("all", kind):
        mark = VENV / ("installed-" + name)
        if mark.is_file() and mark.read_text(encoding="ascii") == stamp(name):
            return True
    return False


def run(command, env):
    """Run a command into the log, showing which package it is at; return its exit status."""
    total = sum(
        "==" in line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    )
    seen = set()
    with LOG.open("a", encoding="utf-8") as log:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        for raw in child.stdout:
            line = raw.decode("utf-8", "replace")
            log.write(line)
            if line.startswith("Collecting "):
                seen.add(line.split()[1].split("[")[0].split("=")[0])
                show(f"  {len(seen)} packages found (the lock names {total})")
            elif line.startswith("Installing collected"):
                show(f"  installing {len(seen)} packages ...")
        status = child.wait()
    show("", end=True)
    return status


def show(text, end=False):
    """Show one line of progress: over the last one, and on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K" + text)
        if end:
            sys.stderr.write("\r")
        sys.stderr.flush()


def install(kind):
    """Make .venv and install the set; return the exit status."""
    sys.stderr.write("Setting up .venv with the locked dependencies (once, about a minute) ...\n")
    sys.stderr.flush()
    if not usable():
        status = subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)])
        if status:
            sys.stderr.write("The venv could not be made; see above.\n")
            return status
    lock = str(ROOT / "requirements.lock")
    env = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_PROGRESS_BAR="off")
    env.update(PIP_CONSTRAINT=lock, PIP_BUILD_CONSTRAINT=lock)  # the build environment too: old and new pip
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "-c", lock, "-e", str(ROOT) + EXTRAS[kind]]
    status = run(pip, env)
    if status:
        tail = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        sys.stderr.write(
            "\n".join(tail) + f"\nThe dependencies could not be installed; all of it is in {LOG}\n"
        )
        return status
    (VENV / ("installed-" + kind)).write_text(stamp(kind), encoding="ascii")
    sys.stderr.write("Ready.\n")
    return 0


def main():
    """Set up what the command line asks for; return the exit status."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "core"
    fault = complain()
    if fault:
        sys.stderr.write(fault + "\n")
        return 2
    return 0 if installed(kind) else install(kind)


if __name__ == "__main__":
    sys.exit(main())
