"""The schema of a run for questions: its sample metrics, texts and token metrics with their SQL; and a session with a cursor."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from weakref import WeakKeyDictionary

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_WINDOWS
from tensorboard_plugin_rlboard.index.column_names import hidden, logical, metric, quoted
from tensorboard_plugin_rlboard.index.parts.sample_statistics import STORED
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.metrics.catalog import catalog
from tensorboard_plugin_rlboard.metrics.catalog.catalog import GROUP_METRIC_NAMES, STATISTICS
from tensorboard_plugin_rlboard.metrics.catalog.token_metrics import TOKEN_ENTRIES

if TYPE_CHECKING:
    import duckdb

_FIRST_METRICS = ("reward", "reward_gap", "ref_reward", "valid_reward", "ref_valid_reward", "n_tokens")
_FIRST_TOKEN_METRICS = (
    *("token_rewards", "log_ratio", "k3", "values", "logprobs", "ref_logprobs", "prob", "ref_prob"),
    *(entry.name for entry in TOKEN_ENTRIES),
)
"""Token metrics that RL Logging Board shows come first, then ours, then the rest as logged."""


@dataclass(frozen=True, eq=False)
class RunSchema:
    """The columns of one version of a run, as questions name them; compared by identity.

    Attributes:
        table: the run's table of samples.
        metric_sql: sample metric -> SQL over the relation of a selection; also those without a value yet.
        text_sql: text column -> SQL; also those without a value yet.
        metrics: the sample metrics that have a value somewhere, the well-known ones first.
        texts: the text columns that have a value somewhere.
        token_metrics: the token metrics, logged and derived, in the order of the view.
        stored_sums: names of the hidden sums that the step metrics are made of.
        computed_group_metrics: the group metrics; a relation has to compute them. Empty where no reward is logged.
        group_columns: window expressions of those.
        sample_advantage: SQL of the advantage that is logged for the sample itself; empty where none is logged.
        logged_advantage: SQL of an advantage as logged, for the sample or its tokens; empty where none is logged.
    """

    table: str
    metric_sql: Mapping[str, str]
    text_sql: Mapping[str, str]
    metrics: tuple[str, ...]
    texts: tuple[str, ...]
    token_metrics: tuple[str, ...]
    stored_sums: frozenset[str]
    computed_group_metrics: frozenset[str]
    group_columns: str
    sample_advantage: str
    logged_advantage: str

    def needs_groups(self, names: Iterable[str]) -> bool:
        """Whether any of these metrics is computed over the group of its sample."""
        return not self.computed_group_metrics.isdisjoint(names)

    def is_token_mean(self, name: str) -> bool:
        """Whether a metric is the mean of a token metric whose sums and counts are stored."""
        return name.endswith("_mean") and f"{name.removesuffix('_mean')}_count" in self.stored_sums


@dataclass(frozen=True)
class RunSession:
    """A run for the time of one question, in one thread.

    Attributes:
        run: its index.
        schema: its columns.
        cursor: of the query database, within the limits of the question.
    """

    run: RunIndex
    schema: RunSchema
    cursor: duckdb.DuckDBPyConnection

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """The session with one view of the run for several queries: row numbers stay true in it.

        It begins when the session knows every column that can be asked for: one that is added meanwhile is not in it.
        What is created in it goes with it.
        """
        self.cursor.execute("BEGIN TRANSACTION")
        try:
            yield self
        finally:
            self.cursor.execute("ROLLBACK")


def open_session(run: RunIndex, cursor: duckdb.DuckDBPyConnection) -> RunSession:
    """A session with the columns that a run has now, whose table is in the query database."""
    run.sample_table.loaded_name()
    return RunSession(run, run_schema(run), cursor)


_schemas: WeakKeyDictionary[RunIndex, tuple[int, Mapping[str, str], RunSchema]] = WeakKeyDictionary()


def run_schema(run: RunIndex) -> RunSchema:
    """The schema of a run; made again only when the run changes. To query it, open a session: its table may be unloaded."""
    # A load replaces the columns a moment before it raises the version.
    version, columns, cached = run.version, run.columns, _schemas.get(run)
    if cached is None or cached[0] != version or cached[1] is not columns:
        cached = version, columns, _schema_of(run)
        _schemas[run] = cached
    return cached[2]


def token_metric_info(name: str, logged: Container[str]) -> api.MetricInfo:
    """How a token metric is labelled and coloured, and whether it was computed: its name is none of the logged ones."""
    entry = catalog.token_metric(name)
    return api.MetricInfo(name, entry.kind, entry.unit, "" if name in logged else "computed")


def _schema_of(run: RunIndex) -> RunSchema:
    columns, available = tuple(run.columns), run.available
    by_kind: dict[str, dict[str, str]] = {"m": {}, "t": {}, "h": {}}
    for column in columns:
        if column[1:2] == ":":
            by_kind[column[0]][logical(column)] = column
    # A list that is as long as the tokens in a few rows only is no token array: what was computed of those rows is nothing.
    for key in run.keys.other_lists:
        for name in (*STORED, "mean", "count", "nonfinite"):
            by_kind["m"].pop(f"{key}_{name}", None)
            by_kind["h"].pop(f"{key}_{name}", None)
    logged, texts, sums = by_kind["m"], by_kind["t"], by_kind["h"]
    with_values = dict.fromkeys(name for name, column in logged.items() if column in available)
    sample_advantage = metric("advantage") if "advantage" in logged else ""
    logged_advantage = _logged_advantage(sample_advantage, sums)
    return RunSchema(
        table=run.sample_table.name,
        metric_sql=_metric_sql(logged, sums, logged_advantage),
        text_sql={name: quoted(column) for name, column in texts.items()},
        metrics=tuple(_metrics(with_values, sums)),
        texts=tuple(name for name, column in texts.items() if column in available),
        token_metrics=tuple(_token_metrics(with_values, run.keys.arrays)),
        stored_sums=frozenset(sums),
        computed_group_metrics=frozenset(GROUP_METRIC_NAMES if "reward" in logged else ()),
        group_columns=GROUP_WINDOWS if "reward" in logged else "",
        sample_advantage=sample_advantage,
        logged_advantage=logged_advantage,
    )


def _token_mean(name: str, sums: Container[str]) -> str:
    """The mean of a token metric over the tokens of a sample: its sum by its count, else as kept where there is no such sum."""
    total = metric(f"{name}_sum")
    mean = f"({total} / nullif({hidden(f'{name}_count')}, 0))"
    return (
        f"(CASE WHEN isinf({total}) THEN {hidden(f'{name}_mean')} ELSE {mean} END)"
        if f"{name}_mean" in sums
        else mean
    )


def _logged_advantage(sample_advantage: str, sums: Container[str]) -> str:
    """The logged advantage of a sample, else that of its tokens: the one that they share, else their mean."""
    found = [sample_advantage] if sample_advantage else []
    if "advantages_count" in sums:
        low, high = (metric(f"advantages_{statistic}") for statistic in ("min", "max"))
        found.append(f"CASE WHEN {low} = {high} THEN {low} ELSE {_token_mean('advantages', sums)} END")
    return f"coalesce({', '.join(found)})" if found else ""


def _metric_sql(logged: Mapping[str, str], sums: Mapping[str, str], logged_advantage: str) -> dict[str, str]:
    """SQL of every metric. What a sample has logged counts before what is computed of other numbers of it."""
    sql = {name: quoted(column) for name, column in logged.items()}
    for name in sums:
        if name.endswith("_count"):
            token_metric = name.removesuffix("_count")
            sql.setdefault(f"{token_metric}_mean", _token_mean(token_metric, sums))
    if "reward" in logged:
        sql |= {name: name for name in GROUP_METRIC_NAMES}
    if logged_advantage:
        sql["advantage"] = (
            f"coalesce({logged_advantage}, advantage)" if "reward" in logged else logged_advantage
        )
    if "logprobs_mean" in sql:
        sql.setdefault("perplexity", f"exp(-{sql['logprobs_mean']})")
    if "policy_version" in logged:
        version = metric("policy_version")
        # Step 0 is also that of a row without one, which says nothing of how many versions ago it was sampled.
        computed = f"CASE WHEN step > 0 OR {version} <= 0 THEN step - {version} END"
        sql["staleness"] = (
            f"coalesce({sql['staleness']}, {computed})" if "staleness" in sql else f"({computed})"
        )
    return sql


def _metrics(with_values: Iterable[str], sums: Mapping[str, str]) -> list[str]:
    names = dict.fromkeys(with_values)
    means = [f"{name.removesuffix('_sum')}_mean" for name in names if name.endswith("_sum")]
    names |= dict.fromkeys(name for name in means if f"{name.removesuffix('_mean')}_count" in sums)
    for source, computed in (
        ("reward", GROUP_METRIC_NAMES),
        ("logprobs_sum", ("perplexity",)),
        ("policy_version", ("staleness",)),
        ("advantages_sum", ("advantage",)),
    ):
        if source in names:
            names |= dict.fromkeys(computed)
    return sorted(names, key=lambda name: (_rank(name, _FIRST_METRICS), name))


def _token_metrics(with_values: Container[str], logged_arrays: Iterable[str]) -> list[str]:
    measured = [
        name
        for name in {*_FIRST_TOKEN_METRICS, *logged_arrays}
        if any(f"{name}_{statistic}" in with_values for statistic in STATISTICS)
    ]
    return sorted(measured, key=lambda name: (_rank(name, _FIRST_TOKEN_METRICS), name))


def _rank(name: str, first: tuple[str, ...]) -> int:
    return first.index(name) if name in first else len(first)
