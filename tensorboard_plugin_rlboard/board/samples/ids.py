"""Ids of samples: opaque, made from the relative file path, the byte offset and the row in the line.

They survive restarts, re-indexing and links. An id is only ever looked up in the index; no path comes out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tensorboard_plugin_rlboard.errors import UnknownError
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile

_ID = re.compile(r"([0-9a-f]{10})-(0|[1-9a-f][0-9a-f]{0,14})-(0|[1-9a-f][0-9a-f]{0,6})")


def sample_id(digest: str, offset: int, row: int) -> str:
    """The id of a sample.

    Args:
        digest: of the relative path of its file.
        offset: of its line, in bytes.
        row: which sample of the line it is.
    """
    return f"{digest}-{offset:x}-{row:x}"


def sample_ids(run: RunIndex, rows: Iterable[tuple[int, int, int]]) -> list[str]:
    """The ids of samples, given by the number of their file, the offset of their line and their row in it."""
    digests = {file.number: file.digest for file in tuple(run.files.values())}
    return [sample_id(digests.get(file, ""), offset, row) for file, offset, row in rows]


def resolve_sample_id(run: RunIndex, name: str) -> tuple[IndexedFile, int, int]:
    """The file, the byte offset of the line and the row in it that an id names.

    Raises:
        UnknownError: no file of the run has that digest, or it is no id.
    """
    match = _ID.fullmatch(name)
    if match:
        for file in tuple(run.files.values()):
            if file.digest == match[1]:
                return file, int(match[2], 16), int(match[3], 16)
    raise UnknownError(
        f"Run {run.name} has no sample {name}: its file was rewritten, moved or is not indexed yet."
    )
