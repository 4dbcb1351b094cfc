"""NeMo-RL's logs, `train_data_step{N}.jsonl` and `val_data_step{N}.jsonl`: a line is a sample, every value in a list of one.

Token data covers the padded conversation: `input_lengths` ends it, and the response begins at the first token of the
loss mask; what the mask leaves out after that (tool output, further questions) stays as masked positions. `content` is
the whole conversation: it is split where the decoded prompt ends, or at its chat markers, or else all of it is the
response. Logs without a loss mask begin the response at the first log-probability that is not 0. Not there: reference
log-probabilities, groups, ground truth, and in validation logs all token data.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.chat_markers import split_chat
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, as_text, split_conversation
from tensorboard_plugin_rlboard.formats.rows.column_batches import (
    are_lists,
    number,
    spelt,
    token_ids,
    whole,
)
from tensorboard_plugin_rlboard.formats.rows.path_names import split_from_name

_STEP = re.compile(r"data_step([0-9]{1,15})\.jsonl")
_IDS, _MASKS = ("token_ids", "input_ids"), ("token_loss_mask", "token_mask")
_ARRAYS = {
    "prev_logprobs": "logprobs",
    "generation_logprobs": "rollout_logprobs",
    "reference_policy_logprobs": "ref_logprobs",
    "advantages": "advantages",
    "values": "values",
    "returns": "returns",
}
_REST = frozenset({*_IDS, *_MASKS, "content", "idx", "rewards", "filtered_rewards", "input_lengths"})


def _recognise(row: Row) -> bool:
    if whole(row.get("idx")) is None:
        return False
    if are_lists(row, "content"):
        return any(are_lists(row, key) for key in ("rewards", "filtered_rewards", "input_lengths"))
    return are_lists(row, "input_lengths") and any(are_lists(row, key) for key in _IDS)


def _only(value: object) -> Any:
    """What a list of one entry holds; None for an empty one."""
    if not isinstance(value, list):
        return value
    return value[0] if len(value) == 1 else (value or None)


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    problems: list[str] = []
    content = _only(row.get("content"))
    messages = as_messages([content] if isinstance(content, dict) else content)
    reward = _only(row.get("rewards"))
    sample: dict[str, object] = {"reward": _only(row.get("filtered_rewards")) if reward is None else reward}
    length = whole(_only(row.get("input_lengths")))
    if length is not None:
        sample["input_lengths"] = length
    laid = _Tokens(row, length, problems)
    if number(_only(row.get("advantages"))) is not None:
        sample["advantage"] = _only(row.get("advantages"))
    sample |= _further(row, laid.found) | laid.found
    if laid.ids:
        sample["response_tokens"] = context.tokens(laid.ids)
    if messages:
        prompt, response = split_conversation(messages)
        sample |= {"messages": messages, "prompt": as_text(prompt), "response": as_text(response)}
        if not laid.found and length is None and context.defaults.split != "train":
            sample["split"] = "eval"  # only validation logs messages without any token data
    else:
        sample |= _texts(content, laid, context, problems)
    return LineSamples([sample], problems)


class _Tokens:
    """The token data of a line, prompt and padding left out.

    Attributes:
        prompt: the ids before the response.
        ids: the ids of the response; empty where they are not logged.
        turns: stretches that the model wrote.
        found: the arrays in our words, the mask among them.
    """

    def __init__(self, row: Row, length: int | None, problems: list[str]) -> None:
        self.prompt: list[int] = []
        self.ids: list[int] = []
        self.turns = 1
        self.found: dict[str, object] = {}
        ids = next((found for key in _IDS if (found := token_ids(_only(row.get(key))))), [])
        arrays = {
            name: value for key, name in _ARRAYS.items() if isinstance(value := _only(row.get(key)), list)
        }
        mask = next((found for key in _MASKS if isinstance(found := _only(row.get(key)), list)), None)
        marks = mask if mask is not None else arrays.get("rollout_logprobs", arrays.get("logprobs"))
        if marks is None:
            return
        end = len(marks) if length is None else max(0, min(length, len(marks)))
        written = _non_zero(marks[:end])
        if True not in written:
            problems.append(
                "Its loss mask is 0 all through: its token data is left out, as nothing says where the response begins."
            )
            return
        start = written.index(True)
        if length is None:  # padding is not told apart from anything but what the model wrote
            end -= written[::-1].index(True)
        self.prompt, self.ids = ids[:start], ids[start:end]
        self.found = {name: array[start:end] for name, array in arrays.items()}
        if mask is not None:
            inside = written[start:end]
            self.turns = sum(
                now and not before for before, now in zip([False, *inside], inside, strict=False)
            )
            if not all(inside):
                self.found["response_mask"] = [int(mark) for mark in inside]
        _one_advantage(self.found)


def _non_zero(marks: Sequence[object]) -> list[bool]:
    if set(map(type, marks)) <= {float, int}:  # what it is in all but broken lines, and there are millions
        return [mark != 0 for mark in marks]
    return [number(mark) not in {0.0, None} for mark in marks]


def _one_advantage(found: dict[str, object]) -> None:
    """The advantage of the sample, where every token that the model wrote has the same."""
    array, mask = found.get("advantages"), found.get("response_mask")
    if not isinstance(array, list) or not array:
        return
    seen = mask if isinstance(mask, list) else [1] * len(array)
    own = [value for value, kept in zip(array, seen, strict=False) if kept]
    if own and number(own[0]) is not None and all(value == own[0] for value in own):
        found["advantage"] = own[0]


def _further(row: Row, found: dict[str, object]) -> dict[str, object]:
    """Whatever else a line holds, under its own name."""
    return {
        key: value
        for key, entry in row.items()
        if key not in _REST
        and key not in _ARRAYS
        and key not in found
        and (value := _only(entry)) is not None
        and not isinstance(value, list)
    }


def _texts(content: object, laid: _Tokens, context: LineContext, problems: list[str]) -> dict[str, object]:
    """Prompt and response of a conversation in one text."""
    prompt = context.text(laid.prompt) if laid.prompt else None
    if not isinstance(content, str):
        if not laid.ids:
            raise ValueError("The line has neither a conversation nor the token ids of a response.")
        texts = {
            "prompt": prompt or (spelt(laid.prompt) if laid.prompt else None),
            "response": context.text(laid.ids),
        }
        return {key: text for key, text in texts.items() if text is not None}
    if prompt is not None:
        if content.startswith(prompt):
            return {"prompt": prompt, "response": content[len(prompt) :]}
        if laid.ids:
            return {"prompt": prompt, "response": context.text(laid.ids)}
    parts = split_chat(content, laid.turns)
    if parts is not None:
        return {"prompt": parts[0], "response": parts[1]}
    problems.append(
        "Nothing says where in the conversation the response begins (no tokenizer, no chat markers): "
        "all of it is shown as the response, without a prompt."
    )
    return {"response": content}


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """`train_data_step3.jsonl` is training at step 3, `val_data_step3.jsonl` evaluation."""
    found = _STEP.search(path.name)
    return PathDefaults(int(found[1]), split_from_name(path.name)) if found else PathDefaults()


NEMO_RL = Format(
    name="nemo-rl",
    definition="NeMo-RL: nemo_rl/utils/logger.py and train_data_dump.py; no reference log-probabilities, no groups",
    recognise=_recognise,
    uses_tokenizer=True,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
)
