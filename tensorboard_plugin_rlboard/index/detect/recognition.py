"""Recognises files: which format each has, what its path and the settings add to it, and which run it belongs to."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.formats.generic import key_mapping, written_reward
from tensorboard_plugin_rlboard.formats.registry import FORMATS_DIGEST
from tensorboard_plugin_rlboard.formats.rows.file_options import SPLIT_OF_ALL, bind_to_file
from tensorboard_plugin_rlboard.formats.rows.path_names import NamedStepAndSplit, step_and_split_from_names
from tensorboard_plugin_rlboard.formats.tokenization import tokenizer
from tensorboard_plugin_rlboard.index.detect.discounts import Discounts
from tensorboard_plugin_rlboard.index.detect.named_fields import (
    NAMED,
    is_guessed,
    levels_to_run,
    with_named_fields,
)
from tensorboard_plugin_rlboard.index.detect.sibling_names import SiblingNames
from tensorboard_plugin_rlboard.index.detect.sniff import sniff_rows
from tensorboard_plugin_rlboard.index.detect.spread_rows import spread_rows
from tensorboard_plugin_rlboard.index.detect.unmatched_mapping import doubt_of_mapping
from tensorboard_plugin_rlboard.sources.discovery.logdir import run_name_below
from tensorboard_plugin_rlboard.training.settings.sections import MappingSection
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.formats.base import Format, Row
    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

logger = logging.getLogger(__name__)
_NO_MAPPING = MappingSection()

_DOES_NOT_COUNT = (
    "So it does not count, and the file was guessed: write the whole mapping, as the tab and doctor print it."
)

_MAX_BOUND = 100_000
"""Files of which is remembered what their formats were bound to."""


class _Bound(NamedTuple):
    """What a format was bound to: the format, the folder of its run, its root, what settings and folders said, the result."""

    given: Format
    folder: str
    root: Root | None
    told: tuple[MappingSection, dict[str, str]]
    bound: Format


class Recognition:
    """Recognises the files below some roots. Used by one thread.

    Args:
        roots: where the files were found.
        settings: what the user says of them.

    Attributes:
        siblings: the names of all files, which say more together.
    """

    def __init__(self, roots: Sequence[Root], settings: SettingsFinder) -> None:
        self._roots = roots
        self._settings = settings
        self._discounts = Discounts(roots, settings)
        self._bound: dict[str, _Bound] = {}
        self.siblings = SiblingNames()

    def mapping_of(self, file: SourceFile) -> MappingSection:
        """The mapping that the user has given for a file; an empty one where there is none."""
        mapping = self._settings.for_file(file.path).mapping
        is_for_all = not mapping.file_pattern  # as nearly always, and a path takes time to be made
        path = file.path if mapping.file_pattern.startswith("/") else file.relative
        return mapping if is_for_all or mapping.applies_to(PurePosixPath(path)) else _NO_MAPPING

    def sniff(self, file: SourceFile) -> tuple[Format | None, str]:
        """The format of a file with what its path and the settings add, or one sentence that says why it has none.

        The sentence is empty for a file that nobody takes for a log.

        Raises:
            OSError: it cannot be read.
        """
        try:
            return self._sniff(file)
        except OSError:
            raise
        except (
            Exception
        ) as error:  # whatever a file made our code raise must not keep the others from being read
            logger.exception("RL Board cannot find out what %s is", file.relative)
            return None, (
                f"RL Board failed to find out what it is ({type(error).__name__}): this is a fault of RL Board, and the "
                "terminal has the details. Please report it with the file's first lines."
            )

    def _sniff(self, file: SourceFile) -> tuple[Format | None, str]:
        mapping, unmapped = self.mapping_of(file), ""

        def mapped(row: Row) -> Format | None:
            nonlocal unmapped
            unmapped = unmapped or key_mapping.reason_not_mapped(mapping.keys, row)  # the first row's is said
            return mapping.format_for(row)

        found = sniff_rows(file.path, mapped if mapping.keys else None)
        if found.format is None:
            return None, f"{unmapped} {found.reason}" if unmapped and found.reason else found.reason
        file_format = found.format
        if unmapped and is_guessed(file_format):
            file_format = key_mapping.with_doubt(file_format, f"{unmapped} {_DOES_NOT_COUNT}")
        if mapping.keys and file_format.mapping is not None and not is_guessed(file_format):
            rows = found.rows if len(found.rows) > 1 else spread_rows(file.path).rows
            file_format = key_mapping.with_doubt(file_format, doubt_of_mapping(file_format, rows))
        return self.bind(with_named_fields(file_format, found, file), file), ""

    def bind(self, file_format: Format, file: SourceFile) -> Format:
        """A format with what a file's path and settings add now, whatever it was bound to before.

        Every file is asked about at every look, so what was found is kept while nothing that it depends on has changed.
        """
        previous = self._bound.get(file.path)
        if previous is None or previous.given is not file_format:
            folder = str(PurePosixPath(file.path).parents[levels_to_run(file_format, file)])
            root = self._root_of(file) if file_format.uses_tokenizer else None
        else:
            folder, root = previous.folder, previous.root
        options = self._discounts.of(folder)
        options["tokenizer"] = tokenizer.find_tokenizer(file.path, root.path) if root else ""
        mapping = self.mapping_of(file)
        self._add_sibling_names(options, file_format, file)
        bound_by = (mapping, options)
        if previous is not None and previous.given is file_format and previous.told == bound_by:
            return previous.bound
        bound = self._bound_to(file_format, file, mapping, dict(options))
        if bound.spec == file_format.spec:
            bound = file_format
        if len(self._bound) >= _MAX_BOUND:
            self._bound.clear()
        self._bound[file.path] = _Bound(file_format, folder, root, bound_by, bound)
        return bound

    def _add_sibling_names(self, options: dict[str, str], file_format: Format, file: SourceFile) -> None:
        """Add the step and split that a file's name says beside others, where its rows and the name alone do not."""
        named = file_format.options.get(NAMED, "")
        if "step" in named and (step := self.siblings.step_of(file.relative)) is not None:
            options["step"] = str(step)
        if "split" in named and (split := self.siblings.split_of(file.relative)):
            options["split"] = split

    def _bound_to(
        self, file_format: Format, file: SourceFile, mapping: MappingSection, options: dict[str, str]
    ) -> Format:
        """A format with what a file's path, the user's mapping and further options add."""
        option = file_format.options.get(NAMED, "")
        named = (
            step_and_split_from_names(PurePosixPath(file.relative), is_numbered="number" in option)
            if option
            else NamedStepAndSplit()
        )
        if key_mapping.is_of_evaluation(file_format):
            options["split"] = "eval"
        if named.step is not None and "step" in option:
            options["step"] = str(named.step)
        if named.split and "split" in option:
            options["split"] = named.split
        if file_format.mapping is None and mapping.reward:
            options[written_reward.OPTION] = mapping.reward
        defaults = mapping.path_defaults(PurePosixPath(file.relative))
        if defaults.step is not None:
            options["step"] = str(defaults.step)
        if defaults.split:
            options |= {"split": defaults.split, SPLIT_OF_ALL: "1"}
        by_user = {"step": defaults.step is not None, "split": bool(defaults.split)}
        left = ",".join(name for name in option.split(",") if not by_user.get(name.removeprefix("rest_")))
        bound = bind_to_file(
            file_format.without_options(NAMED).with_options(**{NAMED: left}), file.path, options
        )
        return bound if bound.mapping else from_spec(bound.spec)

    def is_read_alike(self, file_format: Format, file: SourceFile, formats_digest: str) -> bool:
        """Whether a file that an earlier start has read would be read alike: format, mapping, tokenizer, discounts.

        Args:
            file_format: how it was read.
            file: the file.
            formats_digest: `FORMATS_DIGEST` of that start; where there are other formats by now, the file's first rows
                are looked at.
        """
        mapping, written = file_format.mapping, self.mapping_of(file)
        if mapping is not None and _DOES_NOT_COUNT in mapping.doubt and not written.keys:
            return False  # what was said of the user's mapping is not so any more
        may_fit_by_now = mapping is None and bool(written.keys) and not written.reward
        if formats_digest != FORMATS_DIGEST or may_fit_by_now:
            try:
                found = self.sniff(file)[0]
            except OSError:
                return True  # whoever reads it next will say so
            return found is not None and found.spec == file_format.spec
        user_keys = {} if mapping is None or mapping.guessed else mapping.keys
        written_keys = (
            {} if mapping is None else written.keys
        )  # a reward alone is an option of a trainer's format
        has_same_keys = dict(written_keys) == dict(user_keys)
        return has_same_keys and self.bind(file_format, file).spec == file_format.spec

    def changed_reading(self, file_format: Format, file: SourceFile) -> str:
        """Which fields a file that has grown has under other keys now, in one sentence; empty where none has.

        Raises:
            OSError: it cannot be read.
        """
        if not is_guessed(file_format):
            return ""
        found = self.sniff(file)[0]
        if found is None or not is_guessed(found):
            return ""
        before, after = _reading(file_format), _reading(found)
        changed = [
            f"{name} ← {after.get(name) or 'nothing'} instead of {before.get(name) or 'nothing'}"
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        ]
        return (
            f"With more rows the file is understood otherwise, and was read anew: {', '.join(changed)}."
            if changed
            else ""
        )

    def run_name_of(self, file_format: Format, file: SourceFile) -> str:
        """The run that the samples of a file belong to: that of its folder, or of one above it."""
        levels, root = levels_to_run(file_format, file), self._root_of(file)
        if not levels or root is None:
            return file.run
        parts = [part for part in file.run.removeprefix(root.run_prefix).split("/") if part != "."]
        return run_name_below(root, "/".join(parts[:-levels]) or ".")

    def _root_of(self, file: SourceFile) -> Root | None:
        fitting = (root for root in self._roots if file.run.startswith(root.run_prefix))
        return next((root for root in fitting if file.path.startswith(root.path)), None)


def _reading(file_format: Format) -> dict[str, str]:
    """Field -> where it stands, our own keys and what the names of files say included."""
    keys = {} if file_format.mapping is None else dict(file_format.mapping.keys)
    own = {name: name for name in ("prompt", "response", "reward", "step") if name not in keys}
    named = file_format.options.get(NAMED, "").split(",")
    return own | keys | {name: "the file's path" for name in named if name in {"step", "split"}}
