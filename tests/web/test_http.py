from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from contract import Stack
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from tensorboard_plugin_rlboard.api.number_column import NumberColumn
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError, StoppedError
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.web import arguments, json_answers, questions


def args(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(pairs)


@dataclass(frozen=True)
class Inner:
    x: float | None


@dataclass(frozen=True)
class Answer:
    name: str
    inner: Inner
    rows: list[Any]
    table: dict[str, Any]


def test_dataclasses_become_objects_and_what_is_not_finite_its_name() -> None:
    answer = Answer("威\n", Inner(None), [math.nan, math.inf, -math.inf, 0.1, (1, 2)], {"a": Inner(1.5)})
    assert json.loads(json_answers.encode(answer)) == {
        "name": "威\n",
        "inner": {"x": None},
        "rows": ["NaN", "Infinity", "-Infinity", 0.1, [1, 2]],
        "table": {"a": {"x": 1.5}},
    }


def test_truth_values_stay_truth_values() -> None:
    assert json_answers.encode([True, False, 1, 0, None]) == b"[true,false,1,0,null]"


def test_numbers_are_the_same_in_large_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.asarray([3.0, -0.0, 2.0**53 - 1, 2.0**53, 1e16, 2.0**64, math.nan])
    for column in (numbers, numbers[:3], numbers[:-1]):
        for integer in (True, False):
            small = json.loads(json_answers.encode({"x": NumberColumn(column, integer)}))["x"]
            with monkeypatch.context() as patch:
                patch.setattr(json_answers, "MIN_LARGE_NUMBERS", 1)
                large = json.loads(json_answers.encode({"x": NumberColumn(column, integer)}))["x"]
            assert list(map(repr, large)) == list(map(repr, small))


def test_text_is_written_as_utf8_and_half_pairs_as_replacements() -> None:
    assert json_answers.encode("威✅") == '"威✅"'.encode()
    assert json_answers.encode("a\ud83db") == '"a\ufffdb"'.encode()
    assert json_answers.encode({"\ude00": "\ud83d\ude00x"}) != b""
    json.loads(json_answers.encode({"\ude00": "\ud83d"}))


def test_what_has_no_place_is_an_error_not_a_guess() -> None:
    for value in (object(), {1, 2}, 1 + 2j):
        with pytest.raises(TypeError, match="no place in an answer"):
            json_answers.encode(value)


def test_a_column_with_a_nan_is_written_as_the_others_are() -> None:
    assert json_answers.encode({"a": [1.0, math.nan], "b": [0.1, None, "x"], "c": {"d": [math.inf]}}) == (
        b'{"a":[1.0,"NaN"],"b":[0.1,null,"x"],"c":{"d":["Infinity"]}}'
    )
    tokens = ["a", math.nan]
    assert json_answers.encode({"a": tokens, "b": tokens, "c": [tokens]}) == (
        b'{"a":["a","NaN"],"b":["a","NaN"],"c":[["a","NaN"]]}'
    )
    assert json_answers.encode({1: (1, 2), "n": {}}) == b'{"1":[1,2],"n":{}}'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda x: st.lists(x, max_size=3)
)


@given(JSON)
def test_every_answer_is_json_that_a_browser_reads(value: Any) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    assert json.loads(json_answers.encode(value), parse_constant=refuse) == json_answers.json_values(value)


@pytest.mark.parametrize("text", ["1", "-1", "+7", " 7 ", "0", "9223372036854775807"])
def test_whole_numbers(text: str) -> None:
    assert arguments.integer(args(("n", text)), "n") == int(text)


@pytest.mark.parametrize(
    "text",
    ["1.0", "1e3", "x", "0x1", "9223372036854775808", "-9223372036854775809", "9" * 5000, "NaN", "--1"],
)
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(ArgumentError, match=r"n=.* no whole number") as error:
        arguments.integer(args(("n", text)), "n")
    assert len(str(error.value)) < 100


def test_numbers() -> None:
    assert arguments.finite_number(args(("x", "-1.5e3")), "x") == -1500.0
    assert arguments.finite_number(args(("x", "")), "x") is arguments.finite_number(args(), "x") is None
    for text in ("nan", "inf", "-Infinity", "1e999", "x"):
        with pytest.raises(ArgumentError, match="no finite number"):
            arguments.finite_number(args(("x", text)), "x")


def test_flags() -> None:
    assert all(arguments.flag(args(("f", text)), "f") for text in ("1", "true", "True", "yes"))
    assert not any(arguments.flag(args(("f", text)), "f") for text in ("0", "false", "", "no"))
    assert not arguments.flag(args(), "f")


def test_selection_reads_every_common_argument() -> None:
    found = questions.read_selection(
        args(
            ("run", "a/b"),
            ("split", "eval"),
            ("attempt", "2"),
            ("step", "3"),
            ("step_min", "1"),
            ("step_max", "9"),
            ("search", "x y"),
            ("regex", "1"),
            ("in", "prompt"),
            ("in", "reference"),
            ("prompt_key", "k"),
            ("group", "g"),
            ("where", " reward > 0 "),
        )
    )
    assert found == Selection(
        "a/b", "eval", 2, 3, 1, 9, "x y", True, ("prompt", "reference"), "k", "g", "reward > 0"
    )
    assert questions.read_selection(args(("run", "."))) == Selection(".")


def test_selection_says_what_is_wrong() -> None:
    for pairs, says in (
        ((), "run is missing"),
        ((("run", "x"), ("split", "val")), "train or eval"),
        ((("run", "x" * 10_001),), "10,000"),
    ):
        with pytest.raises(ArgumentError, match=says):
            questions.read_selection(args(*pairs))


def test_text_rules_are_repeatable_and_empty_ones_are_none() -> None:
    found = questions.read_text_rules(args(("pad", "<pad>"), ("pad", ""), ("pad", "~"), ("system_end", "E")))
    assert found == TextRules(("<pad>", "~"), "E")
    assert questions.read_text_rules(args()) == TextRules()


def test_an_error_of_ours_is_one_sentence_and_the_other_routes_go_on(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("anything")

    monkeypatch.setattr("tensorboard_plugin_rlboard.board.board.samples", broken)
    response = stack.get("samples", ("run", "ppo"))
    assert (response.status_code, response.mimetype) == (500, "text/plain")
    assert "an error of its own (KeyError: 'anything')" in response.get_data(as_text=True)
    assert "Traceback" in caplog.text
    assert stack.get("runs").status_code == 200


def test_without_a_database_the_reason_is_given(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed() -> None:
        raise StoppedError("The index is still being opened; ask again in a moment.")

    monkeypatch.setattr(stack.plugin._indexer.registry, "cursor", closed)
    response = stack.get("samples", ("run", "ppo"))
    assert response.status_code == 503
    assert response.get_data(as_text=True) == "The index is still being opened; ask again in a moment."
