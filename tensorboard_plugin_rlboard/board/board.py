"""The board: one method for each question of the contract. Knows nothing of HTTP, of JSON or of gzip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.findings.service import FindingService
from tensorboard_plugin_rlboard.board.limits.once import once
from tensorboard_plugin_rlboard.board.limits.query_limits import QueryLimits
from tensorboard_plugin_rlboard.board.limits.running_question import interruptible
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.run_schema import RunSession, open_session
from tensorboard_plugin_rlboard.board.runs.problems import problems
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.runs.run_table import RunNumbers
from tensorboard_plugin_rlboard.board.runs.runs import RunList
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns, Trainings
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSample, DecodedSamples
from tensorboard_plugin_rlboard.board.samples.detail import sample
from tensorboard_plugin_rlboard.board.samples.index_row import index_row
from tensorboard_plugin_rlboard.board.samples.listing import samples
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.samples.token_rows import binary_rows, listed_rows, token_metric_names
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.steps.service import StepService
from tensorboard_plugin_rlboard.board.steps.step_index import is_loading
from tensorboard_plugin_rlboard.errors import UnknownError
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.index.indexer import Indexer
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.training.scalar_pairing import validated_runs

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
    from tensorboard_plugin_rlboard.board.diff.question import DiffQuestion
    from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
    from tensorboard_plugin_rlboard.board.groups.question import GroupQuestion, GroupsQuestion
    from tensorboard_plugin_rlboard.board.later.answers import LaterAnswers
    from tensorboard_plugin_rlboard.board.prompts.service import PromptService
    from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion

_MAX_YIELD_SECONDS = 0.5
"""Seconds that the examination of a run waits at most for questions that are worked on."""
_MAX_TOTALS = 256
"""Numbers of samples that are kept until their run changes: walking through a list counts it once."""


class Board:
    """Answers questions about the runs of a registry; every method may be called from any thread.

    Attributes:
        indexer, registry, limits: what keeps the index up to date, the index, and the limits of questions.
    """

    def __init__(self, indexer: Indexer) -> None:
        """Answers questions about the registry that an indexer keeps up to date."""
        self.indexer = indexer
        self.registry = registry = indexer.registry
        self.limits = QueryLimits()
        self._decoded_samples = DecodedSamples()
        self._later = once(self._new_later_answers)
        self._totals: LruCache[int] = LruCache(_MAX_TOTALS)
        self._steps = steps = StepService(registry, indexer.activity, self.cursor, self._slot)
        self._trainings = Trainings(registry)
        prepared = partial(steps.snapshot, fresh=False)
        known = self._trainings.known_numbers, self._trainings.thresholds
        self._findings = FindingService(steps.snapshot, prepared, steps.is_complete, self.cursor, *known)
        counts = self._findings.severity_counts
        self._run_list = RunList(
            registry, self._trainings, steps.run_steps, steps.last_mean, counts, self.cursor
        )
        self._run_numbers = RunNumbers(registry, prepared, steps.run_steps, counts)
        indexer.call_after_round(self._update_after_round)
        indexer.call_when_read(self._update_when_read)

    @property
    def revision(self) -> int:
        """Changes whenever an answer may."""
        return self.registry.revision

    @property
    def prompts(self) -> PromptService:
        """Answers what is asked of prompts."""
        return self._later().prompts

    @property
    def problems_total(self) -> int:
        """Problems of all runs."""
        return sum(run.problems for run in self.registry.runs.values())

    def when_steps_prepared(self, listener: Callable[[api.Steps], object]) -> None:
        """Has a listener called in the background with each new answer to a question that will be asked again."""
        self._steps.on_prepared = listener

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor for the calling thread, within the limits of the question that it answers.

        Raises:
            StoppedError: there is no database yet, or there can be none; the message says why.
        """
        return interruptible(self.registry.cursor())

    def run(self, name: str) -> RunIndex:
        """The index of a run, which is indexed first from now on.

        Raises:
            UnknownError: no run has that name.
        """
        run = self.registry.runs.get(name)
        if run is None:
            names = sorted(self.registry.runs)[:10]
            raise UnknownError(f"There is no run {name}; runs: {', '.join(names) or 'none yet'}.")
        self.indexer.activity.note_viewed_run(name)
        return run

    def session(self, run: RunIndex | str) -> RunSession:
        """A session of the calling thread on a run, given as such or by name, as it is now."""
        return open_session(self.run(run) if isinstance(run, str) else run, self.cursor())

    def runs(self, tensorboard_runs: TensorBoardRuns | None = None) -> api.Runs:
        """All runs, with what of TensorBoard's own runs belongs to them; None where nothing is known of those."""
        with self.limits.quick():
            return self._run_list.runs(tensorboard_runs or TensorBoardRuns())

    def run_table(self) -> api.RunTable:
        """Every run by its numbers."""
        with self.limits.quick():
            return self._run_numbers.table()

    def compare(self, question: CompareQuestion) -> api.Comparison:
        """Two selections on the prompts that they share."""
        b, a = self.run(question.b.run), self.run(question.a.run)
        with self._slot(question.a, always=True):
            session = self.session(a)
            return self._later().compare(session, open_session(b, session.cursor), question)

    def scalar_runs(
        self, run: str, tensorboard_runs: TensorBoardRuns, instead: Sequence[str] = ()
    ) -> Sequence[str]:
        """The scalar runs that belong to a run, or those that are asked for instead.

        Raises:
            UnknownError: no run has that name, or no scalar run one that is asked for.
        """
        index = self.run(run)
        named = validated_runs(instead, tensorboard_runs.scalars)
        return named or self._trainings.of(index, tensorboard_runs).pairing.runs

    def steps(self, question: StepsQuestion) -> api.Steps:
        """Curves: statistics of each step."""
        return self._steps.steps(self.run(question.selection.run), question)

    def steps_by_value(self, question: StepsQuestion) -> api.StepsByValue:
        """Curves for each value of a text column."""
        return self._steps.by_value(self.run(question.selection.run), question)

    def findings(self, question: FindingsQuestion) -> api.Findings:
        """What looks wrong, the worst first."""
        run = self.run(question.selection.run)
        with self._slot(question.selection, always=True):
            return self._findings.findings(run, question)

    def detector_input(self, selection: Selection) -> DetectorInput:
        """The input of the detectors, for scripts that measure these."""
        return self._findings.detector_input(self.run(selection.run), selection)

    def samples(self, question: SamplesQuestion) -> api.Samples:
        """One page of a list of samples."""
        run = self.run(question.selection.run)
        with self._slot(question.selection), self.session(run).snapshot() as session:
            return samples(session, question, self._totals)

    def groups(self, question: GroupsQuestion) -> api.Groups:
        """One page of the list of groups."""
        with self._slot(question.selection):
            return self._later().groups(self.session(question.selection.run), question)

    def group(self, question: GroupQuestion) -> api.Group:
        """One group whole."""
        with self.limits.quick():
            return self._later().group(self.session(question.selection.run), question)

    def sample(self, question: SampleQuestion) -> api.Sample:
        """One sample whole."""
        with self.limits.quick():
            return sample(self.session(question.run), question, self._decoded_samples)

    def tokens(self, question: TokensQuestion) -> tuple[list[str], bytes]:
        """The token metrics of a sample: their names, and their rows as little-endian float32."""
        decoded, names = self._tokens(question)
        return names, binary_rows(decoded, names)

    def token_lists(self, question: TokensQuestion) -> dict[str, list[float | None]]:
        """The token metrics of a sample as lists; None where a value is missing, NaN where NaN was logged."""
        return listed_rows(*self._tokens(question))

    def diff(self, question: DiffQuestion) -> api.Diff:
        """Two responses side by side, or a response and its reference answer."""
        with self.limits.quick():
            against = self.session(question.against_run or question.run)
            return self._later().diff(self.session(question.run), against, question)

    def distribution(self, question: DistributionQuestion) -> api.Distribution:
        """Histogram and density of one metric."""
        with self._slot(question.selection):
            return self._later().distribution(self.session(question.selection.run), question)

    def worst_tokens(self, question: WorstTokensQuestion) -> api.WorstTokens:
        """The most extreme tokens of a selection."""
        with self._slot(question.selection, always=True):
            return self._later().worst_tokens(self.session(question.selection.run), question)

    def problems(self, question: ProblemsQuestion) -> api.Problems:
        """Lines and values that could not be used, in file order."""
        with self.limits.quick():
            return problems(self.session(question.run), question)

    def _new_later_answers(self) -> LaterAnswers:
        from tensorboard_plugin_rlboard.board.later.answers import LaterAnswers  # noqa: PLC0415 (see there)

        return LaterAnswers(self.session, self._steps, self._slot, self.registry, self._decoded_samples)

    def _update_after_round(self, run: RunIndex) -> None:
        """Updates answers about a run that has more rows; called in the thread that indexes."""
        self._steps.update_in_background(run)
        # The only run is the one that will be asked about, whether anybody has named it yet or not.
        if is_loading(run) and (run.name == self.indexer.activity.viewed_run or len(self.registry.runs) == 1):
            self.prompts.look_up_in_background(run)

    def _update_when_read(self, run: RunIndex) -> None:
        """Updates answers about a run that is completely indexed; called in the thread that indexes."""
        activity = self.indexer.activity
        if run.name == activity.viewed_run:  # a page that opens asks at this very moment
            self.limits.slots.wait_until_idle(_MAX_YIELD_SECONDS)
        self._findings.update_in_background(run)
        if isfinite(activity.seconds_since_request()):  # else nobody has opened a page
            self.prompts.update_in_background(run, is_looked_at=run.name == activity.viewed_run)

    def _slot(self, selection: Selection, *, always: bool = False) -> AbstractContextManager[None]:
        """A slot for a search, for a question over several steps, or for a quick one, by what a selection asks."""
        if selection.searches:
            return self.limits.search()
        return self.limits.heavy() if always or selection.step is None else self.limits.quick()

    def _tokens(self, question: TokensQuestion) -> tuple[DecodedSample, list[str]]:
        with self.limits.quick():
            session = self.session(question.run)
            decoded = self._decoded_samples.get(session.run, index_row(session, question.id, {}).location)
            return decoded, token_metric_names(session.schema, decoded)
