"""The whole stack over a small fixed log directory."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from repository import FIXTURES

if TYPE_CHECKING:
    from collections.abc import Iterator

from contract import Stack

_WRITTEN = 1_790_000_000
"""When every file of the log was changed last, seconds since 1970."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("logs") / "contract"
    shutil.copytree(FIXTURES / "contract", folder)
    for path in folder.rglob("*"):  # runs are listed by them, and a checkout writes its files in any order
        os.utime(path, (_WRITTEN, _WRITTEN))
    made = Stack(folder)
    made.wait()
    yield made
    made.plugin._indexer.stop()


@pytest.fixture(scope="module")
def ids(stack: Stack) -> list[str]:
    """The samples of run ppo, in the order of logging."""
    found = stack.json("samples", ("run", "ppo"), ("limit", "500"))["columns"]["id"]
    assert all(isinstance(name, str) for name in found)
    return list(found)
