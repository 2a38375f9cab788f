"""Writes requirements.lock: exact pins of everything the project can use, from a fresh environment.

Usage: .venv/bin/python .ci/lock.py

The pins carry no addresses and no option lines, so the file serves as constraints under any index.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = "[postgres,web,notify,dev]"
HEAD = "# Exact pins of everything, all extras; used as constraints. Made by: make lock\n"


def main():
    """Resolve all extras in an empty environment and write the pins; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-e", f"{ROOT}{EXTRAS}"], check=True)
        frozen = subprocess.run(
            [python, "-m", "pip", "freeze", "--exclude-editable"], check=True, capture_output=True, text=True
        ).stdout
    pins = sorted(line for line in frozen.splitlines() if re.fullmatch(r"[\w.-]+==[\w.!+-]+", line))
    (ROOT / "requirements.lock").write_text(
        HEAD + "\n".join(sorted(pins, key=str.lower)) + "\n", encoding="utf-8"
    )
    sys.stderr.write(f"requirements.lock: {len(pins)} pins\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
