"""Which folder keeps the index between starts: the one that the user names, else the user's cache folder."""

from __future__ import annotations

import os
from pathlib import Path


def default_folder() -> Path:
    """The user's cache folder, by the XDG rules.

    Raises:
        ValueError: this user has no home folder; the message is a sentence.
    """
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "rlboard"
    try:
        return Path.home() / ".cache" / "rlboard"
    except RuntimeError:
        raise ValueError("This user has no home folder, and XDG_CACHE_HOME names no other one.") from None


def named_folder(name: str) -> Path:
    """The folder of a name that a user typed, `~` read as a home folder.

    Raises:
        ValueError: it begins with the home folder of nobody that this machine knows, or is no path at all; the message
            is a sentence.
    """
    expanded = os.path.expanduser(name)  # noqa: PTH111 - Path.expanduser says neither whose folder is meant nor what to do
    if expanded.startswith("~"):
        user = expanded.partition("/")[0].partition("\\")[0]
        raise ValueError(
            f"This machine knows no home folder {user}: write the whole path, or ./{expanded} for a folder of that name."
        )
    if "\0" in expanded:
        raise ValueError("A path has no NUL in it.")
    return Path(expanded).absolute()


def unusable(folder: Path, error: OSError) -> str:
    """What is said of a folder that keeps no index, or no more of it: which one, why, and what to do."""
    reason = error.strerror or type(error).__name__
    return (
        f"the index cannot be kept in {folder} ({reason}). Make room or rights there, or name another folder with "
        "--rlboard_cache_dir (none for nowhere); what is not kept is built anew at each start of TensorBoard."
    )


def folder_of_flag(flag: str) -> tuple[Path | None, str]:
    """Where the index is kept by --rlboard_cache_dir, and what is wrong with that, in one sentence.

    Args:
        flag: its value: a folder, `none` for nowhere, empty for the default.

    Returns:
        The folder, None where nothing is kept; and the sentence, empty where all is well.
    """
    if flag == "none":
        return None, ""
    try:
        return (named_folder(flag) if flag else default_folder()), ""
    except ValueError as error:
        anew = "Until then the index is built anew at each start of TensorBoard."
        if flag:
            return None, " ".join((f"--rlboard_cache_dir={flag} cannot be used.", str(error), anew))
        return None, " ".join((str(error), "Give one with --rlboard_cache_dir.", anew))
