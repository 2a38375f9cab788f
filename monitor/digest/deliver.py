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
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol, Self, TextIO

from monitor.digest.handing import Handing, Noting, nothing
from monitor.digest.mail import message
from monitor.digest.render import printed
from monitor.digest.safe import clean, file_name
from monitor.model import Delivery, DeliveryKind, Recipient, Rendered

TIMEOUT_S = 30.0
"""For each answer of the mail server. RFC 5321 §4.5.3.2 allows minutes; a digest that waits is retried."""
TOTAL_S = 180.0
"""For one mail in all: a server that sends a byte now and then must not hold up the other recipients."""
ANSWER_CHARS = 200
"""How much of a server's answer is worth showing."""
KEPT = "The digest is kept and sent again later; files and terminal are not affected."
GIVEN_UP = "This digest is not tried again; other recipients are not affected."


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
    def unsubscribe(self) -> str:
        """``mailto:`` or ``https:`` address to leave by; empty: none is offered."""

    @property
    def user(self) -> str: ...  # noqa: D102
    @property
    def password(self) -> str: ...  # noqa: D102


# ------------------------------------------------------------------------------------------- SMTP


def to_mail(
    rendered: Rendered,
    server: Server,
    recipient: Recipient,
    *,
    message_id: str,
    date: datetime,
    list_name: str = "digest",
    references: Sequence[str] = (),
    context: ssl.SSLContext | None = None,
    timeout_s: float = TIMEOUT_S,
    total_s: float = TOTAL_S,
    noted: Callable[[], None] = nothing,
) -> Delivery:
    """Hand the digest to the mail server; sent means: the server has accepted it.

    ``noted`` is called just before the server has all of it.

    ``references`` are the Message-IDs of the mails it follows. ``context`` is what certificates are checked
    with; left out, the system's authorities.
    """
    try:
        mail = message(
            rendered,
            sender=server.sender,
            to=recipient.address,
            message_id=message_id,
            date=date,
            language=recipient.language,
            list_name=list_name,
            unsubscribe=server.unsubscribe,
            references=references,
        )
    except (ValueError, IndexError) as error:
        return _deferred(f"The mail could not be written: {clean(str(error))}. Check the addresses of [smtp] "
                         "from and [[digest.to]] address.", "settings")  # fmt: skip
    limits = {"timeout_s": timeout_s, "total_s": total_s}
    return send(mail, server, recipient.address, context=context, noted=noted, **limits)


def send(
    mail: EmailMessage,
    server: Server,
    to: str,
    *,
    context: ssl.SSLContext | None = None,
    timeout_s: float = TIMEOUT_S,
    total_s: float = TOTAL_S,
    noted: Callable[[], None] = nothing,
) -> Delivery:
    """Hand one mail to the server for one recipient and return what became of it."""
    if server.user and server.security == "none" and not _is_loopback(server.host):
        return _deferred(
            f'[smtp] security = "none" would send the password to {server.host} in clear; nothing was sent. '
            'Set security = "starttls" (port 587) or "tls" (port 465).',
            "settings",
        )
    handing = Handing(noted)
    try:
        with _Watch(total_s) as watch, _connected(server, context, timeout_s, watch) as client:
            client.handing = handing
            _log_in(client, server)
            client.send_message(mail, from_addr=parseaddr(server.sender)[1], to_addrs=[parseaddr(to)[1]])
            _part(client)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        said = _too_slow(server, total_s) if watch.over else _outcome(error, server, to)
        return handing.outcome(said, error)
    return Delivery(DeliveryKind.SENT, f"{server.host} has accepted the mail for {to}")


class _Watch:
    """Cuts a connection that takes too long in all; ``smtplib`` limits each read alone."""

    def __init__(self, total_s: float) -> None:
        self.over = False
        self._client: smtplib.SMTP | None = None
        self._timer = threading.Timer(total_s, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def mind(self, client: smtplib.SMTP) -> None:
        """Name the client whose connection is meant: before it connects, as even a greeting can drip."""
        self._client = client

    def _cut(self) -> None:
        self.over = True
        open_ = self._client.sock if self._client is not None else None
        if open_ is not None:
            with suppress(OSError):
                socket.socket.shutdown(open_, socket.SHUT_RDWR)  # under any encryption


class _Quiet(Noting):
    """A client whose end is no error: after DATA was accepted, nothing that follows may turn it into one."""

    def __init__(self, watch: _Watch, host: str, port: int, **options: Any) -> None:
        watch.mind(self)
        super().__init__(host, port, **options)

    def __exit__(self, *args: object) -> None:
        """Close without a word."""
        self.close()


class _QuietTls(_Quiet, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def _connected(server: Server, context: ssl.SSLContext | None, timeout_s: float, watch: _Watch) -> _Quiet:
    """Return a client that has greeted the server, encrypted as the settings say or not at all."""
    context = context or ssl.create_default_context()
    own = {"local_hostname": _own_name(), "timeout": timeout_s}
    client: _Quiet
    if server.security == "tls":
        client = _QuietTls(watch, server.host, server.port, context=context, **own)
    else:
        client = _Quiet(watch, server.host, server.port, **own)
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
                "Check MONITOR_SMTP_USER and MONITOR_SMTP_PASSWORD; many providers want an app password.",
                "auth",
            )
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()), (450, b""))
            said = f"{where} does not take mail for {to} ({_answer(code, text)})"
            if _for_good(code):
                return _refused(f"{said}. Check the address.", "recipient")
            return _deferred(
                f"{said} for the time being: it lets unknown senders wait (greylisting), or it is busy.",
                "greylisted",
            )
        case smtplib.SMTPSenderRefused():
            return _deferred(
                f"{where} does not take mail from {clean(error.sender)} "
                f"({_answer(error.smtp_code, error.smtp_error)}). Check [smtp] from, and whether the server "
                "wants MONITOR_SMTP_USER and MONITOR_SMTP_PASSWORD.",
                "sender",
            )
        case smtplib.SMTPDataError():
            said = f"{where} did not accept the mail for {to} ({_answer(error.smtp_code, error.smtp_error)})"
            if _for_good(error.smtp_code):
                return _refused(f"{said}. Ask the server's operator why.", "content")
            return _deferred(f"{said}.", "content")
        case smtplib.SMTPNotSupportedError():
            return _deferred(_not_supported(server, where), "settings")
        case smtplib.SMTPServerDisconnected() if not isinstance(error.__context__, TimeoutError):
            return _deferred(
                f"{where} hung up before it accepted the mail ({clean(str(error), ANSWER_CHARS)}).", "dropped"
            )
        case smtplib.SMTPResponseException():
            return _deferred(
                f"{where} turned us away ({_answer(error.smtp_code, error.smtp_error)}).", "turned_away"
            )
        case ssl.SSLCertVerificationError():
            return _deferred(_unproven(error, server, where), "tls")
        case ssl.SSLError():
            return _deferred(
                f"No encrypted connection to {where} ({clean(error.reason or str(error), ANSWER_CHARS)}). "
                'Port 587 goes with security = "starttls", port 465 with "tls".',
                "tls",
            )
        case socket.gaierror():
            return _deferred(
                f"The mail server's name {server.host} does not resolve. Check [smtp] host and this "
                "machine's network.",
                "name",
            )
        case TimeoutError() | smtplib.SMTPServerDisconnected():
            return _deferred(
                f"{where} did not answer in time. Check [smtp] host and port, and the firewall.", "slow"
            )
        case ConnectionRefusedError():
            return _deferred(f"{where} refused the connection. Check [smtp] host and port.", "connect")
    said = clean(str(error), ANSWER_CHARS)
    return _deferred(f"The mail could not be handed to {where}: {said}.", "connect")


def _too_slow(server: Server, total_s: float) -> Delivery:
    return _deferred(
        f"{server.host}:{server.port} answers too slowly: the mail was not taken within {total_s:g} s. "
        "Ask the server's operator, or name another one in [smtp] host.",
        "slow",
    )


_EXPIRED, _NOT_YET, _OTHER_NAMES = {10}, {9}, {62, 63, 64}
"""Codes of OpenSSL's X509_verify_cert_error_string(3): has expired, is not yet valid, host, mail or address
mismatch. Everything else comes down to an authority this system does not know."""


def _unproven(error: ssl.SSLCertVerificationError, server: Server, where: str) -> str:
    """Return what is wrong with a certificate, and who can mend it."""
    said = clean(error.verify_message, ANSWER_CHARS).rstrip(".")
    start = f"The certificate of {where} does not prove that it is {server.host} ({said}); nothing was sent."
    if error.verify_code in _EXPIRED:
        return f"{start} It is out of date: the server's operator must renew it."
    if error.verify_code in _NOT_YET:
        return f"{start} It is not valid yet: check this machine's clock."
    if error.verify_code in _OTHER_NAMES:
        return f"{start} It is made out to another name: write [smtp] host as the certificate has it."
    return (
        f"{start} Nobody this system trusts vouches for it: check [smtp] host; for a server of your own, "
        "name its authority's certificate in SSL_CERT_FILE."
    )


def _not_supported(server: Server, where: str) -> str:
    if server.security == "starttls":
        return (
            f"{where} does not offer what the settings ask for (STARTTLS or a known way to log in), and "
            'nothing goes out unprotected. Try security = "tls" with port 465, or ask the server\'s operator.'
        )
    return f"{where} does not offer what is asked for (a known way to log in, or letters of this address)."


def _for_good(code: int) -> bool:
    """Return True for 5xx: a refusal for good (RFC 5321 §4.2.1)."""
    return 500 <= code < 600


def _answer(code: int, text: bytes | str) -> str:
    """Return the server's answer as one clean line."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {clean(said, ANSWER_CHARS)}".strip()


def _deferred(what: str, cause: str) -> Delivery:
    return Delivery(DeliveryKind.DEFERRED, f"{what} {KEPT}", cause)


def _refused(what: str, cause: str) -> Delivery:
    return Delivery(DeliveryKind.REFUSED, f"{what} {GIVEN_UP}", cause)


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
    """Write the file beside its place and move it there: a reader never meets half a digest.

    What a kill leaves behind has the name that the next attempt writes to.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
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
