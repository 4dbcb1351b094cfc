"""A process that builds ranges: orders come by standard input, results go by standard output, both pickled.

It is started by `ahead.py` from the process that answers requests, so that parsing a large log never holds that one's
interpreter. It ends when its input does, that is, with its parent.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_rlboard.index.ranges import Built, build_range

MEMORY = "512MB"
_NICE = 5
"""Behind whatever the user looks at meanwhile."""


def serve(orders: BinaryIO, results: BinaryIO, spill: str) -> None:
    """Builds one order after the other until there are no more."""
    import duckdb  # noqa: PLC0415 (half a second, while the parent reads the first range itself)

    cursor = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spill, "threads": 1})
    while True:
        try:
            order, target = pickle.load(orders)  # noqa: S301 (from our own parent)
        except EOFError:
            return
        result: Built | None
        try:
            result = build_range(cursor, order, Path(target))
        except Exception:  # noqa: BLE001 (the parent builds it again and says what is wrong)
            result = None
        pickle.dump(result, results, protocol=pickle.HIGHEST_PROTOCOL)
        results.flush()


def main() -> None:
    """Serves the parent process."""
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may write between the results
    if hasattr(os, "nice"):
        os.nice(_NICE)
    serve(sys.stdin.buffer, results, sys.argv[1])


if __name__ == "__main__":
    main()
