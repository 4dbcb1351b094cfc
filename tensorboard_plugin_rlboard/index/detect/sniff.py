"""Finds the format of a file by its rows: the user's mapping, a known format, or a guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.frameworks.trackio import session_file_message
from tensorboard_plugin_rlboard.formats.generic import key_paths
from tensorboard_plugin_rlboard.formats.guessing.guess import (
    as_guessed,
    guess_mapping,
    is_certain_from_one_row,
)
from tensorboard_plugin_rlboard.formats.guessing.shapes import shape_of_row
from tensorboard_plugin_rlboard.formats.guessing.steps import may_count_within
from tensorboard_plugin_rlboard.formats.native import NATIVE, is_complete
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.formats.split_tags import may_say_split
from tensorboard_plugin_rlboard.formats.splits import EVAL_WORDS, TRAINING_NAMES
from tensorboard_plugin_rlboard.index.detect.spread_rows import (
    first_row,
    first_rows,
    later_rows,
    spread_rows,
)
from tensorboard_plugin_rlboard.sources.containers.row_stream import UnreadableFileError
from tensorboard_plugin_rlboard.sources.reader import archive_fault, preview

_SPLIT_WORDS = EVAL_WORDS | TRAINING_NAMES
Mapped = Callable[[Row], Format | None]


@dataclass(frozen=True)
class Sniffed:
    """What the rows of a file say.

    Attributes:
        format: the format; None where there is none.
        reason: one sentence that says why there is none; empty for a file that nobody takes for a log, as settings and
            checkpoints are.
        rows: the rows that told it.
    """

    format: Format | None
    reason: str = ""
    rows: Sequence[Row] = ()

    def has_value_of(self, keys: Sequence[str]) -> bool:
        """Whether some row has a value under one of some keys or paths."""
        return any(key_paths.holds(row, key) for row in self.rows for key in keys)


def sniff(path: str, mapped: Mapped | None = None) -> tuple[Format | None, str]:
    """The format of a file's rows, or one sentence that says why it has none (see `sniff_rows`).

    Raises:
        OSError: the file cannot be read.
    """
    found = sniff_rows(path, mapped)
    return found.format, found.reason


def sniff_rows(path: str, mapped: Mapped | None = None) -> Sniffed:
    """The format of a file's rows, and the rows that told it.

    Args:
        path: the file.
        mapped: the format that the user's settings give a row; None where they give none to the file.

    Raises:
        OSError: the file cannot be read.
    """
    seen = preview(path)
    if not seen.may_hold_rollouts:
        return Sniffed(None, seen.reason)
    try:
        return _sniffed(path, mapped)
    except UnreadableFileError as error:
        return Sniffed(None, str(error.strerror))


def _sniffed(path: str, mapped: Mapped | None) -> Sniffed:
    first = first_row(path)
    if not first.rows:
        fault = archive_fault(path)  # without a word of it, it would look like a log that has only begun
        corrupt = f"The archive is corrupt {fault}, and no row stands before that place: copy it anew."
        return Sniffed(None, corrupt if fault else first.problem)
    by_user = _mapped_by_user(first.rows, mapped)
    if by_user is not None:
        return Sniffed(by_user, rows=first.rows)
    known = format_of_rows(first.rows)
    if known is not None:
        few = [*first.rows, *later_rows(path)] if known.name == NATIVE.name else first.rows
        found, _ = as_guessed(known, few)
        if found is not None and _is_enough(known, found, few):
            return Sniffed(found, rows=few)
    rows = spread_rows(path).rows
    by_user = _mapped_by_user(rows, mapped)
    if by_user is not None:
        return Sniffed(by_user, rows=rows)
    known = format_of_rows(rows)
    if known is not None:
        return Sniffed(*as_guessed(known, rows), rows)
    by_user = _mapped_by_user(first_rows(path), mapped)
    if by_user is not None:
        return Sniffed(by_user, rows=rows)
    if session := session_file_message(rows[0] if rows else {}):
        return Sniffed(None, session, rows)
    guessed = guess_mapping(rows)
    found = guessed.format or _rollouts_among(rows)
    return Sniffed(found, "" if found is not None else guessed.reason, rows)


def _mapped_by_user(rows: Iterable[Row], mapped: Mapped | None) -> Format | None:
    """The format that the user's settings give the first row that they fit: a header or metrics before it say nothing."""
    if mapped is None:
        return None
    return next((one for row in rows if (one := mapped(row)) is not None), None)


def _rollouts_among(rows: Sequence[Row]) -> Format | None:
    """The format of the few rollouts among rows of something else, where they have all of prompt, response and reward."""
    telling = [row for row in rows if shape_of_row(row) is not None]
    if not telling or len(telling) == len(rows):
        return None
    guessed = guess_mapping(telling)
    is_clear = "reward" in guessed.keys and not {"prompt", "messages"}.isdisjoint(guessed.keys)
    return guessed.format if is_clear else None


def format_of_rows(rows: Sequence[Row]) -> Format | None:
    """The format that most rows have, as far as it is known by its keys."""
    known = [one for row in rows if (one := recognise(row)) is not None]
    if not known:
        return None
    counts = Counter(one.name for one in known)
    # A trainer's keys say more than ours, which any log may have.
    return max(known, key=lambda one: (one.name != NATIVE.name, counts[one.name]))


def _names_split(row: Row) -> bool:
    """Whether a row has a word for a split under some key, which more rows have to tell to be one."""
    values = (value for key, value in row.items() if key not in NATIVE.read_keys)
    return any(isinstance(one, str) and one.strip().lower() in _SPLIT_WORDS for one in values)


def _is_enough(known: Format, guessed: Format, rows: Sequence[Row]) -> bool:
    """Whether few rows tell the format: a trainer's own, or ours with nothing open in any of them."""
    return known.name != NATIVE.name or (
        all(map(is_complete, rows))
        and is_certain_from_one_row(guessed)
        and not any(
            may_count_within(row) or any(map(may_say_split, row)) or _names_split(row) for row in rows
        )
    )
