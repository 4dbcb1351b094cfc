"""Reads Agent-R1's rollout and validation dumps: a trajectory with its steps; no token data.

Trainer: Agent-R1, agent_r1/trainer/ppo/ray_trainer.py (`build_trajectory_dump_entries`) at 6dc8f67, a fork of verl.
Option: `trainer.rollout_data_dir` and `trainer.validation_data_dir`; files are `{step}.jsonl`.
Line: one trajectory. `score` is the sum of its steps' scores, `input` is that of the first step, `output` that of the last.

Each step holds all that was said before it as its `input`, so what came between two steps is what the later input adds to
the earlier input and output; where it does not begin with them the whole input is shown there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tensorboard_plugin_rlboard.formats.base import NUMBER_KEYS, TEXT_KEYS, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import messages_to_text
from tensorboard_plugin_rlboard.formats.frameworks.verl import VERL

_READ_KEYS = frozenset({"steps", "input", "output", "gts", "score", "step", "trajectory_uid"})
_Message = dict[str, object]


def _recognise(row: Row) -> bool:
    return "trajectory_uid" in row and "score" in row and "step" in row and bool(_steps(row))


def _steps(row: Row) -> list[Mapping[str, object]]:
    """The steps of a trajectory; none where one of them lacks a text."""
    found = row.get("steps")
    if not isinstance(found, list) or not all(isinstance(step, dict) for step in found):
        return []
    are_whole = all(isinstance(step.get(key), str) for step in found for key in ("input", "output"))
    return found if are_whole else []


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    steps = _steps(row)
    if not steps:
        raise ValueError("It has no steps with their texts.")
    messages = _messages(steps)
    sample: dict[str, object] = {key: value for key, value in row.items() if key not in _READ_KEYS}
    sample |= {
        "step": row.get("step"),
        "prompt": steps[0]["input"],
        "response": messages_to_text(messages[1:]) if len(steps) > 1 else steps[0]["output"],
        "messages": messages,
        "reward": row.get("score"),
        "ground_truth": row.get("gts"),
        "sample_id": row.get("trajectory_uid"),
    }
    return LineSamples([{key: value for key, value in sample.items() if value is not None}])


def _messages(steps: Sequence[Mapping[str, object]]) -> list[_Message]:
    """The conversation: what was asked first, each answer with its step's score, and what came between."""
    messages: list[_Message] = []
    said = ""
    for step in steps:
        asked, answer = str(step["input"]), str(step["output"])
        messages.append({"role": "user", "content": asked.removeprefix(said)})
        messages.append({"role": "assistant", "content": answer, "sampled": True})
        if isinstance(step.get("score"), (int, float)):
            messages[-1]["reward"] = step["score"]
        said = f"{asked}{answer}"
    return messages


AGENT_R1 = replace(
    VERL,
    name="agent-r1",
    definition="Agent-R1: agent_r1/trainer/ppo/ray_trainer.py, a fork of verl: trajectories with their steps; no token data",
    recognise=_recognise,
    to_samples=_to_samples,
    text_keys=TEXT_KEYS,
    number_keys=NUMBER_KEYS,
    group_keys=("group_id",),
    group_from_text=None,
)
