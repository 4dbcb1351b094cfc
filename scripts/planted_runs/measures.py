"""The number of a step that shows a failure, computed from the rows as they are logged.

Names are those of docs/metrics.md where RL Board has the number; `phrase_share`, `garbled_share`, `copied_share` and
`end_tokens` are of these runs alone.
"""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import fmean, pstdev
from typing import Any

import numpy as np
from planted_runs.reward_failures import PHRASE
from planted_runs.samples import Floats
from planted_runs.texts import END

Row = dict[str, Any]


def _tokens(rows: list[Row], name: str) -> Floats:
    return np.concatenate([np.asarray(row[name], np.float64) for row in rows])


def _difference(rows: list[Row], minuend: str, subtrahend: str) -> Floats:
    both = _tokens(rows, minuend) - _tokens(rows, subtrahend)
    return both[np.isfinite(both)]


def _log_ratio(rows: list[Row]) -> Floats:
    return _difference(rows, "logprobs", "ref_logprobs")


def _k3(rows: list[Row]) -> float:
    ratio = _log_ratio(rows)
    return float(np.mean(np.exp(-ratio) - 1 + ratio))


def _mean(name: str) -> Callable[[list[Row]], float]:
    return lambda rows: fmean(row[name] for row in rows)


def _share(rows: Iterable[bool]) -> float:
    return fmean(map(float, rows))


def _grouped_by(rows: list[Row], name: str) -> list[list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[name]].append(row)
    return [group for group in groups.values() if len(group) > 1]


def _zero_advantage(rows: list[Row]) -> float:
    rewards = [[row["reward"] for row in group] for group in _grouped_by(rows, "group_id")]
    return _share(max(group) - min(group) <= 1e-8 for group in rewards)


def _duplicates(rows: list[Row]) -> float:
    groups = _grouped_by(rows, "prompt")
    return fmean(1 - len({row["response"] for row in group}) / len(group) for group in groups)


def _explained_variance(rows: list[Row]) -> float:
    target, values = _tokens(rows, "returns"), _tokens(rows, "values")
    return float(1 - np.var(target - values) / np.var(target))


def _repetition(rows: list[Row]) -> float:
    texts = [text for row in rows if len(text := row["response"].encode()) >= 200]
    return fmean(1 - len(zlib.compress(text, 1)) / len(text) for text in texts) if texts else 0.0


def _nonfinite(rows: list[Row]) -> float:
    return fmean(sum(not math.isfinite(value) for value in row["logprobs"]) for row in rows)


def _phrases(rows: list[Row]) -> float:
    return _share(any(phrase in row["response"] for phrase in PHRASE.values()) for row in rows)


MEASURES: dict[str, Callable[[list[Row]], float]] = {
    "k3_mean": _k3,
    "log_ratio_mean": lambda rows: float(_log_ratio(rows).mean()),
    "entropies_mean": lambda rows: float(_tokens(rows, "entropies").mean()),
    "mismatch_absmean": lambda rows: float(np.abs(_difference(rows, "logprobs", "rollout_logprobs")).mean()),
    "copied_share": lambda rows: _share(list(r["logprobs"]) == list(r["rollout_logprobs"]) for r in rows),
    "staleness": lambda rows: fmean(row["step"] - row["policy_version"] for row in rows),
    "explained_variance": _explained_variance,
    "nonfinite": _nonfinite,
    "end_tokens": lambda rows: fmean(row["response_tokens"].count(END) for row in rows),
    "reward": _mean("reward"),
    "reward_std": lambda rows: pstdev(row["reward"] for row in rows),
    "n_tokens": lambda rows: fmean(len(row["response_tokens"]) for row in rows),
    "loss": lambda rows: _share(row["reward"] < row["ref_reward"] for row in rows),
    "format": _mean("format"),
    "proxy_gold_gap": lambda rows: fmean(row["reward"] - row["valid_reward"] for row in rows),
    "zero_advantage_groups": _zero_advantage,
    "duplicate_share": _duplicates,
    "truncation_share": lambda rows: _share(row["finish_reason"] == "length" for row in rows),
    "repetition": _repetition,
    "phrase_share": _phrases,
    "garbled_share": lambda rows: _share("�" in row["response"] or "::=" in row["response"] for row in rows),
}
