"""What connections, headers and bodies do when they misbehave: each ends as a kind with a sentence."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.fetch.client import Policy, Request, fetch, shared_tls
from monitor.model import FetchKind
from tests.fetch.loopback import Asked, answer, drip, redirect, serve
from tests.fetch.polling import FEED

pytestmark = pytest.mark.anyio

PEM = Path(__file__).with_name("loopback.pem")


async def ask(handler, policy, clock, path="/feed.xml", **options):
    """Return what one request to a server with this handler gives; its detail must be one sentence."""
    async with serve(handler if callable(handler) else lambda _: handler) as site:
        fetched = await fetch(Request(site.url(path), **options), policy=policy, clock=clock)
    assert fetched.detail.endswith(".")
    assert fetched.detail.isprintable()
    return fetched


async def test_a_whole_answer_is_a_whole_record(policy, clock):
    body = gzip.compress(FEED, mtime=0)
    said = answer(
        200, body, "Content-Encoding: gzip", "X-Twice: 1", "X-Twice: 2", "Date: Mon, 01 Jun 2026 08:59:58 GMT"
    )
    fetched = await ask(said, policy, clock)
    assert (fetched.kind, fetched.status, fetched.body) == (FetchKind.OK, 200, FEED)
    assert fetched.complete
    assert fetched.usable
    assert fetched.at == clock()
    assert fetched.server_time == clock() - timedelta(seconds=2)
    assert [value for name, value in fetched.headers if name == "x-twice"] == ["1", "2"]
    assert fetched.header("Content-Encoding") == "gzip"
    assert len(fetched.body_sha256) == 64
    assert fetched.elapsed_s > 0
    assert fetched.redirects == ()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, FetchKind.OK),
        (203, FetchKind.OK),
        (202, FetchKind.PROTOCOL),
        (206, FetchKind.PROTOCOL),
        (300, FetchKind.BAD_REDIRECT),
        (301, FetchKind.BAD_REDIRECT),
        (400, FetchKind.CLIENT_ERROR),
        (401, FetchKind.REFUSED),
        (403, FetchKind.REFUSED),
        (404, FetchKind.NOT_FOUND),
        (410, FetchKind.GONE),
        (418, FetchKind.CLIENT_ERROR),
        (429, FetchKind.RATE_LIMITED),
        (451, FetchKind.LEGAL_BLOCK),
        (500, FetchKind.SERVER_ERROR),
        (502, FetchKind.SERVER_ERROR),
        (503, FetchKind.UNAVAILABLE),
        (504, FetchKind.SERVER_ERROR),
        (599, FetchKind.SERVER_ERROR),
        (999, FetchKind.SERVER_ERROR),
    ],
)
async def test_each_status_has_its_kind(policy, clock, status, kind):
    """D4 to D9."""
    fetched = await ask(answer(status, FEED), policy, clock)
    assert (fetched.kind, fetched.status) == (kind, status)


async def test_204_is_empty_and_304_is_not_modified(policy, clock):
    assert (await ask(b"HTTP/1.1 204 No\r\n\r\n", policy, clock)).kind is FetchKind.EMPTY
    fetched = await ask(answer(304), policy, clock)
    assert (fetched.kind, fetched.body) == (FetchKind.NOT_MODIFIED, b"")


async def test_an_informational_answer_before_the_real_one_is_passed_over(policy, clock):
    said = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(200, FEED)
    assert (await ask(said, policy, clock)).kind is FetchKind.OK


@pytest.mark.parametrize("body", [b"", b" \r\n\t " * 100])
async def test_no_body_and_blanks_alone_are_empty(policy, clock, body):
    """D11."""
    assert (await ask(answer(200, body), policy, clock)).kind is FetchKind.EMPTY


@pytest.mark.parametrize(
    "said",
    [
        answer(200, FEED, length=1000),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n39\r\n" + FEED + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n39\r\n" + FEED + b"\r\n400\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n39\r\n" + FEED + b"\r\nnonsense\r\n",
    ],
    ids=["content-length too long", "no last chunk", "chunk without content", "chunk without size"],
)
async def test_a_body_that_breaks_off_is_truncated_and_kept(policy, clock, said):
    """D11."""
    fetched = await ask(said, policy, clock)
    assert (fetched.kind, fetched.body) == (FetchKind.TRUNCATED, FEED)
    assert fetched.usable
    assert not fetched.complete
    assert not fetched.body_sha256


async def test_a_cut_gzip_is_truncated_and_keeps_what_came(policy, clock):
    """D11: although the transport itself ended well."""
    body = gzip.compress(FEED * 500, mtime=0)[:-20]
    fetched = await ask(answer(200, body, "Content-Encoding: gzip"), policy, clock)
    assert fetched.kind is FetchKind.TRUNCATED
    assert (FEED * 500).startswith(fetched.body)
    assert fetched.body


async def test_an_answer_that_ends_with_the_connection_is_whole(policy, clock):
    assert (await ask(b"HTTP/1.0 200 OK\r\n\r\n" + FEED, policy, clock)).body == FEED


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999999999999999\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nX-Big: " + b"a" * 300_000 + b"\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\n" + b"X-Many: a\r\n" * 30_000 + b"\r\nx",
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\nx",
        b"HTTP/1.1 302 Found\r\nLocation: /a\0b\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /a\nX y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: magic\r\n\r\nx",
        b"\x16\x03\x01\x00\x00",
    ],
)
async def test_what_is_no_http_is_a_protocol_error(policy, clock, said):
    """D9: garbage, nonsense lengths, header bombs, NUL and line feed in headers."""
    fetched = await ask(said, policy, clock)
    assert fetched.kind is FetchKind.PROTOCOL
    assert len(fetched.detail) < 250


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("ftp://example.org/x", FetchKind.BAD_REDIRECT),
        ("file:///etc/passwd", FetchKind.BAD_REDIRECT),
        ("javascript:alert(1)", FetchKind.BAD_REDIRECT),
        ("http://", FetchKind.BAD_REDIRECT),
        ("http://[::1/", FetchKind.BAD_REDIRECT),
        ("http://host:port/", FetchKind.BAD_REDIRECT),
        ("http://host:99999/", FetchKind.BAD_REDIRECT),
        ("/a\x01b", FetchKind.BAD_REDIRECT),
        ("/" + "a" * 9000, FetchKind.BAD_REDIRECT),
        ("", FetchKind.BAD_REDIRECT),
        ("#top", FetchKind.BAD_REDIRECT),
        ("other?x=1#top", FetchKind.OK),
        ("//127.0.0.1:{port}/other", FetchKind.OK),
        ("/мир", FetchKind.OK),
        ("/with blank", FetchKind.OK),
        ("http://me:secret@127.0.0.1:{port}/other", FetchKind.OK),
    ],
)
async def test_a_redirect_leads_to_a_usable_address_or_nowhere(policy, clock, location, kind):
    """D3."""
    async with serve(
        lambda a: (
            redirect(302, location.format(port=site.port)) if a.path == "/feed.xml" else answer(200, FEED)
        )
    ) as site:
        fetched = await fetch(Request(site.url()), policy=policy, clock=clock)
    assert fetched.kind is kind
    assert all(asked.get("Authorization") is None for asked in site.log)


async def test_foreign_bytes_in_a_location_arrive_as_they_are(policy, clock):
    def handler(asked: Asked) -> bytes:
        if asked.path == "/feed.xml":
            return b"HTTP/1.1 302 Found\r\nLocation: /\xec\xe8\xf0\r\nContent-Length: 0\r\n\r\n"
        return answer(200, asked.target.encode())

    assert (await ask(handler, policy, clock)).body == b"/%EC%E8%F0"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_five_redirects_are_followed_and_no_sixth(policy, clock, status):
    """D3."""

    def handler(asked: Asked) -> bytes:
        left = int(asked.path[1:])
        return redirect(status, f"/{left - 1}") if left else answer(200, FEED)

    fetched = await ask(handler, policy, clock, path="/5")
    assert (fetched.kind, len(fetched.redirects)) == (FetchKind.OK, 5)
    assert {hop.status for hop in fetched.redirects} == {status}
    assert (await ask(handler, policy, clock, path="/6")).kind is FetchKind.BAD_REDIRECT


async def test_a_circle_is_left_at_once(policy, clock):
    """D3."""
    async with serve(lambda a: redirect(302, "/b" if a.path == "/a" else "/a")) as site:
        fetched = await fetch(Request(site.url("/a")), policy=policy, clock=clock)
    assert (fetched.kind, len(site.log)) == (FetchKind.BAD_REDIRECT, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120),
        ("0", 0),
        ("Mon, 01 Jun 2026 09:02:00 GMT", 120),
        ("Monday, 01-Jun-26 09:02:00 GMT", 120),
        ("Mon Jun  1 09:02:00 2026", 120),
        ("Mon, 01 Jun 2020 09:02:00 GMT", 0),
        ("99999999999999999999", 7 * 86400),
        ("Mon, 01 Jun 2099 09:02:00 GMT", 7 * 86400),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Mon, 99 Jun 2026 09:02:00 GMT", None),
        ("١٢٠", None),
    ],
)
async def test_retry_after_is_read_in_both_forms(policy, clock, value, expected):
    """D7."""
    fetched = await ask(answer(429, b"", f"Retry-After: {value}"), policy, clock)
    assert fetched.retry_after_s == expected


# ------------------------------------------------------------------------------------------- size and time


async def test_a_body_over_the_limit_is_cut_there(policy, clock):
    """D12."""
    fetched = await ask(answer(200, b"<" + b"a" * 5000), policy, clock, max_bytes=1000)
    assert (fetched.kind, len(fetched.body)) == (FetchKind.TOO_LARGE, 1000)


async def test_a_slow_drip_is_cut_off_by_the_total_time(policy, clock):
    """D12: no single read is slow."""
    fetched = await ask(
        lambda _: drip(answer(200, b"", length=10_000), b"<", 0.01), policy, clock, total_timeout_s=0.5
    )
    assert fetched.kind is FetchKind.TOO_SLOW
    assert 0.4 < fetched.elapsed_s < 5
    assert fetched.body
    assert not fetched.usable


async def test_dripping_headers_and_endless_early_hints_are_cut_off_too(policy, clock):
    """D12."""
    for piece in (b"X: y\r\n", b"\r\nHTTP/1.1 103 Hint\r\n"):
        fetched = await ask(
            lambda _, piece=piece: drip(b"HTTP/1.1 103 Hint\r\n", piece, 0.01),
            policy,
            clock,
            total_timeout_s=0.15,
        )
        assert fetched.kind is FetchKind.TOO_SLOW


async def test_silence_is_a_timeout(policy, clock):
    """D9: before the answer and within it."""

    async def silent(head: bytes):
        yield head
        await asyncio.Event().wait()

    quick = replace(policy, read_timeout_s=0.3)
    fetched = await ask(lambda _: silent(b""), quick, clock)
    assert (fetched.kind, fetched.status) == (FetchKind.TIMEOUT, None)
    fetched = await ask(lambda _: silent(answer(200, b"<rss>", length=100)), quick, clock)
    assert (fetched.kind, fetched.body) == (FetchKind.TIMEOUT, b"<rss>")


async def test_the_second_attempt_shares_the_total_time(policy, clock):
    quick = replace(policy, read_timeout_s=0.05)

    async def silent():
        await asyncio.Event().wait()
        yield b""

    async with serve(lambda _: silent()) as site:
        await fetch(Request(site.url(), retries=1, total_timeout_s=1.02), policy=quick, clock=clock)
        assert len(site.log) == 1
        await fetch(Request(site.url(), retries=1, total_timeout_s=5), policy=quick, clock=clock)
        assert len(site.log) == 3


async def test_cancelling_is_not_swallowed(policy, clock):
    asked = asyncio.Event()

    async def silent():
        asked.set()
        await asyncio.Event().wait()
        yield b""

    async with serve(lambda _: silent()) as site:
        task = asyncio.create_task(fetch(Request(site.url()), policy=policy, clock=clock))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


BOMB = """
    import asyncio, gzip, resource, sys
    sys.path.insert(0, {root!r})
    from monitor.fetch.client import Policy, Request, fetch
    from tests.fetch.clocks import FakeClock
    from tests.fetch.loopback import answer, serve

    bomb = gzip.compress(bytes(1 << 26), 1) * 16

    async def main():
        policy = Policy(allow_private=frozenset({{"127.0.0.1"}}))
        async with serve(lambda a: answer(200, bomb if a.path == "/bomb" else b"x", "Content-Encoding: gzip")) as site:
            await fetch(Request(site.url("/small")), policy=policy, clock=FakeClock())
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            fetched = await fetch(Request(site.url("/bomb")), policy=policy, clock=FakeClock())
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(fetched.kind, len(fetched.body), (after - before) // 1024)

    asyncio.run(main())
"""


def test_a_gzip_bomb_costs_little_memory():
    """D12: 1 GiB in 5 MiB; the body limit is 10 MiB, held about twice."""
    root = str(Path(__file__).resolve().parents[2])
    code = textwrap.dedent(BOMB).format(root=root)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    kind, size, grown_mib = done.stdout.split()
    assert (kind, int(size)) == ("too_large", 10 * 1024 * 1024)
    assert int(grown_mib) < 50


# ------------------------------------------------------------------------------------------- connections, TLS


async def test_a_closed_port_is_connect(policy, clock):
    async with serve(lambda _: b"") as site:
        url = site.url()
    fetched = await fetch(Request(url), policy=policy, clock=clock)
    assert fetched.kind is FetchKind.CONNECT
    assert "refused" in fetched.detail


async def test_a_reset_before_the_answer_is_connect(policy, clock):
    async def reset(reader, writer):
        import socket
        import struct

        await reader.read(10)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    server = await asyncio.start_server(reset, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        fetched = await fetch(Request(f"http://127.0.0.1:{port}/"), policy=policy, clock=clock)
    assert fetched.kind is FetchKind.CONNECT


@pytest.mark.parametrize(
    "url", ["", "feed.xml", "ftp://example.org/", "http://", "http://h:x/", "http://exa mple/"]
)
async def test_an_address_that_cannot_be_asked_is_said(policy, clock, url):
    fetched = await fetch(Request(url), policy=policy, clock=clock)
    assert fetched.kind in {FetchKind.PROTOCOL, FetchKind.DNS}
    assert fetched.url == url
    assert fetched.detail.endswith(".")


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


async def test_https_works_with_an_authority_we_trust(policy, clock):
    trusting = replace(policy, tls=ssl.create_default_context(cafile=str(PEM)))
    async with serve(lambda _: answer(200, FEED * 5000), tls=server_tls()) as site:
        fetched = await fetch(Request(site.url()), policy=trusting, clock=clock)
    assert (fetched.kind, fetched.body) == (FetchKind.OK, FEED * 5000)


async def test_a_certificate_nobody_vouches_for_is_tls(policy, clock):
    async with serve(lambda _: answer(200, FEED), tls=server_tls()) as site:
        fetched = await fetch(Request(site.url()), policy=policy, clock=clock)
        assert site.log == []
    assert fetched.kind is FetchKind.TLS
    assert "self-signed" in fetched.detail


async def test_a_certificate_for_another_name_is_tls(clock):
    async def resolver(host: str, port: int):
        return ["127.0.0.1"]

    tls = ssl.create_default_context(cafile=str(PEM))
    policy = Policy(allow_private=frozenset({"other.example"}), tls=tls, resolver=resolver)
    async with serve(lambda _: answer(200, FEED), tls=server_tls()) as site:
        url = site.url().replace("127.0.0.1", "other.example")
        fetched = await fetch(Request(url), policy=policy, clock=clock)
    assert fetched.kind is FetchKind.TLS
    assert "mismatch" in fetched.detail


async def test_a_server_without_tls_is_tls(policy, clock):
    async def plain(reader, writer):
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        fetched = await fetch(Request(f"https://127.0.0.1:{port}/"), policy=policy, clock=clock)
    assert fetched.kind is FetchKind.TLS


async def test_no_redirect_leaves_https_unless_allowed(policy, clock):
    """D3."""
    trusting = replace(policy, tls=ssl.create_default_context(cafile=str(PEM)))
    async with (
        serve(lambda _: answer(200, FEED)) as plain,
        serve(lambda _: redirect(301, plain.url("/feed.xml")), tls=server_tls()) as secure,
    ):
        fetched = await fetch(Request(secure.url()), policy=trusting, clock=clock)
        assert (fetched.kind, plain.log) == (FetchKind.BAD_REDIRECT, [])
        lenient = replace(trusting, allow_downgrade=True)
        assert (await fetch(Request(secure.url()), policy=lenient, clock=clock)).kind is FetchKind.OK


def test_the_tls_context_is_made_once():
    assert shared_tls() is shared_tls()
    assert shared_tls().verify_mode is ssl.CERT_REQUIRED


async def test_the_environment_has_no_say(policy, clock, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1/")
    assert (await ask(answer(200, FEED), policy, clock)).kind is FetchKind.OK
