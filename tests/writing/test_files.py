"""The files of a writer: rotation, compression, and what happens when folder or disk are in the way."""

from __future__ import annotations

import errno
import importlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.sources.compressed.decompression import open_decompressed
from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing.output import rank_files
from tensorboard_plugin_rlboard.writing.output.rank_files import RankFiles


def has_zstd() -> bool:
    return rank_files.zstd_compressor()[0] is not None


ZSTD = pytest.mark.skipif(not has_zstd(), reason="needs Python 3.14 or the extra zstd")
NOT_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)


def steps_in(path: Path) -> list[int]:
    with open_decompressed("zstd", path.open("rb")) if path.suffix == ".zst" else path.open("rb") as file:
        return [json.loads(line)["step"] for line in file.read().splitlines()]


def rollouts(folder: Path) -> list[Path]:
    return sorted(folder.glob("rollouts*.jsonl*"))


@pytest.mark.parametrize("background", [True, False])
def test_a_file_that_is_full_is_followed_by_the_next_in_the_order_of_names(
    tmp_path: Path, background: bool
) -> None:
    with RolloutWriter(tmp_path, max_bytes=2_000, background=background) as writer:
        for step in range(100):
            writer.log(step=step, response="x" * 100)
    found = rollouts(tmp_path)
    assert [path.name for path in found[:3]] == [
        "rollouts.rank_0.jsonl",
        "rollouts.rank_0.part_00001.jsonl",
        "rollouts.rank_0.part_00002.jsonl",
    ]
    assert [step for path in found for step in steps_in(path)] == list(range(100))
    assert all(path.stat().st_size <= 2_000 for path in found)
    assert writer.path == found[-1]


def test_a_line_larger_than_a_file_may_be_has_one_of_its_own(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, max_bytes=100) as writer:
        for step in range(3):
            writer.log(step=step, response="x" * 500)
    assert [steps_in(path) for path in rollouts(tmp_path)] == [[0], [1], [2]]


def test_no_limit(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, max_bytes=0) as writer:
        for step in range(50):
            writer.log(step=step, response="x" * 500)
    assert len(rollouts(tmp_path)) == 1


def test_a_resumed_training_goes_on_in_the_last_file(tmp_path: Path) -> None:
    for first in (0, 10):
        with RolloutWriter(tmp_path, max_bytes=600) as writer:
            for step in range(first, first + 10):
                writer.log(step=step, response="x" * 50)
    found = rollouts(tmp_path)
    assert [step for path in found for step in steps_in(path)] == list(range(20))
    assert all(path.stat().st_size > 300 for path in found[:-1]), "a file that had room was left half empty"


def test_ranks_and_splits_do_not_take_each_others_files(tmp_path: Path) -> None:
    (tmp_path / "rollouts.rank_01.jsonl").touch()
    for rank, split in ((0, "train"), (1, "train"), (0, "eval"), (0, "a/b")):
        with RolloutWriter(tmp_path, rank=rank, split=split) as writer:
            writer.log(step=1)
    assert [path.name for path in rollouts(tmp_path)] == [
        "rollouts.a_b.rank_0.jsonl",
        "rollouts.eval.rank_0.jsonl",
        "rollouts.rank_0.jsonl",
        "rollouts.rank_01.jsonl",
        "rollouts.rank_1.jsonl",
    ]


def test_rotated_files_are_one_run_in_the_tab(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    with RolloutWriter(tmp_path / "run", max_bytes=1_500) as writer:
        for step in range(40):
            writer.log(step=step, response="x" * 100, reward=step)
    steps = open_board(tmp_path).steps(StepsQuestion(Selection("run")))
    assert list(steps.step) == list(range(40))
    assert [round(float(str(x))) for x in steps.metrics["reward"].mean] == list(range(40))


@ZSTD
def test_compressed_lines_are_readable_while_they_are_written(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    with RolloutWriter(tmp_path / "run", compress=True) as writer:
        for step in range(3):
            writer.log(step=step, response="x" * 100, reward=1.0)
            writer.flush()
            assert writer.path.name == "rollouts.rank_0.jsonl.zst"
            assert steps_in(writer.path) == list(range(step + 1))
        writer.log(step=3, response="y")
    assert steps_in(writer.path) == [0, 1, 2, 3]
    assert writer.written == 4
    assert list(open_board(tmp_path).steps(StepsQuestion(Selection("run"))).step) == [0, 1, 2, 3]


@ZSTD
def test_a_step_that_ends_closes_its_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tensorboard_plugin_rlboard.writing.steps.step_buffer.LATE_SECONDS", 0.0)
    monkeypatch.setattr("tensorboard_plugin_rlboard.writing.background_queue.BURST_SECONDS", 0.0)
    with RolloutWriter(tmp_path, compress=True) as writer:
        writer.log(step=1)
        writer.log(step=2)
        end = time.monotonic() + 10
        while not writer.path.exists() or 1 not in steps_in(writer.path):
            assert time.monotonic() < end, "step 1 has ended and nothing is to be read of it"
            time.sleep(0.01)


@ZSTD
def test_a_torn_archive_is_never_appended_to(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, compress=True) as writer:
        writer.log(step=1)
    torn = writer.path
    torn.write_bytes(torn.read_bytes()[:-3])
    with RolloutWriter(tmp_path, compress=True) as writer:
        writer.log(step=2)
    assert writer.path.name == "rollouts.rank_0.part_00001.jsonl.zst"
    assert steps_in(writer.path) == [2]
    with RolloutWriter(tmp_path) as plain:
        plain.log(step=3)
    assert plain.path.name == "rollouts.rank_0.part_00002.jsonl"


@ZSTD
def test_half_a_frame_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack, _ = rank_files.zstd_compressor()
    mine = RankFiles(tmp_path, "train", 0, 0, pack)
    assert mine.append([b'{"step":1}\n']) == (1, None)
    real = os.write

    def half(file: int, data: bytes) -> int:
        if len(data) > 4:
            return real(file, data[:4])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    written, error = mine.append([b'{"step":2}\n'] * 2)
    assert written == 0
    assert isinstance(error, OSError)
    monkeypatch.setattr(os, "write", real)
    assert mine.append([b'{"step":3}\n']) == (1, None)
    assert steps_in(mine.path) == [1, 3]


def test_without_zstd_plain_lines_are_written_and_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = importlib.import_module

    def absent(name: str, package: str | None = None) -> Any:
        if name.endswith("zstd"):
            raise ModuleNotFoundError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", absent)
    with RolloutWriter(tmp_path, compress=True, scalars=False) as writer:
        writer.log(step=1)
    assert steps_in(tmp_path / "rollouts.rank_0.jsonl") == [1]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "pip install" in caplog.text


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be removed")
def test_a_removed_folder_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    writer = RolloutWriter(folder)
    writer.log(step=1)
    writer.flush()
    shutil.rmtree(folder)
    writer.log(step=2)
    writer.close()
    assert steps_in(writer.path) == [2]
    assert (writer.written, writer.dropped) == (2, 0)


@NOT_ROOT
def test_permission_denied_warns_once_and_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tmp_path.chmod(0o500)
    writer = RolloutWriter(tmp_path / "run", background=False)
    writer.log(step=1)
    tmp_path.chmod(0o700)
    writer.log(step=2)
    writer.close()
    assert (writer.written, writer.dropped) == (1, 1)
    assert "PermissionError" in caplog.records[0].message
    assert len(caplog.records) == 2, "one when it failed, one at the end"


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_disk_that_refuses_to_open_or_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    real = os.open

    def refused(path: Any, *more: Any, **further: Any) -> int:
        if str(path).endswith(".jsonl"):
            raise OSError(code, os.strerror(code))
        return real(path, *more, **further)

    monkeypatch.setattr(os, "open", refused)
    writer = RolloutWriter(tmp_path, scalars=False)
    for step in range(5):
        writer.log(step=step, logprobs=[-0.5] * 10)
    writer.flush()
    assert (writer.written, writer.dropped) == (0, 5)
    assert len(caplog.records) == 1
    monkeypatch.setattr(os, "open", real)
    writer.log(step=9)
    writer.close()
    (line,) = writer.path.read_text().splitlines()
    assert json.loads(line) == {"step": 9, "split": "train", "dropped_before": 5}


def test_the_lines_before_a_failure_count_and_those_behind_it_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [b'{"step":%d}\n' % step for step in range(6)]
    mine = RankFiles(tmp_path, "train", 0, 0, None)
    real, room = os.write, [len(lines[0]) * 2 + 5]

    def filling(file: int, data: bytes) -> int:
        if not room[0]:
            room[0] = 1_000  # somebody made room
            raise OSError(errno.ENOSPC, "No space left on device")
        count = real(file, data[: room[0]])
        room[0] -= count
        return count

    monkeypatch.setattr(os, "write", filling)
    written, error = mine.append(lines)
    assert written == 5
    assert isinstance(error, OSError)
    assert mine.path.read_bytes() == b"".join(lines[:2]) + lines[2][:5] + b"\n" + b"".join(lines[3:])
