"""Pictures of the digest in headless Chromium, to be looked at:  python -m tests.digest.pictures DIRECTORY

Every invented day at 360 and 1200 pixels, light and dark, in three languages; prints what it has written.
"""

from __future__ import annotations

import argparse
import html
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from monitor.digest.build import build
from monitor.digest.render import render
from monitor.model import LANGUAGES
from tests.digest import invented

DAYS = {"normal_day": 1900, "empty_day": 700, "blind_day": 1000, "copies_day": 1000, "week": 2700}
"""Each day with the height its picture needs, in pixels."""
LEAST_WINDOW = 500
"""Chromium opens no narrower window: narrower pages are shown in a frame."""


def page(day: str, lang: str, width: int, height: int) -> str:
    """Return the mail, in a frame where it is narrower than a window can be."""
    material = getattr(invented, day)()
    mail = render(build(replace(material, recipient=replace(material.recipient, language=lang)))).html
    if width >= LEAST_WINDOW:
        return mail
    style = f"border:0;width:{width}px;height:{height}px"
    return f'<body style="margin:0"><iframe style="{style}" srcdoc="{html.escape(mail)}"></iframe>'


def shoot(chromium: str, text: str, picture: Path, width: int, height: int, *, dark: bool) -> None:
    """Write one picture."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        source = Path(folder) / "mail.html"
        source.write_text(f"<!doctype html><meta charset=utf-8>{text}", encoding="utf-8")
        command = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
            f"--user-data-dir={folder}/profile", f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"--window-size={max(width, LEAST_WINDOW)},{height}", f"--screenshot={picture}", source.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, capture_output=True, timeout=90, check=True)


def main() -> None:
    """Write all pictures into the directory named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("directory", type=Path)
    folder = parser.parse_args().directory
    chromium = shutil.which("chromium") or sys.exit("chromium is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    for day, tall in DAYS.items():
        for lang in LANGUAGES:
            for width in (360, 1200):
                height = tall if width >= LEAST_WINDOW else int(tall * 1.4)
                text = page(day, lang, width, height)
                for scheme in ("light", "dark"):
                    picture = folder / f"{day}-{lang}-{width}-{scheme}.png"
                    shoot(chromium, text, picture, width, height, dark=scheme == "dark")
                    print(picture)


if __name__ == "__main__":
    main()
