"""The columns and the order of a list of samples, as SQL."""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.missing_column import missing_column_error
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.paging import ListOrder
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.column_names import text

_DEFAULT_COLUMNS = (
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


def list_columns(session: RunSession, question: SamplesQuestion) -> tuple[dict[str, str], ListOrder]:
    """The columns of a page beside id and step, name -> SQL, and what the list is sorted by.

    Raises:
        ArgumentError: an unknown column, order or preset.
        StoppedError: a column that the run does not have yet, but it is still being read.
    """
    schema = session.schema
    if question.columns is None:
        names = [name for name in _DEFAULT_COLUMNS if name in schema.metrics or name in schema.texts]
    else:
        names = [name for name in question.columns if name not in {"id", "step"}]
    return {name: _column_sql(session, name) for name in names}, _list_order(session, question)


def _column_sql(session: RunSession, name: str) -> str:
    if name in PLAIN_COLUMNS:
        return name
    sql = session.schema.metric_sql.get(name) or session.schema.text_sql.get(name)
    if sql is None:
        unknown = (
            f"{name} is not a column of run {session.run.name}; /runs lists its metrics and text columns."
        )
        raise missing_column_error(session.run, session.schema, name, ArgumentError(unknown))
    return sql


def _list_order(session: RunSession, question: SamplesQuestion) -> ListOrder:
    is_descending = question.order == "desc"
    if question.order not in {"asc", "desc"}:
        raise ArgumentError(f"order={question.order} is not known: it takes asc or desc.")
    if not question.preset:
        sort, schema = question.sort, session.schema
        key = _column_sql(session, sort) if sort else ""
        return ListOrder(key, is_descending, sort in schema.metric_sql, schema.needs_groups([sort]))
    if question.preset not in PRESETS:
        raise ArgumentError(f"preset={question.preset} is not known: it takes {', '.join(PRESETS)}.")
    if question.preset == "random":
        key = f'hash(file, line_offset, "row", {int(question.seed)})'
        return ListOrder(key, is_descending=False, is_numeric=False)
    if question.preset == "repeated":
        _column_sql(session, "response")
        return ListOrder(_REPEATED, is_descending=True, is_numeric=False)
    name, direction = PRESETS[question.preset]
    key = _column_sql(session, name)
    return ListOrder(f"abs({key})" if question.preset == "smallest_kl" else key, direction == "desc")
