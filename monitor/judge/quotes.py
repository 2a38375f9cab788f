"""Words somebody is reported to have said: who, exactly what, by which verb, to whom.

Understands English, Russian and Japanese quotation marks and reporting verbs (``acts.toml``). A quoted word
that nobody says (*scare quotes*, titles, names of ships) is no statement: a short quotation counts only where
a reporting or naming verb and a speaker stand with it; a long one always counts, its speaker may be unknown.

Theory of operation: a paragraph is put together again from its sentences, because a quotation may run over
several of them. Around each quotation the sentence is searched, quotations left out, for the reporting verb
nearest to it and for who acts (``judge.speakers``); ``he said`` takes the speaker named last.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.judge import fingerprint, speakers
from monitor.judge.anchors import Reading
from monitor.judge.lexicon import language
from monitor.judge.speakers import Around, People, Piece, Verb
from monitor.judge.topic import Topic
from monitor.model import Prepared, Quote
from monitor.text.normal import fold, normal_form

STATEMENT_WORDS = 5
"""Words from which a quotation is a statement even without a verb beside it."""
STATEMENT_CHARS = 12
"""The same in Japanese, in characters."""
MAX_CHARS = 1200
"""A quotation that closes later is a lost quotation mark."""
SAME_FROM = 0.98
"""Likeness of normal forms from which two quotations are the same words."""
ALTERED_FROM = 0.72
"""From here on it is the same quotation with altered wording: below, another one (measured on pairs of agency
renderings of one Russian sentence: .45-.70)."""
MIN_CONTAINED = 12
"""Letters: a shorter fragment proves nothing by standing inside a longer quotation."""

_PAIRS = {"“": "”", "„": "“”", "«": "»", "「": "」", "『": "』", "‘": "’", '"': '"', "'": "'"}
_SO_CALLED = re.compile(r"(?:so[- ]called|так называем\w+|いわゆる)\s*$")
_NAMING = re.compile(
    r"(?:^|\s)(?:газет\w+|агентств\w+|журнал\w+|комплекс\w*|шхун\w+|теплоход\w*|film|ship|vessel|ferry)\s*$"
)


def find(prepared: Prepared, readings: Sequence[Reading], topic: Topic | None = None) -> tuple[Quote, ...]:
    """Return the quotations of a text in reading order; title and summary included.

    A repeat counts once, a trimmed one as the longer form.

    ``topic`` adds the people whom only its file knows.
    """
    people = speakers.people(prepared, topic)
    found: list[Quote] = []
    carried = ""
    for paragraph in _paragraphs(readings):
        for quote, speaker in _in_paragraph(paragraph, prepared.lang, carried, people):
            carried = speaker or carried
            _add(found, quote)
        topic_of = speakers.subject(paragraph.text, people) if language(prepared.lang) == "ja" else ""
        carried = topic_of or paragraph.last_person or carried
    return tuple(found)


def _add(found: list[Quote], quote: Quote) -> None:
    """Put a quotation to the others; one trimmed from another is the same, and the longer one stays."""
    words = _bare(quote.words)
    if not words:
        return
    least = MIN_CONTAINED // 2 if language(quote.lang) == "ja" else MIN_CONTAINED
    for place, kept in enumerate(found):
        known = _bare(kept.words)
        shorter, longer = sorted((known, words), key=len)
        if shorter != longer and (len(shorter) < least or shorter not in longer):
            continue
        speaker = kept.speaker or quote.speaker
        if kept.speaker and quote.speaker and kept.speaker != quote.speaker:
            if kept.speaker.startswith("person:") == quote.speaker.startswith("person:"):
                continue  # two people said it
            speaker = max((kept.speaker, quote.speaker), key=lambda one: one.startswith("person:"))
        if len(words) > len(known):
            del found[place]
            found.append(replace(quote, speaker=speaker))
        else:
            found[place] = replace(kept, speaker=speaker)
        return
    found.append(quote)


def quote_hash(words: str) -> str:
    """Return 16 hex digits that are the same for the same words however punctuated."""
    return f"{fingerprint.sentence_hash(words) & 0xFFFFFFFFFFFFFFFF:016x}"


def same(one: str, other: str) -> bool:
    """Return True when two quotations are the same words: re-punctuated, or one trimmed from the other."""
    a, b = _bare(one), _bare(other)
    shorter, longer = sorted((a, b), key=len)
    if shorter == longer:
        return bool(shorter)
    return len(shorter) >= MIN_CONTAINED and (shorter in longer or _likeness(shorter, longer) >= SAME_FROM)


def altered(one: str, other: str) -> bool:
    """Return True when two quotations are one statement in altered wording (and not the same words)."""
    a, b = _bare(one), _bare(other)
    if not a or not b or same(one, other):
        return False
    return _likeness(a, b) >= ALTERED_FROM


def elsewhere(quote: Quote, others: Iterable[Quote]) -> tuple[Quote, ...]:
    """Return those of other reports that have the same statement in altered wording, each wording once.

    Of one language (a translation alters every word), and by nobody else.
    """
    found: list[Quote] = []
    for other in others:
        stranger = quote.speaker and other.speaker and quote.speaker != other.speaker
        if other.lang != quote.lang or stranger or not altered(quote.words, other.words):
            continue
        if not any(same(other.words, kept.words) for kept in found):
            found.append(other)
    return tuple(found)


def _bare(words: str) -> str:
    return normal_form(words).replace(" ", "")


def _likeness(a: str, b: str) -> float:
    return difflib.SequenceMatcher(a=a, b=b, autojunk=False).ratio()


# ------------------------------------------------------------------------------------------------ paragraphs


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A paragraph put together again."""

    text: str
    starts: tuple[int, ...]
    """Where each sentence begins."""
    numbers: tuple[int, ...]
    """Index of each sentence in the whole text."""
    last_person: str
    title: bool
    """A headline: nobody is carried over into it."""
    goes_on: bool = False
    """The next paragraph opens with a quotation mark: one that is not closed here ends with the paragraph."""


def _paragraphs(readings: Sequence[Reading]) -> Iterable[_Paragraph]:
    groups: dict[tuple[str, int], list[int]] = {}
    for number, one in enumerate(readings):
        groups.setdefault((one.sentence.part, one.sentence.paragraph), []).append(number)
    for (part, place), numbers in groups.items():
        text, starts = "", []
        for number in numbers:
            starts.append(len(text) + bool(text))
            text = f"{text} {plain_marks(readings[number].sentence.text)}".strip()
        people = [t for n in numbers for t in readings[n].anchors if t.startswith("person:")]
        following = groups.get((part, place + 1))
        goes_on = following is not None and bool(_OPENS_AGAIN.match(readings[following[0]].sentence.text))
        yield _Paragraph(
            text, tuple(starts), tuple(numbers), people[-1] if people else "", part == "title", goes_on
        )


_OPENS_AGAIN = re.compile(r"\s*[“„«\"「『]")


def plain_marks(text: str) -> str:
    """Return the text with its quotation marks as printed, blanks collapsed."""
    return re.sub(r"\s+", " ", text).strip()


def _in_paragraph(
    paragraph: _Paragraph, lang: str, carried: str, people: People
) -> Iterable[tuple[Quote, str]]:
    text = paragraph.text
    pieces = _pieces(text, goes_on=paragraph.goes_on)
    spoken: list[Piece] = []
    if language(lang) == "ru":
        spoken = [] if pieces else _dialogue(text)
        parts = [_parted(text, one) for one in pieces]
        spoken += [piece for some in parts for piece in some if len(some) > 1]
        pieces = spoken if not parts else [piece for some in parts for piece in some]
    outer = [piece for piece in pieces if not piece.inner]
    for piece in outer:
        begin, end = _sentence_around(paragraph, piece, outer)
        around = Around(text, begin, end, outer, lang, people, title=paragraph.title)
        carried = speakers.last_named(text[:begin], lang, people) or carried
        verb = around.verb_near(piece)
        speaker = around.speaker(piece, verb, "" if carried == speakers.NOBODY else carried)
        if not speaker and language(lang) == "ja":
            speaker = speakers.named_after(text[end:], lang, people)
        words = text[piece.start : piece.end].strip(" ,.;:—-、。")
        stated = _is_statement(words, lang, text, piece, verb, speaker)
        if not stated and not (speaker and (piece in spoken or around.heads(piece))):
            continue
        number = max(i for i, start in enumerate(paragraph.starts) if start <= piece.start)
        quote = Quote(
            speaker=speaker,
            words=words,
            verb=verb.word if verb else "",
            addressee=around.addressee(verb),
            lang=lang,
            sentence=paragraph.numbers[number],
        )
        if speaker:
            carried = speaker
        yield quote, speaker


_AUTHOR = (
    r"(?:сказал|заяви|отмети|добави|подчеркну|поясни|сообщи|ответи|рассказ|напомни|уточни|счита|говори|полага"
    r"|указа|заключи|констатирова|призна|подытожи|убежд)[^—–]*?"
)
_DIALOGUE = re.compile(
    rf"^[—–-]\s(?P<first>[^—–]+?)[,!?…]\s[—–-]\s{_AUTHOR}(?:[.,]\s[—–-]\s(?P<more>.+?))?[.!?…]?$"
)
"""Russian speech without quotation marks: dash, words, dash, who says it, dash, more words."""
_PARTED = re.compile(rf"^(?P<first>.+?)[,!?…]\s[—–-]\s{_AUTHOR}[.,]\s[—–-]\s(?P<more>.+)$")
"""The same inside one pair of quotation marks, as newspapers print it."""


def _dialogue(text: str) -> list[Piece]:
    """Return what a Russian paragraph has somebody say between dashes."""
    match = _DIALOGUE.match(text)
    if match is None:
        return []
    return [Piece(*match.span(part), inner=False) for part in ("first", "more") if match[part]]


def _parted(text: str, piece: Piece) -> list[Piece]:
    """Return a quotation in the two parts between which its own marks hold who says it."""
    match = _PARTED.match(text[piece.start : piece.end])
    if match is None:
        return [piece]
    return [
        Piece(piece.start + match.start(part), piece.start + match.end(part), inner=False)
        for part in ("first", "more")
    ]


def _pieces(text: str, *, goes_on: bool = False) -> list[Piece]:
    """Return quotations by their marks, outer ones before those inside them.

    ``goes_on``: one that is not closed ends with the text, as where the next paragraph opens it again.
    """
    found: list[Piece] = []
    at = 0
    while at < len(text):
        closing = _PAIRS.get(text[at])
        if closing and _opens(text, at):
            end = _closing(text, at, closing)
            if end is None and goes_on and text[at] in '“„«"「『':
                end = len(text)
            if end is not None:
                found.append(Piece(at + 1, end, inner=False))
                at = end + 1
                continue
        at += 1
    return found


def _opens(text: str, at: int) -> bool:
    if text[at] not in "\"'‘":
        return True
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    return not before.isalnum() and not after.isspace()


def _closing(text: str, at: int, closing: str) -> int | None:
    """Return where the quotation that opens at ``at`` ends; one inside it in the same marks is counted."""
    nested = _closed(text, at, closing, counting=True)
    return nested if nested is not None else _closed(text, at, closing, counting=False)


def _closed(text: str, at: int, closing: str, *, counting: bool) -> int | None:
    opening, depth = text[at], 0
    straight = opening in "\"'‘"
    for place in range(at + 1, min(len(text), at + MAX_CHARS)):
        char = text[place]
        if char not in closing and char != opening:
            continue
        after = text[place + 1] if place + 1 < len(text) else " "
        if straight and text[place - 1] in " (" and after.isalnum():
            depth += counting and opening == '"'
        elif char == opening and not straight and opening != "„":
            depth += counting or opening in "「『"
        elif straight and (after.isalnum() or text[place - 1].isspace()):
            continue
        elif char in closing:
            if depth == 0:
                return place
            depth -= 1
    return None


def _sentence_around(paragraph: _Paragraph, piece: Piece, outer: Sequence[Piece]) -> tuple[int, int]:
    """Return the stretch of text whose verb and speaker may belong to the quotation.

    It begins with the sentence the quotation begins in and ends with the sentence it ends in; both grow over
    cuts that lie inside a quotation.
    """
    inside = [one for one in paragraph.starts if not any(p.start <= one - 1 < p.end for p in outer)]
    begin = max((start for start in inside if start <= piece.start), default=0)
    end = min((start for start in inside if start > piece.end), default=len(paragraph.text))
    return begin, end


# ------------------------------------------------------------------------------------------- statement or not

_ATTRIBUTE = re.compile(
    r"\b(?:the|a|an|this|that|these|those|its|their|his|her|our|such|so-called|any|no)\s*$"
)
_JA_HELD = re.compile(r"^だ?と(?:し(?:た(?!談話|声明)|て(?!の)|、|つつ)|の(?:認識|考え|見解|見方|立場))")
"""「…」とした上で、「…」との認識を示した: said, though the verb stands further on."""
_JA_SAID = re.compile(r"^(?:\s|だ?と(?!き|は|もに)|など|との|とし|って|[。、）)]?$|。|\s*[=＝―-])")
_NAME_RU = re.compile(r"^[А-ЯЁA-Z]")


def _is_statement(words: str, lang: str, text: str, piece: Piece, verb: Verb | None, speaker: str) -> bool:
    """Return False for scare quotes, titles and names."""
    if not normal_form(words):
        return False
    before = fold(text[max(0, piece.start - 30) : piece.start - 1])
    behind = text[piece.end + 1 :]
    if _SO_CALLED.search(before) or _NAMING.search(before) or _SO_CALLED.fullmatch(fold(words)):
        return False
    if language(lang) == "ja":
        return _is_statement_ja(words, text, piece, verb, speaker, behind)
    if len(words.split()) >= STATEMENT_WORDS:
        return not _is_title(words)
    calls = verb is not None and verb.kind == "verb:call"
    if not calls and _ATTRIBUTE.search(before) and re.match(r"\s[a-zа-яё]", behind):
        return False
    if not calls and _NAME_RU.match(words) and not re.search(r"(?:^|[:,—–-])\s*$", text[: piece.start - 1]):
        return _closes_clause(behind) and verb is not None and verb.start >= piece.end and bool(speaker)
    if verb is None:
        return bool(speaker) and bool(re.search(r"[:：]\s*$", text[: piece.start - 1]))
    return bool(speaker) and _bound(text, piece, verb, lang)


def _closes_clause(behind: str) -> bool:
    return bool(re.match(r"\s*(?:[,—–-]|$)", behind))


def _is_title(words: str) -> bool:
    """Return True for several words most of which are capitalised: the name of a document, a book, a song."""
    long = [word for word in words.split()[1:] if len(word) > 3]
    return len(long) >= 2 and sum(word[0].isupper() for word in long) > 0.7 * len(long)


def _is_statement_ja(
    words: str, text: str, piece: Piece, verb: Verb | None, speaker: str, behind: str
) -> bool:
    """Return True where a particle of speech follows, or a whole sentence stands alone; 「…」の is a name."""
    letters = len(normal_form(words).replace(" ", ""))
    if not _JA_SAID.match(behind[:3]):
        # 「…」に達したと表現した: a verb of calling takes any particle.
        calls = verb is not None and verb.kind == "verb:call" and bool(speaker)
        return calls and verb is not None and _bound(text, piece, verb, "ja")
    if (
        re.match(r"^と(?:いう|いった|呼ばれ|呼ぶ|題|書かれ|する(?!考え|見解|談話|声明))", behind)
        and letters < 2 * STATEMENT_CHARS
    ):
        return False
    if letters >= STATEMENT_CHARS or (speaker and _JA_HELD.match(behind)):
        return True
    if verb is None:
        return bool(speaker) and bool(re.match(r"[\s。]|$", behind))
    return bool(speaker) and _bound(text, piece, verb, "ja")


def _bound(text: str, piece: Piece, verb: Verb, lang: str) -> bool:
    """Return True when the verb governs a short quotation: close by, no end of sentence between."""
    between = (
        text[piece.end + 1 : verb.start] if verb.start >= piece.end else text[verb.end : piece.start - 1]
    )
    limit = 12 if language(lang) == "ja" else 70
    return len(between) <= limit and not re.search(r"[.!?;]\s|[。！？]", between)
