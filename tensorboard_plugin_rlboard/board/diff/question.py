"""The question of /diff."""

from __future__ import annotations

from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.texts import TextRules


@dataclass(frozen=True)
class DiffQuestion:
    """A response, and what it is compared with.

    Attributes:
        run: its run.
        id: its sample.
        against_run: the run of the other sample; empty for the same run.
        against_id: the other sample, whose response it is compared with; empty where `against` says what.
        against: `reference` for the sample's own reference answer; else empty.
        unit: `token`, `word` or `character`; empty for tokens where both have them, else words.
        metric: token metric whose values come along; empty for none.
        text_rules: how texts are shown that are compared by word or character.
    """

    run: str
    id: str
    against_run: str = ""
    against_id: str = ""
    against: str = ""
    unit: str = ""
    metric: str = ""
    text_rules: TextRules = field(default_factory=TextRules)
