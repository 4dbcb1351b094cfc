"""Writes the hyperparameters of a training (γ, λ, β, temperature, …) into a file beside its rollouts."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.writing.output.json_lines import to_json

FILE_NAME = "rollouts.config.json"


def config_as_dict(config: Any) -> dict[str, Any]:
    """Convert a mapping, dataclass or namespace to a dict that JSON can hold; `{}` for anything else."""
    if config is None:
        return {}
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        config = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    elif not isinstance(config, Mapping):
        config = getattr(config, "__dict__", {})
    found = json.loads(to_json({str(key): value for key, value in config.items()}))
    return dict(found)


def write_config(folder: Path, config: Mapping[str, Any]) -> None:
    """Write the file whole or not at all; where it has the same content already, it is left alone.

    Raises:
        OSError: it cannot be written.
    """
    target = folder / FILE_NAME
    text = to_json({"version": 1, "config": config}, indent=2) + b"\n"
    with contextlib.suppress(OSError):
        if target.read_bytes() == text:
            return
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{FILE_NAME}.{os.getpid()}"
    try:
        beside.write_bytes(text)
        beside.replace(target)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
