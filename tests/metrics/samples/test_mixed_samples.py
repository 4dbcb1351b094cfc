"""Samples that are read together and have logged different things: each has the numbers that it would have alone."""

from __future__ import annotations

import math

import pytest
from flat_tokens import Values, all_metrics, flat_tokens

from tensorboard_plugin_rlboard.metrics.critic import critic_target

PAIR: dict[str, Values] = {"logprobs": [-1.0, -1.0], "ref_logprobs": [-2.0, -2.0]}
NOTHING: Values = [None, None]


def test_which_samples_have_a_metric() -> None:
    # Nobody has one that is not there. Without a missing value all that have a token have it, one token is enough.
    found = flat_tokens([{"values": [1.0, 2.0]}, {"values": []}, {"values": [3.0]}])
    assert found.has("values").tolist() == [True, False, True]
    assert found.has("returns").tolist() == [False, False, False]
    # Else those with a value somewhere.
    found = flat_tokens([{"values": [None, 2.0]}, {"values": []}, {"values": [None]}, {"values": [3.0]}])
    assert found.has("values").tolist() == [True, False, False, True]


def test_a_sample_of_one_token_has_its_own_derived_value() -> None:
    # The first sample has logged k3; of the second it is that of a log ratio of 1, 1/e.
    other: dict[str, Values] = {"logprobs": [-1.0], "ref_logprobs": [-2.0], "k3": [None]}
    found = all_metrics(flat_tokens([PAIR | {"k3": [0.5, 0.5]}, other]))
    assert found.values["k3"].tolist() == pytest.approx([0.5, 0.5, math.exp(-1)])


def test_what_is_missing_beside_a_sample_that_logs_the_metric() -> None:
    # Of the first all is logged. Of the second what it derives is missing where an input is, and nowhere else.
    logged = PAIR | {"k3": [0.5, 0.5]}
    found = all_metrics(flat_tokens([logged, PAIR | {"k3": NOTHING}]))
    assert found.missing["k3"].tolist() == [False] * 4
    gap: dict[str, Values] = {"logprobs": [-1.0, None], "ref_logprobs": [-2.0, -2.0], "k3": NOTHING}
    found = all_metrics(flat_tokens([logged, gap]))
    assert found.missing["k3"].tolist() == [False, False, False, True]


@pytest.mark.parametrize("lam", [1.0, 0.5])
def test_return_to_go_is_of_the_rewards_whatever_the_critic_is_compared_with(lam: float) -> None:
    # Rewards 1, 2: 3, 2. Neither logged returns nor λ change them.
    rewarded: dict[str, Values] = {"values": [10.0, 20.0], "token_rewards": [1.0, 2.0]}
    returned = rewarded | {"returns": [9.0, 8.0]}
    for samples in ([rewarded], [returned], [returned, rewarded | {"returns": NOTHING}]):
        found = all_metrics(flat_tokens(samples), 1.0, lam)
        assert found.values["return_to_go"].tolist() == [3.0, 2.0] * len(samples)


def test_targets_of_rewards_beside_targets_of_returns() -> None:
    # The first has rewards alone: 1 + 2, 2. The second returns alone.
    rewards: dict[str, Values] = {"values": [0.0, 0.0], "token_rewards": [1.0, 2.0], "returns": NOTHING}
    returns: dict[str, Values] = {"values": [0.0, 0.0], "token_rewards": NOTHING, "returns": [9.0, 8.0]}
    found = critic_target(flat_tokens([rewards, returns]), 1.0, 1.0)
    assert found is not None
    assert (found.values.tolist(), found.logged.tolist()) == ([3.0, 2.0, 9.0, 8.0], [False, True])
    assert found.missing is not None
    assert found.missing.tolist() == [False] * 4
    # Both have rewards, of which none is missing.
    found = critic_target(flat_tokens([rewards, returns | {"token_rewards": [5.0, 5.0]}]), 1.0, 1.0)
    assert found is not None
    assert found.missing is not None
    assert (found.values.tolist(), found.missing.tolist()) == ([3.0, 2.0, 9.0, 8.0], [False] * 4)


def test_a_sample_without_any_target_beside_one_with_returns() -> None:
    # Rewards are nowhere in the log: the first sample has no target.
    samples: list[dict[str, Values]] = [
        {"values": [1.0], "returns": [None]},
        {"values": [1.0], "returns": [3.0]},
    ]
    found = critic_target(flat_tokens(samples), 1.0, 1.0)
    assert found is not None
    assert found.missing is not None
    assert (found.missing.tolist(), found.values[1], found.logged.tolist()) == (
        [True, False],
        3.0,
        [False, True],
    )
