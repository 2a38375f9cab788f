"""A digest as plain text: at most 72 columns, links whole on lines of their own, readable in any terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.digest.columns import COLUMNS, GLUE, width, wrap
from monitor.digest.parts import Digest, Fact, Story
from monitor.digest.unseen import Linked
from monitor.digest.wording import MAX_LINES, Wording

_DEEP = " " * 5
"""Under a fact's star."""


def text(digest: Digest) -> str:
    """Return the text form, without its subject, ending in one newline."""
    words = Wording(digest)
    lines = [_apart(words.topic().upper(), words.stamp(digest.at))]
    for paragraph in words.head():
        lines += wrap(paragraph)
    if digest.stories:
        lines += ["", words.phrases.say("section.new"), *_stories(words)]
    sections = list(_sections(words))
    if sections and (digest.stories or not words.digest.could_look):
        lines.append("")
    lines += sections
    if words.next():
        lines += wrap(words.next())
    return "\n".join(line.rstrip() for line in lines).replace(GLUE, " ") + "\n"


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
    if digest.seen_again and (digest.stories or not digest.could_look):
        yield say("section.seen_again", n=digest.repeats)
        yield from _item(words.folds())
    if digest.near and not words.near_inline():
        yield say("section.near")
        yield from _item(" | ".join(words.near(one) for one in digest.near[:MAX_LINES]))
        yield from _more(words, digest.near)
    not_seen = words.not_seen()
    if not_seen:
        yield say("section.not_seen")
        for line in not_seen:
            yield from _linked(line)


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
