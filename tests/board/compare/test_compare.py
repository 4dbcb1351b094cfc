"""Two runs on the prompts that they share, against plain loops over the same rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from rollout_log import TestLog, lines

from tensorboard_plugin_rlboard.api import Comparison
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.prompts.prompt_identity import prompt_identity
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]
Entry = tuple[int, str | None, float | None]
A, B = Selection("a"), Selection("b")


def rows(*entries: Entry) -> list[dict[str, Any]]:
    """Samples of (step, prompt, reward)."""
    return [
        {"step": step, "prompt": prompt, "response": f"r{i}", "reward": reward}
        for i, (step, prompt, reward) in enumerate(entries)
    ]


@pytest.fixture
def of(tmp_path: Path, open_board: Open, write_rows: Write) -> Callable[..., Board]:
    def make(a: list[Entry], b: list[Entry]) -> Board:
        write_rows(tmp_path / "a" / "a.jsonl", rows(*a))
        write_rows(tmp_path / "b" / "b.jsonl", rows(*b))
        return open_board(tmp_path)

    return make


def counts(found: Comparison) -> tuple[int, int, int]:
    return found.wins, found.ties, found.losses


def test_wins_ties_and_losses(of: Callable[..., Board]) -> None:
    """p: 1 against 0.5; q: the mean of 0.1, 0.2 and 0.3 against 0.2; r: 0 against 2; s and t are on one side only."""
    board = of(
        [
            (1, "p", 1.0),
            (1, "q", 0.1),
            (1, "q", 0.2),
            (2, "q", 0.3),
            (2, "r", 0.0),
            (2, "s", 9.0),
            (2, None, 5.0),
        ],
        [(1, "p", 0.5), (1, "q", 0.2), (1, "r", 2.0), (1, "t", 9.0), (1, "t", math.nan)],
    )
    found = board.compare(CompareQuestion(A, B, bins=4))
    assert (found.shared, found.compared, counts(found)) == (3, 3, (1, 1, 1))
    assert found.win_rate is not None
    assert found.mean_difference is not None
    assert found.win_rate.value == 0.5
    assert found.mean_difference.value == pytest.approx((0.5 + 0.0 - 2.0) / 3)
    assert (found.a.run, found.a.samples, found.a.prompts, found.a.only_here) == ("a", 7, 4, 1)
    assert (found.a.without_prompt, found.a.nonfinite, found.b.nonfinite) == (1, 0, 1)
    assert found.a.mean == pytest.approx((1.0 + 0.1 + 0.2 + 0.3 + 0.0 + 9.0 + 5.0) / 7)
    assert (found.b.prompts, found.b.only_here) == (4, 1)
    assert found.b.mean == pytest.approx(11.7 / 4)
    assert found.differences.edges == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert found.differences.counts == [1, 0, 1, 0]  # what is equal is in no bin
    listed = found.prompts
    assert (listed.prompt, listed.a_count, listed.b_count) == (["r", "p", "q"], [1, 1, 3], [1, 1, 1])
    assert listed.difference == [-2.0, 0.5, 0.0]
    assert (listed.a_steps[2], listed.a_values[2]) == ([1, 2, 1], [0.2, 0.3, 0.1])
    both = [("a", listed.a_ids[0][0]), ("b", listed.b_ids[0][0])]
    assert [board.sample(SampleQuestion(*place)).texts["prompt"].raw for place in both] == ["r", "r"]


def test_a_prompt_without_a_value_on_one_side_is_shared_and_not_compared(of: Callable[..., Board]) -> None:
    board = of([(1, "p", 1.0), (1, "q", None)], [(1, "p", 0.0), (1, "q", 1.0)])
    found = board.compare(CompareQuestion(A, B))
    assert (found.shared, found.compared, counts(found)) == (2, 1, (1, 0, 0))
    assert (found.a.only_here, found.b.only_here) == (0, 0)


def test_a_prompt_is_the_same_through_templates_and_its_renderings_are_one(of: Callable[..., Board]) -> None:
    """On one side it was rendered in two ways, with the rewards 1 and 0 and 0: a mean of a third."""
    plain, chat = "Why?", "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    board = of([(1, plain, 1.0), (1, chat, 0.0), (2, chat, 0.0)], [(1, chat, 0.5)])
    found = board.compare(CompareQuestion(A, B))
    assert (found.shared, found.a.prompts, counts(found)) == (1, 1, (0, 0, 1))
    assert found.prompts.a[0] == pytest.approx(1 / 3)
    assert (found.prompts.a_count, len(found.prompts.a_ids[0]), found.prompts.a_values) == (
        [3],
        3,
        [[0.0, 0.0, 1.0]],
    )
    assert found.prompts.identity == [prompt_identity(plain)]


def test_nothing_in_common(of: Callable[..., Board]) -> None:
    found = of([(1, "p", 1.0)], [(1, "q", 0.0)]).compare(CompareQuestion(A, B, bins=2))
    assert (found.shared, found.compared, counts(found)) == (0, 0, (0, 0, 0))
    assert (found.win_rate, found.mean_difference, found.prompts.prompt_key) == (None, None, [])
    assert (found.differences.edges, found.differences.counts) == ([-1.0, 0.0, 1.0], [0, 0])


def test_two_steps_of_one_run(of: Callable[..., Board]) -> None:
    board = of([(1, "p", 1.0), (1, "q", 0.0), (5, "p", 2.0), (5, "q", 0.0), (6, "q", 8.0)], [])
    early, late = Selection("a", step_max=4), Selection("a", step=5)
    assert counts(board.compare(CompareQuestion(late, early))) == (1, 1, 0)
    assert counts(board.compare(CompareQuestion(early, late))) == (0, 1, 1)


def test_orders_and_pages(of: Callable[..., Board]) -> None:
    board = of(
        [(1, "p", 1.0), (1, "q", 0.0), (1, "r", 3.0), (1, "s", 0.0)],
        [(1, "p", 0.0), (1, "q", 2.0), (1, "r", 0.0), (1, "s", 0.0)],
    )

    def listed(sort: str, offset: int = 0, limit: int = 9) -> Any:
        question = CompareQuestion(A, B, sort=sort, offset=offset, limit=limit)
        return board.compare(question).prompts.prompt

    assert listed("change") == ["r", "q", "p", "s"]
    assert listed("a") == ["r", "p", "s", "q"]
    assert listed("b") == ["q", "s", "p", "r"]
    assert listed("change", 1, 2) == ["q", "p"]
    assert listed("change", 9) == []


def test_a_filter_counts_for_both_sides_and_a_pattern_too(of: Callable[..., Board]) -> None:
    board = of([(1, "p", 1.0), (1, "p", 5.0)], [(1, "p", 2.0), (1, "p", 7.0)])
    a, b = (Selection(run, where="reward < 5") for run in "ab")
    assert board.compare(CompareQuestion(a, b)).prompts.difference == [-1.0]
    a, b = (Selection(run, search="r[1]$", regex=True, within=("response",)) for run in "ab")
    assert board.compare(CompareQuestion(a, b)).prompts.difference == [-2.0]


def test_a_group_metric(of: Callable[..., Board]) -> None:
    """The advantage of the better one of two is 1 and a little less, of both 0."""
    board = of([(1, "p", 1.0), (1, "p", 3.0)], [(1, "p", 1.0), (1, "p", 3.0)])
    found = board.compare(CompareQuestion(A, B, "advantage"))
    assert counts(found) == (0, 1, 0)


def test_advantages_of_whole_groups_are_0_and_their_rounding_wins_nothing(of: Callable[..., Board]) -> None:
    """By floats those of 1, 2 and 4 add up to -1.5e-16, those of 0, 0 and 1 to 7e-17."""
    board = of([(1, "p", x) for x in (1.0, 2.0, 4.0)], [(1, "p", x) for x in (0.0, 0.0, 1.0)])
    found = board.compare(CompareQuestion(A, B, "advantage"))
    assert (counts(found), found.prompts.a, found.prompts.b) == ((0, 1, 0), [0.0], [0.0])
    assert (found.a.mean, found.b.mean) == (0.0, 0.0)


def test_what_cannot_be_asked(of: Callable[..., Board]) -> None:
    board = of([(1, "p", 1.0)], [(1, "p", 2.0)])
    for question, said in (
        (CompareQuestion(A, B, "nothing"), "metric=nothing is not a metric of run a"),
        (CompareQuestion(A, B, sort="up"), "sort=up is not known: it takes change, a, b"),
        (CompareQuestion(A, B, bins=0), "bins takes 1 to 500"),
        (CompareQuestion(A, B, limit=101), "limit takes 1 to 100"),
        (CompareQuestion(A, B, offset=-1), "offset 0 or more"),
        (CompareQuestion(A, B, seed=-1), "seed takes 0 or more"),
        (CompareQuestion(A, Selection("b", where="reward >")), "cannot be used as a filter"),
    ):
        with pytest.raises(ArgumentError, match=said):
            board.compare(question)
    with pytest.raises(UnknownError, match="no run c"):
        board.compare(CompareQuestion(A, Selection("c")))


ENTRY = st.tuples(
    st.integers(1, 3),
    st.sampled_from(["p", "q", "r", "春", None]),
    st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.7, -1.5, None, math.nan, math.inf, 1e200]),
)


def means(entries: list[Entry], low: int) -> dict[str, float | None]:
    """The mean reward of each prompt from a step on; None where none of its rewards is finite."""
    values: dict[str, list[float]] = {}
    for step, prompt, reward in entries:
        if step >= low and prompt is not None:
            found = values.setdefault(prompt, [])
            if reward is not None and math.isfinite(reward) and abs(reward) < 1e150:
                found.append(reward)
    return {prompt: math.fsum(found) / len(found) if found else None for prompt, found in values.items()}


SIDE = st.lists(ENTRY, min_size=1, max_size=12).map(
    lambda entries: sorted(entries, key=lambda entry: entry[0])
)
"""Sorted by step: one that goes back begins a new attempt, of which only the newest counts."""


@settings(max_examples=examples(2), deadline=None)
@given(st.lists(st.tuples(SIDE, SIDE, st.integers(1, 2)), min_size=6, max_size=6))
def test_it_is_what_plain_loops_find(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[list[Entry], list[Entry], int]]
) -> None:
    """Several pairs of runs in one log: opening one takes longer than comparing."""
    folder = tmp_path_factory.mktemp("log")
    for number, (a, b, _) in enumerate(pairs):
        for name, entries in (("a", a), ("b", b)):
            path = folder / f"{name}{number}" / "x.jsonl"
            path.parent.mkdir()
            path.write_bytes(lines(*rows(*entries), {"step": 9, "response": "", "reward": 0.0}))
    with TestLog(folder) as log:
        board = log.open()
        for number, (a, b, low) in enumerate(pairs):
            selections = Selection(f"a{number}", step_min=low), Selection(f"b{number}")
            check(board.compare(CompareQuestion(*selections, limit=100)), a, b, low)


def check(found: Comparison, a: list[Entry], b: list[Entry], low: int) -> None:
    left, right = means(a, low), means(b, 1)
    both = left.keys() & right.keys()
    differences = {}
    for prompt in both:
        x, y = left[prompt], right[prompt]
        if x is not None and y is not None:
            differences[prompt] = 0.0 if math.isclose(x, y, rel_tol=1e-11) else x - y
    assert (found.shared, found.compared) == (len(both), len(differences))
    assert (found.a.prompts, found.a.only_here) == (len(left), len(left.keys() - right.keys()))
    assert (found.b.prompts, found.b.only_here) == (len(right), len(right.keys() - left.keys()))
    values = differences.values()
    assert counts(found) == (
        sum(d > 0 for d in values),
        sum(d == 0 for d in values),
        sum(d < 0 for d in values),
    )
    assert sum(found.differences.counts) == found.wins + found.losses
    listed = dict(zip(found.prompts.prompt, found.prompts.difference, strict=True))
    assert listed == {prompt: pytest.approx(d, abs=1e-10) for prompt, d in differences.items()}
    assert [abs(d) for d in found.prompts.difference] == sorted(
        map(abs, found.prompts.difference), reverse=True
    )
