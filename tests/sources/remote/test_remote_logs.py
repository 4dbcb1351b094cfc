"""Log directories behind an address, against a real S3 server on this machine and a line to it that can be cut."""

from __future__ import annotations

import gzip
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repository import SAMPLES

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.walk import has_log_file, list_sources
from tensorboard_plugin_rlboard.sources.remote import filesystems
from tensorboard_plugin_rlboard.sources.remote.filesystems import file_systems
from tensorboard_plugin_rlboard.texts import TextRules

fsspec = pytest.importorskip("fsspec", reason="fsspec comes with the extra remote")
SECRET = "secret-of-the-tests"


class Line:
    """A TCP proxy that counts what it carries, and can be cut in the middle of an answer or be down."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.cuts = 0
        self.down = False
        self.carried = 0
        self._target = target
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def set_down(self, down: bool) -> None:
        self.down = down
        for one in tuple(self._open) if down else ():
            self._end(one)

    def close(self) -> None:
        self.set_down(True)
        self._end(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            if self.down:
                client.close()
                continue
            server = socket.create_connection(self._target)
            self._open |= {client, server}
            for source, sink, answers in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._carry, args=(source, sink, answers), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        try:
            while data := source.recv(65536):
                if answers:
                    self.carried += len(data)
                    if self.cuts and len(data) > 4000:
                        self.cuts -= 1
                        sink.sendall(data[:2000])
                        break
                sink.sendall(data)
        except OSError:
            pass
        self._end(source)
        self._end(sink)

    def _end(self, one: socket.socket) -> None:
        self._open.discard(one)
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    """An S3 server."""
    moto = pytest.importorskip("moto.server", reason="the S3 server comes with the extra test")
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    yield running.get_host_and_port()
    running.stop()


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


class Bucket:
    """A bucket of the server, filled past the line that is watched."""

    def __init__(self, system: Any, name: str) -> None:
        self._system = system
        self.name = name
        self.url = f"s3://{name}/logs"
        system.mkdir(name)

    def put(self, key: str, data: bytes) -> str:
        self._system.pipe_file(f"{self.name}/logs/{key}", data)
        return f"{self.url}/{key}"

    def delete(self, key: str) -> None:
        self._system.rm_file(f"{self.name}/logs/{key}")


@pytest.fixture
def bucket(line_to: Line, server: tuple[str, int], request: pytest.FixtureRequest) -> Bucket:
    system = fsspec.filesystem(
        "s3", endpoint_url="http://{}:{}".format(*server), skip_instance_cache=True, use_listings_cache=False
    )
    return Bucket(system, f"b{abs(hash(request.node.nodeid))}")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No pauses between attempts, and no file unpacked by another test."""
    monkeypatch.setattr(filesystems, "_RETRY_PAUSES", (0, 0, 0))
    spool = UnpackCache(reader._open_stored)
    monkeypatch.setattr(reader, "_unpack_cache", spool)
    yield
    spool.clear()


@pytest.fixture
def open_url() -> Iterator[Callable[[str], Board]]:
    opened: list[Registry] = []

    def make(url: str) -> Board:
        registry = Registry(parse_roots(url, ""), 0)
        opened.append(registry)
        registry.refresh()
        return Board(registry)

    yield make
    for registry in opened:
        registry.stop()


Open = Callable[[str], Board]


def line(step: int, **more: Any) -> bytes:
    row = {"step": step, "prompt": "p", "response": f"answer {step}", "reward": step / 2, **more}
    return json.dumps(row).encode() + b"\n"


def lines(*steps: int, **more: Any) -> bytes:
    return b"".join(line(step, **more) for step in steps)


def steps(board: Board, run: str = ".") -> list[Any]:
    return list(board.samples(Selection(run), TextRules(), columns=["step"], limit=500).columns["step"])


def ignored(board: Board) -> list[tuple[str, str]]:
    return [(file.file, file.reason) for file in board.runs().ignored]


def test_runs_on_s3_are_found_and_opened(bucket: Bucket, open_url: Open) -> None:
    bucket.put("here.jsonl", lines(1))
    bucket.put("ppo/种子 1/a.jsonl", lines(1, 2))
    bucket.put("ppo/种子 1/b.jsonl", lines(3, response="字"))
    bucket.put("ppo/.git/x.jsonl", lines(1))
    bucket.put("ppo/.hidden.jsonl", lines(1))
    bucket.put("ppo/events.out", b"x")
    board = open_url(bucket.url)
    assert [run.run for run in board.runs().runs] == [".", "ppo/种子 1"]
    assert steps(board, "ppo/种子 1") == [1, 2, 3]
    found = board.samples(Selection("ppo/种子 1"), TextRules(), limit=5).columns["id"]
    sample = board.sample("ppo/种子 1", str(found[2]), TextRules())
    assert (sample.texts["response"].raw, sample.file) == ("字", "ppo/种子 1/b.jsonl")
    assert board.runs().looked_in == [bucket.url]
    assert ignored(board) == []


def test_named_root_and_slash_at_the_end(bucket: Bucket) -> None:
    path = bucket.put("a/x.jsonl", lines(1))
    for found in (list_sources(parse_roots(f"{bucket.url}/", "")), list_sources(parse_roots("", bucket.url))):
        assert [(file.path, file.relative) for file in found.runs["a"]] == [(path, "a/x.jsonl")]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(offset=st.integers(0, 1100), length=st.integers(0, 1100))
def test_ranges_are_those_of_a_local_file(bucket: Bucket, offset: int, length: int) -> None:
    data = bytes(range(250)) * 4
    if not hasattr(bucket, "filled"):
        bucket.filled = bucket.put("x.jsonl", data)  # type: ignore[attr-defined]
    assert reader.read_range(bucket.filled, offset, length) == data[offset : offset + length]  # type: ignore[attr-defined]


def test_object_is_seekable_and_its_lines_are_read_ahead(bucket: Bucket) -> None:
    url = bucket.put("x.jsonl", b"0123456789\nab")
    with reader.open_file(url) as file:
        assert file.seek(-3, 2) == 10
        assert file.read() == b"\nab"
        assert file.seek(2) == 2
        assert file.seek(1, 1) == 3
        assert (file.read(2), file.tell(), file.read(0)) == (b"34", 5, b"")
    with reader.open_forward(url) as file:
        assert file.readlines() == [b"0123456789\n", b"ab"]


def test_appended_object_is_read_from_where_reading_stopped(
    bucket: Bucket, open_url: Open, line_to: Line
) -> None:
    first = lines(*range(1, 60), note="x" * 30_000)
    bucket.put("a.jsonl", first)
    board = open_url(bucket.url)
    assert steps(board) == list(range(1, 60))
    before = line_to.carried
    bucket.put("a.jsonl", first + lines(60, 61))
    board.registry.refresh()
    assert steps(board) == list(range(1, 62))
    found = board.samples(Selection("."), TextRules(), limit=500).columns["id"]
    assert board.sample(".", str(found[60]), TextRules()).step == 61
    assert line_to.carried - before < len(first) // 5, "the lines that were read are not read again"


def test_rewritten_and_deleted_objects(bucket: Bucket, open_url: Open) -> None:
    bucket.put("a.jsonl", lines(1, 2))
    bucket.put("b.jsonl", lines(5))
    board = open_url(bucket.url)
    bucket.put("a.jsonl", lines(3, 4))  # of the same size, within the same second
    board.registry.refresh()
    assert sorted(steps(board)) == [3, 4, 5]
    bucket.delete("b.jsonl")
    board.registry.refresh()
    assert steps(board) == [3, 4]


def test_object_that_did_not_change_is_not_asked_for(bucket: Bucket, open_url: Open, line_to: Line) -> None:
    bucket.put("a.jsonl", lines(*range(1, 60), note="x" * 1000))
    board = open_url(bucket.url)
    time.sleep(2.1)  # until its time tells every change
    board.registry.refresh()
    before = line_to.carried
    board.registry.refresh()
    assert line_to.carried - before < 5000, "no more than a listing"


def test_half_written_line_of_an_object_waits(bucket: Bucket, open_url: Open) -> None:
    bucket.put("a.jsonl", lines(1) + line(2)[:20])
    board = open_url(bucket.url)
    assert steps(board) == [1]
    bucket.put("a.jsonl", lines(1, 2))
    board.registry.refresh()
    assert steps(board) == [1, 2]


def test_compressed_object_is_unpacked_and_followed(bucket: Bucket, open_url: Open) -> None:
    packed = gzip.compress(lines(1, 2))
    bucket.put("a.jsonl.gz", packed)
    board = open_url(bucket.url)
    assert steps(board) == [1, 2]
    bucket.put("a.jsonl.gz", packed + gzip.compress(lines(3)))
    board.registry.refresh()
    assert steps(board) == [1, 2, 3]


def test_containers_are_fetched_and_checkpoints_are_not(
    bucket: Bucket, open_url: Open, line_to: Line
) -> None:
    for name in ("trl/plain/completions/completions_00001.parquet", "slime/rollout_data/1.pt"):
        bucket.put(name, (SAMPLES / name).read_bytes())
    bucket.put("model.pt", b"PK\x03\x04" + b"x" * 3_000_000)
    bucket.put("step-7.pt", b"PK\x03\x04" + b"x" * 3_000_000)
    bucket.put("config.json", b'{"a": 1}')
    before = line_to.carried
    board = open_url(bucket.url)
    assert {run.run: run.samples for run in board.runs().runs} == {
        "trl/plain/completions": 8,
        "slime/rollout_data": 12,
    }
    assert ignored(board) == []
    assert line_to.carried - before < 1_000_000
    (row,) = board.samples(Selection("trl/plain/completions"), TextRules(), limit=1).columns["id"]
    assert board.sample("trl/plain/completions", str(row), TextRules()).step == 1


def test_answer_that_is_cut_is_asked_for_again(bucket: Bucket, open_url: Open, line_to: Line) -> None:
    bucket.put("a.jsonl", lines(*range(1, 60), note="x" * 3000))
    line_to.cuts = 3
    board = open_url(bucket.url)
    assert line_to.cuts == 0, "it was cut"
    assert steps(board) == list(range(1, 60))
    assert board.runs().runs[0].message == ""


def test_lost_connection_is_the_runs_message_until_it_is_back(
    bucket: Bucket, open_url: Open, line_to: Line
) -> None:
    bucket.put("a.jsonl", lines(1, note="x" * 9000))
    board = open_url(bucket.url)
    first = board.samples(Selection("."), TextRules(), limit=5).columns["id"][0]
    bucket.put("a.jsonl", lines(1, 2, note="x" * 9000))
    line_to.set_down(True)
    board.registry.refresh()
    assert steps(board) == [1], "what was read stays on show"
    assert "did not answer in 4 attempts" in board.runs().runs[0].message
    assert board.runs().runs[0].message.startswith("a.jsonl cannot be read: s3://")
    assert [file for file, _ in ignored(board)] == [bucket.url]
    with pytest.raises(LookupError, match="cannot be read any more") as opened:
        board.sample(".", str(first), TextRules())
    shown = f"{board.runs()} {opened.value}"
    assert SECRET not in shown
    assert "key-of-the-tests" not in shown
    assert str(line_to.port) not in shown
    line_to.set_down(False)
    board.registry.refresh()
    assert steps(board) == [1, 2]
    assert board.runs().runs[0].message == ""
    assert ignored(board) == []


def test_connection_lost_between_listing_and_reading(bucket: Bucket, open_url: Open, line_to: Line) -> None:
    bucket.put("a.jsonl", lines(*range(1, 20), note="x" * 9000))
    bucket.put("b.jsonl", lines(30, note="x" * 9000))
    line_to.cuts = 10**6
    board = open_url(bucket.url)
    assert board.runs().runs == []
    assert all("did not answer" in reason for _, reason in ignored(board))
    line_to.cuts = 0
    board.registry.refresh()
    assert steps(board) == [*range(1, 20), 30]
    bucket.put("b.jsonl", lines(30, 31, note="x" * 9000))
    line_to.cuts = 10**6
    board.registry.refresh()
    assert "b.jsonl cannot be read" in board.runs().runs[0].message
    line_to.cuts = 0
    board.registry.refresh()
    assert steps(board) == [*range(1, 20), 30, 31]
    assert board.runs().runs[0].message == ""


def test_first_listing_fails(bucket: Bucket, open_url: Open, line_to: Line) -> None:
    bucket.put("a.jsonl", lines(1))
    line_to.set_down(True)
    board = open_url(bucket.url)
    ((file, reason),) = ignored(board)
    assert file == bucket.url
    assert reason.endswith("it is asked again at the next look.")
    assert board.registry.has_files(0), "so that the tab is there to say it"
    line_to.set_down(False)
    board.registry.refresh()
    assert steps(board) == [1]


def test_root_that_is_missing_or_a_file(bucket: Bucket) -> None:
    url = bucket.put("x.jsonl", lines(1))
    assert [problem.reason for problem in list_sources(parse_roots(url, "")).problems] == [
        "This is a file, not a folder."
    ]
    assert list_sources(parse_roots(f"{bucket.url}/nothing", "")).runs == {}
    assert list_sources(parse_roots("s3://no-such-bucket-here/logs", "")).runs == {}


def test_remote_root_is_active_without_a_question() -> None:
    assert has_log_file(parse_roots("s3://bucket/logs", ""), time.monotonic() - 1)
    registry = Registry(parse_roots("nowhere://at.all", ""), 0)
    registry.start()
    assert registry._thread is not None
    registry._thread.join(30)
    try:
        assert registry.has_files(0), "its problem is to be seen"
        assert list(registry.ignored.values()) == [
            "fsspec cannot open nowhere:// addresses here (ValueError)."
        ]
    finally:
        registry.stop()


def test_other_file_systems_of_fsspec(open_url: Open) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/rl/logs/ppo/a.jsonl", lines(1))
    try:
        board = open_url("memory://rl/logs")
        assert steps(board, "ppo") == [1]
        memory.pipe_file("/rl/logs/ppo/a.jsonl", lines(1, 2))
        board.registry.refresh()
        assert steps(board, "ppo") == [1, 2]
        memory.pipe_file("/rl/logs/ppo/a.jsonl", lines(7))
        board.registry.refresh()
        assert steps(board, "ppo") == [7]
    finally:
        memory.rm("/rl", recursive=True)


def test_without_fsspec_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    file_systems.clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "fsspec"]:
        monkeypatch.setitem(sys.modules, name, None)
    (problem,) = list_sources(parse_roots("s3://user:pw@bucket/logs", "")).problems
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
    class Wired(fsspec.AbstractFileSystem):  # type: ignore[misc,name-defined]
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


def test_where_every_attempt_takes_long_there_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 61.0))
    monkeypatch.setattr(filesystems, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=None))

    def ask() -> None:
        raise TimeoutError

    with pytest.raises(OSError, match=r"did not answer in time \(TimeoutError\)"):
        filesystems.ask("s3://bucket/x", ask)


def test_whoever_waits_is_not_kept_waiting_by_a_dead_network() -> None:
    answer = threading.Event()
    with (
        filesystems.time_limit(0.05),
        pytest.raises(OSError, match=r"s3://bucket did not answer in 0\.05 seconds"),
    ):
        filesystems.ask("s3://bucket/x", answer.wait)
    answer.set()
    with filesystems.time_limit(60.0):
        assert filesystems.ask("s3://bucket/x", lambda: 7) == 7
        with pytest.raises(FileNotFoundError):
            filesystems.ask("s3://bucket/x", lambda: Path("/no/such/file").read_bytes())
    assert filesystems.ask("s3://bucket/x", threading.current_thread) is threading.current_thread()


def test_addresses_are_shown_without_their_secrets() -> None:
    assert printable_path("s3://bucket/a@b/c") == "s3://bucket/a@b/c"
    assert printable_path("sftp://me:pw@host/a@b") == "sftp://…@host/a@b"
    assert printable_path("https://host/x?token=abc#d") == "https://host/x?…"
    assert printable_path("/local/who@where?x") == "/local/who@where?x"
