"""Texts that show a tensor: recognised, and read where they hold one number."""

from __future__ import annotations

import math

import pytest

from tensorboard_plugin_rlboard.formats.arrays.tensor_texts import is_tensor_text, number_from_tensor_text


@pytest.mark.parametrize(
    "text",
    ["tensor(1.0)", "tensor([-0.1, -0.2], device='cuda:0')", "array([1.])", "np.float64(1.0)", "torch.Size([2])",
     " numpy.array(3)", "<tf.Tensor: shape=()>", "jnp.array(1)"],
)  # fmt: skip
def test_tensors_as_text_are_recognised(text: str) -> None:
    assert is_tensor_text(text)


@pytest.mark.parametrize(
    "text", ["tensor", "a tensor(1.0)", "arrays (2)", "tensors(2)", "npm.run(x)", "good", ""]
)
def test_other_texts_are_none(text: str) -> None:
    assert not is_tensor_text(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("tensor(0.5)", 0.5), ("tensor(1.)", 1.0), ("tensor(3)", 3.0), ("tensor(-2.5e-05)", -2.5e-05)),
        *(("tensor([0.5])", 0.5), ("tensor([[0.5]], device='cuda:0')", 0.5), (" tensor(True) ", None)),
        *(("tensor(0.5, device='cuda:0', grad_fn=<SumBackward0>)", 0.5), ("torch.tensor(0.5)", 0.5)),
        *(
            ("np.float64(0.5)", 0.5),
            ("np.float32(-1)", -1.0),
            ("np.int64(7)", 7.0),
            ("np.True_", 1.0),
            ("np.bool_(False)", 0.0),
        ),
        *(
            ("array(0.5, dtype=float32)", 0.5),
            ("array([1.])", 1.0),
            ("Array(0.5, dtype=bfloat16)", 0.5),
            ("tensor(-inf)", -math.inf),
        ),
        *(
            ("tensor([0.5, 0.6])", None),
            ("tensor([])", None),
            ("tensor([0.5)", None),
            ("tensor(x)", None),
            ("f(0.5)", None),
        ),
        *(
            ("True", None),
            ("score(0.5)", None),
            ("tensor(0.5) tensor(0.6)", None),
            ("", None),
            ("tensor(" + "1" * 300 + ")", None),
        ),
    ],
)
def test_the_number_in_a_tensor(text: str, number: float | None) -> None:
    assert number_from_tensor_text(text) == number
