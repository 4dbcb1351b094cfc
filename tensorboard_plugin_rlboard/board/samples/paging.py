"""One page of a list of samples as row numbers: which rows, in which order, and how many there are in all.

Wide columns are fetched afterwards for these rows only: sorting a million rows then moves numbers, not texts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tensorboard_plugin_rlboard.board.missing_column import missing_column
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Relation, select_samples
from tensorboard_plugin_rlboard.board.text_search import TextSearch
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.column_names import metric, text

LOGGED_ORDER = 'step, line_offset, file, "row"'
PLAIN_COLUMNS = ("step", "split", "attempt", "prompt_key", "line")
"""Columns of a list that are no metric and no text."""
PRESETS = {
    "best": ("reward", "desc"),
    "worst": ("reward", "asc"),
    "largest_kl": ("log_ratio_mean", "desc"),
    "smallest_kl": ("log_ratio_mean", "asc"),
    "most_negative_kl": ("log_ratio_mean", "asc"),
    "suspect_reference": ("ref_prob_mean", "desc"),
    "repeated": ("", "desc"),
    "random": ("", "asc"),
}
"""Preset -> the metric that it sorts by, if any, and its direction."""
_REPEATED = (
    f"CASE WHEN {text('response')} IS NOT NULL THEN row("
    f"count(*) OVER (PARTITION BY step, prompt_key, hash({text('response')})), hash({text('response')})) END"
)
"""How many of the list have the same response to the same prompt at the same step; equal ones stand together."""
_NARROWING_PRESET = "suspect_reference"
_LOW_REWARD = 0.25
"""Suspect SFT data: the reference is sure of a response whose reward is in the lowest quarter of the selection."""
_MANY = 20_000
"""Of more rows the finite ones are looked for first: without the others the database keeps only the best as it goes."""


@dataclass(frozen=True)
class ListOrder:
    """What a list is sorted by.

    Attributes:
        key: SQL; empty for the order of the log.
        descending: its direction.
        numeric: whether the key is a number, which may not be finite.
        groups: whether the key is computed over groups.
    """

    key: str
    descending: bool
    numeric: bool = True
    groups: bool = False

    def sql(self, key: str) -> str:
        """An ORDER BY over `key`: non-finite and missing values last both ways, ties as logged."""
        if not self.key:
            return 'step DESC, line_offset DESC, file DESC, "row" DESC' if self.descending else LOGGED_ORDER
        directed = self.directed(key)
        return f"isfinite({key}) DESC NULLS LAST, {directed}" if self.numeric else directed

    def directed(self, key: str) -> str:
        """The same where every value is finite."""
        return f"{key} {'DESC' if self.descending else 'ASC'} NULLS LAST, {LOGGED_ORDER}"


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


def column_sql(session: RunSession, name: str) -> str:
    """SQL of a column of the list.

    Raises:
        ArgumentError: the run has no such column.
        StoppedError: nor yet, but it is still being read.
    """
    if name in PLAIN_COLUMNS:
        return name
    sql = session.schema.metric_sql.get(name) or session.schema.text_sql.get(name)
    if sql is None:
        unknown = (
            f"{name} is not a column of run {session.run.name}; /runs lists its metrics and text columns."
        )
        raise missing_column(session.run, session.schema, name, ArgumentError(unknown))
    return sql


def total_depends_on(question: SamplesQuestion) -> tuple[object, ...]:
    """What the number of samples of a list depends on beside the run."""
    return question.selection, question.preset if question.preset == _NARROWING_PRESET else ""


def page(session: RunSession, question: SamplesQuestion, known_total: int | None = None) -> Page:
    """One page of a list.

    Args:
        session: inside a transaction, so that row numbers stay what they are.
        question: which page of which list.
        known_total: the number of rows of the list where an earlier page has counted them.

    Raises:
        ArgumentError: an unknown column, order or preset, or a selection that cannot be answered.
    """
    order = _list_order(session, question)
    relation = select_samples(session, question.selection, groups=order.groups)
    if question.preset == _NARROWING_PRESET:
        relation = _lowest_rewards(relation)
    execute = session.cursor.execute
    window = f"LIMIT {int(question.limit)} OFFSET {int(question.offset)}"

    def counted_and_listed() -> tuple[int, list[int]]:
        key = f", {order.key} AS k" if order.key else ""
        by = order.sql("k")
        answer = execute(
            "WITH m AS MATERIALIZED ("
            f"SELECT rowid AS r, {LOGGED_ORDER}{key} FROM {relation.source} WHERE {relation.where}) "
            f"SELECT n, r FROM (SELECT count(*) AS n FROM m) LEFT JOIN (SELECT * FROM m ORDER BY {by} {window}) "
            f"ON true ORDER BY {by}",
            relation.values,
        ).fetchall()
        return int(answer[0][0]), [int(row[1]) for row in answer if row[1] is not None]

    def counted() -> int:
        sql = f"SELECT count(*) FROM {relation.source} WHERE {relation.where}"
        return int(execute(sql, relation.values).fetchall()[0][0])

    def listed(where: str, by: str) -> list[int]:
        sql = f"SELECT rowid FROM {relation.source} WHERE {where} ORDER BY {by} {window}"
        return [int(row[0]) for row in execute(sql, relation.values).fetchall()]

    if known_total is None and (question.selection.search or question.selection.where):
        # A condition on texts takes long for each row: one scan counts and lists.
        return Page(*counted_and_listed(), relation.search)
    total = counted() if known_total is None else known_total
    if order.key and order.numeric and total > _MANY:
        finite = listed(f"{relation.where} AND isfinite({order.key})", order.directed(order.key))
        if len(finite) == question.limit:
            return Page(total, finite, relation.search)
    return Page(total, listed(relation.where, order.sql(order.key)), relation.search)


def _list_order(session: RunSession, question: SamplesQuestion) -> ListOrder:
    descending = question.order == "desc"
    if question.order not in {"asc", "desc"}:
        raise ArgumentError(f"order={question.order} is not known: it takes asc or desc.")
    if not question.preset:
        sort, schema = question.sort, session.schema
        key = column_sql(session, sort) if sort else ""
        return ListOrder(key, descending, sort in schema.metric_sql, schema.needs_groups([sort]))
    if question.preset not in PRESETS:
        raise ArgumentError(f"preset={question.preset} is not known: it takes {', '.join(PRESETS)}.")
    if question.preset == "random":
        key = f'hash(file, line_offset, "row", {int(question.seed)})'
        return ListOrder(key, descending=False, numeric=False)
    if question.preset == "repeated":
        column_sql(session, "response")
        return ListOrder(_REPEATED, descending=True, numeric=False)
    name, direction = PRESETS[question.preset]
    key = column_sql(session, name)
    return ListOrder(f"abs({key})" if question.preset == "smallest_kl" else key, direction == "desc")


def _lowest_rewards(relation: Relation) -> Relation:
    """The samples of a relation whose reward is in its lowest quarter, -Infinity included."""
    reward = metric("reward")
    bound = (
        f"SELECT quantile_cont({reward}, {_LOW_REWARD}) FILTER (isfinite({reward})) "
        f"FROM {relation.source} WHERE {relation.where}"
    )
    where = f"{relation.where} AND NOT isnan({reward}) AND {reward} <= ({bound})"
    return replace(relation, where=where, values=relation.values + relation.values)
