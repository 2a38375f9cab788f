"""One text, cut and folded once, for every judgement after it.

A summary that the body repeats is left out of the sentences (feeds print the lead twice), so that nothing is
counted twice; the title always stays.
"""

from __future__ import annotations

import re

from monitor.model import Prepared, Sentence
from monitor.text import language
from monitor.text.normal import VERSION, fold, from_folded, normal_form
from monitor.text.sentences import split

_PARAGRAPH = re.compile(r"\n[ \t\r\f\v]*+\n")
_WORD = re.compile(r"\w+")
_MIN_REPEATED = 12
"""Letters and digits: a shorter summary sentence (``Read more``) proves nothing when found in the body."""
_DETECTED = 1500
"""Characters of the body that help to tell the language; title and summary come first."""


def prepare(title: str, summary: str, body: str, lang_hint: str = "") -> Prepared:
    """Return the text with its language, sentences and normal form.

    ``lang_hint`` is what the source claims; scripts and small words overrule it. ``words`` and ``normal`` are
    those of the body, else of the summary.
    """
    lang = language.detect("\n".join((title, summary, body[:_DETECTED])), lang_hint)
    text = body if body.strip() else summary
    normal = normal_form(text)
    kept = _unrepeated(summary, title, normal if body.strip() else "", lang)
    sentences = (*_cut(title, "title", lang), *kept, *_cut(body, "body", lang))
    return Prepared(
        lang=lang,
        title=title,
        summary=summary,
        body=body,
        sentences=sentences,
        normal=normal,
        words=_count(normal, lang),
        version=VERSION,
    )


def _cut(text: str, part: str, lang: str) -> tuple[Sentence, ...]:
    if not text.strip():
        return ()
    paragraphs = [text.strip()] if part == "title" else [p for p in _PARAGRAPH.split(text) if p.strip()]
    return tuple(
        Sentence(text=sentence, part=part, paragraph=number, folded=fold(sentence))
        for number, paragraph in enumerate(paragraphs)
        for sentence in ([paragraph] if part == "title" else split(paragraph, lang))
    )


def _unrepeated(summary: str, title: str, body_normal: str, lang: str) -> tuple[Sentence, ...]:
    sentences = _cut(summary, "summary", lang)
    if not sentences:
        return ()
    title_normal = normal_form(title)
    known = body_normal.replace(" ", "")
    kept = []
    for sentence in sentences:
        normal = from_folded(sentence.folded)
        bare = normal.replace(" ", "")
        repeated = len(bare) >= _MIN_REPEATED and bare in known
        if bare and normal != title_normal and not repeated:
            kept.append(sentence)
    return tuple(kept)


def _count(normal: str, lang: str) -> int:
    """Return words; for languages without blanks, characters / 2."""
    if lang in {"ja", "zh"}:
        return (len(normal.replace(" ", "")) + 1) // 2
    return sum(1 for _ in _WORD.finditer(normal))
