"""A part: the index rows of one byte range of one file, as a Parquet file. A pure function of its arguments.

A part holds one row for each sample: where its line lies, its texts, its numbers, and sums for the steps. Token
arrays are not copied; whoever opens a sample has its line read again. Lines are read in blocks that fit the
processor's cache, so what is held is one block, and the texts and numbers of the range.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format, LineContext
from tensorboard_plugin_rlboard.formats.rows.file_options import discounts
from tensorboard_plugin_rlboard.formats.rows.json_parsers import plain
from tensorboard_plugin_rlboard.formats.rows.token_alignment import align
from tensorboard_plugin_rlboard.index.build.column_collector import ColumnCollector
from tensorboard_plugin_rlboard.index.build.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.index.build.line_decoder import LineDecoder, Problem, Row, recovered
from tensorboard_plugin_rlboard.index.build.parquet_writer import step_changes, write
from tensorboard_plugin_rlboard.index.build.part_columns import SIZE, TRIMMED, Block, PartColumns
from tensorboard_plugin_rlboard.index.build.sample_statistics import STORED, sample_numbers
from tensorboard_plugin_rlboard.index.column_names import ColumnKind
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.tokens import TOKEN_METRICS

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
RESERVED = frozenset({*SAMPLE_METRICS, *(f"{name}_{s}" for name in TOKEN_METRICS for s in (*STORED, "mean"))})
"""Names that are ours: a logged key of that name becomes `logged.<name>`. A logged `advantage` is the advantage."""

_BLOCK = 3_000_000
"""Bytes of lines whose token arrays are laid out flat together: a few hundred KB for each array."""
_NOTHING = LineContext()
_NAMED = 1000
"""Problems of one kind that a range names one by one; the number of the others is said with the last of them."""


@dataclass(frozen=True)
class Part:
    """What building a part found.

    Attributes:
        samples: number of rows.
        lines: number of lines, blank ones left out.
        keys: keys of the rows beside the format's own.
        token_metrics: logged token metrics, in the order of the format.
        problems: what could not be used, by line of the range.
        line_offsets: byte offset in the file of each line that is not blank, int64 [lines].
        line_numbers: newline characters of the range before each of these lines, int64 [lines].
        newlines: newline characters of the range.
        changes: (split, step, byte offset) wherever a split's step differs from the row before.
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


class _Building:
    """A part in the making: blocks come one after the other."""

    def __init__(self, known: Format, reading: LineContext) -> None:
        self.known = known
        self.reading = reading
        self.decoder = LineDecoder()
        self.gather = ColumnCollector(known)
        self.problems: list[Problem] = []
        self.lines: list[int] = []
        self.places: list[int] = []
        self.numbers: list[Block] = []
        self.names: set[str] = set()
        self.begun = 0
        self.used = 0

    def take(self, line: bytes, index: int) -> None:
        """Reads a line, the one with that index within the range."""
        row, problem = self.decoder.row(line, index)
        if problem:
            self.problems.append(problem)
        if row is not None:
            self._add(line, index, row)
        self.used += len(line)
        if self.used >= _BLOCK:
            self.compute()

    def _add(self, line: bytes, index: int, row: Row) -> None:
        """Takes the samples of a line: most formats have one, which is the row itself."""
        make = self.known.to_samples
        if make is None:
            self.gather.add(index, row, replaced=self.decoder.replaced)
            self.lines.append(index)
            self.places.append(0)
            return
        whole = recovered(line, index)[0] if self.decoder.replaced else plain(row)
        try:
            found = make(whole or {}, self.reading)
        except ValueError as error:
            self.problems.append(Problem(index, "not_of_format", str(error)))
            return
        self.problems += [Problem(index, "not_of_format", reason) for reason in found.problems]
        for place, one in enumerate(found.rows):
            self.gather.add(index, one, replaced=False)
            self.lines.append(index)
            self.places.append(place)

    def compute(self) -> None:
        """The numbers of the rows since the last call."""
        self.used = 0
        if self.gather.rows == self.begun:
            return
        tokens, trims, misfits = align(self.gather.logged(), next(iter(self.known.mask_as_array()), None))
        for misfit in misfits:
            reason = (
                f"{misfit.what} has {misfit.length} values for {misfit.tokens} response tokens: it is left out, "
                "because nothing says which token each value belongs to."
            )
            line = self.lines[self.begun + misfit.sample]
            self.problems.append(Problem(line, "length_mismatch", reason))
        metrics, sums = sample_numbers(tokens, *discounts(self.known))
        trimmed = np.zeros(len(tokens.sizes))
        for trim in trims:
            trimmed[trim.sample] = trim.count
        sums |= {SIZE: tokens.sizes.astype(np.float64), TRIMMED: trimmed}
        found: dict[tuple[ColumnKind, str], Floats] = {("m", name): array for name, array in metrics.items()}
        found |= {("h", name): array for name, array in sums.items()}
        self.numbers.append((self.begun, found))
        self.names |= set(tokens.values)
        self.begun = self.gather.rows


def build(
    lines: Iterable[bytes], offset: int, known: Format, target: Path, reading: LineContext = _NOTHING
) -> Part:
    """Reads whole lines and writes their part.

    Args:
        lines: the lines of the range, each with its newline; the last one may lack it.
        offset: where they begin in their file, bytes.
        known: the file's format.
        target: the Parquet file to write; not written where there is no sample.
        reading: what the rows of a line need beside it.
    """
    building = _Building(known, reading)
    places: list[tuple[int, int, int]] = []
    at, newlines = offset, 0
    for line in lines:
        if not line.isspace():
            building.take(line, len(places))
            places.append((at, len(line) - line.endswith(b"\n"), newlines))
        newlines += line.endswith(b"\n")
        at += len(line)
    building.compute()
    offsets, sizes, before = np.asarray(places, np.int64).reshape(-1, 3).T
    rows = np.asarray(building.lines, np.int64)
    table = PartColumns.of(
        known, building.gather, building.numbers, RESERVED - {"advantage"} | _statistics(building)
    )
    problems = building.problems + building.gather.problems + table.complaints(rows)
    counts = np.bincount([problem.line for problem in problems], minlength=len(places)).astype(np.float64)
    table.place(offsets[rows], sizes[rows], before[rows], counts[rows])
    table.places["row"] = np.asarray(building.places, np.int32)
    samples = write(table, target)
    names = tuple(
        name for name in (*known.array_keys, *sorted(building.gather.arrays)) if name in building.names
    )
    return Part(
        samples,
        len(places),
        table.keys,
        names,
        _shortened(problems),
        np.ascontiguousarray(offsets),
        np.ascontiguousarray(before),
        newlines,
        step_changes(table),
    )


def _statistics(building: _Building) -> set[str]:
    """Names of the statistics of token metrics that only this log has."""
    return {f"{name}_{statistic}" for name in building.gather.arrays for statistic in (*STORED, "mean")}


def _shortened(problems: list[Problem]) -> list[Problem]:
    """By line; of a kind that half the log has, the first thousand and how many more there are."""
    kept: list[Problem] = []
    for _, group in groupby(sorted(problems, key=lambda p: (p.kind, p.line)), key=lambda p: p.kind):
        same = list(group)
        more = len(same) - _NAMED
        kept += same[:_NAMED]
        if more > 0:
            last = same[_NAMED]
            reason = (
                f"{last.reason} {more - 1} more of this kind follow in the next lines, not listed one by one."
            )
            kept.append(Problem(last.line, last.kind, reason))
    return sorted(kept, key=lambda problem: problem.line)
