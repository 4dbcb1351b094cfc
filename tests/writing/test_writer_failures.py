"""Whatever a writer is given, and whatever the disk does, the training goes on."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from written_rows import rows_of, written

from tensorboard_plugin_rlboard.writer import RolloutWriter


class Stubborn:
    """Has neither a JSON form nor a text."""

    def __str__(self) -> str:
        raise RuntimeError("no")


class FalseArray:
    """Says it is an array and is none."""

    def __array__(self) -> None:
        raise MemoryError("no")


@pytest.mark.parametrize("thing", [Stubborn(), FalseArray()])
def test_an_object_without_any_form_does_not_cost_the_sample(tmp_path: Path, thing: object) -> None:
    row = written(tmp_path, reward=1.0, thing=thing)
    assert row["reward"] == 1.0
    assert row["thing"] == f"<{type(thing).__name__} without a text form>"


def circular() -> list[object]:
    loop: list[object] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "fields", [{"step": None}, {}, {"step": 1, "x": circular()}, {"step": 1, "x": {(1, 2): 3}}]
)
def test_a_hopeless_sample_is_dropped_and_the_next_one_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fields: dict[str, Any]
) -> None:
    with RolloutWriter(tmp_path) as writer:
        writer.log(**fields)
        writer.log(**fields)
        writer.flush()
        assert len(caplog.records) == 1
        writer.log(step=2)
    assert (writer.written, writer.dropped) == (1, 2)
    assert [(row["step"], row["dropped_before"]) for row in rows_of(writer)] == [(2, 2)]
    assert "1 sample written, 2 dropped" in caplog.text


def test_an_unusable_folder_warns_once_and_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("not a folder")
    with RolloutWriter(tmp_path / "file" / "run") as writer:
        for step in range(3):
            writer.log(step=step)
        writer.flush()
        assert (writer.written, writer.dropped) == (0, 3)
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "0 samples written, 3 dropped" in caplog.text
    assert len(caplog.records) == 2


def test_a_folder_that_becomes_usable_is_used(tmp_path: Path) -> None:
    blocker = tmp_path / "run"
    blocker.write_text("in the way")
    with RolloutWriter(blocker) as writer:
        writer.log(step=1)
        writer.flush()
        blocker.unlink()
        writer.log(step=2)
    assert [row["step"] for row in rows_of(writer)] == [2]
    assert writer.dropped == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_counted(tmp_path: Path) -> None:
    (tmp_path / "rollouts.rank_0.jsonl").symlink_to("/dev/full")
    with RolloutWriter(tmp_path) as writer:
        writer.log(step=1)
    assert (writer.written, writer.dropped) == (0, 1)


def test_a_torn_tail_stays_a_bad_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "rollouts.rank_0.jsonl"
    path.write_bytes(b'{"step": 1}\n{"step": 2, "prom')
    with RolloutWriter(tmp_path) as writer:
        writer.log(step=3)
        writer.log(step=4)
    assert path.read_bytes().splitlines() == [
        b'{"step": 1}', b'{"step": 2, "prom', b'{"step":3,"split":"train"}', b'{"step":4,"split":"train"}',
    ]  # fmt: skip


def test_a_whole_tail_is_continued_without_an_empty_line(tmp_path: Path) -> None:
    for step in (1, 2):
        with RolloutWriter(tmp_path) as writer:
            writer.log(step=step)
    assert writer.path.read_bytes() == b'{"step":1,"split":"train"}\n{"step":2,"split":"train"}\n'


def test_a_line_cut_by_the_disk_does_not_swallow_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> Iterator[int]:
        yield 5
        raise OSError(28, "No space left on device")

    real, script = os.write, failing()
    writer = RolloutWriter(tmp_path, background=False, scalars=False)
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[: next(script)]))
    writer.log(step=1)
    monkeypatch.setattr(os, "write", real)
    writer.log(step=2)
    writer.close()
    assert writer.path.read_bytes() == b'{"ste\n{"step":2,"split":"train","dropped_before":1}\n'
    assert (writer.written, writer.dropped) == (1, 1)


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:7]))
    assert (
        written(tmp_path, prompt="a longer line than seven bytes")["prompt"]
        == "a longer line than seven bytes"
    )


def test_a_closed_writer_drops(tmp_path: Path) -> None:
    writer = RolloutWriter(tmp_path)
    writer.close()
    writer.close()
    writer.log(step=1)
    writer.flush()
    assert (writer.written, writer.dropped) == (0, 1)


def test_the_writer_closes_when_the_training_fails(tmp_path: Path) -> None:
    writer = RolloutWriter(tmp_path)
    error = KeyError("the training's own error")
    with pytest.raises(KeyError), writer:
        raise error
    writer.log(step=1)
    assert writer.dropped == 1
