"""Collects the values of one generation of TRL's trainers until all of them are there and it can be written."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

_RESERVED_NAMES = frozenset({
    "step", "split", "prompt", "response", "messages", "reward", "advantage", "group_id", "finish_reason",
    "ground_truth", "response_tokens", "response_mask", "logprobs", "ref_logprobs", "rollout_logprobs",
    "new_logprobs", "entropies", "advantages",
})  # fmt: skip


def tensor_to_numpy(tensor: Any) -> Array:
    """Convert a tensor of any device and dtype to NumPy; floats become float32."""
    if hasattr(tensor, "detach"):
        tensor = tensor.detach()
        tensor = (tensor.float() if tensor.is_floating_point() else tensor).cpu()
    return np.asarray(tensor)


def token_fingerprint(prompt: Array, completion: Array, pad: int | None) -> bytes:
    """Identify a sample by the token ids of its prompt and of its response, without padding at the end."""
    end = len(completion)
    while pad is not None and end and completion[end - 1] == pad:
        end -= 1
    return prompt.astype(np.int64).tobytes() + b"|" + completion[:end].astype(np.int64).tobytes()


def unused_name(name: str, taken: Mapping[str, object]) -> str:
    """A name for a user's column that is not taken yet and means nothing else in a row."""
    name = f"reward_{name}" if name in _RESERVED_NAMES else name
    further = (f"{name}_{count}" for count in itertools.count(2))
    return name if name not in taken else next(other for other in further if other not in taken)


@dataclass(frozen=True)
class RewardCall:
    """The arguments and the result of one call of `_calculate_rewards`.

    Attributes:
        inputs: B rows of the dataset.
        prompts, completions: B texts or B lists of messages.
        ids: B lists of token ids, without padding.
        scores: rewards of each function (columns), of all processes where TRL gathers them.
        extra_columns: columns that reward functions gave to `log_extra`.
    """

    inputs: Sequence[Mapping[str, Any]]
    prompts: Sequence[Any]
    completions: Sequence[Any]
    ids: Sequence[Sequence[int]]
    scores: Array
    extra_columns: Mapping[str, Sequence[Any]]


@dataclass
class Generation:
    """The B samples that one process has generated together.

    Attributes:
        step: the step under which the trainer will report them.
        policy_updates: how many updates the weights had had when they were sampled.
        split: `train` or `eval`.
        ids: B lists of the response's token ids, tool output included, without padding.
        columns: name in the log -> B values, or one for all.
        arrays: name in the log -> B × T values or more.
        indices_by_fingerprint: fingerprint -> numbers of the samples with it, which the loss sees in another order.
        without_arrays: numbers of the samples that the loss has not seen yet.
    """

    step: int
    policy_updates: int
    split: str
    ids: list[list[int]] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Any] = field(default_factory=dict)
    indices_by_fingerprint: dict[bytes, list[int]] = field(default_factory=dict)
    without_arrays: set[int] = field(default_factory=set)

    def add_fingerprints(self, prompts: Sequence[Array], pad: int | None) -> None:
        """Compute the fingerprints of the samples.

        Args:
            prompts: B arrays of token ids, without padding.
            pad: id of the padding token.
        """
        for index, (prompt, completion) in enumerate(zip(prompts, self.ids, strict=True)):
            fingerprint = token_fingerprint(prompt, np.asarray(completion, dtype=np.int64), pad)
            self.indices_by_fingerprint.setdefault(fingerprint, []).append(index)
        self.without_arrays = set(range(len(self.ids)))

    def add_arrays(self, fingerprints: Sequence[bytes], arrays: Mapping[str, Array]) -> None:
        """Add token arrays of samples that the loss has seen; samples of other generations are ignored.

        Samples of equal prompt and response have equal values, so it does not matter which of them comes first.

        Args:
            fingerprints: fingerprints of the loss's samples.
            arrays: name in the log -> one row for each of these samples.
        """
        for row, fingerprint in enumerate(fingerprints):
            waiting = [
                index
                for index in self.indices_by_fingerprint.get(fingerprint, ())
                if index in self.without_arrays
            ]
            if not waiting:
                continue
            index = waiting[0]
            self.without_arrays.discard(index)
            for name, values in arrays.items():
                lists = self.arrays.setdefault(name, [None] * len(self.ids))
                if isinstance(lists, list):  # what was known at generation already stays
                    lists[index] = values[row]

    def log_batch_arguments(self) -> dict[str, Any]:
        """The arguments of `RolloutWriter.log_batch`."""
        lengths = [len(ids) for ids in self.ids]
        return {"step": self.step, "lengths": lengths, **self.columns, **self.arrays}


def reward_columns(
    scores: Array, names: Sequence[str], weights: Array | None
) -> dict[str, list[float | None]]:
    """Columns of each reward function's scores under its name, and of their weighted sum as `reward`.

    Args:
        scores: B × F; NaN where a function did not judge a sample.
        names: F names.
        weights: F weights; 1 each without.
    """
    weights = np.ones(scores.shape[1]) if weights is None else weights.astype(np.float64)
    unjudged = np.isnan(scores).all(axis=1)
    total = np.where(unjudged, np.nan, np.nansum(scores * weights, axis=1))
    columns: dict[str, list[float | None]] = {"reward": numbers_or_none(total)}
    for index, name in enumerate(names):
        columns[unused_name(name, columns)] = numbers_or_none(scores[:, index])
    return columns


def numbers_or_none(numbers: Array) -> list[float | None]:
    """Convert numbers to a list of floats in their shortest decimals, None for NaN."""
    return [None if math.isnan(number) else float(str(number)) for number in numbers]


def conversation(prompt: object, completion: object) -> list[dict[str, Any]] | None:
    """Join prompt and completion to one list of messages, if both are messages; those of the policy are `sampled`."""
    if not (isinstance(prompt, list) and isinstance(completion, list)):
        return None
    messages = [without_media(message) for message in [*prompt, *completion] if isinstance(message, Mapping)]
    for message in messages[len(prompt) :]:
        if message.get("role") == "assistant":
            message["sampled"] = True
    return messages or None


def without_media(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message whose content blocks that are no text (pictures and the like) are replaced by their type."""
    content = message.get("content")
    if isinstance(content, list):
        content = [
            part
            if not isinstance(part, Mapping) or part.get("type") == "text"
            else {"type": str(part.get("type", "other"))}
            for part in content
        ]
    return {**{key: value for key, value in message.items() if value is not None}, "content": content}
