"""What is read of the store for one article: the texts it may be a copy of, whatever frames it."""

from __future__ import annotations

import random

import pytest

from monitor.db.store import Store
from monitor.judge import copies, fingerprint
from monitor.model import Article, Direction
from monitor.service import ingest
from monitor.text.prepare import prepare
from tests.service.desks import at

SYLLABLES = {
    "en": ["ba", "ren", "tor", "mi", "lo", "ska", "du", "vel", "ka", "no", "ri", "sha", "pe", "gon"],
    "ru": ["ба", "рен", "тор", "ми", "ло", "ска", "ду", "вел", "ка", "но", "ри", "ша", "пе", "гон"],
    "ja": list("あいうえおかきくけこさしすせそたちつてとなにぬねのま"),
}
GLUE = {"en": " ", "ru": " ", "ja": ""}
LANGS = ("en", "ru", "ja")


def invented(lang, number, words):
    """Return so many made-up words, others for each number."""
    rng = random.Random(f"{lang}/{number}")
    made = ["".join(rng.choices(SYLLABLES[lang], k=3)) for _ in range(words)]
    return GLUE[lang].join(made) + ("。" if lang == "ja" else ".")


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path)
    yield store
    store.close()


def keep(store, body, lang, originals=()):
    """Store a text as the service does, which copies these."""
    prepared = prepare("A headline", "", body, lang)
    article = Article(
        id=None, source_id="wire", outlet="Wire", url=None, title="A headline", summary="", body=body,
        lang=lang, first_seen=at("2026-11-20 12:00"),
    )  # fmt: skip
    own = fingerprint.own_part(prepared, fingerprint.of(prepared), originals)
    with store.batch() as batch:
        return batch.save_article(article, url_keys=(), fingerprint=own, traits=None, words=prepared.words)


def look_up(store, body, lang):
    prepared = prepare("Another headline", "", body, lang)
    own = fingerprint.of(prepared)
    with store.batch() as batch:
        _, near, common = ingest.texts_like(batch, own)
    return near, copies.find(prepared, own, near, common=common)


@pytest.mark.parametrize("lang", LANGS)
def test_a_short_piece_in_a_long_frame_is_found_among_many_in_that_frame(store, lang):
    frame = invented(lang, "frame", 200)
    report = invented(lang, "report", 120)
    original = keep(store, report, lang)
    for number in range(14):
        keep(store, f"{invented(lang, number, 100)}\n\n{frame}", lang)
    piece = GLUE[lang].join(report.split(" ")[:40]) if GLUE[lang] else report[:130]
    near, match = look_up(store, f"{piece}\n\n{frame}", lang)
    assert f"article:{original}" in {one.ref for one in near}
    assert match.known == f"article:{original}"
    assert match.direction is Direction.SHORTENED


@pytest.mark.parametrize("lang", LANGS)
def test_a_stranger_in_a_frame_of_five_articles_copies_none_of_them(store, lang):
    frame = invented(lang, "frame", 150)
    for number in range(ingest.COMMON_AT_LEAST):
        keep(store, f"{frame}\n\n{invented(lang, number, 30)}", lang)
    assert not copies.is_copy(look_up(store, f"{frame}\n\n{invented(lang, 'new', 30)}", lang)[1])


def test_what_copies_share_with_their_original_never_becomes_boilerplate(store):
    report = invented("en", "report", 120)
    first = f"article:{keep(store, report, 'en')}"
    for number in range(2 * ingest.COMMON_AT_LEAST):
        reprint = f"{report}\n\n{invented('en', number, 20)}"
        near, match = look_up(store, reprint, "en")
        assert match.known == first
        keep(store, reprint, "en", [one for one in near if one.ref == first])
