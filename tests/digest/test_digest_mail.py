"""Delivery against a real mail server on loopback, into files, and to a terminal."""

from __future__ import annotations

import email
import email.policy
import io
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from monitor.digest import deliver
from monitor.digest import mail as mails
from monitor.digest.build import build
from monitor.digest.render import printed, render
from monitor.model import DeliveryKind, Rendered
from tests.digest import invented

DATE = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
RENDERED = render(build(invented.normal_day()))
RECIPIENT = invented.RECIPIENT
LOOPBACK_WITHOUT_TLS = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@dataclass(frozen=True)
class Server:
    host: str = "127.0.0.1"
    port: int = 25
    security: str = "none"
    sender: str = "Monitor <monitor@example.org>"
    unsubscribe: str = ""
    user: str = ""
    password: str = ""


class Box:
    """A server's handler whose answers are given: what to say at MAIL, RCPT and DATA."""

    def __init__(self, mail="250 OK", rcpt="250 OK", data="250 taken"):
        self.mail, self.rcpt, self.data = mail, rcpt, data
        self.got = []

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802  the name aiosmtpd calls
        if self.mail.startswith("250"):
            envelope.mail_from = address
        return self.mail

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  the name aiosmtpd calls
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  the name aiosmtpd calls
        if self.data == "drop":
            self.got.append(envelope)
            server.transport.abort()
            return "250 never heard"
        if self.data.startswith("250"):
            self.got.append(envelope)
        return self.data


class LoopbackController(Controller):
    """aiosmtpd's own, on a free port."""

    def factory(self):
        return SMTP(self.handler, **self.SMTP_kwargs)


@contextmanager
def serving(box, **options):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = LoopbackController(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield Server(port=port)
    finally:
        controller.stop()


def post(server, rendered=RENDERED, recipient=RECIPIENT, **more):
    return deliver.to_mail(
        rendered, server, recipient, message_id="<0123@example.org>", date=DATE, timeout_s=5, **more
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory, needed):
    """Return (certificate, key) for 127.0.0.1 and localhost, made for this run."""
    openssl = shutil.which("openssl")
    if openssl is None:
        needed("openssl is not on this machine")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


@pytest.fixture(scope="module")
def server_tls(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture(scope="module")
def trusting(certificate):
    return ssl.create_default_context(cafile=certificate[0])


# ------------------------------------------------------------------------------------------- accepted


def test_a_digest_arrives_with_both_forms_and_its_headers():
    box = Box()
    with serving(box) as server:
        outcome = post(server)
    assert outcome.kind is DeliveryKind.SENT, outcome.detail
    (envelope,) = box.got
    assert envelope.rcpt_tos == ["desk@example.org"]
    mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert mail["Subject"] == RENDERED.subject
    assert mail["From"] == "Monitor <monitor@example.org>"
    assert mail["To"] == "desk@example.org"
    assert mail["Message-ID"] == "<0123@example.org>"
    assert mail["Date"].datetime == DATE
    assert mail["List-ID"] == "<digest.monitor.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == RENDERED.text
    assert mail.get_body(("html",)).get_content().replace("\r\n", "\n") == RENDERED.html
    assert not mail.defects
    assert max(map(len, envelope.content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "subject",
    [
        '[treaty] 1 new fact: "Letter no longer needed"',
        "[treaty] 1 new fact: «Приглашение для посещения могил отменено»",
        "[treaty] 1 new fact: 「返還要求の署名、61万筆に減少」",
        "[treaty] 2 new facts: 「返還要求」 and «Приглашение» and " + "long " * 20 + "end",
    ],
)
def test_subjects_in_three_languages_come_back_as_they_were(subject):
    mail = mails.message(
        replace(RENDERED, subject=subject),
        sender="m@example.org",
        to="d@example.org",
        message_id="<1@e>",
        date=DATE,
    )
    raw = mail.as_bytes()
    assert all(len(line) <= 78 for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))
    assert raw.partition(b"\r\n\r\n")[0].isascii()
    assert email.message_from_bytes(raw, policy=email.policy.default)["Subject"] == subject


def test_the_same_digest_gives_the_same_bytes_at_every_attempt():
    first, second = (
        mails.message(
            RENDERED, sender="m@example.org", to="d@example.org", message_id="<1@e>", date=DATE
        ).as_bytes()
        for _ in range(2)
    )
    assert first == second


def test_a_display_name_or_address_cannot_add_a_header():
    with pytest.raises(ValueError, match="no mail address"):
        mails.address("nobody")
    mail = mails.message(
        RENDERED,
        sender="A\r\nBcc: x@example.org <m@example.org>",
        to="d@example.org",
        message_id="<1@e>",
        date=DATE,
    )
    assert mail["Bcc"] is None
    assert b"\nBcc" not in mail.as_bytes()


def test_an_unusable_address_is_a_sentence_and_no_raise():
    outcome = post(Server(), recipient=replace(RECIPIENT, address="nobody"))
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "Check the addresses" in outcome.detail


# ------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("box", "kind", "words"),
    [
        (
            Box(rcpt="550 5.1.1 no such user"),
            DeliveryKind.REFUSED,
            "does not take mail for desk@example.org (550",
        ),
        (Box(rcpt="451 4.7.1 greylisted"), DeliveryKind.DEFERRED, "451 4.7.1 greylisted"),
        (Box(data="554 5.7.1 looks like spam"), DeliveryKind.REFUSED, "did not accept the mail"),
        (Box(data="452 4.3.1 disk full"), DeliveryKind.DEFERRED, "452 4.3.1 disk full"),
        (Box(mail="550 5.7.1 not your domain"), DeliveryKind.DEFERRED, "[smtp] from"),
        (Box(mail="421 4.3.2 closing"), DeliveryKind.DEFERRED, "421"),
        (Box(data="drop"), DeliveryKind.DEFERRED, "hung up before it accepted"),
    ],
)
def test_refusals_for_good_and_for_now_are_told_apart(box, kind, words):
    with serving(box) as server:
        outcome = post(server)
    assert outcome.kind is kind
    assert words in outcome.detail
    assert outcome.detail.endswith(".")


@LOOPBACK_WITHOUT_TLS
def test_a_refused_password_says_what_to_check_and_does_not_repeat_it():
    def refuse(server, session, envelope, mechanism, data):
        return AuthResult(success=False, handled=False)

    box = Box()
    with serving(box, authenticator=refuse, auth_require_tls=False, auth_required=True) as server:
        outcome = post(replace(server, user="desk", password="hunter2"))
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "refused user name or password (535" in outcome.detail
    assert "MONITOR_SMTP_PASSWORD" in outcome.detail
    assert "kept and sent again" in outcome.detail
    assert "hunter2" not in outcome.detail
    assert box.got == []


@LOOPBACK_WITHOUT_TLS
def test_a_right_password_lets_the_mail_through():
    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=data.login == b"desk" and data.password == b"right")

    box = Box()
    with serving(box, authenticator=check, auth_require_tls=False, auth_required=True) as server:
        assert post(replace(server, user="desk", password="right")).kind is DeliveryKind.SENT
    assert len(box.got) == 1


def test_a_password_never_leaves_in_clear():
    outcome = post(Server(host="mail.example.org", user="desk", password="right"))
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "in clear; nothing was sent" in outcome.detail


def test_a_host_that_does_not_resolve_says_so():
    outcome = post(Server(host="mail.invalid"))
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "mail.invalid does not resolve" in outcome.detail


def test_a_closed_port_says_so():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        outcome = post(Server(port=free.getsockname()[1]))
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "refused the connection" in outcome.detail


def test_a_server_that_never_answers_costs_the_timeout_and_no_more():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = deliver.to_mail(
            RENDERED,
            Server(port=silent.getsockname()[1]),
            RECIPIENT,
            message_id="<1@e>",
            date=DATE,
            timeout_s=0.2,
        )
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "did not answer in time" in outcome.detail


def test_a_server_that_hangs_up_after_it_accepted_has_accepted():
    """QUIT is courtesy: the digest must not be sent twice for want of an answer to it."""
    listening = socket.create_server(("127.0.0.1", 0))
    heard = []

    def serve():
        peer, _ = listening.accept()
        with peer, peer.makefile("rb") as lines:
            peer.sendall(b"220 hello\r\n")
            for line in lines:
                if line.upper().startswith(b"DATA"):
                    peer.sendall(b"354 go\r\n")
                    while (line := lines.readline()) != b".\r\n":
                        heard.append(line)
                    peer.sendall(b"250 taken\r\n")
                    return
                peer.sendall(b"250 ok\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    outcome = post(Server(port=listening.getsockname()[1]))
    thread.join(5)
    listening.close()
    assert outcome.kind is DeliveryKind.SENT
    assert heard


# ------------------------------------------------------------------------------------------- encrypted


def test_starttls_and_tls_deliver_where_the_certificate_is_good(server_tls, trusting):
    box = Box()
    with serving(box, tls_context=server_tls, require_starttls=True) as server:
        assert post(replace(server, security="starttls"), context=trusting).kind is DeliveryKind.SENT
    with serving(box, ssl_context=server_tls) as server:
        assert post(replace(server, security="tls"), context=trusting).kind is DeliveryKind.SENT
    assert len(box.got) == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_stops_the_mail(server_tls, security):
    box = Box()
    options = {"tls_context": server_tls} if security == "starttls" else {"ssl_context": server_tls}
    with serving(box, **options) as server:
        # The controller itself checks that it is up by connecting without TLS.
        outcome = post(replace(server, security=security, user="desk", password="right"))
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "does not prove that it is 127.0.0.1" in outcome.detail
    assert "nothing was sent" in outcome.detail
    assert box.got == []


def test_a_server_without_starttls_gets_nothing_in_clear():
    box = Box()
    with serving(box) as server:
        outcome = post(replace(server, security="starttls"))
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "nothing goes out unprotected" in outcome.detail
    assert box.got == []


def test_the_wrong_kind_of_encryption_names_the_ports():
    with serving(Box()) as server:
        outcome = post(replace(server, security="tls"))
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "port 465" in outcome.detail


# ------------------------------------------------------------------------------------------- files, terminal


def test_files_are_written_whole_under_names_that_are_no_paths(tmp_path):
    folder = tmp_path / "digests"
    recipient = replace(RECIPIENT, id="email:../../desk@example.org")
    outcome = deliver.to_file(RENDERED, folder, slot="2026-11-26T07:00", recipient=recipient)
    assert outcome.kind is DeliveryKind.SENT
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"2026-11-26T0700-email-..-..-desk@example.org.{end}" for end in ("html", "txt")]
    assert (folder / names[1]).read_text(encoding="utf-8") == printed(RENDERED)
    assert (folder / names[0]).read_text(encoding="utf-8") == RENDERED.html
    assert outcome.detail == str(folder / names[1])


def test_the_same_slot_again_replaces_the_file(tmp_path):
    for text in ("one\n", "two\n"):
        deliver.to_file(Rendered("s", text, "", ""), tmp_path, slot="s", recipient=RECIPIENT)
    assert len(list(tmp_path.iterdir())) == 2
    assert "two" in (tmp_path / "s-email-desk@example.org.txt").read_text()


def test_a_folder_that_cannot_be_is_a_sentence_and_leaves_nothing(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("here")
    outcome = deliver.to_file(RENDERED, blocked / "digests", slot="s", recipient=RECIPIENT)
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "could not be written" in outcome.detail
    assert "check the disk" in outcome.detail


def test_a_terminal_without_the_letters_gets_question_marks():
    raw = io.BytesIO()
    terminal = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    outcome = deliver.to_stdout(RENDERED, terminal)
    assert outcome.kind is DeliveryKind.SENT
    assert raw.getvalue().startswith(b"Subject: [treaty] 3 new facts")
    assert b"?" in raw.getvalue()


def test_a_closed_terminal_is_no_crash():
    stream = io.StringIO()
    stream.close()
    assert deliver.to_stdout(RENDERED, stream).kind is DeliveryKind.DEFERRED
