"""Replay buffers of Open-Reasoner-Zero: packed sequences, padded batches, and what cannot be told."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import pytest
from repository import FORMATS

from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.frameworks.orz import ORZ
from tensorboard_plugin_rlboard.formats.registry import recognise

FILE = FORMATS / "orz/dumped_replay_buffer/iter10_replay_buffer.jsonl"


def samples(row: dict[str, Any]) -> Any:
    assert recognise(row) is ORZ
    assert ORZ.to_samples is not None
    return ORZ.to_samples(row, LineContext())


def batch(**changes: Any) -> dict[str, Any]:
    """An experience of one sequence with the batch's dimension left in."""
    found = {
        "sequences": [[1, 2, 3, 4, 5, 6]],
        "action_log_probs": [[-0.1, -0.2, -0.3]],
        "base_action_log_probs": [[-0.1, -0.3, -0.3]],
        "values": [[0.1, 0.2, 0.3]],
        "returns": [[1.0, 1.0, 1.0]],
        "advantages": [[0.9, 0.8, 0.7]],
        "attention_mask": [[1] * 6],
        "action_mask": None,
        "num_actions": [3],
        "packed_seq_lens": [6],
        "info": {"kl": [0.03], "reward": [1.0], "response_length": [3.0]},
    }
    return found | changes


def test_each_packed_sequence_is_a_sample() -> None:
    lines = [samples(json.loads(line)) for line in FILE.read_text().splitlines()]
    assert [line.problems for line in lines] == [[], []]
    rows = [row for line in lines for row in line.rows]
    assert [row["prompt"] for row in rows] == ["#11 #12 #13", "#11 #12 #13", "#14 #15"]
    assert [row["response_tokens"] for row in rows] == [
        ["#21", "#22", "#23"],
        ["#31", "#32"],
        ["#41", "#42"],
    ]
    assert [row["logprobs"] for row in rows] == [[-0.1, -0.2, -0.3], [-0.4, -0.5], [-0.1, -0.2]]
    assert [row["values"] for row in rows] == [[0.0, 0.1, 0.2], [0.3, 0.4], [0.0, 0.1]]
    # A mean over the packed sequences is nobody's own; what the trainer computed at the first token is.
    assert [row.get("kl") for row in rows] == [None, None, 0.03]
    assert [row["return"] for row in rows] == [1.0, 0.0, 1.0]
    assert all("reward" not in row for row in rows)


def test_the_step_is_in_the_name() -> None:
    assert ORZ.path_defaults(PurePosixPath("x/dumped_replay_buffer/iter10_replay_buffer.jsonl")).step == 10
    assert ORZ.path_defaults(PurePosixPath("x/other.jsonl")).step is None


def test_a_batch_of_one() -> None:
    (row,) = samples(batch()).rows
    assert (row["reward"], row["kl"]) == (1.0, 0.03)
    assert row["ref_logprobs"] == [-0.1, -0.3, -0.3]
    assert "response_length" not in row


def test_a_padded_batch() -> None:
    found = samples(
        {
            "sequences": [[0, 7, 8, 9], [5, 6, 8, 0]],
            "action_log_probs": [[-1.0, -2.0], [-3.0, 0.0]],
            "base_action_log_probs": None,
            "values": None,
            "attention_mask": [[0, 1, 1, 1], [1, 1, 1, 0]],
            "action_mask": [[True, True], [True, False]],
            "info": {"reward": [1.0, 0.5]},
        }
    )
    assert [row["prompt"] for row in found.rows] == ["#7", "#5 #6"]
    assert [row["response_mask"] for row in found.rows] == [[1, 1], [1, 0]]
    assert [row["reward"] for row in found.rows] == [1.0, 0.5]
    assert all("ref_logprobs" not in row and "values" not in row for row in found.rows)


def test_an_array_of_another_length_is_left_out() -> None:
    found = samples(batch(values=[[0.1]]))
    assert "values" not in found.rows[0]
    assert found.problems == ["values has 1 value for 3 response tokens and is left out."]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"packed_seq_lens": [5]}, "cannot be told"),
        ({"num_actions": [2, 1]}, "cannot be told"),
        ({"num_actions": ["three"]}, "cannot be told"),
        ({"num_actions": [7]}, "more tokens than its sequence"),
        ({"sequences": [["a", "b"]]}, "no token ids"),
        ({"sequences": []}, "no token ids"),
    ],
)
def test_what_cannot_be_told_is_said(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        samples(batch(**changes))
