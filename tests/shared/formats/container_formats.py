"""What several tests of formats in containers need."""

from __future__ import annotations

from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, PathDefaults

ASKED = [{"role": "system", "content": "Answer 用数字."}, {"role": "user", "content": "2+2?"}]


ANSWERED = [{"role": "assistant", "content": "4"}]


def origin(file_format: Format, path: str) -> tuple[int | None, str]:
    found: PathDefaults = file_format.path_defaults(PurePosixPath(path))
    return found.step, found.split
