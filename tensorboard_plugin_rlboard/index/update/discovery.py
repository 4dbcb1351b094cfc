"""Looks at every file below the roots: which are new, grown, rewritten or gone, and which cannot be read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.cache.part_cache import PartCache
from tensorboard_plugin_rlboard.index.detect.format_recheck import FormatRecheck
from tensorboard_plugin_rlboard.index.detect.recognition import Recognition
from tensorboard_plugin_rlboard.index.detect.redundant_files import RedundantFiles
from tensorboard_plugin_rlboard.index.joins.joiner import Joiner
from tensorboard_plugin_rlboard.index.run_file import cached_digest
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.index.update.file_messages import FileMessages
from tensorboard_plugin_rlboard.index.update.run_messages import RunMessages
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
from tensorboard_plugin_rlboard.sources.discovery.walk import SourceListing, list_sources
from tensorboard_plugin_rlboard.sources.file_changes import Change, compare, is_comparable
from tensorboard_plugin_rlboard.sources.kinds.names import COMPRESSED_SUFFIXES
from tensorboard_plugin_rlboard.sources.local_files import note_asked_path
from tensorboard_plugin_rlboard.sources.mounts import mounts
from tensorboard_plugin_rlboard.sources.reader import (
    is_first_row_near,
    is_listed,
    is_packed,
)
from tensorboard_plugin_rlboard.sources.remote.deferred_requests import deferred_requests
from tensorboard_plugin_rlboard.training.settings.sections import MappingSection

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile

_Facts = tuple[int, int, MappingSection]
"""Size, time of the last change and the user's mapping of a file: while they stay, so does what the file is."""


class Discovery:
    """Keeps the files of the runs in agreement with the disk. Used by the thread that indexes."""

    def __init__(
        self,
        registry: Registry,
        cursor: duckdb.DuckDBPyConnection,
        cache: PartCache,
        joiner: Joiner,
        only_file: str = "",
    ) -> None:
        """Looks at nothing yet.

        Args:
            registry: the runs, and the files that are none.
            cursor: of the query database.
            cache: what earlier starts have indexed.
            joiner: takes the files that hold reference answers and scores.
            only_file: name of the one file in the root folder that is indexed; empty for all.
        """
        self._registry = registry
        self._cursor = cursor
        self._cache = cache
        self._joiner = joiner
        self._only_file = only_file
        self._recognition = Recognition(registry.roots, registry.settings)
        self._no_logs: dict[str, _Facts] = {}
        self._mappings: dict[str, MappingSection] = {}
        self._messages = RunMessages(registry)
        self._file_messages = FileMessages(registry, cursor)
        self._format_recheck = FormatRecheck(self._recognition)
        self._redundant = RedundantFiles()
        self._undecided: set[str] = set()

    def scan(self) -> None:
        """Looks at every file."""
        registry = self._registry
        deferred_requests.begin_scan()
        self._undecided.clear()
        found = list_sources(registry.roots, self._only_file)
        present = {file.relative: file for files in found.runs.values() for file in files}
        now_ns = time.time_ns()
        self._recognition.siblings.update(present.keys())
        for relative in self._redundant.update(present):
            self._no_logs.pop(relative, None)
        indexed: set[str] = set()
        for run in tuple(registry.runs.values()):
            lost_rows = False
            for relative in tuple(run.files):
                lost_rows |= self._check_indexed(run, run.files[relative], present, now_ns)
            if lost_rows:
                run.number_attempts(self._cursor)
            indexed |= run.files.keys()
        indexed |= self._joiner.check_files(present, now_ns)
        self._add_new([file for relative, file in present.items() if relative not in indexed], present)
        for file in self._joiner.release_rollouts(now_ns):
            self._classify_new(file, present)
        for relative in self._no_logs.keys() - present.keys():
            del self._no_logs[relative]
        if self._only_file:
            self._drop_others()
        self._messages.note_listing(found.problems)
        self._finish(found, present.keys())

    def _finish(self, found: SourceListing, present: AbstractSet[str]) -> None:
        """Notes the end of a scan."""
        unreadable = {one.path: one.reason for one in found.problems if self._is_wanted(one.path)}
        wanted = {path for path in present if self._is_wanted(path)}
        self._registry.note_scan_done(wanted, unreadable, undecided=bool(self._undecided))

    def _is_wanted(self, relative: str) -> bool:
        """Whether a file may be indexed, by its name."""
        return not self._only_file or relative.removeprefix("./") == self._only_file

    def _drop_others(self) -> None:
        """Drops all files but the one that is wanted. What the others say of it holds: that it has a twin, say."""
        for run in self._registry.runs.values():
            for relative in tuple(run.files):
                if not self._is_wanted(relative):
                    run.remove_file(self._cursor, relative)
        self._registry.drop_empty_runs()

    def _check_indexed(
        self, run: RunIndex, file: IndexedFile, present: Mapping[str, SourceFile], now_ns: int
    ) -> bool:
        """Looks at a file that is in the index; returns whether its rows had to go."""
        note_asked_path(file.path)
        source = present.get(file.relative)
        if source is None and (silence := mounts.known_silence(file.path)):
            self._messages.note_unreadable(run, file, silence)  # its rows stay
            file.wait_for_more()
            return False
        is_repeated = self._redundant.reason_against(file.relative, file.format, present) != ""
        if is_repeated or (source is not None and self._has_other_format(file, source)):
            # Its twin was written after it was found, or the settings have changed: it is found anew.
            run.remove_file(self._cursor, file.relative)
            self._registry.raise_revision()
            return True
        is_being_unpacked = not is_comparable(file.state, source, now_ns)
        if file.set_being_unpacked(is_being_unpacked=is_being_unpacked):
            self._registry.raise_revision()
        if is_being_unpacked:
            return False
        seen = compare(file.state, source, now_ns)
        is_as_before = seen.change in {Change.UNCHANGED, Change.APPENDED}
        if is_as_before and self._format_recheck.is_recognised_otherwise(file, source):
            run.remove_file(self._cursor, file.relative)
            self._registry.raise_revision()
            return True
        if is_as_before and seen.state is not None:
            if seen.state.size != file.state.size:
                self._registry.raise_revision()
            file.set_state(seen.state)
            if self._messages.is_unreadable(run, file):
                file.retry()
            self.note_file_read(run, file)
            return False
        if seen.change is Change.UNREADABLE:
            self._messages.note_unreadable(run, file, seen.reason)
            return False
        run.remove_file(self._cursor, file.relative, seen.state)
        self._messages.note_readable(run, file)
        self._file_messages.forget(file.relative)
        is_sealed = any(f"{file.relative}{suffix}" in present for suffix in COMPRESSED_SUFFIXES)
        if seen.change is Change.VANISHED and not is_sealed:
            reason = "The file was there and is gone; its samples are no longer shown."
            run.add_problems(self._cursor, [ProblemRow(file.relative, None, None, "vanished", reason)])
        self._registry.raise_revision()
        return True

    def _add_new(self, files: Iterable[SourceFile], present: Mapping[str, SourceFile]) -> None:
        """Adds the files that are not indexed yet to their runs, from the cache where it has them."""
        before = set(self._registry.runs)
        for file in files:
            note_asked_path(file.path)
            is_no_log = self._no_logs.get(file.relative) == self._facts(file)
            is_to_be_reread = self._format_recheck.is_to_be_reread(file.relative)
            if not is_no_log and (is_to_be_reread or not self._restore_cached(file, present)):
                self._classify_new(file, present)
        for name, run in self._registry.runs.items():
            if name not in before:
                run.set_restored_digest(cached_digest(tuple(run.files.values())))

    def _has_other_format(self, file: IndexedFile, source: SourceFile) -> bool:
        """Whether the settings of a file, its tokenizer, or how its rows are stored have changed since it was found."""
        known, recognition = self._mappings.get(file.relative, MappingSection()), self._recognition
        if is_packed(file.path) != (file.state.packed >= 0) or recognition.mapping_of(source) != known:
            return True
        bound = recognition.bind(file.format, source)
        return bound is not file.format and bound.spec != file.format.spec

    def _facts(self, file: SourceFile) -> _Facts:
        return file.size, file.mtime_ns, self._recognition.mapping_of(file)

    def _classify_new(self, file: SourceFile, present: Mapping[str, SourceFile]) -> None:
        """Finds out what a new file is, by its first complete rows and never by its name, and adds it where it belongs."""
        try:
            if not is_first_row_near(file.path):
                self._undecided.add(file.relative)  # it is being unpacked; a later scan finds it
                return
            self._no_logs[file.relative] = self._facts(file)
            found, reason = self._recognition.sniff(file)
        except OSError as error:
            found, reason = None, f"It cannot be read: {error.strerror or error}."
            self._no_logs.pop(file.relative, None)  # so that the next scan tries again
        if self._joiner.try_claim(file, found, time.time_ns()):
            self._no_logs.pop(file.relative, None)
            return
        repeated = "" if found is None else self._redundant.reason_against(file.relative, found, present)
        if repeated:
            found, reason = None, repeated
        if found is None:
            self._registry.ignore(
                file.relative, reason if self._only_file or repeated or is_listed(file.path) else ""
            )
            return
        state = compare(None, file, time.time_ns()).state
        if state is not None:
            self._mappings[file.relative] = self._no_logs.pop(file.relative)[2]
            run = self._registry.ensure_run(self._recognition.run_name_of(found, file), self._cursor)
            run.clear_problems(self._cursor, file.relative)
            run.add_file(file.path, file.relative, found, state)
            if reason := self._format_recheck.note_recognised(file):
                run.add_problems(self._cursor, [ProblemRow(file.relative, None, None, "read_anew", reason)])
            self._registry.note_file_added(run, file.relative)

    def _restore_cached(self, file: SourceFile, present: Mapping[str, SourceFile]) -> bool:
        """Adds a file that an earlier start has indexed: its parts are loaded, and none of it is read.

        Returns:
            Whether there was anything to restore.
        """
        restored = self._cache.restore(file)
        if restored is None:
            return False
        is_read_alike = self._recognition.is_read_alike(restored.format, file, restored.formats_digest)
        if not is_read_alike or self._redundant.reason_against(file.relative, restored.format, present):
            return False
        self._mappings[file.relative] = self._recognition.mapping_of(file)
        run = self._registry.ensure_run(self._recognition.run_name_of(restored.format, file), self._cursor)
        run.clear_problems(self._cursor, file.relative)  # that it was gone
        run.add_file(file.path, file.relative, restored.format, restored.state, restored.ranges)
        self._registry.note_file_added(run, file.relative)
        return True

    def note_reading_failed(self, run: RunIndex, file: IndexedFile, error: OSError) -> None:
        """Notes that a file cannot be read for now; the next scan tries again."""
        self._messages.note_unreadable(run, file, f"{error.strerror or error}.")
        file.wait_for_more()

    def note_file_read(self, run: RunIndex, file: IndexedFile) -> None:
        """Notes what is to be said of a file by what was read of it: also of kept parts that were loaded."""
        self._file_messages.say(run, file, "reward_lost", self._format_recheck.lost_reward(file))
        if file.is_pending:
            return
        self._messages.note_readable(run, file)
        self._file_messages.say_damage(run, file)
