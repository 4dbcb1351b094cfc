"""The index over time: files that grow, change and vanish."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from answers import column, problems
from rollout_log import append, line, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]


Write = Callable[[Path, Iterable[Any]], Path]


def test_bad_lines_are_named_with_their_number_in_the_file(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1), "", "{bad", "   ", row(2), "", "[]", "\t", row(3)])
    board = open_board(tmp_path)
    assert problems(board) == [("a.jsonl", 3, "bad_json"), ("a.jsonl", 7, "not_an_object")]
    assert column(board, "line") == [1, 5, 9]
    append(path, b"\n{}\n" + line(4))
    board.indexer.index_now()
    assert problems(board)[-1] == ("a.jsonl", 11, "empty_object")
    assert column(board, "line") == [1, 5, 9, 12]
    offsets = board.problems(ProblemsQuestion(".")).columns.offset
    data = path.read_bytes()
    assert [data[offset or 0 :].split(b"\n")[0] for offset in offsets] == [b"{bad", b"[]", b"{}"]


def test_half_written_tail_waits_for_its_end(tmp_path: Path, open_board: Open) -> None:
    path = tmp_path / "a.jsonl"
    whole = line(2, "the whole of it")
    path.write_bytes(line(1) + whole[:25])
    board = open_board(tmp_path)
    assert column(board, "response") == ["a"]
    assert problems(board) == []
    run = board.runs().runs[0]
    assert run.state == "ready", "a line that is being written is nothing to wait for"
    assert run.indexed_bytes < run.bytes
    append(path, whole[25:-3])
    board.indexer.index_now()
    assert column(board, "response") == ["a"]
    append(path, whole[-3:])
    board.indexer.index_now()
    assert column(board, "response") == ["a", "the whole of it"]
    assert problems(board) == []


def test_last_line_without_its_newline_is_taken_when_it_is_whole(tmp_path: Path, open_board: Open) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + line(2).rstrip())
    board = open_board(tmp_path)
    assert column(board, "step") == [1, 2]
    append(path, b"\n" + line(3))
    board.indexer.index_now()
    assert column(board, "step") == [1, 2, 3]
    assert column(board, "line") == [1, 2, 3]


def test_rewritten_file_is_read_anew(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1, "old"), "{bad", row(2, "old")])
    board = open_board(tmp_path)
    before = board.samples(SamplesQuestion(Selection("."), TextRules())).columns["id"]
    write_rows(path, [row(1, "new"), row(5, "new"), row(6, "newer"), row(7, "newest")])
    board.indexer.index_now()
    assert column(board, "response") == ["new", "new", "newer", "newest"]
    assert column(board, "step") == [1, 5, 6, 7]
    assert problems(board) == []
    assert board.sample(SampleQuestion(".", str(before[0]), TextRules())).texts["response"].raw == "new"


def test_truncated_file_keeps_only_what_is_left(tmp_path: Path, open_board: Open) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + line(2) + line(3))
    board = open_board(tmp_path)
    os.truncate(path, len(line(1)))
    board.indexer.index_now()
    assert column(board, "step") == [1]
    assert board.runs().runs[0].samples == 1


def test_vanished_file_takes_its_samples_along_and_says_so(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    path = write_rows(tmp_path / "b.jsonl", [row(2), row(3)])
    board = open_board(tmp_path)
    assert column(board, "step") == [1, 2, 3]
    path.unlink()
    board.indexer.index_now()
    assert column(board, "step") == [1]
    assert problems(board) == [("b.jsonl", None, "vanished")]
    write_rows(path, [row(9)])
    board.indexer.index_now()
    assert column(board, "step") == [1, 9]
    assert problems(board) == [], "it is there again"


def test_opened_sample_of_a_changed_file_is_not_the_old_one(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1, "old", logprobs=[-1.0])])
    board = open_board(tmp_path)
    name = str(board.samples(SamplesQuestion(Selection("."), TextRules())).columns["id"][0])
    assert board.token_lists(TokensQuestion(".", name))["logprobs"] == [-1.0]
    write_rows(path, [row(1, "new", logprobs=[-2.0]), row(2, "more")])
    board.indexer.index_now()
    assert board.token_lists(TokensQuestion(".", name))["logprobs"] == [-2.0]


def test_rank_files_are_merged_by_step(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "rank_0.jsonl", [row(1, "r0 s1"), row(2, "r0 s2")])
    write_rows(tmp_path / "rank_1.jsonl", [row(1, "r1 s1"), row(2, "r1 s2")])
    board = open_board(tmp_path)
    assert column(board, "step") == [1, 1, 2, 2]
    assert sorted(column(board, "response", step=2)) == ["r0 s2", "r1 s2"]
    assert board.steps(StepsQuestion(Selection("."))).step_metrics["n_samples"] == [2.0, 2.0]


def test_run_name_of_files_in_the_log_directory_itself(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    write_rows(tmp_path / "中文 run" / "b.jsonl", [row(1, "二")])
    board = open_board(tmp_path)
    assert [run.run for run in board.runs().runs] == [".", "中文 run"]
    assert column(board, "response", "中文 run") == ["二"]
