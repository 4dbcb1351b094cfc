"""Containers read without the index, as tests want to see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.containers import row_stream
from tensorboard_plugin_rlboard.sources.containers.base import Container
from tensorboard_plugin_rlboard.sources.containers.row_stream import UnreadableFileError, line_blocks
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind
from tensorboard_plugin_rlboard.sources.kinds.names import container_by_name


def container_at(path: Path) -> Container:
    """The kind of container that a file's name ends like, whatever its bytes say."""
    found = container_by_name(path.name)
    assert found is not None
    return found


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a container, whatever a glance says of it."""
    with row_stream.open_rows(str(path), container_at(path), reader._open_stored) as file:
        return [json.loads(line) for line in file.read().splitlines()]


def told(path: Path) -> str:
    """What is said of a file of which no row can be read."""
    with pytest.raises(UnreadableFileError) as error:
        list(line_blocks(str(path), container_at(path), reader._open_stored))
    return str(error.value.strerror)


def damage_behind(path: Path) -> tuple[int, str]:
    """How many rows of a damaged file can be read, and what is said of the others."""
    spool = UnpackCache(reader._open_stored, file_kind)
    with spool.open(str(path)) as file:
        count = len(file.read().splitlines())
    damage = spool.damage(str(path))
    spool.clear()
    return count, damage
