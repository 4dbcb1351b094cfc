"""The sections of rlboard.toml as they count for one folder, after all files above it were merged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping
from tensorboard_plugin_rlboard.sources.kinds.names import plain_name
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.settings.toml_file import SettingValue

_SEARCHED_LENGTH = 200
"""Characters at the end of a path that `step_from` is searched in, which bounds what a pattern can cost."""


@dataclass(frozen=True)
class MappingSection:
    """The section [mapping].

    Attributes:
        keys: field -> key of the rows, or path of keys; further metrics and texts as `columns.<name>`.
        file_pattern: glob of the files that it is for, as `*.jsonl` or `eval/*.jsonl`, or of whole paths on the machine where
            it begins with a slash; empty for all.
        step_from: regular expression whose one group is the step in a file's path; empty without one.
        split: `train` or `eval` for all rows; empty where the rows or the path say it.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    file_pattern: str = ""
    step_from: str = ""
    split: str = ""

    @property
    def reward(self) -> str:
        """The path of the reward where the section says nothing of the response; empty where it does.

        It counts for a trainer's format, too, whose other fields are known.
        """
        says_response = any(name in self.keys for name in RESPONSE_FIELDS)
        return "" if says_response else self.keys.get("reward", "")

    def applies_to(self, path: PurePosixPath) -> bool:
        """Whether the mapping is for a file, by its path below the log directory; by all of it where the pattern has all."""
        plain = PurePosixPath(plain_name(str(path)))
        return not self.file_pattern or path.match(self.file_pattern) or plain.match(self.file_pattern)

    def format_for(self, row: Row) -> Format | None:
        """The format of a file whose first row this is; None where nothing is mapped, or nothing to this row."""
        if not self.keys or key_mapping.reason_not_mapped(self.keys, row):
            return None
        return key_mapping.mapping_format(KeyMapping(self.keys))

    def path_defaults(self, path: PurePosixPath) -> PathDefaults:
        """The step and split that the section gives to all rows of a file."""
        found = re.search(self.step_from, str(path)[-_SEARCHED_LENGTH:]) if self.step_from else None
        step = found.group(1) if found else None
        return PathDefaults(
            int(step) if step is not None and re.fullmatch(r"[0-9]{1,15}", step) else None, self.split
        )


@dataclass(frozen=True)
class ReferenceSection:
    """The section [reference]: where reference answers come from; at most one of the three.

    Attributes:
        file: absolute path of a file below the log directory.
        run: name of a run.
        first_visit: whether the first answer to each prompt is its reference.
    """

    file: str = ""
    run: str = ""
    first_visit: bool = False


@dataclass(frozen=True)
class ScoresSection:
    """The section [scores]: `file` is the absolute path of a file below the log directory; empty for none."""

    file: str = ""


@dataclass(frozen=True)
class Settings:
    """The user's settings for the files of one folder.

    Attributes:
        mapping, reference, scores: the sections of these names.
        scalar_runs: TensorBoard's runs whose scalars belong to the rollouts ([scalars]); None without the section.
        hyperparameters: the section [config]: name -> value, tables with dots (`optimizer.lr`).
        hyperparameter_files: name -> the file that says it, as it is shown.
        text_rules: the section [text]: text rules to begin with.
        thresholds: the section [findings]: name of a threshold -> its value.
        file_names: the files that were read, as they are shown, the nearest first.
        problems: one sentence for each thing in them that does not count.
    """

    mapping: MappingSection = MappingSection()
    scalar_runs: tuple[str, ...] | None = None
    hyperparameters: Mapping[str, SettingValue] = field(default_factory=dict)
    hyperparameter_files: Mapping[str, str] = field(default_factory=dict)
    reference: ReferenceSection = ReferenceSection()
    scores: ScoresSection = ScoresSection()
    text_rules: TextRules = field(default_factory=TextRules)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    file_names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
