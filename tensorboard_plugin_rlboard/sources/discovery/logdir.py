"""Parses TensorBoard's ``--logdir`` and ``--logdir_spec`` into roots, and names the runs below them.

TensorBoard's data provider names runs but never says where they lie, and it does not know runs without event
files. So its rule for ``--logdir`` and ``--logdir_spec`` (``_parse_event_files_spec`` in
``tensorboard/backend/event_processing/data_ingester.py``) is followed here, and a test holds the two together.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.sources.addresses import is_address, printable_path


@dataclass(frozen=True, slots=True)
class Root:
    """A folder or address of the log directory, and the name that the runs below it begin with ("" for none)."""

    run_prefix: str
    path: str

    @property
    def is_local(self) -> bool:
        """Whether the path can be opened with the operating system's own calls."""
        return not is_address(self.path)


def parse_roots(logdir: str, logdir_spec: str) -> list[Root]:
    """Parse TensorBoard's two flags the way TensorBoard does.

    Args:
        logdir: Value of ``--logdir`` as typed; where it is given it wins over ``logdir_spec``.
        logdir_spec: Value of ``--logdir_spec``: ``name:path`` or ``path``, separated by commas.

    Returns:
        The folders in the order given, absolute, with ``~`` expanded. A path that is given twice keeps its last
        name. Empty where both flags are empty.
    """
    if logdir:
        return [Root("", _absolute(logdir))]
    if not logdir_spec:
        return []
    named: dict[str, str] = {}
    for specification in logdir_spec.split(","):
        name, path = _name_and_path(specification)
        # TensorBoard resolves links here (not for --logdir), so that two spellings of one folder are one root.
        named[path if is_address(path) else str(Path(_absolute(path)).resolve())] = name
    return [Root(name, path) for path, name in named.items()]


def run_name(root: Root, folder: str) -> str:
    """Name the run whose files lie directly in a folder.

    Args:
        root: The root that the folder was found below.
        folder: The folder's path, beginning with the root's path.

    Returns:
        The path relative to the root, separated by "/", behind the root's name where it has one: ``ppo/seed1``,
        ``.`` for the root itself, ``a/.`` and ``a/ppo`` below a root named ``a``.
    """
    return run_name_below(root, printable_path(os.path.relpath(folder, root.path)).replace(os.sep, "/"))


def run_name_below(root: Root, relative: str) -> str:
    """Name the run of a folder by its path below a root.

    Args:
        root: The root.
        relative: The folder's path relative to the root, separated by "/"; "." for the root itself.
    """
    return f"{root.run_prefix.removesuffix('/')}/{relative}" if root.run_prefix else relative


def _absolute(path: str) -> str:
    if is_address(path):
        return path
    return str(Path(os.path.expanduser(path)).absolute())  # noqa: PTH111 (Path's raises for an unknown user, whose path TensorBoard keeps)


def _name_and_path(specification: str) -> tuple[str, str]:
    r"""Split one entry of ``--logdir_spec``; "/foo:bar", "C:\foo" and "s3://x" are paths without a name."""
    if (
        ":" in specification
        and not is_address(specification)
        and not specification.startswith("/")
        and not os.path.splitdrive(specification)[0]
    ):
        name, _, path = specification.partition(":")
        return name, path
    return "", specification
