"""The histories of a selection's prompts, with the lists and kinds that follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tensorboard_plugin_rlboard.board.prompts.histories.prompt_history import PromptHistory
from tensorboard_plugin_rlboard.board.prompts.histories.statuses import statuses
from tensorboard_plugin_rlboard.board.prompts.histories.success_threshold import SuccessThreshold
from tensorboard_plugin_rlboard.board.prompts.histories.summary import kinds
from tensorboard_plugin_rlboard.metrics.segments import Bools


@dataclass(frozen=True)
class SelectionHistory:
    """The histories of a selection's prompts.

    Attributes:
        history: of each prompt.
        labels: values of the text column.
        threshold: from which on a sample is a success.
        split: of the samples.
        by: the text column; empty for none.
        is_complete: whether every row of the run as of now is in it.
    """

    history: PromptHistory
    labels: Sequence[str]
    threshold: SuccessThreshold
    split: str
    by: str
    is_complete: bool = True

    @cached_property
    def lists(self) -> Mapping[str, Bools]:
        """Which prompts are in each list."""
        return statuses(self.history)

    @cached_property
    def kinds(self) -> Mapping[str, list[str | float | None]]:
        """The kinds of prompts."""
        return kinds(self.history, self.labels, self.lists)

    def with_completeness(self, *, complete: bool) -> SelectionHistory:
        """The same with another `is_complete`."""
        return self if complete == self.is_complete else replace(self, is_complete=complete)
