"""One generation of a trainer that samples groups: what is known of its samples, until they are written."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

_OURS = frozenset({
    "step", "split", "prompt", "response", "messages", "reward", "advantage", "group_id", "finish_reason",
    "ground_truth", "response_tokens", "response_mask", "logprobs", "ref_logprobs", "rollout_logprobs",
    "new_logprobs", "entropies", "advantages",
})  # fmt: skip


def array(tensor: Any) -> Array:
    """A tensor of any device and dtype as NumPy: narrow floats become float32."""
    if hasattr(tensor, "detach"):
        tensor = tensor.detach()
        tensor = (tensor.float() if tensor.is_floating_point() else tensor).cpu()
    return np.asarray(tensor)


def fingerprint(prompt: Array, completion: Array, pad: int | None) -> bytes:
    """What two views of one sample have in common: its prompt's ids and its response's, without padding at the end."""
    end = len(completion)
    while pad is not None and end and completion[end - 1] == pad:
        end -= 1
    return prompt.astype(np.int64).tobytes() + b"|" + completion[:end].astype(np.int64).tobytes()


def free_name(name: str, taken: Mapping[str, object]) -> str:
    """The name of a user's column, beside those that mean something here already."""
    name = f"reward_{name}" if name in _OURS else name
    further = (f"{name}_{count}" for count in itertools.count(2))
    return name if name not in taken else next(other for other in further if other not in taken)


@dataclass
class Generation:
    """B samples of one process.

    Attributes:
        step: the step under which the trainer will report them.
        updates: how many updates the weights had that sampled them.
        split: `train` or `eval`.
        ids: B lists of the response's token ids, tool output included, without padding.
        columns: B values each, or one for all, under the names that they are written by.
        arrays: B × T or longer, by the names that they are written by.
        marks: what tells a sample again when the loss comes to it.
    """

    step: int
    updates: int
    split: str
    ids: list[list[int]] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Any] = field(default_factory=dict)
    marks: dict[bytes, list[int]] = field(default_factory=dict)
    unseen: set[int] = field(default_factory=set)

    def mark(self, prompts: Sequence[Array], pad: int | None) -> None:
        """Prepares to tell the samples again."""
        for index, (prompt, completion) in enumerate(zip(prompts, self.ids, strict=True)):
            mark = fingerprint(prompt, np.asarray(completion, dtype=np.int64), pad)
            self.marks.setdefault(mark, []).append(index)
        self.unseen = set(range(len(self.ids)))

    def meet(self, marks: Sequence[bytes], seen: Mapping[str, Array]) -> None:
        """Takes token arrays (rows as in `marks`) for those samples that have none yet; others are passed over.

        Samples of equal prompt and response have equal values, so it does not matter which of them comes first.
        """
        for row, mark in enumerate(marks):
            waiting = [index for index in self.marks.get(mark, ()) if index in self.unseen]
            if not waiting:
                continue
            index = waiting[0]
            self.unseen.discard(index)
            for name, values in seen.items():
                lists = self.arrays.setdefault(name, [None] * len(self.ids))
                if isinstance(lists, list):  # what was known at generation already stays
                    lists[index] = values[row]

    def batch(self) -> dict[str, Any]:
        """The arguments of `RolloutWriter.log_batch`."""
        lengths = [len(ids) for ids in self.ids]
        return {"step": self.step, "lengths": lengths, **self.columns, **self.arrays}


def rewards(scores: Array, names: Sequence[str], weights: Array | None) -> dict[str, list[float | None]]:
    """Each reward function's scores under its name, and their weighted sum as `reward`.

    Args:
        scores: B × F; NaN where a function did not judge a sample.
        names: F names.
        weights: F weights; 1 each without.
    """
    weights = np.ones(scores.shape[1]) if weights is None else weights.astype(np.float64)
    unjudged = np.isnan(scores).all(axis=1)
    total = np.where(unjudged, np.nan, np.nansum(scores * weights, axis=1))
    columns: dict[str, list[float | None]] = {"reward": known(total)}
    for index, name in enumerate(names):
        columns[free_name(name, columns)] = known(scores[:, index])
    return columns


def known(numbers: Array) -> list[float | None]:
    """Numbers as a list in their own short decimals, None for NaN."""
    return [None if math.isnan(number) else float(str(number)) for number in numbers]


def conversation(prompt: object, completion: object) -> list[dict[str, Any]] | None:
    """Prompt and completion as one list of messages, if both are conversations; those of the policy are `sampled`."""
    if not (isinstance(prompt, list) and isinstance(completion, list)):
        return None
    messages = [plain(message) for message in [*prompt, *completion] if isinstance(message, Mapping)]
    for message in messages[len(prompt) :]:
        if message.get("role") == "assistant":
            message["sampled"] = True
    return messages or None


def plain(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message without what is no text: pictures and the like leave their kind."""
    content = message.get("content")
    if isinstance(content, list):
        content = [
            part
            if not isinstance(part, Mapping) or part.get("type") == "text"
            else {"type": str(part.get("type", "other"))}
            for part in content
        ]
    return {**{key: value for key, value in message.items() if value is not None}, "content": content}
