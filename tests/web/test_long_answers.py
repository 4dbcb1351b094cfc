"""Long answers, such as the list of thousands of runs: packed once, written once where runs are alike, and sent where they are new."""

from __future__ import annotations

import json

import pytest
from contract import Stack

from tensorboard_plugin_rlboard.api import MetricInfo
from tensorboard_plugin_rlboard.web import encoded_answers, json_answers


def test_an_answer_that_the_browser_has_is_not_sent_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = stack.get("runs")
    assert "ETag" not in short.headers
    monkeypatch.setattr(encoded_answers, "_LONG", 100)
    long = stack.get("runs")
    tag = long.headers["ETag"]
    assert (long.status_code, long.get_data()) == (200, short.get_data())
    again = stack.get("runs", **{"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["X-RLBoard-Revision"] == long.headers["X-RLBoard-Revision"]
    stack.plugin._board.registry.changed()
    changed = stack.get("runs", **{"If-None-Match": tag})
    assert (changed.status_code, changed.get_data()) == (200, short.get_data())
    assert changed.headers["ETag"] != tag


def test_a_long_answer_is_packed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoded_answers, "_LONG", 100)
    encoded, answer = encoded_answers.EncodedAnswers(), {"a": ["x" * 200]}
    assert encoded.of(answer) is encoded.of(dict(answer))
    assert encoded.of(answer) is not encoded.of({"a": ["y" * 200]})
    assert encoded.of({"a": "x"}).encoding is None


def test_a_list_that_many_have_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics, written = (
        [MetricInfo("reward", "plain", ""), MetricInfo("k3", "positive", "nats")],
        list[object](),
    )
    write = json_answers._written

    def noting(value: object, lists: dict[int, str]) -> str:
        written.append(value)
        return write(value, lists)

    monkeypatch.setattr(json_answers, "_written", noting)
    text = json_answers.encode({str(run): {"metrics": metrics, "run": run} for run in range(3)})
    expected = {"name": "k3", "kind": "positive", "unit": "nats", "origin": ""}
    assert [run["metrics"][1] for run in json.loads(text).values()] == [expected] * 3
    assert sum(isinstance(value, MetricInfo) for value in written) == 2
