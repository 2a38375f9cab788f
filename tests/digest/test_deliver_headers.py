"""The headers of a mail: identifiers stay as they are, one story is one thread, leaving is one click or none."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digest import mail
from monitor.model import Rendered

DATE = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
LONG = "a-name-of-a-department-of-a-large-house." * 3 + "example.org"


def bytes_of(*, subject="s", text="t\n", html="<p>t</p>", **more):
    values = {"sender": "m@example.org", "to": "d@example.org", "message_id": "<1@example.org>", **more}
    return mail.message(Rendered(subject, text, html, ""), date=DATE, **values).as_bytes()


def headers_of(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def lines_of(raw):
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_identifiers_longer_than_a_line_stay_as_they_are():
    first, last = f"<{'0' * 32}@{LONG}>", f"<{'1' * 32}@{LONG}>"
    raw = bytes_of(
        sender=f"m@{LONG}", message_id=f"<{'2' * 32}@{LONG}>", references=(first, last),
        unsubscribe=f"https://{LONG}/leave?who={{address}}",
    )  # fmt: skip
    read = headers_of(raw)
    assert read["Message-ID"] == f"<{'2' * 32}@{LONG}>"
    assert read["References"] == f"{first} {last}"
    assert read["In-Reply-To"] == last
    assert read["List-ID"] == f"<digest.monitor.{LONG}>"
    assert read["List-Unsubscribe"] == f"<https://{LONG}/leave?who=d@example.org>"
    assert b"=?" not in raw.partition(b"\r\n\r\n")[0]
    assert max(map(len, lines_of(raw))) <= 998


def test_without_a_story_there_is_no_thread():
    read = headers_of(bytes_of())
    assert (read["References"], read["In-Reply-To"]) == (None, None)


@pytest.mark.parametrize(
    ("unsubscribe", "said", "one_click"),
    [
        ("", None, None),
        ("mailto:desk@example.org?subject=leave", "<mailto:desk@example.org?subject=leave>", None),
        (
            "https://desk.example.org/leave/{address}",
            "<https://desk.example.org/leave/d+x@example.org>".replace("+", "%2B"),
            "List-Unsubscribe=One-Click",
        ),
    ],
)
def test_leaving_is_one_click_only_where_a_post_over_https_can_do_it(unsubscribe, said, one_click):
    read = headers_of(bytes_of(to="d+x@example.org", unsubscribe=unsubscribe))
    assert read["List-Unsubscribe"] == said
    assert read["List-Unsubscribe-Post"] == one_click


def test_no_machine_answers_and_no_date_is_doubtful():
    read = headers_of(bytes_of())
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"] == "Wed, 25 Nov 2026 22:00:00 +0000"


WORDS = st.text(max_size=300)


@settings(max_examples=60)
@given(subject=WORDS, name=WORDS, reference=WORDS, link=WORDS, text=WORDS, listed=WORDS)
def test_whatever_the_values_are_the_mail_has_its_own_headers_and_short_lines_only(
    subject, name, reference, link, text, listed
):
    name = "".join(c for c in name if c not in '<>@,;:."\\()[]')
    raw = bytes_of(
        subject=subject, sender=f"{name} <m@example.org>", references=(reference,), unsubscribe=link,
        text=text + "\n", list_name=listed,
    )  # fmt: skip
    names = {line.partition(b":")[0].lower() for line in lines_of(raw) if not line.startswith((b" ", b"\t"))}
    assert names <= {
        b"from", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"list-id",
        b"list-unsubscribe", b"list-unsubscribe-post", b"auto-submitted", b"x-auto-response-suppress",
        b"content-type", b"mime-version", b"content-language",
    }  # fmt: skip
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert headers_of(raw)["From"].addresses[0].addr_spec == "m@example.org"
