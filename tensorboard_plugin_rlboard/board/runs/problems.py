"""The problems of a run: how many of each kind, and the lines and values that could not be used, in file order."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.board.sql_rows import fetch_columns
from tensorboard_plugin_rlboard.errors import ArgumentError

MAX_LIMIT = 500


def problems(session: RunSession, question: ProblemsQuestion) -> api.Problems:
    """Answers /problems.

    Raises:
        ArgumentError: offset or limit out of range.
    """
    if not 0 < question.limit <= MAX_LIMIT or question.offset < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and offset 0 or more.")
    table = session.run.problem_table
    kinds = session.cursor.execute(
        f"SELECT kind, count(*), sum(unlisted) FROM {table} GROUP BY kind ORDER BY sum(1 + unlisted) DESC, kind"
    ).fetchall()
    columns = fetch_columns(
        session.cursor,
        f'SELECT file, line, line_offset AS "offset", kind, reason FROM {table} '
        f"{'WHERE kind = ? ' if question.kind else ''}ORDER BY file, line_offset, kind "
        f"LIMIT {int(question.limit)} OFFSET {int(question.offset)}",
        [question.kind] if question.kind else [],
    )
    step, ids = _samples_of(session, columns["file"], columns["offset"])
    return api.Problems(
        session.run.problems,
        [api.ProblemKind(str(kind), int(count), int(unlisted)) for kind, count, unlisted in kinds],
        api.ProblemColumns(**columns, step=step, id=ids),
    )


def _samples_of(
    session: RunSession, files: Sequence[str], offsets: Sequence[int | None]
) -> tuple[list[int | None], list[str | None]]:
    """Step and id of the first sample of each line; None where the line gave none.

    Args:
        session: their run.
        files: the relative path of the file of each line.
        offsets: of each line, in bytes; None where the whole file is meant.
    """
    known = {file.relative: file for file in tuple(session.run.files.values())}
    places = [
        (known[name].number, offset) if name in known and offset is not None else None
        for name, offset in zip(files, offsets, strict=True)
    ]
    wanted = [place for place in dict.fromkeys(places) if place is not None]
    found: dict[tuple[int, int], tuple[int, int]] = {}
    if wanted:
        rows = session.cursor.execute(
            f'SELECT file, line_offset, min("row"), min_by(step, "row") FROM {session.schema.table} '
            f"WHERE (file, line_offset) IN ({', '.join('(?, ?)' for _ in wanted)}) GROUP BY file, line_offset",
            [value for place in wanted for value in place],
        ).fetchall()
        found = {(file, offset): (row, step) for file, offset, row, step in rows}
    steps: list[int | None] = []
    ids: list[str | None] = []
    for name, place in zip(files, places, strict=True):
        sample = found.get(place) if place is not None else None
        steps.append(None if sample is None or sample[1] is None else int(sample[1]))
        ids.append(
            None if sample is None or place is None else sample_id(known[name].digest, place[1], sample[0])
        )
    return steps, ids
