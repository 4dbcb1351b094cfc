"""Hyperparameters in the files of trainers, beside and above a log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hyperparameter_files import MODEL
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
from tensorboard_plugin_rlboard.training.hyperparameters.aliases import ALIASES
from tensorboard_plugin_rlboard.training.hyperparameters.merge import (
    HyperparameterSource,
    is_training_config,
    merge_sources,
)
from tensorboard_plugin_rlboard.training.hyperparameters.trainer_files import TrainerFiles


def write(path: Path, values: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")


def files(root: Path) -> TrainerFiles:
    return TrainerFiles([Root("", str(root))], seconds=0.0)


def test_files_beside_and_above_are_found_the_nearest_first(tmp_path: Path) -> None:
    run = tmp_path / "a" / "b" / "c" / "run"
    write(run / "rollouts.config.json", {"config": {"gamma": 1}})
    write(run / "config.json", {"gamma": 2})
    write(run.parent / "hparams.json", {"gamma": 3})
    write(run.parent / "config.toml", "gamma = 4")
    write(run.parent.parent / "args.json", {"gamma": 5})
    write(run.parent.parent / "config.json", MODEL)
    write(run.parent.parent.parent / "config.json", {"gamma": 6})
    found = files(tmp_path).sources_for(str(run))
    assert [(source.name, source.values["gamma"]) for source in found] == [
        ("rollouts.config.json", 1),
        ("a/b/c/run/config.json", 2),
        ("a/b/c/hparams.json", 3),
        ("a/b/c/config.toml", 4),
        ("a/b/args.json", 5),
    ]


def test_nothing_above_the_log_directory_is_opened(tmp_path: Path) -> None:
    write(tmp_path / "config.json", {"gamma": 1})
    (tmp_path / "logs" / "run").mkdir(parents=True)
    assert files(tmp_path / "logs").sources_for(str(tmp_path / "logs" / "run")) == ()
    assert files(tmp_path / "logs").sources_for(str(tmp_path)) == ()
    assert TrainerFiles([Root("", "s3://b/logs")]).sources_for("s3://b/logs/run") == ()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1]",
        "3",
        '{"gamma": NaN, "x": 1}',
        '{"config": 3}',
        "[" * 100_000,
        json.dumps({"gamma": 1}) + " " * 1_000_001,
    ],
)
def test_files_that_say_nothing_are_passed_over(tmp_path: Path, content: str) -> None:
    write(tmp_path / "config.json", content)
    write(tmp_path / "rollouts.config.json", content)
    (tmp_path / "args.json").mkdir()
    (tmp_path / "hparams.json").write_bytes(b"\xff\xfe")
    assert files(tmp_path).sources_for(str(tmp_path)) == ()


def test_yaml_is_read_where_its_package_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("yaml")
    write(tmp_path / ".hydra" / "config.yaml", "algorithm:\n  gamma: 0.9\n  lr: 1e-6\n")
    write(tmp_path / "hparams.yaml", "!!python/object:os.system {}")
    (found,) = files(tmp_path).sources_for(str(tmp_path))
    assert merge_sources([found]).values == {"gamma": 0.9, "learning_rate": 1e-6}
    write(tmp_path / ".hydra" / "config.yaml", "gamma: 1\n" + "#" * 100_000)
    assert files(tmp_path).sources_for(str(tmp_path)) == ()
    write(tmp_path / ".hydra" / "config.yaml", "gamma: 1")

    def none(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(
        "tensorboard_plugin_rlboard.training.hyperparameters.trainer_files.importlib.import_module", none
    )
    assert files(tmp_path).sources_for(str(tmp_path)) == ()


def test_a_yaml_that_refers_to_itself_is_bounded(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{i}: &a{i} {{{', '.join(f'k{j}: *a{i - 1}' for j in range(9))}}}" for i in range(1, 9)]
    write(tmp_path / "config.yaml", "\n".join([*lines, "gamma: 1"]))
    assert files(tmp_path).sources_for(str(tmp_path)) == ()


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    look = files(tmp_path)
    assert look.sources_for(str(tmp_path)) == ()
    write(tmp_path / "config.json", {"gamma": 1})
    (first,) = look.sources_for(str(tmp_path))
    assert look.sources_for(str(tmp_path))[0].values is first.values
    write(tmp_path / "config.json", {"gamma": 0.95})
    assert look.sources_for(str(tmp_path))[0].values == {"gamma": 0.95}
    (tmp_path / "config.json").unlink()
    assert look.sources_for(str(tmp_path)) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["gamma", "lr", "optim", "critic", "beta"]) | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["gamma", "kl_coef", "use_kl_in_reward", "a"]) | st.text(max_size=4), JSON
    )
)
def test_whatever_a_file_holds_is_told_as_single_values(values: dict[str, Any]) -> None:
    is_training_config(values)
    found = merge_sources([HyperparameterSource("a", values)])
    assert found.values.keys() == found.sources.keys()
    assert all(isinstance(value, (str, int, float)) for value in found.values.values())
    numbers = [
        value for name, value in found.values.items() if name in ALIASES and name != "advantage_estimator"
    ]
    assert all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in numbers)
