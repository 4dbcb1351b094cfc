"""Reads step and split off the names in a folder: a number that counts steps, a word that is a split."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from tensorboard_plugin_rlboard.formats.rows.path_names import FILE_NAME, FOLDER_NAME, stem_of
from tensorboard_plugin_rlboard.formats.splits import TRAINING_NAMES, held_out_words, words_of

_NUMBERED = re.compile(r"(.*?)[_.-]?([0-9]{1,7})")
_NUMBER = re.compile(r"[0-9]{1,9}")
_COUNTED = frozenset(
    {
        *("rollout", "completion", "generation", "gen", "sample", "response", "output", "trajectory", "traj"),
        *("trajectories", "dump", "batch", "batches"),
    }
)
"""Words before a number that counts steps as often as ranks; before a number stand many that never do."""
_PADDED = 4
"""Digits of a number with zeros before it that are a counter's: `rollouts_0001`."""


class SiblingNames:
    """What is known of the names in each folder. Told anew with every look at the files; used by one thread."""

    def __init__(self) -> None:
        self._files: AbstractSet[str] = frozenset()
        self._numbers: dict[tuple[str, str], set[int]] = {}
        self._training: set[tuple[str, frozenset[str]]] = set()

    def update(self, files: AbstractSet[str]) -> None:
        """Takes the files that there are now, by their paths below the log directory; nearly always they are the same."""
        if files == self._files:
            return
        if not self._files <= files:
            self._numbers.clear()
            self._training.clear()
            self._files = frozenset()
        for file in files - self._files:
            self._add(file)
        self._files = frozenset(files)

    def _add(self, file: str) -> None:
        folder, name = _split(file)
        numbered = numbered_name(name)
        if numbered is not None:
            self._numbers.setdefault((folder, numbered[0]), set()).add(numbered[1])
        for around, own in _names(file):
            words = words_of(own)
            if words & TRAINING_NAMES:
                self._training.add((around, words - TRAINING_NAMES))

    def step_of(self, file: str) -> int | None:
        """The step that the number in a file's name is, for rows that say none; None where it may be a rank's.

        Files of ranks are numbered from 0 on, without a gap. Steps are where the numbers are others, or written with
        zeros before them.
        """
        folder, name = _split(file)
        numbered = numbered_name(name)
        if numbered is None:
            return None
        word, number, is_padded = numbered
        numbers = self._numbers.get((folder, word), {number})
        is_sequence = len(numbers) > 1 and numbers != set(range(len(numbers)))
        return number if is_sequence or (is_padded and word) else None

    def split_of(self, file: str) -> str:
        """`eval` of a file or folder with a word such as `test` that has a twin of the training beside it; else empty."""
        for folder, name in _names(file):
            held_out = held_out_words(name)
            if held_out and (folder, words_of(name) - held_out) in self._training:
                return "eval"
        return ""


def numbered_name(name: str) -> tuple[str, int, bool] | None:
    """What stands before the number of a file's name, the number, and whether zeros fill it up; None without one.

    Only a number alone, or behind a word for rollouts, may be a step.
    """
    found = _NUMBERED.fullmatch(stem_of(name).lower())
    if found is None:
        return None
    before, digits = found.groups()
    last = re.split(r"[^a-z]+", before)[-1]
    if before and last.removesuffix("s") not in _COUNTED and last not in _COUNTED:
        return None
    return before, int(digits), len(digits) >= _PADDED and digits.startswith("0")


def may_name(file: str) -> bool:
    """Whether the name of a file, or of the folder above it, may say a step or a split beside its siblings."""
    return (
        numbered_name(_split(file)[1]) is not None
        or number_of_folder(file) is not None
        or any(held_out_words(own) for _, own in _names(file))
    )


def number_of_folder(file: str) -> str | None:
    """The name of a file's folder where it is a number, which nothing calls a step; None for any other name."""
    name = _split(_split(file)[0])[1]
    return name if _NUMBER.fullmatch(name) else None


def source_beside_others(file: str, value: int | str) -> str:
    """Where a step or split stands that a file has by its siblings: `file name` or `folder name`; empty where nowhere."""
    numbered = numbered_name(_split(file)[1])
    if isinstance(value, int):
        return FILE_NAME if numbered is not None and numbered[1] == value else ""
    own, folder = (bool(held_out_words(name)) for _, name in _names(file))
    return FILE_NAME if own else FOLDER_NAME if folder else ""


def _split(file: str) -> tuple[str, str]:
    """The folder of a path and its last name."""
    folder, _, name = file.rpartition("/")
    return folder, name


def _names(file: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The file's own name and that of its folder, each with the folder around it."""
    folder, name = _split(file)
    return (folder, stem_of(name)), _split(folder)
