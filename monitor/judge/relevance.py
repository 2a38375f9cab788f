"""Is this text on the topic: level, score, deciding rule, and one sentence that says why.

The question is what a text is *about*, not what it names: the same two countries, islands and treaty stand
in passing in reports on earthquakes, gas and fish prices. Knows no name of its own; words, rules and weights
are the topic's (``monitor.judge.topic``).

Theory of operation:

1. Gate: a text without a word of the gate roles is off topic (substring search, most entries end here).
2. Hits: all names, sentence by sentence. Names inside a phrase of another subject are void, those nearer to
   another party are its own, common surnames and everyday words count beside plain ones only.
3. Evidence: the heaviest rule that a sentence satisfies, 0 … 1. Some rules carry; others (looser words for
   the same matter) support, and count the more the more places of the text speak of the subject.
4. Shares: title, lead (summary and first sentences) and body (closing background discounted, where the text
   did not open on the subject); whether several paragraphs carry; and the themes, where evidence is missing.
5. Score: a logistic sum of these; the line is 0.5. Both sides must be named, or implied by the outlet, and
   one remark in passing never carries a text.
6. Review: a short text that names a side or a word of the subject has its page read before it is dropped.
7. Suspicion: one that names nothing at all, but has words under which the topic may hide (hints of the topic:
   an unnamed dispute, talks, neighbours, columns), has its page read as far as a small budget goes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.judge.topic import Concept, Evidence, Topic
from monitor.model import Hit, Level, Prepared, Relevance, Sentence
from monitor.text.normal import fold

_MAX_HITS = 5
"""Hits of one concept that are kept: enough to show where, bounded in the store."""

_MAX_NAMES = 50
"""Names of a side that are looked at in one sentence; a hostile one may have thousands."""

_SHORT = 2
"""Paragraphs up to which a text has no closing background: lead and report."""

_ACROSS = 10
"""Characters that a comma or a conjunction adds to a distance: what stands behind it is another clause."""

_BESIDE = 0.5
"""How much a theme that stands beside the subject (sanctions, gas) counts of a foreign one."""

_GUESSED = 0.9
"""How far an unread body is trusted to go on like title and teaser (0 … 1)."""


def possible(topic: Topic, lang: str, *texts: str) -> bool:
    """Return False where ``judge`` would say "off topic" at first sight; some 0.01 ms an entry."""
    return topic.passes_gate(fold("\n".join(texts)), lang)


def judge(prepared: Prepared, topic: Topic, *, lang: str = "", country: str = "") -> Relevance:
    """Return level, score (0 … 1, line 0.5), rule, reason, hits and threads of one text.

    ``lang`` (ISO 639-1) overrules the language found in the text; ``country`` (ISO 3166 alpha-2) is the
    outlet's, which may stand for a side that its texts need not name. ``review`` asks to read the page.
    """
    lang = lang or prepared.lang
    folded = "\n".join(s.folded for s in prepared.sentences)
    if not topic.passes_gate(folded, lang):
        reason = f"Off topic: names nothing of {topic.short}."
        short = prepared.words < topic.rules.teaser_words
        suspect = short and topic.suspects(folded, lang, nameless=_is_nameless(prepared))
        return Relevance(Level.OFF_TOPIC, 0.0, "none", reason, suspect=suspect)
    return _Reader(prepared, topic, lang, country).answer()


@dataclass(slots=True)
class _Line:
    """One sentence while it is judged."""

    sentence: Sentence
    number: int
    hits: list[tuple[Concept, int, int]] = field(default_factory=list)
    bits: int = 0
    bound: int = 0
    """Bits of names that were dropped because they are another party's."""
    themes: set[Concept] = field(default_factory=set)
    rule: Evidence | None = None
    weight: float = 0.0
    """Of the rule; less for a rule that only supports, where little else does."""


@dataclass(frozen=True, slots=True)
class _Shares:
    """What the score is made of, each 0 … 1."""

    title: float
    lead: float
    body: float
    spread: float
    """1 where several paragraphs carry, and title and lead speak of nothing else."""
    theme_title: float
    theme_lead: float
    theme_body: float
    breadth: float
    """How many sides of the matter stand in sentences of their own, where title and lead have no theme."""
    sentences: int
    on_subject: int
    """Sentences of the body that speak of the subject."""


class _Reader:
    """Judges one text; lives for one call."""

    def __init__(self, prepared: Prepared, topic: Topic, lang: str, country: str) -> None:
        self.prepared = prepared
        self.topic = topic
        self.rules = topic.rules
        self.lang = lang
        self.telling = topic.rules.sides & ~topic.rules.at_home(lang, country)
        self.implied = [i for i in topic.rules.implied if i.lang == lang and country in i.countries]
        self.lines = [_Line(sentence, number) for number, sentence in enumerate(prepared.sentences)]
        for line in self.lines:
            self._find(line, lang)
        self.title = [line for line in self.lines if line.sentence.part == "title"]
        self.body = [line for line in self.lines if line.sentence.part == "body"]
        self.divided = len({line.sentence.paragraph for line in self.body}) > 1
        summary = [line for line in self.lines if line.sentence.part == "summary"]
        self.lead = summary + self.body[: self.rules.lead_sentences]
        self._count_weak()
        self._bind()
        self._give_away()
        self._block()
        for line in self.lines:
            line.bits = self._bits(line)
            self._other(line)
        self._claim_for_others()
        self.bits = _union(self.lines)
        self.focus = _union(self.title + self.lead)
        for at, line in enumerate(self.lines):
            line.rule = self._evidence(at, line)
        self._weigh_support()

    # ---------------------------------------------------------------------------------- hits

    def _find(self, line: _Line, lang: str) -> None:
        found = self.topic.find(line.sentence.folded, line.sentence.text, lang)
        void = [(concept, hit.start, hit.end) for concept, _, hit in found if concept.void]
        for concept, weak, hit in found:
            inside = any(other is not concept and a <= hit.start and hit.end <= b for other, a, b in void)
            if inside and not concept.void:
                continue
            line.hits.append((concept, -hit.start - 1 if weak else hit.start, hit.end))

    def _bind(self) -> None:
        """Drop names that stand nearer to another party than to our own (whose treaty is it?)."""
        for rule in self.rules.bind:
            for line in self.lines:
                bits = _union_of(c for c, _, _ in line.hits)
                if not (bits & rule.role and bits & rule.other) or bits & rule.unless:
                    continue
                own = [(start, end) for c, start, end in line.hits if c.bits & rule.own][:_MAX_NAMES]
                other = [(start, end) for c, start, end in line.hits if c.bits & rule.other][:_MAX_NAMES]
                theirs = [
                    hit
                    for hit in line.hits
                    if hit[0].bits & rule.role
                    and _gap(line.sentence.folded, hit[1], hit[2], own)
                    > _gap(line.sentence.folded, hit[1], hit[2], other)
                ]
                line.bound |= _union_of(concept for concept, _, _ in theirs)
                gone = {(concept.id, start) for concept, start, _ in theirs}
                line.hits = [hit for hit in line.hits if (hit[0].id, hit[1]) not in gone]

    def _give_away(self) -> None:
        """Drop names that are another party's in a whole text: it opens with them, never names ours."""
        for rule in self.rules.foreign:
            whole = _union_of(c for line in self.lines for c, _, _ in line.hits)
            opening = [_union_of(c for c, _, _ in line.hits) for line in self.title + self.lead]
            if not (whole & rule.role and _union_bits(opening) & rule.other) or whole & rule.unless:
                continue
            if any(not bits & rule.without and _meets(bits, rule.together) for bits in opening):
                continue
            for line in self.lines:
                line.bound |= _union_of(c for c, _, _ in line.hits if c.bits & rule.role)
                line.hits = [hit for hit in line.hits if not hit[0].bits & rule.role]

    def _breadth(self) -> float:
        """Return how many sides of the matter the text has, each in another sentence (0 … 1).

        A remark in passing has them all in one sentence; a column goes through them one by one.
        """
        free = [line.bits for line in self.lines if line.bits]
        met = 0
        for facet in sorted(self.rules.facets, key=lambda facet: sum(bool(bits & facet) for bits in free)):
            at = next((number for number, bits in enumerate(free) if bits & facet), None)
            if at is not None:
                met += 1
                del free[at]
        span = max(1, self.rules.breadth_full - self.rules.breadth_from)
        return min(1.0, max(0.0, (met - self.rules.breadth_from) / span))

    def _count_weak(self) -> None:
        """Drop weak names unless their role, or their theme, is met by another name; then note the themes.

        Strong hits have a start of 0 or more. Two different weak names of one theme support each other.
        """
        self.named = _union_of(c for line in self.lines for c, _, _ in line.hits)
        strong: set[str] = set()
        weak_names: dict[str, set[tuple[int, str]]] = {}
        for at, line in enumerate(self.lines):
            for concept, start, end in line.hits:
                key = concept.role or concept.id
                if start >= 0:
                    strong.add(key)
                elif concept.theme:
                    weak_names.setdefault(key, set()).add((at, line.sentence.folded[-start - 1 : end]))
        strong.update(key for key, names in weak_names.items() if len(names) > 1)
        for line in self.lines:
            line.hits = [
                (concept, start if start >= 0 else -start - 1, end)
                for concept, start, end in line.hits
                if start >= 0 or (concept.role or concept.id) in strong
            ]
            line.themes = {c for c, _, _ in line.hits if c.theme and not c.quiet}

    def _block(self) -> None:
        """Take roles out of account where title or lead name a theme that claims them.

        Not in a sentence that names what keeps them ours (``unless``).
        """
        for line in self.title + self.lead:
            for theme in line.themes:
                if theme.blocks:
                    self._claim(theme)

    def _claim(self, theme: Concept) -> None:
        for line in self.lines:
            if not _union_of(c for c, _, _ in line.hits) & theme.unless:
                line.hits = [hit for hit in line.hits if not hit[0].bits & theme.blocks]

    def _other(self, line: _Line) -> None:
        """Note what else the sentence speaks of, as told by its roles."""
        for rule in self.rules.other:
            told = all(line.bits & need for need in rule.needs) and not line.bits & rule.without
            if told or line.bound & rule.blocks:
                line.themes.add(rule.theme)
                line.bits |= rule.theme.bits

    def _claim_for_others(self) -> None:
        """Take roles out of account beside another party, where the title speaks of that party's affairs."""
        for rule in self.rules.other:
            if rule.blocks and any(rule.theme in line.themes for line in self.title):
                for line in self.lines:
                    if line.bits & rule.needs[0]:
                        line.hits = [hit for hit in line.hits if not hit[0].bits & rule.blocks]
                        line.bits = self._bits(line)
                        self._other(line)

    def _bits(self, line: _Line) -> int:
        bits = _union_of(concept for concept, _, _ in line.hits)
        for role, number, bit in self.topic.counted:
            if bits & role and len({c.id for c, _, _ in line.hits if c.bits & role}) >= number:
                bits |= bit
        return bits

    # ---------------------------------------------------------------------------------- evidence

    def _evidence(self, at: int, line: _Line) -> Evidence | None:
        if not line.bits:
            return None
        around = self._around(at, line)
        for rule in self.rules.evidence:
            # The first need is what the rule is about: nobody implies it.
            if not line.bits & rule.needs[0] or line.bits & rule.without:
                continue
            implied = _union_bits(i.bits for i in self.implied if rule.id not in i.exempt)
            if (
                _meets(line.bits | implied, rule.needs)
                and _meets(around | implied, rule.context)
                and _meets(self.focus | implied, rule.focus)
                and _meets(self.bits | implied, rule.anywhere)
            ):
                return rule
        return None

    def _weigh_support(self) -> None:
        """Give each sentence its weight: looser evidence counts by how many places speak of the subject.

        One closing sentence on it is a remark in passing; a title and two paragraphs are a subject.
        """
        carried = [line for line in self.lines if line.rule and not line.rule.support]
        self.places = len({self._place(line) for line in self.lines if line.rule})
        trust = min(1.0, max(0, self.places - 1) / max(1, self.rules.support_places - 1)) if carried else 0.0
        short = not self.body  # a title and a teaser have no room for more
        for line in self.lines:
            if line.rule:
                line.weight = line.rule.weight * (trust if line.rule.support and not short else 1.0)
        focus = {id(line) for line in self.title + self.lead}
        self.opened = any(id(line) in focus for line in carried)
        self.spread = len({self._place(line) for line in carried}) >= self.rules.min_places
        named = any(line.themes for line in self.title + self.lead)
        self.breadth = 0.0 if named else self._breadth()
        self.carried = (
            self.opened
            or self.spread
            or (bool(carried) and (self.breadth > 0 or self.places >= self.rules.support_places))
        )

    def _place(self, line: _Line) -> tuple[str, int]:
        """Return the paragraph; the sentence, where a page came without paragraphs."""
        at = line.sentence.paragraph if self.divided else line.number
        return line.sentence.part, at

    def _around(self, at: int, line: _Line) -> int:
        bits = line.bits | self.focus
        reach = self.rules.context_sentences
        return bits | _union(self.lines[max(0, at - reach) : at + reach + 1])

    # ---------------------------------------------------------------------------------- shares

    def _shares(self) -> _Shares:
        title = max((line.weight for line in self.title), default=0.0)
        lead = max((line.weight for line in self.lead), default=title)
        weighed = self._weigh()
        total = sum(weight for _, weight in weighed)
        if total:
            evidence = sum(line.weight * weight for line, weight in weighed) / total
            body = min(1.0, evidence / self.rules.full_share)
            themed = sum(_strength(line.themes) * weight for line, weight in weighed) / total
        else:
            # Only a title, or title and teaser: what the rest would say is guessed from what is there.
            body = _GUESSED * (title + lead) / 2
            themed = 0.0
        theme_title = max((_strength(line.themes) for line in self.title), default=0.0)
        theme_lead = max((_strength(line.themes) for line in self.lead), default=0.0)
        against = self.rules.theme_when_spread if self.spread else 1.0
        return _Shares(
            title=title,
            lead=lead,
            body=body,
            spread=1.0 if self.spread and not theme_title and not theme_lead else 0.0,
            theme_title=(1 - title) * theme_title * against,
            theme_lead=(1 - lead) * theme_lead * against,
            theme_body=(1 - body) * themed * against,
            breadth=self.breadth,
            sentences=len(self.body),
            on_subject=sum(bool(line.rule) for line in self.body),
        )

    def _weigh(self) -> list[tuple[_Line, float]]:
        """Return the body's sentences with what they count: closing background counts less."""
        groups: dict[int, list[_Line]] = {}
        for line in self.body:
            groups.setdefault(line.sentence.paragraph, []).append(line)
        if len(groups) == 1:  # a page without paragraphs: each sentence stands for one
            groups = {number: [line] for number, line in enumerate(self.body)}
        last = max(groups, default=-1)
        read: list[tuple[_Line, float]] = []
        for number, lines in groups.items():
            closing = number == last and len(groups) > _SHORT and not self.opened
            furniture = _opens_like(lines[0].sentence.folded, self.rules.background)
            weight = self.rules.background_weight if closing or furniture else 1.0
            read.extend((line, weight) for line in lines)
        return read

    # ---------------------------------------------------------------------------------- answer

    def answer(self) -> Relevance:
        rules, shares = self.rules, self._shares()
        x = (
            rules.bias
            + rules.title_weight * shares.title
            + rules.lead_weight * shares.lead
            + rules.body_weight * shares.body
            + rules.spread_weight * shares.spread
            + rules.breadth_weight * shares.breadth
            - rules.theme_title_weight * shares.theme_title
            - rules.theme_lead_weight * shares.theme_lead
            - rules.theme_body_weight * shares.theme_body
        )
        score = round(1 / (1 + math.exp(-x)), 4)
        sides = self.bits | _union_bits(i.bits for i in self.implied)
        if not (self.carried and all(sides & group for group in rules.require)):
            score = min(score, round(rules.line - 0.01, 4))
        theme = self._theme()
        level = self._level(score, theme)
        review = self._review(level, score, sides)
        return Relevance(
            level=level,
            score=score,
            rule=self._rule(level, theme),
            reason=self._reason(level, theme, shares),
            review=review,
            suspect=level is Level.OFF_TOPIC and not review and self._suspect(),
            hits=self._hits(),
            threads=self._threads(level),
        )

    def _theme(self) -> Concept | None:
        """Return the theme the text is about: of the title, else of the lead, else the commonest."""
        for lines in (self.title, self.lead, self.body):
            counts = Counter(theme for line in lines for theme in line.themes)
            if counts:
                order = {concept.id: at for at, concept in enumerate(self.topic.concepts)}
                return min(counts, key=lambda theme: (-counts[theme], order.get(theme.id, len(order))))
        return None

    def _level(self, score: float, theme: Concept | None) -> Level:
        rules = self.rules
        if score >= rules.line:
            return Level.RELEVANT
        focus = self.focus | _union_bits(i.bits for i in self.implied)
        both = all(focus & group for group in rules.require)
        passing = any(line.weight for line in self.lines)
        beside = focus & rules.near_roles or (theme is not None and theme.near)
        foreign = theme is not None and not theme.near and any(theme in line.themes for line in self.title)
        if not foreign and ((both and beside) or (passing and score >= rules.near_line)):
            return Level.NEAR
        return Level.OFF_TOPIC

    def _review(self, level: Level, score: float, sides: int) -> bool:
        """Return True for a short text whose page may change the answer (rule V1 of the gazetteer)."""
        rules = self.rules
        if self.prepared.words >= rules.teaser_words and self.body:
            return False
        if level is Level.RELEVANT:
            return score < 1 - rules.near_line
        titled = any(theme.final for line in self.title for theme in line.themes)
        both = bool(rules.sides) and _meets(self.named, _each(rules.sides))
        if titled and not both and not any(line.weight for line in self.lines):
            return False
        bits = self.named | sides
        return bool(self.named & self.telling) or any(
            all(bits & need for need in group) for group in rules.review
        )

    def _suspect(self) -> bool:
        """Return True for a teaser on nothing in particular under which the topic may hide."""
        if self.prepared.words >= self.rules.teaser_words or any(line.themes for line in self.lines):
            return False
        folded = "\n".join(line.sentence.folded for line in self.lines)
        return self.topic.suspects(folded, self.lang, nameless=_is_nameless(self.prepared))

    def _rule(self, level: Level, theme: Concept | None) -> str:
        if level is Level.RELEVANT:
            best = self._best()
            return best.id if best else "none"
        if theme is not None:
            return theme.rule
        return "passing" if self._best() else "none"

    def _best(self) -> Evidence | None:
        """Return the rule that says most: of the title, else of the lead, else of the body."""
        for lines in (self.title, self.lead, self.body):
            rules = [line.rule for line in lines if line.rule]
            if rules:
                return max(rules, key=lambda rule: rule.weight)
        return None

    def _reason(self, level: Level, theme: Concept | None, shares: _Shares) -> str:
        share = f"{shares.on_subject} of {shares.sentences} sentences" if shares.sentences else ""
        best = self._best()
        if level is Level.RELEVANT and best:
            where = next(
                (
                    name
                    for name, lines in (("the title", self.title), ("the opening", self.lead))
                    if any(line.rule for line in lines)
                ),
                "the text",
            )
            return f"On topic: {where} speaks of {best.label}" + (f", and so do {share}." if share else ".")
        about = f"about {theme.label}" if theme else ""
        if best:
            passing = f"{best.label} in passing" + (f" ({share})" if share else "")
            start = "Near the topic" if level is Level.NEAR else "Off topic"
            return f"{start}: {about}, with {passing}." if about else f"{start}: {passing}."
        if level is Level.NEAR:
            roles = sorted(
                {c.label for line in self.lines for c, _, _ in line.hits if c.bits & self.rules.near_roles}
            )
            return f"Near the topic: {about or ', '.join(roles)}, without {self.topic.label}."
        return f"Off topic: {about + ', ' if about else ''}without {self.topic.label} as its subject."

    def _threads(self, level: Level) -> tuple[str, ...]:
        """Return the threads met in title or lead, or in two sentences; with evidence for a relevant text."""
        counts: Counter[str] = Counter()
        focus = {id(line) for line in self.title + self.lead}
        for line in self.lines:
            if level is Level.RELEVANT and not line.rule:
                continue
            for thread in {concept.thread for concept, _, _ in line.hits if concept.thread}:
                counts[thread] += 2 if id(line) in focus else 1
        order = dict.fromkeys(concept.thread for concept in self.topic.concepts if concept.thread)
        return tuple(thread for thread in order if counts[thread] > 1)

    def _hits(self) -> tuple[Hit, ...]:
        counts: Counter[str] = Counter()
        kept = []
        for at, line in enumerate(self.lines):
            for concept, start, end in line.hits:
                counts[concept.id] += 1
                if counts[concept.id] <= _MAX_HITS:
                    text = line.sentence.folded[start:end]
                    kept.append(Hit(concept.id, text, line.sentence.part, at, start, end))
        return tuple(kept)


_NAME = re.compile(r"\d|(?<=[\w,;)] )[A-ZА-ЯЁ]|[A-Z]{2}|[\u30a1-\u30fa]{3}")
"""A digit, a capital inside a sentence, an abbreviation, a word in katakana."""


def _is_nameless(prepared: Prepared) -> bool:
    """Return True for a text without any name or figure: news names somebody, columns like not to."""
    return not any(_NAME.search(sentence.text) for sentence in prepared.sentences)


def _union(lines: Sequence[_Line]) -> int:
    return _union_bits(line.bits for line in lines)


def _union_of(concepts: Iterable[Concept]) -> int:
    return _union_bits(concept.bits for concept in concepts)


def _union_bits(values: Iterable[int]) -> int:
    bits = 0
    for value in values:
        bits |= value
    return bits


def _strength(themes: Iterable[Concept]) -> float:
    """Return how far themes speak against the subject: fully, or half where they stand beside it."""
    return max((_BESIDE if theme.near else 1.0 for theme in themes), default=0.0)


def _meets(bits: int, groups: Sequence[int]) -> bool:
    for group in groups:  # noqa: SIM110  all() with a generator takes twice the time, for each rule and sentence
        if not bits & group:
            return False
    return True


def _each(bits: int) -> list[int]:
    """Return the single bits of a union."""
    return [1 << at for at in range(bits.bit_length()) if bits >> at & 1]


_CLAUSE = re.compile(r"[,;:、]|\b(?:as|while|after|amid|whereas|пока|когда|тогда как|на фоне)\b")
"""Where another clause begins: "two others sign a treaty as a third sends observers"."""


def _gap(folded: str, start: int, end: int, others: Sequence[tuple[int, int]]) -> float:
    """Return how far the nearest of the others is: characters, more across marks; infinite without others."""
    nearest = math.inf
    for a, b in others:
        between = folded[end:a] if a >= end else folded[b:start]
        distance = len(between) + _ACROSS * len(_CLAUSE.findall(between))
        nearest = min(nearest, distance)
    return nearest


def _opens_like(folded: str, openings: Sequence[str]) -> bool:
    head = folded[:80]
    for opening in openings:
        if "*" in opening:
            before, _, after = opening.partition("*")
            if re.match(re.escape(before) + r".{1,40}?" + re.escape(after), head):
                return True
        elif head.startswith(opening):
            return True
    return False
