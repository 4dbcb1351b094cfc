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
    """The id of a sample."""
    return f"{digest}-{offset:x}-{row:x}"


def resolve(run: RunIndex, name: str) -> tuple[IndexedFile, int, int]:
    """The file, byte offset and row that an id names.

    Raises:
        UnknownError: no file of the run has that digest, or it is no id.
    """
    found = _ID.fullmatch(name)
    if found:
        for file in tuple(run.files.values()):
            if file.digest == found[1]:
                return file, int(found[2], 16), int(found[3], 16)
    raise UnknownError(
        f"Run {run.name} has no sample {name}: its file was rewritten, moved or is not indexed yet."
    )


def ids(run: RunIndex, places: Iterable[tuple[int, int, int]]) -> list[str]:
    """The ids of rows, given by the number of their file, the offset of their line and their place in it."""
    digests = {file.number: file.digest for file in tuple(run.files.values())}
    return [sample_id(digests.get(file, ""), offset, row) for file, offset, row in places]
