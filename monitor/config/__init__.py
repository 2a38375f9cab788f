"""Configuration: ``sources.toml`` and the environment, as checked and typed settings.

Every mistake is found in one go and carries file, line and key::

    text -> tomllib -> reader (tables, one by one) -> Settings
         -> lines   (key -> line)                 -> ConfigurationError with all mistakes
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.config import lines, reader
from monitor.config.settings import Alerts, Digests, Fetching, General, Settings, Smtp, Web
from monitor.config.tables import Report
from monitor.errors import ConfigurationError, Mistake

__all__ = [
    "Alerts",
    "Digests",
    "Fetching",
    "General",
    "Settings",
    "Smtp",
    "Web",
    "load",
    "parse",
    "vocabulary",
]

SYNTAX_MISTAKES = 20
"""Unreadable lines after which a file is given up: it is no TOML."""

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_PAIR = re.compile(r"\s*[\w.\"'-]+\s*(=|$)")


def load(path: Path, env: Mapping[str, str]) -> Settings:
    """Return the settings in the file ``path``, with the secrets of ``env``.

    Raises ConfigurationError with every mistake at once, in file order.
    """
    return parse(_text(path), path, env)


def parse(text: str, path: Path, env: Mapping[str, str]) -> Settings:
    """Return the settings in ``text``, which stands in the file ``path``; raises as `load` does."""
    report = Report(str(path))
    readable, values = _toml(text, report)
    if values is not None:
        report.lines = lines.locate(readable)
        found = reader.settings(values, path.absolute(), env, report)
        if not report.mistakes:
            return found
    raise ConfigurationError(sorted(report.mistakes, key=lambda mistake: mistake.line or 0))


def vocabulary() -> frozenset[str]:
    """Return the dotted name of every setting there is, ``source.selectors.title``: for tests of the docs."""
    report = Report("")
    routes = [{"provider": name} for name in reader.ROUTES]
    whole = {
        "digest": {"to": [{"kind": "email", "only": {}}]},
        "source": [{"selectors": [{}], "backfill": routes}],
        **{name: {} for name in ("monitor", "topic", "fetch", "smtp", "alerts", "web")},
    }
    reader.settings(whole, Path("sources.toml").absolute(), {}, report)
    tables = {name.rpartition(".")[0] for name in report.asked} | {"digest.to"}
    return frozenset(report.asked - tables)


def _text(path: Path) -> str:
    """Return the file's text, without a byte order mark."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        message = "there is no such file; name one with --config, or make one with: monitor init DIR"
        raise ConfigurationError([Mistake(str(path), None, "", message)]) from None
    except OSError as error:
        raise ConfigurationError(
            [Mistake(str(path), None, "", f"cannot be read: {error.strerror}")]
        ) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text; save the file as UTF-8"
        raise ConfigurationError([Mistake(str(path), line, "", message)]) from None


def _toml(text: str, report: Report) -> tuple[str, dict[str, Any] | None]:
    """Return a readable form of the text and its values; None where it cannot be read as a whole.

    An unreadable ``key = value`` line is noted, blanked, and the rest read, so that one missing quote does
    not hide the other mistakes. Anything else unreadable ends the reading: what follows would be guessed.
    """
    rows = text.split("\n")
    for _ in range(SYNTAX_MISTAKES):
        readable = "\n".join(rows)
        try:
            return readable, tomllib.loads(readable)
        except tomllib.TOMLDecodeError as error:
            line, message = _place(error, len(rows))
        except RecursionError:
            line, message = 1, "nested too deeply"
        report.mistakes.append(Mistake(report.file, line, "", message))
        if not _PAIR.match(rows[line - 1]) or line in report.broken:
            break
        report.broken |= {line}
        rows[line - 1] = ""
    return "", None


def _place(error: tomllib.TOMLDecodeError, last: int) -> tuple[int, str]:
    """Return the line of a syntax mistake and its message without the place."""
    text = str(error)
    found = _PLACE.search(text)
    if found is None:
        return 1, text
    message = text[: found.start()]
    if found[1] is None:
        return last, f"{message} before the end of the file; is a quote or bracket not closed?"
    line, column = int(found[1]), int(found[2])
    if message.startswith("Illegal character '\\n'"):
        message = "a quote is not closed on this line"
    return line, f"{message} (column {column}); texts need quotes, lists [brackets]"
