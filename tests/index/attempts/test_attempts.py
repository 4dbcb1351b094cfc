from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rollout_log import row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index.attempts.attempts import MonotonicSpan, StepOrder, match_attempts
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


def changes(*steps: int) -> list[tuple[int, int]]:
    return [(step, 10 * place) for place, step in enumerate(steps)]


def monotonic_spans(changes: Iterable[tuple[int, int]]) -> list[MonotonicSpan]:
    order = StepOrder()
    order.extend(changes)
    return order.monotonic_spans()


def test_steps_in_order_are_one_attempt() -> None:
    assert monotonic_spans(changes(1, 2, 3, 4)) == [MonotonicSpan(0, 1)]
    assert monotonic_spans([]) == []
    assert monotonic_spans(changes(7)) == [MonotonicSpan(0, 7)]


def test_going_back_to_a_known_step_is_a_new_attempt() -> None:
    assert monotonic_spans(changes(1, 2, 3, 2, 3, 4)) == [MonotonicSpan(0, 1), MonotonicSpan(30, 2)]
    assert monotonic_spans(changes(1, 2, 3, 1, 2, 3, 4, 2, 3, 4)) == [
        MonotonicSpan(0, 1),
        MonotonicSpan(30, 1),
        MonotonicSpan(70, 2),
    ]


def test_a_late_step_is_only_late() -> None:
    assert monotonic_spans(changes(1, 3, 2, 4)) == [MonotonicSpan(0, 1)]
    assert monotonic_spans(changes(2, 3, 1, 4)) == [MonotonicSpan(0, 1)]


def test_resuming_from_the_very_last_step_goes_on() -> None:
    """The same step twice in a row cannot be told from one step."""
    assert monotonic_spans([(1, 0), (2, 10), (2, 20), (3, 30)]) == [MonotonicSpan(0, 1)]


def test_file_without_order_is_one_stretch() -> None:
    shuffled = changes(3, 1, 2, 1, 3, 2, 3, 1, 2, 1, 3)
    assert monotonic_spans(shuffled) == [MonotonicSpan(0, 1)]


def test_ranks_of_one_attempt_share_its_number() -> None:
    found = match_attempts(
        {
            1: [MonotonicSpan(0, 1), MonotonicSpan(100, 5), MonotonicSpan(200, 9)],
            2: [MonotonicSpan(0, 1), MonotonicSpan(150, 9)],  # a rank that was lost in the second attempt
            3: [MonotonicSpan(0, 9)],  # and one that came with the third
            4: [MonotonicSpan(0, 4)],
        }
    )
    assert found[1] == [(0, 1), (100, 2), (200, 3)]
    assert found[2] == [(0, 1), (150, 3)]
    assert found[3] == [(0, 3)]
    assert found[4] == [(0, 3)]
    assert match_attempts({}) == {}


def responses(board: Board, **chosen: Any) -> list[str]:
    found = board.samples(
        SamplesQuestion(Selection(".", **chosen), TextRules(), columns=("response",), limit=500)
    )
    return [str(text) for text in found.columns["response"]]


def test_the_newest_attempt_of_each_step_counts_by_default(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    old = [row(step, f"old {step}") for step in (1, 2, 3)]
    new = [row(step, f"new {step}") for step in (2, 3, 4)]
    write_rows(tmp_path / "a.jsonl", [*old, *new])
    board = open_board(tmp_path)
    assert responses(board) == ["old 1", "new 2", "new 3", "new 4"]
    assert responses(board, attempt=1) == ["old 1", "old 2", "old 3"]
    assert responses(board, attempt=2) == ["new 2", "new 3", "new 4"]
    assert responses(board, attempt=3) == []
    assert responses(board, step=2) == ["new 2"]
    spans = [(found.attempt, found.first, found.last) for found in board.runs().runs[0].attempts]
    assert spans == [(1, 1, 3), (2, 2, 4)]
    assert board.steps(StepsQuestion(Selection("."))).step_metrics["n_samples"] == [1.0] * 4


def test_two_ranks_that_both_go_back(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    for rank in (0, 1):
        rows = [row(step, f"r{rank} {place}") for place, step in enumerate([1, 2, 3, 2, 3])]
        write_rows(tmp_path / f"rank_{rank}.jsonl", rows)
    board = open_board(tmp_path)
    assert responses(board) == ["r0 0", "r1 0", "r0 3", "r1 3", "r0 4", "r1 4"]
    assert set(responses(board, attempt=1)) == {"r0 0", "r0 1", "r0 2", "r1 0", "r1 1", "r1 2"}


def test_evaluation_between_steps_is_no_new_attempt(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    rows = []
    for step in (1, 2, 3):
        rows += [row(step, f"train {step}"), row(0, f"eval {step}", validation=True)]
    write_rows(tmp_path / "a.jsonl", rows)
    board = open_board(tmp_path)
    assert responses(board) == ["train 1", "train 2", "train 3"]
    assert responses(board, split="eval") == ["eval 1", "eval 2", "eval 3"]
    assert len(board.runs().runs[0].attempts) == 1


def test_attempts_are_numbered_anew_as_the_log_grows(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1, "a"), row(2, "b")])
    board = open_board(tmp_path)
    assert responses(board) == ["a", "b"]
    write_rows(tmp_path / "more.jsonl", [row(1, "c")])
    with path.open("ab") as file:
        file.write(b'{"step": 1, "response": "d"}\n{"step": 2, "response": "e"}\n')
    board.indexer.index_now()
    assert set(responses(board, attempt=1)) == {"a", "b"}
    assert set(responses(board)) == {"c", "d", "e"}


def test_rank_that_never_went_back_is_not_hidden_behind_the_others(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    """Killed before the resumed steps, it goes on without repeating any; its rows belong to the second attempt."""

    def rows(*steps: int) -> list[dict[str, Any]]:
        return [{"step": step, "prompt": "Q", "response": "a", "reward": 0.0} for step in steps]

    write_rows(tmp_path / "rank_0.jsonl", rows(1, 2, 3, 4, 5, 4, 5, 6, 7))
    write_rows(tmp_path / "rank_1.jsonl", rows(1, 2, 3, 4, 5, 6, 7))
    shown = (
        open_board(tmp_path)
        .samples(SamplesQuestion(Selection("."), TextRules(), columns=("attempt",)))
        .columns
    )
    assert shown["step"] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
    assert shown["attempt"] == [1] * 6 + [2] * 8


def test_rank_that_lags_behind_in_the_first_attempt_stays_there() -> None:
    cut = match_attempts(
        {1: monotonic_spans(changes(1, 2, 3, 4, 3, 4, 5)), 2: monotonic_spans(changes(1, 2, 3))}
    )
    assert cut == {1: [(0, 1), (40, 2)], 2: [(0, 1)]}
