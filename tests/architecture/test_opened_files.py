"""One function opens what lies below the log directory: a pipe there must stop nobody."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest
from python_imports import ONE_PROCESS, PACKAGE, nodes_of

OPENERS = {"open", "read_text", "read_bytes", "from_file", "fdopen"}
OWN_FILES = {
    "sources/local_files.py": "it is the one function",
    "sources/compressed/unpack_cache.py": "unpacked files in its own temporary folder",
    "sources/compressed/unpacking.py": "the same",
    "sources/mounts.py": "the system's list of mounts",
    "sources/owned_folder.py": "locks of temporary folders",
    "sources/unpack_worker.py": "its own standard output",
    "sources/containers/row_stream.py": "copies in a temporary folder",
    "sources/containers/sqlite_tables.py": "copies in a temporary folder",
    "sources/containers/parquet.py": "a copy in a temporary folder",
    "sources/reader.py": "asks the cache of unpacked files",
    "sources/containers/pickle_machine.py": "bytes of a pickle that is open",
    "sources/containers/pickle_instructions.py": "the same",
    "index/cache/blob_folder.py": "writes the cache",
    "index/cache/part_store.py": "a part that was just built",
    "cluster/range_tasks.py": "a part that was just built",
    "index/parts/worker.py": "its own standard output",
    "doctor/command.py": "the null device",
    "operating_system.py": "the same",
    "plugin.py": "the bundle",
    "web/bundle.py": "the bundle",
    "report/translation.py": "the bundle's sentences",
    "web/allowed_hosts.py": "the resolver's configuration",
    "commands/demo.py": "the samples that come with the package",
}
"""Modules that open other files by themselves -> which."""
INSIDE_A_TRAINING = ("writing/", "integrations/", "writer.py")
"""They write logs, and read none."""


def calls(nodes: Iterable[ast.AST]) -> set[str]:
    """Names of the functions that open a file, other than open_regular, among the nodes of a module."""
    return {
        name
        for node in nodes
        if isinstance(node, ast.Call)
        and (name := getattr(node.func, "attr", getattr(node.func, "id", ""))) in OPENERS
    }


@pytest.mark.xdist_group(ONE_PROCESS)
def test_only_one_function_opens_files_of_others() -> None:
    opening = set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(INSIDE_A_TRAINING) and calls(nodes_of(path)):
            opening.add(name)
    assert opening - set(OWN_FILES) == set(), "open it with sources/local_files.py"


def test_an_opened_file_is_seen() -> None:
    assert calls(ast.walk(ast.parse("Path(x).open()"))) == {"open"}
    assert calls(ast.walk(ast.parse("open_regular(x)\nre.match(x)"))) == set()
