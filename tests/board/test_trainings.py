"""Scalars and settings of runs, from real event files through TensorBoard's own provider to the routes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from event_files import arguments, declare, hyperparameters, scalars
from providers import multiplexer
from tensorboard.backend import application
from tensorboard.plugins import base_plugin
from werkzeug.test import Client

from tensorboard_plugin_rlboard import RolloutWriter
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns, Trainings
from tensorboard_plugin_rlboard.plugin import RLBoardPlugin
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
from tensorboard_plugin_rlboard.training.declarations import EventMetadata, RolloutDeclaration
from tensorboard_plugin_rlboard.training.scalar_pairing import ScalarRuns
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

ROW = {"step": 1, "prompt": "p", "response": "a", "reward": 0.5}
Write = Callable[[Path, Iterable[Any]], Path]
Open = Callable[..., "Tab"]


class Tab:
    """The plugin over a folder, asked as the tab asks."""

    def __init__(self, folder: Path, **flags: str) -> None:
        provider = multiplexer(folder)
        given = SimpleNamespace(reload_interval=0, logdir_spec="", rlboard_cache_dir="none", **flags)
        context = base_plugin.TBContext(logdir=str(folder), flags=given, data_provider=provider)
        self.plugin = RLBoardPlugin(context)
        self.client = Client(application.TensorBoardWSGI([self.plugin], data_provider=provider))
        indexer = self.plugin._indexer
        indexer.start()
        indexer.wait(60)

    def ask(self, route: str, code: int = 200) -> Any:
        response = self.client.get(f"/data/plugin/rlboard/{route}")
        assert response.status_code == code, response.get_data(as_text=True)
        return json.loads(response.get_data()) if code == 200 else response.get_data(as_text=True)

    def run(self, name: str) -> Any:
        return next(run for run in self.ask("runs")["runs"] if run["run"] == name)


@pytest.fixture
def tab() -> Iterator[Open]:
    made: list[Tab] = []

    def opened(folder: Path, **flags: str) -> Tab:
        made.append(Tab(folder, **flags))
        return made[-1]

    yield opened
    for each in made:
        each.plugin._indexer.stop()


def test_two_trainings_side_by_side_are_told_apart_by_what_the_writer_declares(
    tmp_path: Path, tab: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "exp" / "rollouts" / "r.jsonl", [ROW])
    scalars(tmp_path / "exp" / "one", {"loss": [1.0]})
    scalars(tmp_path / "exp" / "two", {"loss": [2.0]})
    assert tab(tmp_path).run("exp/rollouts")["scalar_pairing"] == "none"
    declare(
        tmp_path / "exp" / "two", {"version": 1, "files": ["../rollouts/r.jsonl"], "config": {"gamma": 0.9}}
    )
    found = tab(tmp_path)
    run = found.run("exp/rollouts")
    assert (run["scalar_runs"], run["scalar_pairing"]) == (["exp/two"], "declared")
    assert run["scalar_choices"] == ["exp/one", "exp/two"]
    assert (run["config"], run["config_sources"]) == ({"gamma": 0.9}, {"gamma": "RolloutWriter"})
    assert found.ask("scalars?run=exp/rollouts")["tags"] == {"exp/two": ["loss"]}
    assert found.ask("scalars?run=exp/rollouts&tag=loss")["loss"]["value"] == [2.0]


def test_rlboard_toml_pairs_and_configures(tmp_path: Path, tab: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "exp" / "rollouts" / "r.jsonl", [ROW])
    scalars(tmp_path / "exp" / "runs" / "a", {"loss": [1.0]})
    scalars(tmp_path / "elsewhere", {"loss": [2.0]})
    hyperparameters(tmp_path / "elsewhere" / "17", {"gamma": 0.1, "lr": 0.5})
    arguments(tmp_path / "elsewhere", '{"beta": 0.04, "num_generations": 8}')
    (tmp_path / "exp" / "config.json").write_text('{"learning_rate": 0.25, "seed": 3}', encoding="utf-8")
    toml = '[scalars]\nruns = "../elsewhere"\n[config]\ngamma = 1.0\n[text]\npad = "<pad>"\n[cofig]'
    (tmp_path / "exp" / "rlboard.toml").write_text(toml, encoding="utf-8")
    run = tab(tmp_path).run("exp/rollouts")
    assert (run["scalar_runs"], run["scalar_pairing"]) == (["elsewhere"], "settings")
    assert run["config"] == {"gamma": 1.0, "beta": 0.04, "learning_rate": 0.25, "group_size": 8, "seed": 3}
    assert run["config_sources"] == {
        "gamma": "exp/rlboard.toml",
        "beta": "args/text_summary",
        "learning_rate": "exp/config.json",
        "group_size": "args/text_summary: num_generations",
        "seed": "exp/config.json",
    }
    assert run["text_rules"] == {"pad": ["<pad>"], "system_end": ""}
    sentence = "exp/rlboard.toml: there is no section [cofig] (did you mean [config]?)."
    assert run["message"] == sentence
    assert run["notices"] == [{"kind": "settings", "text": sentence, "values": {}}]


def test_the_file_of_the_flag_counts_and_a_wrong_one_is_said(
    tmp_path: Path, tab: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "logs" / "a" / "r.jsonl", [ROW])
    flag = tmp_path / "mine.toml"
    flag.write_text("[config]\ngamma = 0.5", encoding="utf-8")
    assert tab(tmp_path / "logs", rlboard_config=str(flag)).run("a")["config"] == {"gamma": 0.5}
    wrong = tab(tmp_path / "logs", rlboard_config=str(tmp_path / "none.toml")).run("a")
    assert wrong["samples"] == 1
    assert wrong["message"].startswith("--rlboard_config: there is no file ")
    assert [notice["text"] for notice in wrong["notices"]] == [wrong["message"]]


def test_every_mistake_in_settings_is_said_where_it_counts(
    tmp_path: Path, tab: Open, write_rows: Write
) -> None:
    for name in ("a", "b"):
        write_rows(tmp_path / "logs" / name / "r.jsonl", [ROW])
    write_rows(tmp_path / "logs" / "c" / "other.jsonl", [{"loss": 1.0}])
    for name, text in (("a", "[maping]\n[text]\npadd = 'x'"), ("c", "[mapping")):
        (tmp_path / "logs" / name / "rlboard.toml").write_text(text, encoding="utf-8")
    found = tab(tmp_path / "logs", rlboard_config=str(tmp_path / "none.toml"))
    of_flag = f"--rlboard_config: there is no file {tmp_path / 'none.toml'}; nothing of it counts."
    told = {run: [notice["text"] for notice in found.run(run)["notices"]] for run in ("a", "b")}
    assert told["b"] == [of_flag]
    assert told["a"] == [
        of_flag,
        "a/rlboard.toml: there is no section [maping] (did you mean [mapping]?).",
        "a/rlboard.toml: [text] padd is not known (did you mean pad?); it is left out.",
    ]
    (elsewhere,) = found.ask("runs")["settings_problems"]
    assert elsewhere.startswith("c/rlboard.toml is no TOML")


def test_a_wrong_flag_is_said_where_there_is_no_run(tmp_path: Path, tab: Open) -> None:
    (problem,) = tab(tmp_path, rlboard_config="nowhere.toml").ask("runs")["settings_problems"]
    assert problem == "--rlboard_config: there is no file nowhere.toml; nothing of it counts."


def test_two_files_of_one_folder_that_log_the_same_steps_are_said(
    tmp_path: Path, tab: Open, write_rows: Write
) -> None:
    for name, reward in (("runA", 0.0), ("runB", 1.0)):
        rows = [{**ROW, "step": step, "reward": reward} for step in (1, 2, 3)]
        write_rows(tmp_path / "exp" / f"{name}.jsonl", rows)
    for rank in (0, 1):
        write_rows(tmp_path / "ranks" / f"rank_{rank}.jsonl", [{**ROW, "step": step} for step in (1, 2, 3)])
    found = tab(tmp_path)
    (notice,) = found.run("exp")["notices"]
    assert notice == {
        "kind": "repeated_steps",
        "text": "runA.jsonl and runB.jsonl in exp log 3 of the same steps (1 to 3), and their samples are averaged into "
        "one curve. If they are two trainings, move each file into a folder of its own.",
        "values": {"first": "runA.jsonl", "second": "runB.jsonl", "n": "3", "from": "1", "to": "3"},
    }
    assert found.run("ranks")["notices"] == []


def test_a_reader_may_choose_other_scalars(tmp_path: Path, tab: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "exp" / "rollouts" / "r.jsonl", [ROW])
    for name, value in (("one", 1.0), ("two", 2.0)):
        scalars(tmp_path / "exp" / name, {"loss": [value], name: [value]})
    found = tab(tmp_path)
    assert found.run("exp/rollouts")["scalar_pairing"] == "none"
    assert found.ask("scalars?run=exp/rollouts")["tags"] == {}
    chosen = "scalars?run=exp/rollouts&scalar_run=exp/two&scalar_run=exp/one"
    assert found.ask(chosen)["tags"] == {"exp/two": ["loss", "two"], "exp/one": ["loss", "one"]}
    assert found.ask(f"{chosen}&tag=loss")["loss"]["value"] == [2.0]
    for wrong in ("exp", "../exp/one", "/etc/passwd", "exp/one/"):
        assert "There are no scalars of a run" in found.ask(
            f"scalars?run=exp/rollouts&scalar_run={wrong}", 404
        )


def test_without_anything_beside_the_rollouts_nothing_is_said(
    tmp_path: Path, tab: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "r.jsonl", [ROW])
    run = tab(tmp_path).run(".")
    assert (run["scalar_runs"], run["scalar_pairing"], run["scalar_choices"]) == ([], "none", [])
    assert (run["config"], run["config_sources"]) == ({}, {})


def test_runs_are_paired_again_only_when_something_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    real = ScalarRuns.selectable

    def selectable(scalar_runs: ScalarRuns, run: str) -> list[str]:
        counted.append(run)
        return real(scalar_runs, run)

    monkeypatch.setattr(ScalarRuns, "selectable", selectable)
    settings = SettingsFinder([Root("", str(tmp_path))], seconds=0.0)
    registry: Any = SimpleNamespace(roots=[Root("", str(tmp_path))], settings=settings, runs={})
    file = SimpleNamespace(relative="a/r.jsonl", path=str(tmp_path / "a" / "r.jsonl"))
    run: Any = SimpleNamespace(name="a", files={"a/r.jsonl": file})
    registry.runs = {"a": run}
    trainings = Trainings(registry)
    known = TensorBoardRuns(("a", "b"))
    assert trainings.of(run, known).pairing.method == "same"
    trainings.of(run, known)
    again = TensorBoardRuns(("a", "b"))
    trainings.of(run, again)
    assert len(counted) == 1
    assert trainings._cache.tensorboard_runs is again, "of thousands of runs one is compared, not each"
    event_metadata = EventMetadata((RolloutDeclaration("b", ("../a/r.jsonl",)),))
    declared = trainings.of(run, TensorBoardRuns(("a", "b"), event_metadata))
    assert (declared.pairing.runs, declared.pairing.method, len(counted)) == (("b",), "declared", 2)
    (tmp_path / "a").mkdir()
    (tmp_path / "rlboard.toml").write_text('[scalars]\nruns = "b"', encoding="utf-8")
    assert trainings.of(run, TensorBoardRuns(("a", "b"), event_metadata)).pairing.method == "settings"
    registry.runs = {"a": run, "c": run}
    trainings.of(run, known)
    assert len(counted) == 4


def test_a_run_of_our_writer_says_itself_what_belongs_to_it(tmp_path: Path, tab: Open) -> None:
    folder = tmp_path / "exp"
    scalars(folder, {"loss": [3.0]})  # the trainer's own event file, which the writer keeps out of
    scalars(tmp_path / "other", {"loss": [9.0]})
    with RolloutWriter(folder, config={"gamma": 0.5, "algorithm": {"kl_coef": 0.01}}) as writer:
        writer.log(step=1, prompt="p", response="r", reward=0.5)
    found = tab(tmp_path)
    run = found.run("exp")
    assert (run["scalar_pairing"], run["scalar_runs"][0]) == ("declared", "exp")
    assert set(run["scalar_runs"]) == {name for name in run["scalar_choices"] if name != "other"}
    assert (run["config"]["gamma"], run["config"]["beta"]) == (0.5, 0.01)
    assert run["config_sources"]["gamma"] == "rollouts.config.json"
    assert found.ask("scalars?run=exp&tag=loss")["loss"]["value"] == [3.0]
    (folder / "rollouts.config.json").unlink()
    assert tab(tmp_path).run("exp")["config_sources"]["gamma"] == "RolloutWriter"
