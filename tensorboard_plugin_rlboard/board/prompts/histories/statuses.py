"""The status of a prompt over a training (solved, regressed …); docs/prompts.md has the definitions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tensorboard_plugin_rlboard.board.prompts.histories.prompt_history import PromptHistory
from tensorboard_plugin_rlboard.board.prompts.histories.visits import PASSED, REWARDED
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats

SOLVED, REGRESSED, NEVER_SOLVED, ALWAYS_SOLVED = "solved", "regressed", "never_solved", "always_solved"
MIXED, UNSCORED = "mixed", "unscored"
NEVER_BEATS_REFERENCE = "never_beats_reference"
STATUSES = (SOLVED, REGRESSED, NEVER_SOLVED, ALWAYS_SOLVED, MIXED, UNSCORED)
"""Each prompt has exactly one of these."""
LISTS = (*STATUSES, NEVER_BEATS_REFERENCE)
"""What a list can be narrowed to; the last goes along with any status."""
_HALF = 0.5


def share(part: Floats, whole: Floats) -> Floats:
    """The quotient, NaN where there is nothing."""
    found: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found


def statuses(history: PromptHistory) -> Mapping[str, Bools]:
    """For each of `LISTS` which prompts are in it, bool [prompts]."""
    rewarded, passed = history.total[:, REWARDED], history.total[:, PASSED]
    # NaN compares as false: a visit without any reward neither passed nor failed.
    first = share(history.first[:, PASSED], history.first[:, REWARDED])
    last = share(history.last[:, PASSED], history.last[:, REWARDED])
    found: dict[str, Bools] = {}
    found[UNSCORED] = rewarded == 0
    found[NEVER_SOLVED] = (passed == 0) & (rewarded > 0)
    found[ALWAYS_SOLVED] = (passed == rewarded) & (rewarded > 0)
    found[SOLVED] = (first < _HALF) & (last >= _HALF)
    found[REGRESSED] = (first >= _HALF) & (last < _HALF)
    decided = np.any(np.stack(list(found.values())), axis=0)
    found[MIXED] = ~decided
    with np.errstate(invalid="ignore"):
        found[NEVER_BEATS_REFERENCE] = history.best_gap < 0
    return {name: found[name] for name in LISTS}
