"""Stand-ins for the tensors and NumPy arrays in a pickle, which give their numbers without torch."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MAX_NUMBERS = 4_000_000
_DTYPE = re.compile(r"[|<>=]?(?:b1|[iu][1248]|f[248])")
_STORAGES = {
    "Float": "f4",
    "Double": "f8",
    "Half": "f2",
    "BFloat16": "bfloat16",
    "Long": "i8",
    "Int": "i4",
    "Short": "i2",
    "Char": "i1",
    "Byte": "u1",
    "Bool": "b1",
}


@dataclass(frozen=True, slots=True)
class TensorStorage:
    """The numbers behind tensors, which lie in another member of the archive.

    Attributes:
        read: Gives some bytes: where they begin, how many; fewer where the storage ends earlier.
        dtype: NumPy's name for the type of the numbers, or `bfloat16`.
    """

    read: Callable[[int, int], bytes]
    dtype: str


@dataclass(frozen=True, slots=True)
class TensorView:
    """A tensor: a strided view of a storage. Offset and strides count numbers, not bytes."""

    storage: TensorStorage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def is_shape_only(self) -> bool:
        """Whether only its shape is told: pictures and routed experts are no values of tokens."""
        return len(self.size) > 2 or math.prod(self.size) > _MAX_NUMBERS

    @property
    def span(self) -> int:
        """How many numbers of the storage lie between its first and its last, both included: so many are read."""
        if not math.prod(self.size):
            return 0
        return 1 + sum((n - 1) * step for n, step in zip(self.size, self.stride, strict=True))

    def to_lists(self) -> object:
        """The numbers as lists; of more than two dimensions, or of too many numbers, only the shape, as a text.

        Raises:
            ValueError: It goes beyond its storage.
        """
        span = self.span
        if self.is_shape_only:
            return f"[tensor of shape {list(self.size)}]"
        width = 2 if self.storage.dtype == "bfloat16" else np.dtype(self.storage.dtype).itemsize
        data = self.storage.read(self.offset * width, span * width) if self.offset >= 0 else b""
        if self.offset < 0 or len(data) < span * width:
            msg = "A tensor in it goes beyond its storage."
            raise ValueError(msg)
        flat = _numbers(data, self.storage.dtype)
        steps = [step * flat.itemsize for step in self.stride]
        found: object = np.lib.stride_tricks.as_strided(flat, self.size, steps).tolist()
        return found


def _numbers(data: bytes, dtype: str) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    if dtype == "bfloat16":  # the upper half of a 32-bit float
        halves = np.frombuffer(data[: len(data) // 2 * 2], "<u2").astype("<u4")
        return np.asarray((halves << 16).view("<f4"))
    kind = np.dtype(dtype)
    return np.frombuffer(data[: len(data) // kind.itemsize * kind.itemsize], kind)


class NumpyDtype:
    """NumPy's dtype: the type of an array's numbers."""

    def __init__(self, name: object = "", *_: object) -> None:
        self.name = name if isinstance(name, str) else ""
        self.order = "<"

    def set_state(self, state: object) -> None:
        """Take the byte order from the pickled state."""
        if isinstance(state, tuple) and len(state) > 1 and state[1] in {"<", ">", "|", "="}:
            self.order = state[1]

    @property
    def code(self) -> str:
        """The dtype as NumPy spells it. Raises ``ValueError`` for anything but plain numbers."""
        if not _DTYPE.fullmatch(self.name):
            msg = f"It holds an array of {self.name[:20] or 'unnamed values'}, which are no plain numbers."
            raise ValueError(msg)
        return self.order.replace("|", "") + self.name.lstrip("|<>=")


class NumpyArray:
    """A NumPy array."""

    def __init__(self, *_: object) -> None:
        self._state: tuple[object, ...] = ()

    def set_state(self, state: object) -> None:
        """Take version, shape, dtype, order of dimensions and bytes from the pickled state."""
        if not isinstance(state, tuple) or len(state) != 5:
            msg = "It is torn or damaged inside."
            raise ValueError(msg)
        self._state = state

    @property
    def objects(self) -> list[object] | None:
        """The values where they are objects; None where they are numbers."""
        raw = self._state[4] if self._state else None
        return raw if isinstance(raw, list) else None

    def to_lists(self) -> object:
        """The numbers as lists; of more than two dimensions, or of too many numbers, only the shape, as a text.

        Raises:
            ValueError: Its bytes are not those of its shape.
        """
        if not self._state:
            return []
        _, shape, dtype, fortran, raw = self._state
        if not isinstance(shape, tuple) or not isinstance(dtype, NumpyDtype) or not isinstance(raw, bytes):
            msg = "It is torn or damaged inside."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
        kind = np.dtype(dtype.code)
        if len(shape) > 2 or len(raw) // kind.itemsize > _MAX_NUMBERS:
            return f"[array of shape {list(shape)}]"
        found: object = np.frombuffer(raw, kind).reshape(shape, order="F" if fortran else "C").tolist()
        return found


def _tensor(storage: object, offset: object, size: object, stride: object, *_: object) -> TensorView:
    sizes, strides = _integers(size), _integers(stride)
    if not isinstance(storage, TensorStorage) or not isinstance(offset, int) or len(sizes) != len(strides):
        msg = "A tensor in it is damaged."
        raise ValueError(msg)
    return TensorView(storage, offset, sizes, strides)


def _integers(items: object) -> tuple[int, ...]:
    found = tuple(item for item in items if type(item) is int) if isinstance(items, tuple) else ()
    if not isinstance(items, tuple) or len(found) != len(items) or min(found, default=0) < 0:
        msg = "A tensor in it is damaged."
        raise ValueError(msg)
    return found


def _scalar(dtype: object, raw: object) -> object:
    if not isinstance(dtype, NumpyDtype) or not isinstance(raw, bytes):
        msg = "It is torn or damaged inside."
        raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
    return np.frombuffer(raw, np.dtype(dtype.code))[0].item()


def _encode_latin1(text: object, encoding: object) -> bytes:
    """Bytes as the second protocol of pickles has them."""
    if not isinstance(text, str) or encoding not in {"latin1", "latin-1"}:
        msg = "It is torn or damaged inside."
        raise ValueError(msg)
    return text.encode("latin-1", "replace")


def _no_bytes() -> bytes:
    """No bytes at all, as the second protocol of pickles has them."""
    return b""


def _as_list(items: object = ()) -> list[object]:
    return list(items) if isinstance(items, (list, tuple)) else []


def _as_dict(items: object = ()) -> dict[object, object]:
    pairs = items if isinstance(items, (list, tuple)) else ()
    return {
        pair[0]: pair[1] for pair in pairs if isinstance(pair, (list, tuple)) and isinstance(pair[0], str)
    }


class PlainRecord:
    """An object of a class that has fields and nothing else: what is read of it are these."""

    def __init__(self, *_: object) -> None:
        self.fields: dict[object, object] = {}

    def set_state(self, state: object) -> None:
        """Take the fields from the pickled state."""
        if not isinstance(state, dict):
            msg = "It is torn or damaged inside."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
        self.fields = state


def _refused_call(name: str) -> Callable[..., object]:
    def refuse(*_: object) -> object:
        msg = f"It calls {name}, which is no plain data; nothing of it was run."
        raise ValueError(msg)

    return refuse


STORAGE_NAMES: Mapping[str, str] = {f"torch.{name}Storage": dtype for name, dtype in _STORAGES.items()}

BUILDERS: Mapping[str, Callable[..., object]] = {
    "collections.OrderedDict": _as_dict,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor": _tensor,
    "numpy.dtype": NumpyDtype,
    "numpy.ndarray": _refused_call("numpy.ndarray"),
    **{f"numpy.{core}.multiarray._reconstruct": NumpyArray for core in ("core", "_core")},
    **{f"numpy.{core}.multiarray.scalar": _scalar for core in ("core", "_core")},
    "_codecs.encode": _encode_latin1,
    **{f"{module}.bytes": _no_bytes for module in ("builtins", "__builtin__")},
    **{
        f"{module}.{name}": _as_list
        for module in ("builtins", "__builtin__")
        for name in ("set", "frozenset")
    },
    **{name: _refused_call(name) for name in STORAGE_NAMES},
    # Records of radixark/miles 05e37414 (miles/utils/types.py), which its samples and shards hold as they are.
    **{
        f"miles.utils.types.{name}": PlainRecord
        for name in ("WeightVersionsPerCall", "WeightVersionSpan", "AdapterRef", "RewardSpec")
    },
}
"""What a pickle may name -> what makes its stand-in. Everything else is refused."""
