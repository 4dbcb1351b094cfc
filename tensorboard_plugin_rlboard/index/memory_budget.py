"""Shares the user's memory limit out among the databases that RL Board opens.

Three eighths belong to the query database, which holds the rows of all runs and reads what does not fit from its file;
a quarter to the database that writes parts in TensorBoard's own process; the rest to those in the worker
processes, of which there are as many as get 96 MB each. What Python and the libraries take themselves (about 100 MB a
process), and the lines that are being read, come on top: nobody can limit those from outside.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from tensorboard_plugin_rlboard.operating_system import address_space_limit

logger = logging.getLogger(__name__)
DEFAULT_LIMIT_MB = 512
"""Megabytes."""
_MIN_ADDRESS_SPACE_BYTES = 2_000_000_000
"""Bytes of addresses with which a small log is indexed; with 1.6 GB requests found no room for their threads."""
_MIN_LIMIT_MB = 128
_MIN_WORKER_SHARE_MB = 96
_MAX_WORKERS = 4
_UNITS = {"": 1.0, "M": 1.0, "MB": 1.0, "MIB": 1.0, "G": 1024.0, "GB": 1024.0, "GIB": 1024.0}


@dataclass(frozen=True)
class MemoryShares:
    """How many megabytes each database gets.

    Attributes:
        query_mb: the query database.
        writing_mb: the database that writes parts, in TensorBoard's process.
        worker_mb: the same in each worker process.
        n_workers: how many worker processes there are.
    """

    query_mb: int
    writing_mb: int
    worker_mb: int
    n_workers: int


def parse_limit(text: str) -> int:
    """The limit that a user wrote, in megabytes; the default where nothing was written.

    A limit that cannot be read must not keep TensorBoard from starting: it is said once, and the default holds.
    """
    wanted = text.strip().upper()
    if not wanted:
        return DEFAULT_LIMIT_MB
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MG]?I?B?)", wanted)
    if found is None or found[2] not in _UNITS:
        logger.warning(
            "--rlboard_memory_limit=%s is no amount of memory such as 512 or 2GB; RL Board uses %d MB.",
            text,
            DEFAULT_LIMIT_MB,
        )
        return DEFAULT_LIMIT_MB
    amount = int(min(float(found[1]) * _UNITS[found[2]], 1 << 30))
    if amount < _MIN_LIMIT_MB:
        logger.warning("--rlboard_memory_limit=%s is too little; RL Board uses %d MB.", text, _MIN_LIMIT_MB)
        return _MIN_LIMIT_MB
    return amount


def share_memory(limit: int, cores: int) -> MemoryShares:
    """Shares a limit out.

    Args:
        limit: megabytes.
        cores: processes beyond their number would only wait for each other.
    """
    query, writing = limit * 3 // 8, limit // 4
    left = limit - query - writing
    workers = max(1, min(_MAX_WORKERS, cores, left // _MIN_WORKER_SHARE_MB))
    return MemoryShares(query, writing, left // workers, workers)


_limits: list[int] = []


def set_writing_limit(megabytes: int) -> None:
    """Sets how much memory databases that write parts may use in this process; those that are open keep theirs."""
    _limits[:] = [megabytes]


def writing_limit() -> str:
    """How much memory a database that writes parts may use in this process, as DuckDB spells it: `128MB`."""
    return f"{_limits[0] if _limits else DEFAULT_LIMIT_MB // 4}MB"


def address_space_warning() -> str:
    """One sentence if the process may have so few addresses (`ulimit -v`) that to index would end TensorBoard; else empty.

    DuckDB reserves addresses for each of its threads, and aborts the process where the system has no more of them.
    """
    most = address_space_limit()
    if most is None or most >= _MIN_ADDRESS_SPACE_BYTES:
        return ""
    return (
        f"TensorBoard may have {most / 1e9:.1f} GB of addresses (ulimit -v), and RL Board needs "
        f"{_MIN_ADDRESS_SPACE_BYTES / 1e9:.1f} GB: nothing is indexed. Start it behind `ulimit -v unlimited`."
    )
