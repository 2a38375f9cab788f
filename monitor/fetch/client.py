"""One conditional, bounded GET with its redirects, as a value: never raises for what the outside does.

    request -> hop -> guard dials -> answer -> redirect? next hop : body inflated under a cap -> Fetched

Each fetch has an httpx client of its own (0.1 ms) over a shared TLS context: under a shared pool a cancelled
request poisons all later ones. httpx has no total timeout and inflates whole chunks, so here a deadline runs
over everything, and the raw body is inflated by `monitor.fetch.inflate`. Redirects are followed here, so that
every hop passes the guard and validators go only to the address they came from. Foreign exceptions end here:
they become a `FetchKind` by their type.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from urllib.parse import quote, urljoin, urlsplit

import httpcore
import httpx

from monitor.fetch import answers
from monitor.fetch.guard import (
    DnsError,
    GuardedBackend,
    PrivateAddressError,
    RefusedError,
    Resolver,
    TlsError,
    resolve,
)
from monitor.fetch.inflate import Ending, Inflater
from monitor.model import Fetched, FetchKind, Redirect, Validators

Clock = Callable[[], datetime]
"""Gives the present as an aware UTC datetime; deadlines run on the loop's own monotonic time."""

MAX_BYTES = 10 * 1024 * 1024
"""Default limit of a decoded body (polling-etiquette D12)."""
MAX_REDIRECTS = 5
"""Polling-etiquette D3; RFC 9309 asks for at least five for robots.txt."""
MAX_URL_LENGTH = 8_000
"""Longest address followed: what RFC 9110 §4.1 asks every recipient to support."""
MIN_RETRY_S = 1.0
"""With less than this left of the total time a second attempt is not worth its request."""
RETRIED = frozenset(
    {
        FetchKind.DNS,
        FetchKind.CONNECT,
        FetchKind.TIMEOUT,
        FetchKind.TLS,
        FetchKind.PROTOCOL,
        FetchKind.SERVER_ERROR,
    }
)
"""Kinds one immediate second attempt may mend (polling-etiquette D9); 503 is not among them."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How we show ourselves and what we refuse; the same for every request of one run."""

    contact: str = ""
    """URL or mail address for the User-Agent; empty until the operator sets it."""
    version: str = "0"
    product: str = "treaty-monitor"
    """Product token: also the name robots.txt groups are matched with."""
    allow_private: frozenset[str] = frozenset()
    """Hosts (``host:port``, or ``host`` for all ports) exempt from the address guard."""
    allow_downgrade: bool = False
    """Follow redirects from https to http."""
    connect_timeout_s: float = 10.0
    """For name, TCP and TLS each; slow long-distance handshakes take 1 to 3 s."""
    read_timeout_s: float = 20.0
    """Silence allowed within an answer."""
    resolver: Resolver = resolve
    tls: ssl.SSLContext | None = None
    """None: the context shared by all, with certifi's authorities."""

    @property
    def user_agent(self) -> str:
        """Return product, version and contact, ASCII without control characters (polling-etiquette A1)."""
        contact = "".join(c for c in self.contact.strip() if " " <= c <= "~" and c not in "()\\")
        if not contact:
            return f"{self.product}/{self.version}"
        reach = f"+{contact}" if contact.lower().startswith("http") else contact
        return f"{self.product}/{self.version} ({reach})"


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for."""

    url: str
    """Sent byte for byte as written here, without its fragment."""
    accept: str = "*/*"
    validators: Validators | None = None
    """Sent only to the URL they belong to, be it this one or a redirect's target."""
    max_bytes: int = MAX_BYTES
    """Of the decoded body."""
    total_timeout_s: float = 30.0
    """For everything: names, redirects, body, the second attempt."""
    retries: int = 0
    """Immediate second attempts for `RETRIED` kinds: 0 or 1; more count as 1."""


async def fetch(request: Request, *, policy: Policy, clock: Clock) -> Fetched:
    """Return what became of one request; cancellation is the only thing that comes out as an exception."""
    loop = asyncio.get_running_loop()
    started, at = loop.time(), clock()
    deadline = started + request.total_timeout_s
    fetched = await _attempt(request, policy, at, deadline)
    if request.retries > 0 and _worth_another(fetched) and deadline - loop.time() >= MIN_RETRY_S:
        fetched = await _attempt(request, policy, at, deadline)
    return replace(fetched, elapsed_s=loop.time() - started)


def _worth_another(fetched: Fetched) -> bool:
    """Return True for passing failures, unless the server named a time to come back."""
    return fetched.kind in RETRIED and fetched.retry_after_s is None


# ------------------------------------------------------------------------------------------- one attempt


@dataclass(slots=True)
class _Journey:
    """What is known so far of one attempt; whatever stops it, this much is reported."""

    request: Request
    at: datetime
    url: str
    """Of the hop under way."""
    redirects: list[Redirect] = field(default_factory=list)
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: Inflater | None = None
    conditional: bool = False

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def end(self, kind: FetchKind, detail: str, body: bytes = b"") -> Fetched:
        return Fetched(
            url=self.request.url,
            kind=kind,
            at=self.at,
            status=self.status,
            final_url=self.url,
            headers=self.headers,
            body=body,
            redirects=tuple(self.redirects),
            retry_after_s=answers.retry_after_s(self.header("retry-after"), self.at),
            server_time=answers.http_date(self.header("date")),
            detail=detail,
            body_sha256=hashlib.sha256(body).hexdigest() if kind is FetchKind.OK else "",
            conditional=self.conditional,
        )


async def _attempt(request: Request, policy: Policy, at: datetime, deadline: float) -> Fetched:
    journey = _Journey(request, at, _without_fragment(request.url))
    try:
        async with asyncio.timeout_at(deadline), _client(policy) as client:
            return await _travel(journey, client, policy)
    except TimeoutError:
        return _cut_by_deadline(journey)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        return _failed(journey, error)


def _client(policy: Policy) -> httpx.AsyncClient:
    backend = GuardedBackend(allow_private=policy.allow_private, resolver=policy.resolver)
    return httpx.AsyncClient(transport=_Transport(backend, policy.tls or shared_tls()), trust_env=False)


async def _travel(journey: _Journey, client: httpx.AsyncClient, policy: Policy) -> Fetched:
    """Ask, follow redirects, read the body of the last answer."""
    seen = {journey.url}
    while True:
        hop = _hop(journey.url)
        if isinstance(hop, str):
            kind = FetchKind.BAD_REDIRECT if journey.redirects else FetchKind.PROTOCOL
            return journey.end(kind, f"{_clip(journey.url)} is no address that can be asked: {hop}.")
        response = await client.send(_http_request(journey, hop, policy), stream=True)
        try:
            journey.status = response.status_code
            journey.headers = tuple(
                (name.decode("latin-1").lower(), value.decode("latin-1"))
                for name, value in response.extensions["fields"]
            )
            location = journey.header("location")
            if response.status_code not in answers.REDIRECTS or not location:
                return await _arrive(journey, hop, response)
        finally:
            await response.aclose()
        problem = _turn(journey, location, seen, policy)
        if problem:
            return journey.end(FetchKind.BAD_REDIRECT, problem)


def _turn(journey: _Journey, location: str, seen: set[str], policy: Policy) -> str:
    """Move the journey to the redirect's target; return a sentence when that must not be."""
    assert journey.status is not None
    origin = _host_of(journey.url)
    target = _target_of(journey.url, location)
    if target is None:
        return f"{origin} redirects ({journey.status}) to {_clip(location)}, which is no usable address."
    if len(journey.redirects) >= MAX_REDIRECTS:
        return f"{origin} redirects more than {MAX_REDIRECTS} times."
    downgrade = journey.url.lower().startswith("https:") and target.lower().startswith("http:")
    if downgrade and not policy.allow_downgrade:
        return f"{origin} redirects from https to http ({_clip(target)}), which is not followed."
    journey.redirects.append(Redirect(journey.status, target))
    if target in seen:
        return f"{origin} redirects in a circle ({_clip(target)})."
    seen.add(target)
    journey.url = target
    return ""


async def _arrive(journey: _Journey, hop: _Hop, response: httpx.Response) -> Fetched:
    """Return the end of the journey at the last answer."""
    kind = answers.kind_of(response.status_code)
    if kind is FetchKind.OK:
        return await _read(journey, hop, response)
    if kind is FetchKind.NOT_MODIFIED:
        return journey.end(kind, f"{hop.host} has nothing new.")
    if kind is FetchKind.BAD_REDIRECT:
        return journey.end(
            kind, f"{hop.host} answered {answers.phrase(response.status_code)} without a target."
        )
    return journey.end(kind, f"{hop.host} answered {answers.phrase(response.status_code)}.")


# ------------------------------------------------------------------------------------------- the body


async def _read(journey: _Journey, hop: _Hop, response: httpx.Response) -> Fetched:
    """Inflate the body up to the limit; a connection that breaks off makes it a cut-off one."""
    body = journey.body = Inflater(journey.header("content-encoding"), journey.request.max_bytes)
    try:
        async for chunk in response.aiter_raw():
            body.feed(chunk)
            if body.done:
                break
    except (httpcore.RemoteProtocolError, httpcore.ReadError):
        content, _ = body.finish()
        size = len(content)
        return journey.end(
            FetchKind.TRUNCATED, f"{hop.host} broke off its answer after {size:,} bytes.", content
        )
    content, ending = body.finish()
    kind, detail = _read_as(content, ending, hop.host, body.problem)
    return journey.end(kind, detail, content)


def _read_as(content: bytes, ending: Ending, host: str, problem: str) -> tuple[FetchKind, str]:
    if ending is Ending.FULL:
        return FetchKind.TOO_LARGE, f"{host} sent more than {len(content):,} bytes, the limit for one answer."
    if ending is Ending.BROKEN:
        return FetchKind.BAD_ENCODING, f"{host} sent something that cannot be unpacked: {problem}."
    if ending is Ending.CUT:
        return FetchKind.TRUNCATED, f"{host} sent a compressed answer without its end."
    if not content or content.isspace():
        return FetchKind.EMPTY, f"{host} answered 200 with an empty body."
    return FetchKind.OK, f"{host} answered with {len(content):,} bytes."


def _cut_by_deadline(journey: _Journey) -> Fetched:
    host, limit = _host_of(journey.url), journey.request.total_timeout_s
    content = journey.body.finish()[0] if journey.body is not None else b""
    came = f"{len(content):,} bytes had come" if journey.body is not None else "no answer had come"
    return journey.end(
        FetchKind.TOO_SLOW, f"{host} was given up after {limit:g} s in all, when {came}.", content
    )


def _failed(journey: _Journey, error: Exception) -> Fetched:
    """Translate an exception by its type; the one place where that happens."""
    host = _host_of(journey.url)
    if isinstance(error, DnsError):
        return journey.end(FetchKind.DNS, _sentence(error))
    if isinstance(error, PrivateAddressError):
        return journey.end(FetchKind.PRIVATE_ADDRESS, _sentence(error))
    if isinstance(error, RefusedError):
        return journey.end(FetchKind.CONNECT, _sentence(error))
    if isinstance(error, TlsError):
        return journey.end(FetchKind.TLS, _sentence(error))
    if isinstance(error, httpcore.TimeoutException):
        content = journey.body.finish()[0] if journey.body is not None else b""
        return journey.end(FetchKind.TIMEOUT, f"{host} did not answer in time: {error}.", content)
    if isinstance(error, httpcore.NetworkError):
        return journey.end(FetchKind.CONNECT, f"{host} broke the connection before it answered ({error}).")
    return journey.end(FetchKind.PROTOCOL, f"{host} does not answer as HTTP asks ({_clip(str(error))}).")


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}." if text.startswith("the ") else f"{text}."


# ------------------------------------------------------------------------------------------- one hop


@dataclass(frozen=True, slots=True)
class _Hop:
    """One address taken apart: the origin for httpx, the target as bytes that nobody normalises."""

    origin: httpx.URL
    host: str
    target: bytes


def _hop(url: str) -> _Hop | str:
    """Return the parts of an http(s) address, or the clause that says why it is none."""
    if len(url) > MAX_URL_LENGTH:
        return "it is too long"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme not in {"http", "https"}:
            return "only http and https are asked"
        if not host:
            return "it names no host"
        # The address for httpx carries neither user name nor path: it would send the one as a header of its
        # own and rewrite the other.
        bracketed = f"[{host}]" if ":" in host else host
        origin = httpx.URL(f"{parts.scheme}://{bracketed}" + (f":{port}/" if port is not None else "/"))
    except (ValueError, httpx.InvalidURL):
        return "its host or port cannot be read"
    return _Hop(origin, host, _target(url))


_KEPT = "".join(chr(code) for code in range(0x21, 0x7F))
"""Visible ASCII goes out as it stands (polling-etiquette A3); anything else is percent-encoded UTF-8."""


def _target(url: str) -> bytes:
    """Return path and query as they stand in the address."""
    rest = url.partition("://")[2]
    start = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
    target = quote(rest[start:], safe=_KEPT)
    return (target if target.startswith("/") else f"/{target}").encode("ascii")


def _http_request(journey: _Journey, hop: _Hop, policy: Policy) -> httpx.Request:
    """Return a request that carries exactly the headers written here: no cookie, no referer."""
    headers = [
        (b"Host", hop.origin.netloc),
        (b"User-Agent", policy.user_agent.encode("ascii")),
        (b"Accept", journey.request.accept.encode("ascii", "ignore")),
        (b"Accept-Encoding", b"gzip"),
    ]
    conditions = _conditions(journey)
    journey.conditional = bool(conditions)
    timeouts = {
        "connect": policy.connect_timeout_s,
        "read": policy.read_timeout_s,
        "write": policy.read_timeout_s,
        "pool": None,
    }
    return httpx.Request(
        "GET",
        hop.origin,
        headers=headers + conditions,
        extensions={"target": hop.target, "timeout": timeouts},
    )


def _conditions(journey: _Journey) -> list[tuple[bytes, bytes]]:
    """Return the conditional headers where the validators are of this hop (polling-etiquette B1-B3, B9)."""
    validators = journey.request.validators
    if validators is None or _without_fragment(validators.url) != journey.url:
        return []
    pairs = ((b"If-None-Match", validators.etag), (b"If-Modified-Since", validators.last_modified))
    return [(name, value.encode("latin-1")) for name, value in pairs if value and _sendable(value)]


def _sendable(value: str) -> bool:
    """Return True for what came out of a header and can go into one again."""
    return value == value.strip() and all(" " <= c <= "\xff" or c == "\t" for c in value)


def _target_of(base: str, location: str) -> str | None:
    """Return the absolute target of a redirect without fragment, None where it is unusable."""
    location = location.strip()
    if any(c < " " or c == "\x7f" for c in location):
        return None
    raw = location.encode("latin-1")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = quote(raw, safe=_KEPT)
    try:
        target = _without_fragment(urljoin(base, text))
    except ValueError:
        return None
    return None if isinstance(_hop(target), str) else target


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]


def _host_of(url: str) -> str:
    """Return the host of an address for a sentence."""
    try:
        return urlsplit(url).hostname or _clip(url)
    except ValueError:
        return _clip(url)


def _clip(text: str) -> str:
    """Return foreign text fit for a sentence: printable, at most 100 characters."""
    printable = "".join(c if c.isprintable() else "�" for c in text)
    return printable if len(printable) <= 100 else f"{printable[:99]}…"


# ------------------------------------------------------------------------------------------- transport


class _Transport(httpx.AsyncBaseTransport):
    """httpx over one guarded httpcore connection at a time; httpcore's exceptions pass unchanged."""

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls, max_connections=1, max_keepalive_connections=0, network_backend=backend
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return its answer, body unread."""
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        # httpx takes redirect targets apart even where it must not follow them, and raises on bad ones: it
        # gets no headers to look at, and as the raw body is read, it needs none.
        return httpx.Response(answer.status, stream=_Body(answer), extensions={"fields": answer.headers})

    async def aclose(self) -> None:
        """Close what is open."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """httpcore's body in httpx's clothes."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


@cache
def shared_tls() -> ssl.SSLContext:
    """Return the TLS context all fetches share; loading the authorities costs 20 ms once."""
    return httpx.create_ssl_context(trust_env=False)
