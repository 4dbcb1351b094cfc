"""Thresholds that docs/metrics.md defines and several modules share."""

from __future__ import annotations

HUGE = 1e150
"""From this size on a sample's number counts as not finite wherever samples are put together: its square, or a sum of some
such numbers, has no float64."""
ZERO_ADVANTAGE_SPREAD = 1e-8
"""Rewards of a group that differ by no more than this give no advantage: `zero_advantage_groups`."""
MAX_LONE_PROMPT_SHARE = 0.25
"""Where more than this share of the prompts of a step have one sample, those with several have them by chance, as in PPO."""
RIGHT_REWARD = 1.0
"""From this reward on a group whose rewards are all equal is all right; from 0 down it is all wrong."""
ADVANTAGE_EPSILON = 1e-6
"""Added to the standard deviation of a group that its rewards are divided by, as in GRPO."""
_TRUNCATED_REASONS = frozenset(
    {"length", "max_length", "max_tokens", "max_new_tokens", "max_completion_tokens", "truncated"}
)
TRUNCATED_FLAGS = ("truncated", "is_truncated", "was_truncated", "truncation", "是否截断", "截断")
"""Keys of a truth value that says the same where no reason is logged."""


def is_truncated(reason: str) -> bool:
    """Whether a finish reason, in any letter case, says that a response was cut at the maximum length."""
    return reason.lower().rpartition(".")[2] in _TRUNCATED_REASONS  # an enum is `FinishReason.LENGTH`
