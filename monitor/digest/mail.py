"""A digest as a mail: RFC 5322 headers around its text and HTML; the same digest gives the same bytes. Pure.

No header can be injected: every value is cleaned to one line before, and the policy refuses line breaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from monitor.digest.safe import clean, file_name
from monitor.model import Rendered

SUBJECT_CHARS = 200
LINE = 78
"""RFC 5322 §2.1.1: what a line should keep to; it must keep to 998."""
_VERBATIM = frozenset({"message-id", "in-reply-to", "references", "list-id", "list-unsubscribe"})
"""Headers of identifiers: folded at blanks alone. The library's own folding writes those that are longer
than a line as encoded words, which RFC 2047 §5 forbids there and no mail program reads back."""


def message(
    rendered: Rendered,
    *,
    sender: str,
    to: str,
    message_id: str,
    date: datetime,
    language: str = "en",
    list_name: str = "digest",
    unsubscribe: str = "",
    references: Sequence[str] = (),
) -> EmailMessage:
    """Return the mail: text and HTML of one digest under its headers.

    ``references`` are the Message-IDs of the mails it follows, the first mail of the story in front;
    ``unsubscribe`` is a ``mailto:`` or ``https:`` address, in which ``{address}`` becomes the recipient's.
    The boundary is made from the Message-ID. ValueError for addresses that are none.
    """
    mail = EmailMessage(policy=_POLICY)
    origin = address(sender)
    mail["From"] = origin
    mail["To"] = address(to)
    mail["Subject"] = clean(rendered.subject, SUBJECT_CHARS).replace("=?", "= ?")  # no encoded word of others
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = clean(message_id)
    if references:
        mail["In-Reply-To"] = clean(references[-1])
        mail["References"] = " ".join(map(clean, references))
    mail["List-ID"] = f"<{file_name(list_name, 40).lower()}.monitor.{origin.domain}>"  # RFC 2919
    if unsubscribe:
        _unsubscribable(mail, unsubscribe.replace("{address}", quote(parseaddr(to)[1], safe="@")))
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notes in return
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(rendered.text, cte=_transfer(rendered.text))
    mail.add_alternative(rendered.html, subtype="html", cte=_transfer(rendered.html))
    mail["Content-Language"] = clean(language)  # of the whole: what stands here before a part moves into it
    mail.set_boundary(f"=_{file_name(message_id, 60)}")
    return mail


def _unsubscribable(mail: EmailMessage, link: str) -> None:
    """Say how to leave (RFC 2369); with one click only where a POST can do it, over https (RFC 8058 §3.1)."""
    mail["List-Unsubscribe"] = f"<{clean(link)}>"
    if link.lower().startswith("https:"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


class _Policy(EmailPolicy):
    """The SMTP policy, but for subjects and identifiers, which the library's own folding would change.

    Seen with Python 3.11: words of digits before an ellipsis in a subject came back with two blanks between
    them; References to a Message-ID of more than 65 characters became encoded words.
    """

    def fold(self, name: str, value: str) -> str:
        """Return the header folded for the wire."""
        return self._own(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the same as bytes."""
        own = self._own(name, value)
        return own.encode("ascii") if own else super().fold_binary(name, value)

    def _own(self, name: str, value: str) -> str:
        """Return our own folding of a header; empty where the library's is right."""
        if name.lower() == "subject":
            return _subject(value)
        return _at_blanks(name, value) if name.lower() in _VERBATIM and value.isascii() else ""


_POLICY = _Policy(linesep="\r\n")


def _subject(text: str) -> str:
    """Return the header line of a subject; RFC 2047 words of at most 75 characters where it is not ASCII."""
    if text.isascii() and len(text) + len("Subject: ") <= LINE:
        return f"Subject: {text}\r\n"
    folded = Header(text, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {folded}\r\n"


def _at_blanks(name: str, value: str) -> str:
    """Return a header with its words as they are, on as many lines as they need."""
    lines = [f"{name}:"]
    for word in value.split():
        if len(lines[-1]) + 1 + len(word) > LINE and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def address(text: str) -> Address:
    """Return a mail address with its display name; ValueError where it is none."""
    name, spec = parseaddr(clean(text))
    local, at, domain = spec.rpartition("@")
    if not at or not local or not domain or " " in spec:
        raise ValueError(f"{text!r} is no mail address")
    return Address(display_name=name, username=local, domain=domain.encode("idna").decode())


def _transfer(text: str) -> str:
    """Return the shorter of the two codings that every mail server passes unchanged."""
    return "quoted-printable" if len(text.encode()) < 1.15 * len(text) else "base64"
