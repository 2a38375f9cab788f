"""Fingerprints: fixed values, the same everywhere, and what they must not depend on."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judge import fingerprint
from monitor.text import normal
from monitor.text.prepare import prepare

SAMPLES = {
    "en": "No date was named; 74 percent of those asked said so.",
    "ru": "Даты не назвали: «подождём», — сказал чиновник.",
    "ja": "日程は示されなかった。回答者の74%がそう答えた。",
}
# A change here means that every stored fingerprint is void: raise ALGORITHM (or normal.VERSION) with it.
GOLDEN = {
    "en": (34, -6391173905884055633, 7901582241350461779),
    "ru": (28, -8882570403123112318, 8174920590277346144),
    "ja": (18, -7748939388911433772, 8267280025847596645),
}
GOLDEN_SAMPLED = {
    "en": (-4182597236310734544, 5880294226509431072, 6123859393278030400),
    "ru": (-7834840919402479504, 1591007743698976480, 8174920590277346144),
    "ja": (-969839580820911904, 2222599686755750336),
}
GOLDEN_SENTENCE = {"en": 1922623890228763884, "ru": 7120224331783109800, "ja": -8625983317591990764}


def of(text, lang="en"):
    return fingerprint.of(prepare("", "", text, lang))


def reference(text, length):
    """The same hashes in plain integers, written from the description alone."""
    mask = (1 << 64) - 1
    found = set()
    for at in range(max(1, len(text) - length + 1)):
        total = 0
        for letter in text[at : at + length]:
            total = (total * 0x9E3779B97F4A7C15 + ord(letter)) & mask
        total = (total + 0x9E3779B97F4A7C15) & mask
        total = ((total ^ total >> 30) * 0xBF58476D1CE4E5B9) & mask
        total = ((total ^ total >> 27) * 0x94D049BB133111EB) & mask
        total ^= total >> 31
        found.add(total - (1 << 64) if total >> 63 else total)
    return found


def test_the_numbers_of_algorithm_and_normal_form_are_those_of_the_golden_values():
    assert (fingerprint.ALGORITHM, normal.VERSION) == (1, 1)


@pytest.mark.parametrize("lang", SAMPLES)
def test_fingerprints_keep_their_values(lang):
    found = of(SAMPLES[lang], lang)
    assert (len(found.shingles), min(found.shingles), max(found.shingles)) == GOLDEN[lang]
    assert found.sampled == GOLDEN_SAMPLED[lang]
    assert fingerprint.sentence_hash(SAMPLES[lang]) == GOLDEN_SENTENCE[lang]
    assert (found.algorithm, found.lang) == (fingerprint.ALGORITHM, lang)


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_another_process_with_another_hash_seed_gives_the_same_values(seed):
    code = (
        "from monitor.judge import fingerprint as f; from monitor.text.prepare import prepare\n"
        f"for lang, text in {SAMPLES!r}.items():\n"
        "    print(lang, *f.of(prepare('', '', text, lang)).sampled, f.sentence_hash(text))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
    )
    want = [f"{lang} {' '.join(map(str, GOLDEN_SAMPLED[lang]))} {GOLDEN_SENTENCE[lang]}" for lang in SAMPLES]
    assert done.stdout.splitlines() == want


@given(st.text(min_size=1, max_size=60), st.integers(1, 12))
def test_the_vectorised_hash_equals_the_plain_one(text, length):
    assert set(fingerprint.hashed(text, length).tolist()) == reference(text, length)


def test_typography_case_and_line_breaks_change_nothing():
    plain = 'He said: "No date was named" - and left. It is well-known.'
    fancy = "HE SAID: “No date  was\u00a0named” —\nand left… It is well\u2011kno\u00adwn."
    assert of(plain) == of(fancy)


def test_a_text_shorter_than_a_shingle_has_one_and_an_empty_text_none():
    assert len(of("Ok.").shingles) == 1
    assert of("…").shingles == frozenset()
    assert of("…").sampled == ()
    assert fingerprint.sentence_hash("— …") == 0


def test_hashes_fit_a_signed_64_bit_column_and_the_sample_is_one_in_sixteen():
    text = " ".join(f"word{number} stands at place {number * 7919}" for number in range(2000))
    found = of(text)
    assert all(-(2**63) <= value < 2**63 for value in found.shingles)
    assert list(found.sampled) == sorted(value for value in found.shingles if value % 16 == 0)
    assert len(found.sampled) == pytest.approx(len(found.shingles) / 16, rel=0.1)


def test_an_endless_text_is_cut_to_a_bounded_number_of_hashes():
    endless = " ".join(str(number) for number in range(60_000))
    assert len(fingerprint.sequence(endless, "en")) == fingerprint.MAX_LETTERS - fingerprint.WIDTH + 1


def test_a_lone_surrogate_is_hashed_like_any_other_letter():
    assert len(fingerprint.hashed("ab\ud800cdefghij", 8)) == 4


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_table_holds_both_ends_of_a_long_text_densely_and_its_middle_thinly(lang):
    rng = random.Random(5)
    letters = "abcdefghijklmnopqrstuvwxyz" if lang == "en" else "".join(map(chr, range(0x3042, 0x3090)))
    text = "".join(rng.choice(letters) for _ in range(9000))
    prepared = prepare("", "", text, lang)
    assert prepared.lang == lang
    head, tail = (
        (fingerprint.HEAD, fingerprint.TAIL) if lang == "en" else (fingerprint.HEAD_CJK, fingerprint.TAIL_CJK)
    )
    kept, own = set(fingerprint.indexed(prepared)), fingerprint.of(prepared)
    assert kept < set(own.sampled)
    found = fingerprint.sequence(prepared.normal, lang).tolist()
    for ends in (found[:head], found[-tail:]):
        assert set(fingerprint.sample(ends)) <= kept
    middle = kept.intersection(found[head:-tail])
    assert 0.5 < len(middle) / (len(found[head:-tail]) / fingerprint.THIN) < 1.5


def test_of_a_short_text_the_table_holds_every_sampled_hash():
    for text in ("", "Word.", "The ferry sails to the island on Friday, the office said. " * 8):
        prepared = prepare("", "", text, "en")
        assert fingerprint.indexed(prepared) == fingerprint.of(prepared).sampled


@given(st.text(alphabet="abc 日本ав.", max_size=300))
def test_the_sampled_part_is_the_same_however_it_is_taken(text):
    prepared = prepare("", "", text, "en")
    own = fingerprint.of(prepared)
    assert own.shingles == fingerprint.shingles(prepared.normal, prepared.lang)
    assert own.sampled == fingerprint.sample(own.shingles)
