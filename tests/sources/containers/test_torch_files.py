"""Torch archives read without torch."""

from __future__ import annotations

import json
import math
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from packing import dump_of, sample, tensor, write_torch
from repository import SAMPLES
from unpacked_rows import rows_of, told

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.containers.dumps.plain_values import PlainConverter
from tensorboard_plugin_rlboard.sources.containers.json_lines import row_to_line
from tensorboard_plugin_rlboard.sources.containers.pickle_instructions import load_plain_data
from tensorboard_plugin_rlboard.sources.containers.tensors import BUILDERS


def test_a_torch_file_is_one_line_a_sample(tmp_path: Path) -> None:
    samples = [
        {"tokens": list(range(100)), "reward": 1.0, "rollout_id": None},
        {"tokens": [1], "ok": True, "s": {2}},
    ]
    path = write_torch(tmp_path / "1.pt", {"rollout_id": 4, "samples": samples, "big": [1, 2]})
    assert rows_of(path) == [
        {"rollout_id": 4, "tokens": list(range(100)), "reward": 1.0},
        {"rollout_id": 4, "tokens": [1], "ok": True, "s": [2]},
    ]


def test_the_rollout_of_a_file_is_not_the_execution_of_a_sample(tmp_path: Path) -> None:
    """Siblings of one execution (sub-agents) share a rollout_id of their own, which is no step."""
    path = write_torch(tmp_path / "1.pt", {"rollout_id": 4, "samples": [{"rollout_id": 9, "rank": 1}, {}]})
    assert rows_of(path) == [{"rollout_id": 4, "execution_id": 9, "rank": 1}, {"rollout_id": 4}]


def test_what_a_sample_says_itself_counts(tmp_path: Path) -> None:
    path = write_torch(tmp_path / "1.pt", {"rollout_id": 4, "rank": 0, "samples": [{"rank": 9}, {}]})
    assert [row["rank"] for row in rows_of(path)] == [9, 0]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_protocol_of_pickles_with_instructions_is_read(protocol: int) -> None:
    value = {
        "whole": [0, 255, 256, 65535, 65536, -1, 2**31, -(2**63), 2**200, 3.5, -0.0],
        "text": ["", "é" * 300, "\ud800", "a\nb"],
        "bytes": [b"", b"abc", b"\xff" * 300],
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "none": None,
        "truth": [True, False],
        "sets": [{1}, frozenset({2})],
        "ordered": OrderedDict(a=1, b=OrderedDict()),
        "long": list(range(3000)),
        "floats": [0.5] * 3000,
        "mixed": [1, 2.5, None] * 1000,
        "nested": {"a": {"b": [{"c": []}]}},
    }
    value["shared"] = value["nested"]
    found = load_plain_data(pickle.dumps(value, protocol=protocol), BUILDERS, lambda _: None)
    plain = PlainConverter().convert(found)
    assert isinstance(plain, dict)
    expected: dict[str, Any] = {
        **value,
        "tuples": [list(x) for x in value["tuples"]],  # type: ignore[attr-defined]  # values are of many kinds
        "sets": [[1], [2]],
        "ordered": {"a": 1, "b": {}},
    }
    if protocol == 2:
        expected["bytes"] = [b"", b"abc", b"\xff" * 300]
    assert plain == expected
    assert str(plain["whole"][-1]) == "-0.0"


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [("Float", "<f4"), ("Double", "<f8"), ("Half", "<f2"), ("Long", "<i8"), ("Int", "<i4"), ("Short", "<i2")],
)
def test_tensors_are_lists_of_numbers(tmp_path: Path, kind: str, dtype: str) -> None:
    numbers = np.arange(12).astype(dtype)
    pickled = dump_of(
        sample(
            line=tensor(kind, "0", (4,), (1,), offset=2),
            table=tensor(kind, "0", (2, 3), (1, 4)),
            one=tensor(kind, "0", (), (), offset=5),
            none=tensor(kind, "0", (0,), (1,)),
            picture=tensor(kind, "0", (2, 2, 3), (6, 3, 1)),
        )
    )
    (row,) = rows_of(write_torch(tmp_path / "1.pt", pickled, {"0": numbers.tobytes()}))
    assert row == {
        "rollout_id": 7,
        "line": [2, 3, 4, 5],
        "table": [[0, 4, 8], [1, 5, 9]],
        "one": 5,
        "none": [],
        "picture": "[tensor of shape [2, 2, 3]]",
    }
    assert isinstance(row["line"][0], int if "i" in dtype else float)


def test_half_precision_of_brains_and_truth_are_read(tmp_path: Path) -> None:
    halves = (np.array([1.5, -2.0, math.inf], "<f4").view("<u4") >> 16).astype("<u2").tobytes()
    pickled = dump_of(sample(a=tensor("BFloat16", "0", (3,), (1,)), b=tensor("Bool", "1", (2,), (1,))))
    (row,) = rows_of(write_torch(tmp_path / "1.pt", pickled, {"0": halves, "1": b"\x00\x01"}))
    assert row == {"rollout_id": 7, "a": [1.5, -2.0, math.inf], "b": [False, True]}


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_arrays_and_numbers_of_numpy_are_read(tmp_path: Path, protocol: int) -> None:
    samples = [
        {
            "line": np.arange(3, dtype=np.float32),
            "table": np.arange(6).reshape(2, 3),
            "turned": np.asfortranarray(np.arange(6).reshape(2, 3)),
            "number": np.float64(2.5),
            "whole": np.int32(4),
            "truth": np.bool_(True),
            "large": np.arange(3, dtype=">i4"),
            "cube": np.zeros((2, 2, 2)),
            "objects": np.array([{"a": 1}, None, [np.float32(0.5)]], dtype=object),
        }
    ]
    data = pickle.dumps({"rollout_id": 1, "samples": samples}, protocol=protocol)
    if protocol == 5 and b"_frombuffer" in data:
        assert "numpy" in told(write_torch(tmp_path / "1.pt", data))
        return
    (row,) = rows_of(write_torch(tmp_path / "1.pt", data))
    assert row == {
        "rollout_id": 1,
        "line": [0.0, 1.0, 2.0],
        "table": [[0, 1, 2], [3, 4, 5]],
        "turned": [[0, 1, 2], [3, 4, 5]],
        "number": 2.5,
        "whole": 4,
        "truth": True,
        "large": [0, 1, 2],
        "cube": "[array of shape [2, 2, 2]]",
        "objects": [{"a": 1}, None, [0.5]],
    }


def test_a_file_that_torch_wrote_is_read(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    values = torch.arange(10, dtype=torch.float32)
    samples = [
        {"a": values[2:5], "b": values.to(torch.bfloat16)[::2], "c": torch.tensor([[1, 2]]), "d": [1.5] * 70}
    ]
    torch.save({"rollout_id": 0, "samples": samples}, tmp_path / "1.pt")
    assert reader.preview(str(tmp_path / "1.pt")).may_hold_rollouts
    assert rows_of(tmp_path / "1.pt") == [
        {"rollout_id": 0, "a": [2, 3, 4], "b": [0, 2, 4, 6, 8], "c": [[1, 2]], "d": [1.5] * 70}
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"model": {}, "optimizer": {}}, "no list of samples"),
        ([1, 2], "no list of samples"),
        ({"rollout_id": 1, "samples": [3]}, "no object"),
        ({"rollout_id": 1, "samples": {"a": 1}}, "no list of samples"),
    ],
)
def test_other_content_than_samples_says_so(tmp_path: Path, content: Any, said: str) -> None:
    assert said in told(write_torch(tmp_path / "1.pt", content))


def test_torn_and_foreign_torch_files_say_so(tmp_path: Path) -> None:
    whole_file = (SAMPLES / "slime" / "rollout_data" / "1.pt").read_bytes()
    path = tmp_path / "1.pt"
    for size in (0, 3, 100, 5000, len(whole_file) - 30):
        path.write_bytes(whole_file[:size])
        assert "torn, or is still being written" in told(path)
    path.write_bytes(b"\x80\x02}q\x00." + b"x" * 100)  # the format before archives
    assert "no whole torch archive" in told(path)
    broken = bytearray(whole_file)
    broken[3000:3100] = b"\0" * 100
    path.write_bytes(broken)
    assert "torn" in told(path)  # its checksum does not fit
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "hello")
    assert "none that torch.save has written" in told(path)
    assert "other order of bytes" in told(
        write_torch(path, {"rollout_id": 1, "samples": []}, byteorder="big")
    )


@settings(max_examples=examples(100), deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=30,
    ),
    st.sampled_from([2, 4, 5]),
)
def test_plain_data_is_what_it_was(value: Any, protocol: int) -> None:
    found = PlainConverter().convert(
        load_plain_data(pickle.dumps(value, protocol=protocol), BUILDERS, lambda _: None)
    )
    assert found == value
    assert json.loads(row_to_line({"x": found})) == json.loads(json.dumps({"x": value}))
