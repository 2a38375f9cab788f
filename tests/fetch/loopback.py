"""A real HTTP server on loopback that says exactly the bytes a test gives it, and logs what it was asked.

A handler gets one `Asked` and returns the whole answer as bytes, or an async iterator of pieces; after the last
piece the connection is closed. Nothing is added: a wrong Content-Length stays wrong.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

Answer = bytes | AsyncIterator[bytes]


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    at: float
    """The loop's time."""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Site:
    """A running server."""

    port: int
    log: list[Asked] = field(default_factory=list)
    busy: int = 0
    most_busy: int = 0
    scheme: str = "http"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/feed.xml") -> str:
        return f"{self.scheme}://{self.host}{path}"


Handler = Callable[[Asked], Answer]


@asynccontextmanager
async def serve(handler: Handler, *, tls=None) -> AsyncIterator[Site]:
    """Run a server for the block."""
    site = Site(port=0, scheme="https" if tls else "http")
    tasks: set[asyncio.Task] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        site.busy += 1
        site.most_busy = max(site.most_busy, site.busy)
        try:
            asked = await _read(reader)
            if asked is None:
                return
            site.log.append(asked)
            await _say(writer, handler(asked))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client hung up, or the test is over
        finally:
            site.busy -= 1
            tasks.discard(asyncio.current_task())
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = tuple(tuple(part.strip() for part in line.split(":", 1)) for line in lines)
    return Asked(method, target, headers, asyncio.get_running_loop().time())


async def _say(writer: asyncio.StreamWriter, answer: Answer) -> None:
    if isinstance(answer, bytes):
        writer.write(answer)
        await writer.drain()
        return
    async for piece in answer:
        writer.write(piece)
        await writer.drain()


REASONS = {200: "OK", 301: "Moved Permanently", 304: "Not Modified"}


def answer(status: int = 200, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """Return a whole answer; ``length`` lies about the body where given."""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Said')}", *headers]
    if status != 304:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


def redirect(status: int, location: str) -> bytes:
    return answer(status, b"", f"Location: {location}")


async def drip(head: bytes, piece: bytes, every_s: float) -> AsyncIterator[bytes]:
    """Say the head, then one piece again and again until nobody listens."""
    yield head
    while True:
        yield piece
        await asyncio.sleep(every_s)


def hostile(folder: Path) -> dict[str, Handler]:
    """Return the hostile set of the shared folder as handlers by path, as its manifest describes them."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {f"/{row['file']}": _row(folder, row) for row in manifest}


def _row(folder: Path, row: dict) -> Handler:
    http = row["http"]
    headers = [f"Content-Type: {row['content_type']}"]
    for key, name in (
        ("content_encoding", "Content-Encoding"),
        ("location", "Location"),
        ("retry_after", "Retry-After"),
    ):
        if key in http:
            headers.append(f"{name}: {http[key]}")

    def handler(_: Asked) -> Answer:
        body = (folder / row["file"]).read_bytes()
        if "drip_bytes_per_s" in http:
            # The manifest says one byte a second; a test cannot wait for that, so the seconds are short here.
            return drip(answer(200, b"", *headers, length=len(body)), body[:1], 0.02)
        return answer(http["status"], body, *headers, length=len(body) + http.get("content_length_extra", 0))

    return handler
