"""All forms of one digest, made from the same data: subject, text, HTML, Markdown, JSON. Pure."""

from __future__ import annotations

import json

from monitor.digest.data import data
from monitor.digest.html import html
from monitor.digest.markdown import markdown
from monitor.digest.parts import Digest
from monitor.digest.text import text
from monitor.digest.wording import Wording
from monitor.model import Rendered


def render(digest: Digest, wording: type[Wording] = Wording) -> Rendered:
    """Return the digest in every form; the same digest gives the same bytes."""
    subject = wording(digest).subject()
    return Rendered(
        subject=subject,
        text=text(digest, wording),
        html=html(digest, subject, wording),
        markdown=markdown(digest, wording),
        data=data(digest, subject),
    )


def printed(rendered: Rendered) -> str:
    """Return the text form as terminals and files show it: under its subject."""
    return f"Subject: {rendered.subject}\n\n{rendered.text}"


def form(rendered: Rendered, name: str) -> str:
    """Return one form for printing: ``text``, ``html``, ``markdown`` or ``json``; KeyError for any other."""
    return {"text": _text, "html": _html, "markdown": _markdown, "json": _json}[name](rendered)


def _text(rendered: Rendered) -> str:
    return printed(rendered)


def _html(rendered: Rendered) -> str:
    return rendered.html


def _markdown(rendered: Rendered) -> str:
    return rendered.markdown


def _json(rendered: Rendered) -> str:
    return json.dumps(rendered.data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
