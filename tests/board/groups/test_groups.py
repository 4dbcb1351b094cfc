"""The list of groups: kinds, weights and orders, by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from plain_groups import member
from rollout_log import TestLog

from tensorboard_plugin_rlboard.api import Groups
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.groups.question import GroupsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError

Write = Callable[[Path, Iterable[Any]], Path]


CUT: dict[str, Any] = {"finish_reason": "length"}
ROWS = [
    *(member("right", 1.0), member("right", 1.0)),
    *(member("wrong", 0.0), member("wrong", 0.0, **CUT)),
    *(member("equal", 0.5), member("equal", 0.5)),
    member("alone", 1.0),
    *(member("cut", 0.0, **CUT), member("cut", 0.0, **CUT)),
    *(member("filtered", 1.0, advantage=0.0), member("filtered", 0.0, advantage=0.0)),
    *(member("silent", None), member("silent", None)),
    *(member("split", 1.0, 3), member("split", 0.0, 5), member("split", 0.0, 1), member("split", 1.0, 1)),
    *(member("pushed", 1.0, 4, advantage=0.5), member("pushed", 1.0, 4, advantage=-0.25)),
]


def by_group(found: Groups, column: str) -> dict[str, Any]:
    return dict(zip(map(str, found.columns["group"]), found.columns[column], strict=True))


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Board]:
    with TestLog(tmp_path_factory.mktemp("groups")) as log:
        log.write(*ROWS)
        yield log.open()


def test_every_kind_by_hand(board: Board) -> None:
    found = board.groups(GroupsQuestion(Selection(".")))
    assert by_group(found, "kind") == {
        "right": "all_right",
        "wrong": "all_wrong",
        "equal": "all_equal",
        "alone": "one_member",
        "cut": "all_truncated",
        "filtered": "filtered",
        "silent": "unrewarded",
        "split": "gradient",
        "pushed": "gradient",
    }
    assert found.kinds["gradient"] == 2
    assert sum(found.kinds.values()) == found.total == 9


def test_tokens_that_pull_both_ways_are_a_gradient(test_log: TestLog) -> None:
    """Equal rewards, and advantages of tokens whose mean is 0: Σ|A| is 0.5 + 0.5 for each member."""
    pulled = [member("pulled", 1.0, advantages=[0.5, -0.5]) for _ in range(2)]
    still = [member("still", 1.0, advantages=[0.0, 0.0]) for _ in range(2)]
    test_log.write(*pulled, *still)
    found = test_log.open().groups(GroupsQuestion(Selection(".")))
    assert by_group(found, "kind") == {"pulled": "gradient", "still": "all_right"}
    assert by_group(found, "weight") == {"pulled": 2.0, "still": 0.0}


@pytest.mark.parametrize("huge", [[1e308, -1e308, 4.0], [4.0, 1e308, -1e308], [1e308, 4.0, -1e308]])
def test_tokens_too_large_for_a_number_decide_nothing_by_their_order(
    test_log: TestLog, huge: list[float]
) -> None:
    """The mean of 1e308, -1e308 and 4 is 4/3, 0 where 4 comes first: neither is an advantage that was logged."""
    test_log.write(member("g", 1.0, 3, advantages=huge))
    assert by_group(test_log.open().groups(GroupsQuestion(Selection("."))), "kind") == {"g": "one_member"}


def test_responses_without_tokens_are_measured_in_characters(test_log: TestLog) -> None:
    rows = [member("g", float(reward), response="r" * length) for reward, length in ((1, 3), (0, 5))]
    test_log.write(*({key: value for key, value in row.items() if key != "response_tokens"} for row in rows))
    found = test_log.open().groups(GroupsQuestion(Selection(".")))
    assert by_group(found, "length_mean") == {"g": 4.0}


def test_weight_and_share_by_hand(board: Board) -> None:
    """split: mean 0.5, deviation 0.5, so |A| = 0.5 / 0.500001 on 10 tokens; pushed: 0.5 × 4 + 0.25 × 4."""
    found = board.groups(GroupsQuestion(Selection(".")))
    assert found.columns["group"][:2] == ["split", "pushed"]
    split = 10 * 0.5 / 0.500001
    assert found.columns["weight"][:2] == pytest.approx([split, 3.0])
    assert found.columns["share"][:2] == pytest.approx([split / (split + 3), 3 / (split + 3)])
    of_split = [w for row, w in zip(found.members["row"], found.members["weight"], strict=True) if row == 0]
    assert of_split == pytest.approx([3 * split / 10, 5 * split / 10, split / 10, split / 10])
    assert by_group(found, "weight")["alone"] is None


def test_advantages_of_tokens_count_where_they_are_logged(tmp_path: Path) -> None:
    """|1| + |-1| and |0.5| + |0.25|: 2.75 in all, though the tokens of the first are 0 on the mean."""
    with TestLog(tmp_path / "log") as log:
        rows = [member("g", 1.0, advantages=[1.0, -1.0]), member("g", 1.0, advantages=[0.5, 0.25])]
        log.write(*rows, *(member("still", 1.0, advantages=[0.0, 0.0]) for _ in range(2)))
        found = log.open().groups(GroupsQuestion(Selection(".")))
    assert by_group(found, "kind") == {"g": "gradient", "still": "all_right"}
    assert found.columns["weight"] == pytest.approx([2.75, 0.0])
    assert found.members["weight"] == pytest.approx([2.0, 0.75, 0.0, 0.0])


def test_an_advantage_that_is_not_finite_has_no_weight_of_its_own(test_log: TestLog) -> None:
    """That of the reward counts in its place, ±0.5 / 0.500001 on two tokens, of the member as of the group."""
    test_log.write(member("g", 1.0, advantage=math.nan), member("g", 0.0))
    found = test_log.open().groups(GroupsQuestion(Selection(".")))
    assert found.members["weight"] == pytest.approx([2 * 0.5 / 0.500001] * 2)
    assert found.columns["weight"] == pytest.approx([4 * 0.5 / 0.500001])
    assert found.members["advantage"][0] == pytest.approx(math.nan, nan_ok=True)


def test_a_kind_narrows_the_list_and_not_what_is_counted(board: Board) -> None:
    found = board.groups(GroupsQuestion(Selection("."), kinds=("all_right", "all_wrong"), sort="logged"))
    assert found.columns["group"] == ["right", "wrong"]
    assert found.total == 2
    assert sum(found.kinds.values()) == 9


def test_a_group_is_whole_whatever_its_samples_were_searched_for(board: Board) -> None:
    found = board.groups(GroupsQuestion(Selection(".", where="n_tokens = 3")))
    assert found.columns["group"] == ["split"]
    assert found.columns["size"] == [4]
    assert found.columns["share"] == pytest.approx([10 * 0.5 / 0.500001 / (3 + 10 * 0.5 / 0.500001)])


def test_groups_by_a_text_column_by_hand(tmp_path: Path) -> None:
    """math: |±1| · 2 + |±1| · 2 = 4 of 5, code: 0.5 · 2 = 1; the value of a group is that of its first sample."""
    logged = {"math": [1.0, -1.0], "code": [0.5, 0.0]}
    rows = [
        member(f"{source}{at}", 1.0, advantage=pushes[at % 2] if at < 2 else 0.0, data_source=source)
        for source, pushes in logged.items()
        for at in range(3 if source == "math" else 2)
    ]
    with TestLog(tmp_path / "log") as log:
        log.write(*rows, member("plain", 0.0))
        board = log.open()
        found = board.groups(GroupsQuestion(Selection("."), by="data_source", sort="logged"))
        of_code = board.groups(GroupsQuestion(Selection("."), by="data_source", value="code"))
        without = board.groups(GroupsQuestion(Selection("."), by="data_source", value=""))
        plain = board.groups(GroupsQuestion(Selection(".")))
        with pytest.raises(
            ArgumentError,
            match=r"by=prompt is no text .* apart in run \.\. Name one of these: data_source\.$",
        ):
            board.groups(GroupsQuestion(Selection("."), by="prompt"))
        with pytest.raises(ArgumentError, match="value"):
            board.groups(GroupsQuestion(Selection("."), value="code"))
    assert found.columns["value"] == ["math"] * 3 + ["code"] * 2 + [None]
    assert found.values["value"] == ["math", "code", None]
    assert found.values["groups"] == [3, 2, 1]
    assert found.values["gradient"] == [2, 1, 0]
    assert found.values["one_member"] == [1, 1, 1]
    assert found.values["weight"] == [4.0, 1.0, None]
    assert found.values["share"] == [0.8, 0.2, None]
    assert (of_code.total, of_code.kinds["gradient"], of_code.values) == (2, 1, found.values)
    assert of_code.columns["share"] == pytest.approx([0.2, 0.0]), "of the step, whatever is listed"
    assert without.columns["group"] == ["plain"]
    assert plain.values == {}
    assert (found.values_total, plain.values_total) == (3, 0)


def test_groups_of_several_values_are_counted(test_log: TestLog) -> None:
    """One value, none at all, two, and one beside none: these count with that of their first member."""
    values = {
        "one": ("a", "a"),
        "none": (None, None),
        "two": ("a", "b"),
        "some": (None, "a"),
        "later none": ("a", "a", None),
        "lone": ("b",),
    }
    mixed = {"two", "some", "later none"}
    test_log.write(*(member(name, 1.0, data_source=value) for name, of in values.items() for value in of))
    board = test_log.open()
    found = board.groups(GroupsQuestion(Selection("."), by="data_source", sort="logged"))
    assert found.values_mixed == len(mixed)
    assert by_group(found, "value") == {name: of[0] for name, of in values.items()}
    for name in values:
        alone = GroupsQuestion(Selection(".", where=f"group_id = '{name}'"), by="data_source")
        assert board.groups(alone).values_mixed == (name in mixed), name
    narrowed = Selection(".", step=1, where="data_source = 'b'")
    assert board.groups(GroupsQuestion(narrowed, by="data_source")).values_mixed == 1
    assert board.groups(GroupsQuestion(Selection("."))).values_mixed == 0


def test_an_empty_id_is_none(test_log: TestLog) -> None:
    """A table has an empty text where nothing was logged: it would join all prompts of a step."""
    rows = [member("", reward, prompt=prompt) for prompt in "pq" for reward in (0.0, 1.0)]
    test_log.write(*rows, member("", 1.0, prompt=None))
    board = test_log.open()
    found = board.groups(GroupsQuestion(Selection(".")))
    assert found.columns["group"] == found.columns["prompt_key"]
    assert (found.columns["size"], found.columns["kind"], found.ungrouped) == ([2, 2], ["gradient"] * 2, 1)
    asked = StepsQuestion(Selection("."), ("group_mean",))
    assert board.steps(asked).step_metrics["groups_gradient"] == [1.0]


def test_values_along_the_steps_by_hand(tmp_path: Path) -> None:
    """Σ|A| of step 1: math 2 · 1 of 8, code 2 · 3 of 8; at step 2 only math is there, at step 3 no advantage is."""
    rows = [member("m1", 1.0, 1, advantage=push, data_source="math") for push in (1.0, -1.0)]
    rows += [member("c1", 1.0, 1, advantage=push, data_source="code") for push in (3.0, -3.0)]
    rows += [member(f"m{i}", 1.0, 1, 2, advantage=float(i), data_source="math") for i in (0, 1)]
    rows += [member("c3", 1.0, 1, 3, data_source="code")]
    with TestLog(tmp_path / "log") as log:
        log.write(*rows)
        board = log.open()
        found = board.groups(GroupsQuestion(Selection("."), by="data_source"))
        of_step = board.groups(GroupsQuestion(Selection(".", step=1), by="data_source"))
    math, code = found.lines
    assert found.values["value"] == ["math", "code"]
    assert (math.step, code.step) == ([1, 2, 3], [1, 2, 3])
    assert math.share == [0.25, 1.0, None]
    assert code.share == [0.75, None, None]
    assert math.kinds == {"gradient": [1.0, 0.5, None], "one_member": [0.0, 0.5, None]}
    assert code.kinds == {"gradient": [1.0, None, 0.0], "one_member": [0.0, None, 1.0]}
    assert of_step.lines == []


def test_many_values_are_counted_and_many_steps_share_points(tmp_path: Path) -> None:
    rows = [member(f"g{i}", 1.0, 1, i, data_source=f"kind {i % 150}") for i in range(450)]
    with TestLog(tmp_path / "log") as log:
        log.write(*rows)
        board = log.open()
        found = board.groups(GroupsQuestion(Selection("."), by="data_source"))
        log.write(*(member(f"x{i}", 1.0, 1, 500, data_source=f"own {i}") for i in range(1001)))
        board = log.open()
        with pytest.raises(ArgumentError, match="more than 1,000 values"):
            board.groups(GroupsQuestion(Selection("."), by="data_source"))
    assert (found.values_total, len(found.values["value"]), len(found.lines)) == (150, 100, 7)
    assert found.values["value"][:3] == ["kind 0", "kind 1", "kind 10"], "as many of each: by their texts"
    assert len(found.lines[0].step) == 200
    assert found.lines[0].step[-1] == 449
    assert [x for x in found.lines[0].kinds["one_member"] if x is not None] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("bad", [{"sort": "size"}, {"order": "up"}, {"kinds": ("good",)}, {"limit": 0}])
def test_what_cannot_be_asked_is_refused(board: Board, bad: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(bad))):
        board.groups(GroupsQuestion(Selection("."), **bad))


def test_a_large_group_names_its_first_members(tmp_path: Path) -> None:
    with TestLog(tmp_path / "log") as log:
        log.write(*(member("g", float(i % 2), response=f"r{i}") for i in range(100)))
        found = log.open().groups(GroupsQuestion(Selection(".")))
    assert found.columns["size"] == [100]
    assert found.columns["distinct"] == [100]
    assert len(found.members["id"]) == 64
