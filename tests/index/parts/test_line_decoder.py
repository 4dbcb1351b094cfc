"""Lines turned into rows: by simdjson and by Python, the same."""

from __future__ import annotations

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.base import Format, LineContext
from tensorboard_plugin_rlboard.formats.frameworks.ms_swift import MS_SWIFT
from tensorboard_plugin_rlboard.formats.generic.key_mapping import mapping_format
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows import json_parsers
from tensorboard_plugin_rlboard.formats.rows.sample_reader import read_sample_values, sample_row
from tensorboard_plugin_rlboard.formats.rows.stand_ins import RestoredObject
from tensorboard_plugin_rlboard.index.parts import line_decoder
from tensorboard_plugin_rlboard.index.parts.line_decoder import LineDecoder, Problem, SampleDecoder
from tensorboard_plugin_rlboard.index.parts.part import Part
from tensorboard_plugin_rlboard.index.parts.range_builder import build_part

WORDS = [
    "NaN",
    "Infinity",
    "-Infinity",
    "--Infinity",
    "-NaN",
    "a NaN, b",
    "aNaNb",
    "7.318193370482e-29",
    "答案",
    "",
]
FLOATS = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 1.5, -2.0, 1e-300])
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(st.characters(exclude_categories=["Cs"]), max_size=8))


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    row: dict[str, Any] = {"step": 1, "response": draw(TEXTS), "prompt": draw(TEXTS)}
    size = draw(st.integers(0, 4))
    row["response_tokens"] = [draw(TEXTS) for _ in range(size)]
    for name in ("logprobs", "ref_logprobs", "own"):
        row[name] = [draw(FLOATS) for _ in range(size)]
    row["reward"] = draw(FLOATS)
    row[draw(st.sampled_from(["note", "NaN", "x Infinity"]))] = draw(
        st.one_of(TEXTS, FLOATS, st.lists(TEXTS, max_size=2))
    )
    return row


MAPPED = mapping_format(KeyMapping({"messages": "chat", "response": "response", "reward": "reward"}))


def content(lines: list[bytes], file_format: Format = NATIVE) -> tuple[Part, list[Any]]:
    """The part of some lines and its rows."""
    with TemporaryDirectory() as folder, duckdb.cursor() as database:
        target = Path(folder) / "part.parquet"
        part = build_part(lines, 0, file_format, target)
        found = database.execute(f"SELECT * FROM '{target}' ORDER BY line_offset").fetchnumpy()
        return part, [(name, np.ma.asarray(found[name]).tolist()) for name in sorted(found)]


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(rows(), min_size=1, max_size=4))
def test_both_parsers_give_the_same_part(drawn: list[dict[str, Any]]) -> None:
    lines = [json.dumps(row, ensure_ascii=len(row["prompt"]) % 2 == 0).encode() + b"\n" for row in drawn]
    fast, rows_fast = content(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_parsers, "simdjson", None)
        slow, rows_slow = content(lines)
    assert (fast.samples, fast.keys, fast.problems) == (slow.samples, slow.keys, slow.problems)
    assert repr(rows_fast) == repr(rows_slow)


def test_nan_is_read_at_full_speed_and_given_back() -> None:
    decoder = LineDecoder()
    row, problem = decoder.row(
        b'{"a": [1.0, NaN, -Infinity, Infinity], "b": NaN, "c": "NaN or -Infinity", "NaN": 1}\n', 0
    )
    assert problem is None
    assert row is not None
    assert isinstance(row, RestoredObject)
    assert repr(row["a"].as_buffer(of_type="d").tolist()) == "[1.0, nan, -inf, inf]"
    assert math.isnan(row["b"])
    assert row["c"] == "NaN or -Infinity"
    assert list(row.keys()) == ["a", "b", "c", "NaN"]
    assert repr(row.as_dict()) == (
        "{'a': [1.0, nan, -inf, inf], 'b': nan, 'c': 'NaN or -Infinity', 'NaN': 1}"
    )


def test_a_line_that_has_the_stand_in_itself_is_read_by_python() -> None:
    decoder = LineDecoder()
    row, _ = decoder.row(b'{"a": 7.318193370482e-291, "b": NaN}', 0)
    assert isinstance(row, dict)
    assert row["a"] == float("7.318193370482e-291")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"{bad", "bad_json"),
        (b"\0" * 40, "bad_json"),
        (b"[1]", "not_an_object"),
        (b"null", "not_an_object"),
        (b"{}", "empty_object"),
        (b'{"a": "\xe9"}', "bad_utf8"),
        ('{"a": "\ufffd", "b": "'.encode() + b'\xe9"}', "bad_utf8"),  # a real one stands beside it
        (b'{"a": "\\ud83d"}', "lone_surrogate"),
        (b'{"a": ' + b"[" * 3000 + b"]" * 3000 + b"}", "bad_json"),
    ],
)
def test_what_is_wrong_with_a_line_is_named(line: bytes, kind: str) -> None:
    _, problem = LineDecoder().row(line + b"\n", 7)
    assert problem is not None
    assert (problem.line, problem.kind) == (7, kind)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            b'{"step": [], "prompt": [], "completion": []}',
            "The line holds no sample: step, prompt, completion are empty lists.",
        ),
        (
            b'{"step": 3, "prompt": "p", "completion": []}',
            "The line holds no sample: completion is an empty list.",
        ),
    ],
)
def test_a_line_whose_lists_are_empty_is_named_with_them(line: bytes, reason: str) -> None:
    decoder = SampleDecoder(MS_SWIFT, LineContext())
    assert not decoder.samples(line + b"\n", 7)
    assert decoder.problems == [Problem(7, "no_sample", reason)]


def test_a_real_replacement_character_is_no_damage() -> None:
    row, problem = LineDecoder().row('{"a": "\ufffd", "b": NaN, "c": 1e999}\n'.encode(), 0)
    assert row is not None
    assert problem is None


REPEATED = {
    "flat": b'{"step": 1, "response": "first", "response": "second", "reward": 1, "reward": 2}\n',
    "NaN": b'{"step": 1, "response": "first", "response": "second", "reward": NaN, "reward": 2}\n',
    "beyond simdjson": b'{"step": 1, "response": "first", "response": "second", "reward": 1, "reward": 2, "x": 1e999}\n',
}


@pytest.mark.parametrize("line", REPEATED.values(), ids=REPEATED)
@pytest.mark.parametrize("file_format", [NATIVE, MAPPED], ids=["as keys", "by paths"])
def test_the_last_value_of_a_repeated_key_counts_everywhere_and_is_named(
    line: bytes, file_format: Format
) -> None:
    """In the index, in the sample that is opened, and as Python's own parser has it, by which files are recognised."""
    part, columns = content([line], file_format)
    assert dict(columns)["t:response"] == ["second"]
    assert dict(columns)["m:reward"] == [2.0]
    assert [(found.kind, found.reason) for found in part.problems] == [
        (
            "key_twice",
            "response, reward stand twice in the line: the last value counts. Log each key once.",
        )
    ]
    row = sample_row(line, file_format, LineContext(), 0, ())
    assert row is not None
    values = read_sample_values(row, file_format, ())
    assert (values.texts["response"], values.numbers["reward"]) == ("second", 2)
    assert json.loads(line)["response"] == "second"


def test_problems_of_one_kind_are_not_listed_without_end(tmp_path: Path) -> None:
    line = b'{"step": 1, "response": "a", "reward": "good"}\n'
    found = build_part([line] * 1500, 0, NATIVE, tmp_path / "part.parquet").problems
    assert len(found) == 1001
    assert [problem.unlisted for problem in found] == [0] * 1000 + [499]
    assert found[-1].reason.endswith("499 more of this kind follow in the next lines, not listed one by one.")


@pytest.mark.parametrize("reward", ["1.5", "NaN"])
def test_no_line_that_simdjson_reads_is_left_to_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reward: str
) -> None:
    """It parses no line while any value of the one before is held."""
    monkeypatch.setattr(line_decoder, "decoded_by_python", lambda *_: pytest.fail("it was slow"))
    line = (
        '{"step": 1, "response": "a", "reward": %s, "logprobs": [%s], "response_tokens": ["a"], "x": ["b"]}\n'
    )
    part = build_part([(line % (reward, reward)).encode()] * 5, 0, NATIVE, tmp_path / "part.parquet")
    assert part.samples == 5


def test_what_stands_for_nan_is_taken_back_however_deep_it_lies() -> None:
    line = b'{"a": ' + b'[{"NaN": ' * 400 + b"NaN" + b"}]" * 400 + b"}"
    row, problem = LineDecoder().row(line, 0)
    assert problem is None
    assert isinstance(row, RestoredObject) or json_parsers.simdjson is None
    value: Any = json_parsers.to_python(row)["a"]
    for _ in range(400):
        (value,) = value
        assert list(value) == ["NaN"]
        value = value["NaN"]
    assert math.isnan(value)
