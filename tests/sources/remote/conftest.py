"""An S3 server, a line to it, and indexes of what lies there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from object_store import SECRET, Bucket, Line
from s3_server import s3_server

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind
from tensorboard_plugin_rlboard.sources.remote import filesystems
from tensorboard_plugin_rlboard.sources.remote.filesystems import file_systems
from tensorboard_plugin_rlboard.sources.remote.timed_requests import timed_requests


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, int]]:
    """An S3 server."""
    with s3_server() as address:
        yield address


@pytest.fixture
def line_to(server: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The line that all of our questions take; the environment leads s3:// there."""
    s3fs = pytest.importorskip("s3fs", reason="s3fs comes with the extra remote")
    line = Line(server)
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{line.port}",
        "AWS_ACCESS_KEY_ID": "key-of-the-tests",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    file_systems.clear()
    yield line
    file_systems.clear()
    line.close()


@pytest.fixture
def bucket(line_to: Line, server: tuple[str, int], request: pytest.FixtureRequest) -> Bucket:
    fsspec = pytest.importorskip("fsspec", reason="fsspec comes with the extra remote")
    system = fsspec.filesystem(
        "s3", endpoint_url="http://{}:{}".format(*server), skip_instance_cache=True, use_listings_cache=False
    )
    return Bucket(system, f"b{abs(hash(request.node.nodeid))}")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No pauses between attempts, no file unpacked by another test, and nothing that did not answer one."""
    timed_requests.clear()
    monkeypatch.setattr(filesystems, "_RETRY_PAUSES", (0, 0, 0))
    spool = UnpackCache(reader._open_stored, file_kind)
    monkeypatch.setattr(reader, "_unpack_cache", spool)
    yield
    spool.clear()


@pytest.fixture
def open_url() -> Iterator[Callable[[str], Board]]:
    opened: list[BackgroundIndexer] = []

    def make(url: str) -> Board:
        indexer = BackgroundIndexer(Registry(parse_roots(url, "")), 0)
        opened.append(indexer)
        indexer.index_now()
        return Board(indexer)

    yield make
    for indexer in opened:
        indexer.stop()
