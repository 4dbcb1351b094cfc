"""Reads results of verifiers before its traces; nothing for each token.

Trainer: verifiers (before 0.4), `state_to_output` in verifiers/legacy/utils/save_utils.py.
Option: on by default in `vf-eval`; files are `outputs/evals/{env}--{model}/{id}/results.jsonl`.
Line: one sample, as prompt and completion.

Not there: a training step (an evaluation stands at step 0, unless it lies in a folder `step_<n>`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.from_row import structure_to_text
from tensorboard_plugin_rlboard.formats.conversations.messages import Message, as_messages
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.path_names import step_folder_defaults, step_folder_level

_READ_KEYS = frozenset(
    {"example_id", "prompt", "completion", "answer", "reward", "metrics", "error", "task", "is_truncated"}
    | {"stop_condition", "trajectory", "tool_defs", "timing", "is_completed", "messages"}
)
"""Keys that are used here, or that say nothing of the sample (and may be large)."""


def _recognise(row: Row) -> bool:
    if "example_id" not in row or not ("reward" in row or "metrics" in row):
        return False
    if extra_fields.says_step(row):
        return False  # somebody's training, in its words
    return all(
        isinstance(row.get(key), (str, list)) or row.get(key, 0) is None for key in ("prompt", "completion")
    )


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """Step and split of a folder `step_<n>`; results elsewhere are an evaluation at step 0."""
    defaults = step_folder_defaults(path)
    return PathDefaults(
        0 if defaults.step is None else defaults.step,
        defaults.split or ("eval" if defaults.step is None else "train"),
    )


def _levels_to_run(path: PurePosixPath) -> int:
    """The run is the folder above `step_<n>`; the folder of an evaluation is a run itself."""
    level = step_folder_level(path)
    return 0 if level is None else level + 1


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    prompt, completion = row.get("prompt"), row.get("completion")
    if completion is None:
        raise ValueError(f"The rollout has no completion{_error_ending(row)}.")
    if not isinstance(completion, (str, list)):
        raise ValueError("The completion is neither text nor messages.")  # noqa: TRY004  it is the line that is wrong
    sample: dict[str, object] = {
        "prompt": _text(prompt),
        "response": _text(completion),
        "messages": _conversation(prompt, completion),
        "reward": row.get("reward"),
        "ground_truth": _text(row.get("answer")),
        "group_id": extra_fields.identifier_text(row.get("example_id")),
        "finish_reason": "length" if row.get("is_truncated") is True else row.get("stop_condition"),
        "data_source": extra_fields.identifier_text(row.get("task")),
        "error": _error_ending(row).removeprefix(": "),
    }
    sample = {key: value for key, value in sample.items() if value not in (None, "") or key == "response"}
    # Metrics also stand beside the other keys of a line, where they are found under the same name.
    extra_fields.add_extra_fields(
        sample, ((key, row.get(key)) for key in row if key not in _READ_KEYS), "results"
    )
    named = {
        name: value for name, value in extra_fields.nested_object(row, "metrics").items() if name not in row
    }
    extra_fields.add_extra_fields(sample, named.items(), "metrics")
    if isinstance(row.get("info"), (Mapping, list)):
        sample["info"] = row["info"]
    return LineSamples([sample])


def _text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return "" if value == [] else structure_to_text(value)


def _conversation(prompt: object, completion: object) -> list[Message] | None:
    """The messages of prompt and completion, the assistant's in the completion marked as sampled; None for two texts."""
    before, after = as_messages(prompt), as_messages(completion)
    if before is None and after is None:
        return None
    if before is None:
        before = [{"role": "user", "content": _text(prompt)}] if prompt else []
    if after is None:
        after = [{"role": "assistant", "content": _text(completion)}]
    return [*before, *({**message, "sampled": message["role"] == "assistant"} for message in after)]


def _error_ending(row: Row) -> str:
    """The rollout's error, as the end of a sentence."""
    error = row.get("error")
    if isinstance(error, Mapping):
        keys = ("error_chain_repr", "message", "error", "type")
        error = next((error[key] for key in keys if isinstance(error.get(key), str)), None)
    return f": {error}" if isinstance(error, str) and error else ""


VERIFIERS_LEGACY = Format(
    name="verifiers-legacy",
    definition="verifiers/legacy/utils/save_utils.py; nothing for each token",
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
)
