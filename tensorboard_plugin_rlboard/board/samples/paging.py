"""One page of a list of samples as row numbers: which rows, in which order, and how many there are in all.

Wide columns are fetched afterwards for these rows only: sorting a million rows then moves numbers, not texts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.board.text_search import TextSearch
from tensorboard_plugin_rlboard.index.column_names import metric

if TYPE_CHECKING:
    import duckdb

LOGGED_ORDER = 'step, line_offset, file, "row"'
NARROWING_PRESET = "suspect_reference"
"""The one that lists some of a selection only."""
_LOW_REWARD_QUANTILE = 0.25
"""Suspect SFT data: the reference is sure of a response whose reward is in the lowest quarter of the selection."""
_MIN_LARGE_LIST = 20_000
"""Of more rows the finite ones are looked for first: without the others the database keeps only the best as it goes."""


@dataclass(frozen=True)
class ListOrder:
    """The order of a list.

    Attributes:
        key: SQL; empty for the order of the log.
        is_descending: its direction.
        is_numeric: whether the key is a number, which may not be finite.
        needs_groups: whether the key is computed over groups.
    """

    key: str
    is_descending: bool
    is_numeric: bool = True
    needs_groups: bool = False

    def sql(self, key: str) -> str:
        """An ORDER BY over `key`: non-finite and missing values last both ways, ties as logged."""
        if not self.key:
            return (
                'step DESC, line_offset DESC, file DESC, "row" DESC' if self.is_descending else LOGGED_ORDER
            )
        directed = self.directed(key)
        return f"isfinite({key}) DESC NULLS LAST, {directed}" if self.is_numeric else directed

    def directed(self, key: str) -> str:
        """The same where every value is finite."""
        return f"{key} {'DESC' if self.is_descending else 'ASC'} NULLS LAST, {LOGGED_ORDER}"


@dataclass(frozen=True)
class Page:
    """One page of a list.

    Attributes:
        total: the number of rows of the list.
        row_numbers: those of the page, in their order.
        search: the text search that the list was narrowed by.
    """

    total: int
    row_numbers: list[int]
    search: TextSearch


def page(
    cursor: duckdb.DuckDBPyConnection,
    relation: Relation,
    order: ListOrder,
    question: SamplesQuestion,
    known_total: int | None,
) -> Page:
    """One page of a list.

    Args:
        cursor: inside a transaction, so that row numbers stay what they are.
        relation: the samples of the question's selection.
        order: what they are sorted by.
        question: which page of which list.
        known_total: the number of rows of the list where an earlier page has counted them.
    """
    if question.preset == NARROWING_PRESET:
        relation = _lowest_rewards(relation)
    execute = cursor.execute
    window = f"LIMIT {int(question.limit)} OFFSET {int(question.offset)}"

    def counted_and_listed() -> tuple[int, list[int]]:
        key = f", {order.key} AS k" if order.key else ""
        by = order.sql("k")
        answer = execute(
            "WITH m AS MATERIALIZED ("
            f"SELECT rowid AS r, {LOGGED_ORDER}{key} FROM {relation.table_sql} WHERE {relation.where}) "
            f"SELECT n, r FROM (SELECT count(*) AS n FROM m) LEFT JOIN (SELECT * FROM m ORDER BY {by} {window}) "
            f"ON true ORDER BY {by}",
            relation.values,
        ).fetchall()
        return int(answer[0][0]), [int(row[1]) for row in answer if row[1] is not None]

    def counted() -> int:
        sql = f"SELECT count(*) FROM {relation.table_sql} WHERE {relation.where}"
        return int(execute(sql, relation.values).fetchall()[0][0])

    def listed(where: str, by: str) -> list[int]:
        sql = f"SELECT rowid FROM {relation.table_sql} WHERE {where} ORDER BY {by} {window}"
        return [int(row[0]) for row in execute(sql, relation.values).fetchall()]

    if known_total is None and (question.selection.search or question.selection.where):
        # A condition on texts takes long for each row: one scan counts and lists.
        return Page(*counted_and_listed(), relation.search)
    total = counted() if known_total is None else known_total
    if order.key and order.is_numeric and total > _MIN_LARGE_LIST:
        finite = listed(f"{relation.where} AND isfinite({order.key})", order.directed(order.key))
        if len(finite) == question.limit:
            return Page(total, finite, relation.search)
    return Page(total, listed(relation.where, order.sql(order.key)), relation.search)


def _lowest_rewards(relation: Relation) -> Relation:
    """The samples of a relation whose reward is in its lowest quarter, -Infinity included."""
    reward = metric("reward")
    bound = (
        f"SELECT quantile_cont({reward}, {_LOW_REWARD_QUANTILE}) FILTER (isfinite({reward})) "
        f"FROM {relation.table_sql} WHERE {relation.where}"
    )
    where = f"{relation.where} AND NOT isnan({reward}) AND {reward} <= ({bound})"
    return replace(relation, where=where, values=relation.values + relation.values)
