"""Keys that are another one in the rest of a file, and keys that are a guess."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answers import columns, problems
from understood import Row, read, understood, written

from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping


def rows(first: int, count: int, **keys: str) -> list[Row]:
    """Rows of steps from one on, each with a text under some keys."""
    return [
        {"step": step, "prompt": f"q{step % 2}", **{key: f"{of} {step}" for key, of in keys.items()}}
        for step in range(first, first + count)
    ]


def scored(some: list[Row], key: str = "reward", **more: Any) -> list[Row]:
    return [{**row, key: row["step"] / 8, **more} for row in some]


MOVED = [*scored(rows(1, 6, response="said")), *scored(rows(7, 6, answer="said"))]


def test_a_response_that_moves_to_answer_is_one(tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "a.jsonl", MOVED)
    board = open_board(tmp_path)
    assert columns(board, "response", "reward") == [(f"said {step}", step / 8) for step in range(1, 13)]
    assert problems(board) == []
    assert board.runs().runs[0].mapping_sources["response"] == "response | answer"


def test_a_response_that_moves_while_a_file_grows_is_found_at_the_next_look(
    tmp_path: Path, open_board: Any
) -> None:
    path = written(tmp_path / "a.jsonl", MOVED[:6])
    board = open_board(tmp_path)
    written(path, MOVED)
    board.indexer.index_now()
    assert [text for (text,) in columns(board, "response")] == [f"said {step}" for step in range(1, 13)]


@pytest.mark.parametrize(
    "failed",
    [
        scored(rows(7, 1, answer="right")),  # a single one may be anything
        rows(7, 6, answer="right"),  # no reward: tasks, and no samples
        [{"step": step, "answer": "right", "reward": 0.0} for step in range(7, 12)],
    ],
    ids=["one", "without a reward", "without a prompt"],
)
def test_answers_of_other_rows_are_no_response(failed: list[Row]) -> None:
    assert guess_mapping([*MOVED[:6], *failed]).keys["response"] == "response"


def test_right_answers_beside_responses_stay_right_answers(tmp_path: Path) -> None:
    some = scored(rows(1, 6, response="said", answer="right"))
    some[3]["response"] = None
    assert read(tmp_path, some, "response", "ground_truth") == [
        (None if step == 4 else f"said {step}", f"right {step}") for step in range(1, 7)
    ]


def test_r_is_the_reward_where_nothing_else_is_and_that_is_said(tmp_path: Path) -> None:
    some = scored(rows(1, 8, response="said"), "r")
    assert read(tmp_path, some, "reward") == [(step / 8,) for step in range(1, 9)]
    mapping = understood(written(tmp_path / "b.jsonl", some)).mapping
    assert mapping is not None
    assert mapping.doubt == "The reward is a guess: r was taken, because nothing else is called like one."


@pytest.mark.parametrize(
    "some",
    [
        scored(scored(rows(1, 8, response="said"), "r"), "score"),
        [
            {**row, **({"r": 1.0 + row["step"]} if row["step"] < 5 else {})}
            for row in rows(1, 8, response="said")
        ],
        [{**row, "r": 8} for row in rows(1, 8, response="said")],
        [{**row, "R2": row["step"]} for row in rows(1, 8, response="said")],
        [{**row, "r": "yes"} for row in rows(1, 8, response="said")],
    ],
    ids=["beside a score", "in half of the rows", "a constant", "another name", "a text"],
)
def test_r_is_no_reward_otherwise(some: list[Row]) -> None:
    guess = guess_mapping(some, is_native=True)
    assert guess.keys.get("reward") in {None, "score"}
    assert "guess" not in guess.doubt


@pytest.mark.parametrize("word", ["solution_str", "text_response", "gen"])
def test_words_of_a_response(word: str, tmp_path: Path) -> None:
    some = scored(rows(1, 4, **{word: "said", "answer": "right"}))
    assert read(tmp_path, some, "response", "ground_truth", "reward") == [
        (f"said {step}", f"right {step}", step / 8) for step in range(1, 5)
    ]


STATES = ["You are at the door.", "You are in the hall.", "You are out."]


def test_the_history_of_an_environment_is_a_conversation(tmp_path: Path) -> None:
    """As RAGEN's rollout cache has it: states, with what was said and done in each but the last."""
    turns: list[dict[str, Any]] = [
        {
            "state": STATES[0],
            "actions_left": 5,
            "actions": ["Up"],
            "reward": -0.25,
            "info": {"success": False},
        },
        {"state": STATES[1], "actions_left": 4, "actions": ["Up"], "reward": 1.0, "info": {"success": True}},
        {"state": STATES[2], "actions_left": 3},
    ]
    for turn in turns[:2]:
        turn |= {
            "llm_response": "<think>out</think><answer>Up</answer>",
            "llm_raw_response": "out</think> Up",
        }
    some = [
        {"env_id": at, "group_id": at // 2, "tag": "door", "penalty": 0, "step": 1, "history": turns}
        for at in range(4)
    ]
    found = read(tmp_path, some, "reward", "prompt", "response")
    assert [reward for reward, _, _ in found] == [0.75] * 4
    assert found[0][1] == STATES[0]
    assert found[0][2].count("out</think> Up") == 2
    assert STATES[2] in found[0][2]
