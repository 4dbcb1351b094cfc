"""Converts arrays and tensors of any kind to NumPy arrays and to plain lists of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def to_numpy(value: Any) -> NDArray[Any]:
    """Convert an array, tensor or NumPy scalar to a NumPy array; dtypes that NumPy lacks become float32."""
    import numpy as np

    if hasattr(value, "detach"):  # torch, which NumPy cannot read off the CPU or with gradients
        value = value.detach().cpu()
    try:
        array = np.asarray(value)
    except TypeError:  # bfloat16, float8
        array = np.asarray(value.float())
    if array.dtype.kind == "V" and array.dtype.names is None:  # bfloat16 and its kin from ml_dtypes
        array = array.astype(np.float32)
    return array


def to_list(value: Any) -> Any:
    """Convert an array, tensor or NumPy scalar to nested lists or a number; narrow floats in their shortest decimals."""
    import numpy as np

    array = to_numpy(value)
    if array.dtype.kind == "f" and array.dtype.itemsize < np.dtype(np.float64).itemsize:
        # The double nearest to the short text prints as that text: 0.1 instead of 0.10000000149011612.
        array = array.astype(str).astype(np.float64)
    return array.tolist()


def is_array(value: Any) -> bool:
    """Whether a value is an array, a tensor or a NumPy scalar."""
    return hasattr(value, "__array__")
