"""Finds runs that hold the same samples: a trainer's own dump, and what a hook logged of the same training.

Both are right, and shown as two runs they look like two trainings, the more so where the dump's reward is another
number. Two runs are the same where our writer wrote one of them and a trainer the other, their folders lie near each
other, and the responses of some steps that both have, the first and the last among them, are the same, and so are their
prompts, with or without a template.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.column_names import physical, text

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.index.run import RunIndex

MAX_PAIRS = 200
"""Pairs that are compared at most."""
_MAX_STEPS = 4
"""Steps that are compared, spread over those that both runs have."""
_MIN_STEPS = 2
"""Two trainings of one model and seed have the same responses before the first update."""
_MIN_RESPONSES, _MIN_CHARACTERS = 4, 8
"""Different responses that must be the same, and their mean length: short answers are the same by chance."""
_MAX_ROWS = 100_000
_MIN_SHARE = 0.95
"""Share of the smaller run's responses of a step that the other must have: one may be a step's lines ahead."""
_COMPARED_CHARACTERS = 500
_PROMPT_CHARACTERS, _COMPARED_PROMPTS = 300, 20
_MIN_COMMON_WORDS = 0.5
"""Share of the shorter prompt's words that the other must have: a template adds words of its own."""
_WORD = re.compile(r"\w+")
_WRITER_FILE = re.compile(r"rollouts(\..+)?\.rank_\d+(\.part_\d+)?\.jsonl(\.gz|\.zst)?")


@dataclass(frozen=True)
class _Responses:
    """The responses of some steps of a run.

    Attributes:
        counts: step -> digest of a response -> how many samples have it.
        prompts: digest of a response -> the end of its prompt, where there is one.
    """

    counts: Mapping[int, Counter[int]] = field(default_factory=dict)
    prompts: Mapping[int, str] = field(default_factory=dict)


class DuplicateRuns:
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
        for one, other in _pairs([run for run in runs if run.samples and not run.is_pending]):
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
        if len(steps) < _MIN_STEPS:
            return False
        same = _have_same(self._responses(one, steps), self._responses(other, steps), steps)
        if not same or len(steps) == _MAX_STEPS:
            self._decided[pair] = state, same
        return same

    def _responses(self, run: RunIndex, steps: Sequence[int]) -> _Responses:
        """The responses of some steps; empty where there are none, too many, or they are too short to tell anything."""
        if physical("t", "response") not in run.columns:
            return _Responses()
        # White space and special tokens at the end are what two writers of one response differ in.
        plain = rf"trim(regexp_replace(regexp_replace({text('response')}, '(\s*<[^<>\s]{{1,40}}>)+\s*$', ''), '\s+', ' ', 'g'))"
        where = f"FROM {run.table} WHERE step IN ({', '.join(map(str, map(int, steps)))}) AND split = 'train'"
        counted = self._cursor.execute(f"SELECT count(*), avg(length({text('response')})) {where}").fetchone()
        if counted is None or not 0 < counted[0] <= _MAX_ROWS or (counted[1] or 0) < _MIN_CHARACTERS:
            return _Responses()
        has_prompts = physical("t", "prompt") in run.columns
        prompt = f"min(right({text('prompt')}, {_PROMPT_CHARACTERS}))" if has_prompts else "NULL"
        rows = self._cursor.execute(
            f"SELECT step, hash(left({plain}, {_COMPARED_CHARACTERS})), count(*), {prompt} {where} "
            f"AND {text('response')} IS NOT NULL GROUP BY ALL"
        ).fetchall()
        found: dict[int, Counter[int]] = {}
        for step, digest, count, _ in rows:
            found.setdefault(step, Counter())[digest] = count
        return _Responses(found, {digest: end for _, digest, _, end in rows if end})


def _worth(run: RunIndex) -> tuple[int, int, str]:
    """How much a run holds: token data first, then samples."""
    return len(run.token_metrics), run.samples, run.name


def is_of_writer(path: str) -> bool:
    """Whether a file has a name that `RolloutWriter` gives (`writing/output/rank_files.py`)."""
    return _WRITER_FILE.fullmatch(path.rpartition("/")[2]) is not None


def _pairs(runs: Iterable[RunIndex]) -> list[tuple[RunIndex, RunIndex]]:
    """The runs to compare: one that our writer wrote and one that it did not, in folders near each other."""
    by_writer: dict[bool, list[RunIndex]] = {True: [], False: []}
    for run in sorted(runs, key=lambda run: run.name):
        kinds = {is_of_writer(path) for path in tuple(run.files)}
        if len(kinds) == 1:
            by_writer[kinds.pop()].append(run)
    near = (
        pair for pair in product(by_writer[True], by_writer[False]) if _lie_near(pair[0].name, pair[1].name)
    )
    return list(islice(near, MAX_PAIRS))


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
    return sorted({common[last * at // (_MAX_STEPS - 1)] for at in range(_MAX_STEPS)}) if common else []


def _steps(run: RunIndex) -> frozenset[int]:
    orders = (file.steps.get("train") for file in tuple(run.files.values()))
    return frozenset(step for order in orders if order is not None for step in order.distinct())


def _have_same(one: _Responses, other: _Responses, steps: Iterable[int]) -> bool:
    shared: set[int] = set()
    for step in steps:
        first, second = one.counts.get(step, Counter()), other.counts.get(step, Counter())
        both = first & second
        if not both or both.total() < _MIN_SHARE * min(first.total(), second.total()):
            return False
        shared |= both.keys()
    answered = [digest for digest in sorted(shared) if digest in one.prompts and digest in other.prompts]
    return len(shared) >= _MIN_RESPONSES and all(
        _are_alike(one.prompts[digest], other.prompts[digest]) for digest in answered[:_COMPARED_PROMPTS]
    )


def _are_alike(one: str, other: str) -> bool:
    """Whether two texts may be one prompt, with and without a template around it, by their words."""
    first, second = (set(_WORD.findall(prompt.lower())) for prompt in (one, other))
    return len(first & second) >= _MIN_COMMON_WORDS * min(len(first), len(second))
