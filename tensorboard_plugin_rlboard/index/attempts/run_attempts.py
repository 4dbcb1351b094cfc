"""The attempts of a whole run: which rows have another number by now than their table says."""

from __future__ import annotations

from collections.abc import Mapping

from tensorboard_plugin_rlboard.index.attempts.attempts import (
    AttemptStarts,
    StepOrder,
    give_same_attempts,
)
from tensorboard_plugin_rlboard.index.attempts.rotated_files import number_attempts, rotated_sequences


def may_have_attempts(paths: Mapping[int, str], steps: Mapping[int, Mapping[str, StepOrder]]) -> bool:
    """Whether a run may consist of more than one attempt.

    Args:
        paths: number of a file -> its path.
        steps: number of a file -> split -> the order of its steps.
    """
    goes_back = any(order.goes_back for splits in steps.values() for order in splits.values())
    return goes_back or len(rotated_sequences(paths)) != len(paths)


def renumbered_files(
    paths: Mapping[int, str],
    steps: Mapping[int, Mapping[str, StepOrder]],
    numbered: Mapping[int, Mapping[str, AttemptStarts]],
) -> tuple[int, dict[int, dict[str, AttemptStarts]]]:
    """Numbers the attempts anew.

    Args:
        paths: number of a file -> its path.
        steps: number of a file -> split -> the order of its steps.
        numbered: number of a file -> split -> how its rows are numbered now.

    Returns:
        The newest attempt of the run; and, of the files of which some rows have another attempt now, how all their
        splits are to be numbered.
    """
    newest = 1
    changed: dict[int, dict[str, AttemptStarts]] = {}
    for split in sorted({split for splits in steps.values() for split in splits}):
        of_split = {number: splits[split] for number, splits in steps.items() if split in splits}
        for number, starts in number_attempts(paths, of_split).items():
            newest = max(newest, *(attempt for _, attempt in starts))
            if not give_same_attempts(starts, numbered[number].get(split, [])):
                changed.setdefault(number, dict(numbered[number]))[split] = starts
    return newest, changed
