"""Padding of batches: of ids, with masks, and of responses that were cut off."""

from __future__ import annotations

from typing import Any

import pytest

from tensorboard_plugin_rlboard.formats.arrays.array_block import last_token_run, token_texts
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows.sample_reader import SampleValues, read_sample_values

END = "</s>"


def opened(**row: Any) -> SampleValues:
    return read_sample_values({"response": "x", **row}, NATIVE, [])


@pytest.mark.parametrize(
    ("tokens", "run"),
    [
        ([], (None, 0)),
        (["a"], (None, 0)),
        ([END], (END, 1)),
        (["a", END, END], (END, 2)),
        ([END, END], (END, 2)),
        ([5, 0, 0, 0], ("#0", 3)),
        (["#5", "#0", "#0"], ("#0", 2)),
        ([5, -100], ("#-100", 1)),
        ([True, True], (None, 0)),
        ([0.5, 0.5], (None, 0)),
        (["#a", "#"], (None, 0)),
    ],
)
def test_the_run_of_last_tokens(tokens: list[object], run: tuple[str | None, int]) -> None:
    assert last_token_run(tokens) == run


@pytest.mark.parametrize("pad", [0, 7, 151643])
def test_padded_ids_end_with_their_mask(pad: int) -> None:
    found = opened(response_tokens=[5, 6, 7, pad, pad], response_mask=[1, 0, 1, 0, 0])
    assert found.token_strings == ["#5", "#6", "#7"]
    assert found.aligned.mask is not None
    assert found.aligned.mask.tolist() == [True, False, True], "0 within the response is a masked token"


def test_masked_tokens_at_the_end_are_no_padding_where_they_differ() -> None:
    found = opened(response_tokens=[5, 6, 8, 9], response_mask=[1, 1, 0, 0])
    assert found.token_strings == ["#5", "#6", "#8", "#9"], "the answer of a tool that was the last turn"
    found = opened(response_tokens=["a", "b", "c"], response_mask=[1, 0, 0])
    assert found.token_strings == ["a", "b", "c"]


def test_an_end_token_within_the_mask_stays_and_pads_like_it_go() -> None:
    found = opened(response_tokens=["a", END, END, END], response_mask=[1, 1, 0, 0])
    assert found.token_strings == ["a", END]
    found = opened(response_tokens=["a", END, END], response_mask=[1, 0, 0])
    assert found.token_strings == ["a"]


def test_ids_without_a_mask_end_before_their_pads() -> None:
    assert opened(response_tokens=[5, 6, 0, 0]).token_strings == ["#5", "#6"]
    assert opened(response_tokens=[5, 6, -100]).token_strings == ["#5", "#6"]
    assert opened(response_tokens=[5, 6, 0]).token_strings == ["#5", "#6", "#0"], "one 0 may be a token"
    assert opened(response_tokens=[5, 7, 7, 7]).token_strings == ["#5", "#7", "#7", "#7"], (
        "a loop of the model"
    )
    assert opened(response_tokens=[5, 0, 0], response_mask=[1, 1, 1]).token_strings == ["#5", "#0", "#0"]


def test_ids_end_where_their_log_probabilities_do() -> None:
    found = opened(response_tokens=[5, 6, 7, 7], logprobs=[-1.0, -2.0, 0.0, 0.0])
    assert found.token_strings == ["#5", "#6"]
    found = opened(response_tokens=[5, 6, 7, 7], logprobs=[-1.0, -2.0, -0.5, 0.0])
    assert found.token_strings == ["#5", "#6", "#7", "#7"], "one 0.0 may be a sure token"
    found = opened(response_tokens=[7, 7, 7, 7], logprobs=[-1.0, -2.0])
    assert len(found.token_strings) == 4, "log-probabilities of another length say nothing of the last ids"


@pytest.mark.parametrize("reason", ["length", "Max_Tokens"])
def test_a_truncated_response_keeps_no_end_token_of_probability_1(reason: str) -> None:
    tokens, logprobs = ["a", "b", END, END], [-1.0, -2.0, 0.0, 0.0]
    assert opened(response_tokens=tokens, logprobs=logprobs, finish_reason=reason).token_strings == ["a", "b"]
    for other in ("stop", None, 3):
        found = opened(response_tokens=tokens, logprobs=logprobs, finish_reason=other)
        assert found.token_strings == ["a", "b", END]
    tokens, logprobs = ["a", "b", END], [-1.0, -2.0, 0.0]
    assert opened(response_tokens=tokens, logprobs=logprobs, finish_reason=reason).token_strings == ["a", "b"]
    found = opened(response_tokens=tokens, logprobs=[-1.0, -2.0], finish_reason=reason)
    assert found.token_strings == tokens, "a value that was not logged is no 0.0"
    found = opened(response_tokens=tokens, logprobs=[-1.0, -2.0, -0.1], finish_reason=reason)
    assert found.token_strings == tokens


def test_padded_arrays_without_tokens_are_cut_alike() -> None:
    row = {"logprobs": [-1.0, -2.0, 0.0, 0.0], "ref_logprobs": [-1.0, -2.0, 0.0, 0.0]}
    found = opened(**row, values=[0.1, 0.2, 0.3, 0.4], returns=[0.1, 0.2], advantages=[0.5])
    assert found.aligned.values["values"].tolist() == [0.1, 0.2]
    assert found.aligned.values["returns"].tolist() == [0.1, 0.2]
    assert [misfit.array for misfit in found.mismatches] == [], "one value less is the end token's"
    found = opened(**row, values=[0.1, 0.2, 0.3, 0.4, 0.5])
    assert [misfit.array for misfit in found.mismatches] == ["values"]


@pytest.mark.parametrize(
    ("tokens", "texts"),
    [
        ([], []),
        (["a", "b"], ["a", "b"]),
        ([7, 8], ["#7", "#8"]),
        (["a", 7, None, True, 0.5], ["a", "#7", "None", "True", "0.5"]),
        ([True, 1], ["True", "#1"]),
    ],
)
def test_tokens_as_texts(tokens: list[object], texts: list[str]) -> None:
    assert token_texts(tokens) == texts
