"""The hyperparameters of a run, from all their sources."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.runs.hyperparameters import Hyperparameters, run_folder
from tensorboard_plugin_rlboard.training.declarations import EventMetadata, RolloutDeclaration
from tensorboard_plugin_rlboard.training.hyperparameters.merge import (
    HyperparameterSource,
    RunHyperparameters,
)
from tensorboard_plugin_rlboard.training.settings.sections import Settings


def test_all_sources_of_a_run_in_their_order() -> None:
    event_metadata = EventMetadata(
        hparams={"tb": {"gamma": 3, "h": 3, "a": 3}},
        arguments={"tb": {"beta": 4, "h": 4, "num_generations": 4}},
        declarations=(
            *(
                RolloutDeclaration("tb", ("r.jsonl",)),
                RolloutDeclaration("tb", ("r.jsonl",), {"beta": 5, "d": 5}),
            ),
            RolloutDeclaration("other", ("r.jsonl",), {"z": 9}),
        ),
    )
    settings = Settings(hyperparameters={"gamma": 1}, hyperparameter_files={"gamma": "rlboard.toml"})
    configs = Hyperparameters()
    found = configs.of(
        "run",
        settings,
        [HyperparameterSource("config.json", {"gamma": 2, "a": 2})],
        event_metadata,
        ["tb"],
        ["tb"],
    )
    assert found == RunHyperparameters(
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
    again = configs.of(
        "run",
        settings,
        [HyperparameterSource("config.json", {"gamma": 2, "a": 2})],
        event_metadata,
        ["tb"],
        ["tb"],
    )
    assert again is found
    assert configs.of("run", settings, [], event_metadata, ["tb"], ["tb"]) is not found
    assert configs.of("run", Settings(), [], EventMetadata(), []) == RunHyperparameters()


def test_hyperparameters_may_lie_in_the_one_run_below() -> None:
    def read(*names: str) -> dict[str, Any]:
        event_metadata = EventMetadata(hparams={name: {"x": 1} for name in names})
        return dict(Hyperparameters().of("run", Settings(), [], event_metadata, ["tb"]).values)

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
    assert run_folder(found) == expected
    empty: Any = SimpleNamespace(name=run, files={})
    assert run_folder(empty) == ""
