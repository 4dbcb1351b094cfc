"""What a worker does: it builds the parts of a task and stores them.

The same functions run in this process, in a process beside it, and on another machine. So a task holds nothing but
what can be sent there: its format goes as `Format.spec`.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass

from tensorboard_plugin_rlboard.cluster.shared_store import is_same_store
from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.index.cache.blob_folder import open_folder
from tensorboard_plugin_rlboard.index.cache.manifest import part_facts
from tensorboard_plugin_rlboard.index.cache.part_store import PartStore
from tensorboard_plugin_rlboard.index.parts.range_builder import RangeOrder, build_range
from tensorboard_plugin_rlboard.index.parts.range_plan import CutRange, read_next_range
from tensorboard_plugin_rlboard.sources.discovery.source_file import error_sentence
from tensorboard_plugin_rlboard.sources.file_changes import FileState, with_unpacked_size
from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint
from tensorboard_plugin_rlboard.sources.mounts import mounts
from tensorboard_plugin_rlboard.sources.owned_folder import OwnedFolder
from tensorboard_plugin_rlboard.sources.reader import damage_in


@dataclass(frozen=True)
class Task:
    """What one worker does at a time: a byte range, or a whole compressed file, which has no ranges of its own.

    Attributes:
        path: the file.
        format_spec: `Format.spec` of its format.
        state: its state, of which a compressed one still has to be measured.
        range: ``(offset, length)`` of whole lines; None for a compressed file from `state.read_to` on.
        store: path or address of the store for its parts.
        store_id: of that store; see `shared_store`.
        mount: on which the file lies, where that depends on somebody else and may fall silent; else empty.
    """

    path: str
    format_spec: str
    state: FileState
    range: tuple[int, int] | None
    store: str
    store_id: bytes
    mount: str = ""


@dataclass(frozen=True)
class TaskPart:
    """One part that a task has built.

    Attributes:
        fingerprint: of the bytes it was built from; says where they lie.
        samples, problems: how many it holds.
        name: its name in the store; empty where the worker does not see the store.
        facts, rows: the part itself where the worker does not see the store, else empty.
        size: its bytes.
    """

    fingerprint: Fingerprint
    samples: int
    problems: int
    name: str
    facts: bytes
    rows: bytes
    size: int


@dataclass(frozen=True)
class TaskResult:
    """What became of a task.

    Attributes:
        parts: what it has built, in file order.
        failure: why there are no more, one error_sentence; else empty.
        unpacked_size: bytes that a compressed file unpacks to.
    """

    parts: tuple[TaskPart, ...] = ()
    failure: str = ""
    unpacked_size: int = 0


def run_task(task: Task) -> TaskResult:
    """Does a task.

    Raises:
        OSError: the file cannot be read, or the part cannot be written; another try may succeed.
    """
    mounts.note_foreign(task.path, task.mount)
    return mounts.run_while_active(task.path, lambda: _run(task))


def _run(task: Task) -> TaskResult:
    if task.range is None:
        return _run_packed(task)
    try:
        return TaskResult((_build(task, CutRange(*task.range)),))
    except EOFError:
        return TaskResult(failure="It became shorter while it was read.")
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever a log made a library raise; TensorBoard reads such a range in pieces)
        lines = f"The lines from byte {task.range[0]:,} on"
        return TaskResult(failure=f"{lines} are left to TensorBoard ({type(error).__name__}: {error}).")


def run_task_once(task: Task) -> TaskResult:
    """Does a task that is not tried again: what cannot be read is its failure."""
    try:
        return run_task(task)
    except OSError as error:
        return TaskResult(failure=unreadable(error))


def unreadable(error: OSError) -> str:
    """Why a file cannot be indexed, in one error_sentence with the machine that tried."""
    return f"{error_sentence(error)[:-1]} (on {socket.gethostname()})."


def _run_packed(task: Task) -> TaskResult:
    state = with_unpacked_size(task.state, task.path)
    failure = damage_in(task.path)
    if failure:
        return TaskResult(
            failure=f"{failure} TensorBoard shows them, and the index is not kept.", unpacked_size=state.size
        )
    parts: list[TaskPart] = []
    try:
        at = state.read_to
        while (cut := read_next_range(task.path, at, state.size)) is not None:
            parts.append(_build(task, cut))
            at = cut.offset + cut.length
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 (as above)
        failure = f"It is indexed in part only ({type(error).__name__}: {error})."
    return TaskResult(tuple(parts), failure, state.size)


def _build(task: Task, cut: CutRange) -> TaskPart:
    order = RangeOrder(task.path, cut.offset, cut.length, from_spec(task.format_spec))
    folder = OwnedFolder("range")
    try:
        parquet = folder.path / "range.parquet"
        built = build_range(order, parquet, cut.data)
        rows = parquet.read_bytes() if built.part.samples else b""
    finally:
        folder.cleanup()
    facts = part_facts(order.format, built)
    part, size = built.part, len(facts) + len(rows)
    name = _stored(task, facts, rows)
    if name:
        facts = rows = b""
    return TaskPart(built.fingerprint, part.samples, len(part.problems), name, facts, rows, size)


def _stored(task: Task, facts: bytes, rows: bytes) -> str:
    """Stores a part and returns its name; empty where this machine does not see the store, or may not write there."""
    if not is_same_store(task.store, task.store_id):
        return ""
    try:
        return PartStore(open_folder(task.store)).put(facts, rows)
    except OSError:
        return ""  # whoever gave the task may be allowed what this machine is not
