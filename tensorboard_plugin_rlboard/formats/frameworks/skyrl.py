"""Reads SkyRL's evaluation dump; of token data only rewards.

Trainer: SkyRL, skyrl/train/utils/trainer_utils.py.
Option: on by default below `export_path`; files are `dumped_evals/global_step_{N}_evals/{data_source}.jsonl`.
Line: one sample.

`score` is a number or a reward for each token, whose sum is then the reward. The rows do not tell the step: the folder
does. Not there: training samples (a pickle of SkyRL's own classes), log-probabilities, token strings, groups.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_float

_STEP = re.compile(r"global_step_([0-9]{1,15})_evals")
_STANDALONE_PREFIX = "eval_only"
_GROUND_TRUTH_HOLDERS = ("reward_spec", "reward_model")


def _recognise(row: Row) -> bool:
    """Whether a row has SkyRL's words for a prompt and its response, and the class of its environment, which it always names."""
    prompt = isinstance(row.get("input_prompt"), (str, list))
    return prompt and isinstance(row.get("output_response"), str) and {"score", "env_class"} <= row.keys()


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    sample: dict[str, object] = dict(row)
    for key, ours in (
        ("input_prompt", "prompt"),
        ("output_response", "response"),
        ("stop_reason", "finish_reason"),
    ):
        sample[ours] = sample.pop(key, None)
    score = sample.pop("score", None)
    if isinstance(score, list):
        rewards = [as_float(entry) for entry in score]
        sample["token_rewards"] = rewards
        logged = [reward for reward in rewards if reward is not None]
        sample["reward"] = sum(logged) if logged else None
    else:
        sample["reward"] = score
    truth = _ground_truth(row.get("env_extras"))
    if truth is not None:
        sample["ground_truth"] = truth
    return LineSamples([sample])


def _ground_truth(extras: object) -> object:
    if not isinstance(extras, dict):
        return None
    holders = [
        extras,
        *(holder for key in _GROUND_TRUTH_HOLDERS if isinstance(holder := extras.get(key), dict)),
    ]
    return next(
        (holder["ground_truth"] for holder in holders if holder.get("ground_truth") is not None), None
    )


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """`global_step_7_evals` is step 7; an evaluation without training, `eval_only`, is shown at step 0."""
    folder = path.parent.name
    found = _STEP.fullmatch(folder)
    if found:
        return PathDefaults(int(found[1]), "eval")
    return PathDefaults(0 if folder.startswith(_STANDALONE_PREFIX) else None, "eval")


def _levels_to_run(path: PurePosixPath) -> int:
    """The run is the folder of the export, above the folder of the step and above `dumped_evals`."""
    folder = path.parent.name
    if not (_STEP.fullmatch(folder) or folder.startswith(_STANDALONE_PREFIX)):
        return 0
    return 2 if path.parent.parent.name == "dumped_evals" else 1


SKYRL = Format(
    name="skyrl",
    definition="SkyRL: skyrl/train/utils/trainer_utils.py, dumped_evals; evaluation only, no log-probabilities",
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
)
