"""Token arrays of rows laid out flat, as they are taken from lines."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.array_block import ArrayBlock

NAMED = [{"token": "a", "logprob": -1.0}, {"token": "</s>", "logprob": -2.0}]


def test_log_probabilities_name_the_tokens_of_rows_that_have_none() -> None:
    block = ArrayBlock()
    for own in (["x", "y", "z"], []):
        block.begin_row()
        block.add_value("logprobs", NAMED)
        block.add_tokens(own)
    assert (block.named_tokens(0), block.named_tokens(1)) == ([], ["a", "</s>"])
    found = block.logged(["logprobs"])
    assert found.n_tokens.tolist() == [3, 2]
    assert found.last_token == [None, "</s>"]
    assert found.trailing_repeats.tolist() == [0, 1]
    np.testing.assert_array_equal(found.values["logprobs"], [-1.0, -2.0, np.nan, -1.0, -2.0])


def test_what_was_given_is_held_no_longer() -> None:
    block = ArrayBlock()
    block.begin_row()
    block.add_value("logprobs", NAMED)
    block.logged(["logprobs"])
    block.begin_row()
    block.add_tokens(["b"])
    found = block.logged(["logprobs"])
    assert (found.n_tokens.tolist(), found.last_token, dict(found.values)) == ([1], [None], {})


def test_only_lists_of_a_key_of_the_format_are_taken_as_they_are() -> None:
    block = ArrayBlock({"logprobs": ("logprobs", 0)}, {"response_tokens"})
    block.begin_row()
    assert block.take("response_tokens", ["a", "b"])
    assert not block.take("response_tokens", {"a": 1})
    assert not block.take("logprobs", [-1.0, -2.0]), "of Python's own numbers each has to be looked at"
    assert not block.take("other", [-1.0])
    assert block.logged(["logprobs"]).n_tokens.tolist() == [2]


def test_the_arrays_of_a_batch_of_one_are_those_of_its_sample() -> None:
    block = ArrayBlock()
    block.begin_row()
    block.add_tokens([["a", "b", "<pad>"]])
    block.add_value("values", [[1, None, 0.0]])
    block.add_value("logprobs", [[-0.5, -1.5, 0.0]])
    found = block.logged(["values", "logprobs"])
    assert (found.n_tokens.tolist(), found.last_token) == ([3], ["<pad>"])
    np.testing.assert_array_equal(found.values["logprobs"], [-0.5, -1.5, 0.0])
    assert found.nulls["values"].tolist() == [False, True, False]
