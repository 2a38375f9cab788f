"""Worlds for the whole-road tests: a press on loopback, a desk that polls it, and the real command line."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@dataclass(frozen=True)
class Desk:
    """A deployment in a directory, and how to call the command line on it."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "sources.toml"

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        return {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "default", "NO_COLOR": "1"}

    def monitor(
        self, *args: str, check: int | None = 0, timeout: float = 300, **more
    ) -> subprocess.CompletedProcess:
        """Run ``monitor`` as a user would; fail when the exit code is not the one expected."""
        done = subprocess.run(
            [sys.executable, "-m", "monitor", "--config", str(self.config), *args],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=self.environment() | more.pop("env", {}),
            cwd=self.folder,
            check=False,
            **more,
        )
        if check is not None:
            assert done.returncode == check, f"{args}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(
        self, *args: str, script: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.Popen:
        """Start ``monitor`` (or a script with the same arguments) and leave it running."""
        command = [sys.executable, str(script)] if script else [sys.executable, "-m", "monitor"]
        return subprocess.Popen(
            [
                *command,
                *(args[:2] if script else ()),
                "--config",
                str(self.config),
                *(args[2:] if script else args),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment() | (env or {}),
            cwd=self.folder,
        )

    def export(self) -> list[dict]:
        return [json.loads(line) for line in self.monitor("export").stdout.splitlines()]


def make_desk(folder: Path, base: str, sources: list[dict], *, more: str = "", seeds: str = "") -> Desk:
    """Write a configuration whose sources lie on ``base`` (``http://127.0.0.1:PORT``)."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "[monitor]",
        'contact = "test@example.org"',
        'zone = "Asia/Tokyo"',
        "[fetch]",
        f'allow_private = ["{base.removeprefix("http://")}"]',
        "article_gap_s = 0",
        more,
    ]
    for source in sources:
        lines.append("[[source]]")
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in source.items()]
    (folder / "sources.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if seeds:
        (folder / "storage").mkdir(exist_ok=True)
        (folder / "storage" / "seeds.json").write_text(seeds, encoding="utf-8")
    return Desk(folder)


@contextlib.contextmanager
def eval_server(shared: Path, *args: str) -> Iterator[str]:
    """Run the evaluation set's own server; yields its base address."""
    port = free_port()
    command = [sys.executable, str(shared / "eval" / "serve.py"), "--seeds", str(shared / "seeds")]
    process = subprocess.Popen(
        [*command, "--port", str(port), *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urlopen(f"{base}/_feeds", timeout=1).close()
                break
            except URLError:
                time.sleep(0.05)  # a child process starts in real time
        yield base
    finally:
        process.kill()
        process.wait()


def eval_sources(shared: Path, base: str) -> list[dict]:
    """Return the evaluation set's 13 feeds as sources; the outlet's country follows its language."""
    feeds = json.loads((shared / "eval" / "feeds.json").read_text(encoding="utf-8"))["feeds"]
    country = {"en": "", "ru": "RU", "ja": "JP"}
    return [
        {
            "id": feed["path"].strip("/").split("/")[0].split(".")[0] + f"-{number}",
            "name": feed["title"],
            "url": base + feed["path"],
            "lang": feed["lang"],
            "country": country[feed["lang"]],
        }
        for number, feed in enumerate(feeds)
    ]
