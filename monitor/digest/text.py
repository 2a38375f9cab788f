"""A digest as plain text: at most 72 columns, links whole on lines of their own, readable in any terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.digest.columns import COLUMNS, GLUE, TIE, width, wrap
from monitor.digest.parts import Digest, Fact, Picture, Story
from monitor.digest.unseen import Linked
from monitor.digest.weekwords import MAX_QUOTES
from monitor.digest.wording import MAX_LINES, Wording

TEN = 10
"""From here on a day's number takes more than its column in the picture."""
_DEEP = " " * 5
"""Under a fact's star."""


def text(digest: Digest, wording: type[Wording] = Wording) -> str:
    """Return the text form, without its subject, ending in one newline."""
    words = wording(digest)
    lines = [_apart(words.topic().upper(), words.stamp(digest.at))]
    for paragraph in words.head():
        lines += wrap(paragraph)
    if digest.stories:
        lines += ["", words.phrases.say("section.new"), *_stories(words)]
    sections = list(_sections(words))
    if sections and (digest.stories or digest.picture or not digest.could_look):
        lines.append("")
    lines += sections
    if words.next():
        lines += wrap(words.next())
    return "\n".join(line.rstrip() for line in lines).replace(GLUE, " ").replace(TIE, " ") + "\n"


def _apart(left: str, right: str) -> str:
    """Return two texts at both edges of one line, or below each other where they do not fit."""
    room = COLUMNS - width(left) - width(right)
    if room >= 1:
        return left + " " * room + right
    return "\n".join([*wrap(left), " " * max(0, COLUMNS - width(right)) + right])


def _stories(words: Wording) -> Iterator[str]:
    for story in words.stories():
        yield from _headline(words, story)
        for fact in words.facts(story):
            yield from _fact(words, story, fact)
        if more := words.more_facts(story):
            yield from wrap(more, "   ", "     ")
    if more := words.more_stories():
        yield from wrap(more)


def _headline(words: Wording, story: Story) -> Iterator[str]:
    """Yield number, headline and outlet, with the tags at the right edge of the last line that has room."""
    lines = wrap(f"{words.headline(story)} ({story.headline.outlet})", f"{story.number}. ", "   ")
    tags = "".join(f"[{tag}]" for tag in words.tags(story))
    room = COLUMNS - width(lines[-1]) - width(tags)
    if tags and room >= 1:
        lines[-1] += " " * room + tags
    elif tags:
        lines.append(" " * max(3, COLUMNS - width(tags)) + tags)
    yield from lines


def _fact(words: Wording, story: Story, fact: Fact) -> Iterator[str]:
    """Yield one fact: who, the sentence, the reader's sentence, what was known, who reported it, the link."""
    original = f"[{fact.said.lang or '?'}] {words.sentence(fact.said)}"
    said = words.said(fact)
    if said:
        yield from wrap(f"{said}:", "   * ", _DEEP)
        yield from wrap(original, _DEEP, _DEEP)
    else:
        yield from wrap(original, "   * ", _DEEP)
    if fact.translated is not None:
        seen = f"[{fact.translated.lang}] {words.sentence(fact.translated)} {fact.translated.outlet}"
        yield from wrap(seen, _DEEP, _DEEP)
    below = [words.change(fact), words.old(fact)]
    if fact.known is not None:
        below.append(f"{words.known_mark(fact.known)}: {words.known(fact.known)}")
    ditto = words.ditto(story, fact)
    below += [words.names(fact), words.phrases.say("as_above") if ditto else words.sources(fact)]
    for line in below:
        if line:
            yield from wrap(line, _DEEP, _DEEP)
    if fact.link and not ditto:
        yield _DEEP + fact.link


def _sections(words: Wording) -> Iterator[str]:
    """Yield what may be skipped: every section that has something in it."""
    digest, say = words.digest, words.phrases.say
    if digest.restated:
        yield say("section.restated")
        for position in digest.restated[:MAX_LINES]:
            yield from _item(f"{words.position(position)} {words.history(position)}".strip())
        yield from _more(words, digest.restated)
    if digest.changed:
        yield say("section.changed")
        for altered in digest.changed[:MAX_LINES]:
            yield from _item(words.changed(altered))
        yield from _more(words, digest.changed)
    if digest.reworded:
        yield say("section.reworded")
        for reworded in digest.reworded[:MAX_LINES]:
            yield from _item(words.reworded(reworded))
        yield from _more(words, digest.reworded)
    if digest.seen_again and (digest.stories or not digest.could_look):
        yield say("section.seen_again", n=digest.repeats)
        yield from _item(words.folds())
    if digest.near and not words.near_inline():
        yield say("section.near")
        yield from _item(" | ".join(words.near(one) for one in digest.near[:MAX_LINES]))
        yield from _more(words, digest.near)
    yield from _week(words)
    not_seen = words.not_seen()
    if not_seen:
        yield say("section.not_seen")
        for line in not_seen:
            yield from _linked(line)


def _week(words: Wording) -> Iterator[str]:
    """Yield the picture of the month and the ledger of quotes of a weekly digest."""
    digest, say = words.digest, words.phrases.say
    if digest.picture is not None:
        yield say("week.picture")
        yield from picture(words, digest.picture)
        yield from _legend(words, digest.picture)
    if digest.ledger:
        yield say("week.quotes", n=len(digest.ledger))
        for saying in digest.ledger[:MAX_QUOTES]:
            said = f"[{saying.said.lang or '?'}] {words.quote(saying.said)}"
            yield from _item(f"{words.speaks(saying)}: {said} {words.printed_by(saying)}")
        if more := words.more_quotes():
            yield from _item(more)


def picture(words: Wording, shown: Picture) -> Iterator[str]:
    """Yield a row for each side, two columns a day: a digit, ``+`` from ten on, ``.`` none, ``-`` unseen.

    Mondays are named above, so that the eye finds a day.
    """
    if not any(side.total for side in shown.sides):
        return
    days = words.picture_days(shown)
    label = max(width(words.side(side)) for side in shown.sides)
    total = max(len(str(side.total)) for side in shown.sides)
    head = " " * (2 + label + 1 + total + 1)
    marks = head
    for place, day in enumerate(days):
        start = width(head) + 2 * place
        if day.weekday() == 0 and start >= width(marks) + (marks != head):
            named = words.short_date(day)
            if start + 1 + width(named) <= COLUMNS:
                marks += " " * (start + 1 - width(marks)) + named
    yield marks
    for side in shown.sides:
        name = words.side(side)
        cells = (
            _cell(n, watched=shown.watched_from is None or day >= shown.watched_from)
            for day, n in zip(days, side.counts, strict=True)
        )
        yield f"  {name}{' ' * (label - width(name))} {side.total:>{total}}  {' '.join(cells)}"


def _cell(n: int, *, watched: bool) -> str:
    if n >= TEN:
        return "+"
    return str(n) if n else "." if watched else "-"


def _legend(words: Wording, shown: Picture) -> Iterator[str]:
    """Yield how to read the picture, and the figures of the sides that had ten or more on a day."""
    loud = [side for side in shown.sides if max(side.counts) >= TEN]
    plus = words.phrases.say("week.plus") if loud else ""
    yield from wrap(words.prose(words.legend(shown), plus), "  ", "  ")
    for side in loud:
        yield from wrap(f"{words.side(side)}: {words.side_summary(shown, side)}", "  ", "    ")


def _item(line: str) -> list[str]:
    return wrap(line, "- ", "  ")


def _more(words: Wording, items: Sequence[object]) -> list[str]:
    more = words.more(items)
    return _item(more) if more else []


def _linked(line: Linked) -> list[str]:
    """Return the line, then its links, each whole, with its name."""
    lines = _item(line.text)
    for name, link in line.links:
        lines += wrap(f"{name}: {link}", "  ", "  ")
    return lines
