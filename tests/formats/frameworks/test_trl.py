"""TRL: its files, from Parquet to samples."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from container_formats import ANSWERED, ASKED, origin
from dumps import dump
from logged import only
from packing import write_parquet
from repository import SAMPLES

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.frameworks.trl import TRL
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.index.detect.sniff import sniff
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.reader import open_forward

Open = Callable[[Path], Board]


def trl(**more: Any) -> dict[str, Any]:
    return {"step": 3, "prompt": "2+2?", "completion": "4", **more}


def test_the_real_files_of_trl_are_recognised_and_hold_what_trl_wrote() -> None:
    folder = SAMPLES / "trl" / "plain" / "completions"
    for path in sorted(folder.iterdir()):
        assert sniff(str(path)) == (TRL, "")
        with open_forward(str(path)) as file:
            rows = [json.loads(line) for line in file]
        assert len(rows) == 8
        for row in rows:
            found = only(TRL, row)
            parts = [row["len_reward"], row.get("digit_reward", 0.0)]
            assert found["reward"] == sum(parts)
            assert (found["step"], found["response"]) == (row["step"], row["completion"])
            assert (found["ground_truth"], found["advantage"]) == (row["ground_truth"], row["advantage"])


def test_the_sum_fits_the_advantages_that_trl_wrote() -> None:
    """Advantages are the rewards of a group less their mean: so the sum is what TRL has summed, weights of 1."""
    with open_forward(str(SAMPLES / "trl" / "plain" / "completions" / "completions_00001.parquet")) as file:
        rows = [only(TRL, json.loads(line)) for line in file]
    for group in (rows[:4], rows[4:]):
        mean = sum(row["reward"] for row in group) / 4
        spread = math.sqrt(sum((row["reward"] - mean) ** 2 for row in group) / 3)
        for row in group:
            assert (row["reward"] - mean) / (spread + 1e-4) == pytest.approx(row["advantage"], abs=1e-5)


@pytest.mark.parametrize(
    ("columns", "reward"),
    [
        ({"a": 1.0, "b": 0.5, "advantage": 0.0}, 1.5),
        ({"a": 1.0, "b": None, "advantage": 0.0}, 1.0),
        ({"text": None, "b": 0.5, "advantage": 0.0}, None),  # a text that is missing, and an extra behind it
        ({"a": math.nan, "b": 0.5, "advantage": 0.0}, 0.5),
        ({"a": None, "b": None, "advantage": None}, None),
        ({"a": 1.0, "ground_truth": "4", "length": 3.0, "advantage": 0.0}, 1.0),  # an extra behind a text
        ({"a": 1.0, "n_digits": 3, "advantage": 0.0}, 1.0),
        ({"a": -0.5, "ok": True, "b": 7.0, "advantage": 0.0}, -0.5),
        ({"a": 1.0, "advantage": 0.0, "late": 9.0}, 1.0),  # an extra behind the advantage
        ({"extra": "x", "a": 1.0, "advantage": 0.0}, None),  # an extra in front: nothing tells what a is
        ({"advantage": 0.5}, None),
        ({"reward": 2.0, "advantage": 0.0}, 2.0),
    ],
)
def test_the_reward_is_the_sum_of_the_columns_of_reward_functions(
    columns: dict[str, Any], reward: float | None
) -> None:
    found = only(TRL, trl(**columns))
    assert found.get("reward") == reward
    for name, value in columns.items():
        if (
            value is not None
            and not math.isnan(value if isinstance(value, float) else 0)
            and name != "reward"
        ):
            assert found[name] == value


@pytest.mark.parametrize(
    "row",
    [
        {
            "step": 1,
            "problem_id": 7,
            "prompt": "q",
            "completion": "a",
            "reward": 1.0,
            "fmt": 0.5,
            "advantage": 0.1,
        },
        {"step": 1, "prompt": "q", "completion": "a", "reward": 1.0, "temperature": 0.7, "advantage": 0.1},
        {"prompt": "q", "completion": "a", "step": 1, "reward": 1.0, "advantage": 0.1},
    ],
)
def test_rows_with_the_keys_and_others_are_not_summed(row: dict[str, Any]) -> None:
    assert not TRL.recognise(row)
    assert TRL.recognise({"Unnamed: 0": 0, **trl(reward=1.0, format=0.5, advantage=0.1)})


@pytest.mark.parametrize("name", ["total_reward", "value", "kl"])
def test_rows_with_a_total_or_a_value_are_somebodys_own(name: str) -> None:
    row = trl(accuracy_reward=1.0, format_reward=0.5, advantage=0.1)
    assert recognise(row) is TRL
    assert recognise(row | {name: 1.5}) is not TRL


def test_a_reward_function_called_reward_stays_beside_the_sum() -> None:
    found = only(TRL, trl(reward=0.25, form=1.0, advantage=0.1))
    assert (found["reward"], found["reward_function"], found["form"]) == (1.25, 0.25, 1.0)


def test_chat_data_keeps_its_messages_and_says_which_were_sampled() -> None:
    found = only(TRL, trl(prompt=ASKED, completion=ANSWERED, a=1.0, advantage=0.0))
    assert found["prompt"] == "system: Answer 用数字.\n\nuser: 2+2?"
    assert found["response"] == "4"
    assert [(m["role"], m.get("sampled")) for m in found["messages"]] == [
        ("system", None),
        ("user", None),
        ("assistant", True),
    ]
    calls = [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"function": {"name": "add", "arguments": "2"}}],
        }
    ]
    turns = [*calls, {"role": "tool", "content": "4", "name": "add"}, *ANSWERED]
    found = only(TRL, trl(prompt="2+2?", completion=turns, a=1.0, advantage=0.0))
    assert [(m["role"], m.get("sampled")) for m in found["messages"]] == [
        ("user", None),
        ("assistant", True),
        ("tool", False),
        ("assistant", True),
    ]
    assert "add(2)" in found["response"]


def test_steps_may_be_floats_that_pandas_made() -> None:
    assert recognise(trl(step=3.0, f=0.5, advantage=0.1)) is TRL
    assert recognise(trl(step=3.5, f=0.5, advantage=0.1)) is not TRL
    assert recognise(trl(step=math.nan, f=0.5, advantage=0.1)) is not TRL


def test_distillation_is_recognised_by_having_nothing_else() -> None:
    assert recognise(trl()) is TRL
    found = only(TRL, trl())
    assert (found["step"], found["prompt"], found["response"]) == (3, "2+2?", "4")
    assert "reward" not in found


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "a", "completion": "b", "advantage": 0.5},  # no step
        trl(reward=1.0),  # no advantage, and more than a distillation has
        {**trl(advantage=0.5), "step": "3"},
        {**trl(advantage="high")},
        {"step": [1], "prompt": ["a"], "completion": ["b"], "advantages": [0.5]},  # ms-swift's columns
        {"gen_step": 1, "prompt": "a", "completion": "b", "reward": 1.0},  # ms-swift with Ray
        {"task_id": 1, "prompt": "a", "completion": "b", "reward": 1.0, "tail_version": 3},  # AReaL
    ],
)
def test_relatives_of_trl_are_not_trl(row: dict[str, Any]) -> None:
    assert recognise(row) is not TRL


def test_the_name_of_the_file_tells_the_step_too() -> None:
    assert origin(TRL, "out/completions/completions_00042.parquet") == (42, "")
    assert origin(TRL, "out/completions/other.parquet") == (None, "")


def test_chat_data_in_parquet_is_a_conversation_in_the_tab(tmp_path: Path, open_board: Open) -> None:
    message = "{'role': 'user', 'content': '2+' || i, 'tool_calls': NULL::VARCHAR[]}"
    write_parquet(
        tmp_path / "out" / "completions" / "completions_00007.parquet",
        f"SELECT 7 AS step, [{message}] AS prompt, [{{'role': 'assistant', 'content': 'is ' || j}}] AS completion, "
        "(CASE WHEN j = 0 THEN 1.0 END)::DOUBLE AS right_reward, j::DOUBLE AS long_reward, 'x' AS tag, "
        "0.5::DOUBLE AS advantage FROM range(2) a(i), range(4) b(j) ORDER BY i, j",
    )
    (run,) = open_board(tmp_path).runs().runs
    found = dump(open_board(tmp_path), run.run)
    assert (run.run, run.splits, len(found["samples"]), found["problems"]) == (
        "out/completions",
        ["train"],
        8,
        [],
    )
    first, second = found["samples"][:2]
    assert (first["step"], first["texts"]["prompt"], first["texts"]["response"]) == (7, "2+0", "is 0")
    assert first["messages"][1] == {"role": "assistant", "content": "is 0", "sampled": True}
    assert (first["scalars"]["reward"], second["scalars"]["reward"]) == (1.0, 1.0)
    assert "right_reward" not in second["scalars"]
    assert first["scalars"]["group_mean"] == pytest.approx(
        (1 + 1 + 2 + 3) / 4
    )  # samples of one prompt are a group


def test_an_evaluation_at_the_same_step_takes_the_place_of_the_training(tmp_path: Path) -> None:
    """TRL writes it over the file, cut to a batch (8 of 12 rows): what is there is shown, as nothing says what it is."""
    path = tmp_path / "completions" / "completions_00002.parquet"
    row = "SELECT 2 AS step, '{0}' || i AS prompt, 'b' AS completion, 1.0::DOUBLE AS a, 0.0::DOUBLE AS advantage FROM range({1}) t(i)"
    write_parquet(path, row.format("train", 12))
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0)
    indexer.index_now()
    board = Board(indexer)
    assert len(dump(board, "completions")["samples"]) == 12
    write_parquet(path, row.format("eval", 8))
    os.utime(path, (time.time() + 10, time.time() + 10))
    indexer.index_now()
    found = dump(board, "completions")["samples"]
    assert sorted(one["texts"]["prompt"] for one in found) == [f"eval{i}" for i in range(8)]
    assert {one["split"] for one in found} == {"train"}
    indexer.stop()


def test_a_file_caught_while_it_is_rewritten_keeps_its_samples(tmp_path: Path) -> None:
    path = tmp_path / "completions" / "completions_00001.parquet"
    path.parent.mkdir()
    real = (SAMPLES / "trl" / "plain" / "completions" / "completions_00001.parquet").read_bytes()
    path.write_bytes(real)
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0)
    indexer.index_now()
    board = Board(indexer)
    before = dump(board, "completions")["samples"]
    path.write_bytes(real[:2000])
    indexer.index_now()
    assert dump(board, "completions")["samples"] == before
    assert "still being written" in board.runs().runs[0].message
    path.write_bytes(real)
    indexer.index_now()
    assert dump(board, "completions")["samples"] == before
    assert board.runs().runs[0].message == ""
    indexer.stop()


def test_a_missing_text_is_told_from_a_missing_reward(tmp_path: Path) -> None:
    """Both are null in the table; only the type of the column tells which it is."""
    rows = "(5,'Q','A',NULL::DOUBLE,1.0::DOUBLE,'x',0.5::DOUBLE,0.0::DOUBLE),(5,'Q','B',1.0,2.0,NULL,0.9,0.0)"
    names = "step,prompt,completion,format_reward,right_reward,extracted,confidence,advantage"
    path = write_parquet(
        tmp_path / "completions/completions_00005.parquet", f"SELECT * FROM (VALUES {rows}) t({names})"
    )
    with open_forward(str(path)) as file:
        first, second = (only(TRL, json.loads(line)) for line in file)
    assert (first["reward"], first["confidence"]) == (1.0, 0.5)
    assert "format_reward" not in first
    assert (second["reward"], second["confidence"]) == (3.0, 0.9)


def test_a_table_of_reward_functions_that_are_called_after_answers(tmp_path: Path, open_board: Open) -> None:
    header = "step,prompt,completion,match_format,check_answer,is_correct_answer,advantage"
    (tmp_path / "completions.csv").write_text(f"{header}\n1,p,a,0.5,1.0,0.25,0.1\n", encoding="utf-8")
    assert columns(open_board(tmp_path), "reward", "check_answer") == [(1.75, 1.0)]
