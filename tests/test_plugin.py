from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tensorboard.backend import application
from tensorboard.plugins import base_plugin
from werkzeug.test import Client

from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.errors import StoppedError
from tensorboard_plugin_rlboard.index import registry
from tensorboard_plugin_rlboard.index.update import background, discovery
from tensorboard_plugin_rlboard.loader import RLBoardLoader
from tensorboard_plugin_rlboard.plugin import CLIENT_HEADER, ORDER_HEADER, PLACE_HEADER, RLBoardPlugin
from tensorboard_plugin_rlboard.web import json_answers

Write = Callable[[Path, Iterable[Any]], Path]
Make = Callable[..., RLBoardPlugin]
ROW = {"step": 1, "prompt": "p", "response": "a", "reward": 0.5}
HOME = "/data/plugin/rlboard"


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[RLBoardPlugin] = []

    def plugin(logdir: str = "", **flags: Any) -> RLBoardPlugin:
        values = {"reload_interval": 0, "logdir_spec": "", **flags}
        context = base_plugin.TBContext(logdir=logdir, flags=SimpleNamespace(**values))
        made.append(RLBoardPlugin(context))
        return made[-1]

    yield plugin
    for each in made:
        each._indexer.stop()


def indexing_threads() -> int:
    return sum(thread.name == "rlboard-index" for thread in threading.enumerate())


def finish(plugin: RLBoardPlugin) -> None:
    plugin._indexer.start()
    plugin._indexer.wait(60)


def ask(plugin: RLBoardPlugin, route: str) -> Any:
    response = Client(application.TensorBoardWSGI([plugin])).get(f"{HOME}/{route}")
    assert response.status_code == 200, response.get_data(as_text=True)
    return json.loads(response.get_data())


def test_constructing_starts_no_thread_and_opens_nothing(
    tmp_path: Path, make: Make, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("TensorBoard's start waits for this")

    write_rows(tmp_path / "a.jsonl", [ROW])
    for module, name in (
        (discovery, "list_sources"),
        (background, "has_log_file"),
        (registry, "QueryDatabase"),
    ):
        monkeypatch.setattr(module, name, never)
    before = indexing_threads()
    plugin = make(str(tmp_path))
    plugin.get_plugin_apps()
    plugin.frontend_metadata()
    assert indexing_threads() == before
    assert plugin._indexer.registry._database is None
    monkeypatch.undo()


def test_is_active_answers_from_memory(
    tmp_path: Path, make: Make, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole page waits for it, so it never walks the log directory itself."""
    # What the walk after the first look finds as well, however soon that comes.
    write_rows(tmp_path / "a.jsonl", [ROW])
    release = threading.Event()
    walkers: set[str] = set()

    def slow(*_: Any) -> bool:
        walkers.add(threading.current_thread().name)
        release.wait(60)
        return True

    monkeypatch.setattr(background, "has_log_file", slow)
    plugin = make(str(tmp_path))
    try:
        assert plugin.is_active() is False
        assert plugin.is_active() is False
        assert walkers == {"rlboard-index"}
    finally:
        release.set()
    plugin._indexer._is_first_look_done.wait(60)
    assert plugin.is_active() is True


def test_is_active_where_there_is_something_and_where_there_is_nothing(
    tmp_path: Path, make: Make, write_rows: Write
) -> None:
    (tmp_path / "empty").mkdir()
    write_rows(tmp_path / "full" / "a.jsonl", [ROW])
    empty, full, missing = (make(str(tmp_path / name)) for name in ("empty", "full", "missing"))
    for plugin in (empty, full, missing):
        finish(plugin)
    assert [plugin.is_active() for plugin in (empty, full, missing)] == [False, True, False]
    assert make().is_active() is False


def test_no_event_data_is_claimed(tmp_path: Path, make: Make) -> None:
    """A claimed name would make the tab active wherever other plugins have data of that name."""
    assert make(str(tmp_path)).data_plugin_names() == ()


def test_the_tab(tmp_path: Path, make: Make) -> None:
    plugin = make(str(tmp_path))
    assert plugin.plugin_name == "rlboard"
    metadata = plugin.frontend_metadata()
    assert (metadata.tab_name, metadata.es_module_path) == ("RL Board", "/static/index.js")
    assert metadata.es_module_path.rpartition("/")[0] + "/*" in plugin.get_plugin_apps()


def test_logdir_spec_gives_runs_their_names(tmp_path: Path, make: Make, write_rows: Write) -> None:
    write_rows(tmp_path / "x" / "a.jsonl", [ROW])
    write_rows(tmp_path / "x" / "deep" / "a.jsonl", [ROW])
    write_rows(tmp_path / "y" / "a.jsonl", [ROW, ROW])
    plugin = make("", logdir_spec=f"first:{tmp_path}/x,second:{tmp_path}/y")
    finish(plugin)
    answer = ask(plugin, "runs")
    assert [(run["run"], run["samples"]) for run in answer["runs"]] == [
        ("first/.", 1),
        ("first/deep", 1),
        ("second/.", 2),
    ]
    assert ask(plugin, "samples?run=second%2F.")["total"] == 2


def test_context_without_flags_or_provider(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [ROW])
    plugin = RLBoardPlugin(base_plugin.TBContext(logdir=str(tmp_path)))
    try:
        plugin._indexer.interval = 0
        finish(plugin)
        assert ask(plugin, "scalars?run=.") == {"tags": {}}
        assert ask(plugin, "scalars?run=.&tag=loss") == {}
        assert ask(plugin, "runs")["runs"][0]["scalar_runs"] == []
    finally:
        plugin._indexer.stop()


def test_home_directory_is_expanded(
    tmp_path: Path, make: Make, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_rows(tmp_path / "logs" / "a.jsonl", [ROW])
    plugin = make("~/logs")
    finish(plugin)
    assert ask(plugin, "samples?run=.")["total"] == 1


def test_loader_makes_this_plugin(tmp_path: Path) -> None:
    plugin = RLBoardLoader().load(base_plugin.TBContext(logdir=str(tmp_path)))
    assert isinstance(plugin, RLBoardPlugin)


def test_first_question_waits_for_the_index(tmp_path: Path, make: Make, write_rows: Write) -> None:
    """Asked before anything was indexed, /runs answers with what there is, and an unknown run is 404, not 500."""
    write_rows(tmp_path / "a.jsonl", [ROW])
    plugin = make(str(tmp_path))
    client = Client(application.TensorBoardWSGI([plugin]))
    first = client.get(f"{HOME}/runs")
    assert first.status_code == 200
    assert json.loads(first.get_data())["state"] in {"looking", "ready"}
    assert client.get(f"{HOME}/samples?run=.").status_code in {200, 404}
    finish(plugin)
    assert json.loads(client.get(f"{HOME}/runs").get_data())["state"] == "ready"


def test_a_question_that_is_given_up_is_503_with_a_sentence(
    tmp_path: Path, make: Make, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", [ROW])
    plugin = make(str(tmp_path))
    finish(plugin)

    def too_long(*_: Any, **__: Any) -> Any:
        raise StoppedError("This took longer than 20 seconds and was given up: narrow the steps.")

    monkeypatch.setattr("tensorboard_plugin_rlboard.board.board.samples", too_long)
    response = Client(application.TensorBoardWSGI([plugin])).get(f"{HOME}/samples?run=.")
    assert (response.status_code, response.mimetype) == (503, "text/plain")
    assert "narrow the steps" in response.get_data(as_text=True)


def test_a_client_that_left_is_noticed(
    tmp_path: Path, make: Make, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The development server lets its socket be seen; a browser that aborts a request closes it."""
    write_rows(tmp_path / "a.jsonl", [ROW])
    plugin = make(str(tmp_path))
    finish(plugin)
    seen: list[Any] = []
    question = plugin._board.limits.question

    def spy(client: str, place: str, gone: Any, order: int) -> Any:
        seen.append((client, place, None if gone is None else gone(), order))
        return question(client, place, None, order)

    monkeypatch.setattr(plugin._board.limits, "question", spy)
    ours, theirs = socket.socketpair()
    client = Client(application.TensorBoardWSGI([plugin]))

    def get(order: str) -> None:
        asked = {"environ_overrides": {"werkzeug.socket": ours}}
        client.get(
            f"{HOME}/samples?run=.",
            **asked,
            headers={CLIENT_HEADER: "tab", PLACE_HEADER: "table", ORDER_HEADER: order},
        )

    get("7")
    theirs.close()
    get("8")
    ours.close()
    get("no number")
    client.get(f"{HOME}/samples?run=.")
    assert seen == [
        ("tab", "table", False, 7),
        ("tab", "table", True, 8),
        ("tab", "table", True, 0),
        ("", "", None, 0),
    ]


def test_large_curves_are_sent_as_they_were_packed(
    tmp_path: Path, make: Make, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", [ROW, {**ROW, "step": 2}])
    monkeypatch.setattr(json_answers, "MIN_LARGE_NUMBERS", 1)
    plugin = make(str(tmp_path))
    finish(plugin)
    client = Client(application.TensorBoardWSGI([plugin]))
    packed = client.get(f"{HOME}/steps?run=.", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Type"] == "application/json"
    found = json.loads(gzip.decompress(packed.get_data()))
    assert found["step"] == [1, 2]
    assert found == ask(plugin, "steps?run=.")
    assert found == json.loads(json_answers.encode(plugin._board.steps(StepsQuestion(Selection(".")))))


def test_a_cache_folder_of_nobody_is_said_and_the_tab_stays(
    tmp_path: Path, make: Make, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "logs" / "a.jsonl", [ROW])
    plugin = make(str(tmp_path / "logs"), rlboard_cache_dir="~no-such-user-7/c")
    finish(plugin)
    answer = ask(plugin, "runs")
    assert answer["runs"][0]["samples"] == 1
    assert len(answer["settings_problems"]) == 1
    assert "This machine knows no home folder ~no-such-user-7" in answer["settings_problems"][0]
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]
