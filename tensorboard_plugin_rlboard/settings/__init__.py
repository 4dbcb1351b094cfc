"""What is known of a training beside its rollouts: `rlboard.toml`, and the files that trainers write their settings to."""

from __future__ import annotations

from tensorboard_plugin_rlboard.settings.finder import FLAG, SettingsFinder
from tensorboard_plugin_rlboard.settings.said import MappingRule, Reference, Scores, Settings

__all__ = ["FLAG", "MappingRule", "Reference", "Scores", "Settings", "SettingsFinder"]
