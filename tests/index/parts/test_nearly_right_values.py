"""Values that are nearly what their keys say, from the log to the tab: lists of other things, single numbers, texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.api import Sample
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.parts.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[..., Board]


@pytest.fixture
def open_rows(tmp_path: Path) -> Iterator[Open]:
    """Writes rows as a log and opens it."""
    with TestLog(tmp_path) as log:

        def opened(*rows: dict[str, Any]) -> Board:
            log.write(*rows)
            return log.open()

        yield opened


def column(board: Board, name: str) -> list[Any]:
    question = SamplesQuestion(Selection("."), TextRules(), columns=("step", name), limit=100)
    columns = board.samples(question).columns
    return [value for _, value in sorted(zip(columns["step"], columns[name], strict=True))]


def samples(board: Board) -> list[Sample]:
    ids = board.samples(SamplesQuestion(Selection("."), TextRules(), limit=100)).columns["id"]
    found = [board.sample(SampleQuestion(".", str(name), TextRules())) for name in ids]
    return sorted(found, key=lambda sample: sample.step)


def metrics(board: Board) -> set[str]:
    return {metric.name for metric in board.runs().runs[0].metrics}


def token_metrics(board: Board) -> set[str]:
    return {metric.name for metric in board.runs().runs[0].token_metrics}


def problems(sample: Sample) -> list[tuple[str, str]]:
    return [(problem.kind, problem.reason) for problem in sample.problems]


def test_a_list_without_tokens_is_shown_and_no_token_array(open_rows: Open) -> None:
    board = open_rows(row(1, nums=[44, 19, 35]), row(2, nums=[1, 2, 3, 4], box=[[1.0, 2.0]]))
    assert not metrics(board) & {"n_tokens", "nums_sum", "nums_mean", "box_sum"}
    assert token_metrics(board) == set()
    first, second = samples(board)
    assert (first.texts["nums"].raw, second.texts["nums"].raw) == ("[44, 19, 35]", "[1, 2, 3, 4]")
    assert second.texts["box"].raw == "[[1.0, 2.0]]"
    assert problems(first) == problems(second) == []


def test_a_list_that_has_the_tokens_length_now_and_then_is_no_token_array(open_rows: Open) -> None:
    rows = [row(step, tokens=step, bbox=[1, 2, 3, 4]) for step in range(1, 9)]
    board = open_rows(*rows)
    assert not {name for name in metrics(board) if name.startswith("bbox")}
    assert "bbox" not in token_metrics(board)
    fitting = samples(board)[3]
    assert fitting.texts["bbox"].raw == "[1, 2, 3, 4]"
    assert "bbox" not in {metric.name for metric in fitting.token_metrics}
    assert fitting.scalars["n_tokens"] == 4
    assert fitting.scalars["problems"] == 0


def test_a_list_as_long_as_the_tokens_in_nearly_every_row_is_a_token_array(open_rows: Open) -> None:
    rows = [row(step, tokens=3, heat=[[0.5], [None], [0.25]]) for step in range(1, 20)]
    board = open_rows(*rows, row(20, tokens=3, heat=[1.0, 2.0, 3.0, 4.0, 5.0]))
    assert "heat" in token_metrics(board)
    assert column(board, "heat_mean") == [0.375] * 19 + [None]
    *_, last = samples(board)
    assert [kind for kind, _ in problems(last)] == ["length_mismatch"]
    assert last.texts["heat"].raw == "[1.0, 2.0, 3.0, 4.0, 5.0]", "it is shown, though it is left out"


def test_parts_of_a_run_are_counted_together() -> None:
    fits, stray = ExtraKeys(lists={"a": (9, 9)}), ExtraKeys(lists={"a": (0, 1), "b": (1, 4)})
    both = fits | stray
    assert both == stray | fits
    assert both.lists == {"a": (9, 10), "b": (1, 4)}
    assert both.arrays == {"a"}
    assert both.other_lists == {"b"}
    assert (both | stray).arrays == set(), "9 of 11"
    assert ExtraKeys(lists={"a": (0, 0)}).arrays == set()


def test_one_number_under_the_key_of_an_array_is_the_samples(open_rows: Open) -> None:
    rows = [
        row(1, advantages=-0.25, returns="1.5", values=True, entropies=0.5),
        row(2, advantages=0.5, advantage=0.75, tokens=2, returns=[1.0, 2.0]),
    ]
    board = open_rows(*rows)
    assert column(board, "advantage") == [-0.25, 0.75], "the number's own key counts first"
    assert column(board, "return") == [1.5, None]
    assert column(board, "value") == [1.0, None]
    assert column(board, "entropy") == [0.5, None]
    assert column(board, "returns_mean") == [None, 1.5]
    first, second = samples(board)
    assert first.scalars["advantage"] == -0.25
    assert second.scalars["advantage"] == 0.75
    assert problems(first) == problems(second) == []


def test_columns_of_texts_that_are_numbers_are_numbers(open_rows: Open) -> None:
    board = open_rows(
        row(1, acc="True", score=" 1 ", digits="1_000", mixed=1, ground_truth="4"),
        row(2, acc="False", score="nan", digits="٣", mixed="n/a", ground_truth="5"),
    )
    assert column(board, "acc") == [1.0, 0.0]
    assert {"acc", "score"} <= metrics(board)
    assert not {"digits", "mixed", "ground_truth"} & metrics(board)
    assert column(board, "digits") == ["1_000", "٣"]
    assert column(board, "mixed") == ["1", "n/a"]
    assert column(board, "ground_truth") == ["4", "5"]


def test_a_list_as_text_is_read_and_said_once(open_rows: Open) -> None:
    first, second = samples(
        board := open_rows(row(1, logprobs="[-0.1, -0.3]"), row(2, logprobs="[-0.5, null]"))
    )
    assert column(board, "logprobs_mean") == pytest.approx([-0.2, -0.5])
    assert [kind for kind, _ in problems(first)] == ["list_as_text"]
    assert "[-0.1, -0.3]" in problems(first)[0][1]
    assert problems(second) == []
    assert "logprobs" not in first.texts


def test_tensors_as_text_are_quoted_with_their_remedy(open_rows: Open) -> None:
    board = open_rows(
        row(1, reward="tensor([1.0, 2.0])", logprobs="tensor([-0.1, -0.2])", acc="np.array([1.0, 0.0])"),
        row(2, reward=[1.0, 2.0], logprobs=["tensor(-0.1)"], acc="np.array([0.0, 0.0])"),
        *(row(step, acc="np.array([0.0, 0.0])") for step in (3, 4, 5)),
    )
    first, second, *_ = samples(board)
    text = 'acc is text such as "np.array([1.0, 0.0])", not a number. Log the number itself: value.item().'
    number = (
        'reward is no number but "tensor([1.0, 2.0])"; it is shown with its sample and left out of every statistic. '
        "Log one number: that of a tensor or array is value.item()."
    )
    array = (
        'logprobs is no list of numbers but "tensor([-0.1, -0.2])"; it is left out. '
        "Log a list of numbers: that of a tensor or array is values.tolist()."
    )
    kinds = ("not_a_number", "not_a_number", "not_an_array")
    assert sorted(problems(first)) == list(zip(kinds, (text, number, array), strict=True))
    assert first.texts["reward"].raw == "tensor([1.0, 2.0])"
    assert [kind for kind, _ in problems(second)] == ["not_a_number", "not_an_array"]
    assert "[1.0, 2.0]" in problems(second)[0][1]


def test_numbers_in_tensors_as_text_are_read_and_said_once(open_rows: Open) -> None:
    board = open_rows(
        row(1, reward="tensor(1.0)", acc="np.float64(1.0)"),
        row(2, reward="tensor([0.25], device='cuda:0')", acc="np.float64(0.0)"),
    )
    assert column(board, "reward") == [1.0, 0.25]
    assert column(board, "acc") == [1.0, 0.0]
    first, second = samples(board)
    assert problems(second) == []
    assert [kind for kind, _ in problems(first)] == ["number_as_text", "number_as_text"]
    assert "value.item()" in problems(first)[0][1]


def test_elements_that_are_no_numbers_are_named(open_rows: Open) -> None:
    (one,) = samples(open_rows(row(1, tokens=2, values=[0.5, "tensor(0.25)"])))
    assert one.missing["values"] == [(1, 2)]
    assert problems(one) == [
        (
            "not_a_number",
            'values has elements that are no numbers, such as "tensor(0.25)"; they count as missing.',
        )
    ]


@pytest.mark.parametrize(
    "key", ["response_ids", "completionIds", "token_ids", "prompt_tokens", "tokens", "position_ids"]
)
def test_ids_beside_the_tokens_are_no_metric_and_stay_ids(key: str, open_rows: Open) -> None:
    board = open_rows(*(row(step, tokens=3) | {key: [101, 202, 303]} for step in range(2)))
    assert key not in token_metrics(board) | metrics(board)
    assert not [name for name in metrics(board) if name.startswith(f"{key}_")]
    assert [sample.texts[key].shown for sample in samples(board)] == ["[101, 202, 303]"] * 2
    assert column(board, "n_tokens") == [3, 3]


def test_ids_and_log_probabilities_with_tokens(open_rows: Open) -> None:
    entries = [{"token": "A", "logprob": -0.1}, {"token": "B", "logprob": -0.2}]
    board = open_rows(
        row(1, response="AB", logprobs=entries),
        row(2, response="AB", logprobs={"content": entries}),
        row(3, response="?", response_tokens=[5, 6, 0, 0], response_mask=[1, 1, 0, 0]),
    )
    assert column(board, "n_tokens") == [2, 2, 2]
    assert column(board, "logprobs_sum") == [pytest.approx(-0.3)] * 2 + [None]
    assert [sample.response_tokens for sample in samples(board)] == [["A", "B"], ["A", "B"], ["#5", "#6"]]
    assert [problems(sample) for sample in samples(board)] == [[], [], []]


def test_repetition_is_that_of_the_text_without_padding(open_rows: Open) -> None:
    words = " ".join(f"word{i}" for i in range(60))
    tokens = [words, *["<pad>"] * 100]
    board = open_rows(
        row(
            1, response="short" + "<pad>" * 100, response_tokens=["short", *["<pad>"] * 100], logprobs=[-0.5]
        ),
        row(2, response=words + "<pad>" * 100, response_tokens=tokens, logprobs=[-0.5] + [0.0] * 100),
        row(3, response=words),
    )
    found = column(board, "repetition")
    assert found[0] is None
    assert found[1] == found[2]


@pytest.mark.parametrize(
    ("logprobs", "why"),
    [
        ([0.9, 0.8, 0.0], "as of probabilities: log their logarithms"),
        ([0.9, 2.5, 0.1], "as of negative log-likelihoods: log them with the other sign"),
        ([-0.9, 2.5, -0.1], "some are above 0 (up to 2.5)"),
        ([None, 0.25, 0.5], "as of probabilities"),
        ([-0.9, 0.0, -0.1], ""),
        ([1e-7, 0.0, 0.0], ""),
        ([0.01, -3.0, 0.0625], ""),
        ([0.0, 0.0, 0.0], ""),
    ],
)
def test_log_probabilities_above_0_are_said(logprobs: list[float | None], why: str, open_rows: Open) -> None:
    (sample,) = samples(open_rows(row(1, tokens=3, ref_logprobs=logprobs)))
    assert [kind for kind, _ in problems(sample)] == ["no_logprob"] * bool(why)
    assert all(reason.startswith("ref_logprobs look") and why in reason for _, reason in problems(sample))
