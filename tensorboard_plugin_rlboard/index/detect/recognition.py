"""Which format a file has, what its place and the user's settings add to that, and which run its samples belong to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.registry import FORMATS_DIGEST
from tensorboard_plugin_rlboard.formats.rows.file_options import bind_to_file
from tensorboard_plugin_rlboard.formats.tokenization import tokenizer
from tensorboard_plugin_rlboard.index.detect.discounts import Discounts
from tensorboard_plugin_rlboard.index.detect.sniff import sniff
from tensorboard_plugin_rlboard.sources.discovery.logdir import run_name_below
from tensorboard_plugin_rlboard.training.settings.sections import MappingSection
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.formats.base import Format, Row
    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

_NO_RULE = MappingSection()


class Recognition:
    """Recognises the files below some roots.

    Args:
        roots: where the files were found.
        settings: what the user says of them.
    """

    def __init__(self, roots: Sequence[Root], settings: SettingsFinder) -> None:
        self._roots = roots
        self._settings = settings
        self._discounts = Discounts(roots, settings)

    def rule(self, file: SourceFile) -> MappingSection:
        """The mapping that the user has given for a file; an empty one where he has given none."""
        rule = self._settings.for_file(file.path).mapping
        return rule if rule.applies_to(PurePosixPath(file.relative)) else _NO_RULE

    def sniff(self, file: SourceFile) -> tuple[Format | None, str]:
        """The format of a file with what its place adds, or one sentence that says why it has none.

        The sentence is empty for a file that nobody takes for a log.

        Raises:
            OSError: it cannot be read.
        """
        rule, unmapped = self.rule(file), ""

        def mapped(row: Row) -> Format | None:
            nonlocal unmapped
            unmapped = key_mapping.reason_not_mapped(rule.keys, row) if rule.keys else ""
            return rule.format_for(row)

        known, reason = sniff(file.path, mapped)
        if known is None:
            return None, f"{unmapped} {reason}" if unmapped and reason else reason
        return self.bound(known, file), ""

    def bound(self, known: Format, file: SourceFile) -> Format:
        """A format with what a file's place and settings add now, whatever it was bound to before."""
        root = self._root(file)
        found = (
            tokenizer.find_tokenizer(file.path, root.path)
            if known.uses_tokenizer and root is not None
            else ""
        )
        home = str(PurePosixPath(file.path).parents[known.levels_to_run(PurePosixPath(file.path))])
        options = self._discounts.of(home) | {"tokenizer": found}
        said = self.rule(file).path_defaults(PurePosixPath(file.relative))
        if said.step is not None:
            options["step"] = str(said.step)
        if said.split:
            options["split"] = said.split
        return bind_to_file(known, file.path, options)

    def is_as_before(self, known: Format, file: SourceFile, told_by: str) -> bool:
        """Whether a file that an earlier start has read would be read alike: format, mapping, tokenizer, discounts.

        Args:
            known: how it was read.
            file: the file.
            told_by: `FORMATS_DIGEST` of that start; where there are other formats by now, the file's first rows are looked at.
        """
        if told_by != FORMATS_DIGEST:
            try:
                found = self.sniff(file)[0]
            except OSError:
                return True  # whoever reads it next will say so
            return found is not None and found.spec == known.spec
        mine = {} if known.mapping is None or known.mapping.guessed else known.mapping.keys
        return dict(self.rule(file).keys) == dict(mine) and self.bound(known, file).spec == known.spec

    def run_of(self, known: Format, file: SourceFile) -> str:
        """The run that the samples of a file belong to: that of its folder, or of one above it."""
        levels, root = known.levels_to_run(PurePosixPath(file.path)), self._root(file)
        if not levels or root is None:
            return file.run
        parts = [part for part in file.run.removeprefix(root.run_prefix).split("/") if part != "."]
        return run_name_below(root, "/".join(parts[:-levels]) or ".")

    def _root(self, file: SourceFile) -> Root | None:
        fitting = (root for root in self._roots if file.run.startswith(root.run_prefix))
        return next((root for root in fitting if file.path.startswith(root.path)), None)
