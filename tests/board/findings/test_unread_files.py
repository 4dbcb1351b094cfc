"""A file that cannot be read for a while costs one try, and nothing that is told without it is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rollout_log import append, row

from tensorboard_plugin_rlboard.api import FindingInfo
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.findings import ending_sampler
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.samples import decoded_samples, shown_tokens
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.tokenization.style_evidence import StyleEvidence
from tensorboard_plugin_rlboard.sources.reader import read_range_in_time

OpenBoard = Callable[[Path], Board]
PADDED = ["a", "</s>", "</s>", "</s>"]


def write(path: Path, tokens: list[str], steps: range) -> None:
    path.parent.mkdir(exist_ok=True)
    for step in steps:
        fields: dict[str, Any] = {
            "response_tokens": tokens,
            "logprobs": [-0.5 - i for i in range(len(tokens))],
        }
        append(path, *(row(step, "".join(tokens), prompt=f"p{i}", **fields) for i in range(8)))


class Disk:
    """Stands for what reads ranges of files: some of which cannot be read.

    Attributes:
        sick: names of files that cannot be read now.
        asked: the files that were asked for, in order.
    """

    def __init__(self) -> None:
        self.sick: set[str] = set()
        self.asked: list[str] = []

    def read(self, path: str, offset: int, length: int) -> bytes:
        name = Path(path).parent.name
        self.asked.append(name)
        if name in self.sick:
            raise TimeoutError(110, "it has not answered")
        return read_range_in_time(path, offset, length)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr(decoded_samples, "read_range_in_time", made.read)
    return made


def padded(board: Board) -> FindingInfo | None:
    found = board.findings(FindingsQuestion(Selection("."))).findings
    return next((each for each in found if each.kind == "log_integrity"), None)


def test_a_file_that_does_not_answer_is_tried_once_and_read_at_the_next_look(
    tmp_path: Path, open_board: OpenBoard, disk: Disk
) -> None:
    write(tmp_path / "logs" / "a.jsonl", PADDED, range(40))
    disk.sick = {"logs"}
    board = open_board(tmp_path / "logs")
    disk.asked.clear()
    assert board.detector_input(Selection(".")).endings == ()
    assert disk.asked == ["logs"]
    disk.sick.clear()
    assert [each.step for each in board.detector_input(Selection(".")).endings] == list(range(40))


@pytest.mark.parametrize(("longest", "tries"), [(600.0, 6), (-1.0, 1)])
def test_files_that_take_long_to_fail_end_the_look(
    tmp_path: Path,
    open_board: OpenBoard,
    disk: Disk,
    monkeypatch: pytest.MonkeyPatch,
    longest: float,
    tries: int,
) -> None:
    for number in range(6):
        write(tmp_path / "logs" / f"{number}.jsonl", PADDED, range(4 * number, 4 * number + 4))
    disk.sick = {"logs"}
    board = open_board(tmp_path / "logs")
    monkeypatch.setattr(ending_sampler, "_MAX_WAIT_SECONDS", longest)
    disk.asked.clear()
    assert board.detector_input(Selection(".")).endings == ()
    assert len(disk.asked) == tries


def test_a_finding_that_needs_the_file_is_looked_for_when_it_is_asked_for_again(
    tmp_path: Path, open_board: OpenBoard, disk: Disk
) -> None:
    write(tmp_path / "logs" / "a.jsonl", PADDED, range(4))
    disk.sick = {"logs"}
    board = open_board(tmp_path / "logs")
    assert padded(board) is None
    disk.sick.clear()
    assert padded(board) is not None


def test_tokens_of_a_finding_are_looked_for_again(tmp_path: Path, open_board: OpenBoard, disk: Disk) -> None:
    write(tmp_path / "logs" / "a.jsonl", PADDED, range(4))
    board = open_board(tmp_path / "logs")
    board.detector_input(
        Selection(".")
    )  # how they end is known; which token shows it is read when it is asked for
    disk.sick = {"logs"}
    finding = padded(board)
    assert finding is not None
    assert (len(finding.samples), finding.tokens) == (20, ())
    disk.sick.clear()
    finding = padded(board)
    assert finding is not None
    assert {token.position for token in finding.tokens} == {3}


def test_the_spelling_of_a_run_is_asked_again(tmp_path: Path, open_board: OpenBoard, disk: Disk) -> None:
    write(tmp_path / "logs" / "a.jsonl", ["▁ein", "▁Wort"], range(4))
    board = open_board(tmp_path / "logs")
    session = board.session(board.run("."))
    disk.sick = {"logs"}
    assert shown_tokens._run_evidence(session) == StyleEvidence()
    disk.sick.clear()
    assert shown_tokens._run_evidence(session) != StyleEvidence()
