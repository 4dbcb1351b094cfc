"""Which format a file has, what its place adds to that, and which run its samples belong to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats import tokenizer
from tensorboard_plugin_rlboard.formats.binding import bound
from tensorboard_plugin_rlboard.index.sniff import sniff
from tensorboard_plugin_rlboard.sources.logdir import named

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.sources.logdir import Root
    from tensorboard_plugin_rlboard.sources.walk import SourceFile


class Recognition:
    """Recognises the files below some roots."""

    def __init__(self, roots: Sequence[Root]) -> None:
        self._roots = roots

    def sniff(self, file: SourceFile) -> tuple[Format | None, str]:
        """The format of a file with what its place adds, or one sentence that says why it has none.

        The sentence is empty for a file that nobody takes for a log.

        Raises:
            OSError: it cannot be read.
        """
        known, reason = sniff(file.path)
        return (None if known is None else self.bound(known, file)), reason

    def bound(self, known: Format, file: SourceFile) -> Format:
        """A format with what a file's place adds now, whatever it was bound to before."""
        root = self._root(file)
        found = tokenizer.find(file.path, root.path) if known.reads_ids and root is not None else ""
        return bound(known, file.path, {"tokenizer": found})

    def run_of(self, known: Format, file: SourceFile) -> str:
        """The run that the samples of a file belong to: that of its folder, or of one above it."""
        levels, root = known.depth(PurePosixPath(file.path)), self._root(file)
        if not levels or root is None:
            return file.run
        parts = [part for part in file.run.removeprefix(root.name_prefix).split("/") if part != "."]
        return named(root, "/".join(parts[:-levels]) or ".")

    def _root(self, file: SourceFile) -> Root | None:
        fitting = (root for root in self._roots if file.run.startswith(root.name_prefix))
        return next((root for root in fitting if file.path.startswith(root.path)), None)
