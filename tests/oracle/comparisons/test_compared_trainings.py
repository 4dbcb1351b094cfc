"""Every number that is said of groups, prompts, pairs of runs and runs, against plain Python, on trainings with restarts and gaps."""

from __future__ import annotations

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory

from checked_groups import check_groups
from checked_prompts import check_pages, check_prompts
from checked_runs import check_comparison, check_table
from compared_trainings import Training, trainings
from example_counts import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.selection import Selection

METRICS = (
    "reward",
    "n_tokens",
    "ref_reward",
    "format_reward",
    "advantage",
    "group_mean",
    "group_std",
    "group_rank",
    "reward_gap",
)


@settings(
    max_examples=examples(2),
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(
    a=trainings(),
    b=trainings(),
    low=st.integers(1, 3),
    metric=st.sampled_from(METRICS),
    given=st.sampled_from([0.3, 1.0, -5.0]),
)
def test_every_number_is_that_of_plain_python(
    a: Training, b: Training, low: int, metric: str, given: float
) -> None:
    with TemporaryDirectory() as folder, TestLog(Path(folder)) as log:
        log.write(*a.lines, file="a/log.jsonl")
        log.write(*b.lines, file="b/log.jsonl")
        board = log.open(with_curves=True)
        for split, attempt in itertools.product(("train", "eval"), (None, 1)):
            selection = Selection("a", split=split, attempt=attempt, step_min=low)
            rows = a.chosen(split, attempt, low)
            check_groups(board, selection, rows, "data_source" if has_kinds(board) else "")
            check_prompts(board, selection, rows)
        for split in ("train", "eval"):
            for threshold in (None, given):
                check_prompts(board, Selection("a", split), a.chosen(split), threshold)
                check_pages(board, Selection("a", split), a.chosen(split), threshold)
        for left, right in (
            (Selection("a"), Selection("b")),
            (Selection("a", step_min=low), Selection("a", split="eval")),
        ):
            sides = [
                of.chosen(each.split or "train", None, each.step_min or -1)
                for of, each in ((a, left), (b if right.run == "b" else a, right))
            ]
            if all(has_metric(board, run, metric) for run in "ab"):
                check_comparison(
                    board.compare(CompareQuestion(left, right, metric, limit=100)), metric, *sides
                )
        check_table(board, {"a": a, "b": b})


def has_metric(board: Board, name: str, metric: str) -> bool:
    (run,) = (run for run in board.runs().runs if run.run == name)
    return metric in {each.name for each in run.metrics}


def has_kinds(board: Board) -> bool:
    (run,) = (run for run in board.runs().runs if run.run == "a")
    return "data_source" in run.text_columns
