"""Words for whether an answer is right, and shares in per cent: numbers of a reward, and said; other words are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from understood import read

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_verdict, score_from_value
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *(("yes", 1.0), (" PASS ", 1.0), ("incorrect", 0.0), ("N", 0.0), ("正确", 1.0), ("未通过", 0.0)),
        *(("85%", 0.85), ("-5 %", -0.05), ("0.5%", 0.005), ("nan%", None), ("%", None), ("a%", None)),
        *(("0,5", 0.5), ("-1,25", -1.25), ("0,125", 0.125), ("1,000", None), ("1,2,3", None), (",5", None)),
        *(("yes, because", None), ("maybe", None), ("", None), ("A", None), ("yes" + " " * 40, None)),
    ],
)
def test_verdict_as_a_number(value: str, number: float | None) -> None:
    assert number_from_verdict(value) == (None if number is None else pytest.approx(number))
    assert score_from_value(value) == number_from_verdict(value)
    assert (number_from_verdict(1.0), score_from_value("1.5"), score_from_value("true")) == (None, 1.5, 1.0)


@pytest.mark.parametrize(
    ("key", "words", "rewards", "note"),
    [
        ("correct", ["yes", "no"], [1, 0], "yes = 1, no = 0"),
        ("verdict", ["pass", "fail"], [1, 0], "pass = 1, fail = 0"),
        ("grade", ["CORRECT", "INCORRECT"], [1, 0], "correct = 1, incorrect = 0"),
        ("score", ["85%", "0%"], [0.85, 0], "85% = 0.85, 0% = 0"),
        ("score", ["0,5", "0,25"], [0.5, 0.25], "0,5 = 0.5, 0,25 = 0.25"),
        ("reward", ["correct", "wrong"], [1, 0], "correct = 1, wrong = 0"),
        ("是否正确", ["对", "错"], [1, 0], "对 = 1, 错 = 0"),
    ],
)
@pytest.mark.parametrize("response", ["response", "output"])
def test_verdicts_are_rewards_and_said(
    key: str,
    words: list[str],
    rewards: list[float],
    note: str,
    response: str,
    tmp_path: Path,
    write_rows: Write,
    open_board: Open,
) -> None:
    rows = [{"step": 1, "prompt": "q", response: f"o{n}", key: words[n % 2]} for n in range(4)]
    write_rows(tmp_path / "log.jsonl", rows)
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert run.mapping_sources["reward"] == f"{key} ({note})"
    assert (run.mapping_doubt, run.problems) == ("", 0)
    question = SamplesQuestion(Selection(run.run), TextRules(), limit=9, sort="response", order="asc")
    assert board.samples(question).columns["reward"] == pytest.approx(rewards * 2)


def test_a_word_that_is_no_verdict_among_many_is_named(
    tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    values = ["yes"] * 10 + ["unsure"] + ["no"] * 9
    rows = [{"step": 1, "prompt": "q", "output": f"o{n}", "correct": value} for n, value in enumerate(values)]
    write_rows(tmp_path / "log.jsonl", rows)
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert (run.mapping_sources["reward"], run.problems) == ("correct (yes = 1, no = 0)", 1)


@pytest.mark.parametrize("values", [["no", "The answer is right."], ["A", "B"], ["good", "bad"], ["no", ""]])
def test_other_words_stay_text(values: list[str]) -> None:
    rows = [{"step": 1, "question": "q", "output": f"o{n}", "judgement": values[n % 2]} for n in range(4)]
    found = guess_mapping(rows)
    assert found.keys
    assert "reward" not in found.keys
    assert not found.notes


def test_numbers_count_before_verdicts() -> None:
    rows = [{"question": "q", "output": f"o{n}", "verdict": "pass", "score": n / 4} for n in range(4)]
    assert guess_mapping(rows).keys["reward"] == "score"


def test_shares_of_many_kinds_are_noted_by_the_best_and_the_worst() -> None:
    rows = [{"question": "q", "output": f"o{n}", "score": f"{n}%"} for n in range(10)]
    assert guess_mapping(rows).notes == {"reward": "9% = 0.09, 0% = 0"}


@pytest.mark.parametrize("values", [["A", "B"], ["7/10", "3/10"], ["1,000", "2,500"]])
@pytest.mark.parametrize("response", ["response", "output"])
def test_scores_that_are_no_numbers_are_named(
    values: list[str], response: str, tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    rows = [{"step": 1, "prompt": "q", response: f"o{n}", "score": values[n % 2]} for n in range(4)]
    write_rows(tmp_path / "log.jsonl", rows)
    (run,) = open_board(tmp_path).runs().runs
    one, other = sorted(values)
    assert run.mapping_doubt == (
        f"No reward was taken: score holds texts such as {one} and {other}, which are no numbers; log numbers instead."
    )


def test_verdicts_among_parts_count_in_their_sum(tmp_path: Path) -> None:
    """1 of a verdict and 0.5 of a number, and 0 and 1; before, the number was all of the reward."""
    rows = [
        {"step": 1, "question": "q", "output": f"o{n}", "rewards": {"correct": word, "format": number}}
        for n, (word, number) in enumerate([("yes", 0.5), ("no", 1.0)])
    ]
    assert "plain sum of correct, format" in guess_mapping(rows).doubt
    assert read(tmp_path, rows, "reward") == [(1.5,), (1.0,)]
