"""Key locator: on which line of a TOML text each key stands, since tomllib does not tell.

The text is known to be valid TOML (tomllib has read it), so this walks it without judging it: comments,
the four kinds of strings, dotted and quoted keys, tables, arrays of tables, arrays and inline tables.
"""

from __future__ import annotations

import tomllib

Path = tuple[str | int, ...]
"""Keys and array positions from the root: ``("source", 3, "url")``."""

_BLANK = " \t\r\n"
_BARE_END = _BLANK + "=.]},#"


def locate(text: str) -> dict[Path, int]:
    """Return the 1-based line of each key, each array element and each table header of a valid TOML text.

    A table opened several times (``[a]`` after ``[a.b]``) has the line where its name first stood.
    """
    return _Walk(text).run()


class _Walk:
    """One pass over the text; ``at`` is the position of the next unread character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        """Elements so far of each array of tables."""

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _header(self) -> Path:
        many = self.text.startswith("[[", self.at)
        line = self._line()
        self.at += 2 if many else 1
        names = self._key()
        self._skip()
        self.at += 2 if many else 1
        path: Path = ()
        for name in names[:-1]:
            path = self._latest(self._note((*path, name), line))
        path = self._note((*path, names[-1]), line)
        if not many:
            return path
        position = self.counts.get(path, 0)
        self.counts[path] = position + 1
        return self._note((*path, position), line)

    def _latest(self, path: Path) -> Path:
        """Return the path itself, or for an array of tables its newest element."""
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for name in self._key():
            path = self._note((*path, name), line)
        self._skip()
        self.at += 1  # the equals sign
        self._skip()
        self._value(path)

    def _value(self, path: Path) -> None:
        start = self.text[self.at]
        if start in "\"'":
            self._string()
        elif start == "[":
            self._list(path)
        elif start == "{":
            self._inline(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\r\n":
                self.at += 1

    def _list(self, path: Path) -> None:
        self.at += 1
        position = 0
        while self._skip() and self.text[self.at] != "]":
            self._value(self._note((*path, position), self._line()))
            position += 1
            self._comma()
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while self._skip() and self.text[self.at] != "}":
            self._pair(path)
            self._comma()
        self.at += 1

    def _comma(self) -> None:
        self._skip()
        if self.text[self.at] == ",":
            self.at += 1

    def _key(self) -> list[str]:
        """Read a dotted key; its parts unquoted."""
        names = []
        while True:
            self._skip()
            start = self.at
            if self.text[self.at] in "\"'":
                self._string()
                names.append(str(tomllib.loads(f"k = {self.text[start : self.at]}")["k"]))
            else:
                while self.text[self.at] not in _BARE_END:
                    self.at += 1
                names.append(self.text[start : self.at])
            self._skip()
            if self.text[self.at] != ".":
                return names
            self.at += 1

    def _string(self) -> None:
        """Step over one string of any of the four kinds."""
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            self.at += 3
            self._until(quote * 3, escapes=quote == '"')
            while self.text.startswith(quote, self.at):  # up to two quotes may stand before the closing three
                self.at += 1
        else:
            self.at += 1
            self._until(quote, escapes=quote == '"')

    def _until(self, end: str, *, escapes: bool) -> None:
        while not self.text.startswith(end, self.at):
            self.at += 2 if escapes and self.text[self.at] == "\\" else 1
        self.at += len(end)

    def _skip(self) -> bool:
        """Step over blanks, line ends and comments; return False at the end of the text."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text[self.at] in _BLANK:
                self.at += 1
            else:
                return True
        return False

    def _line(self) -> int:
        """Return the 1-based line of the next unread character."""
        return self.text.count("\n", 0, self.at) + 1

    def _note(self, path: Path, line: int) -> Path:
        self.lines.setdefault(path, line)
        return path
