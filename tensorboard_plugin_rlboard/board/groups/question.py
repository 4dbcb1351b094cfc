"""The questions of /groups and /group."""

from __future__ import annotations

from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules


@dataclass(frozen=True)
class GroupsQuestion:
    """One page of the list of groups.

    Attributes:
        selection: of which samples; a group is listed whole where any of its samples is among them.
        text_rules: how prompts are shown.
        kinds: only groups of these kinds; empty for all.
        by: a text column whose values groups are told apart by; empty for none.
        value: only groups with this value of it, empty for those without one; None for all.
        sort: `weight`, `reward_mean`, `reward_std`, `n_tokens`, `distinct` or `logged`.
        order: `asc` or `desc`; empty for what the sort suggests.
        offset: groups to skip.
        limit: groups of the page.
    """

    selection: Selection
    text_rules: TextRules = field(default_factory=TextRules)
    kinds: tuple[str, ...] = ()
    by: str = ""
    value: str | None = None
    sort: str = "weight"
    order: str = ""
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True)
class GroupQuestion:
    """One group whole.

    Attributes:
        selection: its step and its key, and split and attempt where they are not the usual ones.
        text_rules: how its texts are shown.
        limit: members that are shown at most.
    """

    selection: Selection
    text_rules: TextRules = field(default_factory=TextRules)
    limit: int = 16
