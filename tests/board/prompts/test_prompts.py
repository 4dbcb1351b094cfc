"""/prompts against brute force, and as a training goes on."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_histories import history, pass_at_k
from rollout_log import Row, TestLog, row

from tensorboard_plugin_rlboard.api import Prompts
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.prompts.prompt_identity import prompt_identity
from tensorboard_plugin_rlboard.board.prompts.question import PassQuestion, PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError

SUMMED = ("reward_first", "reward_last", "reward_mean", "pass_rate")
EXACT = ("visits", "samples", "first_step", "last_step", "reward_best", "status", "never_beats_reference")

numbers = st.sampled_from([0.0, 0.25, 0.5, 1.0, -1.0])
ranks = st.lists(
    st.builds(
        row,
        step=st.integers(1, 6),
        prompt=st.sampled_from(["a", "b", "User: a\nAssistant:", "c"]),
        reward=st.one_of(numbers, st.sampled_from([math.nan, math.inf, None])),
        ref_reward=st.one_of(numbers, st.none()),
        data_source=st.sampled_from(["x", "y"]),
    ),
    min_size=1,
    max_size=40,
).map(lambda rows: sorted(rows, key=lambda each: each["step"]))


def ask(board: Board, **asked: Any) -> Prompts:
    return board.prompts.prompts(PromptsQuestion(Selection("."), **asked))


def by_identity(found: Prompts) -> dict[str, dict[str, Any]]:
    listed: dict[str, dict[str, Any]] = {}
    for i, identity in enumerate(found.columns["identity"]):
        line = list(zip(found.lines[i].step, found.lines[i].reward, strict=True))
        listed[str(identity)] = {name: values[i] for name, values in found.columns.items()} | {"line": line}
    return listed


def expected(rows: list[Row], threshold: float) -> dict[str, dict[str, Any]]:
    prompts: dict[str, list[Row]] = defaultdict(list)
    for each in rows:
        prompts[prompt_identity(each["prompt"])].append(each)
    return {identity: history(of, threshold) for identity, of in prompts.items()}


def check(found: Prompts, rows: list[Row], threshold: float) -> None:
    wanted, listed = expected(rows, threshold), by_identity(found)
    assert listed.keys() == wanted.keys()
    assert found.total == found.counts["all"] == len(wanted)
    for identity, values in wanted.items():
        for name in EXACT:
            assert listed[identity][name] == values[name], name
        for name in SUMMED:
            assert listed[identity][name] == pytest.approx(values[name]), name
        assert listed[identity]["best_gap"] == pytest.approx(values["best_gap"])
        assert listed[identity]["line"] == [(step, pytest.approx(mean)) for step, mean in values["line"]]
    for name in ("solved", "regressed", "never_solved", "always_solved", "mixed", "unscored"):
        assert found.counts[name] == sum(values["status"] == name for values in wanted.values())
    assert found.counts["never_beats_reference"] == sum(
        values["never_beats_reference"] for values in wanted.values()
    )


@settings(max_examples=examples(8), deadline=None)
@given(rows=ranks, later=ranks, threshold=st.sampled_from([0.5, 1.0]))
def test_every_number_as_by_brute_force_also_after_more_rows(
    rows: list[Row], later: list[Row], threshold: float
) -> None:
    with TemporaryDirectory() as folder, TestLog(Path(folder)) as log:
        log.write(*rows)
        board = log.open()
        check(ask(board, threshold=threshold), rows, threshold)
        log.write(*later, file="b.jsonl")  # of another rank, which may change any step
        board.indexer.index_now()
        check(ask(board, threshold=threshold), rows + later, threshold)
        check(
            board.prompts.prompts(PromptsQuestion(Selection(".", step_min=2), threshold=threshold)),
            [each for each in rows + later if each["step"] >= 2],
            threshold,
        )
        passes = board.prompts.pass_at_k(PassQuestion(Selection("."), threshold))
        groups: dict[int, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
        for each in rows + later:
            if each["reward"] is not None and math.isfinite(each["reward"]):
                groups[each["step"]][prompt_identity(each["prompt"])].append(each["reward"] >= threshold)
        for i, step in enumerate(passes.step):
            for j, k in enumerate(passes.k):
                counted = [of for of in groups[step].values() if len(of) >= k]
                assert passes.prompts[j][i] == len(counted)
                mean = sum(pass_at_k(of, k) for of in counted) / len(counted) if counted else None
                assert passes.pass_at_k[j][i] == pytest.approx(mean)
                share = sum(sum(of) / len(of) for of in counted) / len(counted) if counted else None
                assert passes.avg_at_k[j][i] == pytest.approx(share)


def test_statuses_by_hand(test_log: TestLog) -> None:
    courses = {
        "learnt": [(0, 0), (0, 1), (1, 1)],
        "lost": [(1, 1), (1, 0), (0, 0)],
        "hard": [(0, 0), (0, 0)],
        "easy": [(1, 1), (1, 1)],
        "now and then": [(1, 0), (1, 0)],
    }
    test_log.write(
        *(
            row(step, prompt=prompt, reward=float(reward), ref_reward=0.5)
            for prompt, course in courses.items()
            for step, rewards in enumerate(course)
            for reward in rewards
        )
    )
    found = ask(test_log.open())
    statuses = dict(zip(found.columns["prompt"], found.columns["status"], strict=True))
    assert statuses == {
        "learnt": "solved",
        "lost": "regressed",
        "hard": "never_solved",
        "easy": "always_solved",
        "now and then": "mixed",
    }
    assert (found.threshold.value, found.threshold.rule) == (1.0, "two_valued")
    assert found.counts["never_beats_reference"] == 1
    assert found.columns["prompt"][0] == "lost", "what lost most comes first"


@pytest.mark.parametrize(
    ("rewards", "value", "rule"),
    [
        ([0, 1, 0, 1], 1.0, "two_valued"),
        ([0, 0, 0, 0], 1.0, "one_value"),
        ([-1, -1, -1, -1], 1.0, "one_value"),
        ([-1, 1, -1, 1], 1.0, "two_valued"),
        ([-0.5, 0.1, 0.1, -0.5], 0.1, "two_valued"),
        ([0, 0.25, 0.5, 1], 1.0, "full_marks"),
        # The upper quartile of 1, 2, 3, 4 is 3.25; the second step does not count.
        ([1, 2, 3, 4], 3.25, "first_step"),
        ([None, None, None, None], 1.0, "no_reward"),
    ],
)
def test_the_threshold_that_fits(test_log: TestLog, rewards: list[float], value: float, rule: str) -> None:
    rows = [row(1, prompt=f"p{i}", reward=reward) for i, reward in enumerate(rewards)]
    test_log.write(*rows, row(2, reward=rewards[0]))
    said = ask(test_log.open()).threshold
    assert said.rule == rule
    assert said.value == pytest.approx(value)


def test_one_list_one_kind_and_pages(test_log: TestLog) -> None:
    test_log.write(
        *(
            row(step, prompt=f"p{i}", reward=float(i % 2), data_source="odd" if i % 2 else "even")
            for i in range(10)
            for step in (1, 2)
        )
    )
    board = test_log.open()
    found = ask(board, status="never_solved", sort="first_step", limit=3, offset=3)
    assert (found.total, len(found.columns["prompt"]), found.counts["all"]) == (5, 2, 10)
    assert found.by == "data_source"
    kinds = dict(zip(found.kinds["kind"], found.kinds["never_solved"], strict=True))
    assert kinds == {"even": 5, "odd": 0}
    assert ask(board, kind="odd").total == 5
    assert ask(board, kind="none such").total == 0
    without = ask(board, by="")
    assert (without.kinds, {*without.columns["kind"]}) == ({}, {None})


def test_prompts_without_a_value_are_a_kind_of_their_own(test_log: TestLog) -> None:
    test_log.write(row(1, prompt="a", data_source="x"), row(1, prompt="b"))
    board = test_log.open()
    found = ask(board, sort="samples")
    assert dict(zip(found.columns["prompt"], found.columns["kind"], strict=True)) == {"a": "x", "b": None}
    assert {*found.kinds["kind"]} == {"x", None}
    assert ask(board, kind="").columns["prompt"] == ["b"]


NO_KIND = r"is no text that tells kinds of samples apart in run \.\. Name one of these: data_source, level\.$"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"status": "bad"}, "status=bad is not known"),
        ({"sort": "prompt"}, "sort=prompt is no column"),
        ({"order": "up"}, "order=up is not known"),
        ({"by": "nothing"}, f"by=nothing {NO_KIND}"),
        ({"by": "response"}, f"by=response {NO_KIND}"),
        ({"limit": 201}, "limit takes 1 to 200"),
        ({"offset": -1}, "limit takes 1 to 200"),
    ],
)
def test_refusals(test_log: TestLog, asked: dict[str, Any], said: str) -> None:
    test_log.write(row(1, data_source="x", level="hard"))
    with pytest.raises(ArgumentError, match=said):
        ask(test_log.open(), **asked)


def test_what_a_response_has_is_not_proposed_for_prompts(test_log: TestLog) -> None:
    """How a response ended tells kinds of responses apart; a prompt has many of them."""
    ends = ("stop", "length")
    test_log.write(
        *(row(1, data_source="x", level=each, finish_reason=each) for each in ends), row(1, prompt="b")
    )
    with pytest.raises(ArgumentError, match=r"Name one of these: data_source\.$"):
        ask(test_log.open(), by="dta_source")


def test_only_what_tells_kinds_apart_is_proposed(test_log: TestLog) -> None:
    """Neither what each group or prompt has of its own, nor a text of so many values that it would be refused as well."""
    own = ("group_id", "ground_truth", "ref_response", "serial")
    test_log.write(*(row(1, level="hard") | {name: f"{name} {i}" for name in own} for i in range(1200)))
    with pytest.raises(ArgumentError, match=r"by=nothing .* in run \.\. Name one of these: level\.$"):
        ask(test_log.open(), by="nothing")


def test_a_column_with_too_many_values_tells_no_kinds(test_log: TestLog) -> None:
    test_log.write(*(row(1, prompt=f"p{i}", serial=f"s{i}") for i in range(1001)))
    board = test_log.open()
    with pytest.raises(ArgumentError, match="more than 1,000 values"):
        ask(board, by="serial")


def test_where_the_usual_column_has_too_many_values_the_next_one_is_taken(test_log: TestLog) -> None:
    """A `source` that is an address of each prompt: nobody has named it, so nobody is refused for it."""
    test_log.write(*(row(1, prompt=f"p{i}", source=f"https://h/{i}", task="ab"[i % 2]) for i in range(1001)))
    board = test_log.open()
    for _ in range(2):  # read for the first time, and when it is known already
        found = ask(board)
        assert (found.by, found.kinds["kind"], found.counts["all"]) == ("task", ["a", "b"], 1001)
    test_log.append(*(row(2, prompt=f"p{i}", task=f"t{i}") for i in range(1001)))
    board.indexer.index_now()
    found = ask(board)
    assert (found.by, found.kinds, found.counts["all"]) == ("", {}, 1001)
    assert board.prompts.pass_at_k(PassQuestion(Selection("."))).step == [1, 2]


def test_a_single_visit_is_no_change(test_log: TestLog) -> None:
    test_log.write(row(1, prompt="once"), row(1, prompt="twice"), row(3, prompt="twice"))
    found = ask(test_log.open())
    assert found.columns["prompt"] == ["twice", "once"]
    assert found.columns["reward_change"] == [1.0, None]


def test_lines_are_bounded(test_log: TestLog) -> None:
    test_log.write(*(row(step, reward=float(step)) for step in range(100)))
    (line,) = ask(test_log.open()).lines
    assert len(line.step) == len(line.reward) == 32
    assert line.step[-1] == 99
    assert line.reward[0] == 1.5, "the first four steps"


def test_of_a_resumed_training_each_step_counts_once(test_log: TestLog) -> None:
    test_log.write(*(row(step, reward=0.0) for step in (1, 2, 3)))
    board = test_log.open()
    assert ask(board).columns["samples"] == [3]
    test_log.append(row(2, reward=1.0), row(3, reward=1.0))
    board.indexer.index_now()
    found = ask(board)
    assert (found.columns["visits"], found.columns["samples"]) == ([3], [3])
    assert (found.columns["reward_last"], found.columns["status"]) == ([1.0], ["solved"])


def test_a_later_start_and_a_rewritten_file(test_log: TestLog) -> None:
    test_log.write(*(row(step, prompt=f"p{step % 3}") for step in range(12)))
    before = ask(test_log.open())
    board = test_log.open()
    assert ask(board) == before
    test_log.write(row(1, prompt="another", reward=1.0))
    board.indexer.index_now()
    assert ask(board).columns["prompt"] == ["another"]


def test_splits_are_never_mixed(test_log: TestLog) -> None:
    test_log.write(row(1, reward=0.0), row(1, reward=1.0, split="eval"))
    board = test_log.open()
    assert (ask(board).split, ask(board).columns["reward_last"]) == ("train", [0.0])
    of_eval = board.prompts.prompts(PromptsQuestion(Selection(".", split="eval")))
    assert (of_eval.split, of_eval.columns["reward_last"]) == ("eval", [1.0])
