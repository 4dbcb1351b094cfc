"""What a row is: a sample, a group in one of its spellings, or an episode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from guessed_rows import CHAT
from understood import Row, read, understood, written

from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.generic.key_mapping import shape_of, shown_sources

ANSWER = CHAT[1:]
TWO = [("2+2?", "4", 1.0), ("2+2?", "5", 0.0)]
GROUPS: dict[str, tuple[str, Row]] = {
    "rollouts": (
        "members",
        {"prompt": "2+2?", "rollouts": [{"response": "4", "reward": 1.0}, {"response": "5", "reward": 0.0}]},
    ),
    "a group in an object": (
        "members",
        {
            "group": {
                "question": "2+2?",
                "samples": [{"output": "4", "score": 1}, {"output": "5", "score": 0}],
            }
        },
    ),
    "choices": (
        "members",
        {
            "prompt": "2+2?",
            "choices": [
                {"message": {"role": "assistant", "content": "4"}, "reward": 1.0},
                {"message": {"role": "assistant", "content": "5"}, "reward": 0.0},
            ],
        },
    ),
    "choices beside a list of their rewards": (
        "members",
        {
            "prompt": "2+2?",
            "choices": [{"message": ANSWER[0]}, {"message": {"role": "assistant", "content": "5"}}],
            "rewards": [1.0, 0.0],
        },
    ),
    "inputs as one text": (
        "members",
        {
            "inputs": "2+2?",
            "generations": [{"generated_text": "4", "score": 1.0}, {"generated_text": "5", "score": 0.0}],
        },
    ),
    "choices of texts": (
        "members",
        {"prompt": "2+2?", "choices": [{"text": "4", "reward": 1.0}, {"text": "5", "reward": 0.0}]},
    ),
    "conversations": (
        "members",
        {
            "trajectories": [
                {"messages": CHAT, "reward": 1.0},
                {"messages": [CHAT[0], {"role": "assistant", "content": "5"}], "reward": 0.0},
            ]
        },
    ),
    "parallel lists": ("lists", {"prompt": "2+2?", "completions": ["4", "5"], "rewards": [1.0, 0.0]}),
    "lists with singular names": (
        "lists",
        {"problem": "2+2?", "output": ["4", "5"], "correct": [True, False]},
    ),
    "prompts, too": ("lists", {"prompts": ["2+2?", "2+2?"], "responses": ["4", "5"], "scores": [1.0, 0.0]}),
    "lists of messages": (
        "lists",
        {
            "prompt": "2+2?",
            "completions": [ANSWER, [{"role": "assistant", "content": "5"}]],
            "rewards": [1.0, 0.0],
        },
    ),
    "a total in an object of lists": (
        "lists",
        {"prompt": "2+2?", "responses": ["4", "5"], "rewards": {"total": [1.0, 0.0], "format": [0.5, 0.5]}},
    ),
    "lists of parts in an object": (
        "lists",
        {"prompt": "2+2?", "responses": ["4", "5"], "rewards": {"a": [0.5, 0.0], "b": [0.5, 0.0]}},
    ),
    "objects of parts in a list": (
        "lists",
        {"prompt": "2+2?", "responses": ["4", "5"], "rewards": [{"a": 0.5, "b": 0.5}, {"a": 0.0, "b": 0.0}]},
    ),
    "numbered": (
        "numbered",
        {"prompt": "2+2?", "output_1": "4", "score_1": 1.0, "output_2": "5", "score_2": 0.0},
    ),
    "numbered in the middle": (
        "numbered",
        {"prompt": "2+2?", "r0_response": "4", "r0_reward": 1.0, "r1_response": "5", "r1_reward": 0.0},
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_group_in_a_row(name: str, tmp_path: Path) -> None:
    shape, row = GROUPS[name]
    rows = [
        {"step": step, **row} for step in (3, 4)
    ]  # one line alone may be a document that holds a list of rows
    known = understood(written(tmp_path / "log.jsonl", rows))
    assert known.mapping is not None
    assert shape_of(known.mapping.keys) == shape
    assert read(tmp_path, rows, "prompt", "response", "reward") == TWO * 2
    assert read(tmp_path, rows, "step") == [(3,), (3,), (4,), (4,)]


@pytest.mark.parametrize("name", GROUPS)
def test_samples_of_a_row_without_a_step_are_one_group(name: str, tmp_path: Path) -> None:
    row = GROUPS[name][1]
    groups = [group for (group,) in read(tmp_path, [row, {**row, "note": "another line"}], "group_id")]
    assert groups[0] is not None
    assert groups == groups[:1] * 4


def test_batch_of_several_prompts_is_no_group(tmp_path: Path) -> None:
    batch = {"prompt": ["p", "q"], "completion": ["a", "b"], "reward": [1.0, 0.0], "seconds": [2, 3]}
    found = read(tmp_path, [batch], "prompt", "response", "reward", "seconds", "group_id")
    assert found == [("p", "a", 1.0, 2, None), ("q", "b", 0.0, 3, None)]


def test_what_each_sample_has_stays_with_it(tmp_path: Path) -> None:
    rollouts = [
        {"output": "a b", "score": 1, "output_ids": [5, 6], "logprobs": [-0.1, -0.2], "turns": 3},
        {"output": "c", "score": 0, "output_ids": [7], "logprobs": [-0.3], "turns": 1},
    ]
    path = written(tmp_path / "log.jsonl", [{"step": 1, "question": "q", "seed": 9, "rollouts": rollouts}])
    known = understood(path)
    assert known.to_samples is not None
    (first, second) = known.to_samples(
        {"step": 1, "question": "q", "seed": 9, "rollouts": rollouts}, LineContext()
    ).rows
    assert (first["response_tokens"], first["logprobs"], first["turns"]) == (["#5", "#6"], [-0.1, -0.2], 3)
    assert (second["response_tokens"], second["logprobs"], second["seed"]) == (["#7"], [-0.3], 9)


def test_masks_of_labels_cut_the_prompt_off(tmp_path: Path) -> None:
    row = {
        "tokens": [[1, 2, 3, 4], [1, 2, 5, 6]],
        "masks": [[-100, -100, 3, 4], [-100, -100, 5, 6]],
        "scores": [1.0, -1.0],
        "messages": [CHAT, CHAT],
    }
    known = understood(written(tmp_path / "log.jsonl", [row]))
    assert known.to_samples is not None
    first, second = known.to_samples(row, LineContext()).rows
    assert (first["response_tokens"], first["response_mask"]) == (["#3", "#4"], [1, 1])
    assert second["response_tokens"] == ["#5", "#6"]


TASK = {"task": "buy milk", "global_step": 2}
STEPS = [
    {"thought": "I look", "action": "open(shop)", "observation": "a shop", "reward": 0.25},
    {"thought": "I buy", "action": "buy(milk)", "observation": "done", "reward": 1.0},
]


def test_episode_is_a_conversation_with_the_rewards_of_its_turns(tmp_path: Path) -> None:
    known = understood(written(tmp_path / "log.jsonl", [TASK | {"steps": STEPS}]))
    assert known.to_samples is not None
    assert known.mapping is not None
    assert shape_of(known.mapping.keys) == "turns"
    (sample,) = known.to_samples(TASK | {"steps": STEPS}, LineContext()).rows
    assert (sample["prompt"], sample["step"], sample["reward"]) == ("buy milk", 2, 1.25)
    assert sample["messages"] == [
        {"role": "user", "content": "buy milk"},
        {"role": "assistant", "content": "open(shop)", "thinking": "I look"},
        {"role": "tool", "content": "a shop", "reward": 0.25},
        {"role": "assistant", "content": "buy(milk)", "thinking": "I buy"},
        {"role": "tool", "content": "done", "reward": 1.0},
    ]


def test_reward_of_the_episode_counts_before_those_of_its_turns(tmp_path: Path) -> None:
    assert read(tmp_path, [TASK | {"transitions": STEPS, "reward": 0.5}], "reward") == [(0.5,)]


def test_observation_that_comes_first_is_what_was_asked(tmp_path: Path) -> None:
    turns = [{"observation": "a door", "action": "open"}, {"observation": "a room", "action": "enter"}]
    found = read(tmp_path, [{"step": 1, "trajectory": turns, "return": 1.0}], "prompt", "reward")
    assert found == [("a door", 1.0)]


@pytest.mark.parametrize("key", ["conversations", "messages", "traj", "dialogue"])
def test_speakers_of_any_spelling(key: str, tmp_path: Path) -> None:
    talk = [{"from": "human", "value": "2+2?"}, {"from": "gpt", "value": "4"}]
    rows = [{"step": step, key: talk, "reward": 1.0} for step in (1, 2)]
    assert read(tmp_path, rows, "prompt", "response") == [("2+2?", "4")] * 2


def test_list_of_another_length_is_left_out_and_said(tmp_path: Path) -> None:
    good: dict[str, Any] = {"step": 1, "prompt": "q", "completions": ["a", "b"], "rewards": [1.0, 0.0]}
    known = understood(written(tmp_path / "log.jsonl", [good] * 3))
    assert known.to_samples is not None
    found = known.to_samples({**good, "rewards": [1.0]}, LineContext())
    assert [row.get("reward") for row in found.rows] == [None, None]
    assert list(found.problems) == ["rewards has 1 entry for 2 of completions; it is left out."]


def test_parts_in_parallel_lists_are_summed_for_each_sample_and_are_columns(tmp_path: Path) -> None:
    rewards = {"format": [1.0, 1.0, None], "accuracy": [0.0, 1.0, None], "by": "rules"}
    row = {"step": 1, "prompt": "q", "completions": ["a", "b", "c"], "rewards": rewards}
    path = written(tmp_path / "log.jsonl", [row])
    assert read(tmp_path, [row], "response", "reward", "format", "accuracy") == [
        ("a", 1.0, 1.0, 0.0),
        ("b", 2.0, 1.0, 1.0),
        ("c", None, None, None),
    ]
    mapping = understood(path).mapping
    assert mapping is not None
    assert "plain sum of format, accuracy" in mapping.doubt
    assert shown_sources(mapping)["reward"] == "sum of format, accuracy"


def test_sum_of_lists_of_other_lengths_is_left_out_and_said(tmp_path: Path) -> None:
    whole = {"step": 1, "prompt": "q", "completions": ["a", "b"], "rewards": {"x": [1, 0], "y": [1, 1]}}
    found = understood(written(tmp_path / "log.jsonl", [whole]))
    assert found.to_samples is not None
    short = found.to_samples({**whole, "rewards": {"x": [1, 0], "y": [1]}}, LineContext())
    assert (
        "rewards.* has a list that is not one of 2 entries, as completions; it is left out." in short.problems
    )
    assert all("reward" not in row for row in short.rows)


def test_list_beside_rollouts_is_each_ones_but_not_the_tokens_of_their_prompt(tmp_path: Path) -> None:
    row = {
        "step": 1,
        "prompt": "q",
        "prompt_ids": [7, 8],
        "rollouts": [{"response": "a", "score": 1.0}, {"response": "b", "score": 0.0}],
        "latency": [0.5, 0.7],
    }
    found = understood(written(tmp_path / "log.jsonl", [row]))
    assert found.mapping is not None
    assert found.mapping.keys["columns.latency"] == "latency[]"
    assert not any("prompt_ids[]" in path for path in found.mapping.keys.values())
    assert read(tmp_path, [row], "response", "latency") == [("a", 0.5), ("b", 0.7)]


def test_rows_that_would_be_far_more_than_they_are_get_refused(tmp_path: Path) -> None:
    good: dict[str, Any] = {"step": 1, "prompt": "q", "completions": ["a", "b"], "rewards": [1.0, 0.0]}
    known = understood(written(tmp_path / "log.jsonl", [good]))
    assert known.to_samples is not None
    with pytest.raises(ValueError, match="write a line for each"):
        known.to_samples({**good, "prompt": "x" * 3_000_000, "completions": ["a"] * 100}, LineContext())
    with pytest.raises(ValueError, match="100,001 samples"):
        known.to_samples({**good, "completions": [""] * 100_001}, LineContext())
    with pytest.raises(ValueError, match="no list under completions"):
        known.to_samples({"note": "no group"}, LineContext())
