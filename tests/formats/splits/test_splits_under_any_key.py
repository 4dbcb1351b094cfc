"""Words for both splits under a key of any name, in a log of our own words as well: the first rows may all be of the training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answers import columns
from understood import written


@pytest.mark.parametrize(
    ("key", "training", "held_out"),
    [
        ("set", "训练", "验证"),
        ("类型", "训练", "评测"),
        ("tag", "train", "val@1"),
        ("kind_of_row", "train", "eval/math"),
    ],
)
def test_words_for_both_splits_are_the_split(
    key: str, training: str, held_out: str, tmp_path: Path, open_board: Any
) -> None:
    rows = [
        {
            "step": n // 4,
            "prompt": "q",
            "response": f"o{n}",
            "reward": n,
            key: held_out if n % 4 == 3 else training,
        }
        for n in range(12)
    ]
    written(tmp_path / "log.jsonl", rows)
    board = open_board(tmp_path)
    assert [len(columns(board, "response", split=split)) for split in ("train", "eval")] == [9, 3]
    (run,) = board.runs().runs
    assert run.mapping_sources["split"] == key


def test_a_word_that_may_mean_anything_beside_the_training_is_none(tmp_path: Path, open_board: Any) -> None:
    rows = [
        {
            "step": 0,
            "prompt": "q",
            "response": f"o{n}",
            "reward": n,
            "note": ("train", "test_case_failed")[n % 2],
        }
        for n in range(6)
    ]
    written(tmp_path / "log.jsonl", rows)
    assert len(columns(open_board(tmp_path), "response", split="train")) == 6
