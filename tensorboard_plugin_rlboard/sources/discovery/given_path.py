"""Checks a path that a command was given: what is wrong with it is one sentence, before anything is opened."""

from __future__ import annotations

import os
import stat

from tensorboard_plugin_rlboard.sources.addresses import is_address, printable_path
from tensorboard_plugin_rlboard.sources.local_files import open_regular


def reason_unusable(path: str, *, may_be_file: bool = False) -> str:
    """Why a path cannot be looked into, as one sentence; empty where it can, and for an address.

    Args:
        path: as it was typed; `~` stands for the home folder.
        may_be_file: whether one file will do; else it has to be a folder.
    """
    if is_address(path):
        return ""
    shown = printable_path(path)
    if not path:
        return "The path is empty; give a folder."
    expanded = os.path.expanduser(path)  # noqa: PTH111 - Path.expanduser raises for an unknown user
    try:
        mode = os.stat(expanded).st_mode  # noqa: PTH116 - a path with a NUL raises here as well
        if stat.S_ISDIR(mode):
            os.scandir(expanded).close()
            return ""
        if stat.S_ISREG(mode):
            with open_regular(expanded):
                return "" if may_be_file else f"{shown} is a file; give the folder that it lies in."
    except (FileNotFoundError, NotADirectoryError):
        return (
            f"There is no file or folder {shown}." if may_be_file else f"There is no such directory: {shown}"
        )
    except OSError as error:
        return f"{shown} cannot be read: {error.strerror or type(error).__name__}."
    except ValueError:
        return f"{shown} cannot be a path."
    return f"{shown} is neither a file nor a folder."
