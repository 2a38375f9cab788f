"""Content codings as servers really send them, and the limit that holds for all of them."""

from __future__ import annotations

import gzip
import time
import zlib
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.inflate import MAX_MEMBERS, Ending, Inflater

# Without the time of packing, the parameters (and so the tests' names) are the same in every run.
gzipped = partial(gzip.compress, mtime=0)
TEXT = b"<rss><item>one</item></rss>" * 50


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def inflate(coding: str, data: bytes, *, limit: int = 1_000_000, step: int = 7) -> tuple[bytes, Ending]:
    body = Inflater(coding, limit)
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
    return body.finish()


@pytest.mark.parametrize("step", [1, 2, 7, 100_000])
@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzipped(TEXT)),
        ("GZIP", gzipped(TEXT)),
        ("x-gzip", gzipped(TEXT)),
        ("gzip, gzip", gzipped(TEXT)),
        ("", gzipped(TEXT)),
        ("utf-8", gzipped(TEXT)),
        ("gzip", TEXT),
        ("utf-8", TEXT),
        ("br", TEXT),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate", gzipped(TEXT)),
        ("deflate", TEXT),
        ("gzip", gzipped(TEXT[:100]) + gzipped(TEXT[100:])),
        ("gzip", gzipped(TEXT) + b"\0" * 512),
        ("gzip", gzipped(TEXT) + b"junk"),
        ("gzip", gzipped(TEXT) + b"\x1fjunk"),
        ("deflate", zlib.compress(TEXT) + b"junk"),
    ],
)
def test_what_servers_send_becomes_the_text(coding, data, step):
    """A2."""
    assert inflate(coding, data, step=step) == (TEXT, Ending.COMPLETE)


def test_a_gzip_in_the_gzip_is_unpacked_once():
    inner = gzipped(TEXT)
    assert inflate("gzip", gzipped(inner)) == (inner, Ending.COMPLETE)


@pytest.mark.parametrize("coding", ["gzip", "", "deflate"])
def test_a_stream_without_its_end_is_cut_and_keeps_what_came(coding):
    packed = zlib.compress(TEXT * 9) if coding == "deflate" else gzipped(TEXT * 9)
    body, ending = inflate(coding, packed[:-12])
    assert ending is Ending.CUT
    assert body
    assert (TEXT * 9).startswith(body)


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzipped(TEXT)[:10] + b"\xff" * 40),
        ("gzip", gzipped(TEXT)[:-8] + b"\0" * 8),
        ("br", b"\x8b\x05\x80binary"),
        ("zstd", b"(\xb5/\xfd binary"),
    ],
)
def test_damage_and_foreign_codings_are_said(coding, data):
    body = Inflater(coding, 10_000)
    body.feed(data)
    assert body.finish()[1] is Ending.BROKEN
    assert body.problem


@pytest.mark.parametrize("pack", [gzipped, zlib.compress, raw_deflate, bytes])
def test_nothing_grows_beyond_the_limit(pack):
    """D12."""
    coding = {gzipped: "gzip", bytes: ""}.get(pack, "deflate")
    body, ending = inflate(coding, pack(b"a" * 5_000_000), limit=1000, step=4096)
    assert (body, ending) == (b"a" * 1000, Ending.FULL)


def test_a_body_of_exactly_the_limit_is_whole():
    assert inflate("gzip", gzipped(b"a" * 1000), limit=1000) == (b"a" * 1000, Ending.COMPLETE)
    assert inflate("", b"a" * 1000, limit=1000) == (b"a" * 1000, Ending.COMPLETE)


def test_many_tiny_members_end_soon():
    """D12: each member costs a copy of the rest of its chunk."""
    body = Inflater("gzip", 10_000_000)
    flood = gzipped(b"") * 3000
    started = time.process_time()
    for _ in range(50):
        if body.done:
            break
        body.feed(flood)
    assert body.finish()[1] is Ending.BROKEN
    assert str(MAX_MEMBERS) in body.problem
    assert time.process_time() - started < 1


def test_a_stream_that_inflates_to_nothing_has_an_end():
    """D12: raw bytes count, too."""
    packer = zlib.compressobj(wbits=31)
    body = Inflater("gzip", 10_000)
    body.feed(packer.compress(b"a") + packer.flush(zlib.Z_SYNC_FLUSH))
    for _ in range(10_000):
        body.feed(b"\x00\x00\x00\xff\xff")
        if body.done:
            break
    assert body.full


@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "deflate", "br", "gzip, br", ","]))
def test_no_bytes_raise(data, coding):
    body, _ = inflate(coding, data, limit=500)
    assert len(body) <= 500


@given(st.binary(max_size=2000), st.integers(1, 40))
def test_what_was_packed_comes_out(data, step):
    assert inflate("gzip", gzipped(data), step=step) == (data, Ending.COMPLETE)
