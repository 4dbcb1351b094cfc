"""The dialog about a run shows the settings that have a name of ours first: all of them."""

from __future__ import annotations

import re

from repository import ROOT

from tensorboard_plugin_rlboard.training.hyperparameters.aliases import ALIASES


def test_every_setting_with_a_name_of_ours_has_a_place_at_the_top() -> None:
    source = (ROOT / "frontend" / "src" / "shell" / "info" / "configComparison.ts").read_text(
        encoding="utf-8"
    )
    listed = re.search(r"FIRST_SETTINGS = \[(.*?)\]", source, re.DOTALL)
    assert listed is not None
    names = re.findall(r'"(\w+)"', listed[1])
    assert sorted(names) == sorted(ALIASES)
