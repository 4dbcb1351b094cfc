"""Which files hold reference answers or scores for the samples of others, by the keys of their first row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tensorboard_plugin_rlboard.formats.evidence.response_keys import has_response_key

SideKind = Literal["reference", "scores"]
ID_KEYS = ("sample_id", "id", "uid")
"""Keys that may name a sample, the most particular one first."""
STEP_KEYS = ("step", "global_step", "iteration", "split", "validation")
"""Keys that rollouts have, and what is joined to them has not."""
_OWN_ID = re.compile(r"[0-9a-f]{10}-[0-9a-f]{1,15}-[0-9a-f]{1,7}")
_SCALARS = (bool, int, float)
_SINGLE = (str, *_SCALARS)


@dataclass(frozen=True)
class SideFileType:
    """What the first row of a side file says of the file.

    Attributes:
        kind: what its rows hold.
        is_sure: whether they can be nothing else; otherwise they are rollouts where there are none beside them.
    """

    kind: SideKind
    is_sure: bool


def side_file_type(row: Mapping[str, object]) -> SideFileType | None:
    """Whether a row is a reference answer or a score, by its keys; None for anything else."""
    if any(key in row for key in STEP_KEYS) or any(_is_numbers(value) for value in row.values()):
        return None
    prompt, response = row.get("prompt") is not None, row.get("response") is not None
    reference = isinstance(row.get("ref_response"), (str, list)) or _is_number(row.get("ref_reward"))
    if prompt and reference and not response:
        return SideFileType("reference", is_sure=True)
    if not any(_is_number(value) for key, value in row.items() if key not in ID_KEYS):
        return None
    ids = any(isinstance(row.get(key), (str, int)) for key in ID_KEYS)
    if prompt and response:
        if "reward" in row:  # what nearly every rollout has, and no score needs to be called
            return None
        return SideFileType("scores", is_sure=any(_OWN_ID.fullmatch(str(row.get(key))) for key in ID_KEYS))
    # A row with lists or objects is somebody's trace or session: of those nearly every one has an id and a number.
    flat = all(value is None or isinstance(value, _SINGLE) for value in row.values())
    if not ids or not flat or prompt or response:
        return None
    return SideFileType("scores", is_sure=not has_response_key(row))


def _is_number(value: object) -> bool:
    return isinstance(value, _SCALARS)


def _is_numbers(value: object) -> bool:
    """A list as token arrays are; a prompt may be a list of messages."""
    return isinstance(value, list) and bool(value) and not isinstance(value[0], dict)
