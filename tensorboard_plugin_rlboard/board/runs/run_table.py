"""/run_table: every run by a few numbers of its curves, as far as these are computed; no rows are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.steps.materialized import METRIC_PREFIX, CurvesSnapshot
from tensorboard_plugin_rlboard.board.steps.step_index import RunSteps
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints

MAX_RUNS = 1000
"""Runs of an answer; of more, those that changed last."""
METRICS = ("reward", "reward_gap", "valid_reward", "k3_mean", "log_ratio_mean", "n_tokens", "n_chars")


def run_state(registry: Registry, run: RunIndex) -> str:
    """`indexing` while something of a run is left to read or a file of it is unpacked anew, `failed` where nothing is indexed."""
    if registry.failure:
        return "failed"
    is_behind = any(file.is_pending or file.is_being_unpacked for file in tuple(run.files.values()))
    return "indexing" if is_behind else "ready"


class RunNumbers:
    """Answers /run_table; the numbers of a run are worked out again only when its curves change."""

    def __init__(
        self,
        registry: Registry,
        snapshot: Callable[[RunIndex], CurvesSnapshot],
        run_steps: Callable[[RunIndex], RunSteps],
        findings: Callable[[RunIndex], Mapping[str, int] | None],
    ) -> None:
        """Starts empty.

        Args:
            registry: the indexes.
            snapshot: the curves of a run as far as they are computed.
            run_steps: the steps of a run as of now.
            findings: how many findings of each severity a run has; None where it was not examined yet.
        """
        self._registry = registry
        self._snapshot = snapshot
        self._run_steps = run_steps
        self._findings = findings
        self._cache: dict[str, tuple[CurvesSnapshot, Mapping[str, api.RunMetric]]] = {}

    def table(self) -> api.RunTable:
        """Every run, those that changed last first."""
        found = [(_changed_at(run), run) for run in tuple(self._registry.runs.values())]
        found.sort(key=lambda pair: (-(pair[0] or 0.0), pair[1].name))
        return api.RunTable(len(found), [self._row(run, changed) for changed, run in found[:MAX_RUNS]])

    def _row(self, run: RunIndex, changed_at: float | None) -> api.RunRow:
        count, _, last = self._run_steps(run).steps()
        return api.RunRow(
            run=run.name,
            state=run_state(self._registry, run),
            samples=run.samples,
            steps=count,
            last_step=last,
            problems=run.problems,
            findings=self._findings(run),
            changed_at=changed_at,
            # Where every row went, curves stay what they were: nobody asks for them any more.
            metrics=self._metrics(run) if count else {},
        )

    def _metrics(self, run: RunIndex) -> Mapping[str, api.RunMetric]:
        snapshot = self._snapshot(run)
        cached = self._cache.get(run.name)
        if cached is None or cached[0] is not snapshot:
            cached = self._cache[run.name] = snapshot, _of_curves(snapshot)
        return cached[1]


def _changed_at(run: RunIndex) -> float | None:
    return max((file.state.mtime_ns / 1e9 for file in tuple(run.files.values())), default=None)


def _of_curves(snapshot: CurvesSnapshot) -> Mapping[str, api.RunMetric]:
    """The metrics of what was trained on, else of another split, at the newest attempt of each step."""
    table = snapshot.tables.get("train") or next(iter(snapshot.tables.values()), None)
    if table is None:
        return {}
    rows = table.row_positions(None, None, None)
    found = {}
    for name in METRICS:
        means = table.columns.get(METRIC_PREFIX + name, {}).get("mean")
        numbers = None if means is None else curve_numbers(table.step[rows], means[rows])
        if numbers is not None:
            found[name] = numbers
    return found


def curve_numbers(step: Ints, mean: Floats) -> api.RunMetric | None:
    """A curve in a few numbers; None where no mean is finite.

    Args:
        step: ascending, int64 [steps].
        mean: float64 [steps]; those that are not finite are left out, as if their step were not there.
    """
    finite = np.isfinite(mean)
    x, y = step[finite].astype(np.float64), mean[finite]
    if not len(y):
        return None
    span = float(x[-1] - x[0])
    area = float(np.trapezoid(y, x)) / span if span else float(y.mean())
    best = int(np.argmax(y))
    return api.RunMetric(float(y[-1]), float(y[best]), int(x[best]), float(y.min()), area)
