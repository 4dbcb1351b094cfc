"""The small rooms of the index: names of columns, keys, reading of ranges, parts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index import memory_budget
from tensorboard_plugin_rlboard.index.column_names import literal, logical, physical, quoted
from tensorboard_plugin_rlboard.index.parts.clean_texts import repetition
from tensorboard_plugin_rlboard.index.parts.extra_keys import MAX_EXTRA_ARRAYS, MAX_EXTRA_KEYS, ExtraKeys
from tensorboard_plugin_rlboard.index.parts.part import LOGGED_FIRST, RESERVED, Part
from tensorboard_plugin_rlboard.index.parts.range_builder import build_part
from tensorboard_plugin_rlboard.metrics.tokens import TOKEN_METRICS

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


@given(NAMES)
def test_a_physical_name_gives_its_logical_name_back(name: str) -> None:
    assert logical(physical("m", name)) == name
    assert physical("t", name)[2:] == physical("m", name)[2:]


@settings(max_examples=examples(12), deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=6, unique=True))
def test_physical_names_never_collide_in_the_database(names: list[str]) -> None:
    """Identifiers ignore case there."""
    columns = [physical("m", name) for name in names]
    with duckdb.connect() as database:
        wanted = ", ".join(f"{place} AS {quoted(column)}" for place, column in enumerate(columns))
        database.execute(f"CREATE TABLE t AS SELECT {wanted}")
        described = [str(row[0]) for row in database.execute("DESCRIBE t").fetchall()]
        assert described == columns
        for place, column in enumerate(columns):
            assert database.execute(f"SELECT {quoted(column)} FROM t").fetchall() == [(place,)]


@settings(max_examples=examples(12), deadline=None)
@given(NAMES)
def test_literals_are_the_text(name: str) -> None:
    with duckdb.connect() as database:
        assert database.execute(f"SELECT {literal(name)}").fetchall() == [(name,)]


ROW = {"step": 1, "response": "a", "reward": 1.0}


def part_of(lines: list[Any], target: Path, offset: int = 0) -> Part:
    encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return build_part([line + b"\n" for line in encoded], offset, NATIVE, target)


KEYS = [
    {"a": 1, "b": True, "c": "text", "d": [1.0, None], "e": "1.5", "f": None, "g": {}, "h": [], "i": ["x"]},
    {"step": 1, "logprobs": [1.0], "reward": 1.0, "prompt": "p", "group_id": "g", "loss_mask": [1]},
]


def test_keys_are_told_by_what_they_hold(target: Path) -> None:
    found = part_of([{**ROW, **row} for row in KEYS], target).keys
    assert found == ExtraKeys(frozenset({"a", "b", "e"}), frozenset({"c"}), {"d": (0, 0)})


def test_columns_of_further_keys_are_in_the_order_of_their_names(
    database: duckdb.DuckDBPyConnection, target: Path
) -> None:
    """Not in that of a set, which is another one in each process: a part is named by its bytes."""
    further = {f"{kind}{i}": value for i in range(20) for kind, value in (("n", 1.5), ("t", "text"))}
    part_of([{**ROW, **further}], target)
    names = [str(row[0]) for row in database.execute(f"DESCRIBE SELECT * FROM '{target}'").fetchall()]
    for kind, first in (("m", "n"), ("t", "t")):
        found = [name for name in names if name.startswith(f"{kind}:{first}") and name[3:].isdigit()]
        assert found == sorted(f"{kind}:{first}{i}" for i in range(20))


def test_a_key_with_text_anywhere_is_text(database: duckdb.DuckDBPyConnection, target: Path) -> None:
    lines = [{**ROW, "a": value} for value in (1, "n/a", True, 2.5, None)]
    assert part_of(lines, target).keys == ExtraKeys(texts=frozenset({"a"}))
    found = database.execute(f"SELECT \"t:a\" FROM '{target}' ORDER BY line_offset").fetchall()
    assert [row[0] for row in found] == ["1", "n/a", "true", "2.5", None]
    number, text = ExtraKeys(numbers=frozenset({"a"})), ExtraKeys(texts=frozenset({"a"}))
    assert number | text == text | number == text


def test_a_key_may_hold_lists_and_values(target: Path) -> None:
    lines = [{**ROW, "response_tokens": ["a"], "a": value} for value in ([1.0], "n/a", 1)]
    found = part_of(lines, target)
    assert found.keys == ExtraKeys(texts=frozenset({"a"}), lists={"a": (1, 1)})
    assert found.keys.arrays == {"a"}
    assert found.token_metrics == ("a",)


def test_keys_that_can_name_no_column_are_not_kept(target: Path) -> None:
    odd = {"": 1, "a\0b": 1, "a\nb": 1, "x" * 500: 1, "y" * 500: [1.0]}
    assert part_of([{**ROW, **odd}], target).keys == ExtraKeys()


def test_a_key_of_one_line_is_found(target: Path) -> None:
    assert part_of([ROW] * 500 + [{**ROW, "late": 1}] + [ROW] * 500, target).keys.numbers == {"late"}


def test_keys_without_end_are_bounded_and_said(target: Path) -> None:
    row = {**ROW, "response_tokens": ["a"]}
    found = part_of([{**row, f"key {i}": i, f"list {i}": [1.0]} for i in range(MAX_EXTRA_KEYS + 50)], target)
    assert len(found.keys.numbers) == MAX_EXTRA_KEYS
    assert len(found.keys.arrays) == MAX_EXTRA_ARRAYS
    assert [problem.kind for problem in found.problems] == ["too_many_keys"]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "part.parquet"


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("lines", [[], [b""], [b" ", b"\t"], [b"{bad"], [b"[1]", b"{}", b"null"]])
def test_ranges_without_a_sample(
    database: duckdb.DuckDBPyConnection, target: Path, lines: list[bytes]
) -> None:
    found = part_of(lines, target)
    assert found.samples == 0
    assert len(found.problems) == sum(bool(line.strip()) for line in lines)


def test_places_are_those_of_the_file(database: duckdb.DuckDBPyConnection, target: Path) -> None:
    lines = [ROW, b"", b"{bad", {**ROW, "step": 2}]
    found = part_of(lines, target, offset=1000)
    rows = database.execute(f"SELECT line_offset, line_length, line, step FROM '{target}'").fetchall()
    first = len(json.dumps(ROW))
    assert rows == [(1000, first, 0, 1), (1000 + first + 7, first, 3, 2)]
    assert found.newlines == 4
    assert [int(found.line_offsets[problem.line]) for problem in found.problems] == [1000 + first + 2]
    assert found.changes == [("train", 1, 1000), ("train", 2, 1000 + first + 7)]


def test_lines_that_the_database_refuses_come_back_in_their_place(
    database: duckdb.DuckDBPyConnection, target: Path
) -> None:
    broken = json.dumps({**ROW, "step": 2}).encode().replace(b'"a"', b'"\xe9"')
    part_of([ROW, broken, {**ROW, "step": 3}, b'{"step": 4, "response": "\\ud83d"}'], target)
    found = database.execute(f"SELECT step, \"t:response\" FROM '{target}' ORDER BY line_offset").fetchall()
    assert found == [(1, "a"), (2, "\ufffd"), (3, "a"), (4, "\ufffd")]


def test_line_longer_than_the_databases_default(database: duckdb.DuckDBPyConnection, target: Path) -> None:
    long = {**ROW, "response": "x" * 20_000_000}
    assert part_of([ROW, long, ROW], target).samples == 3


def test_values_that_cannot_be_used_are_named(database: duckdb.DuckDBPyConnection, target: Path) -> None:
    odd = {**ROW, "reward": "good", "logprobs": "none", "response_tokens": ["a"], "values": [1.0, 2.0, 3.0]}
    fine = {**ROW, "step": "soon", "response_tokens": ["a"], "logprobs": [-1.0]}
    lines = [odd, {"step": 1, "prompt": "no response"}, fine]
    found = [(problem.line, problem.kind) for problem in part_of(lines, target).problems]
    assert sorted(found) == [
        (0, "length_mismatch"),
        (0, "not_a_number"),
        (0, "not_an_array"),
        (1, "no_response"),
        (2, "no_step"),
    ]


def test_our_own_names_are_reserved() -> None:
    assert {"n_tokens", "k3_mean", "logprobs_sum", "problems"} <= RESERVED
    assert not LOGGED_FIRST & RESERVED, "a sample's own number of that name counts"
    assert not RESERVED & set(TOKEN_METRICS), "a logged array of that name is the metric itself"
    assert "reward" not in RESERVED


def test_repetition_is_high_where_text_repeats() -> None:
    varied = "".join(chr(0x4E00 + (i * 7919) % 20000) for i in range(400))
    found = repetition(["ha " * 200, varied, "short", None, "\ud800" * 300]).tolist()
    assert found[0] > 0.9
    assert found[1] < 0.5
    assert [math.isnan(x) for x in found[2:4]] == [True, True]


def test_long_texts_are_written_within_little_memory(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a thread of its own, which opens a database of its own: 40 MB of texts in one range."""
    monkeypatch.setattr(memory_budget, "_limits", [64])
    text = "".join(chr(0x4E00 + (i * 7919) % 20000) for i in range(33_000))
    lines = [{**ROW, "step": i, "response": f"{i}{text}"} for i in range(400)]
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(part_of, lines, target).result().samples == 400


def test_lines_without_a_sample_count_once_under_what_is_wrong_with_them(target: Path) -> None:
    lines = [
        b'{"prompt": "a", "response": "b", "reward": 1, "step": 1}',
        b"{broken",
        b"[1]",
        b"{}",
        b'{"prompt": "a", "response": "b", "reward": "tensor([1, 2])", "step": 1}',
        b"{broken too",
    ]
    part = build_part([line + b"\n" for line in lines], 0, NATIVE, target)
    assert (part.lines, part.samples, part.sampleless) == (6, 2, 4)
    assert dict(part.lost_lines) == {"bad_json": 2, "not_an_object": 1}
    assert {problem.kind for problem in part.problems} > {"not_a_number", "empty_object"}
