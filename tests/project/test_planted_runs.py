"""The generator of runs with planted failures: what it says of a run is in the run's rows, and the tab shows the same.

The count of keys to a proof: what counts as one, and the table.
"""

from __future__ import annotations

import functools
import json
import math
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import make_planted_runs
import numpy as np
import pytest
from counted_actions import ProofPath, proves, render_table, table_cell
from planted_runs.levels import HEALTHY
from planted_runs.measures import MEASURES
from planted_runs.run import FAILURES, Plan, write_run
from planted_runs.shapes import SHAPES
from planted_runs.texts import problems, tokens_from, tokens_of

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion

STEPS_OF_A_RUN = 20
Planted = Callable[[Plan], tuple[dict[str, Any], Path]]


@pytest.fixture(scope="module", autouse=True)
def _shorter_runs() -> Iterator[None]:
    """A failure that grows over eight steps is grown up in twenty, too."""
    with pytest.MonkeyPatch.context() as patch:
        for name, shape in SHAPES.items():
            patch.setitem(SHAPES, name, replace(shape, steps=STEPS_OF_A_RUN))
        yield


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, _shorter_runs: None) -> Planted:
    """Writes the run of a plan, once for all tests; gives what is said of it, and the folder that its log is in."""
    folder = tmp_path_factory.mktemp("planted")

    @functools.cache
    def made(plan: Plan) -> tuple[dict[str, Any], Path]:
        truth = write_run(plan, folder / plan.name / "logs", folder / plan.name)
        return json.loads(truth.read_text()), folder / plan.name / "logs" / plan.name

    return made


def small(kind: str, strength: str = "medium", seed: int = 1) -> Plan:
    """The run with fewest samples that shows the kind."""
    plans = (Plan(kind, strength, shape, seed) for shape in ("grpo_few", "ppo_few"))
    return next(plan for plan in plans if plan.fits())


def read(folder: Path) -> dict[int, list[dict[str, Any]]]:
    """Step -> its rows; each with the line it stands in."""
    (path,) = folder.glob("*.jsonl")
    steps: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        row = json.loads(line)
        steps[row["step"]].append(row | {"line": number})
    return steps


@pytest.mark.parametrize("kind", FAILURES)
def test_what_was_planted_is_in_the_rows(kind: str, planted: Planted) -> None:
    truth, folder = planted(small(kind))
    steps = read(folder)
    assert list(steps) == list(range(STEPS_OF_A_RUN))
    onset, last, metric = truth["onset"], truth["last"], MEASURES[truth["metric"]]
    measured = [metric(rows) for rows in steps.values()]
    # Rows hold arrays with three decimals or digits, the truth was computed before that.
    assert truth["after"] == pytest.approx(np.mean(measured[onset : last + 1]), rel=0.02, abs=2e-3)
    if onset:
        assert truth["before"] == pytest.approx(np.mean(measured[:onset]), rel=0.02, abs=2e-3)
        further = abs(truth["after"] - truth["before"])
        assert further > np.std(measured[:onset]) / 2, "medium strength is more than the noise before"
    assert truth["evidence"]
    for evidence in truth["evidence"]:
        row = steps[evidence["step"]][evidence["sample"]]
        assert row["line"] == evidence["line"]
        assert onset <= evidence["step"] <= last
        assert all(0 <= token < len(row["response_tokens"]) for token in evidence["tokens"])


@pytest.mark.parametrize("kind", FAILURES)
def test_a_stronger_failure_goes_further(kind: str, planted: Planted) -> None:
    if kind == "reward_component_dead":
        pytest.skip("its strength is what the dead part weighed in the reward, not how dead it is")
    weak, medium, strong = (planted(small(kind, strength))[0] for strength in ("weak", "medium", "strong"))
    assert weak["onset"] == medium["onset"] == strong["onset"]
    far = [abs(truth["after"] - (truth["before"] or 0.0)) for truth in (weak, medium, strong)]
    assert far[0] < far[1] < far[2]


def test_the_tab_shows_the_planted_numbers(
    tmp_path: Path, planted: Planted, open_board: Callable[[Path], Board]
) -> None:
    evidence = {"k3_mean", "log_ratio_mean", "entropies_mean", "explained_variance", "n_tokens"}
    evidence |= {
        "zero_advantage_groups",
        "duplicate_share",
        "truncation_share",
        "loss",
        "reward",
        "staleness",
    }
    truths = []
    for kind in (kind for kind in FAILURES if FAILURES[kind].metric in evidence):
        truth, folder = planted(small(kind))
        shutil.copytree(folder, tmp_path / truth["run"])
        truths.append(truth)
    board = open_board(tmp_path)
    assert {run.run for run in board.runs().runs} == {truth["run"] for truth in truths}
    for truth in truths:
        name = truth["metric"]
        # A step has a number of its own under some names that its samples have, too: explained variance.
        answer = board.steps(StepsQuestion(Selection(truth["run"]), ()))
        if name not in answer.step_metrics:
            answer = board.steps(StepsQuestion(Selection(truth["run"]), (name,)))
        column = answer.step_metrics[name] if name in answer.step_metrics else answer.metrics[name].mean
        steps = read(tmp_path / truth["run"])
        for step, value in zip(answer.step, column, strict=True):
            assert value == pytest.approx(MEASURES[name](steps[step]), rel=1e-6, abs=1e-9), (name, step)


def test_healthy_runs_have_nothing_planted(planted: Planted) -> None:
    for kind in HEALTHY:
        truth, _ = planted(Plan(kind, "medium", "grpo_few", 3))
        assert truth["run"] == f"{kind}-grpo_few-3"
        assert not truth.keys() & {"onset", "metric", "evidence"}
    assert len(HEALTHY) >= 10


def test_the_same_plan_makes_the_same_samples(tmp_path: Path) -> None:
    plan = small("kl_spike")
    once, again = (read_after(write_run(plan, tmp_path / n / "logs", tmp_path / n), plan) for n in "ab")
    assert once == again
    other = small("kl_spike", seed=2)
    assert read_after(write_run(other, tmp_path / "c" / "logs", tmp_path / "c"), other) != once


def read_after(truth: Path, plan: Plan) -> dict[int, list[dict[str, Any]]]:
    return read(truth.parent / "logs" / plan.name)


def test_measures_of_rows_counted_by_hand() -> None:
    first = {"reward": 1.0, "logprobs": [-0.1, -1.0], "ref_logprobs": [-3.0, -1.0], "prompt": "p",
             "group_id": "g", "response": "a", "ref_reward": 0.0, "returns": [1.0, 1.0], "values": [0.5, 0.5]}  # fmt: skip
    second = first | {"logprobs": [math.nan, -1.0], "ref_reward": 2.0, "returns": [0.0, 0.0]}
    rows = [first, second]
    # k3 of the log ratio 2.9 is 1.955023 (docs/metrics.md); the other two finite tokens have 0.
    assert MEASURES["k3_mean"](rows) == pytest.approx(1.955023 / 3, abs=1e-6)
    assert MEASURES["log_ratio_mean"](rows) == pytest.approx(2.9 / 3)
    assert MEASURES["nonfinite"](rows) == 0.5
    assert (MEASURES["zero_advantage_groups"](rows), MEASURES["duplicate_share"](rows)) == (1.0, 0.5)
    assert MEASURES["loss"](rows) == 0.5
    # The target varies by 1/4; the critic says 0.5 of everything, so its error varies as much.
    assert MEASURES["explained_variance"](rows) == 0.0


def test_texts_are_their_tokens() -> None:
    for problem in problems(12, np.random.default_rng(1)):
        text = problem.response(6, correct=True, rng=np.random.default_rng(2))
        assert "".join(tokens_of(text)) == text
        assert tokens_from(text, 0) == tuple(range(len(tokens_of(text))))
        assert problem.answer in text


def test_every_shape_and_kind_that_fits_is_made_once() -> None:
    made = make_planted_runs.plans([*FAILURES, *HEALTHY], ["medium"], None, [1])
    assert [plan.kind for plan in made] == [*FAILURES, *HEALTHY]
    everywhere = make_planted_runs.plans(["value_misfit"], ["weak", "strong"], list(SHAPES), [1, 2])
    assert len({plan.name for plan in everywhere}) == len(everywhere) == 2 * 2 * 3, (
        "three shapes have a critic"
    )


def test_a_folder_with_something_in_it_and_a_shape_that_shows_nothing_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["make_planted_runs.py", "--out", str(tmp_path / "out"), "--kinds", "value_misfit"]
    monkeypatch.setattr(sys, "argv", [*words, "--shapes", "rloo"])
    assert make_planted_runs.main() == 1
    assert "None of these shapes" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", [*words, "--shapes", "ppo_few"])
    assert make_planted_runs.main() == 0
    capsys.readouterr()
    assert make_planted_runs.main() == 1
    assert "is not empty" in capsys.readouterr().err


SPIKE, FLAT = Plan("kl_spike", "weak", "grpo_few", 1), Plan("entropy_collapse", "strong", "grpo_few", 1)
TRUTH: dict[str, Any] = {
    "onset": 10,
    "last": 12,
    "everywhere": False,
    "evidence": [
        {"step": 10, "sample": 3, "tokens": [5, 6]},
        {"step": 11, "sample": 0, "tokens": []},
    ],
}


@pytest.mark.parametrize(
    ("place", "token", "right"),
    [
        ((10, 3), 6, True),
        ((10, 3), 7, False),
        ((10, 3), None, False),
        ((11, 0), None, True),
        ((11, 0), 4, True),
        ((11, 1), None, False),
    ],
)
def test_a_proof_is_a_sample_that_was_planted_and_its_token_where_tokens_show_it(
    place: tuple[int, int], token: int | None, right: bool
) -> None:
    assert proves(TRUTH, *place, token) is right


def test_where_every_sample_shows_it_each_since_the_onset_is_one() -> None:
    everywhere = TRUTH | {"everywhere": True}
    assert [proves(everywhere, step, 9, None) for step in (9, 10, 12, 13)] == [False, True, True, False]
    assert not proves(everywhere, 10, 3, 7), "one that is named shows it at its own tokens"


def test_the_table_has_a_line_for_each_kind_and_the_sums() -> None:
    found = [
        ProofPath(SPIKE, ("4", "Enter"), 10, 3, 6, proves=True),
        ProofPath(FLAT, ("4", "j", "Enter"), 30, 1, None, proves=True),
        ProofPath(Plan("entropy_collapse", "weak", "grpo_few", 1)),
    ]
    assert render_table(found).splitlines() == [
        "| planted | weak | strong |",
        "| --- | --- | --- |",
        "| `kl_spike` | 2: `4` `Enter` → step 10, sample 3, token 6 | – |",
        "| `entropy_collapse` | not named | 3: `4` `j` `Enter` → step 30, sample 1 |",
        "",
        "Of 2 weak ones 1 are proved, by 2 to 2 keys.",
        "",
        "Of 1 strong ones 1 are proved, by 3 to 3 keys.",
    ]


def test_what_is_no_proof_is_said() -> None:
    assert "**not what was planted**" in table_cell(ProofPath(SPIKE, ("4", "Enter"), 2, 0, 0))


def test_what_is_written_behind_a_text_is_counted_with_the_token_that_it_is_joined_to() -> None:
    assert tokens_of("a b ") == ["a", " b", " "]
    assert tokens_of("a b c") == ["a", " b", " c"]
    assert tokens_from("a b c", len("a b ")) == (2,)
    assert tokens_from("a b c", len("a")) == (1, 2)
