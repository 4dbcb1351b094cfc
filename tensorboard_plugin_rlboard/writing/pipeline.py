"""The writer's work: from what was handed over to lines in a file and means in an event file. Nothing of it raises."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tensorboard_plugin_rlboard.writing import config_file
from tensorboard_plugin_rlboard.writing.options import Options
from tensorboard_plugin_rlboard.writing.output import event_file
from tensorboard_plugin_rlboard.writing.output.json_lines import Row, encode
from tensorboard_plugin_rlboard.writing.output.rank_files import RankFiles, zstd_frames
from tensorboard_plugin_rlboard.writing.rows import Item
from tensorboard_plugin_rlboard.writing.sample_counts import SampleCounts
from tensorboard_plugin_rlboard.writing.snapshot import weight
from tensorboard_plugin_rlboard.writing.steps.sampling import pick
from tensorboard_plugin_rlboard.writing.steps.step_buffer import GRACE, Step, Steps

LOST = "dropped_before"
"""Key of a row: how many samples were lost between it and the row before it."""
_HELD = 4 * 1024 * 1024
"""Bytes of lines that are collected for a compressed frame at most."""
_AT_ONCE = 64
"""Rows whose lines are made together: their numbers fill a block."""


class WritingPipeline:
    """Does the work of one writer; the pump sees to it that one thread does so at a time.

    Attributes:
        account: what became of the samples.
        files: where they go.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        pack, problem = zstd_frames() if options.compress else (None, "")
        self.files = RankFiles(options.folder, options.split, options.rank, options.max_bytes, pack)
        self.account = SampleCounts(lambda: self.files.path)
        self._reported = 0
        self._steps = Steps(self._begin, self._take, self._end)
        self._packed = pack is not None
        self._held: list[bytes] = []
        self._held_bytes, self._held_since = 0, 0.0
        inside = options.folder / f"rank_{options.rank}" if options.rank else options.folder
        self._events = event_file.EventFile.shared(inside) if options.scalars else None
        self._named = 0
        self._configured = not options.config or options.rank != 0
        for complaint in [*options.complaints, *([problem] if problem else [])]:
            self.account.warn(complaint, complaint)
        if not self._packed:
            try:
                self.files.open()
            except Exception as error:
                self.account.fail(error, samples=0)

    def skips(self, step: object) -> bool:
        """Whether nothing at all is wanted of a step, so that its samples need not even be copied."""
        every = self.options.every_n_steps
        return every > 1 and not self.options.scalars and type(step) is int and step % every != 0

    def work(self, items: list[Item]) -> None:
        """Takes what was logged, in order."""
        self._configure()
        rows: list[Row] = []
        for item in items:
            try:
                found = item.rows()
            except Exception as error:
                self.account.fail(error, item.samples)
                continue
            whole = [row for row in found if row.get("step") is not None]
            if len(whole) < len(found):
                self.account.fail(ValueError("a sample needs a step"), len(found) - len(whole))
            rows += [{"step": row["step"], "split": self.options.split, **row} for row in whole]
        try:
            self._steps.add(rows)
        except Exception as error:
            self.account.fail(error, len(rows))

    def _begin(self, split: str, step: Any) -> Step:
        means = None
        if self.options.scalars and type(step) is int:
            try:
                from tensorboard_plugin_rlboard.writing.steps.step_means import StepMeans  # noqa: PLC0415 (NumPy)

                means = StepMeans()
            except ImportError as error:
                self.account.warn("scalars", f"no step means are written: {error}")
        return Step(split, step, means)

    def _take(self, step: Step, rows: list[Row]) -> None:
        if step.means is not None:
            try:
                step.means.add(rows)
            except Exception as error:
                step.means = None
                self.account.warn("means", f"a step's means are left out: {type(error).__name__}: {error}")
        every = self.options.every_n_steps
        if every > 1 and type(step.step) is int and step.step % every:
            self.account.add(skipped=len(rows))
        elif self.options.max_samples_per_step is not None:
            step.held += rows
            step.held_bytes += sum(weight(value) for row in rows for value in row.values())
            if step.held_bytes > self.options.queue_bytes:
                self._choose(step)  # as if the step were complete: the memory is the training's
        else:
            self._write(rows)

    def _choose(self, step: Step) -> None:
        held, step.held, step.held_bytes = step.held, [], 0
        if held and self.options.max_samples_per_step is not None:
            seed = f"{step.split}/{step.step}/{self.options.rank}"
            chosen = pick(held, self.options.max_samples_per_step, seed)
            self.account.add(skipped=len(held) - len(chosen))
            self._write(chosen)

    def _end(self, step: Step) -> None:
        self._choose(step)
        self._release()
        self._name_files()
        if step.means is not None:
            self._event(lambda file: file.scalars(step.step, event_file.tags(step.split, self._values(step))))

    def _values(self, step: Step) -> dict[str, float]:
        values: dict[str, float] = step.means.scalars()
        return values | ({"dropped": float(self.account.dropped)} if self.account.dropped else {})

    def _write(self, rows: Sequence[Row]) -> None:
        for at in range(0, len(rows), _AT_ONCE):
            lines = self._lines(rows[at : at + _AT_ONCE])
            if not self._packed or not self.options.background:
                self._append(lines)
                continue
            self._held_since = self._held_since if self._held else time.monotonic()
            self._held += lines
            self._held_bytes += sum(map(len, lines))
            if self._held_bytes >= _HELD:
                self._release()

    def _lines(self, rows: Sequence[Row]) -> list[bytes]:
        try:
            found = encode(rows, self.options.precision)
        except Exception as error:
            self.account.fail(error, len(rows))
            return []
        for one in found:
            if isinstance(one, Exception):
                self.account.fail(one, 1)
        return [one for one in found if isinstance(one, bytes)]

    def _release(self) -> None:
        lines, self._held, self._held_bytes = self._held, [], 0
        if lines:
            self._append(lines)

    def _append(self, lines: list[bytes]) -> None:
        lost = self.account.dropped - self._reported
        if lost and lines:
            lines[0] = lines[0][:-2] + f',"{LOST}":{lost}}}\n'.encode()
        written, error = self.files.append(lines)
        if written:
            self._reported += lost
        self.account.add(written=written)
        if error is not None:
            self.account.fail(error, len(lines) - written)

    def _name_files(self) -> None:
        """Says in the event file which files there are; not at once, because TensorBoard is imported for it."""
        if self.options.scalars and len(self.files.names) > self._named and self.account.written:
            self._named = len(self.files.names)
            paths = [self.options.folder / name for name in self.files.names]
            self._event(lambda file: file.names(paths, self.options.config))

    def _event(self, write: Any) -> None:
        try:
            if self._events is not None:
                write(self._events)
        except Exception as error:
            if not self.account.has_failed():
                self.account.warn("scalars", f"no scalars are written: {type(error).__name__}: {error}")

    def _configure(self) -> None:
        if not self._configured:
            self._configured = True
            try:
                config_file.write(self.options.folder, self.options.config)
            except Exception as error:
                self.account.fail(error, 0)

    def idle(self) -> None:
        """Ends steps that nothing more is expected of, and lets go of lines that have waited for long."""
        try:
            self._steps.look()
            if self._held and time.monotonic() - self._held_since >= GRACE:
                self._release()
            self._name_files()
        except Exception as error:
            self.account.fail(error, 0)

    def settle(self) -> None:
        """Writes everything that is held back, and puts it on the disk."""
        self._configure()
        try:
            for step in tuple(self._steps.open.values()):
                self._choose(step)
            self._release()
            self.files.sync()
        except Exception as error:
            self.account.fail(error, 0)

    def finish(self) -> None:
        """Ends every step and closes the files."""
        self._configure()
        try:
            self._steps.finish()
            self._release()
            self._name_files()
        except Exception as error:
            self.account.fail(error, 0)
        self.files.close()
        if self._events is not None:
            self._events.close()
            self._events = None
        self.account.close()

    def forked(self) -> None:
        """In a child process: what is open is the parent's, and locks may be held by threads that are not here."""
        self.account.forked()
        self.files.close()
        self._held, self._events = [], None
