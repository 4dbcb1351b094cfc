"""Joins the tokens of an agent's steps, each of which logs the ids that it was asked with and those that it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorboard_plugin_rlboard.formats.arrays.prompt_tokens import PROMPT_TOKENS
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_token_ids, ids_as_text

_PROMPT_ID_KEYS = ("prompt_ids", "prompt_token_ids", "input_ids")
_RESPONSE_ID_KEYS = (
    "response_ids",
    "response_token_ids",
    "completion_ids",
    "output_ids",
    "generation_token_ids",
)
_PROMPT_OBJECT_KEYS, _RESPONSE_OBJECT_KEYS = ("prompt", "input"), ("response", "completion", "output")
"""Objects that hold the ids, and keys of the ids themselves: `response: {"token_ids": […]}` of agent-lightning's triplets."""
_ID_KEYS = ("token_ids", "ids")
_LOGPROBS = (
    "logprobs",
    "log_probs",
    "response_logprobs",
    "completion_logprobs",
    "output_logprobs",
    "generation_log_probs",
)


def tokens_of_steps(
    steps: Sequence[Mapping[str, object]],
    context: LineContext,
    logprobs_field: str,
    problems: list[str],
    *,
    with_texts: bool = False,
) -> dict[str, object]:
    """The tokens of the response of steps, with the mask of what was sampled, and the log-probabilities of that.

    Each step logs all ids before its reply as its prompt, so that what was put between two replies is known.

    Args:
        steps: the steps, in their order.
        context: what makes texts of ids.
        logprobs_field: our name of the log-probabilities.
        problems: one sentence is added where the ids of a step do not follow those before it.
        with_texts: whether prompt and response are made of the ids as well. Without a tokenizer the prompt is its ids, and
            there is no response, whose tokens are shown.

    Returns:
        Field -> value; empty where a step has no ids of its reply, or they do not follow each other.
    """
    asked = [_ids(step, _PROMPT_ID_KEYS) or _ids_in(step, _PROMPT_OBJECT_KEYS) for step in steps]
    responses = [_response_ids(step) for step in steps]
    if not responses or not all(responses):
        return {}
    ids: list[int] = []
    mask: list[int] = []
    logprobs: list[object] = []
    for at, (step, before, sampled) in enumerate(zip(steps, asked, responses, strict=True)):
        seen = [*asked[0], *ids]
        if before[: len(seen)] != seen:
            problems.append(
                f"The ids of step {at} do not begin with those of the steps before it; the tokens are left out."
            )
            return {}
        between = before[len(seen) :]
        logged = next(
            (one[key] for one in _holders(step) for key in _LOGPROBS if isinstance(one.get(key), list)), None
        )
        ids += [*between, *sampled]
        mask += [0] * len(between) + [1] * len(sampled)
        logprobs += [None] * len(between)
        fits = isinstance(logged, list) and len(logged) == len(sampled)
        logprobs += logged if isinstance(logged, list) and fits else [None] * len(sampled)
    found: dict[str, object] = {"response_tokens": context.tokens(ids), "response_mask": mask}
    if any(one is not None for one in logprobs):
        found[logprobs_field] = logprobs
    if asked[0]:
        found[PROMPT_TOKENS] = asked[0]
    if with_texts:
        text, prompt = context.text(ids), asked[0]
        found |= {} if text is None else {"response": text}
        found |= {"prompt": context.text(prompt) or ids_as_text(prompt)} if prompt else {}
    return found


def are_steps_with_ids(steps: object) -> bool:
    """Whether a value is a list of steps each of which logs the token ids of its response."""
    return (
        isinstance(steps, list)
        and bool(steps)
        and all(isinstance(step, Mapping) and _response_ids(step) for step in steps)
    )


def holds_ids(value: object) -> bool:
    """Whether a value that stands in place of a text is token ids, or an object with them and no text."""
    if isinstance(value, Mapping):
        return bool(_ids(value, _ID_KEYS)) and not any(isinstance(one, str) for one in value.values())
    return bool(as_token_ids(value))


def _response_ids(step: Mapping[str, object]) -> list[int]:
    return _ids(step, _RESPONSE_ID_KEYS) or _ids_in(step, _RESPONSE_OBJECT_KEYS)


def _holders(step: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The step, and the objects in it that may hold what was said."""
    return [step, *(inner for key in _RESPONSE_OBJECT_KEYS if isinstance(inner := step.get(key), Mapping))]


def _ids_in(step: Mapping[str, object], keys: Sequence[str]) -> list[int]:
    inner = next((step[key] for key in keys if step.get(key) is not None), None)
    return _ids(inner, _ID_KEYS) if isinstance(inner, Mapping) else as_token_ids(inner) or []


def _ids(step: Mapping[str, object], keys: Sequence[str]) -> list[int]:
    return next((ids for key in keys if (ids := as_token_ids(step.get(key)))), [])
