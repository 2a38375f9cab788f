"""Hand a rendered digest over by SMTP, as files, to the terminal; every outcome is a ``Delivery``, no raise.

Permanent is only what concerns this recipient or this digest (his address, its content is refused); wrong
settings and absent servers keep the digest on its way, because the operator can mend them.

    to_mail(rendered, settings.smtp, recipient, message_id=…, date=…)   sent | deferred | refused
    to_file(rendered, folder, slot=…, recipient=…)                      sent | deferred
    to_stdout(rendered)                                                 sent | deferred
"""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import sys
import tempfile
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol, TextIO

from monitor.digest.render import printed
from monitor.digest.safe import clean, file_name
from monitor.model import Delivery, DeliveryKind, Recipient, Rendered

TIMEOUT_S = 30.0
"""For each answer of the mail server. RFC 5321 §4.5.3.2 allows minutes; a digest that waits is retried."""
SUBJECT_CHARS = 200
ANSWER_CHARS = 200
"""How much of a server's answer is worth showing."""
KEPT = "The digest is kept and sent again later; files and terminal are not affected."


class Server(Protocol):
    """Where mail is handed in; ``config.Smtp`` has this shape."""

    @property
    def host(self) -> str: ...  # noqa: D102
    @property
    def port(self) -> int: ...  # noqa: D102
    @property
    def security(self) -> str:
        """``starttls``, ``tls`` or ``none``."""

    @property
    def sender(self) -> str:
        """One address, with or without a display name."""

    @property
    def user(self) -> str: ...  # noqa: D102
    @property
    def password(self) -> str: ...  # noqa: D102


# ------------------------------------------------------------------------------------------- the message


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
    in_reply_to: str = "",
) -> EmailMessage:
    """Return the mail: text and HTML of one digest under RFC 5322 headers.

    The same arguments give the same bytes (the boundary is made from the Message-ID). No header can be
    injected: values are cleaned to one line before, and the policy refuses line breaks besides. ValueError
    for addresses that are none.
    """
    mail = EmailMessage(policy=_POLICY)
    origin = address(sender)
    mail["From"] = origin
    mail["To"] = address(to)
    mail["Subject"] = clean(rendered.subject, SUBJECT_CHARS).replace("=?", "= ?")  # no encoded word of others
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = clean(message_id)
    if in_reply_to:
        mail["In-Reply-To"] = clean(in_reply_to)
        mail["References"] = clean(in_reply_to)
    mail["List-ID"] = f"<{file_name(list_name, 40).lower()}.monitor.{origin.domain}>"  # RFC 2919
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{clean(unsubscribe)}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notes in return
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(rendered.text, cte=_transfer(rendered.text))
    mail.add_alternative(rendered.html, subtype="html", cte=_transfer(rendered.html))
    mail["Content-Language"] = clean(language)  # of the whole: what stands here before a part moves into it
    mail.set_boundary(f"=_{file_name(message_id, 60)}")
    return mail


class _Policy(EmailPolicy):
    """The SMTP policy, but for subjects: the library's own folding adds blanks inside encoded ones.

    Seen with Python 3.11: words of digits before an ellipsis came back with two blanks between them.
    """

    def fold(self, name: str, value: str) -> str:
        """Return the header folded for the wire."""
        return _subject(value) if name.lower() == "subject" else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the same as bytes."""
        return _subject(value).encode() if name.lower() == "subject" else super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n")


def _subject(text: str) -> str:
    """Return the header line of a subject; RFC 2047 words of at most 75 characters where it is not ASCII."""
    if text.isascii() and len(text) + len("Subject: ") <= 78:
        return f"Subject: {text}\r\n"
    folded = Header(text, "utf-8", maxlinelen=75, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {folded}\r\n"


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


# ------------------------------------------------------------------------------------------- SMTP


def to_mail(
    rendered: Rendered,
    server: Server,
    recipient: Recipient,
    *,
    message_id: str,
    date: datetime,
    context: ssl.SSLContext | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Delivery:
    """Hand the digest to the mail server; sent means: the server has accepted it.

    ``context`` is what certificates are checked with; left out, the system's authorities.
    """
    try:
        mail = message(
            rendered,
            sender=server.sender,
            to=recipient.address,
            message_id=message_id,
            date=date,
            language=recipient.language,
        )
    except (ValueError, IndexError) as error:
        return _deferred(f"The mail could not be written: {clean(str(error))}. Check the addresses of [smtp] "
                         "from and [[digest.to]] address.")  # fmt: skip
    return send(mail, server, recipient.address, context=context, timeout_s=timeout_s)


def send(
    mail: EmailMessage,
    server: Server,
    to: str,
    *,
    context: ssl.SSLContext | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Delivery:
    """Hand one mail to the server for one recipient and return what became of it."""
    if server.user and server.security == "none" and not _is_loopback(server.host):
        return _deferred(
            f'[smtp] security = "none" would send the password to {server.host} in clear; nothing was sent. '
            'Set security = "starttls" (port 587) or "tls" (port 465).'
        )
    try:
        with _connected(server, context or ssl.create_default_context(), timeout_s) as client:
            _log_in(client, server)
            client.send_message(mail, from_addr=parseaddr(server.sender)[1], to_addrs=[parseaddr(to)[1]])
            _part(client)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return _outcome(error, server, to)
    return Delivery(DeliveryKind.SENT, f"{server.host} has accepted the mail for {to}")


class _Quiet(smtplib.SMTP):
    """A client whose end is no error: after DATA was accepted, nothing that follows may turn it into one."""

    def __exit__(self, *args: object) -> None:
        """Close without a word."""
        self.close()


class _QuietTls(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __exit__(self, *args: object) -> None:
        """Close without a word."""
        self.close()


def _connected(server: Server, context: ssl.SSLContext, timeout_s: float) -> smtplib.SMTP:
    """Return a client that has greeted the server, encrypted as the settings say or not at all."""
    name = _own_name()
    if server.security == "tls":
        client: smtplib.SMTP = _QuietTls(
            server.host, server.port, local_hostname=name, timeout=timeout_s, context=context
        )
    else:
        client = _Quiet(server.host, server.port, local_hostname=name, timeout=timeout_s)
    try:
        client.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            client.starttls(context=context)
            client.ehlo()
    except BaseException:
        client.close()
        raise
    return client


def _log_in(client: smtplib.SMTP, server: Server) -> None:
    if server.user:
        client.login(server.user, server.password)


def _part(client: smtplib.SMTP) -> None:
    """Say goodbye; the mail is accepted, so a server that hangs up first does no harm."""
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()


def _own_name() -> str:
    """Return what to greet with: the host's name if it is a full one, else the address literal of RFC 5321.

    smtplib would ask the name server instead, which may hang for a minute on a desk without one.
    """
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


# ------------------------------------------------------------------------------------------- what went wrong


def _outcome(error: Exception, server: Server, to: str) -> Delivery:
    """Return what an error means: for this recipient for good, or for now; with what to do."""
    where = f"{server.host}:{server.port}"
    match error:
        case smtplib.SMTPAuthenticationError():
            return _deferred(
                f"{where} refused user name or password ({_answer(error.smtp_code, error.smtp_error)}). "
                "Check MONITOR_SMTP_USER and MONITOR_SMTP_PASSWORD; many providers want an app password."
            )
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()), (450, b""))
            return _by_code(
                code, f"{where} does not take mail for {to} ({_answer(code, text)})", "Check the address."
            )
        case smtplib.SMTPSenderRefused():
            return _deferred(
                f"{where} does not take mail from {clean(error.sender)} "
                f"({_answer(error.smtp_code, error.smtp_error)}). Check [smtp] from, and whether the server "
                "wants MONITOR_SMTP_USER and MONITOR_SMTP_PASSWORD."
            )
        case smtplib.SMTPDataError():
            said = f"{where} did not accept the mail for {to} ({_answer(error.smtp_code, error.smtp_error)})"
            return _by_code(error.smtp_code, said, "Ask the server's operator why.")
        case smtplib.SMTPNotSupportedError():
            return _deferred(_not_supported(server, where))
        case smtplib.SMTPServerDisconnected() if not isinstance(error.__context__, TimeoutError):
            return _deferred(
                f"{where} hung up before it accepted the mail ({clean(str(error), ANSWER_CHARS)})."
            )
        case smtplib.SMTPResponseException():
            return _deferred(f"{where} turned us away ({_answer(error.smtp_code, error.smtp_error)}).")
        case ssl.SSLCertVerificationError():
            return _deferred(
                f"The certificate of {where} does not prove that it is {server.host} "
                f"({clean(error.verify_message, ANSWER_CHARS)}); nothing was sent. Check [smtp] host; for a "
                "server of your own, add its authority to this system (SSL_CERT_FILE)."
            )
        case ssl.SSLError():
            return _deferred(
                f"No encrypted connection to {where} ({clean(error.reason or str(error), ANSWER_CHARS)}). "
                'Port 587 goes with security = "starttls", port 465 with "tls".'
            )
        case socket.gaierror():
            return _deferred(
                f"The mail server's name {server.host} does not resolve. Check [smtp] host and this "
                "machine's network."
            )
        case TimeoutError() | smtplib.SMTPServerDisconnected():
            return _deferred(f"{where} did not answer in time. Check [smtp] host and port, and the firewall.")
        case ConnectionRefusedError():
            return _deferred(f"{where} refused the connection. Check [smtp] host and port.")
    return _deferred(f"The mail could not be handed to {where}: {clean(str(error), ANSWER_CHARS)}.")


def _not_supported(server: Server, where: str) -> str:
    if server.security == "starttls":
        return (
            f"{where} does not offer what the settings ask for (STARTTLS or a known way to log in), and "
            'nothing goes out unprotected. Try security = "tls" with port 465, or ask the server\'s operator.'
        )
    return f"{where} does not offer what is asked for (a known way to log in, or letters of this address)."


def _by_code(code: int, said: str, advice: str) -> Delivery:
    """Return a refusal for good for 5xx, for now for anything else (RFC 5321 §4.2.1)."""
    if 500 <= code < 600:
        return Delivery(
            DeliveryKind.REFUSED,
            f"{said}. {advice} This digest is not tried again; other recipients are not affected.",
        )
    return _deferred(f"{said}.")


def _answer(code: int, text: bytes | str) -> str:
    """Return the server's answer as one clean line."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {clean(said, ANSWER_CHARS)}".strip()


def _deferred(what: str) -> Delivery:
    return Delivery(DeliveryKind.DEFERRED, f"{what} {KEPT}")


# ------------------------------------------------------------------------------------------- files, terminal


def to_file(rendered: Rendered, folder: Path, *, slot: str, recipient: Recipient) -> Delivery:
    """Write ``<slot>-<recipient>.txt`` and ``.html`` into the folder, each whole or not at all."""
    stem = f"{file_name(slot.replace(':', ''), 40)}-{file_name(recipient.id, 80)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / f"{stem}.html", rendered.html)
        _write(folder / f"{stem}.txt", printed(rendered))
    except OSError as error:
        return Delivery(
            DeliveryKind.DEFERRED,
            f"The digest could not be written to {folder} ({error.strerror or error}). It is kept in the "
            "store and written again later; check the disk and the folder's owner.",
        )
    return Delivery(DeliveryKind.SENT, str(folder / f"{stem}.txt"))


def _write(path: Path, text: str) -> None:
    """Write the file beside its place and move it there: a reader never meets half a digest."""
    handle, name = tempfile.mkstemp(prefix=".digest-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def to_stdout(rendered: Rendered, stream: TextIO | None = None) -> Delivery:
    """Print the text form under its subject; letters the terminal cannot show become question marks."""
    out = stream or sys.stdout
    text = printed(rendered)
    encoding = getattr(out, "encoding", None) or "utf-8"
    try:
        out.write(text.encode(encoding, "replace").decode(encoding))
        out.flush()
    except (OSError, ValueError) as error:
        return Delivery(
            DeliveryKind.DEFERRED, f"The digest could not be printed ({clean(str(error))}). It is kept."
        )
    return Delivery(DeliveryKind.SENT, "printed")
