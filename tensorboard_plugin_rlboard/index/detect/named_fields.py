"""The step and split that the names of a file, of its folders and of the files beside it say, where its rows do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.evidence.named_steps import counts_within, doubt_of_step
from tensorboard_plugin_rlboard.formats.frameworks.verl import has_words_of_dump
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.mapping import MAPPING_NAME
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows.path_names import stem_of, step_and_split_from_names
from tensorboard_plugin_rlboard.formats.splits import TRAINING_NAMES, words_of
from tensorboard_plugin_rlboard.index.detect.sibling_names import may_name
from tensorboard_plugin_rlboard.index.detect.spread_rows import spread_rows

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.index.detect.sniff import Sniffed
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

NAMED = "named"
"""Option of a format: which of step and split its rows do not say and the names of file and folders do or may; `number` beside
the step where it is the whole name of the file."""
SPLIT_OF_REST = "rest_split"
"""In it in place of `split` where rows do say theirs: the names say that of the others, as far as there are any."""


def with_named_fields(file_format: Format, found: Sniffed, file: SourceFile) -> Format:
    """A format with the fields that only the names of a file and its folders say; a trainer's format knows its own."""
    if file_format.name not in {NATIVE.name, MAPPING_NAME}:
        return file_format
    from_names = step_and_split_from_names(PurePosixPath(file.relative))
    numbered = step_and_split_from_names(PurePosixPath(file.relative), is_numbered=True)
    keys = {} if file_format.mapping is None else file_format.mapping.keys
    is_among = may_name(file.relative)
    if (from_names.split or from_names.step is not None or is_among) and len(found.rows) == 1:
        found = replace(
            found, rows=spread_rows(file.path).rows
        )  # a later row may say what the first one does not
    named = []
    split_keys = [
        keys.get("split", "split"),
        keys.get("validation", "validation"),
        *filter(None, [keys.get("training")]),
    ]
    if from_names.split or is_among:
        if not found.has_value_of(split_keys):
            named.append("split")
        elif not _is_of_both(file.relative):
            named.append(SPLIT_OF_REST)
    is_dump = from_names.step is None and any(map(has_words_of_dump, found.rows))
    step = numbered.step if is_dump else from_names.step
    if step is not None and is_guessed(file_format) and "step" in keys:
        if counts_within(found.rows, keys["step"], step):
            file_format = key_mapping.without_step(file_format)
            keys = {}
        else:
            doubt = doubt_of_step(found.rows, keys["step"], step)
            file_format = key_mapping.with_doubt(file_format, doubt)
    if step is not None and not found.has_value_of([keys.get("step", "step")]):
        named += ["step", "number"] if is_dump else ["step"]
    elif step is None and is_among and not found.has_value_of([keys.get("step", "step")]):
        named.append("step")
    return file_format.with_options(**{NAMED: ",".join(named)})


def _is_of_both(relative: str) -> bool:
    """Whether the name of a file says that it has rows of both splits (`train_and_eval.jsonl`)."""
    return bool(words_of(stem_of(PurePosixPath(relative).name)) & TRAINING_NAMES)


def levels_to_run(file_format: Format, file: SourceFile) -> int:
    """How many folders above a file's own its run lies: above the folders that hold one step each."""
    path = PurePosixPath(file.relative)
    named = step_and_split_from_names(path).levels if "step" in file_format.options.get(NAMED, "") else 0
    return max(file_format.levels_to_run(PurePosixPath(file.path)), named)


def is_guessed(file_format: Format) -> bool:
    """Whether nobody has said what a format's keys mean: it was guessed, or is our own."""
    return file_format.name == NATIVE.name or (
        file_format.mapping is not None and file_format.mapping.guessed
    )
