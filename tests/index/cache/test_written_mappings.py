"""An index that was kept, of a trainer's log below an rlboard.toml: read again only where the settings mean another thing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.parts import range_builder
from tensorboard_plugin_rlboard.texts import TextRules

Start = Callable[[], Board]
BATCH = {
    "step": ["1"],
    "prompt": ["p"],
    "completion": ["a"],
    "Accuracy": [1.0],
    "Format": [0.5],
    "advantages": [0.5],
}


def reward(board: Board) -> object:
    (found,) = board.samples(SamplesQuestion(Selection("."), TextRules(), columns=("reward",))).columns[
        "reward"
    ]
    return found


def settings(log: TestLog, **mapping: str) -> None:
    lines = [f"{name} = {json.dumps(path)}\n" for name, path in mapping.items()]
    (log.folder / "rlboard.toml").write_text("[mapping]\n" + "".join(lines))


@pytest.mark.parametrize(
    "mapping", [{"reward": "Accuracy + Format * 2"}, {"response": "other", "reward": "x"}]
)
def test_the_same_settings_read_no_log(
    test_log: TestLog, start: Start, monkeypatch: pytest.MonkeyPatch, mapping: dict[str, str]
) -> None:
    (test_log.folder / "completions.jsonl").write_text(json.dumps(BATCH) + "\n")
    settings(test_log, **mapping)
    before = reward(start())
    assert before == (2.0 if "response" not in mapping else 1.5)

    def reading(*_: object) -> bytes:
        raise AssertionError("the log was read")

    monkeypatch.setattr(range_builder, "opened", reading)
    assert reward(start()) == before


def test_another_formula_is_read_anew(test_log: TestLog, start: Start) -> None:
    (test_log.folder / "completions.jsonl").write_text(json.dumps(BATCH) + "\n")
    assert reward(start()) == 1.5
    settings(test_log, reward="Accuracy * 0.5")
    assert reward(start()) == 0.5
    settings(test_log, reward="Accuracy * 0.25")
    assert reward(start()) == 0.25
    (test_log.folder / "rlboard.toml").unlink()
    assert reward(start()) == 1.5
