"""RolloutWriter: what it writes, and that nothing it is given or meets on the disk reaches the training."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from repository import ROOT
from written_rows import rows_of, written

from tensorboard_plugin_rlboard.writer import RolloutWriter


def test_one_line_per_sample_with_the_fields_as_given(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path / "run", rank=3) as writer:
        writer.log(
            step=7,
            prompt="青山\n?",
            response="流水",
            response_tokens=["流", "水"],
            logprobs=[-0.5, -1.0],
            kind="zh",
        )
        writer.log(step=8, reward=1.0)
    assert writer.path == tmp_path / "run" / "rollouts.rank_3.jsonl"
    raw = writer.path.read_bytes()
    assert raw.count(b"\n") == 2
    assert raw.endswith(b"\n")
    assert "流水".encode() in raw
    assert rows_of(writer) == [
        {
            "step": 7, "split": "train", "prompt": "青山\n?", "response": "流水", "kind": "zh",
            "response_tokens": ["流", "水"], "logprobs": [-0.5, -1.0],
        },
        {"step": 8, "split": "train", "reward": 1.0},
    ]  # fmt: skip
    assert (writer.written, writer.dropped) == (2, 0)


def test_token_arrays_come_last_in_the_line(tmp_path: Path) -> None:
    row = written(tmp_path, entropies=[1.0], group_id="a", logprobs=[0.0], reward=2)
    assert list(row) == ["step", "split", "reward", "group_id", "entropies", "logprobs"]


def test_without_a_thread_a_line_is_on_disk_before_the_call_returns(tmp_path: Path) -> None:
    writer = RolloutWriter(tmp_path, background=False)
    writer.log(step=1)
    assert len(rows_of(writer)) == 1
    writer.flush()
    writer.close()


def test_flush_waits_until_all_is_on_disk(tmp_path: Path) -> None:
    writer = RolloutWriter(tmp_path)
    for step in range(100):
        writer.log(step=step)
    writer.flush()
    assert [row["step"] for row in rows_of(writer)] == list(range(100))
    assert writer.written == 100
    writer.close()


def test_none_is_left_out_but_nested_none_stays(tmp_path: Path) -> None:
    row = written(tmp_path, values=None, ground_truth=None, logprobs=[None, -1.0])
    assert row == {"step": 1, "split": "train", "logprobs": [None, -1.0]}


def test_a_split_other_than_train_has_its_own_file(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, split="eval") as writer:
        writer.log(step=0)
    assert writer.path.name == "rollouts.eval.rank_0.jsonl"
    assert rows_of(writer)[0]["split"] == "eval"


def test_non_finite_numbers_are_bare(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        writer.log(step=1, reward=float("nan"), values=np.array([np.inf, -np.inf, np.nan], np.float32))
    assert '"reward":NaN' in writer.path.read_text()
    assert '"values":[Infinity,-Infinity,NaN]' in writer.path.read_text()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_are_written_as_short_as_their_type_allows(
    tmp_path: Path, dtype: type[np.floating[Any]]
) -> None:
    given = np.array([0.1, -3.3, 1e-20 if dtype is not np.float16 else 1e-3, 0.0], dtype)
    with RolloutWriter(tmp_path, precision=None) as writer:
        writer.log(step=1, logprobs=given, reward=given[0])
    text = writer.path.read_text()
    assert '"reward":0.1,' in text
    assert '"logprobs":[0.1,-3.3,' in text
    row = rows_of(writer)[0]
    np.testing.assert_array_equal(np.array(row["logprobs"]).astype(dtype), given)


def test_every_float32_survives_the_round_trip(tmp_path: Path) -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 4000, dtype=np.uint32)
    given = bits.view(np.float32)
    back = np.array(written(tmp_path, logprobs=given)["logprobs"]).astype(np.float32)
    np.testing.assert_array_equal(back, given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.array(5), 5),
        (np.array(0.5, np.float16), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("句"), "句"),
        (np.array([1, 2], np.uint8), [1, 2]),
        (np.array([[0.1], [0.2]], np.float32), [[0.1], [0.2]]),
        (np.array(["a", None, 1.5], object), ["a", None, 1.5]),
        (np.array([True, False]), [True, False]),
        ([np.float32(0.1), np.array(0.2, np.float32)], [0.1, 0.2]),
        ((1, (2, 3)), [1, [2, 3]]),
        (b"caf\xc3\xa9 \xff", "café \ufffd"),
        ({"score": np.float32(0.1), 3: (1,)}, {"score": 0.1, "3": [1]}),
        ({4}, [4]),
        (range(3), [0, 1, 2]),
        (Path("a"), "a"),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_values_of_any_type(tmp_path: Path, given: object, expected: object) -> None:
    assert written(tmp_path, value=given)["value"] == expected


def test_surrogates_do_not_break_the_file(tmp_path: Path) -> None:
    row = written(tmp_path, response="a\ud83d|\ud83d\ude00", response_tokens=["\udce4"])
    assert row["response"] == "a\ufffd|😀"
    assert row["response_tokens"] == ["\ufffd"]


def test_threads_do_not_interleave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:50]))  # several writes per line
    with RolloutWriter(tmp_path) as writer, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda step: writer.log(step=step, prompt=str(step) * 50), range(200)))
    rows = rows_of(writer)
    assert sorted(row["step"] for row in rows) == list(range(200))
    assert all(row["prompt"] == str(row["step"]) * 50 for row in rows)
    assert writer.written == 200


def test_a_batch_is_split_into_samples_and_cut_to_lengths(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        writer.log_batch(
            step=np.array(4),
            prompt=["p", "q"],
            reward=np.array([0.1, 0.2], np.float32),
            response_tokens=[["a", "<eos>", "<pad>"], ["b", "c", "<eos>"]],
            logprobs=np.array([[-1.0, -2.0, 0.0], [-3.0, -4.0, -5.0]]),
            my_mask=np.array([[1, 1, 0], [1, 1, 1]]),
            messages=[[1, 2, 3, 4], None],
            values=[None, [1.0, 2.0, 3.0]],
            source="songs",
            lengths=np.array([2, 3]),
        )
    first, second = rows_of(writer)
    assert first == {
        "step": 4, "split": "train", "prompt": "p", "reward": 0.1, "my_mask": [1, 1], "messages": [1, 2, 3, 4],
        "source": "songs", "response_tokens": ["a", "<eos>"], "logprobs": [-1.0, -2.0],
    }  # fmt: skip
    assert second["logprobs"] == [-3.0, -4.0, -5.0]
    assert second["values"] == [1.0, 2.0, 3.0]


def test_a_batch_without_lengths_keeps_everything(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        writer.log_batch(step=1, logprobs=[[0.0], [0.0, -1.0]])
        writer.log_batch(step=2, prompt=[])
    assert [row["logprobs"] for row in rows_of(writer)] == [[0.0], [0.0, -1.0]]


@pytest.mark.parametrize(
    ("fields", "lost"),
    [
        ({"prompt": ["a", "b"], "reward": [1.0]}, 2),
        ({"prompt": ["a", "b", "c"], "lengths": [1, 1]}, 3),
        ({"prompt": ["a", "b"], "lengths": 2, "logprobs": [[0.0], [0.0]]}, 2),
        ({"prompt": "no list at all"}, 1),
    ],
)
def test_a_ragged_batch_is_dropped_whole(tmp_path: Path, fields: dict[str, Any], lost: int) -> None:
    with RolloutWriter(tmp_path) as writer:
        writer.log_batch(step=1, **fields)
    assert (writer.written, writer.dropped) == (0, lost)


@pytest.mark.slow
def test_torch_tensors(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    weight = torch.tensor([[0.1, -0.2, 0.3], [0.4, 0.5, float("nan")]], requires_grad=True)
    with RolloutWriter(tmp_path, precision=None) as writer:
        writer.log_batch(
            step=torch.tensor(3),
            response=["a", "b"],
            logprobs=weight * 1,
            values=weight.bfloat16(),
            advantages=weight.half().transpose(0, 1).T,
            reward=torch.tensor([1, 2]),
            flag=torch.tensor([True, False]),
            lengths=torch.tensor([2, 3]),
        )
        writer.log(step=4, logprobs=[torch.tensor(0.1), torch.tensor(7)])
    first, second, third = rows_of(writer)
    assert first["step"] == 3
    assert first["logprobs"] == [0.1, -0.2]
    assert first["values"] == pytest.approx([0.10009765625, -0.2001953125], rel=1e-7)
    assert first["reward"] == 1
    assert first["flag"] is True
    assert second["logprobs"][:2] == [0.4, 0.5]
    assert math.isnan(second["advantages"][2])
    assert third["logprobs"] == [0.1, 7]


def test_the_writer_needs_neither_tensorboard_nor_torch_nor_numpy(tmp_path: Path) -> None:
    script = """
        import sys
        for blocked in ("tensorboard", "torch", "numpy", "duckdb", "werkzeug"):
            sys.modules[blocked] = None
        from tensorboard_plugin_rlboard.writer import RolloutWriter
        with RolloutWriter(sys.argv[1]) as writer:
            writer.log(step=1, logprobs=[-0.5, -0.123456], prompt="p", reward=1)
        assert (writer.written, writer.dropped) == (1, 0)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], check=True, cwd=ROOT)
    assert (
        tmp_path / "rollouts.rank_0.jsonl"
    ).read_text() == '{"step":1,"split":"train","prompt":"p","reward":1,"logprobs":[-0.5,-0.123]}\n'
