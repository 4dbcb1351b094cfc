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
from tensorboard_plugin_rlboard.formats.arrays.score_texts import number_from_verdict, score_from_value
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *(
            ("yes", 1.0),
            ("不通过", 0.0),
            (" PASS ", 1.0),
            ("incorrect", 0.0),
            ("N", 0.0),
            ("正确", 1.0),
            ("未通过", 0.0),
        ),
        *(("85%", 0.85), ("-5 %", -0.05), ("0.5%", 0.005), ("nan%", None), ("%", None), ("a%", None)),
        *(
            ("7/10", 0.7),
            ("0 / 3", 0.0),
            ("2.5/5", 0.5),
            ("7 of 10", 0.7),
            ("11/10", None),
            ("1/0", None),
            ("1/2/3", None),
        ),
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
        ("score", ["7/10", "3/10"], [0.7, 0.3], "7/10 = 0.7, 3/10 = 0.3"),
        ("score", ["1,000", "0,333"], [1, 0.333], "1,000 = 1"),
        ("score", ["1,000", "2,500.5"], [1000, 2500.5], "1,000 = 1000"),
        ("reward", ["correct", "wrong"], [1, 0], "correct = 1, wrong = 0"),
        ("是否正确", ["对", "错"], [1, 0], "对 = 1, 错 = 0"),
        ("结果", ["通过", "不通过"], [1, 0], "通过 = 1, 不通过 = 0"),
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
    shown = run.mapping_sources["reward"]
    assert (shown.startswith(key), shown.endswith(f" ({note})")) == (True, True)
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


@pytest.mark.parametrize("values", [["A", "B"], ["7 out of 10", "3 out of 10"]])
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


@pytest.mark.parametrize("response", ["response", "output"])
@pytest.mark.parametrize(("comma", "rewards"), [("decimal", [1, 2.5]), ("thousands", [1000, 2500])])
def test_a_comma_of_two_meanings_is_said_and_its_remedy_reads_it(
    comma: str, rewards: list[float], response: str, tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    rows = [{"step": 1, "prompt": "q", response: f"o{n}", "score": ("1,000", "2,500")[n]} for n in range(2)]
    write_rows(tmp_path / "log.jsonl", rows)
    (run,) = open_board(tmp_path).runs().runs
    remedy = f'reward = "score with {comma} comma"'
    assert run.mapping_doubt.startswith("No reward was taken: the comma of 1,000 in score may be")
    assert remedy.removeprefix("reward = ") in run.mapping_doubt
    (tmp_path / "rlboard.toml").write_text(
        f'[mapping]\nprompt = "prompt"\nresponse = "{response}"\nstep = "step"\n{remedy}\n'
    )
    board = open_board(tmp_path)
    question = SamplesQuestion(Selection(run.run), TextRules(), limit=9, sort="response", order="asc")
    assert board.samples(question).columns["reward"] == rewards


def test_shares_beside_numbers_of_another_scale_are_said() -> None:
    values = ["80%", 75, "60%", 90]
    rows = [{"step": 1, "prompt": "q", "output": f"o{n}", "score": value} for n, value in enumerate(values)]
    assert "shares such as 80% beside numbers such as 75" in guess_mapping(rows).doubt
    assert not guess_mapping([{**row, "score": 0.5} for row in rows[1::2]] + rows[::2]).doubt


def test_verdicts_among_parts_count_in_their_sum(tmp_path: Path) -> None:
    """1 of a verdict and 0.5 of a number, and 0 and 1; before, the number was all of the reward."""
    rows = [
        {"step": 1, "question": "q", "output": f"o{n}", "rewards": {"correct": word, "format": number}}
        for n, (word, number) in enumerate([("yes", 0.5), ("no", 1.0)])
    ]
    assert "plain sum of correct, format" in guess_mapping(rows).doubt
    assert read(tmp_path, rows, "reward") == [(1.5,), (1.0,)]


def test_steps_as_a_person_writes_them_are_read_and_said() -> None:
    rows = [{"step": f"{n}k", "prompt": "q", "response": f"o{n}", "reward": n} for n in range(1, 4)]
    assert guess_mapping(rows, is_native=True).notes == {"step": "1k = 1000"}
