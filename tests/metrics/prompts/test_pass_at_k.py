"""pass@k against numbers worked out by hand, and against every draw there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_histories import pass_at_k as by_drawing

from tensorboard_plugin_rlboard.metrics.prompts.pass_at_k import pass_at_k, pass_sums, powers_of_two


def test_by_hand() -> None:
    # Four samples, one passes: of the 6 pairs 3 have it, 1 - C(3,2)/C(4,2) = 1 - 3/6.
    assert pass_at_k(4, 1, 2) == 0.5
    assert pass_at_k(4, 1, 1) == 0.25
    assert pass_at_k(4, 1, 4) == 1.0
    # Eight samples, two pass: 1 - C(6,4)/C(8,4) = 1 - 15/70.
    assert pass_at_k(8, 2, 4) == pytest.approx(55 / 70)
    assert pass_at_k(8, 0, 8) == 0.0
    assert pass_at_k(8, 8, 1) == 1.0


def test_prompts_with_fewer_samples_do_not_count() -> None:
    counts, passes, shares = pass_sums(np.asarray([4, 2, 1]), np.asarray([1, 1, 0]), [1, 2, 4])
    assert counts.tolist() == [3, 2, 1]
    assert passes.tolist() == [0.25 + 0.5 + 0.0, 0.5 + 1.0, 1.0]
    assert shares.tolist() == [0.25 + 0.5 + 0.0, 0.25 + 0.5, 0.25]


def test_powers_of_two() -> None:
    assert [powers_of_two(n) for n in (0, 1, 2, 3, 8)] == [[], [1], [1, 2], [1, 2], [1, 2, 4, 8]]


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.data())
def test_as_every_draw_has_it(passes: list[bool], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(passes)))
    assert pass_at_k(len(passes), sum(passes), k) == pytest.approx(by_drawing(passes, k))


def test_sums_where_every_sample_of_the_largest_prompt_passes() -> None:
    """Four of four pass, and none of one: both count for k = 1, the first alone for 2 and 4."""
    counts, passes, shares = pass_sums(np.asarray([4, 1]), np.asarray([4, 0]), [1, 2, 4])
    assert counts.tolist() == [2, 1, 1]
    assert passes.tolist() == [1.0, 1.0, 1.0]
    assert shares.tolist() == [1.0, 1.0, 1.0]
