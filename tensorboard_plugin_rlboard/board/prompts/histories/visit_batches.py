"""Which steps are read together, and which of them are settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

ROWS_AT_ONCE = 200_000
"""Rows that one query reduces to visits."""
NEWEST_STEPS, NEWEST_ROWS = 8, 50_000
"""So many of the newest steps, of at most so many rows together (the newest one whatever it has), are read again each
time: a training that is writing adds to these."""


def split_settled(steps: list[int], rows: Mapping[int, int]) -> tuple[list[int], list[int]]:
    """Steps that will hardly change any more, and the newest ones."""
    first, newest_rows = len(steps), 0
    while first > 0 and len(steps) - first < NEWEST_STEPS:
        newest_rows += rows[steps[first - 1]]
        if newest_rows > NEWEST_ROWS and first < len(steps):
            break
        first -= 1
    return steps[:first], steps[first:]


def batches(steps: list[int], rows: Mapping[int, int]) -> Iterator[list[int]]:
    """Steps in batches of a bounded number of rows; a larger step is a batch of its own."""
    batch: list[int] = []
    batch_rows = 0
    for step in steps:
        if batch and batch_rows + rows[step] > ROWS_AT_ONCE:
            yield batch
            batch, batch_rows = [], 0
        batch.append(step)
        batch_rows += rows[step]
    if batch:
        yield batch
