"""The count of keys to a proof: what counts as one, and the table."""

from __future__ import annotations

from typing import Any

import pytest
from counted_actions import Walk, cell, proves, written
from planted_runs.run import Plan

SPIKE, FLAT = Plan("kl_spike", "weak", "grpo_few", 1), Plan("entropy_collapse", "strong", "grpo_few", 1)
TRUTH: dict[str, Any] = {
    "onset": 10,
    "last": 12,
    "everywhere": False,
    "evidence": [
        {"step": 10, "sample": 3, "tokens": [5, 6]},
        {"step": 11, "sample": 0, "tokens": []},
    ],
}


@pytest.mark.parametrize(
    ("place", "token", "right"),
    [
        ((10, 3), 6, True),
        ((10, 3), 7, False),
        ((10, 3), None, False),
        ((11, 0), None, True),
        ((11, 0), 4, True),
        ((11, 1), None, False),
    ],
)
def test_a_proof_is_a_sample_that_was_planted_and_its_token_where_tokens_show_it(
    place: tuple[int, int], token: int | None, right: bool
) -> None:
    assert proves(TRUTH, *place, token) is right


def test_where_every_sample_shows_it_each_since_the_onset_is_one() -> None:
    everywhere = TRUTH | {"everywhere": True}
    assert [proves(everywhere, step, 9, None) for step in (9, 10, 12, 13)] == [False, True, True, False]
    assert not proves(everywhere, 10, 3, 7), "one that is named shows it at its own tokens"


def test_the_table_has_a_line_for_each_kind_and_the_sums() -> None:
    found = [
        Walk(SPIKE, ("4", "Enter"), 10, 3, 6, proves=True),
        Walk(FLAT, ("4", "j", "Enter"), 30, 1, None, proves=True),
        Walk(Plan("entropy_collapse", "weak", "grpo_few", 1)),
    ]
    assert written(found).splitlines() == [
        "| planted | weak | strong |",
        "| --- | --- | --- |",
        "| `kl_spike` | 2: `4` `Enter` → step 10, sample 3, token 6 | – |",
        "| `entropy_collapse` | not named | 3: `4` `j` `Enter` → step 30, sample 1 |",
        "",
        "Of 2 weak ones 1 are proved, by 2 to 2 keys.",
        "",
        "Of 1 strong ones 1 are proved, by 3 to 3 keys.",
    ]


def test_what_is_no_proof_is_said() -> None:
    assert "**not what was planted**" in cell(Walk(SPIKE, ("4", "Enter"), 2, 0, 0))
