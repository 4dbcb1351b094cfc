"""A file whose lines are read beside the rollouts, as it grows: how far it is read, and what was wrong with its lines."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.sources.file_changes import (
    Change,
    FileState,
    compare,
    with_range_read,
    with_unpacked_size,
)
from tensorboard_plugin_rlboard.sources.fingerprints import fingerprint_of_bytes
from tensorboard_plugin_rlboard.sources.reader import read_range
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

File = TypeVar("File", bound="GrowingFile")
logger = logging.getLogger(__name__)
RANGE_BYTES = 16 * 1024 * 1024
"""Bytes that are read at once."""
_MAX_LISTED = 20
"""Problems of a file that are listed one by one."""


@dataclass(eq=False, kw_only=True)
class GrowingFile:
    """A file that is read as it grows. Used by the indexing thread only.

    Attributes:
        path, relative: where it lies.
        state: what its bytes were at the last look, and how far they are read.
        lines: lines up to there.
        waiting_at: size at which nothing but a half-written line was left.
        problems: lines that could not be used, as far as they are listed; `unlisted_problems` counts the others.
        read_error: why it cannot be read, else empty.
    """

    path: str
    relative: str
    state: FileState
    lines: int = 0
    waiting_at: int = -1
    problems: list[ProblemRow] = field(default_factory=list)
    unlisted_problems: int = 0
    read_error: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether bytes are left that may hold a whole line."""
        return self.state.read_to < self.state.size and self.waiting_at != self.state.size

    def add_problem(self, line: int, offset: int | None, kind: str, reason: str) -> None:
        """Notes what is wrong with a line.

        Args:
            line: its number, from 1.
            offset: where it begins, in bytes; None where that is not known.
            kind: what is wrong, in a word.
            reason: the same as a sentence.
        """
        if len(self.problems) < _MAX_LISTED:
            self.problems.append(ProblemRow(self.relative, line, offset, kind, reason))
        else:
            self.unlisted_problems += 1

    def look_again(self, source: SourceFile | None, now_ns: int) -> bool:
        """Notes what has become of the file; whether it still is the one that was read, or cannot be told.

        Args:
            source: the file as the walk has found it, None where it has not.
            now_ns: the present time, nanoseconds since 1970.
        """
        seen = compare(self.state, source, now_ns)
        if seen.change is Change.UNREADABLE:
            self.read_error = seen.reason
            return True
        if seen.change in {Change.VANISHED, Change.REWRITTEN} or seen.state is None:
            return False
        self.state = seen.state
        if self.read_error:
            self.read_error, self.waiting_at = "", -1
        return True

    def read_range(self, take: Callable[[list[bytes], int], None]) -> int:
        """Reads the next range of whole lines; returns its bytes. What cannot be read is noted in `read_error`.

        Args:
            take: is given the lines, without their ends, and where the first begins, in bytes. `lines` is still the
                number of lines before them. The last line may be empty, and so may the first.
        """
        try:
            self.state = with_unpacked_size(self.state, self.path)
            at = range_plan.next_range(self.path, self.state.read_to, self.state.size, RANGE_BYTES)
            data = b"" if at is None else read_range(self.path, *at)
            if at is None or len(data) < at[1]:  # half a line, or it shrank, which the next look will tell
                self.waiting_at = self.state.size
                return 0
            lines = data.split(b"\n")
            take(lines, at[0])
            self.lines += len(lines) - 1  # the last one is empty, or is whole and has no end yet
            self.state = with_range_read(self.state, fingerprint_of_bytes(data, at[0]))
            return at[1]
        except OSError as error:
            self.read_error = f"{error.strerror or type(error).__name__}."
        except Exception as error:  # whatever a file made a library raise must not end the indexing
            logger.exception("RL Board cannot read %s", self.relative)
            self.read_error = f"{type(error).__name__} at byte {self.state.read_to}."
        self.waiting_at = self.state.size
        return 0

    def problem_rows(self, unreadable: str) -> list[ProblemRow]:
        """The problems of the file.

        Args:
            unreadable: what is said of it where it cannot be read: what users lack, and why.
        """
        rows = list(self.problems)
        if self.unlisted_problems:
            more = self.unlisted_problems
            reason = (
                f"{more:,} more {plural(more, 'line', 'lines')} of this file could not be used and "
                f"{plural(more, 'is', 'are')} not listed one by one."
            )
            rows.append(ProblemRow(self.relative, None, None, "further_problems", reason, more - 1))
        if self.read_error:
            rows.append(ProblemRow(self.relative, None, None, "unreadable", unreadable))
        return rows


def first_pending(files: Mapping[str, File]) -> File:
    """The first file, by its path, that may have lines left to read; there has to be one."""
    return min((file for file in files.values() if file.is_pending), key=lambda file: file.relative)


def named(files: Mapping[str, GrowingFile]) -> str:
    """What the files are, for the user: the first one and how many more."""
    more = len(files) - 1
    first = min(files, default="")
    return f"{first} and {more} more" if more > 0 else first
