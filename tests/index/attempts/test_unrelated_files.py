"""Files of one folder: which are parts of one training, and which seem to be two."""

from __future__ import annotations

import pytest

from tensorboard_plugin_rlboard.index.attempts.unrelated_files import (
    LoggedSteps,
    UnrelatedFiles,
    may_be_unrelated,
    unrelated_files,
)

KIND = ("native", "train")


def logged(*files: tuple[str, range], kind: tuple[str, str] = KIND) -> list[LoggedSteps]:
    return [LoggedSteps(path, kind, frozenset(steps)) for path, steps in files]


TEN = range(1, 11)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("runA.jsonl", "runB.jsonl"),
        ("baseline.jsonl", "kl_0.1.jsonl"),
        ("seed1.jsonl", "seed2.jsonl"),
        ("grpo-run-1.jsonl.gz", "grpo-run-2.jsonl.zst"),
        ("rollouts.jsonl", "rollouts_backup.jsonl"),
        ("rollouts_2026-11-01_12-00.jsonl", "rollouts_2026-11-02_09-30.jsonl"),
        ("dump_1764000000.jsonl", "dump_1764003600.jsonl"),
        ("a_rank0.jsonl", "b_rank0.jsonl"),
        ("train.jsonl", "test.jsonl"),
        ("rollouts.jsonl", "rollouts_dev.jsonl"),
    ],
)
def test_names_that_tell_two_trainings_apart(first: str, second: str) -> None:
    files = logged((f"exp/{first}", TEN), (f"exp/{second}", range(1, 8)))
    assert may_be_unrelated(file.relative for file in files)
    found = unrelated_files(files)
    assert found is not None
    assert {found.first, found.second} == {f"exp/{first}", f"exp/{second}"}
    assert found.shared == tuple(range(1, 8))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("rank0.jsonl", "rank1.jsonl"),
        ("rollouts.rank_0.jsonl", "rollouts.rank_1.jsonl"),
        ("rollouts_0.jsonl", "rollouts_1.jsonl"),
        ("rollouts.jsonl", "rollouts_worker.jsonl"),
        ("host-a.jsonl", "host-b.jsonl"),
        ("shard_00-of-02.jsonl", "shard_01-of-02.jsonl"),
        ("2026-11-01_12-00-00_rank0.jsonl", "2026-11-01_12-00-01_rank1.jsonl"),
        ("x.jsonl", "x.part_00001.jsonl"),
        ("rollouts.jsonl", "rollouts_resumed.jsonl"),
        ("attempt1.jsonl", "attempt2.jsonl"),
        ("train.jsonl", "eval.jsonl"),
        ("rollouts.jsonl", "rollouts_reference.jsonl"),
        ("rollouts.jsonl", "rollouts_rescored.jsonl"),
        ("worker-7f3a9c.jsonl", "worker-0b1c2d.jsonl"),
        ("3f2a9c11-aa22-4b1c-9c1d-aabbccdd0011.jsonl", "0f2a9c11-bb22-4b1c-9c1d-aabbccdd0012.jsonl"),
        ("completions_00001.parquet", "completions_00002.parquet"),
    ],
)
def test_parts_of_one_training_are_not_taken_for_two(first: str, second: str) -> None:
    files = logged((f"exp/{first}", TEN), (f"exp/{second}", TEN))
    assert not may_be_unrelated(file.relative for file in files)
    assert unrelated_files(files) is None


def test_files_that_follow_each_other_or_differ_in_kind_or_folder_are_not_compared() -> None:
    assert unrelated_files(logged(("a.jsonl", range(1, 6)), ("b.jsonl", range(5, 10)))) is None
    assert unrelated_files(logged(("a.jsonl", range(1, 100)), ("b.jsonl", range(98, 200)))) is None
    assert unrelated_files(logged(("x/a.jsonl", TEN), ("y/b.jsonl", TEN))) is None
    evaluated = logged(("b.jsonl", TEN), kind=("native", "eval"))
    assert unrelated_files([*logged(("a.jsonl", TEN)), *evaluated]) is None
    foreign = logged(("b.jsonl", TEN), kind=("trl", "train"))
    assert unrelated_files([*logged(("a.jsonl", TEN)), *foreign]) is None


def test_ranks_of_a_training_count_together_and_the_pair_with_most_steps_is_named() -> None:
    files = logged(
        ("a_rank0.jsonl", range(1, 4)),
        ("a_rank1.jsonl", range(4, 9)),
        ("b_rank0.jsonl", range(1, 3)),
        ("c_rank0.jsonl", range(1, 9)),
    )
    assert unrelated_files(files) == UnrelatedFiles("a_rank0.jsonl", "c_rank0.jsonl", tuple(range(1, 9)))


def test_many_names_are_parts_whatever_they_are_called() -> None:
    words = ("alpha", "beta", "gamma", "delta", "eta", "theta", "iota", "kappa", "lambda")
    assert unrelated_files(logged(*((f"{word}.jsonl", TEN) for word in words))) is None
    assert unrelated_files(logged(*((f"{word}.jsonl", TEN) for word in words[:8]))) is not None
