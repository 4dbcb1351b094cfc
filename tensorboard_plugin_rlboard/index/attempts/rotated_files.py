"""Files that a writer began one after the other (`x.jsonl`, `x.part_00001.jsonl`, …; `stream/00000.jsonl`, …), as one.

They are no ranks: a rank's files run side by side, so the spans of one are matched with those of another, while
these follow each other. Taken for ranks, the first files of a resumed training would seem to belong to its newest
attempt, and would hide what the attempt before wrote of their last step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from tensorboard_plugin_rlboard.index.attempts.attempts import StepOrder, match_attempts

_NAME = re.compile(r"(.+?)(?:\.part_(\d{5,}))?\.jsonl(?:\.gz|\.zst)?", re.DOTALL)
_CHUNK = re.compile(r"((?:.+/)?traces/stream)/(\d{5,})\.jsonl(?:\.gz|\.zst)?", re.DOTALL)
"""A chunk of prime-rl's stream of traces: each is begun where the last one is full."""
_OFFSET_SHIFT = 1 << 50
"""Offsets of the next file of a sequence are raised by so much: more than any file has bytes."""


def rotated_sequences(paths: Mapping[int, str]) -> list[list[int]]:
    """The files of a run, those that follow each other together and in their order.

    Args:
        paths: number of a file -> its path.
    """
    sequences: dict[str, list[tuple[int, int]]] = {}
    for number, path in sorted(paths.items()):
        stem, rotation = _stem_and_rotation(path)
        # Two files of one rotation, such as a.jsonl and a.jsonl.gz, do not follow each other.
        is_taken = any(other == rotation for other, _ in sequences.get(stem, ()))
        sequences.setdefault(path if is_taken else stem, []).append((rotation, number))
    return [[number for _, number in sorted(sequence)] for sequence in sequences.values()]


@lru_cache(maxsize=100_000)
def _stem_and_rotation(path: str) -> tuple[str, int]:
    """What files that follow each other share of their paths, and which of them this one is.

    All files of a run are asked about whenever one of them has grown, so what was found is kept.
    """
    name = _CHUNK.fullmatch(path) or _NAME.fullmatch(path)
    return (name[1], int(name[2] or 0)) if name else (path, 0)


def number_attempts(
    paths: Mapping[int, str], steps: Mapping[int, StepOrder]
) -> dict[int, list[tuple[int, int]]]:
    """The attempts of one split of the files of a run, as `match_attempts` numbers them.

    Args:
        paths: number of a file -> its path.
        steps: number of a file -> the order of its steps, for those that have any.

    Returns:
        Number of a file -> its `AttemptStarts`.
    """
    sequences = [
        present
        for sequence in rotated_sequences(paths)
        if (present := [number for number in sequence if number in steps])
    ]
    matched = match_attempts(
        {
            sequence[0]: _in_sequence(steps[number] for number in sequence).monotonic_spans()
            for sequence in sequences
        }
    )
    numbered: dict[int, list[tuple[int, int]]] = {}
    for sequence in sequences:
        starts, attempt_before = matched[sequence[0]], 1
        for position, number in enumerate(sequence):
            low = position * _OFFSET_SHIFT
            own = [
                (offset - low, attempt) for offset, attempt in starts if low <= offset < low + _OFFSET_SHIFT
            ]
            continued = [(0, attempt_before)] if position and (not own or own[0][0] > 0) else []
            numbered[number] = continued + own
            attempt_before = numbered[number][-1][1] if numbered[number] else attempt_before
    return numbered


def _in_sequence(files: Iterable[StepOrder]) -> StepOrder:
    """The order of steps of files that follow each other, with shifted offsets."""
    whole = StepOrder()
    for position, file in enumerate(files):
        whole.extend((step, offset + position * _OFFSET_SHIFT) for step, offset in file.first_offsets())
    return whole
