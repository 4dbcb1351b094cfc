"""Which steps a run has, and which of them changed: kept beside the run, brought up to date by what was added."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

Key = tuple[str, int]
"""Split and step."""


@dataclass(frozen=True)
class Entry:
    """One step of one split.

    Attributes:
        stamp: another number whenever its rows changed.
        attempts: (attempt, samples) of each attempt that has the step, ascending.
    """

    stamp: int
    attempts: tuple[tuple[int, int], ...]

    @property
    def samples(self) -> int:
        """Samples of all attempts."""
        return sum(count for _, count in self.attempts)


@dataclass(frozen=True)
class Catalogue:
    """The steps of a run as of one of its versions."""

    version: int = -1
    entries: Mapping[Key, Entry] = field(default_factory=dict)

    def splits(self) -> list[str]:
        """The splits, `train` first."""
        return sorted({split for split, _ in self.entries}, reverse=True)

    def default_split(self) -> str:
        """`train` where the run has it, else the split it has."""
        found = {split for split, _ in self.entries}
        return "train" if "train" in found or not found else min(found)

    def steps(self) -> tuple[int, int | None, int | None]:
        """How many steps there are over all splits, the lowest and the highest."""
        found = {step for _, step in self.entries}
        return len(found), min(found, default=None), max(found, default=None)

    def attempts(self) -> list[tuple[int, int, int]]:
        """Each attempt with its lowest and highest step."""
        spans: dict[int, tuple[int, int]] = {}
        for (_, step), entry in self.entries.items():
            for attempt, _ in entry.attempts:
                low, high = spans.get(attempt, (step, step))
                spans[attempt] = min(low, step), max(high, step)
        return [(attempt, *spans[attempt]) for attempt in sorted(spans)]


class StepIndex:
    """Keeps the catalogue of one run.

    What a step holds changes only by rows that are added, which the run tells (`touched`), or by something that makes
    all that is known of it void (`epoch`). Parts of an earlier start tell nothing when they are loaded; while there
    are any, and once more behind the last, the rows of every step are counted.
    """

    def __init__(self) -> None:
        self.now = Catalogue()
        self._lock = threading.Lock()
        self._epoch = -1
        self._touched: dict[Key, int] = {}
        self._stamp = 0
        self._attempts = 0
        self._unsure = True
        self._kept = False

    def start_from(self, entries: Mapping[Key, Entry]) -> None:
        """Takes what an earlier start knew of the same parts; it stands until they are loaded, and is checked then."""
        with self._lock:
            self.now = Catalogue(-1, entries)
            self._stamp = max((entry.stamp for entry in entries.values()), default=0)
            self._kept = True

    def held(self, run: RunIndex) -> bool:
        """Whether what an earlier start knew stands for rows that are still being loaded."""
        return self._kept and loading(run)

    def look(self, cursor: Callable[[], duckdb.DuckDBPyConnection], run: RunIndex) -> Catalogue:
        """The catalogue as of now; queries only what may have changed, and nothing where nothing has.

        Args:
            cursor: where a cursor comes from, asked only if there is something to query.
            run: the run.
        """
        with self._lock:
            # All of this is read before the rows are: what is added meanwhile is another change.
            version = run.version
            waiting = (self._unsure or self._kept) and loading(run)
            if (version == self.now.version and (waiting or not self._unsure)) or (self._kept and waiting):
                return self.now
            waiting = loading(run)
            epoch, touched, attempts = run.invalidations, run.step_versions.copy(), run.attempts
            changed = {key for key, at in touched.items() if self._touched.get(key) != at}
            void = epoch != self._epoch and not self._kept
            entries = {} if void else dict(self.now.entries)
            counted: dict[Key, tuple[tuple[int, int], ...]] = {}
            # Rows that were loaded are numbered after that, which is no news to the run.
            if void or self._unsure or self._kept or attempts != self._attempts:
                counted = _count(cursor(), run)
                changed |= set(entries) - set(counted)
                changed |= {
                    key
                    for key, pairs in counted.items()
                    if key not in entries or entries[key].attempts != pairs
                }
            elif changed:
                counted = _count(cursor(), run, [step for _, step in changed])
            for key in changed:
                entries.pop(key, None)
                if key in counted:
                    self._stamp += 1
                    entries[key] = Entry(self._stamp, counted[key])
            self._epoch, self._touched, self._unsure, self._kept = epoch, touched, waiting, False
            self._attempts = attempts
            self.now = Catalogue(version, entries)
            return self.now


def loading(run: RunIndex) -> bool:
    """Whether parts of an earlier start are still to be loaded."""
    return any(file.to_load for file in tuple(run.files.values()))


def _count(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, steps: Iterable[int] = ()
) -> dict[Key, tuple[tuple[int, int], ...]]:
    """Rows of each attempt of each step; with `steps` of those between the lowest and the highest of them."""
    within, values = "true", list[object]()
    if bounds := list(steps):
        within, values = "step BETWEEN ? AND ?", [min(bounds), max(bounds)]
    found = cursor.execute(
        f"SELECT split, step, attempt, count(*) AS n FROM {run.table} WHERE {within} GROUP BY ALL ORDER BY ALL",
        values,
    ).fetchnumpy()
    counted: dict[Key, list[tuple[int, int]]] = {}
    columns = (np.asarray(found[name]).tolist() for name in ("split", "step", "attempt", "n"))
    for split, step, attempt, n in zip(*columns, strict=True):
        counted.setdefault((split, step), []).append((attempt, n))
    return {key: tuple(pairs) for key, pairs in counted.items()}
