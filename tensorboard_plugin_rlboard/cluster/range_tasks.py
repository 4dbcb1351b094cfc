"""What a worker does: it builds the parts of ranges and puts them where the index is kept.

The same function runs in this process, in a process beside it, and on another machine.
"""

from __future__ import annotations

import socket
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tensorboard_plugin_rlboard.index.build.range_builder import BuiltRange, RangeOrder, build_range
from tensorboard_plugin_rlboard.index.build.range_plan import plan
from tensorboard_plugin_rlboard.index.cache.blob_folder import place
from tensorboard_plugin_rlboard.index.cache.manifest import part_facts
from tensorboard_plugin_rlboard.index.cache.part_store import PartStore
from tensorboard_plugin_rlboard.sources.discovery.source_file import sentence
from tensorboard_plugin_rlboard.sources.file_changes import FileState, Fingerprint, measure
from tensorboard_plugin_rlboard.sources.reader import damage


@dataclass(frozen=True)
class Task:
    """What one worker does at a time: a byte range, or a whole compressed file, which has no ranges of its own.

    Attributes:
        path: the file.
        known: name of its format.
        state: its state, of which a compressed one still has to be measured.
        range: ``(offset, length)`` of whole lines; None for a compressed file from `state.read_to` on.
        store: path or address of the place where parts go.
        mark: a file there, and its content: who reads it sees the same place.
    """

    path: str
    known: str
    state: FileState
    range: tuple[int, int] | None
    store: str
    mark: tuple[str, bytes]


@dataclass(frozen=True)
class Done:
    """One part that was built.

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
class Outcome:
    """What became of a task.

    Attributes:
        done: its parts, in file order.
        failure: why there are no more, one sentence; else empty.
        size: bytes that a compressed file unpacks to.
    """

    done: tuple[Done, ...] = ()
    failure: str = ""
    size: int = 0


def run(task: Task) -> Outcome:
    """Does a task.

    Raises:
        OSError: the file cannot be read, or the part cannot be written; another attempt may succeed.
    """
    if task.range is None:
        return _run_packed(task)
    try:
        return Outcome((_build(task, task.range),))
    except EOFError:
        return Outcome(failure="It became shorter while it was read.")
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever a log made a library raise; TensorBoard reads such a range in pieces)
        where = f"The lines from byte {task.range[0]:,} on"
        return Outcome(failure=f"{where} are left to TensorBoard ({type(error).__name__}: {error}).")


def attempt(task: Task) -> Outcome:
    """Does a task; what cannot be read is said in its outcome."""
    try:
        return run(task)
    except OSError as error:
        return Outcome(failure=unreadable(error))


def unreadable(error: OSError) -> str:
    """Why a file cannot be indexed, in one sentence with the machine that tried."""
    return f"{sentence(error)[:-1]} (on {socket.gethostname()})."


def _run_packed(task: Task) -> Outcome:
    state = measure(task.state, task.path)
    wrong = damage(task.path)
    if wrong:
        return Outcome(failure=f"{wrong} TensorBoard shows them, and the index is not kept.", size=state.size)
    done: list[Done] = []
    try:
        done.extend(_build(task, at) for at in plan(task.path, state.read_to, state.size))
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 (as above)
        return Outcome(
            tuple(done), f"It is indexed in part only ({type(error).__name__}: {error}).", state.size
        )
    return Outcome(tuple(done), "", state.size)


def _build(task: Task, at: tuple[int, int]) -> Done:
    order = RangeOrder(task.path, *at, task.known)
    with tempfile.TemporaryDirectory(prefix="rlboard-") as folder:
        rows = Path(folder) / "range.parquet"
        built = build_range(order, rows)
        return _put(task, built, rows.read_bytes() if built.part.samples else b"")


def _put(task: Task, built: BuiltRange, rows: bytes) -> Done:
    facts = part_facts(task.known, built)
    part, size = built.part, len(facts) + len(rows)
    if _sees(task.store, task.mark):
        try:
            name = PartStore(place(task.store)).put(facts, rows)
        except OSError:
            pass  # whoever asked for the part may be allowed what this machine is not
        else:
            return Done(built.fingerprint, part.samples, len(part.problems), name, b"", b"", size)
    return Done(built.fingerprint, part.samples, len(part.problems), "", facts, rows, size)


@cache
def _sees(store: str, mark: tuple[str, bytes]) -> bool:
    """Whether this machine sees the store that the caller sees, and not just a folder of the same name."""
    name, content = mark
    try:
        return place(store).read(name, len(content)) == content
    except OSError:
        return False
