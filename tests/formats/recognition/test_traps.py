"""Every trap of the flat and columnar dumps, read from disk to the tab: a run for each fixture file.

After a wanted change: ``RLBOARD_UPDATE_SNAPSHOTS=1 pytest tests/formats/recognition/test_traps.py``, then read the difference.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import repository
from dumps import RULES, as_native, dump, readable
from logged import lines
from repository import FORMATS
from rollout_log import opened
from tokenizing import byte_level

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection

SNAPSHOTS = repository.SNAPSHOTS / "traps"
UPDATE = bool(os.environ.get("RLBOARD_UPDATE_SNAPSHOTS"))
NAMES = ("areal", "ms_swift", "nemo_rl", "open_instruct", "roll_board", "roll_dump", "skyrl", "verl")


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("traps")
    for name in NAMES:
        for path in sorted((FORMATS / name).glob("*.jsonl")):
            (root / name / path.stem).mkdir(parents=True)
            shutil.copy(path, root / name / path.stem / "unknown.jsonl")
    yield from opened(root)


@pytest.fixture(scope="module")
def again(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("again")
    for info in board.runs().runs:
        (root / info.run).mkdir(parents=True)
        rows = [json.dumps(row) + "\n" for row in as_native(board, info.run)]
        (root / info.run / "again.jsonl").write_text("".join(rows), encoding="utf-8")
    yield from opened(root)


def runs_of(board: Board, name: str) -> list[str]:
    return [info.run for info in board.runs().runs if info.run.startswith(f"{name}/")]


@pytest.mark.parametrize("name", NAMES)
def test_every_trap_is_read_as_it_was(name: str, board: Board) -> None:
    runs = runs_of(board, name)
    assert {run.partition("/")[2] for run in runs} == {path.stem for path in (FORMATS / name).glob("*.jsonl")}
    found: dict[str, Any] = json.loads(json.dumps({run: dump(board, run) for run in runs}))
    kept = SNAPSHOTS / f"{name}.json"
    if UPDATE:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(readable(found), encoding="utf-8")
    assert found == json.loads(kept.read_text(encoding="utf-8"))
    cut = [sample for run in found.values() for sample in run["samples"] if "cannot be opened" in sample]
    assert not cut


@pytest.mark.parametrize("name", NAMES)
def test_written_out_and_read_again_it_is_the_same(name: str, board: Board, again: Board) -> None:
    for run in runs_of(board, name):
        first, second = as_native(board, run), as_native(again, run)
        assert json.dumps(second) == json.dumps(first)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[tuple[Path, Any]]:
    """A log directory to fill, and what opens it then."""
    boards: list[Iterator[Board]] = []

    def look() -> Board:
        boards.append(opened(tmp_path))
        return next(boards[-1])

    yield tmp_path, look
    for started in boards:
        next(started, None)


def column(board: Board, run: str, name: str, split: str = "train") -> list[Any]:
    rows = board.samples(SamplesQuestion(Selection(run, split=split), RULES, limit=100))
    return list(rows.columns[name])


def write(path: Path, *rows: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_answers_to_one_prompt_of_verl_are_one_group(folder: tuple[Path, Any]) -> None:
    root, look = folder
    row = {"input": "2+2?", "output": "4", "score": 1.0, "step": 1}
    rows = [{**row, "input": f"{i}", "score": float(i), "uid": f"p{i // 2}_{i % 2}_0"} for i in range(4)]
    write(root / "run" / "1.jsonl", *rows)
    board = look()
    samples = [board.sample(SampleQuestion("run", name, RULES)) for name in column(board, "run", "id")]
    assert [sample.scalars["group_mean"] for sample in samples] == [0.5, 0.5, 2.5, 2.5]


def test_training_and_evaluation_of_a_trial_are_one_run(folder: tuple[Path, Any]) -> None:
    root, look = folder
    row = lines(FORMATS / "areal" / "versions.jsonl")[0]
    for version in (1, 2):
        write(
            root / "exp" / "trial0" / "rollout" / str(version) / "1.jsonl", {**row, "tail_version": version}
        )
    write(
        root / "exp" / "trial0" / "eval-rollout" / "2" / "9.jsonl", {**row, "tail_version": 2, "reward": 0.5}
    )
    board = look()
    (info,) = board.runs().runs
    assert (info.run, list(info.splits)) == ("exp/trial0", ["train", "eval"])
    assert column(board, "exp/trial0", "step") == [1, 2]
    assert column(board, "exp/trial0", "reward", "eval") == [0.5]


def test_a_tokenizer_beside_the_run_spells_ids_and_splits_the_conversation(folder: tuple[Path, Any]) -> None:
    root, look = folder
    made = byte_level(root / "run")
    prompt, response = made.encode("What is 64+53?").ids, made.encode(" It is 117. ✅").ids
    (line,) = lines(FORMATS / "nemo_rl" / "padded.jsonl")
    ids, mask = [*prompt, *response, 0, 0], [*[0.0] * len(prompt), *[1.0] * len(response), 0.0, 0.0]
    line |= {"token_ids": [ids], "token_loss_mask": [mask], "input_lengths": [len(ids) - 2]}
    line |= {"generation_logprobs": [[-m for m in mask]], "prev_logprobs": [[-m for m in mask]]}
    write(
        root / "run" / "logs" / "train_data_step3.jsonl", line | {"content": ["What is 64+53? It is 117. ✅"]}
    )
    (traced, *_) = lines(FORMATS / "open_instruct" / "ids.jsonl")
    traced |= {"prompt_tokens": prompt, "response_tokens": response, "ground_truth": made.encode("117").ids}
    write(root / "run" / "traces" / "x_rollouts_000000.jsonl", traced | {"logprobs": None})
    board = look()
    for run, step in (("run/logs", 3), ("run/traces", 1)):
        (name,) = column(board, run, "id")
        sample = board.sample(SampleQuestion(run, name, RULES))
        assert sample.step == step
        assert len(sample.raw_tokens) == len(response)
        assert "".join(sample.response_tokens) == " It is 117. ✅"
        assert sample.texts["prompt"].shown == "What is 64+53?"
        assert sample.texts["response"].shown == " It is 117. ✅"
    assert sample.texts["ground_truth"].shown == "117"
