"""The writer's thread: what a call leaves to it, and that neither a fork, a kill nor an exit hangs or doubles lines."""

from __future__ import annotations

import gc
import json
import logging
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repository import ROOT

from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing import background_queue
from tensorboard_plugin_rlboard.writing.output import json_lines
from tensorboard_plugin_rlboard.writing.pipeline import WritingPipeline
from tensorboard_plugin_rlboard.writing.snapshot import approximate_bytes, snapshot

POSIX = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def rows_in(folder: Path, name: str = "rollouts.rank_0.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The thread does nothing until this is set."""
    opened, real = threading.Event(), WritingPipeline.process

    def late(self: WritingPipeline, items: list[Any]) -> None:
        opened.wait(20)
        real(self, items)

    monkeypatch.setattr(WritingPipeline, "process", late)
    return opened


def program(folder: Path, script: str, *, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs a program with a writer in it, and waits for its end for 30 seconds."""
    head = (
        "import os, sys, time\nfrom tensorboard_plugin_rlboard import RolloutWriter\nfolder = sys.argv[1]\n"
    )
    command = [sys.executable, "-c", head + textwrap.dedent(script), str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code, done.stderr
    return done


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
    assert sum(row.get("dropped_before", 0) for row in rows) == 6
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
    assert "1 samples are not on the disk" in caplog.text
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
            writer.flush(timeout=10)
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


def test_a_writer_that_is_forgotten_writes_what_it_has(tmp_path: Path) -> None:
    writer = RolloutWriter(tmp_path)
    writer.log(step=1)
    forgotten, thread = weakref.ref(writer), writer._queue._thread
    del writer
    gc.collect()
    assert forgotten() is None
    assert thread is not None
    thread.join(10)
    assert not thread.is_alive()
    assert len(rows_in(tmp_path)) == 1


def test_a_process_that_ends_without_close_loses_nothing(tmp_path: Path) -> None:
    program(
        tmp_path,
        """
        writer = RolloutWriter(folder)
        for step in range(200):
            writer.log(step=step, response="x" * 100, logprobs=[-0.5] * 50)
        """,
    )
    assert [row["step"] for row in rows_in(tmp_path)] == list(range(200))


def test_a_process_that_fails_loses_nothing_and_keeps_its_error(tmp_path: Path) -> None:
    done = program(
        tmp_path,
        """
        writer = RolloutWriter(folder)
        writer.log(step=1)
        raise KeyError("the training's own error")
        """,
        code=1,
    )
    assert "the training's own error" in done.stderr
    assert len(rows_in(tmp_path)) == 1


def test_the_end_of_a_process_waits_for_a_disk_that_hangs_only_so_long(tmp_path: Path) -> None:
    begin = time.monotonic()
    done = program(
        tmp_path,
        """
        import tensorboard_plugin_rlboard.writing.shutdown as ending
        ending.CLOSING = 0.5
        writer = RolloutWriter(folder)
        os.write = lambda file, data: time.sleep(1000)
        writer.log(step=1)
        """,
    )
    assert time.monotonic() - begin < 25
    assert "1 samples may be lost" in done.stderr


@POSIX
def test_what_a_kill_costs(tmp_path: Path) -> None:
    script = """
        import signal
        writer = RolloutWriter(folder, background={background})
        for step in range(20):
            writer.log(step=step, response="x" * 1000)
        {wait}
        for step in range(20, 25):
            writer.log(step=step, response="x" * 1000)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    for background, wait, least in ((False, "", 25), (True, "writer.flush()", 20)):
        folder = tmp_path / str(background)
        folder.mkdir()
        program(folder, script.format(background=background, wait=wait), code=-signal.SIGKILL)
        steps = [row["step"] for row in rows_in(folder)]
        assert steps == list(range(len(steps)))
        assert least <= len(steps) <= 25


@POSIX
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*")
def test_a_forked_child_neither_hangs_nor_doubles_lines(tmp_path: Path) -> None:
    done = program(
        tmp_path,
        """
        import logging, warnings
        warnings.simplefilter("ignore")
        logging.basicConfig()
        writer = RolloutWriter(folder)
        for step in range(50):
            writer.log(step=step, response="x" * 1000)
        children = []
        for number in range(3):
            child = os.fork()
            if not child:
                writer.log(step=1000)
                writer.log_batch(step=1000, response=["a", "b"])
                writer.flush()
                writer.close()
                assert writer.dropped == 3, writer.dropped
                with RolloutWriter(folder, rank=1 + number) as mine:
                    mine.log(step=number)
                sys.exit(0)
            children.append(child)
        for child in children:
            assert os.waitpid(child, 0)[1] == 0
        writer.log(step=50)
        """,
    )
    assert [row["step"] for row in rows_in(tmp_path)] == list(range(51))
    assert [len(rows_in(tmp_path, f"rollouts.rank_{rank}.jsonl")) for rank in (1, 2, 3)] == [1, 1, 1]
    assert done.stderr.count("make one here") == 3


@POSIX
def test_a_fork_while_locks_are_held(tmp_path: Path) -> None:
    program(
        tmp_path,
        """
        import threading, warnings
        warnings.simplefilter("ignore")
        writer = RolloutWriter(folder)
        writer.log(step=0)
        held, core = threading.Event(), writer._core
        def hold():
            with writer._pump._changed, core.account._lock:
                held.set()
                time.sleep(1)
        threading.Thread(target=hold).start()
        held.wait()
        child = os.fork()
        if not child:
            writer.log(step=1)
            writer.close()
            os._exit(0 if writer.dropped == 1 else 3)
        assert os.waitpid(child, 0)[1] == 0
        """,
    )
    assert len(rows_in(tmp_path)) == 1


def _log_in_a_process(folder: str) -> None:
    writer = RolloutWriter(folder, rank=7)
    writer.log(step=1, response="from a child")


@POSIX
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*")
def test_a_process_of_multiprocessing_that_ends_without_close(tmp_path: Path, method: str) -> None:
    context: Any = multiprocessing.get_context(method)
    child = context.Process(target=_log_in_a_process, args=(str(tmp_path),))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    assert len(rows_in(tmp_path, "rollouts.rank_7.jsonl")) == 1


def test_a_writer_that_is_sent_elsewhere_is_made_anew_there(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, 3, precision=2, max_samples_per_step=5) as writer:
        writer.log(step=1)
    with pickle.loads(pickle.dumps(writer)) as other:
        assert other._core.options == writer._pipeline.options
        other.log(step=2)
    assert [row["step"] for row in rows_in(tmp_path, "rollouts.rank_3.jsonl")] == [1, 2]


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
    with RolloutWriter(tmp_path, rank="first", scalars=False, **options) as writer:  # type: ignore[arg-type]
        writer.log(step=1, logprobs=[-0.12345])
        writer.log(step=1)
    assert len(caplog.records) == 8
    assert rows_in(tmp_path) == [
        {"step": 1, "split": "train", "logprobs": [-0.123], "sampled_of": 2, "sampled_as": "random"}
    ]


def test_signals_are_left_to_the_training(tmp_path: Path) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    with RolloutWriter(tmp_path) as writer:
        writer.log(step=1)
        assert {number: signal.getsignal(number) for number in before} == before


def test_weights_of_snapshots() -> None:
    assert approximate_bytes(np.zeros(1000, np.float32)) == 4000
    assert 10_000 < approximate_bytes([["tok"] * 100] * 10) < 50_000
    assert approximate_bytes("x" * 1000) == 1050
    assert approximate_bytes({"a": [1.0] * 100}) > 1_000
    assert snapshot((1, 2)) == (1, 2)
    assert snapshot(bytearray(b"a")) == b"a"


class Hostile:
    """Raises whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        raise ValueError(name)

    def __str__(self) -> str:
        raise KeyError("no")

    def __len__(self) -> int:
        raise OSError("no")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary()
    | st.builds(Hostile) | st.builds(object) | st.builds(lambda: np.zeros((2, 2))) | st.builds(lambda: np.array(3))
    | st.builds(lambda: np.array([{"a": [1]}, None], object)) | st.builds(lambda: np.array(["a", "b"]))
    | st.builds(lambda: np.float32(1.5)) | st.complex_numbers() | st.just(float) | st.just({1, 2}),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    | st.tuples(inner, inner),
    max_leaves=8,
)  # fmt: skip
KEYS = st.sampled_from(
    ["prompt", "response", "response_tokens", "logprobs", "ref_logprobs", "reward", "values", "split", "step", "x",
     "group_id", "finish_reason", "response_mask", "entropies"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=4),
    batches=st.lists(st.dictionaries(KEYS | st.just("lengths"), VALUES, max_size=5), max_size=3),
    options=st.fixed_dictionaries({
        "max_samples_per_step": st.none() | st.just(2), "precision": st.none() | st.just(3),
        "background": st.booleans(), "every_n_steps": st.sampled_from([1, 2]), "max_bytes": st.sampled_from([0, 300]),
    }),
)  # fmt: skip
def test_nothing_that_is_logged_disturbs_and_every_sample_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, Any]],
    batches: list[dict[str, Any]],
    options: dict[str, Any],
) -> None:
    folder = tmp_path_factory.mktemp("run")
    with RolloutWriter(folder, **options) as writer:
        for row in rows:
            writer.log(**{"step": 1, **row})
        singles = len(rows)
        for batch in batches:
            writer.log_batch(**{"step": 2, **batch})
        writer.log(step=3, response="last")
    lines = [line for path in folder.glob("*.jsonl") for line in path.read_bytes().splitlines()]
    for line in lines:
        assert isinstance(json.loads(line), dict)
    assert len(lines) == writer.written
    assert writer.written + writer.dropped + writer.skipped >= singles + 1
    assert not any(thread.name == "rlboard-writer" and thread.is_alive() for thread in threading.enumerate())


def test_an_error_while_lines_are_made_costs_only_their_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, script = json_lines.encode_rows, iter([MemoryError("no")])

    def failing(*given: Any) -> Any:
        error = next(script, None)
        if error is not None:
            raise error
        return real(*given)

    monkeypatch.setattr("tensorboard_plugin_rlboard.writing.pipeline.encode", failing)
    with RolloutWriter(tmp_path) as writer:
        writer.log_batch(step=1, response=["a"] * 100)
    assert (writer.written, writer.dropped) == (36, 64)
    assert rows_in(tmp_path)[0]["dropped_before"] == 64


@POSIX
def test_a_signal_handler_may_close_the_writer_wherever_it_comes(tmp_path: Path) -> None:
    program(
        tmp_path,
        """
        import signal
        writer = RolloutWriter(folder)
        def stop(*_):
            writer.close()
            sys.exit(7)
        signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        step = 0
        while True:
            writer.log(step=step, response="x" * 50, logprobs=[-0.5] * 20)
            step += 1
        """,
        code=7,
    )
    steps = [row["step"] for row in rows_in(tmp_path)]
    assert steps == list(range(len(steps)))
    assert len(steps) > 10
