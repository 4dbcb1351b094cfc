"""The whole stack over a small fixed log directory."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from repository import FIXTURES

if TYPE_CHECKING:
    from collections.abc import Iterator

from contract import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("logs") / "contract"
    shutil.copytree(FIXTURES / "contract", folder)
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
