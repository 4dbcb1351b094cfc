"""The list of samples: a page of it with its columns, texts cut to what a row of the table shows."""

from __future__ import annotations

from typing import Any

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.ids import sample_ids
from tensorboard_plugin_rlboard.board.samples.list_columns import list_columns
from tensorboard_plugin_rlboard.board.samples.paging import NARROWING_PRESET, Page, page
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import select_samples
from tensorboard_plugin_rlboard.board.sql_rows import fetch_columns
from tensorboard_plugin_rlboard.errors import ArgumentError

MAX_LIMIT = 500


def samples(session: RunSession, question: SamplesQuestion, totals: LruCache[int]) -> api.Samples:
    """Answers /samples.

    Args:
        session: the run, within a snapshot: a page is row numbers before it is values.
        question: which page of which list.
        totals: the numbers of samples of lists that earlier pages have counted.

    Raises:
        ArgumentError: an unknown column, order or preset, or a limit that is too large.
    """
    if not 0 < question.limit <= MAX_LIMIT or question.offset < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and offset 0 or more.")
    columns, order = list_columns(session, question)
    narrowed = question.preset == NARROWING_PRESET
    counted = (session.run.name, session.run.version, question.selection, narrowed)
    found = page(
        session.cursor,
        select_samples(session, question.selection, needs_groups=order.needs_groups),
        order,
        question,
        totals.get(counted),
    )
    totals.put(counted, found.total)
    values = _values(session, columns, found)
    hits = found.search.hits(session, values, found.row_numbers) if question.selection.search else {}
    shown = {
        name: question.text_rules.list_column(name, values[f"c{position}"])
        for position, name in enumerate(columns)
    }
    return api.Samples(found.total, {"id": values["id"], "step": values["step"]} | shown | hits)


def _values(session: RunSession, columns: dict[str, str], found: Page) -> dict[str, list[Any]]:
    """The values of a page: id, step, the columns as c0, c1, … and what its search needs to find the hits.

    Args:
        session: the run, inside the transaction that the row numbers are of.
        columns: name -> SQL.
        found: the page.
    """
    table, group_columns = session.schema.table, session.schema.group_columns
    fields = [
        *("file", "line_offset", '"row"', "step"),
        *(f"{sql} AS c{position}" for position, sql in enumerate(columns.values())),
        *found.search.hit_fields,
    ]
    table_sql = f"(SELECT unnest(?) AS place, unnest(?) AS turn) JOIN {table} ON {table}.rowid = place"
    row_numbers = found.row_numbers
    values: list[object] = [row_numbers, list(range(len(row_numbers)))]
    if group_columns and session.schema.needs_groups(columns):
        # Over the whole groups of these rows, and of no others.
        steps = f"SELECT step FROM {table} WHERE rowid IN (SELECT unnest(?))"
        groups = f"SELECT rowid AS member, {group_columns} FROM {table} WHERE step IN ({steps})"
        table_sql += f" LEFT JOIN ({groups}) ON member = place"
        values.append(row_numbers)
    rows = fetch_columns(session.cursor, f"SELECT {', '.join(fields)} FROM {table_sql} ORDER BY turn", values)
    rows["id"] = sample_ids(session.run, zip(rows["file"], rows["line_offset"], rows["row"], strict=True))
    return rows
