"""The index of one run: its files, its tables in the query database, and which answers about it are out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.attempts.run_attempts import may_have_attempts, renumbered_files
from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange
from tensorboard_plugin_rlboard.index.column_names import logical
from tensorboard_plugin_rlboard.index.join_summary import JoinSummary
from tensorboard_plugin_rlboard.index.loadable_part import LoadablePart, merged_keys
from tensorboard_plugin_rlboard.index.parts.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.index.tables.run_tables import RunTables
from tensorboard_plugin_rlboard.sources.file_changes import FileState

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Cursor


class RunIndex:
    """The index of one run. Written by the indexing thread only; read by anyone through cursors of their own.

    Attributes:
        name: TensorBoard's name of the run.
        files: path below the log directory -> file.
        keys: keys of its rows beside those of the formats.
        token_metrics: logged token metrics, in the order in which they were first seen.
        samples, problems, attempts: their numbers.
        message: what the user should know about the run as a whole, else empty.
        version: changes whenever an answer about the run may.
        step_versions: (split, step) -> version at which rows of that step were last added. Ask it for a key, or copy it.
        invalidations: how often rows that were there before have changed; what was computed of them then is void.
        restored_digest: `cached_digest` of the parts that the run began with, whose rows are not in `step_versions`.
            Empty where it began with none, or once rows that were there before have changed.
        joined: what was joined by key from other files or runs.
        joined_metrics: metrics of which no value was logged, all are joined.
        sample_table: its table, in the query database or offloaded to a file.
        annotated, annotation_paths: what was logged of its traces later; number of a file of that -> its path.
    """

    def __init__(self, number: int, name: str) -> None:
        self.name = name
        self.files: dict[str, IndexedFile] = {}
        self.keys = ExtraKeys()
        self.token_metrics: list[str] = []
        self.samples = 0
        self.problems = 0
        self.attempts = 1
        self.message = ""
        self.version = 0
        self.step_versions: dict[tuple[str, int], int] = {}
        self.invalidations = 0
        self.restored_digest = ""
        self.joined: tuple[JoinSummary, ...] = ()
        self.joined_metrics: frozenset[str] = frozenset()
        self.annotated: tuple[JoinSummary, ...] = ()
        self.annotation_paths: dict[int, str] = {}
        self._tables = RunTables(number)
        self.sample_table = self._tables.samples
        self._last_file_number = 0
        self._number_keys: frozenset[str] = frozenset()  # keys that held numbers somewhere

    @property
    def table(self) -> str:
        """Its table of samples, for a statement that begins after this call; it is in the query database then."""
        return self._tables.name

    @property
    def problem_table(self) -> str:
        """Its table of problems in the query database."""
        return self._tables.problems

    @property
    def columns(self) -> Mapping[str, str]:
        """Physical column -> type, of `table`."""
        return self._tables.columns

    @property
    def available(self) -> frozenset[str]:
        """Physical columns that hold a value somewhere."""
        return self._tables.available

    @property
    def logged(self) -> frozenset[str]:
        """Those of them that hold one without anything being joined."""
        return self._tables.logged

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.state.size for file in tuple(self.files.values()))

    @property
    def indexed_bytes(self) -> int:
        """Bytes of its files that are in the index."""
        return sum(file.loaded_to for file in tuple(self.files.values()))

    @property
    def is_pending(self) -> bool:
        """Whether whole lines may be left to read."""
        return any(file.is_pending for file in tuple(self.files.values()))

    def create(self, cursor: Cursor) -> None:
        """Makes the empty tables; what is in them is gone."""
        self._tables.create(cursor)
        self.samples = self.problems = 0

    def add_file(
        self,
        path: str,
        relative: str,
        file_format: Format,
        state: FileState,
        cached: Sequence[CachedRange] = (),
    ) -> IndexedFile:
        """Adds a file, under a number that no earlier version of it had.

        Args:
            path: where it lies.
            relative: its path below the log directory.
            file_format: how it is read.
            state: what its bytes are; it is read to the end of `cached`.
            cached: ranges from its first byte on whose parts are to be loaded.
        """
        self._last_file_number += 1
        file = IndexedFile(self._last_file_number, path, relative, file_format, state)
        file.restore(cached)
        self.files[relative] = file
        return file

    def add_parts(
        self,
        cursor: Cursor,
        parts: Sequence[LoadablePart],
        *,
        cached: bool = False,
        early: bool = False,
    ) -> None:
        """Loads parts and their problems, all or none of them.

        Args:
            cursor: of the query database.
            parts: of any files of the run; those of one file in its order and without gaps.
            cached: whether they were kept from an earlier start.
            early: whether they are shown before their turn: their line numbers and problems come with it.
        """
        keys, number_keys, texts = merged_keys(parts, self.keys, self._number_keys)
        problems = [] if early else [row for loadable in parts for row in loadable.problem_rows()]
        sources = [loadable.source(early=early) for loadable in parts]
        loaded = self._tables.load(cursor, sources, problems, texts, is_empty=not self.samples)
        self.keys, self._number_keys = keys, number_keys
        for loadable in parts:
            loadable.note_added(early=early)
            if not (cached and self.restored_digest):
                for split, step, _ in loadable.part.changes:
                    self.step_versions[split, step] = self.version + 1
            for name in loadable.part.token_metrics:
                if name not in self.token_metrics:
                    self.token_metrics.append(name)
        self.samples += sum(loadable.part.samples for loadable in parts) - loaded.replaced_rows
        self.problems += sum(1 + problem.unlisted for problem in problems)
        self.invalidations += loaded.has_changed_rows
        self.version += 1

    def add_joined_columns(self, cursor: Cursor, columns: Iterable[str]) -> None:
        """Makes room in the table for joined values."""
        self._tables.add_columns(cursor, columns)

    def set_joined(
        self, joined: tuple[JoinSummary, ...], columns: frozenset[str], steps: Iterable[tuple[str, int]]
    ) -> None:
        """Notes what rows hold that is joined.

        Args:
            joined: from where, and how many.
            columns: physical columns that hold a joined value somewhere.
            steps: (split, step) of rows that have other values now.
        """
        self._tables.set_joined_columns(columns)
        self.joined = joined
        self.joined_metrics = frozenset(logical(c) for c in columns - self.logged if c.startswith("m:"))
        self.step_versions |= dict.fromkeys(steps, self.version + 1)
        self.version += 1

    def set_annotated(
        self, annotated: tuple[JoinSummary, ...], paths: dict[int, str], steps: Iterable[tuple[str, int]]
    ) -> None:
        """Notes what rows hold that was logged of their traces later.

        Args:
            annotated: from where, and how many.
            paths: number of a file of annotations -> its path.
            steps: (split, step) of rows that have other values now, or that went to another step.
        """
        self.annotated, self.annotation_paths = annotated, paths
        self.set_joined(self.joined, self._tables.joined, steps)

    def add_problems(self, cursor: Cursor, problems: Sequence[ProblemRow]) -> None:
        """Adds problems to the table of problems."""
        self._tables.add_problems(cursor, problems)
        self.problems += sum(1 + problem.unlisted for problem in problems)
        self.version += 1

    def clear_problems(
        self, cursor: Cursor, relative: str, kind: str = "", lines: range | None = None
    ) -> None:
        """Drops the problems of a file, or only those of one kind or of some byte offsets."""
        gone = self._tables.clear_problems(cursor, relative, kind, lines) if self.problems else 0
        self.problems -= gone
        self.version += gone > 0

    def remove_file(self, cursor: Cursor, relative: str, anew: FileState | None = None) -> None:
        """Drops a file with its rows and problems: it has vanished, or is read from its first byte on in the state `anew`."""
        file, others = self.files[relative], len(self.files) - 1
        if anew is not None:  # at once: a run without a file looks as if nothing of it were left to read
            self.add_file(file.path, relative, file.format, anew)
        else:
            del self.files[relative]
        rows, problems = self._tables.remove_file(cursor, file.number, relative)
        self.samples -= rows
        self.problems -= problems
        if not others:  # the keys and columns of its rows go with the last file
            self.keys, self._number_keys, self.token_metrics = ExtraKeys(), frozenset(), []
            self._tables.clear_columns()
        self.invalidate_run_results()

    def set_message(self, message: str) -> None:
        """Notes what the user should know about the run as a whole; empty for nothing."""
        self.message = message

    def set_restored_digest(self, restored_digest: str) -> None:
        """Notes the `cached_digest` of the parts that it begins with."""
        self.restored_digest = restored_digest

    def invalidate_run_results(self) -> None:
        """Makes void what was computed of the rows: some that were there before have changed."""
        self.restored_digest = ""
        self.invalidations += 1
        self.version += 1

    def number_attempts(self, cursor: Cursor, *, restoring: bool = False) -> None:
        """Gives every row the number of its attempt; `restoring` only brings cached rows to what they were when cached."""
        files = {file.number: file for file in self.files.values()}
        paths = {number: file.relative for number, file in files.items()}
        steps = {number: file.steps for number, file in files.items()}
        if self.attempts == 1 and not may_have_attempts(paths, steps):
            return
        numbered = {number: file.attempts for number, file in files.items()}
        newest, renumbered = renumbered_files(paths, steps, numbered)
        changed_rows = self._tables.renumber(cursor, renumbered)
        for number, attempts in renumbered.items():
            files[number].set_attempts(attempts)
        self.invalidations += changed_rows > 0 and not restoring
        if changed_rows or newest != self.attempts:
            self.attempts = newest
            self.version += 1
