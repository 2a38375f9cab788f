"""Every phrase a digest says in its own name: one table for each interface language.

To add a language, write its table with the same keys and blanks (a test compares them) and its plural
rule, and name it here. Unknown languages get English.
"""

from __future__ import annotations

from monitor.digest.english import ENGLISH
from monitor.digest.japanese import JAPANESE
from monitor.digest.phrasebook import Phrases
from monitor.digest.russian import RUSSIAN

TABLES = {one.lang: one for one in (ENGLISH, RUSSIAN, JAPANESE)}


def phrases(language: str) -> Phrases:
    """Return the table of an interface language; English where there is none yet."""
    return TABLES.get(language, ENGLISH)
