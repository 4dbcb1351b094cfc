"""Finds fields that an rlboard.toml maps to keys that a file's rows do not have: one of a folder above reaches other logs as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, Row
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

_ALWAYS = ("prompt", "reward")
"""Fields that no rollout is without."""
_WHERE_ELSE = ("split", "validation", "training", "group_id")
"""Fields that a log may lack: said only where its rows have them under another key."""
_ROWS = 64


def doubt_of_mapping(file_format: Format, rows: Sequence[Row]) -> str:
    """One sentence for each field that the user has mapped to what no sample of some rows has; empty where all are there.

    Args:
        file_format: the format of the user's mapping; of any other format nothing is said.
        rows: rows spread over the file.
    """
    mapping = file_format.mapping
    if mapping is None or mapping.guessed:
        return ""
    asked = [name for name in (*_ALWAYS, *_WHERE_ELSE) if mapping.keys.get(name)]
    samples = list(islice(_samples(file_format, rows), _ROWS))
    vain = [name for name in asked if not any(_has(file_format, sample, name) for sample in samples)]
    if not vain or not samples:
        return ""
    guessed, sentences = guess_mapping(rows), []
    for name in vain:
        path, other = mapping.keys[name], guessed.keys.get(name, "")
        is_elsewhere = bool(other) and other not in path.split(EITHER)
        if is_elsewhere or name in _ALWAYS:
            sentences.append(
                f"[mapping] looks for the {name} under {path}, where no row that was looked at has anything."
            )
        if is_elsewhere:
            both = f"{path}{EITHER}{other}"
            sentences.append(
                f'It may be {other} here: write {name} = "{both}", or name the files that the mapping is for (files).'
            )
    return " ".join(sentences)


def _samples(file_format: Format, rows: Sequence[Row]) -> Iterator[Row]:
    """The samples of the rows that the mapping fits."""
    for row in filter(file_format.recognise, rows):
        yield from (
            [row] if file_format.to_samples is None else file_format.to_samples(row, LineContext()).rows
        )


def _has(file_format: Format, sample: Row, name: str) -> bool:
    keys = {
        **file_format.text_keys,
        **file_format.number_keys,
        "split": file_format.split_keys,
        "validation": file_format.validation_keys,
        "training": file_format.training_keys,
        "group_id": file_format.group_keys,
    }[name]
    return any(sample.get(key) is not None for key in keys)
