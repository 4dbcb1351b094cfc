"""The end of processes, forks and signals: neither hangs nor doubles lines."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
import weakref
from pathlib import Path
from typing import Any

import pytest
from repository import ROOT
from written_lines import rows_in

from tensorboard_plugin_rlboard.writer import RolloutWriter

POSIX = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


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


def test_a_writer_that_is_forgotten_writes_what_it_has(tmp_path: Path) -> None:
    writer = RolloutWriter(tmp_path)
    writer.log(step=1)
    forgotten, thread = weakref.ref(writer), writer._queue._thread
    del writer
    gc.collect()
    assert forgotten() is None
    assert thread is not None
    thread.join(60)
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
        from tensorboard_plugin_rlboard.writing import shutdown
        assert shutdown.CLOSE_SECONDS > 0.5
        shutdown.CLOSE_SECONDS = 0.5
        writer = RolloutWriter(folder)
        os.write = lambda file, data: time.sleep(1000)
        writer.log(step=1)
        """,
    )
    assert time.monotonic() - begin < 25
    assert "1 sample may be lost" in done.stderr


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
        held, pipeline = threading.Event(), writer._pipeline
        def hold():
            with writer._queue._changed, pipeline.counts._lock:
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
        assert other._pipeline.options == writer._pipeline.options
        other.log(step=2)
    assert [row["step"] for row in rows_in(tmp_path, "rollouts.rank_3.jsonl")] == [1, 2]


def test_signals_are_left_to_the_training(tmp_path: Path) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    with RolloutWriter(tmp_path) as writer:
        writer.log(step=1)
        assert {number: signal.getsignal(number) for number in before} == before


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
        signal.signal(signal.SIGPROF, stop)
        signal.setitimer(signal.ITIMER_PROF, 0.02)  # of its own processor time: also a busy machine has written by then
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
