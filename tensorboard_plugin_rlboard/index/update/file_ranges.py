"""Which range of a file is built next, and how much of the file is left."""

from __future__ import annotations

from collections.abc import Iterator

from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.parts.range_builder import RangeOrder
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.lines import last_line_range
from tensorboard_plugin_rlboard.sources.reader import is_packed, unpacked_path


class FileRanges:
    """Cuts files into ranges, up to a limit.

    Args:
        read_limit: bytes of each file that are read at most, 0 for all. Compressed files are read whole, and so is a file
            whose first line alone is longer.
    """

    def __init__(self, read_limit: int = 0) -> None:
        self._read_limit = read_limit

    def end(self, file: IndexedFile, start: int | None = None) -> int:
        """Offset up to which a file is to be read.

        Args:
            file: the file.
            start: offset up to which it is read or ordered; by default what it is read to.
        """
        state = file.state
        is_whole = not self._read_limit or state.packed >= 0
        # Beyond the limit lies what was read of a file whose first line alone is longer.
        if is_whole or (state.read_to if start is None else start) > self._read_limit:
            return state.size
        return min(state.size, self._read_limit)

    def bytes_left(self, file: IndexedFile) -> int:
        """Bytes that are still to be read."""
        return self.end(file) - file.state.read_to

    def next(self, file: IndexedFile, start: int) -> RangeOrder | None:
        """The next range of a file from an offset on, for a worker process; None where no whole line is left.

        Raises:
            OSError: the file cannot be read.
        """
        for end in self._ends(file, start):
            at = range_plan.next_range(file.path, start, end)
            if at is not None:
                return RangeOrder(file.path, *at, file.format, _plain_path(file.path))
        return None

    def read_next(self, file: IndexedFile) -> tuple[RangeOrder, bytes | None] | None:
        """The next range of a file from where it is read to, and its bytes where they were read to find its end.

        Raises:
            OSError: the file cannot be read.
        """
        start = file.state.read_to
        for end in self._ends(file, start):
            cut = range_plan.read_next_range(file.path, start, end)
            if cut is not None:
                return RangeOrder(file.path, cut.offset, cut.length, file.format), cut.data
        return None

    def _ends(self, file: IndexedFile, start: int) -> Iterator[int]:
        """Offsets up to which a range is looked for: the limit, and the end of the file if no first line ends before."""
        end = self.end(file, start)
        if start < end:
            yield end
        if start == 0 and end < file.state.size:
            yield file.state.size

    def last_lines(self, file: IndexedFile) -> RangeOrder | None:
        """The last lines of a file, about 2 MB; None where there is no whole one.

        Raises:
            OSError: the file cannot be read.
        """
        at = last_line_range(file.path, file.state.read_to, self.end(file), range_plan.FIRST_RANGE)
        return None if at is None else RangeOrder(file.path, *at, file.format)


def _plain_path(path: str) -> str:
    """Where the lines of a file lie as bytes of a local file; empty behind an address."""
    if is_packed(path):
        return unpacked_path(path)
    return "" if is_address(path) else path
