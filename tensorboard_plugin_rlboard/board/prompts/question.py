"""The questions of /prompts, /prompt and /pass_at_k."""

from __future__ import annotations

from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules


@dataclass(frozen=True)
class PromptsQuestion:
    """One page of a list of prompts.

    Attributes:
        selection: which samples; by default all of a split.
        text_rules: the run's display settings.
        threshold: the reward from which on a sample is a success; None for what fits the rewards.
        status: only the prompts of one list; empty for all.
        by: a text column that tells kinds of prompts apart; None for `data_source` where the run has it, empty for none.
        kind: only the prompts with this value of it; None for all.
        sort: a column of the answer that holds numbers.
        order: `asc` or `desc`.
        offset, limit: which page.
    """

    selection: Selection
    text_rules: TextRules = field(default_factory=TextRules)
    threshold: float | None = None
    status: str = ""
    by: str | None = None
    kind: str | None = None
    sort: str = ""
    order: str = ""
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True)
class PromptQuestion:
    """The history of one prompt.

    Attributes:
        selection: which samples; its `prompt_key` is one of the prompt's renderings.
        text_rules: the run's display settings.
        threshold: the reward from which on a sample is a success; None for what fits the rewards.
    """

    selection: Selection
    text_rules: TextRules = field(default_factory=TextRules)
    threshold: float | None = None


@dataclass(frozen=True)
class PassQuestion:
    """pass@k and avg@k at every step.

    Attributes:
        selection: which samples.
        threshold: the reward from which on a sample is a success; None for what fits the rewards.
    """

    selection: Selection
    threshold: float | None = None
