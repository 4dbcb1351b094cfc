"""Reads rLLM's episodes.

Writers, of rllm-org/rllm 9beb6e0f: `rllm/utils/episode_logger.py` (`log_episodes`: a document for each episode in
`episodes/{train,val}_step_{N}_epoch_{E}/`), `rllm/eval/episode_store.py` (`rllm eval`: a document for each episode in
`{run}/episodes/`) and `Episode.to_dict` of `rllm/types.py`, which its examples write as one list.
Line: one episode with the trajectories of its agents. Each trajectory is a sample, or each step of a trajectory where
the steps are conversations of their own. The episode logger leaves out token ids and log-probabilities.
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
from tensorboard_plugin_rlboard.formats.rows.step_tokens import tokens_of_steps
from tensorboard_plugin_rlboard.formats.splits import EVAL_SPLIT_NAMES

_FOLDER = re.compile(r"([a-z]+)_step_(\d{1,12})_epoch_\d+")
_EPISODE_KEYS = frozenset({"id", "is_correct", "termination_reason"})
"""Keys of an episode as it is written outside of a training, beside its trajectories."""
_PROMPT_KEYS = ("question", "instruction", "problem", "prompt", "query")
_GROUND_TRUTH_KEYS = ("ground_truth", "answer", "solution", "label", "gt")
_NUMBER = (bool, int, float)

_Object = Mapping[str, object]


def _recognise(row: Row) -> bool:
    if not isinstance(row.get("trajectories"), list):
        return False
    is_logged = type(row.get("training_step")) is int and "episode_id" in row
    return is_logged or row.keys() >= _EPISODE_KEYS


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    """One sample for each trajectory, or for each of its steps where these are conversations of their own."""
    task = _as_object(row.get("task"))
    task = {**_as_object(task.get("metadata")), **task}
    episode = str(row.get("episode_id", row.get("id", "")))
    fields = _episode_fields(row, task, episode)
    samples: list[Row] = []
    problems: list[str] = []
    for number, trajectory in enumerate(map(_as_object, _as_list(row.get("trajectories")))):
        steps = [_as_object(step) for step in _as_list(trajectory.get("steps"))]
        if not steps and trajectory.get("output") is not None:
            steps = [{"model_response": trajectory["output"]}]
        if not steps:
            problems.append(f"Trajectory {number} of {episode} has no steps; it is left out.")
            continue
        own: dict[str, object] = {
            "sample_id": f"{episode}/{number}",
            "agent": _text(trajectory.get("name") or ""),
        }
        extra_fields.add_extra_fields(own, _as_object(trajectory.get("signals")).items(), "signals")
        reward = _number(trajectory.get("reward"))
        if _is_one_conversation(steps):
            if reward is None and "training_step" in row:
                reward = _number(steps[-1].get("reward"))
            own |= {**_conversation(steps, task), "turns": len(steps), "reward": reward}
            samples.append({**fields, **own, **tokens_of_steps(steps, context, "rollout_logprobs", problems)})
            continue
        for at, step in enumerate(steps):
            own |= {"sample_id": f"{episode}/{number}/{at}", "turn": at, "reward": reward}
            of_step = {"step_reward": _number(step.get("reward")) if len(steps) > 1 else None}
            samples.append(
                {
                    **fields,
                    **own,
                    **_conversation([step], task),
                    **of_step,
                    **tokens_of_steps([step], context, "rollout_logprobs", problems),
                }
            )
    return LineSamples(
        [{key: x for key, x in sample.items() if x is not None} for sample in samples], problems
    )


def _episode_fields(row: Row, task: _Object, episode: str) -> dict[str, object]:
    """The fields that all samples of an episode share."""
    of_task = extra_fields.identifier_text(task.get("id"))
    found: dict[str, object] = {
        "step": row.get("training_step"),
        "split": "eval" if "eval_idx" in row else None,
        "epoch": row.get("epoch"),
        "group_id": row.get("task_hash") or of_task or episode.split(":", maxsplit=1)[0],
        "is_correct": row.get("is_correct"),
        "finish_reason": row.get("termination_reason"),
        "ground_truth": next(
            (_text(task[key]) for key in _GROUND_TRUTH_KEYS if task.get(key) is not None), None
        ),
        "data_source": task.get("data_source"),
    }
    found = {key: value for key, value in found.items() if isinstance(value, (str, *_NUMBER))}
    extra_fields.add_extra_fields(found, _as_object(row.get("metrics")).items(), "metrics")
    return found


def _is_one_conversation(steps: Sequence[_Object]) -> bool:
    """Whether the last step's conversation holds those of all steps, or no step has a conversation."""
    conversations = [as_messages(step.get("chat_completions")) for step in steps]
    if not any(conversations):
        return True
    last = conversations[-1] or []
    return all(messages is not None and last[: len(messages)] == messages for messages in conversations)


def _conversation(steps: Sequence[_Object], task: _Object) -> dict[str, object]:
    """Prompt and response of steps: from the conversation where one is logged, else from observations and replies."""
    messages = as_messages(steps[-1].get("chat_completions"))
    if messages is None:
        asked = (steps[0].get("observation") or steps[0].get("input"), *map(task.get, _PROMPT_KEYS))
        replies = (step.get("model_response") or step.get("output") or step.get("action") for step in steps)
        return {
            "prompt": _text(next((one for one in asked if one), "")),
            "response": "\n\n".join(_text(reply or "") for reply in replies),
        }
    prompt, response = split_conversation(messages)
    return {"messages": messages, "prompt": messages_to_text(prompt), "response": messages_to_text(response)}


def _as_object(value: object) -> _Object:
    return value if isinstance(value, dict) else {}


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object) -> float | None:
    return value if isinstance(value, _NUMBER) else None


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
    """The run is the folder above ``episodes/``, or above ``{mode}_step_{step}_epoch_{epoch}/`` elsewhere."""
    if not _FOLDER.fullmatch(path.parent.name):
        return int(path.parent.name == "episodes")
    return 2 if path.parent.parent.name == "episodes" else 1


RLLM = Format(
    name="rllm",
    definition=(
        "rllm/utils/episode_logger.py (9beb6e0f): logs/{project}/{experiment}/episodes/{train|val}_step_{N}_epoch_{E}/*.json; "
        "rllm/eval/episode_store.py: {run}/episodes/*.json; Episode.to_dict. A sample is a trajectory of an episode, or a step "
        "of it where each step is a conversation of its own."
    ),
    recognise=_recognise,
    to_samples=_to_samples,
    uses_tokenizer=True,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
)
