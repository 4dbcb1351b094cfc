"""Log-probabilities that are logged together with their tokens."""

from __future__ import annotations

from typing import Any

import pytest

from tensorboard_plugin_rlboard.formats.arrays.logprob_entries import logprob_entries
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows.sample_reader import read_sample_values

OPENAI = [
    {"token": "A", "logprob": -0.1, "bytes": [65], "top_logprobs": [{"token": "C", "logprob": -3.0}]},
    {"token": "B", "logprob": -0.2, "bytes": [66], "top_logprobs": []},
]


@pytest.mark.parametrize(
    ("logged", "tokens"),
    [
        (OPENAI, ["A", "B"]),
        ({"content": OPENAI, "refusal": None}, ["A", "B"]),
        ({"tokens": ["A", "B"], "token_logprobs": [-0.1, -0.2], "top_logprobs": None}, ["A", "B"]),
        ([{"101": {"logprob": -0.1, "decoded_token": "A", "rank": 1}, "7": {"logprob": -9.0}},
          {"102": {"logprob": -0.2, "decoded_token": "B", "rank": 3}}], ["A", "B"]),
        ([{"101": {"logprob": -0.1}}, {"102": {"logprob": -0.2}}], ["#101", "#102"]),
        ([{"101": -0.1}, {"102": -0.2}], ["#101", "#102"]),
        ([{"101": {"logprob": -0.1, "decoded_token": "A"}, "102": None},
          {"101": None, "102": {"logprob": -0.2, "decoded_token": "B"}}], ["A", "B"]),  # of a table
        ([{"A": -0.1}, {"B": -0.2}], ["A", "B"]),
        ([{"token_id": 101, "logprob": -0.1}, {"token_id": 102, "logprob": -0.2}], ["#101", "#102"]),
        ([[-0.1, 101, "A"], [-0.2, 102, "B"]], ["A", "B"]),
        ([[-0.1, 101, None], [-0.2, 102, None]], ["#101", "#102"]),
        ([["A", -0.1], ["B", -0.2]], ["A", "B"]),
        ([[-0.1, 101], [-0.2, 102]], ["#101", "#102"]),
        ([[101, -0.1], [102, -0.2]], ["#101", "#102"]),
        ([{"logprob": -0.1}, {"logprob": -0.2}], None),
    ],
)  # fmt: skip
def test_tokens_and_their_numbers(logged: object, tokens: list[str] | None) -> None:
    found = logprob_entries(logged)
    assert found is not None
    assert found.tokens == tokens
    assert found.numbers.values.tolist() == [-0.1, -0.2]
    assert found.numbers.nulls is None


def test_a_response_without_a_token_has_no_log_probability() -> None:
    found = logprob_entries({"tokens": [], "token_logprobs": [], "top_logprobs": None})
    assert found is not None
    assert (found.tokens, found.numbers.values.tolist(), found.numbers.nulls) == (None, [], None)
    row = {"response": "", "logprobs": {"tokens": [], "token_logprobs": []}}
    assert not read_sample_values(row, NATIVE, []).aligned.values


def test_an_entry_that_is_null_is_a_token_without_a_value() -> None:
    found = logprob_entries([None, {"101": {"logprob": -0.2, "decoded_token": "B"}}])
    assert found is not None
    assert found.tokens == ["", "B"]
    assert found.numbers.nulls is not None
    assert found.numbers.nulls.tolist() == [True, False]


@pytest.mark.parametrize(
    "logged",
    [
        [-0.1, -0.2],
        [None, None],
        [],
        {},
        {"content": None},
        {"tokens": ["A"], "token_logprobs": [-0.1, -0.2]},
        "text",
        [{"token": "A"}],
        [{"token": "A", "logprob": "low"}],
        [{"token": "A", "logprob": -0.1}, 3],
        [{}],
        [["A", "B"], ["C", "D"]],
        [[-0.1, -0.2], [-0.3, -0.4]],
        [[1, 2], [3, 4]],
        [[-0.1, 1], [-0.2]],
        [[[0.1], 2]],
        [[-0.1, 1, "A", 4]],
    ],
)  # fmt: skip
def test_what_is_none(logged: object) -> None:
    assert logprob_entries(logged) is None


def test_tokens_that_are_logged_count_before_those_of_the_entries() -> None:
    row: dict[str, Any] = {"response": "AB", "logprobs": OPENAI, "ref_logprobs": [["x", -1.0], ["y", -2.0]]}
    found = read_sample_values(row, NATIVE, [])
    assert found.token_strings == ["A", "B"], "those of the policy before those of the reference"
    assert found.aligned.values["ref_logprobs"].tolist() == [-1.0, -2.0]
    assert "logprobs" not in found.texts
    found = read_sample_values(row | {"response_tokens": ["a", "b"]}, NATIVE, [])
    assert found.token_strings == ["a", "b"]


def test_entries_under_another_key_are_shown_as_they_are() -> None:
    found = read_sample_values({"response": "AB", "answers": OPENAI}, NATIVE, ["answers"])
    assert found.token_strings == []
    assert found.texts["answers"].startswith('[{"token": "A"')


def test_alternatives_of_a_table_do_not_say_which_was_sampled() -> None:
    """The keys of a struct are in the order of the column, so the sampled token is not the first any more."""
    row = {"7": {"logprob": -9.0}, "101": {"logprob": -0.1}, "102": None}
    assert logprob_entries([row, {**row, "7": None, "102": {"logprob": -0.2}}]) is None
