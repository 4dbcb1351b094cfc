"""Tunix: tables of printed Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import ignored
from dumps import dump
from logged import exploded

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.frameworks.tunix import TUNIX

Open = Callable[[Path], Board]


def test_a_table_of_tunix_is_printed_python(tmp_path: Path, open_board: Open) -> None:
    said = [{"role": "user", "content": 'say "hi",\nplease'}, {"role": "assistant", "content": "it's hi"}]
    cells = {
        "conversation_text": repr(said),
        "prompt_tokens": "[1, 2]",
        "conversation_tokens": "[3, 4, 5]",
        "conversation_masks": "[1, 1, 0]",
        "status": "SUCCEEDED",
        "trajectory_reward": "0.5",
        "env_time": "{'reset_latency': 0.1}",
        "old_logprobs": "[-0.5, nan, 0.0]",
        "policy_version": "6",
        "original_input": repr({"prompts": ["hi?"], "answer": ["hi"]}),
        "group_id": "77",
    }

    def record(values: Any) -> str:
        return ",".join('"' + value.replace('"', '""') + '"' for value in values) + "\n"

    path = tmp_path / "trajectory_log_1766400000.csv"
    path.write_text(
        record(cells) + record(cells.values()) + record({**cells, "policy_version": "7"}.values())
    )
    (tmp_path / "metrics.csv").write_text("step,loss\n1,2\n")
    board = open_board(tmp_path)
    assert dict(ignored(board)) == {}
    found = dump(board, ".")
    assert found["problems"] == []
    first, second = found["samples"]
    assert (first["step"], second["step"]) == (6, 7)
    assert (first["texts"]["prompt"], first["texts"]["response"]) == ('say "hi",\nplease', "it's hi")
    assert (first["texts"]["ground_truth"], first["texts"]["group_id"]) == ("hi", "77")
    assert first["tokens"] == ["#3", "#4", "#5"]
    assert first["mask"] == [True, True, False]
    assert first["arrays"]["rollout_logprobs"] == [-0.5, "NaN", 0.0]
    assert (first["scalars"]["reward"], first["texts"]["finish_reason"]) == (0.5, "SUCCEEDED")


@pytest.mark.parametrize(
    "cell",
    [
        "[{'role': 'user', 'content': __import__('os').system('true')}]",
        "[{" * 5000,
        "[{'role': 1}]",
        "[{'role'",
        "[{" + "x" * 5_000_000,
    ],
)
def test_what_tunix_did_not_print_is_shown_as_it_is(cell: str) -> None:
    found = exploded(TUNIX, {"conversation_text": cell, "trajectory_reward": 1.0, "old_logprobs": "[1, x]"})
    assert found.rows[0]["response"] == cell
    assert "rollout_logprobs" not in found.rows[0]
    assert len(found.problems) == 1


def test_the_newer_table_of_tunix_has_texts_of_its_own(tmp_path: Path, open_board: Open) -> None:
    names = "global_step,prompt_id,group_index,rollout_policy_version,status,reward,question,prompt,completion,gold_answer"
    (tmp_path / "trajectory_log.csv").write_text(
        f"{names},prompt_tokens,completion_tokens,metadata,trajectory\n"
        "3,p1,0,2,SUCCEEDED,1.0,2+2?,2+2?,4,4,\"[1, 2]\",\"[3, 4]\",{'a': 1},{'steps': []}\n"
        "3,p1,1,2,SUCCEEDED,0.0,2+2?,,5,4,\"[1, 2]\",,{'a': 1},{'steps': []}\n"
    )
    found = dump(open_board(tmp_path), ".")
    assert found["problems"] == []
    first, second = found["samples"]
    assert (first["step"], first["texts"]["prompt"], first["texts"]["response"]) == (3, "2+2?", "4")
    assert (first["texts"]["ground_truth"], first["texts"]["group_id"]) == ("4", "p1")
    assert (first["tokens"], second["tokens"], second["texts"]["prompt"]) == (["#3", "#4"], [], "2+2?")
    assert first["scalars"]["group_mean"] == 0.5
