"""The settings of a training, written beside its rollouts: what γ, λ, β and the temperature were."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.writing.output.json_lines import as_json

NAME = "rollouts.config.json"


def settings_of(config: Any) -> dict[str, Any]:
    """A mapping, dataclass or namespace as a dict that JSON can hold; `{}` for anything else."""
    if config is None:
        return {}
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        config = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    elif not isinstance(config, Mapping):
        config = getattr(config, "__dict__", {})
    found = json.loads(as_json({str(key): value for key, value in config.items()}))
    return dict(found)


def write(folder: Path, config: Mapping[str, Any]) -> None:
    """Writes the file whole or not at all; where it says the same already, it stays.

    Raises:
        OSError: it cannot be written.
    """
    target = folder / NAME
    text = as_json({"version": 1, "config": config}, indent=2) + b"\n"
    with contextlib.suppress(OSError):
        if target.read_bytes() == text:
            return
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{NAME}.{os.getpid()}"
    try:
        beside.write_bytes(text)
        beside.replace(target)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
