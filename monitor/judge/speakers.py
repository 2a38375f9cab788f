"""Who says a quotation, and to whom: the words around it read for verb, names, pronouns and particles.

    English    the subject stands before its verb, behind it ("calls Orlov's remarks") whom it is about;
               ", said Orlov" after a quotation is the exception; "by" and "according to" take what follows
    Russian    free order: the nearest name that is no object ("слова Орлова", "с Орловым") acts
    Japanese   は, が and によると mark who acts; の, に and を mark whom it is about

Somebody known is a term (``person:``, ``office:``, ``body:``), somebody else a name as printed. Where the
subject is a stranger, nobody is named: a wrong name is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.judge import lexicon
from monitor.judge.lexicon import Span, language, topic_people
from monitor.judge.topic import Topic
from monitor.model import Prepared
from monitor.text.normal import plain

_PRONOUN = re.compile(
    r"\b(?:he|she|they|он|она|они|по его словам|по ее словам"
    r"|the (?:minister|official|spokes\w+|diplomat))\b"
)
_TELLS = frozenset({"told", "tell", "tells", "telling"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One quotation inside a paragraph, as offsets of its words."""

    start: int
    end: int
    inner: bool
    """True inside another quotation."""


@dataclass(frozen=True, slots=True)
class People:
    """Who may speak beside those the lexicon knows."""

    topic: Topic | None
    surnames: Mapping[str, str]
    """Last word of a name of several words, as printed somewhere in the text → the whole name."""
    titles: dict[str, str] = field(default_factory=dict)
    """Japanese title → who bears it in this text: 報道官 for ルゴフスコイ大統領報道官."""

    def find(self, folded: str, text: str, lang: str) -> list[Span]:
        """Return what lexicon and topic know in a stretch of text, in reading order."""
        spans = lexicon.shipped().find(folded, lang)
        if self.topic is not None:
            spans += topic_people(self.topic, folded, text, lang)
        return sorted(set(spans), key=lambda span: (span.start, span.end, span.term))


def _titles(prepared: Prepared, people: People) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if language(prepared.lang) != "ja":
        return found
    for sentence in prepared.sentences:
        folded = sentence.folded
        for span in people.find(folded, sentence.text, "ja"):
            title = re.match(r"[一-龠々]{0,8}?" + _JA_TITLE, folded[span.end :])
            if title is not None and span.term.startswith("person:"):
                found.setdefault(title[1], span.term)
    return found


def people(prepared: Prepared, topic: Topic | None) -> People:
    """Return whom a text introduces: those of the topic, full names for surnames, bearers of titles."""
    found = People(topic, _surnames(prepared))
    found.titles.update(_titles(prepared, found))
    return found


def _surnames(prepared: Prepared) -> Mapping[str, str]:
    if language(prepared.lang) == "ja":
        return {}
    found: dict[str, str] = {}
    for sentence in prepared.sentences:
        if sentence.part == "title":
            continue  # in headlines every word may have a capital
        for match in re.finditer(_PRINTED, plain(sentence.text)):
            if " " in match[1] and not _NO_PERSON.search(match[1]):
                found.setdefault(match[1].rpartition(" ")[2], match[1])
    return found


def last_named(before: str, lang: str, people: People) -> str:
    """Return the person or office that the paragraph named last before this place."""
    folded = before.casefold().replace("ё", "е")
    named = [
        span for span in people.find(folded, before, lang) if span.term.startswith(("person:", "office:"))
    ]
    last = next(
        iter([*(span for span in named[::-1] if span.term.startswith("person:")), *named[::-1]]), None
    )
    place = last.end if last else -1
    if any(match.start() > place for match in _AGED.finditer(folded)):
        return NOBODY  # a private person, told by the age, has come in between
    if language(lang) == "ja":
        return subject(before, people) or (last.term if last else "")
    stranger = [match[1] for match in _INTRODUCED.finditer(before) if match.start(1) > place]
    return stranger[-1] if stranger else last.term if last else ""


def subject(text: str, people: People) -> str:
    """Return whom a Japanese text made its subject last (木原氏は …, 官房長官は …); empty where nobody."""
    spans = [span for span in people.find(text, text, "ja") if span.term.startswith(("person:", "office:"))]
    marked = [span for span in spans if _JA_SUBJECT.match(text[span.end :])]
    return marked[-1].term if marked else ""


def named_after(behind: str, lang: str, people: People) -> str:
    """Return who is named in a Japanese sentence 「…」。Xさんはそう話す。 behind its quotation."""
    sentence = re.match(
        r"\s*([^。「]{1,60}?)(?:は|が)(?:、|[^。「]{0,12})?(?:そう|こう)(?:話|語|述べ|言|訴え|振り返)", behind
    )
    if sentence is None:
        return ""
    spans = people.find(sentence[1], sentence[1], lang)
    return next((span.term for span in spans if span.term.startswith(("person:", "office:"))), "")


_AGED = re.compile(
    r"\b\d{2,3}-(?:year-old|летн\w+)|\b[\w-]+ [\w-]+, \d{2},|[(\uff08]\d{2,3}[)\uff09]|\d{2}歳の"
)
_JA_SUBJECT = re.compile(
    r"[一-龠々ァ-ヴー・]{0,12}?(?:さん|氏|様)?(?:[(\uff08][^)\uff09]{0,14}[)\uff09])?は(?!じめ)"
)
"""A name with its title that は marks as what the sentence speaks of: whose words follow without a name."""
_INTRODUCED = re.compile(
    r"(?:^|[.!?…][”\"»]?\s)([A-ZА-ЯЁ][\w'’-]+(?: [A-ZА-ЯЁ][\w'’-]+){1,2}), (?=who\b|an? |the |котор|[а-яё]+)"
)
"""A stranger who opens a sentence and is said to be somebody: "Yuka Sato, who teaches …"."""
NOBODY = "-"
"""Carried over where somebody speaks whom nobody knows."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A reporting verb, folded, as offsets of the paragraph."""

    word: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Named:
    """Somebody named in the sentence, as offsets of the paragraph."""

    term: str
    start: int
    end: int
    oblique: bool
    """Not the one who acts: "Orlov's remarks", "with Orlov", 「オルロフ氏の」."""

    def gap(self, verb: Verb) -> int:
        """Return the characters between name and verb."""
        return verb.start - self.end if self.end <= verb.start else self.start - verb.end


_JA_GOES_ON = re.compile(r"\x01?と(語り|話し|述べ|言い|答え|訴え)(?=、)")
_DOCUMENT = re.compile(r"\x01?[\s,—–-]*(?:говорится|сказано|отмечается|подчеркивается|указывается) в [\w-]+")
"""A statement of a ministry, quoted by what it stands in."""
_OTHERS = re.compile(r"\s(?:that )?they\b")
_HEADS = {
    "en": re.compile(
        r"\s(?:still |again )?(?:sees|finds|wants|seeks|rejects|slams|decries|denounces|vows|hails|blasts"
        r"|brands)\b[^\x01:;,.]{0,40}$"
    ),
    "ru": re.compile(r"\s(?:вновь |по-прежнему )?(?:не )?(?:видит|ждет|требует|хочет)\s[^\x01:;,.]{0,40}$"),
}
"""Headlines: a verb of one word between who speaks and the fragment quoted."""
_TITLES = (
    r"(?:(?:the|his|her|their|its|russian|japanese|former|then|deputy|prime|foreign|president|minister|premier"
    r"|secretary|counterpart|ambassador|governor|mr\.?|ms\.?|andrey|andrei|sergey|sergei|dmitry|vladimir|maria)\s+){0,4}"
)
_OBLIQUE_BEFORE = {
    "en": re.compile(
        r"\b(?:for|of|with|to|after|from|by|on|about|against|like|over|toward|towards|at)\s+" + _TITLES + "$"
    ),
    "ru": re.compile(
        r"\b(?:с|со|к|ко|для|от|о|об|у|из|после|против|слова|слов|словах|словами|заявлени\w+|высказывани\w+"
        r"|замечани\w+|реплик\w+|реч[ьи]|выступлени\w+|позици\w+|предложени\w+|визит\w*|письм\w+|обвинени\w+|критик\w+)\s+"
        r"(?:(?:президент\w+|премьер\w+|министр\w+|замминистр\w+|глав\w+|мид|рф|россии|японии|господин\w+)\s+){0,4}$"
    ),
}
_OBLIQUE_AFTER = re.compile(
    r"^(?:'s\b|' |\s(?:(?:remark|comment|statement|plan|proposal|claim|offer|demand|threat|letter|visit"
    r"|word)s?|speech|policy|policies|government|administration|cabinet|era)\b(?!,? (?:to|that|on|by) ))"
)
_JA_AFTER = re.compile(
    r"^(?:[一-龠々ァ-ヴー・]{0,12}?)(?:さん|氏|ら|様)?(?:[(\uff08][^)\uff09]{0,14}[)\uff09])?"
    r"(発言|声明|演説|談話|会見|書簡|提案|方針|政権|内閣|訪問|投稿|によると|によれば|は|が|も|、|:|\x01|[ぁ-ん])"
)
_JA_TITLE = r"(報道官|次官|長官|大臣|[外首農防]相|知事|大使|会長|議員|市長|町長|氏)"
"""A Japanese title, which alone stands for whoever bears it in the text."""
_JA_ACTS = {
    "によると": 0,
    "によれば": 0,
    "は": 0,
    "、": 1,
    ":": 1,
    "\x01": 1,
    "も": 1,
    "が": 2,
}
"""What marks in Japanese who acts, the surest first."""
_SPEAKING = frozenset(
    f"body:{name}"
    for name in (
        "mfa_ru", "mfa_jp", "foreign_ministry", "kremlin", "embassy", "consulate", "defence_ministry",
        "coast_guard", "border_guard", "pacific_fleet", "self_defense", "fisheries_agency", "fishing_coop",
        "city_hall", "committee", "ldp", "diet", "duma", "g7", "asean", "un", "islanders_league",
    )
)  # fmt: skip
"""Bodies that make statements; agencies and outlets only print them."""
_BODY_GAP = 5
"""Characters between such a body and its verb: "the ministry said", "said the ministry"."""
_APPOSITION = 34
"""Characters between an office and who holds it: "Orlov, the deputy foreign minister, said"."""
_NO_SUBJECT = re.compile(
    r"(?:^|[,;:\x01\-(]|\b(?:and|but|who|which|that|he|she|they|also|as|while|before|what|и|а|но|что|как|который"
    r"|которая|он|она|они|также))\s*(?:(?:also|then|later|earlier|has|had|have|was|were|is|are|been|further|again"
    r"|further|once|\w+ly|также|затем|далее|ранее|позже|при этом|еще|не)\s+)*$"
)
"""A clause up to its verb that has no subject of its own, or only a pronoun."""
_PASSIVE = re.compile(r"^[\x01\"'”’»]?[,.]?\s*by\s+")


class Around:
    """The words around a quotation, other quotations blanked out."""

    def __init__(
        self,
        text: str,
        begin: int,
        end: int,
        outer: Sequence[Piece],
        lang: str,
        people: People,
        *,
        title: bool,
    ) -> None:
        chars = list(text[begin:end])
        for piece in outer:
            for place in range(max(begin, piece.start - 1), min(end, piece.end + 1)):
                chars[place - begin] = "\x01"
        self.begin, self.lang, self.title = begin, language(lang), title
        self.text = "".join(chars)
        self.printed = text[begin:end]
        # Folding must keep positions: only the case and a few letters change for our three languages.
        folded = self.text.casefold().replace("ё", "е").replace("’", "'")
        self.folded = folded if len(folded) == len(self.text) else self.text
        self.people = people
        self.spans = people.find(self.folded, self.text, lang)
        persons = [span for span in self.spans if span.term.startswith(("person:", "office:"))]
        bodies = [
            span
            for span in self.spans
            if span.term in _SPEAKING
            and not any(span.start < other.end and other.start < span.end for other in persons)
        ]
        self.named = [self._name(span) for span in dict.fromkeys([*persons, *bodies])]

    def _name(self, span: Span) -> _Named:
        before, after = self.folded[: span.start], self.folded[span.end :]
        if self.lang == "ja":
            mark = _JA_AFTER.match(after)
            oblique = mark is None or mark[1] not in _JA_ACTS
        else:
            oblique = bool(_OBLIQUE_BEFORE[self.lang].search(before[-90:]) or _OBLIQUE_AFTER.match(after))
        return _Named(span.term, span.start + self.begin, span.end + self.begin, oblique)

    def verb_near(self, piece: Piece) -> Verb | None:
        """Return the reporting verb closest to the quotation; after it for Japanese."""
        verbs = []
        goes_on = _JA_GOES_ON.match(self.text, piece.end - self.begin) if self.lang == "ja" else None
        if goes_on is not None:  # 「…」と語り、… : another clause, with its own speaker, follows
            start, end = goes_on.span(1)
            return Verb(goes_on[1], start + self.begin, end + self.begin, "verb:say")
        for span in self.spans:
            if span.term.startswith("verb:"):
                start, end = span.start + self.begin, span.end + self.begin
                after = start >= piece.end
                if self.lang == "ja" and not after:
                    continue
                gap = start - piece.end if after else piece.start - end
                verbs.append((gap, start, Verb(self.folded[span.start : span.end], start, end, span.term)))
        return min(verbs, key=lambda one: one[:2])[2] if verbs else None

    def speaker(self, piece: Piece, verb: Verb | None, carried: str) -> str:
        """Return who says it: a person's, office's or body's term, a name as printed, or empty."""
        carried = "" if self.title else carried
        if verb is None:
            return self._verbless(piece, carried)
        return (
            self._japanese(piece, verb, carried) if self.lang == "ja" else self._spaced(piece, verb, carried)
        )

    # -------------------------------------------------------------------------------- English, Russian

    def _spaced(self, piece: Piece, verb: Verb, carried: str) -> str:
        passive = _PASSIVE.match(self.text[piece.end - self.begin :])
        if passive and verb.end <= piece.start:
            return self._after(piece.end + passive.end(), 30)
        if verb.word.startswith(("according", "по ")):
            return self._after(verb.end, 70) or (
                carried if _PRONOUN.match(self.folded[verb.start - self.begin :]) else ""
            )
        if _OTHERS.match(self.folded[verb.end - self.begin :]):
            return ""  # "families who say they": not the one named before
        straight = [one for one in self.named if not one.oblique]
        before = [one for one in straight if one.end <= verb.start]
        after = [one for one in straight if one.start >= verb.end]
        # Who is before the verb; behind it, before the quotation, stands whom or what it is about.
        subject_first = verb.word in _TELLS or (
            verb.end <= piece.start and (self.lang == "en" or verb.kind == "verb:call")
        )
        able = before if subject_first else before + after
        able = [one for one in able if not one.term.startswith("body:") or one.gap(verb) <= _BODY_GAP]
        pronoun, many = self._pronoun(verb, before_only=subject_first)
        best = min(able, key=lambda one: (one.gap(verb), one.term), default=None)
        if pronoun is not None and (best is None or pronoun < best.gap(verb)):
            # "Abe met Putin and pursued what he called": the pronoun means the subject, not the nearest name.
            # "They" are several, or a family nobody named: no person.
            return "" if many else next((t.term for t in before if t.term.startswith("person:")), carried)
        printed = self._printed(verb, before_only=subject_first)
        if printed and (best is None or printed[0] < best.gap(verb)):
            return printed[1]
        if best is not None:
            return self._holder(best)
        clause = self.folded[: verb.start - self.begin]
        return carried if _NO_SUBJECT.search(clause[-60:]) and not self._subject_after(piece, verb) else ""

    def _subject_after(self, piece: Piece, verb: Verb) -> bool:
        """Return True where the verb behind its quotation has a subject behind it that nobody knows."""
        if verb.start < piece.end:
            return False
        behind = self.folded[verb.end - self.begin :]
        if self.lang == "ru":
            word = re.match(r"\s*([а-я-]+)", behind)
            return word is not None and word[1] not in {"он", "она", "они", "при", "также", "далее", "затем"}
        return bool(
            re.match(r"\s(?:an?|the|one|another|some|many|several|local|two|three|its|their)\s", behind)
        )

    def _after(self, place: int, reach: int) -> str:
        """Return who is named next behind a place, a person before his office."""
        found = [one for one in self.named if place <= one.start <= place + reach]
        if found:
            return self._holder(min(found, key=lambda one: one.start), behind=True)
        match = re.match(r"\s*(?:the )?" + _PRINTED, self.text[place - self.begin :][:reach])
        return match[1] if match and " " in match[1] else ""

    def _holder(self, one: _Named, *, behind: bool = False) -> str:
        """Return the person in apposition to an office, else the office.

        ``behind`` a preposition that names the speaker ("according to") both are its object.
        """
        if one.term.startswith("person:"):
            return one.term
        near = [
            (max(other.start - one.end, one.start - other.end), other.term)
            for other in self.named
            if other.term.startswith("person:") and (behind or not (other.oblique and other.start > one.end))
        ]
        near = [found for found in near if found[0] <= _APPOSITION and self._joined(one, found[1])]
        return min(near)[1] if near else one.term

    def _joined(self, one: _Named, person: str) -> bool:
        """Return True where nothing but a name, a comma or an adjective stands between office and person."""
        other = min(
            (found for found in self.named if found.term == person),
            key=lambda found: abs(found.start - one.start),
        )
        first, last = sorted((one, other), key=lambda found: found.start)
        between = self.folded[first.end - self.begin : last.start - self.begin]
        return not re.search(r"\x01|[.;]|\b(?:and|or|with|to|after|from|met|и|с|к|после)\b", between)

    def _pronoun(self, verb: Verb, *, before_only: bool) -> tuple[int | None, bool]:
        """Return how far from the verb a pronoun stands that may be its subject, and whether it is "they"."""
        gaps = []
        for match in _PRONOUN.finditer(self.folded):
            start, end = match.start() + self.begin, match.end() + self.begin
            many = match[0] in {"they", "они"}
            if end <= verb.start:
                gaps.append((verb.start - end, many))
            elif start >= verb.end and not before_only:
                gaps.append((start - verb.end, many))
        return min(gaps, default=(None, False))

    def _printed(self, verb: Verb, *, before_only: bool) -> tuple[int, str] | None:
        """Return (distance, name) of the nearest unknown name of several words, as printed."""
        found = []
        for match in re.finditer(_PRINTED, self.text):
            start, end = match.start() + self.begin, match.end() + self.begin
            covered = any(
                span.start < match.end() and match.start() < span.end
                for span in self.spans
                if not span.term.startswith("verb:")
            )
            name = match[1] if " " in match[1] else self.people.surnames.get(match[1], "")
            if not name or covered or _NO_PERSON.search(match[1]) or (before_only and end > verb.start):
                continue
            if self.lang in _OBLIQUE_BEFORE and _OBLIQUE_BEFORE[self.lang].search(
                self.folded[: match.start()][-90:]
            ):
                continue
            found.append((verb.start - end if end <= verb.start else start - verb.end, name))
        return min(found) if found else None

    # -------------------------------------------------------------------------------- Japanese

    def _japanese(self, piece: Piece, verb: Verb, carried: str) -> str:
        acting = []
        for one in self.named:
            mark = _JA_AFTER.match(self.folded[one.end - self.begin :])
            if one.oblique or mark is None or (piece.end <= one.start and one.start > verb.start):
                continue
            between = one.start >= piece.end
            acting.append((not between, _JA_ACTS[mark[1]], -one.start, one))
        for match in re.finditer(_JA_PRINTED, self.text):
            if match.start() + self.begin < verb.start and not self._covered(match.start(1), match.end(1)):
                name = _Named(match[1], match.start() + self.begin, match.end() + self.begin, oblique=False)
                acting.append((name.start < piece.end, _JA_ACTS[match[2]], -name.start, name))
        if acting:
            return self._holder_ja(min(acting, key=lambda found: found[:3])[3])
        # 関係者は「…」: somebody else speaks, whom nobody knows.
        stranger = re.search(
            r"[一-龠ァ-ヴー](?:ら|たち)?(?:[(\uff08][^)\uff09]{0,8}[)\uff09])?(?:は|が)、?$",
            self.text[: piece.start - 1 - self.begin],
        )
        if stranger:
            title = re.search(_JA_TITLE + r"(?:は|が)、?$", self.text[: piece.start - 1 - self.begin])
            return self.people.titles.get(title[1], "") if title else ""
        return "" if carried in {one.term for one in self.named} else carried

    def _covered(self, start: int, end: int) -> bool:
        return any(
            span.start < end and start < span.end for span in self.spans if span.term.startswith("person:")
        )

    def _holder_ja(self, one: _Named) -> str:
        """Return the person printed directly beside an office, else the office itself."""
        if not one.term.startswith("office:"):
            return one.term
        beside = [
            other.term
            for other in self.named
            if other.term.startswith("person:") and self._between(one, other) is not None
        ]
        return beside[0] if beside else one.term

    def _between(self, one: _Named, other: _Named) -> str | None:
        """Return the few kanji or katakana that stand between two Japanese names; None where more does."""
        first, last = sorted((one, other), key=lambda found: found.start)
        between = self.folded[first.end - self.begin : last.start - self.begin]
        return between if re.fullmatch(r"[一-龠々ァ-ヴー・ ]{0,6}", between) else None

    # -------------------------------------------------------------------------------- without a verb

    def heads(self, piece: Piece) -> bool:
        """Return True where a headline has somebody say a fragment: ``Orlov: talks “pointless”``."""
        return bool(self._headed(piece))

    def _headed(self, piece: Piece) -> str:
        """Return who is named first in a headline, before a colon or a verb that headlines speak with."""
        head = self.folded[: piece.start - 1 - self.begin]
        for one in self.named[:] if self.title and self.lang != "ja" else ():
            behind = head[one.end - self.begin :]
            if one.end < piece.start and re.match(r"[\w\s,.']{0,20}[::]\s", behind):
                return self._holder(one)
            if one.end < piece.start and _HEADS[self.lang].match(behind):
                return self._holder(one)
        return ""

    def _verbless(self, piece: Piece, carried: str) -> str:
        """Return who is named before a colon, beside the quotation (Japanese headlines), or went before."""
        headed = self._headed(piece)
        if headed:
            return headed
        document = _DOCUMENT.match(self.folded, piece.end - self.begin) if self.lang == "ru" else None
        if document is not None:
            return self._after(document.end() + self.begin, 60)
        if not re.search(r"[^\W\x01]", self.text):
            return carried  # nothing but quotations: the speaker before goes on
        head = self.folded[: piece.start - 1 - self.begin]
        tail = self.folded[piece.end + 1 - self.begin :]
        for one in sorted(self.named, key=lambda one: -one.end):
            if one.end >= piece.start:
                continue
            between = head[one.end - self.begin :]
            colon = re.fullmatch(r"[\w\s,.']{0,30}[:：-]\s*", between)
            acts = self.lang == "ja" and not one.oblique
            if colon or (
                acts and re.match(r"[一-龠々ァ-ヴー]{0,6}(?:氏|さん)?(?:、|は|が|も|\s*$)", between)
            ):
                return self._holder_ja(one) if self.lang == "ja" else self._holder(one)
        if self.lang == "ja":
            behind = [one for one in self.named if one.start >= piece.end and one.start - piece.end <= 4]
            if behind and re.match(r"^\s*(?:と|=|＝|―|-|…|\s)", tail[:2]):
                return self._holder_ja(behind[0])
        return ""

    # -------------------------------------------------------------------------------- to whom

    def addressee(self, verb: Verb | None) -> str:
        """Return to whom, as printed: an agency, an outlet, the press, where it stands beside the verb."""
        if verb is None:
            return ""
        tail = self.text[verb.end - self.begin :][:80]
        head = self.text[: verb.start - self.begin][-60:]
        if self.lang == "ja":
            match = re.search(_TOLD_JA, head)
        elif self.lang == "ru":
            shown = self.printed[verb.end - self.begin :][:80]
            match = re.search(_TOLD_RU, shown) or re.search(_INTERVIEW_RU, self.text)
            match = match or re.search(
                _INTERVIEW_RU, self.printed[max(0, verb.start - 60 - self.begin) :][:140]
            )
        elif verb.word in _TELLS:
            match = re.match(r"\s(?:the |a |an )?" + _WHOM_EN, tail)
        else:
            match = re.match(
                r"\s(?:to|in an interview with|in an interview to|in comments to) (?:the |a |an )?"
                + _WHOM_EN,
                tail,
            )
        return next((group for group in match.groups() if group), "") if match else ""


_SPEAKERS = ("person:", "office:", *sorted(_SPEAKING))
_PRINTED = r"((?:[A-ZА-ЯЁ][\w'’-]+)(?: (?:[A-ZА-ЯЁ][\w'’-]+|[A-Z]\.))*)"
_JA_PRINTED = (
    r"([一-龠々ァ-ヴー・]{2,10}?)(?:さん|氏)(?:[(\uff08][^)\uff09]{0,12}[)\uff09])?"
    r"(は|が|も|、|によると|によれば)"
)
_NO_PERSON = re.compile(
    r"\b(?:union|treaty|ministry|agency|islands?|sea|news|press|times|party|committee|council|association|university"
    r"|institute|house|government|republic|federation|states|kingdom|war|declaration|day|affairs|street|sanctions"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august"
    r"|september|october|november|december|союз|договор|министерств\w+|агентств\w+|остров\w*|партия|совет|институт"
    r"|федераци\w+|республик\w+|война)\b",
    re.IGNORECASE,
)
"""Words that make several capitals the name of a thing."""
_WHOM_EN = (
    r"(?:(?i:russian|japanese|state|state-run|official|news|local|daily|broadcaster|newspaper|television|agency"
    r"|channel|outlet|[a-z-]+-based) )*"
    r"(reporters|journalists|lawmakers|parliament|the press|deputies|senators|delegates|students|residents"
    r"|voters|a news conference|news conference|a briefing|[A-Z][\w'-]*(?: (?:[A-Z][\w'-]*|TV|24))*)"
)
_OUTLET_RU = r"(?:агентств\w+|телеканал\w+|газет\w+|издани\w+|портал\w+)"
_TOLD_RU = (
    r"^\s(?:в (?:понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье) )?"
    r"(?:(журналистам|репортерам|депутатам|сенаторам|корреспондентам)"
    rf"|(?:{_OUTLET_RU} )?[«\"]?"
    r"(ТАСС|РИА Новости|Интерфаксу|Рейтер|Киодо|Коммерсанту|Известиям|Ведомостям|РБК|[A-Z][\w-]+"
    r"|(?<=[«\"])[А-ЯЁ][\w-]*(?: [\w-]+)?(?:ам|ям|у|ю|е|и)(?=[»\"]))"
    r"[»\"]?(?=[\s,.:»]|$)"
    rf"|{_OUTLET_RU} [«\"]?([А-ЯЁ][\w-]+(?: [А-ЯЁ][\w-]+)?))"
)
_INTERVIEW_RU = (
    rf"\bв (?:интервью|беседе|эфире)(?: с)? (?:{_OUTLET_RU} )?[«\"]?([А-ЯЁA-Z][\w-]+(?: [А-ЯЁA-Z][\w-]+)?)"
)
_TOLD_JA = (
    r"(記者団|[一-龠ァ-ヴーA-Za-z]{2,10}(?:通信|新聞|テレビ|放送))の?(?:電話)?(?:の取材|取材|インタビュー)?に"
)
