"""Visits folded into one row for each prompt: the same in whatever order and pieces the steps come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.prompts.histories.prompt_history import PromptHistory
from tensorboard_plugin_rlboard.board.prompts.histories.statuses import (
    ALWAYS_SOLVED,
    MIXED,
    NEVER_SOLVED,
    REGRESSED,
    SOLVED,
    STATUSES,
    statuses,
)
from tensorboard_plugin_rlboard.board.prompts.histories.visit_batches import batches, split_settled
from tensorboard_plugin_rlboard.board.prompts.histories.visits import N_SUMS, PASSED, REWARDED, Visits

Visit = tuple[int, int, int, list[int]]
"""Prompt, step, which of two renderings, sums."""

_visit = st.tuples(
    st.integers(0, 6),
    st.integers(0, 7),
    st.integers(0, 1),
    st.lists(st.integers(0, 5), min_size=N_SUMS, max_size=N_SUMS).map(
        lambda sums: [min(x, sums[REWARDED]) if i == PASSED else x for i, x in enumerate(sums)]
    ),
)
visits = st.lists(_visit, min_size=1, max_size=40, unique_by=lambda each: each[:2])


def columns(rows: Sequence[Visit]) -> Visits:
    rows = sorted(rows)
    sums = np.asarray([row[3] for row in rows], np.float64)
    keys = np.unique(np.asarray([10 * prompt + rendering for prompt, _, rendering, _ in rows], np.uint64))
    return Visits(
        identity=np.asarray([row[0] for row in rows], np.uint64),
        step=np.asarray([row[1] for row in rows], np.int64),
        sums=sums,
        best=sums[:, 2].copy(),
        best_gap=sums[:, 5].copy(),
        label=sums[:, 0].astype(np.int64),
        is_mixed=sums[:, 3] == 5,
        keys=keys,
        identity_of_key=keys // np.uint64(10),
    )


@given(rows=visits, pieces=st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_in_any_order_and_pieces(rows: list[Visit], pieces: list[int]) -> None:
    history = PromptHistory()
    for piece in range(4):
        some = [row for row in rows if pieces[row[1]] == piece]
        if some:
            before, total = history, history.total.copy()
            history = history.with_visits(columns(some))
            assert np.array_equal(before.total, total), "what others read stays as it is"
    prompts = defaultdict(list)
    for row in sorted(rows):
        prompts[row[0]].append(row)
    assert history.identity.tolist() == sorted(prompts)
    for i, prompt in enumerate(sorted(prompts)):
        mine = prompts[prompt]
        assert history.visits[i] == len(mine)
        assert history.renderings[i] == len({rendering for _, _, rendering, _ in mine})
        assert (history.first_step[i], history.last_step[i]) == (mine[0][1], mine[-1][1])
        assert history.total[i].tolist() == [
            sum(column) for column in zip(*(row[3] for row in mine), strict=True)
        ]
        assert (history.first[i].tolist(), history.last[i].tolist()) == (mine[0][3], mine[-1][3])
        assert history.best[i] == max(row[3][2] for row in mine)
        assert history.label[i] == mine[0][3][0]
        assert history.is_mixed[i] == (
            len({row[3][0] for row in mine}) > 1 or any(row[3][3] == 5 for row in mine)
        )
    assert history.keys.tolist() == sorted({10 * prompt + rendering for prompt, _, rendering, _ in rows})
    assert set(history.passes) == {step for _, step, _, _ in rows}


def test_half_of_the_samples_are_enough_to_have_solved_a_prompt() -> None:
    passed_at_first_and_last = [(0, 1), (1, 0), (1, 1), (0, 0), (2, 2)]
    rows = []
    for prompt, both in enumerate(passed_at_first_and_last):
        for step, passed in enumerate(both):
            sums = [0] * N_SUMS
            sums[REWARDED], sums[PASSED] = 2, passed
            rows.append((prompt, step, 0, sums))
    found = statuses(PromptHistory().with_visits(columns(rows)))
    became = [next(name for name in STATUSES if found[name][i]) for i in range(len(found[MIXED]))]
    assert became == [SOLVED, REGRESSED, MIXED, NEVER_SOLVED, ALWAYS_SOLVED]


def test_the_newest_steps_are_read_again_as_long_as_they_are_few() -> None:
    assert split_settled([], {}) == ([], [])
    assert split_settled([4, 5], {4: 1, 5: 1}) == ([], [4, 5])
    assert split_settled([*range(10)], dict.fromkeys(range(10), 1)) == ([0, 1], [2, 3, 4, 5, 6, 7, 8, 9])
    assert split_settled([1, 2, 3], {1: 1, 2: 20_000, 3: 30_000}) == ([1], [2, 3]), "50,000 rows and no more"
    assert split_settled([1, 2, 3], {1: 40_000, 2: 20_000, 3: 30_000}) == ([1], [2, 3])
    assert split_settled([1, 2], {1: 1, 2: 50_001}) == ([1], [2]), "the newest one, whatever it has"


def test_steps_are_read_together_up_to_a_number_of_rows() -> None:
    rows = {1: 100_000, 2: 100_000, 3: 1, 4: 200_001, 5: 1}
    assert list(batches([1, 2, 3, 4, 5], rows)) == [[1, 2], [3], [4], [5]]
    assert list(batches([2, 3, 5], rows)) == [[2, 3, 5]]
    assert list(batches([], rows)) == []
