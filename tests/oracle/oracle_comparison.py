"""Compares every number of a run's answers with the oracle's: tokens, samples, steps and distributions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from oracle_api import Api, Selection, number
from oracle_steps import (
    finite_rewards,
    first_step_kl,
    group_metrics,
    grouped,
    statistics,
    step_metrics,
    token_mean_statistics,
)
from oracle_tokens import OracleSample, own_metrics, token_metrics
from oracle_tokens import statistics as token_statistics
from plain_numbers import HUGE, Number, is_same

OF_CRITIC = frozenset({"return_to_go", "td_error", "value_error"})
OF_LOGPROBS = frozenset({"log_ratio", "k2", "k3", "mismatch", "importance_ratio", "mismatch_k3", "ratio"})
CRITIC_ARRAYS = ("values", "token_rewards", "returns")
LOGPROB_ARRAYS = ("logprobs", "ref_logprobs", "rollout_logprobs", "new_logprobs")
LEFT_OUT = frozenset({"explained_variance"})
"""Metrics of which the last digits may decide whether any sample has one."""
_UNSURE = frozenset({"explained_variance", "prob_pearson", "reward_length_correlation"})
"""Metrics whose expected number is NaN where the last digits decide whether there is one: any is taken then."""
_LOOSE = {
    "explained_variance": 1e-5,
    "prob_pearson": 1e-6,
    "reward_length_correlation": 1e-6,
    "repetition": 0.03,
}


class Comparison:
    """One run, its samples as logged in the order of the table, and what the API says of them."""

    def __init__(
        self,
        api: Api,
        selection: Selection,
        samples: Sequence[OracleSample],
        gamma: float = 1.0,
        lam: float = 1.0,
    ) -> None:
        self._api, self._selection = api, selection
        self._samples, self._gamma, self._lam = samples, gamma, lam
        self._arrays = {id(s): token_metrics(s, gamma, lam) for s in samples}
        self._steps = grouped(samples, lambda s: s.step)
        self._wrong: list[str] = []
        self._metrics = [metric["name"] for metric in api.run(selection[0][1])["metrics"]]
        self._expected = [self._sample_metrics(s) for s in samples]
        self._expected_of = {id(s): found for s, found in zip(samples, self._expected, strict=True)}
        self._known = {name for found in self._expected for name in found}

    def differences(self) -> list[str]:
        """Every number that is another one than the oracle's."""
        pairs = self._selection
        if not any(name.startswith("step") for name, _ in pairs):
            self._compare_names()
        self._compare_samples()
        # Curves and distributions of some metrics at a time: other ones for each length of the list.
        self._compare_steps(pairs, self._some(10, 0))
        self._compare_steps([*pairs, ("where", "step IS NOT NULL")], self._some(5, 1))
        for name in self._some(4, 2):
            self._compare_distribution(name, pairs)
        return self._wrong

    def _some(self, count: int, first: int) -> list[str]:
        return self._metrics[(first + len(self._samples)) % 3 :: max(1, len(self._metrics) // count)]

    def _sample_metrics(self, sample: OracleSample) -> dict[str, Number]:
        found = own_metrics(sample, self._gamma, self._lam) | group_metrics(sample, self._steps[sample.step])
        arrays = self._arrays[id(sample)]
        for name in arrays:
            for statistic, value in token_statistics(sample, name, arrays).items():
                found[f"{name}_{statistic}"] = value
        return found

    def _check(self, place: str, name: str, found: Any, expected: Number, scale: float = 0.0) -> None:
        if name in _UNSURE and expected is not None and math.isnan(expected):
            return
        if not is_same(number(found), expected, scale, _LOOSE.get(name, 1e-9)):
            self._wrong.append(f"{place} {name}: {found}, expected {expected}")

    def _compare_names(self) -> None:
        """Metrics of the run are those that have a value in some sample of it."""
        with_value = {name for found in self._expected for name, x in found.items() if x is not None}
        differences = ({*self._metrics} & self._known ^ with_value) - LEFT_OUT
        if differences:
            self._wrong.append(f"metrics differ: {sorted(differences)}")

    def _scale(self, sample: OracleSample, name: str) -> float:
        """The largest number that a metric of a sample is made of: what its rounding is measured by."""
        if name.startswith(("group_", "advantage")) and not name.startswith("advantages_"):
            # It may be the mean of its tokens' advantages, whose huge ones cancel as in a sum.
            of_tokens = self._token_scale(sample, "advantages", 1e300) if name == "advantage" else 0.0
            return max((abs(r) for r in finite_rewards(self._samples)), default=0.0) + of_tokens
        if name == "value_mse":
            return min(self._token_scale(sample, "value_error") ** 2, HUGE)
        token_metric, _, statistic = name.rpartition("_")
        # A sum of 1e308, -1e308 and 1e200 is 1e200 or 0, by the order of adding.
        most = 1e300 if statistic in {"sum", "mean"} else HUGE
        return 1.0 if name in _UNSURE else self._token_scale(sample, token_metric, most)

    def _token_scale(self, sample: OracleSample, name: str, most: float = HUGE) -> float:
        arrays = self._arrays[id(sample)]
        inputs = CRITIC_ARRAYS if name in OF_CRITIC else LOGPROB_ARRAYS if name in OF_LOGPROBS else ()
        lists = [arrays.get(each, []) for each in (name, *inputs)]
        own = max((abs(x) for xs in lists for x in xs if x is not None and math.isfinite(x)), default=0.0)
        return min(max(own, 1.0 if name in OF_LOGPROBS else 0.0), most)

    def _compare_samples(self) -> None:
        """The table, the opened sample and its tokens, each number in every place that it stands in."""
        rows = self._api.samples(self._selection, self._metrics)
        assert len(rows) == len(self._samples)
        for row, sample, expected in zip(rows, self._samples, self._expected, strict=True):
            arguments = (self._selection[0], ("id", row["id"]))
            opened = self._api.get("sample", *arguments)
            place = f"sample {sample.response!r} of step {sample.step}"
            for name, value in expected.items():
                scale = self._scale(sample, name)
                shown = opened["scalars"].get(name)
                if name in self._metrics:
                    self._check(f"table, {place}", name, row[name], value, scale)
                    self._check(f"opened {place}", name, shown, value, scale)
                elif value is not None and name != "explained_variance":
                    self._wrong.append(f"{place} has no {name}, expected {value}")
            self._compare_tokens(place, sample, self._api.get("tokens", *arguments, ("format", "json")))

    def _compare_tokens(self, place: str, sample: OracleSample, tokens: Mapping[str, list[Any]]) -> None:
        arrays = self._arrays[id(sample)]
        if set(tokens) != set(arrays):
            self._wrong.append(
                f"{place} has the token metrics {set(tokens) ^ set(arrays)} too many or too few"
            )
        for name in tokens.keys() & arrays.keys():
            scale = self._token_scale(sample, name)
            for at, (found, expected) in enumerate(zip(tokens[name], arrays[name], strict=True)):
                self._check(f"{place}, token {at}", name, found, expected, scale)

    def _compare_steps(self, pairs: Selection, metrics: list[str]) -> None:
        """Statistics of every metric and the step metrics, from the kept curves or by queries."""
        found = self._api.get("steps", *pairs, *(("metrics", name) for name in metrics))
        assert found["step"] == sorted(self._steps)
        for i, step in enumerate(found["step"]):
            samples = self._steps[step]
            expected = step_metrics(samples, self._gamma, self._lam)
            first = first_step_kl(samples, self._gamma, self._lam) if i == 0 else None
            for name, value in (expected | {"first_step_kl": first}).items():
                column = found["step_metrics"].get(name, [None] * len(found["step"]))
                self._check(f"step {step}", name, column[i], value, 1.0)
            for name in metrics:
                self._compare_statistics(f"step {step}, {name}", name, found["metrics"][name], i, samples)

    def _compare_statistics(
        self, place: str, name: str, columns: Mapping[str, list[Any]], i: int, samples: list[OracleSample]
    ) -> None:
        if name not in self._known:
            return
        values = [self._expected_of[id(s)].get(name) for s in samples]
        if name == "explained_variance" and any(x is not None and math.isnan(x) for x in values):
            return
        of_token, _, statistic = name.rpartition("_")
        is_token_mean = statistic == "mean" and any(of_token in self._arrays[id(s)] for s in self._samples)
        expected = (
            token_mean_statistics(samples, of_token, self._arrays) if is_token_mean else statistics(values)
        )
        scale = max(self._scale(s, name) for s in samples) + _largest(values)
        for kind, value in expected.items():
            self._check(place, kind, columns[kind][i], value, len(samples) * scale)

    def _compare_distribution(self, name: str, pairs: Selection) -> None:
        found = self._api.get("distribution", *pairs, ("metric", name), ("bins", "7"))
        values = [each.get(name) for each in self._expected]
        if name not in self._known or (
            name == "explained_variance" and any(x is not None and math.isnan(x) for x in values)
        ):
            return
        expected = statistics(values)
        scale = max(self._scale(s, name) for s in self._samples) + _largest(values)
        for kind in ("count", "nonfinite", "mean", "std"):
            self._check(f"distribution of {name}", kind, found[kind], expected[kind], scale)
        for level, value in found["quantiles"].items():
            self._check(f"distribution of {name}", level, value, expected[level], scale)
        if sum(found["counts"]) != expected["count"]:
            self._wrong.append(
                f"distribution of {name}: {sum(found['counts'])} of {expected['count']} in its bins"
            )


def _largest(values: Sequence[Number]) -> float:
    return max((abs(x) for x in values if x is not None and abs(x) < HUGE), default=0.0)
