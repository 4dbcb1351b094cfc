"""Files for tests of containers, made as the trainers make them: Parquet by DuckDB, torch archives by hand."""

from __future__ import annotations

import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import duckdb


def write_parquet(path: Path, query: str, options: str = "") -> Path:
    """The result of a query as a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = path.with_name("made.parquet")
    with duckdb.connect() as database:
        database.execute(f"COPY ({query}) TO '{plain}' (FORMAT parquet{options})")
    plain.rename(path)
    return path


def write_torch(
    path: Path, content: Any, storages: dict[str, bytes] | None = None, *, byteorder: str = "little"
) -> Path:
    """What `torch.save` makes of plain data, or of a whole pickle; `storages` are the numbers of its tensors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else pickle.dumps(content, protocol=2)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{path.stem}/data.pkl", data)
        archive.writestr(f"{path.stem}/byteorder", byteorder)
        for key, numbers in (storages or {}).items():
            archive.writestr(f"{path.stem}/data/{key}", numbers)
        archive.writestr(f"{path.stem}/version", "3\n")
    return path


def dump_of(*samples: bytes) -> bytes:
    """The pickle of a rollout dump with these pickled samples."""
    return (
        b"\x80\x02}(" + text("rollout_id") + b"K\x07" + text("samples") + b"](" + b"".join(samples) + b"eu."
    )


def text(value: str) -> bytes:
    """A text as a pickle has it."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def call(module: str, name: str, *arguments: bytes) -> bytes:
    """A call as a pickle has it."""
    return f"c{module}\n{name}\n".encode() + b"(" + b"".join(arguments) + b"tR"


def whole(number: int) -> bytes:
    """A whole number as a pickle has it."""
    return b"J" + struct.pack("<i", number)


def tensor(kind: str, key: str, size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0) -> bytes:
    """A tensor as `torch.save` writes it."""
    storage = (
        b"(" + text("storage") + f"ctorch\n{kind}Storage\n".encode() + text(key) + text("cpu") + b"K\x00tQ"
    )
    shape = b"(" + b"".join(map(whole, size)) + b"t", b"(" + b"".join(map(whole, stride)) + b"t"
    hooks = call("collections", "OrderedDict")
    return call("torch._utils", "_rebuild_tensor_v2", storage, whole(offset), *shape, b"\x89", hooks)


def sample(**values: bytes) -> bytes:
    """An object as a pickle has it."""
    return b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u"
