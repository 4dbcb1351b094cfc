"""The fields that a mapping may give keys to, and the shapes that a row may have."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.base import ARRAY_KEYS, NUMBER_KEYS, TEXT_KEYS

LABEL_FIELDS = ("step", "split", "group_id", "finish_reason", "validation", "training")
MASK_FIELD = "response_mask"
RESPONSE_FIELDS = ("response", "messages", "response_tokens", "response_token_ids")
"""Fields of which a row needs at least one to be a sample."""
FIELDS = (
    *("prompt", *RESPONSE_FIELDS, *TEXT_KEYS, *NUMBER_KEYS, *LABEL_FIELDS, *ARRAY_KEYS, MASK_FIELD),
    "prompt_token_ids",
)
"""Every field that a mapping may give a key to, in the order in which they are written."""
COLUMN_PREFIX = "columns."
"""Before the name of a further metric or text, which a mapping lifts out of an object: `columns.accuracy`."""
DERIVED_FIELDS = ("messages", "response_token_ids", "prompt_token_ids")
"""Fields that others are made from."""
SAMPLE, MEMBERS, LISTS, NUMBERED, TURNS = SHAPES = ("sample", "members", "lists", "numbered", "turns")
"""What a row is: a sample, or an object with a list of rollouts, parallel lists, numbered keys; or an episode."""
