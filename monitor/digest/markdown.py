"""A digest as Markdown, for chats and notes: the same sentences as the text form, with links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.digest.columns import GLUE, TIE
from monitor.digest.parts import Digest, Fact, Saying, Story
from monitor.digest.text import picture
from monitor.digest.weekwords import MAX_QUOTES
from monitor.digest.wording import MAX_LINES, Wording

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
"""CommonMark §2.4 lets any ASCII punctuation be escaped; these can open markup inside a line."""
_COMMAND = re.compile(f"([^ ]*{GLUE}[^ ]*)")
_LINE_START = re.compile(r"^(\s*)([-+=:]|\d+[.)])")
"""What would open a list or a heading at the start of a line."""


def markdown(digest: Digest, wording: type[Wording] = Wording) -> str:
    """Return the Markdown form, ending in one newline; nothing from a feed can act as markup in it."""
    words = wording(digest)
    blocks = [f"# {escaped(words.topic())}", escaped(words.stamp(digest.at)), *map(escaped, words.head())]
    if digest.stories:
        blocks += [f"## {words.phrases.say('section.new').capitalize()}", *_stories(words)]
    blocks += _sections(words)
    if words.next():
        blocks.append(escaped(words.next()))
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """Return the text with everything that Markdown would act upon made plain."""
    # A bare address would become a link of its own in GitHub's dialect: one that nobody has checked.
    text = text.replace(TIE, " ")
    if GLUE in text:
        return "".join(_command(part) if GLUE in part else escaped(part) for part in _COMMAND.split(text))
    text = re.sub(r"\b(https?|ftp)://", r"\1:\\//", _ACTIVE.sub(r"\\\1", text), flags=re.IGNORECASE)
    text = re.sub(r"\bwww\.", r"www\\.", text, flags=re.IGNORECASE)
    return _LINE_START.sub(
        lambda m: m[1] + (f"\\{m[2]}" if not m[2][0].isdigit() else m[2][:-1] + f"\\{m[2][-1]}"), text
    )


def _command(text: str) -> str:
    """Return a command as code, its blanks as they are typed; a path may hold backticks."""
    plain = text.replace(GLUE, " ")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    return f"{fence}{plain}{fence}"


def linked(text: str, link: str) -> str:
    """Return the text as a link where there is one; parentheses in it are percent-encoded already."""
    return f"[{escaped(text)}](<{link}>)" if link else escaped(text)


def _stories(words: Wording) -> Iterator[str]:
    for story in words.stories():
        tags = "".join(f" `{tag}`" for tag in words.tags(story) if "`" not in tag)
        headline = linked(words.headline(story), story.headline_link)
        yield f"### {story.number}\\. {headline} ({escaped(story.headline.outlet)}){tags}"
        for fact in words.facts(story):
            yield _fact(words, story, fact)
        if more := words.more_facts(story):
            yield escaped(more)
    if more := words.more_stories():
        yield escaped(more)


def _fact(words: Wording, story: Story, fact: Fact) -> str:
    said = words.said(fact)
    lines = [f"**{escaped(said)}:**"] if said else []
    lines.append(f"\\[{escaped(fact.said.lang or '?')}\\] {escaped(words.sentence(fact.said))}")
    if fact.translated is not None:
        one = fact.translated
        lines.append(f"\\[{escaped(one.lang)}\\] {escaped(words.sentence(one))} {escaped(one.outlet)}")
    lines += [escaped(line) for line in (words.change(fact), words.old(fact)) if line]
    if fact.known is not None:
        lines.append(f"*{escaped(words.known_mark(fact.known))}:* {escaped(words.known(fact.known))}")
    ditto = words.ditto(story, fact)
    sources = words.phrases.say("as_above") if ditto else words.sources(fact)
    lines += [escaped(line) for line in (words.names(fact), sources) if line]
    if fact.link and not ditto:
        lines.append(f"<{fact.link}>")
    return "- " + "\\\n  ".join(lines)


def _sections(words: Wording) -> Iterator[str]:
    digest, say = words.digest, words.phrases.say
    if digest.restated:
        rows = [
            f"{linked(words.position(one), one.link)} {escaped(words.history(one))}".strip()
            for one in digest.restated[:MAX_LINES]
        ]
        yield _section(say("section.restated"), rows, words.more(digest.restated))
    if digest.changed:
        rows = [linked(words.changed(one), one.revision.url) for one in digest.changed[:MAX_LINES]]
        yield _section(say("section.changed"), rows, words.more(digest.changed))
    if digest.reworded:
        rows = [linked(words.reworded(one), one.link) for one in digest.reworded[:MAX_LINES]]
        yield _section(say("section.reworded"), rows, words.more(digest.reworded))
    if digest.seen_again and (digest.stories or not digest.could_look):
        yield _section(say("section.seen_again", n=digest.repeats), [escaped(words.folds())], "")
    if digest.near and not words.near_inline():
        rows = [
            f"{linked(words.quote(one.title), one.link)} ({escaped(one.title.outlet)})"
            for one in digest.near[:MAX_LINES]
        ]
        yield _section(say("section.near"), rows, words.more(digest.near))
    yield from _week(words)
    if not_seen := words.not_seen():
        rows = [
            " ".join([escaped(line.text), *(linked(name, link) for name, link in line.links)])
            for line in not_seen
        ]
        yield _section(say("section.not_seen"), rows, "")


def _week(words: Wording) -> Iterator[str]:
    digest, say = words.digest, words.phrases.say
    if digest.picture is not None:
        rows = "\n".join(line.rstrip() for line in picture(words, digest.picture))
        drawn = f"```text\n{rows}\n```\n\n" if rows else ""
        legend = escaped(words.legend(digest.picture))
        yield f"## {escaped(say('week.picture').capitalize())}\n\n{drawn}{legend}"
    if digest.ledger:
        quotes = [_quote(words, one) for one in digest.ledger[:MAX_QUOTES]]
        yield _section(say("week.quotes", n=len(digest.ledger)), quotes, words.more_quotes())


def _quote(words: Wording, one: Saying) -> str:
    said = f"\\[{escaped(one.said.lang or '?')}\\] {escaped(words.quote(one.said))}"
    return f"{escaped(words.speaks(one))}: {said} {linked(words.printed_by(one), one.link)}"


def _section(title: str, rows: Sequence[str], more: str) -> str:
    kept = [*rows, escaped(more)] if more else rows
    return f"## {escaped(title.capitalize())}\n\n" + "\n".join(f"- {row}" for row in kept)
