"""The problems of a run: lines and values that could not be used, in file order."""

from __future__ import annotations

from tensorboard_plugin_rlboard.api import ProblemColumns, Problems
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.sql_rows import fetch_columns
from tensorboard_plugin_rlboard.errors import ArgumentError

MAX_LIMIT = 500


def problems(session: RunSession, question: ProblemsQuestion) -> Problems:
    """Answers /problems.

    Raises:
        ArgumentError: offset or limit out of range.
    """
    if not 0 < question.limit <= MAX_LIMIT or question.offset < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and offset 0 or more.")
    columns = fetch_columns(
        session.cursor,
        'SELECT file, line, line_offset AS "offset", kind, reason '
        f"FROM {session.run.problem_table} ORDER BY file, line_offset, kind "
        f"LIMIT {int(question.limit)} OFFSET {int(question.offset)}",
        [],
    )
    return Problems(session.run.problems, ProblemColumns(**columns))
