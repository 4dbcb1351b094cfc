"""Finds files of one folder that seem to be of two trainings: their rows of one step would be averaged without a word.

A run is a folder, and several files in it are legitimate: one for each rank, shard or attempt, files that a writer began
one after the other, files of the two splits. So two files are taken for two trainings only where they log the same
steps of the same split in the same format, and where what is left of their names without numbers and the words for all
that differs: `runA.jsonl` and `runB.jsonl`, `seed1.jsonl` and `seed2.jsonl`, or two dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

_SUFFIX = re.compile(r"(\.part_\d{5,})?\.(jsonl|json|parquet|csv|pt|txt|log)?(\.(gz|zst))?$", re.IGNORECASE)
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d(?:[T_.-]{0,2}\d\d(?:[-_:.]?\d\d){0,2})?|1[6-9]\d{8})(?!\d)"
)
"""A date, with or without a time of day, or seconds since 1970."""
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+|\d+")
_HEX = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,}", re.IGNORECASE)
_NUMBERED = frozenset({"run", "exp", "experiment", "seed", "trial", "version", "v", "job"})
"""Words whose number tells trainings apart."""
_OF_A_PART = frozenset(
    [
        "rank",
        "shard",
        "part",
        "worker",
        "proc",
        "process",
        "pid",
        "node",
        "host",
        "gpu",
        "device",
        "dp",
        "tp",
        "pp",
        "cp",
        "ep",
        "chunk",
        "replica",
        "actor",
        "learner",
        "server",
        "engine",
        "thread",
        "env",
        "batch",
        "local",
        "global",
        "main",
        "master",
    ]
)
"""Words for a part of one training; what follows them names the part."""
_NEUTRAL = frozenset(
    [
        "attempt",
        "resume",
        "resumed",
        "restart",
        "restarted",
        "retry",
        "continued",
        "train",
        "training",
        "eval",
        "evaluation",
        "val",
        "valid",
        "validation",
        "holdout",
        "reference",
        "ref",
        "scores",
        "score",
        "judge",
        "judged",
        "graded",
        "rescored",
        "step",
        "iter",
        "iteration",
        "epoch",
        "of",
    ]
)
"""Words that do not tell two trainings apart. `test` and `dev` do: their rows are shown with the training's unless these say
otherwise."""
_MAX_LABELS = 8
"""More names than this that share steps are no trainings that somebody put into one folder, but parts of one."""
_MIN_SHARED_STEPS = 2
_MIN_SHARE = 0.2
"""Share of the steps of the shorter file that both have to log: files that follow each other share a step at most."""


@dataclass(frozen=True)
class LoggedSteps:
    """What one file logs of one split.

    Attributes:
        relative: its path below the log directory.
        kind: what files have to agree in to be compared: format and split.
        steps: its steps.
    """

    relative: str
    kind: tuple[str, str]
    steps: AbstractSet[int]


@dataclass(frozen=True)
class UnrelatedFiles:
    """Two files that log the same steps.

    Attributes:
        first, second: their paths below the log directory.
        shared: the steps that both log, ascending.
    """

    first: str
    second: str
    shared: tuple[int, ...]


def may_be_unrelated(paths: Iterable[str]) -> bool:
    """Whether any two of some files of one folder have names that tell trainings apart."""
    labels: dict[str, frozenset[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        label = training_label(name)
        if labels.setdefault(folder, label) != label:
            return True
    return False


def unrelated_files(files: Iterable[LoggedSteps]) -> UnrelatedFiles | None:
    """The two files of one folder that share most steps and seem to be of two trainings; None where there are none.

    Args:
        files: the files of one run, each once for each split.
    """
    groups: dict[tuple[str, tuple[str, str]], dict[frozenset[str], tuple[str, set[int]]]] = {}
    for file in sorted(files, key=lambda file: file.relative):
        folder, _, name = file.relative.rpartition("/")
        labels = groups.setdefault((folder, file.kind), {})
        labels.setdefault(training_label(name), (file.relative, set()))[1].update(file.steps)
    pairs = (pair for labels in groups.values() for pair in _sharing(labels))
    return max(pairs, key=lambda pair: len(pair.shared), default=None)


def _sharing(labels: Mapping[frozenset[str], tuple[str, set[int]]]) -> list[UnrelatedFiles]:
    if len(labels) > _MAX_LABELS:
        return []
    found = []
    for (first, steps), (second, others) in combinations(labels.values(), 2):
        shared = steps & others
        if len(shared) >= max(_MIN_SHARED_STEPS, _MIN_SHARE * min(len(steps), len(others))):
            found.append(UnrelatedFiles(first, second, tuple(sorted(shared))))
    return found


@lru_cache(maxsize=1 << 16)
def training_label(name: str) -> frozenset[str]:
    """What a file's name says of its training: its words without numbers, and without what names a part of it."""
    stem = _UUID.sub("-", _SUFFIX.sub("", name))
    dates = frozenset(re.sub(r"\D", "", date) for date in _DATE.findall(stem))
    # `runA`, `step_10` and `seed-1` are words and numbers; a piece of hexadecimal digits is neither.
    pieces = [
        piece for piece in re.split(r"[^A-Za-z0-9]+", _DATE.sub("-", stem)) if not _HEX.fullmatch(piece)
    ]
    words = [word.lower() for piece in pieces for word in _WORD.findall(piece)]
    label: set[str] = set()
    before = ""
    for word in words:
        if word.isdigit():
            if before in _NUMBERED:
                label.add(f"{before} {word}")
        elif word not in _OF_A_PART | _NEUTRAL | _NUMBERED and before not in _OF_A_PART:
            label.add(word)
        before = word
    is_of_a_part = not _OF_A_PART.isdisjoint(words)
    return frozenset(label) if is_of_a_part else frozenset(label) | dates
