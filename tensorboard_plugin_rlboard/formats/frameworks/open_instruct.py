"""open-instruct's rollout traces (`save_traces`): token ids and the sampler's log-probabilities, no text.

`response_tokens` holds ids here, not strings. With a tokenizer beside the run prompt, response and ground truth are
decoded; without one tokens are shown as `#id`, the response has no text, and the prompt is its ids, so that it can be
followed across steps. Not there: split, trainer and reference log-probabilities, the mask of tool outputs.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.rows.column_batches import are_lists, spelt, token_ids, whole

_OURS = frozenset(
    {"prompt_tokens", "response_tokens", "logprobs", "ground_truth", "dataset", "prompt_idx", "sample_idx"}
)


def _recognise(row: Row) -> bool:
    if not are_lists(row, "prompt_tokens", "response_tokens") or "prompt_idx" not in row:
        return False
    return token_ids(row["prompt_tokens"]) is not None and token_ids(row["response_tokens"]) is not None


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    ids = token_ids(row.get("response_tokens"))
    if ids is None:
        raise ValueError("response_tokens is no list of token ids.")
    sample: dict[str, object] = {key: value for key, value in row.items() if key not in _OURS}
    sample["response_tokens"] = context.tokens(ids)
    # A response of no tokens is still one: as text, it is empty.
    response = context.text(ids) if ids else ""
    if response is not None:
        sample["response"] = response
    prompt = token_ids(row.get("prompt_tokens"))
    if prompt:
        sample["prompt"] = _text(prompt, context)
    sample["rollout_logprobs"] = row.get("logprobs")
    truth = row.get("ground_truth")
    known = token_ids(truth)
    sample["ground_truth"] = _text(known, context) if known else truth
    sample["data_source"] = _only(row.get("dataset"))
    group = whole(row.get("prompt_idx"))
    if group is not None:
        sample["group_id"] = f"{row.get('step')}:{group}"
    index = whole(row.get("sample_idx"))
    if index is not None:
        sample["sample_id"] = f"{row.get('step')}:{index}"
    return LineSamples([sample])


def _text(ids: list[int], context: LineContext) -> str:
    text = context.text(ids)
    return spelt(ids) if text is None else text


def _only(value: object) -> object:
    """The entry of a list with one entry; anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


OPEN_INSTRUCT = Format(
    name="open-instruct",
    definition="open-instruct: open_instruct/rl_utils.py, save_traces; token ids only, no mask, no split",
    recognise=_recognise,
    uses_tokenizer=True,
    to_samples=_to_samples,
)
