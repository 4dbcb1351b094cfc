"""The kinds of containers, by the end of a file's name. A new one is one file and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.csv_tables import CSV
from tensorboard_plugin_rlboard.sources.containers.dumps.rollout_dump import TORCH
from tensorboard_plugin_rlboard.sources.containers.json_documents import JSON
from tensorboard_plugin_rlboard.sources.containers.parquet import PARQUET

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.containers.base import Container

CONTAINERS: tuple[Container, ...] = (PARQUET, TORCH, JSON, CSV)


def container_of(path: str) -> Container | None:
    """The kind of container that a path names, None for a file of lines."""
    return next((kind for kind in CONTAINERS if path.endswith(kind.suffix)), None)
