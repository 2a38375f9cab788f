"""What stored articles are about, read from their texts once and remembered for the next look at them.

The store keeps texts, not traits: those change with the rules, and are read again in 5 ms. Up to fifty
reports of the same days are compared with each new one, so the last ones stay here.
"""

from __future__ import annotations

import sys
from collections import OrderedDict

from monitor.judge import local, traits
from monitor.judge.topic import Topic
from monitor.model import Article, Traits
from monitor.text.prepare import prepare

MOST = 600
"""Articles remembered: two weeks of a desk with forty reports a day; 15 kB each, so 9 MB at most."""


class Remembered:
    """Traits of stored articles, the last ones used kept; the same answer as without it, only sooner."""

    def __init__(self, most: int = MOST) -> None:
        """Keep at most so many."""
        self._most = most
        self._kept: OrderedDict[tuple[int | None, str], Traits] = OrderedDict()

    def traits(self, article: Article, topic: Topic) -> Traits:
        """Return the traits of a stored article under this topic, as far as reports are compared by them."""
        key = article.id, topic.version
        found = self._kept.pop(key, None)
        if found is None:
            prepared = prepare(article.title, article.summary, article.body, article.lang)
            found = _slim(traits.of(prepared, topic, at=local.when(article)))
        self._kept[key] = found
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found


def _slim(found: Traits) -> Traits:
    """Return language and terms alone, each term held once for all articles: a third of the memory."""
    return Traits(found.lang, tuple((sys.intern(term), weight) for term, weight in found.terms))
