"""File systems of fsspec: which there are, what is missing, and what of their words reaches a reader."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import ClassVar

import pytest
from answers import column
from object_store import SECRET
from rollout_log import log_of

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.walk import list_sources
from tensorboard_plugin_rlboard.sources.remote.filesystems import file_systems
from tensorboard_plugin_rlboard.sources.remote.objects import read_object

fsspec = pytest.importorskip("fsspec", reason="fsspec comes with the extra remote")

Open = Callable[[str], Board]


def test_other_file_systems_of_fsspec(open_url: Open) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/rl/logs/ppo/a.jsonl", log_of(1))
    try:
        board = open_url("memory://rl/logs")
        assert column(board, "step", "ppo") == [1]
        memory.pipe_file("/rl/logs/ppo/a.jsonl", log_of(1, 2))
        board.indexer.index_now()
        assert column(board, "step", "ppo") == [1, 2]
        memory.pipe_file("/rl/logs/ppo/a.jsonl", log_of(7))
        board.indexer.index_now()
        assert column(board, "step", "ppo") == [7]
    finally:
        memory.rm("/rl", recursive=True)


def test_without_fsspec_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    file_systems.clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "fsspec"]:
        monkeypatch.setitem(sys.modules, name, None)
    (problem,) = list_sources(parse_roots("s3://user:pw@bucket/logs", "")).problems
    assert problem.path == "s3://…@bucket/logs"
    assert problem.reason == ("Remote log directories need fsspec: pip install fsspec s3fs.")


@pytest.mark.parametrize(
    ("url", "package", "remedy"),
    [
        (
            "s3://b/x",
            "s3fs",
            "s3:// needs a further package: pip install s3fs.",
        ),
        ("gs://b/x", "gcsfs", "gs:// needs a further package: "),
    ],
)
def test_without_the_package_of_a_file_system(
    url: str, package: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_systems.clear()
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, url.partition(":")[0], raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    (problem,) = list_sources(parse_roots(url, "")).problems
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
    class Wired(fsspec.AbstractFileSystem):  # type: ignore[misc,name-defined]  # fsspec has no types
        protocol = "wired"
        asked = 0

        def find(self, path: str, **_: object) -> None:
            Wired.asked += 1
            raise error

    file_systems.clear()
    fsspec.register_implementation("wired", Wired, clobber=True)
    (problem,) = list_sources(parse_roots(f"wired://user:{SECRET}@host/logs?token={SECRET}", "")).problems
    assert said in problem.reason
    assert SECRET not in problem.reason + problem.path
    assert Wired.asked == attempts


def test_addresses_are_shown_without_their_secrets() -> None:
    assert printable_path("s3://bucket/a@b/c") == "s3://bucket/a@b/c"
    assert printable_path("sftp://me:pw@host/a@b") == "sftp://…@host/a@b"
    assert printable_path("https://host/x?token=abc#d") == "https://host/x?…"
    assert printable_path("/local/who@where?x") == "/local/who@where?x"


class Store(fsspec.AbstractFileSystem):  # type: ignore[misc,name-defined]  # fsspec has no types
    """Gives other ranges than those that are asked for."""

    protocol = "wrong"
    data = bytes(range(100))
    gives: ClassVar[Callable[[int, int], bytes]]

    def cat_file(self, path: str, start: int, end: int, **_: object) -> bytes:
        return type(self).gives(start, end)

    def info(self, path: str, **_: object) -> dict[str, object]:
        return {"name": path, "size": len(self.data), "type": "file"}


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        (lambda start, end: Store.data[start : (start + end) // 2], "10 bytes of 20 that were asked for"),
        (lambda start, end: Store.data, "100 bytes of 20 that were asked for"),
        (lambda start, end: b"", "0 bytes of 20 that were asked for"),
    ],
)
def test_an_answer_of_another_length_is_no_answer(
    gives: Callable[[int, int], bytes], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_systems.clear()
    fsspec.register_implementation("wrong", Store, clobber=True)
    monkeypatch.setattr(Store, "gives", staticmethod(gives), raising=False)
    with pytest.raises(OSError, match=f"answered wrongly in 4 attempts .{said}"):
        read_object("wrong://host/a.jsonl", 40, 20)


def test_the_end_of_an_object_is_no_wrong_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    file_systems.clear()
    fsspec.register_implementation("wrong", Store, clobber=True)
    right = staticmethod(lambda start, end: Store.data[start:end])
    monkeypatch.setattr(Store, "gives", right, raising=False)
    assert read_object("wrong://host/a.jsonl", 90, 20) == bytes(range(90, 100))
    assert read_object("wrong://host/a.jsonl", 100, 20) == b""
