"""The question of /compare."""

from __future__ import annotations

from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules

SORTS = ("change", "a", "b")
"""The largest difference either way first; where A is furthest above B first; where B is."""


@dataclass(frozen=True)
class CompareQuestion:
    """Two selections on the prompts that they share.

    Attributes:
        a, b: the selections.
        metric: the sample metric whose mean over a side's samples of a prompt is compared.
        sort: the order of the prompts, one of `SORTS`.
        bins: of the distribution of differences.
        seed: of the bootstrap.
        offset, limit: which prompts are listed.
        text_rules: how their texts are shown.
    """

    a: Selection
    b: Selection
    metric: str = "reward"
    sort: str = "change"
    bins: int = 40
    seed: int = 0
    offset: int = 0
    limit: int = 20
    text_rules: TextRules = field(default_factory=TextRules)
