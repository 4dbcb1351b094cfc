"""Finds runs that hold the same samples: a trainer's own dump, and what a hook logged of the same training.

Both are right, and shown as two runs they look like two trainings, the more so where the dump's reward is another
number. Two runs are the same where their files are of different formats, their folders lie near each other, and the
responses of some steps that both have, the first and the last among them, are the same.
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

MAX_PAIRS = 200
"""Pairs that are compared at most; a log directory with more has runs of several formats everywhere."""
_STEPS = 4
"""Steps that are compared, spread over those that both runs have."""
_LEAST_STEPS = 2
"""Two trainings of one model and seed have the same responses before the first update."""
_LEAST_RESPONSES, _LEAST_CHARACTERS = 4, 8
"""Different responses that must be the same, and their mean length: short answers are the same by chance."""
_MOST_ROWS = 100_000
_SHARE = 0.95
"""Share of the smaller run's responses of a step that the other must have: one may be a step's lines ahead."""
_COMPARED_CHARACTERS = 500
Responses = Mapping[int, Counter[int]]
"""Step -> digest of a response -> how many samples have it."""


class SameSamples:
    """Compares runs; what is decided of a pair is not asked again before rows of one of them change.

    Args:
        cursor: of the query database.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._decided: dict[tuple[str, str], tuple[tuple[int, int], bool]] = {}

    def find(self, runs: Sequence[RunIndex]) -> dict[str, str]:
        """Name of a run -> name of the run that has the same samples and more of them; runs still being read wait."""
        better: dict[str, RunIndex] = {}
        for one, other in _pairs([run for run in runs if run.samples and not run.pending]):
            if self._are_same(one, other):
                worse, best = sorted((one, other), key=_worth)
                if worse.name not in better or _worth(best) > _worth(better[worse.name]):
                    better[worse.name] = best
        return {name: run.name for name, run in better.items()}

    def _are_same(self, one: RunIndex, other: RunIndex) -> bool:
        pair, state = (one.name, other.name), (one.invalidations, other.invalidations)
        decided = self._decided.get(pair)
        if decided is not None and decided[0] == state:
            return decided[1]
        steps = _compared_steps(one, other)
        if len(steps) < _LEAST_STEPS:
            return False
        same = _have_same(self._responses(one, steps), self._responses(other, steps), steps)
        if not same or len(steps) == _STEPS:
            self._decided[pair] = state, same
        return same

    def _responses(self, run: RunIndex, steps: Sequence[int]) -> Responses:
        """The responses of some steps; empty where there are none, too many, or they are too short to tell anything."""
        if physical("t", "response") not in run.columns:
            return {}
        # White space and special tokens at the end are what two writers of one response differ in.
        plain = rf"trim(regexp_replace(regexp_replace({text('response')}, '(\s*<[^<>\s]{{1,40}}>)+\s*$', ''), '\s+', ' ', 'g'))"
        where = f"FROM {run.table} WHERE step IN ({', '.join(map(str, map(int, steps)))}) AND split = 'train'"
        counted = self._cursor.execute(f"SELECT count(*), avg(length({text('response')})) {where}").fetchone()
        if counted is None or not 0 < counted[0] <= _MOST_ROWS or (counted[1] or 0) < _LEAST_CHARACTERS:
            return {}
        rows = self._cursor.execute(
            f"SELECT step, hash(left({plain}, {_COMPARED_CHARACTERS})), count(*) {where} "
            f"AND {text('response')} IS NOT NULL GROUP BY ALL"
        ).fetchall()
        found: dict[int, Counter[int]] = {}
        for step, digest, count in rows:
            found.setdefault(step, Counter())[digest] = count
        return found


def _worth(run: RunIndex) -> tuple[int, int, str]:
    """How much a run holds: token data first, then samples."""
    return len(run.token_metrics), run.samples, run.name


def _pairs(runs: Sequence[RunIndex]) -> list[tuple[RunIndex, RunIndex]]:
    """The runs to compare: of different formats, in one folder, or one below the other's or beside it."""
    formats = {run.name: frozenset(file.format.name for file in tuple(run.files.values())) for run in runs}
    if len(set(formats.values())) < 2:
        return []
    found: list[tuple[RunIndex, RunIndex]] = []
    for one, other in combinations(sorted(runs, key=lambda run: run.name), 2):
        if formats[one.name].isdisjoint(formats[other.name]) and _lie_near(one.name, other.name):
            found.append((one, other))
            if len(found) == MAX_PAIRS:
                break
    return found


def _lie_near(one: str, other: str) -> bool:
    """Whether two runs lie in one folder, one below the other, or one in a folder beside the other."""
    first, second = ([part for part in name.split("/") if part != "."] for name in (one, other))
    common = 0
    while common < min(len(first), len(second)) and first[common] == second[common]:
        common += 1
    low, high = sorted((len(first) - common, len(second) - common))
    return low <= 1 and high <= 2


def _compared_steps(one: RunIndex, other: RunIndex) -> list[int]:
    common = sorted(_steps(one) & _steps(other))
    last = len(common) - 1
    return sorted({common[last * at // (_STEPS - 1)] for at in range(_STEPS)}) if common else []


def _steps(run: RunIndex) -> frozenset[int]:
    orders = (file.steps.get("train") for file in tuple(run.files.values()))
    return frozenset(step for order in orders if order is not None for step in order.distinct())


def _have_same(one: Responses, other: Responses, steps: Iterable[int]) -> bool:
    shared: set[int] = set()
    for step in steps:
        first, second = one.get(step, Counter()), other.get(step, Counter())
        both = first & second
        if not both or both.total() < _SHARE * min(first.total(), second.total()):
            return False
        shared |= both.keys()
    return len(shared) >= _LEAST_RESPONSES
