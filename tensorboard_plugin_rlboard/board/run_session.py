"""What one question reads a run with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class RunSession:
    """A run for the time of one question, in one thread.

    Attributes:
        run: its index.
        schema: its columns.
        cursor: of the query database, within the limits of the question.
    """

    run: RunIndex
    schema: RunSchema
    cursor: duckdb.DuckDBPyConnection
