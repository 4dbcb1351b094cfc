"""The folder of a run, and the digest of its parts: the same wherever the folder lies."""

from __future__ import annotations

import os

import pytest

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange
from tensorboard_plugin_rlboard.index.run_file import IndexedFile, cached_digest, folder_of
from tensorboard_plugin_rlboard.sources.file_changes import FileState

PART = "0" * 32


def files(root: str, run: str, *names: str) -> list[IndexedFile]:
    """Files of a run, each with one part."""
    separator = "/" if "://" in root else os.sep
    made = []
    for number, name in enumerate(names):
        relative = f"{run}/{name}"
        path = separator.join([root, *(part for part in relative.split("/") if part != ".")])
        file = IndexedFile(number, path, relative, NATIVE, FileState(1, 0, 0, 0, settled=True))
        file.restore([CachedRange(0, 1, PART)])
        made.append(file)
    return made


@pytest.mark.parametrize(
    ("root", "run", "names", "expected"),
    [
        ("/logs", "ppo/seed1", ["a.jsonl"], "/logs/ppo/seed1"),
        ("/logs", ".", ["a.jsonl", "b.jsonl"], "/logs"),
        ("/logs", "ppo", ["1/a.jsonl", "2/a.jsonl"], "/logs/ppo"),
        ("/logs", "ppo", ["1/a.jsonl", "1/b.jsonl"], "/logs/ppo/1"),
        ("s3://bucket/logs", "ppo", ["a.jsonl"], "s3://bucket/logs/ppo"),
        ("s3://bucket/logs", ".", ["a.jsonl"], "s3://bucket/logs"),
    ],
)
def test_folder_that_all_files_have_in_common(root: str, run: str, names: list[str], expected: str) -> None:
    root, expected = (path if "://" in path else path.replace("/", os.sep) for path in (root, expected))
    assert folder_of(files(root, run, *names)) == expected


def test_no_file_has_no_folder() -> None:
    assert folder_of([]) == ""
    assert cached_digest([]) == ""


def test_digest_is_of_what_lies_below_the_folder() -> None:
    here = cached_digest(files("/logs", "ppo", "a.jsonl", "b.jsonl"))
    assert cached_digest(files("/elsewhere", "deeper/ppo", "a.jsonl", "b.jsonl")) == here
    assert cached_digest(files("/logs", "ppo", "a.jsonl", "c.jsonl")) != here
    assert cached_digest(files("/logs", "ppo", "1/a.jsonl", "2/b.jsonl")) != here
