"""Visits: what the samples of one prompt at one step reduce to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.labels import Labels, label_sql
from tensorboard_plugin_rlboard.board.prompts.identity_cache import NUMBER, Keys, PromptIdentities
from tensorboard_plugin_rlboard.board.sql_rows import as_list
from tensorboard_plugin_rlboard.board.sums.ordered_sums import ordered_sum
from tensorboard_plugin_rlboard.index.column_names import hidden
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.board.run_schema import RunSchema, RunSession
    from tensorboard_plugin_rlboard.board.selection import Relation

SAMPLES, REWARDED, REWARD, PASSED, MEASURED, TOKENS, KL_TOKENS, KL = range(8)
"""Columns of `Visits.sums`: samples; those with a finite reward, the sum of these, those that pass; those whose length is
known, the sum of their tokens; tokens with a k3, and the sum of these (docs/metrics.md)."""
N_SUMS = 8


@dataclass(frozen=True)
class Visits:
    """One row for each prompt of each step, by prompt, then step.

    Attributes:
        identity: of the prompt, uint64 [visits].
        step: int64 [visits].
        sums: float64 [visits, N_SUMS].
        best, best_gap: the highest finite reward, and difference to the reference's, float64 [visits]; NaN without any.
        label: code of the value of a text column, int64 [visits]; -1 where there is none.
        is_mixed: whether its samples have several values of that column, or some of them none, bool [visits].
        keys, identity_of_key: every distinct `prompt_key` and its identity, uint64 [keys].
    """

    identity: Keys
    step: Ints
    sums: Floats
    best: Floats
    best_gap: Floats
    label: Ints
    is_mixed: Bools
    keys: Keys
    identity_of_key: Keys


def read_visits(
    session: RunSession,
    rows: Relation,
    identities: PromptIdentities,
    threshold: float,
    by: str,
    labels: Labels,
) -> Visits:
    """The visits of some samples, whole steps of them.

    Args:
        session: the run.
        rows: the samples; those without a prompt are left out.
        identities: knows which prompts are the same.
        threshold: the reward from which on a sample passes.
        by: a text column; empty for none.
        labels: the codes of its values.
    """
    columns = session.cursor.execute(
        f"SELECT {NUMBER} AS key, step, {', '.join(_columns(session.schema, threshold, by))} "
        f"FROM {rows.table_sql} WHERE {rows.where} AND prompt_key IS NOT NULL GROUP BY prompt_key, step",
        rows.values,
    ).fetchnumpy()
    plain = {
        name: np.ma.filled(column, _MISSING[name]) for name, column in columns.items() if name != "label"
    }
    keys = plain["key"].astype(np.uint64)
    distinct, at = np.unique(keys, return_inverse=True)
    of_key = identities.of(session, distinct)
    return _merged(
        Visits(
            identity=of_key[at],
            step=plain["step"].astype(np.int64),
            sums=np.stack([plain[f"s{i}"].astype(np.float64) for i in range(N_SUMS)], axis=1),
            best=plain["best"].astype(np.float64),
            best_gap=plain["best_gap"].astype(np.float64),
            label=labels.codes(by, as_list(columns["label"])),
            is_mixed=plain["is_mixed"].astype(bool),
            keys=distinct,
            identity_of_key=of_key,
        ),
        labels,
    )


_MISSING: Mapping[str, float] = {
    "key": 0,
    "step": 0,
    "best": np.nan,
    "best_gap": np.nan,
    "is_mixed": False,
    **{f"s{i}": 0.0 for i in range(N_SUMS)},
}
"""What stands for NULL in each column."""


def _columns(schema: RunSchema, threshold: float, by: str) -> list[str]:
    """SQL of the columns of visits, over the samples of one prompt at one step."""

    def finite(name: str) -> str:
        sql = schema.metric_sql.get(name)
        return f"CASE WHEN {is_finite(sql)} THEN {sql} END" if sql else "CAST(NULL AS DOUBLE)"

    reward, gap, tokens = finite("reward"), finite("reward_gap"), finite("n_tokens")
    kl = finite("k3_sum")
    has_kl = "k3_count" in schema.stored_sums and "k3_sum" in schema.metric_sql
    kl_tokens = f"CASE WHEN ({kl}) IS NOT NULL THEN {hidden('k3_count')} END" if has_kl else "NULL"
    value = label_sql(schema, by) if by else "CAST(NULL AS VARCHAR)"
    is_mixed = f"min({value}) <> max({value}) OR count({value}) NOT IN (0, count(*))" if by else "false"
    sums = (
        "count(*)",
        f"count({reward})",
        ordered_sum(reward),
        f"count(*) FILTER (({reward}) >= {threshold!r})",
        f"count({tokens})",
        ordered_sum(tokens),
        f"sum(CAST({kl_tokens} AS DOUBLE))",
        ordered_sum(kl) if has_kl else "CAST(NULL AS DOUBLE)",
    )
    named = [f"CAST({sql} AS DOUBLE) AS s{i}" for i, sql in enumerate(sums)]
    return [
        *named,
        f"max({reward}) AS best",
        f"max({gap}) AS best_gap",
        f"min({value}) AS label",
        f"({is_mixed}) AS is_mixed",
    ]


def _merged(visits: Visits, labels: Labels) -> Visits:
    """Visits in order, those of several renderings of a prompt at one step put together."""
    order = np.lexsort((labels.ranks(visits.label), visits.step, visits.identity))
    identity, step = visits.identity[order], visits.step[order]
    starts = np.flatnonzero(
        np.concatenate([[True], (identity[1:] != identity[:-1]) | (step[1:] != step[:-1])])[: len(identity)]
    )
    if not len(starts):
        return visits
    return Visits(
        identity[starts],
        step[starts],
        np.add.reduceat(visits.sums[order], starts, axis=0),
        np.fmax.reduceat(visits.best[order], starts),
        np.fmax.reduceat(visits.best_gap[order], starts),
        visits.label[order][starts],
        np.logical_or.reduceat(visits.is_mixed[order], starts)
        | (
            np.minimum.reduceat(visits.label[order], starts)
            != np.maximum.reduceat(visits.label[order], starts)
        ),
        visits.keys,
        visits.identity_of_key,
    )
