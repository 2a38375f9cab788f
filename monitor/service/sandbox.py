"""One replaceable worker process in which untrusted bytes are parsed.

The worker is a fresh interpreter (a spawn), so that it neither inherits the parent's memory, secrets and
open files nor runs the parent's ``__main__`` again. It is started with the first document, reads one
document after another, and is ended when idle, after `RECYCLE` documents, or when it loses one: by a
deadline, a limit of memory or CPU, or a crash. A lost worker raises `SandboxError` for that one document
and is replaced.

Parent and worker speak frames over the worker's standard input and output: four bytes of length, then
either JSON or a document's raw bytes. JSON and not pickle: a pickle names the code that unpacking it
runs, so that bytes which took over a parser would own the parent too. `decode` builds nothing but the
record type the task promises.

The worker ignores Ctrl-C (the parent decides), dies with the parent (``PR_SET_PDEATHSIG``, and end of its
input), and has no way out: sockets, programs and writable files are refused by an audit hook. That hook
is a second lock against mistakes of libraries, not a wall against native code.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import resource
import signal
import sys
import time
import types
import typing
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Self, cast

from monitor.errors import SandboxError
from monitor.model import FeedDocument, Page, Selector, Sitemap

DEADLINE_S = 20.0
"""Seconds for one document; the slowest real feed takes 0.1 s, 10,000 items take 2 s, on one core of 2026."""

START_S = 60.0
"""Seconds for a worker to start and load a parser, not part of a document's deadline; measured 0.3 to 1.5
s idle."""

MEMORY_BYTES = 1_500_000_000
"""Address space (RLIMIT_AS): 0.4 GB are mapped after all imports, the largest real document adds under
0.1 GB."""

CPU_MARGIN_S = 2
"""CPU seconds beyond the deadline after which the kernel ends a worker whose parent does not."""

IDLE_S = 30.0
"""Seconds without work after which the worker is ended: it holds 60 to 110 MB, idle should cost nothing."""

RECYCLE = 500
"""Documents after which a worker is replaced, against leaks in native parsers."""

MAX_ANSWER = 128_000_000
"""Bytes of one answer the parent is willing to read: 2,000 entries of 200,000 characters never occur at
once."""

Task = tuple[str, str, Any]

_TASKS: Mapping[str, Task] = {
    "feed": ("monitor.read.feed", "read", FeedDocument),
    "page": ("monitor.read.page", "read", Page),
    "sitemap": ("monitor.read.sitemap", "read", Sitemap),
    "links": ("monitor.read.page_links", "links", tuple[tuple[str, str], ...]),
}
"""Task to module, function and the type of its answer. All functions take the body first, the rest by
keyword."""

_ORDER: Mapping[str, tuple[str, ...]] = {
    "feed": ("url", "content_type", "headers", "tz_fix", "now"),
    "page": ("url", "content_type", "now", "tz_fix", "selectors"),
    "sitemap": ("url", "now", "content_type", "tz_fix"),
    "links": ("url", "content_type"),
}
"""What positional arguments after the body mean, for `Sandbox.run`."""

_ARGUMENTS: Mapping[str, Any] = {
    "now": datetime,
    "headers": dict[str, str],
    "selectors": tuple[Selector, ...],
}
"""Types of arguments that JSON has no word for; all others are texts."""


class Sandbox:
    """Runs parsers in a worker; for one event loop, any number of callers, who queue.

    Use as ``async with Sandbox() as sandbox`` or call `close` at the end.
    """

    def __init__(
        self, *, idle_s: float = IDLE_S, recycle: int = RECYCLE, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._idle_s = idle_s
        self._recycle = recycle
        self._memory_bytes = memory_bytes
        self._queue = asyncio.Lock()
        self._worker: _Worker | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._leaving: set[_Worker] = set()
        self._closed = False
        self.started = 0
        """Workers started so far; for the status page and tests."""
        self.lost = 0
        """Documents that cost a worker."""

    async def __aenter__(self) -> Self:
        """Return itself; the worker starts with the first document."""
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """End the worker."""
        await self.close()

    @property
    def pid(self) -> int | None:
        """Return the process id of the present worker, None where none runs."""
        return self._worker.process.pid if self._worker else None

    async def run(
        self, task: str, body: bytes, *arguments: Any, deadline_s: float = DEADLINE_S, **options: Any
    ) -> Any:
        """Return the record that ``task`` (a key of `_TASKS`) makes of ``body``.

        Arguments are those of the reader, by position as in `_ORDER` or by name. Raises `SandboxError`
        when the document cost the worker, or when the reader itself failed.
        """
        options = dict(zip(_ORDER[task], arguments, strict=False)) | options
        async with self._queue:
            if self._closed:
                raise SandboxError("the sandbox is closed")
            self._stop_idling()
            try:
                answer = await self._one(task, body, options, deadline_s)
            except BaseException:
                # Also on cancellation: a worker in the middle of a document answers for the wrong one later.
                await self._drop()
                raise
            if self._worker and self._worker.documents >= self._recycle:
                await self._drop()
            self._start_idling()
        if "error" in answer:
            raise SandboxError(f"reading a {task} failed: {answer['error']}")
        try:
            return decode(_TASKS[task][2], answer.get("value"))
        except (TypeError, ValueError, KeyError) as error:
            raise SandboxError(f"the worker's answer to a {task} is no {task}: {error}") from error

    async def feed(
        self, body: bytes, *, url: str, content_type: str = "", headers: Mapping[str, str] | None = None,
        tz_fix: str = "", now: datetime, deadline_s: float = DEADLINE_S,
    ) -> FeedDocument:  # fmt: skip
        """Return what `monitor.read.feed.read` makes of the body."""
        found = await self.run(
            "feed", body, url, content_type, dict(headers or {}), tz_fix, now, deadline_s=deadline_s
        )
        return cast("FeedDocument", found)

    async def page(
        self, body: bytes, *, url: str, content_type: str = "", now: datetime, tz_fix: str = "",
        selectors: Sequence[Selector] = (), robots: str = "", deadline_s: float = DEADLINE_S,
    ) -> Page:  # fmt: skip
        """Return what `monitor.read.page.read` makes of the body."""
        found = await self.run(
            "page",
            body,
            url,
            content_type,
            now,
            tz_fix,
            tuple(selectors),
            robots=robots,
            deadline_s=deadline_s,
        )
        return cast("Page", found)

    async def sitemap(
        self, body: bytes, *, url: str, now: datetime, content_type: str = "", tz_fix: str = "",
        deadline_s: float = DEADLINE_S,
    ) -> Sitemap:  # fmt: skip
        """Return what `monitor.read.sitemap.read` makes of the body."""
        found = await self.run("sitemap", body, url, now, content_type, tz_fix, deadline_s=deadline_s)
        return cast("Sitemap", found)

    async def links(
        self, body: bytes, *, url: str, content_type: str = "", deadline_s: float = DEADLINE_S
    ) -> tuple[tuple[str, str], ...]:
        """Return (absolute address, text) of a listing page's links."""
        found = await self.run("links", body, url, content_type, deadline_s=deadline_s)
        return cast("tuple[tuple[str, str], ...]", found)

    async def close(self) -> None:
        """End the worker; documents still queued get `SandboxError`. May be called twice."""
        self._closed = True
        self._stop_idling()
        await self._drop()
        for worker in tuple(self._leaving):
            await worker.end()
        self._leaving.clear()

    async def _one(
        self, task: str, body: bytes, options: Mapping[str, Any], deadline_s: float
    ) -> dict[str, Any]:
        """Return the worker's answer; raise `SandboxError` when it is lost over this document."""
        worker = self._worker
        if worker is None or worker.process.returncode is not None:
            worker = self._worker = await _Worker.start(self._memory_bytes)
            self.started += 1
        try:
            return await worker.ask(task, body, options, deadline_s)
        except TimeoutError:
            self.lost += 1
            raise SandboxError(f"reading a {task} of {len(body):,} bytes passed {deadline_s:g} s") from None
        except (EOFError, OSError, ValueError) as error:
            self.lost += 1
            raise SandboxError(
                f"the worker reading a {task} of {len(body):,} bytes was lost ({await worker.end_reason()})"
            ) from error

    async def _drop(self) -> None:
        """End the present worker, if any, and wait until it is gone."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()

    def _start_idling(self) -> None:
        if self._worker is not None:
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._end_idle)

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _end_idle(self) -> None:
        """End a worker that nobody has used: closing its input is enough, it has nothing in hand."""
        self._idle = None
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.dismiss()
            self._leaving = {one for one in self._leaving if one.process.returncode is None} | {worker}


_ROOT = str(Path(__file__).resolve().parents[2])
_PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from monitor.service.sandbox import serve; serve(int(sys.argv[2]))"
)
"""What the worker's interpreter runs. The package's own folder comes last: an installed package goes
first."""


class _Worker:
    """The parent's end of one worker process."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.documents = 0

    @classmethod
    async def start(cls, memory_bytes: int) -> _Worker:
        """Start a worker; raises `SandboxError` where the system does not let us."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-c", _PROGRAM, _ROOT, str(memory_bytes),
                stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment(), start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise SandboxError(f"no worker process could be started: {error}") from error
        return cls(process)

    async def ask(
        self, task: str, body: bytes, options: Mapping[str, Any], deadline_s: float
    ) -> dict[str, Any]:
        """Send one document and return the answer; raises TimeoutError, or EOFError when the worker ends."""
        out = self.process.stdin
        assert out is not None
        request = {"task": task, "options": encode(dict(options)), "deadline_s": deadline_s}
        self.documents += 1
        async with asyncio.timeout(START_S + deadline_s):
            out.write(_frame(json.dumps(request).encode()) + _frame(body))
            await out.drain()
            await self._frame()  # the worker has the document and its parser is loaded: the clock starts
        async with asyncio.timeout(deadline_s):
            answer = json.loads(await self._frame())
        if not isinstance(answer, dict):
            raise ValueError("the answer is no object")  # noqa: TRY004  a broken promise like a wrong size
        return answer

    async def _frame(self) -> bytes:
        source = self.process.stdout
        assert source is not None
        size = int.from_bytes(await source.readexactly(4), "big")
        if size > MAX_ANSWER:
            raise ValueError("the answer is too large")
        return await source.readexactly(size)

    async def end_reason(self) -> str:
        """Return how the worker ended, in words; kills it where it has not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self.process.wait()
        code = self.process.returncode
        if code is None:
            return "it stopped answering"
        if code < 0:
            name = signal.Signals(-code).name
            return {"SIGXCPU": "CPU limit", "SIGKILL": "killed", "SIGSEGV": "crashed"}.get(name, name)
        return "memory limit" if code == OUT_OF_MEMORY else f"exit {code}"

    async def end(self) -> None:
        """Kill the worker and wait for it."""
        with suppress(ProcessLookupError):
            self.process.kill()
        self.dismiss()
        await self.process.wait()

    def dismiss(self) -> None:
        """Close the worker's input, at whose end it leaves."""
        if self.process.stdin is not None:
            self.process.stdin.close()


def _environment() -> dict[str, str]:
    """Return the worker's environment: what an interpreter needs, and none of the service's secrets."""
    kept = (
        "PATH",
        "LANG",
        "LC_ALL",
        "TZ",
        "PYTHONHOME",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "LD_LIBRARY_PATH",
        "SYSTEMROOT",
    )
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONDONTWRITEBYTECODE": "1"}


def _frame(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


# --------------------------------------------------------------------------------- records as JSON


def encode(value: Any) -> Any:
    """Return a value as JSON has it: records as lists of their fields in order, times as ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [encode(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(encode(one) for one in value)
    if isinstance(value, Mapping):
        return {str(key): encode(one) for key, one in value.items()}
    if hasattr(type(value), "__dataclass_fields__"):
        kind: Any = type(value)
        return [encode(getattr(value, name)) for name in _fields(kind)]
    raise TypeError(f"{type(value).__name__} does not travel")


def decode(wanted: Any, value: Any) -> Any:
    """Return the value as the wanted type, which alone decides what is built; raise if it does not fit."""
    return _decoder(wanted)(value)


@cache
def _fields(record: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(record))


@cache
def _decoder(wanted: Any) -> Callable[[Any], Any]:
    """Return the function that turns JSON values into the wanted type."""
    origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in {typing.Union, types.UnionType}:
        return _optional(_decoder(next(one for one in inner if one is not type(None))))
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return _sequence(tuple, _decoder(inner[0]))
    if origin is tuple:
        return _fixed(tuple(map(_decoder, inner)))
    if origin is frozenset:
        return _sequence(frozenset, _decoder(inner[0]))
    if origin is dict:
        return _sequence_of_pairs(_decoder(inner[0]), _decoder(inner[1]))
    if dataclasses.is_dataclass(wanted):
        return _record(wanted)
    if wanted is datetime:
        return datetime.fromisoformat
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return wanted
    if wanted is float:
        return _number
    return _exactly(wanted)


def _optional(inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else inner(value)


def _sequence(kind: type, inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: kind(map(inner, _exactly(list)(value)))


def _sequence_of_pairs(key: Callable[[Any], Any], inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: {key(name): inner(one) for name, one in _exactly(dict)(value).items()}


def _fixed(inner: tuple[Callable[[Any], Any], ...]) -> Callable[[Any], Any]:
    return lambda value: tuple(one(part) for one, part in zip(inner, value, strict=True))


def _number(value: Any) -> float:
    return float(_exactly(int, float)(value))


@cache
def _exactly(*wanted: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            raise TypeError(f"{type(value).__name__} where {wanted[0].__name__} is due")
        return value

    return check


def _record(wanted: Any) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(wanted)
    parts = tuple(_decoder(hints[name]) for name in _fields(wanted))

    def build(value: Any) -> Any:
        return wanted(*(one(part) for one, part in zip(parts, _exactly(list)(value), strict=True)))

    return build


# ------------------------------------------------------------------------------------ the worker

OUT_OF_MEMORY = 77
"""Exit status of a worker whose document did not fit its memory."""


def serve(memory_bytes: int) -> NoReturn:
    """Be the worker: answer documents from standard input until it ends. Never returns."""
    _tie_to_parent()
    source, sink = _take_streams()
    _limit(memory_bytes)
    sys.addaudithook(_refuse)
    while True:
        header, body = _receive(source), _receive(source)
        if header is None or body is None:
            os._exit(0)
        request = json.loads(header)
        try:
            answer = _answer(request, body, sink)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        _send(sink, answer)


def _answer(request: Mapping[str, Any], body: bytes, sink: BinaryIO) -> bytes:
    """Return the answer to one document as JSON; a reader's failure is an answer too."""
    import importlib

    module, function, _type = _TASKS[request["task"]]
    read = getattr(importlib.import_module(module), function)
    options = {name: decode(_ARGUMENTS.get(name, str), value) for name, value in request["options"].items()}
    _send(sink, b"")
    used = time.process_time()
    _soft_limit(resource.RLIMIT_CPU, int(used + request["deadline_s"]) + CPU_MARGIN_S)
    try:
        return json.dumps({"value": encode(read(body, **options))}, ensure_ascii=False).encode()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  the border of a job: one document's failure is reported, not fatal
        return json.dumps({"error": f"{type(error).__name__}: {error}"[:500]}).encode()


def _tie_to_parent() -> None:
    """Ignore Ctrl-C, which is the parent's to answer, and die when the parent does (Linux)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1  # linux/prctl.h
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return input and output for frames, and point the standard ones at nothing: libraries print."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    return source, sink


def _limit(memory_bytes: int) -> None:
    """Set what holds for the worker's life: address space, no core files, no growth of files."""
    _soft_limit(resource.RLIMIT_AS, memory_bytes)
    _soft_limit(resource.RLIMIT_CORE, 0)
    _soft_limit(resource.RLIMIT_FSIZE, 0)


def _soft_limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


_REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.fork",
    "shutil.",
    "pty.",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop a library that would reach outside: an audit hook (PEP 578), which cannot be removed again."""
    if event == "open":
        flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
        if flags & _WRITING:
            raise PermissionError("the parser worker writes no files")
    elif event.startswith(_REFUSED):
        raise PermissionError(f"the parser worker does not do {event}")


def _receive(source: BinaryIO) -> bytes | None:
    """Return one frame, None at the end of input."""
    size = source.read(4)
    if len(size) < 4:
        return None
    data = source.read(int.from_bytes(size, "big"))
    return data if len(data) == int.from_bytes(size, "big") else None


def _send(sink: BinaryIO, data: bytes) -> None:
    try:
        sink.write(_frame(data))
        sink.flush()
    except OSError:
        os._exit(0)  # the parent is gone
