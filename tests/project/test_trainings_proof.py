"""The trainings that are broken on purpose: their registry, how they are judged, their table; one of each is trained."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from broken_trainings import naming_task
from broken_trainings.proof import MODULES, ExaminedTraining, train_and_examine
from broken_trainings.table import WHY_NOT, table
from broken_trainings.variants import VARIANTS, Change, variant_of

from tensorboard_plugin_rlboard.findings.finding import Finding
from tensorboard_plugin_rlboard.findings.registry import DETECTORS_BY_KIND


def finding(kind: str, first: int, severity: Any = "warning") -> Finding:
    return Finding(kind, severity, kind, "", first, 72, first, True, "reward", "mean", 1.0, 1.0, "x", 1.0)


def test_every_variant_has_a_finding_that_names_it() -> None:
    assert {variant.trainer for variant in VARIANTS.values()} == set(MODULES)
    for name, variant in VARIANTS.items():
        assert name == variant.name
        assert set(variant.expected) <= set(DETECTORS_BY_KIND)
        assert bool(variant.expected) == (variant.change != Change()), "a healthy training is not changed"
    assert sum(not variant.expected for variant in VARIANTS.values()) >= 2
    assert len({variant.change for variant in VARIANTS.values() if variant.expected}) >= 8
    assert set(WHY_NOT) <= set(VARIANTS)


def test_a_training_by_another_seed() -> None:
    variant = VARIANTS["grpo_phrase"]
    assert variant_of("grpo_phrase") == variant.with_seed(1) == variant
    assert (
        variant_of("grpo_phrase-11")
        == variant.with_seed(11)
        == replace(variant, name="grpo_phrase-11", seed=11)
    )
    assert [variant_of(f"grpo_healthy{again}-11").seed for again in ("", "_again")] == [11, 12]
    assert variant.with_seed(11).base_seed == 11
    with pytest.raises(KeyError):
        variant_of("grpo_unknown-11")


def test_a_failure_is_named_by_its_kind_in_its_steps_on_top() -> None:
    variant = VARIANTS["grpo_phrase"]
    right, other = finding("phrase_hacking", variant.since), finding("kl_spike", variant.since)
    assert ExaminedTraining(variant, (other, other, right)).is_right
    assert ExaminedTraining(variant, (replace(other, symptoms=(right,)),)).is_right, "as a symptom"
    assert not ExaminedTraining(variant, (other, other, other, right)).is_right, "the fourth"
    assert ExaminedTraining(variant, (finding("phrase_hacking", variant.since - 3),)).is_right
    assert not ExaminedTraining(variant, (finding("phrase_hacking", variant.since - 4),)).is_right, (
        "before it was broken"
    )
    assert not ExaminedTraining(variant, (other,)).is_right


def test_a_healthy_training_may_have_one_warning() -> None:
    variant, hint, warning = VARIANTS["ppo_healthy"], finding("kl_spike", 3, "info"), finding("kl_spike", 3)
    assert ExaminedTraining(variant, ()).is_right
    assert ExaminedTraining(variant, (warning, hint, hint)).is_right
    assert not ExaminedTraining(variant, (warning, warning)).is_right
    assert not ExaminedTraining(variant, (finding("kl_spike", 3, "error"),)).is_right


def test_the_table_says_what_is_not_named() -> None:
    variant = VARIANTS["grpo_phrase"]
    below = replace(finding("reward_jump", 25), symptoms=(finding("proxy_gold_gap", 26),))
    text = table([ExaminedTraining(variant, (below,)), ExaminedTraining(VARIANTS["ppo_healthy"], ())])
    assert "| 25 | warning `reward_jump` (25–72, with `proxy_gold_gap`) | **no** |" in text
    assert "| – | nothing | quiet |" in text
    assert "Seed 1: named among the first three findings, in steps of the failure: 0 of 1;" in text
    assert "one warning at most: 1 of 1." in text
    other = table(
        [
            ExaminedTraining(variant, (below,)),
            ExaminedTraining(variant.with_seed(11), (finding("phrase_hacking", 30),)),
        ]
    )
    assert "| `grpo_phrase-11`, GRPO of TRL |" in other
    assert "Seed 11: named among the first three findings, in steps of the failure: 1 of 1" in other
    assert "Not trained for this table: `grpo_healthy`, " in text
    assert "Not trained" not in table([ExaminedTraining(each, ()) for each in VARIANTS.values()])


def test_the_rewards_of_the_task() -> None:
    answer = "here are apple and pear , red ."
    assert naming_task.named_things(answer) == ["apple", "pear", "red"]
    assert naming_task.quality(answer, "fruits", 2) == pytest.approx(2 / 3), "two of three named"
    assert naming_task.quality(answer, "fruits", 4) == pytest.approx(2 / 4), "two of four asked for"
    assert naming_task.quality("", "fruits", 2) == 0
    assert not naming_task.is_exact(answer, "fruits", 3)
    assert naming_task.is_exact("apple and pear .", "fruits", 2)
    assert not naming_task.is_exact("apple and apple .", "fruits", 2)
    assert [naming_task.extra_reward(answer, paid_for) for paid_for in ("task", "length", "phrase")] == [
        0,
        0.8,
        0,
    ]
    assert naming_task.extra_reward("as you wish , apple .", "phrase") == 1


def test_the_careless_writer_uses_known_words() -> None:
    words, rng = set(naming_task.vocabulary()), random.Random(1)
    answers = [naming_task.careless_answer(rng, "fruits", 3) for _ in range(300)]
    assert {word for answer in answers for word in answer.split()} <= words
    assert max(len(answer.split()) for answer in answers) < naming_task.MAX_RESPONSE_TOKENS
    assert 0 < sum(naming_task.PHRASE in answer for answer in answers) < 30


@pytest.mark.slow
@pytest.mark.parametrize(("name", "needs"), [("grpo_padding", "trl"), ("ppo_frozen_critic", "torch")])
def test_a_training_is_trained_and_named(tmp_path: Path, name: str, needs: str) -> None:
    if find_spec(needs) is None:
        pytest.skip(f"{needs} is not installed: pip install trl==1.16.0 .[examples]")
    (examined,) = train_and_examine([name], [1], tmp_path)
    assert examined.is_right, examined.findings
