"""Every number of /compare and /run_table against plain Python."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import plain_comparisons as plain
from compared_trainings import Row, Training, finite
from exact_bootstrap import check_interval
from nearness import near

from tensorboard_plugin_rlboard.api import Comparison
from tensorboard_plugin_rlboard.board.board import Board


def check_comparison(found: Comparison, metric: str, a: Sequence[Row], b: Sequence[Row]) -> None:
    sides = [
        plain.gathered(plain.values(side, metric), lambda pair: plain.identity(pair[0])) for side in (a, b)
    ]
    means = [{name: plain.mean(finite(x) for _, x in of) for name, of in side.items()} for side in sides]
    shared = means[0].keys() & means[1].keys()
    differences = {}
    for name in shared:
        x, y = means[0][name], means[1][name]
        if x is not None and y is not None:
            differences[name] = 0.0 if math.isclose(x, y, rel_tol=1e-11) else x - y
    assert (found.shared, found.compared) == (len(shared), len(differences))
    for side, rows, own, other in (
        (found.a, a, means[0], means[1]),
        (found.b, b, means[1], means[0]),
    ):
        expected = [x for _, x in plain.values(rows, metric)]
        assert side.samples == len(rows)
        assert (side.prompts, side.only_here) == (len(own), len(own.keys() - other.keys()))
        assert side.without_prompt == sum(row.get("prompt") is None for row in rows)
        assert side.nonfinite == sum(x is not None and finite(x) is None for x in expected)
        assert side.mean == near(plain.mean(map(finite, expected)))
    ordered = list(differences.values())
    signs = [sum(d > 0 for d in ordered), sum(d == 0 for d in ordered), sum(d < 0 for d in ordered)]
    assert [found.wins, found.ties, found.losses] == signs
    listed = dict(zip(found.prompts.identity, found.prompts.difference, strict=True))
    assert listed == {name: near(d) for name, d in differences.items()}
    check_sides(found, metric, sides)
    check_bins(found, ordered)
    assert (found.mean_difference is None) == (found.win_rate is None) == (not ordered)
    if found.win_rate is not None and found.mean_difference is not None:
        assert found.win_rate.value == near((signs[0] + signs[1] / 2) / len(ordered))
        assert found.mean_difference.value == near(plain.mean(ordered))
        check_interval(found.mean_difference, ordered)
        check_interval(found.win_rate, [1.0 if d > 0 else 0.5 if d == 0 else 0.0 for d in ordered])


def check_table(board: Board, trainings: Mapping[str, Training]) -> None:
    """The last, best and lowest mean of the curve of each run, and the area under it by trapezes."""
    for run in board.run_table().runs:
        splits = {row["split"] for row in trainings[run.run].rows}
        rows = trainings[run.run].chosen("train" if "train" in splits else min(splits))
        assert run.samples == len(trainings[run.run].rows)
        steps_of_run = {row["step"] for row in trainings[run.run].rows}
        assert (run.steps, run.last_step) == (len(steps_of_run), max(steps_of_run))
        for name, value in (("reward", plain.reward_of), ("n_tokens", plain.length_of)):
            steps = plain.gathered(rows, lambda row: row["step"])
            curve = [(step, plain.mean(map(value, steps[step]))) for step in sorted(steps)]
            known = [(step, mean) for step, mean in curve if mean is not None]
            if not known:
                assert name not in run.metrics
                continue
            found, means = run.metrics[name], [mean for _, mean in known]
            area = math.fsum((y + v) / 2 * (u - x) for (x, y), (u, v) in itertools.pairwise(known))
            span = known[-1][0] - known[0][0]
            assert found.last == near(means[-1])
            tops = [step for step, mean in known if mean == near(max(means))]
            assert found.highest_step in tops
            assert (found.highest, found.lowest) == (near(max(means)), near(min(means)))
            assert found.area == near(area / span if span else means[0])


def check_sides(found: Comparison, metric: str, sides: Sequence[Mapping[str, Any]]) -> None:
    """Of each listed prompt the mean of either side, of how many samples it is, and these samples."""
    prompts = found.prompts
    columns = (
        (prompts.a, prompts.a_count, prompts.a_values, prompts.a_steps),
        (prompts.b, prompts.b_count, prompts.b_values, prompts.b_steps),
    )
    for (means, counts, values, steps), side in zip(columns, sides, strict=True):
        for place, name in enumerate(prompts.identity):
            known = [(row, x) for row, x in side[name] if finite(x) is not None]
            assert means[place] == near(plain.mean(x for _, x in known), scale=1e3), f"{metric} of {name}"
            assert counts[place] == len(known)
            assert len(values[place]) == min(16, len(known))
            if len(known) <= 16:
                assert sorted(values[place]) == [near(x, scale=1e3) for x in sorted(x for _, x in known)]
                assert sorted(steps[place]) == sorted(row["step"] for row, _ in known)


def check_bins(found: Comparison, differences: Sequence[float]) -> None:
    """Each difference that is not 0 in exactly one bin, those below 0 in the lower half."""
    edges, counts = found.differences.edges, found.differences.counts
    half = len(counts) // 2
    assert len(edges) == len(counts) + 1
    assert (sum(counts[:half]), sum(counts[half:])) == (found.losses, found.wins)
    far = [abs(d) for d in differences if d]
    assert [-edges[0], edges[-1]] == [near(max(far, default=1.0))] * 2
