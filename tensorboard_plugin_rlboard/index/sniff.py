"""What a file is, told by its first complete rows, never by its name."""

from __future__ import annotations

import json

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.registry import FORMATS, recognise
from tensorboard_plugin_rlboard.sources.access import glance, open_start
from tensorboard_plugin_rlboard.sources.containers.reading import UnreadableError

_SNIFFED_LINES = 20
_SNIFFED_BYTES = 64 * 1024 * 1024


def sniff(path: str) -> tuple[Format | None, str]:
    """The format of a file's first complete rows, or one sentence that says why it has none.

    The sentence is empty for a file that nobody takes for a log, as settings and checkpoints are.

    Raises:
        OSError: the file cannot be read.
    """
    seen = glance(path)
    if not seen.candidate:
        return None, seen.reason
    try:
        return _sniff(path)
    except UnreadableError as error:
        return None, str(error.strerror)


def _sniff(path: str) -> tuple[Format | None, str]:
    problem = "It has no complete line yet; it is looked at again when it grows."
    with open_start(path) as file:
        for _ in range(_SNIFFED_LINES):
            line = file.readline(_SNIFFED_BYTES)
            if not line:
                break
            if line.isspace():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig", "replace"))
            except (ValueError, RecursionError):
                if line.endswith(b"\n"):
                    problem = "Its first lines are no JSON."
                continue
            if not isinstance(row, dict):
                problem = "Its lines are no JSON objects."
                continue
            known = recognise(row)
            if known is not None:
                return known, ""
            keys = ", ".join(sorted(str(key) for key in row)[:8])
            names = ", ".join(known.name for known in FORMATS)
            return None, f"Its first row has the keys {keys}; no known rollout format ({names}) has these."
    return None, problem
