"""The small rooms of the index: names of columns, keys, reading of ranges, parts."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.columns import literal, logical, physical, quoted
from tensorboard_plugin_rlboard.index.keys import Keys, learn, spread
from tensorboard_plugin_rlboard.index.part import RESERVED, Part, build
from tensorboard_plugin_rlboard.index.statistics import repetition
from tensorboard_plugin_rlboard.metrics import TOKEN_METRICS
from tensorboard_plugin_rlboard.sources.lines import line_starts

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


@given(NAMES)
def test_a_physical_name_gives_its_logical_name_back(name: str) -> None:
    assert logical(physical("m", name)) == name
    assert physical("t", name)[2:] == physical("m", name)[2:]


@settings(max_examples=25, deadline=None)
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


@settings(max_examples=25, deadline=None)
@given(NAMES)
def test_literals_are_the_text(name: str) -> None:
    with duckdb.connect() as database:
        assert database.execute(f"SELECT {literal(name)}").fetchall() == [(name,)]


def test_keys_are_told_by_what_they_hold() -> None:
    rows = [
        {
            "a": 1,
            "b": True,
            "c": "text",
            "d": [1.0, None],
            "e": "1.5",
            "f": None,
            "g": {},
            "h": [],
            "i": ["x"],
        },
        {"step": 1, "logprobs": [1.0], "reward": 1.0, "prompt": "p", "group_id": "g", "loss_mask": [1]},
        "no row",
        [1],
    ]
    found = learn(rows, NATIVE)
    assert found == Keys(frozenset({"a", "b", "e"}), frozenset({"c"}), frozenset({"d"}))


def test_a_key_with_text_anywhere_is_text() -> None:
    assert learn([{"a": 1}, {"a": "n/a"}], NATIVE).texts == {"a"}
    assert learn([{"a": [1.0]}, {"a": "n/a"}], NATIVE) == Keys(texts=frozenset({"a"}))
    assert learn([{"a": [1.0]}, {"a": 1}], NATIVE) == Keys(arrays=frozenset({"a"}))
    number, text = Keys(numbers=frozenset({"a"})), Keys(texts=frozenset({"a"}))
    assert number | text == text | number == text


def test_keys_that_can_name_no_column_are_not_learnt() -> None:
    assert learn([{"": 1, "a\0b": 1, "a\nb": 1, "x" * 500: 1}], NATIVE) == Keys()


def test_lines_are_looked_at_all_over_a_range() -> None:
    lines = [json.dumps({"n": n}).encode() for n in range(1000)]
    data = b"\n".join(lines) + b"\n"
    seen = [row["n"] for row in spread(data, *line_starts(data, 0)) if isinstance(row, dict)]
    assert len(seen) == 64
    assert (seen[0], seen[-1]) == (0, 999)
    assert max(b - a for a, b in pairwise(seen)) < 32
    assert spread(b"", *line_starts(b"", 0)) == []
    huge = b'{"a": "' + b"x" * 2_000_000 + b'"}\n'
    assert len(spread(huge * 3, *line_starts(huge * 3, 0))) == 1
    odd = b'{bad\n{"a": 1}\n' + b"[" * 100_000 + b"\n\xef\xbb\xbf{}\n"
    assert spread(odd, *line_starts(odd, 0)) == [{"a": 1}, {}]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "part.parquet"


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def part_of(database: duckdb.DuckDBPyConnection, lines: list[Any], target: Path, offset: int = 0) -> Part:
    encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    data = b"".join(line + b"\n" for line in encoded)
    keys = learn(spread(data, *line_starts(data, 0)), NATIVE)
    return build(database.cursor(), data, offset, NATIVE, keys, target)


ROW = {"step": 1, "response": "a", "reward": 1.0}


@pytest.mark.parametrize("lines", [[], [b""], [b" ", b"\t"], [b"{bad"], [b"[1]", b"{}", b"null"]])
def test_ranges_without_a_sample(
    database: duckdb.DuckDBPyConnection, target: Path, lines: list[bytes]
) -> None:
    found = part_of(database, lines, target)
    assert found.samples == 0
    assert len(found.problems) == sum(bool(line.strip()) for line in lines)


def test_places_are_those_of_the_file(database: duckdb.DuckDBPyConnection, target: Path) -> None:
    lines = [ROW, b"", b"{bad", {**ROW, "step": 2}]
    found = part_of(database, lines, target, offset=1000)
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
    part_of(database, [ROW, broken, {**ROW, "step": 3}, b'{"step": 4, "response": "\\ud83d"}'], target)
    found = database.execute(f"SELECT step, \"t:response\" FROM '{target}' ORDER BY line_offset").fetchall()
    assert found == [(1, "a"), (2, "\ufffd"), (3, "a"), (4, "\ufffd")]


def test_without_memory_files_a_temporary_one_is_used(
    database: duckdb.DuckDBPyConnection, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    assert part_of(database, [ROW, ROW], target).samples == 2


def test_line_longer_than_the_databases_default(database: duckdb.DuckDBPyConnection, target: Path) -> None:
    long = {**ROW, "response": "x" * 20_000_000}
    assert part_of(database, [ROW, long, ROW], target).samples == 3


def test_values_that_cannot_be_used_are_named(database: duckdb.DuckDBPyConnection, target: Path) -> None:
    odd = {**ROW, "reward": "good", "logprobs": "none", "response_tokens": ["a"], "values": [1.0, 2.0, 3.0]}
    fine = {**ROW, "step": "soon", "response_tokens": ["a"], "logprobs": [-1.0]}
    lines = [odd, {"step": 1, "prompt": "no response"}, fine]
    found = [(problem.line, problem.kind) for problem in part_of(database, lines, target).problems]
    assert sorted(found) == [
        (0, "length_mismatch"),
        (0, "not_a_number"),
        (0, "not_an_array"),
        (1, "no_response"),
        (2, "no_step"),
    ]


def test_our_own_names_are_reserved() -> None:
    assert {"n_tokens", "advantage", "k3_mean", "logprobs_sum", "problems"} <= RESERVED
    assert not RESERVED & set(TOKEN_METRICS), "a logged array of that name is the metric itself"
    assert "reward" not in RESERVED


def test_repetition_is_high_where_text_repeats() -> None:
    varied = "".join(chr(0x4E00 + (i * 7919) % 20000) for i in range(400))
    found = repetition(["ha " * 200, varied, "short", None, "\ud800" * 300]).tolist()
    assert found[0] > 0.9
    assert found[1] < 0.5
    assert [math.isnan(x) for x in found[2:4]] == [True, True]
