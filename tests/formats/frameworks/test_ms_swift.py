"""ms-swift, whose lines are columns, in its four shapes."""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import Any

import pytest
from columnar_rows import values
from logged import exploded, lines, only
from repository import FORMATS, SAMPLES
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.formats.base import PathDefaults
from tensorboard_plugin_rlboard.formats.frameworks.ms_swift import MS_SWIFT
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.formats.rows.column_batches import split_columns


def swift(name: str) -> list[dict[str, Any]]:
    return lines(FORMATS / "ms_swift" / f"{name}.jsonl")


def test_columns_become_rows() -> None:
    rows, problems = split_columns({"a": [1, None], "b": [3, 4, 5], "c": [], "d": "both", "e": None}, "a")
    assert rows == [{"a": 1, "d": "both"}, {"d": "both"}]
    assert problems == [
        "The column b has length 3, a has 2: it is left out, because nothing says which sample each of its entries belongs to."
    ]
    assert split_columns({"a": "text", "b": [1]}, "a")[0] == []


def test_the_reward_is_the_sum_of_the_reward_functions_that_answered() -> None:
    first, second = swift("columns")
    assert recognise(first) is MS_SWIFT
    found = exploded(MS_SWIFT, first)
    assert not found.problems
    assert dict(found.rows[0]) == {
        "step": 1,
        "prompt": "2+2?",
        "response": "4",
        "ground_truth": "4",
        "MathAccuracy": 1.0,
        "Format": 1.0,
        "reward": 2.0,
        "advantage": 0.75,
        "num_turns": 1,
        "note": "a",
    }
    assert "Format" not in found.rows[1]  # NaN: the function had nothing to say
    assert values(found.rows, "reward") == [2.0, 0.0]
    rows = exploded(MS_SWIFT, second).rows
    assert values(rows, "reward") == [2.0, -2.0]  # logged, so not summed
    assert rows[0].keys().isdisjoint({"MathAccuracy", "Format"})


def test_entropies_and_advantages_may_be_given_for_each_token() -> None:
    rows = exploded(MS_SWIFT, swift("entropy")[0]).rows
    assert values(rows, "entropies") == [[0.25, 0.5], [0.125]]
    assert values(rows, "advantages") == [[0.5, 0.5], [-0.5]]
    assert values(rows, "reward") == [1.0, 0.0]
    assert all(row.keys().isdisjoint({"entropy", "advantage"}) for row in rows)


def test_a_line_of_empty_columns_has_no_sample_and_no_problem() -> None:
    empty, other = swift("empty-columns")
    assert recognise(empty) is MS_SWIFT
    found = exploded(MS_SWIFT, empty)
    assert (list(found.rows), list(found.problems)) == ([], [])
    row = only(MS_SWIFT, other)
    assert "advantage" not in row
    assert row["reward"] == 1.0


def test_columns_of_other_lengths_are_left_out_and_named() -> None:
    first, second = swift("unequal-columns")
    found = exploded(MS_SWIFT, first)
    assert values(found.rows, "step") == [1, 1]  # three entries that all say the same
    assert values(found.rows, "advantage") == [None, None]
    assert values(found.rows, "reward") == [1.0, 0.0]
    assert [problem.split()[2] for problem in found.problems] == ["advantages"]
    found = exploded(MS_SWIFT, second)
    assert not found.rows
    assert found.problems == ["The line has no completions: it holds no sample."]


def test_a_batch_that_stands_twice_in_a_line_is_read_once() -> None:
    twice, alike = swift("repeated-batch")
    found = exploded(MS_SWIFT, twice)
    assert values(found.rows, "response") == ["4", "5", "5", "5"]
    assert found.problems == ["The line holds its batch of 4 samples more than once: it is read once."]
    # Equal answers to one prompt are four samples.
    found = exploded(MS_SWIFT, alike)
    assert values(found.rows, "response") == ["4", "5", "4", "5"]
    assert not found.problems


def test_a_line_that_repeats_the_one_before_is_counted_once(test_log: TestLog) -> None:
    batch, other = swift("columns")[0], swift("entropy")[0]
    test_log.write(batch, batch, other, batch)
    board = test_log.open()
    (run,) = board.runs().runs
    assert run.samples == 2 * len(batch["completion"]) + len(other["completion"])
    columns = board.problems(ProblemsQuestion(run.run, 0, 500)).columns
    repeats = [line for line, kind in zip(columns.line, columns.kind, strict=True) if kind == "repeated_line"]
    assert repeats == [2], "a later line that is no neighbour is another batch"


def test_megatron_writes_gen_step() -> None:
    rows = exploded(MS_SWIFT, swift("megatron")[0]).rows
    assert values(rows, "step") == [5, 5]
    assert values(rows, "reward") == [1.0, 0.0]
    first, second = swift("ray-megatron")
    assert recognise(first) is MS_SWIFT
    assert only(MS_SWIFT, first) == {"step": 5, "prompt": "2+2?", "response": "4", "reward": 1.0}
    assert "reward" not in only(MS_SWIFT, second)


def test_distillation_has_texts_only() -> None:
    (logged,) = swift("gkd")
    assert recognise(logged) is MS_SWIFT
    rows = exploded(MS_SWIFT, logged).rows
    assert [dict(row) for row in rows] == [
        {"step": 3, "prompt": "2+2?", "response": "4"},
        {"step": 3, "prompt": "2+3?", "response": "5"},
    ]


def test_ms_swifts_real_lines() -> None:
    logged = lines(SAMPLES / "ms_swift" / "grpo" / "completions.jsonl")
    for step, line in enumerate(logged, start=1):
        assert recognise(line) is MS_SWIFT
        found = exploded(MS_SWIFT, line)
        assert len(found.rows) == 12
        assert not found.problems
        assert set(values(found.rows, "step")) == {step}
        for row, told in zip(found.rows, line["Format"], strict=True):
            assert row.get("Format") == (None if isinstance(told, float) and math.isnan(told) else told)


@pytest.mark.parametrize(
    "path", ["grpo/completions.jsonl", "val/completions.jsonl", "completions_3.jsonl", "x.jsonl"]
)
def test_ms_swifts_paths_say_nothing(path: str) -> None:
    assert MS_SWIFT.path_defaults(PurePosixPath(path)) == PathDefaults()
    assert MS_SWIFT.levels_to_run(PurePosixPath(path)) == 0
