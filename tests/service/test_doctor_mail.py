"""`doctor --mail`: each way in which mail can fail has its own verdict, found on a real server."""

from __future__ import annotations

import socket
from contextlib import contextmanager

import pytest
from aiosmtpd.smtp import AuthResult

from monitor import config
from monitor.service import setup
from tests.digest.test_deliver_tls import authority, dripping, encrypted  # noqa: F401  a fixture
from tests.digest.test_digest_mail import LOOPBACK_WITHOUT_TLS, Box, Server, serving
from tests.service.desks import write

SECRETS = {"MONITOR_SMTP_USER": "desk", "MONITOR_SMTP_PASSWORD": "hunter2"}


def doctor(folder, server, *, env=None, patience_s=5.0):
    smtp = (
        f'[smtp]\nhost = "{server.host}"\nport = {server.port}\nsecurity = "{server.security}"\n'
        'from = "monitor@example.org"'
    )
    settings = config.load(write(folder, ['kind = "file"'], more=smtp), env or {})
    return setup.prove_mail(settings, "you@example.org", patience_s=patience_s)


@contextmanager
def asking(right):
    """Serve mail for those who log in with that password."""

    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == right, handled=False)

    with serving(Box(), authenticator=check, auth_require_tls=False, auth_required=True) as server:
        yield server


def test_a_mail_that_was_taken_is_told_with_who_took_it(tmp_path):
    box = Box()
    with serving(box) as server:
        found = doctor(tmp_path, server)
    assert (found.verdict, found.text) == ("ok", "127.0.0.1 took a test mail for you@example.org")
    assert box.got[0].rcpt_tos == ["you@example.org"]


def test_a_name_that_does_not_resolve(tmp_path):
    found = doctor(tmp_path, Server(host="mail.invalid"))
    assert found.bad
    assert "mail.invalid does not resolve. Check [smtp] host" in found.text
    assert "kept" not in found.text, "nothing is kept of a test mail"


def test_a_connection_that_is_refused(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = doctor(tmp_path, Server(port=free.getsockname()[1]))
    assert found.bad
    assert "refused the connection. Check [smtp] host and port" in found.text


def test_encryption_that_the_server_does_not_speak(tmp_path):
    with serving(Box()) as server:
        found = doctor(tmp_path, Server(port=server.port, security="tls"))
    assert found.bad
    assert 'Port 587 goes with security = "starttls", port 465 with "tls"' in found.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_certificate_nobody_vouches_for(tmp_path, authority):  # noqa: F811  the fixture
    with encrypted(authority, "good", "starttls", Box()) as server:
        found = doctor(tmp_path, server)
    assert found.bad
    assert "SSL_CERT_FILE" in found.text


@LOOPBACK_WITHOUT_TLS
def test_a_password_that_is_refused(tmp_path):
    with asking(b"another") as server:
        found = doctor(tmp_path, server, env=SECRETS)
    assert found.bad
    assert "refused user name or password (535" in found.text
    assert "hunter2" not in str(found)


@LOOPBACK_WITHOUT_TLS
def test_a_password_that_is_missing(tmp_path):
    with asking(b"hunter2") as server:
        found = doctor(tmp_path, server)
        assert doctor(tmp_path, server, env=SECRETS).verdict == "ok"
    assert found.bad
    assert "wants MONITOR_SMTP_USER and MONITOR_SMTP_PASSWORD" in found.text


@pytest.mark.parametrize(
    ("box", "verdict", "words"),
    [
        (Box(mail="553 5.7.1 not your domain"), "bad", "does not take mail from monitor@example.org (553"),
        (Box(rcpt="550 5.1.1 no such user"), "bad", "does not take mail for you@example.org (550"),
        (Box(data="554 5.7.1 spam"), "bad", "did not accept the mail for you@example.org (554"),
        (Box(rcpt="451 4.7.1 come back later"), "warning", "lets unknown senders wait (greylisting)"),
    ],
)
def test_a_sender_a_recipient_a_text_that_is_refused_and_one_who_has_to_wait(tmp_path, box, verdict, words):
    with serving(box) as server:
        found = doctor(tmp_path, server)
    assert found.verdict == verdict
    assert words in found.text
    assert "tried again" not in found.text, "that is said of digests; this was a test mail"


def test_a_server_that_is_too_slow(tmp_path):
    with dripping((b"220 hello\r\n",)) as server:
        found = doctor(tmp_path, server, patience_s=0.3)
    assert found.bad
    assert "answers too slowly: the mail was not taken within 0.3 s" in found.text


def test_no_mail_server_in_the_settings(tmp_path):
    settings = config.load(write(tmp_path, ['kind = "file"']), {})
    found = setup.prove_mail(settings, "you@example.org")
    assert found.bad
    assert "has no [smtp]" in found.text
