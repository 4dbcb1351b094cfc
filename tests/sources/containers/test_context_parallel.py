"""Slices of context parallelism, put together again."""

from __future__ import annotations

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.sources.containers.dumps.context_parallel import (
    response_slices,
    whole_response,
)


def test_two_ranks_hold_the_outer_and_the_inner_chunks() -> None:
    """A prompt of 3 tokens and a response of 5: chunks of ⌈8 / 4⌉ = 2 positions.

    The values of the response's tokens 0 … 4 stand at positions 2 … 6, one before each token. Rank 0 has the chunks 0
    (positions 0, 1) and 3 (6, 7), so token 4; rank 1 has the chunks 1 (2, 3) and 2 (4, 5), so tokens 0 … 3.
    """
    assert response_slices(8, 5, 2, 8) == [[(0, 0), (4, 5)], [(0, 2), (2, 4)]]
    assert whole_response({0: ["e"], 1: ["a", "b", "c", "d"]}, 8, 5, 2, 8) == ["a", "b", "c", "d", "e"]


def test_chunks_may_be_cut_from_a_padded_length() -> None:
    """The same sequence padded to 12: chunks of 3 positions; rank 0 has positions 0 … 2 and 9 … 11, so token 0 only."""
    assert response_slices(8, 5, 2, 12) == [[(0, 1), (0, 0)], [(1, 4), (4, 5)]]
    assert whole_response({0: [1], 1: [2, 3, 4, 5]}, 8, 5, 2, 12) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({0: ["e"]}, "the slice of context-parallel rank 1 of 2 is missing"),
        ({1: ["a", "b", "c", "d"]}, "the slice of context-parallel rank 0 of 2 is missing"),
        (
            {0: ["d", "e"], 1: ["a", "b", "c"]},
            "context-parallel rank 0 of 2 holds 2 values, not 1",
        ),
    ],
)
def test_slices_that_do_not_fit_are_no_response(held: dict[int, list[str]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        whole_response(held, 8, 5, 2, 8)


@settings(max_examples=examples(300), deadline=None)
@given(
    prompt=st.integers(1, 40),
    response=st.integers(0, 40),
    size=st.integers(1, 6),
    padding=st.integers(0, 30),
)
def test_what_was_sliced_is_whole_again(prompt: int, response: int, size: int, padding: int) -> None:
    """Sliced here value by value: that of token k belongs to the rank whose chunk has position prompt − 1 + k."""
    total, padded = prompt + response, prompt + response + padding
    chunk = -(-padded // (2 * size))
    held: dict[int, list[object]] = {rank: [] for rank in range(size)}
    for token in range(response):
        number = (prompt - 1 + token) // chunk
        held[min(number, 2 * size - 1 - number)].append(token)
    assert whole_response(held, total, response, size, padded) == list(range(response))
