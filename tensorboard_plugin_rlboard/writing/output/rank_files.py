"""Appends lines to the files of one rank; begins the next file when one is large, and never joins two half lines."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
_CHUNK_BYTES = 4 * 1024 * 1024
"""Bytes that one write takes at most, but at least one line; also the bytes in one compressed frame."""
_NO_ZSTD = "compress=True needs a package: pip install backports.zstd; plain lines are written"


class RankFiles:
    """`rollouts.rank_0.jsonl`, then `rollouts.rank_0.part_00001.jsonl` and so on: in the order of their names.

    A resumed training continues in the last file. Compressed files are never appended to once they were closed: a frame
    torn by a crash would hide all behind it, so each opening begins a new file.

    Args:
        folder: where they lie; made when the first is opened.
        split: named in the files unless it is `train`.
        rank: likewise.
        max_bytes: size beyond which no line is added to a file; 0 for no limit.
        compress: makes one compressed frame of some lines; None for plain lines.
    """

    def __init__(
        self, folder: Path, split: str, rank: int, max_bytes: int, compress: Callable[[bytes], bytes] | None
    ) -> None:
        middle = "" if split == "train" else "." + re.sub(r"[^\w.+-]", "_", split)
        self._stem = f"rollouts{middle}.rank_{rank}"
        self._folder, self._max_bytes, self._compress = folder, max_bytes, compress
        self._file: int | None = None
        self._ends_in_half_line = False
        self._size = 0
        self._number = -1
        self.names: list[str] = []

    @property
    def path(self) -> Path:
        """The file that is being written, or the one that would come first."""
        return self._folder / self._name(max(0, self._number))

    def _name(self, number: int) -> str:
        part = f".part_{number:05d}" if number else ""
        return f"{self._stem}{part}.jsonl{'.zst' if self._compress else ''}"

    def open(self) -> int:
        """Open the file where it is not open, or was removed meanwhile, and give its descriptor.

        Raises:
            OSError: it cannot be opened.
        """
        if self._file is not None and os.name == "posix" and not os.fstat(self._file).st_nlink:
            self.close()
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._number = self._next_number()
            self._ends_in_half_line, self._size = False, 0
            with contextlib.suppress(OSError), self.path.open("rb") as before:
                self._size = before.seek(0, os.SEEK_END)
                if self._size:
                    before.seek(-1, os.SEEK_END)
                    self._ends_in_half_line = before.read(1) != b"\n" and self._compress is None
            self._file = os.open(self.path, _APPEND, 0o644)
            if self.path.name not in self.names:
                self.names.append(self.path.name)
        return self._file

    def _next_number(self) -> int:
        """The number of the file to open: that of the last file that exists, or the next one."""
        pattern = re.compile(re.escape(self._stem) + r"(?:\.part_(\d{5,}))?\.jsonl(\.zst)?")
        found = [match for path in self._folder.iterdir() if (match := pattern.fullmatch(path.name))]
        if not found:
            return max(0, self._number)
        last = max(int(match[1] or 0) for match in found)
        packed = any(int(match[1] or 0) == last and match[2] for match in found)
        return last + 1 if self._compress or packed else max(last, self._number)

    def append(self, lines: Sequence[bytes]) -> tuple[int, Exception | None]:
        """Append whole lines, continuing behind one that fails.

        Returns:
            How many were written, and the first error.
        """
        written, first, at = 0, None, 0
        while at < len(lines):
            end = at
            try:
                file = self.open()
                if self._max_bytes and self._size and self._size + len(lines[at]) > self._max_bytes:
                    self._start_next_file()
                    file = self.open()
                end = self._chunk_end(lines, at)
                done = (
                    self._write_plain(file, lines[at:end])
                    if self._compress is None
                    else self._write_frame(file, lines[at:end])
                )
                written += done
                at = end
            except _PartialWriteError as cut:
                written += cut.written
                at += cut.written + cut.lost
                first = first or cut.reason
            except Exception as error:
                first = first or error
                at = max(at + 1, end)
        return written, first

    def _chunk_end(self, lines: Sequence[bytes], at: int) -> int:
        room = min(_CHUNK_BYTES, max(self._max_bytes - self._size, 0) if self._max_bytes else _CHUNK_BYTES)
        end, taken = at, 0
        while end < len(lines) and (end == at or taken + len(lines[end]) <= room):
            taken += len(lines[end])
            end += 1
        return end

    def _start_next_file(self) -> None:
        self.close()
        taken = self._next_number() if self._folder.is_dir() else self._number
        self._number = max(taken, self._number + 1)

    def _write_plain(self, file: int, lines: Sequence[bytes]) -> int:
        # A half line, left by a crash or a full disk, stays a bad line of its own instead of spoiling the next.
        before = b"\n" if self._ends_in_half_line else b""
        whole = before + b"".join(lines)
        rest, gone = memoryview(whole), 0
        try:
            while rest:
                count = os.write(file, rest)
                rest, gone = rest[count:], gone + count
        except OSError as error:
            done, end = 0, len(before)
            while end + len(lines[done]) <= gone:
                end += len(lines[done])
                done += 1
            self._ends_in_half_line = gone > end or (self._ends_in_half_line and not gone)
            self._size += gone
            raise _PartialWriteError(done, 1, error) from error
        self._ends_in_half_line = False
        self._size += gone
        return len(lines)

    def _write_frame(self, file: int, lines: Sequence[bytes]) -> int:
        frame = self._compress(b"".join(lines)) if self._compress else b""
        rest = memoryview(frame)
        try:
            while rest:
                rest = rest[os.write(file, rest) :]
        except OSError as error:
            try:
                os.ftruncate(file, self._size)
            except OSError:
                self._start_next_file()  # behind half a frame nothing can be read
            raise _PartialWriteError(0, len(lines), error) from error
        self._size += len(frame)
        return len(lines)

    def sync(self) -> None:
        """Make the operating system put what was written on the disk.

        Raises:
            OSError: it cannot.
        """
        if self._file is not None:
            os.fsync(self._file)

    def close(self) -> None:
        """Close the file; may be called twice."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                os.close(file)


class _PartialWriteError(Exception):
    """A write failed after so many whole lines; so many lines are lost."""

    def __init__(self, whole: int, lost: int, reason: Exception) -> None:
        super().__init__(str(reason))
        self.written, self.lost, self.reason = whole, lost, reason


def zstd_compressor(level: int = 3) -> tuple[Callable[[bytes], bytes] | None, str]:
    """A function that makes a zstd frame of bytes; None and a sentence where the package for it is missing."""
    for name in ("compression.zstd", "backports.zstd"):  # the standard library's from 3.14 on
        with contextlib.suppress(ImportError):
            module = importlib.import_module(name)
            break
    else:
        return None, _NO_ZSTD
    return lambda data: bytes(module.compress(data, level)), ""
