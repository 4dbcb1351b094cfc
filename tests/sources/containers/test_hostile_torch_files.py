"""What a stranger's torch archive cannot do."""

from __future__ import annotations

import pickle
import time
import zipfile
from array import array
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from packing import call, dump_of, sample, tensor, text, whole, write_torch
from unpacked_rows import damage_behind, rows_of, told

from tensorboard_plugin_rlboard.sources.containers.pickle_instructions import load_plain_data
from tensorboard_plugin_rlboard.sources.containers.pickle_machine import GlobalName
from tensorboard_plugin_rlboard.sources.containers.tensors import BUILDERS


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


PLAIN = (bool, int, float, str, bytes, list, tuple, dict, array, GlobalName)


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_machine_do_anything_but_refuse(data: bytes) -> None:
    value: object = None
    with suppress(ValueError):
        value = load_plain_data(b"\x80\x02" + data, BUILDERS, lambda _: None, max_values=10_000)
    assert value is None or type(value) in PLAIN
