from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from providers import data_server, multiplexer
from tensorboard import context
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary, SummaryMetadata
from tensorboard.data import provider
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.plugins.hparams.metadata import SESSION_START_INFO_TAG, create_summary_metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util

from tensorboard_plugin_rlboard.events import EventReader
from tensorboard_plugin_rlboard.run_config import Declaration, EventFacts

CTX = context.RequestContext()


def add(folder: Path, tag: str, metadata: SummaryMetadata, value: Any = ()) -> None:
    writer = EventFileWriter(str(folder))
    tensor = tensor_util.make_tensor_proto(value if len(value) else np.zeros(0, np.float32))
    summary = Summary(value=[Summary.Value(tag=tag, tensor=tensor, metadata=metadata)])
    writer.add_event(Event(step=0, wall_time=100.0, summary=summary))
    writer.close()


def declare(folder: Path, content: object, tag: str = "rlboard/rollouts") -> None:
    """What `RolloutWriter` leaves in its event file."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    data = SummaryMetadata.PluginData(plugin_name="rlboard", content=text)
    add(folder, tag, SummaryMetadata(plugin_data=data, data_class=DATA_CLASS_TENSOR))


def hyperparameters(folder: Path, values: dict[str, Any]) -> None:
    started = plugin_data_pb2.SessionStartInfo()
    for name, value in values.items():
        kind = (
            "bool_value"
            if isinstance(value, bool)
            else "string_value"
            if isinstance(value, str)
            else "number_value"
        )
        setattr(started.hparams[name], kind, value)
    add(
        folder,
        SESSION_START_INFO_TAG,
        create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_start_info=started)),
    )


def arguments(folder: Path, text: str) -> None:
    data = SummaryMetadata.PluginData(plugin_name="text")
    add(folder, "args/text_summary", SummaryMetadata(plugin_data=data), [text.encode()])


@pytest.mark.parametrize("make_provider", [multiplexer, data_server])
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # TensorBoard never closes its data server's pipe
def test_event_files_are_read_through_both_providers(tmp_path: Path, make_provider: Any) -> None:
    declare(
        tmp_path / "ppo",
        {"version": 1, "files": ["rollouts.jsonl", "../x/y.jsonl"], "config": {"gamma": 0.9}},
    )
    hyperparameters(tmp_path / "ppo" / "17", {"lr": 0.5, "name": "a", "flag": True})
    arguments(tmp_path / "trl", '{"beta": 0.04, "x": null}')
    expected = EventFacts(
        (Declaration("ppo", ("rollouts.jsonl", "../x/y.jsonl"), {"gamma": 0.9}),),
        {"ppo/17": {"lr": 0.5, "name": "a", "flag": True}},
        {"trl": {"beta": 0.04, "x": None}},
    )
    reader = EventReader(make_provider(tmp_path), seconds=0.0)
    deadline = time.monotonic() + 30
    while reader.facts(CTX, "") != expected and time.monotonic() < deadline:
        time.sleep(0.05)  # the data server loads in the background
    assert reader.facts(CTX, "") == expected
    assert reader.facts(CTX, "") is reader.facts(CTX, ""), "what did not change stays the same object"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", {"version": 2, "files": ["a"]}, {"files": ["a"]}, b"[" * 100_000],
)
def test_a_summary_that_is_none_of_the_writer_s_is_passed_over(tmp_path: Path, content: Any) -> None:
    declare(tmp_path / "a", content)
    declare(tmp_path / "b", {"version": 1, "files": ["x.jsonl", 3], "config": [], "more": 1})
    declare(tmp_path / "c", {"version": 1, "files": "x.jsonl"})
    found = EventReader(multiplexer(tmp_path)).facts(CTX, "").declarations
    assert found == (Declaration("b", ("x.jsonl",)), Declaration("c", ()))


@pytest.mark.parametrize("text", ["no JSON", "[1]", "", "# model\n"])
def test_arguments_that_are_no_object_are_passed_over(tmp_path: Path, text: str) -> None:
    arguments(tmp_path / "a", text)
    assert EventReader(multiplexer(tmp_path)).facts(CTX, "") == EventFacts()


def test_wrong_hyperparameters_do_not_hide_the_rest(tmp_path: Path) -> None:
    data = SummaryMetadata.PluginData(plugin_name="hparams", content=b"\xff\xff")
    add(tmp_path / "a", SESSION_START_INFO_TAG, SummaryMetadata(plugin_data=data))
    arguments(tmp_path / "b", '{"beta": 0.04}')
    hyperparameters(tmp_path / "c", {"lr": 0.5})
    found = EventReader(multiplexer(tmp_path)).facts(CTX, "")
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
    assert EventReader(OnlyHyperparameters()).facts(CTX, "e").hparams == {"ppo": {"lr": 0.5}}
    assert EventReader(Old()).facts(CTX, "e") == EventFacts()


def test_without_a_working_provider_nothing_is_said() -> None:
    assert EventReader(None).facts(CTX, "") == EventFacts()
    assert EventReader(Failing()).facts(CTX, "") == EventFacts()


def test_an_answer_is_kept_for_a_while_for_each_experiment(tmp_path: Path) -> None:
    declare(tmp_path / "a", {"version": 1, "files": []})
    reader = EventReader(multiplexer(tmp_path), seconds=60.0)
    first = reader.facts(CTX, "")
    reader._provider = Failing()
    assert reader.facts(CTX, "") is first
    assert reader.facts(CTX, "other") == EventFacts()
