"""Groups of Atropos: whole sequences with a mask, several responses a line."""

from __future__ import annotations

from typing import Any

import pytest
from logged import lines
from repository import FORMATS

from tensorboard_plugin_rlboard.formats.base import LineContext, LineSamples
from tensorboard_plugin_rlboard.formats.frameworks.atropos import ATROPOS
from tensorboard_plugin_rlboard.formats.registry import recognise


def samples(row: dict[str, Any], context: LineContext = LineContext()) -> LineSamples:
    assert recognise(row) is ATROPOS
    assert ATROPOS.to_samples is not None
    return ATROPOS.to_samples(row, context)


def group(**changes: Any) -> dict[str, Any]:
    return {**lines(FORMATS / "atropos/groups.jsonl")[0], **changes}


def test_a_line_is_a_group_of_samples() -> None:
    found = samples(group())
    assert found.problems == []
    first, second = found.rows
    assert (first["prompt"], first["response"], first["reward"]) == ("Q", "A", 1.0)
    assert (second["prompt"], second["response"], second["reward"]) == ("Q", "B", -1.0)
    assert first["group_id"] == second["group_id"]
    # Two tokens of the prompt are in every list, with a placeholder for their log-probability.
    assert (first["response_tokens"], first["response_mask"]) == (["#3", "#4"], [1, 1])
    assert first["rollout_logprobs"] == [-0.1, -0.2]
    assert second["rollout_logprobs"] == [-0.3, -0.4, -0.5]
    assert first["step"] == 0


def test_groups_of_one_prompt_stay_apart() -> None:
    other = samples(group(tokens=[[1, 2, 8, 9], [1, 2, 5, 6, 7]]))
    assert other.rows[0]["group_id"] != samples(group()).rows[0]["group_id"]


def test_what_was_not_trained_on_in_between_is_masked() -> None:
    masks = [[-100, 2, -100, 4], [-100, -100, 5, -100, 7]]
    first, second = samples(group(masks=masks)).rows
    assert (first["response_mask"], first["rollout_logprobs"]) == ([1, 0, 1], [1.0, None, -0.2])
    assert (second["response_mask"], second["rollout_logprobs"]) == ([1, 0, 1], [-0.3, None, -0.5])


def test_without_messages_the_tokens_tell() -> None:
    decode = LineContext(to_text=lambda ids: "".join(chr(96 + i) for i in ids))
    first = samples(group(messages=None), decode).rows[0]
    assert (first["prompt"], first["response"]) == ("ab", "cd")
    bare = samples(group(messages=None)).rows[0]
    assert bare["prompt"] == "#1 #2"
    assert "response" not in bare
    dumped = [[{"role": "user", "content": "Q A"}], [{"role": "user", "content": "Q B"}]]
    found = samples(group(messages=dumped))
    assert [row["response"] for row in found.rows] == ["Q A", "Q B"]
    assert "one message" in found.problems[0]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"inference_logprobs": [[-0.1], [-0.1] * 5]}, "inference_logprobs has 1 value for 4 tokens"),
        ({"masks": [[1], [1] * 5]}, "no mask of the length of its tokens"),
        ({"advantages": [[0.5] * 4]}, "The column advantages has length 1"),
    ],
)
def test_what_cannot_be_aligned_is_left_out(changes: dict[str, Any], reason: str) -> None:
    found = samples(group(**changes))
    assert any(reason in problem for problem in found.problems)
    assert [row["reward"] for row in found.rows] == [1.0, -1.0]
