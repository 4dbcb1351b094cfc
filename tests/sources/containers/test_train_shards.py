"""What the ranks of a trainer wrote of the samples of a rollout, joined with these."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from miles_dumps import conversations, rollout, sample, shard
from packing import write_torch
from unpacked_rows import damage_behind, rows_of

FIVE = [-0.1, -0.2, -0.3, -0.4, -0.5]
A = sample(0)
B = sample(1, tokens=[11, 12, 13, 31, 32], response=2)


def trained(rows: list[dict[str, Any]]) -> list[Any]:
    return [row.get("train_data", {}).get("log_probs") for row in rows]


def test_samples_are_found_by_index_over_data_parallel_ranks_and_copies_count_once(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A, B])
    for rank, one, values in ((0, B, [-1.0, -2.0]), (1, B, [-1.0, -2.0]), (2, A, FIVE), (3, A, FIVE)):
        shard(tmp_path, 3, rank, [one], log_probs=[values], raw_reward=[0.25, 0.75])
    shard(tmp_path, 4, 0, [A], log_probs=[[9.0] * 5])  # of another rollout
    first, second = rows_of(path)
    assert first["train_data"] == {"log_probs": FIVE, "rewards": 0.5, "raw_reward": 0.25}
    assert second["train_data"] == {"log_probs": [-1.0, -2.0], "rewards": 0.5, "raw_reward": 0.75}
    assert first["trained"] is second["trained"] is True
    assert "companion_problems" not in first
    assert damage_behind(path) == (2, "")


def test_each_column_comes_from_a_rank_that_has_it(tmp_path: Path) -> None:
    """Of pipeline parallelism only the last stage has what was computed."""
    path = rollout(tmp_path, 3, [A])
    shard(tmp_path, 3, 0, [A], loss_masks=[[1, 0, 1, 1, 1]])
    shard(tmp_path, 3, 1, [A], loss_masks=[[1, 0, 1, 1, 1]], log_probs=[FIVE], advantages=[FIVE])
    (row,) = rows_of(path)
    assert row["train_data"]["loss_masks"] == [1, 0, 1, 1, 1]
    assert row["train_data"]["log_probs"] == row["train_data"]["advantages"] == FIVE


def test_slices_are_put_in_order_and_masks_are_whole(tmp_path: Path) -> None:
    """Rank 0 of 2 has the last value, rank 1 the first four (see test_context_parallel); rank 2 is a copy of rank 0."""
    path = rollout(tmp_path, 3, [A])
    for rank, cp in ((0, 0), (1, 1), (2, 0)):
        values = FIVE[4:] if cp == 0 else FIVE[:4]
        shard(tmp_path, 3, rank, [A], cp=(cp, 2), log_probs=[values], loss_masks=[[1] * 5])
    (row,) = rows_of(path)
    assert row["train_data"]["log_probs"] == FIVE
    assert row["train_data"]["loss_masks"] == [1] * 5


def test_slices_of_padded_sequences_are_cut_from_the_padded_length(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A])
    for cp, values in ((0, FIVE[:1]), (1, FIVE[1:])):
        shard(
            tmp_path, 3, cp, [A], cp=(cp, 2), qkv_format="bshd", log_probs=[values], max_seq_lens=[12]
        )  # fmt: skip
    assert trained(rows_of(path)) == [FIVE]


@pytest.mark.parametrize(
    ("shards", "said"),
    [
        ([((0, 2), FIVE[4:])], "the slice of context-parallel rank 1 of 2 is missing"),
        ([((0, 2), FIVE[3:]), ((1, 2), FIVE[:3])], "context-parallel rank 0 of 2 holds 2 values, not 1"),
        ([((0, 1), FIVE[:4])], "it has values (4) for a response of 5 tokens"),
        ([(None, FIVE[4:]), (None, FIVE[:4])], "it has a slice without its place (1) for a response of 5"),
    ],
)
def test_what_cannot_be_aligned_is_blank_and_said(tmp_path: Path, shards: list[Any], said: str) -> None:
    path = rollout(tmp_path, 3, [A])
    for rank, (cp, values) in enumerate(shards):
        shard(tmp_path, 3, rank, [A], cp=cp, log_probs=[values], loss_masks=[[1] * 5])
    (row,) = rows_of(path)
    assert "log_probs" not in row["train_data"]
    assert row["train_data"]["loss_masks"] == [1] * 5
    (problem,) = row["companion_problems"]
    assert problem.startswith("log_probs of the train data is left out: ")
    assert said in problem
    assert "train_data/3_0.pt" in problem


def test_whole_responses_of_older_shards_need_no_place(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A])
    shard(tmp_path, 3, 0, [A], cp=None, log_probs=[FIVE])
    assert trained(rows_of(path)) == [FIVE]


def test_samples_of_one_index_are_told_apart_by_their_tokens(tmp_path: Path) -> None:
    """Leaves of one execution share its index."""
    twin = {**B, "index": 0}
    path = rollout(tmp_path, 3, [A, twin])
    shard(tmp_path, 3, 0, [twin, A], log_probs=[[-1.0, -2.0], FIVE])
    assert trained(rows_of(path)) == [FIVE, [-1.0, -2.0]]


def test_train_data_of_other_tokens_is_left_out(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A])
    shard(tmp_path, 3, 0, [{**A, "tokens": [1] * 8}], log_probs=[FIVE])
    (row,) = rows_of(path)
    assert row["train_data"] == {}
    assert row["companion_problems"] == [
        "The train data of sample 0 (train_data/3_0.pt) has other tokens than the sample; it is left out."
    ]


def test_a_sample_that_stands_twice_in_a_shard_is_left_out(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A, A])
    shard(tmp_path, 3, 0, [A, A], log_probs=[FIVE, [0.0] * 5])
    assert trained(rows_of(path)) == [None, None]
    assert "more than once" in rows_of(path)[0]["companion_problems"][0]


def test_a_sample_without_train_data_was_not_trained_on(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A, B])
    shard(tmp_path, 3, 0, [A], log_probs=[FIVE])
    assert [row["trained"] for row in rows_of(path)] == [True, False]
    alone = rollout(tmp_path, 5, [A])
    assert "trained" not in rows_of(alone)[0]
    evaluated = rollout(tmp_path, 3, [A], prefix="eval_")
    assert "trained" not in rows_of(evaluated)[0]


def test_raw_rewards_of_another_batch_are_not_taken(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A])
    shard(tmp_path, 3, 0, [A], raw_reward=[1.0, 2.0])
    assert rows_of(path)[0]["train_data"] == {"rewards": 0.5}


def test_a_shard_that_cannot_be_read_costs_its_own_samples(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A, B])
    shard(tmp_path, 3, 0, [A], log_probs=[FIVE])
    torn = shard(tmp_path, 3, 1, [B], log_probs=[[-1.0, -2.0]])
    torn.write_bytes(torn.read_bytes()[:-40])
    write_torch(tmp_path / "train_data" / "3_2.pt", {"rollout_id": 3, "rank": 2})
    write_torch(tmp_path / "train_data" / "3_3.pt", {"rollout_id": 3, "rollout_data": {"tokens": []}})
    count, damage = damage_behind(path)
    assert count == 2
    assert "train_data/3_1.pt: The file is no whole torch archive" in damage
    assert "train_data/3_2.pt: The torch file cannot be read: It holds no train data of samples" in damage
    assert "train_data/3_3.pt: The torch file cannot be read: It does not say which samples" in damage
    assert trained(rows_of(path)) == [FIVE, None]


def test_a_file_of_slime_is_joined_by_position_and_tokens(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A, B])
    columns = {"response_lengths": 5, "rewards": 0.5, "log_probs": FIVE, "tokens": A["tokens"]}
    later = {"response_lengths": 2, "log_probs": [-1.0, -2.0], "tokens": B["tokens"]}
    content = {
        "format_version": 2,
        "rollout_id": 3,
        "raw_reward": [0.25, 0.75],
        "samples": [
            {**columns, "rollout_position": 0, "sample_index": 70},
            {**later, "rollout_position": 1, "sample_index": 71},
        ],
    }
    write_torch(tmp_path / "train_data" / "3.pt", content)
    first, second = rows_of(path)
    assert first["train_data"] == {"log_probs": FIVE, "rewards": 0.5, "raw_reward": 0.25}
    assert second["train_data"] == {"log_probs": [-1.0, -2.0], "raw_reward": 0.75}


def test_conversations_are_found_by_index_and_occurrence(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A, A, A, B])
    talk = [[{"role": "user", "content": str(number)}] for number in range(4)]
    rows = [
        {"sample_index": 0, "sample_occurrence": 2, "messages": talk[2]},
        {"sample_index": 1, "messages": talk[3]},
        {"sample_index": 0, "sample_occurrence": 0, "messages": talk[0]},
    ]
    conversations(tmp_path, "3", rows)
    assert [row.get("trajectory") for row in rows_of(path)] == [talk[0], None, talk[2], talk[3]]


def test_conversations_that_cannot_be_told_apart_are_left_out(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [A, A])
    talk = {"sample_index": 0, "messages": [{"role": "user", "content": "x"}]}
    conversations(tmp_path, "3", [talk])
    assert [row.get("trajectory") for row in rows_of(path)] == [None, None]
    file = conversations(tmp_path, "3", [talk, talk])
    assert all("trajectory" in row for row in rows_of(path))
    file.write_text(file.read_text(encoding="utf-8") + "[]\n{torn", encoding="utf-8")
    assert damage_behind(path) == (
        2,
        "trajectory/3.jsonl, line 3 and 1 more: no whole conversation of a sample; it is left out.",
    )
