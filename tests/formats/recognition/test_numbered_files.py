"""Files whose rows say no step and no split, and whose names say them only beside those of other files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import column, columns, problems
from rollout_log import TestLog
from understood import Row, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.detect.sibling_names import SiblingNames, may_name


def _siblings(files: Iterable[str]) -> SiblingNames:
    found = SiblingNames()
    found.update(set(files))
    return found


@pytest.mark.parametrize(
    "files",
    [
        {"a/rollouts_0001.json": 1, "a/rollouts_0002.json": 2},
        {"rollouts_0000.jsonl.gz": 0, "rollouts_0001.jsonl.gz": 1},  # zeros before it count files, not ranks
        {"completions_00005.parquet": 5},
        {"rollout-1.jsonl": 1, "rollout-2.jsonl": 2},
        {"samples10.jsonl": 10, "samples20.jsonl": 20},
        {"rank0_samples_0003.jsonl": 3},
        {"10.jsonl": 10, "20.jsonl": 20},
        {"0.jsonl": 0, "10.jsonl": 10},
        {"eval_generations_100.jsonl": 100, "eval_generations_200.jsonl": 200},
    ],
)
def test_numbers_that_count_steps(files: dict[str, int]) -> None:
    found = _siblings(files)
    assert {file: found.step_of(file) for file in files} == files
    assert all(map(may_name, files))


@pytest.mark.parametrize(
    "files",
    [
        ["rollouts_0.jsonl", "rollouts_1.jsonl"],  # ranks are numbered so
        ["rollouts_7.jsonl"],
        ["0.jsonl", "1.jsonl", "2.jsonl"],
        ["0001.jsonl"],
        ["rollouts_rank0002.jsonl", "rollouts_rank0003.jsonl"],
        ["data-00001-of-00002.jsonl", "data-00002-of-00002.jsonl"],
        ["part-00001.jsonl", "part-00002.jsonl"],
        ["aime24.jsonl", "aime25.jsonl"],
        ["rollouts_seed1.jsonl", "rollouts_seed2.jsonl"],
        ["a/rollouts_3.jsonl", "b/rollouts_5.jsonl"],  # of two runs
        ["rollouts_20251130.jsonl", "rollouts_20251201.jsonl"],
        ["rollouts_1764460000.jsonl", "rollouts_1764460007.jsonl"],
        ["qwen3-8b.jsonl", "qwen3-4b.jsonl"],
    ],
)
def test_numbers_that_may_be_anything(files: list[str]) -> None:
    found = _siblings(files)
    assert [found.step_of(file) for file in files] == [None] * len(files)


@pytest.mark.parametrize(
    ("file", "beside"),
    [
        ("test.jsonl", "train.jsonl"),
        ("a/samples-test.jsonl", "a/samples-train.jsonl"),
        ("dev_10.jsonl", "train_10.jsonl"),
        ("test/10.jsonl", "train/10.jsonl"),
        ("math_test_step_3.jsonl", "math_training_step_3.jsonl"),
    ],
)
def test_a_test_beside_a_training_is_an_evaluation(file: str, beside: str) -> None:
    assert _siblings([file, beside]).split_of(file) == "eval"
    assert _siblings([file, beside]).split_of(beside) == ""
    assert _siblings([file]).split_of(file) == ""
    assert _siblings([file, "other/train.jsonl", "training_curves.csv"]).split_of(file) == ""


def _rows(word: object, *, split: str = "") -> list[Row]:
    of_split = {"split": split} if split else {}
    return [{"prompt": "p", "completion": f"{word}.{n}", "reward": n, **of_split} for n in range(2)]


def test_a_sequence_of_files_is_a_training(tmp_path: Path, open_board: Any) -> None:
    for number in (1, 2, 3):
        written(tmp_path / f"rollouts_{number:04}.jsonl", _rows(number))
    board: Board = open_board(tmp_path)
    assert columns(board, "step", "response") == [
        (number, f"{number}.{n}") for number in (1, 2, 3) for n in range(2)
    ]
    assert problems(board) == []
    (info,) = board.runs().runs
    assert info.mapping_sources["step"] == "file name"
    (notice,) = info.notices
    assert notice.kind == "numbered_files"
    assert notice.text == (
        "The rows say no step, so the numbers in the names of their files were taken for it (rollouts_0001.jsonl). If they "
        "count something else, as ranks or parts of one step, log a step in each row, or say in an rlboard.toml where it "
        "stands ([mapping] step or step_from)."
    )


def test_a_file_is_read_anew_when_the_next_one_tells_what_its_number_is(test_log: TestLog) -> None:
    test_log.write(*_rows(1), file="rollouts_1.jsonl")
    indexer = test_log.indexer()
    board = Board(indexer)
    indexer.index_now()
    assert column(board, "step") == [0, 0]
    assert {kind for _, _, kind in problems(board)} == {"no_step"}
    test_log.write(*_rows(2), file="rollouts_2.jsonl")
    indexer.index_now()
    assert column(board, "step") == [1, 1, 2, 2]
    assert problems(board) == []


def test_files_of_ranks_stay_at_step_0_and_that_is_said(tmp_path: Path, open_board: Any) -> None:
    for number in (0, 1):
        written(tmp_path / f"rollouts_{number}.jsonl", _rows(number))
    board: Board = open_board(tmp_path)
    assert column(board, "step") == [0] * 4
    assert {kind for _, _, kind in problems(board)} == {"no_step"}
    assert [notice.kind for notice in board.runs().runs[0].notices] == ["number_not_taken"]


def test_what_rows_say_counts_before_the_numbers_of_files(tmp_path: Path, open_board: Any) -> None:
    for number in (1, 2):
        written(tmp_path / f"rollouts_{number:04}.jsonl", [{"step": 7, **row} for row in _rows(number)])
    board: Board = open_board(tmp_path)
    assert column(board, "step") == [7] * 4
    assert board.runs().runs[0].notices == []


@pytest.mark.parametrize("says", [True, False])
def test_a_test_set_beside_the_training(says: bool, tmp_path: Path, open_board: Any) -> None:
    for name in ("train", "test"):
        written(tmp_path / f"{name}_step_3.jsonl", _rows(name, split="train" if says else ""))
    board: Board = open_board(tmp_path)
    (info,) = board.runs().runs
    assert info.splits == (["train"] if says else ["train", "eval"])
    of_test = ["test.0", "test.1"]
    of_training = column(board, "response", split="train")
    assert sorted(of_training) == [*(of_test if says else ()), "train.0", "train.1"]
    if not says:
        assert columns(board, "step", "response", split="eval") == [(3, text) for text in of_test]


@pytest.mark.parametrize(
    ("file", "step"),
    [("it3.jsonl", 3), ("steps/100/samples.jsonl", 100), ("gemma-2-9b-it_5.jsonl", 0), ("1/100/a.jsonl", 0)],
)
def test_other_names_of_steps(file: str, step: int, tmp_path: Path, open_board: Any) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    written(path, _rows("a"))
    board: Board = open_board(tmp_path)
    (info,) = board.runs().runs
    assert column(board, "step", info.run) == [step] * 2


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("rollout_12.jsonl", "rollout[_.-]?([0-9]+)[^/]*$"),
        ("my run/samples-0.jsonl", "samples[_.-]?([0-9]+)[^/]*$"),
        ("7/log.jsonl", "([0-9]+)/[^/]*$"),
    ],
)
def test_a_number_that_was_not_taken_is_said_with_what_takes_it(
    file: str, pattern: str, test_log: TestLog
) -> None:
    test_log.write({"prompt": "p", "response": "r", "reward": 1.0}, file=file)
    (info,) = test_log.open().runs().runs
    (notice,) = (one for one in info.notices if one.kind == "number_not_taken")
    assert f'step_from = "{pattern}"' in notice.text
    test_log.path(file).parent.joinpath("rlboard.toml").write_text(f"[mapping]\nstep_from = '{pattern}'\n")
    board = test_log.open()
    (info,) = board.runs().runs
    assert not info.notices
    assert column(board, "step", info.run) == [int("".join(filter(str.isdigit, file)))]


@pytest.mark.parametrize("file", ["test.jsonl", "dev_rollouts.jsonl", "test/log.jsonl"])
def test_a_word_that_was_not_taken_for_the_split_is_said(file: str, test_log: TestLog) -> None:
    test_log.write({"step": 1, "prompt": "p", "response": "r", "reward": 1.0}, file=file)
    (info,) = test_log.open().runs().runs
    assert [one.kind for one in info.notices] == ["word_not_taken"]
    name = file.rpartition("/")[2]
    assert f'files = "{name}" and split = "eval"' in info.notices[0].text
    test_log.path(file).parent.joinpath("rlboard.toml").write_text(
        f'[mapping]\nfiles = "{name}"\nsplit = "eval"\n'
    )
    (info,) = test_log.open().runs().runs
    assert (info.splits, info.notices) == (["eval"], [])


@pytest.mark.parametrize("file", ["test_run.jsonl", "my-test-of-grpo.jsonl", "rollouts.jsonl", "eval.jsonl"])
def test_other_names_say_nothing(file: str, test_log: TestLog) -> None:
    test_log.write({"step": 1, "prompt": "p", "response": "r", "reward": 1.0}, file=file)
    (info,) = test_log.open().runs().runs
    assert not info.notices
