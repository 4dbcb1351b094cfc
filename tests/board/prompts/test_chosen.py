"""The prompts of a choice of samples are read once for all lists, pages and orders, and anew when the run has more rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from rollout_log import TestLog, rollouts

from tensorboard_plugin_rlboard.board.prompts.histories import history_cache
from tensorboard_plugin_rlboard.board.prompts.histories.visits import read_visits
from tensorboard_plugin_rlboard.board.prompts.question import PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection


def test_a_choice_is_read_once_until_the_run_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[object] = []

    def counted(*arguments: object) -> object:
        reads.append(arguments)
        return read_visits(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(history_cache, "read_visits", counted)
    with TestLog(tmp_path) as log:
        log.write(*rollouts(range(1, 4)))
        board = log.open()
        chosen = Selection(".", step_max=2)
        samples = []
        for status in ("", "never_solved", "solved"):
            found = board.prompts.prompts(PromptsQuestion(chosen, status=status))
            samples.append(found.counts["all"])
        assert samples == [2, 2, 2]
        assert len(reads) == 1
        board.prompts.prompts(PromptsQuestion(Selection(".", step_max=3)))
        assert len(reads) == 2
        log.write(*rollouts(range(2, 3)), file="b.jsonl")
        board.indexer.index_now()
        grown = board.prompts.prompts(PromptsQuestion(chosen))
        assert len(reads) == 3
        assert sum(int(str(n)) for n in grown.columns["samples"]) == 12
