"""The row of one sample in the index: the location of its line, its step and group, and any of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.decoded_samples import SampleLocation
from tensorboard_plugin_rlboard.board.samples.ids import resolve_sample_id
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY
from tensorboard_plugin_rlboard.errors import UnknownError

COLUMNS = {
    **{
        name: name
        for name in (
            *("file", "line_offset", "line_length", "line", "step", "split", "attempt", "annotations"),
        )
    },
    "row": '"row"',
    "prompt_key": "prompt_key",
    "group": GROUP_KEY,
}
"""Name -> SQL of what says where a sample lies and what it belongs to."""


@dataclass(frozen=True)
class IndexRow:
    """A sample as the index has it.

    Attributes:
        location: where its line lies.
        values: `file` (its number), `line_offset`, `line_length`, `line`, `row`, `step`, `split`, `attempt`,
            `prompt_key`, `group`, and the columns that were asked for.
    """

    location: SampleLocation
    values: Mapping[str, Any]


def index_row(session: RunSession, name: str, columns: Mapping[str, str]) -> IndexRow:
    """Finds a sample by its id.

    Args:
        session: its run.
        name: its id.
        columns: further columns, name -> SQL.

    Raises:
        UnknownError: the run has no such sample.
    """
    run = session.run
    file, offset, row = resolve_sample_id(run, name)
    fields = ", ".join((*COLUMNS.values(), *columns.values()))
    rows = session.cursor.execute(
        f'SELECT {fields} FROM {run.table} WHERE file = ? AND line_offset = ? AND "row" = ?',
        [file.number, offset, row],
    ).fetchall()
    if not rows:
        raise UnknownError(
            f"Run {run.name} has no sample {name}: its file was rewritten, or the line is no sample."
        )
    values = dict(zip((*COLUMNS, *columns), rows[0], strict=True))
    return IndexRow(
        SampleLocation(file, offset, int(values["line_length"]), row, values["annotations"] or ""), values
    )
