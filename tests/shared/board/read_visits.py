"""Which steps histories of prompts are read of."""

from __future__ import annotations

from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.prompts.histories import history_cache, visits


def steps_read_from_now_on(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The steps of each reading, filled as they are read."""
    steps: list[list[int]] = []
    read_visits = visits.read_visits

    def noting(*arguments: Any) -> Any:
        found = read_visits(*arguments)
        steps.append(sorted(set(found.step.tolist())))
        return found

    monkeypatch.setattr(history_cache, "read_visits", noting)
    return steps
