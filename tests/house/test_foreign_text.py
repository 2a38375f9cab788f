"""No text of others stands in this repository: eight words in a row are the check."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = 8
FREE = ("Russia-Japan peace treaty: Hard nut to crack", "the peace treaty that Russia and Japan never signed")
"""A title is a bibliographic fact; the other is this project's own sentence, which an invented article shares."""


def words(text):
    return re.findall(r"[^\W_]+", text.casefold())


def runs(text):
    found = words(text)
    return {tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1)}


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, timeout=60, check=False)
    names = listed.stdout.decode().split("\0")[:-1] if listed.returncode == 0 else []
    files = [ROOT / name for name in names] or [p for p in ROOT.rglob("*") if ".venv" not in p.parts]
    return [file for file in files if file.is_file() and file.stat().st_size < 2_000_000]


@pytest.mark.shared
def test_no_sentence_of_the_seeds_or_of_the_evaluation_set_is_kept_here(shared):
    known = set()
    for file in shared.glob("seeds/*.txt"):
        known |= runs(file.read_text(encoding="utf-8"))
    for line in (shared / "eval/articles.jsonl").read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        known |= runs(article["title"]) | runs(article["summary"]) | runs(article["body"])
    for phrase in FREE:
        known -= runs(phrase)
    guilty = []
    for file in tracked():
        hits = runs(file.read_bytes().decode("utf-8", "ignore")) & known
        guilty += [f"{file.relative_to(ROOT)}: {' '.join(hit)}" for hit in hits]
    assert guilty == []


def test_the_check_sees_eight_words_in_a_row():
    text = "One two three, four five six seven EIGHT."
    assert runs(text) == {("one", "two", "three", "four", "five", "six", "seven", "eight")}
    assert runs("one two three four five six seven") == set()


def test_tracked_files_speak_of_the_project_alone():
    private = re.compile(r"(?<![\w.])/(?:work|farm|root)/[a-z.]")
    guilty = [
        str(file.relative_to(ROOT))
        for file in tracked()
        if private.search(file.read_bytes().decode("utf-8", "ignore")) and file.name != Path(__file__).name
    ]
    assert guilty == []
