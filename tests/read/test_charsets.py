"""The encoding is found whoever lies about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.read import charset

RU = "Катер вернулся в порт, и рыбаки сошли на берег: улов сдан"
JA = "漁船は港に戻り、乗組員は全員無事だったと発表しました"
FR = "Le bateau est rentré au port après la tempête, l'équipage fêté"


def xml(text: str, declared: str = "") -> str:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    return f"{prolog}<rss><channel><item><title>{text}</title></item></channel></rss>"


CASES = [
    (RU, "windows-1251"), (RU, "koi8-r"), (RU, "utf-8"), (RU, "utf-16"), (RU, "iso-8859-5"), (RU, "x-cp1251"),
    (JA, "shift_jis"), (JA, "x-sjis"), (JA, "euc-jp"), (JA, "iso-2022-jp"), (JA, "utf-16"), (JA, "utf-8"),
    (FR, "iso-8859-1"), (FR, "windows-1252"), (FR, "utf-8"),
]  # fmt: skip
CODECS = {"x-cp1251": "cp1251", "x-sjis": "cp932"}


@pytest.mark.parametrize(("text", "name"), CASES)
def test_a_declaration_in_the_document_is_followed(text, name):
    body = xml(text, name).encode(CODECS.get(name, name))
    assert text in charset.decode(body).text


@pytest.mark.parametrize(("text", "name"), CASES)
def test_a_declaration_in_the_header_is_followed(text, name):
    body = xml(text).encode(CODECS.get(name, name))
    assert text in charset.decode(body, content_type=f"text/xml; charset={name}").text


@pytest.mark.parametrize(
    ("text", "really", "declared", "served"),
    [
        (RU, "utf-8", "windows-1251", ""),
        (RU, "utf-8", "", "iso-8859-1"),
        (RU, "cp1251", "utf-8", ""),
        (RU, "cp1251", "", "iso-8859-1"),
        (RU, "koi8-r", "windows-1251", ""),
        (RU, "utf-8", "", "us-ascii"),
        (RU, "utf-8", "no-such-name", ""),
        (RU, "utf-8-sig", "utf-16", ""),
        (JA, "euc_jp", "utf-8", ""),
        (JA, "cp932", "", "iso-8859-1"),
        (JA, "utf-8", "shift_jis", "euc-jp"),
        (JA, "utf-16-le", "utf-8", ""),
        (RU, "cp1251", "", ""),
        (JA, "euc_jp", "", ""),
    ],
)
def test_wrong_declarations_do_not_win(text, really, declared, served):
    body = xml(text, declared).encode(really)
    found = charset.decode(body, content_type=f"text/xml; charset={served}" if served else "")
    assert text in found.text


def test_a_guess_and_a_contradiction_are_noted():
    assert "guessed" in charset.decode(xml(RU, "utf-8").encode("cp1251")).note
    assert "declared as cp1251, read as utf-8" in charset.decode(xml(RU, "windows-1251").encode()).note
    assert charset.decode(xml(RU, "utf-8").encode()).note == ""


def test_text_encoded_twice_is_repaired_and_noted():
    body = xml(RU, "utf-8").encode().decode("latin-1").encode()
    found = charset.decode(body)
    assert RU in found.text
    assert "twice" in found.note


def test_french_is_not_taken_for_text_encoded_twice():
    assert FR in charset.decode(xml(FR, "utf-8").encode()).text


def test_one_bad_byte_does_not_spoil_a_japanese_document():
    body = xml(JA * 10, "euc-jp").encode("euc_jp").replace("港".encode("euc_jp"), b"\xff\xff", 1)
    found = charset.decode(body)
    assert JA in found.text
    assert "\ufffd" not in found.text
    assert "left out" in found.note


def test_a_cut_inside_a_letter_costs_that_letter_alone():
    assert charset.decode("<a>Порт".encode()[:-1]).text == "<a>Пор"


def test_html_declares_in_a_meta_element():
    body = f'<html><head><meta charset="euc-jp"><title>{JA}</title>'.encode("euc_jp")
    assert JA in charset.decode(body).text


@given(st.binary(max_size=300), st.sampled_from(["", "text/html; charset=utf-16", "x; charset=euc-jp"]))
def test_any_bytes_give_storable_text(body, content_type):
    charset.decode(body, content_type=content_type).text.encode()
