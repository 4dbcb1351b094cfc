"""Assigns what says where a sample belongs beside its step: split and group, and the texts and identifiers beside it."""

from __future__ import annotations

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.evidence.roles import Roles
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_flag,
    is_identifier,
    is_single_word,
    is_text,
    names_split,
)
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER
from tensorboard_plugin_rlboard.formats.splits import is_eval_name

_FEW_NAMES = 8
"""Different names that the phases of a training may have."""


def assign_labels(roles: Roles) -> None:
    """Assign group, split, finish reason, identifier and the texts beside prompt and response."""
    for name, names in words.TEXTS.items():
        roles.assign(name, names, is_text, meta=True)
    roles.assign("finish_reason", words.FINISH_REASON, is_identifier, own=True)
    _assign_split(roles)
    _assign_group(roles)
    found = roles.candidates(words.SAMPLE_ID, is_identifier, meta=True)
    roles.take("sample_id", [column for column in found if column.is_unique()])


def _assign_split(roles: Roles) -> None:
    if own := roles.own("split", is_text):
        roles.keys["split"] = own[0].path
    else:
        texts = roles.candidates(words.SPLIT, is_text, meta=True)
        kinds = roles.candidates(words.KIND, is_text)
        roles.take(
            "split",
            [
                *filter(_names_splits, texts),
                *(column for column in kinds if _is_split_by_kind(roles, column)),
            ],
        )
    roles.assign("validation", words.VALIDATION, is_flag)


def _names_splits(column: Column) -> bool:
    """Whether texts say which split a row is of: most of them, or one of a few."""
    few = len({str(value) for value in column.values.values()}) <= _FEW_NAMES
    are_names = few or column.fits(is_single_word)
    return (are_names and column.fits(names_split)) or (
        few and any(is_eval_name(str(value)) for value in column.values.values())
    )


def _is_split_by_kind(roles: Roles, column: Column) -> bool:
    """Whether the kinds of rows are rollouts and those of an evaluation; of rows without a response it does not count."""
    paths = [path for field in RESPONSE_FIELDS for path in roles.keys.get(field, "").split(EITHER) if path]
    columns = [found for path in paths if (found := roles.profile.column(path)) is not None]
    answered = {at for found in columns for at in found.values}
    kinds = {str(value).lower() for at, value in column.values.items() if at in answered}
    return bool(kinds & words.EVAL_KINDS) and kinds <= words.EVAL_KINDS | words.ROLLOUT_KINDS


def _assign_group(roles: Roles) -> None:
    if own := roles.own("group_id", is_identifier):
        roles.keys["group_id"] = own[0].path
        return
    prompts, steps = roles.column("prompt"), roles.column("step")
    for names, needs_proof in ((words.GROUP, False), (words.WEAK_GROUP, roles.profile.count > 1)):
        for column in roles.candidates(names, is_identifier, meta=True):
            speaks_for, against = roles.profile.groups(column, prompts, steps)
            if not against and (speaks_for or not needs_proof) and roles.take("group_id", [column]):
                return
