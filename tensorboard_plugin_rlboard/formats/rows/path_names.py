"""Steps and splits in the names of files and folders, for frameworks that write the same layout."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import EVAL_SPLIT_NAMES, SPLITS, PathDefaults

_STEP_FOLDER = re.compile(r"step_[0-9]{1,15}")


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


def split_from_name(name: str, training: frozenset[str] = frozenset({"train", "training"})) -> str:
    """The split that the name of a file or folder says (`val_data_step3`, `v1_validation_data_dir`); else empty.

    `test` and `dev` say nothing here: folders have these names for other reasons.

    Args:
        name: the name of one file or folder.
        training: the words that mean the train split.
    """
    words = set("".join(letter if letter.isalpha() else " " for letter in name.lower()).split())
    if words & (EVAL_SPLIT_NAMES | {"evals", "evaluation"}) - {"test", "dev"}:
        return "eval"
    return "train" if words & training else ""
