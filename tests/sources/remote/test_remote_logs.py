"""Log directories behind an address, against a real S3 server on this machine and a line to it that can be cut."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

import pytest
from answers import column, ignored
from example_counts import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from object_store import Bucket, Line
from repository import SAMPLES
from rollout_log import line, log_of

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.walk import has_log_file, list_sources
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[str], Board]
THOUSAND_BYTES = bytes(range(250)) * 4


def test_runs_on_s3_are_found_and_opened(bucket: Bucket, open_url: Open) -> None:
    bucket.put("here.jsonl", log_of(1))
    bucket.put("ppo/种子 1/a.jsonl", log_of(1, 2))
    bucket.put("ppo/种子 1/b.jsonl", log_of(3, response="字"))
    bucket.put("ppo/.git/x.jsonl", log_of(1))
    bucket.put("ppo/.hidden.jsonl", log_of(1))
    bucket.put("ppo/events.out", b"x")
    board = open_url(bucket.url)
    assert [run.run for run in board.runs().runs] == [".", "ppo/种子 1"]
    assert column(board, "step", "ppo/种子 1") == [1, 2, 3]
    found = board.samples(SamplesQuestion(Selection("ppo/种子 1"), TextRules(), limit=5)).columns["id"]
    sample = board.sample(SampleQuestion("ppo/种子 1", str(found[2]), TextRules()))
    assert (sample.texts["response"].raw, sample.file) == ("字", "ppo/种子 1/b.jsonl")
    assert board.runs().looked_in == [bucket.url]
    assert ignored(board) == []


def test_named_root_and_slash_at_the_end(bucket: Bucket) -> None:
    path = bucket.put("a/x.jsonl", log_of(1))
    for found in (list_sources(parse_roots(f"{bucket.url}/", "")), list_sources(parse_roots("", bucket.url))):
        assert [(file.path, file.relative) for file in found.runs["a"]] == [(path, "a/x.jsonl")]


@pytest.fixture
def of_thousand_bytes(bucket: Bucket) -> str:
    return bucket.put("x.jsonl", THOUSAND_BYTES)


@settings(
    max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(offset=st.integers(0, 1100), length=st.integers(0, 1100))
def test_ranges_are_those_of_a_local_file(of_thousand_bytes: str, offset: int, length: int) -> None:
    assert reader.read_range(of_thousand_bytes, offset, length) == THOUSAND_BYTES[offset : offset + length]


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
    first = log_of(*range(1, 60), note="x" * 30_000)
    bucket.put("a.jsonl", first)
    board = open_url(bucket.url)
    assert column(board, "step") == list(range(1, 60))
    before = line_to.carried
    bucket.put("a.jsonl", first + log_of(60, 61))
    board.indexer.index_now()
    assert column(board, "step") == list(range(1, 62))
    found = board.samples(SamplesQuestion(Selection("."), TextRules(), limit=500)).columns["id"]
    assert board.sample(SampleQuestion(".", str(found[60]), TextRules())).step == 61
    assert line_to.carried - before < len(first) // 5, "the lines that were read are not read again"


def test_rewritten_and_deleted_objects(bucket: Bucket, open_url: Open) -> None:
    bucket.put("a.jsonl", log_of(1, 2))
    bucket.put("b.jsonl", log_of(5))
    board = open_url(bucket.url)
    bucket.put("a.jsonl", log_of(3, 4))  # of the same size, within the same second
    board.indexer.index_now()
    assert sorted(column(board, "step")) == [3, 4, 5]
    bucket.delete("b.jsonl")
    board.indexer.index_now()
    assert column(board, "step") == [3, 4]


def test_object_that_did_not_change_is_not_asked_for(bucket: Bucket, open_url: Open, line_to: Line) -> None:
    bucket.put("a.jsonl", log_of(*range(1, 60), note="x" * 1000))
    board = open_url(bucket.url)
    time.sleep(2.1)  # until its time tells every change
    board.indexer.index_now()
    before = line_to.carried
    board.indexer.index_now()
    assert line_to.carried - before < 5000, "no more than a listing"


def test_half_written_line_of_an_object_waits(bucket: Bucket, open_url: Open) -> None:
    bucket.put("a.jsonl", log_of(1) + line(2)[:20])
    board = open_url(bucket.url)
    assert column(board, "step") == [1]
    bucket.put("a.jsonl", log_of(1, 2))
    board.indexer.index_now()
    assert column(board, "step") == [1, 2]


def test_compressed_object_is_unpacked_and_followed(bucket: Bucket, open_url: Open) -> None:
    packed = gzip.compress(log_of(1, 2))
    bucket.put("a.jsonl.gz", packed)
    board = open_url(bucket.url)
    assert column(board, "step") == [1, 2]
    bucket.put("a.jsonl.gz", packed + gzip.compress(log_of(3)))
    board.indexer.index_now()
    assert column(board, "step") == [1, 2, 3]


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
        "slime": 12,
    }
    assert ignored(board) == []
    assert line_to.carried - before < 1_000_000
    (row,) = board.samples(SamplesQuestion(Selection("trl/plain/completions"), TextRules(), limit=1)).columns[
        "id"
    ]
    assert board.sample(SampleQuestion("trl/plain/completions", str(row), TextRules())).step == 1


def test_a_dump_folder_is_joined_behind_an_address_too(bucket: Bucket, open_url: Open) -> None:
    names = [
        *("rollout_data/0.pt", "rollout_data/eval_0.pt", "trajectory/0.jsonl"),
        *(f"train_data/0_{rank}.pt" for rank in range(4)),
    ]
    for name in names:
        bucket.put(f"d/{name}", (SAMPLES / "miles" / "dump" / name).read_bytes())
    board = open_url(bucket.url)
    (run,) = board.runs().runs
    assert (run.run, run.samples, run.problems) == ("d", 12, 0)
    assert {"logprobs", "advantages", "entropies"} <= {token.name for token in run.token_metrics}
    assert ignored(board) == []


def test_root_that_is_missing_or_a_file(bucket: Bucket) -> None:
    url = bucket.put("x.jsonl", log_of(1))
    assert [problem.reason for problem in list_sources(parse_roots(url, "")).problems] == [
        "This is a file, not a folder."
    ]
    assert list_sources(parse_roots(f"{bucket.url}/nothing", "")).runs == {}
    assert list_sources(parse_roots("s3://no-such-bucket-here/logs", "")).runs == {}


def test_remote_root_is_active_without_a_question() -> None:
    assert has_log_file(parse_roots("s3://bucket/logs", ""), time.monotonic() - 1)
    indexer = BackgroundIndexer(Registry(parse_roots("nowhere://at.all", "")), 0)
    indexer.start()
    assert indexer._thread is not None
    indexer._thread.join(60)
    try:
        assert indexer.has_files(0), "its problem is to be seen"
        assert list(indexer.registry.ignored.values()) == [
            "fsspec cannot open nowhere:// addresses here (ValueError)."
        ]
    finally:
        indexer.stop()
