"""Reads verl's rollout and validation dumps: texts and scores, no token data.

Trainer: verl, verl/trainer/ppo/ray_trainer.py and v1/trainer_base.py (`_write_generations`) at 1dda039b; its forks.
Option: `trainer.rollout_data_dir` and `trainer.validation_data_dir`; files are `{step}.jsonl`.
Line: one sample. An agent loop that gives several outputs for one rollout (experimental/agent_loop/agent_loop.py) writes a
line for each, under uids `{prompt}_{rollout}_{output}`, all with the score of the last one.

Training rows hold the score; validation rows also `reward`, the total, and every further result of the reward function.
A reward function that returns `score` overwrites the score, so the total counts where both are there, and `score` is
then a metric of its own. Special tokens are gone from the texts. Not there: references, finish reasons, and the rewards of
single turns: the agent loop has them (`turn_scores`, `tool_rewards`), and they are written only where a reward function
returns them. These are lists with a value a turn, no token arrays, and are shown as they are.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value
from tensorboard_plugin_rlboard.formats.base import NUMBER_KEYS, TEXT_KEYS, Format, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.splits import split_from_name

_FILE = re.compile(r"([0-9]{1,15})\.jsonl")
_TRAINING_WORDS = frozenset({"train", "training", "rollout", "rollouts"})
_TURN_KEYS = ("turn_scores", "tool_rewards")
"""Keys with a list of one value a turn or call: no array of tokens, which these rows never have."""
_FIRST_KEYS = ("input", "output", "score", "step")
"""What verl writes first, in this order; `gts`, which older versions have not, between."""
_UID = re.compile(r"(.+)_[0-9]+_[0-9]+")


def has_words_of_dump(row: Row) -> bool:
    """Whether a row has verl's words, with a step or, as of forks, without: the number of the file is the step then."""
    texts = isinstance(row.get("input"), str) and isinstance(row.get("output"), str)
    return texts and "score" in row


def _is_dump(row: Row) -> bool:
    """Whether verl wrote a row: with `gts`, or, as before it had them, with its four keys first and in its order.

    Anybody's log may have `input`, `output`, `score` and `step`: it is understood by its words instead, and how is shown.
    """
    if not (has_words_of_dump(row) and "step" in row):
        return False
    return "gts" in row or tuple(islice(row, len(_FIRST_KEYS))) == _FIRST_KEYS


def _recognise(row: Row) -> bool:
    return _is_dump(row) and "reward" not in row


def _recognise_validation(row: Row) -> bool:
    """Whether it is a dump with the total as well; without `gts` only where it is the score, as verl has it, and not both are 0."""
    if not (_is_dump(row) and "reward" in row):
        return False
    total = number_from_value(row["reward"])
    return "gts" in row or (bool(total) and total == number_from_value(row["score"]))


def _group_from_uid(uid: str) -> str:
    """The prompt's id in a uid `{prompt}_{rollout}_{turn}`; a uid of another shape is its own group."""
    found = _UID.fullmatch(uid)
    return found[1] if found else uid


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """The step in the file's name, and the split in the name of its folder, or else of the folder above."""
    found = _FILE.fullmatch(path.name)
    folders = [folder.name for folder in list(path.parents)[:2]]
    split = next((word for name in folders if (word := split_from_name(name, _TRAINING_WORDS))), "")
    return PathDefaults(int(found[1]) if found else None, split)


def _validation_path_defaults(path: PurePosixPath) -> PathDefaults:
    defaults = _path_defaults(path)
    return replace(defaults, split=defaults.split or "eval")


VERL = Format(
    name="verl",
    definition="verl: trainer/ppo/ray_trainer.py and v1/trainer_base.py, rollout_data_dir; no token data",
    recognise=_recognise,
    text_keys={
        **TEXT_KEYS,
        "prompt": ("input",),
        "response": ("output",),
        "ground_truth": ("gts", "ground_truth"),
        **{key: (key,) for key in _TURN_KEYS},
    },
    number_keys={**NUMBER_KEYS, "reward": ("score",)},
    group_keys=("uid",),
    group_from_text=_group_from_uid,
    path_defaults=_path_defaults,
)

VERL_VALIDATION = replace(
    VERL,
    name="verl-validation",
    definition="verl: as verl, validation_data_dir, which adds reward and the reward function's results",
    recognise=_recognise_validation,
    number_keys={**NUMBER_KEYS, "reward": ("reward",)},
    path_defaults=_validation_path_defaults,
)
