"""What takes long to unpack is unpacked by a process: the same bytes, the same words, and nothing left behind."""

from __future__ import annotations

import errno
import gzip
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from archives import spooled
from repository import ROOT
from rollout_log import line

from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources import mounts as mounts_module
from tensorboard_plugin_rlboard.sources import reader, unpack_worker
from tensorboard_plugin_rlboard.sources.compressed import unpack_cache, unpack_process
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.compressed.unpack_jobs import UnpackJobs
from tensorboard_plugin_rlboard.sources.compressed.unpack_process import MAX_MEMORY, MODULE
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind

TEXT = b"".join(line(step) for step in range(1, 200))
SIGNATURE = (1, 2, 3, 4)


@pytest.fixture(autouse=True)
def everything_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_cache, "INLINE_SECONDS", -1.0)
    monkeypatch.setattr(unpack_cache, "INLINE_BYTES", 0)


def ended(cache: UnpackCache) -> None:
    """Wait for the processes that unpack; a machine may be slow."""
    end = time.monotonic() + 60
    while cache.jobs.paths[0]:
        cache.jobs.wait(1.0)
        assert time.monotonic() < end


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no system keeps such a limit")
def test_what_takes_too_much_memory_is_said_in_one_sentence(
    tmp_path: Path, fresh_spool: UnpackCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack_process, "MAX_MEMORY", 300 * 1024**2)
    path = tmp_path / "a.json"
    path.write_text(f'[{{"response": "a", "x": [{",".join(["[]"] * 5_000_000)}]}}]')  # 360 MB of lists
    with pytest.raises(OSError, match="takes more than 300 MB of memory to unpack; write one row a line"):
        fresh_spool.update(str(path), SIGNATURE, settled=True)
    assert spooled(fresh_spool) == []


def test_nobody_waits_and_the_bytes_are_the_same(tmp_path: Path, fresh_spool: UnpackCache) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(TEXT))
    assert not fresh_spool.is_current(str(path), SIGNATURE, settled=True)
    assert fresh_spool.is_waiting(str(path)) or not fresh_spool.jobs.paths[0]
    ended(fresh_spool)
    assert not fresh_spool.is_waiting(str(path))
    assert fresh_spool.is_current(str(path), SIGNATURE, settled=True)
    assert fresh_spool.update(str(path), SIGNATURE, settled=True) == len(TEXT)
    with fresh_spool.open(str(path)) as file:
        assert file.read() == TEXT
    assert fresh_spool.damage(str(path)) == ""
    assert fresh_spool.jobs.paths == ([], [])


@pytest.mark.parametrize("cut", [0, 30], ids=["whole members", "in the middle of a member"])
def test_an_archive_that_grows_afterwards_is_continued(
    tmp_path: Path, fresh_spool: UnpackCache, cut: int
) -> None:
    path = tmp_path / "a.jsonl.gz"
    whole = gzip.compress(TEXT[:5000]) + gzip.compress(TEXT[5000:])
    first = len(gzip.compress(TEXT[:5000])) + cut
    path.write_bytes(whole[:first])
    begun = fresh_spool.update(str(path), SIGNATURE, settled=True)
    assert begun < len(TEXT)
    assert bool(fresh_spool.damage(str(path))) == bool(cut)
    path.write_bytes(whole)
    assert fresh_spool.update(str(path), (9, 9, 9, 9), settled=True) == len(TEXT)
    with fresh_spool.open(str(path)) as file:
        assert file.read() == TEXT
    assert fresh_spool.damage(str(path)) == ""


def test_zeros_in_an_archive_stay_said_while_it_grows(tmp_path: Path, fresh_spool: UnpackCache) -> None:
    path = tmp_path / "a.jsonl.gz"
    holed = gzip.compress(TEXT[:5000]) + bytes(40)
    path.write_bytes(holed)
    assert fresh_spool.update(str(path), SIGNATURE, settled=True) == 5000
    assert "40 bytes of zeros" in fresh_spool.damage(str(path))
    path.write_bytes(holed + gzip.compress(TEXT[5000:]))
    assert fresh_spool.update(str(path), (9, 9, 9, 9), settled=True) == len(TEXT)
    assert "40 bytes of zeros" in fresh_spool.damage(str(path))


def test_what_is_wrong_is_said_as_if_unpacked_here(
    tmp_path: Path, fresh_spool: UnpackCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrupt = bytearray(gzip.compress(os.urandom(20_000) + TEXT))
    corrupt[9000] ^= 255
    contents = {
        "corrupt.jsonl.gz": bytes(corrupt),
        "trailing.jsonl.gz": gzip.compress(TEXT) + b"rubbish",
        "zeros.jsonl.gz": gzip.compress(TEXT) + bytes(40),
        "torn.parquet": b"PAR1 and no more",
        "empty.parquet": b"PAR1" + b"\0" * 20 + b"PAR1",
    }
    said: dict[str, list[str]] = {name: [] for name in contents}
    for seconds, size in ((-1.0, 0), (60.0, 1 << 30)):
        monkeypatch.setattr(unpack_cache, "INLINE_SECONDS", seconds)
        monkeypatch.setattr(unpack_cache, "INLINE_BYTES", size)
        fresh_spool.clear()
        fresh_spool._long.clear()
        for name, content in contents.items():
            path = tmp_path / name
            path.write_bytes(content)
            try:
                found = str(fresh_spool.update(str(path), SIGNATURE, settled=True))
            except OSError as error:
                found = f"{type(error).__name__} {error.strerror}"
            said[name].append(f"{found} {fresh_spool.damage(str(path))}")
    assert all(len(set(words)) == 1 and words[0] for words in said.values()), said
    assert "corrupt" in said["corrupt.jsonl.gz"][0]


def test_few_bytes_that_are_many_are_unpacked_by_a_process(
    tmp_path: Path, fresh_spool: UnpackCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack_cache, "INLINE_SECONDS", 60.0)
    monkeypatch.setattr(unpack_cache, "INLINE_BYTES", 1 << 30)
    for name, characters in (("small", 1000), ("large", 70_000)):
        path = tmp_path / f"{name}.parquet"
        duckdb.execute(
            f"COPY (SELECT i AS step, repeat('x', {characters}) AS response FROM range(150) t(i)) "
            f"TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
        )
        assert path.stat().st_size < 10_000
        is_here = fresh_spool.is_current(str(path), SIGNATURE, settled=True)
        assert is_here == (name == "small")
        assert fresh_spool.jobs.paths[0] == ([] if is_here else [str(path)])
        fresh_spool.update(str(path), SIGNATURE, settled=True)
        with fresh_spool.open(str(path)) as file:  # page by page, each row once and in its order
            assert [json.loads(line)["step"] for line in file] == list(range(150))


def test_beyond_the_budget_it_is_cut_and_says_so(tmp_path: Path) -> None:
    cache = UnpackCache(reader._open_stored, file_kind, budget=1000)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"x" * 400_000_000, 1))
    try:
        size = cache.update(str(path), SIGNATURE, settled=True)
        assert 0 < size < 400_000_000
        assert "Unpack it to see the others" in cache.damage(str(path))
    finally:
        cache.clear()


def test_stopping_leaves_nothing(tmp_path: Path, fresh_spool: UnpackCache) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(TEXT))
    assert not fresh_spool.is_current(str(path), SIGNATURE, settled=True)
    fresh_spool.jobs.stop()
    assert fresh_spool.jobs.paths == ([], [])
    assert spooled(fresh_spool) == []


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"x" * 400_000_000, 1))
    command = [sys.executable, "-m", MODULE, str(path), str(tmp_path / "out"), str(MAX_MEMORY), ""]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        until = time.monotonic() + 60
        while not (tmp_path / "out").exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        assert process.poll() is None, "it unpacks"
        process.stdin.close()  # what a killed parent leaves
        process.wait(60)
        assert process.returncode == 1


def test_what_falls_silent_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()
    monkeypatch.setattr(mounts_module, "_PATIENCE_S", 0.2)
    monkeypatch.setattr(unpack_worker, "unpack", lambda *_: answers.wait())
    path = str(tmp_path / "a.gz")
    try:
        room = unpack_worker._Room(tmp_path / "out")
        found = unpack_worker.unpack_while_active(path, tmp_path / "out", room, 1, str(tmp_path))
    finally:
        answers.set()
        mounts_module.mounts._foreign.clear()
    assert found.error == (errno.ETIMEDOUT, f"it lies on a file system that does not answer ({tmp_path})")


def test_neighbours_do_not_wait_for_what_is_being_unpacked(
    tmp_path: Path, fresh_spool: UnpackCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in order: both neighbours are whole before the first row of the packed file."""
    logs = tmp_path / "logs"
    for name in ("a", "b", "z"):
        (logs / name).mkdir(parents=True)
    (logs / "b" / "x.jsonl").write_bytes(line(1))
    (logs / "z" / "x.jsonl").write_bytes(line(1))
    duckdb.execute(
        "COPY (SELECT i AS step, 'p' AS prompt, 'r' AS response, 0.5 AS reward FROM range(50) t(i)) "
        f"TO '{logs / 'a' / 'x.parquet'}' (FORMAT parquet)"
    )
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0)
    order: list[tuple[str, int]] = []
    indexer.call_after_round(lambda run: order.append((run.name, run.samples)))
    waits = 0
    real = UnpackJobs.wait

    def waiting(self: UnpackJobs, seconds: float) -> None:
        nonlocal waits
        waits += 1
        assert [name for name, samples in order if samples][:2] == ["b", "z"]
        real(self, seconds)

    monkeypatch.setattr(UnpackJobs, "wait", waiting)
    try:
        indexer.index_now()
        assert [(name, samples) for name, samples in order if samples] == [("b", 1), ("z", 1), ("a", 50)]
        assert waits >= 1
        assert not any(run.is_pending for run in indexer.registry.runs.values())
    finally:
        indexer.stop()
