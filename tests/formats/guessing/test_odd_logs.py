"""Logs that are nearly like others: what was read wrongly of them without a word, or opened though it is no log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import column, columns, ignored, problems, reasons
from rollout_log import Line, row
from understood import understood, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

Open = Callable[..., Board]


@pytest.fixture
def board_of(
    tmp_path: Path, write_rows: Callable[..., Path], open_board: Callable[[Path], Board]
) -> Callable[..., Board]:
    """Opens a log of some lines."""

    def opened(*rows: Line, file: str = "log.jsonl") -> Board:
        write_rows(tmp_path / file, rows)
        return open_board(tmp_path)

    return opened


@pytest.mark.parametrize("value", [True, False, "true", " False "])
def test_a_truth_value_is_no_step(board_of: Open, value: object) -> None:
    board = board_of(row(3, "a"), row(3, "b") | {"step": value})
    assert columns(board, "response", "step") == [("b", 0), ("a", 3)]
    assert problems(board) == [("log.jsonl", 2, "no_step")]


def test_keys_that_stand_twice_in_an_inner_object_are_said(board_of: Open) -> None:
    line = '{"global_step": 1, "question": "p", "completion": "a \\":", "rewards": {"total": 0, "total": 1}}'
    board = board_of(line, line.replace('"total": 0, ', ""))
    assert column(board, "reward") == [1.0, 1.0]
    twice = "total stands twice in the line: the last value counts. Log each key once."
    assert reasons(board) == [("key_twice", twice)]


def test_keys_that_stand_twice_in_a_rollout_of_a_group_are_said(board_of: Open) -> None:
    rollout = '{"completion": "a", "reward": 0, "reward": 1}'
    board = board_of(f'{{"step": 1, "prompt": "p", "rollouts": [{rollout}, {rollout}]}}')
    assert column(board, "reward") == [1.0, 1.0]
    assert problems(board) == [("log.jsonl", 1, "key_twice")]


def _refined(rounds: int, **fields: Any) -> list[dict[str, Any]]:
    """Answers to three prompts, each of them refined in some rounds."""
    return [
        {"prompt": f"p{prompt}", "response": f"r{at}", "reward": 0.5, "iteration": at, **fields}
        for prompt in range(3)
        for at in range(rounds)
    ]


def test_rounds_of_a_refinement_are_no_steps(board_of: Open) -> None:
    board = board_of(*_refined(3))
    assert set(column(board, "step")) == {0}
    (info,) = board.runs().runs
    assert info.mapping_doubt == (
        "iteration was not taken as step: it falls, or differs between the answers to one prompt."
    )
    assert {kind for _, _, kind in problems(board)} == {"no_step"}


def test_a_training_on_one_prompt_has_steps(board_of: Open) -> None:
    rows = [
        {"prompt": "p", "response": f"r{at}.{n}", "reward": n % 2, "iteration": at}
        for at in range(3)
        for n in range(2)
    ]
    assert column(board_of(*rows), "step") == [0, 0, 1, 1, 2, 2]


def test_a_step_that_begins_again_and_again_is_doubted() -> None:
    rows = [
        {"prompt": f"p{start}.{at}", "response": "r", "reward": 0.5, "iteration": at}
        for start in range(3)
        for at in range(4)
    ]
    guessed = guess_mapping(rows, is_native=True)
    assert guessed.keys["step"] == "iteration"
    assert "begins again and again at 0" in guessed.doubt
    assert not guess_mapping(rows[:8], is_native=True).doubt  # once is a training that was started again


@pytest.mark.parametrize("prediction", [4, 4.5, True, {"A": 1}])
def test_a_prediction_of_opencompass_that_is_no_text_is_one(board_of: Open, prediction: object) -> None:
    board = board_of({"origin_prompt": "2+2?", "prediction": prediction, "gold": "4"})
    assert column(board, "response") == [json.dumps(prediction)]


def test_answers_that_are_numbers_are_named(tmp_path: Path, board_of: Open) -> None:
    rows = [{"step": 1, "prompt": f"{i}+2?", "response": i + 2, "reward": 1.0} for i in range(4)]
    ((_, reason),) = ignored(board_of(*rows))
    assert reason.startswith("It has numbers and no text under response, and no other text of a response (")
    assert 'response = "response"' in reason
    (tmp_path / "rlboard.toml").write_text('[mapping]\nresponse = "response"\n')
    assert column(board_of(*rows), "response") == ["2", "3", "4", "5"]


_HELPSTEER = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")


@pytest.mark.parametrize("more", [{}, {"score": 3}, {"overall_score": 2.5}])
def test_answers_that_people_rated_are_no_rollouts(board_of: Open, more: dict[str, Any]) -> None:
    rated = dict.fromkeys(_HELPSTEER, 1) | more
    rows = [{"prompt": f"p{i}", "response": f"r{i}", **rated, "correctness": i % 5} for i in range(10)]
    ((_, reason),) = ignored(board_of(*rows))
    assert reason.startswith("It looks like a data set: its answers were rated (helpfulness, correctness, ")


def test_rated_answers_of_a_training_are_rollouts(board_of: Open) -> None:
    rated = dict.fromkeys(_HELPSTEER, 4)
    board = board_of(
        *({"prompt": "p", "response": f"r{i}", **rated, "score": 3, "step": i} for i in range(4))
    )
    assert column(board, "reward") == [3.0] * 4


def test_a_rating_of_0_to_4_is_no_share(tmp_path: Path) -> None:
    rows = [{"question": f"p{i}", "answer": "r", "step": i, "correctness": i % 4} for i in range(8)]
    found = understood(written(tmp_path / "log.jsonl", rows))
    assert found.mapping is not None
    assert "reward" not in found.mapping.keys


_OF_VERL: dict[str, Any] = {"input": "q", "output": "r", "score": 1.0, "step": 1}


@pytest.mark.parametrize("more", [{}, {"reward": 1.0}, {"acc": True}])
def test_verls_keys_in_another_order_are_anybodys(tmp_path: Path, more: dict[str, Any]) -> None:
    ours = _OF_VERL | more
    assert understood(written(tmp_path / "a.jsonl", [ours])).name.startswith("verl")
    other = dict(reversed(ours.items()))
    found = understood(written(tmp_path / "b.jsonl", [other] * 3))
    assert found.name == "mapping"
    assert understood(written(tmp_path / "c.jsonl", [other | {"gts": "4"}])).name.startswith("verl")


def _epochs(**fields: Any) -> list[dict[str, Any]]:
    """Three epochs of two steps with two samples each, whose step begins again with each epoch."""
    return [
        row(at // 2 % 2, f"r{at}") | {"epoch": at // 4} | dict.fromkeys(fields, at // 2) for at in range(12)
    ]


def test_a_global_step_counts_before_one_that_begins_again(board_of: Open) -> None:
    board = board_of(*_epochs(global_step=0))
    assert column(board, "step") == [step for step in range(6) for _ in range(2)]


def test_a_step_within_an_epoch_is_doubted(board_of: Open) -> None:
    (info,) = board_of(*_epochs()).runs().runs
    assert info.mapping_doubt == (
        "The step may be another one: step was taken, and it begins again with every epoch, as what counts within one does."
    )


@pytest.mark.parametrize("flag", [True, 1, "true", "Yes"])
def test_flags_of_an_evaluation_are_its_split(board_of: Open, flag: object) -> None:
    board = board_of(row(1, "a"), row(1, "b") | {"is_eval": flag}, row(1, "c") | {"is_eval": False})
    assert column(board, "response") == ["a", "c"]
    assert column(board, "response", split="eval") == ["b"]


def test_names_of_data_sets_beside_the_training_are_said(board_of: Open) -> None:
    board = board_of(*(row(1, name) | {"split": name} for name in ("train", "math500", "math500", "aime24")))
    said = "The split {} means neither training nor evaluation here; it is shown as training."
    assert reasons(board) == [("odd_split", said.format('"math500"')), ("odd_split", said.format('"aime24"'))]
    assert problems(board_of(*(row(1, name) | {"split": name} for name in ("gsm8k", "math")))) == []


def test_one_reward_of_several_responses_is_none_of_theirs(board_of: Open) -> None:
    board = board_of({"step": 1, "prompt": "p", "responses": ["a", "b"], "reward": 1})
    assert columns(board, "response") == [("a",), ("b",)]
    one = "reward is one value for the 2 samples of the line; none of them has it."
    assert reasons(board) == [("not_of_format", one)]


def test_rewards_of_another_length_beside_fitting_scores_are_said(board_of: Open) -> None:
    scored = {
        "step": 1,
        "prompt": "p",
        "responses": ["a", "b", "c"],
        "scores": [0.25, 0.5, 1],
        "rewards": [0, 1],
    }
    board = board_of(scored, scored)
    assert column(board, "reward") == [0.25, 0.5, 1.0] * 2
    (info,) = board.runs().runs
    assert (
        info.mapping_doubt == "The reward is scores[]: rewards has not one number for each sample of its row."
    )


def test_rewards_that_are_fewer_than_the_responses_are_said(board_of: Open) -> None:
    board = board_of(*({"step": 1, "prompt": "p", "responses": ["a", "b", "c"], "rewards": [0, 1]},) * 3)
    (info,) = board.runs().runs
    assert info.mapping_doubt == "No reward was taken: rewards has not one number for each sample of its row."


_SUM = "The reward is the plain sum of accuracy, format: "


@pytest.mark.parametrize(
    ("more", "reward", "said"),
    [
        ({}, 1.5, f"{_SUM}their weights are not in the rows."),
        ({"weight": 2.0}, 1.5, f"{_SUM}rewards[].weight is not applied."),
        ({"weight": 2.0, "weighted_value": 0.25}, 0.5, ""),
        ({"value": "good"}, None, "No reward was taken: rewards is a list of objects; log one number."),
    ],
)
def test_an_object_for_each_function_is_a_part(board_of: Open, more: Any, reward: Any, said: str) -> None:
    parts = [{"name": "accuracy", "value": 1.0, **more}, {"name": "format", "value": 0.5, **more}]
    board = board_of(*({"step": i, "prompt": "Q", "response": "A", "rewards": parts} for i in range(3)))
    (info,) = board.runs().runs
    assert column(board, "reward") == [reward] * 3
    assert info.mapping_doubt == said


def test_prompts_that_are_fewer_than_the_responses_make_no_group(board_of: Open) -> None:
    batch = {"step": 1, "prompts": ["p", "q"], "responses": ["a", "b", "c", "d"], "rewards": [0, 1, 1, 0]}
    board = board_of(*[batch] * 2)
    assert columns(board, "response", "reward")[:4] == [("a", 0.0), ("b", 1.0), ("c", 1.0), ("d", 0.0)]
    assert "advantage" not in {metric.name for metric in board.runs().runs[0].metrics}
    assert {kind for kind, _ in reasons(board)} == {"not_of_format"}


def test_tokens_as_text_are_no_list_of_tokens(board_of: Open) -> None:
    board = board_of(row(1) | {"response_tokens": "['a', 'b']", "logprobs": [-1.0, -2.0]})
    left_out = "response_tokens is no list of tokens but \"['a', 'b']\"; it is left out. Log a list with each token's text."
    assert reasons(board) == [("not_an_array", left_out)]


def test_a_row_of_another_log_is_told_which_key_it_lacks(board_of: Open) -> None:
    board = board_of(_OF_VERL | {"gts": "4"}, row(2))
    ((kind, reason),) = reasons(board)
    assert kind == "no_response"
    assert reason.startswith(
        "The line has no output, under which the file's other rows (verl) have the response"
    )


@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        (
            "a.json",
            '[{"step": 1, "prompt": "p", "response": "r", "reward": 0, "reward": 1}]',
            "an object or among",
        ),
        (
            "a.table.json",
            '{"columns": ["step", "prompt", "response", "reward", "reward"], "data": [[1, "p", "r", 0, 1]]}',
            "an object or among",
        ),
        ("a.csv", "step,prompt,response,reward,reward\n1,p,r,0,1", "the header"),
    ],
)
def test_columns_that_stand_twice_in_a_document_are_said(
    board_of: Open, file: str, text: str, where: str
) -> None:
    board = board_of(text, file=file)
    assert column(board, "reward") == [1.0]
    ((_, reason),) = reasons(board)
    assert reason.startswith(f"reward stands twice in {where}")


def test_a_single_message_is_a_text_as_a_list_of_one_is(board_of: Open) -> None:
    asked, said = {"role": "user", "content": "p"}, {"role": "assistant", "content": "a"}
    board = board_of(*({"step": 1, "prompt": asked, "response": said, "reward": 0.5},) * 2)
    assert columns(board, "prompt", "response", "reward") == [("p", "a", 0.5)] * 2


def test_the_only_number_of_a_score_object_is_the_reward(board_of: Open) -> None:
    board = board_of(
        *({"step": 1, "prompt": "p", "response": "a", "score": {"value": x, "why": "so"}} for x in (0, 1))
    )
    assert column(board, "reward") == [0.0, 1.0]


@pytest.mark.parametrize("scores", [[0.0, 0.5], [0.0, 0.25, 0.5]])
def test_scores_of_a_reward_model_are_of_tokens_if_there_are_as_many(
    scores: list[float], board_of: Open
) -> None:
    row = {"step": 1, "prompt": "p", "response": "abc", "tokens": ["a", "b", "c"], "rm_scores": scores}
    (info,) = board_of(row, row).runs().runs
    assert ("token_rewards" in (info.mapping or {})) is (len(scores) == 3)
