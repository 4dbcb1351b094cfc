"""ROLL's board: a line for each sample."""

from __future__ import annotations

from logged import exploded, lines, opened
from repository import FORMATS, SAMPLES

from tensorboard_plugin_rlboard.formats.frameworks.roll_board import ROLL_BOARD
from tensorboard_plugin_rlboard.formats.registry import recognise


def test_the_rewards_of_rolls_board_end_where_the_response_ends() -> None:
    first, second, _ = lines(FORMATS / "roll_board" / "padded.jsonl")
    assert recognise(first) is ROLL_BOARD
    row = opened(ROLL_BOARD, first)
    assert row.token_strings == ["4", "<|im_end|>"]
    assert row.aligned.values["token_rewards"].tolist() == [0.0, 1.0]
    assert row.aligned.values["entropies"].tolist() == [0.75, 0.5]
    assert row.aligned.mask is not None
    assert row.aligned.mask.tolist() == [True, True]
    assert "values" not in row.aligned.values
    assert not row.mismatches
    assert row.texts["response"] == "4<|im_end|><pad>"
    # NaN before the response says that the array does not lie as it should; the copy of it goes all the same.
    found = exploded(ROLL_BOARD, second)
    assert "values" not in found.rows[0]
    assert [reason.split()[0] for reason in found.problems] == ["token_rewards"]


def test_arrays_of_rolls_board_with_something_before_the_response_are_left_out() -> None:
    found = exploded(ROLL_BOARD, lines(FORMATS / "roll_board" / "padded.jsonl")[2])
    (problem,) = found.problems
    assert problem.startswith(
        "values has 7 values, some of them before the 3 response tokens: it is left out"
    )
    (row,) = found.rows
    assert "values" not in row
    assert row["token_rewards"] == [-0.125, 0.875, 0.0]


def test_rolls_real_board() -> None:
    for path in sorted((SAMPLES / "roll" / "save_logging_board_dir").iterdir()):
        for logged in lines(path):
            assert recognise(logged) is ROLL_BOARD
            row = opened(ROLL_BOARD, logged)
            assert not row.mismatches
            rewards = row.aligned.values["token_rewards"].tolist()
            assert rewards == [*[0.0] * (len(row.token_strings) - 1), logged["reward"]]
