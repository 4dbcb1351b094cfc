"""The question of /worst_tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules


@dataclass(frozen=True)
class WorstTokensQuestion:
    """The most extreme tokens of a selection.

    Attributes:
        selection: which samples.
        metric: the token metric; empty for the first that the run has of the usual ones.
        by: what a row of the answer is: `sample` (one token), `token` (a token's text) or `position`.
        end: `highest`, `lowest` or `extreme`; empty for what the kind of the metric suggests.
        limit: rows of the answer.
        per_sample: tokens of one sample at most; 0 for any number.
        text_rules: how prompts are shown.
    """

    selection: Selection
    metric: str = ""
    by: str = "sample"
    end: str = ""
    limit: int = 50
    per_sample: int = 0
    text_rules: TextRules = field(default_factory=TextRules)
