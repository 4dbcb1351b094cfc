"""The writer's thread: what a call leaves to it, its bounds, and what it does with errors."""

from __future__ import annotations

import logging
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from written_lines import rows_in

from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing import background_queue
from tensorboard_plugin_rlboard.writing.pipeline import WritingPipeline
from tensorboard_plugin_rlboard.writing.snapshot import approximate_bytes, snapshot


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The thread does nothing until this is set."""
    opened, real = threading.Event(), WritingPipeline.process

    def late(self: WritingPipeline, items: list[Any]) -> None:
        opened.wait(60)
        real(self, items)

    monkeypatch.setattr(WritingPipeline, "process", late)
    return opened


def test_what_was_given_may_be_changed_after_the_call(tmp_path: Path, gate: threading.Event) -> None:
    array, inner, numbers = np.array([1.0, 2.0]), [3.0], [4.0]
    nested = {"turns": [{"text": "a", "scores": numbers}]}
    queue = deque([1, 2])
    with RolloutWriter(tmp_path) as writer:
        writer.log(
            step=1,
            logprobs=array,
            values=inner,
            nested=nested,
            queue=queue,
            objects=np.array([nested], object),
        )
        array[:] = 0.0
        inner[0] = 0.0
        numbers.append(5.0)
        nested["turns"][0]["text"] = "b"
        queue.clear()
        gate.set()
    (row,) = rows_in(tmp_path)
    assert row["logprobs"] == [1.0, 2.0]
    assert row["values"] == [3.0]
    assert row["nested"] == {"turns": [{"text": "a", "scores": [4.0]}]}
    assert row["queue"] == [1, 2]
    assert row["objects"] == [row["nested"]]


@pytest.mark.slow
def test_tensors_may_be_overwritten_after_the_call(tmp_path: Path, gate: threading.Event) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    tensors = {
        "logprobs": torch.full((2, 3), -0.5, requires_grad=True),
        "values": torch.full((2, 3), -0.5).bfloat16(),
        "entropies": [torch.full((3,), 0.5) for _ in range(2)],
        "returns": torch.full((3, 2), 0.5).T,
    }
    with RolloutWriter(tmp_path) as writer:
        writer.log_batch(step=torch.tensor(1), **tensors)
        with torch.no_grad():
            tensors["logprobs"].zero_()
            tensors["values"].zero_()
            tensors["returns"].zero_()
            for one in tensors["entropies"]:
                one.zero_()
        gate.set()
    for row in rows_in(tmp_path):
        assert (row["logprobs"], row["values"]) == ([-0.5] * 3, [-0.5] * 3)
        assert (row["entropies"], row["returns"]) == ([0.5] * 3, [0.5] * 3)


def test_a_full_queue_drops_counts_warns_once_and_says_so_in_the_log(
    tmp_path: Path, gate: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    writer = RolloutWriter(tmp_path, queue_samples=4)
    writer.log_batch(step=1, response=["a", "b", "c"])
    for _ in range(5):
        writer.log(step=1, response="d")
    writer.log_batch(step=1, response=["e", "f"])
    assert writer.dropped == 6
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "when_full" in caplog.text
    gate.set()
    writer.flush()
    writer.log(step=2, response="g")
    writer.close()
    rows = rows_in(tmp_path)
    assert "".join(row["response"] for row in rows) == "abcdg"
    assert [(row["response"], row["dropped_before"]) for row in rows if "dropped_before" in row] == [("g", 6)]
    assert (writer.written, writer.dropped) == (5, 6)


def test_a_queue_bounded_by_bytes_takes_one_sample_however_large(
    tmp_path: Path, gate: threading.Event
) -> None:
    writer = RolloutWriter(tmp_path, queue_bytes=1_000)
    writer.log(step=1, logprobs=np.zeros(10_000, np.float32))
    writer.log(step=2, logprobs=np.zeros(10, np.float32))
    assert writer.dropped == 1
    gate.set()
    writer.close()
    assert [row["step"] for row in rows_in(tmp_path)] == [1]


def test_waiting_for_room_loses_nothing(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, when_full="wait", queue_samples=3) as writer, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda step: writer.log(step=step), range(60)))
    assert sorted(row["step"] for row in rows_in(tmp_path)) == list(range(60))
    assert writer.dropped == 0


def test_waiting_has_an_end(tmp_path: Path, gate: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_queue, "MAX_WAIT_SECONDS", 0.05)
    writer = RolloutWriter(tmp_path, when_full="wait", queue_samples=1)
    writer.log(step=1)
    writer.log(step=2)
    assert writer.dropped == 1
    gate.set()
    writer.close()


def test_flush_and_close_have_an_end_and_say_so(
    tmp_path: Path, gate: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    writer = RolloutWriter(tmp_path)
    writer.log(step=1)
    writer.flush(timeout=0.05)
    writer.close(timeout=0.05)
    assert "1 sample not on the disk" in caplog.text
    assert len(caplog.records) == 1
    gate.set()
    writer.close()
    assert len(rows_in(tmp_path)) == 1, "late, and still written"


def test_an_error_in_the_thread_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real, script = WritingPipeline.process, iter([MemoryError("no"), SystemExit()])

    def failing(self: WritingPipeline, items: list[Any]) -> None:
        error = next(script, None)
        if error is not None:
            raise error
        real(self, items)

    monkeypatch.setattr(WritingPipeline, "process", failing)
    with RolloutWriter(tmp_path) as writer:
        for step in range(4):
            writer.log(step=step)
            writer.flush(timeout=60)
    assert rows_in(tmp_path)[-1]["step"] == 3
    assert "MemoryError" in caplog.records[0].message


def test_without_threads_the_caller_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    with RolloutWriter(tmp_path) as writer:
        for step in range(3):
            writer.log(step=step)
        assert [row["step"] for row in rows_in(tmp_path)] == [0, 1, 2]
    assert writer.dropped == 0


def test_threads_log_rows_and_batches_at_once(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: writer.log_batch(step=at, response=[str(at)] * 5), range(50)))
        list(
            pool.map(
                lambda at: writer.flush() if at % 9 == 0 else writer.log(step=at, response="x"), range(50)
            )
        )
    rows = rows_in(tmp_path)
    assert len(rows) == writer.written == 250 + 44
    assert writer.dropped == 0


def test_the_rank_is_that_of_torchrun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "5")
    assert RolloutWriter(tmp_path).path.name == "rollouts.rank_5.jsonl"
    assert RolloutWriter(tmp_path, rank=0).path.name == "rollouts.rank_0.jsonl"
    monkeypatch.setenv("RANK", "no number")
    assert RolloutWriter(tmp_path).path.name == "rollouts.rank_0.jsonl"


def test_options_that_make_no_sense_are_put_right_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    options: dict[str, Any] = {
        "when_full": "explode", "precision": 0, "max_bytes": -1, "every_n_steps": "x", "queue_bytes": 0,
        "max_samples_per_step": 0, "queue_samples": None, "config": {1: object()},
    }  # fmt: skip
    with RolloutWriter(tmp_path, rank="first", scalars=False, **options) as writer:  # type: ignore[arg-type]  # that is tested
        writer.log(step=1, logprobs=[-0.12345])
        writer.log(step=1)
    assert len(caplog.records) == 8
    assert rows_in(tmp_path) == [
        {"step": 1, "split": "train", "logprobs": [-0.123], "sampled_of": 2, "sampled_as": "random"}
    ]


def test_weights_of_snapshots() -> None:
    assert approximate_bytes(np.zeros(1000, np.float32)) == 4000
    assert 10_000 < approximate_bytes([["tok"] * 100] * 10) < 50_000
    assert approximate_bytes("x" * 1000) == 1050
    assert approximate_bytes({"a": [1.0] * 100}) > 1_000
    assert snapshot((1, 2)) == (1, 2)
    assert snapshot(bytearray(b"a")) == b"a"
