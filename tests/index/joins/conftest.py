"""The folder of the log that these tests join files to."""

from __future__ import annotations

from pathlib import Path

import pytest
from rollout_log import TestLog


@pytest.fixture
def log(test_log: TestLog) -> Path:
    return test_log.folder
