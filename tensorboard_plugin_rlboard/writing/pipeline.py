"""Turns logged calls into lines in files and step means in an event file. No method raises."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tensorboard_plugin_rlboard.writing import config_file
from tensorboard_plugin_rlboard.writing.gaps import DropCount, MarkedLine, split_off_marks, with_marks_moved
from tensorboard_plugin_rlboard.writing.options import Options
from tensorboard_plugin_rlboard.writing.output import event_file
from tensorboard_plugin_rlboard.writing.output.json_lines import Row, encode_rows
from tensorboard_plugin_rlboard.writing.output.rank_files import RankFiles, zstd_compressor
from tensorboard_plugin_rlboard.writing.rows import LogCall
from tensorboard_plugin_rlboard.writing.sample_counts import SampleCounts
from tensorboard_plugin_rlboard.writing.snapshot import approximate_bytes
from tensorboard_plugin_rlboard.writing.steps.sampling import choose_samples
from tensorboard_plugin_rlboard.writing.steps.step_buffer import LATE_SECONDS, OpenStep, StepBuffer

_MAX_PENDING_BYTES = 4 * 1024 * 1024
"""Bytes of lines that are collected for one compressed frame at most."""
_ROWS_PER_BLOCK = 64
"""Rows that are encoded together: their numbers fill a block of `rounded_numbers`."""


class WritingPipeline:
    """The worker of one writer's `BackgroundQueue`, which calls it from one thread at a time.

    Attributes:
        options: of the writer.
        counts: how many samples were written, dropped and skipped.
        files: the files that the lines are appended to.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        pack, problem = zstd_compressor() if options.compress else (None, "")
        self.files = RankFiles(options.folder, options.split, options.rank, options.max_bytes, pack)
        self.counts = SampleCounts(lambda: self.files.path)
        self._gap_before_row, self._gap_before_line, self._gap_on_disk = DropCount(), DropCount(), DropCount()
        self._steps = StepBuffer(self._open_step, self._add_rows, self._end_step)
        self._compressed = pack is not None
        self._pending_lines: list[MarkedLine] = []
        self._pending_bytes, self._pending_since = 0, 0.0
        inside = options.folder / f"rank_{options.rank}" if options.rank else options.folder
        self._event_file = event_file.EventFile.shared(inside) if options.scalars else None
        self._declared_files = 0
        self._config_written = not options.config or options.rank != 0
        for complaint in [*options.problems, *([problem] if problem else [])]:
            self.counts.warn_once(complaint, complaint)
        if not self._compressed:
            try:
                self.files.open()
            except Exception as error:
                self.counts.count_failed(error, samples=0)

    def skips(self, step: object) -> bool:
        """Whether neither lines nor means are wanted of a step, so that its samples need not be copied."""
        every = self.options.every_n_steps
        return every > 1 and not self.options.scalars and type(step) is int and step % every != 0

    def process(self, items: list[LogCall]) -> None:
        """Write logged calls, in order."""
        self._write_config()
        rows: list[Row] = []
        gap = self._gap_before_row
        for item in items:
            gap.add(item.dropped_before)
            try:
                found = item.rows()
            except Exception as error:
                self.counts.count_failed(error, item.samples)
                gap.add(item.samples)
                continue
            for row in found:
                if row.get("step") is None:
                    self.counts.count_failed(ValueError("a sample needs a step"), 1)
                    gap.add(1)
                else:
                    rows.append(gap.mark({"step": row["step"], "split": self.options.split, **row}))
        try:
            self._steps.add(rows)
        except Exception as error:
            self.counts.count_failed(error, len(rows))
            gap.add(len(rows) + sum(split_off_marks(rows)))

    def _open_step(self, split: str, step: Any) -> OpenStep:
        means = None
        if self.options.scalars and type(step) is int:
            try:
                from tensorboard_plugin_rlboard.writing.steps.step_means import StepMeans

                means = StepMeans()
            except ImportError as error:
                self.counts.warn_once("scalars", f"no step means are written: {error}")
        return OpenStep(split, step, means)

    def _add_rows(self, step: OpenStep, rows: list[Row]) -> None:
        if step.means is not None:
            try:
                step.means.add(rows)
            except Exception as error:
                step.means = None
                self.counts.warn_once(
                    "means", f"a step's means are left out: {type(error).__name__}: {error}"
                )
        every = self.options.every_n_steps
        if every > 1 and type(step.step) is int and step.step % every:
            self.counts.count(skipped=len(rows))
            self._gap_before_line.add(sum(split_off_marks(rows)))
        elif self.options.max_samples_per_step is not None:
            step.candidates += rows
            step.candidate_bytes += sum(approximate_bytes(value) for row in rows for value in row.values())
            if step.candidate_bytes > self.options.queue_bytes:
                self._write_chosen(step)  # as if the step were complete: the memory is the training's
        else:
            self._write_rows(rows)

    def _write_chosen(self, step: OpenStep) -> None:
        candidates, step.candidates, step.candidate_bytes = step.candidates, [], 0
        if candidates and self.options.max_samples_per_step is not None:
            seed = f"{step.split}/{step.step}/{self.options.rank}"
            limit = self.options.max_samples_per_step
            chosen, left = with_marks_moved(candidates, lambda rows: choose_samples(rows, limit, seed))
            self._gap_before_line.add(left)
            self.counts.count(skipped=len(candidates) - len(chosen))
            self._write_rows(chosen)

    def _end_step(self, step: OpenStep) -> None:
        self._write_chosen(step)
        self._write_pending()
        self._declare_files()
        if step.means is not None:
            self._write_event(
                lambda file: file.write_scalars(
                    step.step, event_file.scalar_tags(step.split, self._step_scalars(step))
                )
            )

    def _step_scalars(self, step: OpenStep) -> dict[str, float]:
        values: dict[str, float] = step.means.scalars()
        return values | ({"dropped": float(self.counts.dropped)} if self.counts.dropped else {})

    def _write_rows(self, rows: Sequence[Row]) -> None:
        for at in range(0, len(rows), _ROWS_PER_BLOCK):
            lines = self._encode(rows[at : at + _ROWS_PER_BLOCK])
            if not self._compressed or not self.options.background:
                self._append_lines(lines)
                continue
            self._pending_since = self._pending_since if self._pending_lines else time.monotonic()
            self._pending_lines += lines
            self._pending_bytes += sum(len(line.content) for line in lines)
            if self._pending_bytes >= _MAX_PENDING_BYTES:
                self._write_pending()

    def _encode(self, rows: Sequence[Row]) -> list[MarkedLine]:
        marks, gap = split_off_marks(rows), self._gap_before_line
        try:
            found = encode_rows(rows, self.options.precision)
        except Exception as error:
            self.counts.count_failed(error, len(rows))
            gap.add(len(rows) + sum(marks))
            return []
        lines = []
        for one, mark in zip(found, marks, strict=True):
            gap.add(mark)
            if isinstance(one, bytes):
                lines.append(MarkedLine(one, gap.take()))
            else:
                self.counts.count_failed(one, 1)
                gap.add(1)
        return lines

    def _write_pending(self) -> None:
        lines, self._pending_lines, self._pending_bytes = self._pending_lines, [], 0
        if lines:
            self._append_lines(lines)

    def _append_lines(self, lines: list[MarkedLine]) -> None:
        gap = self._gap_on_disk
        if lines:
            lines[0] = MarkedLine(lines[0].content, lines[0].dropped_before + gap.take())
        written, error = self.files.append([line.encoded() for line in lines])
        self.counts.count(written=written)
        if error is not None:
            self.counts.count_failed(error, len(lines) - written)
        gap.add(sum(1 + line.dropped_before for line in lines[written:]))

    def _declare_files(self) -> None:
        """Name new files in the event file; not when they are opened, because TensorBoard is imported for that."""
        if self.options.scalars and len(self.files.names) > self._declared_files and self.counts.written:
            self._declared_files = len(self.files.names)
            paths = [self.options.folder / name for name in self.files.names]
            self._write_event(lambda file: file.declare_files(paths, self.options.config))

    def _write_event(self, write: Any) -> None:
        try:
            if self._event_file is not None:
                write(self._event_file)
        except Exception as error:
            if not self.counts.has_failed():
                self.counts.warn_once("scalars", f"no scalars are written: {type(error).__name__}: {error}")

    def _write_config(self) -> None:
        if not self._config_written:
            self._config_written = True
            try:
                config_file.write_config(self.options.folder, self.options.config)
            except Exception as error:
                self.counts.count_failed(error, 0)

    def idle(self) -> None:
        """End steps that no late sample is expected for, and write lines that have been pending for long."""
        try:
            self._steps.end_expired()
            if self._pending_lines and time.monotonic() - self._pending_since >= LATE_SECONDS:
                self._write_pending()
            self._declare_files()
        except Exception as error:
            self.counts.count_failed(error, 0)

    def flush(self) -> None:
        """Write everything that is pending, and put it on the disk."""
        self._write_config()
        try:
            for step in tuple(self._steps.open_steps.values()):
                self._write_chosen(step)
            self._write_pending()
            self.files.sync()
        except Exception as error:
            self.counts.count_failed(error, 0)

    def close(self) -> None:
        """End every step and close the files."""
        self._write_config()
        try:
            self._steps.end_all()
            self._write_pending()
            self._declare_files()
        except Exception as error:
            self.counts.count_failed(error, 0)
        self.files.close()
        if self._event_file is not None:
            self._event_file.close()
            self._event_file = None
        self.counts.close()

    def after_fork(self) -> None:
        """In a child process: what is open is the parent's, and locks may be held by threads that are not here."""
        self.counts.after_fork()
        self.files.close()
        self._pending_lines, self._event_file = [], None
