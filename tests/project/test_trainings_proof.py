"""The trainings that are broken on purpose: their registry, how they are judged, their table; one of each is trained."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from broken_trainings import language
from broken_trainings.proof import MODULES, Examined, proved
from broken_trainings.table import WHY_NOT, table
from broken_trainings.ways import WAYS, Change, way_of

from tensorboard_plugin_rlboard.findings.finding import Finding
from tensorboard_plugin_rlboard.findings.registry import DETECTORS_BY_KIND


def finding(kind: str, first: int, severity: Any = "warning") -> Finding:
    return Finding(kind, severity, kind, "", first, 72, first, True, "reward", "mean", 1.0, 1.0, "x", 1.0)


def test_every_way_can_be_named() -> None:
    assert {way.trainer for way in WAYS.values()} == set(MODULES)
    for name, way in WAYS.items():
        assert name == way.name
        assert set(way.expected) <= set(DETECTORS_BY_KIND)
        assert bool(way.expected) == (way.change != Change()), "a healthy training is not changed"
    assert sum(not way.expected for way in WAYS.values()) >= 2
    assert len({way.change for way in WAYS.values() if way.expected}) >= 8
    assert set(WHY_NOT) <= set(WAYS)


def test_a_training_by_another_seed() -> None:
    way = WAYS["grpo_phrase"]
    assert way_of("grpo_phrase") == way.drawn_by(1) == way
    assert way_of("grpo_phrase-11") == way.drawn_by(11) == replace(way, name="grpo_phrase-11", seed=11)
    assert [way_of(f"grpo_healthy{again}-11").seed for again in ("", "_again")] == [11, 12]
    assert way.drawn_by(11).drawn == 11
    with pytest.raises(KeyError):
        way_of("grpo_unknown-11")


def test_a_failure_is_named_by_its_kind_in_its_steps_on_top() -> None:
    way = WAYS["grpo_phrase"]
    right, other = finding("phrase_hacking", way.since), finding("kl_spike", way.since)
    assert Examined(way, (other, other, right)).is_right
    assert Examined(way, (replace(other, symptoms=(right,)),)).is_right, "as a symptom"
    assert not Examined(way, (other, other, other, right)).is_right, "the fourth"
    assert Examined(way, (finding("phrase_hacking", way.since - 3),)).is_right
    assert not Examined(way, (finding("phrase_hacking", way.since - 4),)).is_right, "before it was broken"
    assert not Examined(way, (other,)).is_right


def test_a_healthy_training_may_have_one_warning() -> None:
    way, hint, warning = WAYS["ppo_healthy"], finding("kl_spike", 3, "info"), finding("kl_spike", 3)
    assert Examined(way, ()).is_right
    assert Examined(way, (warning, hint, hint)).is_right
    assert not Examined(way, (warning, warning)).is_right
    assert not Examined(way, (finding("kl_spike", 3, "error"),)).is_right


def test_the_table_says_what_is_not_named() -> None:
    way = WAYS["grpo_phrase"]
    below = replace(finding("reward_jump", 25), symptoms=(finding("proxy_gold_gap", 26),))
    text = table([Examined(way, (below,)), Examined(WAYS["ppo_healthy"], ())])
    assert "| 25 | warning `reward_jump` (25–72, with `proxy_gold_gap`) | **no** |" in text
    assert "| – | nothing | quiet |" in text
    assert "Seed 1: named among the first three findings, in steps of the failure: 0 of 1;" in text
    assert "one warning at most: 1 of 1." in text
    other = table([Examined(way, (below,)), Examined(way.drawn_by(11), (finding("phrase_hacking", 30),))])
    assert "| `grpo_phrase-11`, GRPO of TRL |" in other
    assert "Seed 11: named among the first three findings, in steps of the failure: 1 of 1" in other
    assert "Not trained for this table: `grpo_healthy`, " in text
    assert "Not trained" not in table([Examined(each, ()) for each in WAYS.values()])


def test_the_rewards_of_the_task() -> None:
    answer = "here are apple and pear , red ."
    assert language.named(answer) == ["apple", "pear", "red"]
    assert language.quality(answer, "fruits", 2) == pytest.approx(2 / 3), "two of three named"
    assert language.quality(answer, "fruits", 4) == pytest.approx(2 / 4), "two of four asked for"
    assert language.quality("", "fruits", 2) == 0
    assert not language.is_exact(answer, "fruits", 3)
    assert language.is_exact("apple and pear .", "fruits", 2)
    assert not language.is_exact("apple and apple .", "fruits", 2)
    assert [language.beside(answer, paid) for paid in ("task", "length", "phrase")] == [0, 0.8, 0]
    assert language.beside("as you wish , apple .", "phrase") == 1


def test_the_careless_writer_uses_known_words() -> None:
    known, rng = set(language.vocabulary()), random.Random(1)
    answers = [language.careless_answer(rng, "fruits", 3) for _ in range(300)]
    assert {word for answer in answers for word in answer.split()} <= known
    assert max(len(answer.split()) for answer in answers) < language.LIMIT
    assert 0 < sum(language.PHRASE in answer for answer in answers) < 30


@pytest.mark.slow
@pytest.mark.parametrize(("name", "needs"), [("grpo_padding", "trl"), ("ppo_frozen_critic", "torch")])
def test_a_training_is_trained_and_named(tmp_path: Path, name: str, needs: str) -> None:
    if find_spec(needs) is None:
        pytest.skip(f"{needs} is not installed: pip install trl==1.16.0 .[examples]")
    (looked,) = proved([name], [1], tmp_path)
    assert looked.is_right, looked.found
