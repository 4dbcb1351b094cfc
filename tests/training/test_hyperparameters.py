"""Hyperparameters: their names, sources and bounds."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
from hyperparameter_files import MODEL

from tensorboard_plugin_rlboard.board.runs.hyperparameters import Configs, folder
from tensorboard_plugin_rlboard.training.hyperparameters.aliases import ALIASES
from tensorboard_plugin_rlboard.training.hyperparameters.merge import (
    Declaration,
    EventFacts,
    RunConfig,
    Source,
    combined,
    flattened,
    is_training,
)
from tensorboard_plugin_rlboard.training.settings.sections import Settings

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
    found = combined([Source("config.json", values)])
    assert {key: value for key, value in found.config.items() if key in ALIASES} == expected
    assert found.sources.keys() == found.config.keys()
    assert is_training(values)


def test_a_name_says_where_it_is_from_and_what_it_is_there() -> None:
    found = combined([Source("run/config.json", VERL)])
    assert found.sources["epsilon_high"] == "run/config.json: actor_rollout_ref.actor.clip_ratio_high"
    assert found.sources["trainer.project_name"] == "run/config.json"
    # What another name or another part of the training says stays under its own.
    assert found.config["actor_rollout_ref.actor.clip_ratio"] == 0.2
    assert found.config["actor_rollout_ref.rollout.val_kwargs.temperature"] == 0
    assert "data.train_files" not in found.config
    assert combined([Source("a", {"gamma": 1})]).sources == {"gamma": "a"}


def test_what_is_switched_off_is_not_said() -> None:
    off = {"kl_loss_coef": 0.001, "use_kl_loss": False, "a": {"kl_coef": 0.01, "use_kl_in_reward": False}}
    assert "beta" not in combined([Source("a", off)]).config
    assert combined([Source("a", {**off, "use_kl_loss": True})]).config["beta"] == 0.001


def test_the_first_source_counts_name_by_name() -> None:
    found = combined(
        [Source("one", {"gamma": 0.9, "x": 1}), Source("two", {"discount": 0.5, "lam": 1, "x": 2, "y": 3})]
    )
    assert found.config == {"gamma": 0.9, "lam": 1, "x": 1, "y": 3}
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
    assert flattened(values) == {"e": True, "f": "x", "max_tokens": 5, "secret": 3}


def test_the_number_of_names_is_bounded_and_known_ones_come_first() -> None:
    found = combined([Source("a", {**{f"n{i}": i for i in range(300)}, "gamma": 0.5})])
    assert len(found.config) == len(found.sources) == 200
    assert next(iter(found.config)) == "gamma"


def test_a_number_may_be_written_as_text_and_a_word_is_no_number() -> None:
    assert combined(
        [Source("a", {"lr": "1e-6", "kl_penalty": "kl", "beta": "auto", "gamma": "nan"})]
    ).config == {"learning_rate": 1e-6, "kl_penalty": "kl"}
    assert combined([Source("a", {"beta": True})]).config == {}
    assert combined([Source("a", {"gamma": math.inf})]).config == {"gamma": math.inf}


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
    assert is_training(values) is is_one


def test_all_sources_of_a_run_in_their_order() -> None:
    facts = EventFacts(
        hparams={"tb": {"gamma": 3, "h": 3, "a": 3}},
        arguments={"tb": {"beta": 4, "h": 4, "num_generations": 4}},
        declarations=(
            *(Declaration("tb", ("r.jsonl",)), Declaration("tb", ("r.jsonl",), {"beta": 5, "d": 5})),
            Declaration("other", ("r.jsonl",), {"z": 9}),
        ),
    )
    settings = Settings(config={"gamma": 1}, config_sources={"gamma": "rlboard.toml"})
    configs = Configs()
    found = configs.of("run", settings, [Source("config.json", {"gamma": 2, "a": 2})], facts, ["tb"], ["tb"])
    assert found == RunConfig(
        {"gamma": 1, "beta": 4, "group_size": 4, "a": 2, "h": 3, "d": 5},
        {
            "gamma": "rlboard.toml",
            "beta": "args/text_summary",
            "group_size": "args/text_summary: num_generations",
            "a": "config.json",
            "h": "hparams",
            "d": "RolloutWriter",
        },
    )
    again = configs.of("run", settings, [Source("config.json", {"gamma": 2, "a": 2})], facts, ["tb"], ["tb"])
    assert again is found
    assert configs.of("run", settings, [], facts, ["tb"], ["tb"]) is not found
    assert configs.of("run", Settings(), [], EventFacts(), []) == RunConfig()


def test_hyperparameters_may_lie_in_the_one_run_below() -> None:
    def read(*names: str) -> dict[str, Any]:
        facts = EventFacts(hparams={name: {"x": 1} for name in names})
        return dict(Configs().of("run", Settings(), [], facts, ["tb"]).config)

    assert read("tb/17") == {"x": 1}
    assert read("tb/17", "tb/18") == {}
    assert read("tb2") == {}


@pytest.mark.parametrize(
    ("run", "relative", "path", "expected"),
    [
        ("a", "a/x.jsonl", "/logs/a/x.jsonl", "/logs/a"),
        (".", "./x.jsonl", "/logs/x.jsonl", "/logs"),
        (".", "x.jsonl", "/logs/x.jsonl", "/logs"),
        ("p/.", "p/./x.jsonl", "/logs/x.jsonl", "/logs"),
        ("exp", "exp/step_1/train/x.jsonl", "/logs/exp/step_1/train/x.jsonl", "/logs/exp"),
        ("a", "a/x.jsonl", "s3://bucket/a/x.jsonl", "s3://bucket/a"),
    ],
)
def test_the_folder_of_a_run(run: str, relative: str, path: str, expected: str) -> None:
    found: Any = SimpleNamespace(name=run, files={relative: SimpleNamespace(relative=relative, path=path)})
    assert folder(found) == expected
    assert folder(SimpleNamespace(name=run, files={})) == ""  # type: ignore[arg-type]
