"""Two sequences side by side: opcodes that make one into the other, moved stretches marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tensorboard_plugin_rlboard.board.alignment.boundary_shift import shifted_to_boundaries
from tensorboard_plugin_rlboard.board.alignment.matches import (
    MAX_CELLS,
    Gap,
    Match,
    common_subsequence,
    gaps_of,
    item_numbers,
)
from tensorboard_plugin_rlboard.board.alignment.moves import moved_matches
from tensorboard_plugin_rlboard.board.alignment.semantic_cleanup import semantic_cleanup

OpcodeKind = Literal["equal", "delete", "insert", "moved_away", "moved_here"]


@dataclass(frozen=True, slots=True)
class Opcode:
    """One stretch.

    Attributes:
        kind: `equal` stands on both sides; `delete` and `moved_away` on the left one only, `insert` and `moved_here` on
            the right one only, and the other side of the stretch is empty.
        left, left_end: of the left sequence.
        right, right_end: of the right one.
        move: number of the move that it is an end of; None where it is none.
    """

    kind: OpcodeKind
    left: int
    left_end: int
    right: int
    right_end: int
    move: int | None = None


@dataclass(frozen=True)
class Alignment:
    """Two sequences side by side.

    Attributes:
        opcodes: in order; every unit of either side is in exactly one of them.
        in_one_piece: whether all was compared with all; else, with more than `max_cells`, equal text may be taken for
            changed.
    """

    opcodes: list[Opcode]
    in_one_piece: bool


def align(
    left: Sequence[str], right: Sequence[str], shortest_move: int = 8, max_cells: int = MAX_CELLS
) -> Alignment:
    """Lays two sequences side by side.

    Args:
        left: units of one: tokens, words or characters.
        right: units of the other.
        shortest_move: units from which on a stretch that stands elsewhere counts as moved.
        max_cells: what may be compared unit by unit; beyond it, in pieces.
    """
    found = common_subsequence(left, right, max_cells)
    matches = semantic_cleanup(found.matches, left, right)
    matches = shifted_to_boundaries(matches, left, right)
    gaps = list(gaps_of(matches, len(left), len(right)))
    a, b = item_numbers(left, right)
    moves = moved_matches(a, b, gaps, shortest_move)
    return Alignment(list(_opcodes(matches, gaps, moves)), found.in_one_piece)


def _opcodes(matches: Iterable[Match], gaps: Iterable[Gap], moves: Sequence[Match]) -> Iterator[Opcode]:
    numbers = {move: number for number, move in enumerate(moves)}
    left_moves = sorted(moves, key=lambda move: move.left)
    parts: list[Match | Gap] = [*matches, *gaps]
    parts.sort(key=lambda part: (part.left, part.right))
    at_left = at_right = 0
    for part in parts:
        if isinstance(part, Match):
            yield Opcode("equal", part.left, part.left + part.size, part.right, part.right + part.size)
            continue
        i, j = part.left, part.right
        while at_left < len(left_moves) and left_moves[at_left].left < part.left_end:
            move = left_moves[at_left]
            if i < move.left:
                yield Opcode("delete", i, move.left, j, j)
            i = move.left + move.size
            yield Opcode("moved_away", move.left, i, j, j, numbers[move])
            at_left += 1
        if i < part.left_end:
            yield Opcode("delete", i, part.left_end, j, j)
        i = part.left_end
        while at_right < len(moves) and moves[at_right].right < part.right_end:
            move = moves[at_right]
            if j < move.right:
                yield Opcode("insert", i, i, j, move.right)
            j = move.right + move.size
            yield Opcode("moved_here", i, i, move.right, j, numbers[move])
            at_right += 1
        if j < part.right_end:
            yield Opcode("insert", i, i, j, part.right_end)
