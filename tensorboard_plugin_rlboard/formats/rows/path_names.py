"""Reads steps and splits in the names of files and folders, of known layouts and of any other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import PathDefaults
from tensorboard_plugin_rlboard.formats.splits import SPLITS, is_called_after, split_from_name

_STEP_FOLDER = re.compile(r"step_[0-9]{1,15}")
_NAMED_STEP = re.compile(
    r"(?<![a-z])(?:(?:global|train|training|trainer|optim|policy|rollout|gen|val|eval)[_-]?)?"
    r"(step|iter|iteration|update|checkpoint|ckpt|epoch)[_=.-]?([0-9]{1,15})(?![0-9a-z])"
)
_ITERATION = re.compile(r"it[_-]?([0-9]{1,9})")
"""A whole name for an iteration; behind others `it` says that a model was instructed (`gemma-2-9b-it`)."""
_CHINESE_STEP = re.compile(r"(?:第|训练步|步数|迭代)[_-]?([0-9]{1,15})(?![0-9])")
_STEPS_FOLDER = re.compile(r"(?:global_?)?(?:steps?|iters?|iterations?|updates|checkpoints|epochs)")
"""A folder with one for each step, which is called by its number: `steps/100/`."""
_STEP_WORDS = ("step", "iteration", "iter", "update", "checkpoint", "ckpt", "epoch")
"""Words before a step, the clearest first."""
_LIMIT_BEFORE = re.compile(r"(?<![a-z])(?:max|num|total|n|min|every|per|warmup|by|multi|single)[_-]?$")
_TABLE = re.compile(r"(.*)_([0-9]{1,15})(?:_[0-9a-f]{1,64})?\.table\.json", re.IGNORECASE)
"""How W&B names its copies of tables: `<key>_<step>_<hash>.table.json`."""
_NUMBER = re.compile(r"[0-9]{1,15}")
_COMPRESSED = re.compile(r"\.(?:gz|gzip|zstd?|xz|bz2)$", re.IGNORECASE)
_FOLDERS_UP = 2
"""Folders above a file whose names count; those further up are names of experiments."""
_EVALUATIONS, _ABOVE_EVALUATIONS = "evals", 3
"""A folder of evaluations by environment and id, so many folders above a file: `outputs/evals/gsm8k--m/1f/results.jsonl`."""
_MAX_NAME_LENGTH = 255
FILE_NAME, FOLDER_NAME = "file name", "folder name"


@dataclass(frozen=True)
class NamedStepAndSplit:
    """The step and the split that the names of a file and of the folders above it give.

    Attributes:
        step: the step; None where no name says one.
        step_source: `file name` or `folder name`; empty without a step.
        split: `train` or `eval`; empty where no name says it.
        split_source: as `step_source`.
        levels: how many folders above the file's own the folder lies that holds one folder for each step; 0 where the
            step is in the file's name or nowhere.
    """

    step: int | None = None
    step_source: str = ""
    split: str = ""
    split_source: str = ""
    levels: int = 0


def step_and_split_from_names(path: PurePosixPath, *, is_numbered: bool = False) -> NamedStepAndSplit:
    """The step and the split in the names of a path below the log directory; the file's own name counts before its folders'.

    Args:
        path: the path below the log directory. What lies above it says nothing: nobody named it for these rows.
        is_numbered: whether a file's whole name may be its step (`5.jsonl`). Files of ranks and shards are named so as
            well, so the rows have to say that they are a trainer's that names its dumps so.
    """
    names = [stem_of(path.name), *(folder for folder in path.parts[-2::-1] if folder not in {".", "/"})]
    names = [name[:_MAX_NAME_LENGTH] for name in names[: _ABOVE_EVALUATIONS + 1]]
    steps = [
        step_from_name(name) if at == 0 else _folder_step(name, *names[at + 1 : at + 2])
        for at, name in enumerate(names[: _FOLDERS_UP + 1])
    ]
    table = logged_table(_unpacked(path.name))
    if table:
        steps[0] = table[1]
    if is_numbered and not any(step is not None for step in steps) and _NUMBER.fullmatch(names[0]):
        steps[0] = int(names[0])
    at_step = next((at for at, step in enumerate(steps) if step is not None), None)
    # `eval_results/global_step_40/aime24/outputs.json`: the folder around those of the steps is named for all of them.
    counted = max(_FOLDERS_UP, (at_step or 0) + 1) + 1
    splits = [
        split_from_name(name) if at == 0 or is_called_after(name) else ""
        for at, name in enumerate(names[:counted])
    ]
    splits += ["eval" for name in names[counted:] if name.lower() == _EVALUATIONS]
    at_split = next((at for at, split in enumerate(splits) if split), None)
    return NamedStepAndSplit(
        None if at_step is None else steps[at_step],
        _source(at_step),
        "" if at_split is None else splits[at_split],
        _source(at_split),
        at_step or 0,
    )


def logged_table(name: str) -> tuple[str, int] | None:
    """The key under which a table was logged, and its step, by the name of W&B's copy of it; None for another name."""
    found = _TABLE.fullmatch(name) if len(name) <= _MAX_NAME_LENGTH else None
    return (found[1], int(found[2])) if found else None


def source_of_default(path: PurePosixPath, value: int | str) -> str:
    """Where a step or a split that a format has from a file's path stands: `file name` or `folder name`.

    Args:
        path: the path of the file.
        value: the step, or the split.
    """
    name = path.name
    if isinstance(value, int):
        found = re.search(rf"(?<![0-9])0*{value}(?![0-9])", name[:_MAX_NAME_LENGTH])
        return FILE_NAME if found else FOLDER_NAME
    return FILE_NAME if split_from_name(name) == value else FOLDER_NAME


def step_from_name(name: str) -> int | None:
    """The step in the name of a file or folder (`step_10`, `iter0003`, `val_step10`); None where there is none."""
    lowered = name.lower()
    if iteration := _ITERATION.fullmatch(lowered) or _CHINESE_STEP.search(lowered):
        return int(iteration[1])
    found = {
        match[1]: int(match[2])
        for match in reversed(list(_NAMED_STEP.finditer(lowered)))
        if not _LIMIT_BEFORE.search(lowered[: match.start()])
    }
    return next((found[word] for word in _STEP_WORDS if word in found), None)


def step_folder_level(path: PurePosixPath) -> int | None:
    """How many folders above a file's own the folder `step_<n>` lies; None where there is none."""
    folders = path.parts[-2::-1]
    return next((level for level, name in enumerate(folders) if _STEP_FOLDER.fullmatch(name)), None)


def step_folder_defaults(path: PurePosixPath) -> PathDefaults:
    """The step and split in a path `step_<n>/<train or eval>/…`."""
    level = step_folder_level(path)
    if level is None:
        return PathDefaults()
    folders = path.parts[-2::-1]
    split = next((name for name in folders[:level] if name in SPLITS), "")
    return PathDefaults(int(folders[level].removeprefix("step_")), split)


def _folder_step(name: str, around: str = "") -> int | None:
    """The step of a folder that is named after it; the names of experiments hold numbers of other kinds.

    Args:
        name: the folder's name.
        around: that of the folder around it.
    """
    if _NUMBER.fullmatch(name) and _STEPS_FOLDER.fullmatch(around.lower()):
        return int(name)
    is_named = is_called_after(name) or _ITERATION.fullmatch(name.lower())
    return step_from_name(name) if is_named else None


def _unpacked(name: str) -> str:
    return _COMPRESSED.sub("", name)


def stem_of(name: str) -> str:
    """The name of a file without what says how it is stored (`a.jsonl.gz` → `a`), of a long one the beginning."""
    name = _unpacked(name)
    return (name.rpartition(".")[0] or name)[:_MAX_NAME_LENGTH]


def _source(at: int | None) -> str:
    return "" if at is None else FILE_NAME if at == 0 else FOLDER_NAME
