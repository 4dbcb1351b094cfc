"""The interface of whatever keeps a registry up to date, for those that answer questions from the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.user_activity import UserActivity


class Indexer(Protocol):
    """Keeps a registry up to date; `update/background.py` has the one that there is."""

    @property
    def registry(self) -> Registry:
        """The indexes of all runs."""
        ...

    @property
    def activity(self) -> UserActivity:
        """What users look at: `activity.note_viewed_run(run_name)` has a run indexed first."""
        ...

    def call_after_round(self, prepare: Callable[[RunIndex], None] | None) -> None:
        """Has answers prepared before anybody asks.

        Args:
            prepare: called in the indexing thread with a run when all of it is indexed, and before that about once a
                second. It takes the place of the one before; None for nobody.
        """
        ...

    def call_when_read(self, examine: Callable[[RunIndex], None] | None) -> None:
        """Has runs examined that have changed, when nothing is left to read: what takes long holds up no other run.

        Args:
            examine: called in the indexing thread, with one run after the other. It takes the place of the one before;
                None for nobody.
        """
        ...

    def index_now(self) -> None:
        """Brings the registry up to date in the calling thread."""
        ...

    def stop(self) -> None:
        """Ends the indexing and closes the registry's databases."""
        ...
