"""A process that builds ranges: orders come by standard input, results go by standard output, both pickled.

It is started by `worker_pool` from the process that answers requests, so that parsing a large log never holds that one's
interpreter. It ends as soon as its input does, that is, with its parent, whatever it is working on.
"""

from __future__ import annotations

import os
import pickle
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.index.memory_budget import set_writing_limit
from tensorboard_plugin_rlboard.index.parts.range_builder import BuiltRange, RangeOrder, build_range
from tensorboard_plugin_rlboard.operating_system import lower_process_priority

Order = tuple[int, str, int, int, str, str, str]
"""Ticket, path, offset, length, the format's spec, the plain path, and the Parquet file to write."""


def take_orders(orders: BinaryIO, waiting: queue.SimpleQueue[Order], ended: Callable[[], object]) -> None:
    """Takes orders in as they come, and calls `ended` where no more can come.

    In a thread of its own: who reads the next order when the last one is done hears of the parent's end by then only,
    which is a minute of a busy machine later, and has a second order in the pipe.
    """
    try:
        while True:
            waiting.put(pickle.load(orders))  # noqa: S301 (from our own parent)
    except Exception:  # noqa: BLE001 (the parent was killed while it wrote one)
        ended()


def serve(waiting: queue.SimpleQueue[Order], results: BinaryIO) -> None:
    """Builds one order after the other until the process is ended."""
    import duckdb  # noqa: F401, PLC0415 (half a second, while the parent reads the first range itself)

    while True:
        ticket, path, offset, length, spec, plain_path, target = waiting.get()
        result: BuiltRange | None
        try:
            order = RangeOrder(path, offset, length, from_spec(spec), plain_path)
            result = _without_line_places(build_range(order, Path(target)))
        except Exception:  # noqa: BLE001 (the parent builds it again and says what is wrong)
            result = None
        pickle.dump((ticket, result), results, protocol=pickle.HIGHEST_PROTOCOL)
        results.flush()


def _without_line_places(built: BuiltRange) -> BuiltRange:
    """The same with the places of those lines only that have a problem: nobody asks for the others."""
    part = built.part
    lines = [problem.line for problem in part.problems]
    problems = [replace(problem, line=i) for i, problem in enumerate(part.problems)]
    offsets, numbers = part.line_offsets[lines], part.line_numbers[lines]
    return replace(built, part=replace(part, problems=problems, line_offsets=offsets, line_numbers=numbers))


def main() -> None:
    """Serves the parent process."""
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may write between the results
    lower_process_priority()
    set_writing_limit(int(sys.argv[1]))
    waiting: queue.SimpleQueue[Order] = queue.SimpleQueue()
    take = threading.Thread(
        target=take_orders,
        args=(sys.stdin.buffer, waiting, lambda: os._exit(0)),
        name="rlboard-orders",
        daemon=True,
    )
    take.start()
    serve(waiting, results)


if __name__ == "__main__":
    main()
