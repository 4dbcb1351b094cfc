"""Hyperparameters: their names, sources and bounds."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hyperparameter_files import MODEL

from tensorboard_plugin_rlboard.training.hyperparameters.aliases import ALIASES
from tensorboard_plugin_rlboard.training.hyperparameters.merge import (
    HyperparameterSource,
    flatten,
    is_training_config,
    merge_sources,
)

VERL = {
    "actor_rollout_ref": {
        "actor": {
            "clip_ratio": 0.2,
            "clip_ratio_low": 0.1,
            "clip_ratio_high": 0.28,
            "kl_loss_coef": 0.001,
            "use_kl_loss": True,
            "optim": {"lr": "1e-6", "betas": [0.9, 0.999], "epsilon": 1e-8},
        },
        "ref": {"temperature": 9},
        "rollout": {"temperature": 1.0, "n": 8, "top_p": 1, "val_kwargs": {"temperature": 0, "n": 1}},
    },
    "algorithm": {
        "gamma": 1.0,
        "lam": 0.95,
        "adv_estimator": "grpo",
        "kl_ctrl": {"kl_coef": 0.5},
        "use_kl_in_reward": False,
    },
    "critic": {"optim": {"lr": 1e-5}},
    "data": {"max_response_length": 1024, "train_files": ["a"]},
    "trainer": {"project_name": "p"},
}


KNOWN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "verl": (
        VERL,
        {
            "gamma": 1.0,
            "lam": 0.95,
            "beta": 0.001,
            "epsilon": 0.1,
            "epsilon_high": 0.28,
            "temperature": 1.0,
            "top_p": 1,
            "learning_rate": 1e-6,
            "critic_learning_rate": 1e-5,
            "group_size": 8,
            "max_tokens": 1024,
            "advantage_estimator": "grpo",
        },
    ),
    "TRL": (
        {
            "beta": 0.04,
            "epsilon": 0.2,
            "epsilon_high": None,
            "temperature": 0.9,
            "num_generations": 4,
            "learning_rate": 1e-6,
            "max_completion_length": 256,
            "adam_beta1": 0.9,
            "adam_epsilon": 1e-8,
        },
        {
            "beta": 0.04,
            "epsilon": 0.2,
            "temperature": 0.9,
            "learning_rate": 1e-6,
            "group_size": 4,
            "max_tokens": 256,
        },
    ),
    "OpenRLHF": (
        {
            "init_kl_coef": 0.01,
            "eps_clip": 0.2,
            "gamma": 1,
            "lambd": 0.9,
            "actor_learning_rate": 1e-6,
            "critic_learning_rate": 9e-6,
            "n_samples_per_prompt": 2,
            "generate_max_len": 1024,
        },
        {
            "gamma": 1,
            "lam": 0.9,
            "beta": 0.01,
            "epsilon": 0.2,
            "learning_rate": 1e-6,
            "critic_learning_rate": 9e-6,
            "group_size": 2,
            "max_tokens": 1024,
        },
    ),
    "NeMo-RL": (
        {
            "grpo": {"num_generations_per_prompt": 16, "max_num_steps": 10},
            "loss_fn": {"reference_policy_kl_penalty": 0.01, "ratio_clip_min": 0.2, "ratio_clip_max": 0.3},
            "policy": {
                "generation": {"temperature": 1.0, "max_new_tokens": 512},
                "optimizer": {"kwargs": {"lr": 5e-6, "epsilon": 1e-8}},
            },
        },
        {
            "beta": 0.01,
            "epsilon": 0.2,
            "epsilon_high": 0.3,
            "temperature": 1.0,
            "learning_rate": 5e-6,
            "group_size": 16,
            "max_tokens": 512,
        },
    ),
    "AReaL": (
        {
            "actor": {
                "discount": 1.0,
                "gae_lambda": 1.0,
                "eps_clip": 0.4,
                "kl_ctl": 0.0,
                "optimizer": {"lr": 2e-5},
            },
            "gconfig": {"n_samples": 4, "temperature": 1.0, "max_new_tokens": 1024},
        },
        {
            "gamma": 1.0,
            "lam": 1.0,
            "beta": 0.0,
            "epsilon": 0.4,
            "temperature": 1.0,
            "learning_rate": 2e-5,
            "group_size": 4,
            "max_tokens": 1024,
        },
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_names_of_a_trainer_become_ours(name: str) -> None:
    values, expected = KNOWN[name]
    found = merge_sources([HyperparameterSource("config.json", values)])
    assert {key: value for key, value in found.values.items() if key in ALIASES} == expected
    assert found.sources.keys() == found.values.keys()
    assert is_training_config(values)


def test_a_name_says_where_it_is_from_and_what_it_is_there() -> None:
    found = merge_sources([HyperparameterSource("run/config.json", VERL)])
    assert found.sources["epsilon_high"] == "run/config.json: actor_rollout_ref.actor.clip_ratio_high"
    assert found.sources["trainer.project_name"] == "run/config.json"
    # What another name or another part of the training says stays under its own.
    assert found.values["actor_rollout_ref.actor.clip_ratio"] == 0.2
    assert found.values["actor_rollout_ref.rollout.val_kwargs.temperature"] == 0
    assert "data.train_files" not in found.values
    assert merge_sources([HyperparameterSource("a", {"gamma": 1})]).sources == {"gamma": "a"}


def test_what_is_switched_off_is_not_said() -> None:
    off = {"kl_loss_coef": 0.001, "use_kl_loss": False, "a": {"kl_coef": 0.01, "use_kl_in_reward": False}}
    assert "beta" not in merge_sources([HyperparameterSource("a", off)]).values
    assert merge_sources([HyperparameterSource("a", {**off, "use_kl_loss": True})]).values["beta"] == 0.001


def test_the_first_source_counts_name_by_name() -> None:
    found = merge_sources(
        [
            HyperparameterSource("one", {"gamma": 0.9, "x": 1}),
            HyperparameterSource("two", {"discount": 0.5, "lam": 1, "x": 2, "y": 3}),
        ]
    )
    assert found.values == {"gamma": 0.9, "lam": 1, "x": 1, "y": 3}
    assert found.sources == {"gamma": "one", "lam": "two", "x": "one", "y": "two"}


def test_only_short_single_values_are_kept_and_no_secrets() -> None:
    values = {
        "a": "x" * 201,
        "b": "x\ny",
        "c": [1],
        "d": None,
        "e": True,
        "f": "x",
        "hub_token": "hf_abc",
        "w": {"api_key": "k", "password": "p"},
        "max_tokens": 5,
        "auth": "u:p",
        "secret": 3,
        "token": "t",
    }
    assert flatten(values) == {"e": True, "f": "x", "max_tokens": 5, "secret": 3}
    assert flatten({"large": 10**300, "endless": -(10**400)}) == {"large": 10**300}


def test_the_number_of_names_is_bounded_and_known_ones_come_first() -> None:
    found = merge_sources([HyperparameterSource("a", {**{f"n{i}": i for i in range(300)}, "gamma": 0.5})])
    assert len(found.values) == len(found.sources) == 200
    assert next(iter(found.values)) == "gamma"


def test_a_number_may_be_written_as_text_and_a_word_is_no_number() -> None:
    assert merge_sources(
        [HyperparameterSource("a", {"lr": "1e-6", "kl_penalty": "kl", "beta": "auto", "gamma": "nan"})]
    ).values == {"learning_rate": 1e-6, "kl_penalty": "kl"}
    assert merge_sources([HyperparameterSource("a", {"beta": True})]).values == {}
    assert merge_sources([HyperparameterSource("a", {"gamma": math.inf})]).values == {"gamma": math.inf}


@pytest.mark.parametrize(
    ("values", "is_one"),
    [
        (MODEL, False),
        ({"hidden_size": 1, "vocab_size": 2, "learning_rate": 1}, False),
        ({"temperature": 0.7, "top_p": 0.8, "max_new_tokens": 20}, False),
        ({"name": "thing", "version": 1}, False),
        ({}, False),
        ({"model_type": "qwen2", "beta": 0.04, "num_generations": 8}, True),
        ({"trainer": {"total_epochs": 3}}, True),
        ({"learning_rate": 1e-5}, True),
    ],
)
def test_the_settings_of_a_model_are_not_those_of_a_training(values: dict[str, Any], is_one: bool) -> None:
    assert is_training_config(values) is is_one
