"""ART: trajectories in Parquet and in older lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from container_formats import ANSWERED, ASKED, origin
from dumps import dump
from logged import exploded
from packing import write_parquet

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.frameworks.art import ART
from tensorboard_plugin_rlboard.formats.registry import recognise

Open = Callable[[Path], Board]


ART_ROW = (
    "SELECT 0 AS group_index, NULL::VARCHAR AS group_metadata, '{\"judge\": 0.9}' AS group_metrics, [NULL::VARCHAR] AS "
    'group_logs, 1.0 AS reward, \'{"correct": true, "duration": 2.5}\' AS metrics, \'{"scenario": "s1"}\' AS metadata, '
    "NULL::VARCHAR AS tools, ['one', 'two'] AS logs, [{'role': 'user', 'content': 'weather?', 'tool_calls': "
    "NULL::VARCHAR, 'tool_call_id': NULL::VARCHAR, 'trainable': false}, {'role': 'assistant', 'content': NULL, "
    '\'tool_calls\': \'[{"id": "1", "type": "function", "function": {"name": "get", "arguments": "{}"}}]\', '
    "'tool_call_id': NULL, 'trainable': true}, {'role': 'tool', 'content': 'rain', 'tool_calls': NULL, 'tool_call_id': "
    "'1', 'trainable': false}, {'role': 'assistant', 'content': 'It rains.', 'tool_calls': NULL, 'tool_call_id': NULL, "
    "'trainable': true}] AS messages"
)


def test_trajectories_of_art_are_conversations_of_one_run(tmp_path: Path, open_board: Open) -> None:
    model = tmp_path / ".art" / "project" / "models" / "small"
    for split, step in (("train", 0), ("train", 1), ("val", 1)):
        write_parquet(model / "trajectories" / split / f"{step:04d}.parquet", ART_ROW, ", COMPRESSION zstd")
    (model / "history.jsonl").write_text('{"step": 1, "train/reward": 0.5}\n')
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert (run.run, sorted(run.splits)) == (".art/project/models/small", ["eval", "train"])
    found = dump(board, run.run)
    assert found["problems"] == []
    assert sorted((one["split"], one["step"]) for one in found["samples"]) == [
        ("eval", 1),
        ("train", 0),
        ("train", 1),
    ]
    one = found["samples"][0]
    assert one["texts"] | {"response": ""} == {
        "prompt": "weather?",
        "response": "",
        "group_id": "0",
        "scenario": "s1",
        "logs": "one\ntwo",
    }
    assert "get({})" in one["texts"]["response"]
    assert one["texts"]["response"].endswith("It rains.")
    assert (one["scalars"]["correct"], one["scalars"]["duration"], one["scalars"]["group_judge"]) == (
        1.0,
        2.5,
        0.9,
    )
    assert [(m["role"], m.get("sampled", False)) for m in one["messages"]] == [
        ("user", False),
        ("assistant", True),
        ("tool", False),
        ("assistant", True),
    ]


def test_older_art_lines_hold_a_group_each() -> None:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "4"}}
    trajectory = {
        "reward": 0.5,
        "metrics": {"step": 2},
        "metadata": {},
        "messages_and_choices": [ASKED[1], choice],
        "logs": [],
    }
    found = exploded(ART, {"trajectories": [trajectory, {**trajectory, "reward": 1.0}, "broken"]})
    assert [row["reward"] for row in found.rows] == [0.5, 1.0]
    assert found.rows[0]["response"] == "4"
    assert found.rows[0]["metrics.step"] == 2
    with pytest.raises(ValueError, match="no messages"):
        exploded(ART, {"trajectories": [{"reward": 1.0, "messages_and_choices": []}]})
    with pytest.raises(ValueError, match="no messages"):
        exploded(ART, {"messages": ["x"], "reward": 1.0, "metrics": None, "metadata": "{broken"})


def test_the_place_of_an_art_file_tells_step_split_and_run() -> None:
    path = ".art/p/models/m/trajectories/val/0012.parquet"
    assert origin(ART, path) == (12, "eval")
    assert origin(ART, path.replace("val", "train")) == (12, "train")
    assert origin(ART, "elsewhere/0012.parquet") == (12, "")
    assert (
        ART.levels_to_run(PurePosixPath(path)),
        ART.levels_to_run(PurePosixPath("elsewhere/0012.parquet")),
    ) == (2, 0)


def test_miles_and_verifiers_are_not_art() -> None:
    miles = {
        "sample_index": 0,
        "group_index": 0,
        "status": "completed",
        "reward": 1.0,
        "prompt": "a",
        "messages": ANSWERED,
    }
    legacy = {"example_id": 0, "prompt": ASKED, "completion": ANSWERED, "reward": 1.0, "metrics": {}}
    assert recognise(miles) is not ART
    assert recognise(legacy) is not ART
