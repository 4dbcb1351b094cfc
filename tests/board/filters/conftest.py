"""A board that these tests only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from filtered_rows import ROWS
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with TestLog(tmp_path_factory.mktemp("filters")) as log:
        log.write(*ROWS)
        yield log.open()
