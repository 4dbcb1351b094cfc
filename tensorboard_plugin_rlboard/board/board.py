"""The board: one method for each question of the contract. Knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.api import (
    Distribution,
    ProblemColumns,
    Problems,
    Runs,
    Sample,
    Samples,
    Steps,
    WorstTokens,
)
from tensorboard_plugin_rlboard.board.distribution.histograms import distribution
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.query_limits import QueryLimits
from tensorboard_plugin_rlboard.board.runs import runs as runs_question
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns, Trainings
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSamples, binary
from tensorboard_plugin_rlboard.board.samples.detail import locate, sample, token_names
from tensorboard_plugin_rlboard.board.samples.listing import MAX_LIMIT, samples
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.sql_rows import fetch
from tensorboard_plugin_rlboard.board.steps.service import StepService
from tensorboard_plugin_rlboard.board.tokens.worst_tokens import worst_tokens
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.index.indexer import Indexer
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.scalar_pairing import chosen

if TYPE_CHECKING:
    import duckdb

_TOTALS = 256
"""Numbers of samples that are kept until their run changes: walking through a list counts it once."""


class Board:
    """Answers questions about the runs of a registry; every method may be called from any thread."""

    def __init__(self, indexer: Indexer) -> None:
        """Answers questions about the registry that an indexer keeps up to date."""
        self.indexer = indexer
        self.registry = registry = indexer.registry
        self.limits = QueryLimits()
        self._opened = DecodedSamples()
        self._described: dict[str, runs_question.Described] = {}
        self._overview = StepService(registry, indexer.attention, self.cursor, self.limits.heavy)
        indexer.call_after_round(self._overview.follow)
        self._trainings = Trainings(registry)
        self._totals: LruCache[int] = LruCache(_TOTALS)

    @property
    def revision(self) -> int:
        """Changes whenever an answer may."""
        return self.registry.revision

    @property
    def problems_total(self) -> int:
        """Problems of all runs."""
        return sum(run.problems for run in self.registry.runs.values())

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor for the calling thread, within the limits of the question that it answers."""
        return self.limits.cursor(self.registry.cursor())

    def runs(self, known: TensorBoardRuns | None = None) -> Runs:
        """All runs, with what of TensorBoard's own runs belongs to them; None where nothing is known of those."""
        found = known or TensorBoardRuns()
        return runs_question.runs(
            self.registry,
            lambda run: self._trainings.of(run, found),
            self._described,
            self._overview.catalogue,
        )

    def scalar_runs(self, run: str, known: TensorBoardRuns, wanted: Sequence[str] = ()) -> Sequence[str]:
        """The scalar runs that belong to a run, or those that are wanted instead.

        Raises:
            UnknownError: no run has that name, or no scalar run one that is wanted.
        """
        found = self.run(run)
        return chosen(wanted, known.scalars) or self._trainings.of(found, known).pairing.runs

    def run(self, name: str) -> RunIndex:
        """The index of a run, which is indexed first from now on.

        Raises:
            UnknownError: no run has that name.
        """
        found = self.registry.runs.get(name)
        if found is None:
            known = ", ".join(sorted(self.registry.runs)[:10]) or "none yet"
            raise UnknownError(f"There is no run {name}; runs: {known}.")
        self.indexer.attention.user_looks_at(name)
        return found

    def steps(self, chosen: Selection, metrics: tuple[str, ...] | None = None) -> Steps:
        """Curves: statistics of each step."""
        return self._overview.steps(self.run(chosen.run), chosen, metrics)

    def samples(
        self,
        chosen: Selection,
        rules: TextRules,
        *,
        columns: list[str] | None = None,
        sort: str = "",
        order: str = "asc",
        preset: str = "",
        seed: int = 0,
        offset: int = 0,
        limit: int = 50,
    ) -> Samples:
        """One page of the table of responses."""
        run = self.run(chosen.run)
        narrowed = preset if preset == "suspect_reference" else ""
        counted = (run.name, run.version, chosen, narrowed)
        with self._turn(chosen):
            return samples(
                self.cursor(),
                run,
                chosen,
                rules,
                columns=columns,
                sort=sort,
                order=order,
                preset=preset,
                seed=seed,
                offset=offset,
                limit=limit,
                total=lambda count: self._totals.get(counted, count),
            )

    def _turn(self, chosen: Selection) -> AbstractContextManager[None]:
        """Waits for its turn where a question looks at more than one step."""
        return nullcontext() if chosen.step is not None else self.limits.heavy()

    def sample(self, run: str, name: str, rules: TextRules) -> Sample:
        """One sample whole."""
        return sample(self.cursor(), self.run(run), self._opened, name, rules)

    def tokens(self, run: str, name: str) -> tuple[list[str], bytes]:
        """The token metrics of a sample: their names, and their rows as little-endian float32."""
        found = self.run(run)
        _, opened = locate(self.cursor(), found, self._opened, name)
        names = token_names(found, opened)
        return names, binary(opened, names)

    def token_lists(self, run: str, name: str) -> dict[str, list[float | None]]:
        """The token metrics of a sample as lists; None where a value is missing, NaN where NaN was logged."""
        found = self.run(run)
        _, opened = locate(self.cursor(), found, self._opened, name)
        lists: dict[str, list[float | None]] = {}
        for metric in token_names(found, opened):
            absent = opened.tokens.missing.get(metric)
            values = opened.tokens.values[metric].tolist()
            lists[metric] = [None if absent is not None and absent[i] else x for i, x in enumerate(values)]
        return lists

    def distribution(
        self,
        chosen: Selection,
        metric: str,
        *,
        bins: int = 40,
        lo: float | None = None,
        hi: float | None = None,
        against: str = "",
    ) -> Distribution:
        """Histogram and density of one metric."""
        run = self.run(chosen.run)
        with self._turn(chosen):
            return distribution(self.cursor(), run, chosen, metric, bins=bins, lo=lo, hi=hi, against=against)

    def worst_tokens(
        self,
        chosen: Selection,
        metric: str = "",
        *,
        by: str = "sample",
        end: str = "",
        limit: int = 50,
        per_sample: int = 0,
    ) -> WorstTokens:
        """The most extreme tokens of a selection."""
        run = self.run(chosen.run)
        with self.limits.heavy():
            return worst_tokens(
                self.cursor(), run, chosen, metric, by=by, end=end, limit=limit, per_sample=per_sample
            )

    def problems(self, run: str, offset: int = 0, limit: int = 50) -> Problems:
        """Lines and values that could not be used, in file order.

        Raises:
            ArgumentError: offset or limit out of range.
        """
        if not 0 < limit <= MAX_LIMIT or offset < 0:
            raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and offset 0 or more.")
        found = self.run(run)
        rows = fetch(
            self.cursor(),
            f'SELECT file, line, line_offset AS "offset", kind, reason FROM {found.problem_table} '
            f"ORDER BY file, line_offset, kind LIMIT {limit} OFFSET {offset}",
            [],
        )
        return Problems(found.problems, ProblemColumns(**rows))
