"""The step means that a writer logs, with numbers worked out by hand; most are those of test_step_formulas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tensorboard_plugin_rlboard.writing.steps.step_means import StepMeans

Row = dict[str, Any]
HALF, QUARTER, EIGHTH = -0.6931471805599453, -1.3862943611198906, -2.0794415416798357


def means_of(*rows: Row) -> dict[str, float]:
    found = StepMeans()
    found.add(rows)
    return found.scalars()


def rewarded(*rewards: float | None, **further: object) -> list[Row]:
    return [{"prompt": "p", "response": "a", "reward": x} | further for x in rewards]


def test_reward_mean_and_standard_deviation() -> None:
    # 0, 10, 20, 30, 40 and what is not finite, missing or no number: mean 20, population variance 200.
    found = means_of(*rewarded(30.0, 0.0, 40.0, math.nan, 10.0, 20.0, math.inf, None), {"reward": "good"})
    assert found["reward"] == 20.0
    assert found["reward_std"] == pytest.approx(14.142135623730951)
    assert found["n_samples"] == 9.0
    assert "ref_reward" not in found


def test_pieces_add_up() -> None:
    pieces = StepMeans()
    for row in rewarded(1.0, 4.0, 4.0):
        pieces.add([row])
    # Mean 3, deviations -2, 1, 1: variance 2.
    assert pieces.scalars()["reward"] == 3.0
    assert pieces.scalars()["reward_std"] == pytest.approx(1.4142135623730951)
    assert (pieces.scalars()["n_samples"], pieces.scalars()["zero_advantage_groups"]) == (3.0, 0.0)


def test_rounding_never_makes_a_variance_negative() -> None:
    # 0.1 three times: the mean of squares is less than the square of the mean by the last digit.
    assert means_of(*rewarded(0.1, 0.1, 0.1))["reward_std"] == pytest.approx(0.0, abs=1e-8)


def test_reward_gap_is_policy_minus_reference() -> None:
    # 1.5 - 1, 0 - 1, and one without a reference: -0.25.
    found = means_of(*rewarded(1.5, 0.0, ref_reward=1.0), *rewarded(9.0))
    assert (found["reward_gap"], found["ref_reward"]) == (-0.25, 1.0)


def test_truncation_share() -> None:
    # Four of the six that have a reason that is a text.
    reasons = ("length", "max_length", "MAX_TOKENS", "truncated", "stop", "lengthy", None, 7)
    assert means_of(*({"finish_reason": reason} for reason in reasons))["truncation_share"] == pytest.approx(
        4 / 6
    )


@pytest.mark.parametrize(
    ("difference", "share"),
    [(0.0, 1.0), (0.99e-8, 1.0), (1e-8, 1.0), (1.01e-8, 0.0), (1e-6, 0.0), (1e-2, 0.0)],
)
def test_zero_advantage_groups_differ_by_no_more_than_1e_8(difference: float, share: float) -> None:
    assert means_of(*rewarded(0.0, difference))["zero_advantage_groups"] == share


def test_zero_advantage_groups_of_a_step() -> None:
    # Of four groups of two or more, two by their prompt and two by their group_id, three do not differ.
    rows = [*rewarded(0.0, 0.0), *rewarded(0.0, 1.0, prompt="q"), *rewarded(1.0, 1.0, group_id=7)]
    rows += [*rewarded(-1.0, -1.0, -1.0, group_id="h"), *rewarded(5.0, math.nan, group_id="alone")]
    rows += rewarded(1.0, 2.0, prompt=None)
    assert means_of(*rows)["zero_advantage_groups"] == 0.75
    assert "zero_advantage_groups" not in means_of(*rewarded(1.0))
    # A reward that is not finite makes no group of one.
    assert "zero_advantage_groups" not in means_of(*rewarded(5.0, math.inf))
    assert means_of(*rewarded(1.0, math.inf, 1.0))["zero_advantage_groups"] == 1.0
    # The lowest and the highest of a group count, in whatever order they come.
    assert means_of(*rewarded(2.0, 0.0, 1.0))["zero_advantage_groups"] == 0.0


def test_token_means_are_weighted_by_tokens() -> None:
    # Log ratios ln 2 once, 0 three times: ln 2 / 4. k3 is 0.5 - 1 + ln 2 = 0.193147 and 0: a fourth of it.
    # Surprise: 2 ln 2 and three times ln 2 are 5 ln 2 of four tokens.
    found = means_of(
        {"logprobs": [QUARTER], "ref_logprobs": [EIGHTH]},
        {"logprobs": [HALF] * 3, "ref_logprobs": [HALF] * 3},
    )
    assert found["log_ratio_mean"] == pytest.approx(0.17328679513998632)
    assert found["k3_mean"] == pytest.approx(0.04828679513998633)
    assert found["surprise_mean"] == pytest.approx(0.8664339756999316)
    assert found["n_tokens"] == 2.0
    assert "mismatch_k3_mean" not in found


def test_mismatch_k3_has_the_sampler_in_front() -> None:
    # mismatch = ln 2: 2 - 1 - ln 2; the other sign would give 0.193147.
    found = means_of({"logprobs": [QUARTER], "rollout_logprobs": [EIGHTH]})
    assert found["mismatch_k3_mean"] == pytest.approx(0.3068528194400547)
    assert "k3_mean" not in found


def test_masked_missing_and_non_finite_tokens_are_left_out() -> None:
    # Left are ln 2 and -ln 2 of the log ratios, whose k3 are 0.193147 and 0.306853: half of their sum is 1/4.
    row = {
        "response_tokens": list("abcdef"),
        "logprobs": [QUARTER, EIGHTH, HALF, None, math.nan, HALF],
        "ref_logprobs": [EIGHTH, QUARTER, EIGHTH, HALF, HALF, None],
        "response_mask": [1, 1, 0, 1, 1, 1],
    }
    found = means_of(row)
    assert found["k3_mean"] == pytest.approx(0.25)
    assert found["log_ratio_mean"] == pytest.approx(0.0, abs=1e-15)
    # Surprise needs no reference: 2 ln 2, 3 ln 2 and ln 2 of three tokens.
    assert found["surprise_mean"] == pytest.approx(1.3862943611198906)
    assert found["n_tokens"] == 6.0


def test_the_first_mask_in_the_documented_order_counts() -> None:
    row = {"logprobs": [HALF, EIGHTH], "response_mask": [1, 0], "loss_mask": [0, 1]}
    assert means_of(row)["surprise_mean"] == pytest.approx(0.6931471805599453)
    assert means_of(row | {"response_mask": None})["surprise_mean"] == pytest.approx(2.0794415416798357)


def test_entropies_stand_for_surprise() -> None:
    # One, two and six are nine of three tokens.
    found = means_of({"entropies": [1.0, 2.0, 6.0], "logprobs": [HALF] * 3})
    assert found["entropies_mean"] == 3.0
    assert "surprise_mean" not in found


def test_n_tokens_counts_no_padding_and_no_empty_response() -> None:
    # Three tokens without padding, one, and a response without tokens: (3 + 1) / 2.
    padded = ["a", "b", "<eos>", "<pad>", "<pad>", "<pad>"]
    found = means_of({"response_tokens": padded}, {"response_tokens": ["a"]}, {"response": "a"})
    assert found["n_tokens"] == 2.0
    assert means_of({"logprobs": [HALF] * 3}, {"response": "a"})["n_tokens"] == 3.0
    assert means_of({"response_tokens": ["<eos>"] * 4})["n_tokens"] == 1.0
    assert means_of({"response_tokens": ["a", "</s>", "</s>"]})["n_tokens"] == 2.0
    assert means_of({"response_tokens": ["a", "a", "a"]})["n_tokens"] == 3.0


@pytest.mark.parametrize(
    "logprobs", [[HALF, EIGHTH, None, None], [HALF, EIGHTH], np.asarray([HALF, EIGHTH, 0, 0])]
)
def test_end_tokens_without_a_log_probability_are_padding(logprobs: object) -> None:
    found = means_of({"response_tokens": ["a", "<eos>", "<eos>", "<eos>"], "logprobs": logprobs})
    assert found["n_tokens"] == 2.0
    assert found["surprise_mean"] == pytest.approx(1.3862943611198906)  # 4 ln 2 of two tokens


def test_tokens_that_log_probabilities_name_are_cut_like_logged_ones() -> None:
    # vLLM and OpenAI: a token beside its log-probability. The pad goes because of its name; a number alone has none.
    entries = [{"token": token, "logprob": x} for token, x in (("a", HALF), ("b", EIGHTH), ("<pad>", 0.0))]
    found = means_of({"logprobs": entries}, {"logprobs": entries[:1]})
    assert found["n_tokens"] == 1.5
    assert found["surprise_mean"] == pytest.approx(1.1552453009332422)  # (1 + 3 + 1) ln 2 / 3
    assert means_of({"logprobs": [HALF, EIGHTH, 0.0]})["n_tokens"] == 3.0


def test_values_count_the_tokens_where_nothing_else_does() -> None:
    found = means_of({"values": [1.0, 2.0, 3.0]}, {"returns": [1.0]})
    assert found == {"n_tokens": 2.0, "n_samples": 2.0}
    # The first that is there counts, beside token strings or log-probabilities none.
    assert means_of({"token_rewards": [1.0], "returns": [1.0, 2.0]})["n_tokens"] == 1.0
    assert means_of({"logprobs": [HALF], "values": [1.0, 2.0]})["n_tokens"] == 1.0


def test_n_tokens_is_told_by_the_first_array_with_numbers() -> None:
    # As in the tab: empty arrays are as good as absent, and values come before entropies.
    assert means_of({"values": [], "token_rewards": [1.0, 2.0]})["n_tokens"] == 2.0
    assert (
        means_of({"logprobs": [], "values": None, "advantages": [], "returns": [1.0, 2.0, 3.0]})["n_tokens"]
        == 3.0
    )
    assert means_of({"entropies": [0.5] * 4, "returns": [1.0] * 3})["n_tokens"] == 3.0
    assert means_of({"logprobs": [], "returns": []}).get("n_tokens") is None


@pytest.mark.parametrize(
    "logprobs",
    [
        (HALF, EIGHTH),
        np.asarray([HALF, EIGHTH]),
        np.asarray([HALF, EIGHTH], np.float32),
        np.asarray([[HALF], [EIGHTH]]),
        np.asarray([[[HALF]], [[EIGHTH]]]),
        [HALF, "none", EIGHTH],
    ],
)
def test_arrays_of_any_kind(logprobs: object) -> None:
    # (ln 2 + 3 ln 2) / 2.
    assert means_of({"logprobs": logprobs})["surprise_mean"] == pytest.approx(1.3862943611198906, abs=1e-7)


@pytest.mark.parametrize("logprobs", ["text", [], np.zeros(0), np.zeros((2, 2)), np.asarray(["a"]), 3.0])
def test_what_is_no_array_of_numbers_counts_nothing(logprobs: object) -> None:
    assert "surprise_mean" not in means_of({"logprobs": logprobs, "reward": 1.0})


def test_nothing_at_all() -> None:
    assert means_of() == {"n_samples": 0.0}
