"""ROLL's rollout dump, whose lines are columns."""

from __future__ import annotations

from pathlib import PurePosixPath

from columnar_rows import values
from logged import exploded, lines
from repository import FORMATS, SAMPLES

from tensorboard_plugin_rlboard.formats.base import PathDefaults
from tensorboard_plugin_rlboard.formats.frameworks.roll_dump import ROLL_DUMP
from tensorboard_plugin_rlboard.formats.registry import recognise


def test_rolls_verifiable_rewards() -> None:
    (logged,) = lines(FORMATS / "roll_dump" / "rlvr.jsonl")
    assert recognise(logged) is ROLL_DUMP
    found = exploded(ROLL_DUMP, logged)
    assert not found.problems
    assert dict(found.rows[0]) == {
        "group_id": "3",
        "prompt": "2+2?",
        "ground_truth": "4",
        "tag": "synthetic",
        "domain": "math_rule",
        "response": "4",
        "reward": 1.0,
        "sampling_params": '{"temperature": 0.99}',
        "step": 7,
        "messages": [
            {"role": "user", "content": "2+2?"},
            {"role": "assistant", "content": "4", "sampled": True},
        ],
    }
    assert "messages" not in found.rows[1]  # torn JSON: the texts are there all the same
    assert found.rows[1]["reward"] != found.rows[1]["reward"]


def test_rolls_agents() -> None:
    (logged,) = lines(FORMATS / "roll_dump" / "agentic.jsonl")
    assert recognise(logged) is ROLL_DUMP
    found = exploded(ROLL_DUMP, logged)
    assert found.problems == ["1 of 2 samples has messages that are no conversation."]
    row = found.rows[0]
    assert (row["step"], row["episode_score"], row["num_actions"]) == (4, 0.5, 2)
    assert row["prompt"] == "system: You move.\n\nuser: Where to?"
    assert str(row["response"]).startswith("assistant: Left\n")
    assert isinstance(row["messages"], list)
    assert [message["role"] for message in row["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert "reward" not in row
    assert "response" not in found.rows[1]


def test_rolls_real_dump() -> None:
    for step in (1, 2, 3):
        path = SAMPLES / "roll" / "rollout_dump_dir" / f"rollout_dump_data.step_{step}.jsonl"
        (logged,) = lines(path)
        found = exploded(ROLL_DUMP, logged)
        assert not found.problems
        assert values(found.rows, "reward") == logged["scores"]
        assert values(found.rows, "step") == [step] * 12
        assert ROLL_DUMP.path_defaults(PurePosixPath(path)) == PathDefaults(step)
        assert ROLL_DUMP.levels_to_run(PurePosixPath(path)) == 0
    assert ROLL_DUMP.path_defaults(PurePosixPath("renamed.jsonl")) == PathDefaults()
