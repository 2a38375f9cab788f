"""The last moment before a mail is out of our hands: where it is noted, and what a lost answer means.

    body -> noted -> the final dot -> the server's answer

Up to the dot a server has nothing it may deliver. After it, until its answer is heard, nobody on our side can
know whether it has: no protocol closes that window (RFC 5321 §4.5.4.2 lets a client repeat, RFC 1047 tells of
it). So the dot is preceded by a note that outlives us, and what ends without an answer is called unsure.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from monitor.model import Delivery

END = b"\r\n.\r\n"
"""What ends a mail (RFC 5321 §4.1.1.4)."""
MAY_HAVE_IT = (
    "It had all of the mail by then and may have taken it: the repeat carries the same Message-ID, by which "
    "mail programs know it as the same."
)


def nothing() -> None:
    """Note nothing: for what may be handed over twice without harm."""


class Handing:
    """One mail on its way out."""

    def __init__(self, noted: Callable[[], None]) -> None:
        """Take what is called just before the mail is out; what it raises keeps the mail here."""
        self._noted = noted
        self.out = False
        """The final dot has gone."""

    def note(self) -> None:
        """Say that the final dot goes next."""
        self._noted()
        self.out = True

    def outcome(self, delivery: Delivery, error: Exception) -> Delivery:
        """Return the outcome of a failed attempt, marked as unsure where the answer was lost."""
        if not self.out or isinstance(error, smtplib.SMTPResponseException):
            return delivery
        return replace(delivery, unsure=True, detail=f"{delivery.detail} {MAY_HAVE_IT}")


class Noting(smtplib.SMTP):
    """A client that lets its `handing` note the moment before the final dot."""

    handing: Handing | None = None
    _in_data = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand over the text of the mail and return the server's answer."""
        self._in_data = True
        try:
            return super().data(msg)
        finally:
            self._in_data = False

    def send(self, s: Any) -> None:
        """Send bytes; the end of a mail only after it was noted."""
        if self.handing is None or not self._in_data or not isinstance(s, bytes) or not s.endswith(END):
            super().send(s)
            return
        super().send(s[: -len(END) + 2])
        self.handing.note()
        super().send(s[-len(END) + 2 :])
