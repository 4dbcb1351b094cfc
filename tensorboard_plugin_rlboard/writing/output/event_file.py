"""Writes an event file of TensorBoard's: step means as scalars, and a summary that names the rollout files.

Written record by record through TensorBoard's own record writer, which needs no TensorFlow. TensorBoard is imported for
the first record only, in the thread that writes.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PLUGIN_NAME = "rlboard"
"""Owner of the summaries that name files, and first component of the tags of the train split."""
FILE_SUFFIX = ".rlboard"
"""Suffix of the names of our event files."""
_COUNTER = itertools.count()
_SHARED: dict[Path, EventFile] = {}
_LOCK = threading.Lock()


def event_folder(folder: Path) -> Path:
    """The folder of a run's event file: the run's folder, or `rlboard` in it where other event files lie already.

    TensorBoard's slower way of loading (`--load_fast=false`, remote folders) reads the event files of a folder one
    after the other and never goes back: a second writer would freeze the first one's curves.
    """
    inside = folder / PLUGIN_NAME
    for candidate in (folder, inside):
        if any("tfevents" in name and name.endswith(FILE_SUFFIX) for name in _file_names(candidate)):
            return candidate
    return inside if any("tfevents" in name for name in _file_names(folder)) else folder


def _file_names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def file_name(ending: str = FILE_SUFFIX) -> str:
    """A new name that TensorBoard takes for an event file."""
    return f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}.{next(_COUNTER)}{ending}"


class EventFile:
    """One event file; made when the first record is written.

    Args:
        folder: the run's folder.
        name: the file's name; by default one that TensorBoard reads.
    """

    def __init__(self, folder: Path, name: str = "") -> None:
        self._run = folder
        self._name = name
        self._users = 1
        self._file: Any = None
        self._lock = threading.Lock()
        self.path: Path | None = None

    @classmethod
    def shared(cls, folder: Path) -> EventFile:
        """The event file of a run's folder, shared by all writers of this process; each of them has to close it."""
        with _LOCK:
            found = _SHARED.get(folder)
            if found is None:
                found = _SHARED[folder] = cls(folder)
            else:
                found._users += 1
            return found

    @functools.cached_property
    def folder(self) -> Path:
        """The file's folder, decided at the first use: by then the trainer's own event file is there."""
        return event_folder(self._run)

    def write_scalars(self, step: int, values: Mapping[str, float], wall_time: float | None = None) -> None:
        """Write values of a step, by tag.

        Raises:
            ImportError: there is no TensorBoard.
            OSError: the file cannot be written.
        """
        from tensorboard.compat.proto.summary_pb2 import Summary

        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])
        self._write(step=step, summary=summary, wall_time=wall_time)

    def declare_files(self, files: Sequence[Path], config: Mapping[str, Any]) -> None:
        """Write a summary that names the rollout files of this run, the newest last; its tag is that file's name.

        Raises:
            ImportError: there is no TensorBoard.
            OSError: the file cannot be written.
        """
        from tensorboard.compat.proto import summary_pb2, tensor_pb2, types_pb2

        relative_paths = [Path(os.path.relpath(path, self.folder)).as_posix() for path in files]
        declaration = json.dumps(
            {"version": 1, "files": relative_paths, "config": config}, ensure_ascii=False
        ).encode()
        metadata = summary_pb2.SummaryMetadata(
            plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=PLUGIN_NAME, content=declaration),
            data_class=summary_pb2.DATA_CLASS_TENSOR,
        )
        tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=[declaration])
        value = summary_pb2.Summary.Value(
            tag=f"{PLUGIN_NAME}/{files[-1].name}", metadata=metadata, tensor=tensor
        )
        self._write(step=0, summary=summary_pb2.Summary(value=[value]))

    def _write(self, wall_time: float | None = None, **fields: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        with self._lock:
            if self._file is None:
                self._file = self._open()
                self._record(Event(wall_time=time.time(), file_version="brain.Event:2"))
            self._record(Event(wall_time=time.time() if wall_time is None else wall_time, **fields))

    def _open(self) -> Any:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / (self._name or file_name())
        return self.path.open("ab", buffering=0)

    def _record(self, event: Any) -> None:
        from tensorboard.summary.writer.record_writer import RecordWriter

        RecordWriter(self._file).write(event.SerializeToString())

    def close(self) -> None:
        """Close the file, if no other writer shares it any more."""
        with _LOCK:
            self._users -= 1
            if self._users > 0:
                return
            for folder in [folder for folder, file in _SHARED.items() if file is self]:
                del _SHARED[folder]
        if self._file is not None:
            self._file.close()
            self._file = None


def after_fork() -> None:
    """In a child process: the files are the parent's."""
    global _LOCK  # noqa: PLW0603 - whoever held it was left behind in the parent
    _LOCK = threading.Lock()
    _SHARED.clear()


def scalar_tags(split: str, values: Mapping[str, float]) -> dict[str, float]:
    """Turn names of metrics into tags: `rlboard/reward` for the train split, `rlboard_eval/reward` for another."""
    group = PLUGIN_NAME if split == "train" else f"{PLUGIN_NAME}_{split}"
    return {f"{group}/{name}": value for name, value in values.items()}
