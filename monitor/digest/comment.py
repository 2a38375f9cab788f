"""Is a report a comment: a column, an editorial, an analysis, a letter? Told by its title and address alone.

Outlets mark these texts themselves, before the title or in the path. How a text argues is not looked at.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

_WORDS = {
    "en": "opinion|op-ed|editorial|commentary|comment|analysis|column|viewpoint|explainer|letters?|essay",
    "ru": "мнение|колонка|комментарий|аналитика|анализ|разбор|авторская колонка|письма?|редакционная статья",
    "ja": "社説|論説|主張|解説|コラム|オピニオン|視点|論点|時評|寄稿|評論|投書|私の視点|正論",
}
_LATIN_MARK = re.compile(rf"^\W*(?:{_WORDS['en']}|{_WORDS['ru']})\W*(?::|\||—|–| - |\]|\)|»)", re.IGNORECASE)
"""``Opinion: …``, ``[Analysis] …``: the word stands alone before a sign that ends it."""
_LATIN_END = re.compile(rf"(?:\||—|–| - |\(|\[)\s*(?:{_WORDS['en']}|{_WORDS['ru']})\W*$", re.IGNORECASE)
"""``… | Opinion``."""
_JAPANESE_MARK = re.compile(rf"^[【\[(〈<《「『]?\s*(?:{_WORDS['ja']})(?:\s|[】\])〉>》」』:|・]|$)")
_SEGMENT = re.compile(
    r"(?:opinions?|op-?eds?|editorials?|commentar(?:y|ies)|columns?|columnists?|analysis|analytics|viewpoints?|blogs?"
    r"|explainers?|letters|essays|mneni[ey]a?|kolonk[ai]|kolumnisty?|analitika|kommentari[ij]|avtory"
    r"|shasetsu|ronsetsu|syasetu|kaisetsu)"
)
"""One whole part of an address's path."""


def is_comment(title: str, url: str | None) -> bool:
    """Return True when the outlet itself marks the text as comment.

    ``is_comment("Opinion: talk to each other", None)`` and ``is_comment("", "https://x.example/opinion/1")``
    are; a report *about* an opinion poll (``/polls/``, "Opinion poll: …") is none.
    """
    flat = unicodedata.normalize("NFKC", title).strip()
    if _LATIN_MARK.search(flat) or _LATIN_END.search(flat) or _JAPANESE_MARK.match(flat):
        return True
    try:
        path = urlsplit(url or "").path.lower()
    except ValueError:
        return False
    return any(_SEGMENT.fullmatch(part) for part in path.split("/")[:-1])
