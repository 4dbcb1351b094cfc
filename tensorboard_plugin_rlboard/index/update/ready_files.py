"""Which files of a run can be worked on now, and what is waited for where there are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import BUDGET_BYTES
from tensorboard_plugin_rlboard.sources.reader import (
    is_waiting_to_be_unpacked,
    stop_unpacking,
    unpacking_jobs,
    wait_for_unpacking,
)

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile

_UNPACKED_SIZE = 5
"""Times its size that an archive may unpack to, to be careful: logs of text and rounded numbers unpack to less."""

_UNPACKING_SECONDS = 0.2
"""For so long is waited at once for a file that is being unpacked, so that stopping is noticed."""


def ready_files(run: RunIndex) -> list[IndexedFile]:
    """The files of a run that something is left to do for, but for those that a process is unpacking."""
    return [
        file
        for file in run.files.values()
        if file.is_pending
        and (file.to_load or file.state.measured or not is_waiting_to_be_unpacked(file.path))
    ]


def unpacked_together(files: Sequence[IndexedFile]) -> Sequence[IndexedFile]:
    """The same files; of archives that may not all lie unpacked beside each other only one: so each is unpacked once."""
    archives = [file for file in files if file.state.packed >= 0 and not file.to_load]
    if sum(file.state.packed for file in archives) * _UNPACKED_SIZE <= BUDGET_BYTES:
        return files
    first = max(archives, key=lambda file: file.state.read_to)
    return [file for file in files if file is first or file not in archives]


def wait_while_unpacking(scan: Callable[[], None]) -> bool:
    """Waits for a process that unpacks a file, for a moment; returns whether there is anything to wait for.

    What is unpacked and was not taken by now is of a file that was not known yet, which a scan finds, or of none.
    """
    running, done = unpacking_jobs()
    if running:
        wait_for_unpacking(_UNPACKING_SECONDS)
    elif done:
        scan()
        stop_unpacking(set(done) & set(unpacking_jobs()[1]))
    return bool(running or done)
