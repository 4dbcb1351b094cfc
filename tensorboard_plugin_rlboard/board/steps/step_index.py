"""Which steps a run has, and which of them changed: brought up to date by the rows that were added."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY
from tensorboard_plugin_rlboard.index.column_names import metric, physical
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

StepKey = tuple[str, int]
"""Split and step."""


@dataclass(frozen=True)
class StepEntry:
    """One step of one split.

    Attributes:
        stamp: another number whenever its rows changed.
        attempts: (attempt, samples) of each attempt that has the step, ascending.
        largest_group: how many samples with a finite reward the largest group has; 0 where no sample is in a group.
    """

    stamp: int
    attempts: tuple[tuple[int, int], ...]
    largest_group: int = 0

    @property
    def samples(self) -> int:
        """Samples of all attempts."""
        return sum(count for _, count in self.attempts)

    def has_same_counts(self, other: StepEntry) -> bool:
        """Whether as much is known to be in both, whatever their rows are."""
        return (self.attempts, self.largest_group) == (other.attempts, other.largest_group)


@dataclass(frozen=True)
class RunSteps:
    """The steps of a run as of one of its versions."""

    version: int = -1
    entries: Mapping[StepKey, StepEntry] = field(default_factory=dict)

    def splits(self) -> list[str]:
        """The splits, `train` first."""
        return sorted({split for split, _ in self.entries}, reverse=True)

    def default_split(self) -> str:
        """`train` where the run has it, else the split it has."""
        splits = {split for split, _ in self.entries}
        return "train" if "train" in splits or not splits else min(splits)

    def steps(self) -> tuple[int, int | None, int | None]:
        """How many steps there are over all splits, the lowest and the highest."""
        steps = {step for _, step in self.entries}
        return len(steps), min(steps, default=None), max(steps, default=None)

    def largest_group(self) -> int:
        """How many samples with a finite reward the largest group of any step has."""
        return max((entry.largest_group for entry in self.entries.values()), default=0)

    def attempts(self) -> list[tuple[int, int, int]]:
        """Each attempt with its lowest and highest step."""
        spans: dict[int, tuple[int, int]] = {}
        for (_, step), entry in self.entries.items():
            for attempt, _ in entry.attempts:
                low, high = spans.get(attempt, (step, step))
                spans[attempt] = min(low, step), max(high, step)
        return [(attempt, *spans[attempt]) for attempt in sorted(spans)]


class StepIndex:
    """Keeps the steps of one run.

    What a step holds changes only by rows that are added, which the run reports (`step_versions`), or by something that makes
    all that is known of it void (`invalidations`). Rows that are loaded from an earlier start are not reported; while there are
    any left to load, and once more behind the last, the rows of every step are counted.

    Attributes:
        current: the steps as of the last `refresh`.
    """

    def __init__(self) -> None:
        self.current = RunSteps()
        self._lock = threading.Lock()
        self._invalidations = -1
        self._step_versions: dict[StepKey, int] = {}
        self._stamp = 0
        self._attempts = 0
        self._must_recount = True
        self._restored = False

    def restore(self, entries: Mapping[StepKey, StepEntry]) -> None:
        """Takes the steps that an earlier start saved; they stand until its rows are loaded, and are checked then."""
        with self._lock:
            self.current = RunSteps(-1, entries)
            self._stamp = max((entry.stamp for entry in entries.values()), default=0)
            self._restored = True

    def is_restored(self, run: RunIndex) -> bool:
        """Whether what an earlier start saved stands for rows that are still being loaded."""
        return self._restored and is_loading(run)

    def refresh(self, cursor: Callable[[], duckdb.DuckDBPyConnection], run: RunIndex) -> RunSteps:
        """The steps as of now; queries only what may have changed, and nothing where nothing has.

        Args:
            cursor: where a cursor comes from, asked only if there is something to query.
            run: the run.
        """
        with self._lock:
            # All of this is read before the rows are: what is added meanwhile is another change.
            version = run.version
            waiting = (self._must_recount or self._restored) and is_loading(run)
            unchanged = version == self.current.version and (waiting or not self._must_recount)
            if unchanged or (self._restored and waiting):
                return self.current
            waiting = is_loading(run)
            invalidations, step_versions, attempts = run.invalidations, run.step_versions.copy(), run.attempts
            changed = {key for key, at in step_versions.items() if self._step_versions.get(key) != at}
            void = invalidations != self._invalidations and not self._restored
            entries = {} if void else dict(self.current.entries)
            counted: dict[StepKey, StepEntry] = {}
            # Rows that were loaded get their attempts after that, which the run does not report.
            if void or self._must_recount or self._restored or attempts != self._attempts:
                counted = _count_rows(cursor, run)
                changed |= set(entries) - set(counted)
                changed |= {
                    key
                    for key, found in counted.items()
                    if key not in entries or not found.has_same_counts(entries[key])
                }
            elif changed:
                counted = _count_rows(cursor, run, [step for _, step in changed])
            for key in changed:
                entries.pop(key, None)
                if key in counted:
                    self._stamp += 1
                    entries[key] = replace(counted[key], stamp=self._stamp)
            self._invalidations, self._step_versions, self._must_recount, self._restored = (
                invalidations,
                step_versions,
                waiting,
                False,
            )
            self._attempts = attempts
            self.current = RunSteps(version, entries)
            return self.current


def is_loading(run: RunIndex) -> bool:
    """Whether parts of an earlier start are still to be loaded."""
    return any(file.to_load for file in tuple(run.files.values()))


def _count_rows(
    cursor: Callable[[], duckdb.DuckDBPyConnection], run: RunIndex, steps: Iterable[int] = ()
) -> dict[StepKey, StepEntry]:
    """Rows of each attempt of each step, without a stamp; with `steps` of those between the lowest and the highest of them."""
    if not run.samples:  # of thousands of runs nothing is read yet, and each question takes milliseconds
        return {}
    where, values = "true", list[object]()
    if bounds := list(steps):
        where, values = "step BETWEEN ? AND ?", [min(bounds), max(bounds)]
    reward = metric("reward")
    # A run without any row has no column for either yet.
    has_both = {physical("m", "reward"), physical("t", "group_id")} <= run.columns.keys()
    group = f"{GROUP_KEY} AS g, count(g) FILTER ({is_finite(reward)})" if has_both else "NULL AS g, 0"
    counting = cursor()
    rows = counting.execute(
        f"SELECT split, step, attempt, CAST(sum(n) AS BIGINT) AS n, max(rewarded) AS largest FROM ("
        f"SELECT split, step, attempt, count(*) AS n, {group} AS rewarded FROM {run.table} WHERE {where} GROUP BY ALL"
        ") GROUP BY ALL ORDER BY ALL",
        values,
    ).fetchnumpy()
    counted: dict[StepKey, StepEntry] = {}
    columns = (np.asarray(rows[name]).tolist() for name in ("split", "step", "attempt", "n", "largest"))
    for split, step, attempt, n, largest in zip(*columns, strict=True):
        known = counted.get((split, step), StepEntry(0, ()))
        pairs = (*known.attempts, (attempt, n))
        counted[split, step] = StepEntry(0, pairs, max(known.largest_group, largest))
    return counted
