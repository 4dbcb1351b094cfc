"""Reads the completions of TRL's GRPOTrainer (also Unsloth and Axolotl); no token data.

Trainer: TRL (0.28 to 1.16; `GRPOTrainer.log` at f2cd5771), trl/trainer/grpo_trainer.py.
Option: `log_completions=True`; files are `{output_dir}/completions/completions_{step}.parquet`, one a logged step.
Line: one sample (a row of the Parquet file).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, messages_to_text
from tensorboard_plugin_rlboard.formats.evidence.number_words import MEASURES, NO_REWARD_FUNCTIONS

_FILE = re.compile(r"completions_(\d{1,12})\.parquet")
_DISTILLATION_KEYS = {"step", "prompt", "completion"}


_TOTALS = frozenset({"reward", "score"})
_SCORED = frozenset({"reward", "score", "penalty", "bonus"})
_OF_TABLES = frozenset({"", "Unnamed: 0", "index", "__index_level_0__"})
"""Columns that pandas adds where a table is saved again."""


def _recognise(row: Row) -> bool:
    """Whether a row has step, prompt and completion of their types, and an advantage or no other key (distillation)."""
    has_texts = all(isinstance(row.get(key), (str, list)) for key in ("prompt", "completion"))
    step = row.get("step")
    # A table that was put together by pandas, with a step missing, has its steps as floats.
    if not has_texts or not (type(step) is int or (type(step) is float and step.is_integer())):
        return False
    if not NO_REWARD_FUNCTIONS.isdisjoint(row) or not _is_by_trl(row):
        return False
    advantage = row.get("advantage", "")
    return advantage is None or isinstance(advantage, float) or set(row) == _DISTILLATION_KEYS


def _is_by_trl(row: Row) -> bool:
    """Whether a row begins with step, prompt and completion, as TRL has always put its columns, and has no number of somebody's own.

    A `reward` or a `score` beside a length or a temperature is the whole of it, and not one of several functions.
    """
    if [key for key in row if key not in _OF_TABLES][:3] != ["step", "prompt", "completion"]:
        return False
    others = [set(name.split("_")) for name in _reward_columns(row) if name not in _TOTALS]
    is_own = any(not parts.isdisjoint(MEASURES) and _SCORED.isdisjoint(parts) for parts in others)
    return not (is_own and not _TOTALS.isdisjoint(row))


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    if row.get("completion") is None:
        raise ValueError("The row has no completion.")
    prompt_messages, completion_messages = as_messages(row.get("prompt")), as_messages(row.get("completion"))
    rewards = _reward_columns(row)
    sample: dict[str, object] = {
        key if key != "reward" or len(rewards) < 2 else "reward_function": value
        for key, value in row.items()
        if key not in {"prompt", "completion"}
    }
    scores = [value for value in rewards.values() if value == value]  # noqa: PLR0124 (only NaN differs from itself)
    if scores:
        sample["reward"] = sum(scores)
    sample["prompt"] = row.get("prompt") if prompt_messages is None else messages_to_text(prompt_messages)
    sample["response"] = (
        row.get("completion") if completion_messages is None else messages_to_text(completion_messages)
    )
    if prompt_messages is not None or completion_messages is not None:
        sample["messages"] = [
            *_as_messages("user", row.get("prompt"), prompt_messages),
            *_completion_messages(row.get("completion"), completion_messages),
        ]
    return LineSamples([sample])


def _reward_columns(row: Row) -> dict[str, float]:
    """The columns of the reward functions: those of floats that follow the completion, up to the first other one.

    TRL writes them there, in front of what a reward function logs beside its score (`log_extra`); that comes next, and a
    float among it that comes first cannot be told from a reward. A reward that was not given is NaN, or left out of the
    line by the reader of the table; what is null is a text that is missing, and no reward.
    """
    found: dict[str, float] = {}
    names = list(row)
    for name in names[names.index("completion") + 1 if "completion" in row else len(names) :]:
        value = row[name]
        if name == "advantage" or not isinstance(value, float):
            break
        found[name] = value
    return found


def _as_messages(
    role: str, text: object, messages: list[dict[str, object]] | None
) -> list[dict[str, object]]:
    return [{"role": role, "content": str(text or "")}] if messages is None else messages


def _completion_messages(text: object, messages: list[dict[str, object]] | None) -> list[dict[str, object]]:
    """The messages of a completion: those of the assistant were sampled, results of tools were not."""
    completion = _as_messages("assistant", text, messages)
    return [{**message, "sampled": message["role"] == "assistant"} for message in completion]


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    found = _FILE.fullmatch(path.name)
    return PathDefaults(int(found[1])) if found else PathDefaults()


TRL = Format(
    name="trl",
    definition=(
        "trl/trainer/grpo_trainer.py (0.28 to 1.16): completions/completions_{step}.parquet. The reward is the plain sum of "
        "the columns of the reward functions, because their weights are not written; NaN of one counts as none. "
        "A float that a function logs beside its score may be taken for a reward where it comes first. No tokens. An "
        "evaluation at the same step overwrites the file of the training, cut to a batch, and nothing in it says so. "
        "Samples of one prompt are a group."
    ),
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
    sums_reward_functions=True,
)
