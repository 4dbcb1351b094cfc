"""A model and trainings for the hook of TRL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from trl_training import Trained


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random two-layer Llama and its tokenizer."""
    from real_dumps.tiny_model import save_model

    folder = tmp_path_factory.mktemp("tiny")
    save_model(folder)
    return folder


@pytest.fixture
def train(tiny: Path, tmp_path: Path) -> Trained:
    """A function that trains the model."""
    from trl_training import trained

    return trained(tiny, tmp_path)
