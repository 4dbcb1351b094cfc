"""Equal stretches of two sequences in the same order, within known time and memory.

Equal blocks first: both sequences are cut behind some items, the same ones in both, so that equal text is cut alike wherever
it stands. What lies between equal blocks is compared item by item. So a paragraph that is the same is found as a whole: a
longest common subsequence of all items may prefer many single ones all over the text.

Both times rapidfuzz finds a longest common subsequence. Sequences of n and m items need n·m bits for that, and about a 64th of
it in steps of the processor. What lies between equal blocks and needs more than `MAX_CELLS` altogether is cut into as many pieces
as bring it within the bound, at the same proportion of both sides.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped
from tensorboard_plugin_rlboard.errors import StoppedError

MAX_CELLS = 2**28
"""Items of one sequence times those of the other that are compared: 16,384 each, 32 MB. Blocks come before them, and may
take as much time again."""
_BLOCK_ITEMS = 16
"""One of so many different items ends a block."""
_NOT_INSTALLED = (
    "Texts cannot be compared because the package rapidfuzz is not installed. "
    "Type `pip install rapidfuzz` and start TensorBoard again."
)


@dataclass(frozen=True, slots=True)
class Match:
    """Equal items: `size` of them from `left` of one sequence on, and from `right` of the other."""

    left: int
    right: int
    size: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The stretches of both sequences between two matches; either may be empty."""

    left: int
    left_end: int
    right: int
    right_end: int

    @property
    def cells(self) -> int:
        """Items of one times those of the other."""
        return (self.left_end - self.left) * (self.right_end - self.right)


@dataclass(frozen=True)
class CommonSubsequence:
    """A common subsequence of two sequences.

    Attributes:
        matches: in order, each as long as it can be.
        in_one_piece: whether all that lies between equal blocks was compared with all of the other side. Else some
            equal text may be taken for changed.
    """

    matches: list[Match]
    in_one_piece: bool


def item_numbers(*sequences: Sequence[object]) -> list[list[int]]:
    """The same sequences with a number for each different item, from 0 as they come."""
    numbers: dict[object, int] = {}
    return [[numbers.setdefault(item, len(numbers)) for item in sequence] for sequence in sequences]


def common_subsequence(
    left: Sequence[str], right: Sequence[str], max_cells: int = MAX_CELLS
) -> CommonSubsequence:
    """Finds a longest common subsequence, or a near one where it would take too much.

    Args:
        left: items of one.
        right: items of the other.
        max_cells: items of one times those of the other that are compared at most.
    """
    begin, behind = _common_ends(left, right)
    inner = Gap(begin, len(left) - behind, begin, len(right) - behind)
    found = [Match(0, 0, begin), Match(inner.left_end, inner.right_end, behind)]
    if not inner.cells:
        return CommonSubsequence(_joined(found), in_one_piece=True)
    a, b = item_numbers(left, right)
    blocks = _equal_blocks(a, b, inner, _block_ends(a, left) | _block_ends(b, right), max_cells)
    between = list(gaps_of([Match(0, 0, begin), *blocks], inner.left_end, inner.right_end))
    n_pieces = -(-sum(gap.cells for gap in between) // max_cells)
    found += blocks
    for gap in between:
        for piece in _pieces(gap, n_pieces):
            check_stopped()
            found += _longest(a, b, piece)
    return CommonSubsequence(
        _joined(sorted(found, key=lambda match: (match.left, match.right))), n_pieces <= 1
    )


def gaps_of(matches: Sequence[Match], n_left: int, n_right: int) -> Iterator[Gap]:
    """The gaps before, between and behind matches that are not empty.

    Args:
        matches: in order.
        n_left: items of one sequence.
        n_right: items of the other.
    """
    left = right = 0
    for match in (*matches, Match(n_left, n_right, 0)):
        if left < match.left or right < match.right:
            yield Gap(left, match.left, right, match.right)
        left, right = match.left + match.size, match.right + match.size


def _common_ends(left: Sequence[str], right: Sequence[str]) -> tuple[int, int]:
    """How many items both begin with, and how many of the others both end with."""
    shorter = min(len(left), len(right))
    begin = next((i for i in range(shorter) if left[i] != right[i]), shorter)
    most = shorter - begin
    return begin, next((i for i in range(most) if left[-1 - i] != right[-1 - i]), most)


def _longest(a: Sequence[int], b: Sequence[int], gap: Gap) -> list[Match]:
    """A longest common subsequence of what lies in a gap, and an empty match at its end."""
    if not gap.cells:
        return []
    try:
        from rapidfuzz.distance import LCSseq  # noqa: PLC0415 (nothing else of the tab needs it)
    except ImportError as error:
        raise StoppedError(_NOT_INSTALLED) from error
    edits = LCSseq.editops(a[gap.left : gap.left_end], b[gap.right : gap.right_end])
    return [Match(gap.left + x.a, gap.right + x.b, x.size) for x in edits.as_matching_blocks()]


def _block_ends(numbers: Sequence[int], items: Sequence[str]) -> set[int]:
    """The numbers of those items that end a block: by what they are, so that two texts are always cut alike."""
    different = dict(zip(numbers, items, strict=True))
    return {
        number
        for number, item in different.items()
        if zlib.crc32(item.encode(errors="replace")) % _BLOCK_ITEMS == 0
    }


def _equal_blocks(
    a: Sequence[int], b: Sequence[int], inner: Gap, ends: set[int], max_cells: int
) -> list[Match]:
    """Blocks that stand on both sides of a gap, in order; none where there are too many blocks to look for them."""
    cuts_a = _blocks(a, inner.left, inner.left_end, ends)
    cuts_b = _blocks(b, inner.right, inner.right_end, ends)
    if len(cuts_a) * len(cuts_b) > max_cells:
        return []
    x, y = item_numbers([tuple(a[i:k]) for i, k in cuts_a], [tuple(b[i:k]) for i, k in cuts_b])
    equal = [
        (cuts_a[found.left + n], cuts_b[found.right + n][0])
        for found in _longest(x, y, Gap(0, len(x), 0, len(y)))
        for n in range(found.size)
    ]
    return [
        Match(begin, begin_b, end - begin)
        for (begin, end), begin_b in equal
        if end - begin >= _BLOCK_ITEMS // 2  # shorter ones are equal by chance
    ]


def _blocks(items: Sequence[int], start: int, end: int, ends: set[int]) -> list[tuple[int, int]]:
    """The blocks of a stretch of a sequence, from and to."""
    cuts = [i + 1 for i in range(start, end) if items[i] in ends or i == end - 1]
    return list(pairwise((start, *cuts)))


def _pieces(gap: Gap, n: int) -> Iterator[Gap]:
    """A gap in n pieces, each of the same part of both sides; together they have an n-th of its cells."""
    n_left, n_right = gap.left_end - gap.left, gap.right_end - gap.right
    for i in range(n):
        yield Gap(
            gap.left + n_left * i // n,
            gap.left + n_left * (i + 1) // n,
            gap.right + n_right * i // n,
            gap.right + n_right * (i + 1) // n,
        )


def _joined(matches: Sequence[Match]) -> list[Match]:
    """Matches without empty ones, those that follow each other without a gap as one."""
    joined: list[Match] = []
    for match in matches:
        last = joined[-1] if joined else None
        if last is not None and (match.left, match.right) == (last.left + last.size, last.right + last.size):
            joined[-1] = Match(last.left, last.right, last.size + match.size)
        elif match.size:
            joined.append(match)
    return joined
