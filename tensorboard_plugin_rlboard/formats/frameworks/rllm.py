"""Reads rLLM's episodes; no token data.

Trainer: rLLM (2026), rllm/utils/episode_logger.py.
Option: `log_episodes`; files are `episodes/{train,val}_step_{N}_epoch_{E}/episode_….json`.
Line: one episode (a JSON document) with the trajectories of its agents. Each trajectory is a sample, or each step of a
trajectory where the steps are conversations of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import (
    Format,
    LineContext,
    LineSamples,
    PathDefaults,
    Row,
)
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.splits import EVAL_SPLIT_NAMES

_FOLDER = re.compile(r"([a-z]+)_step_(\d{1,12})_epoch_\d+")
_GROUND_TRUTH_KEYS = ("ground_truth", "answer", "solution", "label", "gt")
_NUMBER = (bool, int, float)

_Object = Mapping[str, object]


def _recognise(row: Row) -> bool:
    return (
        type(row.get("training_step")) is int
        and "episode_id" in row
        and isinstance(row.get("trajectories"), list)
    )


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    """One sample for each trajectory, or for each of its steps where these are conversations of their own."""
    task = _as_object(row.get("task"))
    episode = str(row.get("episode_id", ""))
    episode_fields: dict[str, object] = {
        "step": row.get("training_step"),
        "epoch": row.get("epoch"),
        "group_id": row.get("task_hash") or episode.split(":", maxsplit=1)[0],
        "is_correct": row.get("is_correct"),
        "finish_reason": row.get("termination_reason"),
        "ground_truth": next(
            (_text(task[key]) for key in _GROUND_TRUTH_KEYS if task.get(key) is not None), None
        ),
        "data_source": task.get("data_source"),
    }
    episode_fields = {
        key: value for key, value in episode_fields.items() if isinstance(value, (str, *_NUMBER))
    }
    extra_fields.add_extra_fields(episode_fields, _as_object(row.get("metrics")).items(), "metrics")
    samples: list[Row] = []
    problems: list[str] = []
    for number, trajectory in enumerate(map(_as_object, _as_list(row.get("trajectories")))):
        steps = [_as_object(step) for step in _as_list(trajectory.get("steps"))]
        if not steps:
            problems.append(f"Trajectory {number} of {episode} has no steps; it is left out.")
            continue
        trajectory_fields = {"sample_id": f"{episode}/{number}", "agent": _text(trajectory.get("name") or "")}
        if _is_one_conversation(steps):
            conversation = (
                _conversation(steps[-1:]) if steps[-1].get("chat_completions") else _conversation(steps)
            )
            reward = _number(trajectory.get("reward"), _number(steps[-1].get("reward"), None))
            samples.append(
                {**episode_fields, **trajectory_fields, **conversation, "turns": len(steps), "reward": reward}
            )
        else:
            for at, step in enumerate(steps):
                reward = _number(step.get("reward"), None) if len(steps) > 1 else None
                trajectory_reward = _number(trajectory.get("reward"), None)
                step_fields = {} if reward is None else {"step_reward": reward}
                samples.append(
                    {
                        **episode_fields,
                        **trajectory_fields,
                        **_conversation([step]),
                        "sample_id": f"{episode}/{number}/{at}",
                        "turn": at,
                        "reward": trajectory_reward,
                        **step_fields,
                    }
                )
    return LineSamples(
        [{key: x for key, x in sample.items() if x is not None} for sample in samples], problems
    )


def _is_one_conversation(steps: Sequence[_Object]) -> bool:
    """Whether the last step's conversation holds those of all steps, or no step has a conversation."""
    conversations = [as_messages(step.get("chat_completions")) for step in steps]
    if not any(conversations):
        return True
    last = conversations[-1] or []
    return all(messages is not None and last[: len(messages)] == messages for messages in conversations)


def _conversation(steps: Sequence[_Object]) -> dict[str, object]:
    """Prompt and response of steps: from the conversation where one is logged, else from observations and replies."""
    messages = as_messages(steps[-1].get("chat_completions"))
    if messages is None:
        replies = [_text(step.get("model_response") or step.get("action") or "") for step in steps]
        return {"prompt": _text(steps[0].get("observation") or ""), "response": "\n\n".join(replies)}
    prompt, response = split_conversation(messages)
    return {"messages": messages, "prompt": messages_to_text(prompt), "response": messages_to_text(response)}


def _as_object(value: object) -> _Object:
    return value if isinstance(value, dict) else {}


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object, otherwise: float | None) -> float | None:
    return value if isinstance(value, _NUMBER) else otherwise


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    found = _FOLDER.fullmatch(path.parent.name)
    return (
        PathDefaults(int(found[2]), "eval" if found[1] in EVAL_SPLIT_NAMES else "train")
        if found
        else PathDefaults()
    )


def _levels_to_run(path: PurePosixPath) -> int:
    """The run is the folder above ``episodes/{mode}_step_{step}_epoch_{epoch}/``."""
    if not _FOLDER.fullmatch(path.parent.name):
        return 0
    return 2 if path.parent.parent.name == "episodes" else 1


RLLM = Format(
    name="rllm",
    definition=(
        "rllm/utils/episode_logger.py (2026): logs/{project}/{experiment}/episodes/{train|val}_step_{N}_epoch_{E}/*.json. A "
        "sample is a trajectory of an episode, or a step of it where each step is a conversation of its own. No tokens."
    ),
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
)
