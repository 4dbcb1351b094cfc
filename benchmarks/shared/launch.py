"""TensorBoard as its own command starts it, with the tab of the tree that PYTHONPATH names or, after --without-rlboard, without it.

It ends when its standard input does: a benchmark that dies, however it dies, leaves no server behind.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

from absl import app
from tensorboard import default, main_lib, program


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def plugins(tab: bool) -> list[Any]:
    """TensorBoard's plugins and those of other packages, with or without ours."""
    found = [
        p
        for p in default.get_plugins()
        if not getattr(p, "__module__", "").startswith("tensorboard_plugin_rlboard")
    ]
    if tab:
        from tensorboard_plugin_rlboard.loader import RLBoardLoader  # noqa: PLC0415 (only where it is wanted)

        found.append(RLBoardLoader)
    return found


def main() -> None:
    """Serves until it is told to end."""
    without = "--without-rlboard" in sys.argv
    if without:
        sys.argv.remove("--without-rlboard")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main_lib.global_init()
    board = program.TensorBoard(plugins=plugins(tab=not without))
    app.run(board.main, flags_parser=board.configure)


if __name__ == "__main__":
    main()
