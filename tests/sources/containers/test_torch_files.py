"""Torch archives read without torch, and what a stranger's archive cannot do."""

from __future__ import annotations

import json
import math
import pickle
import time
import zipfile
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packing import call, dump_of, sample, tensor, text, whole, write_torch
from repository import SAMPLES
from unpacked_rows import damage_behind, rows_of, told

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.containers import torch_file
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


def test_what_a_sample_says_itself_counts(tmp_path: Path) -> None:
    path = write_torch(tmp_path / "1.pt", {"rollout_id": 4, "samples": [{"rollout_id": 9}, {}]})
    assert [row["rollout_id"] for row in rows_of(path)] == [9, 4]


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
    plain = torch_file._PlainConverter().convert(found)
    assert isinstance(plain, dict)
    expected: dict[str, Any] = {
        **value,
        "tuples": [list(x) for x in value["tuples"]],  # type: ignore[attr-defined]
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
    ("pickled", "named"),
    [
        (call("os", "system", text("touch {mark}")), "os.system"),
        (call("posix", "system", text("touch {mark}")), "posix.system"),
        (call("builtins", "eval", text("open('{mark}', 'w')")), "builtins.eval"),
        (call("builtins", "exec", text("open('{mark}', 'w')")), "builtins.exec"),
        (call("builtins", "getattr", text("a"), text("upper")), "builtins.getattr"),
        (call("builtins", "__import__", text("os")), "builtins.__import__"),
        (call("subprocess", "Popen", text("touch {mark}")), "subprocess.Popen"),
        (call("torch.hub", "load", text("x")), "torch.hub.load"),
        (call("torch._utils", "_rebuild_parameter", b"N"), "torch._utils._rebuild_parameter"),
        (
            call("numpy.testing._private.utils", "runstring", text("1"), b"}"),
            "numpy.testing._private.utils.runstring",
        ),
        (call("slime.utils.types", "Sample"), "slime.utils.types.Sample"),
        (call("pathlib", "PosixPath", text("/")), "pathlib.PosixPath"),
        (b"\x8c\x02os\x8c\x06system\x93" + b"\x8c\x05touch\x85R", "os.system"),
        (call("numpy", "ndarray"), "numpy.ndarray"),
        (call("torch", "FloatStorage"), "torch.FloatStorage"),
    ],
)
def test_a_hostile_pickle_is_refused_by_name_and_nothing_runs(
    tmp_path: Path, pickled: bytes, named: str
) -> None:
    mark = tmp_path / "mark"
    path = write_torch(
        tmp_path / "1.pt", dump_of(pickled.replace(b"{mark}", str(mark).encode())[: len(pickled) + 500])
    )
    assert named in told(path)
    assert "no plain data" in told(path)
    assert not mark.exists()


@pytest.mark.parametrize(
    "pickled",
    [
        call("collections", "OrderedDict") + b"}" + text("__class__") + b"K\x01s" + b"b",  # BUILD
        b"(ios\nsystem\n",  # INST
        b"(cos\nsystem\no",  # OBJ
        b"\x82\x01",  # EXT1
        b"\x84\x01\x00\x00\x00",  # EXT4
        text("a") + b"\x85" + b"]" + b"R",  # a call of a list
        b"K\x01K\x02a",  # append to a number
        b"K\x01" + text("a") + b"K\x02s",  # set a key of a number
        b"}" + text("a") + b"(" + text("b") + b"u",  # a key without a value
        b"}" + b")" * 3 + b"\x87K\x01s",  # a tuple for a key
        b"h\x63",  # what was never kept
        b"j\xff\xff\xff\x7f",
        b"0" * 10,  # more taken than there is
        b"\x8b\xff\xff\xff\x7f",  # a number of 2 GB
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",  # a text of 8 EB
        b"X\xff\xff\xff\xff",
        b"X\x02\x00\x00\x00\xff\xfe",  # no UTF-8
        b"\x96\xff\xff\xff\xff\xff\xff\xff\xff",
        call("_codecs", "encode", text("x"), text("rot13")),
        call("numpy.core.multiarray", "scalar", b"N", b"N"),
        call("torch._utils", "_rebuild_tensor_v2", b"N", whole(0), b")", b")", b"\x89", b"N"),
        text("not a storage") + b"Q",
        b"("
        + text("storage")
        + b"ctorch\nFloatStorage\n"
        + text("../../etc/passwd")
        + text("cpu")
        + b"K\x00tQ",
        tensor("Float", "9", (1,), (1,)),  # a storage that is not there
        tensor("Float", "0", (9999,), (1,)),
        tensor("Float", "0", (1,), (1,), offset=-1),
        tensor("Float", "0", (-1,), (1,)),
        tensor("Float", "0", (2,), (-1,), offset=1),
        tensor("Float", "0", (2,), (2**30,)),
        tensor("Float", "0", (2, 2), (1,)),
    ],
)
def test_a_broken_pickle_is_damage_and_no_error_of_ours(tmp_path: Path, pickled: bytes) -> None:
    path = write_torch(tmp_path / "1.pt", dump_of(sample(x=pickled)), {"0": b"\0" * 64})
    assert told(path).startswith(("The torch file cannot be read", "The archive lacks its part"))


def test_a_huge_number_for_the_memo_takes_no_memory() -> None:
    data = b"\x80\x02K\x01r\xff\xff\xff\x7f."
    assert load_plain_data(data, BUILDERS, lambda _: None) == 1


def test_a_pickle_of_too_many_values_is_refused_early() -> None:
    began = time.monotonic()
    with pytest.raises(ValueError, match="more than 1,000 values"):
        load_plain_data(b"\x80\x02(" + b"}" * 10_000_000, BUILDERS, lambda _: None, max_values=1000)
    assert time.monotonic() - began < 1


def test_lists_that_hold_each_other_many_times_over_are_refused(tmp_path: Path) -> None:
    bomb: list[Any] = ["x"]
    for _ in range(60):
        bomb = [bomb, bomb]
    path = write_torch(tmp_path / "1.pt", {"rollout_id": 1, "samples": [{"a": 1}, {"bomb": bomb}]})
    count, damage = damage_behind(path)
    assert count == 1
    assert "sample 2" in damage
    assert "unfolds to more values" in damage


def test_a_list_that_holds_itself_and_a_deep_one_are_refused(tmp_path: Path) -> None:
    ring: list[Any] = []
    ring.append(ring)
    path = write_torch(tmp_path / "1.pt", {"rollout_id": 1, "samples": [{"a": ring}]})
    assert "nested too deeply" in told(path)
    deep = dump_of(b"]" * 500_000 + b"a" * 499_999)
    assert "nested too deeply" in told(write_torch(tmp_path / "2.pt", deep))


def test_a_long_text_meant_many_times_counts_each_time(tmp_path: Path) -> None:
    shared = "x" * 10_000_000
    path = write_torch(tmp_path / "1.pt", {"rollout_id": 1, "samples": [{"a": [shared] * 1000}]})
    assert "unfolds to more values" in told(path)


def test_an_archive_that_is_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "1.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1/data.pkl", b"\x80\x02" + b"\0" * 50_000_000)
    assert "compressed" in told(path)


@pytest.mark.parametrize("name", ["../../evil/data.pkl", "/etc/data.pkl", "1/../data.pkl"])
def test_names_that_lead_out_of_an_archive_write_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / "logs" / "1.pt"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, pickle.dumps({"rollout_id": 1, "samples": [{"a": 1}]}, protocol=2))
    before = sorted(tmp_path.rglob("*"))
    assert rows_of(path) == [{"rollout_id": 1, "a": 1}]
    assert sorted(tmp_path.rglob("*")) == before


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


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_machine_do_anything_but_refuse(data: bytes) -> None:
    with suppress(ValueError):
        load_plain_data(b"\x80\x02" + data, BUILDERS, lambda _: None, max_values=10_000)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=30,
    ),
    st.sampled_from([2, 4, 5]),
)
def test_plain_data_is_what_it_was(value: Any, protocol: int) -> None:
    found = torch_file._PlainConverter().convert(
        load_plain_data(pickle.dumps(value, protocol=protocol), BUILDERS, lambda _: None)
    )
    assert found == value
    assert json.loads(row_to_line({"x": found})) == json.loads(json.dumps({"x": value}))
