"""Notices on names of files: a number that may be a step, or a word that may be a split, and was not taken for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.rows.file_options import file_defaults
from tensorboard_plugin_rlboard.formats.rows.path_names import stem_of
from tensorboard_plugin_rlboard.formats.splits import held_out_words, is_called_after, words_of
from tensorboard_plugin_rlboard.index.detect.named_fields import SPLIT_OF_REST
from tensorboard_plugin_rlboard.index.detect.sibling_names import number_of_folder, numbered_name
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile

_MAX_FILES = 200
"""Files of a run whose names are looked at."""
_OF_TRYING = frozenset({"run", "runs"})
"""Words of a name whose `test` tries something out."""


def name_notices(run: RunIndex) -> Iterator[api.Notice]:
    """Notices that rows have no step or split, though the name of their file may give it."""
    files = tuple(run.files.values())[:_MAX_FILES]  # the indexing thread may add one meanwhile
    for find in (_number_notice, _held_out_word_notice, _mismatched_split_notice):
        found = next((notice for file in files if (notice := find(file))), None)
        if found is not None:
            yield found


def _number_notice(file: IndexedFile) -> api.Notice | None:
    relative, file_format = file.relative, file.format
    name, folder = relative.rpartition("/")[2], number_of_folder(relative)
    numbered = numbered_name(name)
    if not _is_open("step", file_format) or file_defaults(file_format).step is not None:
        return None
    if numbered is not None:
        before = re.escape(stem_of(name)[: len(numbered[0])])
        pattern = f"{before}[_.-]?([0-9]+)[^/]*$".replace("\\", "\\\\")
    elif folder is not None:
        name, pattern = folder, "([0-9]+)/[^/]*$"
    else:
        return None
    return api.Notice(
        "number_not_taken",
        f"The rows say no step and are shown at step 0. The number in the name of {name} was not taken for it, because ranks "
        "and parts are numbered as well. If it is the step, write into an rlboard.toml in the run's folder, [mapping] "
        f'step_from = "{pattern}".',
        {"file": name},
    )


def _held_out_word_notice(file: IndexedFile) -> api.Notice | None:
    path, file_format = PurePosixPath(file.relative), file.format
    if not _is_open("split", file_format) or file_defaults(file_format).split:
        return None
    for name in (stem_of(path.name), path.parent.name):
        if held_out_words(name) and is_called_after(name) and not words_of(name) & _OF_TRYING:
            return api.Notice(
                "word_not_taken",
                f"The rows say no split and are shown as training. The name {name} was not taken for it, because nothing "
                "beside it is called after the training. If it is an evaluation, write into an rlboard.toml in the run's "
                f'folder, [mapping] files = "{path.name}" and split = "eval".',
                {"file": path.name},
            )
    return None


def _mismatched_split_notice(file: IndexedFile) -> api.Notice | None:
    """A notice that rows are marked as training in a file that is named like an evaluation."""
    if not _is_open(SPLIT_OF_REST, file.format) or file_defaults(file.format).split != "eval":
        return None
    if "train" not in file.steps:
        return None
    name = PurePosixPath(file.relative).name
    return api.Notice(
        "split_said_otherwise",
        f"{name} is an evaluation by its path, and some of its rows say that they are of the training: these are shown "
        "as training. If all are of the evaluation, write into an rlboard.toml in the run's folder, [mapping] "
        f'files = "{name}" and split = "eval".',
        {"file": name},
    )


def _is_open(field: str, file_format: Format) -> bool:
    """Whether the rows of a file lack a field that names of files may give."""
    return field in file_format.options.get("named", "").split(",")
