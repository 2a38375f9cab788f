"""A digest as one self-contained HTML mail: no remote resource, no script, light and dark, narrow and wide.

Three walls keep feed text from becoming markup: ``build`` has cleaned it and checked every link, Jinja
escapes it, and nh3 passes of the finished body only the elements, attributes and styles the template uses.
"""

from __future__ import annotations

import re
from functools import cache

import nh3
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from monitor.digest.columns import GLUE, TIE, cut
from monitor.digest.parts import Digest
from monitor.digest.weekwords import MAX_QUOTES
from monitor.digest.wording import MAX_LINES, Wording

_TAGS = {"a", "br", "div", "h2", "h3", "li", "p", "span", "table", "tbody", "td", "tr", "ul"}
_ATTRIBUTES = {"*": {"class", "style", "lang"}, "a": {"href"}}
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-left", "border-radius",
    "border-top", "color", "display", "font-family", "font-size", "font-weight", "height",
    "letter-spacing", "line-height", "list-style", "margin", "max-height", "max-width", "overflow",
    "overflow-wrap", "padding", "table-layout", "text-align", "text-decoration", "text-transform",
    "vertical-align", "white-space", "width",
}  # fmt: skip
"""What templates/styles.html.j2 uses; nothing in it can load anything."""
WHOLE_WORD = 24
"""Letters of a command's word that stand on one line at 360 pixels."""
BAR_PX = 44
"""Height of the tallest bar in the picture of the month."""
_JAPANESE = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f"
_FOREIGN = re.compile(
    rf"(?P<ja>[{_JAPANESE}](?:[{_JAPANESE}\u3000-\u303f\uff01-\uff65\d]*[{_JAPANESE}])?)"
    rf"|(?P<code>[^ ]*{GLUE}[^ ]*)"
    r"|(?P<ru>[\u0400-\u04ff](?:[\u0400-\u04ff\s\-\d«»„“,]*[\u0400-\u04ff])?)"
)
"""What is marked within a line of the interface: runs of another script get their own ``lang``, so that a
screen reader speaks them and a browser draws Japanese and not Chinese forms; commands look like commands."""


def html(digest: Digest, subject: str, wording: type[Wording] = Wording) -> str:
    """Return the whole HTML document."""
    words = wording(digest, curly=True)
    body = (
        _environment()
        .get_template("body.html.j2")
        .render(
            d=digest,
            w=words,
            say=words.phrases.say,
            count=words.phrases.count,
            lines=MAX_LINES,
            quotes=MAX_QUOTES,
            tallest=BAR_PX,
        )
    )
    clean = nh3.clean(
        body,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
        filter_style_properties=_STYLES,
    )
    page = _environment().get_template("page.html.j2")
    return page.render(lang=words.phrases.lang, subject=subject, body=Markup(clean)) + "\n"  # noqa: S704  passed nh3


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.digest", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marked"] = _marked
    environment.filters["short"] = _short
    return environment


@pass_context
def _marked(context: Context, text: str) -> Markup:
    """Return the escaped text with foreign runs and commands marked."""
    own = context["w"].phrases.lang
    text = text.replace(TIE, " ")
    parts: list[Markup] = []
    end = 0
    for run in _FOREIGN.finditer(text):
        parts.append(escape(text[end : run.start()]))
        kind = run.lastgroup or ""
        parts.append(escape(run.group()) if kind == own else _run(run.group(), kind))
        end = run.end()
    return Markup("").join([*parts, escape(text[end:])])


def _run(text: str, kind: str) -> Markup:
    if kind != "code":
        return Markup('<span lang="{}">{}</span>').format(kind, text)
    words = (Markup('<span class="{}">{}</span>').format(_code(word), word) for word in text.split(GLUE))
    return Markup(" ").join(words)


def _code(word: str) -> str:
    """Return the class of a command's word: one that no narrow screen holds may break, others may not."""
    return "code" if len(word) <= WHOLE_WORD else "code long"


def _short(link: str) -> str:
    """Return the link as it is shown: without its scheme, not longer than a line."""
    return cut(re.sub(r"^https?://(www\.)?", "", link), 64)
