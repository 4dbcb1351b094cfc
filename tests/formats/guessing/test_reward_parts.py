"""The parts of a reward: what is none by its name, and the weights that the rows have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from understood import Row, read, written

from tensorboard_plugin_rlboard.formats.guessing.guess import Guess, guess_mapping


def rows(**more: Any) -> list[Row]:
    return [{"step": 1, "question": "q", "output": f"o{n}", **more} for n in range(4)]


def guessed(**more: Any) -> Guess:
    found = guess_mapping(rows(**more))
    assert found.format is not None, found.reason
    return found


SCORED = {"score": 0.5, "weight": 0.5}
# What a row holds -> its reward, worked by hand.
SUMS: dict[str, tuple[Row, float | None]] = {
    "a count and a mean": ({"rewards": {"a": 1.0, "b": 0.5, "count": 2, "a_mean": 0.5, "b_std": 9}}, 1.5),
    "one part beside limits": ({"reward": {"correct": 1.0, "max_score": 10.0, "n_tests": 5}}, 1.0),
    "penalties are parts": ({"rewards": {"correct": 1.0, "length_penalty": -0.25}}, 0.75),
    "a weight of none of them": ({"rewards": {"a": 1.0, "b": 0.5, "total_weight": 3}}, 1.5),
    "all weights among them": ({"rewards": {"a": 1.0, "b": 0.5, "a_weight": 2, "weight_b": 4}}, 4.0),
    "some weights among them": ({"rewards": {"a": 1.0, "b": 0.5, "b_weight": 4}}, 1.5),
    "weights in an object within": ({"rewards": {"a": 1.0, "b": 0.5, "weights": {"a": 2, "b": 4}}}, 4.0),
    "weights beside": ({"rewards": {"a": 1.0, "b": 0.5}, "reward_weights": {"b": 4, "a": 2}}, 4.0),
    "objects of score and weight": ({"rewards": {"a": SCORED, "b": {"score": 1, "weight": 0.25}}}, 0.5),
    "objects of scores without weights": ({"rewards": {"a": {"score": 1.0}, "b": {"score": 0.5}}}, None),
    "a total beside objects of scores": ({"reward": 3.0, "parts": {"a": SCORED, "b": SCORED}}, 3.0),
    "a reward model's beside a rule's": ({"rule_reward": 1.0, "rm_reward": 0.25}, None),
    "a reward model's alone": ({"rm_reward": 0.25}, 0.25),
}


@pytest.mark.parametrize("name", SUMS)
def test_sum_of_parts(name: str, tmp_path: Path) -> None:
    more, reward = SUMS[name]
    assert read(tmp_path, rows(**more), "reward") == [(reward,)] * 4
    assert reward is not None or guessed(**more).doubt.startswith("No reward was taken: ")


def test_sum_of_parts_of_each_entry_of_a_list(tmp_path: Path) -> None:
    rewards = [{"a": 1.0, "b": 0.5, "count": 2}, {"a": 0.0, "b": 0.5, "count": 2}]
    row = {
        "step": 1,
        "prompt": "q",
        "rollouts": [{"response": f"o{n}", "rewards": rewards[n]} for n in (0, 1)],
    }
    assert read(tmp_path, [row], "response", "reward") == [("o0", 1.5), ("o1", 0.5)]


def test_weighted_sum_of_each_entry_of_a_list(tmp_path: Path) -> None:
    rewards = {"a": SCORED, "b": {"score": 1, "weight": 0.25}}
    row = {"step": 1, "prompt": "q", "rollouts": [{"response": f"o{n}", "rewards": rewards} for n in (0, 1)]}
    assert read(tmp_path, [row], "response", "reward") == [("o0", 0.5), ("o1", 0.5)]


def test_weights_are_named() -> None:
    assert guessed(rewards={"a": 1.0, "b": 0.5, "b_weight": 4}).doubt == (
        "The reward is the plain sum of a, b: rewards.b_weight is not applied."
    )
    assert guessed(rewards={"a": 1.0, "b": 0.5, "total_weight": 3}).doubt == (
        "The reward is the plain sum of a, b: rewards.total_weight is not applied."
    )


@pytest.mark.parametrize(
    ("values", "field"), [([1, 0, 1, 0], "reward"), ([True, True, False, False], "validation")]
)
def test_eval_is_a_judgement_where_the_answers_to_a_prompt_differ(values: list[object], field: str) -> None:
    logged = [{"step": 1, "prompt": f"q{n // 2}", "output": f"o{n}", "eval": v} for n, v in enumerate(values)]
    keys = guess_mapping(logged).keys
    assert [name for name, path in keys.items() if path == "eval"] == [field]


PARTS = ((0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.5))
# What stands beside accuracy and format, for each pair of PARTS.
TOTALS: dict[str, tuple[float, ...]] = {
    "their sum": (1.0, 1.0, 2.0, 1.0),
    "twice the one and a fifth of the other": (0.2, 2.0, 2.2, 1.1),
    "rounded": (0.33, 1.0, 1.33, 0.67),  # a third of the other
    "less a tenth of the other": (-0.1, 1.0, 0.9, 0.45),
    "without the other": (0.0, 1.0, 1.0, 0.5),
    "another number": (3.0, 1.0, 7.0, 2.0),
    "all the same": (1.0, 1.0, 1.0, 1.0),
    "no number": (1.0, 1.0, 2.0, float("nan")),
    "huge": (1e300, 1e308, 2e308 / 2, -1e308),
}


@pytest.mark.parametrize("name", list(TOTALS)[:5])
@pytest.mark.parametrize("in_object", [False, True])
def test_a_total_that_is_the_sum_of_its_parts_is_the_reward(
    name: str, tmp_path: Path, *, in_object: bool
) -> None:
    totals = TOTALS[name]
    scored = [
        {
            "step": n,
            "question": "q",
            "output": f"o{n}",
            "total": total,
            **_parts(*PARTS[n], in_object=in_object),
        }
        for n, total in enumerate(totals)
    ]
    assert read(tmp_path, scored, "reward") == [(total,) for total in totals]
    guess = guess_mapping(scored)
    assert (guess.keys["reward"], guess.doubt) == ("total", "")
    assert any("accuracy" in path for path in guess.alternatives["reward"])


@pytest.mark.parametrize("name", list(TOTALS)[5:])
def test_a_total_that_is_no_sum_of_its_parts_is_named(name: str) -> None:
    scored = [
        {"step": n, "question": "q", "output": f"o{n}", "total": total, **_parts(*PARTS[n], in_object=False)}
        for n, total in enumerate(TOTALS[name])
    ]
    guess = guess_mapping(scored)
    assert "reward" not in guess.keys
    assert guess.doubt.startswith("No reward was taken: accuracy_reward, format_reward are parts")
    assert "total" in guess.alternatives["reward"]


def _parts(accuracy: float, shape: float, *, in_object: bool) -> Row:
    parts = {"accuracy_reward": accuracy, "format_reward": shape}
    return {"rewards": parts} if in_object else parts


def test_a_total_that_is_the_sum_of_whatever_counts_before_an_accuracy() -> None:
    samples = [(1.0, 0.5), (0.0, 0.5), (1.0, 0.0), (0.0, 0.0)]
    logged: list[Row] = [
        {
            "step": 1,
            "question": "q",
            "output": f"o{i}",
            "accuracy": a,
            "format": f,
            "tokens": 7 + i,
            "total": a + f,
        }
        for i, (a, f) in enumerate(samples)
    ]
    assert guess_mapping(logged).keys["reward"] == "total"
    for row in logged:
        row["total"] = 30 - row["tokens"]
    assert guess_mapping(logged).keys["reward"] == "accuracy"


@pytest.mark.parametrize("suffix", ["func", "fn", "function"])
def test_functions_of_a_reward_are_parts_of_it(suffix: str) -> None:
    names = (f"correctness_reward_{suffix}", f"soft_format_reward_{suffix}")
    doubt = guessed(**dict.fromkeys(names, 0.5)).doubt
    assert (
        doubt
        == f"No reward was taken: {', '.join(names)} are parts of one, and their weights are not in the rows."
    )


@pytest.mark.parametrize("key", ["turn_rewards", "step_rewards"])
def test_the_rewards_of_turns_are_summed(key: str, tmp_path: Path) -> None:
    assert read(tmp_path, rows(**{key: [0.25, 0.5]}), "reward") == [(0.75,)] * 4


@pytest.mark.parametrize("total", ["total", "overall", "final_score"])
def test_the_total_among_scores_is_the_reward(total: str, tmp_path: Path) -> None:
    scores = [{"helpful": n / 4, "harmless": 1.0, total: n / 4 + 1} for n in range(4)]
    rows = [{"step": n, "prompt": "q", "completion": f"a {n}", "scores": of} for n, of in enumerate(scores)]
    assert guess_mapping(rows).doubt == ""
    assert read(tmp_path, rows, "reward", "helpful") == [(n / 4 + 1, n / 4) for n in range(4)]


@pytest.mark.parametrize(
    "key", ["reward_loss", "reward_margin", "reward_rank", "delta_reward", "reward_diff"]
)
def test_what_is_computed_of_rewards_is_none(key: str, tmp_path: Path) -> None:
    rows = [{"step": n, "prompt": "q", "response": f"It is {n}.", key: n / 2} for n in range(3)]
    assert read(tmp_path, rows, "reward", key) == [(None, n / 2) for n in range(3)]


def test_a_sum_with_its_weights_is_not_said_to_lack_them(tmp_path: Path, open_board: Any) -> None:
    samples = [
        {"step": 1, "prompt": "q", "response": f"o{n}", "rewards": {"a": n % 2, "b": 1.0}} for n in range(4)
    ]
    weighted = [{**row, "reward_weights": {"a": 1.0, "b": 0.5}} for row in samples]
    for name, logged in (("plain", samples), ("weighted", weighted)):
        (tmp_path / name).mkdir()
        written(tmp_path / name / "log.jsonl", logged)
    plain, summed = open_board(tmp_path).runs().runs
    assert "their weights are not in the rows" in plain.mapping_doubt
    assert (summed.mapping_doubt, summed.notices) == ("", [])
