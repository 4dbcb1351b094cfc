"""Texts that show a tensor, an array or a number of NumPy as Python prints it: told as such, and read where they hold one number."""

from __future__ import annotations

import re

_TENSOR_TEXT = re.compile(
    r"\s*<?(?:(?:np|numpy|torch|tf|jnp|jax|mx)\.|tensor\b|array\b|Array\b|DeviceArray\b)", re.ASCII
)
"""How the representations of tensors, arrays and NumPy's numbers begin."""
_ONE_NUMBER = re.compile(
    r"(?:(?:np|numpy|torch|jnp|mx)\.)?"
    r"(?:tensor|array|Array|DeviceArray|float(?:16|32|64|128)?|longdouble|u?int(?:8|16|32|64)?|bool_?)"
    r"\((\[{0,3})([+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|nan|inf)|True|False)(\]{0,3})"
    r"(?:, [a-z_]+=[^=]{1,60}){0,4}\)",
    re.ASCII,
)
"""A tensor of one number: `tensor(0.5)`, `tensor([0.5], device='cuda:0')`, `np.float64(0.5)`, `array(0.5, dtype=float32)`."""
_TRUTHS = {"True": 1.0, "False": 0.0, "np.True_": 1.0, "np.False_": 0.0}
_MAX_LENGTH = 200
"""Characters of a text that may show one number."""


def is_tensor_text(text: str) -> bool:
    """Whether a text is how Python shows a tensor, an array or a number of NumPy (`tensor(1.0)`, `np.float64(1.0)`)."""
    return _TENSOR_TEXT.match(text) is not None and ("(" in text or text.lstrip().startswith("<"))


def holds_tensor_text(value: object) -> bool:
    """Whether a value is a text as above."""
    return isinstance(value, str) and is_tensor_text(value)


def number_from_tensor_text(text: str) -> float | None:
    """The number of a text that shows a tensor or a number of NumPy with one number in it; None for any other text."""
    if text[-1:] not in {")", "_"} or len(text) > _MAX_LENGTH:  # as nearly all are
        return None
    if text in _TRUTHS and text.startswith("np."):
        return _TRUTHS[text]
    found = _ONE_NUMBER.fullmatch(text.strip())
    if found is None or len(found[1]) != len(found[3]):
        return None
    return _TRUTHS[found[2]] if found[2] in _TRUTHS else float(found[2])
