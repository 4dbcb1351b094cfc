"""The error for a name that no column of a run has: while the run is being indexed, the column may still come."""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.run_schema import RunSchema, run_schema
from tensorboard_plugin_rlboard.errors import StoppedError
from tensorboard_plugin_rlboard.index.run import RunIndex


def missing_column_error(run: RunIndex, schema: RunSchema, column: str, error: ValueError) -> Exception:
    """The error for a question that names a column which its run does not have.

    Args:
        run: the run.
        schema: its columns, as the question has found them.
        column: its name.
        error: what is wrong with the question where the run is read.

    Returns:
        That error; or that the run is still being read, where the same question may be right in a moment.
    """
    if run.is_pending or run_schema(run) is not schema:
        return StoppedError(
            f"Run {run.name[:40]} is still being read, and nothing of it so far has {column[:60]}: ask again in a moment."
        )
    return error
