"""The table of responses: sorted by any column, searched, cut to what a row shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tensorboard_plugin_rlboard.api import Samples
from tensorboard_plugin_rlboard.board.run_schema import (
    expression,
    group_columns,
    needs_groups,
    sample_metrics,
    text_columns,
)
from tensorboard_plugin_rlboard.board.samples.ids import ids
from tensorboard_plugin_rlboard.board.samples.paging import Order, page
from tensorboard_plugin_rlboard.board.selection import Relation, Selection, relation
from tensorboard_plugin_rlboard.board.sql_rows import fetch
from tensorboard_plugin_rlboard.board.text_search import hit_columns, hit_fields, matches
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.column_names import metric, physical, text
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.texts import TextRules, cut_prompt, cut_response

if TYPE_CHECKING:
    import duckdb

MAX_LIMIT = 500
_PLAIN = ("step", "split", "attempt", "prompt_key", "line")
_DEFAULT = (
    "prompt",
    "response",
    "reward",
    "ground_truth",
    "log_ratio_mean",
    "log_ratio_sum",
    "k3_mean",
    "k3_sum",
    "n_tokens",
    "ref_response",
    "ref_reward",
    "reward_gap",
    "valid_reward",
    "ref_valid_reward",
)
PRESETS = {
    "best": ("reward", "desc"),
    "worst": ("reward", "asc"),
    "largest_kl": ("log_ratio_mean", "desc"),
    "smallest_kl": ("log_ratio_mean", "asc"),
    "most_negative_kl": ("log_ratio_mean", "asc"),
    "suspect_reference": ("ref_prob_mean", "desc"),
    "random": ("", "asc"),
}
_LOW_REWARD = 0.25
"""Suspect SFT data: the reference is sure of a response whose reward is in the lowest quarter of the selection."""


def samples(
    cursor: duckdb.DuckDBPyConnection,
    run: RunIndex,
    chosen: Selection,
    rules: TextRules,
    *,
    columns: list[str] | None = None,
    sort: str = "",
    order: str = "asc",
    preset: str = "",
    seed: int = 0,
    offset: int = 0,
    limit: int = 50,
    total: Callable[[Callable[[], int]], int] = lambda count: count(),
) -> Samples:
    """Answers /samples; `total` may know the number of samples from an earlier page.

    Raises:
        ArgumentError: an unknown column, order or preset, or a limit that is too large.
    """
    if not 0 < limit <= MAX_LIMIT or offset < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and offset 0 or more.")
    known = {*sample_metrics(run), *text_columns(run)}
    names = (
        [name for name in _DEFAULT if name in known]
        if columns is None
        else [c for c in columns if c not in {"id", "step"}]
    )
    wanted = {name: _column(run, name) for name in names}
    groups = group_columns(run) if needs_groups(run, names) else ""
    hits = hit_columns(run, chosen)
    by = _order(run, sort, order, preset, seed)
    rows = relation(cursor, run, chosen, not preset and needs_groups(run, [sort]))
    if preset == "suspect_reference":
        rows = _narrow(rows)
    costly = bool(chosen.search or chosen.where)
    # Row numbers hold within one view of the table. It begins when every column is named that will be asked for: one
    # that is added meanwhile would not be in it.
    cursor.execute("BEGIN")
    try:
        number, places = page(cursor, rows, by, offset=offset, limit=limit, costly=costly, total=total)
        found = _rows(cursor, run, chosen, wanted, groups, hits, places)
    finally:
        cursor.execute("ROLLBACK")
    answer: dict[str, list[Any]] = {"id": found["id"], "step": found["step"]}
    for i, name in enumerate(wanted):
        answer[name] = [_shown(name, value, rules) for value in found[f"c{i}"]]
    return Samples(number, answer | matches(found, hits, chosen) if chosen.search else answer)


def _rows(
    cursor: duckdb.DuckDBPyConnection,
    run: RunIndex,
    chosen: Selection,
    wanted: dict[str, str],
    groups: str,
    hits: dict[str, str],
    places: list[int],
) -> dict[str, list[Any]]:
    """What is wanted of the rows at these places: columns c0, c1, … and what `matches` needs.

    Args:
        cursor: where to ask.
        run: the run.
        chosen: the selection, for what is searched.
        wanted: column name -> SQL.
        groups: SQL of the group metrics, empty where none is wanted.
        hits: texts that are searched.
        places: row numbers, in the order of the answer.
    """
    extracts, patterns = hit_fields(hits, chosen)
    fields = [
        "file",
        "line_offset",
        '"row"',
        "step",
        *(f"{sql} AS c{i}" for i, sql in enumerate(wanted.values())),
    ]
    source = f"(SELECT unnest(?) AS place, unnest(?) AS turn) JOIN {run.table} ON {run.table}.rowid = place"
    values: list[object] = [*patterns, places, list(range(len(places)))]
    if groups:  # over the whole groups of these rows, and of no others
        own = f"SELECT step FROM {run.table} WHERE rowid IN (SELECT unnest(?))"
        source += (
            f" LEFT JOIN (SELECT rowid AS member, {groups} FROM {run.table} WHERE step IN ({own})) "
            "ON member = place"
        )
        values.append(places)
    found = fetch(cursor, f"SELECT {', '.join(fields + extracts)} FROM {source} ORDER BY turn", values)
    found["id"] = ids(run, zip(found["file"], found["line_offset"], found["row"], strict=True))
    return found


def _column(run: RunIndex, name: str) -> str:
    if name in _PLAIN:
        return name
    found = expression(run, name)
    if found is None and physical("t", name) in run.columns:
        found = text(name)
    if found is None:
        raise ArgumentError(
            f"{name} is not a column of run {run.name}; /runs lists its metrics and text columns."
        )
    return found


def _order(run: RunIndex, sort: str, order: str, preset: str, seed: int) -> Order:
    """What the list is sorted by."""
    if order not in {"asc", "desc"}:
        raise ArgumentError(f"order={order} is not known: it takes asc or desc.")
    if not preset:
        key = _column(run, sort) if sort else ""
        return Order(key, order == "desc", number=expression(run, sort) is not None)
    if preset not in PRESETS:
        raise ArgumentError(f"preset={preset} is not known: it takes {', '.join(PRESETS)}.")
    if preset == "random":
        return Order(f'hash(file, line_offset, "row", {int(seed)})', descending=False, number=False)
    name, order = PRESETS[preset]
    key = _column(run, name)
    return Order(f"abs({key})" if preset == "smallest_kl" else key, order == "desc")


def _narrow(rows: Relation) -> Relation:
    """The samples of the suspect preset: reward in the lowest quarter."""
    reward = metric("reward")
    bound = f"SELECT quantile_cont({reward}, {_LOW_REWARD}) FILTER (isfinite({reward})) FROM {rows.source} WHERE {rows.where}"
    where = f"{rows.where} AND isfinite({reward}) AND {reward} <= ({bound})"
    return replace(rows, where=where, values=rows.values + rows.values)


def _shown(name: str, value: Any, rules: TextRules) -> Any:
    """A cell: texts by the run's rules, then cut; numbers as they are."""
    if not isinstance(value, str):
        return value
    if name == "prompt":
        return cut_prompt(rules.apply_prompt(value))
    return cut_response(rules.apply_response(value) if name in {"response", "ref_response"} else value)
