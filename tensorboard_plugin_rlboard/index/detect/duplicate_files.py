"""Finds files of one run that hold the same samples: a table that is written anew with more rows, a log in two forms.

Whoever writes `rollouts.csv` beside `rollouts.jsonl`, `latest.jsonl` beside a file of each step, or all rows so far into a
new file, has each sample several times, and every mean counts it as often. Which file should go is for the user to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.column_names import physical, text

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.index.run import RunIndex

_MAX_STEPS = 4
"""Steps that are compared, spread over those that several files have."""
_MIN_RESPONSES, _MIN_CHARACTERS = 4, 8
"""Different samples that must be the same, and the mean length of their responses: short answers are the same by chance."""
_MIN_SHARE = 0.95
"""Share of the smaller file's samples of these steps that the other must have."""
_MAX_ROWS, _COMPARED_CHARACTERS = 20_000, 500
"""Rows that are compared, and characters of each text: steps with more are not looked at."""
_MAX_FILES = 8
"""Files with one sample of which the pairs are counted."""
_Step = tuple[str, int]
_State = tuple[int, int]
_Found = tuple[str, str, int]


class DuplicateFiles:
    """Looks for such files; what is decided of a run is not asked again before it has another file or rows of it change.

    Args:
        cursor: of the query database.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._decided: dict[str, tuple[_State, _Found | None]] = {}
        self._undecided: dict[str, int] = {}  # at which version a run was looked at

    def find(self, runs: Sequence[RunIndex]) -> dict[str, _Found]:
        """Name of a run -> two of its files that hold the same samples, and how many; runs still being read wait."""
        found = {
            run.name: self._duplicates_in(run) for run in runs if len(run.files) > 1 and not run.is_pending
        }
        return {name: repeated for name, repeated in found.items() if repeated is not None}

    def _duplicates_in(self, run: RunIndex) -> _Found | None:
        state = run.invalidations, len(run.files)
        known = self._decided.get(run.name)
        if known is not None and known[0] == state:
            return known[1]
        if self._undecided.get(run.name) == run.version:
            return None
        self._undecided[run.name] = run.version
        steps = _shared_steps(run)
        found = _same_files(self._samples(run, steps)) if steps else None
        if found is not None or len(steps) == _MAX_STEPS:
            self._decided[run.name] = state, found
        return found

    def _samples(self, run: RunIndex, steps: Iterable[_Step]) -> dict[str, Counter[tuple[_Step, int]]]:
        """File -> its samples of some steps as digests; empty where there are too many, or too short ones."""
        if physical("t", "response") not in run.columns:
            return {}
        asked = [value for step in steps for value in step]
        chosen = " OR ".join("(split = ? AND step = ?)" for _ in asked[::2])
        where = f"FROM {run.table} WHERE ({chosen}) AND {text('response')} IS NOT NULL"
        counted = self._cursor.execute(f"SELECT count(*) {where}", asked).fetchone()
        if counted is None or not 0 < counted[0] <= _MAX_ROWS:
            return {}
        measured = self._cursor.execute(f"SELECT avg(strlen({text('response')})) {where}", asked).fetchone()
        if measured is None or measured[0] < _MIN_CHARACTERS:
            return {}
        has_prompts = physical("t", "prompt") in run.columns
        texts = [text(name) for name in (*(["prompt"] if has_prompts else []), "response")]
        parts = ", ".join(f"left({one}, {_COMPARED_CHARACTERS}), strlen({one})" for one in texts)
        rows = self._cursor.execute(
            f"SELECT file, split, step, hash({parts}), count(*) {where} GROUP BY ALL", asked
        ).fetchall()
        names = {file.number: file.relative for file in tuple(run.files.values())}
        found: dict[str, Counter[tuple[_Step, int]]] = {}
        for number, split, step, digest, count in rows:
            if number in names:
                found.setdefault(names[number], Counter())[(split, step), digest] = count
        return found


def _shared_steps(run: RunIndex) -> list[_Step]:
    """Some of the steps that several files have."""
    files: Counter[_Step] = Counter(
        (split, step)
        for file in tuple(run.files.values())
        for split, order in tuple(file.steps.items())
        for step in order.distinct()
    )
    shared = sorted(step for step, count in files.items() if count > 1)
    last = len(shared) - 1
    return sorted({shared[last * at // (_MAX_STEPS - 1)] for at in range(_MAX_STEPS)}) if shared else []


def _same_files(samples: Mapping[str, Counter[tuple[_Step, int]]]) -> _Found | None:
    """The two files that share most samples, if the smaller one has hardly any other of these steps."""
    holders: dict[tuple[_Step, int], list[str]] = {}
    for name, found in sorted(samples.items()):
        for sample in found:
            holders.setdefault(sample, []).append(name)
    pairs = Counter(pair for names in holders.values() for pair in combinations(names[:_MAX_FILES], 2))
    for (first, second), count in pairs.most_common():
        if count < _MIN_RESPONSES:
            return None
        one, other = samples[first], samples[second]
        steps = {step for step, _ in one} & {step for step, _ in other}
        smaller = min(sum(n for (step, _), n in found.items() if step in steps) for found in (one, other))
        both = (one & other).total()
        if both >= _MIN_SHARE * smaller:
            return first, second, both
    return None
