"""RL Board's own format, which is RL Logging Board's: one JSON object a line, one line a sample.

Definition: docs/format.md, and the README of HarderThenHarder/RLLoggingBoard, section 2.1.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages

_TOKEN_KEYS = ("response_tokens", "logprobs", "ref_logprobs", "values", "token_rewards")


def _recognise(row: Row) -> bool:
    """A response in words or tokens, and something that says it is one sample of a training."""
    tokens = row.get("response_tokens")
    tokens_are_text = isinstance(tokens, list) and all(isinstance(token, str) for token in tokens[:8])
    response = row.get("response")
    if not (isinstance(response, str) or as_messages(response) or (tokens_are_text and tokens)):
        return False
    return "step" in row or "reward" in row or "prompt" in row or any(key in row for key in _TOKEN_KEYS)


NATIVE = Format(
    name="native",
    definition="docs/format.md; README 2.1 of HarderThenHarder/RLLoggingBoard",
    recognise=_recognise,
)
