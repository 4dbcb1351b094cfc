from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from event_files import add, arguments, declare, hyperparameters
from providers import data_server, multiplexer
from tensorboard import context
from tensorboard.compat.proto.summary_pb2 import SummaryMetadata
from tensorboard.data import provider
from tensorboard.plugins.hparams.metadata import SESSION_START_INFO_TAG

from tensorboard_plugin_rlboard.training.declarations import EventMetadata, RolloutDeclaration
from tensorboard_plugin_rlboard.training.event_metadata import EventMetadataReader

CTX = context.RequestContext()


@pytest.mark.parametrize("make_provider", [multiplexer, data_server])
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # TensorBoard never closes its data server's pipe
def test_event_files_are_read_through_both_providers(tmp_path: Path, make_provider: Any) -> None:
    declare(
        tmp_path / "ppo",
        {"version": 1, "files": ["rollouts.jsonl", "../x/y.jsonl"], "config": {"gamma": 0.9}},
    )
    hyperparameters(tmp_path / "ppo" / "17", {"lr": 0.5, "name": "a", "flag": True})
    arguments(tmp_path / "trl", '{"beta": 0.04, "x": null}')
    expected = EventMetadata(
        (RolloutDeclaration("ppo", ("rollouts.jsonl", "../x/y.jsonl"), {"gamma": 0.9}),),
        {"ppo/17": {"lr": 0.5, "name": "a", "flag": True}},
        {"trl": {"beta": 0.04, "x": None}},
    )
    reader = EventMetadataReader(make_provider(tmp_path), seconds=0.0)
    deadline = time.monotonic() + 30
    while reader.read(CTX, "") != expected and time.monotonic() < deadline:
        time.sleep(0.05)  # the data server loads in the background
    assert reader.read(CTX, "") == expected
    assert reader.read(CTX, "") is reader.read(CTX, ""), "what did not change stays the same object"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", {"version": 2, "files": ["a"]}, {"files": ["a"]}, b"[" * 100_000],
)
def test_a_summary_that_is_none_of_the_writer_s_is_passed_over(tmp_path: Path, content: Any) -> None:
    declare(tmp_path / "a", content)
    declare(tmp_path / "b", {"version": 1, "files": ["x.jsonl", 3], "config": [], "more": 1})
    declare(tmp_path / "c", {"version": 1, "files": "x.jsonl"})
    found = EventMetadataReader(multiplexer(tmp_path)).read(CTX, "").declarations
    assert found == (RolloutDeclaration("b", ("x.jsonl",)), RolloutDeclaration("c", ()))


@pytest.mark.parametrize("text", ["no JSON", "[1]", "", "# model\n"])
def test_arguments_that_are_no_object_are_passed_over(tmp_path: Path, text: str) -> None:
    arguments(tmp_path / "a", text)
    assert EventMetadataReader(multiplexer(tmp_path)).read(CTX, "") == EventMetadata()


def test_wrong_hyperparameters_do_not_hide_the_rest(tmp_path: Path) -> None:
    data = SummaryMetadata.PluginData(plugin_name="hparams", content=b"\xff\xff")
    add(tmp_path / "a", SESSION_START_INFO_TAG, SummaryMetadata(plugin_data=data))
    arguments(tmp_path / "b", '{"beta": 0.04}')
    hyperparameters(tmp_path / "c", {"lr": 0.5})
    found = EventMetadataReader(multiplexer(tmp_path)).read(CTX, "")
    assert (found.hparams, found.arguments) == ({"c": {"lr": 0.5}}, {"b": {"beta": 0.04}})


class OnlyHyperparameters:
    """A provider that keeps hyperparameters itself, as hosted TensorBoards do."""

    def list_tensors(self, *_: Any, **__: Any) -> Any:
        return {}

    read_tensors = list_tensors

    def read_hyperparameters(self, ctx: Any, *, experiment_ids: list[str]) -> Any:
        assert (ctx, experiment_ids) == (CTX, ["e"])
        run = provider.HyperparameterSessionRun(experiment_id="e", run="ppo")
        values = [provider.HyperparameterValue("lr", provider.HyperparameterDomainType.INTERVAL, 0.5)]
        return [provider.HyperparameterSessionGroup(root=run, sessions=[run], hyperparameter_values=values)]


class Failing:
    def list_tensors(self, *_: Any, **__: Any) -> Any:
        raise OSError("/secret")

    read_tensors = list_tensors


class Old(OnlyHyperparameters):
    """A provider of a TensorBoard that knew none."""

    read_hyperparameters = property()  # so that hasattr says no


def test_hyperparameters_that_a_provider_keeps_are_read() -> None:
    assert EventMetadataReader(OnlyHyperparameters()).read(CTX, "e").hparams == {"ppo": {"lr": 0.5}}
    assert EventMetadataReader(Old()).read(CTX, "e") == EventMetadata()


def test_without_a_working_provider_nothing_is_said() -> None:
    assert EventMetadataReader(None).read(CTX, "") == EventMetadata()
    assert EventMetadataReader(Failing()).read(CTX, "") == EventMetadata()


def test_an_answer_is_kept_for_a_while_for_each_experiment(tmp_path: Path) -> None:
    declare(tmp_path / "a", {"version": 1, "files": []})
    reader = EventMetadataReader(multiplexer(tmp_path), seconds=60.0)
    first = reader.read(CTX, "")
    reader._provider = Failing()
    assert reader.read(CTX, "") is first
    assert reader.read(CTX, "other") == EventMetadata()
