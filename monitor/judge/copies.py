"""Whether a text is a known text again: whole, cut, framed, embedded or lightly edited.

Containment of the smaller text in the larger one over *rare* shingles (Jaccard loses leads, SimHash loses
framed texts: judging.md). What carries no evidence is taken out of both sides first:

    lines that the outlet repeated                    sentences whose hash is in `repeated`
    shingles frequent in the store                    `common`, and what lies between two of them
    passages that three unrelated candidates hold     boilerplate the store has too rarely for `common`
    one block at the same end of both texts           a footer or background block seen for the first time

What is left decides: from a threshold by language a copy, with direction and shares; from a quarter on a
partial overlap (`Direction.PARTIAL`), which is no copy: same story at most. Numbers, dates, quotes and
negations that differ are listed in `Match.changes` (see `judge.changes`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from monitor.judge import changes, fingerprint
from monitor.judge.fingerprint import Hashes
from monitor.model import Direction, Fingerprint, KnownArticle, Match, Prepared
from monitor.text import normal as normal_text

THRESHOLD = 0.42
"""Share from which a text is a copy, in alphabets (measured: benchmarks/copies.py)."""
THRESHOLD_CJK = 0.42
"""The same in Japanese, Chinese, Korean."""
THRESHOLD_SHORT = 0.58
"""The same where the smaller text is a headline's worth: one quoted sentence weighs more there."""
SHORT_LETTERS = 280
"""Letters of about 60 English or 45 Russian words: below it a text is a teaser."""
SHORT_LETTERS_CJK = 100
"""Characters of a Japanese teaser."""
PARTIAL = 0.25
"""Share from which an overlap is worth telling; unrelated texts on one topic stay below .27 (judging.md)."""
LEAST_LETTERS = 20
"""Rare shingles that must be left on the smaller side: below, nothing can be said."""
WHOLE = 0.8
"""Share from which a text counts as wholly contained."""
UNRELATED = 3
"""Unrelated candidates that must hold a passage before it is taken for boilerplate."""
SAME_TEXT = 0.8
"""Containment from which two candidates are one text for that count, whatever their links say."""
BLOCK_GAP = 48
"""Letters; matched stretches closer than this are one block with edits inside."""
EDGE = 12
"""Letters at either end of a text that may differ in a block that touches that end (a date, a number)."""
FRAME_LETTERS = 700
"""Letters of the largest footer or background paragraph: about 120 English words."""
FRAME_LETTERS_CJK = 280
OWN_LETTERS, OWN_LETTERS_CJK = 100, 40
"""Letters above such a block that make a report of its own; outlets' headers stay below."""
SMALL_PART, MAIN_PART = 0.36, 0.6
"""Shares of a text that a closing block may have to be small beside the report, or the report itself."""

Mask = npt.NDArray[np.bool_]


def find(
    prepared: Prepared,
    own: Fingerprint,
    candidates: Sequence[KnownArticle],
    *,
    common: Collection[int] = frozenset(),
    repeated: Collection[int] = frozenset(),
) -> Match | None:
    """Return the known text that this one repeats most, or None where no overlap reaches a quarter.

    Only a match that `is_copy` accepts is a copy. `common` holds hashes (sampled ones suffice) so frequent in
    the store that they carry no evidence, asked for this text *and* the candidates; `repeated`: hashes of
    sentences that recur in the last articles of this outlet. The order of candidates does not matter.
    """
    usable = [known for known in candidates if _comparable(own, known)]
    if not usable:
        return None
    query = _side(prepared, own)
    lines = _repeated(query, prepared, repeated)
    again = query.hashes[_printed_again(query, lines, prepared, usable)]
    lines &= ~_within(query.hashes, again)
    furniture = _frequent(query, common) | lines | _boilerplate(query.hashes, usable)
    left_out = _LeftOut(furniture, frozenset(common), repeated, again)
    judged = [(match, known) for known in usable if (match := _compare(query, left_out, known)) is not None]
    if not judged:
        return None
    match, known = min(judged, key=_preference)
    if not is_copy(match):
        return match
    return replace(match, changes=changes.find(prepared, known))


def is_copy(match: Match | None) -> bool:
    """Return True for a copy (or update), False for None and for a partial overlap."""
    return match is not None and match.direction is not Direction.PARTIAL


@dataclass(frozen=True, slots=True)
class _Side:
    """One text as a row of hashes, and which of them may count."""

    hashes: Hashes
    ordered: bool
    lang: str

    @property
    def cjk(self) -> bool:
        return self.lang in fingerprint.CJK_LANGUAGES


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """What of a new text, and of any text that it is compared with, carries no evidence."""

    furniture: Mask
    """Shingles of the new text."""
    common: frozenset[int]
    repeated: Collection[int]
    again: Hashes
    """Of repeated lines those that are a report printed again."""


@dataclass(frozen=True, slots=True)
class _Overlap:
    """What two texts have in common after everything without evidence was taken out."""

    new: Mask
    """Which rare shingles of the new text the known one has, in reading order."""
    known: Mask
    """The same from the other side; in no order for a seed."""

    @property
    def shared(self) -> int:
        return int(self.new.sum())

    @property
    def share_of_new(self) -> float:
        return float(self.new.mean()) if len(self.new) else 0.0

    @property
    def share_of_known(self) -> float:
        return float(self.known.mean()) if len(self.known) else 0.0

    @property
    def share(self) -> float:
        """Containment of the smaller side."""
        return self.share_of_new if len(self.new) <= len(self.known) else self.share_of_known


def _comparable(own: Fingerprint, known: KnownArticle) -> bool:
    """Return True where both were cut alike and share enough for a closer look."""
    theirs = known.fingerprint
    if theirs is None or theirs.algorithm != own.algorithm:
        return False
    if fingerprint.width(own.lang) != fingerprint.width(theirs.lang):
        return False
    return len(own.shingles & theirs.shingles) >= LEAST_LETTERS / 2


def _side(prepared: Prepared | None, own: Fingerprint) -> _Side:
    if prepared is None:
        hashes = np.fromiter(sorted(own.shingles), dtype=np.int64, count=len(own.shingles))
        return _Side(hashes, ordered=False, lang=own.lang)
    return _Side(fingerprint.sequence(prepared.normal, own.lang), ordered=True, lang=own.lang)


# ------------------------------------------------------------------------------- what carries no evidence


def _within(hashes: Hashes, known: Collection[int] | Hashes) -> Mask:
    """Return which of the hashes are among the known ones."""
    if not len(known) or not len(hashes):
        return np.zeros(len(hashes), dtype=np.bool_)
    array = known if isinstance(known, np.ndarray) else np.fromiter(known, dtype=np.int64, count=len(known))
    # A third of what np.isin takes: that sorts both sides to leave out what occurs twice.
    ordered = np.sort(array)
    places = np.searchsorted(ordered, hashes)
    mask: Mask = ordered[np.minimum(places, len(ordered) - 1)] == hashes
    return mask


def _frequent(side: _Side, common: Collection[int]) -> Mask:
    """Mark frequent hashes, and the whole of every stretch where indexed hashes are frequent in a row.

    The store knows the frequency of indexed hashes alone: between the ends of a text that is one in 64. A
    stretch of two or more, or one at the border of the text, is widened by the mean distance of indexed
    hashes there, not beyond the next one that is not frequent.
    """
    mask = _within(side.hashes, common)
    if not mask.any():
        return mask
    hashes, (head, tail) = side.hashes, fingerprint.middle(len(side.hashes), side.lang)
    places = np.flatnonzero(mask | fingerprint.is_indexed(hashes, side.lang))
    reach = np.where((places >= head) & (places < tail), fingerprint.THIN, fingerprint.SAMPLE)
    runs = np.flatnonzero(np.diff(np.concatenate(([False], mask[places], [False])).astype(np.int8)))
    for first, past in zip(runs[::2], runs[1::2], strict=True):
        if past - first >= 2 or first == 0 or past == len(places):
            before, after = places[first] - reach[first], places[past - 1] + reach[past - 1]
            begin = 0 if first == 0 else max(places[first - 1] + 1, before)
            end = len(hashes) if past == len(places) else min(places[past], after)
            mask[begin:end] = True
    return mask


def _repeated(side: _Side, prepared: Prepared | None, repeated: Collection[int]) -> Mask:
    """Mark every shingle that touches a sentence which the outlet prints again and again."""
    mask = np.zeros(len(side.hashes), dtype=np.bool_)
    if not repeated or prepared is None:
        return mask
    text, width, begin = fingerprint.letters(prepared.normal), fingerprint.width(prepared.lang), 0
    for sentence in prepared.sentences:
        piece = fingerprint.letters(normal_text.from_folded(sentence.folded))
        at = text.find(piece, begin) if piece else -1
        if at < 0 or sentence.part == "title":
            continue
        begin = at + len(piece)
        if fingerprint.sentence_hash(sentence.text) in repeated:
            mask[max(0, at - width + 1) : begin] = True
    return mask


def _printed_again(side: _Side, lines: Mask, prepared: Prepared, usable: Sequence[KnownArticle]) -> Mask:
    """Mark the repeated lines that are no furniture of the outlet but a report which it prints once more.

    A run of lines longer than any frame, or nearly all of a text whose headline is that of the known one;
    held by candidates that are all one text. Lines in unrelated reports stay furniture, however long.
    """
    mask = np.zeros(len(lines), dtype=np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], lines, [False])).astype(np.int8)))
    title = normal_text.normal_form(prepared.title)
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        run = side.hashes[begin:end]
        holders = [known for known in usable if _holds(known, run)]
        if not holders or not _one_report(holders, run, OWN_LETTERS_CJK if side.cjk else OWN_LETTERS):
            continue
        whole = end - begin >= WHOLE * len(lines)
        titled = title and any(normal_text.normal_form(known.title) == title for known in holders)
        if end - begin > (FRAME_LETTERS_CJK if side.cjk else FRAME_LETTERS) or (whole and titled):
            mask[begin:end] = True
    return mask


def _holds(known: KnownArticle, hashes: Hashes) -> bool:
    assert known.fingerprint is not None
    return bool(_within(hashes, known.fingerprint.shingles).mean() >= WHOLE)


def _one_report(holders: Sequence[KnownArticle], run: Hashes, own: int) -> bool:
    """Return True where the texts that hold a run have no report of their own beside it, or are linked."""
    first, *others = holders
    names = {first.ref, first.duplicate_of or first.ref}
    rest = _rest(first, run)
    return all(
        names & {other.ref, other.duplicate_of or other.ref}
        or min(len(rest), len(theirs := _rest(other, run))) < own
        or _same_text(rest, theirs)
        for other in others
    )


def _rest(known: KnownArticle, run: Hashes) -> frozenset[int]:
    assert known.fingerprint is not None
    return known.fingerprint.shingles.difference(run.tolist())


def _boilerplate(hashes: Hashes, usable: Sequence[KnownArticle]) -> Mask:
    """Mark what at least `UNRELATED` candidates hold that are not one text, by links or by content."""
    families = _families(usable)
    if len(families) < UNRELATED:
        return np.zeros(len(hashes), dtype=np.bool_)
    holders = np.zeros(len(hashes), dtype=np.int64)
    for family in families:
        holders += _within(hashes, frozenset().union(*family))
    return holders >= UNRELATED


def _families(usable: Sequence[KnownArticle]) -> list[list[frozenset[int]]]:
    """Return the candidates' shingles, those of one origin together."""
    families: list[tuple[set[str], list[frozenset[int]]]] = []
    for known in usable:
        assert known.fingerprint is not None
        names, mine = {known.ref, known.duplicate_of or known.ref}, known.fingerprint.shingles
        for refs, members in families:
            if refs & names or any(_same_text(mine, other) for other in members):
                refs.update(names)
                members.append(mine)
                break
        else:
            families.append((names, [mine]))
    return [members for _, members in families]


def _same_text(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= SAME_TEXT * max(1, min(len(one), len(other)))


# ------------------------------------------------------------------------------- comparing two texts


def _compare(query: _Side, without: _LeftOut, known: KnownArticle) -> Match | None:
    """Return the match with one known text, None below a partial overlap."""
    assert known.fingerprint is not None
    other, furniture = _side(known.prepared, known.fingerprint), without.furniture
    dropped = _within(other.hashes, query.hashes[furniture])
    if other.ordered:
        lines = _repeated(other, known.prepared, without.repeated)
        dropped |= _frequent(other, without.common) | (lines & ~_within(other.hashes, without.again))
    else:
        dropped |= _within(other.hashes, without.common)
    # Out on one side, out on both: else a cut would lose by what its original alone shows to be boilerplate.
    left_out = furniture | _within(query.hashes, other.hashes[dropped])
    mine, theirs = query.hashes[~left_out], other.hashes[~dropped]
    overlap = _Overlap(_within(mine, theirs), _within(theirs, mine))
    if other.ordered:
        overlap = _without_frame(overlap, mine, theirs, cjk=query.cjk)
    if min(len(overlap.new), len(overlap.known)) < LEAST_LETTERS or overlap.share < PARTIAL:
        return None
    return Match(
        known=known.ref,
        share=round(overlap.share, 4),
        share_of_new=round(overlap.share_of_new, 4),
        share_of_known=round(overlap.share_of_known, 4),
        direction=_direction(overlap, cjk=query.cjk),
        shared=overlap.shared,
    )


def _blocks(hits: Mask) -> list[tuple[int, int]]:
    """Return the stretches of matches, those closer than `BLOCK_GAP` joined, as (begin, end)."""
    places = np.flatnonzero(hits)
    if not len(places):
        return []
    breaks = np.flatnonzero(np.diff(places) > BLOCK_GAP)
    begins = np.concatenate(([places[0]], places[breaks + 1]))
    ends = np.concatenate((places[breaks], [places[-1]])) + 1
    return [(int(begin), int(end)) for begin, end in zip(begins, ends, strict=True)]


def _without_frame(overlap: _Overlap, mine: Hashes, theirs: Hashes, *, cjk: bool) -> _Overlap:
    """Take out a shared closing block below two different reports.

    A footer or an agency's background paragraph seen for the first time has no frequency yet; it shows by its
    place: the last thing in both texts, under a beginning of its own in each. News stands on top.
    """
    ours, others = _blocks(overlap.new), _blocks(overlap.known)
    if not ours or not others:
        return overlap
    (begin, end), (their_begin, their_end) = ours[-1], others[-1]
    size, their_size = end - begin, their_end - their_begin
    closing = len(mine) - end <= EDGE and len(theirs) - their_end <= EDGE
    if not closing or not _same_block(mine[begin:end], theirs[their_begin:their_end]):
        return overlap
    if max(size, their_size) > (FRAME_LETTERS_CJK if cjk else FRAME_LETTERS):
        return overlap
    share, their_share = size / len(mine), their_size / len(theirs)
    own = min(_unmatched(overlap.new[:begin]), _unmatched(overlap.known[:their_begin]))
    # A header of an outlet above the second half of a report is no report of its own: the half weighs more.
    teaser = own >= (OWN_LETTERS_CJK if cjk else OWN_LETTERS) / 2 and their_share < SMALL_PART
    if min(share, their_share) >= MAIN_PART or not (
        own >= (OWN_LETTERS_CJK if cjk else OWN_LETTERS) or teaser
    ):
        return overlap
    return _Overlap(overlap.new[:begin], overlap.known[:their_begin])


def _same_block(mine: Hashes, theirs: Hashes) -> bool:
    """Return True where what is matched in one block stands in the other."""
    ours, others = set(mine.tolist()), set(theirs.tolist())
    return len(ours & others) >= 0.7 * min(len(ours), len(others)) >= 0.7 * 0.5 * max(len(ours), len(others))


def _unmatched(hits: Mask) -> int:
    return int((~hits).sum())


def _direction(overlap: _Overlap, *, cjk: bool) -> Direction:
    """Return how the new text stands to the known one, edits inside a matched stretch forgiven."""
    if overlap.share < _threshold(overlap, cjk=cjk):
        return Direction.PARTIAL
    covered = sum(end - begin for begin, end in _blocks(overlap.new)) / len(overlap.new)
    edited = covered / overlap.share_of_new
    of_new, of_known = covered, min(1.0, overlap.share_of_known * edited)
    if min(of_new, of_known) >= WHOLE:
        return Direction.EQUAL
    if of_new >= WHOLE or of_new >= max(of_known, 0.5):
        return Direction.SHORTENED
    return Direction.EXTENDED if of_known >= WHOLE and of_new >= 0.5 else Direction.EMBEDS


def _threshold(overlap: _Overlap, *, cjk: bool) -> float:
    smaller = min(len(overlap.new), len(overlap.known))
    if smaller < (SHORT_LETTERS_CJK if cjk else SHORT_LETTERS):
        return THRESHOLD_SHORT
    return THRESHOLD_CJK if cjk else THRESHOLD


def _preference(judged: tuple[Match, KnownArticle]) -> tuple[bool, float, bool, bool, int, int, str]:
    """Order matches, best first: highest share, originals before reprints, seeds first, then by number."""
    match, known = judged
    kind, _, number = match.known.partition(":")
    return (
        match.direction is Direction.PARTIAL,
        -round(match.share, 2),
        known.duplicate_of is not None,
        kind != "seed",
        -match.shared,
        int(number) if number.isdecimal() else 0,
        match.known,
    )
