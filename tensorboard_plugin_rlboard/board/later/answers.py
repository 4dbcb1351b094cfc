"""What a page asks later: groups, prompts, comparisons, histograms, worst tokens, and two responses side by side.

An index needs none of it, so these modules are loaded by the first question, or beside it once a page is open.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from tensorboard_plugin_rlboard.api import Comparison, Diff, Distribution, Group, Groups, WorstTokens
from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.compare.service import ComparisonService
from tensorboard_plugin_rlboard.board.diff.answer import diff
from tensorboard_plugin_rlboard.board.diff.question import DiffQuestion
from tensorboard_plugin_rlboard.board.distribution.histograms import distribution
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.groups.detail import group
from tensorboard_plugin_rlboard.board.groups.listing import groups
from tensorboard_plugin_rlboard.board.groups.question import GroupQuestion, GroupsQuestion
from tensorboard_plugin_rlboard.board.prompts.service import PromptService
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.decoded_samples import DecodedSamples
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.service import StepService
from tensorboard_plugin_rlboard.board.tokens.extreme_tokens import ExtremeTokens
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.board.tokens.worst_tokens import worst_tokens
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex


class LaterAnswers:
    """Answers these questions on sessions of the board; every method may be called from any thread.

    Attributes:
        prompts: answers what is asked of prompts.
    """

    def __init__(
        self,
        session: Callable[[str | RunIndex], RunSession],
        steps: StepService,
        slot: Callable[[Selection], AbstractContextManager[None]],
        registry: Registry,
        decoded_samples: DecodedSamples,
    ) -> None:
        """Knows nothing yet.

        Args:
            session: as `PromptService` takes it.
            steps: knows the steps of each run.
            slot: as `PromptService` takes it.
            registry: whose runs are asked about.
            decoded_samples: samples that were opened, of whatever question.
        """
        self.prompts = PromptService(session, steps.run_steps, slot, lambda: registry.results)
        self._comparisons = ComparisonService(self.prompts.identities)
        self._extreme_tokens = ExtremeTokens()
        self._decoded_samples = decoded_samples

    def compare(self, a: RunSession, b: RunSession, question: CompareQuestion) -> Comparison:
        """Two selections on the prompts that they share; both sessions have one cursor."""
        return self._comparisons.compare(a, b, question)

    def groups(self, session: RunSession, question: GroupsQuestion) -> Groups:
        """One page of the list of groups."""
        return groups(session, question)

    def group(self, session: RunSession, question: GroupQuestion) -> Group:
        """One group whole."""
        return group(session, question, self._decoded_samples)

    def diff(self, session: RunSession, against: RunSession, question: DiffQuestion) -> Diff:
        """Two responses side by side, or a response and its reference answer."""
        return diff(session, against, question, self._decoded_samples)

    def distribution(self, session: RunSession, question: DistributionQuestion) -> Distribution:
        """Histogram and density of one metric."""
        return distribution(session, question)

    def worst_tokens(self, session: RunSession, question: WorstTokensQuestion) -> WorstTokens:
        """The most extreme tokens of a selection."""
        return worst_tokens(session, question, self._extreme_tokens)
