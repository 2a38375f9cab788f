"""Fixtures every station shares: where the shared folder is, and what a skip means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def require(reason: str) -> None:
    """Skip for a missing part of the machine; fail where ``MONITOR_REQUIRE_ALL`` says all must be there."""
    if os.environ.get("MONITOR_REQUIRE_ALL") == "1":
        pytest.fail(f"MONITOR_REQUIRE_ALL=1 and {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the shared folder (``MONITOR_SHARED``, else beside the checkout)."""
    folder = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
    if not (folder / "eval" / "articles.jsonl").is_file():
        require(f"the shared folder is not at {folder} (set MONITOR_SHARED)")
    return folder


@pytest.fixture(scope="session")
def needed():
    """Return the function that skips, or fails under ``MONITOR_REQUIRE_ALL``, with one reason."""
    return require
