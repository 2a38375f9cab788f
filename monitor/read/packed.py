"""Unpacking of bodies that are gzip files themselves (``sitemap.xml.gz``), bounded in size."""

from __future__ import annotations

import zlib

GZIP = b"\x1f\x8b"
MAX_UNPACKED = 50_000_000
"""Bytes; the sitemap protocol allows 52,428,800 unpacked, real children stay under 10 MB."""


def unpack(body: bytes, limit: int = MAX_UNPACKED) -> tuple[bytes, str]:
    """Return the body, unpacked once where it begins as gzip, and a note on what was wrong.

    What could be unpacked before an error, the end of a cut file or the limit (bytes) is returned.
    """
    if not body.startswith(GZIP):
        return body, ""
    inflater = zlib.decompressobj(wbits=31)
    try:
        data = inflater.decompress(body, limit)
    except zlib.error:
        return b"", "the gzip data is damaged"
    if inflater.unconsumed_tail:
        return data, f"unpacked only to {limit:,} bytes"
    return data, "" if inflater.eof else "the gzip data is cut off"
