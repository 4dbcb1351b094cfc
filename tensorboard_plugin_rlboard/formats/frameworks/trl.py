"""TRL's GRPOTrainer with ``log_completions=True``: one Parquet file a logged step (also Unsloth and Axolotl)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, as_text

_FILE = re.compile(r"completions_(\d{1,12})\.parquet")
_PLAIN = {"step", "prompt", "completion"}


def _recognise(row: Row) -> bool:
    """A step, a prompt and a completion, each of its type, beside an advantage, or nothing else (distillation)."""
    said = all(isinstance(row.get(key), (str, list)) for key in ("prompt", "completion"))
    if not said or type(row.get("step")) is not int:
        return False
    advantage = row.get("advantage", "")
    return advantage is None or isinstance(advantage, float) or set(row) == _PLAIN


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    if row.get("completion") is None:
        raise ValueError("The row has no completion.")
    asked, answered = as_messages(row.get("prompt")), as_messages(row.get("completion"))
    rewards = _rewards(row)
    sample: dict[str, object] = {
        key if key != "reward" or len(rewards) < 2 else "reward_function": value
        for key, value in row.items()
        if key not in {"prompt", "completion"}
    }
    given = [value for value in rewards.values() if value is not None and value == value]  # noqa: PLR0124  NaN
    if given:
        sample["reward"] = sum(given)
    sample["prompt"] = row.get("prompt") if asked is None else as_text(asked)
    sample["response"] = row.get("completion") if answered is None else as_text(answered)
    if asked is not None or answered is not None:
        sample["messages"] = [
            *_as_said("user", row.get("prompt"), asked),
            *_sampled(row.get("completion"), answered),
        ]
    return LineSamples([sample])


def _rewards(row: Row) -> dict[str, float | None]:
    """The columns of the reward functions: those of floats that follow the completion, up to the first other one.

    TRL writes them there, in front of what a reward function logs beside its score; that comes next, and a float among
    it that comes first cannot be told from a reward.
    """
    found: dict[str, float | None] = {}
    names = list(row)
    for name in names[names.index("completion") + 1 if "completion" in row else len(names) :]:
        value = row[name]
        if name == "advantage" or not (value is None or isinstance(value, float)):
            break
        found[name] = value
    return found


def _as_said(role: str, text: object, messages: list[dict[str, object]] | None) -> list[dict[str, object]]:
    return [{"role": role, "content": str(text or "")}] if messages is None else messages


def _sampled(text: object, messages: list[dict[str, object]] | None) -> list[dict[str, object]]:
    """The messages of a completion: what the assistant says in it was sampled, results of tools were not."""
    said = _as_said("assistant", text, messages)
    return [{**message, "sampled": message["role"] == "assistant"} for message in said]


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    found = _FILE.fullmatch(path.name)
    return PathDefaults(int(found[1])) if found else PathDefaults()


TRL = Format(
    name="trl",
    definition=(
        "trl/trainer/grpo_trainer.py (0.28 to 1.16): completions/completions_{step}.parquet. The reward is the plain sum of "
        "the columns of the reward functions, because their weights are not written; NaN or null of one counts as none. "
        "A float that a function logs beside its score may be taken for a reward where it comes first. No tokens. An "
        "evaluation at the same step overwrites the file of the training, cut to a batch, and nothing in it says so. "
        "Samples of one prompt are a group."
    ),
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
)
