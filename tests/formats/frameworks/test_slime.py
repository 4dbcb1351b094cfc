"""slime: its dumps of torch, from their files to samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import ignored
from container_formats import ASKED, origin
from dumps import dump
from logged import LETTERS, only, opened
from packing import dump_of, sample, tensor, text, whole, write_torch
from repository import SAMPLES

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.frameworks.slime import SLIME, SLIME_TRAINING
from tensorboard_plugin_rlboard.index.detect.sniff import sniff

Open = Callable[[Path], Board]


def slime(**more: Any) -> dict[str, Any]:
    return {
        "rollout_id": 5,
        "group_index": 2,
        "index": 9,
        "prompt": "2+2?",
        "tokens": [1, 2, 3, 4, 5],
        "response": "cde",
        "response_length": 3,
        "reward": 1.0,
        **more,
    }


def test_the_real_files_of_slime_are_recognised() -> None:
    for path in sorted((SAMPLES / "slime" / "rollout_data").iterdir()):
        assert sniff(str(path)) == (SLIME, "")


def test_a_sample_of_slime_has_the_tokens_of_its_response() -> None:
    row = slime(loss_mask=[1, 0, 1], rollout_log_probs=[-0.1, 0.0, -0.2], status="truncated", label="4")
    found = only(SLIME, row, LETTERS)
    assert found["response_tokens"] == ["C", "D", "E"]
    assert (found["response_mask"], found["rollout_logprobs"]) == ([1, 0, 1], [-0.1, 0.0, -0.2])
    assert (found["step"], found["group_id"], found["sample_id"]) == (5, "2", "9")
    assert (found["finish_reason"], found["ground_truth"], found["reward"]) == ("truncated", "4", 1.0)
    shown = opened(SLIME, row)
    assert shown.token_strings == ["#3", "#4", "#5"]
    assert shown.aligned.mask is not None
    assert shown.aligned.mask.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("reward", "whole_reward", "others"),
    [
        (0.5, 0.5, {}),
        (None, None, {}),
        ({"score": 1.0, "acc": True}, 1.0, {"score": 1.0, "acc": True}),
        ({"reward": 0.5, "form": 0.1}, 0.5, {"form": 0.1}),
        ({"acc": 1.0}, 1.0, {"acc": 1.0}),
        ({"a": 1.0, "b": 2.0}, None, {"a": 1.0, "b": 2.0}),
        ({"a": 1.0, "step": 7}, None, {"a": 1.0, "reward.step": 7, "step": 5}),
        ({"why": "no number"}, None, {}),
    ],
)
def test_a_reward_of_slime_may_be_an_object(
    reward: Any, whole_reward: float | None, others: dict[str, Any]
) -> None:
    found = only(SLIME, slime(reward=reward))
    assert found.get("reward") == whole_reward
    assert others.items() <= found.items()


def test_prompts_of_slime_may_be_messages_and_labels_objects() -> None:
    found = only(
        SLIME,
        slime(prompt=ASKED, label={"value": 4}, metadata={"rm_type": "math"}, weight_versions=["1", "2"]),
    )
    assert found["messages"][-1] == {"role": "assistant", "content": "cde", "sampled": True}
    assert found["prompt"].endswith("user: 2+2?")
    assert (found["ground_truth"], found["metadata"], found["weight_version"]) == (
        '{"value": 4}',
        {"rm_type": "math"},
        "2",
    )
    assert "policy_version" not in found  # counted otherwise than rollouts, so a staleness would be wrong


@pytest.mark.parametrize(
    "more", [{"response_length": 0}, {"response_length": 9}, {"tokens": [1, "b", "c"]}, {"tokens": []}]
)
def test_tokens_of_slime_that_do_not_fit_are_left_out(more: dict[str, Any]) -> None:
    found = only(SLIME, slime(**more))
    assert "response_tokens" not in found
    assert found["response"] == "cde"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("0.pt", (0, "train")),
        ("eval_12.pt", (12, "eval")),
        ("rollout_data_7.pt", (7, "train")),
        ("rollout_data_eval_7.pt", (7, "eval")),
        ("model.pt", (None, "")),
    ],
)
def test_the_name_of_a_slime_file_tells_step_and_split(name: str, told: tuple[int | None, str]) -> None:
    assert origin(SLIME, f"rollout_data/{name}") == told


def test_what_slime_trained_on_has_the_arrays_of_the_trainer(tmp_path: Path, open_board: Open) -> None:
    """Tensors, a sample of three tokens and one of two, and the rewards of the whole batch beside them."""
    import numpy as np

    floats = np.array([-0.5, -0.25, -0.125, -0.0625, 1.0, 2.0, 3.0], "<f4")
    ids = np.array([1, 2, 3, 4, 5], "<i8")

    def one(place: int, count: int) -> bytes:
        return sample(
            data_parallel_rank=b"K\x00",
            rollout_position=whole(place),
            sample_index=whole(20 + place),
            tokens=tensor("Long", "0", (5,), (1,)),
            response_lengths=whole(count),
            total_lengths=whole(5),
            loss_masks=tensor("Float", "1", (count,), (0,), offset=4),
            rewards=b"G" + b"\x3f\xe0" + b"\0" * 6,
            log_probs=tensor("Float", "1", (count,), (1,)),
            ref_log_probs=tensor("Float", "1", (count,), (1,), offset=1),
            advantages=tensor("Float", "1", (count,), (1,), offset=4),
        )

    rows = text("samples") + b"](" + one(1, 3) + one(0, 2) + b"e"
    rewards = text("raw_reward") + b"](G" + b"\0" * 8 + b"K\x01e"
    pickled = (
        b"\x80\x02}(" + text("format_version") + b"K\x02" + text("rollout_id") + b"K\x04" + rows + rewards
    )
    pickled += text("dp_shards") + b"](}" + text("micro_batch_indices") + b"]seu."
    path = write_torch(tmp_path / "train_data" / "4.pt", pickled, {"0": ids.tobytes(), "1": floats.tobytes()})
    assert sniff(str(path)) == (SLIME_TRAINING, "")
    found = dump(open_board(tmp_path), ".")
    assert found["problems"] == []
    first, second = found["samples"]
    assert first["tokens"] == ["#3", "#4", "#5"]
    assert second["tokens"] == ["#4", "#5"]
    assert first["arrays"]["logprobs"] == [-0.5, -0.25, -0.125]
    assert first["arrays"]["ref_logprobs"] == [-0.25, -0.125, -0.0625]
    assert first["arrays"]["advantages"] == [1.0, 2.0, 3.0]
    assert (first["step"], first["split"]) == (4, "train")
    assert (first["scalars"]["reward"], second["scalars"]["reward"]) == (1.0, 0.0)
    assert first["scalars"]["shaped_reward"] == 0.5


def test_a_hostile_dump_is_ignored_with_its_reason(tmp_path: Path, open_board: Open) -> None:
    write_torch(
        tmp_path / "rollout_data" / "1.pt", dump_of(b"cos\nsystem\n(" + text("touch /nowhere") + b"tR")
    )
    board = open_board(tmp_path)
    assert not board.runs().runs
    assert "os.system" in dict(ignored(board))["rollout_data/1.pt"]
