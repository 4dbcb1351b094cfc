"""One page of a selection as row numbers: which rows, in which order, and how many there are in all.

Wide columns are fetched afterwards for these rows only: sorting a million rows then moves numbers, not texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.board.selection import Relation

if TYPE_CHECKING:
    import duckdb

LOGGED_ORDER = 'step, line_offset, file, "row"'
_MANY = 20_000
"""Of more rows the finite ones are looked for first: without the others the database keeps only the best as it goes."""


@dataclass(frozen=True)
class Order:
    """What a list is sorted by: an expression (empty: as logged), its direction, and whether it is a number."""

    key: str
    descending: bool
    number: bool = True

    def sql(self, key: str) -> str:
        """An ORDER BY over `key`: non-finite and missing values last both ways, ties as logged."""
        if not self.key:
            return 'step DESC, line_offset DESC, file DESC, "row" DESC' if self.descending else LOGGED_ORDER
        directed = self.directed(key)
        return f"isfinite({key}) DESC NULLS LAST, {directed}" if self.number else directed

    def directed(self, key: str) -> str:
        """The same where every value is finite."""
        return f"{key} {'DESC' if self.descending else 'ASC'} NULLS LAST, {LOGGED_ORDER}"


def page(
    cursor: duckdb.DuckDBPyConnection,
    rows: Relation,
    order: Order,
    *,
    offset: int,
    limit: int,
    costly: bool,
    total: Callable[[Callable[[], int]], int],
) -> tuple[int, list[int]]:
    """The number of rows of a relation, and the row numbers of one page in their order.

    Args:
        cursor: where to ask; inside a transaction, so that row numbers stay what they are.
        rows: the samples.
        order: their order.
        offset: rows to skip.
        limit: rows of the page.
        costly: whether the condition takes long for each row (texts are searched): one scan then counts and finds.
        total: gives a number that is known already, or what the function that it is called with counts.
    """
    found: list[int] | None = None
    window = f"LIMIT {int(limit)} OFFSET {int(offset)}"

    def both() -> int:
        nonlocal found
        key = f", {order.key} AS k" if order.key else ""
        by = order.sql("k")
        answer = cursor.execute(
            f"WITH m AS MATERIALIZED (SELECT rowid AS r, {LOGGED_ORDER}{key} FROM {rows.source} WHERE {rows.where}) "
            f"SELECT n, r FROM (SELECT count(*) AS n FROM m) LEFT JOIN (SELECT * FROM m ORDER BY {by} {window}) "
            f"ON true ORDER BY {by}",
            rows.values,
        ).fetchall()
        found = [int(row[1]) for row in answer if row[1] is not None]
        return int(answer[0][0])

    def count() -> int:
        sql = f"SELECT count(*) FROM {rows.source} WHERE {rows.where}"
        return int(cursor.execute(sql, rows.values).fetchall()[0][0])

    def listed(where: str, by: str) -> list[int]:
        sql = f"SELECT rowid FROM {rows.source} WHERE {where} ORDER BY {by} {window}"
        return [int(row[0]) for row in cursor.execute(sql, rows.values).fetchall()]

    number = total(both if costly else count)
    if found is None and order.key and order.number and number > _MANY:
        finite = listed(f"{rows.where} AND isfinite({order.key})", order.directed(order.key))
        found = finite if len(finite) == limit else None
    return number, listed(rows.where, order.sql(order.key)) if found is None else found
