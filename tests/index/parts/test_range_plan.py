"""Ranges of whole lines: cut alike, whether their bytes are read to find the end or only looked at near it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.parts.range_builder import RangeOrder, build_range
from tensorboard_plugin_rlboard.index.parts.range_plan import next_range, read_next_range

LINES = st.lists(st.sampled_from([b"", b"{}", b'{"a": 1}', b"x" * 70]), max_size=12)
ENDS = st.sampled_from([b"", b"\n", b'{"half', b'{"whole": 1}'])


@settings(max_examples=150, deadline=None)
@given(LINES, ENDS, st.integers(0, 60), st.integers(-20, 20), st.sampled_from([0, 25, 1000]))
def test_ranges_are_cut_alike_with_their_bytes(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[bytes],
    end: bytes,
    start: int,
    grown: int,
    at_once: int,
) -> None:
    data = b"\n".join([*lines, end])
    path = tmp_path_factory.mktemp("log") / "a.jsonl"
    path.write_bytes(data)
    start = 0 if start > len(data) else data.rfind(b"\n", 0, start) + 1
    size = max(start, len(data) + grown)  # as it was when it was looked at
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(range_plan, "FIRST_RANGE", 20)
        patch.setattr(range_plan, "RANGE", 50)
        patch.setattr(range_plan, "_READ_AT_ONCE", at_once)
        expected = next_range(str(path), start, size)
        found = read_next_range(str(path), start, size)
    assert (found and (found.offset, found.length)) == expected
    if found and found.data is not None:
        assert found.data == data[found.offset : found.offset + found.length]


def test_bytes_that_were_read_to_cut_a_range_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"step": 1, "response": "a"}\n' * 3 + b'{"step')
    cut = read_next_range(str(path), 0, path.stat().st_size)
    assert cut is not None
    order = RangeOrder(str(path), cut.offset, cut.length, NATIVE)
    expected = build_range(order, tmp_path / "read.parquet")
    path.unlink()
    built = build_range(order, tmp_path / "passed.parquet", cut.data)
    assert built.fingerprint == expected.fingerprint
    assert built.part.samples == expected.part.samples == 3
    assert (tmp_path / "passed.parquet").read_bytes() == (tmp_path / "read.parquet").read_bytes()
