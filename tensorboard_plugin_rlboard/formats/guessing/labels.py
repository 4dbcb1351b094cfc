"""Assigns what says where a sample belongs: its step, split and group, and the texts and identifiers beside it."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.guessing import words
from tensorboard_plugin_rlboard.formats.guessing.profile import Column
from tensorboard_plugin_rlboard.formats.guessing.roles import Roles
from tensorboard_plugin_rlboard.formats.guessing.value_types import (
    is_flag,
    is_identifier,
    is_text,
    is_whole_number,
    names_split,
)
from tensorboard_plugin_rlboard.formats.splits import is_eval_name

_FEW_NAMES = 8
"""Different names that the phases of a training may have."""


def assign_step(roles: Roles) -> None:
    """Assign the step: a training's, and no count of turns, positions or versions."""
    if roles.own("step", is_whole_number):
        own, prompts = roles.profile.column("step"), roles.column("prompt")
        others = [one for one in roles.candidates(words.STEP, is_whole_number) if one.path != "step"]
        if own is not None and others and not roles.profile.lies(own, prompts):
            # It counts something within a prompt, where another one lies like a training's.
            others.sort(key=lambda one: not roles.profile.lies(one, prompts))
            if roles.profile.lies(others[0], prompts):
                roles.keys["step"] = others[0].path
                roles.note("step", [own, *others[1:]])
                return
        roles.keys["step"] = "step"
        roles.note("step", others)
        return
    found = roles.candidates(words.STEP, is_whole_number, meta=True)
    found = [column for column in found if column.place.name in words.STEP]  # no plural: `train_steps` counts
    if roles.is_several:  # the steps of a rollout in a list are its turns
        found = [column for column in found if not column.place.of_each or column.path.endswith("[]")]
    prompts = roles.column("prompt")
    weak = roles.candidates(words.WEAK_STEP, is_whole_number)
    lying = [column for column in weak if _lies_like_steps(roles, column, prompts)]
    roles.take("step", [*found, *lying])
    counts = [column for column in weak if column not in lying]
    roles.note("step", [*counts, *roles.candidates(words.VERSION, is_whole_number)])


def _lies_like_steps(roles: Roles, column: Column, prompts: Column | None) -> bool:
    """Whether a key with a name of several meanings holds steps; `steps` needs samples that share one."""
    if not roles.profile.lies(column, prompts):
        return False
    return column.place.name != "steps" or roles.profile.is_shared(column)


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
    if roles.own("split", is_text):
        roles.keys["split"] = "split"
    else:
        texts = roles.candidates(words.SPLIT, is_text, meta=True)
        roles.take("split", [column for column in texts if _names_splits(column)])
    roles.assign("validation", words.VALIDATION, is_flag)


def _names_splits(column: Column) -> bool:
    """Whether texts say which split a row is of: most of them, or one of a few."""
    few = len({str(value) for value in column.values.values()}) <= _FEW_NAMES
    return column.fits(names_split) or (
        few and any(is_eval_name(str(value)) for value in column.values.values())
    )


def _assign_group(roles: Roles) -> None:
    if roles.own("group_id", is_identifier):
        roles.keys["group_id"] = "group_id"
        return
    prompts, steps = roles.column("prompt"), roles.column("step")
    for names, needs_proof in ((words.GROUP, False), (words.WEAK_GROUP, roles.profile.count > 1)):
        for column in roles.candidates(names, is_identifier, meta=True):
            speaks_for, against = roles.profile.groups(column, prompts, steps)
            if not against and (speaks_for or not needs_proof) and roles.take("group_id", [column]):
                return
