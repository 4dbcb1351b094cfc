"""What a log may mean and what was not taken for it: rewards of any name, parts, data sets and steps, each of them said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from understood import Row, read, written

from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping


def rows(count: Any = 6, *, without: Any = (), **fields: Any) -> list[Row]:
    """Samples in our own words, without some of them, with further fields that depend on the number of the sample."""
    found = []
    for n in range(count):
        row = {"step": n // 2, "prompt": f"p {n // 2}", "response": f"so {n}", "reward": n % 2}
        found.append(
            {key: value for key, value in row.items() if key not in without}
            | {key: value(n) for key, value in fields.items()}
        )
    return found


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"rm": lambda n: n / 3, "verifier": lambda n: n % 2}, ("rm", "verifier")),
        ({"tests_passed": lambda n: n, "tests_total": lambda _: 8}, ("tests_passed",)),
        ({"extra_info": lambda n: {"reward": n % 2}}, ("extra_info.reward",)),
        ({"rating": lambda n: n % 5}, ("rating",)),
    ],
)
def test_numbers_that_may_be_the_reward_are_named(
    fields: dict[str, Any], named: tuple[str, ...], tmp_path: Path, open_board: Any
) -> None:
    written(tmp_path / "log.jsonl", rows(without=("reward",), **fields))
    (info,) = open_board(tmp_path).runs().runs
    assert info.mapping_alternatives["reward"] == named
    listed = ", ".join(named)
    assert info.mapping_doubt == (
        f"No reward was taken, because no key is called like one; it may be one of these: {listed}."
    )
    (tmp_path / "rlboard.toml").write_text(f'{info.mapping_toml}reward = "{named[0]}"\n', encoding="utf-8")
    board = open_board(tmp_path)
    (info,) = board.runs().runs
    assert info.mapping_doubt == ""
    assert None not in columns(board, "reward")[0]


@pytest.mark.parametrize(
    "name",
    [
        "loss",
        "kl",
        "n_tokens",
        "latency_s",
        "advantage",
        "mean_reward",
        "batch_reward",
        "temperature",
        "耗时",
        "turns",
    ],
)
def test_measures_are_no_rewards(name: str) -> None:
    guess = guess_mapping(rows(without=("reward",), **{name: lambda n: n / 7}), is_native=True)
    assert "reward" not in guess.keys
    assert guess.doubt == ""


def test_a_number_that_never_changes_is_no_reward() -> None:
    assert guess_mapping(rows(without=("reward",), foo=lambda _: 1), is_native=True).doubt == ""


@pytest.mark.parametrize(
    ("reward", "added", "is_said"),
    [
        ("base_reward", "bonus", True),
        ("task_reward", "length_penalty", True),
        ("reward", "length_penalty", False),
        ("base_reward", "margin", False),
    ],
)
def test_what_may_be_added_to_a_reward_is_said(reward: str, added: str, *, is_said: bool) -> None:
    fields = {reward: lambda n: n % 2, added: lambda n: -n / 9}
    guess = guess_mapping(rows(without=("reward",), **fields))
    assert guess.keys["reward"] == reward
    said = f"The reward may be another one: {reward} was taken, and {added} may be added to it."
    assert guess.doubt == (said if is_said else "")


def test_a_reward_under_another_key_in_the_rows_without_one_is_said(tmp_path: Path, open_board: Any) -> None:
    logged = rows(8)
    for row in logged[::3]:
        row["eval_reward"] = row.pop("reward")
    written(tmp_path / "log.jsonl", logged)
    (info,) = open_board(tmp_path).runs().runs
    told = re.search(
        r'Samples without a reward have eval_reward: .* write reward = ("[^"]*") into', info.mapping_doubt
    )
    assert told
    toml = info.mapping_toml.replace('reward = "reward"', f"reward = {told[1]}")
    (tmp_path / "rlboard.toml").write_text(toml, encoding="utf-8")
    board = open_board(tmp_path)
    assert columns(board, "reward") == [(n % 2,) for n in range(8)]


@pytest.mark.parametrize(
    ("key", "values", "shown"),
    [
        ("dataset", ("train", "aime24"), "aime24"),
        ("data_source", ("training", "math500"), "math500"),
        ("benchmark", (None, "math500"), "math500"),
    ],
)
def test_data_that_may_be_held_out_is_said(
    key: str, values: tuple[object, object], shown: str, tmp_path: Path, open_board: Any
) -> None:
    written(tmp_path / "log.jsonl", rows(12, **{key: lambda n: values[n == 3]}))
    (info,) = open_board(tmp_path).runs().runs
    assert info.splits == ["train"]
    assert info.mapping_doubt.startswith(f"{key} was not taken as split: rows with {shown} may be held out.")


@pytest.mark.parametrize("values", [("gsm8k", "math"), ("train", "train"), ("gsm8k", "gsm8k")])
def test_other_data_is_not_spoken_of(values: tuple[str, str]) -> None:
    assert guess_mapping(rows(dataset=lambda n: values[n % 2]), is_native=True).doubt == ""


def test_a_phase_that_few_rows_have_is_seen(tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", rows(12, mode=lambda n: "val" if n == 3 else "train"))
    (info,) = open_board(tmp_path).runs().runs
    assert info.mapping_sources["split"] == "mode"
    assert info.splits == ["train", "eval"]


@pytest.mark.parametrize("key", ["n_iter", "iter_num", "optimizer_steps", "第几步"])
def test_what_is_called_like_a_step_is_taken_and_said(key: str) -> None:
    guess = guess_mapping(rows(without=("step",), **{key: lambda n: n // 2}), is_native=True)
    assert guess.keys["step"] == key
    assert guess.doubt == f"The step is a guess: {key} was taken, because nothing else is called like one."


@pytest.mark.parametrize("key", ["num_steps", "reasoning_steps", "推理步数", "turn_steps"])
def test_counts_of_steps_are_none(key: str) -> None:
    guess = guess_mapping(rows(without=("step",), **{key: lambda n: (3, 1, 4, 1, 5, 9)[n]}), is_native=True)
    assert "step" not in guess.keys


def test_parts_of_an_epoch_are_no_steps() -> None:
    guess = guess_mapping(rows(without=("step",), epoch=lambda n: n // 2 / 2), is_native=True)
    assert "step" not in guess.keys
    assert guess.alternatives["step"] == ("epoch",)


def test_a_step_whose_key_changes_is_read_from_both(tmp_path: Path) -> None:
    later = [{"iteration": 3 + n, "question": "p", "output": f"so {n}", "score": n} for n in range(6)]
    found = read(tmp_path, [*rows(), *later], "step", "reward")
    assert found == [*((n // 2, n % 2) for n in range(6)), *((3 + n, n) for n in range(6))]


def test_pass_at_one_is_whether_the_answer_is_right() -> None:
    assert guess_mapping(rows(without=("reward",), **{"pass@1": lambda n: n % 2})).keys["reward"] == "pass@1"


def test_messages_as_text_are_a_conversation_in_our_own_words_as_well() -> None:
    logged = rows()
    for row in logged:
        row["prompt"] = json.dumps([{"role": "user", "content": row["prompt"]}])
    assert guess_mapping(logged, is_native=True).keys["messages"] == "prompt"


@pytest.mark.parametrize(
    ("fields", "taken", "both"),
    [
        (
            {"scores": lambda n: {"acc": n % 2, "fmt": n // 2 % 2}},
            "scores.acc",
            "scores.acc + scores.fmt",
        ),
        (
            {"scores": lambda n: {"correct": n % 2 > 0, "bleu": n / 6}},
            "scores.correct",
            "scores.correct + scores.bleu",
        ),
        ({"acc": lambda n: n % 2, "format": lambda n: n // 2 % 2}, "acc", "acc + format"),
        (
            {"accuracy_reward": lambda n: n % 2, "fmt": lambda n: n / 4},
            "accuracy_reward",
            "accuracy_reward + fmt",
        ),
        ({"是否正确": lambda n: n % 2, "格式分": lambda n: n / 4}, "是否正确", "是否正确 + 格式分"),
    ],
)
def test_a_right_answer_beside_what_is_often_rewarded_as_well_is_doubted(
    fields: dict[str, Any], taken: str, both: str, tmp_path: Path, open_board: Any
) -> None:
    written(tmp_path / "log.jsonl", rows(without=("reward",), **fields))
    (info,) = open_board(tmp_path).runs().runs
    other = both.rpartition(" + ")[2]
    assert info.mapping_doubt == (
        f"The reward may be another one: {taken} was taken, and {other} may be added to it."
    )
    assert info.mapping_alternatives["reward"] == (both,)
    toml = re.sub('reward = ".*"', f'reward = "{both}"', info.mapping_toml)
    (tmp_path / "rlboard.toml").write_text(toml, encoding="utf-8")
    board = open_board(tmp_path)
    assert board.runs().runs[0].mapping_doubt == ""
    assert len({reward for (reward,) in columns(board, "reward")}) > 2


def test_a_verdict_in_words_is_not_added_to_numbers() -> None:
    words = rows(without=("reward",), correct=lambda n: ("yes", "no")[n % 2], style=lambda n: n / 7)
    guess = guess_mapping(words)
    assert guess.doubt == "The reward may be another one: correct was taken, and style may be added to it."
    assert "reward" not in guess.alternatives
    truths = rows(without=("reward",), acc=lambda n: n % 2 > 0, format_ok=lambda n: n > 2)
    assert guess_mapping(truths).alternatives["reward"] == ("acc + format_ok",)


@pytest.mark.parametrize(
    "fields",
    [
        {"acc": lambda n: n % 2, "n_tokens": lambda n: n, "difficulty": lambda n: n, "foo": lambda n: n},
        {"metrics": lambda n: {"acc": n % 2, "length": n}},
        {"scores": lambda n: {"acc": n % 2, "fmt": 1, "total": n % 2 + 1}},
        {"scores": lambda n: {"acc": n % 2, "fmt": n // 2 % 2, "total": n % 2 + n // 2 % 2}},
        {"score": lambda n: n % 2, "format": lambda n: n // 2 % 2},
        {"acc": lambda n: n % 2, "format_weight": lambda n: n, "format": lambda _: 1},
    ],
)
def test_a_right_answer_beside_anything_else_is_not_doubted(
    fields: dict[str, Any], tmp_path: Path, open_board: Any
) -> None:
    written(tmp_path / "log.jsonl", rows(without=("reward",), **fields))
    (info,) = open_board(tmp_path).runs().runs
    assert info.mapping_doubt == ""


@pytest.mark.parametrize("at", [0, 2])
def test_a_list_with_its_total_in_it_is_not_added_up(at: int, tmp_path: Path) -> None:
    def parts(n: int) -> list[float]:
        found = [n % 2, 0.5]
        found.insert(at, n % 2 + 0.5)
        return found

    assert read(tmp_path, rows(reward=parts), "reward") == [(n % 2 + 0.5,) for n in range(6)]
    assert guess_mapping(rows(reward=parts)).doubt == ""
    others = rows(reward=lambda n: [n % 2, 0.5, 0.25])
    assert guess_mapping(others).keys["reward"] == "reward.*"
