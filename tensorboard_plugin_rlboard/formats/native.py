"""RL Board's own format, which is also RL Logging Board's.

Trainer: any that uses `RolloutWriter`, and forks of OpenRLHF and verl with RL Logging Board (HarderThenHarder).
Definition: docs/format.md, and section 2.1 of the README of HarderThenHarder/RLLoggingBoard.
Line: one sample, a JSON object whose keys are our fields.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages

_TOKEN_KEYS = ("response_tokens", "logprobs", "ref_logprobs", "values", "token_rewards")


def _is_native(row: Row) -> bool:
    """Whether a row has a response as text, messages or tokens, and a step, a reward, a prompt or token arrays."""
    tokens = row.get("response_tokens")
    tokens_are_text = isinstance(tokens, list) and all(isinstance(token, str) for token in tokens[:8])
    response = row.get("response")
    if not (isinstance(response, str) or as_messages(response) or (tokens_are_text and tokens)):
        return False
    return "step" in row or "reward" in row or "prompt" in row or any(key in row for key in _TOKEN_KEYS)


def is_complete(row: Row) -> bool:
    """Whether a row has step, prompt, response and reward, each of its type, so that it tells alone what its file is."""
    return (
        type(row.get("step")) is int
        and isinstance(row.get("prompt"), str)
        and isinstance(row.get("response"), str)
        and type(row.get("reward")) in {int, float, bool}
    )


NATIVE = Format(
    name="native",
    definition="docs/format.md; README 2.1 of HarderThenHarder/RLLoggingBoard",
    recognise=_is_native,
)
