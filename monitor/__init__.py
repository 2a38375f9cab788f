"""A news monitor for one file: what is new since what you know, and what could not be seen.

The folders tell the road of a news item::

    fetch -> read -> text -> judge -> db -> digest

``service`` conducts it, ``cli`` is its only caller; ``model`` and ``errors`` hold what travels.
"""

__version__ = "0.1.0"
