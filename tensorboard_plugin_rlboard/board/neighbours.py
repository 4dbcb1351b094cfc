"""The samples beside one: before and after it as logged, its group, and the same prompt at other steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tensorboard_plugin_rlboard.api import Neighbours, PromptVisit
from tensorboard_plugin_rlboard.board.ids import sample_id
from tensorboard_plugin_rlboard.board.vocabulary import GROUP_KEY
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

_MOST_GROUP = 512
_MOST_VISITS = 500
_PLACE = 'file, line_offset, "row"'


def neighbours(cursor: duckdb.DuckDBPyConnection, run: RunIndex, place: Mapping[str, Any]) -> Neighbours:
    """The neighbours of the sample at a place, all of its own split and attempt.

    Args:
        cursor: where to ask.
        run: its run.
        place: its file (number), line_offset, row, step, split, attempt, prompt_key and group.
    """
    digests = {file.number: file.digest for file in tuple(run.files.values())}

    def name(file: int, offset: int, row: int) -> str:
        return sample_id(digests.get(file, ""), offset, row)

    scope = [place["split"], place["attempt"]]
    step = cursor.execute(
        f"SELECT {_PLACE}, {GROUP_KEY} = ? FROM {run.table} WHERE split = ? AND attempt = ? AND step = ? "
        "ORDER BY line_offset, file",
        [place["group"], *scope, place["step"]],
    ).fetchall()
    own = (place["file"], place["line_offset"], place["row"])
    at = next((i for i, row in enumerate(step) if row[:3] == own), None)
    before = step[at - 1][:3] if at else _edge(cursor, run, place, before=True)
    after = (
        step[at + 1][:3] if at is not None and at + 1 < len(step) else _edge(cursor, run, place, before=False)
    )
    visits = cursor.execute(
        f'SELECT step, min_by(struct_pack(f := file, o := line_offset, r := "row"), line_offset) '
        f"FROM {run.table} WHERE split = ? AND attempt = ? AND prompt_key = ? AND step <> ? "
        f"GROUP BY step ORDER BY step LIMIT {_MOST_VISITS}",
        [*scope, place["prompt_key"], place["step"]],
    ).fetchall()
    return Neighbours(
        previous=None if before is None else name(*before),
        next=None if after is None else name(*after),
        group=[name(*row[:3]) for row in step if row[3]][:_MOST_GROUP],
        prompt=[PromptVisit(int(step), name(first["f"], first["o"], first["r"])) for step, first in visits],
    )


def _edge(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, place: Mapping[str, Any], *, before: bool
) -> tuple[int, int, int] | None:
    """The last sample of the step before, or the first one of the step after; None at the ends of the attempt."""
    nearest, direction = ("max(step)", "DESC") if before else ("min(step)", "ASC")
    same = "split = ? AND attempt = ?"
    scope = [place["split"], place["attempt"]]
    found = cursor.execute(
        f"SELECT {_PLACE} FROM {run.table} WHERE {same} AND step = (SELECT {nearest} FROM {run.table} "
        f"WHERE {same} AND step {'<' if before else '>'} ?) ORDER BY line_offset {direction}, file {direction} LIMIT 1",
        [*scope, *scope, place["step"]],
    ).fetchall()
    return (int(found[0][0]), int(found[0][1]), int(found[0][2])) if found else None
