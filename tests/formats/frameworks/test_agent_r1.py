"""Agent-R1's dumps: trajectories with their steps, as its writer's source makes them (6dc8f67)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, reasons
from logged import only

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.frameworks.agent_r1 import AGENT_R1
from tensorboard_plugin_rlboard.formats.registry import recognise

ASKED = "user\nHow many?\nassistant\n"
FOUND = "\nuser\nfound: 4\nassistant\n"


def step(index: int, asked: str, said: str, score: float) -> dict[str, Any]:
    return {"step_index": index, "input": asked, "output": said, "gts": "4", "score": score, "acc": score}


def trajectory(*steps: dict[str, Any], uid: str = "t0", at: int = 3) -> dict[str, Any]:
    return {
        "trajectory_uid": uid,
        "input": steps[0]["input"],
        "output": steps[-1]["output"],
        "gts": "4",
        "score": sum(one["score"] for one in steps),
        "step": at,
        "num_steps": len(steps),
        "steps": list(steps),
    }


TWO = (step(0, ASKED, "search", 0.25), step(1, f"{ASKED}search{FOUND}", "It is 4.", 1.0))


def test_a_trajectory_is_a_conversation_with_the_scores_of_its_steps() -> None:
    row = trajectory(*TWO)
    assert recognise(row) is AGENT_R1
    sample = only(AGENT_R1, row)
    assert (sample["step"], sample["reward"], sample["ground_truth"]) == (3, 1.25, "4")
    assert (sample["prompt"], sample["num_steps"], sample["sample_id"]) == (ASKED, 2, "t0")
    assert [(m["role"], m["content"], m.get("reward")) for m in sample["messages"]] == [
        ("user", ASKED, None),
        ("assistant", "search", 0.25),
        ("user", FOUND, None),
        ("assistant", "It is 4.", 1.0),
    ]


def test_an_input_that_does_not_go_on_is_shown_whole() -> None:
    sample = only(AGENT_R1, trajectory(TWO[0], step(1, "A summary. How many?", "It is 4.", 1.0)))
    assert sample["messages"][2]["content"] == "A summary. How many?"


def test_one_step_is_a_plain_sample() -> None:
    sample = only(AGENT_R1, trajectory(step(0, ASKED, "It is 4.", 1.0)))
    assert (sample["prompt"], sample["response"]) == (ASKED, "It is 4.")


@pytest.mark.parametrize("steps", [[], None, [{"output": "It is 4."}], ["search"]])
def test_without_its_steps_it_is_verls(steps: object) -> None:
    row = trajectory(*TWO) | {"steps": steps}
    assert recognise(row) is not AGENT_R1
    assert AGENT_R1.to_samples is not None
    with pytest.raises(ValueError, match="no steps"):
        AGENT_R1.to_samples(row, LineContext())


def test_dumps_open_with_step_split_and_group(
    tmp_path: Path, write_rows: Callable[[Path, Iterable[Any]], Path], open_board: Callable[[Path], Board]
) -> None:
    rows = [trajectory(*TWO, uid="t0"), trajectory(step(0, ASKED, "It is 5.", 0.0), uid="t1")]
    write_rows(tmp_path / "rollout_data" / "3.jsonl", rows)
    write_rows(tmp_path / "validation_data" / "3.jsonl", rows[:1])
    board = open_board(tmp_path)
    shown = columns(board, "step", "reward", "group_mean", "num_steps", run="rollout_data")
    # The two trajectories of one prompt are a group: (1.25 + 0) / 2.
    assert shown == [(3, 1.25, 0.625, 2), (3, 0.0, 0.625, 1)]
    assert reasons(board, run="rollout_data") == []
    assert columns(board, "reward", run="validation_data", split="eval") == [(1.25,)]
