"""A reward that the settings write for a trainer's format, or of what each sample of a row has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.generic.key_mapping import mapping_format, reason_not_mapped
from tensorboard_plugin_rlboard.formats.generic.key_paths import value_at
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping

Open = Callable[[Path], Board]
BATCH = {
    "step": ["1", "1"],
    "prompt": ["p", "p"],
    "completion": ["a", "b"],
    "Accuracy": [1.0, 0.0],
    "Format": [0.5, 1.0],
    "advantages": [0.5, -0.5],
}


def samples_of(mapping: Mapping[str, str], row: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    make = mapping_format(KeyMapping(mapping)).to_samples
    assert make is not None
    return make(row, LineContext()).rows


def run_of(folder: Path, open_board: Open, reward: str = "", row: Mapping[str, object] = BATCH) -> Board:
    folder.mkdir(exist_ok=True)
    (folder / "completions.jsonl").write_text(json.dumps(row) + "\n")
    if reward:
        (folder / "rlboard.toml").write_text(f"[mapping]\nreward = {json.dumps(reward)}\n")
    return open_board(folder)


def rewards(board: Board) -> list[object]:
    from dumps import dump

    return [sample["scalars"].get("reward") for sample in dump(board, ".")["samples"]]


def notices(board: Board) -> dict[str, str]:
    (run,) = board.runs(TensorBoardRuns()).runs
    return {notice.kind: notice.text for notice in run.notices}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a * 0.5", 1.0),
        ("a * 0.5 + b * -1", -2.0),
        ("2 * a", 4.0),
        ("a * 1e-1", 0.2),
        ("a * 0.5x", None),
        ("none * 0.5", None),
        ("a * 7", 18.0),
    ],
)
def test_a_factor_may_be_a_number(path: str, value: float | None) -> None:
    """A key that is spelt like a number counts before the number."""
    assert value_at({"a": 2.0, "b": 3.0, "7": 9.0}, path) == value


def test_a_formula_of_parallel_lists_is_of_each_sample_and_its_parts_stay() -> None:
    keys = {"response": "completion[]", "prompt": "prompt[]", "reward": "Accuracy[] + Format[] * 0.5"}
    found = samples_of(keys, BATCH)
    assert [row["reward"] for row in found] == [1.25, 0.5]
    assert [(row["Accuracy"], row["Format"]) for row in found] == [(1.0, 0.5), (0.0, 1.0)]
    assert all(not any("[]" in key for key in row) for row in found)


def test_a_formula_of_rollouts_reads_what_stands_in_each_and_around_them() -> None:
    row = {"scale": 10, "rollouts": [{"text": "a", "x": 1, "y": 2}, {"text": "b", "x": 3, "y": 4}]}
    for reward in ("rollouts[].x * scale + rollouts[].y", "rollouts[].x * scale + y"):
        found = samples_of({"response": "rollouts[].text", "reward": reward}, row)
        assert [one["reward"] for one in found] == [12.0, 34.0]
        assert [(one["x"], one["y"]) for one in found] == [(1, 2), (3, 4)]


def test_a_formula_of_numbered_keys() -> None:
    row = {"out_1": "a", "out_2": "b", "acc_1": 1, "acc_2": 0, "fmt_1": 1, "fmt_2": 1}
    found = samples_of({"response": "out_#", "reward": "acc_# * 2 + fmt_#"}, row)
    assert [(one["reward"], one["acc"], one["fmt"]) for one in found] == [(3.0, 1, 1), (1.0, 0, 1)]


@pytest.mark.parametrize("response", ["outputs[] | completions[]", "out_# | answer_#"])
def test_rows_may_differ_in_where_their_samples_stand(response: str) -> None:
    for row in (
        {"completions": ["a", "b"], "answer_1": "a", "answer_2": "b"},
        {"outputs": ["a", "b"], "out_1": "a", "out_2": "b"},
    ):
        assert reason_not_mapped({"response": response}, row) == ""
        assert [one["response"] for one in samples_of({"response": response}, row)] == ["a", "b"]


def test_the_plain_sum_of_a_trainer_is_said_until_the_settings_weigh_it(
    tmp_path: Path, open_board: Open
) -> None:
    plain = run_of(tmp_path / "plain", open_board)
    assert rewards(plain) == [1.5, 1.0]
    assert "ms-swift does not log their weights" in notices(plain)["summed_reward_functions"]
    weighed = run_of(tmp_path / "weighed", open_board, "Accuracy * 1.0 + Format * 0.5")
    assert rewards(weighed) == [1.25, 0.5]
    assert not notices(weighed)


def test_a_single_function_is_no_sum(tmp_path: Path, open_board: Open) -> None:
    row = {key: value for key, value in BATCH.items() if key != "Format"}
    assert not notices(run_of(tmp_path / "one", open_board, row=row))


def test_a_reward_that_leads_to_nothing_is_said(tmp_path: Path, open_board: Open) -> None:
    from dumps import dump

    board = run_of(tmp_path / "wrong", open_board, "Acuracy")
    assert rewards(board) == [None, None]
    assert [problem[-1] for problem in dump(board, ".")["problems"]] == [
        "[mapping] looks for the reward under Acuracy, where nothing is: it has none."
    ]


def test_a_reward_written_for_a_flat_dump_takes_the_place_of_its_own(
    tmp_path: Path, open_board: Open
) -> None:
    row = {"input": "p", "output": "a", "score": 1.0, "step": 3, "acc": 0.0, "fmt": 0.5}
    assert rewards(run_of(tmp_path / "own", open_board, row=row)) == [1.0]
    assert rewards(run_of(tmp_path / "other", open_board, "acc + fmt * 0.5", row)) == [0.25]
