"""Logs that change for as long as one likes, and stay of about the same size: they grow, rotate, are cut and begun anew."""

from __future__ import annotations

import gzip
import random
import threading
from itertools import count
from pathlib import Path

from breaking.logs import lines

RUNS = ("anew", "archive", "grows", "rotates", "truncated")
_LARGEST = 2_000_000
"""Bytes from which a log begins again, so that what is there to be held does not grow."""
_ROTATED = 4
_PAUSE_S = 0.5


class ChangingLogs:
    """A thread that writes five runs below a folder, each of which has lines before it starts.

    Args:
        folder: the log directory.
        seed: of what is done when.
        speed: how many times as fast as a training writes.
    """

    def __init__(self, folder: Path, seed: int, speed: float = 1.0) -> None:
        self._folder = folder
        self._pause = _PAUSE_S / speed
        self._rng = random.Random(seed)
        self._stop = threading.Event()
        self.changes = 0
        for run in RUNS:
            (folder / run).mkdir(parents=True)
            getattr(self, f"_{run}")(folder / run, b"".join(lines(range(1), 16, 60)))
        self._thread = threading.Thread(target=self._write, daemon=True)

    def start(self) -> None:
        """Begins to write."""
        self._thread.start()

    @property
    def is_writing(self) -> bool:
        """Whether it writes."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Ends the thread; every line that was begun is whole then. Once is enough."""
        self._stop.set()
        self._thread.join()

    def lines(self, run: str) -> int:
        """How many lines that are not blank there are in the files of a run."""
        contents = ((path, path.read_bytes()) for path in (self._folder / run).iterdir())
        plain = (gzip.decompress(data) if path.suffix == ".gz" else data for path, data in contents)
        return sum(bool(line) for data in plain for line in data.splitlines())

    def _write(self) -> None:
        for step in count(1):
            if self._stop.wait(self._pause):
                return
            run = self._rng.choice(RUNS)
            self.changes += 1
            getattr(self, f"_{run}")(self._folder / run, b"".join(lines(range(step, step + 1), 16, 60)))

    def _grows(self, folder: Path, data: bytes) -> None:
        """Appends, the last line in two pieces; in the end another file takes its place."""
        path = folder / "a.jsonl"
        if path.exists() and path.stat().st_size > _LARGEST:
            _replace(path, data)
            return
        with path.open("ab") as file:
            file.write(data[:-100])
            file.flush()
            self._stop.wait(self._rng.random() * self._pause)
            file.write(data[-100:])

    def _rotates(self, folder: Path, data: bytes) -> None:
        """Appends to a file that is renamed when it is large; the oldest goes."""
        path = folder / "a.jsonl"
        if path.exists() and path.stat().st_size > _LARGEST // _ROTATED:
            for number in range(_ROTATED, 0, -1):
                older = folder / f"a.{number}.jsonl"
                if older.exists():
                    older.replace(folder / f"a.{number + 1}.jsonl")
            path.replace(folder / "a.1.jsonl")
            (folder / f"a.{_ROTATED + 1}.jsonl").unlink(missing_ok=True)
        _append(path, data)

    def _truncated(self, folder: Path, data: bytes) -> None:
        """Appends, and cuts a third off now and then, in the middle of a line; the next line begins there."""
        path = folder / "a.jsonl"
        if path.exists() and path.stat().st_size > _LARGEST // 2:
            with path.open("r+b") as file:
                file.truncate(path.stat().st_size * 2 // 3)
            _append(path, b"\n")
        _append(path, data)

    def _anew(self, folder: Path, data: bytes) -> None:
        """Writes one of a hundred small files, most of them again and again."""
        _replace(folder / f"{self._rng.randrange(100)}.jsonl", data)

    def _archive(self, folder: Path, data: bytes) -> None:
        """Appends a member to an archive; another takes its place when it is large."""
        path = folder / "a.jsonl.gz"
        is_large = path.exists() and path.stat().st_size > _LARGEST // 10
        (_replace if is_large else _append)(path, gzip.compress(data))


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def _replace(path: Path, data: bytes) -> None:
    new = path.with_name(f".{path.name}")
    new.write_bytes(data)
    new.replace(path)
