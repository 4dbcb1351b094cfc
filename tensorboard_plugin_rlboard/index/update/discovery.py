"""A look at every file below the roots: new, grown, rewritten or gone; and what is said of those that cannot be read."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.cache.part_cache import PartCache
from tensorboard_plugin_rlboard.index.detect.recognition import Recognition
from tensorboard_plugin_rlboard.index.joins.joiner import Joiner
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile, digest_of
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
from tensorboard_plugin_rlboard.sources.discovery.walk import list_sources
from tensorboard_plugin_rlboard.sources.file_changes import Change, compare
from tensorboard_plugin_rlboard.sources.reader import damage_in, is_packed
from tensorboard_plugin_rlboard.training.settings.sections import MappingSection

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.index.registry import Registry


class Discovery:
    """Keeps the files of the runs what they are on the disk. Used by the thread that indexes."""

    def __init__(
        self, registry: Registry, cursor: duckdb.DuckDBPyConnection, shelf: PartCache, joins: Joiner
    ) -> None:
        self._registry = registry
        self._joins = joins
        self._cursor = cursor
        self._shelf = shelf
        self._recognition = Recognition(registry.roots, registry.settings)
        self._ignored: dict[str, tuple[int, int, MappingSection]] = {}
        self._rules: dict[str, MappingSection] = {}
        self._unread: set[tuple[str, str]] = set()
        self._damaged: dict[str, str] = {}

    def look(self) -> None:
        """Looks at every file."""
        registry = self._registry
        found = list_sources(registry.roots)
        present = {file.relative: file for files in found.runs.values() for file in files}
        now = time.time_ns()
        known: set[str] = set()
        for run in tuple(registry.runs.values()):
            gone = False
            for relative in tuple(run.files):
                gone |= self._compare(run, run.files[relative], present, now)
            if gone:
                run.number_attempts(self._cursor)
            known |= run.files.keys()
        known |= self._joins.look(present, now)
        self._meet_all([file for relative, file in present.items() if relative not in known], present.keys())
        for file in self._joins.decided(now):
            self._meet(file, present.keys())
        for relative in self._ignored.keys() - present.keys():
            del self._ignored[relative]
        unreadable = {problem.path: problem.reason for problem in found.problems}
        registry.surveyed(registry.ignored.keys() - present.keys(), unreadable)

    def _compare(
        self, run: RunIndex, file: IndexedFile, present: Mapping[str, SourceFile], moment: int
    ) -> bool:
        """Looks at a file that is in the index; whether its rows had to go."""
        now = present.get(file.relative)
        if file.known.superseded_by(file.relative) in present or (
            now is not None and self._reads_otherwise(file, now)
        ):
            # The twin was written after this one was met, or the settings have changed: it is met anew.
            run.forget(self._cursor, file.relative)
            self._registry.changed()
            return True
        seen = compare(file.state, now, moment)
        if seen.change in {Change.UNCHANGED, Change.APPENDED} and seen.state is not None:
            if seen.state.size != file.state.size:
                self._registry.changed()
            file.state = seen.state
            if (run.name, file.relative) in self._unread:
                file.waiting_at = -1  # reading failed; it goes on now
            self.tell(run, file)
            return False
        if seen.change is Change.UNREADABLE:
            self._fail(run, file, seen.reason)
            self._registry.changed()
            return False
        run.forget(self._cursor, file.relative)
        self._damaged.pop(file.relative, None)
        if seen.change is Change.VANISHED:
            reason = "The file was there and is gone; its samples are no longer shown."
            run.note(self._cursor, [(file.relative, None, None, "vanished", reason)])
        elif seen.state is not None:
            run.add_file(file.path, file.relative, file.known, seen.state)
        self._registry.changed()
        return True

    def _meet_all(self, files: list[SourceFile], present: AbstractSet[str]) -> None:
        """Files that are not indexed yet."""
        before = set(self._registry.runs)
        for file in files:
            if self._ignored.get(file.relative) != self._facts(file) and not self._recall(file, present):
                self._meet(file, present)
        for name, run in self._registry.runs.items():
            if name not in before:
                run.recalled = digest_of(run.files.values())

    def _reads_otherwise(self, file: IndexedFile, now: SourceFile) -> bool:
        """Whether the settings of a file, or its tokenizer, have changed since it was met."""
        recognition = self._recognition
        changed = recognition.rule(now) != self._rules.get(file.relative, MappingSection())
        return changed or recognition.bound(file.known, now).spec != file.known.spec

    def _facts(self, file: SourceFile) -> tuple[int, int, MappingSection]:
        """What makes it worth looking once more at a file that was no log, if it changes."""
        return file.size, file.mtime_ns, self._recognition.rule(file)

    def _meet(self, file: SourceFile, present: AbstractSet[str]) -> None:
        """A file that is new: told by its first complete rows, never by its name."""
        self._ignored[file.relative] = self._facts(file)
        try:
            known, reason = self._recognition.sniff(file)
        except OSError as error:
            known, reason = None, f"It cannot be read: {error.strerror or error}."
            del self._ignored[file.relative]  # so that the next look tries again
        if self._joins.takes(file, known, time.time_ns()):
            self._ignored.pop(file.relative, None)
            return
        twin = "" if known is None else known.superseded_by(file.relative)
        if twin in present:
            known, reason = None, f"It has the same rows as {twin}, which is read instead."
        if known is None:
            if reason:
                self._registry.ignore(file.relative, reason)
            return
        state = compare(None, file, time.time_ns()).state
        if state is not None:
            self._rules[file.relative] = self._ignored.pop(file.relative)[2]
            run = self._registry.run_of(self._recognition.run_of(known, file), self._cursor)
            run.forgive(self._cursor, file.relative)
            run.add_file(file.path, file.relative, known, state)
            self._registry.welcome(file.relative)

    def _recall(self, file: SourceFile, present: AbstractSet[str]) -> bool:
        """Whether an earlier start has indexed the file: then its parts are loaded, and none of it is read."""
        restored = self._shelf.restore(file)
        if restored is None:
            return False
        known = restored.format
        as_before = self._recognition.is_as_before(known, file, restored.formats_digest)
        if not as_before or known.superseded_by(file.relative) in present:
            return False
        self._rules[file.relative] = self._recognition.rule(file)
        run = self._registry.run_of(self._recognition.run_of(known, file), self._cursor)
        indexed = run.add_file(file.path, file.relative, known, restored.state)
        indexed.cached, indexed.to_load = restored.ranges, deque(restored.ranges)
        self._registry.welcome(file.relative)
        return True

    def fail(self, run: RunIndex, file: IndexedFile, error: OSError) -> None:
        """Says that a file cannot be read for now; the next look tries again."""
        self._fail(run, file, f"{error.strerror or error}.")
        file.waiting_at = file.state.size

    def _fail(self, run: RunIndex, file: IndexedFile, reason: str) -> None:
        run.message = f"{file.relative} cannot be read: {reason}"
        self._unread.add((run.name, file.relative))

    def tell(self, run: RunIndex, file: IndexedFile) -> None:
        """Says, once all that can be read of a file is indexed, what of an archive cannot, or takes both back."""
        if file.pending:
            return
        if (run.name, file.relative) in self._unread:
            self._unread.discard((run.name, file.relative))
            if not any(name == run.name for name, _ in self._unread):
                run.message = ""
                self._registry.changed()
        if not is_packed(file.path):
            return
        reason = damage_in(file.path)
        if self._damaged.get(file.relative, "") != reason:
            self._damaged[file.relative] = reason
            run.forgive(self._cursor, file.relative, "damaged_archive")
            if reason:
                run.note(self._cursor, [(file.relative, None, None, "damaged_archive", reason)])
            self._registry.changed()
