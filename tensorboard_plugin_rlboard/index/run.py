"""One run's index: its files and how far they are read, what its rows hold, and what changed when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.attempts.attempts import Steps, same
from tensorboard_plugin_rlboard.index.attempts.rotated_files import chains, numbered
from tensorboard_plugin_rlboard.index.build.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.index.build.part import RESERVED
from tensorboard_plugin_rlboard.index.build.sample_statistics import STORED
from tensorboard_plugin_rlboard.index.column_names import logical
from tensorboard_plugin_rlboard.index.joins.join_summary import JoinSummary
from tensorboard_plugin_rlboard.index.run_file import Arrived, IndexedFile, Range, digest_of
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.index.tables.run_table import RunTable, Source
from tensorboard_plugin_rlboard.sources.file_changes import FileState

if TYPE_CHECKING:
    import duckdb

__all__ = ["Arrived", "IndexedFile", "JoinSummary", "Range", "RunIndex"]


class RunIndex:
    """The index of one run. Written by the refresh thread only; read by anyone through cursors of their own.

    Attributes:
        name: TensorBoard's name of the run.
        files: path below the log directory -> file.
        keys: keys of its rows beside those of the formats.
        token_metrics: logged token metrics, in the order met.
        samples, problems, attempts: their numbers.
        message: what the user should know about the run as a whole, else empty.
        version: changes whenever an answer about the run may.
        touched: (split, step) -> version at which rows of that step were last added. Ask it for a key, or copy it.
        epoch: changes whenever rows that were there before have; whatever was computed of them is void then.
        recalled: digest of the kept parts that the run began with (`kept_digest` of an earlier start), else empty.
            Their rows are not in `touched`.
        joined: what was joined by key from other files or runs.
        joined_metrics: metrics of which no value was logged, all are joined.
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
        self.touched: dict[tuple[str, int], int] = {}
        self.epoch = 0
        self.recalled = ""
        self.joined: tuple[JoinSummary, ...] = ()
        self.joined_metrics: frozenset[str] = frozenset()
        self._rows = RunTable(number)
        self._numbers = 0
        self._met: frozenset[str] = frozenset()  # keys that held numbers somewhere

    @property
    def table(self) -> str:
        """Its table of samples in the query database."""
        return self._rows.name

    @property
    def problem_table(self) -> str:
        """Its table of problems in the query database."""
        return self._rows.problems

    @property
    def columns(self) -> dict[str, str]:
        """Physical column -> type, of `table`."""
        return self._rows.columns

    @property
    def available(self) -> set[str]:
        """Physical columns that hold a value somewhere."""
        return self._rows.available

    @property
    def logged(self) -> set[str]:
        """Those of them that hold one without anything being joined."""
        return self._rows.logged

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.state.size for file in tuple(self.files.values()))

    @property
    def indexed(self) -> int:
        """Bytes of its files that are in the index."""
        return sum(file.loaded_to for file in tuple(self.files.values()))

    @property
    def pending(self) -> bool:
        """Whether whole lines may be left to read."""
        return any(file.pending for file in tuple(self.files.values()))

    def create(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Makes the empty tables."""
        self._rows.create(cursor)

    def add_file(self, path: str, relative: str, known: Format, state: FileState) -> IndexedFile:
        """Begins a file from its first byte, under a number that no earlier version of it had."""
        self._numbers += 1
        file = IndexedFile(self._numbers, path, relative, known, state)
        self.files[relative] = file
        return file

    def add(
        self,
        cursor: duckdb.DuckDBPyConnection,
        arrived: Sequence[Arrived],
        *,
        kept: bool = False,
        early: bool = False,
    ) -> None:
        """Loads parts and their problems, all or none of them.

        Args:
            cursor: of the query database.
            arrived: parts of any files of the run; those of one file in its order and without gaps.
            kept: whether an earlier start built them.
            early: whether they are shown before their turn: their line numbers and problems come with it.
        """
        keys, met = self.keys, self._met
        for one in arrived:
            keys, met = keys | one.part.keys, met | one.part.keys.numbers
        computed = {f"{name}_{statistic}" for name in keys.arrays for statistic in (*STORED, "mean")}
        texts = {_column(key) for key in (keys.texts & met) - computed}
        problems = [] if early else [problem for one in arrived for problem in _problems(one)]
        sources = [_source(one, early=early) for one in arrived]
        turned, replaced = self._rows.load(cursor, sources, problems, texts, empty=not self.samples)
        self.keys, self._met = keys, met
        for one in arrived:
            end = one.at.offset + one.at.length
            if early:
                one.file.early = one.at.offset, end
            else:
                one.file.parts += 1
                if one.file.early and end >= one.file.early[1]:
                    one.file.early = None
            for split, step, offset in one.part.changes:
                if not early:
                    one.file.steps.setdefault(split, Steps()).extend([(step, offset)])
                if not (kept and self.recalled):
                    self.touched[split, step] = self.version + 1
            for name in one.part.token_metrics:
                if name not in self.token_metrics:
                    self.token_metrics.append(name)
        self.samples += sum(one.part.samples for one in arrived) - replaced
        self.problems += len(problems)
        if turned:
            self.epoch += 1
        self.version += 1

    def widen(self, cursor: duckdb.DuckDBPyConnection, columns: Iterable[str]) -> None:
        """Makes room for joined values."""
        self._rows.widen(cursor, columns)

    def was_joined(
        self, joined: tuple[JoinSummary, ...], columns: frozenset[str], steps: Iterable[tuple[str, int]]
    ) -> None:
        """Notes what rows hold that is joined.

        Args:
            joined: from where, and how many.
            columns: physical columns that hold a joined value somewhere.
            steps: (split, step) of rows that have other values now.
        """
        self._rows.hold(columns)
        names = (logical(column) for column in columns - self.logged if column.startswith("m:"))
        self.joined, self.joined_metrics = joined, frozenset(names)
        for key in steps:
            self.touched[key] = self.version + 1
        self.version += 1

    def note(self, cursor: duckdb.DuckDBPyConnection, problems: Sequence[ProblemRow]) -> None:
        """Keeps problems."""
        self._rows.note(cursor, problems)
        self.problems += len(problems)
        self.version += 1

    def forget(self, cursor: duckdb.DuckDBPyConnection, relative: str) -> None:
        """Drops the rows and problems of a file that was rewritten or has vanished."""
        file = self.files.pop(relative)
        rows, problems = self._rows.forget(cursor, file.number, relative)
        self.samples -= rows
        self.problems -= problems
        if not self.files:  # what it taught goes with the last file
            self.keys, self._met, self.token_metrics = ExtraKeys(), frozenset(), []
            self._rows.unlearn()
        self.outdate()

    def outdate(self) -> None:
        """Makes void what was computed of the rows: they are no more those that the run began with."""
        self.recalled = ""
        self.epoch += 1
        self.version += 1

    def forgive(self, cursor: duckdb.DuckDBPyConnection, relative: str, kind: str = "") -> None:
        """Drops what was noted about a file that was gone and is there again, or only problems of one kind."""
        gone = self._rows.forgive(cursor, relative, kind) if self.problems else 0
        if gone:
            self.problems -= gone
            self.version += 1

    def number_attempts(self, cursor: duckdb.DuckDBPyConnection, *, again: bool = False) -> None:
        """Gives every row the number of its attempt; rows that have the right one already are not touched.

        Args:
            cursor: of the query database.
            again: whether this only brings kept rows to what they were when they were kept.
        """
        files = {file.number: file for file in self.files.values()}
        splits = {split for file in files.values() for split in file.steps}
        names = {number: file.relative for number, file in files.items()}
        several = any(s.several for f in files.values() for s in f.steps.values())
        if self.attempts == 1 and not several and len(chains(names)) == len(names):
            return
        newest = 1
        wrong: dict[int, dict[str, list[tuple[int, int]]]] = {}
        for split in sorted(splits):
            steps = {number: file.steps[split] for number, file in files.items() if split in file.steps}
            for number, pairs in numbered(names, steps).items():
                newest = max(newest, *(attempt for _, attempt in pairs))
                if not same(pairs, files[number].attempts.get(split, [])):
                    wrong.setdefault(number, dict(files[number].attempts))[split] = pairs
        changed = self._rows.renumber(cursor, wrong)
        for number, attempts in wrong.items():
            files[number].attempts = attempts
        if changed and not again:
            self.epoch += 1
        if changed or newest != self.attempts:
            self.attempts = newest
            self.version += 1

    def kept_digest(self) -> str:
        """A digest of the kept parts that hold exactly what is indexed now; empty where something is not kept."""
        files = [file for file in self.files.values() if file.state.read_to]
        for file in files:
            covered_to = file.cached[-1].end if file.cached else 0
            if file.to_load or file.early or covered_to != file.state.read_to:
                return ""
        return digest_of(files)


def _column(key: str) -> str:
    """The logical name of a key beside the format's own."""
    return f"logged.{key}" if key in RESERVED - {"advantage"} else key


def _source(one: Arrived, *, early: bool) -> Source:
    end = one.at.offset + one.at.length
    return Source(
        file=one.file.number,
        newlines=None if early else one.at.newlines,
        attempts=one.file.attempts,
        parquet=one.parquet if one.part.samples else None,
        replaces=end if one.file.early and not early and end > one.file.early[0] else 0,
    )


def _problems(one: Arrived) -> list[ProblemRow]:
    lines, offsets = one.part.line_numbers, one.part.line_offsets
    return [
        (one.file.relative, int(lines[p.line]) + one.at.newlines + 1, int(offsets[p.line]), p.kind, p.reason)
        for p in one.part.problems
    ]
