"""Answers about groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.values import Value


@dataclass(frozen=True)
class GroupsLine:
    """The groups of one value of a text column along the steps; the lists are as long as each other.

    `kinds` has for each kind its share of the value's groups, `share` how much of the weight of all groups is theirs. Of many
    steps a point is some that follow each other, at the last of them.
    """

    step: Sequence[int]
    kinds: Mapping[str, Sequence[float | None]]
    share: Sequence[float | None]


@dataclass(frozen=True)
class Groups:
    """Answer of /groups; `members` has a row for each member shown, `row` being its group's place in `columns`.

    `values` has a row for each value of the text column `by`, of `values_total`; `lines` belong to the first of them. Of
    `values_mixed` groups the samples have several values, of which that of the first one counts.
    """

    total: int
    ungrouped: int
    kinds: Mapping[str, int]
    unit: str
    by: str
    values_total: int
    values_mixed: int
    values: Mapping[str, Sequence[Value]]
    lines: Sequence[GroupsLine]
    columns: Mapping[str, Sequence[Value]]
    members: Mapping[str, Sequence[Value]]


@dataclass(frozen=True)
class GroupPhrase:
    """Words that stand in more responses of one side than of the other, and in how many of each."""

    text: str
    words: int
    good: int
    bad: int


@dataclass(frozen=True)
class Group:
    """Answer of /group; `facts` is its row of /groups, `members` has a row for each member shown, the best first."""

    facts: Mapping[str, Value]
    prompt: str
    ground_truth: str | None
    unit: str
    aligned_by: str
    common_prefix: int
    common_prefix_characters: int | None
    good: int
    bad: int
    good_length: float | None
    bad_length: float | None
    good_have: Sequence[GroupPhrase]
    bad_have: Sequence[GroupPhrase]
    whole_texts: bool
    members: Mapping[str, Sequence[Value]]
