"""What a user can write for rows that were taken for no samples: the lines of an rlboard.toml that open them."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.evidence.roles import Roles
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.guessing.not_rollouts import likely_response
from tensorboard_plugin_rlboard.formats.known_files import said_of_known

_MAX_LISTED_KEYS = 8
_NO_UTF_8 = "The names of its columns are no UTF-8: save it in UTF-8 (tables that Excel writes in Chinese are often in GBK)."


def keys_to_correct(roles: Roles) -> dict[str, str]:
    """A mapping for the user to correct: the keys that were found, and a placeholder for a missing response."""
    keys = {
        name: key
        for name, key in roles.keys.items()
        if key and name in {"prompt", "messages", "reward", "step"}
    }
    response = next((name for name in RESPONSE_FIELDS if name in roles.keys), "response")
    placeholder = likely_response(roles) or "the key of the response"
    return {**keys, response: roles.keys.get(response, placeholder)}


def with_remedy(against: str, roles: Roles, rows: Sequence[Row]) -> str:
    """Why rows were not opened, with their keys and the lines of an rlboard.toml that open them."""
    no_utf_8 = any("\ufffd" in str(key) for key in (rows[0] if rows else ()))
    if known := _NO_UTF_8 if no_utf_8 else said_of_known(rows):
        return known
    lines = ", ".join(line for line in key_mapping.mapping_toml(keys_to_correct(roles)).splitlines() if line)
    return (
        f"{against} (its first row has the keys {listed_keys(rows)}); if it holds rollouts, write into an rlboard.toml in "
        f"its folder: {lines}."
    )


def listed_keys(rows: Sequence[Row]) -> str:
    """The keys of the first row, of many the first ones."""
    keys = sorted(str(key) for key in (rows[0] if rows else {}))
    more = ["…"] if len(keys) > _MAX_LISTED_KEYS else []
    return ", ".join([*keys[:_MAX_LISTED_KEYS], *more])
