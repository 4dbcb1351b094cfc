"""The report of `rlboard doctor`, as data: printed by `printing.py`, or as JSON with these names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.api import Joined
from tensorboard_plugin_rlboard.api.values import Value


@dataclass(frozen=True)
class MissingField:
    """A field that a file does not have, and what the tab cannot show without it."""

    field: str
    cost: str


@dataclass(frozen=True)
class ProblemCount:
    """Problems of one kind in a file: how many, and the first of them (line 0: not known)."""

    kind: str
    count: int
    line: int
    reason: str


@dataclass(frozen=True)
class FileReport:
    """What the tab will show of one file.

    Attributes:
        file: its path below the log directory.
        format: name of its format.
        definition: where that is written down.
        told_by: keys of its first row without which it would not be this format, and others where these are few; of a
            mapping the pairs of key and word.
        bytes, read_bytes: its size, and how much of it (of a packed file: of what it unpacks to) was read.
        whole: whether all of it was read.
        samples: in what was read.
        steps: number of steps, the lowest and the highest; None where there are no samples.
        splits: `train`, `eval`.
        fields: what its samples have, in our words.
        missing: what they have not.
        problems: by kind.
        tokenizer: `found`, `missing`, or empty where it has token strings or no token ids.
    """

    file: str
    format: str
    definition: str
    told_by: Sequence[str]
    bytes: int
    read_bytes: int
    whole: bool
    samples: int
    steps: tuple[int, int, int] | None
    splits: Sequence[str]
    fields: Sequence[str]
    missing: Sequence[MissingField]
    problems: Sequence[ProblemCount]
    tokenizer: str = ""


@dataclass(frozen=True)
class FindingReport:
    """Something that looks wrong in a run, as /findings says it; `samples` are ids, the strongest first."""

    kind: str
    severity: str
    title: str
    summary: str
    next: str
    steps: tuple[int, int]
    value: float
    threshold: float
    unit: str
    samples: Sequence[str]
    symptoms: Sequence[str]


@dataclass(frozen=True)
class RunReport:
    """What the tab will show of one run.

    Attributes:
        run: its name.
        message: what the tab says of the run as a whole, else empty.
        settings_problems: what does not count of the rlboard.toml files that are for it, one sentence each.
        warnings: what the tab says above its curves, one sentence each.
        files: in the order of their paths.
        config, config_sources: settings of the training, and where each is from.
        scalar_runs, pairing: TensorBoard's runs that belong to it, and how that is known.
        joined: reference answers and scores that came from elsewhere.
        mapping_toml: where the mapping is guessed, the rlboard.toml that says it.
        mapping_sources: field -> where it comes from; of a known format only what its path says.
        mapping_alternatives: field -> other keys that might hold it.
        next: what to do, one line each.
        findings: what looks wrong, the worst first.
        checked, not_checked: the kinds of findings that were looked for, and what others need.
        looked_at: steps and samples that they were looked for in.
    """

    run: str
    message: str
    settings_problems: Sequence[str]
    warnings: Sequence[str]
    files: Sequence[FileReport]
    config: Mapping[str, Value]
    config_sources: Mapping[str, str]
    scalar_runs: Sequence[str]
    pairing: str
    joined: Sequence[Joined]
    mapping_toml: str
    mapping_sources: Mapping[str, str]
    mapping_alternatives: Mapping[str, Sequence[str]]
    next: Sequence[str]
    findings: Sequence[FindingReport] = ()
    checked: Sequence[str] = ()
    not_checked: Mapping[str, str] = field(default_factory=dict)
    looked_at: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class IgnoredFileReport:
    """A file that looks like a log and is not read, or a folder that cannot be: why, and whether that is an error."""

    file: str
    reason: str
    unreadable: bool


@dataclass(frozen=True)
class DoctorReport:
    """The whole report.

    Attributes:
        path: what was looked at.
        runs: in the order of their names.
        ignored: in the order of their paths.
        limit: bytes of each file that were read at most; 0 for all.
        settings_problems: what does not count of --config and of all rlboard.toml files, one sentence each.
        next: what to do, one line each.
        exit_code: 0: something is to be seen, every file was read and all settings count; else 1.
    """

    path: str
    runs: Sequence[RunReport]
    ignored: Sequence[IgnoredFileReport]
    limit: int
    settings_problems: Sequence[str] = ()
    next: Sequence[str] = field(default_factory=tuple)
    exit_code: int = 0
