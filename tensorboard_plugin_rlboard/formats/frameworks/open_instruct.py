"""Reads open-instruct's rollout traces: token ids and the sampler's log-probabilities, no text.

Trainer: open-instruct (Ai2), `save_traces` in open_instruct/rl_utils.py.
Option: `save_traces`; files are `{run}_rollouts_{shard}.jsonl`.
Line: one sample.

`response_tokens` holds ids here, not strings. With a tokenizer beside the run prompt, response and ground truth are
decoded; without one tokens are shown as `#id`, the response has no text, and the prompt is its ids, so that it can be
followed across steps. Not there: split, trainer and reference log-probabilities, the mask of tool outputs.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.arrays.prompt_tokens import PROMPT_TOKENS
from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.rows.column_batches import (
    as_int,
    as_token_ids,
    has_lists,
    ids_as_text,
)

_READ_KEYS = frozenset(
    {"prompt_tokens", "response_tokens", "logprobs", "ground_truth", "dataset", "prompt_idx", "sample_idx"}
)


def _recognise(row: Row) -> bool:
    if not has_lists(row, "prompt_tokens", "response_tokens") or "prompt_idx" not in row:
        return False
    return as_token_ids(row["prompt_tokens"]) is not None and as_token_ids(row["response_tokens"]) is not None


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    ids = as_token_ids(row.get("response_tokens"))
    if ids is None:
        raise ValueError("response_tokens is no list of token ids.")
    sample: dict[str, object] = {key: value for key, value in row.items() if key not in _READ_KEYS}
    sample["response_tokens"] = context.tokens(ids)
    # A response of no tokens is still one: as text, it is empty.
    response = context.text(ids) if ids else ""
    if response is not None:
        sample["response"] = response
    prompt = as_token_ids(row.get("prompt_tokens"))
    if prompt:
        sample["prompt"] = _decode(prompt, context)
        sample[PROMPT_TOKENS] = prompt
    sample["rollout_logprobs"] = row.get("logprobs")
    truth = row.get("ground_truth")
    truth_ids = as_token_ids(truth)
    sample["ground_truth"] = _decode(truth_ids, context) if truth_ids else truth
    sample["data_source"] = _single_entry(row.get("dataset"))
    group = as_int(row.get("prompt_idx"))
    if group is not None:
        sample["group_id"] = f"{row.get('step')}:{group}"
    index = as_int(row.get("sample_idx"))
    if index is not None:
        sample["sample_id"] = f"{row.get('step')}:{index}"
    return LineSamples([sample])


def _decode(ids: list[int], context: LineContext) -> str:
    text = context.text(ids)
    return ids_as_text(ids) if text is None else text


def _single_entry(value: object) -> object:
    """The entry of a list with one entry; anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


OPEN_INSTRUCT = Format(
    name="open-instruct",
    definition="open-instruct: open_instruct/rl_utils.py, save_traces; token ids only, no mask, no split",
    recognise=_recognise,
    uses_tokenizer=True,
    to_samples=_to_samples,
)
