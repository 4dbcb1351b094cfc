"""Every formula of docs/metrics.md, "Per sample", with numbers worked out by hand."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from tensorboard_plugin_rlboard.index.parts.clean_texts import repetition

Row = dict[str, Any]
Columns = Callable[..., Mapping[str, list[Any]]]
Opened = Callable[[list[Row]], list[Row]]
HALF, EIGHTH = -0.6931471805599453, -2.0794415416798357
STATISTICS = ("sum", "mean", "std", "min", "max", "argmax", "absmean")
# Of -3, 1, 5, 5: sum 8, mean 2; deviations -5, -1, 3, 3, so the population variance is (25 + 1 + 9 + 9) / 4 = 11
# (the sample variance would be 44 / 3); the first 5 stands at 2; mean of absolute values 14 / 4.
OF_FOUR = [8.0, 2.0, 3.3166247903554, -3.0, 5.0, 2.0, 3.5]


def test_statistics_of_all_tokens(columns_of: Columns) -> None:
    names = [f"values_{statistic}" for statistic in STATISTICS]
    found = columns_of([{"step": 1, "response": "abcd", "values": [-3, 1, 5, 5]}], *names)
    assert [found[name][0] for name in names] == pytest.approx(OF_FOUR)


def test_the_mean_of_values_whose_sum_is_infinite(columns_of: Columns) -> None:
    # 1e308 + 1.5e308 is beyond 1.797e308; half of it is 1.25e308. The sample beside it has a sum.
    rows = [
        {"step": 1, "response": "ab", "values": [1e308, 1.5e308]},
        {"step": 1, "response": "cd", "values": [1.0, 2.0]},
    ]
    assert columns_of(rows, "values_mean")["values_mean"] == pytest.approx([1.25e308, 1.5])


def test_statistics_leave_out_what_is_missing_masked_or_not_finite(columns_of: Columns) -> None:
    # The four are left of eight tokens; positions count all of them, so the first 5 stands at 3.
    row = {
        "step": 1,
        "response_tokens": list("abcdefgh"),
        "values": [-3, None, 1, 5, 100, 5, math.nan, math.inf],
        "response_mask": [1, 1, 1, 1, 0, 1, 1, 1],
    }
    names = [f"values_{statistic}" for statistic in STATISTICS]
    found = columns_of([row], *names, "nonfinite")
    assert [found[name][0] for name in names] == pytest.approx([*OF_FOUR[:5], 3.0, 3.5])
    assert found["nonfinite"] == [2.0]


def test_a_sample_without_an_array_has_no_value_of_it_that_is_not_finite(columns_of: Columns) -> None:
    # One of the second; the first has logged none of both arrays whose block it is read in.
    rows = [{"step": 1, "response": "ab"}, {"step": 1, "response": "cd", "values": [1, math.nan]}]
    rows.append({"step": 1, "response_tokens": ["e"], "logprobs": [HALF]})
    assert columns_of(rows, "nonfinite")["nonfinite"] == [0.0, 1.0, 0.0]


def test_reward_gaps(columns_of: Columns) -> None:
    # 0.75 - 0.25 and 0.125 - 0.5.
    row = {"step": 1, "response": "a", "reward": 0.75, "ref_reward": 0.25}
    found = columns_of(
        [row | {"valid_reward": 0.125, "ref_valid_reward": 0.5}, {"step": 1, "response": "a", "reward": 1.0}],
        *("reward_gap", "valid_reward_gap"),
    )
    assert found == {"reward_gap": [0.5, None], "valid_reward_gap": [-0.375, None]}


def test_n_tokens_counts_masked_tokens_and_no_padding(columns_of: Columns) -> None:
    tokens = ["a", "b", "<eos>", "<pad>", "<pad>", "<pad>"]
    row = {"step": 1, "response": "ab", "response_tokens": tokens, "response_mask": [1, 0, 1, 0, 0, 0]}
    found = columns_of([row, {"step": 1, "response": "a"}], "n_tokens")
    assert found["n_tokens"] == [3.0, None]


def test_n_chars_counts_code_points(columns_of: Columns) -> None:
    # One byte, two, and four of UTF-8 are three code points.
    found = columns_of([{"step": 1, "response": "né😀", "ref_response": "word"}], "n_chars", "ref_n_chars")
    assert found == {"n_chars": [3.0], "ref_n_chars": [4.0]}


def test_truncated(columns_of: Columns) -> None:
    reasons = ["length", "max_length", "MAX_TOKENS", "truncated", "stop", "lengthy", None]
    rows = [{"step": 1, "response": "a", "finish_reason": reason} for reason in reasons]
    assert columns_of(rows, "truncated")["truncated"] == [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, None]


def test_repetition() -> None:
    # zlib (level 1) makes 12 bytes of 200 times "a": two of header, one literal and one long match, four of checksum.
    # Two bytes more or less are the freedom of zlib's builds.
    assert repetition(["a" * 200]).tolist() == pytest.approx([1 - 12 / 200], abs=0.01)
    assert np.isnan(repetition(["a" * 199, "", None])).all(), "from 200 bytes on"
    assert math.isfinite(repetition(["é" * 100])[0]), "bytes of UTF-8, of which é has two"
    # Three times 300 letters of two bytes, 1800 bytes in all: zlib makes 437 of them where its window holds a whole
    # round of 600 bytes, and 488 in the smallest window, of 1024 less what it looks ahead.
    letters = "".join(chr(0x100 + i) for i in range(300))
    assert repetition([letters * 3])[0] == pytest.approx(1 - 437 / 1800, abs=0.01)


def test_repetition_of_a_long_text_is_at_level_1_in_the_largest_window() -> None:
    # Longer than zlib's largest window of 32 KiB. Level 2 looks further for matches and finds more.
    text = " ".join(str(i * i % 1009) for i in range(12_000))
    raw = text.encode()
    assert len(raw) > 2**15
    sizes = [len(zlib.compress(raw, level, 15)) for level in (1, 2)]
    assert sizes[0] > 1.01 * sizes[1]
    assert repetition([text])[0] == pytest.approx(1 - sizes[0] / len(raw), abs=1e-9)


def test_repetition_of_a_sample(columns_of: Columns) -> None:
    found = columns_of([{"step": 1, "response": "a" * 200}, {"step": 1, "response": "a"}], "repetition")
    assert found["repetition"] == [pytest.approx(0.94, abs=0.01), None]


def test_staleness_is_step_minus_policy_version(columns_of: Columns) -> None:
    # 2 - 5 = -3, where a trainer counts versions otherwise, and 7 - 4 = 3.
    rows = [{"step": step, "response": "a", "policy_version": version} for step, version in ((2, 5), (7, 4))]
    assert columns_of(rows, "staleness")["staleness"] == [-3.0, 3.0]


def test_a_row_without_a_step_has_no_staleness(columns_of: Columns) -> None:
    """It counts as step 0; how many versions lie between is not known."""
    rows = [{"response": "a", "policy_version": 12}, {"step": 0, "response": "b", "policy_version": 0}]
    assert columns_of(rows, "staleness")["staleness"] == [None, 0.0]


def test_a_logged_staleness_is_chosen_sample_by_sample(columns_of: Columns, opened_of: Opened) -> None:
    rows: list[Row] = [
        {"step": 5, "response": "a", "policy_version": 3},
        {"step": 5, "response": "a", "policy_version": 3, "staleness": 7},
        {"step": 5, "response": "a"},
    ]
    assert columns_of(rows, "staleness")["staleness"] == [2.0, 7.0, None]
    assert [sample.get("staleness") for sample in opened_of(rows)] == [2.0, 7.0, None]


def test_value_mse(columns_of: Columns) -> None:
    # Errors 1 - 3 = -2 and 2 - 1 = 1: (4 + 1) / 2.
    rows = [{"step": 1, "response": "ab", "values": [1, 2], "returns": [3, 1]}]
    assert columns_of(rows, "value_mse")["value_mse"] == pytest.approx([2.5])


def test_explained_variance_of_a_sample(columns_of: Columns) -> None:
    # CleanRL, ppo.py: 1 - Var(target - V) / Var(target). Targets 2, 4, 6 have variance 8/3; what V leaves of them
    # is 1, 2, 2 with variance 3 - 25/9 = 2/9: 1 - (2/9) / (8/3) = 11/12.
    rows = [
        {"step": 1, "response": "abc", "values": [1, 2, 4], "returns": [2, 4, 6]},
        {"step": 1, "response": "abc", "values": [1, 2, 4], "returns": [5, 5, 5]},
        {"step": 1, "response": "ab", "values": [0, 0], "returns": [1.1e-6, -1.1e-6]},
        {"step": 1, "response": "ab", "values": [0, 0], "returns": [0.9e-6, -0.9e-6]},
    ]
    found = columns_of(rows, "explained_variance")["explained_variance"]
    # The variances of the last two are 1.21e-12 and 0.81e-12; up to 1e-12 there is no number.
    assert found == [pytest.approx(11 / 12), None, pytest.approx(0.0), None]


def test_nonfinite_counts_logged_values_only(columns_of: Columns) -> None:
    # NaN and -Infinity are two; the log ratio of them is NaN as well and is not counted again; one is masked.
    row = {
        "step": 1,
        "response_tokens": list("abcd"),
        "logprobs": [math.nan, -1.0, -math.inf, math.nan],
        "ref_logprobs": [-1.0, math.inf, -1.0, -1.0],
        "response_mask": [1, 1, 1, 0],
    }
    assert columns_of([row], "nonfinite")["nonfinite"] == [3.0]


def test_problems_counts_values_that_could_not_be_used(columns_of: Columns) -> None:
    # A reward that is no number, and an array that does not fit the three tokens.
    row = {"step": 1, "response_tokens": list("abc"), "reward": "good", "logprobs": [-1.0]}
    good = {"step": 1, "response_tokens": list("abc"), "reward": 1.0}
    assert columns_of([row, good], "problems")["problems"] == [2.0, 0.0]


def test_perplexity(columns_of: Columns) -> None:
    # Probabilities 1/2 and 1/8: exp(-(ln 1/2 + ln 1/8) / 2) = √16.
    rows = [{"step": 1, "response": "ab", "logprobs": [HALF, EIGHTH]}, {"step": 1, "response": "a"}]
    assert columns_of(rows, "perplexity")["perplexity"] == [pytest.approx(4.0), None]


def test_further_numbers_stand_under_their_own_name(columns_of: Columns) -> None:
    rows = [{"step": 1, "response": "a", "rhyme": 0.5, "metre": "0.25"}]
    assert columns_of(rows, "rhyme", "metre") == {"rhyme": [0.5], "metre": [0.25]}


def test_numbers_of_a_sample_do_not_depend_on_its_neighbours(columns_of: Columns, opened_of: Opened) -> None:
    # Errors -0.9, -0.8, -0.7 of logged returns; -1.4, -1.3, -0.7 of 1.5, 1.5, 1.0. A logged k3 in the first row only.
    pair: Row = {"step": 1, "logprobs": [-1.0] * 3, "ref_logprobs": [-2.0] * 3, "values": [0.1, 0.2, 0.3]}
    logged = pair | {"response": "abc", "token_rewards": [0, 0, 1.0], "returns": [1.0] * 3, "k3": [0.5] * 3}
    rows = [logged, pair | {"response": "def", "token_rewards": [0, 0.5, 1.0]}]
    expected = {
        "value_mse": [(0.81 + 0.64 + 0.49) / 3, (1.96 + 1.69 + 0.49) / 3],
        "value_error_min": [-0.9, -1.4],
        "k3_mean": [0.5, math.exp(-1)],
    }
    found = columns_of(rows, *expected)
    opened = opened_of(rows)
    for name, values in expected.items():
        assert found[name] == pytest.approx(values), name
        assert [sample[name] for sample in opened] == pytest.approx(values), name


def test_explained_variance_of_a_sparse_reward_is_missing(columns_of: Columns) -> None:
    # Every return to go is the last reward: nothing to explain, whatever its size.
    rows = [
        {"step": 1, "response": "abc", "values": [24.0, 24.7, 24.3], "token_rewards": [0.0, 0.0, reward]}
        for reward in (24.5, -87.3, 0.1, 99.9, 1e100)
    ]
    assert columns_of(rows, "explained_variance")["explained_variance"] == [None] * 5
