"""Samples how responses end, token by token; the lines of a bounded number of samples are read again once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from tensorboard_plugin_rlboard.board.findings.drawn_samples import StepCache, drawn_samples
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.decoded_samples import SampleLocation, read_row
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import UnknownError, UnreadError
from tensorboard_plugin_rlboard.findings.texts.endings import StepEndings
from tensorboard_plugin_rlboard.formats.arrays.array_block import SPECIAL_TOKEN, response_tokens, token_texts
from tensorboard_plugin_rlboard.formats.arrays.logged_arrays import LOGPROB_ARRAYS
from tensorboard_plugin_rlboard.formats.rows.sample_reader import (
    SampleValues,
    read_sample_values,
)

SAMPLES_PER_STEP, MAX_LINE_BYTES = 3, 512 * 1024
"""Samples of a step that are read again, and the longest line in bytes: 64 KB a step for 4,000 tokens, 1.5 MB at most."""
_COLUMNS = ("step", "file", "line_offset", "line_length", '"row"', "annotations")
_MAX_STEPS = 2048
_MAX_WAIT_SECONDS = 5.0
"""Seconds that are waited in vain for files of one run."""
_MIN_DIFFERENT = 3
"""Last tokens of which none equals its neighbour: whether the last one is cut or not, the one before the end is another."""
_MIN_ZEROS = 3
"""So many equal tokens of log-probability 0.0 at the end are none that were written."""


class EndingSampler:
    """Reads a few samples of steps and keeps how they end; may be asked from any thread."""

    def __init__(self) -> None:
        self._read: StepCache[StepEndings] = StepCache(_MAX_STEPS)

    def endings(
        self, session: RunSession, selection: Selection, steps: Sequence[int]
    ) -> tuple[tuple[StepEndings, ...], bool]:
        """How some responses of some steps end, and whether no file of them was found that cannot be read now.

        A step of which none has tokens is left out.

        Args:
            session: of the run.
            selection: split and attempt; a split has to be named.
            steps: which steps.
        """
        if not session.run.token_metrics:
            return (), True
        found = self._read.get(session, selection, steps, partial(_read, session, selection))
        return tuple(each for each in found if each.responses), len(found) == len(steps)


def _read(session: RunSession, selection: Selection, steps: Sequence[int]) -> dict[int, StepEndings]:
    columns = ", ".join(_COLUMNS)
    with session.snapshot():
        rows = drawn_samples(
            session, selection, steps, SAMPLES_PER_STEP, f"line_length <= {MAX_LINE_BYTES}", columns
        )
    files = {file.number: file for file in tuple(session.run.files.values())}
    of_step: dict[int, list[SampleLocation]] = {step: [] for step in steps}
    for step, file, offset, length, row, traces in rows:
        if file in files:
            of_step[step].append(SampleLocation(files[file], offset, length, row, traces or ""))
    return _readable(session, of_step)


def _readable(session: RunSession, of_step: dict[int, list[SampleLocation]]) -> dict[int, StepEndings]:
    """How the responses of steps end whose files can be read now; the others are read at the next look.

    The index waits meanwhile: a file that cannot be read is tried once, and all of it ends where that took too long.
    """
    found: dict[int, StepEndings] = {}
    unread: set[int] = set()
    lost = 0.0
    for step, locations in of_step.items():
        if unread.intersection(location.file.number for location in locations):
            continue
        began = time.monotonic()
        try:
            found[step] = _of_step(session, step, locations)
        except UnreadError:
            unread.update(location.file.number for location in locations)
            lost += time.monotonic() - began
            if lost > _MAX_WAIT_SECONDS:
                break
    return found


def _of_step(session: RunSession, step: int, locations: Sequence[SampleLocation]) -> StepEndings:
    """How the responses of a step end.

    Raises:
        UnreadError: a file cannot be read now.
    """
    responses = padded = tokens = 0
    token, arrays = "", sorted(session.run.keys.arrays)
    for location in locations:
        try:
            row = read_row(session.run, location)
        except UnreadError:
            raise
        except UnknownError:  # rewritten since it was indexed
            continue
        file_format = location.file.format
        if ends_in_different_tokens(response_tokens(row, file_format.token_keys)):
            responses += 1
            continue
        sample = read_sample_values(row, file_format, arrays)
        count = padding_left(sample)
        responses += bool(sample.token_strings)
        padded += count > 0
        tokens += count
        token = sample.token_strings[-1] if count else token
    return StepEndings(step, responses, padded, tokens, token)


def ends_in_different_tokens(tokens: Sequence[object]) -> bool:
    """Whether no padding can be left, as in nearly all responses: of such tokens no more than the last one is cut."""
    last = token_texts(tokens[-_MIN_DIFFERENT:])
    return len(last) == _MIN_DIFFERENT and all(one != next_one for one, next_one in pairwise(last))


def padding_left(sample: SampleValues) -> int:
    """How many of a sample's last tokens repeat the one before and are none that were written; 0 where all were.

    They are special tokens, of which one ends a response; or three and more equal tokens of log-probability 0.0.
    """
    tokens = sample.token_strings
    count = next((i for i, token in enumerate(reversed(tokens)) if token != tokens[-1]), len(tokens))
    if count < 2:
        return 0
    if SPECIAL_TOKEN.fullmatch(tokens[-1]):
        return count - 1
    arrays = [sample.aligned.values[name] for name in LOGPROB_ARRAYS if name in sample.aligned.values]
    is_zero = count >= _MIN_ZEROS and any(bool(np.all(array[-count:] == 0.0)) for array in arrays)
    return count - 1 if is_zero else 0
