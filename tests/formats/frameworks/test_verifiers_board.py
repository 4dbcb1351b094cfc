"""Traces from the folder to the answer: runs, splits, conversations, several samples of a line, decoded ids."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from dumps import RULES, as_native, dump
from repository import FORMATS, SAMPLES
from rollout_log import opened

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection

OURS = ("verifiers", "prime_rl_tokens", "miles")
FOLDERS = (*OURS, "verifiers_legacy", "look_alikes")


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("formats")
    for folder in FOLDERS:
        shutil.copytree(FORMATS / folder, root / folder)
    yield from opened(root)


def test_each_trap_is_a_run_and_look_alikes_are_none(board: Board) -> None:
    runs = {info.run: tuple(info.splits) for info in board.runs().runs}
    assert runs["verifiers/tools"] == ("train",)
    assert runs["verifiers/evaluation"] == ("eval",)
    assert runs["verifiers/eval_of_training"] == ("eval",)
    assert runs["prime_rl_tokens/turns/token_exports"] == ("train",)
    assert runs["verifiers_legacy/outputs/evals/gsm8k--model/1f0c"] == ("eval",)
    assert runs["verifiers_legacy/run"] == ("train",)
    assert set(runs["miles"]) == {"train", "eval"}
    assert not [name for name in runs if name.startswith("look_alikes")]


def test_a_conversation_is_shown_with_its_tokens(board: Board) -> None:
    found = dump(board, "verifiers/tools")
    assert found["problems"] == []
    (sample,) = found["samples"]
    assert [one["role"] for one in sample["messages"]] == ["system", "user", "assistant", "tool", "assistant"]
    assert sample["mask"] == [True, True, True, *[False] * 5, True, True]
    assert (sample["scalars"]["reward"], sample["scalars"]["correct"]) == (2.0, 1.0)
    assert sample["step"] == 4


def test_masked_tokens_count_in_no_statistic(board: Board) -> None:
    (name,) = board.samples(SamplesQuestion(Selection("verifiers/tools"), RULES, limit=5)).columns["id"]
    scalars = board.sample(SampleQuestion("verifiers/tools", str(name), RULES)).scalars
    assert scalars["entropies_mean"] == pytest.approx((0.9 + 0.7 + 0.3 + 0.4) / 4)
    assert scalars["n_tokens"] == 10


def test_every_branch_of_a_line_can_be_opened(board: Board) -> None:
    found = dump(board, "verifiers/branches")
    assert [sample["texts"]["response"] for sample in found["samples"]] == [
        "assistant: first\n\ntool: kept\n\nassistant: second",
        "third",
    ]
    assert [sample["tokens"] for sample in found["samples"]] == [["#2", "#4", "#5"], ["#7"]]
    assert [sample["line"] for sample in found["samples"]] == [1, 1]


def test_what_is_left_out_is_a_problem(board: Board) -> None:
    kinds = {info.run: info.problems for info in board.runs().runs}
    assert kinds["verifiers/failures"] == 1
    assert kinds["verifiers/lengths"] == 3
    assert kinds["prime_rl_tokens/untrained/token_exports"] == 3


def test_written_out_as_native_and_read_again_it_is_the_same(board: Board, tmp_path: Path) -> None:
    runs = [info.run for info in board.runs().runs if info.run.startswith(OURS)]
    assert len(runs) >= 16
    for run in runs:
        (tmp_path / run).mkdir(parents=True)
        lines = [json.dumps(row) + "\n" for row in as_native(board, run)]
        (tmp_path / run / "again.jsonl").write_text("".join(lines), encoding="utf-8")
    for again in opened(tmp_path):
        for run in runs:
            assert json.dumps(as_native(again, run)) == json.dumps(as_native(board, run)), run


def test_ids_are_decoded_by_the_tokenizer_of_the_run(tmp_path: Path) -> None:
    package = pytest.importorskip("tokenizers")
    run = tmp_path / "logs" / "prime"
    shutil.copytree(SAMPLES / "prime_rl", run)
    made = package.Tokenizer(package.models.WordLevel({f"w{i}": i for i in range(401)}, unk_token="w0"))
    made.decoder = package.decoders.Fuse()
    made.save(str(run / "tokenizer.json"))
    for board in opened(tmp_path / "logs"):
        traces, exports = dump(board, "prime"), dump(board, "prime/token_exports")
        assert traces["samples"][0]["tokens"][:3] == ["w30", "w264", "w32"]
        assert traces["samples"][0]["texts"]["response"].startswith("<think>")
        assert exports["samples"][0]["tokens"][:3] == ["w30", "w264", "w32"]
        assert exports["samples"][0]["texts"]["prompt"].startswith("w1w284w201")
        assert exports["samples"][0]["texts"]["response"].startswith("w30w264w32")
