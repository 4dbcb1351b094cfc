"""The questions of /samples, /sample and /tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules


@dataclass(frozen=True)
class SamplesQuestion:
    """One page of a list of samples.

    Attributes:
        selection: which samples.
        text_rules: how their texts are shown.
        columns: metrics and texts of the page; None for the usual ones.
        sort: metric, text or column that the list is sorted by; empty for the order of the log.
        order: `asc` or `desc`.
        preset: an order of its own, instead of `sort`; empty for none.
        seed: of the preset `random`.
        offset: samples to skip.
        limit: samples of the page.
    """

    selection: Selection
    text_rules: TextRules = field(default_factory=TextRules)
    columns: tuple[str, ...] | None = None
    sort: str = ""
    order: str = "asc"
    preset: str = ""
    seed: int = 0
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True)
class SampleQuestion:
    """One sample whole.

    Attributes:
        run: its run.
        id: its id.
        text_rules: how its texts are shown.
    """

    run: str
    id: str
    text_rules: TextRules = field(default_factory=TextRules)


@dataclass(frozen=True)
class TokensQuestion:
    """The token metrics of one sample.

    Attributes:
        run: its run.
        id: its id.
    """

    run: str
    id: str
