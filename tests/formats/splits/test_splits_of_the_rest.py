"""Files that are named after an evaluation, of which only some rows say their split: the name says that of the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answers import columns, reasons
from understood import Row, written

from tensorboard_plugin_rlboard.board.board import Board


def _rows(**said: Any) -> list[Row]:
    """Four samples; a tuple has the values of the first two and of the others, None where they say nothing."""
    return [
        {"step": 1, "prompt": f"prompt {n // 2}", "response": f"so {n}", "reward": n % 2}
        | {key: values[n // 2] for key, values in said.items() if values[n // 2] is not None}
        for n in range(4)
    ]


def _splits(board: Board) -> list[str]:
    """The split of each sample, in their order."""
    (info,) = board.runs().runs
    found = [(text, split) for split in info.splits for (text,) in columns(board, "response", split=split)]
    return [split for _, split in sorted(found)]


@pytest.mark.parametrize(
    "said",
    [
        {"tags": (["math", "val"], ["math"])},
        {"tags": ("math, val", "math, hard")},
        {"split": ("val", None)},
        {"split": ("val", "math")},
        {"phase": ("validation", "warmup")},
        {"is_eval": (True, None)},
    ],
    ids=lambda said: "-".join(map(str, *said.values())),
)
@pytest.mark.parametrize("name", ["eval_results.jsonl", "evals/results.jsonl"])
def test_the_name_says_the_split_of_the_rows_that_say_none(
    said: dict[str, Any], name: str, tmp_path: Path, open_board: Any
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    written(path, _rows(**said))
    board: Board = open_board(path.parent if "/" not in name else tmp_path)
    (info,) = board.runs().runs
    assert info.splits == ["eval"]
    assert info.samples == 4
    source = "folder name" if "/" in name else "file name"
    shown = info.mapping_sources.get("validation", info.mapping_sources.get("split", ""))
    assert shown.endswith(f"the others by the {source})")
    assert info.notices == []


@pytest.mark.parametrize(
    "said", [{"is_eval": (True, False)}, {"split": ("val", "train")}, {"is_train": (False, True)}]
)
def test_rows_that_say_that_they_are_of_the_training_are_and_that_is_said(
    said: dict[str, Any], tmp_path: Path, open_board: Any
) -> None:
    written(tmp_path / "eval_results.jsonl", _rows(**said))
    board: Board = open_board(tmp_path)
    assert _splits(board) == ["eval", "eval", "train", "train"]
    (notice,) = board.runs().runs[0].notices
    assert notice.text.startswith("eval_results.jsonl is an evaluation by its path, and some of its rows say")
    (tmp_path / "rlboard.toml").write_text(
        notice.text.partition("[mapping] ")[2].rstrip(".").replace(" and ", "\n")
    )
    text = (tmp_path / "rlboard.toml").read_text()
    (tmp_path / "rlboard.toml").write_text(f"[mapping]\n{text}\n")
    assert _splits(open_board(tmp_path)) == ["eval"] * 4
    assert open_board(tmp_path).runs().runs[0].notices == []


def test_a_file_of_both_splits_says_nothing_of_the_others(tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "train_and_eval.jsonl", _rows(split=("val", None)))
    assert _splits(open_board(tmp_path)) == ["eval", "eval", "train", "train"]


def test_without_a_name_of_an_evaluation_the_others_are_of_the_training(
    tmp_path: Path, open_board: Any
) -> None:
    written(tmp_path / "log.jsonl", _rows(tags=(["math", "val"], ["math"])))
    assert _splits(open_board(tmp_path)) == ["eval", "eval", "train", "train"]


@pytest.mark.parametrize("codes", [(0, 1), ("0", "1"), (2, "train")], ids=str)
def test_codes_of_splits_are_training_and_said(
    codes: tuple[object, object], tmp_path: Path, open_board: Any
) -> None:
    board: Board = open_board(written(tmp_path / "a.jsonl", _rows(split=codes)).parent)
    assert _splits(board) == ["train"] * 4
    sentence = 'The split "{}" means neither training nor evaluation here; it is shown as training.'
    said = [("odd_split", sentence.format(code)) for code in codes if code != "train"]
    assert [found for found in reasons(board) if found[0] == "odd_split"] == said


@pytest.mark.parametrize("codes", [(0, 0), (True, False), ("math", "code")], ids=str)
def test_one_code_truth_values_and_data_sets_are_not_said(
    codes: tuple[object, object], tmp_path: Path, open_board: Any
) -> None:
    board: Board = open_board(written(tmp_path / "a.jsonl", _rows(split=codes)).parent)
    assert [found for found in reasons(board) if found[0] == "odd_split"] == []
