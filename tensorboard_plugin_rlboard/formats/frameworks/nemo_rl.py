"""Reads NeMo-RL's logs of training and validation data, with token data.

Trainer: NVIDIA NeMo-RL, nemo_rl/utils/logger.py and train_data_dump.py.
Option: on by default; files are `exp_NNN/train_data_step{N}.jsonl` and `val_data_step{N}.jsonl`.
Line: one sample, every value in a list of one entry.

Token data covers the padded conversation: `input_lengths` ends it, and the response begins at the first token of the
loss mask; what the mask leaves out after that (tool output, further questions) stays as masked positions. `content` is
the whole conversation: it is split where the decoded prompt ends, or at its chat markers, or else all of it is the
response. Logs without a loss mask begin the response at the first log-probability that is not 0. Not there: reference
log-probabilities, groups, ground truth, and in validation logs all token data.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress
from math import isnan
from pathlib import PurePosixPath
from typing import Any

from tensorboard_plugin_rlboard.formats.arrays.prompt_tokens import PROMPT_TOKENS
from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.chat_markers import split_chat_text
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)
from tensorboard_plugin_rlboard.formats.rows.column_batches import (
    as_float,
    as_int,
    as_token_ids,
    has_lists,
    ids_as_text,
)
from tensorboard_plugin_rlboard.formats.splits import split_from_name

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
_READ_KEYS = frozenset({*_IDS, *_MASKS, "content", "idx", "rewards", "filtered_rewards", "input_lengths"})


def _recognise(row: Row) -> bool:
    if as_int(row.get("idx")) is None:
        return False
    if has_lists(row, "content"):
        return any(has_lists(row, key) for key in ("rewards", "filtered_rewards", "input_lengths"))
    return has_lists(row, "input_lengths") and any(has_lists(row, key) for key in _IDS)


def _single_entry(value: object) -> Any:
    """The entry of a list with one entry; None for an empty list, any other value as it is."""
    if not isinstance(value, list):
        return value
    return value[0] if len(value) == 1 else (value or None)


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    problems: list[str] = []
    content = _single_entry(row.get("content"))
    messages = as_messages([content] if isinstance(content, dict) else content)
    reward = _single_entry(row.get("rewards"))
    sample: dict[str, object] = {
        "reward": _single_entry(row.get("filtered_rewards")) if reward is None else reward
    }
    length = as_int(_single_entry(row.get("input_lengths")))
    if length is not None:
        sample["input_lengths"] = length
    tokens = _ResponseTokens(row, length, problems)
    if as_float(_single_entry(row.get("advantages"))) is not None:
        sample["advantage"] = _single_entry(row.get("advantages"))
    sample |= _further_values(row, tokens.arrays) | tokens.arrays
    if tokens.response_ids:
        sample["response_tokens"] = context.tokens(tokens.response_ids)
    if messages:
        prompt, response = split_conversation(messages)
        sample |= {
            "messages": messages,
            "prompt": messages_to_text(prompt),
            "response": messages_to_text(response),
        }
        if not tokens.arrays and length is None and context.defaults.split != "train":
            sample["split"] = "eval"  # only validation logs messages without any token data
    else:
        sample |= _texts(content, tokens, context, problems)
    if tokens.prompt_ids:
        sample[PROMPT_TOKENS] = tokens.prompt_ids
    return LineSamples([sample], problems)


class _ResponseTokens:
    """The token data of a line, prompt and padding left out.

    Attributes:
        prompt_ids: the ids before the response.
        response_ids: the ids of the response; empty where they are not logged.
        model_turns: how many messages the model wrote.
        arrays: the arrays under our names, the mask among them.
    """

    def __init__(self, row: Row, length: int | None, problems: list[str]) -> None:
        self.prompt_ids: list[int] = []
        self.response_ids: list[int] = []
        self.model_turns = 1
        self.arrays: dict[str, object] = {}
        ids = next((found for key in _IDS if (found := as_token_ids(_single_entry(row.get(key))))), [])
        arrays = {
            name: value
            for key, name in _ARRAYS.items()
            if isinstance(value := _single_entry(row.get(key)), list)
        }
        mask = next((found for key in _MASKS if isinstance(found := _single_entry(row.get(key)), list)), None)
        marks = mask if mask is not None else arrays.get("rollout_logprobs", arrays.get("logprobs"))
        if marks is None:
            return
        end = len(marks) if length is None else max(0, min(length, len(marks)))
        by_model = _non_zero(marks[:end])
        if True not in by_model:
            problems.append(
                "Its loss mask is 0 all through: its token data is left out, as nothing says where the response begins."
            )
            return
        start = by_model.index(True)
        if length is None:  # padding is not told apart from anything but what the model wrote
            end -= by_model[::-1].index(True)
        self.prompt_ids, self.response_ids = ids[:start], ids[start:end]
        self.arrays = {name: array[start:end] for name, array in arrays.items()}
        if mask is not None:
            inside = by_model[start:end]
            if not all(inside):
                turns = (now and not before for before, now in zip([False, *inside], inside, strict=False))
                self.model_turns = sum(turns)
                self.arrays["response_mask"] = list(map(int, inside))
        _add_common_advantage(self.arrays)


def _non_zero(marks: Sequence[object]) -> list[bool]:
    if set(map(type, marks)) <= {float, int}:  # what it is in all but broken lines, and there are millions
        return list(map(bool, marks))
    return [as_float(mark) not in {0.0, None} for mark in marks]


def _add_common_advantage(arrays: dict[str, object]) -> None:
    """Add the advantage of the sample, where every token that the model wrote has the same one."""
    array, mask = arrays.get("advantages"), arrays.get("response_mask")
    if not isinstance(array, list) or not array:
        return
    own = list(compress(array, mask)) if isinstance(mask, list) else array
    first = as_float(own[0]) if own else None
    if first is not None and not isnan(first) and own.count(own[0]) == len(own):
        arrays["advantage"] = own[0]


def _further_values(row: Row, arrays: dict[str, object]) -> dict[str, object]:
    """Single values of a line that are not read otherwise, under their own names."""
    return {
        key: value
        for key, entry in row.items()
        if key not in _READ_KEYS
        and key not in _ARRAYS
        and key not in arrays
        and (value := _single_entry(entry)) is not None
        and not isinstance(value, list)
    }


def _texts(
    content: object, tokens: _ResponseTokens, context: LineContext, problems: list[str]
) -> dict[str, object]:
    """Prompt and response of a conversation in one text."""
    prompt = context.text(tokens.prompt_ids) if tokens.prompt_ids else None
    if not isinstance(content, str):
        if not tokens.response_ids:
            raise ValueError("The line has neither a conversation nor the token ids of a response.")
        texts = {
            "prompt": prompt or (ids_as_text(tokens.prompt_ids) if tokens.prompt_ids else None),
            "response": context.text(tokens.response_ids),
        }
        return {key: text for key, text in texts.items() if text is not None}
    if prompt is not None:
        if content.startswith(prompt):
            return {"prompt": prompt, "response": content[len(prompt) :]}
        if tokens.response_ids:
            return {"prompt": prompt, "response": context.text(tokens.response_ids)}
    halves = split_chat_text(content, tokens.model_turns)
    if halves is not None:
        return {"prompt": halves[0], "response": halves[1]}
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
