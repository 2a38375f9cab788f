"""Delivery by Apprise: the real library against a real web server on loopback that answers what it is told."""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from monitor.digest import notify
from monitor.digest.build import build
from monitor.digest.render import render
from monitor.model import DeliveryKind, Recipient
from tests.digest import invented

RENDERED = render(build(invented.normal_day()))
TOKEN = "s3cr3t-t0ken"
OLD_LIBRARIES = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""One of the library's plugins loads one that loads a module which Python is about to drop."""
pytestmark = OLD_LIBRARIES


class Chat:
    """A chat whose answers are given in turn, the last one for good; ``None`` hangs up without one."""

    def __init__(self, *answers):
        self.answers = list(answers) or [200]
        self.got = []

    @property
    def address(self):
        return f"json://{self.host}/{TOKEN}/room"

    def next(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def chatting(*answers):
    chat = Chat(*answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = chat.next()
            if answer is None:
                chat.got.append(json.loads(body))
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if 200 <= answer < 300:
                chat.got.append(json.loads(body))
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        chat.host = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield chat
        finally:
            server.shutdown()
            thread.join(5)


def test_a_digest_arrives_as_title_and_text():
    with chatting() as chat:
        outcome = notify.to_apprise(RENDERED, chat.address)
    assert (outcome.kind, outcome.detail) == (DeliveryKind.SENT, "json:// has taken the digest")
    (got,) = chat.got
    assert got["title"] == RENDERED.subject
    assert got["message"].split() == RENDERED.text.split()


def test_a_text_too_long_for_the_service_is_split_and_nothing_of_it_lost():
    long = replace(RENDERED, text="\n".join(f"line {n} of a long day" for n in range(3000)) + "\n")
    with chatting() as chat:
        assert notify.to_apprise(long, chat.address).kind is DeliveryKind.SENT
    assert len(chat.got) > 1
    assert " ".join(one["message"] for one in chat.got).split() == long.text.split()


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, DeliveryKind.REFUSED, "400 Bad Request"),
        (401, DeliveryKind.DEFERRED, "Check the token in its address"),
        (403, DeliveryKind.DEFERRED, "403 Forbidden"),
        (404, DeliveryKind.REFUSED, "404 Not Found"),
        (410, DeliveryKind.REFUSED, "the next one holds what it would have told"),
        (413, DeliveryKind.REFUSED, "413"),
        (418, DeliveryKind.DEFERRED, "418"),
        (429, DeliveryKind.DEFERRED, "429 Too Many Requests"),
        (500, DeliveryKind.DEFERRED, "500 Internal Server Error"),
        (503, DeliveryKind.DEFERRED, "kept and sent again later"),
    ],
)
def test_each_status_means_for_good_or_for_now(status, kind, words):
    with chatting(status) as chat:
        outcome = notify.to_apprise(RENDERED, chat.address)
    assert outcome.kind is kind
    assert words in outcome.detail
    assert not outcome.unsure
    assert TOKEN not in outcome.detail


def test_no_answer_is_tried_again_and_the_second_copy_is_told():
    with chatting(None) as chat:
        outcome = notify.to_apprise(RENDERED, chat.address)
    assert chat.got, "the service had it"
    assert (outcome.kind, outcome.unsure) == (DeliveryKind.DEFERRED, True)
    assert "the repeat is a second copy" in outcome.detail
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        outcome = notify.to_apprise(RENDERED, f"json://127.0.0.1:{free.getsockname()[1]}/{TOKEN}")
    assert outcome.kind is DeliveryKind.DEFERRED
    assert TOKEN not in outcome.detail


def test_it_is_noted_just_before_the_service_has_it_and_not_where_it_never_will():
    noted = []
    with chatting() as chat:
        notify.to_apprise(RENDERED, chat.address, noted=lambda: noted.append(len(chat.got)))
    notify.to_apprise(RENDERED, "nosuchkind://x", noted=lambda: noted.append("never"))
    assert noted == [0]

    def full():
        raise OSError("disk full")

    with chatting() as chat, pytest.raises(OSError, match="disk full"):
        notify.to_apprise(RENDERED, chat.address, noted=full)
    assert chat.got == []


@pytest.mark.parametrize("address", [f"nosuchkind://{TOKEN}", "tgram://", f"tgram://{TOKEN}"])
def test_an_address_the_library_cannot_use_is_a_sentence_without_the_address(address):
    outcome = notify.to_apprise(RENDERED, address)
    assert outcome.kind is DeliveryKind.DEFERRED
    assert "Apprise cannot use this" in outcome.detail
    assert notify.fault(address)
    assert TOKEN not in outcome.detail + notify.fault(address)


def test_no_token_reaches_log_or_terminal_even_where_all_is_logged(capfd, caplog):
    caplog.set_level(logging.DEBUG, logger="apprise")
    root = logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(root)
    try:
        with chatting(404, None, 200) as chat:
            for _ in range(3):
                notify.to_apprise(RENDERED, chat.address)
        notify.to_apprise(RENDERED, f"tgram://{TOKEN}")
        notify.fault(f"json://{TOKEN}@/")
    finally:
        logging.getLogger().removeHandler(root)
    out, err = capfd.readouterr()
    assert TOKEN not in out + err + caplog.text
    assert TOKEN not in repr(Recipient(id="apprise:1", kind="apprise", address=f"json://{TOKEN}"))


def test_a_good_address_has_no_fault_and_nothing_is_sent_to_find_out():
    with chatting() as chat:
        assert notify.fault(chat.address) == ""
    assert chat.got == []


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert notify.fault("json://x") == notify.MISSING
    outcome = notify.to_apprise(RENDERED, "json://x")
    assert outcome.kind is DeliveryKind.DEFERRED
    assert 'pip install "treaty-monitor[notify]"' in outcome.detail
