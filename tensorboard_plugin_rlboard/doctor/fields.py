"""The fields of a sample: the column of the index that shows whether a log has it, and what the tab lacks without it."""

from __future__ import annotations

from dataclasses import dataclass

from tensorboard_plugin_rlboard.index.column_names import physical


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes:
        name: as our own format calls it.
        column: the column of the index that has a value where a sample has it.
        cost: what is not to be seen without it; empty where it is nobody's loss.
    """

    name: str
    column: str
    cost: str


def _text(name: str, cost: str) -> Field:
    return Field(name, physical("t", name), cost)


def _number(name: str, cost: str) -> Field:
    return Field(name, physical("m", name), cost)


def _array(name: str, cost: str) -> Field:
    return Field(name, physical("m", f"{name}_sum"), cost)


FIELDS = (
    _text("prompt", "no prompt is shown, and none is followed across steps"),
    _text("response", "the table shows no text"),
    _number("reward", "no reward curves, no group metrics, no presets by reward"),
    _text("group_id", "samples of equal prompt count as a group"),
    _number("advantage", "it is computed from the group's rewards"),
    _text("finish_reason", "no share of truncated responses"),
    _text("ground_truth", "no answer key beside the response"),
    _array("logprobs", "no probabilities, no surprise, no KL"),
    _array("ref_logprobs", "no KL to the reference"),
    _array("rollout_logprobs", "no mismatch between trainer and sampler"),
    _array("new_logprobs", "no ratio to the policy after the update"),
    _array("entropies", "no entropy; surprise stands in for it"),
    _array("advantages", "no advantage of single tokens"),
    _text("ref_response", "no reference answer beside the response"),
    _number("ref_reward", "no win, tie and loss against the reference"),
    _array("values", "no critic: no value error, no explained variance"),
    _array("token_rewards", "no reward of single tokens, no returns"),
    _array("returns", "values are compared with returns computed of token_rewards"),
)
OF_TOKENS = frozenset({
    "logprobs", "ref_logprobs", "rollout_logprobs", "new_logprobs", "entropies", "advantages", "values",
    "token_rewards", "returns",
})  # fmt: skip
"""Fields with a value for each token: without any of them nothing is known of single tokens."""
OF_CRITIC = frozenset({"values", "token_rewards", "returns"})
"""Fields that only a training with a critic has, such as PPO; GRPO and its like cannot have them."""
UNUSABLE = "logged, but not usable: "
"""Begins the cost of a field under whose key there is something, and nowhere a usable value."""
TOKENS = Field("response_tokens", "", "no token view: no colours, no matrix, no worst tokens")
"""Seen in an opened sample only: the index keeps no tokens."""
