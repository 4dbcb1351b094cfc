"""What commands print. A terminal obeys control characters, and names and texts of a log are not ours: they are named."""

from __future__ import annotations

import sys
from typing import TextIO

from tensorboard_plugin_rlboard.texts import visible


def show(line: str) -> None:
    """Prints one line of a command's result."""
    _print(line, sys.stdout)


def say(sentence: str) -> None:
    """Prints one line of what went wrong, beside the result."""
    _print(sentence, sys.stderr)


def _print(line: str, stream: TextIO) -> None:
    text = visible(line).replace("\n", "␊")
    encoding = stream.encoding or "utf-8"  # another one than UTF-8 has no sign for most of what a log holds
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
