"""An index that lies beside logs behind an address, against a real S3 server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rollout_log import long_line
from s3_server import s3_server

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.index.cache.blob_folder import RemoteFolder
from tensorboard_plugin_rlboard.index.parts import range_builder, range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update import part_loader
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.remote import filesystems
from tensorboard_plugin_rlboard.sources.remote.filesystems import file_systems
from tensorboard_plugin_rlboard.texts import TextRules

fsspec = pytest.importorskip("fsspec", reason="addresses come with the extra remote")
ROWS = 60
ALL = [step / 2 for step in range(ROWS)]
Rewards = Callable[..., list[float]]


class Bucket:
    """A bucket, and the questions that are asked about it from now on."""

    def __init__(self, system: Any, name: str) -> None:
        self.system = system
        self.name = name
        self.url = f"s3://{name}/logs"
        system.mkdir(name)

    def put(self, key: str, data: bytes) -> None:
        self.system.pipe_file(f"{self.name}/logs/{key}", data)

    def objects(self) -> list[str]:
        return sorted(path.removeprefix(f"{self.name}/logs/") for path in self.system.find(self.name))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 server."""
    with s3_server() as address:
        yield "http://{}:{}".format(*address)


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bucket]:
    """A bucket with a log of seven ranges."""
    pytest.importorskip("s3fs", reason="s3fs comes with the extra remote")
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(filesystems, "_RETRY_PAUSES", (0, 0, 0))
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1000)
    monkeypatch.setattr(range_plan, "RANGE", 4000)
    file_systems.clear()
    system = fsspec.filesystem("s3", endpoint_url=server, skip_instance_cache=True, use_listings_cache=False)
    made = Bucket(system, f"bucket-{abs(hash(tmp_path))}")
    made.put("run/a.jsonl", b"".join(long_line(step) for step in range(ROWS)))
    yield made
    file_systems.clear()


@pytest.fixture
def rewards(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rewards]:
    """Opens an address as TensorBoard would and gives the rewards; fails where a log is read that may not be."""
    opened: list[BackgroundIndexer] = []
    real = range_builder.build_range
    read: list[int] = []

    def build(order: range_builder.RangeOrder, target: Path, data: bytes | None) -> range_builder.BuiltRange:
        read.append(order.offset)
        return real(order, target, data)

    monkeypatch.setattr(part_loader, "build_range", build)

    def begin(url: str, cache: Path | None, *, reads: bool) -> list[float]:
        indexer = BackgroundIndexer(Registry(parse_roots(url, ""), cache), 0)
        opened.append(indexer)
        read.clear()
        indexer.index_now()
        assert bool(read) == reads
        table = Board(indexer).samples(
            SamplesQuestion(Selection("run"), TextRules(), columns=("reward",), limit=500)
        )
        return [float(str(reward)) for reward in table.columns["reward"]]

    yield begin
    for indexer in opened:
        indexer.stop()


def test_index_lies_beside_the_objects_and_is_fetched_into_the_cache(
    bucket: Bucket, tmp_path: Path, rewards: Rewards, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", bucket.url, "--beside"]) == 0
    beside = [key for key in bucket.objects() if key != "run/a.jsonl"]
    assert beside
    assert {key.rpartition(".rlboard/")[0] for key in beside} == {"", "run/"}, (
        "the source's own, and its run's"
    )
    assert main(["index", bucket.url, "--beside"]) == 0
    assert "Nothing to do" in capsys.readouterr().out
    cache = tmp_path / "cache"
    assert rewards(bucket.url, cache, reads=False) == ALL
    assert len(list(cache.rglob("*.parquet"))) == 7
    for key in beside:
        bucket.system.rm_file(f"{bucket.name}/logs/{key}")
    file_systems.clear()
    assert rewards(bucket.url, cache, reads=False) == ALL, "they are kept here as well"


def test_without_a_cache_the_parts_are_fetched_each_time(bucket: Bucket, rewards: Rewards) -> None:
    assert main(["index", bucket.url, "--beside"]) == 0
    assert rewards(bucket.url, None, reads=False) == ALL


def test_index_of_objects_may_lie_in_a_folder(bucket: Bucket, tmp_path: Path, rewards: Rewards) -> None:
    assert main(["index", bucket.url, "--cache-dir", str(tmp_path / "cache")]) == 0
    assert bucket.objects() == ["run/a.jsonl"]
    assert rewards(bucket.url, tmp_path / "cache", reads=False) == ALL


def test_broken_parts_behind_an_address_are_ignored(bucket: Bucket, tmp_path: Path, rewards: Rewards) -> None:
    assert main(["index", bucket.url, "--beside"]) == 0
    for key in bucket.objects():
        if key.endswith(".parquet"):
            bucket.put(key, b"PAR1 not ours PAR1")
    assert rewards(bucket.url, tmp_path / "cache", reads=True) == ALL


def test_rewritten_object_is_read_anew(bucket: Bucket, tmp_path: Path, rewards: Rewards) -> None:
    assert main(["index", bucket.url, "--beside"]) == 0
    bucket.put("run/a.jsonl", b"".join(long_line(step + 1) for step in range(ROWS)))
    assert rewards(bucket.url, None, reads=True) == [reward + 0.5 for reward in ALL]


def test_bucket_that_is_not_there_is_said(bucket: Bucket, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "s3://no-such-bucket-here/logs"]) == 2
    assert "s3://no-such-bucket-here/logs: No such file or directory." in capsys.readouterr().err


def test_place_behind_an_address(bucket: Bucket) -> None:
    place = RemoteFolder(f"{bucket.url}/place")
    assert place.names("parts") == set()
    place.write("parts/ab/x.json", b"content")
    assert place.names("parts") == {"ab/x.json"}
    assert place.read("parts/ab/x.json", 7) == b"content"
    with pytest.raises(OSError, match="larger"):
        place.read("parts/ab/x.json", 6)
    with pytest.raises(FileNotFoundError):
        place.read("parts/none", 7)
    assert "secret" not in str(RemoteFolder("s3://key:secret@bucket/logs"))
