"""A stream of traces with annotations: step, split, state and token metrics of each sample, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from listed_samples import RULES
from repository import FORMATS
from rollout_log import TestLog, opened
from trace_streams import StreamRun, node, sample_of, shipped, tokens_of, trace, trained

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.annotations import annotation_files, annotator
from tensorboard_plugin_rlboard.index.joins.side_discovery import reason_to_leave_out
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.walk import list_sources


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    yield from opened(FORMATS / "prime_rl_stream")


@pytest.fixture
def run(test_log: TestLog) -> StreamRun:
    return StreamRun(test_log.folder)


def rows(board: Board, *names: str) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for split in board.runs().runs[0].splits:
        question = SamplesQuestion(Selection(".", split), RULES, columns=("sample_id", *names), limit=500)
        table = board.samples(question).columns
        found += zip(*(table[name] for name in ("sample_id", *names)), strict=True)
    return sorted(found, key=lambda row: str(row[0]))


def reasons(board: Board) -> list[str]:
    return list(board.problems(ProblemsQuestion(".", 0, 100)).columns.reason)


def test_the_run_is_the_folder_of_the_training(board: Board) -> None:
    (info,) = board.runs().runs
    assert (info.run, info.samples, info.splits, info.problems) == (".", 7, ["train", "eval"], 0)
    (annotations,) = info.joined
    assert (annotations.what, annotations.matched, annotations.unmatched) == ("annotations", 5, 2)
    assert annotations.source == f"{PLACE}/annotations/orchestrator/00000.jsonl and 1 more"
    ignored = sorted(one.file for one in board.runs().ignored)
    assert ignored == [f"{PLACE}/{name}.index.jsonl" for name in INDEXES]
    assert {one.reason for one in board.runs().ignored} == {annotator.IS_INDEX}


PLACE = "monitors/file/traces"
INDEXES = ("annotations/orchestrator", "annotations/trainer", "stream")


def test_a_trace_stands_at_the_step_that_shipped_it(board: Board) -> None:
    # t12 and t13 were generated and not trained on: they stand where they arrived, and as both scored 1 their advantage
    # in their group is 0. v20 is an evaluation.
    assert rows(board, "step", "split", "shipped", "advantage") == [
        ("t10", 1, "train", 1, -0.5),
        ("t11", 1, "train", 1, 0.5),
        ("t12", 1, "train", 0, 0.0),
        ("t13", 1, "train", 0, 0.0),
        ("t20", 2, "train", 1, -0.5),
        ("t21", 2, "train", 1, 0.5),
        ("v20", 2, "eval", None, None),
    ]


def test_numbers_of_the_trainer_reach_the_index(board: Board) -> None:
    found = {
        name: values for name, *values in rows(board, "logprobs_mean", "entropies_mean", "mismatch_mean")
    }
    # -0.15, -0.2, -0.35, -0.4 of the trainer; -0.1, -0.2, -0.3, -0.4 of the sampler; 0.1, 0.2, 0.3, 0.4
    assert found["t10"] == pytest.approx([-0.275, 0.25, -0.025])
    assert found["t12"] == [None, None, None]


def test_an_opened_sample_has_the_tokens_that_the_index_has_counted(board: Board) -> None:
    name = sample_of(board, "t11")
    tokens = tokens_of(board, "t11")
    assert tokens["logprobs"] == pytest.approx([-0.15, -0.2, -0.35, -0.4])
    assert tokens["rollout_logprobs"] == pytest.approx([-0.1, -0.2, -0.3, -0.4])
    assert tokens["advantages"] == [0.5] * 4
    assert tokens["is_masked"] == [0, 0, 1, 0]
    assert tokens["mismatch_kl"] == pytest.approx([0.001, 0, 0.002, 0])
    opened_sample = board.sample(SampleQuestion(".", name))
    assert (opened_sample.step, opened_sample.split) == (1, "train")
    assert '"ship": {"step": 1' in opened_sample.texts["info"].raw


def test_a_stream_without_annotations_stands_where_its_traces_arrived(
    run: StreamRun, test_log: TestLog
) -> None:
    run.arrive(trace("a", 3), trace("v", 7, kind="eval"))
    assert rows(test_log.open(), "step", "split", "shipped") == [("a", 3, "train", 0), ("v", 7, "eval", None)]


def test_the_last_annotation_counts(run: StreamRun, test_log: TestLog) -> None:
    run.arrive(trace("a", 1))
    run.orchestrator(shipped("a", 1, 0.5), shipped("a", 2, -0.5))
    run.trainer(trained("a", 0.05), trained("a", 0.2))
    board = test_log.open()
    assert rows(board, "step", "advantage") == [("a", 2, -0.5)]
    tokens = tokens_of(board, "a")
    assert tokens["logprobs"] == pytest.approx([-0.5, -0.4, -0.5])
    assert tokens["advantages"] == [-0.5] * 3


def test_each_branch_has_its_own(run: StreamRun, test_log: TestLog) -> None:
    nodes = [
        node([1, 2]),
        node([3, 4], role="assistant", parent=0),
        node(
            [6], role="tool", parent=0
        ),  # a leaf that holds nothing of the model is no sample, and counts as a branch
        node([7, 8, 9], role="assistant", parent=0),
    ]
    run.arrive(trace("a", 1, nodes=nodes))
    first = {"index": 0, "trainer_logprobs": [None, None, -1.0, -2.0]}
    last = {"index": 2, "trainer_logprobs": [None, None, -3.0, -4.0, -5.0]}
    run.trainer({"version": 1, "trace_id": "a", "info": {}, "branches": [first, last]})
    board = test_log.open()
    answers = [tokens_of(board, name)["logprobs"] for name in ("a", "a:1")]
    assert answers == [[-1.0, -2.0], [-3.0, -4.0, -5.0]]


def test_what_cannot_be_aligned_is_left_out_and_said(run: StreamRun, test_log: TestLog) -> None:
    run.arrive(trace("long", 1), trace("short", 1), trace("lost", 1))
    long = trained("long", trainer_logprobs=[-0.1] * 9)
    short = trained("short", trainer_logprobs=[None, None, -0.1], entropies=[None] * 5)
    stray = {"version": 1, "trace_id": "lost", "info": {}, "branches": [{"index": 4, "entropies": [0.1]}]}
    run.trainer(long, short, stray, trained("nobody"), {"trace_id": 3})
    board = test_log.open()
    assert "logprobs" not in tokens_of(board, "long")
    cut = tokens_of(board, "short")
    assert cut["logprobs"][0] == pytest.approx(-0.1)
    assert cut["logprobs"][1:] == [None, None]
    said = reasons(board)
    assert any("has 9 logprobs for a branch of 5 tokens" in reason for reason in said)
    assert any("know the first 3 of the branch's 5 tokens" in reason for reason in said)
    assert "Annotations name branches that the trace does not have: 1." in said
    assert any("know something of 1 trace that no sample is of" in reason for reason in said)
    assert any("has no text as trace_id" in reason for reason in said)


def test_an_annotation_beyond_the_limit_is_left_out(
    run: StreamRun, test_log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotation_files, "MAX_BYTES", 300)
    run.arrive(trace("a", 1))
    run.trainer(trained("a", note="x" * 400))
    board = test_log.open()
    assert "logprobs" not in tokens_of(board, "a")
    assert any("those of more than 300 are left out" in reason for reason in reasons(board))


def test_annotations_without_a_stream_are_named(run: StreamRun, test_log: TestLog) -> None:
    run.trainer(trained("a"))
    board = test_log.open()
    assert board.runs().runs == []
    (ignored,) = board.runs().ignored
    assert "there are no traces beside it" in ignored.reason


def test_files_are_told_by_their_rows(test_log: TestLog, tmp_path: Path) -> None:
    """Other names of the chunks, in the folders of the layout."""
    run = StreamRun(test_log.folder)
    run.arrive(trace("a", 1)).rename(run.folder / "stream/what.jsonl")
    run.orchestrator(shipped("a", 4)).rename(run.folder / "annotations/orchestrator/ever.jsonl")
    assert rows(test_log.open(), "step") == [("a", 4)]


def test_annotations_are_not_indexed_ahead_of_time(run: StreamRun, test_log: TestLog) -> None:
    run.arrive(trace("a", 1))
    run.orchestrator(shipped("a", 1))
    listed = list_sources(parse_roots(str(test_log.folder), ""))
    files = {file.relative: file for files in listed.runs.values() for file in files}
    told = {name: reason_to_leave_out(file, None, files) for name, file in files.items()}
    assert "brings them to the samples" in told[f"{PLACE}/annotations/orchestrator/00000.jsonl"]
    assert told[f"{PLACE}/stream/00000.jsonl"] == ""
