"""A dump folder of miles: rollouts, train data and conversations are one run, and its numbers are those of its viewer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from answers import columns, ids, ignored
from dumps import RULES
from logged import exploded
from miles_dumps import settle
from packing import dump_of, sample, text, write_torch
from repository import SAMPLES
from rollout_log import TestLog, opened
from unpacked_rows import rows_of

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.frameworks.slime import SLIME
from tensorboard_plugin_rlboard.sources.containers.dumps.plain_values import PlainConverter
from tensorboard_plugin_rlboard.sources.containers.torch_file import TorchArchive

DUMP = SAMPLES / "miles" / "dump"
# Ours -> column of the train data; miles' viewer (views_tokens.js) colours these and two that follow from them.
COLUMNS = {
    "logprobs": "log_probs",
    "ref_logprobs": "ref_log_probs",
    "entropies": "entropy",
    "ref_entropy": "ref_entropy",
    "advantages": "advantages",
    "returns": "returns",
}


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    yield from opened(SAMPLES / "miles")


def arrays_by_index(board: Board, step: int, split: str = "train") -> dict[int, dict[str, Any]]:
    """Index of a sample -> its token arrays, the tokens themselves among them."""
    found = {}
    chosen = Selection("dump", split=split, step=step)
    for name in board.samples(SamplesQuestion(chosen, RULES, limit=50)).columns["id"]:
        sample = board.sample(SampleQuestion("dump", str(name), RULES))
        arrays = board.token_lists(TokensQuestion("dump", str(name)))
        found[int(sample.texts["sample_id"].shown)] = {**arrays, "tokens": list(sample.response_tokens)}
    return found


def viewed(name: str) -> list[dict[str, Any]]:
    """The rows that miles' viewer reads of a rollout."""
    with duckdb.connect() as database:
        table = database.execute("SELECT * FROM read_parquet(?)", [str(DUMP / "dashboard_columns" / name)])
        keys = [column[0] for column in table.description]
        return [dict(zip(keys, values, strict=True)) for values in table.fetchall()]


def trained(rollout: int) -> dict[int, dict[str, list[float]]]:
    """Index of a sample -> column -> values, of the shards of ranks 0 and 2, which hold one half of the samples each."""
    found: dict[int, dict[str, list[float]]] = {}
    for rank in (0, 2):
        whole: Any = PlainConverter().convert(
            TorchArchive(DUMP / "train_data" / f"{rollout}_{rank}.pt").load()
        )
        columns = whole["rollout_data"]
        for place, index in enumerate(columns["sample_indices"]):
            found[index] = {column: columns[column][place] for column in COLUMNS.values()}
    return found


def test_a_dump_folder_is_one_run(board: Board) -> None:
    (run,) = board.runs().runs
    assert (run.run, run.samples, run.splits) == ("dump", 20, ["train", "eval"])
    named = " ".join(file for file, _ in ignored(board))
    assert "train_data" not in named
    assert "/trajectory/" not in named


@pytest.mark.parametrize("rollout", [0, 1])
def test_its_numbers_are_those_of_its_viewer(board: Board, rollout: int) -> None:
    shown, computed = arrays_by_index(board, rollout), trained(rollout)
    rows = viewed(f"rollout_{rollout}.parquet")
    assert len(rows) == len(shown) == len(computed) == 8
    for row in rows:
        ours, theirs = shown[row["sample_index"]], computed[row["sample_index"]]
        assert ours["tokens"] == [f"t{token}" for token in row["tokens"][-row["response_length"] :]]
        sampled = np.array(row["rollout_log_probs"])
        assert ours["rollout_logprobs"] == pytest.approx(sampled, abs=1e-6)
        for name, column in COLUMNS.items():
            assert ours[name] == theirs[column], name
        difference = np.array(theirs["log_probs"]) - sampled
        assert ours["mismatch"] == pytest.approx(difference, abs=1e-6)  # lp_diff
        assert ours["importance_ratio"] == pytest.approx(np.exp(difference), abs=1e-6)  # imp_ratio


def test_an_evaluation_has_what_the_sampler_wrote(board: Board) -> None:
    shown = arrays_by_index(board, 0, "eval")
    rows = viewed("rollout_eval_0.parquet")
    assert len(rows) == len(shown) == 4
    for row in rows:
        ours = shown[row["sample_index"]]
        assert ours["rollout_logprobs"] == pytest.approx(row["rollout_log_probs"], abs=1e-6)
        assert not set(COLUMNS) & ours.keys()


def test_a_recorded_conversation_is_shown(board: Board) -> None:
    """Two samples of a rollout have one, the others the messages of their prompt, if it has any."""
    talks = {}
    for name in board.samples(
        SamplesQuestion(Selection("dump", split="train", step=1), RULES, limit=50)
    ).columns["id"]:
        sample = board.sample(SampleQuestion("dump", str(name), RULES))
        talks[sample.texts["sample_id"].shown] = sample.messages or ()
    roles = ["system", "user", "assistant", "tool", "assistant"]
    assert [message.role for message in talks["8"]] == [message.role for message in talks["9"]] == roles
    assert talks["8"][2].thinking.startswith("The user asks a question")
    assert talks["9"][-1].content == "The answer for sample 9 is 42."
    assert talks["11"] == ()


def test_train_data_that_comes_later_is_joined(tmp_path: Path) -> None:
    shutil.copytree(DUMP, tmp_path / "dump")
    later = tmp_path / "train_data"
    (tmp_path / "dump" / "train_data").rename(later)
    settle(tmp_path)
    with TestLog(tmp_path / "dump", tmp_path / "cache") as log:
        board = log.open()
        assert "logprobs" not in {token.name for token in board.runs().runs[0].token_metrics}
        for rank in range(4):  # one after the other, as ranks write them
            (tmp_path / "dump" / "train_data").mkdir(exist_ok=True)
            shutil.copy(later / f"0_{rank}.pt", tmp_path / "dump" / "train_data")
            board.indexer.index_now()
        (run,) = board.runs().runs
        assert (run.samples, run.problems) == (20, 0)
        assert "logprobs" in {token.name for token in run.token_metrics}
        chosen = Selection(".", split="train", step=0)
        rows = board.samples(SamplesQuestion(chosen, RULES, limit=50)).columns
        for name in rows["id"]:
            assert "logprobs" in board.token_lists(TokensQuestion(".", str(name)))
        again = log.open()  # a new start, with what was kept
        assert again.runs().runs[0].samples == 20
        assert "logprobs" in {token.name for token in again.runs().runs[0].token_metrics}


def test_train_data_without_its_rollout_is_named(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    shutil.copytree(DUMP / "train_data", tmp_path / "train_data")
    board = open_board(tmp_path)
    assert not board.runs().runs
    assert len(ignored(board)) == 8
    assert all("beside rollout_data/ID.pt of the same rollout" in reason for _, reason in ignored(board))


def test_conversations_without_their_rollouts_are_a_run(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    shutil.copytree(DUMP / "trajectory", tmp_path / "d" / "trajectory")
    (run,) = open_board(tmp_path).runs().runs
    assert (run.run, run.samples) == ("d", 4)


@pytest.mark.parametrize(
    ("versions", "last"),
    [
        (["0", "1"], "1"),
        ([{"spans": [{"version": "3"}, {"version": "4"}]}, {"spans": []}], "4"),
        ([{"spans": []}], None),
        ([], None),
    ],
)
def test_the_version_of_the_policy_is_that_of_the_last_tokens(versions: list[Any], last: str | None) -> None:
    row = {"rollout_id": 0, "tokens": [1], "response": "", "response_length": 1, "weight_versions": versions}
    assert SLIME.to_samples is not None
    assert SLIME.to_samples(row, LineContext()).rows[0].get("weight_version") == last


def test_what_is_left_out_is_a_problem_of_the_line() -> None:
    row = {
        "rollout_id": 0,
        "tokens": [1],
        "response": "",
        "response_length": 1,
        "train_data": {"rewards": 0.5, "raw_reward": 2.0},
        "companion_problems": ["x is left out."],
    }
    found = exploded(SLIME, row)
    assert found.problems == ["x is left out."]
    assert (found.rows[0]["reward"], found.rows[0]["shaped_reward"]) == (2.0, 0.5)
    assert exploded(SLIME, {**row, "reward": 1.0}).rows[0]["reward"] == 1.0


def test_records_of_miles_are_plain_data(tmp_path: Path) -> None:
    """Newer samples and shards hold records of its own classes; they are read as their fields, and no class is made."""
    record = b"cmiles.utils.types\nAdapterRef\n)\x81}" + text("name") + text("math") + b"sb"
    path = write_torch(tmp_path / "1.pt", dump_of(sample(adapter=record)))
    assert rows_of(path)[0]["adapter"] == {"name": "math"}


def test_the_folder_of_the_rollouts_alone_is_as_good_a_log_directory(board: Board, tmp_path: Path) -> None:
    """What belongs to its files lies beside it: train data, conversations, the tokenizer."""
    shutil.copytree(DUMP, tmp_path / "dump")
    with TestLog(tmp_path / "dump" / "rollout_data") as log:
        alone = log.open()
        (run,), (whole,) = alone.runs().runs, board.runs().runs
        assert (run.run, run.samples, run.problems) == (".", whole.samples, whole.problems)
        assert run.token_metrics == whole.token_metrics
        assert {one.name for one in run.token_metrics} > {"logprobs", "ref_logprobs", "advantages"}
        for split in ("train", "eval"):
            names = ("step", "reward", "sample_id", "n_tokens", "advantage", "prompt", "response")
            found = columns(alone, *names, split=split)
            assert found == columns(board, *names, run="dump", split=split)
        first, of_whole = ids(alone)[0], ids(board, "dump")[0]
        tokens = alone.sample(SampleQuestion(".", first, RULES)).response_tokens
        assert tokens == board.sample(SampleQuestion("dump", of_whole, RULES)).response_tokens
        assert not any(token.startswith("#") for token in tokens)
