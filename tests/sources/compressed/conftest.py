"""A cache of unpacked files for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def fresh_spool(monkeypatch: pytest.MonkeyPatch) -> Iterator[UnpackCache]:
    """A spool of its own for each test, emptied behind it."""
    spool = UnpackCache(reader._open_stored, file_kind)
    monkeypatch.setattr(reader, "_unpack_cache", spool)
    yield spool
    spool.clear()
