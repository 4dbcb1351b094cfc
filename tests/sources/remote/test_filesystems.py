"""File systems of fsspec: which there are, what is missing, and what of their words reaches a reader."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from object_store import SECRET, lines, steps

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.sources.addresses import printable
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots
from tensorboard_plugin_rlboard.sources.discovery.walk import scan
from tensorboard_plugin_rlboard.sources.remote.filesystems import places

fsspec = pytest.importorskip("fsspec", reason="fsspec comes with the extra remote")

Open = Callable[[str], Board]


def test_other_file_systems_of_fsspec(open_url: Open) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/rl/logs/ppo/a.jsonl", lines(1))
    try:
        board = open_url("memory://rl/logs")
        assert steps(board, "ppo") == [1]
        memory.pipe_file("/rl/logs/ppo/a.jsonl", lines(1, 2))
        board.indexer.index_now()
        assert steps(board, "ppo") == [1, 2]
        memory.pipe_file("/rl/logs/ppo/a.jsonl", lines(7))
        board.indexer.index_now()
        assert steps(board, "ppo") == [7]
    finally:
        memory.rm("/rl", recursive=True)


def test_without_fsspec_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    places.clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "fsspec"]:
        monkeypatch.setitem(sys.modules, name, None)
    (problem,) = scan(roots("s3://user:pw@bucket/logs", "")).problems
    assert problem.path == "s3://…@bucket/logs"
    assert problem.reason == (
        'Remote log directories need fsspec: pip install "tensorboard-plugin-rlboard[remote]".'
    )


@pytest.mark.parametrize(
    ("url", "package", "remedy"),
    [
        (
            "s3://b/x",
            "s3fs",
            's3:// needs a further package: pip install "tensorboard-plugin-rlboard[remote]".',
        ),
        ("gs://b/x", "gcsfs", "gs:// needs a further package: "),
    ],
)
def test_without_the_package_of_a_file_system(
    url: str, package: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.clear()
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, url.partition(":")[0], raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    (problem,) = scan(roots(url, "")).problems
    assert problem.reason.startswith(remedy)
    assert package in problem.reason or "[remote]" in problem.reason


class NoCredentialsError(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "attempts", "said"),
    [
        (PermissionError(13, f"refused {SECRET}"), 1, "refused the access"),
        (NoCredentialsError(SECRET), 1, "no usable credentials"),
        (ValueError(SECRET), 1, "fsspec's file system for wired:// failed (ValueError)."),
        (FileNotFoundError(SECRET), 1, "No such file or directory."),
        (RuntimeError(SECRET), 4, "wired://…@host did not answer in 4 attempts (RuntimeError)"),
        (TimeoutError(SECRET), 4, "did not answer in 4 attempts (TimeoutError)"),
    ],
)
def test_what_a_file_system_says_never_reaches_the_user(
    error: Exception, attempts: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wired(fsspec.AbstractFileSystem):  # type: ignore[misc,name-defined]
        protocol = "wired"
        asked = 0

        def find(self, path: str, **_: object) -> None:
            Wired.asked += 1
            raise error

    places.clear()
    fsspec.register_implementation("wired", Wired, clobber=True)
    (problem,) = scan(roots(f"wired://user:{SECRET}@host/logs?token={SECRET}", "")).problems
    assert said in problem.reason
    assert SECRET not in problem.reason + problem.path
    assert Wired.asked == attempts


def test_addresses_are_shown_without_their_secrets() -> None:
    assert printable("s3://bucket/a@b/c") == "s3://bucket/a@b/c"
    assert printable("sftp://me:pw@host/a@b") == "sftp://…@host/a@b"
    assert printable("https://host/x?token=abc#d") == "https://host/x?…"
    assert printable("/local/who@where?x") == "/local/who@where?x"
