"""The whole stack in process: TensorBoard's WSGI application over a small fixed log directory, and every answer.

The answers lie in tests/__snapshots__; the frontend's tests decode the same files. After a wanted change:
``RLBOARD_UPDATE_SNAPSHOTS=1 pytest tests/web/test_contract.py`` (``make update-snapshots``), then read the difference.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from repository import FIXTURES, SNAPSHOTS
from tensorboard.backend import application
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins import base_plugin
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from werkzeug.test import Client

from tensorboard_plugin_rlboard.plugin import RLBoardPlugin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

UPDATE = bool(os.environ.get("RLBOARD_UPDATE_SNAPSHOTS"))
HOME = "/data/plugin/rlboard/"


class Stack:
    """A TensorBoard with the plugin only, asked without a network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        writer = EventFileWriter(str(folder / "ppo" / "tensorboard"))
        for step in (1, 2, 3):
            for tag, number in (("loss", 1.0 / step), ("actor/lr", math.nan if step == 2 else 0.5)):
                summary = Summary(value=[Summary.Value(tag=tag, simple_value=number)])
                writer.add_event(Event(step=step, wall_time=100.0 + step, summary=summary))
        writer.close()
        events = plugin_event_multiplexer.EventMultiplexer()
        events.AddRunsFromDirectory(str(folder))
        events.Reload()
        provider = data_provider.MultiplexerDataProvider(events, str(folder))
        flags = SimpleNamespace(reload_interval=0, logdir_spec="")
        context = base_plugin.TBContext(logdir=str(folder), flags=flags, data_provider=provider)
        self.plugin = RLBoardPlugin(context)
        self.client = Client(application.TensorBoardWSGI([self.plugin], data_provider=provider))

    def wait(self) -> None:
        registry = self.plugin._registry
        registry.start()
        assert registry._thread is not None
        registry._thread.join(60)
        assert not registry.failure

    def get(self, route: str, *pairs: tuple[str, str], **headers: str) -> TestResponse:
        query = f"?{urlencode(pairs)}" if pairs else ""
        return self.client.get(f"{HOME}{route}{query}", headers=headers)

    def json(self, route: str, *pairs: tuple[str, str]) -> Any:
        response = self.get(route, *pairs)
        assert response.status_code == 200, response.get_data(as_text=True)
        assert response.mimetype == "application/json"
        return json.loads(response.get_data(), parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    """A browser's JSON.parse refuses NaN and Infinity; so does this."""
    raise AssertionError(f"bare {name} in an answer")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("logs") / "contract"
    shutil.copytree(FIXTURES / "contract", folder)
    made = Stack(folder)
    made.wait()
    yield made
    made.plugin._registry.stop()


@pytest.fixture(scope="module")
def ids(stack: Stack) -> list[str]:
    """The samples of run ppo, in the order of logging."""
    found = stack.json("samples", ("run", "ppo"), ("limit", "500"))["columns"]["id"]
    assert all(isinstance(name, str) for name in found)
    return list(found)


def normalised(answer: Any, folder: Path) -> Any:
    """The answer without what changes from machine to machine."""
    if isinstance(answer, dict):
        return {
            key: 0.0 if key == "bytes_per_second" else normalised(value, folder)
            for key, value in answer.items()
        }
    if isinstance(answer, list):
        return [normalised(value, folder) for value in answer]
    if isinstance(answer, str):
        return answer.replace(str(folder), "/logs")
    return answer


def assert_same(found: Any, kept: Any, place: str = "answer") -> None:
    """Equal, except for the last digits of floats, which differ between processors."""
    if isinstance(kept, float) and isinstance(found, (int, float)):
        assert found == pytest.approx(kept, rel=1e-9, abs=1e-12), place
    elif isinstance(kept, dict):
        assert isinstance(found, dict), place
        assert list(found) == list(kept), place
        for key, value in kept.items():
            assert_same(found[key], value, f"{place}.{key}")
    elif isinstance(kept, list):
        assert isinstance(found, list), place
        assert len(found) == len(kept), place
        for index, value in enumerate(kept):
            assert_same(found[index], value, f"{place}[{index}]")
    else:
        assert found == kept, place
        assert type(found) is type(kept), place


Arguments = tuple[tuple[str, str], ...]
RUN = ("run", "ppo")
SNAPSHOT_REQUESTS: dict[str, tuple[str, Arguments]] = {
    "runs": ("runs", ()),
    "steps": ("steps", (RUN,)),
    "steps_chosen": (
        "steps",
        (RUN, ("metrics", "k3_mean"), ("metrics", "advantage"), ("metrics", "value_mse"), ("step_min", "2")),
    ),
    "steps_without_tokens": ("steps", (("run", "texts"),)),
    "samples": ("samples", (RUN,)),
    "samples_page": (
        "samples",
        (RUN, ("sort", "reward"), ("order", "desc"), ("limit", "3"), ("offset", "1"), ("step_max", "2")),
    ),
    "samples_columns": (
        "samples",
        (RUN, ("step", "2"), ("columns", "advantage"), ("columns", "group_rank"), ("columns", "prompt_key")),
    ),
    "samples_search": ("samples", (RUN, ("search", "鹤梦"))),
    "samples_regex": ("samples", (RUN, ("search", "[0-9]{3}"), ("regex", "1"), ("in", "response"))),
    "samples_rules": (
        "samples",
        (RUN, ("step", "1"), ("system_end", "<|im_end|>"), ("pad", "<|im_end|>"), ("columns", "prompt")),
    ),
    "samples_empty": ("samples", (RUN, ("search", "nothing like this"))),
    "samples_without_tokens": ("samples", (("run", "texts"),)),
    "samples_eval": ("samples", (("run", "texts"), ("split", "eval"))),
    "distribution": ("distribution", (RUN, ("metric", "reward"), ("bins", "4"))),
    "distribution_against": (
        "distribution",
        (RUN, ("metric", "reward"), ("bins", "4"), ("step", "1"), ("against", "reference")),
    ),
    "distribution_against_step": (
        "distribution",
        (RUN, ("metric", "log_ratio_mean"), ("bins", "4"), ("step", "1"), ("against", "step:3")),
    ),
    "distribution_empty": ("distribution", (RUN, ("metric", "reward"), ("step", "99"), ("bins", "4"))),
    "samples_where": (
        "samples",
        (
            RUN,
            ("where", "reward > 0 AND response LIKE '%。%'"),
            ("columns", "reward"),
            ("columns", "response"),
        ),
    ),
    "worst_tokens": ("worst_tokens", (RUN, ("limit", "4"))),
    "worst_tokens_by_token": (
        "worst_tokens",
        (RUN, ("metric", "log_ratio"), ("by", "token"), ("end", "highest"), ("limit", "3")),
    ),
    "worst_tokens_by_position": (
        "worst_tokens",
        (RUN, ("metric", "logprobs"), ("by", "position"), ("limit", "3")),
    ),
    "problems": ("problems", (RUN,)),
    "scalars_tags": ("scalars", (RUN,)),
    "scalars": ("scalars", (RUN, ("tag", "loss"), ("tag", "actor/lr"))),
    "scalars_unpaired": ("scalars", (("run", "texts"), ("tag", "loss"))),
}
SAMPLE_SNAPSHOTS: dict[str, tuple[str, str, int]] = {
    "sample": ("sample", "ppo", 0),
    "sample_nonfinite": ("sample", "ppo", 4),
    "sample_masked": ("sample", "ppo", 7),
    "sample_without_values": ("sample", "ppo", 2),
    "sample_without_tokens": ("sample", "texts", 1),
    "tokens_json": ("tokens", "ppo", 0),
    "tokens_json_nonfinite": ("tokens", "ppo", 8),
}


def check(name: str, answer: Any) -> None:
    path = SNAPSHOTS / f"{name}.json"
    if UPDATE:
        SNAPSHOTS.mkdir(exist_ok=True)
        path.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert path.exists(), f"no snapshot {name}: run `make update-snapshots`"
    assert_same(answer, json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", SNAPSHOT_REQUESTS)
def test_answer_is_as_it_was(stack: Stack, name: str) -> None:
    route, pairs = SNAPSHOT_REQUESTS[name]
    check(name, normalised(stack.json(route, *pairs), stack.folder))


@pytest.mark.parametrize("name", SAMPLE_SNAPSHOTS)
def test_answer_about_a_sample_is_as_it_was(stack: Stack, name: str) -> None:
    route, run, index = SAMPLE_SNAPSHOTS[name]
    listed = stack.json("samples", ("run", run))["columns"]["id"]
    pairs = [("run", run), ("id", listed[index]), *([("format", "json")] if route == "tokens" else [])]
    check(name, normalised(stack.json(route, *pairs), stack.folder))


def test_every_snapshot_is_asked_for() -> None:
    kept = {path.stem for path in SNAPSHOTS.glob("*.json")}
    assert kept == {*SNAPSHOT_REQUESTS, *SAMPLE_SNAPSHOTS}


def test_arguments_that_cannot_be_answered_are_400_with_a_sentence(stack: Stack, ids: list[str]) -> None:
    bad: list[tuple[str, Arguments, str]] = [
        ("steps", (), "run"),
        ("steps", (("run", ""),), "run"),
        ("steps", (RUN, ("metrics", "no_such")), "no_such"),
        ("steps", (RUN, ("step_min", "two")), "step_min"),
        ("steps", (RUN, ("step", "1.5")), "step"),
        ("steps", (RUN, ("step", "9" * 30)), "step"),
        ("steps", (RUN, ("split", "test")), "train or eval"),
        ("samples", (RUN, ("limit", "0")), "1 to 500"),
        ("samples", (RUN, ("limit", "501")), "1 to 500"),
        ("samples", (RUN, ("limit", "-1")), "1 to 500"),
        ("samples", (RUN, ("offset", "-1")), "offset"),
        ("samples", (RUN, ("order", "up")), "asc or desc"),
        ("samples", (RUN, ("sort", "reward; DROP TABLE run_0")), "column"),
        ("samples", (RUN, ("sort", 'reward"')), "column"),
        ("samples", (RUN, ("columns", "nope")), "nope"),
        ("samples", (RUN, ("preset", "nicest")), "best"),
        ("samples", (RUN, ("seed", "x")), "seed"),
        ("samples", (RUN, ("search", "("), ("regex", "1")), "regular expression"),
        ("samples", (RUN, ("search", "x"), ("in", "everywhere")), "prompt"),
        ("samples", (RUN, ("search", "x" * 10_001)), "10000"),
        ("sample", (RUN,), "id"),
        ("sample", (("id", ids[0]),), "run"),
        ("tokens", (RUN, ("id", ids[0]), ("format", "xml")), "binary or json"),
        ("distribution", (RUN, ("metric", "nope")), "nope"),
        ("distribution", (RUN, ("bins", "0")), "500"),
        ("distribution", (RUN, ("bins", "501")), "500"),
        ("distribution", (RUN, ("bins", "many")), "bins"),
        ("distribution", (RUN, ("lo", "nan")), "finite"),
        ("distribution", (RUN, ("hi", "inf")), "finite"),
        ("distribution", (RUN, ("lo", "2"), ("hi", "1")), "lo"),
        ("distribution", (RUN, ("against", "yesterday")), "reference or step:N"),
        ("distribution", (RUN, ("against", "step:x")), "reference or step:N"),
        ("distribution", (RUN, ("against", "step:" + "9" * 40)), "step"),
        ("distribution", (RUN, ("metric", "k3_mean"), ("against", "reference")), "reward"),
        ("samples", (RUN, ("where", "rewrad > 0")), "reward"),
        ("samples", (RUN, ("where", "(SELECT 1) > 0")), "other tables"),
        ("steps", (RUN, ("where", "reward >")), "filter"),
        ("distribution", (RUN, ("where", "x" * 3000)), "2000 characters"),
        ("worst_tokens", (RUN, ("metric", "reward")), "not a token metric"),
        ("worst_tokens", (RUN, ("by", "row")), "sample, token, position"),
        ("worst_tokens", (RUN, ("limit", "201")), "1 to 200"),
        ("problems", (RUN, ("limit", "1000")), "1 to 500"),
        ("problems", (), "run"),
        ("scalars", (), "run"),
    ]
    for route, pairs, says in bad:
        response = stack.get(route, *pairs)
        text = response.get_data(as_text=True)
        assert (response.status_code, response.mimetype) == (400, "text/plain"), (route, pairs, text)
        assert says in text, (route, pairs, text)
        assert len(text) < 500


def test_unknown_runs_and_samples_are_404(stack: Stack, ids: list[str]) -> None:
    for route in ("steps", "samples", "distribution", "worst_tokens", "problems", "scalars"):
        response = stack.get(route, ("run", "no/such"))
        assert response.status_code == 404, route
        assert "no/such" in response.get_data(as_text=True)
    hostile = [
        "x",
        "0000000000-0-0",
        ids[0][:-1] + "7",
        ids[0] + "0",
        ids[0].upper(),
        "../../etc/passwd",
        "' OR 1=1 --",
        "a\0b",
        "ffffffffff-ffffffffffffffff-0",
        ids[0].replace("-0-0", "-7fffffffffffffff-0"),
        ids[0].replace("-0-0", "-ffffffffffffffff-ffffffff"),
        "％",
    ]
    for route in ("sample", "tokens"):
        for name in hostile:
            assert stack.get(route, RUN, ("id", name)).status_code == 404, (route, name)
        assert stack.get(route, ("run", "texts"), ("id", ids[0])).status_code == 404
        assert stack.get(route, ("run", "none"), ("id", ids[0])).status_code == 404
    assert stack.get("no-such-route").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_than_get_are_405(stack: Stack, method: str) -> None:
    assert stack.client.open(f"{HOME}runs", method=method).status_code == 405
    assert stack.client.open(f"{HOME}static/index.js", method=method).status_code == 405


def test_head_has_the_headers_of_get(stack: Stack) -> None:
    response = stack.client.head(f"{HOME}runs")
    assert response.status_code == 200
    assert "X-RLBoard-Revision" in response.headers
    assert response.get_data() == b""


def test_other_sites_are_refused(stack: Stack) -> None:
    assert stack.get("runs", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert stack.get("runs", **{"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert stack.get("runs", **{"Sec-Fetch-Site": "none"}).status_code == 200


def test_every_answer_says_its_revision_and_the_problems(stack: Stack, ids: list[str]) -> None:
    asked: list[tuple[str, Arguments]] = [(route, pairs) for route, pairs in SNAPSHOT_REQUESTS.values()]
    asked += [("sample", (RUN, ("id", ids[0]))), ("tokens", (RUN, ("id", ids[0])))]
    heads = [stack.get(route, *pairs).headers for route, pairs in asked]
    assert len({head["X-RLBoard-Revision"] for head in heads}) == 1
    assert {head["X-RLBoard-Problems"] for head in heads} == {"1"}
    assert {head["X-Content-Type-Options"] for head in heads} == {"nosniff"}


def test_binary_tokens_are_the_json_tokens(stack: Stack, ids: list[str]) -> None:
    for name in ids:
        sample = stack.json("sample", RUN, ("id", name))
        lists = stack.json("tokens", RUN, ("id", name), ("format", "json"))
        response = stack.get("tokens", RUN, ("id", name))
        assert response.mimetype == "application/octet-stream"
        names = [metric["name"] for metric in sample["token_metrics"]]
        n = len(sample["response_tokens"])
        assert list(lists) == names
        numbers = struct.unpack(f"<{len(names) * n}f", response.get_data())
        for row, metric in enumerate(names):
            gone = {i for start, end in sample["missing"].get(metric, []) for i in range(start, end)}
            for i, value in enumerate(numbers[row * n : (row + 1) * n]):
                written = lists[metric][i]
                if i in gone:
                    assert written is None
                    assert math.isnan(value)
                else:
                    expected = float(written)  # "NaN", "Infinity" and "-Infinity" are read as what they name
                    assert value == pytest.approx(expected, rel=1e-6, nan_ok=True), (name, metric, i)


def test_a_text_run_has_no_token_bytes(stack: Stack) -> None:
    first = stack.json("samples", ("run", "texts"))["columns"]["id"][0]
    assert stack.get("tokens", ("run", "texts"), ("id", first)).get_data() == b""
    assert stack.json("tokens", ("run", "texts"), ("id", first), ("format", "json")) == {}


@pytest.mark.parametrize(
    "path",
    [
        "../plugin.py",
        "%2e%2e/plugin.py",
        "..%2fplugin.py",
        "chunks/../../plugin.py",
        "chunks/%2e%2e/%2e%2e/plugin.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "//etc/passwd",
        "..%5cplugin.py",
        "C:%5cWindows%5cwin.ini",
        "index.js%00",
        "index.js%00.css",
        "%00",
        "a" * 300,
        "",
        ".",
        "chunks",
        "chunks/",
        "nothing.js",
    ],
)
def test_static_serves_the_bundle_only(stack: Stack, path: str) -> None:
    response = stack.client.get(f"{HOME}static/{path}")
    assert response.status_code == 404
    assert "rlboard_plugin" not in response.get_data(as_text=True)


def test_static_files_have_their_type_and_age(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chunks").mkdir()
    (tmp_path / "index.js").write_text("export function render() {}")
    (tmp_path / "chunks" / "app-12ab.js").write_text("export {}")
    monkeypatch.setattr("tensorboard_plugin_rlboard.plugin.STATIC", tmp_path)
    index = stack.get("static/index.js")
    chunk = stack.get("static/chunks/app-12ab.js")
    assert (index.status_code, index.mimetype) == (200, "text/javascript")
    assert index.get_data() == b"export function render() {}"
    assert "no-cache" in index.headers["Cache-Control"]
    assert "max-age=31536000" in chunk.headers["Cache-Control"]
    link = tmp_path / "link.js"
    link.symlink_to(Path(__file__))
    assert stack.get("static/../link.js").status_code == 404


def test_runs_name_no_place_but_the_log_directory(stack: Stack) -> None:
    answer = stack.json("runs")
    assert answer["looked_in"] == [str(stack.folder)]
    answer["looked_in"] = []
    assert str(stack.folder.parent) not in json.dumps(answer)


def test_wall_times_and_speeds_are_numbers(stack: Stack) -> None:
    for run in stack.json("runs")["runs"]:
        assert run["bytes_per_second"] == 0.0
        assert run["indexed_bytes"] == run["bytes"]
