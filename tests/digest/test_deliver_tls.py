"""Certificates of a mail server, checked against an authority made for the test; and servers too slow to use."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from monitor.digest import deliver
from monitor.model import DeliveryKind
from tests.digest.test_digest_mail import DATE, RECIPIENT, RENDERED, Box, Server, post, serving

GOOD = "subjectAltName=DNS:localhost,IP:127.0.0.1"
ELSEWHERE = "subjectAltName=DNS:mail.elsewhere.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory, needed):
    """Return a function that makes (certificate, key) signed by an authority of our own, and its certificate."""
    openssl = shutil.which("openssl")
    if openssl is None:
        needed("openssl is not on this machine")
    folder = tmp_path_factory.mktemp("authority")

    def run(*words):
        subprocess.run([openssl, *map(str, words)], check=True, capture_output=True, cwd=folder)

    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj", "/CN=Our authority",
        "-addext", "keyUsage=critical,keyCertSign", "-keyout", "ca.key", "-out", "ca.pem")  # fmt: skip
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=own\n[own]\nnew_certs_dir=.\ndatabase=index\nserial=serial\ndefault_md=sha256\n"
        "policy=any\ncopy_extensions=copy\nunique_subject=no\n[any]\ncommonName=supplied\n"
    )
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")

    def made(name, extension, start="20200101000000Z", end="20990101000000Z"):
        run("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-addext", extension,
            "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
        run("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in", f"{name}.csr",
            "-out", f"{name}.pem", "-notext", "-startdate", start, "-enddate", end)  # fmt: skip
        return folder / f"{name}.pem", folder / f"{name}.key"

    certificates = {
        "good": made("good", GOOD),
        "elsewhere": made("elsewhere", ELSEWHERE),
        "expired": made("expired", GOOD, end="20210101000000Z"),
        "early": made("early", GOOD, start="20980101000000Z"),
    }
    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj", "/CN=self", "-addext", GOOD,
        "-keyout", "self.key", "-out", "self.pem")  # fmt: skip
    return {**certificates, "self": (folder / "self.pem", folder / "self.key"), "ca": folder / "ca.pem"}


@contextmanager
def encrypted(authority, which, security, box):
    """Serve mail under one of the certificates; yields the server as settings name it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority[which])
    options = {"tls_context": context} if security == "starttls" else {"ssl_context": context}
    with serving(box, **options) as server:
        yield replace(server, security=security)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_of_an_authority_named_in_the_environment_is_good(
    authority, security, host, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority["ca"]))
    box = Box()
    with encrypted(authority, "good", security, box) as server:
        outcome = post(replace(server, host=host))
    assert outcome.kind is DeliveryKind.SENT, outcome.detail
    assert len(box.got) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("which", "trusted", "words"),
    [
        ("elsewhere", True, "It is made out to another name: write [smtp] host"),
        ("expired", True, "It is out of date: the server's operator must renew it"),
        ("early", True, "It is not valid yet: check this machine's clock"),
        ("self", True, "Nobody this system trusts vouches for it"),
        ("good", False, "name its authority's certificate in SSL_CERT_FILE"),
    ],
)
def test_a_certificate_that_proves_nothing_stops_mail_and_password_and_says_why(
    authority, which, trusted, words, security
):
    box = Box()
    context = ssl.create_default_context(cafile=authority["ca"]) if trusted else None
    with encrypted(authority, which, security, box) as server:
        outcome = post(replace(server, user="desk", password="hunter2"), context=context)
    assert (outcome.kind, outcome.cause) == (DeliveryKind.DEFERRED, "tls")
    assert "does not prove that it is 127.0.0.1" in outcome.detail
    assert "nothing was sent" in outcome.detail
    assert words in outcome.detail
    assert "hunter2" not in outcome.detail
    assert box.got == []


# ------------------------------------------------------------------------------------------- too slow


@contextmanager
def dripping(lines_before=()):
    """Serve a mail server that answers properly for a while, and then a letter every 50 ms, without an end."""
    ended = threading.Event()

    def serve():
        peer, _ = listening.accept()
        with peer, peer.makefile("rb") as lines:
            for line in lines_before:
                peer.sendall(line)
                lines.readline()
            while not ended.wait(0.05):
                try:
                    peer.sendall(b"2")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Server(port=listening.getsockname()[1])
        finally:
            ended.set()
            thread.join(5)


@pytest.mark.parametrize(
    "before",
    [(), (b"220 hello\r\n", b"250 at your service\r\n"), (b"220 hello\r\n", b"250 a\r\n", b"250 b\r\n")],
)
def test_a_server_that_drips_costs_the_time_for_a_whole_mail_and_no_more(before):
    """Each read gets its letter in time, so that only a limit on all of them together ends it."""
    with dripping(before) as server:
        outcome = deliver.to_mail(
            RENDERED, server, RECIPIENT, message_id="<1@e>", date=DATE, timeout_s=5, total_s=0.3
        )
    assert (outcome.kind, outcome.cause) == (DeliveryKind.DEFERRED, "slow")
    assert "answers too slowly: the mail was not taken within 0.3 s" in outcome.detail
