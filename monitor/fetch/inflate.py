"""Undo the content coding of a body piece by piece, never holding more than the allowed size.

Knows bytes only: no network, no HTTP beyond the value of Content-Encoding. What servers really do is
tolerated: gzip without a declaration, a declaration without gzip, raw deflate, several gzip members in a row,
codings that are none ("utf-8"). A gzip inside the gzip stays as it is: one layer is undone, no more.
"""

from __future__ import annotations

import zlib
from enum import Enum

GZIP_MAGIC = b"\x1f\x8b"
MAX_MEMBERS = 1_000
"""Members of one gzip stream. Real ones have 1; block-wise writers (64 KiB blocks) about 160 in 10 MB. Each
member costs a copy of the rest of its chunk, so their number must have an end."""
_GZIP = zlib.MAX_WBITS | 16
_ZLIB = zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_TEXT_START = frozenset(b"<{[\xef\xfe\xff \t\r\n")
"""First bytes of feeds, JSON and pages: markup, a byte order mark, blanks."""


class Ending(Enum):
    """How a body ended."""

    COMPLETE = "complete"
    CUT = "cut"
    """The compressed stream has no end."""
    FULL = "full"
    """The size limit was reached."""
    BROKEN = "broken"
    """Not what the coding says, or damaged."""


class Inflater:
    """Takes raw chunks, keeps the decoded body up to ``max_bytes``."""

    def __init__(self, coding: str, max_bytes: int) -> None:
        """Prepare for a Content-Encoding value (``""`` where absent)."""
        tokens = {token.strip().lower() for token in coding.split(",")} - {"", "identity"}
        self._deflate = tokens == {"deflate"}
        self._foreign = coding.strip()[:40] if tokens - {"gzip", "x-gzip", "deflate"} else ""
        self._max = max_bytes
        self._head: bytes | None = b""
        """The first bytes, until there are two of them; then None."""
        self._body = bytearray()
        self._raw_bytes = 0
        self._window = 0
        """zlib's window bits: says which format is undone; 0 for plain bytes."""
        self._stream: zlib._Decompress | None = None
        self._doubtful = b""
        """What a raw deflate stream was fed before it gave anything: plain text may stand there instead."""
        self._members = 0
        self._member_start = 0
        """Length of the body when the open member began."""
        self.full = False
        """True once the limit is reached."""
        self.problem = ""
        """What is wrong, as a clause; set when the ending is BROKEN."""

    @property
    def size(self) -> int:
        """Return the decoded bytes so far."""
        return len(self._body)

    @property
    def done(self) -> bool:
        """Return True when further chunks cannot change the body."""
        return self.full or bool(self.problem)

    def feed(self, chunk: bytes) -> None:
        """Take the next raw chunk."""
        self._raw_bytes += len(chunk)
        if self._head is not None:
            chunk = self._head + chunk
            if len(chunk) < len(GZIP_MAGIC):
                self._head = chunk
                return
            self._begin(chunk)
        self._take(chunk)
        if self._raw_bytes > self._max:  # a stream that inflates to nothing has an end, too
            self.full = True

    def finish(self) -> tuple[bytes, Ending]:
        """Return the body (never above the limit) and how it ended; call once, after the last chunk."""
        if self._head is not None:
            self._take(self._head)  # fewer bytes than any coding needs: plain
        body, self._body = bytes(self._body), bytearray()
        if self.problem:
            return body, Ending.BROKEN
        if self.full:
            return body, Ending.FULL
        cut = self._stream is not None and not self._stream.eof
        return body, Ending.CUT if cut else Ending.COMPLETE

    def _begin(self, head: bytes) -> None:
        """Choose how to read from the first bytes."""
        self._head = None
        if head.startswith(GZIP_MAGIC):
            self._open(_GZIP)
        elif self._deflate:
            self._open(_ZLIB if _is_zlib(head) else _RAW)
        elif self._foreign and head[0] not in _TEXT_START:
            self.problem = f"its content coding {self._foreign!r} is none we asked for"

    def _open(self, window: int) -> zlib._Decompress:
        self._window = window
        self._members += 1
        self._member_start = len(self._body)
        self._stream = zlib.decompressobj(window)
        return self._stream

    def _take(self, chunk: bytes) -> None:
        while chunk and not self.done:
            if self._stream is None:
                self._add(chunk)
                return
            chunk = self._inflate(chunk, self._stream)

    def _inflate(self, chunk: bytes, stream: zlib._Decompress) -> bytes:
        """Inflate a chunk into the body; return what is left of it for a next gzip member."""
        if stream.eof:
            if self._window != _GZIP or chunk[0] != GZIP_MAGIC[0]:
                return b""  # padding or junk after the end
            if self._members >= MAX_MEMBERS:
                self.problem = f"it has more than {MAX_MEMBERS} gzip members"
                return b""
            stream = self._open(_GZIP)
        if self._window == _RAW and not self._body:
            self._doubtful += chunk
        try:
            self._add(stream.decompress(chunk, self._max - len(self._body) + 1))
        except zlib.error:
            self._stumble()
        return stream.unused_data if stream.eof else b""

    def _stumble(self) -> None:
        """Go on as plain where only the declaration was wrong; else note the damage."""
        untouched = len(self._body) == self._member_start
        if self._window == _RAW and untouched and self._doubtful[0] in _TEXT_START:
            self._stream = None
            self._add(self._doubtful)
        elif self._members > 1 and untouched:
            self._window = _RAW  # junk behind the last member that happens to start like one
            self._stream = zlib.decompressobj(_RAW)
            self._stream.decompress(_NOTHING)
        else:
            self.problem = "its compressed body is damaged"

    def _add(self, data: bytes) -> None:
        room = self._max - len(self._body)
        if len(data) > room:
            self.full = True
            data = data[:room]
        self._body += data


_NOTHING = zlib.compress(b"", wbits=_RAW)
"""A whole deflate stream of no bytes: reading it puts a stream at its end."""


def _is_zlib(head: bytes) -> bool:
    """Return True for the two bytes of RFC 1950: method 8 and a check sum divisible by 31."""
    method_8 = head[0] & 0x0F == 8
    return method_8 and (head[0] << 8 | head[1]) % 31 == 0
