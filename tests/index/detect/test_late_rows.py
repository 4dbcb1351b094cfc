"""What only few or late rows say of a file: other keys beside our own, evaluations among training."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board

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


def test_what_the_user_maps_is_not_added_to(test_log: TestLog) -> None:
    test_log.path("rlboard.toml").write_text('[mapping]\nresponse = "said"\n', encoding="utf-8")
    test_log.write(*({"step": 1, "said": f"a{i}", "phase": "val"} for i in range(3)))
    assert test_log.open().runs().runs[0].splits == ["train"]
