"""Keeps what is said of a run up to date: files that cannot be read, a store that cannot be listed, a round that failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import printable_path

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile
    from tensorboard_plugin_rlboard.sources.discovery.source_file import DiscoveryProblem


class RunMessages:
    """Keeps the messages of the runs. Used by the thread that indexes.

    Args:
        registry: the runs.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._unreadable: set[tuple[str, str]] = set()
        self._unlisted: set[str] = set()

    def is_unreadable(self, run: RunIndex, file: IndexedFile) -> bool:
        """Whether a file could not be read when that was last tried."""
        return (run.name, file.relative) in self._unreadable

    def note_unreadable(self, run: RunIndex, file: IndexedFile, reason: str) -> None:
        """Says that a file cannot be read for now."""
        message = f"{file.relative} cannot be read: {reason}"
        self._unreadable.add((run.name, file.relative))
        self._say(run, message)

    def note_readable(self, run: RunIndex, file: IndexedFile) -> None:
        """Takes back what was said of a file."""
        if self.is_unreadable(run, file):
            self._unreadable.discard((run.name, file.relative))
            if not self._has_unreadable(run):
                self._unlisted.discard(run.name)
                self._say(run, "")

    def note_listing(self, problems: Iterable[DiscoveryProblem]) -> None:
        """Says of the runs behind an address that could not be listed that they may be out of date, and takes it back."""
        reasons = {problem.path: problem.reason for problem in problems}
        lost = [
            root
            for root in self._registry.roots
            if not root.is_local and printable_path(root.path) in reasons
        ]
        for run in tuple(self._registry.runs.values()):
            paths = [file.path for file in tuple(run.files.values())]
            shown = next(
                (
                    printable_path(root.path)
                    for root in lost
                    if any(path.startswith(f"{root.path.rstrip('/')}/") for path in paths)
                ),
                "",
            )
            if shown and not self._has_unreadable(run):
                self._unlisted.add(run.name)
                self._say(run, f"{shown} cannot be listed: {reasons[shown]}")
            elif not shown and run.name in self._unlisted:
                self._unlisted.discard(run.name)
                if not self._has_unreadable(run):
                    self._say(run, "")

    def _has_unreadable(self, run: RunIndex) -> bool:
        return any(name == run.name for name, _ in self._unreadable)

    def _say(self, run: RunIndex, message: str) -> None:
        if run.message != message:
            run.set_message(message)
            self._registry.raise_revision()


def reason_of(error: Exception) -> str:
    """What an error says, and what it means where it says nothing."""
    if isinstance(error, MemoryError) and not str(error):
        return "there is no memory left for TensorBoard. Give it more (ulimit -v), or lower --rlboard_memory_limit."
    return str(error) or type(error).__name__
