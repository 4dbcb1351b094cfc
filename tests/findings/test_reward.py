"""Detectors of the reward: a number worked out by hand each, quiet on what is healthy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from detector_inputs import detector_input_of, found

from tensorboard_plugin_rlboard.findings.detector_input import PromptRecord
from tensorboard_plugin_rlboard.findings.detectors.reward import (
    length_hacking,
    never_beats_reference,
    proxy_gold_gap,
    reward_component_dead,
    reward_jump,
    reward_not_sharpening,
    signal_imbalance,
)

N = 40
LEARNS = np.linspace(0.3, 0.7, N)
WIGGLE = 0.01 * np.where(np.arange(N) % 2, 1.0, -1.0)


def rewards(mean: Any, std: Any = 0.4, low: Any = 0.0, high: Any = 1.0) -> dict[str, Any]:
    columns = {"mean": mean, "std": std, "p05": low, "p95": high}
    return {
        f"reward__{name}": np.full(N, value) if np.isscalar(value) else value
        for name, value in columns.items()
    }


def test_all_rewards_jump_at_once() -> None:
    up = np.where(np.arange(N) >= 25, 1.0, 0.0)
    (finding,) = found(reward_jump.DETECTOR, detector_input_of(**rewards(0.5 + WIGGLE + up, 0.4, up, 1 + up)))
    assert finding.onset == 25
    assert finding.value == pytest.approx(2.5), "1 in deviations of 0.4"
    assert finding.title == "All rewards rise at once at step 25: from 0.5 to 1.5"
    assert finding.threshold == 0.6
    (fallen,) = found(reward_jump.DETECTOR, detector_input_of(**rewards(0.5 + WIGGLE - up, 0.4, -up, 1 - up)))
    assert fallen.value == pytest.approx(-2.5)
    assert fallen.threshold == -0.6, "with the sign of the change"
    assert not found(reward_jump.DETECTOR, detector_input_of(**rewards(0.5 + WIGGLE + up))), (
        "the ends stay: samples moved"
    )
    slow = np.clip((np.arange(N) - 20) / 12, 0, 1)
    assert not found(
        reward_jump.DETECTOR, detector_input_of(**rewards(0.5 + WIGGLE + slow, 0.4, slow, 1 + slow))
    )
    assert not found(reward_jump.DETECTOR, detector_input_of(**rewards(LEARNS + WIGGLE, 0.4)))


def test_rewards_that_spread() -> None:
    wide = np.where(np.arange(N) >= 20, 0.8, 0.4) + WIGGLE
    (finding,) = found(reward_not_sharpening.DETECTOR, detector_input_of(**rewards(0.5 + WIGGLE, wide)))
    assert finding.value == pytest.approx(0.8, abs=0.011)
    assert 19 <= finding.onset <= 21
    assert not found(reward_not_sharpening.DETECTOR, detector_input_of(**rewards(LEARNS, wide))), "it learns"
    assert not found(reward_not_sharpening.DETECTOR, detector_input_of(**rewards(0.5 + WIGGLE, 0.4 + WIGGLE)))


def part(mean: Any, low: Any, high: Any, zero: Any) -> dict[str, Any]:
    return {
        "format__mean": mean, "format__min": low, "format__max": high, "format__zero": zero,
        "format__count": np.full(N, 64.0), "reward__mean": LEARNS,
    }  # fmt: skip


def test_a_part_of_the_reward_that_died() -> None:
    alive = np.arange(N) < 30
    data = detector_input_of(
        parts=("format",), **part(0.8 * alive, 0.0 * alive, 1.0 * alive, np.where(alive, 13.0, 64.0))
    )
    (finding,) = found(reward_component_dead.DETECTOR, data)
    assert (finding.onset, finding.metric, finding.value) == (30, "format", 10)
    assert "all 640 samples have 0" in finding.summary


def test_a_part_that_everybody_earns_is_alive() -> None:
    learnt = np.arange(N) < 30
    data = detector_input_of(
        parts=("format",),
        **part(np.where(learnt, 0.8, 1.0), np.where(learnt, 0.0, 1.0), np.ones(N), 13.0 * learnt),
    )
    assert not found(reward_component_dead.DETECTOR, data)
    rare = np.arange(N) < 36
    data = detector_input_of(
        parts=("format",), **part(0.001 * rare, 0.0 * rare, 1.0 * rare, np.where(rare, 63.9, 64.0))
    )
    assert not found(reward_component_dead.DETECTOR, data), "four steps without a rare one are chance"


def test_a_part_that_never_varied_counts_where_it_is_known_as_one() -> None:
    constant = part(np.zeros(N), np.zeros(N), np.zeros(N), np.full(N, 64.0))
    assert not found(reward_component_dead.DETECTOR, detector_input_of(parts=("format",), **constant))
    known = detector_input_of(parts=("format",), settings={"reward_weight_format": 0.2}, **constant)
    assert found(reward_component_dead.DETECTOR, known)[0].onset == 0


def gold(mean: Any) -> dict[str, Any]:
    return {"valid_reward__mean": mean, "valid_reward__std": np.full(N, 0.4)}


def test_reward_and_valid_reward_go_apart() -> None:
    more = np.clip((np.arange(N) - 15) / 10, 0, 1)
    (finding,) = found(
        proxy_gold_gap.DETECTOR,
        detector_input_of(**rewards(0.4 + WIGGLE + 0.6 * more), **gold(0.4 - WIGGLE - 0.2 * more)),
    )
    assert finding.value == pytest.approx(2, abs=0.06), "0.6 and −0.2 in deviations of 0.4"
    assert 15 <= finding.onset <= 19
    both = detector_input_of(**rewards(0.4 + WIGGLE + 0.6 * more), **gold(0.4 + WIGGLE + 0.6 * more))
    assert not found(proxy_gold_gap.DETECTOR, both)
    assert proxy_gold_gap.DETECTOR.missing(detector_input_of(**rewards(LEARNS))) == "valid_reward"


def test_length_that_pays() -> None:
    grown = np.clip((np.arange(N) - 15) / 8, 0, 1)
    columns: dict[str, Any] = {"n_tokens__mean": 50 + 50 * grown, "reward__mean": LEARNS}
    (finding,) = found(
        length_hacking.DETECTOR, detector_input_of(reward_length_correlation=0.3 * grown, **columns)
    )
    assert finding.value == 100
    assert finding.threshold == 65
    assert 15 <= finding.onset <= 19
    assert finding.excess == pytest.approx(2 / 1.3), "twice as long; 0.3 is 1.5 times what is a correlation"
    plain = detector_input_of(reward_length_correlation=0.8 * grown, **columns)
    assert found(length_hacking.DETECTOR, plain)[0].excess == pytest.approx(4), "0.8 against 0.2"
    assert not found(
        length_hacking.DETECTOR, detector_input_of(reward_length_correlation=0 * grown, **columns)
    )
    assert not found(
        length_hacking.DETECTOR, detector_input_of(reward_length_correlation=0 * grown + 0.3, **columns)
    )


def test_prompts_that_lose_every_time() -> None:
    columns: dict[str, Any] = {"loss": [0.7] * 20 + [0.6] * 20}
    (finding,) = found(
        never_beats_reference.DETECTOR,
        detector_input_of(prompts=PromptRecord(40, 12, ("a", "b'c")), **columns),
    )
    assert (finding.value, finding.onset) == (0.3, 0)
    assert finding.evidence.where == "prompt_key IN ('a')", "a quote would end the text"
    assert "70 % lost in the first third of the steps, and 60 % in the last" in finding.summary
    for record in (PromptRecord(40, 5), PromptRecord(9, 9), PromptRecord()):
        assert not found(never_beats_reference.DETECTOR, detector_input_of(prompts=record, **columns))


def test_a_penalty_that_outweighs_the_reward() -> None:
    data = detector_input_of(settings={"beta": 0.1}, log_ratio_sum__mean=[8.0] * N, **rewards(LEARNS, 0.4))
    (finding,) = found(signal_imbalance.DETECTOR, data)
    assert finding.value == pytest.approx(2), "0.1 · 8 / 0.4"
    small = detector_input_of(settings={"beta": 0.01}, log_ratio_sum__mean=[8.0] * N, **rewards(LEARNS))
    assert not found(signal_imbalance.DETECTOR, small)
    unknown = detector_input_of(log_ratio_sum__mean=[8.0] * N, **rewards(LEARNS))
    assert signal_imbalance.DETECTOR.missing(unknown) == "β (kl_coef) in the settings of the training"
