"""What the headers and the status of an answer mean: kinds, waits, times. Pure; knows no network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from monitor.model import FetchKind

MAX_RETRY_AFTER_S = 7 * 86_400.0
"""Longest wait a server may ask for (polling-etiquette D7)."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
WITH_DOCUMENT = frozenset({200, 203})
"""Success that carries the document itself; 203 is 200 through a rewriting proxy (RFC 9110 §15.3.4)."""

_BY_STATUS = {
    204: FetchKind.EMPTY,
    205: FetchKind.EMPTY,
    304: FetchKind.NOT_MODIFIED,
    401: FetchKind.REFUSED,
    403: FetchKind.REFUSED,
    404: FetchKind.NOT_FOUND,
    410: FetchKind.GONE,
    429: FetchKind.RATE_LIMITED,
    451: FetchKind.LEGAL_BLOCK,
    503: FetchKind.UNAVAILABLE,
}


def kind_of(status: int) -> FetchKind:
    """Return what a status means for the caller; statuses without a meaning here are PROTOCOL."""
    if status in WITH_DOCUMENT:
        return FetchKind.OK
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 300 <= status < 400:  # a redirect without a usable target, or a kind nobody may follow
        return FetchKind.BAD_REDIRECT
    if 400 <= status < 500:
        return FetchKind.CLIENT_ERROR
    return FetchKind.SERVER_ERROR if status >= 500 else FetchKind.PROTOCOL


def phrase(status: int) -> str:
    """Return ``"404 Not Found"`` with our own words: the server's could carry anything."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds Retry-After asks for (RFC 9110 §10.2.3), 0 … 7 days; None where unreadable.

    Both forms are read: seconds and HTTP date. A date in the past is 0.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), MAX_RETRY_AFTER_S)
    at = http_date(text)
    if at is None:
        return None
    return min(max((at - now) / timedelta(seconds=1), 0.0), MAX_RETRY_AFTER_S)


def http_date(value: str | None) -> datetime | None:
    """Return an HTTP date as UTC, None where it is none. A missing zone is read as GMT, as RFC 9110 says."""
    if not value:
        return None
    try:
        at = parsedate_to_datetime(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
