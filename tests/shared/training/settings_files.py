"""Files of settings, and the finder that reads them."""

from __future__ import annotations

from pathlib import Path

from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rlboard.toml"
    path.write_text(text, encoding="utf-8")
    return path


def finder(root: Path, given: str = "", name: str = "", seconds: float = 0.0) -> SettingsFinder:
    return SettingsFinder([Root(name, str(root))], given, seconds)
