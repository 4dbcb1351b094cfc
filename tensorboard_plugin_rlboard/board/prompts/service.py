"""Answers /prompts, /prompt and /pass_at_k from shared histories."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from tensorboard_plugin_rlboard.api import PassAtK, Prompt, Prompts
from tensorboard_plugin_rlboard.board.prompts.detail import prompt
from tensorboard_plugin_rlboard.board.prompts.histories.history_cache import PromptHistories
from tensorboard_plugin_rlboard.board.prompts.histories.saved_histories import SavedHistories
from tensorboard_plugin_rlboard.board.prompts.identity_cache import PromptIdentities
from tensorboard_plugin_rlboard.board.prompts.listing import kind_columns, prompts
from tensorboard_plugin_rlboard.board.prompts.pass_curves import pass_at_k
from tensorboard_plugin_rlboard.board.prompts.question import PassQuestion, PromptQuestion, PromptsQuestion
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.step_index import RunSteps
from tensorboard_plugin_rlboard.index.cache.run_results import RunResults
from tensorboard_plugin_rlboard.index.run import RunIndex

logger = logging.getLogger(__name__)


class PromptService:
    """Answers /prompts, /prompt and /pass_at_k; every method may be called from any thread.

    Attributes:
        identities: the identity of each `prompt_key`, of all runs.
    """

    def __init__(
        self,
        session: Callable[[str | RunIndex], RunSession],
        steps: Callable[[RunIndex], RunSteps],
        slot: Callable[[Selection], AbstractContextManager[None]],
        results: Callable[[], RunResults],
    ) -> None:
        """Starts empty.

        Args:
            session: opens a run for the calling thread; one that is named is looked at by a user.
            steps: the steps of a run as of now.
            slot: gives the slot that a question about a selection needs.
            results: where histories are kept between starts.
        """
        self.identities = PromptIdentities()
        self._saved = SavedHistories(results)
        self._histories = PromptHistories(steps, self.identities, self._saved)
        self._session = session
        self._slot = slot

    def look_up_in_background(self, run: RunIndex) -> None:
        """Reads a run's saved history while its rows are being loaded, in the thread that loads them; never fails."""
        try:
            self._saved.preload(run)
        except Exception:  # the index must go on; a request will meet the reason and say so
            logger.exception("RL Board could not read what is kept of the prompts of run %s", run.name)

    def update_in_background(self, run: RunIndex, *, is_looked_at: bool) -> None:
        """Updates the history of a run's prompts before anybody asks, in the thread that indexes; never fails.

        Args:
            run: is read to its end.
            is_looked_at: whether it may take the place of another run's histories.
        """
        try:
            session = self._session(run)
            self._histories.prepare(session, kind_columns(session), make_room=is_looked_at)
        except Exception:  # the index must go on; a request will meet the reason and say so
            logger.exception("RL Board could not read the histories of the prompts of run %s", run.name)

    def prompts(self, question: PromptsQuestion) -> Prompts:
        """One page of the prompts of a training, with what became of each."""
        with self._slot(question.selection):
            return prompts(self._session(question.selection.run), question, self._histories)

    def prompt(self, question: PromptQuestion) -> Prompt:
        """One prompt with its samples along the steps."""
        with self._slot(question.selection):
            return prompt(self._session(question.selection.run), question, self._histories)

    def pass_at_k(self, question: PassQuestion) -> PassAtK:
        """How many prompts of each step are solved by one of k samples."""
        with self._slot(question.selection):
            return pass_at_k(self._session(question.selection.run), question, self._histories)
