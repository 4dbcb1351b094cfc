"""Every number that is said of groups, prompts, pairs of runs and runs, against plain Python, on trainings with restarts and gaps."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import plain_comparisons as plain
import pytest
from compared_trainings import Row, Training, finite, trainings
from exact_bootstrap import check_interval
from example_counts import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from prompt_histories import pass_at_k, status
from rollout_log import TestLog

from tensorboard_plugin_rlboard.api import Comparison, Groups, Prompts
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.groups.question import GroupsQuestion
from tensorboard_plugin_rlboard.board.prompts.question import PassQuestion, PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.metrics.groups.kinds import KINDS

STATUSES = ("solved", "regressed", "never_solved", "always_solved", "mixed", "unscored")
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


def near(x: float | None, *, scale: float = 1.0) -> Any:
    return None if x is None else pytest.approx(x, rel=1e-9, abs=1e-9 * scale)


def same(place: object, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Every expected number, exactly where it is whole or a text."""
    for name, value in expected.items():
        wanted = near(value) if isinstance(value, float) else value
        assert found[name] == wanted, f"{name} of {place}"


@settings(
    max_examples=examples(4),
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(a=trainings(), b=trainings(), low=st.integers(1, 3), metric=st.sampled_from(METRICS))
def test_every_number_is_that_of_plain_python(a: Training, b: Training, low: int, metric: str) -> None:
    with TemporaryDirectory() as folder, TestLog(Path(folder)) as log:
        log.write(*a.lines, file="a/log.jsonl")
        log.write(*b.lines, file="b/log.jsonl")
        board = log.open(with_curves=True)
        for split, attempt in itertools.product(("train", "eval"), (None, 1)):
            selection = Selection("a", split=split, attempt=attempt, step_min=low)
            rows = a.chosen(split, attempt, low)
            check_groups(board, selection, rows)
            check_prompts(board, selection, rows)
        check_prompts(board, Selection("a"), a.chosen("train"))
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


def check_groups(board: Board, selection: Selection, rows: Sequence[Row]) -> None:
    wanted = plain.gathered(rows, plain.group_key)
    found = board.groups(GroupsQuestion(selection, by="data_source" if has_kinds(board) else "", limit=200))
    facts = {key: plain.group(members) for key, members in wanted.items()}
    step_weights: dict[int, list[float | None]] = {}
    for (step, _, _), own in facts.items():
        step_weights.setdefault(step, []).append(own["weight"])
    listed = by_group(found)
    assert set(listed) == {(step, attempt, named(name)) for step, attempt, name in wanted}
    assert found.ungrouped == sum(plain.group_key(row) is None for row in rows)
    assert found.kinds == {kind: sum(own["kind"] == kind for own in facts.values()) for kind in KINDS}
    for (step, attempt, name), own in facts.items():
        if not found.by:
            own.pop("value")
        whole = math.fsum(w for w in step_weights[step] if w is not None)
        own["share"] = None if own["weight"] is None or not whole else own["weight"] / whole
        same((step, name), listed[step, attempt, named(name)], own)
    check_members(found, wanted)
    if found.by:
        check_values(found, facts)


def has_metric(board: Board, name: str, metric: str) -> bool:
    (run,) = (run for run in board.runs().runs if run.run == name)
    return metric in {each.name for each in run.metrics}


def has_kinds(board: Board) -> bool:
    (run,) = (run for run in board.runs().runs if run.run == "a")
    return "data_source" in run.text_columns


def named(name: str) -> str:
    """The key of a group by its name: a logged id stays, and a prompt is told by its digest."""
    return name if name.startswith("g") else md5(name.encode(), usedforsecurity=False).hexdigest()[:16]


def by_group(found: Groups) -> dict[tuple[Any, Any, str], dict[str, Any]]:
    columns = found.columns
    keys = zip(columns["step"], columns["attempt"], map(str, columns["group"]), strict=True)
    rows = zip(*columns.values(), strict=True)
    return {key: dict(zip(columns, row, strict=True)) for key, row in zip(keys, rows, strict=True)}


def check_members(found: Groups, wanted: Mapping[Any, Sequence[Row]]) -> None:
    """The weight of each member, in the order of the log."""
    weights = {
        (step, attempt, named(name)): plain.weights(of) for (step, attempt, name), of in wanted.items()
    }
    rows = list(by_group(found))
    listed: dict[Any, list[Any]] = {}
    for row, weight in zip(found.members["row"], found.members["weight"], strict=True):
        listed.setdefault(rows[int(str(row))], []).append(weight)
    assert listed == {key: list(map(near, of)) for key, of in weights.items()}


def check_values(found: Groups, facts: Mapping[Any, Mapping[str, Any]]) -> None:
    """What the groups of each value come to, and along the steps."""
    whole = math.fsum(own["weight"] or 0.0 for own in facts.values())
    by_value = plain.gathered_values(facts)
    rows = {
        row[0]: dict(zip(found.values, row, strict=True)) for row in zip(*found.values.values(), strict=True)
    }
    assert rows.keys() == by_value.keys()
    assert found.values_total == len(rows)
    counts = [int(str(n)) for n in found.values["groups"]]
    assert counts == sorted(counts, reverse=True)
    for value, of in by_value.items():
        known = [own["weight"] for own in of.values() if own["weight"] is not None]
        weight = math.fsum(known) if known else None
        same(value, rows[value], {"groups": len(of), "weight": weight})
        same(value, rows[value], {kind: sum(own["kind"] == kind for own in of.values()) for kind in KINDS})
        assert rows[value]["share"] == near(None if weight is None or not whole else weight / whole)
    steps = sorted({step for step, _, _ in facts})
    for value, line in zip(found.values["value"], found.lines, strict=True):
        assert line.step == steps
        for at, step in enumerate(steps):
            own = [fact for (of, _, _), fact in by_value[value].items() if of == step]
            total = math.fsum(fact["weight"] or 0.0 for (of, _, _), fact in facts.items() if of == step)
            weight = math.fsum(fact["weight"] or 0.0 for fact in own)
            assert line.share[at] == near(weight / total if own and total else None)
            for kind, shares in line.kinds.items():
                part = sum(fact["kind"] == kind for fact in own)
                assert shares[at] == near(part / len(own) if own else None)


def check_prompts(board: Board, selection: Selection, rows: Sequence[Row]) -> None:
    wanted = plain.gathered(rows, plain.identity)
    found = board.prompts.prompts(PromptsQuestion(selection, limit=200))
    threshold, rule = plain.threshold(rows)
    assert (found.threshold.rule, found.threshold.value) == (rule, near(threshold))
    rows_of = {
        row[0]: dict(zip(found.columns, row, strict=True))
        for row in zip(*found.columns.values(), strict=True)
    }
    assert rows_of.keys() == wanted.keys()
    assert found.total == found.counts["all"] == len(wanted)
    statuses = dict.fromkeys((*STATUSES, "never_beats_reference"), 0)
    kinds: dict[str | None, list[dict[str, Any]]] = {}
    for identity, of in wanted.items():
        own = plain.prompt(of, found.threshold.value)
        said = status(own["pass_rate_first"], own["pass_rate_last"], own["pass_rate"])
        never_beats = own["best_gap"] is not None and own["best_gap"] < 0
        statuses[said] += 1
        statuses["never_beats_reference"] += never_beats
        kinds.setdefault(own["kind"], []).append(own)
        if not found.by:
            own["kind"] = None
        same(identity, rows_of[identity], own | {"status": said, "never_beats_reference": never_beats})
    assert found.counts == statuses | {"all": len(wanted)}
    if found.by:
        check_kinds(found, kinds)
    check_passes(board, selection, rows, found.threshold.value)


def check_kinds(found: Prompts, kinds: Mapping[str | None, Sequence[Mapping[str, Any]]]) -> None:
    listed = {
        row[0]: dict(zip(found.kinds, row, strict=True)) for row in zip(*found.kinds.values(), strict=True)
    }
    assert listed.keys() == kinds.keys()
    assert found.kinds_total == len(kinds)
    for kind, of in kinds.items():
        expected: dict[str, Any] = {"prompts": len(of), "samples": sum(own["samples"] for own in of)}
        for name in (
            "reward_first",
            "reward_last",
            "reward_change",
            "pass_rate",
            "n_tokens_mean",
            "k3_last",
            "k3_change",
        ):
            expected[name] = plain.mean(own[name] for own in of)
        same(kind, listed[kind], expected)


def check_passes(board: Board, selection: Selection, rows: Sequence[Row], threshold: float) -> None:
    found = board.prompts.pass_at_k(PassQuestion(selection, threshold))
    assert found.step == sorted({row["step"] for row in rows if row.get("prompt") is not None})
    for (at, step), (j, k) in itertools.product(enumerate(found.step), enumerate(found.k)):
        prompts = plain.gathered((row for row in rows if row["step"] == step), plain.identity)
        passes = [
            [r >= threshold for row in of if (r := plain.reward_of(row)) is not None]
            for of in prompts.values()
        ]
        counted = [of for of in passes if len(of) >= k]
        assert found.prompts[j][at] == len(counted)
        assert found.pass_at_k[j][at] == near(plain.mean(pass_at_k(of, k) for of in counted))
        assert found.avg_at_k[j][at] == near(plain.mean(sum(of) / len(of) for of in counted))


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
    assert (found.mean_difference is None) == (found.win_rate is None) == (not ordered)
    if found.win_rate is not None and found.mean_difference is not None:
        assert found.win_rate.value == near((signs[0] + signs[1] / 2) / len(ordered))
        assert found.mean_difference.value == near(plain.mean(ordered))
        check_interval(found.win_rate, [1.0 if d > 0 else 0.5 if d == 0 else 0.0 for d in ordered])


def check_table(board: Board, trainings: Mapping[str, Training]) -> None:
    """The last, best and lowest mean of the curve of each run, and the area under it by trapezes."""
    for run in board.run_table().runs:
        rows = trainings[run.run].chosen("train")
        assert run.samples == len(trainings[run.run].rows)
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
            assert (found.highest, found.lowest) == (near(max(means)), near(min(means)))
            assert found.area == near(area / span if span else means[0])
