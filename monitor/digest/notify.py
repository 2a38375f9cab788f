"""Hand a rendered digest to any service Apprise knows, by its address; every outcome is a ``Delivery``.

The address may hold a token: nothing here logs it, prints it, or repeats what the library says of it. The
library answers yes or no; the HTTP status behind a no stands in its log alone, and is read from there.

    verdict of the service            what becomes of the digest
    2xx                               sent
    400 404 405 410 411 413 414 415   refused: this chat or this text; the next digest holds it again
    422
    any other status, no answer       deferred: tried again later, as nobody but time or the operator mends it

A chat knows no Message-ID: where a service took the digest and its answer was lost, the repeat is a second
copy. That is the one window in which a recipient of this kind may read a digest twice.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from importlib.util import find_spec
from typing import TYPE_CHECKING

from monitor.model import Delivery, DeliveryKind, Rendered

if TYPE_CHECKING:
    from apprise import NotifyBase

MISSING = 'deliveries by Apprise need the extra "notify": pip install "treaty-monitor[notify]"'
KEPT = "The digest is kept and sent again later; other recipients are not affected."
GIVEN_UP = "This digest is not tried again, the next one holds what it would have told."
FOR_GOOD = frozenset({400, 404, 405, 410, 411, 413, 414, 415, 422})
"""RFC 9110 §15.5: what says that this address or this content is wrong. 401, 403 and 407 are a token that the
operator can renew; 408, 425 and 429 ask for patience."""
_STATUS = re.compile(r"\berror[=:]\s*(\d{3})\b")
"""How the library's plugins end the line they log about a refusal."""
_LOG = logging.getLogger("apprise")


def installed() -> bool:
    """Return True when the library is there; it is not asked for anything."""
    return find_spec("apprise") is not None


def nothing() -> None:
    """Note nothing."""


def kind_of(address: str) -> str:
    """Return the part of an address that tells no secret: ``tgram`` of ``tgram://token/chat``."""
    return address.partition("://")[0].lower()


def fault(address: str) -> str:
    """Return what is wrong with an address, without repeating it; empty where the library can use it."""
    if not installed():
        return MISSING
    with _listening():
        return "" if _service(address) is not None else _unusable(address)


def to_apprise(rendered: Rendered, address: str, *, noted: Callable[[], None] = nothing) -> Delivery:
    """Hand the text form to the service and return what became of it.

    A text longer than the service takes goes out in several messages. ``noted`` is called just before the
    service has it.
    """
    if not installed():
        return Delivery(DeliveryKind.DEFERRED, f"{MISSING}. {KEPT}", "settings")
    with _listening() as heard:
        service = _service(address)
        if service is None:
            return Delivery(DeliveryKind.DEFERRED, f"{_unusable(address)}. {KEPT}", "settings")
        noted()
        taken = _notify(service, rendered)
    if taken:
        return Delivery(DeliveryKind.SENT, f"{kind_of(address)}:// has taken the digest")
    return _outcome(f"{kind_of(address)}://", heard[-1] if heard else 0)


def _unusable(address: str) -> str:
    return (
        f"Apprise cannot use this {kind_of(address)}:// address: its kind is unknown, or a part is missing "
        "(see https://appriseit.com for how each kind is written)"
    )


def _service(address: str) -> NotifyBase | None:
    """Return the library's service for an address, set to split long texts; None where it has none."""
    import apprise

    asset = apprise.AppriseAsset(app_id="monitor", app_desc="monitor", async_mode=False)
    service = apprise.Apprise.instantiate(address, asset=asset)
    if service is not None and "overflow=" not in address:
        service.overflow_mode = apprise.OverflowMode.SPLIT
    return service


def _notify(service: NotifyBase, rendered: Rendered) -> bool:
    """Return True when the service took all of it; what its plugin raises is a no."""
    import apprise

    post = apprise.Apprise()
    post.add(service)
    return bool(post.notify(rendered.text, title=rendered.subject, body_format=apprise.NotifyFormat.TEXT))


def _outcome(name: str, status: int) -> Delivery:
    """Return what a no means; ``status`` is 0 where there was none."""
    if not status:
        return Delivery(
            DeliveryKind.DEFERRED,
            f"{name} could not be reached, or gave no answer. Check its address and this machine's network. "
            f"{KEPT} If it has taken the digest all the same, the repeat is a second copy.",
            "connect",
            unsure=True,
        )
    said = f"{name} did not take the digest ({_named(status)})"
    if status in FOR_GOOD:
        return Delivery(DeliveryKind.REFUSED, f"{said}. Check its address. {GIVEN_UP}", "recipient")
    if status in {401, 403, 407}:
        return Delivery(DeliveryKind.DEFERRED, f"{said}. Check the token in its address. {KEPT}", "auth")
    return Delivery(DeliveryKind.DEFERRED, f"{said}. {KEPT}", "turned_away")


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


class _Statuses(logging.Handler):
    """Hears which HTTP statuses the library tells of, and keeps nothing else of its words."""

    def __init__(self, heard: list[int]) -> None:
        super().__init__(logging.WARNING)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the status of one line, where it has one."""
        found = _STATUS.search(record.getMessage())
        if found is not None:
            self._heard.append(int(found[1]))


@contextmanager
def _listening() -> Iterator[list[int]]:
    """Hear the library's log, and let nobody else: it may repeat addresses; yields the statuses, in order."""
    heard: list[int] = []
    handler = _Statuses(heard)
    before = _LOG.propagate, _LOG.level
    _LOG.addHandler(handler)
    _LOG.propagate = False
    _LOG.setLevel(logging.WARNING)
    try:
        yield heard
    finally:
        _LOG.removeHandler(handler)
        _LOG.propagate, _LOG.level = before[0], before[1]
