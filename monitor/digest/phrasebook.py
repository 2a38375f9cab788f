"""A table of phrases in one language of the interface, and how its blanks are filled.

Words in braces are filled in by ``wording``. A tuple holds the forms of the plural rule, in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Forms = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The table of one language."""

    lang: str
    plural: Callable[[int], int]
    """Which form of a tuple a number takes."""
    ordinal: Callable[[int], str]
    """``6th``."""
    weekdays: tuple[str, ...]
    """Monday first."""
    months: tuple[str, ...]
    table: Mapping[str, Forms]

    def say(self, key: str, **values: object) -> str:
        """Return the phrase with its blanks filled; values are never read as patterns."""
        forms = self.table[key]
        return (forms if isinstance(forms, str) else forms[0]).format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the phrase in the form the number asks for."""
        forms = self.table[key]
        form = forms if isinstance(forms, str) else forms[min(self.plural(n), len(forms) - 1)]
        return form.format(n=n, **values)

    def has(self, key: str) -> bool:
        """Return True when the table knows this key."""
        return key in self.table
