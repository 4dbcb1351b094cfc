"""What only few or late rows say of a file: other keys beside our own, evaluations among training."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]
OURS = {"step": 1, "prompt": "q", "response": "ours", "reward": 1.0}
OTHERS = {"step": 2, "question": "q", "completion": "others", "score": 0.5}
LONG = "x" * 400


@pytest.mark.parametrize("name", ["log.jsonl", "log.jsonl.gz"])
@pytest.mark.parametrize("count", [1, 5, 3000], ids=["one row", "some rows", "most of a large file"])
def test_a_complete_row_in_our_words_hides_no_later_keys(count: int, name: str, test_log: TestLog) -> None:
    test_log.write(OURS, *[OTHERS | {"note": LONG}] * count, file=name)
    board = test_log.open()
    found = columns(board, "step", "response", "reward")
    assert (found[0], found[-1]) == ((1, "ours", 1.0), (2, "others", 0.5))
    assert board.runs().runs[0].samples == count + 1
    assert board.runs().runs[0].problems == 0


def test_a_key_that_changes_late_is_found_while_the_file_grows(test_log: TestLog) -> None:
    """A file of more than 4 MB was not looked at again."""
    rows = [{"step": 1, "question": "q", "output": "a" + "y" * 9000, "score": 1.0}] * 600
    test_log.write(*rows)
    board = test_log.open()
    assert board.runs().runs[0].mapping == {
        "prompt": "question",
        "response": "output",
        "reward": "score",
        "step": "step",
    }
    later = [{"step": 2, "question": "q", "answer_text": "b", "output": "b" * 9000, "rew": 0.5}] * 200
    test_log.append(*later)
    board.indexer.index_now()
    (run,) = board.runs().runs
    assert run.mapping is not None
    assert run.mapping["reward"] == "rew | score"
    assert columns(board, "reward", step=2)[0] == (0.5,)


LENGTHS = pytest.mark.parametrize(
    "length", [9_000, 300_000], ids=["short lines", "lines longer than a place"]
)


@LENGTHS
def test_a_reward_under_another_key_is_found_by_the_next_look(length: int, test_log: TestLog) -> None:
    """Few new rows make a large file not much larger, so its size alone would have it looked at much later."""
    row = {"question": "q", "output": "a" * length}
    test_log.write(*[row | {"step": 1, "score": 1.0}] * (6_000_000 // length))
    board = test_log.open()
    test_log.append(*[row | {"step": 2, "rew": 0.5}] * 2)
    board.indexer.index_now()
    board.indexer.index_now()
    (run,) = board.runs().runs
    assert run.mapping is not None
    assert run.mapping["reward"] == "rew | score"
    assert columns(board, "reward", step=2) == [(0.5,)] * 2
    assert set(columns(board, "reward", step=1)) == {(1.0,)}
    assert run.samples == 6_000_000 // length + 2


@LENGTHS
def test_a_reward_that_is_not_found_any_more_is_said_until_there_is_one(
    length: int, test_log: TestLog
) -> None:
    row = {"question": "q", "output": "a" * length}
    test_log.write(*[row | {"step": 1, "score": 1.0}] * (6_000_000 // length))
    board = test_log.open()
    test_log.append(*[row | {"step": 2, "info": {"rew": 0.5}}] * 2)
    board.indexer.index_now()
    board.indexer.index_now()
    (reason,) = reasons(board)
    assert reason == (
        "Its newest samples have no reward under score, though earlier ones have. If the training logs it under another "
        'key by now, write into an rlboard.toml in the run\'s folder: [mapping], reward = "score | the other key", beside '
        "the fields that are guessed (rlboard doctor prints them)."
    )
    assert set(columns(board, "reward", step=1)) == {(1.0,)}
    assert columns(board, "reward", step=2) == [(None,)] * 2
    test_log.append(row | {"step": 3, "score": 0.0})
    board.indexer.index_now()
    board.indexer.index_now()
    assert reasons(board) == []
    mapping = 'prompt = "question"\nresponse = "output"\nstep = "step"\nreward = "score | info.rew"\n'
    test_log.path("rlboard.toml").write_text(f"[mapping]\n{mapping}", encoding="utf-8")
    assert columns(test_log.open(), "reward", step=2) == [(0.5,)] * 2


def reasons(board: Board) -> list[str]:
    return list(board.problems(ProblemsQuestion(".")).columns.reason)


RARE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a phase": ({"phase": "rollout"}, {"phase": "validation"}),
    "a mode of other meaning": ({"mode": "greedy"}, {"mode": "eval"}),
    "a flag": ({}, {"is_validation": True}),
    "a flag that is false": ({"is_eval": False}, {"is_eval": True}),
    "a split that training does not have": ({}, {"data_split": "val-core/aime"}),
}


@pytest.mark.parametrize("name", RARE)
@pytest.mark.parametrize("words", [("prompt", "response"), ("question", "output")], ids=["ours", "guessed"])
def test_few_evaluations_in_a_large_file_are_no_training(
    name: str, words: tuple[str, str], test_log: TestLog
) -> None:
    """None of the rows by which the file is recognised is one."""
    train, evaluation = RARE[name]
    rows = [{"step": 1, words[0]: LONG, words[1]: f"a{i}", "reward": 0.0} for i in range(2000)]
    test_log.write(*(row | (evaluation if i == 777 else train) for i, row in enumerate(rows)))
    board = test_log.open()
    assert columns(board, "response", split="eval") == [("a777",)]
    assert board.runs().runs[0].samples == 2000


def test_other_values_of_such_keys_say_no_split(test_log: TestLog) -> None:
    rows = [{"step": 1, "prompt": LONG, "response": f"a{i}", "reward": 0.0} for i in range(2000)]
    for i, row in enumerate(rows):
        row |= {"subset": f"test of algebra {i}", "stage": "warmup" if i < 1000 else "main"}
    test_log.write(*rows)
    assert test_log.open().runs().runs[0].splits == ["train"]


@pytest.mark.parametrize(("line", "split"), [("", "eval"), ('split = "train"\n', "train")])
def test_the_split_of_the_user_is_not_added_to(line: str, split: str, test_log: TestLog) -> None:
    test_log.path("rlboard.toml").write_text(f'[mapping]\nresponse = "said"\n{line}', encoding="utf-8")
    test_log.write(*({"step": 1, "said": f"a{i}", "phase": "val"} for i in range(3)))
    assert test_log.open().runs().runs[0].splits == [split]
