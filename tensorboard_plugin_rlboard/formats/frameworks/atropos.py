"""Reads the groups that environments of Atropos save: one prompt with several scored responses, token by token.

Trainer: Atropos, atroposlib/envs/base.py (`ScoredDataGroup`, `handle_send_to_api`) at 296a0bc5.
Option: `data_path_to_save_groups`, which `process` sets; files are `*.jsonl`.
Line: one group; lists with one entry a response. Token lists hold the prompt, too: `masks` is -100 wherever a token is
not trained on, and the log-probabilities of such tokens are placeholders (1.0), which are left out.

Not there: a training step (all is shown at step 0), ground truth, the trainer's log-probabilities.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)
from tensorboard_plugin_rlboard.formats.rows.column_batches import (
    as_token_ids,
    ids_as_text,
    split_columns,
)
from tensorboard_plugin_rlboard.texts import plural

_MASKED = -100
_ARRAYS = {
    "inference_logprobs": "rollout_logprobs",
    "ref_logprobs": "ref_logprobs",
    "advantages": "advantages",
}


def _recognise(row: Row) -> bool:
    tokens, masks, scores = (row.get(key) for key in ("tokens", "masks", "scores"))
    if not (isinstance(tokens, list) and isinstance(masks, list) and isinstance(scores, list)):
        return False
    return bool(tokens) and len(tokens) == len(masks) == len(scores) and as_token_ids(tokens[0]) is not None


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    columns = {key: row.get(key) for key in ("tokens", "masks", "scores", "messages", *_ARRAYS)}
    entries, problems = split_columns({key: value for key, value in columns.items() if value}, "tokens")
    if not entries:
        raise ValueError("The line has no list of tokens.")
    # Nothing names a group; the same prompt may come again in another one.
    group = blake2b(json.dumps(row.get("tokens")).encode(), digest_size=8).hexdigest()
    rows: list[Row] = []
    for entry in entries:
        sample, found = _sample(entry, context)
        problems += found
        step = row["step"] if type(row.get("step")) is int else 0
        sample |= {"step": step, "group_id": group, "reward": entry.get("scores")}
        rows.append({key: value for key, value in sample.items() if value is not None})
    return LineSamples(rows, problems)


def _sample(entry: Mapping[str, object], context: LineContext) -> tuple[dict[str, object], list[str]]:
    """The texts and tokens of one response, and one sentence for each thing that is left out."""
    ids, masks = as_token_ids(entry.get("tokens")), entry.get("masks")
    problems: list[str] = []
    sample: dict[str, object] = {}
    if ids is None or not isinstance(masks, list) or len(masks) != len(ids):
        problems.append("A response has no mask of the length of its tokens; its token data is left out.")
    else:
        is_trained = [value != _MASKED for value in masks]
        begin = is_trained.index(True) if True in is_trained else len(ids)
        sample["response_tokens"] = context.tokens(ids[begin:])
        sample["response_mask"] = [int(value) for value in is_trained[begin:]]
        text = context.text(ids[:begin])
        sample["prompt"] = ids_as_text(ids[:begin]) if text is None else text
        sample["response"] = context.text(ids[begin:])
        for key, name in _ARRAYS.items():
            values = entry.get(key)
            if isinstance(values, list) and len(values) == len(ids):
                sample[name] = [
                    value if own else None
                    for value, own in zip(values[begin:], is_trained[begin:], strict=True)
                ]
            elif isinstance(values, list):
                problems.append(
                    f"{key} has {len(values):,} {plural(len(values), 'value', 'values')} for {len(ids):,} {plural(len(ids), 'token', 'tokens')} and is left out."
                )
    messages = as_messages(entry.get("messages"))
    prompt, response = split_conversation(messages or [])
    if response:
        sample |= {
            "messages": messages,
            "prompt": messages_to_text(prompt),
            "response": messages_to_text(response),
        }
    elif messages and sample.get("response") is None:
        # Without messages of its own an environment writes the whole text of prompt and response as one of a user.
        sample["response"] = messages_to_text(messages)
        problems.append("Prompt and response stand in one message, so both are shown as the response.")
    return sample, problems


ATROPOS = Format(
    name="atropos",
    definition="atroposlib/envs/base.py, data_path_to_save_groups: a group a line; no step",
    recognise=_recognise,
    to_samples=_to_samples,
    uses_tokenizer=True,
)
