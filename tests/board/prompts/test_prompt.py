"""/prompt: one prompt with its samples along the steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from answers import column
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.api import Prompt
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.prompts import detail
from tensorboard_plugin_rlboard.board.prompts.question import PromptQuestion, PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError

PLAIN, RENDERED = "1+1?", "<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n"


def ask(board: Board, prompt_key: str, **chosen: Any) -> Prompt:
    return board.prompts.prompt(PromptQuestion(Selection(".", prompt_key=prompt_key, **chosen)))


def key_of(board: Board, prompt: str) -> str:
    return next(
        str(key)
        for key, text in zip(column(board, "prompt_key"), column(board, "prompt"), strict=True)
        if text == prompt
    )


def test_its_renderings_and_samples_come_together(test_log: TestLog) -> None:
    test_log.write(
        row(1, "2", prompt=PLAIN, reward=1.0, ref_reward=0.5, ground_truth="2", pred="two", answer="2"),
        row(1, "3", prompt=PLAIN, reward=0.0, ref_reward=0.5, ground_truth="2", pred="three"),
        row(2, "4", prompt=RENDERED, reward=0.0, ref_reward=0.5, ground_truth="2", pred="four"),
        row(2, "5", prompt="2+2?", reward=0.0, ref_reward=0.5),
    )
    board = test_log.open()
    found = ask(board, key_of(board, RENDERED))
    assert found.prompt == RENDERED
    assert replace(found, prompt=PLAIN) == ask(board, key_of(board, PLAIN)), (
        "the same but for how it is shown"
    )
    assert [(each.prompt, each.samples) for each in found.renderings] == [(PLAIN, 2), (RENDERED, 1)]
    assert found.asked == "1+1?", "whatever it was rendered with"
    assert found.steps["step"] == [1, 2]
    assert found.steps["reward"] == [0.5, 0.0]
    assert found.steps["ref_reward"] == [0.5, 0.5]
    assert found.samples["response"] == ["2", "3", "4"]
    assert found.samples["ground_truth"] == ["2", "2", "2"]
    assert found.samples["pred"] == ["two", "three", "four"]
    assert found.samples["answer"] == [2.0, None, None], "a number, as every value that is there"
    assert (found.steps_total, found.samples_total, found.renderings_total) == (2, 3, 2)
    assert found.status == "regressed"
    assert found.numbers["samples"] == 3
    assert found.renderings[0].id == found.samples["id"][0]
    assert ask(board, key_of(board, PLAIN), step=2).samples["response"] == ["4"]


def test_steps_without_it_have_no_samples(test_log: TestLog) -> None:
    test_log.write(row(1, "2", prompt=PLAIN, reward=1.0), row(2, "3", prompt="2+2?", reward=0.0))
    board = test_log.open()
    found = ask(board, key_of(board, PLAIN), step=2)
    assert found.steps["step"] == found.steps["reward"] == found.steps["reward_min"] == []
    assert (found.samples_total, found.samples["id"], found.numbers["samples"]) == (0, [], 1)


def test_visits_by_hand(test_log: TestLog) -> None:
    """Step 1: 1, 4 and what is not finite: mean 2.5; step 2 has no reward that counts."""
    rewards = [(1, 1.0), (1, float("nan")), (1, 4.0), (2, float("inf"))]
    test_log.write(*(row(step, "r", prompt=PLAIN, reward=reward) for step, reward in rewards))
    board = test_log.open()
    steps = ask(board, key_of(board, PLAIN)).steps
    assert steps["samples"] == [3, 1]
    assert (steps["reward"], steps["reward_min"], steps["reward_max"]) == (
        [2.5, None],
        [1.0, None],
        [4.0, None],
    )


def test_of_too_many_samples_every_step_has_some(test_log: TestLog) -> None:
    test_log.write(*(row(step, f"{step}.{i}") for step in range(1, 201) for i in range(4)))
    board = test_log.open()
    found = ask(board, column(board, "prompt_key", step=1)[0])
    assert found.samples_total == 800
    assert len(found.samples["id"]) == 500
    assert found.samples["response"][:2] == ["1.0", "1.1"]
    assert found.samples["step"] == [step for step in range(1, 201) for _ in range(3 if step <= 100 else 2)]


def test_what_is_too_much_for_a_page_is_cut_and_counted(
    test_log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detail, "MAX_STEPS", 3)
    monkeypatch.setattr(detail, "MAX_RENDERINGS", 1)
    test_log.write(
        *(row(step, prompt=PLAIN, reward=1.0) for step in range(1, 7)), row(2, prompt=RENDERED, reward=1.0)
    )
    board = test_log.open()
    found = ask(board, key_of(board, PLAIN))
    assert (found.steps["step"], found.steps["reward"], found.steps_total) == ([1, 2, 3], [1.0] * 3, 4)
    assert ([each.prompt for each in found.renderings], found.renderings_total) == ([PLAIN], 2)
    assert found.numbers["best_gap"] is None, "no reference was scored"


def test_a_long_prompt_is_cut(test_log: TestLog) -> None:
    test_log.write(row(1, prompt="x" * 20_001))
    board = test_log.open()
    found = ask(board, column(board, "prompt_key")[0])
    assert (len(found.prompt), len(found.asked)) == (20_000, 2_000)


def test_it_follows_a_training(test_log: TestLog) -> None:
    test_log.write(*(row(step, reward=0.0) for step in range(1, 21)))
    board = test_log.open()
    key = column(board, "prompt_key", step=1)[0]
    assert ask(board, key).status == "never_solved"
    test_log.append(row(21, reward=1.0))
    board.indexer.index_now()
    assert ask(board, key).status == "solved"
    assert ask(board, key).steps["step"] == [*range(1, 22)]


@pytest.mark.parametrize("key", ["nothing", "0" * 16, "f" * 16, "g" * 16, "-000000000000001"])
def test_a_prompt_that_there_is_not(test_log: TestLog, key: str) -> None:
    test_log.write(row(1))
    with pytest.raises(UnknownError, match="has no prompt"):
        ask(test_log.open(), key)


def test_each_of_several_prompts_is_found_by_its_key(test_log: TestLog) -> None:
    prompts = [f"What is {number} and 1?" for number in range(20)]
    test_log.write(*({**row(1), "prompt": prompt} for prompt in prompts))
    board = test_log.open()
    assert [ask(board, key_of(board, prompt)).prompt for prompt in prompts] == prompts


def test_a_key_is_needed(test_log: TestLog) -> None:
    test_log.write(row(1))
    with pytest.raises(ArgumentError, match="prompt_key is missing"):
        ask(test_log.open(), "")


def test_a_run_without_prompts(test_log: TestLog) -> None:
    test_log.write({"step": 1, "response": "a", "reward": 1.0})
    board = test_log.open()
    assert board.prompts.prompts(PromptsQuestion(Selection("."))).total == 0
    with pytest.raises(UnknownError):
        ask(board, "0" * 16)
