"""A part: the index rows of one byte range of one file, as a Parquet file, and what is known of them beside it.

A part holds one row for each sample: where its line lies, its texts, its numbers, and sums for the steps. Token
arrays are not copied; whoever opens a sample has its line read again. Lines are read in blocks that fit the
processor's cache, so what is held is one block, and the texts and numbers of the range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np

from tensorboard_plugin_rlboard.formats.base import OWN_COLUMNS
from tensorboard_plugin_rlboard.index.parts.column_collector import ColumnCollector
from tensorboard_plugin_rlboard.index.parts.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.index.parts.line_decoder import Problem, SampleDecoder
from tensorboard_plugin_rlboard.index.parts.parquet_writer import write_parquet
from tensorboard_plugin_rlboard.index.parts.part_columns import PartColumns
from tensorboard_plugin_rlboard.index.parts.sample_statistics import STORED, SampleStatistics
from tensorboard_plugin_rlboard.metrics.segments import Bools, Ints
from tensorboard_plugin_rlboard.metrics.tokens import TOKEN_METRICS
from tensorboard_plugin_rlboard.texts import plural

SAMPLE_METRICS = (
    "reward_gap",
    "valid_reward_gap",
    "group_mean",
    "group_std",
    "group_rank",
    "advantage",
    "n_tokens",
    "n_chars",
    "ref_n_chars",
    "truncated",
    "repetition",
    "staleness",
    "value_mse",
    "perplexity",
    "explained_variance",
    "nonfinite",
    "problems",
)
LOGGED_FIRST = frozenset({"advantage", "staleness"})
"""Those of them that a log may hold itself: a sample's own number counts then."""
RESERVED = (
    frozenset({*SAMPLE_METRICS, *(f"{name}_{s}" for name in TOKEN_METRICS for s in (*STORED, "mean"))})
    - LOGGED_FIRST
)
"""Names of RL Board's other metrics: a logged key of that name becomes `logged.<name>`."""

_MAX_LISTED = 1000
"""Problems of one kind that a range lists one by one; the number of the others is said with the last of them."""

_MORE_THAN_BEFORE = 2
_LOSES_NOTHING = frozenset({"repeated_line", "empty_object"})
"""Problems of lines without a sample that there would be none of in any case."""


@dataclass(frozen=True)
class Part:
    """What a part holds beside its rows.

    Attributes:
        samples: number of rows.
        lines: number of lines, blank ones left out.
        keys: keys of the rows beside those that the format reads.
        token_metrics: logged token metrics, in the order of the format.
        problems: what could not be used, by line of the range.
        line_offsets: byte offset in the file of each line that is not blank, int64 [lines].
        line_numbers: newline characters of the range before each of these lines, int64 [lines].
        newlines: newline characters of the range.
        changes: (split, step, byte offset) wherever a split's step differs from the row before.
        rewarded: samples with a reward; None of a part that an earlier version has kept, of which it is not known.
        sampleless: lines without a sample.
        lost: the samples behind the last one with a reward, as far as that is more than twice of what ever follows another
            without a reward before; all of them where none has one. Rollouts that failed, or say an error, are not counted:
            they have no reward that could be lost.
        lost_lines: kind of a problem -> lines that gave no sample because of it; each counts under its first problem.
        columns: physical column of its rows -> whether any holds a value; None where only the file of the rows knows.
    """

    samples: int
    lines: int
    keys: ExtraKeys
    token_metrics: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    line_offsets: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    line_numbers: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    newlines: int = 0
    changes: list[tuple[str, int, int]] = field(default_factory=list)
    rewarded: int | None = None
    sampleless: int = 0
    lost: int = 0
    lost_lines: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, bool] | None = None


def reserved_names(arrays: AbstractSet[str]) -> frozenset[str]:
    """Names of columns that no further key of a row may have, where some further keys hold arrays."""
    return (
        RESERVED | OWN_COLUMNS | {f"{name}_{statistic}" for name in arrays for statistic in (*STORED, "mean")}
    )


def part_of(
    decoder: SampleDecoder,
    collector: ColumnCollector,
    statistics: SampleStatistics,
    columns: PartColumns,
    places: Ints,
    parquet: Path,
) -> Part:
    """Makes the part of some lines, and writes its rows.

    Args:
        decoder: which lines there were.
        collector: what their rows hold.
        statistics: what was computed of their token arrays.
        columns: the rows as columns.
        places: byte offset of each line, bytes, newline characters of the range before it, int64 [lines, 3].
        parquet: the Parquet file to write; not written where there is no sample.
    """
    problems = decoder.problems + statistics.problems + collector.problems + columns.problems
    problems += [
        problem for key in sorted(columns.keys.arrays) for problem in statistics.list_problems.get(key, ())
    ]
    of_row = np.asarray(collector.lines, np.int64)
    counts = np.bincount([problem.line for problem in problems], minlength=len(places))
    columns.computed["m", "problems"] = counts.astype(np.float64)[of_row]
    kinds, has_reward = columns.kinds, columns.kinds.sample & ~np.ma.getmaskarray(columns.numbers["reward"])
    has_sample = np.zeros(len(places), bool)
    has_sample[of_row[kinds.sample]] = True
    array_names = (*collector.keys.array_fields, *sorted(collector.extra_arrays))
    return Part(
        lines=len(places),
        keys=columns.keys,
        token_metrics=tuple(name for name in array_names if name in statistics.token_metrics),
        problems=_shortened(problems),
        line_offsets=np.ascontiguousarray(places[:, 0]),
        line_numbers=np.ascontiguousarray(places[:, 2]),
        newlines=decoder.newlines,
        changes=_step_changes(columns),
        rewarded=int(np.count_nonzero(has_reward)),
        sampleless=len(places) - int(np.count_nonzero(has_sample)),
        lost=_lost_at_end(has_reward[kinds.sample & ~kinds.failed & ~kinds.says_error]),
        lost_lines=_lost_lines(problems, has_sample),
        samples=int(np.count_nonzero(kinds.sample)),
        columns=write_parquet(columns, parquet),
    )


def _step_changes(columns: PartColumns) -> list[tuple[str, int, int]]:
    """Where the step of a split differs from its row before: (split, step, byte offset), in file order."""
    keep = columns.kinds.sample
    splits, steps, offsets = (columns.location[name][keep] for name in ("split", "step", "line_offset"))
    found: list[tuple[str, int, int]] = []
    for split in dict.fromkeys(splits.tolist()):
        rows = np.flatnonzero(splits == split)
        own = steps[rows]
        changed = rows[np.concatenate(([True], own[1:] != own[:-1]))]
        found += [(split, int(steps[i]), int(offsets[i])) for i in changed.tolist()]
    return sorted(found, key=lambda change: change[2])


def _lost_at_end(has_reward: Bools) -> int:
    """See `Part.lost`; whether each sample that did not fail has a reward, [samples]."""
    rewarded = np.flatnonzero(has_reward)
    if not len(rewarded):
        return len(has_reward)
    gaps = np.diff(rewarded, prepend=-1) - 1
    at_end = len(has_reward) - 1 - int(rewarded[-1])
    return at_end if at_end > _MORE_THAN_BEFORE * int(gaps.max()) else 0


def _lost_lines(problems: Sequence[Problem], has_sample: Bools) -> dict[str, int]:
    """See `Part.lost_lines`; whether each line gave a sample, [lines]."""
    first: dict[int, str] = {}
    for problem in problems:
        if not has_sample[problem.line]:
            first.setdefault(problem.line, problem.kind)
    return dict(sorted(Counter(kind for kind in first.values() if kind not in _LOSES_NOTHING).items()))


def _shortened(problems: list[Problem]) -> list[Problem]:
    """By line; of a kind that half the log has, the first thousand and how many more there are."""
    kept: list[Problem] = []
    for _, group in groupby(sorted(problems, key=lambda p: (p.kind, p.line)), key=lambda p: p.kind):
        same = list(group)
        listed, more = same[: _MAX_LISTED + 1], len(same) - _MAX_LISTED - 1
        if more > 0:
            last = listed.pop()
            further = f"{more:,} more of this kind {plural(more, 'follows', 'follow')} in the next lines, not listed one by one."
            listed.append(Problem(last.line, last.kind, f"{last.reason} {further}", more))
        kept += listed
    return sorted(kept, key=lambda problem: problem.line)
