"""The table of responses: sorted by any column, searched, cut to what a row shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tensorboard_plugin_rlboard.api import Samples
from tensorboard_plugin_rlboard.board.columns import fetch
from tensorboard_plugin_rlboard.board.ids import id_column
from tensorboard_plugin_rlboard.board.selection import (
    TEXTS,
    ArgumentError,
    Relation,
    Selection,
    relation,
    searched,
)
from tensorboard_plugin_rlboard.board.vocabulary import expression, needs_groups, sample_metrics, text_columns
from tensorboard_plugin_rlboard.index.columns import metric, physical, quoted, text
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.texts import TextRules, cut_prompt, cut_response, excerpt

if TYPE_CHECKING:
    import duckdb

MAX_LIMIT = 500
LOGGED_ORDER = "step, line_offset, file"
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
) -> Samples:
    """Answers /samples.

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
    key, order, extra = _order(run, sort, order, preset, seed)
    rows = relation(cursor, run, chosen, needs_groups(run, [*names, sort]))
    where, values = rows.where, list(rows.values)
    if extra:
        where, values = _narrow(rows)
    counted = cursor.execute(f"SELECT count(*) FROM {rows.source} WHERE {where}", values).fetchall()
    hits = (
        {name: TEXTS[name] for name in searched(chosen) if physical("t", TEXTS[name]) in run.columns}
        if chosen.search
        else {}
    )
    fields = [
        f"{id_column(run)} AS id",
        "step",
        *(f"{sql} AS c{i}" for i, sql in enumerate(wanted.values())),
    ]
    fields += [f"{text(column)} AS {quoted('s:' + name)}" for name, column in hits.items()]
    if chosen.regex:
        fields += [
            f"regexp_extract({text(column)}, ?, ['before', 'hit']) AS {quoted('x:' + name)}"
            for name, column in hits.items()
        ]
    page = fetch(
        cursor,
        f"SELECT {', '.join(fields)} FROM {rows.source} WHERE {where} ORDER BY {_ordered(key, order)} LIMIT {limit} OFFSET {offset}",
        [*([f"(?s:^(.*?))({chosen.search})"] * len(hits) if chosen.regex else []), *values],
    )
    answer: dict[str, list[Any]] = {"id": page["id"], "step": page["step"]}
    for i, name in enumerate(wanted):
        answer[name] = [_shown(name, value, rules) for value in page[f"c{i}"]]
    if chosen.search:
        answer |= _matches(page, hits, chosen)
    return Samples(int(counted[0][0]), answer)


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


def _order(run: RunIndex, sort: str, order: str, preset: str, seed: int) -> tuple[str, str, str]:
    """The expression to sort by (empty: as logged), its direction, and the preset that narrows the samples."""
    if order not in {"asc", "desc"}:
        raise ArgumentError(f"order={order} is not known: it takes asc or desc.")
    if preset:
        if preset not in PRESETS:
            raise ArgumentError(f"preset={preset} is not known: it takes {', '.join(PRESETS)}.")
        if preset == "random":
            return f'hash(file, line_offset, "row", {int(seed)})', "asc", ""
        name, order = PRESETS[preset]
        key = _column(run, name)
        return (
            (f"abs({key})" if preset == "smallest_kl" else key),
            order,
            preset if preset == "suspect_reference" else "",
        )
    return (_column(run, sort) if sort else ""), order, ""


def _narrow(rows: Relation) -> tuple[str, list[object]]:
    """The samples of the suspect preset: reward in the lowest quarter."""
    reward = metric("reward")
    bound = f"SELECT quantile_cont({reward}, {_LOW_REWARD}) FILTER (isfinite({reward})) FROM {rows.source} WHERE {rows.where}"
    return f"{rows.where} AND isfinite({reward}) AND {reward} <= ({bound})", rows.values + rows.values


def _ordered(key: str, order: str) -> str:
    """Non-finite and missing values last both ways, ties as logged."""
    if not key:
        return LOGGED_ORDER if order == "asc" else "step DESC, line_offset DESC, file DESC"
    number = f"TRY_CAST({key} AS DOUBLE)"
    last = f"CASE WHEN {key} IS NULL THEN 2 WHEN NOT isfinite({number}) THEN 1 ELSE 0 END"
    return f"{last}, {key} {order.upper()}, {LOGGED_ORDER}"


def _shown(name: str, value: Any, rules: TextRules) -> Any:
    """A cell: texts by the run's rules, then cut; numbers as they are."""
    if not isinstance(value, str):
        return value
    if name == "prompt":
        return cut_prompt(rules.apply_prompt(value))
    return cut_response(rules.apply_response(value) if name in {"response", "ref_response"} else value)


def _matches(page: dict[str, list[Any]], hits: Iterable[str], chosen: Selection) -> dict[str, list[Any]]:
    """Where each row was hit first, in the words of the argument `in`, with the text around it."""
    found: dict[str, list[Any]] = {"match_in": [], "match": [], "match_start": [], "match_end": []}
    for i in range(len(page["id"])):
        place: tuple[str | None, str | None, int | None, int | None] = (None, None, None, None)
        for name in hits:
            content = page["s:" + name][i]
            start, end = _hit(content or "", page["x:" + name][i] if chosen.regex else None, chosen.search)
            if end > start:
                place = (name, *excerpt(content, start, end))
                break
        for key, value in zip(found, place, strict=True):
            found[key].append(value)
    return found


def _hit(content: str, extracted: dict[str, str] | None, needle: str) -> tuple[int, int]:
    """Where the first hit begins and ends, in code points; (0, 0) where there is none to show."""
    if extracted is not None:  # by the database's own expressions, which are not Python's
        start = len(extracted["before"])
        return start, start + len(extracted["hit"])
    found = re.search(re.escape(needle), content, re.IGNORECASE)
    return found.span() if found else (0, 0)
