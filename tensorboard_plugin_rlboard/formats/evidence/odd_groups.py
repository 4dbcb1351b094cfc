"""Finds logged groups that compare nothing: one for all samples of a step, or one for each sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tensorboard_plugin_rlboard.formats.arrays.number_values import shortened
from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.native import NATIVE

_ALONE = 4
"""Samples of a step that are groups of one each: fewer may be the last and the first of two groups."""
_EACH_PROMPT = 2
"""Samples that the prompts of a step have, by and large, where groups are missing: a prompt may come twice by chance."""
_OF_OURS = 'write group_id = "" into an rlboard.toml in the run\'s folder, under [mapping]'
_OF_MAPPING = 'write group_id = "" into the [mapping] of its rlboard.toml, which the tab and doctor print'


@dataclass
class _StepGroups:
    """The groups of a step of one attempt: group -> prompts of its samples, and its first row."""

    prompts: dict[str, list[object]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, row: int, group: str, prompt: object) -> None:
        self.prompts.setdefault(group, []).append(prompt)
        self.rows.setdefault(group, row)

    def mixed(self) -> str:
        """The first of the groups with samples of several prompts, where most have; else empty."""
        several = [group for group, found in self.prompts.items() if len(found) > 1]
        mixed = [group for group in several if len(set(self.prompts[group])) > 1]
        return mixed[0] if 2 * len(mixed) > len(several) else ""

    def repeats_prompt(self, group: str) -> bool:
        """Whether some samples of a group share a prompt."""
        return len(set(self.prompts[group])) < len(self.prompts[group])

    def are_alone(self) -> bool:
        """Whether each sample is a group of its own, though they answer the same prompts."""
        found = [prompts[0] for prompts in self.prompts.values()]
        is_one_each = all(len(prompts) == 1 for prompts in self.prompts.values())
        return is_one_each and len(found) >= _ALONE and len(found) >= _EACH_PROMPT * len(set(found))


def odd_groups(file_format: Format, location: Mapping[str, Any], groups: Any) -> list[tuple[int, str]]:
    """The row of the first step whose logged groups are none, with one sentence on it; nothing where there is no such step.

    A trainer's own groups are what it trains with, whatever their prompts are: only ours and those of a mapping are looked at.

    Args:
        file_format: the format of the file.
        location: `split`, `step` and `prompt_key` of each row, in their order.
        groups: what each row calls its group; None or empty where it says none.
    """
    if (file_format.name != NATIVE.name and file_format.mapping is None) or not any(groups):
        return []
    columns = (location["split"], location["step"], groups, location["prompt_key"])
    steps = _steps(zip(*(column.tolist() for column in columns), strict=True))
    remedy = _OF_OURS if file_format.mapping is None else _OF_MAPPING
    named = {group for _, found in steps for group in found.prompts}
    for step, found in steps:
        group = found.mixed()
        # Environments have other prompts in each episode of a group, and then no two alike.
        if group and (found.repeats_prompt(group) or (len(named) == 1 < len(steps))):
            sentence = f"The group_id {shortened(group)} of step {step} is that of samples with different prompts, which are compared with each other as one group. If equal prompts are a group, {remedy}."
            return [(found.rows[group], sentence)]
        if found.are_alone():
            sentence = f"Each sample of step {step} has a group_id of its own, though several answer the same prompt: a group of one has no advantage. If equal prompts are a group, {remedy}."
            return [(min(found.rows.values()), sentence)]
    return []


def _steps(samples: Iterable[tuple[Any, ...]]) -> list[tuple[int, _StepGroups]]:
    """The groups of each step, and again of one that a resumed training logs once more."""
    found: list[tuple[int, _StepGroups]] = []
    latest: dict[str, int] = {}
    open_steps: dict[tuple[str, int], _StepGroups] = {}
    for row, (split, step, group, prompt) in enumerate(samples):
        if not group or prompt is None:
            continue
        if step < latest.get(split, step):
            open_steps.clear()
        latest[split] = step
        at = open_steps.get((split, step))
        if at is None:
            at = open_steps[split, step] = _StepGroups()
            found.append((step, at))
        at.add(row, group, prompt)
    return found
