"""Fixtures of the fetch tests: asyncio as the loop, a standing clock, manners that allow the loopback server."""

from __future__ import annotations

import pytest

from monitor.fetch.client import Policy
from tests.fetch.clocks import FakeClock


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def policy() -> Policy:
    return Policy(
        contact="https://example.org/monitor", version="1.2", allow_private=frozenset({"127.0.0.1"})
    )
